#include "proto/fault/mistake.h"

/* A Promise that tells a vote is taken for word of a decision. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	(void)p;
	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_PROMISE || m->message.claims == 0)
		return;
	m->message.type = MSG_COMMIT;
	m->message.slot = m->claim[0].slot;
	m->message.ballot = m->claim[0].ballot;
	m->message.value = m->claim[0].value;
	m->message.claims = 0;
}

const struct mistake mistake_first_vote = {.before = before};
