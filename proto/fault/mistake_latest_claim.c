#include "proto/fault/mistake.h"

/* What was told before counts as if it were told at the lowest ballot. Where a view must be
 * justified it has to name the ballots that it was told. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_PROMISE)
		return;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		if (!policy_has(paxos_policy(p, p->open[i].slot), DEFENCE_JUSTIFY))
			p->open[i].claim_at = BALLOT_NONE;
}

const struct mistake mistake_latest_claim = {.before = before};
