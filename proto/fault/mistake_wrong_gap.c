#include "proto/fault/mistake.h"

/* Of the votes that a Promise tells only the one in the highest slot is kept. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	(void)p;
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_PROMISE || m->message.claims < 2)
		return;
	m->claim[0] = m->claim[m->message.claims - 1];
	m->message.claims = 1;
}

const struct mistake mistake_wrong_gap = {.before = before};
