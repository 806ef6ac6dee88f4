/* What is asked, commanded and agreed on the control bus, as bytes: round trips and refusals. */

#include "tests/support/wire_examples.h"

static size_t encode_control(const struct control *c, uint8_t *into)
{
	return control_encode(&context, c, &crypto_ed25519, &secret_key[0], into,
			      CONTROL_FRAME_BYTES_MAX);
}

static enum drop decode_control(size_t length, struct control *out)
{
	return control_decode(&context, bytes, length, &crypto_ed25519, &public_key[0], out);
}

static void assert_same_control(const struct control *a, const struct control *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->value_length, b->value_length);
	if (a->value_length > 0)
		assert_memory_equal(a->value, b->value, a->value_length);
	assert_int_equal(a->peer, b->peer);
	assert_same_link(&a->link, &b->link);
	assert_memory_equal(&a->clock, &b->clock, sizeof a->clock);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->id.source, b->id.source);
	assert_int_equal(a->id.boot, b->id.boot);
	assert_int_equal(a->id.number, b->id.number);
	assert_int_equal(a->copy, b->copy);
	assert_int_equal(a->size_bytes, b->size_bytes);
	assert_int_equal(a->outstanding, b->outstanding);
}

static void every_control_comes_back_as_it_went(void **state)
{
	for (unsigned kind = 1; kind < CONTROL_KINDS; kind++) {
		struct control c = example_control(kind), out;

		if (!control_is_row(kind))
			continue;

		size_t length = encode_control(&c, bytes);

		assert_int_equal(decode_control(length, &out), DROP_NOTHING);
		assert_same_control(&c, &out);
		for (size_t cut = 0; cut < length; cut++) {
			assert_int_equal(decode_control(cut, &out), DROP_SHORT);
			assert_int_equal(control_encode(&context, &c, &crypto_ed25519,
							&secret_key[0], again, cut),
					 0);
		}
		assert_int_equal(decode_control(length + 1, &out), DROP_TRAILING);
	}
	(void)state;
}

static void a_control_is_the_operators_or_nobodys(void **state)
{
	struct control c = example_control(CONTROL_LINK), out;
	size_t length = encode_control(&c, bytes);

	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_control(length, &out), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	assert_int_equal(
		control_decode(&context, bytes, length, &crypto_ed25519, &public_key[1], &out),
		DROP_OPERATOR);
	bytes[CONTROL_HEAD + 4] ^= 1; /* its number */
	assert_int_equal(decode_control(length, &out), DROP_OPERATOR);
	(void)state;
}

static void even_a_refused_control_says_whom_it_is_for(void **state)
{
	struct control c = example_control(CONTROL_EXIT), out;
	size_t length = encode_control(&c, bytes);

	assert_int_equal(decode_control(length - 1, &out), DROP_SHORT);
	assert_int_equal(out.to, c.to);
	assert_int_equal(decode_control(CONTROL_HEAD + 3, &out), DROP_SHORT);
	assert_int_equal(out.to, 0x1f);
	bytes[0] = 9;
	assert_int_equal(decode_control(length, &out), DROP_VERSION);
	assert_int_equal(out.to, 0x1f);
	(void)state;
}

static void a_control_that_no_encoder_would_have_written_is_refused(void **state)
{
	static const struct {
		enum control_kind kind;
		size_t at;
		uint8_t byte;
		enum drop why;
	} cases[] = {
		{CONTROL_EXIT, 0, 2, DROP_VERSION},
		{CONTROL_EXIT, 1, 0, DROP_TYPE},
		{CONTROL_EXIT, 1, 8, DROP_TYPE},
		{CONTROL_EXIT, 1, FRAME_QUERY, DROP_TYPE},
		{CONTROL_EXIT, 2, 0, DROP_CLUSTER},
		{CONTROL_EXIT, 10, 8, DROP_EPOCH},
		{CONTROL_EXIT, CONTROL_HEAD, 0, DROP_MALFORMED},    /* to nobody */
		{CONTROL_EXIT, CONTROL_HEAD, 0x20, DROP_MALFORMED}, /* to node 6 of 5 */
		{CONTROL_EXIT, CONTROL_HEAD + 12, 0, DROP_TYPE},    /* kind */
		{CONTROL_EXIT, CONTROL_HEAD + 12, 99, DROP_TYPE},   /* kind */
		{CONTROL_PROPOSE, CONTROL_HEAD + 21 + 2, 2,
		 DROP_MALFORMED}, /* a value too long for any */
		{CONTROL_LINK, CONTROL_HEAD + 13, 32, DROP_MALFORMED},    /* peer */
		{CONTROL_LINK, CONTROL_HEAD + 14, 2, DROP_MALFORMED},     /* cut */
		{CONTROL_LINK, CONTROL_HEAD + 31 + 3, 1, DROP_MALFORMED}, /* loss above one */
		{CONTROL_DELIVER, CONTROL_HEAD + 13, 32, DROP_MALFORMED}, /* source */
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct control c = example_control(cases[i].kind), out;
		size_t length = encode_control(&c, bytes);

		bytes[cases[i].at] = cases[i].byte;
		if (decode_control(length, &out) != cases[i].why)
			fail_msg("case %u: %s", i, drop_name(decode_control(length, &out)));
	}
	(void)state;
}

static void a_query_comes_back_and_asks_for_something_known(void **state)
{
	size_t length = query_encode(&context, UINT32_MAX, QUERY_SNAPSHOT | QUERY_ROSTER, bytes,
				     sizeof bytes);
	node_set to;
	uint8_t wants;

	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_NOTHING);
	assert_int_equal(to, UINT32_MAX);
	assert_int_equal(wants, QUERY_SNAPSHOT | QUERY_ROSTER);
	assert_int_equal(query_decode(bytes, length - 1, &to, &wants), DROP_SHORT);
	assert_int_equal(query_decode(bytes, length + 1, &to, &wants), DROP_TRAILING);
	bytes[length - 1] = 8;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_MALFORMED);
	bytes[length - 1] = 0;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_MALFORMED);
	bytes[1] = FRAME_LOAD;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_TYPE);
	assert_int_equal(query_encode(&context, 1, QUERY_ROSTER, bytes, length - 1), 0);
	(void)state;
}

static void a_peek_tells_kind_and_cluster(void **state)
{
	size_t length = query_encode(&context, 1, QUERY_ROSTER, bytes, sizeof bytes);
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;

	assert_int_equal(control_frame_peek(bytes, length, &kind, cluster, &epoch), DROP_NOTHING);
	assert_int_equal(kind, FRAME_QUERY);
	assert_memory_equal(cluster, context.cluster, 8);
	assert_int_equal(epoch, 7);
	assert_int_equal(control_frame_peek(bytes, CONTROL_HEAD - 1, &kind, cluster, &epoch),
			 DROP_SHORT);
	assert_int_equal(control_frame_peek(bytes, 0, &kind, cluster, &epoch), DROP_SHORT);
	assert_int_equal(
		control_frame_peek(bytes, CONTROL_FRAME_BYTES_MAX + 1, &kind, cluster, &epoch),
		DROP_OVERSIZED);
	(void)state;
}

static struct roster roster, roster_got;

static size_t encode_roster(void)
{
	example_roster(&roster);
	return roster_encode(&roster, &crypto_ed25519, &secret_key[0], bytes, sizeof bytes);
}

static enum drop decode_roster(size_t length, const struct public_key *key)
{
	return roster_decode(bytes, length, &crypto_ed25519, key, &roster_got);
}

static void a_roster_comes_back_as_it_went(void **state)
{
	size_t length = encode_roster();

	assert_int_equal(decode_roster(length, &public_key[0]), DROP_NOTHING);
	assert_int_equal(decode_roster(length, NULL), DROP_NOTHING);
	assert_memory_equal(roster_got.cluster, context.cluster, 8);
	assert_int_equal(roster_got.quorum, 3);
	assert_same_link(&roster_got.link, &example_link);
	assert_string_equal(roster_got.node[5].data, "ipc:///tmp/x/n5.data");
	assert_string_equal(roster_got.node[1].control, "tcp://127.0.0.1:5001");
	assert_int_equal(wire_context_of(&roster_got).epoch, 7);
	assert_int_equal(wire_context_of(&roster_got).nodes, 5);
	assert_int_equal(roster_encode(&roster_got, &crypto_ed25519, NULL, again, sizeof again),
			 length);
	assert_memory_equal(bytes, again, length);
	for (size_t cut = 0; cut < length; cut++) {
		assert_int_equal(decode_roster(cut, NULL), DROP_SHORT);
		assert_int_equal(roster_encode(&roster, &crypto_ed25519, NULL, again, cut), 0);
	}
	assert_int_equal(decode_roster(length + 1, NULL), DROP_TRAILING);
	(void)state;
}

static void a_roster_that_was_touched_is_not_the_operators(void **state)
{
	size_t length = encode_roster();

	for (size_t i = 0; i < length; i += 3) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_roster(length, NULL), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	assert_int_equal(decode_roster(length, &public_key[1]), DROP_OPERATOR);
	bytes[length - 1] ^= 1;
	assert_int_equal(decode_roster(length, &public_key[0]), DROP_OPERATOR);

	/* signed by somebody who says that he is the operator of this cluster */
	encode_roster();
	roster.operator_key = public_key[1];
	roster_encode(&roster, &crypto_ed25519, &secret_key[1], bytes, sizeof bytes);
	assert_int_equal(decode_roster(length, &public_key[0]), DROP_OPERATOR);
	assert_int_equal(decode_roster(length, NULL), DROP_NOTHING);
	(void)state;
}

static void a_node_that_introduces_itself_holds_its_key(void **state)
{
	struct peer_info info = {.nonce = {9, 8, 7}, .wanted = 0, .key = public_key[1]}, out;

	strcpy(info.data, "ipc:///tmp/x/data");
	memset(info.control, 'c', ENDPOINT_MAX - 1);

	size_t length =
		peer_info_encode(&info, &crypto_ed25519, &secret_key[1], bytes, sizeof bytes);

	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_NOTHING);
	assert_memory_equal(&info, &out, sizeof info);
	assert_int_equal(peer_info_decode(bytes, length - 1, &crypto_ed25519, &out), DROP_SHORT);
	assert_int_equal(peer_info_decode(bytes, length + 1, &crypto_ed25519, &out), DROP_TRAILING);
	bytes[CONTROL_HEAD + 17 + 32 + 1] = '\n'; /* in its endpoint */
	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_MALFORMED);
	peer_info_encode(&info, &crypto_ed25519, &secret_key[0], bytes, sizeof bytes);
	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_SIGNATURE);
	(void)state;
}

static void a_load_report_comes_back_as_it_went(void **state)
{
	const struct load_report report = {1, 2, 3, 4, 5, 6, 7, true};
	struct load_report out;
	node_id node;
	size_t length = load_encode(&context, 4, &report, bytes, sizeof bytes);

	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_NOTHING);
	assert_int_equal(node, 4);
	assert_int_equal(load_encode(&context, node, &out, again, sizeof again), length);
	assert_memory_equal(bytes, again, length);
	assert_int_equal(out.values, 1);
	assert_int_equal(out.latency_max_us, 6);
	assert_int_equal(out.cpu_us, 7);
	assert_true(out.done);
	bytes[length - 1] = 2;
	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_MALFORMED);
	bytes[CONTROL_HEAD] = 0;
	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_SENDER);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_control_comes_back_as_it_went),
		TEST(a_control_is_the_operators_or_nobodys),
		TEST(even_a_refused_control_says_whom_it_is_for),
		TEST(a_control_that_no_encoder_would_have_written_is_refused),
		TEST(a_query_comes_back_and_asks_for_something_known),
		TEST(a_peek_tells_kind_and_cluster),
		TEST(a_roster_comes_back_as_it_went),
		TEST(a_roster_that_was_touched_is_not_the_operators),
		TEST(a_node_that_introduces_itself_holds_its_key),
		TEST(a_load_report_comes_back_as_it_went),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
