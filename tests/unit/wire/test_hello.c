/* How nodes tell each other of their lives, as bytes: round trips and refusals. */
#include "tests/support/wire_examples.h"

#include "proto/wire/hello_frame.h"

static struct public_key keys[6];

static struct hello example_hello(void)
{
	return (struct hello){.sender = 1,
			      .to = set_of(2) | set_of(5),
			      .asks = true,
			      .boot = 7,
			      .life = 0xfedcba98,
			      .past = 0x12345678,
			      .past_stored = UINT64_C(1) << 40,
			      .judged = 77,
			      .known = 78,
			      .known_boot = 9,
			      .known_stored = 12345};
}

static size_t encode_hello(const struct hello *g)
{
	keys[1] = public_key[0];
	return hello_encode(&context, g, &crypto_ed25519, &secret_key[0], bytes);
}

static enum drop decode_hello(size_t length, struct hello *out)
{
	return hello_decode(&context, bytes, length, &crypto_ed25519, keys, out);
}

static void a_hello_comes_back_as_it_went(void **state)
{
	const struct hello g = example_hello();
	struct hello out;
	const size_t length = encode_hello(&g);
	node_id sender;
	node_set to;

	assert_int_equal(length, HELLO_BYTES);
	assert_true(is_hello(bytes, length));
	assert_int_equal(decode_hello(length, &out), DROP_NOTHING);
	assert_int_equal(out.sender, g.sender);
	assert_int_equal(out.to, g.to);
	assert_true(out.asks);
	assert_int_equal(out.boot, g.boot);
	assert_int_equal(out.life, g.life);
	assert_int_equal(out.past, g.past);
	assert_int_equal(out.past_stored, g.past_stored);
	assert_int_equal(out.judged, g.judged);
	assert_int_equal(out.known, g.known);
	assert_int_equal(out.known_boot, g.known_boot);
	assert_int_equal(out.known_stored, g.known_stored);
	assert_true(frame_peek(bytes, length, &sender, &to));
	assert_int_equal(sender, g.sender);
	assert_int_equal(to, g.to);
	(void)state;
}

static void a_changed_hello_is_refused(void **state)
{
	const struct hello g = example_hello();
	struct hello out;
	const size_t length = encode_hello(&g);

	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_hello(length, &out), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(decode_hello(cut, &out), DROP_SHORT);
	assert_int_equal(decode_hello(length + 1, &out), DROP_TRAILING);
	(void)state;
}

static void a_hello_in_another_s_name_is_refused(void **state)
{
	struct hello g = example_hello(), out;

	g.sender = 2;
	const size_t length = encode_hello(&g);
	keys[2] = public_key[1];
	assert_int_equal(decode_hello(length, &out), DROP_SIGNATURE);
	(void)state;
}

static void a_hello_for_another_cluster_is_refused(void **state)
{
	const struct hello g = example_hello();
	struct wire_context other = context;
	struct hello out;
	const size_t length = encode_hello(&g);

	other.cluster[0] ^= 1;
	assert_int_equal(hello_decode(&other, bytes, length, &crypto_ed25519, keys, &out),
			 DROP_CLUSTER);
	(void)state;
}

static void no_message_is_a_hello(void **state)
{
	assert_int_not_equal(WIRE_VERSION, HELLO_VERSION);
	bytes[0] = again[0] = WIRE_VERSION;
	assert_false(is_hello(bytes, 100));
	assert_false(is_hello(bytes, 0));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hello_comes_back_as_it_went),
		TEST(a_changed_hello_is_refused),
		TEST(a_hello_in_another_s_name_is_refused),
		TEST(a_hello_for_another_cluster_is_refused),
		TEST(no_message_is_a_hello),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("hello", tests, NULL, NULL);
}
