#include "proto/core/step.h"

/* A lying owner can bring two values to votes in one ballot, each proven (without `echo`). Either
 * may be proposed, but who is to believe the promises needs the proofs of both. */
static void note_rival(struct paxos *p, const struct claim *c)
{
	const struct paxos_slot *s = open_slot(p, c->slot);
	struct paxos_hard *h = hard_slot(p, c->slot);

	if (ballot_cmp(c->ballot, s->claim_at) != 0 || c->value == s->claim)
		return;
	for (unsigned i = 0; i < 2; i++) {
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

/* P2c (Paxos Made Simple, 2.2): of all votes that the quorum tells about a slot, the one at the
 * highest ballot forces the value. Returns that claim for the event, NULL if none was told. */
static const struct claim *merge_claims(struct paxos *p, const struct message *m)
{
	const struct claim *highest = NULL;

	for (unsigned i = 0; i < m->claims; i++) {
		const struct claim *c = &m->claim[i];
		if (c->slot >= border(p, p->from))
			break;
		if (highest == NULL || ballot_cmp(c->ballot, highest->ballot) > 0)
			highest = c;
		if (!is_open(p, c->slot))
			continue;
		struct paxos_slot *s = open_slot(p, c->slot);
		if (s->claim == VALUE_NONE || ballot_cmp(c->ballot, s->claim_at) > 0) {
			s->claim_at = c->ballot;
			s->claim = c->value;
			s->claim_by = m->from;
			if (under(p, c->slot, DEFENCE_JUSTIFY))
				note_claim(p, c);
		} else if (under(p, c->slot, DEFENCE_JUSTIFY)) {
			note_rival(p, c);
		}
	}
	return highest;
}

/* A claim beyond the window could not be obeyed later, so a promise that has one cannot count. An
 * honest one has none: its window begins at `low`, and `low` is not above ours. */
static bool fits_window(const struct paxos *p, const struct message *m)
{
	return m->claims == 0 || m->claim[m->claims - 1].slot - p->base < SLOTS_OPEN_MAX ||
	       m->claim[m->claims - 1].slot < p->base;
}

/* Rule 3: every claim that binds is below the ballot and has a valid certificate; a bad promise is
 * dropped. */
static bool is_proven(const struct paxos *p, const struct message *m)
{
	if (!under(p, p->from, DEFENCE_JUSTIFY))
		return true;
	for (unsigned i = 0; i < m->claims && m->claim[i].slot < border(p, p->from); i++)
		if (!m->claim[i].certified || ballot_cmp(m->claim[i].ballot, m->ballot) >= 0)
			return false;
	return true;
}

/* Phase 1b arrives at the proposer. Distinct senders are counted. Who has learned more than we have
 * does not count yet: in the slots that it has closed it no longer tells its votes, so these must
 * be learned from it first. */
void on_promise(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	slot_number needed = p->from > p->base ? p->from : p->base;

	heard_low(p, m->from, m->low, out);
	if (p->role != ROLE_PREPARING || ballot_cmp(m->ballot, p->ballot) != 0)
		return;
	if (m->low > needed || set_has(p->promised_by, m->from) || !fits_window(p, m))
		return;
	/* The answer to an earlier Prepare of this ballot covers as much or more; a later slot
	 * leaves the slots between untold. */
	if (m->slot > needed || needed >= border(p, p->from) || !is_proven(p, m))
		return;
	const struct claim *highest = merge_claims(p, m);
	p->promised_by |= set_of(m->from);
	p->promise_proof[m->from - 1] = m->proof;
	p->resends = 0;

	struct event *e = report(out, EVENT_COUNTED);
	e->type = MSG_PROMISE;
	e->ballot = m->ballot;
	e->slot = needed;
	e->peer = m->from;
	e->count = set_count(p->promised_by);
	e->quorum = paxos_quorum(p, needed);
	if (highest != NULL) {
		e->other = highest->ballot;
		e->value = highest->value;
	}
	if (set_count(p->promised_by) >= paxos_quorum(p, needed))
		lead(p, out);
}
