/* What safety leaves for liveness: notes in the state, written by the handlers and the learner,
 * read by the driver of the step (paxos.c) when the handler is done. A handler says what happened;
 * when to try, ask or tell again is decided above it. */
#include "proto/core/step.h"

/* The ballot of this proposer has lost to a higher one, or to refusals. The proposer stops at once;
 * patience decides when it tries again, and completes the event. */
void note_preempted(struct paxos *p, struct ballot by, struct paxos_output *out)
{
	if (p->role != ROLE_PREPARING && p->role != ROLE_LEADING)
		return;
	lease_give_up(p);
	struct event *e = output_report(out, EVENT_PREEMPTED);
	e->ballot = p->ballot;
	e->other = by;
	e->peer = by.node;
	p->role = ROLE_IDLE;
	p->proposer_at = 0;
	p->note.preempted = out->events;
}

/* A vote stands open: the learner does not know how it ends. */
void note_open_end(struct paxos *p)
{
	p->note.open_end = true;
}
