/* budget, the origin's remedy for a node that prepares again and again: three ballots for one
 * position are all that a node gets. It silences honest nodes too, which only have bad luck. */
#include "proto/fault/defence.h"

/* The same Prepare again is a retransmission and costs nothing. */
static bool budget_refuses(struct defence_memory *d, const struct defence_case *c)
{
	struct budget *b = &d->budget;
	const struct message *m = c->m;

	if (m->type != MSG_PREPARE)
		return false;
	if (b->of[m->from].slot != m->slot || b->of[m->from].spent == 0) {
		b->of[m->from].slot = m->slot;
		b->of[m->from].spent = 0;
		b->of[m->from].ballot = BALLOT_NONE;
	}
	if (ballot_cmp(b->of[m->from].ballot, m->ballot) == 0)
		return false;
	if (b->of[m->from].spent == BUDGET_PREPARES)
		return true;
	b->of[m->from].ballot = m->ballot;
	b->of[m->from].spent++;
	return false;
}

const struct defence_rule defence_BUDGET = {
	.refuses = budget_refuses,
	.why = ": that node has prepared too often here.\n"
	       "That is the origin's remedy. It cannot tell a disturber from bad luck.",
	.stalled = {"budget: ", " ignore n", ", which prepared too often"},
	.rank = 3,
};
