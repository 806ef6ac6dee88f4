#include "proto/core/step.h"

static void announce(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct message *commit = send(p, out, MSG_COMMIT, others(p));
	commit->ballot = m->ballot;
	commit->slot = m->slot;
	commit->low = p->base;
	commit->value = m->value;
}

/* A value is chosen when a quorum has accepted it in one ballot (Paxos Made Simple, 2.1). The
 * ballot's owner counts distinct voters, even after it was preempted: a vote is a vote. */
void on_accepted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	tail_answered(p, m->from, m->slot);
	if (ballot_cmp(m->ballot, p->ballot) != 0 || !is_open(p, m->slot))
		return;
	struct paxos_slot *s = open_slot(p, m->slot);
	if (s->proposed == VALUE_NONE || s->proposed != m->value ||
	    set_has(s->accepted_by, m->from))
		return;
	s->accepted_by |= set_of(m->from);
	p->resends = 0;

	struct event *e = report(out, EVENT_COUNTED);
	e->type = MSG_ACCEPTED;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->count = set_count(s->accepted_by);
	e->quorum = p->config.quorum;
	e->value = m->value;
	if (s->chosen != VALUE_NONE || set_count(s->accepted_by) < p->config.quorum)
		return;
	owe_tail(p, s);
	choose(p, m->slot,
	       &(struct event){.ballot = m->ballot, .value = m->value, .because = BECAUSE_COUNTED},
	       out);
	announce(p, m, out);
	pursue(p, out);
}
