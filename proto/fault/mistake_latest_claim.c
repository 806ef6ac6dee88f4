#include "proto/fault/mistake.h"

/* What was told before counts as if it were told at the lowest ballot. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_PROMISE)
		return;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		p->open[i].claim_at = BALLOT_NONE;
}

const struct mistake mistake_latest_claim = {.before = before};
