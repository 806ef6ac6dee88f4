/* The inbox: frames that are on their way to this member. A frame stays until its link delivers it,
 * or, at a closed gate, until the operator says so.
 *
 * The frames stand in a heap, the earliest due time first, then the earliest arrival. Their bytes
 * lie in chains of blocks of one size: memory is bounded, and a freed block fits every later frame.
 * Memory that was never used is never touched. */
#ifndef PROTO_MEMBER_INBOX_H
#define PROTO_MEMBER_INBOX_H

#include <stddef.h>

#include "proto/core/event.h"

#define DUE_WHEN_TOLD UINT64_MAX /* the frame waits for the operator */
#define HELD_MAX      4096       /* frames at once, if they are short */

struct held {
	time_us due;    /* or DUE_WHEN_TOLD */
	uint64_t order; /* of arrival, from 1 */
	uint32_t block; /* the first of its bytes */
	uint32_t length;
	uint16_t place;     /* in the heap */
	uint8_t copies;     /* made of its message so far */
	struct event event; /* EVENT_HELD, as a snapshot tells it */
};

struct inbox_block;

struct inbox {
	struct held *held;
	uint16_t *heap; /* places in held[]; behind the first `count`, those that are free */
	struct inbox_block *block;
	uint8_t *scratch; /* to make a long frame whole again */
	uint32_t blocks;
	uint32_t fresh_block; /* blocks from here on were never used */
	uint32_t free_block;  /* 1 + the first of a chain of free ones, 0 = none */
	uint32_t free_blocks; /* never used ones too */
	uint16_t held_max;
	uint16_t fresh_held;
	uint16_t count;
	uint64_t order;
	uint64_t changes; /* rises whenever a frame comes, goes or is due at another time */
};

/* Memory for frames of `bytes` bytes in all. */
size_t inbox_size(size_t bytes);
void inbox_init(struct inbox *inbox, void *memory, size_t bytes);

/* Copies the frame and the event. NULL: there is no room. What is returned is valid until it is
 * removed. */
struct held *inbox_put(struct inbox *inbox, time_us due, const uint8_t *bytes, size_t length,
		       const struct event *event);

/* The frame that is due first, NULL if there is none. Frames that wait for the operator come last.
 */
struct held *inbox_first(const struct inbox *inbox);

/* A copy of a message; NULL if it is not here. */
struct held *inbox_find(const struct inbox *inbox, struct message_id id, uint8_t copy);

/* All frames, 0 <= i < inbox->count, in no particular order. */
struct held *inbox_at(const struct inbox *inbox, unsigned i);

/* The bytes of a frame in one piece, valid until the next inbox_bytes or inbox_put. */
const uint8_t *inbox_bytes(struct inbox *inbox, const struct held *held);

void inbox_set_due(struct inbox *inbox, struct held *held, time_us due);
/* Puts one that waits for the operator before another one that does. */
void inbox_move(struct inbox *inbox, struct held *held, const struct held *before);
void inbox_remove(struct inbox *inbox, struct held *held);

#endif
