/* Which events somebody wants to hear who reads one line after another: what was decided, what was
 * done to the cluster and what came of it, each of these once, and not every message. */
#ifndef TUI_REPORT_BRIEF_H
#define TUI_REPORT_BRIEF_H

#include "proto/model/base/model.h"

/* What was told. */
struct brief {
	node_set cut[NODES_MAX + 1]; /* by receiver: senders whose link is cut */
	slot_number decided;         /* slots below it are told, or too old */
	uint64_t above;              /* those from it on that are told, a bit each */
	struct event policy, epoch, timed, lied[NODES_MAX + 1];
};

/* Is this event, which the model has folded, worth a line? Remembers that it was told. */
bool brief_tells(struct brief *b, const struct event *e);

/* Is it a decision, whose reason belongs behind it? */
bool brief_explains(const struct event *e);

#endif
