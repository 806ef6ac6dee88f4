#include "proto/core/step.h"

/* The votes from the Prepare's slot on, rising by slot. A slot that is not listed means "I have not
 * voted", and is a signed lie if that is not so: hence also those behind the next change of policy,
 * which do not bind this ballot. Under `justify` what proves each that does goes with it. */
static void tell_claims(struct paxos *p, struct message *reply, struct paxos_output *out)
{
	slot_number first = reply->slot > p->base ? reply->slot : p->base;
	slot_number end = border(p, reply->slot);

	reply->claim = out->claim;
	if (p->unresolved == 0)
		return;
	for (slot_number slot = first; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		const struct paxos_hard *h = hard_slot(p, slot);
		if (s->voted == VALUE_NONE)
			continue;
		out->claim[reply->claims++] =
			(struct claim){.slot = slot, .ballot = s->voted_at, .value = s->voted};
		if (slot >= end || !under(p, slot, DEFENCE_JUSTIFY))
			continue;
		for (unsigned i = 0; i < h->certs; i++)
			attach(out, reply, h->cert[i]);
	}
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
 * Rule 2: one signature over the whole list, so silence about a slot is a signed "none". */
void on_prepare(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	int order = ballot_cmp(m->ballot, p->promised);

	if (order < 0) {
		refuse(p, m, REFUSE_PROMISED, out);
		return;
	}
	if (order > 0 && lease_refuses(p, m->ballot)) {
		refuse(p, m, REFUSE_BUSY, out);
		return;
	}
	if (order == 0 && voted_at(p, m->ballot))
		return;
	if (order > 0) {
		promise(p, m->ballot, out);
		lease_grant(p, m->ballot);
		struct event *e = report(out, EVENT_PROMISED);
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->peer = m->from;
	}
	struct message *reply = send(p, out, MSG_PROMISE, set_of(m->from));
	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->low = p->base;
	tell_claims(p, reply, out);
}
