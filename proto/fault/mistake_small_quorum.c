#include "proto/fault/mistake.h"

/* n/2 instead of n/2 + 1. */
static void config(struct paxos_config *c)
{
	if (c->quorum > 1)
		c->quorum--;
}

const struct mistake mistake_small_quorum = {.config = config};
