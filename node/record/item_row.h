/* An event as a row of numbers, and back. */
#ifndef NODE_RECORD_ITEM_ROW_H
#define NODE_RECORD_ITEM_ROW_H

#include <stddef.h>

#include "node/record/schema.h"
#include "proto/core/event.h"

#define RULE_BYTES_MAX 64

struct item_row {
	int64_t of[ITEM_NUMBERS];
	uint8_t rule[RULE_BYTES_MAX];
	unsigned rule_length;
};

/* `value`: the number of the event's value in the recording. */
void item_row_of(const struct event *event, int64_t value, struct item_row *row);

/* The event but for its value, which is VALUE_NONE. False: no program wrote such a row. */
bool item_row_event(const struct item_row *row, struct event *event);

/* Chains a row into the digest of its batch. */
uint64_t item_row_digest(uint64_t before, const struct item_row *row);
/* Of the whole batch, once its rows are chained: what its own row says is chained, too. */
uint64_t item_batch_digest(uint64_t rows, uint64_t at, uint64_t real);

/* What stands in `extra` of a snapshot's or a proof's row: its bytes, and the number beside them,
 * are as they were. */
int64_t item_bytes_digest(uint64_t number, const uint8_t *bytes, size_t length);

#endif
