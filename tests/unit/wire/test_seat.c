/* The operator's word that a seat is given away, as bytes. */
#include "tests/support/wire_examples.h"

#include "proto/wire/seat_frame.h"

static struct seat example_seat(void)
{
	struct seat seat = {
		.node = 5, .epoch = 9, .boot = 65535, .slot = UINT64_MAX - 1, .round = 77};

	seat.lines = POLICY_LINES_MAX;
	for (unsigned i = 0; i < POLICY_LINES_MAX; i++)
		seat.line[i] = (struct policy_line){i * 1000u, i};
	seat.lives = NODES_MAX;
	for (unsigned i = 0; i < NODES_MAX; i++)
		seat.life[i] = (struct known_life){0, 1000 + i, UINT64_C(1) << i};
	return seat;
}

static size_t encode_seat(const struct seat *seat)
{
	return seat_encode(&context, seat, &crypto_ed25519, &secret_key[0], bytes);
}

static enum drop decode_seat(size_t length, struct seat *out)
{
	return seat_decode(&context, bytes, length, &crypto_ed25519, &public_key[0], out);
}

static void the_largest_word_comes_back_as_it_went(void **state)
{
	const struct seat seat = example_seat();
	struct seat out;
	const size_t length = encode_seat(&seat);

	assert_true(length > 0 && length <= SEAT_BYTES_MAX);
	assert_int_equal(decode_seat(length, &out), DROP_NOTHING);
	assert_int_equal(out.node, 5);
	assert_int_equal(out.epoch, 9);
	assert_int_equal(out.boot, 65535);
	assert_int_equal(out.slot, seat.slot);
	assert_int_equal(out.round, 77);
	assert_int_equal(out.lines, POLICY_LINES_MAX);
	assert_int_equal(out.line[3].from, 3000);
	assert_int_equal(out.line[3].policy, 3);
	assert_int_equal(out.lives, NODES_MAX);
	assert_int_equal(out.life[30].number, 1030);
	assert_int_equal(out.life[30].stored, UINT64_C(1) << 30);
	(void)state;
}

static void a_changed_word_or_another_operator_s_is_refused(void **state)
{
	const struct seat seat = example_seat();
	struct seat out;
	const size_t length = encode_seat(&seat);

	memset(again, 0, 1);
	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_seat(length, &out), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	for (size_t cut = 0; cut < length; cut++)
		assert_int_not_equal(decode_seat(cut, &out), DROP_NOTHING);
	assert_int_equal(decode_seat(length + 1, &out), DROP_TRAILING);
	assert_int_equal(
		seat_decode(&context, bytes, length, &crypto_ed25519, &public_key[1], &out),
		DROP_OPERATOR);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_largest_word_comes_back_as_it_went),
		TEST(a_changed_word_or_another_operator_s_is_refused),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("seat", tests, NULL, NULL);
}
