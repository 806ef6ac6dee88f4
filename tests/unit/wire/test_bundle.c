/* Bundles of frames: round trips, the reason of every refusal, and what chance makes of them. */
#include "tests/support/wire_examples.h"

#include "proto/wire/bundle.h"

#define RUNS 200000

static uint8_t room[2][BUNDLE_BYTES_MAX];
static uint8_t spoiled[BUNDLE_BYTES_MAX + 64];
static struct frame decoded;

static size_t encode(enum message_type type)
{
	const struct frame f = example(type);

	return frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes, sizeof bytes);
}

/* A bundle of a frame of each of the first types, in spoiled[]. */
static size_t make_bundle(unsigned frames)
{
	struct bundle_writer w = {.bytes = room[0]};
	size_t length;

	for (unsigned type = 1; type <= frames; type++)
		assert_true(bundle_add(&w, bytes, encode(type)));
	const uint8_t *made = bundle_end(&w, &length);
	memcpy(spoiled, made, length);
	return length;
}

static enum drop open_spoiled(size_t length)
{
	struct bundle bundle;

	return bundle_open(spoiled, length, &bundle);
}

static void frames_come_back_as_they_went_in_their_order(void **state)
{
	const size_t length = make_bundle(5);
	const uint8_t *frame;
	struct bundle bundle;
	node_id sender;
	node_set to;
	size_t size;

	(void)state;
	assert_true(is_bundle(spoiled, length));
	assert_true(frame_peek(spoiled, length, &sender, &to));
	assert_int_equal(sender, 1);
	assert_int_equal(to, 0x1e);
	assert_int_equal(bundle_open(spoiled, length, &bundle), DROP_NOTHING);
	for (unsigned type = 1; type <= 5; type++) {
		assert_true(bundle_next(&bundle, &frame, &size));
		assert_int_equal(size, encode(type));
		assert_memory_equal(frame, bytes, size);
	}
	assert_false(bundle_next(&bundle, &frame, &size));
}

static void one_frame_goes_as_it_is_and_none_not_at_all(void **state)
{
	struct bundle_writer w = {.bytes = room[0]};
	size_t length = 7;

	(void)state;
	assert_null(bundle_end(&w, &length));
	assert_int_equal(length, 0);
	const size_t one = encode(MSG_ACCEPT);
	assert_true(bundle_add(&w, bytes, one));
	const uint8_t *made = bundle_end(&w, &length);
	assert_int_equal(length, one);
	assert_memory_equal(made, bytes, one);
	assert_null(bundle_end(&w, &length));
}

static void a_bundle_is_for_all_nodes_that_a_frame_is_for(void **state)
{
	struct bundle_writer w = {.bytes = room[0]};
	node_id sender;
	node_set to;
	size_t length = encode(MSG_ACCEPT);

	(void)state;
	assert_true(frame_readdress(bytes, length, 3, set_of(2)));
	assert_true(bundle_add(&w, bytes, length));
	assert_true(frame_readdress(bytes, length, 4, set_of(5)));
	assert_true(bundle_add(&w, bytes, length));
	const uint8_t *made = bundle_end(&w, &length);
	assert_true(frame_peek(made, length, &sender, &to));
	assert_int_equal(sender, 3);
	assert_int_equal(to, set_of(2) | set_of(5));
}

static void what_is_no_message_goes_alone(void **state)
{
	struct bundle_writer w = {.bytes = room[0]};
	const size_t length = encode(MSG_ACCEPT);

	(void)state;
	assert_false(bundle_add(&w, bytes, 6));
	assert_false(bundle_add(&w, bytes, 0));
	bytes[0] = BUNDLE_VERSION;
	assert_false(bundle_add(&w, bytes, length));
	bytes[0] = 0x67;
	assert_false(bundle_add(&w, bytes, length));
	assert_int_equal(w.frames, 0);
}

static void a_bundle_takes_frames_until_its_bytes_are_full(void **state)
{
	struct bundle_writer w = {.bytes = room[0]};
	struct bundle bundle;
	const size_t length = encode(MSG_ACCEPT);
	size_t size;
	unsigned frames = 0;

	(void)state;
	while (bundle_add(&w, bytes, length))
		frames++;
	assert_int_equal(frames, (BUNDLE_BYTES_MAX - BUNDLE_HEAD) / (4 + length));
	const uint8_t *made = bundle_end(&w, &size);
	assert_in_range(size, BUNDLE_BYTES_MAX - 4 - length, BUNDLE_BYTES_MAX);
	assert_int_equal(bundle_open(made, size, &bundle), DROP_NOTHING);
	assert_int_equal(bundle.frames, frames);
	/* One that fills it to the last byte fits, one byte more does not. */
	memset(again, 0, sizeof again);
	memset(room[1], 0, BUNDLE_BYTES_MAX);
	memcpy(room[1], bytes, length);
	assert_true(bundle_add(&w, bytes, length));
	const size_t left = BUNDLE_BYTES_MAX - BUNDLE_HEAD - 4 - length - 4;
	assert_false(bundle_add(&w, room[1], left + 1));
	assert_true(bundle_add(&w, room[1], left));
	made = bundle_end(&w, &size);
	assert_int_equal(size, BUNDLE_BYTES_MAX);
	assert_int_equal(bundle_open(made, size, &bundle), DROP_NOTHING);
	memcpy(spoiled, made, size);
	assert_int_equal(open_spoiled(size + 1), DROP_OVERSIZED);
}

static void every_refusal_has_its_reason(void **state)
{
	const size_t length = make_bundle(3);
	static uint8_t whole[sizeof spoiled];

	(void)state;
	memcpy(whole, spoiled, length);
	assert_int_equal(open_spoiled(0), DROP_SHORT);
	assert_int_equal(open_spoiled(BUNDLE_HEAD - 1), DROP_SHORT);
	for (size_t less = BUNDLE_HEAD; less < length; less++)
		assert_int_equal(open_spoiled(less), DROP_SHORT);
	spoiled[length] = 0;
	assert_int_equal(open_spoiled(length + 1), DROP_TRAILING);
	static const struct {
		size_t at;
		uint8_t byte;
		enum drop why;
	} change[] = {
		{0, WIRE_VERSION, DROP_VERSION},
		{1, 1, DROP_MALFORMED},    /* what is always 0 */
		{2, 9, DROP_MALFORMED},    /* not the sender of the first frame */
		{3, 0x1f, DROP_MALFORMED}, /* for a node that no frame is for */
		{3, 0x1c, DROP_MALFORMED}, /* not for one that a frame is for */
		{7, 0, DROP_MALFORMED},    /* no frames, */
		{7, 1, DROP_MALFORMED},    /* one, */
		{7, 2, DROP_TRAILING},     /* fewer than there are, */
		{7, 4, DROP_SHORT},        /* more than there are, */
		{8, 0xff, DROP_MALFORMED}, /* more than any bundle holds */
		{12, 0xff, DROP_SHORT},    /* a frame that is longer than all */
		{BUNDLE_HEAD + 4, BUNDLE_VERSION, DROP_MALFORMED}, /* a bundle in a bundle */
	};
	for (unsigned i = 0; i < sizeof change / sizeof *change; i++) {
		memcpy(spoiled, whole, length);
		spoiled[change[i].at] = change[i].byte;
		assert_int_equal(open_spoiled(length), change[i].why);
	}
}

static void make_room(void)
{
	if (values_has_room(decoded_values, SLOTS_OPEN_MAX, sizeof bytes))
		return;
	values_unmark(decoded_values);
	values_sweep(decoded_values);
}

/* Flips, overwrites, inserts, deletes or cuts. */
static size_t mutate(size_t length)
{
	const size_t at = roll(length), count = 1 + roll(8);

	switch (roll(5)) {
	case 0:
		spoiled[at] ^= (uint8_t)(1u << roll(8));
		return length;
	case 1:
		spoiled[at] = (uint8_t)roll(256);
		return length;
	case 2:
		memmove(spoiled + at + count, spoiled + at, length - at);
		return length + count;
	case 3:
		if (at + count > length)
			return at;
		memmove(spoiled + at, spoiled + at + count, length - at - count);
		return length - count;
	default:
		return at;
	}
}

/* What opens is what its writer would have written, and each frame in it gets the verdict that it
 * gets alone. */
static void assert_canonical(struct bundle bundle, size_t length, unsigned *taken)
{
	struct bundle_writer w = {.bytes = room[1]};
	const uint8_t *frame;
	size_t size;

	while (bundle_next(&bundle, &frame, &size)) {
		assert_true(frame >= spoiled + BUNDLE_HEAD && frame + size <= spoiled + length);
		assert_true(bundle_add(&w, frame, size));
		make_room();
		*taken += frame_decode(&context, frame, size, decoded_values, &decoded) ==
			  DROP_NOTHING;
	}
	frame = bundle_end(&w, &size);
	assert_int_equal(size, length);
	assert_memory_equal(frame, spoiled, length);
}

static void a_mutated_bundle_is_refused_whole_or_is_canonical(void **state)
{
	unsigned opened = 0, taken = 0, frames = 0;
	struct bundle bundle;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		const unsigned count = 2 + (unsigned)roll(4);
		size_t length = make_bundle(count);
		for (unsigned times = 1 + (unsigned)roll(3); times > 0 && length > 0; times--)
			length = mutate(length);
		if (bundle_open(spoiled, length, &bundle) != DROP_NOTHING) {
			assert_int_equal(bundle.frames, 0);
			continue;
		}
		opened++;
		frames += bundle.frames;
		assert_canonical(bundle, length, &taken);
	}
	assert_in_range(opened, RUNS / 20, RUNS / 2);
	/* Some of the frames in those that open are refused by their own check, most are not. */
	assert_in_range(taken, frames / 2, frames - frames / 50);
}

static void random_bytes_are_refused_or_canonical(void **state)
{
	unsigned opened = 0, taken = 0;
	struct bundle bundle;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		size_t length = roll(120);
		make_bundle(2);
		for (size_t i = roll(2) == 0 ? 0 : BUNDLE_HEAD; i < length; i++)
			spoiled[i] = roll(2) == 0 ? (uint8_t)roll(4) : (uint8_t)roll(256);
		if (bundle_open(spoiled, length, &bundle) != DROP_NOTHING)
			continue;
		opened++;
		assert_canonical(bundle, length, &taken);
	}
	assert_in_range(opened, 0, RUNS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_come_back_as_they_went_in_their_order),
		TEST(one_frame_goes_as_it_is_and_none_not_at_all),
		TEST(a_bundle_is_for_all_nodes_that_a_frame_is_for),
		TEST(what_is_no_message_goes_alone),
		TEST(a_bundle_takes_frames_until_its_bytes_are_full),
		TEST(every_refusal_has_its_reason),
		TEST(a_mutated_bundle_is_refused_whole_or_is_canonical),
		TEST(random_bytes_are_refused_or_canonical),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
