#include "proto/fault/mistake.h"

static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_ACCEPT ||
	    ballot_cmp(p->promised, m->promised) == 0)
		return;
	p->promised = m->promised;
	mistake_forget_writes(out, WRITE_PROMISED, NODE_NONE);
}

const struct mistake mistake_vote_is_no_promise = {.after = after};
