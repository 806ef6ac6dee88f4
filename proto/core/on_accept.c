#include "proto/core/step.h"

/* Rule 4: "Echo(b, s, v) carries the owner's signed Accept. Needs b >= maxBal, no echo yet in (b,
 * s), and J recomputes to v. Persist, then broadcast."
 *
 * An echo raises maxBal as a vote does. So an echo never is below a promise, and the acceptor needs
 * to remember only the highest one.
 *
 * The Accept is its owner's Echo. An Echo says "I say nothing else in (b, s)", and so does an
 * Accept: an honest owner proposes one value in a ballot and slot, and begins no ballot again that
 * its disk knows as promised, whatever a crash takes. A lying owner that sends two Accepts does
 * what it could do with two Echoes. So the owner sends no Echo, and nobody waits for one. */
static void echo_accept(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_hard *h = hard_slot(p, m->slot);
	bool again = h->echoed != VALUE_NONE && ballot_cmp(h->echoed_at, m->ballot) == 0;

	if (again && h->echoed != m->value) {
		output_refusal(p, m, REFUSE_VOTED, out);
		return;
	}
	if (ballot_cmp(m->ballot, p->promised) > 0)
		acceptor_promise(p, m->ballot, out);
	h->asked = m->proof;
	if (!again) {
		h->echoed_at = m->ballot;
		h->echoed = m->value;
		output_write(out, &(struct paxos_write){
					  .kind = WRITE_ECHO,
					  .slot = m->slot,
					  .ballot = m->ballot,
					  .value = m->value,
				  });
		out->must_sync = true;
		struct event *e = output_report(out, EVENT_ECHOED);
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->value = m->value;
	}
	if (m->ballot.node != p->config.self) {
		struct message *reply = output_send(p, out, MSG_ECHO, nodes_all(p));
		reply->ballot = m->ballot;
		reply->slot = m->slot;
		reply->value = m->value;
		output_attach(out, reply, m->proof);
	}
	echo_count(p, m, out);
}

/* An Accept may overtake its NewView. It waits here until the NewView comes, one Accept a slot.
 * When the same Accept comes again, the NewView was probably lost: the answer is false, and the
 * refusal makes the owner send its NewView again. */
static bool waits_for_view(struct paxos *p, const struct message *m)
{
	struct paxos_hard *h = hard_slot(p, m->slot);

	if (ballot_cmp(p->view.ballot, m->ballot) == 0 && p->view.view == m->view)
		return false;
	if (h->early != VALUE_NONE && ballot_cmp(h->early_at, m->ballot) >= 0)
		return false;
	h->early_at = m->ballot;
	h->early = m->value;
	h->early_proof = m->proof;
	h->early_view = m->view;
	return true;
}

/* "If an acceptor receives an accept request for a proposal numbered n, it accepts the proposal
 * unless it has already responded to a prepare request having a number greater than n." (Paxos Made
 * Simple, 2.2, phase 2b)
 *
 * Whatever an owner sends, an acceptor votes for at most one value in a ballot and slot. A proposer
 * that asks for a vote in a decided slot is told the decision instead.
 *
 * Under `justify` the acceptor votes only for what the ballot's Promises lead to (rule 3). Under
 * `echo` it echoes the Accept, and its vote waits for a quorum of Echoes (rules 4 and 5). Under
 * `reject` it never votes against its own earlier vote. */
void on_accept(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->slot < p->base) {
		output_log(p, set_of(m->from), m->slot, 1, out);
		return;
	}
	if (ballot_cmp(m->ballot, p->promised) < 0) {
		output_refusal(p, m, REFUSE_PROMISED, out);
		return;
	}
	if (!slot_is_open(p, m->slot)) {
		output_refusal(p, m, REFUSE_AHEAD, out);
		level_heard_low(p, m->from, m->slot - SLOTS_OPEN_MAX + 1, SLOT_NONE);
		return;
	}
	struct paxos_slot *s = open_slot(p, m->slot);
	if (s->chosen != VALUE_NONE) {
		decision_send(p, s, set_of(m->from), out);
		return;
	}
	bool again = s->voted != VALUE_NONE && ballot_cmp(s->voted_at, m->ballot) == 0;
	if (again && s->voted != m->value) {
		output_refusal(p, m, REFUSE_VOTED, out);
		return;
	}
	if (s->voted != VALUE_NONE && s->voted != m->value &&
	    slot_is_under(p, m->slot, DEFENCE_REJECT)) {
		output_refusal(p, m, REFUSE_REJECTED, out);
		return;
	}
	if (!again && slot_is_under(p, m->slot, DEFENCE_JUSTIFY) && !view_allows(p, m)) {
		if (!waits_for_view(p, m))
			output_refusal(p, m, REFUSE_UNJUSTIFIED, out);
		return;
	}
	if (again)
		acceptor_reply(p, m, out);
	if (slot_is_under(p, m->slot, DEFENCE_ECHO))
		echo_accept(p, m, out);
	else if (!again)
		acceptor_vote(p, m, out);
}
