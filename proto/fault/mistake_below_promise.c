#include "proto/fault/mistake.h"

/* The acceptor does not look at what it promised. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind == INPUT_MESSAGE && m->message.type == MSG_ACCEPT &&
	    ballot_cmp(m->message.ballot, p->promised) < 0)
		p->promised = m->message.ballot;
}

static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	(void)out;
	p->promised = ballot_higher(p->promised, m->promised);
}

const struct mistake mistake_below_promise = {.before = before, .after = after};
