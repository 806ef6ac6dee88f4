/* What honest nodes did that is no affair of the core's invariants. */
#include <stdio.h>

#include "proto/sim/trial_parts.h"

bool judge_is_framed(const struct event *e, node_set honest, char *why, size_t size)
{
	if (e->kind != EVENT_EVIDENCE || !set_has(honest, e->node) || !set_has(honest, e->peer))
		return false;
	snprintf(why, size, "framed: n%u holds evidence against n%u, which is honest", e->node,
		 e->peer);
	return true;
}
