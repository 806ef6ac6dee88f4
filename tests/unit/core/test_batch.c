/* Batches: what goes in comes out in its order, whatever its form; other bytes are plain values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/core/batch.h"

#define RUNS 20000
#define MOST 12

static uint8_t room[VALUE_BYTES_MAX];

static uint64_t random_state = 1;

static uint32_t draw(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state % below);
}

static const uint8_t *batch_of(const char *const *words, unsigned count, uint32_t *length)
{
	struct batch_writer w = batch_write(room, sizeof room);

	for (unsigned i = 0; i < count; i++)
		assert_true(batch_add(&w, (const uint8_t *)words[i], (uint32_t)strlen(words[i])));
	return batch_end(&w, length);
}

static void values_come_back_as_they_went_in_their_order(void **state)
{
	static const char *const words[] = {"A", "pear", "A"};
	uint32_t length, one_length, place = 0;
	const uint8_t *one, *bytes = batch_of(words, 3, &length);

	(void)state;
	assert_int_equal(length, BATCH_HEAD_BYTES + 3 * BATCH_EACH_BYTES + 6);
	assert_memory_equal(bytes,
			    "\xfb"
			    "bat\3\0\0\0\1\0\0\0A\4\0\0\0pear\1\0\0\0A",
			    length);
	assert_int_equal(batch_count(bytes, length), 3);
	struct batch_reader r = batch_read(bytes, length);
	while (batch_next(&r, &one, &one_length)) {
		assert_int_equal(one_length, strlen(words[place]));
		assert_memory_equal(one, words[place], one_length);
		assert_int_equal(r.place, ++place);
	}
	assert_int_equal(place, 3);
	assert_int_equal(batch_place(bytes, length, (const uint8_t *)"pear", 4), 2);
	assert_int_equal(batch_place(bytes, length, (const uint8_t *)"A", 1), 1);
	assert_int_equal(batch_place(bytes, length, (const uint8_t *)"pea", 3), 0);
}

static void a_value_alone_is_the_slots_value(void **state)
{
	static const char *const word[] = {"pear"};
	uint32_t length, one_length;
	const uint8_t *one, *bytes = batch_of(word, 1, &length);

	(void)state;
	assert_int_equal(length, 4);
	assert_memory_equal(bytes, "pear", 4);
	assert_int_equal(batch_count(bytes, length), 0);
	assert_int_equal(batch_place(bytes, length, (const uint8_t *)"pear", 4), 1);
	struct batch_reader r = batch_read(bytes, length);
	assert_true(batch_next(&r, &one, &one_length));
	assert_int_equal(one_length, 4);
	assert_false(batch_next(&r, &one, &one_length));
}

static void nothing_is_no_batch_and_no_value(void **state)
{
	struct batch_writer w = batch_write(room, sizeof room);
	uint32_t length;
	const uint8_t *one;
	struct batch_reader r = batch_read(NULL, 0);

	(void)state;
	assert_null(batch_end(&w, &length));
	assert_false(batch_add(&w, (const uint8_t *)"", 0));
	assert_false(batch_next(&r, &one, &length));
	assert_int_equal(batch_count((const uint8_t *)BATCH_MARK "\0\0\0\0", 8), 0);
	assert_int_equal(batch_count((const uint8_t *)BATCH_MARK "\1\0\0\0\0\0\0\0", 12), 0);
}

static void a_proposal_that_looks_like_a_batch_stays_one_proposal(void **state)
{
	static const char *const words[] = {"A", "B"};
	uint8_t forged[64], inner_room[128];
	uint32_t length, wrapped_length, one_length;
	const uint8_t *one;

	(void)state;
	memcpy(forged, batch_of(words, 2, &length), sizeof forged);
	struct batch_writer w = batch_write(inner_room, sizeof inner_room);
	assert_true(batch_add(&w, forged, length));
	const uint8_t *wrapped = batch_end(&w, &wrapped_length);
	assert_int_equal(batch_count(wrapped, wrapped_length), 1);
	struct batch_reader r = batch_read(wrapped, wrapped_length);
	assert_true(batch_next(&r, &one, &one_length));
	assert_int_equal(one_length, length);
	assert_memory_equal(one, forged, length);
	assert_false(batch_next(&r, &one, &one_length));
	assert_int_equal(batch_place(wrapped, wrapped_length, (const uint8_t *)"A", 1), 0);
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
	uint8_t small[BATCH_HEAD_BYTES + BATCH_EACH_BYTES + 3];
	struct batch_writer w = batch_write(small, sizeof small);
	uint32_t length;

	(void)state;
	assert_false(batch_add(&w, (const uint8_t *)"four", 4));
	assert_null(batch_end(&w, &length));
	assert_true(batch_add(&w, (const uint8_t *)"abc", 3));
	assert_false(batch_add(&w, (const uint8_t *)"d", 1));
	assert_memory_equal(batch_end(&w, &length), "abc", 3);
	assert_int_equal(length, 3);
}

/* Every cut, and every other byte in the head or in a length, makes a plain value or another batch
 * that is whole: never reads that leave the bytes. */
static void bytes_that_do_not_fit_exactly_are_a_plain_value(void **state)
{
	static const char *const words[] = {"A", "pear"};
	uint8_t copy[64];
	uint32_t length, one_length;
	const uint8_t *one;

	(void)state;
	memcpy(copy, batch_of(words, 2, &length), sizeof copy);
	for (uint32_t cut = 0; cut < length; cut++)
		assert_int_equal(batch_count(copy, cut), 0);
	assert_int_equal(batch_count(copy, length + 1), 0);
	for (uint32_t at = 0; at < BATCH_HEAD_BYTES + BATCH_EACH_BYTES; at++)
		for (unsigned byte = 0; byte < 256; byte++) {
			const uint8_t was = copy[at];
			if (byte == was)
				continue;
			copy[at] = (uint8_t)byte;
			assert_int_equal(batch_count(copy, length), 0);
			struct batch_reader r = batch_read(copy, length);
			assert_true(batch_next(&r, &one, &one_length));
			assert_int_equal(one_length, length);
			copy[at] = was;
		}
}

static void whatever_is_proposed_is_what_is_read(void **state)
{
	static uint8_t values[MOST][96];
	uint32_t lengths[MOST], length, one_length;
	const uint8_t *one;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		struct batch_writer w = batch_write(room, 64 + draw(1024));
		unsigned count = 0;
		for (unsigned tries = 1 + draw(MOST); tries > 0; tries--) {
			lengths[count] = draw(sizeof values[0]);
			for (uint32_t i = 0; i < lengths[count]; i++)
				values[count][i] = (uint8_t)draw(256);
			if (draw(4) == 0) /* what was read before, or a part of it */
				memcpy(values[count], room, lengths[count]);
			count += batch_add(&w, values[count], lengths[count]);
		}
		const uint8_t *bytes = batch_end(&w, &length);
		assert_true((bytes == NULL) == (count == 0));
		if (count == 0)
			continue;
		struct batch_reader r = batch_read(bytes, length);
		for (unsigned i = 0; i < count; i++) {
			assert_true(batch_next(&r, &one, &one_length));
			assert_int_equal(one_length, lengths[i]);
			assert_memory_equal(one, values[i], one_length);
		}
		assert_false(batch_next(&r, &one, &one_length));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_went_in_their_order),
		cmocka_unit_test(a_value_alone_is_the_slots_value),
		cmocka_unit_test(nothing_is_no_batch_and_no_value),
		cmocka_unit_test(a_proposal_that_looks_like_a_batch_stays_one_proposal),
		cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
		cmocka_unit_test(bytes_that_do_not_fit_exactly_are_a_plain_value),
		cmocka_unit_test(whatever_is_proposed_is_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
