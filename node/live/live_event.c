#include "node/live/live_event.h"

#include <stdlib.h>

#include "node/io/clock.h"

time_us live_virtual_now(const struct live *l)
{
	return clock_at(&l->clock, real_time_us());
}

uint32_t live_epoch(const struct live *l)
{
	uint32_t epoch = 0;
	unsigned known = 0;
	for (node_id id = 1; id <= l->roster.nodes; id++)
		known += l->node[id].epoch != 0;
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		unsigned there = 0;
		for (node_id other = 1; other <= l->roster.nodes; other++)
			there += l->node[other].epoch >= l->node[id].epoch;
		if (2 * there > known && l->node[id].epoch > epoch)
			epoch = l->node[id].epoch;
	}
	return epoch != 0 ? epoch : l->roster.epoch;
}

void live_push(struct live *l, const struct event *event)
{
	if (l->events == l->events_max) {
		const size_t more = l->events_max == 0 ? 256 : 2 * l->events_max;
		struct event *grown = realloc(l->event, more * sizeof(*grown));
		if (grown == NULL)
			return;
		l->event = grown;
		l->events_max = more;
	}
	l->event[l->events++] = *event;
}

void live_say(struct live *l, node_id id, struct event event)
{
	event.node = id;
	event.boot = l->node[id].boot;
	event.seq = 0;
	event.at = live_virtual_now(l);
	live_push(l, &event);
}
