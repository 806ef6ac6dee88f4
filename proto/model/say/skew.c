/* Clocks that differ, in words. The protocol does not mind; people who read times do. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"

#define SECOND_US 1000000
#define LOOK_BACK 256 /* events */

/* By how much the clock of a node was behind what had reached it, at its last event; or ahead of
 * all others, so that it was not believed. */
static void apart_from_others(const struct model *m, node_id id, uint64_t *behind, uint64_t *ahead)
{
	uint64_t i = model_event_last(m);

	*behind = *ahead = 0;
	for (unsigned k = 0; k < LOOK_BACK && i != EVENT_UNSEEN; k++) {
		const struct event *e = model_event_at(m, i);
		const time_us told = model_event_time(m, i);

		if (e->node == id) {
			*behind = told > e->at ? told - e->at : 0;
			*ahead = e->at > told ? e->at - told : 0;
			return;
		}
		i = model_event_earlier(m, i);
	}
}

bool model_skew(const struct model *m, node_id id, char *out, size_t size)
{
	const int64_t ahead_us = m->node[id].ahead_us;
	const uint64_t apart_us = ahead_us < 0 ? 0 - (uint64_t)ahead_us : (uint64_t)ahead_us;
	uint64_t behind_us, before_us;
	char span[32];

	apart_from_others(m, id, &behind_us, &before_us);
	if (before_us >= SECOND_US) {
		span_show(before_us / SECOND_US, span, sizeof(span));
		snprintf(out, size, "n%u's clock is %s ahead of all others", id, span);
		return true;
	}
	if (apart_us < SECOND_US && behind_us >= SECOND_US) {
		span_show(behind_us / SECOND_US, span, sizeof(span));
		snprintf(out, size, "n%u's clock is %s behind what it hears of", id, span);
		return true;
	}
	if (apart_us < SECOND_US)
		return false;
	span_show(apart_us / SECOND_US, span, sizeof(span));
	snprintf(out, size, "n%u's clock is %s %s", id, span, ahead_us < 0 ? "behind" : "ahead");
	return true;
}
