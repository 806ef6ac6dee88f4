#include "proto/core/step.h"

/* The votes from `first` on, rising by slot. A slot that is not listed means "I have not voted". */
static uint16_t list_claims(struct paxos *p, slot_number first, struct claim *claim)
{
	uint16_t count = 0;
	slot_number end = p->base + SLOTS_OPEN_MAX;

	if (p->unresolved == 0)
		return 0;
	for (slot_number slot = first > p->base ? first : p->base; slot < end; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->voted != VALUE_NONE)
			claim[count++] = (struct claim){.slot = slot, .ballot = s->voted_at, .value = s->voted};
	}
	return count;
}

static bool voted_at(const struct paxos *p, struct ballot ballot)
{
	if (p->unresolved == 0)
		return false;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		if (p->open[i].voted != VALUE_NONE && ballot_cmp(p->open[i].voted_at, ballot) == 0)
			return true;
	return false;
}

/* Phase 1b (Paxos Made Simple, 2.2): promise to refuse lower ballots, and tell what was accepted in
 * every slot from the Prepare's on. A promise is remembered before it is given. An equal ballot is
 * a retransmission: promise again, there is nothing new to store; unless the ballot has got as far
 * as a vote here, for then its owner has its quorum and the claims would not be those of phase 1.
 */
void on_prepare(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	int order = ballot_cmp(m->ballot, p->promised);

	if (order < 0) {
		refuse(p, m, REFUSE_PROMISED, out);
		return;
	}
	if (order == 0 && voted_at(p, m->ballot))
		return;
	if (order > 0) {
		promise(p, m->ballot, out);
		struct event *e = report(out, EVENT_PROMISED);
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->peer = m->from;
	}
	struct message *reply = send(p, out, MSG_PROMISE, set_of(m->from));
	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->low = p->base;
	reply->claims = list_claims(p, m->slot, out->claim);
	reply->claim = out->claim;
}
