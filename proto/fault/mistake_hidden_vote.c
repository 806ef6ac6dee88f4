#include "proto/fault/mistake.h"

static void after(struct paxos *p, struct mistake_memory *m, struct paxos_output *out)
{
	(void)p;
	(void)m;
	for (unsigned i = 0; i < out->sends; i++)
		if (out->send[i].type == MSG_PROMISE)
			out->send[i].claims = 0;
}

const struct mistake mistake_hidden_vote = {.after = after};
