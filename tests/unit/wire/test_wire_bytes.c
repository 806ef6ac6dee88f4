/* Every byte of an example of every frame, with every value: which are taken, and why the others
 * are not. tests/data/runs/bytes.txt has a line for each example: how often each verdict was given,
 * and a digest that tells at which byte for which value. Whoever changes what a reader takes reads
 * here what else changed. REWRITE=1 build/tests/test_wire_bytes writes it anew. */
#include "tests/support/wire_examples.h"

#include "proto/core/digest.h"
#include "proto/wire/bundle.h"
#include "proto/wire/hello_frame.h"
#include "proto/wire/seat_frame.h"
#include "tests/support/lines.h"

static struct frame decoded;
static struct snapshot snapshot;
static struct public_key keys[6];
static uint8_t bundled[BUNDLE_BYTES_MAX];
static uint64_t seen; /* of what was taken */

typedef enum drop reader(size_t length);

static enum drop read_message(size_t length)
{
	return frame_decode(&context, bytes, length, decoded_values, &decoded);
}

static enum drop read_control(size_t length)
{
	struct control control;

	return control_decode(&context, bytes, length, &crypto_symbolic, &public_key[2], &control);
}

static void take(void *user, const struct event *event)
{
	(void)user;
	seen ^= event->seq;
}

static enum drop read_events(size_t length)
{
	uint64_t left_out;

	return events_decode(&context, bytes, length, decoded_values, &left_out, take, NULL);
}

static enum drop read_snapshot(size_t length)
{
	return snapshot_decode(&context, bytes, length, decoded_values, &snapshot);
}

static enum drop read_query(size_t length)
{
	node_set to;
	uint8_t wants;

	return query_decode(bytes, length, &to, &wants);
}

static enum drop read_roster(size_t length)
{
	struct roster roster;

	return roster_decode(bytes, length, &crypto_symbolic, &public_key[2], &roster);
}

static enum drop read_peer_info(size_t length)
{
	struct peer_info info;

	return peer_info_decode(bytes, length, &crypto_symbolic, &info);
}

static enum drop read_load(size_t length)
{
	struct load_report report;
	node_id node;

	return load_decode(&context, bytes, length, &node, &report);
}

static enum drop read_proof(size_t length)
{
	const uint8_t *proof;
	size_t proof_length;
	node_id node;

	return proof_frame_decode(&context, bytes, length, &node, &proof, &proof_length);
}

static enum drop read_welcome(size_t length)
{
	struct welcome welcome;

	return welcome_decode(bytes, length, &welcome);
}

static enum drop read_value(size_t length)
{
	const uint8_t *value;
	uint32_t value_length;
	node_id node;

	return value_frame_decode(&context, bytes, length, &node, &value, &value_length);
}

static enum drop read_greeting(size_t length)
{
	struct greeting greeting;

	return greeting_decode(&context, bytes, length, &greeting);
}

static enum drop read_order(size_t length)
{
	const uint8_t *control;
	size_t size;
	node_set to;

	return order_decode(&context, bytes, length, &to, &control, &size);
}

static enum drop read_hello(size_t length)
{
	struct hello hello;

	return hello_decode(&context, bytes, length, &crypto_symbolic, keys, &hello);
}

static enum drop read_bundle(size_t length)
{
	struct bundle bundle;

	return bundle_open(bytes, length, &bundle);
}

static enum drop read_seat(size_t length)
{
	struct seat seat;

	return seat_decode(&context, bytes, length, &crypto_symbolic, &public_key[2], &seat);
}

static void make_room(void)
{
	if (values_has_room(decoded_values, 2 * SNAPSHOT_SLOTS_MAX, sizeof bytes))
		return;
	values_unmark(decoded_values);
	values_sweep(decoded_values);
}

/* Whoever holds the key may write what he likes. */
static void sign_again(const char *domain, size_t length)
{
	if (domain == NULL || length < SIGNATURE_BYTES)
		return;
	length -= SIGNATURE_BYTES;
	crypto_symbolic.sign(&secret_key[2], (const uint8_t *)domain, strlen(domain) + 1, bytes,
			     length, bytes + length);
}

static void try_bytes(const char *name, const char *domain, size_t length, reader *reads)
{
	unsigned verdicts[DROPS] = {0};
	uint64_t digest = 0;
	const size_t body = length - (domain == NULL ? 0 : SIGNATURE_BYTES);

	assert_true(length > 0 && length < sizeof bytes);
	memcpy(again, bytes, length);
	if (reads(length) != DROP_NOTHING)
		fail_msg("%s: the example is refused: %s", name, drop_name(reads(length)));
	for (size_t at = 0; at < body && at < 400; at++) {
		for (unsigned value = 0; value < 256; value += 1 + (unsigned)(at / 100)) {
			memcpy(bytes, again, length);
			bytes[at] = (uint8_t)value;
			sign_again(domain, length);
			make_room();
			const enum drop why = reads(length);
			verdicts[why]++;
			digest = digest64(digest ^ (unsigned)why, (const uint8_t *)"", 0);
		}
	}
	for (size_t less = 0; less < length && less < 2000; less++) {
		memcpy(bytes, again, length);
		sign_again(domain, less);
		const enum drop why = reads(less);
		verdicts[why]++;
		digest = digest64(digest ^ (unsigned)why, (const uint8_t *)"", 0);
	}
	memcpy(bytes, again, length);
	bytes[length] = 0;
	sign_again(domain, length + 1);
	verdicts[reads(length + 1)]++;
	lines_add("%-24s %5zu bytes, %016llx:", name, length, (unsigned long long)digest);
	for (unsigned why = 0; why < DROPS; why++)
		if (verdicts[why] > 0)
			lines_add(" %s %u", why == 0 ? "taken" : drop_name((enum drop)why),
				  verdicts[why]);
	lines_add("\n");
}

static void try_messages(void)
{
	char name[40];

	for (enum message_type type = 1; type < MSG_TYPES; type++) {
		struct frame f = example(type);

		snprintf(name, sizeof name, "message %s", message_name(type));
		try_bytes(name, NULL,
			  frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes,
				       sizeof bytes),
			  read_message);
	}
	struct frame f = example(MSG_COMMIT);
	f.hearsay = (struct hearsay){.count = 2, .of = {{2, {1, 2, 3}}, {5, {9, 8, 7}}}};
	try_bytes("message that tells", NULL,
		  frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes, sizeof bytes),
		  read_message);
	for (unsigned i = 0; i < sizeof referring / sizeof *referring; i++) {
		f = by_reference(referring[i]);
		snprintf(name, sizeof name, "reference %s", message_name(referring[i]));
		try_bytes(name, NULL,
			  frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes,
				       sizeof bytes),
			  read_message);
	}
}

static void try_controls(void)
{
	char name[40];

	for (enum control_kind kind = 1; kind < CONTROL_KINDS; kind++) {
		const struct control control = example_control(kind);

		if (!control_is_row(kind))
			continue;
		snprintf(name, sizeof name, "control %s", control_name(kind));
		try_bytes(name, "paxos-tui control 1",
			  control_encode(&context, &control, &crypto_symbolic, &secret_key[2],
					 bytes, sizeof bytes),
			  read_control);
	}
}

static void try_events(void)
{
	char name[40];
	unsigned taken;

	for (enum event_kind kind = 1; kind < EVENT_KINDS; kind++) {
		const struct event event = example_event(kind, 7);

		if (event_name(kind)[0] == '?')
			continue;
		snprintf(name, sizeof name, "event %s", event_name(kind));
		try_bytes(
			name, NULL,
			events_encode(&context, &event, 1, 2, values, &taken, bytes, sizeof bytes),
			read_events);
	}
}

static void try_nodes_words(void)
{
	struct roster roster;
	const struct load_report report = example_load_report();
	const struct hello hello = {.sender = 1,
				    .to = set_of(2) | set_of(5),
				    .asks = true,
				    .boot = 7,
				    .life = 9,
				    .past = 3,
				    .past_stored = 44,
				    .judged = 77,
				    .known = 78,
				    .known_boot = 9,
				    .known_stored = 12345};
	const struct seat seat = {.node = 3,
				  .epoch = 9,
				  .boot = 6,
				  .slot = 70,
				  .round = 77,
				  .lines = 2,
				  .line = {{0, 1}, {9, 5}},
				  .lives = 2,
				  .life = {{0, 1000, 5}, {0, 7, 8}}};
	const struct greeting greeting = {.node = 2, .to = 5, .orders = 99, .is_answer = true};
	struct peer_info info = {
		.wanted = 3, .key = public_key[2], .data = "ipc:///a", .control = "tcp://[::1]:2"};

	example_snapshot(&snapshot);
	snapshot.slots = 2;
	snapshot.held = 1;
	try_bytes("snapshot", NULL,
		  snapshot_encode(&context, &snapshot, values, bytes, sizeof bytes), read_snapshot);
	try_bytes("query", NULL, query_encode(&context, 5, 1, bytes, sizeof bytes), read_query);
	example_roster(&roster);
	roster.operator_key = public_key[2];
	try_bytes("roster", "paxos-tui roster 1",
		  roster_encode(&roster, &crypto_symbolic, &secret_key[2], bytes, sizeof bytes),
		  read_roster);
	try_bytes("peer-info", "paxos-tui peer 1",
		  peer_info_encode(&info, &crypto_symbolic, &secret_key[2], bytes, sizeof bytes),
		  read_peer_info);
	try_bytes("load", NULL, load_encode(&context, 2, &report, bytes, sizeof bytes), read_load);
	try_bytes("proof", NULL,
		  proof_frame_encode(&context, 2, (const uint8_t *)"some proof", 10, bytes,
				     sizeof bytes),
		  read_proof);
	try_bytes("value", NULL,
		  value_frame_encode(&context, 2,
				     (const uint8_t *)"\xfb"
						      "bat\2\0\0\0\1\0\0\0A\2\0\0\0BC",
				     19, bytes, sizeof bytes),
		  read_value);
	try_bytes("greeting", NULL, greeting_encode(&context, &greeting, bytes, sizeof bytes),
		  read_greeting);
	keys[1] = public_key[2];
	try_bytes("hello", NULL,
		  hello_encode(&context, &hello, &crypto_symbolic, &secret_key[2], bytes),
		  read_hello);
	try_bytes("seat", NULL,
		  seat_encode(&context, &seat, &crypto_symbolic, &secret_key[2], bytes), read_seat);
}

static void try_joining(void)
{
	struct control control = example_control(CONTROL_GATE);
	static uint8_t inner[2000];
	const struct welcome welcome = {.nonce = {3}};

	const size_t size = control_encode(&context, &control, &crypto_symbolic, &secret_key[2],
					   inner, sizeof inner);
	try_bytes("order", NULL, order_encode(&context, 6, inner, size, bytes, sizeof bytes),
		  read_order);
	try_bytes("welcome", NULL, welcome_encode(&welcome, bytes, sizeof bytes), read_welcome);
}

static void try_bundle(void)
{
	struct bundle_writer w = {.bytes = bundled};
	size_t length = 0;

	for (enum message_type type = MSG_PREPARE; type <= MSG_ACCEPT; type++) {
		const struct frame f = example(type);

		length = frame_encode(&context, &f, values, &crypto_ed25519, NULL, bytes,
				      sizeof bytes);
		assert_true(bundle_add(&w, bytes, length));
	}
	const uint8_t *bundle = bundle_end(&w, &length);
	memcpy(bytes, bundle, length);
	try_bytes("bundle", NULL, length, read_bundle);
}

static void each_byte_is_taken_or_refused_as_before(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/bytes.txt");
	key_pair_symbolic(77, &public_key[2], &secret_key[2]);
	try_messages();
	try_controls();
	try_events();
	try_nodes_words();
	try_joining();
	try_bundle();
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_byte_is_taken_or_refused_as_before),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("wire_bytes", tests, NULL, NULL);
}
