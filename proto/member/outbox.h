/* The outbox: what a member owes its driver, gathered over several inputs.
 *
 * It is bounded. The member asks outbox_has_room before it gives the core an input; then everything
 * that one step can bring fits in. */
#ifndef PROTO_MEMBER_OUTBOX_H
#define PROTO_MEMBER_OUTBOX_H

#include "proto/member/member.h"

/* Of one step: the core's events, one "sent" for each message, and a few about the frame that came
 * in. */
#define STEP_EVENTS_MAX (OUT_EVENTS_MAX + OUT_SENDS_MAX + NODES_MAX + 8)

#define OUTBOX_EVENTS (2 * STEP_EVENTS_MAX)
#define OUTBOX_WRITES (4 * OUT_WRITES_MAX)
#define OUTBOX_FRAMES (4 * OUT_SENDS_MAX)
#define OUTBOX_LOGS   64

/* Bytes of frames that one step can bring: a Promise and a window of Accepts, at their longest. */
#define STEP_BYTES_MAX (2 * FRAME_BYTES_MAX + 4 * (size_t)VALUE_BYTES_MAX)

struct outbox {
	struct member_output out;
	uint8_t *bytes; /* of frames */
	size_t capacity;
	size_t used;
	unsigned events; /* made or only counted: a quiet member fills its outbox in the same steps
			  */
	struct member_write write[OUTBOX_WRITES];
	struct member_log log[OUTBOX_LOGS];
	struct member_frame frame[OUTBOX_FRAMES];
	struct event event[OUTBOX_EVENTS];
};

/* How full an outbox was. */
struct outbox_mark {
	unsigned writes, frames, logs, events;
};

void outbox_init(struct outbox *o, uint8_t *bytes, size_t capacity);
bool outbox_has_room(const struct outbox *o);
bool outbox_is_empty(const struct outbox *o);
void outbox_clear(struct outbox *o);

/* Writes, logs and frames must fit in: see outbox_has_room. */
struct member_write *outbox_write(struct outbox *o, const struct paxos_write *write,
				  const struct values *values);
void outbox_log(struct outbox *o, node_set to, slot_number from, uint16_t count);
/* False: there is no room, and the event is left out. */
bool outbox_event(struct outbox *o, const struct event *event);

/* The place of the next frame, and how long it may be. When the frame is written there,
 * outbox_frame puts it into the output. */
uint8_t *outbox_frame_room(struct outbox *o, size_t *capacity);
void outbox_frame(struct outbox *o, node_set to, size_t length, bool early);
struct outbox_mark outbox_mark(const struct outbox *o);
/* Takes back what was put in since then, but for early frames and the events that tell that they
 * were sent, one for each frame. Returns how many events are taken back. */
unsigned outbox_take_back(struct outbox *o, const struct outbox_mark *since);
/* None of the frames is early. */
void outbox_hold_back(struct outbox *o);
/* Stamps the frames of `source` (frame_stamp). */
void outbox_stamp(struct outbox *o, node_id source, uint64_t stored);
/* The bytes that were written there stay until outbox_clear, but are no frame: proofs that a write
 * refers to, or a message of the member to itself. */
void outbox_keep(struct outbox *o, size_t length);

#endif
