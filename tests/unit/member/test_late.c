/* Words that come when a quorum has spoken already: they are not verified, unless they say anything
 * new. How many signatures a decision takes is counted by hand, and what a liar could make of words
 * that nobody looks at is tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/core/policy.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"

#define NODES  4
#define FRAMES 512

static struct public_key keys[NODES_MAX + 1];
static struct secret_key secrets[NODES_MAX + 1];
static struct member *m[NODES + 1];
static struct values *values;
static const struct wire_context wire = {.cluster = "late", .epoch = 1, .nodes = NODES};
static unsigned verified, signatures;
static bool n1_hears_no_votes;

/* Symbols, counted. */
static void count_sign(const struct secret_key *key, const uint8_t *domain, size_t domain_length,
		       const uint8_t *bytes, size_t length, uint8_t signature[SIGNATURE_BYTES])
{
	signatures++;
	crypto_symbolic.sign(key, domain, domain_length, bytes, length, signature);
}

static bool count_verify(const struct public_key *key, const uint8_t *domain, size_t domain_length,
			 const uint8_t *bytes, size_t length,
			 const uint8_t signature[SIGNATURE_BYTES])
{
	verified++;
	return crypto_symbolic.verify(key, domain, domain_length, bytes, length, signature);
}

static const struct crypto counting = {count_sign, count_verify};

/* What is on the wire, in the order in which it was sent. */
static struct sent {
	node_id from;
	node_set to;
	size_t length;
	uint8_t bytes[4096];
} queue[FRAMES];
static unsigned first, queued;

static void start_all(void)
{
	policy_id all;
	const char *bad;
	size_t bad_length;

	assert_true(policy_parse("all", &all, &bad, &bad_length));
	for (node_id id = 1; id <= NODES; id++)
		key_pair_symbolic(id, &keys[id], &secrets[id]);
	for (node_id id = 1; id <= NODES; id++) {
		struct member_config c = {
			.paxos = paxos_config_default(id, NODES, MODE_MULTI),
			.wire = wire,
			.crypto = &counting,
			.key = secrets[id],
			.boot = 1,
			.clock = {.num = 1, .den = 0},
			.policy = all,
			.random = id,
		};
		memcpy(c.keys, keys, sizeof keys);
		for (node_id peer = 1; peer <= NODES; peer++)
			c.link[peer] = link_rule_default();
		m[id] = member_init(malloc(member_size(&c)), &c);
		member_start(m[id], 0);
		member_clear(m[id]);
	}
	values = values_init(malloc(values_size(64, 1 << 16)), 64, 1 << 16);
	first = queued = 0;
}

static void end_all(void)
{
	for (node_id id = 1; id <= NODES; id++)
		free(m[id]);
	free(values);
}

static void collect(node_id from)
{
	const struct member_output *out = member_output(m[from]);

	for (unsigned i = 0; i < out->frames; i++) {
		struct sent *s = &queue[queued++ % FRAMES];
		assert_true(queued - first <= FRAMES && out->frame[i].length <= sizeof s->bytes);
		*s = (struct sent){
			.from = from, .to = out->frame[i].to, .length = out->frame[i].length};
		memcpy(s->bytes, out->frame[i].bytes, s->length);
	}
	member_clear(m[from]);
}

static struct frame *read_frame(const struct sent *s)
{
	static struct frame frame;

	assert_int_equal(frame_decode(&wire, s->bytes, s->length, values, &frame), DROP_NOTHING);
	return &frame;
}

/* Carries what was sent, in its order, but for messages of this type that n4 sent to n1, which are
 * kept from it. The last of those is what is returned. */
static struct sent carry(enum message_type type, time_us now)
{
	struct sent kept = {.length = 0};

	for (node_id id = 1; id <= NODES; id++)
		collect(id);
	while (first != queued) {
		struct sent s = queue[first++ % FRAMES];
		for (node_id id = 1; id <= NODES; id++) {
			if (!set_has(s.to, id) || id == s.from)
				continue;
			if (id == 1 && n1_hears_no_votes &&
			    read_frame(&s)->message.type == MSG_ACCEPTED)
				continue;
			if (id == 1 && s.from == 4 && read_frame(&s)->message.type == type) {
				kept = s;
				continue;
			}
			member_frame_in(m[id], now, s.bytes, s.length);
			collect(id);
		}
	}
	return kept;
}

static slot_number base_of(node_id id)
{
	return paxos_base(member_paxos(m[id]));
}

/* n1 leads. */
static struct sent decide(const char *value, enum message_type type, time_us now)
{
	assert_true(member_propose(m[1], now, (const uint8_t *)value, (uint32_t)strlen(value)));
	return carry(type, now);
}

/* Verified are, by each node, the words of others that it needs: three nodes need the Accept, which
 * is its owner's Echo, and one Echo besides it and their own; the owner needs two. Each needs two
 * Accepteds besides its own. Signed are the Accept, an Echo by each of the three, and an Accepted
 * by each. */
static void a_decision_takes_the_signatures_of_quorums(void **state)
{
	(void)state;
	start_all();
	decide("first", MSG_NONE, 10);
	for (unsigned i = 0; i < 5; i++) {
		const slot_number base = base_of(1);

		verified = signatures = 0;
		decide("next", MSG_NONE, 20 + i);
		for (node_id id = 1; id <= NODES; id++)
			assert_int_equal(base_of(id), base + 1);
		assert_int_equal(signatures, 1 + 3 + NODES);
		assert_int_equal(verified, 3 + (3 + 2) + 2 * NODES);
	}
	end_all();
}

static unsigned frames_to(node_id id, node_id peer, enum message_type type)
{
	const struct member_output *out = member_output(m[id]);
	unsigned count = 0;

	for (unsigned i = 0; i < out->frames; i++) {
		struct sent s = {.length = out->frame[i].length};
		memcpy(s.bytes, out->frame[i].bytes, s.length);
		count += out->frame[i].to == set_of(peer) && read_frame(&s)->message.type == type;
	}
	return count;
}

static void forge(struct sent *s)
{
	const size_t at = (size_t)(read_frame(s)->signature - s->bytes);

	s->bytes[at] ^= 1;
}

/* A late word ends nothing and proves nothing, whoever made it. */
static void a_forged_late_word_changes_nothing(void **state)
{
	(void)state;
	start_all();
	struct sent late = decide("first", MSG_ACCEPTED, 10);
	const struct sent genuine = late;
	assert_true(late.length > 0);
	assert_int_equal(base_of(1), 1);
	forge(&late);
	verified = 0;
	const uint64_t refused = member_counts(m[1])->dropped[DROP_SIGNATURE];
	member_frame_in(m[1], 11, late.bytes, late.length);
	member_frame_in(m[1], 12, late.bytes, late.length);
	assert_int_equal(verified, 0);
	/* another signature of the same word: now one of them must be wrong */
	member_frame_in(m[1], 13, genuine.bytes, genuine.length);
	assert_int_equal(verified, 1);
	assert_int_equal(member_proven(m[1]), 0);
	assert_int_equal(member_counts(m[1])->dropped[DROP_SIGNATURE], refused);
	assert_int_equal(base_of(1), 1);
	end_all();
}

/* n4 signs another word of this type than the one that was kept from n1. */
static struct sent another_word(const struct sent *kept, const char *value)
{
	struct sent s = *kept;
	struct frame frame = *read_frame(kept);

	frame.message.claim = NULL;
	frame.message.value = values_intern(values, (const uint8_t *)value, 5);
	frame.message.proofs = 0;
	frame.id.number += 1000;
	s.length = frame_encode(&wire, &frame, values, &counting, &secrets[4], s.bytes,
				sizeof s.bytes);
	assert_true(s.length > 0);
	return s;
}

/* A word that contradicts a late one is verified with it, and both prove the lie. */
static void a_contradicted_late_word_is_evidence(void **state)
{
	(void)state;
	start_all();
	const struct sent late = decide("first", MSG_ACCEPTED, 10);
	const struct sent other = another_word(&late, "other");
	verified = 0;
	member_frame_in(m[1], 11, late.bytes, late.length);
	assert_int_equal(verified, 0);
	assert_int_equal(member_proven(m[1]), 0);
	member_frame_in(m[1], 12, other.bytes, other.length);
	assert_int_equal(member_proven(m[1]), set_of(4));
	assert_int_equal(verified, 2);
	end_all();
	/* and the other way round */
	start_all();
	const struct sent again = decide("first", MSG_ACCEPTED, 10);
	const struct sent before = another_word(&again, "other");
	member_frame_in(m[1], 11, before.bytes, before.length);
	assert_int_equal(member_proven(m[1]), 0);
	member_frame_in(m[1], 12, again.bytes, again.length);
	assert_int_equal(member_proven(m[1]), set_of(4));
	end_all();
	/* but one that is forged convicts nobody, and is not in the way of the true one */
	start_all();
	const struct sent truth = decide("first", MSG_ACCEPTED, 10);
	struct sent lie = truth;
	const struct sent third = another_word(&truth, "other");
	forge(&lie);
	member_frame_in(m[1], 11, lie.bytes, lie.length);
	member_frame_in(m[1], 12, third.bytes, third.length);
	assert_int_equal(member_proven(m[1]), 0);
	member_frame_in(m[1], 13, truth.bytes, truth.length);
	assert_int_equal(member_proven(m[1]), set_of(4));
	end_all();
}

/* An Echo that comes again asks for what this node said, which may have been lost; also when the
 * first one was late. The second is verified. */
static void an_echo_that_comes_again_is_answered(void **state)
{
	(void)state;
	start_all();
	decide("first", MSG_NONE, 10);
	n1_hears_no_votes = true;
	const struct sent echo = decide("second", MSG_ECHO, 20);
	n1_hears_no_votes = false;
	assert_true(echo.length > 0);
	assert_int_equal(base_of(1), 1);
	verified = 0;
	member_frame_in(m[1], 21, echo.bytes, echo.length);
	assert_int_equal(verified, 0);
	assert_int_equal(frames_to(1, 4, MSG_ECHO) + frames_to(1, 4, MSG_ACCEPTED), 0);
	member_frame_in(m[1], 22, echo.bytes, echo.length);
	assert_int_equal(verified, 1);
	/* whoever echoes has the owner's Accept, so the owner answers with its vote */
	assert_int_equal(frames_to(1, 4, MSG_ECHO), 0);
	assert_int_equal(frames_to(1, 4, MSG_ACCEPTED), 1);
	end_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_takes_the_signatures_of_quorums),
		cmocka_unit_test(a_forged_late_word_changes_nothing),
		cmocka_unit_test(a_contradicted_late_word_is_evidence),
		cmocka_unit_test(an_echo_that_comes_again_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
