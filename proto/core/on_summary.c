#include "proto/core/step.h"

/* A peer that does not keep the slots which the learner lacks tells all that it has of them, and so
 * brings the learner over them. Under `cert` peers also say so to each other wherever the log is
 * summarized, to have a proof when they need one: that alone brings nobody over anything. */
void on_summary(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->slot >= LOG_SLOTS_MAX) {
		output_refused(p, m, REFUSE_AHEAD, out);
		return;
	}
	level_heard_low(p, m->from, m->slot + 1, SLOT_NONE);
	summary_hear(p, m, out);
	if (m->slot < p->base)
		return;
	if (summary_believed(p, m))
		summary_take(p, m, out);
	else if (m->told > 0)
		output_refused(p, m, REFUSE_UNJUSTIFIED, out);
	p->note.pursue = true;
}
