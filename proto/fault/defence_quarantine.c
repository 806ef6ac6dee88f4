/* quarantine: a node that is proven a liar proposes nothing any more. Its votes still count: an
 * honest majority may need them. */
#include "proto/fault/defence.h"

static bool quarantine_refuses(struct defence_memory *d, const struct defence_case *c)
{
	const enum message_type type = c->m->type;
	const bool proposes = type == MSG_PREPARE || type == MSG_NEW_VIEW || type == MSG_ACCEPT;

	(void)d;
	return proposes && set_has(c->proven, c->m->from);
}

const struct defence_rule defence_QUARANTINE = {
	.refuses = quarantine_refuses,
	.why = ", which is proven a liar.\n"
	       "It is not listened to as a proposer any more; its votes still count.",
	.stalled = {"quarantine: ", " ignore n", ", which is proven a liar"},
	.rank = 2,
};
