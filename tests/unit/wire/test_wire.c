/* Messages as bytes: round trips, the reason of every refusal, signatures, published vectors. */

#include "tests/support/wire_examples.h"

#include "proto/wire/bundle.h"

#define VECTORS "tests/data/vectors/messages.txt"

static struct frame decoded;

static const struct hearsay two_told = {
	.count = 2,
	.of = {{2, {3, 0xa1b2c3d4, 0x0102030405060708}}, {4, {9, 7, 70}}},
};

static size_t encode(const struct frame *f, const struct secret_key *key)
{
	return frame_encode(&context, f, values, &crypto_ed25519, key, bytes, sizeof bytes);
}

static enum drop decode(size_t length)
{
	return frame_decode(&context, bytes, length, decoded_values, &decoded);
}

static void assert_same_value(value_ref a, value_ref b)
{
	uint32_t length[2];
	const uint8_t *at[2] = {values_bytes(values, a, &length[0]),
				values_bytes(decoded_values, b, &length[1])};

	assert_int_equal(a == VALUE_NONE, b == VALUE_NONE);
	assert_int_equal(length[0], length[1]);
	assert_memory_equal(at[0], at[1], length[0]);
}

static void assert_same_ballot(struct ballot a, struct ballot b)
{
	assert_int_equal(a.round, b.round);
	assert_int_equal(a.node, b.node);
}

static void assert_same_message(const struct message *a, const struct message *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->to, b->to);
	assert_same_ballot(a->ballot, b->ballot);
	assert_same_ballot(a->promised, b->promised);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->low, b->low);
	assert_int_equal(a->why, b->why);
	assert_true(a->known == b->known && a->voted == b->voted && a->wanted == b->wanted);
	assert_true(a->unsure == b->unsure && a->ask == b->ask);
	assert_same_value(a->value, b->value);
	assert_int_equal(a->claims, b->claims);
	for (unsigned i = 0; i < a->claims; i++) {
		assert_int_equal(a->claim[i].slot, b->claim[i].slot);
		assert_same_ballot(a->claim[i].ballot, b->claim[i].ballot);
		assert_same_value(a->claim[i].value, b->claim[i].value);
	}
}

static void assert_nothing_attached(const struct frame *f)
{
	assert_null(f->proofs);
	assert_int_equal(f->proofs_length, 0);
	assert_int_equal(f->hearsay.count, 0);
	assert_int_equal(f->message.proof, PROOF_NONE);
	assert_int_equal(f->message.view, PROOF_NONE);
	assert_int_equal(f->message.proofs, 0);
	assert_null(f->message.proof_list);
	assert_int_equal(f->message.told, 0);
	assert_null(f->message.tell);
	assert_false(f->message.late);
}

static void every_message_comes_back_as_it_went(void **state)
{
	for (unsigned type = 1; type < MSG_TYPES; type++) {
		struct frame f = example(type);

		for (unsigned with = 0; with < 2; with++) {
			size_t length = encode(&f, with ? &secret_key[1] : NULL);

			assert_int_not_equal(length, 0);
			memset(&decoded, 0xff, sizeof decoded);
			assert_int_equal(decode(length), DROP_NOTHING);
			assert_same_message(&f.message, &decoded.message);
			assert_nothing_attached(&decoded);
			assert_int_equal(decoded.sender, f.sender);
			assert_int_equal(decoded.to, f.to);
			assert_memory_equal(&decoded.id.number, &f.id.number, 8);
			assert_int_equal(decoded.life, f.life);
			assert_int_equal(decoded.stored, f.stored);
			assert_int_equal(decoded.id.source, f.id.source);
			assert_int_equal(decoded.id.boot, f.id.boot);
			assert_int_equal(decoded.policy, f.policy);
			assert_int_equal(decoded.is_signed, with);
			assert_ptr_equal(decoded.body, bytes + AT_BODY);
			assert_int_equal(decoded.body_length,
					 length - AT_BODY - (with ? SIGNATURE_BYTES : 0));
			assert_ptr_equal(decoded.signature,
					 with ? bytes + length - SIGNATURE_BYTES : NULL);
		}
	}
	(void)state;
}

/* Proofs one after the other, of every message and in any company: each is read as it was said, but
 * for what stood in the envelope. */
static void a_proof_is_read_as_the_message_was(void **state)
{
	static uint8_t proofs[2 * MSG_TYPES * PROOF_BYTES_MAX];
	static struct frame said[2 * MSG_TYPES];
	static struct claim said_claims[2 * MSG_TYPES][2];
	struct proof_list left = {proofs, 0};
	struct proof_entry entry;
	unsigned count = 0;

	(void)state;
	for (unsigned i = 2; i < 2 * MSG_TYPES; i++) {
		struct frame *f = &said[count];

		*f = example(i / 2);
		f->message.from = (node_id)(1 + i % 3);
		f->policy = i % 2 == 0 ? 9 : 0;
		if (f->message.type == MSG_NONE || message_fields(f->message.type) == 0)
			continue;
		if (f->message.claims > 0) {
			memcpy(said_claims[count], claims, sizeof said_claims[count]);
			f->message.claim = said_claims[count];
		}
		const size_t length = encode(f, &secret_key[0]);
		assert_int_equal(decode(length), DROP_NOTHING);
		left.left += frame_proof(&decoded, proofs + left.left);
		f->message.to = 1;
		count++;
	}
	for (unsigned i = 0; i < count; i++) {
		memset(&decoded, 0xff, sizeof decoded);
		assert_int_equal(
			proof_next(&context, &left, decoded_values, NULL, 0, &decoded, &entry),
			DROP_NOTHING);
		assert_same_message(&said[i].message, &decoded.message);
		assert_nothing_attached(&decoded);
		assert_int_equal(decoded.sender, said[i].message.from);
		assert_int_equal(decoded.id.source, said[i].message.from);
		assert_int_equal(decoded.policy, said[i].policy);
		assert_true(decoded.is_signed && decoded.is_brief && !decoded.has_digest);
		assert_ptr_equal(decoded.body, entry.bytes + 4);
		assert_ptr_equal(decoded.signature, decoded.body + decoded.body_length);
		assert_int_equal(entry.length, 4 + decoded.body_length + SIGNATURE_BYTES);
		assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	}
	assert_int_equal(proof_next(&context, &left, decoded_values, NULL, 0, &decoded, &entry),
			 DROP_SHORT);
}

/* A long value is told by its digest only: it is what is known by that, or unknown. */
static void a_proof_of_a_long_value_needs_the_value(void **state)
{
	static uint8_t proof[PROOF_BYTES_MAX];
	struct frame f = example(MSG_ACCEPTED);
	struct known_value known[2] = {{.value = value("pear")}, {.value = value("plum")}};
	struct proof_entry entry;
	const uint8_t *whole;
	uint32_t length;

	(void)state;
	f.message.value = long_value('x');
	assert_int_equal(decode(encode(&f, &secret_key[0])), DROP_NOTHING);
	const size_t proof_length = frame_proof(&decoded, proof);
	whole = values_bytes(values, f.message.value, &length);
	crypto_digest(whole, length, known[1].digest);
	for (unsigned i = 0; i < 5; i++) {
		struct proof_list left = {proof, proof_length};

		if (i == 3)
			known[0] = known[1];
		assert_int_equal(
			proof_next(&context, &left, values, known, i % 3, &decoded, &entry),
			DROP_NOTHING);
		assert_int_equal(decoded.message.value,
				 i == 2 || i == 4 ? known[1].value : VALUE_UNKNOWN);
	}
	for (size_t cut = 0; cut < proof_length; cut++) {
		struct proof_list left = {proof, cut};

		assert_int_equal(proof_next(&context, &left, values, NULL, 0, &decoded, &entry),
				 DROP_SHORT);
	}
}

static void extremes_come_back_as_they_went(void **state)
{
	struct frame f = example(MSG_PROMISE);

	f.to = 1u << 4;
	f.message.to = f.to;
	f.sender = f.id.source = f.message.from = 5;
	f.id.boot = UINT16_MAX;
	f.id.number = UINT64_MAX;
	f.policy = UINT32_MAX;
	f.message.ballot = (struct ballot){ROUND_MAX, 5};
	f.message.slot = f.message.low = UINT64_MAX - SLOTS_OPEN_MAX;
	f.message.claims = SLOTS_OPEN_MAX - 1;
	for (unsigned i = 0; i < f.message.claims; i++)
		claims[i] = (struct claim){
			.slot = f.message.slot + i, .ballot = {ROUND_MAX, 5}, .value = value("x")};
	assert_int_equal(decode(encode(&f, NULL)), DROP_NOTHING);
	assert_same_message(&f.message, &decoded.message);
	f.message.claims = 0;
	assert_int_equal(decode(encode(&f, NULL)), DROP_NOTHING);
	assert_same_message(&f.message, &decoded.message);
	(void)state;
}

static void a_full_promise_of_the_longest_values_fits_the_longest_frame(void **state)
{
	struct frame f = example(MSG_PROMISE);
	uint8_t *large = test_calloc(FRAME_BYTES_MAX, 1);
	size_t room = values_size(4, 2 * VALUE_BYTES_MAX);
	struct values *from = values_init(test_malloc(room), 4, 2 * VALUE_BYTES_MAX);
	struct values *into = values_init(test_malloc(room), 4, 2 * VALUE_BYTES_MAX);
	value_ref longest = values_intern(from, large, VALUE_BYTES_MAX);

	f.message.claims = SLOTS_OPEN_MAX;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		claims[i] = (struct claim){.slot = 5 + i, .ballot = {1, 1}, .value = longest};

	size_t length = frame_encode(&context, &f, from, &crypto_ed25519, &secret_key[0], large,
				     FRAME_BYTES_MAX);

	assert_int_not_equal(length, 0);
	assert_int_equal(frame_decode(&context, large, length, into, &decoded), DROP_NOTHING);
	assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	assert_int_equal(frame_decode(&context, large, FRAME_BYTES_MAX + 1, into, &decoded),
			 DROP_OVERSIZED);
	assert_int_equal(
		frame_encode(&context, &f, from, &crypto_ed25519, NULL, large, length - 65), 0);
	test_free(large);
	test_free(from);
	test_free(into);
	(void)state;
}

/* A frame cut off anywhere is short; with a byte more it trails. An encoder without room says so.
 */
static void every_length_but_the_right_one_is_refused(void **state)
{
	for (unsigned type = 1; type < MSG_TYPES; type++) {
		for (unsigned with = 0; with < 2; with++) {
			struct frame f = example(type);
			const struct secret_key *key = with ? &secret_key[1] : NULL;
			size_t length = encode(&f, key);

			for (size_t cut = 0; cut < length; cut++) {
				uint8_t *exact = test_malloc(cut + 1); /* a step over is seen */

				memcpy(exact + 1, bytes, cut);
				assert_int_equal(frame_decode(&context, exact + 1, cut,
							      decoded_values, &decoded),
						 DROP_SHORT);
				assert_int_equal(frame_encode(&context, &f, values, &crypto_ed25519,
							      key, again, cut),
						 0);
				test_free(exact);
			}
			assert_int_equal(decode(length + 1), DROP_TRAILING);
			assert_int_equal(decode(length), DROP_NOTHING);
		}
	}
	(void)state;
}

/* A single byte of an encoded example, changed, and what must be said. */
struct refusal_case {
	const char *what;
	enum message_type type;
	size_t at;
	uint8_t byte;
	enum drop why;
};

static void what_no_encoder_would_have_written_is_refused_with_its_reason(void **state)
{
	enum { SLOT = AT_FIELDS + 5, VALUE = AT_FIELDS + 13 };
	enum { LEVEL = AT_FIELDS + 8 };
	enum { COUNT = AT_FIELDS + 21, CLAIM = COUNT + 2, CLAIM2 = CLAIM + 17 + 4 };
	static const struct refusal_case cases[] = {
		{"version 0", MSG_SYNC, AT_VERSION, 0, DROP_VERSION},
		{"version 2", MSG_SYNC, AT_VERSION, 2, DROP_VERSION},
		{"unknown flag", MSG_SYNC, AT_FLAGS, 8, DROP_MALFORMED},
		{"said to tell what it heard", MSG_SYNC, AT_FLAGS, 4, DROP_SHORT},
		{"unknown high flag", MSG_SYNC, AT_FLAGS, 0x80, DROP_MALFORMED},
		{"said to be signed", MSG_SYNC, AT_FLAGS, 1, DROP_SHORT},
		{"sender nobody", MSG_SYNC, AT_SENDER, 0, DROP_SENDER},
		{"sender 6 of 5", MSG_SYNC, AT_SENDER, 6, DROP_SENDER},
		{"source nobody", MSG_SYNC, AT_SOURCE, 0, DROP_SENDER},
		{"source 255", MSG_SYNC, AT_SOURCE, 255, DROP_SENDER},
		{"signer nobody", MSG_SYNC, AT_SIGNER, 0, DROP_SENDER},
		{"signer 6 of 5", MSG_SYNC, AT_SIGNER, 6, DROP_SENDER},
		{"to nobody", MSG_SYNC, AT_TO, 0, DROP_MALFORMED},
		{"to node 6 of 5", MSG_SYNC, AT_TO, 0x20, DROP_MALFORMED},
		{"boot 0", MSG_SYNC, AT_BOOT, 0, DROP_MALFORMED},
		{"number 0", MSG_SYNC, AT_NUMBER, 0, DROP_MALFORMED},
		{"type 0", MSG_SYNC, AT_TYPE, 0, DROP_TYPE},
		{"type 12", MSG_SYNC, AT_TYPE, 12, DROP_TYPE},
		{"type 255", MSG_SYNC, AT_TYPE, 255, DROP_TYPE},
		{"cluster's first byte", MSG_SYNC, AT_CLUSTER, 0, DROP_CLUSTER},
		{"cluster's last byte", MSG_SYNC, AT_CLUSTER + 7, 0, DROP_CLUSTER},
		{"epoch 6 of 7", MSG_SYNC, AT_EPOCH, 6, DROP_EPOCH},
		{"round 0", MSG_PREPARE, AT_FIELDS, 0, DROP_MALFORMED},
		{"ballot of nobody", MSG_PREPARE, AT_FIELDS + 4, 0, DROP_MALFORMED},
		{"ballot of node 6 of 5", MSG_PREPARE, AT_FIELDS + 4, 6, DROP_MALFORMED},
		{"value longer than its frame", MSG_ACCEPT, VALUE, 6, DROP_SHORT},
		{"value shorter than its frame", MSG_ACCEPT, VALUE, 4, DROP_TRAILING},
		{"value longer than any", MSG_ACCEPT, VALUE + 2, 2, DROP_MALFORMED},
		{"a claim too many", MSG_PROMISE, COUNT, 3, DROP_SHORT},
		{"a claim too few", MSG_PROMISE, COUNT, 1, DROP_TRAILING},
		{"more claims than slots", MSG_PROMISE, COUNT + 1, 1, DROP_MALFORMED},
		{"claim below the slot", MSG_PROMISE, CLAIM, 4, DROP_MALFORMED},
		{"claims of one slot", MSG_PROMISE, CLAIM2, 5, DROP_MALFORMED},
		{"claims that fall", MSG_PROMISE, CLAIM, 8, DROP_MALFORMED},
		{"claim of nobody", MSG_PROMISE, CLAIM + 12, 0, DROP_MALFORMED},
		{"claim of node 9 of 5", MSG_PROMISE, CLAIM + 12, 9, DROP_MALFORMED},
		{"claim of round 0", MSG_PROMISE, CLAIM + 8, 0, DROP_MALFORMED},
		{"claim longer than any", MSG_PROMISE, CLAIM + 16, 1, DROP_MALFORMED},
		{"promised to nobody in a round", MSG_NACK, SLOT + 8 + 4, 0, DROP_MALFORMED},
		{"promised to node 6 of 5", MSG_NACK, SLOT + 8 + 4, 6, DROP_MALFORMED},
		{"knows the slot that it does not know", MSG_SYNC, LEVEL, 0x13, DROP_MALFORMED},
		{"knows and does not know", MSG_SYNC, LEVEL + 8, 0x2, DROP_MALFORMED},
		{"unsure about node 6 of 5", MSG_SYNC, LEVEL + 24, 0x20, DROP_MALFORMED},
		{"asks node 32 of 5", MSG_SYNC, LEVEL + 31, 0x80, DROP_MALFORMED},
		{"refused for nothing", MSG_NACK, SLOT + 13, 0, DROP_MALFORMED},
		{"refused for an unknown reason", MSG_NACK, SLOT + 13, 200, DROP_MALFORMED},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct frame f = example(cases[i].type);
		size_t length = encode(&f, NULL);

		assert_int_not_equal(bytes[cases[i].at], cases[i].byte);
		bytes[cases[i].at] = cases[i].byte;
		if (decode(length) != cases[i].why)
			fail_msg("%s: %s", cases[i].what, drop_name(decode(length)));
	}
	(void)state;
}

static void a_slot_that_is_none_is_refused(void **state)
{
	static const size_t at[] = {AT_FIELDS + 5, AT_FIELDS + 13}; /* slot, low */
	struct frame f = example(MSG_COMMIT);

	for (unsigned i = 0; i < 2; i++) {
		size_t length = encode(&f, NULL);

		memset(bytes + at[i], 0xff, 8);
		assert_int_equal(decode(length), DROP_MALFORMED);
	}
	(void)state;
}

static void whoever_refuses_may_have_promised_nobody(void **state)
{
	struct frame f = example(MSG_NACK);

	f.message.promised = BALLOT_NONE;
	f.message.why = REFUSE_AHEAD;
	assert_int_equal(decode(encode(&f, NULL)), DROP_NOTHING);
	assert_same_message(&f.message, &decoded.message);
	(void)state;
}

static void a_strange_frame_is_explained_by_what_is_strangest(void **state)
{
	struct frame f = example(MSG_SYNC);
	size_t length = encode(&f, NULL);

	bytes[AT_SENDER] = 31; /* fine in a larger cluster */
	bytes[AT_EPOCH] ^= 1;
	bytes[AT_CLUSTER] ^= 1;
	assert_int_equal(decode(length), DROP_CLUSTER);
	bytes[AT_CLUSTER] ^= 1;
	assert_int_equal(decode(length), DROP_EPOCH);
	bytes[AT_EPOCH] ^= 1;
	assert_int_equal(decode(length), DROP_SENDER);
	bytes[AT_VERSION] = 9;
	assert_int_equal(decode(1), DROP_VERSION);
	(void)state;
}

static void a_refused_frame_leaves_no_value_behind(void **state)
{
	struct values *small = values_init(test_malloc(values_size(3, 64)), 3, 64);
	struct frame f = example(MSG_PROMISE);
	size_t length = encode(&f, NULL);

	assert_int_equal(frame_decode(&context, bytes, length + 1, small, &decoded), DROP_TRAILING);
	assert_true(values_has_room(small, 3, 64));
	assert_int_equal(frame_decode(&context, bytes, length, small, &decoded), DROP_NOTHING);
	assert_false(values_has_room(small, 3, 64));
	test_free(small);
	(void)state;
}

static void a_table_without_room_is_said_to_be_full(void **state)
{
	struct values *small = values_init(test_malloc(values_size(1, 3)), 1, 3);
	struct frame f = example(MSG_ACCEPT);

	assert_int_equal(frame_decode(&context, bytes, encode(&f, NULL), small, &decoded),
			 DROP_FULL);
	test_free(small);
	(void)state;
}

static void who_a_frame_is_for_is_read_without_the_rest(void **state)
{
	struct frame f = example(MSG_SYNC);
	node_id sender = NODE_NONE;
	node_set to = 0;

	encode(&f, NULL);
	assert_true(frame_peek(bytes, 7, &sender, &to));
	assert_int_equal(to, f.to);
	assert_int_equal(sender, f.sender);
	assert_false(frame_peek(bytes, 6, &sender, &to));
	assert_false(frame_peek(NULL, 0, &sender, &to));
	(void)state;
}

static void a_signature_holds_for_its_key_and_its_body_only(void **state)
{
	static const struct crypto *const makers[] = {&crypto_ed25519, &crypto_symbolic};

	for (unsigned which = 0; which < 2; which++) {
		struct frame f = example(MSG_PROMISE);
		struct public_key key[2] = {public_key[0], public_key[1]};
		struct secret_key secret = secret_key[0];

		if (which == 1) {
			key_pair_symbolic(11, &key[0], &secret);
			key_pair_symbolic(12, &key[1], &secret);
			key_pair_symbolic(11, &key[0], &secret);
		}

		size_t length = frame_encode(&context, &f, values, makers[which], &secret, bytes,
					     sizeof bytes);

		for (size_t i = 0; i < length; i++) {
			bytes[i] ^= 0x40;
			if (decode(length) == DROP_NOTHING && i >= AT_BODY)
				assert_false(frame_verify(&decoded, makers[which], &key[0]));
			bytes[i] ^= 0x40;
		}
		assert_int_equal(decode(length), DROP_NOTHING);
		assert_true(frame_verify(&decoded, makers[which], &key[0]));
		assert_false(frame_verify(&decoded, makers[which], &key[1]));
		secret_key_wipe(&secret);
		for (unsigned i = 0; i < sizeof secret.bytes; i++)
			assert_int_equal(secret.bytes[i], 0);
	}
	(void)state;
}

/* What the signature leaves out, so that a message can be shown to others, and replayed. */
static void the_envelope_is_not_signed(void **state)
{
	struct frame f = example(MSG_ACCEPT);
	size_t length = encode(&f, &secret_key[0]);

	bytes[AT_SENDER] = 4;
	bytes[AT_TO] = 0x01;
	bytes[AT_NUMBER] = 99;
	bytes[AT_LIFE] = 99;
	frame_stamp(bytes, length, 2, 12);
	assert_int_equal(decode(length), DROP_NOTHING);
	assert_int_equal(decoded.stored, 55);
	frame_stamp(bytes, length, 1, 1234567);
	assert_int_equal(decode(length), DROP_NOTHING);
	assert_int_equal(decoded.stored, 1234567);
	assert_int_equal(decoded.sender, 4);
	assert_int_equal(decoded.message.from, 1);
	assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	(void)state;
}

static void an_unsigned_frame_verifies_by_no_key(void **state)
{
	struct frame f = example(MSG_ACCEPT);

	assert_int_equal(decode(encode(&f, NULL)), DROP_NOTHING);
	assert_false(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	(void)state;
}

static void a_signed_frame_of_another_run_is_refused_though_it_verifies(void **state)
{
	struct wire_context other = context;
	struct frame f = example(MSG_ACCEPT);
	size_t length = encode(&f, &secret_key[0]);

	other.epoch++;
	assert_int_equal(frame_decode(&other, bytes, length, decoded_values, &decoded), DROP_EPOCH);
	bytes[AT_EPOCH]++; /* said to be of this run: then it no longer verifies */
	assert_int_equal(frame_decode(&other, bytes, length, decoded_values, &decoded),
			 DROP_NOTHING);
	assert_false(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	(void)state;
}

static void what_was_heard_comes_back_and_is_not_signed(void **state)
{
	struct frame f = example(MSG_COMMIT);
	const uint8_t proof[] = "some proof";

	f.hearsay = two_told;
	f.proofs = proof;
	f.proofs_length = sizeof proof;
	size_t length = encode(&f, &secret_key[0]);
	assert_int_equal(decode(length), DROP_NOTHING);
	assert_int_equal(decoded.proofs_length, sizeof proof);
	assert_int_equal(decoded.hearsay.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(decoded.hearsay.of[i].node, two_told.of[i].node);
		assert_int_equal(decoded.hearsay.of[i].life.boot, two_told.of[i].life.boot);
		assert_int_equal(decoded.hearsay.of[i].life.number, two_told.of[i].life.number);
		assert_true(decoded.hearsay.of[i].life.stored == two_told.of[i].life.stored);
	}
	bytes[length - 1] ^= 1;
	assert_int_equal(decode(length), DROP_NOTHING);
	assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	for (size_t cut = length - hearsay_length(&two_told); cut < length; cut++)
		assert_int_equal(decode(cut), DROP_SHORT);
	assert_int_equal(decode(length + 1), DROP_TRAILING);
	/* encoded with what it tells, a frame finds its own parts */
	length = encode(&f, &secret_key[0]);
	assert_int_equal(decode(length), DROP_NOTHING);
	struct frame again_pointed = f;
	frame_point(&again_pointed, values, bytes, length);
	assert_int_equal(again_pointed.body_length, decoded.body_length);
	assert_ptr_equal(again_pointed.signature, decoded.signature);
	(void)state;
}

static void what_nobody_can_have_heard_is_malformed(void **state)
{
	enum { LIFE = 15 };
	struct frame f = example(MSG_COMMIT);

	f.hearsay = two_told;
	const size_t length = encode(&f, NULL), at = length - hearsay_length(&two_told);
	const struct {
		size_t at;
		uint8_t byte;
		enum drop why;
	} bad[] = {
		{at, 0, DROP_MALFORMED},            /* of nobody, */
		{at, 6, DROP_MALFORMED},            /* of more than there are, */
		{at, 1, DROP_TRAILING},             /* of fewer, */
		{at, 3, DROP_SHORT},                /* of more than are told; */
		{at + 1, 0, DROP_MALFORMED},        /* no node, */
		{at + 1, 4, DROP_MALFORMED},        /* twice the same, */
		{at + 1, 5, DROP_MALFORMED},        /* falling, */
		{at + 1 + LIFE, 6, DROP_MALFORMED}, /* a node that is none, */
		{at + 2 + LIFE, 0, DROP_MALFORMED}, /* that never lived */
	};
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const uint8_t was = bytes[bad[i].at];
		bytes[bad[i].at] = bad[i].byte;
		assert_int_equal(decode(length), bad[i].why);
		bytes[bad[i].at] = was;
	}
	assert_int_equal(decode(length), DROP_NOTHING);
	(void)state;
}

static void a_readdressed_frame_has_another_sender_and_is_signed_as_before(void **state)
{
	struct frame f = example(MSG_ACCEPT);
	size_t length = encode(&f, &secret_key[0]);

	assert_true(frame_readdress(bytes, length, 3, set_of(1) | set_of(4)));
	assert_int_equal(frame_decode(&context, bytes, length, decoded_values, &decoded),
			 DROP_NOTHING);
	assert_int_equal(decoded.sender, 3);
	assert_int_equal(decoded.to, set_of(1) | set_of(4));
	assert_int_equal(decoded.message.from, f.message.from);
	assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
	assert_false(frame_readdress(bytes, AT_BODY - 1, 2, set_of(1)));
	assert_int_equal(bytes[AT_SENDER], 3);
	(void)state;
}

static void write_hex(FILE *file, const uint8_t *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fprintf(file, "%02x%s", from[i], i % 32 == 31 && i + 1 < length ? "\n  " : "");
	fputc('\n', file);
}

/* One vector: the message in words, then its bytes. */
static void write_vector(FILE *file, const struct frame *f, const struct secret_key *key)
{
	const struct message *m = &f->message;
	unsigned set = message_fields(m->type);
	char shown[VALUE_SHOWN_MAX + 1];

	fprintf(file, "\n%s %s%s\n", message_name(m->type), key == NULL ? "unsigned" : "signed",
		m->refers ? ", by reference" : "");
	fprintf(file, "  from n%u to 0x%x id %u.%u.%llu policy %u", m->from, f->to, f->id.source,
		f->id.boot, (unsigned long long)f->id.number, f->policy);
	if (set & FIELD_BALLOT)
		fprintf(file, " ballot %u.%u", m->ballot.round, m->ballot.node);
	if (set & FIELD_SLOT)
		fprintf(file, " slot %llu", (unsigned long long)m->slot);
	if (set & FIELD_LOW)
		fprintf(file, " low %llu", (unsigned long long)m->low);
	if (set & FIELD_VALUE) {
		values_show(values, m->value, shown);
		fprintf(file, " value %s", shown);
	}
	for (unsigned i = 0; i < m->claims; i++) {
		values_show(values, m->claim[i].value, shown);
		fprintf(file, " claim %llu:%u.%u=%s", (unsigned long long)m->claim[i].slot,
			m->claim[i].ballot.round, m->claim[i].ballot.node, shown);
	}
	if (set & FIELD_PROMISED)
		fprintf(file, " promised %u.%u", m->promised.round, m->promised.node);
	if (set & FIELD_WHY)
		fprintf(file, " why %s", refusal_name(m->why));
	if (set & FIELD_LEVEL)
		fprintf(file, " known 0x%llx voted 0x%llx", (unsigned long long)m->known,
			(unsigned long long)m->voted);
	if (set & FIELD_ASKS)
		fprintf(file, " wanted 0x%llx unsure 0x%x ask 0x%x", (unsigned long long)m->wanted,
			m->unsure, m->ask);
	if (message_fields_under(m->type, f->policy) & FIELD_VIEW)
		fprintf(file, " view %02x...", f->view[0]);
	for (unsigned i = 0; i < f->hearsay.count; i++)
		fprintf(file, " heard n%u boot %u life %u stored %llu", f->hearsay.of[i].node,
			f->hearsay.of[i].life.boot, f->hearsay.of[i].life.number,
			(unsigned long long)f->hearsay.of[i].life.stored);
	fprintf(file, "\n  ");
	write_hex(file, bytes, encode(f, key));
}

/* The first and the last message of phase 1 and 2, unsigned, in one bundle. */
static void write_bundle(FILE *file)
{
	static uint8_t room[BUNDLE_BYTES_MAX];
	struct bundle_writer w = {.bytes = room};
	const struct frame first = example(MSG_PREPARE), last = example(MSG_ACCEPTED);
	size_t length;

	assert_true(bundle_add(&w, bytes, encode(&first, NULL)));
	assert_true(bundle_add(&w, bytes, encode(&last, NULL)));
	const uint8_t *bundle = bundle_end(&w, &length);
	fprintf(file, "\nbundle (proto/wire/bundle.h)\n  prepare unsigned, accepted unsigned\n  ");
	write_hex(file, bundle, length);
}

static void write_vectors(FILE *file)
{
	fprintf(file,
		"# Messages between nodes, in words and in bytes (proto/wire/frame.h).\n"
		"# Regenerate with REWRITE=1 build/tests/test_wire and review the difference.\n"
		"cluster ");
	write_hex(file, context.cluster, sizeof context.cluster);
	fprintf(file,
		"epoch %u nodes %u\nsigner's secret seed 01, then 31 bytes of 00\n"
		"signer's public key ",
		context.epoch, context.nodes);
	write_hex(file, public_key[0].bytes, sizeof public_key[0].bytes);
	for (unsigned type = 1; type < MSG_TYPES; type++) {
		struct frame f = example(type);

		if (message_fields(type) == 0)
			continue;
		write_vector(file, &f, NULL);
		write_vector(file, &f, &secret_key[0]);
	}
	struct frame f = example(MSG_COMMIT);
	f.hearsay = two_told;
	write_vector(file, &f, &secret_key[0]);
	for (unsigned i = 0; i < sizeof referring / sizeof *referring; i++) {
		f = by_reference(referring[i]);
		write_vector(file, &f, NULL);
		write_vector(file, &f, &secret_key[0]);
	}
	write_bundle(file);
}

static void the_published_vectors_are_what_is_written(void **state)
{
	char *made = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&made, &length);

	write_vectors(memory);
	fclose(memory);
	if (getenv("REWRITE") != NULL) {
		FILE *file = fopen(VECTORS, "w");

		assert_non_null(file);
		fwrite(made, 1, length, file);
		fclose(file);
	}

	FILE *file = fopen(VECTORS, "r");
	char *published = test_calloc(length + 2, 1);

	assert_non_null(file);
	assert_int_equal(fread(published, 1, length + 1, file), length);
	assert_string_equal(published, made);
	fclose(file);
	test_free(published);
	free(made);
	(void)state;
}

/* What stands in place of the value: its digest if the message is signed, else two quick ones. */
static void a_reference_is_found_by_length_and_digest(void **state)
{
	const value_ref others[] = {value("apple"), long_value('y'), long_value('z')};

	for (unsigned i = 0; i < sizeof referring / sizeof *referring; i++) {
		for (unsigned with = 0; with < 2; with++) {
			struct frame f = by_reference(referring[i]);
			const size_t length = encode(&f, with ? &secret_key[0] : NULL);
			const uint8_t *long_bytes;
			uint32_t long_length;
			uint8_t digest[DIGEST_BYTES];

			long_bytes = values_bytes(values, f.message.value, &long_length);
			crypto_digest(long_bytes, long_length, digest);
			assert_int_equal(frame_decode(&context, bytes, length, values, &decoded),
					 DROP_NOTHING);
			assert_true(decoded.is_brief);
			assert_true(decoded.message.value == VALUE_UNKNOWN);
			assert_int_equal(decoded.value_length, long_length);
			if (with)
				assert_memory_equal(decoded.value_digest, digest, sizeof digest);
			assert_false(frame_refer(&decoded, values, others, 3));
			assert_true(decoded.message.value == VALUE_UNKNOWN);
			const value_ref list[] = {others[0], others[1], f.message.value};
			assert_true(frame_refer(&decoded, values, list, 3));
			assert_true(decoded.message.value == f.message.value);
			/* each bit of it counts */
			uint8_t *at = bytes + AT_FIELDS + decoded.body_length - 18 - 1;
			for (unsigned bit = 0; bit < 8; bit++) {
				*at ^= (uint8_t)(1 << bit);
				assert_int_equal(
					frame_decode(&context, bytes, length, values, &decoded),
					DROP_NOTHING);
				assert_false(frame_refer(&decoded, values, list, 3));
				*at ^= (uint8_t)(1 << bit);
			}
		}
	}
	(void)state;
}

/* The signature is of the message, however its value is told. */
static void a_reference_is_signed_as_the_value_is(void **state)
{
	for (unsigned i = 0; i < sizeof referring / sizeof *referring; i++) {
		struct frame f = by_reference(referring[i]);
		uint8_t brief[2][BRIEF_BYTES_MAX];
		uint8_t signature[2][SIGNATURE_BYTES];
		size_t length[2];

		for (unsigned refers = 0; refers < 2; refers++) {
			f.message.refers = refers != 0;
			assert_int_equal(decode(encode(&f, &secret_key[0])), DROP_NOTHING);
			assert_int_equal(decoded.is_brief, refers);
			assert_true(frame_verify(&decoded, &crypto_ed25519, &public_key[0]));
			length[refers] = frame_brief(&decoded, brief[refers]);
			memcpy(signature[refers], decoded.signature, SIGNATURE_BYTES);
		}
		assert_int_equal(length[0], length[1]);
		assert_memory_equal(brief[0], brief[1], length[0]);
		assert_memory_equal(signature[0], signature[1], SIGNATURE_BYTES);
	}
	(void)state;
}

/* Only who answers an Accept, or tells how it ended, may refer to it; and a short value stands for
 * itself. */
static void only_long_values_of_some_messages_are_told_by_reference(void **state)
{
	for (unsigned type = 1; type < MSG_TYPES; type++) {
		struct frame f = example(type);

		if ((message_fields(type) & FIELD_VALUE) == 0)
			continue;
		f.message.refers = true;
		const size_t length = encode(&f, NULL);
		assert_int_equal(bytes[AT_FLAGS], 0);
		assert_int_equal(decode(length), DROP_NOTHING);
		bytes[AT_FLAGS] = 8;
		assert_int_equal(decode(length), DROP_MALFORMED);
		f.message.value = long_value('x');
		encode(&f, NULL);
		assert_int_equal(bytes[AT_FLAGS],
				 type == MSG_ACCEPTED || type == MSG_COMMIT ? 8 : 0);
	}
	(void)state;
}

static void ed25519_signs_the_blake2b_digest_of_domain_and_bytes(void **state)
{
	const uint8_t domain[] = "tag";
	const uint8_t text[] = {'h', 'i'};
	const uint8_t both[] = {'t', 'a', 'g', 0, 'h', 'i'};
	uint8_t digest[64], signature[SIGNATURE_BYTES];

	crypto_ed25519.sign(&secret_key[2], domain, sizeof domain, text, sizeof text, signature);
	crypto_generichash(digest, sizeof digest, both, sizeof both, NULL, 0);
	assert_int_equal(
		crypto_sign_verify_detached(signature, digest, sizeof digest, public_key[2].bytes),
		0);
	assert_true(crypto_ed25519.verify(&public_key[2], domain, sizeof domain, text, sizeof text,
					  signature));
	assert_false(crypto_ed25519.verify(&public_key[2], domain, sizeof domain - 1, text,
					   sizeof text, signature));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_message_comes_back_as_it_went),
		TEST(a_proof_is_read_as_the_message_was),
		TEST(a_proof_of_a_long_value_needs_the_value),
		TEST(extremes_come_back_as_they_went),
		TEST(a_full_promise_of_the_longest_values_fits_the_longest_frame),
		TEST(every_length_but_the_right_one_is_refused),
		TEST(what_no_encoder_would_have_written_is_refused_with_its_reason),
		TEST(a_slot_that_is_none_is_refused),
		TEST(whoever_refuses_may_have_promised_nobody),
		TEST(a_strange_frame_is_explained_by_what_is_strangest),
		TEST(a_refused_frame_leaves_no_value_behind),
		TEST(a_table_without_room_is_said_to_be_full),
		TEST(who_a_frame_is_for_is_read_without_the_rest),
		TEST(a_signature_holds_for_its_key_and_its_body_only),
		TEST(the_envelope_is_not_signed),
		TEST(an_unsigned_frame_verifies_by_no_key),
		TEST(a_signed_frame_of_another_run_is_refused_though_it_verifies),
		TEST(what_was_heard_comes_back_and_is_not_signed),
		TEST(what_nobody_can_have_heard_is_malformed),
		TEST(a_readdressed_frame_has_another_sender_and_is_signed_as_before),
		TEST(the_published_vectors_are_what_is_written),
		TEST(a_reference_is_found_by_length_and_digest),
		TEST(a_reference_is_signed_as_the_value_is),
		TEST(only_long_values_of_some_messages_are_told_by_reference),
		TEST(ed25519_signs_the_blake2b_digest_of_domain_and_bytes),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
