#include "proto/fault/mistake.h"

static bool will_count(const struct paxos *p, const struct message *m)
{
	const slot_number needed = p->from > p->base ? p->from : p->base;

	return p->role == ROLE_PREPARING && ballot_cmp(m->ballot, p->ballot) == 0 &&
	       !set_has(p->promised_by, m->from) && m->low <= needed && m->slot <= needed;
}

/* A claim that was told before about the same slot is forgotten. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_PROMISE ||
	    !will_count(p, &m->message))
		return;
	for (unsigned i = 0; i < m->message.claims; i++)
		for (unsigned k = 0; k < SLOTS_OPEN_MAX; k++)
			if (p->open[k].slot == m->message.claim[i].slot &&
			    !policy_has(paxos_policy(p, p->open[k].slot), DEFENCE_JUSTIFY)) {
				p->open[k].claim_at = BALLOT_NONE;
				p->open[k].claim = VALUE_NONE;
			}
}

const struct mistake mistake_latest_claim = {.before = before};
