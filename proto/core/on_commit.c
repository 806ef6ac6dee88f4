#include "proto/core/step.h"

/* Somebody says that a value is chosen. Without certificates it is believed, as in the textbook;
 * the first word stands, and another value for the same slot is reported. */
void on_commit(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	slot_number low = m->low > m->slot ? m->low : m->slot;

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
