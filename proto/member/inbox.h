/* Frames on their way to this member: what its links hold until they are due, or until told.
 *
 * A heap by due time and order of arrival. The bytes lie in chains of blocks of one size, so that
 * memory is bounded and never in pieces too small to use. Nothing is touched before it is needed.
 */
#ifndef PROTO_MEMBER_INBOX_H
#define PROTO_MEMBER_INBOX_H

#include <stddef.h>

#include "proto/core/event.h"

#define DUE_WHEN_TOLD UINT64_MAX
#define HELD_MAX      4096 /* frames at once, if they are short */

struct held {
	time_us due;    /* or DUE_WHEN_TOLD */
	uint64_t order; /* of arrival, from 1 */
	uint32_t block; /* the first */
	uint32_t length;
	uint16_t place;     /* in the heap */
	uint8_t copies;     /* made of its message so far */
	struct event event; /* EVENT_HELD, as a snapshot tells it */
};

struct inbox_block;

struct inbox {
	struct held *held;
	uint16_t *heap; /* places in held[], then those that are free */
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
};

/* Memory for frames of `bytes` bytes in all. */
size_t inbox_size(size_t bytes);
void inbox_init(struct inbox *inbox, void *memory, size_t bytes);

/* Copies the frame; NULL if there is no room. Valid until it is removed. */
struct held *inbox_put(struct inbox *inbox, time_us due, const uint8_t *bytes, size_t length,
		       const struct event *event);

/* The one that is due first, NULL if there is none; those that wait to be told come last. */
struct held *inbox_first(const struct inbox *inbox);

struct held *inbox_find(const struct inbox *inbox, struct message_id id, uint8_t copy);

/* In order of nothing in particular; 0 <= i < inbox->count. */
struct held *inbox_at(const struct inbox *inbox, unsigned i);

/* The bytes in one piece, valid until the next call on this inbox. */
const uint8_t *inbox_bytes(struct inbox *inbox, const struct held *held);

void inbox_set_due(struct inbox *inbox, struct held *held, time_us due);
void inbox_remove(struct inbox *inbox, struct held *held);

#endif
