#include "proto/core/control.h"

#include <stddef.h>

static const struct {
	const char *name;
	unsigned fields;
} controls[CONTROL_KINDS] = {
#define CONTROL(name, code, text, fields, help) [code] = {text, fields},
#include "proto/core/controls.def"
#undef CONTROL
};

const char *control_name(enum control_kind kind)
{
	if ((unsigned)kind >= CONTROL_KINDS || controls[kind].name == NULL)
		return "?";
	return controls[kind].name;
}

unsigned control_fields(enum control_kind kind)
{
	return (unsigned)kind < CONTROL_KINDS ? controls[kind].fields : 0;
}

bool control_stands(enum control_kind kind)
{
	return (control_fields(kind) & CF_STANDS) != 0;
}

struct gate_rule control_gate(const struct control *gate)
{
	if (gate->count == 0)
		return (struct gate_rule){.on = false};
	return gate->gate.on ? gate->gate : gate_rule_all();
}
