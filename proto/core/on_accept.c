#include "proto/core/step.h"

static void reply_accepted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct message *reply = send(p, out, MSG_ACCEPTED, set_of(m->from));
	reply->ballot = m->ballot;
	reply->slot = m->slot;
	reply->value = m->value;
}

static void vote(struct paxos *p, struct paxos_slot *s, const struct message *m,
		 struct paxos_output *out)
{
	if (s->voted == VALUE_NONE)
		p->unresolved++;
	s->voted_at = m->ballot;
	s->voted = m->value;
	owe_write(out, &(struct paxos_write){
			       .kind = WRITE_VOTE,
			       .slot = m->slot,
			       .ballot = m->ballot,
			       .value = m->value,
		       });
	out->must_sync = true;
	struct event *e = report(out, EVENT_ACCEPTED);
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->value = m->value;
	learner_worry(p);
}

/* Phase 2b (Paxos Made Simple, 2.2): vote unless a higher ballot was promised; at most one value in
 * a ballot, whatever its owner sends; remembered before anybody hears of it. Who asks for a vote in
 * a decided slot is told the decision instead. */
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
		tell_decision(p, s, m->from, out);
		return;
	}
	if (s->voted != VALUE_NONE && ballot_cmp(s->voted_at, m->ballot) == 0) {
		if (s->voted == m->value)
			reply_accepted(p, m, out);
		else
			refuse(p, m, REFUSE_VOTED, out);
		return;
	}
	if (ballot_cmp(m->ballot, p->promised) > 0)
		promise(p, m->ballot, out);
	vote(p, s, m, out);
	reply_accepted(p, m, out);
}
