/* What is attached to a message: which of it is read, what spoils the whole, and what the message
 * gains by it. And which frames a member lets in at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/member/certificates.h"
#include "proto/member/member.h"

#define NODES 4
#define SIGN  DEFENCE_SIGN
#define ECHO  (DEFENCE_SIGN | DEFENCE_ECHO)
#define ALONE (DEFENCE_SIGN | DEFENCE_JUSTIFY)

static const struct wire_context wire = {
	.cluster = {'p', 'r', 'o', 'o', 'f', 's', 1, 2}, .epoch = 3, .nodes = NODES};

static struct public_key keys[NODES_MAX + 1];
static struct secret_key secrets[NODES_MAX + 1];
static struct values *values;
static struct paxos *paxos;
static struct proofs *p;
static struct verifier verifier;
static uint8_t *bytes, *attached;
static size_t attached_length;

static void use(policy_id policy)
{
	const struct paxos_config config = {
		.self = 1, .nodes = NODES, .quorum = 3, .policy = policy};

	paxos_init(paxos, &config);
	verifier = (struct verifier){
		.wire = &wire,
		.crypto = &crypto_symbolic,
		.keys = keys,
		.paxos = paxos,
		.values = values,
	};
	attached_length = 0;
}

static int set_up(void **state)
{
	(void)state;
	for (node_id id = 1; id <= NODES; id++)
		key_pair_symbolic(100u + id, &keys[id], &secrets[id]);
	values = values_init(malloc(values_size(64, 1 << 20)), 64, 1 << 20);
	paxos = malloc(sizeof *paxos);
	p = malloc(sizeof *p);
	proofs_init(p, malloc(proofs_size()));
	bytes = malloc(FRAME_BYTES_MAX);
	attached = malloc(PROOFS_BYTES_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(attached);
	free(bytes);
	free(p->table.kept);
	free(p);
	free(paxos);
	free(values);
	return 0;
}

static value_ref text(const char *of)
{
	return values_intern(values, (const uint8_t *)of, (uint32_t)strlen(of));
}

/* A value that is signed as its digest. */
static value_ref long_value(uint8_t first)
{
	uint8_t of[VALUE_INLINE_MAX + 1] = {first};

	return values_intern(values, of, sizeof of);
}

static void sign(const struct message *m, policy_id policy, const uint8_t *proofs, size_t length,
		 struct frame *out)
{
	static struct frame given;

	given = (struct frame){.sender = m->from,
			       .to = set_of(1),
			       .id = {m->from, 1, 9},
			       .policy = policy,
			       .proofs = proofs,
			       .proofs_length = length};
	given.message = *m;
	length = frame_encode(&wire, &given, values, &crypto_symbolic, &secrets[m->from], bytes,
			      FRAME_BYTES_MAX);
	assert_true(length > 0);
	assert_int_equal(frame_decode(&wire, bytes, length, values, out), DROP_NOTHING);
}

/* From now on the message is attached, signed under that policy. Its bytes, that can be spoiled. */
static uint8_t *attach_under(struct message m, policy_id policy)
{
	static struct frame frame;
	uint8_t *at = attached + attached_length;

	sign(&m, policy, NULL, 0, &frame);
	attached_length += frame_proof(&frame, at);
	return at;
}

static uint8_t *attach(struct message m)
{
	return attach_under(m, paxos_policy(paxos, m.slot));
}

static struct frame frame;

static enum drop read(struct message m)
{
	sign(&m, paxos_policy(paxos, m.slot), attached_length > 0 ? attached : NULL,
	     attached_length, &frame);
	return proofs_read(p, &verifier, &frame);
}

static struct message accept(uint32_t round, slot_number slot, value_ref value)
{
	return (struct message){
		.type = MSG_ACCEPT, .from = 2, .ballot = {round, 2}, .slot = slot, .value = value};
}

static struct message echo(node_id from, struct message asked)
{
	asked.type = MSG_ECHO;
	asked.from = from;
	return asked;
}

/* Rule 4: "Echo(b, s, v) carries the owner's signed Accept". */
static void an_echo_carries_what_the_owner_asked_for(void **state)
{
	const value_ref a = text("A"), b = text("B");

	(void)state;
	use(ECHO);
	assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_PROOF);
	const struct message wrong[] = {accept(5, 7, b), accept(5, 8, a), accept(6, 7, a),
					echo(4, accept(5, 7, a))};
	for (unsigned i = 0; i < 4; i++) {
		attached_length = 0;
		attach(wrong[i]);
		assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_PROOF);
		/* and no trace of it stays: what is right behind it is found */
		attach(accept(5, 7, a));
		assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_NOTHING);
		assert_int_equal(frame.message.told, 2);
		assert_ptr_equal(frame.message.tell, p->message);
		assert_int_equal(frame.message.tell[1].type, MSG_ACCEPT);
		assert_int_equal(frame.message.tell[1].from, 2);
	}
	/* what was attached to another message is not attached to this one */
	attached_length = 0;
	assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_PROOF);
	assert_int_equal(frame.message.told, 0);
}

/* Nothing that an honest node attaches is unsigned, or in another's name. */
static void one_bad_message_spoils_the_whole(void **state)
{
	const value_ref a = text("A");
	struct message foreign = accept(5, 7, a);
	uint8_t *at;

	(void)state;
	use(ECHO);
	foreign.ballot.node = 3;
	const struct message bad[] = {foreign, accept(6, 7, a)};
	for (unsigned i = 0; i < 2; i++)
		for (unsigned first = 0; first < 2; first++) {
			attached_length = 0;
			if (!first)
				attach(accept(5, 7, a));
			attach(bad[i]);
			if (i == 1) /* its signature */
				attached[attached_length - 1] ^= 1;
			if (first)
				attach(accept(5, 7, a));
			assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_PROOF);
		}
	/* bytes that are no message */
	attached_length = 0;
	at = attach(accept(5, 7, a));
	at[4] = 99;
	assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_TYPE);
	/* one whose end is missing, and one byte behind it */
	for (unsigned i = 0; i < 2; i++) {
		attached_length = 0;
		attach(accept(5, 7, a));
		attached[attached_length] = 0;
		attached_length += i == 0 ? -(size_t)1 : 1;
		assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_SHORT);
	}
}

/* A change of defences that is heard late makes worthless what was attached in good faith. */
static void what_is_of_other_defences_is_left_out(void **state)
{
	const value_ref a = text("A");
	const struct message prepare = {
		.type = MSG_PREPARE, .from = 2, .ballot = {9, 2}, .slot = 7};

	(void)state;
	use(ECHO);
	(void)attach_under(accept(5, 7, a), SIGN);
	assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_PROOF);
	assert_int_equal(frame.message.told, 0);
	attach(accept(5, 7, a));
	assert_int_equal(read(echo(3, accept(5, 7, a))), DROP_NOTHING);
	assert_int_equal(frame.message.told, 1);
	/* but which rounds a node has seen it shows under any */
	assert_int_equal(read(prepare), DROP_NOTHING);
	assert_int_equal(frame.message.told, 2);
}

static void attach_promise(node_id from, uint32_t round, const struct claim *claim, uint16_t claims)
{
	attach((struct message){.type = MSG_PROMISE,
				.from = from,
				.ballot = {round, 2},
				.slot = claims > 0 ? claim[0].slot : 0,
				.claim = claim,
				.claims = claims});
}

/* In what is signed a long value is a digest; its bytes come with the message at hand, where there
 * may be several. */
static void each_long_value_is_known_by_its_digest(void **state)
{
	struct claim claim[3] = {{.slot = 0, .ballot = {1, 1}, .value = long_value('A')},
				 {.slot = 1, .ballot = {1, 1}, .value = long_value('B')},
				 {.slot = 2, .ballot = {1, 1}, .value = text("short")}};
	const struct message view = {
		.type = MSG_NEW_VIEW, .from = 2, .ballot = {5, 2}, .claim = claim, .claims = 3};

	(void)state;
	use(SIGN);
	attach_promise(3, 5, claim, 3);
	assert_int_equal(read(view), DROP_NOTHING);
	assert_int_equal(p->claims, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(p->claim[i].value, claim[i].value);
	/* one that just stands there itself */
	uint8_t most[VALUE_INLINE_MAX] = {'m'};
	attached_length = 0;
	claim[1].value = values_intern(values, most, sizeof most);
	attach_promise(3, 5, claim, 3);
	claim[1].value = long_value('B');
	assert_int_equal(read(view), DROP_NOTHING);
	assert_int_equal(p->claim[1].value, values_intern(values, most, sizeof most));
	/* one of which the message at hand says nothing is not known */
	attached_length = 0;
	claim[1].value = long_value('C');
	attach_promise(3, 5, claim, 3);
	claim[1].value = long_value('B');
	assert_int_equal(read(view), DROP_NOTHING);
	assert_int_equal(p->claim[0].value, claim[0].value);
	assert_int_equal(p->claim[1].value, VALUE_UNKNOWN);
	assert_int_equal(p->claim[2].value, claim[2].value);
	/* the value of the message itself */
	attached_length = 0;
	attach(accept(5, 7, long_value('D')));
	use(ECHO);
	attach(accept(5, 7, long_value('D')));
	assert_int_equal(read(echo(3, accept(5, 7, long_value('D')))), DROP_NOTHING);
	assert_int_equal(read(echo(3, accept(5, 7, long_value('E')))), DROP_PROOF);
	/* one byte less, and it stands there itself */
	attached_length = 0;
	uint8_t inlined[VALUE_INLINE_MAX] = {'i'};
	const value_ref whole = values_intern(values, inlined, sizeof inlined);
	attach(accept(5, 8, whole));
	assert_int_equal(read(echo(3, accept(5, 7, long_value('E')))), DROP_PROOF);
	assert_int_equal(p->message[0].value, whole);
}

/* A claim is proven by what comes with it, whatever it says itself, and only where votes need a
 * proof. */
static void claims_are_proven_by_what_is_attached_where_votes_need_it(void **state)
{
	static const policy_id policies[] = {SIGN, ALONE};
	const value_ref a = text("A");
	struct claim claim = {.slot = 0, .ballot = {2, 2}, .value = a, .certified = true};
	struct message m = {.from = 2, .ballot = {5, 2}, .claim = &claim, .claims = 1};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const bool needs = policies[i / 2] == ALONE;

		m.type = i % 2 == 0 ? MSG_PROMISE : MSG_NEW_VIEW;
		use(policies[i / 2]);
		attach(accept(2, 0, a));
		for (node_id from = 1; from <= 3; from++) {
			assert_int_equal(read(m), DROP_NOTHING);
			assert_false(frame.claim[0].certified);
			assert_int_equal(frame.claim[0].cert, PROOF_NONE);
			attach_promise(from, 2, NULL, 0);
		}
		assert_int_equal(read(m), DROP_NOTHING);
		assert_int_equal(frame.claim[0].certified, needs);
		assert_int_equal(frame.claim[0].cert != PROOF_NONE, needs);
		assert_int_equal(frame.message.told, 4);
	}
}

/* An Accept names its NewView by the digest of what was signed and attached. */
static void a_new_view_has_a_name_under_justify(void **state)
{
	struct message view = {.type = MSG_NEW_VIEW, .from = 2, .ballot = {5, 2}};
	proof_ref name[3];

	(void)state;
	use(ALONE);
	assert_int_equal(read(view), DROP_NOTHING);
	name[0] = frame.message.view;
	attach_promise(1, 5, NULL, 0);
	assert_int_equal(read(view), DROP_NOTHING);
	name[1] = frame.message.view;
	view.ballot.round++;
	assert_int_equal(read(view), DROP_NOTHING);
	name[2] = frame.message.view;
	for (unsigned i = 0; i < 3; i++)
		assert_true(name[i] != PROOF_NONE && name[i] != name[(i + 1) % 3]);
	/* the same again has the same name, and an Accept can say that name */
	view.ballot.round--;
	assert_int_equal(read(view), DROP_NOTHING);
	assert_int_equal(frame.message.view, name[1]);
	struct frame asks = {.policy = ALONE, .message = accept(5, 0, text("A"))};
	frame_view_digest(&frame, asks.view);
	assert_int_equal(proofs_read(p, &verifier, &asks), DROP_NOTHING);
	assert_int_equal(asks.message.view, name[1]);
	use(SIGN);
	assert_int_equal(read(view), DROP_NOTHING);
	assert_int_equal(frame.message.view, PROOF_NONE);
}

/* What is attached is kept as one proof, if there is any. */
static void what_is_attached_is_one_proof(void **state)
{
	const struct message commit = {.type = MSG_COMMIT,
				       .from = 2,
				       .ballot = {5, 2},
				       .slot = 7,
				       .low = 7,
				       .value = text("A")};
	uint32_t length;

	(void)state;
	use(SIGN);
	assert_int_equal(read(commit), DROP_NOTHING);
	assert_int_equal(frame.message.proofs, 0);
	assert_int_equal(p->all, PROOF_NONE);
	attach(accept(5, 7, text("A")));
	attach(accept(5, 8, text("A")));
	assert_int_equal(read(commit), DROP_NOTHING);
	assert_int_equal(frame.message.proofs, 1);
	const uint8_t *all = values_bytes(p->table.kept, frame.message.proof_list[0], &length);
	assert_int_equal(length, attached_length);
	assert_memory_equal(all, attached, length);
}

/* More than any honest node has to show is refused before it is looked at. */
static void too_much_is_refused(void **state)
{
	struct claim claim[SLOTS_OPEN_MAX];
	const struct message commit = {.type = MSG_COMMIT,
				       .from = 2,
				       .ballot = {5, 2},
				       .slot = 7,
				       .low = 7,
				       .value = text("A")};

	(void)state;
	use(SIGN);
	for (unsigned i = 0; i < TOLD_MAX; i++)
		attach(accept(5, 7, text("A")));
	assert_int_equal(read(commit), DROP_NOTHING);
	assert_int_equal(frame.message.told, TOLD_MAX);
	attach(accept(5, 7, text("A")));
	assert_int_equal(read(commit), DROP_OVERSIZED);
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		claim[i] = (struct claim){.slot = i, .ballot = {1, 1}, .value = text("A")};
	attached_length = 0;
	for (unsigned i = 0; i < TOLD_CLAIMS_MAX; i += SLOTS_OPEN_MAX)
		attach_promise(3, 5, claim, SLOTS_OPEN_MAX);
	assert_int_equal(read(commit), DROP_NOTHING);
	assert_int_equal(p->claims, TOLD_CLAIMS_MAX);
	attach_promise(3, 5, claim, 1);
	assert_int_equal(read(commit), DROP_OVERSIZED);
}

/* A table keeps what has a length, once, and what has none not at all. */
static void a_proof_has_bytes(void **state)
{
	static const uint8_t some[3] = {1, 2, 3};

	(void)state;
	assert_int_equal(proof_table_keep(&p->table, some, 0), PROOF_NONE);
	const proof_ref one = proof_table_keep(&p->table, some, 1);
	assert_int_not_equal(one, PROOF_NONE);
	assert_int_equal(proof_table_keep(&p->table, some, 1), one);
	assert_int_not_equal(proof_table_keep(&p->table, some, 3), one);
}

/* What does not fit any more is left out, whole message by whole message. */
static void a_certificate_never_exceeds_its_room(void **state)
{
	enum { ONE = 4 + 300, IN_A_PROOF = 200, PROOFS_GIVEN = 10 };
	uint8_t *list = calloc(IN_A_PROOF, ONE);
	proof_ref ref[PROOFS_GIVEN];

	(void)state;
	for (unsigned part = 0; part < PROOFS_GIVEN; part++) {
		for (size_t i = 0; i < IN_A_PROOF; i++) {
			uint8_t *at = list + i * ONE;

			at[0] = 300 & 255;
			at[1] = 300 >> 8;
			at[4] = (uint8_t)part;
			at[5] = (uint8_t)i;
		}
		ref[part] = proof_table_keep(&p->table, list, (size_t)ONE * IN_A_PROOF);
		assert_int_not_equal(ref[part], PROOF_NONE);
	}
	for (unsigned part = 1; part <= 8; part++)
		assert_int_equal(proof_table_write(&p->table, ref, part),
				 (size_t)ONE * IN_A_PROOF * part);
	const size_t all = proof_table_write(&p->table, ref, PROOFS_GIVEN);
	assert_int_equal(all, PROOFS_BYTES_MAX - PROOFS_BYTES_MAX % ONE);
	free(list);
}

/* Admission. */

static struct member *member;

static enum drop hear(struct message m, policy_id policy, bool is_signed, size_t proofs)
{
	struct frame given = {.sender = m.from,
			      .to = set_of(1),
			      .id = {m.from, 1, 7},
			      .policy = policy,
			      .proofs = proofs > 0 ? attached : NULL,
			      .proofs_length = proofs};

	given.message = m;
	const size_t length =
		frame_encode(&wire, &given, values, &crypto_symbolic,
			     is_signed ? &secrets[m.from] : NULL, bytes, FRAME_BYTES_MAX);
	member_clear(member);
	member_frame_in(member, 1, bytes, length);
	const struct member_output *out = member_output(member);
	for (unsigned i = 0; i < out->events; i++)
		if (out->event[i].kind == EVENT_DROPPED)
			return out->event[i].drop;
	return DROP_NOTHING;
}

static void *begin(policy_id policy, bool signs)
{
	static struct member_config config;

	config = (struct member_config){
		.paxos = paxos_config_default(1, NODES, MODE_SINGLE),
		.wire = wire,
		.crypto = &crypto_symbolic,
		.key = secrets[1],
		.boot = 1,
		.clock = {.num = 1},
		.sign = signs,
		.inbox_bytes = 1 << 16,
		.outbox_bytes = 1 << 18,
	};
	config.policy = policy;
	memcpy(config.keys, keys, sizeof keys);
	for (unsigned i = 0; i <= NODES_MAX; i++)
		config.link[i] = link_rule_default();
	void *memory = malloc(member_size(&config));
	member = member_init(memory, &config);
	member_start(member, 1);
	return memory;
}

/* All nodes decide a slot under the same defences, or not at all. Evidence is about no slot. */
static void a_message_of_other_defences_is_refused(void **state)
{
	const struct message prepare = {.type = MSG_PREPARE, .from = 2, .ballot = {5, 2}};
	const struct message evidence = {
		.type = MSG_EVIDENCE, .from = 2, .value = text("no proof")};
	void *memory = begin(SIGN, true);

	(void)state;
	assert_int_equal(hear(prepare, POLICY_NONE, true, 0), DROP_POLICY);
	assert_int_equal(hear(prepare, ECHO, true, 0), DROP_POLICY);
	assert_int_equal(hear(prepare, SIGN, true, 0), DROP_NOTHING);
	assert_int_equal(hear(evidence, POLICY_NONE, true, 0), DROP_PROOF);
	assert_int_equal(hear(evidence, SIGN, true, 0), DROP_PROOF);
	free(memory);
}

/* Of what is thrown away is told as much as could be read: of bytes that are no message, nothing.
 */
static void what_is_thrown_away_is_told_with_its_name_if_it_has_one(void **state)
{
	const struct message prepare = {.type = MSG_PREPARE, .from = 2, .ballot = {5, 2}};
	void *memory = begin(SIGN, true);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(hear(prepare, POLICY_NONE, true, 0), DROP_POLICY);
		if (i == 1) {
			member_clear(member);
			member_frame_in(member, 1, bytes, 60);
		}
		const struct member_output *out = member_output(member);
		assert_int_equal(out->events, 1);
		assert_int_equal(out->event[0].kind, EVENT_DROPPED);
		assert_int_equal(out->event[0].drop, i == 0 ? DROP_POLICY : DROP_SHORT);
		assert_int_equal(out->event[0].peer, i == 0 ? 2 : NODE_NONE);
		assert_int_equal(out->event[0].id.number, i == 0 ? 7 : 0);
		assert_int_equal(out->event[0].type, i == 0 ? MSG_PREPARE : MSG_NONE);
	}
	free(memory);
}

/* The chain of a summary is a digest. */
static void a_summary_tells_a_digest(void **state)
{
	static const uint8_t chain[DIGEST_BYTES + 1] = {1, 2};
	struct message summary = {.type = MSG_SUMMARY, .from = 2, .slot = 15};
	void *memory = begin(POLICY_NONE, false);

	(void)state;
	for (uint32_t length = DIGEST_BYTES - 1; length <= DIGEST_BYTES + 1; length++) {
		summary.value = values_intern(values, chain, length);
		assert_int_equal(hear(summary, POLICY_NONE, false, 0),
				 length == DIGEST_BYTES ? DROP_NOTHING : DROP_MALFORMED);
	}
	free(memory);
}

/* The defences of the slot ask for a signature, or the whole cluster does. Who asks for none has no
 * use for proofs, and takes none. */
static void a_signature_is_asked_for_by_the_slot_or_by_the_cluster(void **state)
{
	const struct message prepare = {.type = MSG_PREPARE, .from = 2, .ballot = {5, 2}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const policy_id policy = i % 2 == 0 ? POLICY_NONE : SIGN;
		void *memory = begin(policy, i >= 2);

		use(policy);
		attach(accept(5, 7, text("A")));
		assert_int_equal(hear(prepare, policy, false, 0),
				 i == 0 ? DROP_NOTHING : DROP_UNSIGNED);
		assert_int_equal(hear(prepare, policy, true, 0), DROP_NOTHING);
		assert_int_equal(hear(prepare, policy, true, attached_length),
				 i == 0 ? DROP_PROOF : DROP_NOTHING);
		free(memory);
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_echo_carries_what_the_owner_asked_for),
		TEST(one_bad_message_spoils_the_whole),
		TEST(what_is_of_other_defences_is_left_out),
		TEST(each_long_value_is_known_by_its_digest),
		TEST(claims_are_proven_by_what_is_attached_where_votes_need_it),
		TEST(a_new_view_has_a_name_under_justify),
		TEST(what_is_attached_is_one_proof),
		TEST(too_much_is_refused),
		TEST(a_proof_has_bytes),
		TEST(a_certificate_never_exceeds_its_room),
		TEST(a_message_of_other_defences_is_refused),
		TEST(what_is_thrown_away_is_told_with_its_name_if_it_has_one),
		TEST(a_summary_tells_a_digest),
		TEST(a_signature_is_asked_for_by_the_slot_or_by_the_cluster),
	};

	return cmocka_run_group_tests_name("proofs", tests, set_up, tear_down);
}
