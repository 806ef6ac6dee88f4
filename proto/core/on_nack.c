#include "proto/core/step.h"

/* An acceptor has promised a higher ballot: ours has lost, and the next must be above that one. */
void on_nack(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (ballot_cmp(m->ballot, p->ballot) != 0 || m->why != REFUSE_PROMISED ||
	    ballot_cmp(m->promised, m->ballot) <= 0)
		return;
	if (ballot_cmp(m->promised, p->seen) > 0)
		p->seen = m->promised;
	preempt(p, m->promised, out);
}
