#include "proto/fault/mistake.h"

static void before(struct paxos *p, struct mistake_memory *m)
{
	(void)p;
	if (m->in.kind == INPUT_MESSAGE && m->message.type == MSG_PROMISE)
		m->message.claims = 0;
}

const struct mistake mistake_own_value = {.before = before};
