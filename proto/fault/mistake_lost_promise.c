#include "proto/fault/mistake.h"

static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	(void)p;
	(void)m;
	mistake_forget_writes(out, WRITE_PROMISED, NODE_NONE);
}

const struct mistake mistake_lost_promise = {.after = after};
