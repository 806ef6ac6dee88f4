#include <string.h>

#include "proto/core/step.h"

/* Rule 6: "A learner applies v only on holding them, or Commit with q signed Accepted."
 *
 * The Accepteds are from distinct acceptors and for one ballot. The learner keeps them, to prove
 * the decision to others. */
static bool is_certified(struct paxos *p, const struct message *m)
{
	struct paxos_word word[NODES_MAX];

	memset(word, 0, sizeof word);
	for (unsigned i = 0; i != m->told; i++) {
		const struct message *a = &m->tell[i];
		if (a->type == MSG_ACCEPTED && a->slot == m->slot &&
		    ballot_cmp(a->ballot, m->ballot) == 0 && a->value == m->value)
			word[a->from - 1] = (struct paxos_word){a->ballot, a->value, a->proof};
	}
	if (words_count(p, word, m->ballot, m->value) < paxos_quorum(p, m->slot))
		return false;
	struct paxos_hard *h = hard_slot(p, m->slot);
	if (open_slot(p, m->slot)->chosen == VALUE_NONE)
		for (unsigned i = 0; i != p->config.nodes; i++)
			h->accepted[i] = word[i];
	return true;
}

/* "We can have the acceptors respond with their acceptances to a distinguished learner, which in
 * turn informs the other learners when a value has been chosen." (Paxos Made Simple, 2.3)
 *
 * A Commit is that information. Without `cert` the learner believes it, as the paper does. The
 * first value that a learner was told stands; another value for the same slot is reported.
 *
 * A Commit may name its value by a digest, for the Accept of that slot and ballot has brought it.
 * Who has no such value learns nothing but that the sender knows, and asks for it. */
void on_commit(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->value == VALUE_UNKNOWN) {
		level_heard_low(p, m->from, m->low, m->slot);
		if (m->slot >= p->base)
			p->note.lacks = m->from;
		return;
	}
	if (slot_is_open(p, m->slot) && slot_is_under(p, m->slot, DEFENCE_CERT) &&
	    !is_certified(p, m)) {
		output_refused(p, m, REFUSE_UNJUSTIFIED, out);
		return;
	}
	tail_answered(p, m->from, m->slot);
	level_heard_low(p, m->from, m->low, m->slot);
	if (slot_is_open(p, m->slot))
		learner_choose(p, m->slot,
			       &(struct event){.ballot = m->ballot,
					       .value = m->value,
					       .because = BECAUSE_TOLD,
					       .peer = m->from},
			       out);
	p->note.pursue = true;
}
