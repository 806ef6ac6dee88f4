#include "proto/fault/defence.h"

/* The same Prepare again is a retransmission and costs nothing. */
bool budget_refuses(struct budget *b, const struct message *m)
{
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
