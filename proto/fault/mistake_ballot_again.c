#include "proto/fault/mistake.h"

/* Its promise to itself is what keeps a proposer from using a ballot twice. */
static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	(void)m;
	mistake_forget_writes(out, WRITE_PROMISED, p->config.self);
}

const struct mistake mistake_ballot_again = {.after = after};
