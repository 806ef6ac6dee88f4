#include "proto/core/step.h"

/* The acceptor's votes from the Prepare's slot on, rising by slot. A slot that is not listed says
 * "I have not voted", and said of a slot with a vote that is a signed lie. Hence votes behind the
 * next change of policy are listed too, though they do not bind this ballot. Under `justify` each
 * vote that binds the ballot is followed by what proves it. */
static void tell_claims(struct paxos *p, struct message *reply, struct paxos_output *out)
{
	slot_number first = higher_of(reply->slot, p->base);
	slot_number end = policy_line_end(p, reply->slot);

	reply->claim = out->claim;
	for (slot_number slot = first; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		const struct paxos_hard *h = hard_slot(p, slot);
		if (s->voted == VALUE_NONE)
			continue;
		out->claim[reply->claims++] =
			(struct claim){.slot = slot, .ballot = s->voted_at, .value = s->voted};
		if (slot >= end || !slot_is_under(p, slot, DEFENCE_JUSTIFY))
			continue;
		for (unsigned i = 0; i != h->certs; i++)
			output_attach(out, reply, h->cert[i]);
	}
}

static bool voted_at(const struct paxos *p, struct ballot ballot)
{
	for (unsigned i = 0; i != SLOTS_OPEN_MAX; i++)
		if (p->open[i].voted != VALUE_NONE && ballot_cmp(p->open[i].voted_at, ballot) == 0)
			return true;
	return false;
}

/* "If an acceptor receives a prepare request with number n greater than that of any prepare request
 * to which it has already responded, then it responds to the request with a promise not to accept
 * any more proposals numbered less than n and with the highest-numbered proposal (if any) that it
 * has accepted." (Paxos Made Simple, 2.2, phase 1b)
 *
 * One promise is about every slot from the Prepare's on. The acceptor stores it before it gives it.
 * A Prepare of an equal ballot is a retransmission: the acceptor promises again, and has nothing
 * new to store. It does not if it has voted in that ballot: then the owner has its quorum already,
 * and the claims would not be those of phase 1.
 *
 * Rule 2: "one signature over the whole list, so silence about a slot is a signed 'none'; every
 * claim carries its voteCert". Under `lease` an acceptor that has leased itself to another proposer
 * refuses. */
void on_prepare(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	int order = ballot_cmp(m->ballot, p->promised);

	if (order < 0) {
		output_refusal(p, m, REFUSE_PROMISED, out);
		return;
	}
	if (order > 0 && lease_refuses(p, m->ballot)) {
		output_refusal(p, m, REFUSE_BUSY, out);
		return;
	}
	if (order == 0 && voted_at(p, m->ballot))
		return;
	if (order > 0) {
		acceptor_promise(p, m->ballot, out);
		lease_grant(p, m->ballot);
		struct event *e = output_report(out, EVENT_PROMISED);
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->peer = m->from;
	}
	struct message *reply = output_send(p, out, MSG_PROMISE, set_of(m->from));
	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->low = p->base;
	tell_claims(p, reply, out);
}
