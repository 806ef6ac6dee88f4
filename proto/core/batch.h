/* Several values as one. A slot decides one value; where proposals come faster than slots, those
 * that wait go into one slot together, as a batch.
 *
 *   BATCH_MARK 4 bytes | count u32 | count times: length u32 >= 1, so many bytes
 *
 * Integers are little-endian, count is at least 1, and everything fits exactly: other bytes are a
 * plain value, the value of one proposal. A proposal whose own bytes have the form of a batch is
 * wrapped in a batch of one, so what is read from a slot is always what was proposed. Within a
 * batch nothing is looked into: a value there may have any form. */
#ifndef PROTO_CORE_BATCH_H
#define PROTO_CORE_BATCH_H

#include "proto/core/types.h"

#define BATCH_MARK                                                                                 \
	"\xfb"                                                                                     \
	"bat"
#define BATCH_HEAD_BYTES 8
#define BATCH_EACH_BYTES 4

/* How many values these bytes are, if they are a batch; 0: they are a plain value. */
uint32_t batch_count(const uint8_t *bytes, uint32_t length);

/* The values of a slot in their order: those of a batch, or a plain value as the only one. */
struct batch_reader {
	const uint8_t *at;
	uint32_t left;  /* bytes */
	uint32_t place; /* of the value that was read last, from 1 */
	bool plain;
};

/* The bytes stay the caller's, and are read from by batch_next. No bytes: no values. */
struct batch_reader batch_read(const uint8_t *bytes, uint32_t length);

/* False: there is no more. */
bool batch_next(struct batch_reader *r, const uint8_t **value, uint32_t *length);

/* The place of a value among those of a slot, from 1; 0: it is not there. */
uint32_t batch_place(const uint8_t *bytes, uint32_t length, const uint8_t *value,
		     uint32_t value_length);

/* Makes what a slot is to hold of one value or more, in memory of the caller. */
struct batch_writer {
	uint8_t *bytes;
	uint32_t capacity; /* at least BATCH_HEAD_BYTES */
	uint32_t length;
	uint32_t count;
};

struct batch_writer batch_write(uint8_t *bytes, uint32_t capacity);

/* Copies a value behind the others. False, and nothing is changed: there is no room for it, or it
 * is empty. */
bool batch_add(struct batch_writer *w, const uint8_t *value, uint32_t length);

/* What the slot is to hold, within the writer's memory: the batch, or its only value as it is,
 * unless that has the form of a batch. NULL: nothing was added. */
const uint8_t *batch_end(struct batch_writer *w, uint32_t *length);

#endif
