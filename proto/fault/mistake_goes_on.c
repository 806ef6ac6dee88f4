#include "proto/fault/mistake.h"

/* In every ballot but its first the proposer's own Promise is all that it waits for. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	if (m->in.kind == INPUT_TIMER && p->role == ROLE_WAITING)
		p->config.quorum = 1;
}

static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	(void)out;
	p->config.quorum = m->quorum;
}

const struct mistake mistake_goes_on = {.before = before, .after = after};
