#include "proto/fault/mistake.h"

static void before(struct paxos *p, struct mistake_memory *m)
{
	(void)p;
	if (m->in.kind == INPUT_MESSAGE && m->message.type == MSG_ACCEPT)
		m->message.type = MSG_COMMIT;
}

const struct mistake mistake_accept_is_commit = {.before = before};
