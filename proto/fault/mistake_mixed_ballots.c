#include "proto/fault/mistake.h"

/* A vote for the value that this node has proposed counts as one in its present ballot. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	const struct paxos_slot *s;

	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_ACCEPTED)
		return;
	s = paxos_slot(p, m->message.slot);
	if (s != NULL && s->proposed != VALUE_NONE && s->proposed == m->message.value)
		m->message.ballot = p->ballot;
}

const struct mistake mistake_mixed_ballots = {.before = before};
