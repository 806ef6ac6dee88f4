#include "proto/core/batch.h"

#include <assert.h>
#include <string.h>

static uint32_t read_number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static void write_number(uint8_t *bytes, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
}

/* The next value of a batch, if a whole one is left. */
static bool take(const uint8_t **at, uint32_t *left, const uint8_t **value, uint32_t *length)
{
	if (*left < BATCH_EACH_BYTES)
		return false;
	*length = read_number(*at);
	if (*length == 0 || *length > *left - BATCH_EACH_BYTES)
		return false;
	*value = *at + BATCH_EACH_BYTES;
	*at = *value + *length;
	*left -= BATCH_EACH_BYTES + *length;
	return true;
}

uint32_t batch_count(const uint8_t *bytes, uint32_t length)
{
	const uint8_t *value;
	uint32_t value_length, found = 0;

	if (length < BATCH_HEAD_BYTES || memcmp(bytes, BATCH_MARK, 4) != 0)
		return 0;
	const uint32_t count = read_number(bytes + 4);
	const uint8_t *at = bytes + BATCH_HEAD_BYTES;
	uint32_t left = length - BATCH_HEAD_BYTES;
	while (found < count && take(&at, &left, &value, &value_length))
		found++;
	return left == 0 && found == count ? count : 0;
}

struct batch_reader batch_read(const uint8_t *bytes, uint32_t length)
{
	if (batch_count(bytes, length) == 0)
		return (struct batch_reader){.at = bytes, .left = length, .plain = true};
	return (struct batch_reader){.at = bytes + BATCH_HEAD_BYTES,
				     .left = length - BATCH_HEAD_BYTES};
}

bool batch_next(struct batch_reader *r, const uint8_t **value, uint32_t *length)
{
	if (r->left == 0)
		return false;
	r->place++;
	if (!r->plain)
		return take(&r->at, &r->left, value, length);
	*value = r->at;
	*length = r->left;
	r->left = 0;
	return true;
}

uint32_t batch_place(const uint8_t *bytes, uint32_t length, const uint8_t *value,
		     uint32_t value_length)
{
	struct batch_reader r = batch_read(bytes, length);
	const uint8_t *one;
	uint32_t one_length;

	while (batch_next(&r, &one, &one_length))
		if (one_length == value_length && memcmp(one, value, value_length) == 0)
			return r.place;
	return 0;
}

struct batch_writer batch_write(uint8_t *bytes, uint32_t capacity)
{
	assert(capacity >= BATCH_HEAD_BYTES);
	return (struct batch_writer){
		.bytes = bytes, .capacity = capacity, .length = BATCH_HEAD_BYTES};
}

bool batch_add(struct batch_writer *w, const uint8_t *value, uint32_t length)
{
	const uint32_t left = w->capacity - w->length;

	if (length == 0 || left < BATCH_EACH_BYTES || length > left - BATCH_EACH_BYTES)
		return false;
	write_number(w->bytes + w->length, length);
	memcpy(w->bytes + w->length + BATCH_EACH_BYTES, value, length);
	w->length += BATCH_EACH_BYTES + length;
	w->count++;
	return true;
}

const uint8_t *batch_end(struct batch_writer *w, uint32_t *length)
{
	const uint8_t *only = w->bytes + BATCH_HEAD_BYTES + BATCH_EACH_BYTES;
	const uint32_t only_length = w->length - BATCH_HEAD_BYTES - BATCH_EACH_BYTES;

	if (w->count == 0)
		return NULL;
	if (w->count == 1 && batch_count(only, only_length) == 0) {
		*length = only_length;
		return only;
	}
	memcpy(w->bytes, BATCH_MARK, 4);
	write_number(w->bytes + 4, w->count);
	*length = w->length;
	return w->bytes;
}
