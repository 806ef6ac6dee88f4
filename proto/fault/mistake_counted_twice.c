#include "proto/fault/mistake.h"

/* The senders are counted, and not looked at: a second vote of one is taken for that of another. */
static void before(struct paxos *p, struct mistake_memory *m)
{
	const struct paxos_slot *s;
	node_set others;

	if (m->in.kind != INPUT_MESSAGE || m->message.type != MSG_ACCEPTED)
		return;
	s = paxos_slot(p, m->message.slot);
	if (s == NULL || !set_has(s->accepted_by, m->message.from))
		return;
	others = set_first(p->config.nodes) & ~s->accepted_by;
	if (others != 0)
		m->message.from = set_lowest(others);
}

const struct mistake mistake_counted_twice = {.before = before};
