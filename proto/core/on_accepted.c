#include "proto/core/step.h"

static void tell_decision(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct message *commit = output_send(p, out, MSG_COMMIT, nodes_others(p));
	commit->ballot = m->ballot;
	commit->slot = m->slot;
	commit->low = p->base;
	commit->value = m->value;
	commit->refers = true;
}

static void report_counted(const struct paxos *p, const struct message *m, unsigned count,
			   struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_COUNTED);

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
	learner_choose(
		p, m->slot,
		&(struct event){.ballot = m->ballot, .value = m->value, .because = BECAUSE_COUNTED},
		out);
}

/* Rule 6: "CHOSEN(s, v) iff q distinct nodes sent Accepted(b, s, v) for the SAME b."
 *
 * Every learner counts for itself, so it need not believe a node that says that a value is chosen.
 */
static void count_as_learner(struct paxos *p, const struct message *m, struct paxos_output *out)
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
	s->said |= set_of(m->from);
	unsigned count = words_count(p, hard_slot(p, m->slot)->accepted, m->ballot, m->value);
	report_counted(p, m, count, out);
	if (count < paxos_quorum(p, m->slot)) {
		/* A liar may have told this node another story than it told the voters. So this
		 * node asks how their story ended. */
		note_open_end(p);
		return;
	}
	if (own)
		tail_owe(p, s);
	choose_counted(p, m, out);
	p->note.pursue = true;
}

/* "To learn that a value has been chosen, a learner must find out that a proposal has been accepted
 * by a majority of acceptors." (Paxos Made Simple, 2.3)
 *
 * The ballot's owner is the distinguished learner: it counts distinct acceptors and tells the other
 * learners by a Commit. It goes on counting after its ballot has lost, for a vote stays a vote. A
 * learner that asked for votes counts those of any ballot. */
void on_accepted(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	tail_answered(p, m->from, m->slot);
	if (!slot_is_open(p, m->slot) || m->late)
		return;
	struct paxos_slot *s = open_slot(p, m->slot);
	if (slot_is_under(p, m->slot, LOUD) || !is_own(p, s, m)) {
		count_as_learner(p, m, out);
		return;
	}
	if (set_has(s->accepted_by, m->from))
		return;
	s->accepted_by |= set_of(m->from);
	p->resends = 0;
	report_counted(p, m, set_count(s->accepted_by), out);
	if (s->chosen != VALUE_NONE || set_count(s->accepted_by) < paxos_quorum(p, m->slot))
		return;
	tail_owe(p, s);
	choose_counted(p, m, out);
	tell_decision(p, m, out);
	p->note.pursue = true;
}
