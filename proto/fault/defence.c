/* The table of defences that refuse, above their rules. */
#include "proto/fault/defence.h"

#include <stddef.h>

static const struct {
	enum refusal why;
	const struct defence_rule *defence; /* NULL: it refuses nothing */
} rows[DEFENCES] = {
#define DEFENCE(name, bit, text, needs, clashes, when, in, help)
#define REFUSING_DEFENCE(name, bit, text, needs, clashes, when, in, reason, code, word, words,     \
			 help)                                                                     \
	[bit] = {REFUSE_##reason, &defence_##name},
#include "proto/core/defences.def"
#undef DEFENCE
};

enum refusal defences_refuse(struct defence_memory *d, policy_id policy,
			     const struct defence_case *c)
{
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((policy >> bit & 1) != 0 && rows[bit].defence != NULL &&
		    rows[bit].defence->refuses != NULL && rows[bit].defence->refuses(d, c))
			return rows[bit].why;
	return REFUSE_NOTHING;
}

const struct defence_rule *defence_of(enum refusal why)
{
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if (rows[bit].why == why)
			return rows[bit].defence;
	return NULL;
}
