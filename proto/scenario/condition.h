/* A check is the function of a condition, see proto/scenario/conditions.def. */
#ifndef PROTO_SCENARIO_CONDITION_H
#define PROTO_SCENARIO_CONDITION_H

#include "proto/scenario/command.h"

/* Is the condition true in the model, leaving aside whether it is negated? `value`: the text that
 * the command names. Unless `found` is NULL, what the model says about it goes there, in words. */
typedef bool condition_check(const struct model *m, const struct condition *c, const char *value,
			     char *found, size_t size);

#define CONDITION(name, text, args, check, usage, help) condition_check check;
#include "proto/scenario/conditions.def"
#undef CONDITION

#endif
