/* What an acceptor remembers: the highest ballot that it promised, and its vote in each slot.
 *
 * "An acceptor records its intended response in stable storage before actually sending the
 * response." (Paxos Made Simple, 2.5) Hence must_sync with each of them. */
#include <assert.h>

#include "proto/core/step.h"

/* The acceptor promises to refuse every lower ballot, in all slots. A proposer of this node whose
 * ballot is lower has lost. */
void acceptor_promise(struct paxos *p, struct ballot ballot, struct paxos_output *out)
{
	assert(ballot_cmp(ballot, p->promised) > 0);
	p->promised = ballot;
	p->seen = ballot_higher(p->seen, ballot);
	output_write(out, &(struct paxos_write){.kind = WRITE_PROMISED, .ballot = ballot});
	out->must_sync = true;
	if (ballot.node != p->config.self)
		note_preempted(p, ballot, out);
}

/* Tells the vote that answers `m`, an Accept or the last Echo of a quorum. */
void acceptor_reply(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	/* The ballot's owner counts; under `echo` and `cert` every learner counts for itself. */
	node_set to = slot_is_under(p, m->slot, LOUD) ? nodes_all(p) : set_of(m->ballot.node);
	struct message *reply = output_send(p, out, MSG_ACCEPTED, to);

	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->value = m->value;
	reply->refers = true;
}

/* Tells its votes in open slots once more, so that a learner can count them: each is the vote that
 * it was. In slots that the acceptor keeps out of, its vote may be under another policy. Bit k of
 * `slots` asks for that in slot first + k. False: there was none to tell. */
bool acceptor_tell_votes(struct paxos *p, node_set to, slot_number first, uint64_t slots,
			 struct paxos_output *out)
{
	unsigned told = 0;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->voted == VALUE_NONE || s->chosen != VALUE_NONE ||
		    slots_are_left(p, slot, slot + 1) || slot - first >= 64 ||
		    (slots >> (slot - first) & 1) == 0 || told == SYNC_CHUNK_MAX)
			continue;
		struct message *m = output_send(p, out, MSG_ACCEPTED, to);
		m->ballot = s->voted_at;
		m->slot = slot;
		m->value = s->voted;
		told++;
	}
	return told > 0;
}

/* Keeps the proof by which others may believe the vote when a later Promise tells it: the Echoes
 * that the vote rests on, or without `echo` the owner's Accept and all that its NewView rests on.
 */
static void keep_cert(struct paxos *p, const struct message *m)
{
	struct paxos_hard *h = hard_slot(p, m->slot);

	h->certs = 0;
	if (slot_is_under(p, m->slot, DEFENCE_ECHO)) {
		for (node_set left = nodes_all(p); left != 0; left &= left - 1) {
			const struct paxos_word *said = &h->echo[set_lowest(left) - 1];
			if (ballot_cmp(said->ballot, m->ballot) == 0 && said->value == m->value &&
			    said->proof != PROOF_NONE)
				h->cert[h->certs++] = said->proof;
		}
	} else if (slot_is_under(p, m->slot, DEFENCE_JUSTIFY)) {
		h->cert[h->certs++] = m->proof;
		h->cert[h->certs++] = p->view.proofs;
	}
}

/* Casts the vote that `m` asks for, an Accept or the last Echo of a quorum. Rule 5: "Persist
 * maxBal, vote AND the q Echoes (= voteCert), then send." */
void acceptor_vote(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_write write = {
		.kind = WRITE_VOTE,
		.slot = m->slot,
		.ballot = m->ballot,
		.value = m->value,
	};

	if (ballot_cmp(m->ballot, p->promised) > 0)
		acceptor_promise(p, m->ballot, out);
	if (s->voted == VALUE_NONE)
		p->unresolved++;
	s->voted_at = m->ballot;
	s->voted = m->value;
	hard_slot(p, m->slot)->late = 0;
	if (slot_is_under(p, m->slot, DEFENCE_ECHO | DEFENCE_JUSTIFY)) {
		keep_cert(p, m);
		write.proofs = hard_slot(p, m->slot)->certs;
		write.proof_list = hard_slot(p, m->slot)->cert;
	}
	out->must_sync = true;
	output_write(out, &write);
	struct event *e = output_report(out, EVENT_ACCEPTED);
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->value = m->value;
	round_voted(p, m->slot);
	note_open_end(p);
	acceptor_reply(p, m, out);
}
