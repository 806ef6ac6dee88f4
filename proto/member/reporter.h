/* The reporter: numbers everything that happens in this member, and tells it to dashboards.
 *
 * A quiet member counts its events without making them. Its behaviour is the same: an event that is
 * only counted still takes its place in the outbox's budget. */
#ifndef PROTO_MEMBER_REPORTER_H
#define PROTO_MEMBER_REPORTER_H

#include "proto/member/member_state.h"

/* Numbers the event and puts it into the outbox, or counts it as left out. node, boot, seq and at
 * are filled in here. */
void reporter_tell(struct member *m, const struct event *event);

/* What a quiet member shows its watcher, too (member_config.told). */
void reporter_watch(const struct member *m, const struct event *event);

/* Counts so many events as left out, without making them. */
void reporter_keep_quiet(struct member *m, unsigned events);

/* What an event tells of a frame. */
struct event reporter_event_of(const struct member *m, enum event_kind kind,
			       const struct frame *frame, uint8_t copy, time_us due);
void reporter_tell_frame(struct member *m, enum event_kind kind, const struct frame *frame,
			 uint8_t copy, time_us due);

/* Counts and tells a frame that is thrown away. `frame` NULL: its bytes are no message. */
void reporter_tell_dropped(struct member *m, const struct frame *frame, uint8_t copy,
			   enum drop why);

#endif
