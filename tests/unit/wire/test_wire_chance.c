/* Frames that chance made, or changed: they never crash, and what decodes is what its encoder would
 * have written. */

#include "tests/support/wire_examples.h"

#define MESSAGE_RUNS 200000
#define CONTROL_RUNS 200000

static struct frame decoded;
static struct roster roster;
static struct snapshot snapshot;
static struct event events[64];
static unsigned event_count;

/* Whatever decodes must encode to what it came from, but for the signature, which needs a key. */
static void assert_canonical(size_t length)
{
	size_t signed_length = decoded.is_signed ? SIGNATURE_BYTES : 0;

	assert_int_equal(frame_encode(&context, &decoded, decoded_values, &crypto_ed25519, NULL,
				      again, sizeof again),
			 length - signed_length);
	again[AT_FLAGS] = bytes[AT_FLAGS];
	assert_memory_equal(bytes, again, length - signed_length);
}

static void make_room(void)
{
	if (values_has_room(decoded_values, SLOTS_OPEN_MAX, sizeof bytes))
		return;
	values_unmark(decoded_values);
	values_sweep(decoded_values);
}

static void random_bytes_never_decode_to_what_encodes_otherwise(void **state)
{
	for (unsigned run = 0; run < MESSAGE_RUNS; run++) {
		size_t length = roll(200);

		for (size_t i = 0; i < length; i++)
			bytes[i] = (uint8_t)roll(256);
		if (roll(2) == 0 && length > AT_FIELDS) { /* half of them past the heads */
			struct frame f = example((enum message_type)(1 + roll(MSG_TYPES - 1)));

			frame_encode(&context, &f, values, &crypto_ed25519, NULL, again,
				     sizeof again);
			memcpy(bytes, again, AT_FIELDS);
		}
		make_room();
		if (frame_decode(&context, bytes, length, decoded_values, &decoded) == DROP_NOTHING)
			assert_canonical(length);
	}
	(void)state;
}

/* Flips, overwrites, inserts, deletes or cuts. */
static size_t mutate(size_t length)
{
	size_t at = roll(length);
	size_t count = 1 + roll(8);

	switch (roll(5)) {
	case 0:
		bytes[at] ^= (uint8_t)(1u << roll(8));
		return length;
	case 1:
		bytes[at] = roll(2) == 0 ? 0xff : (uint8_t)roll(256);
		return length;
	case 2:
		memmove(bytes + at + count, bytes + at, length - at);
		return length + count;
	case 3:
		if (at + count > length)
			return at;
		memmove(bytes + at, bytes + at + count, length - at - count);
		return length - count;
	default:
		return at;
	}
}

static void mutated_frames_never_decode_to_what_encodes_otherwise(void **state)
{
	unsigned taken = 0;

	for (unsigned run = 0; run < MESSAGE_RUNS; run++) {
		struct frame f = example((enum message_type)(1 + roll(MSG_TYPES - 1)));
		if (roll(4) == 0)
			f.hearsay = (struct hearsay){.count = 2,
						     .of = {{1, {1, 2, 3}}, {5, {9, 8, 7}}}};
		size_t length = frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes,
					     sizeof bytes);

		if (roll(4) == 0) { /* signed, after a fashion */
			bytes[AT_FLAGS] = 1;
			length += SIGNATURE_BYTES;
		}
		for (unsigned times = 1 + (unsigned)roll(3); times > 0 && length > 0; times--)
			length = mutate(length);
		make_room();
		if (frame_decode(&context, bytes, length, decoded_values, &decoded) != DROP_NOTHING)
			continue;
		assert_canonical(length);
		taken++;
	}
	assert_in_range(taken, MESSAGE_RUNS / 100, MESSAGE_RUNS / 2);
	(void)state;
}

/* How a frame of the control bus is made, and how what is decoded is encoded again. */
struct kind {
	const char *domain; /* NULL: it is not signed */
	size_t (*make)(void);
	size_t (*encode_again)(size_t length); /* 0: it did not decode */
};

static size_t make_query(void)
{
	return query_encode(&context, 1 + (node_set)roll(31), 1, bytes, sizeof bytes);
}

static size_t query_again(size_t length)
{
	node_set to;
	uint8_t wants;

	if (query_decode(bytes, length, &to, &wants) != DROP_NOTHING)
		return 0;
	query_encode(&context, to, wants, again, sizeof again);
	memcpy(again, bytes, CONTROL_HEAD); /* of which cluster is not looked at */
	return CONTROL_HEAD + 5;
}

static size_t make_control(void)
{
	struct control control;

	do
		control = example_control((enum control_kind)(1 + roll(CONTROL_KINDS - 1)));
	while (!control_is_row(control.kind));
	return control_encode(&context, &control, &crypto_symbolic, &secret_key[2], bytes,
			      sizeof bytes);
}

static size_t control_again(size_t length)
{
	struct control control;

	if (control_decode(&context, bytes, length, &crypto_symbolic, &public_key[2], &control) !=
	    DROP_NOTHING)
		return 0;
	return control_encode(&context, &control, &crypto_symbolic, &secret_key[2], again,
			      sizeof again);
}

static size_t make_events(void)
{
	unsigned taken;

	event_count = 1 + (unsigned)roll(4);
	for (unsigned i = 0; i < event_count; i++) {
		do
			events[i] =
				example_event((enum event_kind)(1 + roll(EVENT_KINDS - 1)), 7 + i);
		while (event_name(events[i].kind)[0] == '?');
	}
	return events_encode(&context, events, event_count, 1, values, &taken, bytes, sizeof bytes);
}

static void take(void *user, const struct event *event)
{
	assert_ptr_equal(user, events);
	if (event_count < 64)
		events[event_count] = *event;
	event_count++;
}

static size_t events_again(size_t length)
{
	uint64_t left_out;
	unsigned taken;

	event_count = 0;
	if (events_decode(&context, bytes, length, decoded_values, &left_out, take, events) !=
		    DROP_NOTHING ||
	    event_count > 64)
		return 0;
	length = events_encode(&context, events, event_count, left_out, decoded_values, &taken,
			       again, sizeof again);
	assert_int_equal(taken, event_count);
	return length;
}

static size_t make_snapshot(void)
{
	example_snapshot(&snapshot);
	snapshot.slots = (uint16_t)roll(3);
	snapshot.held = (uint16_t)roll(3);
	return snapshot_encode(&context, &snapshot, values, bytes, sizeof bytes);
}

static size_t snapshot_again(size_t length)
{
	if (snapshot_decode(&context, bytes, length, decoded_values, &snapshot) != DROP_NOTHING)
		return 0;
	return snapshot_encode(&context, &snapshot, decoded_values, again, sizeof again);
}

static size_t make_roster(void)
{
	example_roster(&roster);
	roster.operator_key = public_key[2];
	return roster_encode(&roster, &crypto_symbolic, &secret_key[2], bytes, sizeof bytes);
}

static size_t roster_again(size_t length)
{
	if (roster_decode(bytes, length, &crypto_symbolic, &public_key[2], &roster) != DROP_NOTHING)
		return 0;
	return roster_encode(&roster, &crypto_symbolic, &secret_key[2], again, sizeof again);
}

static size_t make_peer_info(void)
{
	struct peer_info info = {
		.wanted = 3, .key = public_key[2], .data = "ipc:///a", .control = "tcp://[::1]:2"};

	return peer_info_encode(&info, &crypto_symbolic, &secret_key[2], bytes, sizeof bytes);
}

static size_t peer_info_again(size_t length)
{
	struct peer_info info;

	if (peer_info_decode(bytes, length, &crypto_symbolic, &info) != DROP_NOTHING)
		return 0;
	return peer_info_encode(&info, &crypto_symbolic, &secret_key[2], again, sizeof again);
}

static size_t make_load(void)
{
	const struct load_report report = example_load_report();

	return load_encode(&context, 2, &report, bytes, sizeof bytes);
}

static size_t load_again(size_t length)
{
	struct load_report report;
	node_id node;

	if (load_decode(&context, bytes, length, &node, &report) != DROP_NOTHING)
		return 0;
	return load_encode(&context, node, &report, again, sizeof again);
}

static const struct kind kinds[] = {
	{NULL, make_query, query_again},
	{"paxos-tui control 1", make_control, control_again},
	{NULL, make_events, events_again},
	{NULL, make_snapshot, snapshot_again},
	{"paxos-tui roster 1", make_roster, roster_again},
	{"paxos-tui peer 1", make_peer_info, peer_info_again},
	{NULL, make_load, load_again},
};

#define KINDS (sizeof kinds / sizeof *kinds)

/* Whoever holds the key may write what he likes: even then it is refused or canonical. */
static void sign_again(const char *domain, size_t length)
{
	if (domain == NULL || length < SIGNATURE_BYTES)
		return;
	length -= SIGNATURE_BYTES;
	crypto_symbolic.sign(&secret_key[2], (const uint8_t *)domain, strlen(domain) + 1, bytes,
			     length, bytes + length);
}

static void control_frames_never_decode_to_what_encodes_otherwise(void **state)
{
	unsigned taken[KINDS] = {0};

	key_pair_symbolic(77, &public_key[2], &secret_key[2]);
	for (unsigned run = 0; run < CONTROL_RUNS; run++) {
		unsigned which = (unsigned)roll(KINDS);
		size_t length = kinds[which].make();

		assert_int_not_equal(length, 0);
		for (unsigned times = 1 + (unsigned)roll(2); times > 0 && length > 0; times--)
			length = mutate(length);
		sign_again(kinds[which].domain, length);
		make_room();

		size_t made = kinds[which].encode_again(length);

		if (made == 0)
			continue;
		assert_int_equal(made, length);
		assert_memory_equal(again, bytes, length);
		taken[which]++;
	}
	for (unsigned which = 0; which < KINDS; which++)
		assert_in_range(taken[which], CONTROL_RUNS / KINDS / 100, CONTROL_RUNS / KINDS);
	(void)state;
}

static void random_bytes_on_the_control_bus_are_refused_or_canonical(void **state)
{
	for (unsigned run = 0; run < CONTROL_RUNS; run++) {
		unsigned which = (unsigned)roll(KINDS);
		size_t length = roll(160);

		make_load(); /* a right head, but for its kind */
		bytes[1] = (uint8_t)(which + 1);
		for (size_t i = roll(2) == 0 ? 0 : CONTROL_HEAD; i < length; i++)
			bytes[i] = roll(2) == 0 ? (uint8_t)roll(4) : (uint8_t)roll(256);
		sign_again(kinds[which].domain, length);
		make_room();

		size_t made = kinds[which].encode_again(length);

		if (made == 0)
			continue;
		assert_int_equal(made, length);
		assert_memory_equal(again, bytes, length);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_bytes_never_decode_to_what_encodes_otherwise),
		TEST(mutated_frames_never_decode_to_what_encodes_otherwise),
		TEST(control_frames_never_decode_to_what_encodes_otherwise),
		TEST(random_bytes_on_the_control_bus_are_refused_or_canonical),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
