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
	assert_memory_equal(&a->batch, &b->batch, sizeof a->batch);
	assert_int_equal(a->rate, b->rate);
	assert_int_equal(a->asked, b->asked);
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
	bytes[CONTROL_HEAD + 8] ^= 1; /* its number */
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
		{CONTROL_EXIT, CONTROL_HEAD + 16, 0, DROP_TYPE},    /* kind */
		{CONTROL_EXIT, CONTROL_HEAD + 16, 99, DROP_TYPE},   /* kind */
		{CONTROL_PROPOSE, CONTROL_HEAD + 25 + 2, 2,
		 DROP_MALFORMED}, /* a value too long for any */
		{CONTROL_LINK, CONTROL_HEAD + 17, 32, DROP_MALFORMED},    /* peer */
		{CONTROL_LINK, CONTROL_HEAD + 18, 2, DROP_MALFORMED},     /* cut */
		{CONTROL_LINK, CONTROL_HEAD + 35 + 3, 1, DROP_MALFORMED}, /* loss above one */
		{CONTROL_DELIVER, CONTROL_HEAD + 17, 32, DROP_MALFORMED}, /* source */
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
	bytes[length - 1] = 16;
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

/* Nothing beyond the table of nodes is written, however long the frame is. */
static void a_roster_of_too_many_nodes_or_of_none_is_refused(void **state)
{
	uint8_t *nodes = bytes + CONTROL_HEAD + sizeof roster.operator_key.bytes;

	encode_roster();
	assert_int_equal(*nodes, 5);
	for (unsigned many = NODES_MAX + 1; many <= UINT8_MAX; many++) {
		*nodes = (uint8_t)many;
		assert_int_equal(decode_roster(CONTROL_FRAME_BYTES_MAX, NULL), DROP_MALFORMED);
	}
	*nodes = 0;
	assert_int_equal(decode_roster(CONTROL_FRAME_BYTES_MAX, NULL), DROP_MALFORMED);
	example_roster(&roster);
	roster.nodes = roster.quorum = 1;
	const size_t length =
		roster_encode(&roster, &crypto_ed25519, &secret_key[0], bytes, sizeof bytes);
	assert_int_equal(decode_roster(length, &public_key[0]), DROP_NOTHING);
	assert_int_equal(roster_got.nodes, 1);
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
	strcpy(info.control, "tcp://[2001:db8::7]:7000");
	memset(info.proof, 7, sizeof info.proof);

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

/* --- Reports: of a node of this cluster, and signed by it. */

static struct public_key node_key[NODES_MAX + 1];

static enum drop open_report(size_t length, size_t *inner, node_id *node)
{
	*inner = length;
	return report_open(&context, bytes, inner, &crypto_ed25519, node_key, node);
}

static void a_report_is_of_the_node_that_signed_it(void **state)
{
	size_t inner;
	node_id node;

	(void)state;
	node_key[3] = public_key[1];
	node_key[4] = public_key[2];
	size_t plain =
		proof_frame_encode(&context, 3, (const uint8_t *)"a proof", 7, bytes, sizeof bytes);
	size_t length = report_sign(bytes, plain, &crypto_ed25519, &secret_key[1]);
	assert_int_equal(length, plain + SIGNATURE_BYTES);
	assert_int_equal(open_report(length, &inner, &node), DROP_NOTHING);
	assert_int_equal(inner, plain);
	assert_int_equal(node, 3);
	/* any byte of it */
	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 1;
		assert_int_not_equal(open_report(length, &inner, &node), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	for (size_t cut = 0; cut < length; cut++)
		assert_int_not_equal(open_report(cut, &inner, &node), DROP_NOTHING);
	/* in another node's name */
	bytes[CONTROL_HEAD] = 4;
	assert_int_equal(open_report(length, &inner, &node), DROP_SIGNATURE);
	assert_int_equal(node, 4);
	bytes[CONTROL_HEAD] = 0;
	assert_int_equal(open_report(length, &inner, &node), DROP_SENDER);
	assert_int_equal(node, NODE_NONE);
	bytes[CONTROL_HEAD] = (uint8_t)(context.nodes + 1);
	assert_int_equal(open_report(length, &inner, &node), DROP_SENDER);
	/* no room: nothing to sign */
	assert_int_equal(report_sign(bytes, 0, &crypto_ed25519, &secret_key[1]), 0);
}

static void what_is_no_report_is_not_opened_as_one(void **state)
{
	size_t inner;
	node_id node;
	size_t length = query_encode(&context, 1, 1, bytes, sizeof bytes);

	(void)state;
	length = report_sign(bytes, length, &crypto_ed25519, &secret_key[1]);
	assert_int_equal(open_report(length, &inner, &node), DROP_TYPE);
	assert_true(is_report(FRAME_EVENTS));
	assert_true(is_report(FRAME_SNAPSHOT));
	assert_true(is_report(FRAME_LOAD));
	assert_true(is_report(FRAME_PROOF));
	assert_true(is_report(FRAME_VALUE));
	assert_false(is_report(FRAME_CONTROL));
	assert_false(is_report(FRAME_QUERY));
}

/* Only a batch is told so: other values have sketches. */
static void a_batch_comes_back_as_it_went(void **state)
{
	static const uint8_t batch[] = "\xfb"
				       "bat\2\0\0\0\1\0\0\0A\1\0\0\0B";
	const uint32_t batch_length = sizeof batch - 1;
	const uint8_t *value;
	uint32_t value_length;
	node_id node;
	size_t length = value_frame_encode(&context, 5, batch, batch_length, bytes, sizeof bytes);

	(void)state;
	assert_int_equal(value_frame_decode(&context, bytes, length, &node, &value, &value_length),
			 DROP_NOTHING);
	assert_int_equal(node, 5);
	assert_int_equal(value_length, batch_length);
	assert_memory_equal(value, batch, batch_length);
	for (size_t cut = 0; cut < length; cut++)
		assert_int_not_equal(
			value_frame_decode(&context, bytes, cut, &node, &value, &value_length),
			DROP_NOTHING);
	bytes[length - 1]++;
	assert_int_equal(value_frame_decode(&context, bytes, length, &node, &value, &value_length),
			 DROP_NOTHING);
	bytes[length - 2]++;
	assert_int_equal(value_frame_decode(&context, bytes, length, &node, &value, &value_length),
			 DROP_MALFORMED);
	assert_int_equal(value_frame_encode(&context, 5, batch, batch_length, bytes, length - 1),
			 0);
}

static void a_proof_comes_back_as_it_went(void **state)
{
	const uint8_t *proof;
	size_t proof_length;
	node_id node;
	size_t length =
		proof_frame_encode(&context, 5, (const uint8_t *)"lies", 4, bytes, sizeof bytes);

	(void)state;
	assert_int_equal(proof_frame_decode(&context, bytes, length, &node, &proof, &proof_length),
			 DROP_NOTHING);
	assert_int_equal(node, 5);
	assert_int_equal(proof_length, 4);
	assert_memory_equal(proof, "lies", 4);
	for (size_t cut = 0; cut < length - 3; cut++)
		assert_int_equal(
			proof_frame_decode(&context, bytes, cut, &node, &proof, &proof_length),
			DROP_SHORT);
	for (size_t room = 0; room < length; room++)
		assert_int_equal(
			proof_frame_encode(&context, 5, (const uint8_t *)"lies", 4, again, room),
			0);
	bytes[CONTROL_HEAD] = 0;
	assert_int_equal(proof_frame_decode(&context, bytes, length, &node, &proof, &proof_length),
			 DROP_SENDER);
	bytes[CONTROL_HEAD] = (uint8_t)(context.nodes + 1);
	assert_int_equal(proof_frame_decode(&context, bytes, length, &node, &proof, &proof_length),
			 DROP_SENDER);
}

/* Four groups of four digits, the head of the key's digest. */
static void a_fingerprint_is_read_out_in_groups(void **state)
{
	char text[FINGERPRINT_SIZE];
	uint8_t digest[DIGEST_BYTES];
	char expected[FINGERPRINT_SIZE];

	(void)state;
	key_fingerprint(&public_key[0], text);
	crypto_digest(public_key[0].bytes, sizeof public_key[0].bytes, digest);
	snprintf(expected, sizeof expected, "%02x%02x-%02x%02x-%02x%02x-%02x%02x", digest[0],
		 digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]);
	assert_string_equal(text, expected);
}

static void an_endpoint_is_an_address_or_a_path_and_nothing_else(void **state)
{
	static const char *const sound[] = {
		"tcp://[::1.0.0.0]:7000",    "tcp://[::0.1.0.0]:7000", "tcp://[::0.0.1.0]:7000",
		"tcp://[::0.0.0.1]:7000",    "tcp://1.2.3.4:1",        "tcp://223.1.1.1:7",
		"tcp://127.0.0.1:65535",     "tcp://[::1]:7000",       "tcp://[fe80::1:2]:7000",
		"tcp://[1:2:3:4:5:6:7:8]:9", "tcp://[1::8]:9",         "tcp://[1:2::]:9",
		"tcp://[::ffff:10.0.0.1]:9", "ipc:///tmp/x",           "ipc:///\xc3\xa4",
	};
	static const char *const unsound[] = {
		"",
		"xyz",
		"tcp://",
		"tcp://host:1",
		"tcp://localhost:1",
		"tcp://1.2.3:1",
		"tcp://1.2.3.4",
		"tcp://1.2.3.4:",
		"tcp://1.2.3.4:0",
		"tcp://1.2.3.4:65536",
		"tcp://1.2.3.4:01",
		"tcp://1.2.3.4:1x",
		"tcp://1.2.3.256:1",
		"tcp://01.2.3.4:1",
		"tcp://0.0.0.0:1",
		"tcp://224.0.0.1:1",
		"tcp://255.255.255.255:1",
		"tcp://*:1",
		"tcp://eth0;1.2.3.4:1",
		"tcp://::1:7000",
		"tcp://[::]:7000",
		"tcp://[::0.0.0.0]:7000",
		"tcp://[ff02::1]:7000",
		"tcp://[1:2:3:4:5:6:7]:9",
		"tcp://[1:2:3:4:5:6:7:8:9]:9",
		"tcp://[1::2::3]:9",
		"tcp://[fe80::1%eth0]:9",
		"tcp://[12345::]:9",
		"tcp://[::1]",
		"tcp://[1:]:9",
		"tcp://1.2.3.4:1\n",
		"ipc://x",
		"ipc://",
		"ipc:///",
		"ipc:///a\x1b[2J",
		"inproc://x",
		"tcp://99999999999.2.3.4:1",
		"TCP://1.2.3.4:1",
		" tcp://1.2.3.4:1",
	};

	for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
		if (!endpoint_is_sound((const uint8_t *)sound[i], strlen(sound[i])))
			fail_msg("'%s' is sound", sound[i]);
	for (size_t i = 0; i < sizeof unsound / sizeof *unsound; i++)
		if (endpoint_is_sound((const uint8_t *)unsound[i], strlen(unsound[i])))
			fail_msg("'%s' is not sound", unsound[i]);
	(void)state;
}

static void only_who_knows_the_join_token_can_prove_it(void **state)
{
	const struct join_token token = {{1}}, other = {{2}};
	const uint8_t challenge[CHALLENGE_BYTES] = {3}, later[CHALLENGE_BYTES] = {4};
	struct peer_info info = {.nonce = {9}, .wanted = 2, .key = public_key[1]};

	strcpy(info.data, "tcp://10.0.0.1:7000");
	strcpy(info.control, "tcp://10.0.0.1:7001");
	assert_false(peer_info_is_proven(&token, challenge, &info));
	peer_info_prove(&token, challenge, &info, info.proof);
	assert_true(peer_info_is_proven(&token, challenge, &info));
	assert_false(peer_info_is_proven(&other, challenge, &info));
	assert_false(peer_info_is_proven(&token, later, &info)); /* one that was overheard */

	struct peer_info changed = info;

	changed.control[17] = '9';
	assert_false(peer_info_is_proven(&token, challenge, &changed));
	changed = info;
	changed.key = public_key[0];
	assert_false(peer_info_is_proven(&token, challenge, &changed));
	changed = info;
	changed.wanted = 1;
	assert_false(peer_info_is_proven(&token, challenge, &changed));
	(void)state;
}

static void a_welcome_comes_back_as_it_went(void **state)
{
	const struct welcome welcome = {.nonce = {1, 2}, .challenge = {3, 4}};
	struct welcome out;
	size_t length = welcome_encode(&welcome, bytes, sizeof bytes);

	assert_int_equal(welcome_decode(bytes, length, &out), DROP_NOTHING);
	assert_memory_equal(&welcome, &out, sizeof out);
	assert_int_equal(welcome_decode(bytes, length - 1, &out), DROP_SHORT);
	assert_int_equal(welcome_decode(bytes, length + 1, &out), DROP_TRAILING);
	(void)state;
}

static void a_load_report_comes_back_as_it_went(void **state)
{
	const struct load_report report = example_load_report();
	struct load_report out;
	node_id node;
	size_t length = load_encode(&context, 4, &report, bytes, sizeof bytes);

	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_NOTHING);
	assert_int_equal(node, 4);
	assert_int_equal(load_encode(&context, node, &out, again, sizeof again), length);
	assert_memory_equal(bytes, again, length);
	assert_int_equal(out.number, 1);
	assert_int_equal(out.lost, 7);
	assert_int_equal(out.latency_max_us, 12);
	assert_int_equal(out.behind_us, 14);
	assert_true(out.done);
	assert_memory_equal(&out.sample, &report.sample, sizeof out.sample);
	bytes[length - 25] = 2; /* done; the sample follows */
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
		TEST(a_roster_of_too_many_nodes_or_of_none_is_refused),
		TEST(a_roster_that_was_touched_is_not_the_operators),
		TEST(a_node_that_introduces_itself_holds_its_key),
		TEST(a_report_is_of_the_node_that_signed_it),
		TEST(what_is_no_report_is_not_opened_as_one),
		TEST(a_batch_comes_back_as_it_went),
		TEST(a_proof_comes_back_as_it_went),
		TEST(a_fingerprint_is_read_out_in_groups),
		TEST(an_endpoint_is_an_address_or_a_path_and_nothing_else),
		TEST(only_who_knows_the_join_token_can_prove_it),
		TEST(a_welcome_comes_back_as_it_went),
		TEST(a_load_report_comes_back_as_it_went),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
