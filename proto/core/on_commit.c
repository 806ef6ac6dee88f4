#include <string.h>

#include "proto/core/step.h"

/* Rule 6: under `cert` a Commit is believed only with a quorum of Accepteds from distinct nodes,
 * for the same ballot. They are kept, to be passed on. */
static bool is_certified(struct paxos *p, const struct message *m)
{
	struct paxos_word word[NODES_MAX];

	memset(word, 0, sizeof word);
	for (unsigned i = 0; i < m->told; i++) {
		const struct message *a = &m->tell[i];
		if (a->type == MSG_ACCEPTED && a->slot == m->slot &&
		    ballot_cmp(a->ballot, m->ballot) == 0 && a->value == m->value)
			word[a->from - 1] = (struct paxos_word){a->ballot, a->value, a->proof};
	}
	if (count_words(p, word, m->ballot, m->value) < paxos_quorum(p, m->slot))
		return false;
	struct paxos_hard *h = hard_slot(p, m->slot);
	if (open_slot(p, m->slot)->chosen == VALUE_NONE)
		for (unsigned i = 0; i < p->config.nodes; i++)
			h->accepted[i] = word[i];
	return true;
}

/* Somebody says that a value is chosen. Without certificates it is believed, as in the textbook;
 * the first word stands, and another value for the same slot is reported. */
void on_commit(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	slot_number low = m->low > m->slot ? m->low : m->slot;

	if (is_open(p, m->slot) && under(p, m->slot, DEFENCE_CERT) && !is_certified(p, m)) {
		struct event *e = report(out, EVENT_REFUSED);
		e->type = MSG_COMMIT;
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->peer = m->from;
		e->why = REFUSE_UNJUSTIFIED;
		e->other = p->promised;
		return;
	}
	tail_answered(p, m->from, m->slot);
	if (is_open(p, m->slot))
		choose(p, m->slot,
		       &(struct event){.ballot = m->ballot,
				       .value = m->value,
				       .because = BECAUSE_TOLD,
				       .peer = m->from},
		       out);
	heard_low(p, m->from, low, out);
	/* Who decides here without knowing what was decided there is told. */
	owe_log(p, m->from, m->low, out);
	pursue(p, out);
}
