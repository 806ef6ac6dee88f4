#include "proto/core/step.h"

/* Without `echo` a lying owner can bring two values to votes in one ballot, each of them proven.
 * The proposer may propose either, but an acceptor that is to believe the Promises needs the proofs
 * of both. */
static void note_rival(struct paxos *p, const struct claim *c)
{
	const struct paxos_slot *s = open_slot(p, c->slot);
	struct paxos_hard *h = hard_slot(p, c->slot);

	if (ballot_cmp(c->ballot, s->claim_at) != 0 || c->value == s->claim)
		return;
	for (unsigned i = 0; i != 2; i++) {
		if (h->rival_cert[i] == c->cert)
			return;
		if (h->rival_cert[i] == PROOF_NONE) {
			h->rival_cert[i] = c->cert;
			return;
		}
	}
}

static void note_claim(struct paxos *p, const struct claim *c)
{
	struct paxos_hard *h = hard_slot(p, c->slot);

	h->claim_cert = c->cert;
	h->rival_cert[0] = h->rival_cert[1] = PROOF_NONE;
}

/* Of all votes that the quorum tells about a slot, the one at the highest ballot forces the value
 * (P2c). Returns the highest claim of this Promise for the event, NULL if it tells none. */
static const struct claim *merge_claims(struct paxos *p, const struct message *m)
{
	const struct claim *highest = NULL;

	for (unsigned i = 0; i != m->claims; i++) {
		const struct claim *c = &m->claim[i];
		if (c->slot >= policy_line_end(p, p->from))
			break;
		if (highest == NULL || ballot_cmp(c->ballot, highest->ballot) > 0)
			highest = c;
		if (!slot_is_open(p, c->slot))
			continue;
		struct paxos_slot *s = open_slot(p, c->slot);
		if (s->claim == VALUE_NONE || ballot_cmp(c->ballot, s->claim_at) > 0) {
			s->claim_at = c->ballot;
			s->claim = c->value;
			s->claim_by = m->from;
			if (slot_is_under(p, c->slot, DEFENCE_JUSTIFY))
				note_claim(p, c);
		} else if (slot_is_under(p, c->slot, DEFENCE_JUSTIFY)) {
			note_rival(p, c);
		}
	}
	return highest;
}

/* The proposer has no place to remember a claim beyond its window, so a Promise with such a claim
 * cannot count. An honest acceptor sends none: its window begins at `low`, and the `low` of a
 * Promise that counts is not above the proposer's base. */
static bool fits_window(const struct paxos *p, const struct message *m)
{
	return m->claims == 0 || m->claim[m->claims - 1].slot < p->base + SLOTS_OPEN_MAX;
}

/* Rule 3: "every claim with vb < b and a valid certificate (a bad promise is dropped, not read as
 * 'none')". */
static bool is_proven(const struct paxos *p, const struct message *m)
{
	if (!slot_is_under(p, p->from, DEFENCE_JUSTIFY))
		return true;
	for (unsigned i = 0; i != m->claims && m->claim[i].slot < policy_line_end(p, p->from); i++)
		if (!m->claim[i].certified || ballot_cmp(m->claim[i].ballot, m->ballot) >= 0)
			return false;
	return true;
}

/* "If the proposer receives a response to its prepare requests (numbered n) from a majority of
 * acceptors, then it sends an accept request to each of those acceptors for a proposal numbered n
 * with a value v, where v is the value of the highest-numbered proposal among the responses, or is
 * any value if the responses reported no proposals." (Paxos Made Simple, 2.2, phase 2a)
 *
 * The proposer counts distinct acceptors, and leaves a note when they are a quorum. The Promise of
 * an acceptor that has learned more than this node does not count yet: an acceptor tells no votes
 * in slots that it has closed, so this node must learn those slots first. */
void on_promise(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	slot_number needed = higher_of(p->from, p->base);

	if (p->role != ROLE_PREPARING || ballot_cmp(m->ballot, p->ballot) != 0)
		return;
	if (m->low > needed || set_has(p->promised_by, m->from) || !fits_window(p, m))
		return;
	/* A Promise that begins at an earlier slot tells as much or more. One that begins at a
	 * later slot says nothing of the slots between. */
	if (m->slot > needed || needed >= policy_line_end(p, p->from) || !is_proven(p, m))
		return;
	const struct claim *highest = merge_claims(p, m);
	p->promised_by |= set_of(m->from);
	p->promise_proof[m->from - 1] = m->proof;
	p->resends = 0;

	struct event *e = output_report(out, EVENT_COUNTED);
	e->type = MSG_PROMISE;
	e->ballot = m->ballot;
	e->slot = needed;
	e->peer = m->from;
	e->count = set_count(p->promised_by);
	e->quorum = paxos_promises(p, needed);
	if (highest != NULL) {
		e->other = highest->ballot;
		e->value = highest->value;
	}
	if (set_count(p->promised_by) >= paxos_promises(p, needed))
		p->note.has_quorum = true;
}
