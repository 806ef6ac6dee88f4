#include "node/live/live_pending.h"

#include <stdlib.h>
#include <string.h>

node_set live_reachable(const struct live *l)
{
	node_set reachable = 0;
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (l->node[id].known && !l->node[id].down && !l->node[id].stopped &&
		    !l->node[id].silent)
			reachable |= set_of(id);
	return reachable;
}

node_set live_pending_before(const struct live *l, unsigned at)
{
	node_set busy = 0;
	for (unsigned i = 0; i < at; i++)
		busy |= l->pending[i].waiting;
	return busy;
}

void live_pending_answered(struct live *l, node_id id, struct live_pending *p)
{
	p->waiting &= ~set_of(id);
	p->answered |= set_of(id);
	/* The next control for this node is sent at once. */
	for (unsigned i = 0; i < l->pendings; i++)
		if (set_has(l->pending[i].waiting, id)) {
			l->pending[i].send_us = 0;
			break;
		}
}

/* A standing order that no node has answered yet is perhaps kept by none: all others are asked to
 * keep it for those that it is for. */
static void find_keepers(struct live *l, struct live_pending *p)
{
	if (!control_stands(p->control.kind) || p->waiting != 0 || p->answered != 0)
		return;
	p->waiting = p->control.asked = live_reachable(l);
	p->send_us = 0;
}

void live_excuse(struct live *l, node_id id)
{
	for (unsigned i = 0; i < l->pendings; i++)
		if (set_has(l->pending[i].waiting, id)) {
			l->pending[i].waiting &= ~set_of(id);
			find_keepers(l, &l->pending[i]);
		}
}

void live_pending_forget(struct live *l, unsigned at)
{
	free(l->pending[at].value);
	l->pendings--;
	memmove(&l->pending[at], &l->pending[at + 1], (l->pendings - at) * sizeof(l->pending[0]));
}

void live_pending_forget_all(struct live *l)
{
	while (l->pendings > 0)
		live_pending_forget(l, l->pendings - 1);
}
