#include "proto/scenario/grammar.h"

#include <stddef.h>

static const struct literal literals[] = {
#define LITERAL(name, written, help, example, wrong) {name, written, help, example, wrong},
#include "proto/scenario/literals.def"
#undef LITERAL
};

const struct literal *grammar_literal(unsigned i)
{
	return i < sizeof literals / sizeof literals[0] ? &literals[i] : NULL;
}
