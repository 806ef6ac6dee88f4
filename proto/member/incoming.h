/* Frames that links hold on their way to this member, and what the operator does to links.
 *
 * A link belongs to its receiver: it is cut, slow or lossy here, and the gate stands at its end. A
 * frame that a link holds is told as an event, so that dashboards show it on the wire. */
#ifndef PROTO_MEMBER_INCOMING_H
#define PROTO_MEMBER_INCOMING_H

#include "proto/member/member_state.h"

/* Holds m->frame, which came in as these bytes, for so long. copy 0: the original. */
void incoming_hold(struct member *m, const uint8_t *bytes, size_t length, time_us delay,
		   uint8_t copy);

/* The frame has come to the end of its link, where the gate is closed: it waits to be told. */
void incoming_stop_at_gate(struct member *m, struct held *held);

/* Does the gate hold what this event is about, or m->frame? */
bool incoming_is_gated(const struct member *m, const struct event *event);
bool incoming_is_gated_frame(const struct member *m);

/* What waits at the gate, and the gate holds no longer, is due now. */
void incoming_open_gate(struct member *m);

/* Makes one more copy of a held frame, due when it is. DROP_NOTHING, or why not. */
enum drop incoming_copy(struct member *m, struct held *held);

/* Puts one that waits at the gate before another. DROP_NOTHING, or why not. */
enum drop incoming_move(struct member *m, struct held *held, struct held *before);

/* Loses a held frame. */
void incoming_discard(struct member *m, struct held *held, enum drop why);

/* From now on the link from `peer` is like this. A cut loses what is on it; a link that works
 * better than before is noted in m->links_up, for the core to try again. */
void incoming_set_link(struct member *m, node_id peer, const struct link_rule *rule);

#endif
