#include "proto/fault/mistake.h"

static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind == INPUT_MESSAGE && m->message.type == MSG_PREPARE &&
	    ballot_cmp(m->message.ballot, p->promised) < 0)
		p->promised = BALLOT_NONE;
}

const struct mistake mistake_promise_falls = {.before = before};
