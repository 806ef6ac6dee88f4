#include "proto/core/step.h"

static void reply_accepted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	/* Under `echo` and `cert` every learner counts for itself. */
	node_set to = under(p, m->slot, LOUD) ? everybody(p) : set_of(m->ballot.node);
	struct message *reply = send(p, out, MSG_ACCEPTED, to);

	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->value = m->value;
}

/* Why others may believe the vote when a later Promise tells it: the Echoes it rests on, or without
 * `echo` the Accept and all that its NewView rests on. */
static void keep_cert(struct paxos *p, const struct message *m)
{
	struct paxos_hard *h = hard_slot(p, m->slot);

	h->certs = 0;
	if (under(p, m->slot, DEFENCE_ECHO)) {
		for (unsigned i = 0; i < p->config.nodes; i++)
			if (ballot_cmp(h->echo[i].ballot, m->ballot) == 0 &&
			    h->echo[i].value == m->value && h->echo[i].proof != PROOF_NONE)
				h->cert[h->certs++] = h->echo[i].proof;
	} else if (under(p, m->slot, DEFENCE_JUSTIFY)) {
		h->cert[h->certs++] = m->proof;
		h->cert[h->certs++] = p->view.proofs;
	}
}

/* Casts the vote: it is remembered before anybody hears of it (rule 5: vote and voteCert). */
void vote(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_write write = {
		.kind = WRITE_VOTE,
		.slot = m->slot,
		.ballot = m->ballot,
		.value = m->value,
	};

	if (ballot_cmp(m->ballot, p->promised) > 0)
		promise(p, m->ballot, out);
	if (s->voted == VALUE_NONE && s->chosen == VALUE_NONE)
		p->unresolved++;
	s->voted_at = m->ballot;
	s->voted = m->value;
	if (under(p, m->slot, DEFENCE_ECHO | DEFENCE_JUSTIFY)) {
		keep_cert(p, m);
		write.proofs = hard_slot(p, m->slot)->certs;
		write.proof_list = hard_slot(p, m->slot)->cert;
	}
	owe_write(out, &write);
	out->must_sync = true;
	struct event *e = report(out, EVENT_ACCEPTED);
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->value = m->value;
	learner_worry(p);
	reply_accepted(p, m, out);
}

/* Rule 4: tells everybody what the ballot's owner asked for, with the owner's signed Accept; one
 * value in a ballot and slot, remembered before anybody hears of it. It raises maxBal as a vote
 * does, so that an echo never is below a promise and the highest one is all there is to remember.
 */
static void echo(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_hard *h = hard_slot(p, m->slot);
	bool again = h->echoed != VALUE_NONE && ballot_cmp(h->echoed_at, m->ballot) == 0;

	if (again && h->echoed != m->value) {
		refuse(p, m, REFUSE_VOTED, out);
		return;
	}
	if (ballot_cmp(m->ballot, p->promised) > 0)
		promise(p, m->ballot, out);
	h->asked = m->proof;
	if (!again) {
		h->echoed_at = m->ballot;
		h->echoed = m->value;
		owe_write(out, &(struct paxos_write){
				       .kind = WRITE_ECHO,
				       .slot = m->slot,
				       .ballot = m->ballot,
				       .value = m->value,
			       });
		out->must_sync = true;
		struct event *e = report(out, EVENT_ECHOED);
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->value = m->value;
	}
	struct message *reply = send(p, out, MSG_ECHO, everybody(p));
	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->value = m->value;
	attach(out, reply, m->proof);
}

/* An Accept may overtake its NewView: it waits for it. One that comes again waits in vain. */
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

/* Phase 2b (Paxos Made Simple, 2.2): vote unless a higher ballot was promised; at most one value in
 * a ballot, whatever its owner sends; remembered before anybody hears of it. Who asks for a vote in
 * a decided slot is told the decision instead.
 *
 * Under `justify` only what the ballot's promises lead to (rule 3); under `echo` the Accept is
 * echoed, and the vote waits for a quorum of Echoes (rules 4 and 5); under `reject`, the origin's
 * remedy, never against one's own earlier vote. */
void on_accept(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->slot < p->base) {
		owe_log(p, m->from, m->slot, out);
		return;
	}
	if (ballot_cmp(m->ballot, p->promised) < 0) {
		refuse(p, m, REFUSE_PROMISED, out);
		return;
	}
	if (!is_open(p, m->slot)) {
		refuse(p, m, REFUSE_AHEAD, out);
		heard_low(p, m->from, m->slot - SLOTS_OPEN_MAX + 1, out);
		return;
	}
	struct paxos_slot *s = open_slot(p, m->slot);
	if (s->chosen != VALUE_NONE) {
		tell_decision(p, s, set_of(m->from), out);
		return;
	}
	bool again = s->voted != VALUE_NONE && ballot_cmp(s->voted_at, m->ballot) == 0;
	if (again && s->voted != m->value) {
		refuse(p, m, REFUSE_VOTED, out);
		return;
	}
	if (s->voted != VALUE_NONE && s->voted != m->value && under(p, m->slot, DEFENCE_REJECT)) {
		refuse(p, m, REFUSE_REJECTED, out);
		return;
	}
	if (!again && under(p, m->slot, DEFENCE_JUSTIFY) && !is_justified(p, m)) {
		if (!waits_for_view(p, m))
			refuse(p, m, REFUSE_UNJUSTIFIED, out);
		return;
	}
	if (again)
		reply_accepted(p, m, out);
	if (under(p, m->slot, DEFENCE_ECHO))
		echo(p, m, out);
	else if (!again)
		vote(p, m, out);
}
