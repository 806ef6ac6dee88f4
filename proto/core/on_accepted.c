#include "proto/core/step.h"

static void announce(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct message *commit = send(p, out, MSG_COMMIT, others(p));
	commit->ballot = m->ballot;
	commit->slot = m->slot;
	commit->low = p->base;
	commit->value = m->value;
}

static void report_counted(const struct paxos *p, const struct message *m, unsigned count,
			   struct paxos_output *out)
{
	struct event *e = report(out, EVENT_COUNTED);

	e->type = MSG_ACCEPTED;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->count = count;
	e->quorum = paxos_quorum(p, m->slot);
	e->value = m->value;
}

static bool is_own(const struct paxos *p, const struct paxos_slot *s, const struct message *m)
{
	return ballot_cmp(m->ballot, p->ballot) == 0 && s->proposed != VALUE_NONE &&
	       s->proposed == m->value;
}

static void choose_counted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	choose(p, m->slot,
	       &(struct event){.ballot = m->ballot, .value = m->value, .because = BECAUSE_COUNTED},
	       out);
}

/* Rule 6: CHOSEN(s, v) iff a quorum of distinct nodes sent Accepted(b, s, v) for the same b. Every
 * learner counts for itself, so nobody has to be believed. */
static void count_for_oneself(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_word *word = &hard_slot(p, m->slot)->accepted[m->from - 1];
	bool own = is_own(p, s, m);

	if (own) {
		s->accepted_by |= set_of(m->from);
		p->resends = 0;
	}
	if (s->chosen != VALUE_NONE || ballot_cmp(m->ballot, word->ballot) <= 0)
		return;
	*word = (struct paxos_word){m->ballot, m->value, m->proof};
	unsigned count = count_words(p, hard_slot(p, m->slot)->accepted, m->ballot, m->value);
	report_counted(p, m, count, out);
	if (count < paxos_quorum(p, m->slot)) {
		/* Who was told another story than the voters asks how theirs ended. */
		p->stale = true;
		learner_worry(p);
		return;
	}
	if (own)
		owe_tail(p, s);
	choose_counted(p, m, out);
	pursue(p, out);
}

/* A value is chosen when a quorum has accepted it in one ballot (Paxos Made Simple, 2.1). The
 * ballot's owner counts distinct voters, even after it was preempted: a vote is a vote. */
void on_accepted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	tail_answered(p, m->from, m->slot);
	if (!is_open(p, m->slot))
		return;
	if (under(p, m->slot, LOUD)) {
		count_for_oneself(p, m, out);
		return;
	}
	struct paxos_slot *s = open_slot(p, m->slot);
	if (!is_own(p, s, m) || set_has(s->accepted_by, m->from))
		return;
	s->accepted_by |= set_of(m->from);
	p->resends = 0;
	report_counted(p, m, set_count(s->accepted_by), out);
	if (s->chosen != VALUE_NONE || set_count(s->accepted_by) < paxos_quorum(p, m->slot))
		return;
	owe_tail(p, s);
	choose_counted(p, m, out);
	announce(p, m, out);
	pursue(p, out);
}
