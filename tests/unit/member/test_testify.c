/* Evidence among members: contradictions are noticed, proofs spread, nobody is framed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"
#include "proto/member/witness.h"

#define NODES  4
#define LIAR   4
#define FRAMES 256

static const struct wire_context wire = {
	.cluster = {'l', 'a', 'b', '5', 1, 2, 3, 4}, .epoch = 7, .nodes = NODES};

static struct public_key keys[NODES_MAX + 1];
static struct secret_key secrets[NODES_MAX + 1];
static struct member *member[NODES + 1]; /* of the honest */
static struct values *values;            /* the liar's */
static uint8_t bytes[1 << 16];
static uint64_t number;

/* What is on the wire. */
static struct {
	node_set to;
	size_t length;
	uint8_t bytes[4096];
} queue[FRAMES];
static unsigned queued;
static bool cut[NODES + 1]; /* it gets nothing */
static unsigned refused;    /* EVIDENCE thrown away because it proves nothing */

static void start(node_id id, uint16_t boot)
{
	struct member_config config = {
		.paxos = paxos_config_default(id, NODES, MODE_SINGLE),
		.wire = wire,
		.crypto = &crypto_symbolic,
		.key = secrets[id],
		.boot = boot,
		.clock = {.num = 1},
		.sign = true,
		.inbox_bytes = 1 << 16,
		.outbox_bytes = 1 << 18,
	};

	memcpy(config.keys, keys, sizeof keys);
	for (unsigned i = 0; i <= NODES_MAX; i++)
		config.link[i] = link_rule_default();
	free(member[id]);
	member[id] = member_init(malloc(member_size(&config)), &config);
	member_start(member[id], 1);
}

static int set_up(void **state)
{
	(void)state;
	for (node_id id = 1; id <= NODES; id++)
		key_pair_symbolic(100u + id, &keys[id], &secrets[id]);
	for (node_id id = 1; id < LIAR; id++) {
		start(id, 1);
		cut[id] = false;
	}
	values = values_init(test_malloc(values_size(64, 1 << 20)), 64, 1 << 20);
	queued = refused = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (node_id id = 1; id < LIAR; id++) {
		free(member[id]);
		member[id] = NULL;
	}
	test_free(values);
	return 0;
}

static void collect(node_id id)
{
	const struct member_output *out = member_output(member[id]);

	for (unsigned i = 0; i < out->frames; i++) {
		assert_true(queued < FRAMES);
		queue[queued].to = out->frame[i].to;
		queue[queued].length = out->frame[i].length;
		assert_true(out->frame[i].length <= sizeof queue[queued].bytes);
		memcpy(queue[queued++].bytes, out->frame[i].bytes, out->frame[i].length);
	}
	for (unsigned i = 0; i < out->events; i++)
		refused += out->event[i].kind == EVENT_DROPPED && out->event[i].drop == DROP_PROOF;
	member_clear(member[id]);
}

/* Delivers until nothing is on the wire. */
static void run(void)
{
	for (node_id id = 1; id < LIAR; id++)
		collect(id);
	for (unsigned i = 0; i < queued; i++)
		for (node_id id = 1; id < LIAR; id++)
			if (!cut[id]) {
				member_frame_in(member[id], 1, queue[i].bytes, queue[i].length);
				collect(id);
			}
	queued = 0;
}

static value_ref value(const char *text)
{
	return values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
}

static void send_as(node_id signer, node_id id, const struct message *message)
{
	struct frame frame = {.sender = LIAR, .to = set_of(id), .id = {LIAR, 1, ++number}};

	frame.message = *message;
	size_t length = frame_encode(&wire, &frame, values, &crypto_symbolic, &secrets[signer],
				     bytes, sizeof bytes);
	member_frame_in(member[id], 1, bytes, length);
}

static void accepted(node_id to, slot_number slot, const char *text)
{
	const struct message m = {.type = MSG_ACCEPTED,
				  .from = LIAR,
				  .ballot = {1, 1},
				  .slot = slot,
				  .value = value(text)};

	send_as(LIAR, to, &m);
}

static void promise(node_id to, uint32_t round)
{
	const struct message m = {.type = MSG_PROMISE, .from = LIAR, .ballot = {round, 2}};

	send_as(LIAR, to, &m);
}

static enum proof_kind kind_held(node_id by, unsigned i)
{
	struct evidence proof;
	uint32_t length;
	const uint8_t *at = member_proof(member[by], i, &length);

	assert_int_equal(evidence_decode(at, length, &proof), DROP_NOTHING);
	assert_int_equal(evidence_verify(&proof, &wire, &crypto_symbolic, keys), DROP_NOTHING);
	assert_int_equal(proof.accused, LIAR);
	return proof.kind;
}

static void who_hears_both_votes_proves_it_to_everybody(void **state)
{
	(void)state;
	accepted(1, 0, "A");
	accepted(1, 0, "A");
	run();
	assert_int_equal(member_proofs(member[1]), 0);
	accepted(1, 0, "B");
	assert_int_equal(member_proofs(member[1]), 1);
	run();
	for (node_id id = 1; id < LIAR; id++) {
		assert_int_equal(member_proofs(member[id]), 1);
		assert_int_equal(kind_held(id, 0), PROOF_TWO_VOTES);
		assert_int_equal(member_proven(member[id]), set_of(LIAR));
	}
	assert_int_equal(refused, 0);
}

/* A liar does not give its colluders away, whatever it hears of them. */
static void who_lies_itself_accuses_nobody(void **state)
{
	const struct control arm = {
		.kind = CONTROL_ATTACK,
		.to = set_of(1),
		.number = 1,
		.attack = {.attacks = ATTACK_MUTE, .colluders = set_of(1) | set_of(LIAR)}};

	(void)state;
	member_control_in(member[1], 1, &arm);
	for (node_id to = 1; to <= 2; to++) {
		accepted(to, 0, "A");
		accepted(to, 0, "B");
		assert_int_equal(member_proofs(member[to]), to - 1u);
	}
}

/* Whoever watches learns of the proof, and which words make it: the dashboard judges by this event.
 */
static void who_holds_a_proof_says_so_once(void **state)
{
	const struct event *said = NULL;
	unsigned count = 0;

	(void)state;
	accepted(1, 3, "A");
	accepted(1, 3, "B");
	const struct member_output *out = member_output(member[1]);
	for (unsigned i = 0; i < out->events; i++)
		if (out->event[i].kind == EVENT_EVIDENCE) {
			said = &out->event[i];
			count++;
		}
	assert_int_equal(count, 1);
	if (said == NULL)
		fail_msg("nobody told of it");
	assert_int_equal(said->peer, LIAR);
	assert_int_equal(said->slot, 3);
	assert_int_equal(said->count, PROOF_TWO_VOTES);
	assert_int_equal(said->type, MSG_ACCEPTED);
	assert_int_equal(ballot_cmp(said->ballot, (struct ballot){1, 1}), 0);
	assert_int_equal(ballot_cmp(said->other, (struct ballot){1, 1}), 0);
	/* and tells the other nodes, all but the liar being asked to remember it */
	assert_int_equal(out->frames, 1);
	assert_int_equal(out->frame[0].to, set_first(NODES) & ~set_of(1));
	member_clear(member[1]);
	accepted(1, 4, "A");
	accepted(1, 4, "B");
	out = member_output(member[1]);
	for (unsigned i = 0; i < out->events; i++)
		assert_int_not_equal(out->event[i].kind, EVENT_EVIDENCE);
	assert_int_equal(out->frames, 0);
}

/* Who told this node of a proof is not told of it. */
static void a_proof_is_not_sent_back_to_who_brought_it(void **state)
{
	(void)state;
	accepted(1, 0, "A");
	accepted(1, 0, "B");
	collect(1);
	assert_int_equal(queued, 1);
	member_frame_in(member[2], 1, queue[0].bytes, queue[0].length);
	const struct member_output *out = member_output(member[2]);
	assert_int_equal(out->frames, 1);
	assert_int_equal(out->frame[0].to, set_of(3) | set_of(LIAR));
}

static void a_hidden_vote_comes_to_light_whichever_is_heard_first(void **state)
{
	(void)state;
	accepted(1, 0, "A");
	promise(1, 2);
	assert_int_equal(kind_held(1, 0), PROOF_HIDDEN_VOTE);
	promise(2, 2);
	accepted(2, 0, "A");
	assert_int_equal(kind_held(2, 0), PROOF_HIDDEN_VOTE);
	/* the vote is told first, then the Promise that hides it */
	for (node_id id = 1; id <= 2; id++) {
		const struct member_output *out = member_output(member[id]);
		unsigned said = 0;

		for (unsigned i = 0; i < out->events; i++) {
			const struct event *e = &out->event[i];

			if (e->kind != EVENT_EVIDENCE)
				continue;
			assert_int_equal(e->type, MSG_ACCEPTED);
			assert_int_equal(ballot_cmp(e->ballot, (struct ballot){1, 1}), 0);
			assert_int_equal(ballot_cmp(e->other, (struct ballot){2, 2}), 0);
			said++;
		}
		assert_int_equal(said, 1);
	}
}

static void a_lie_that_nobody_can_compare_is_not_proved(void **state)
{
	(void)state;
	accepted(1, 0, "A");
	accepted(2, 0, "B");
	run();
	for (node_id id = 1; id < LIAR; id++)
		assert_int_equal(member_proofs(member[id]), 0);
}

static void accuse(node_id to, const struct evidence *proof)
{
	static uint8_t form[EVIDENCE_BYTES_MAX];
	struct message m = {.type = MSG_EVIDENCE, .from = LIAR};

	m.value = values_intern(values, form, (uint32_t)evidence_encode(proof, form, sizeof form));
	send_as(LIAR, to, &m);
}

static void an_honest_node_is_not_framed_and_the_accuser_is_proven_a_liar(void **state)
{
	struct evidence proof;
	uint32_t length;

	(void)state;
	accepted(1, 0, "A");
	accepted(1, 0, "B");
	/* a genuine proof, against somebody else */
	const uint8_t *genuine = member_proof(member[1], 0, &length);
	assert_int_equal(evidence_decode(genuine, length, &proof), DROP_NOTHING);
	proof.accused = 2;
	accuse(3, &proof);
	run();
	assert_int_equal(member_proven(member[3]), set_of(LIAR));
	assert_int_equal(kind_held(3, 0), PROOF_FALSE_ACCUSATION);
	assert_int_equal(member_proofs(member[3]), 2);
	/* the others hold it too, by what member 3 told them */
	assert_int_equal(member_proofs(member[2]), 2);
	assert_int_equal(member_proven(member[2]), set_of(LIAR));
	assert_int_equal(refused, 1);
}

static void an_accusation_in_another_name_is_nothing(void **state)
{
	const struct message m = {.type = MSG_EVIDENCE, .from = 1, .value = value("n2 lies")};

	(void)state;
	send_as(LIAR, 3, &m);
	run();
	assert_int_equal(member_proofs(member[3]), 0);
}

static void who_was_away_asks_and_is_told(void **state)
{
	(void)state;
	cut[3] = true;
	accepted(1, 0, "A");
	accepted(1, 0, "B");
	run();
	assert_int_equal(member_proofs(member[2]), 1);
	assert_int_equal(member_proofs(member[3]), 0);
	cut[3] = false;
	start(3, 2);
	run();
	assert_int_equal(member_proofs(member[3]), 1);
	/* and again after another life, though the others knew that it knew */
	start(3, 3);
	run();
	assert_int_equal(member_proofs(member[3]), 1);
}

static void memory_is_bounded_and_the_newest_words_are_kept(void **state)
{
	char text[32];

	(void)state;
	accepted(1, 0, "A");
	for (unsigned i = 0; i < 3 * WORDS_HEARD_MAX; i++) {
		snprintf(text, sizeof text, "v%u", i);
		values_unmark(values);
		values_sweep(values);
		accepted(1, 1 + i, text);
		member_clear(member[1]);
	}
	accepted(1, 0, "B");
	assert_int_equal(member_proofs(member[1]), 0);
	accepted(1, 3 * WORDS_HEARD_MAX - 100, "B");
	assert_int_equal(member_proofs(member[1]), 1);
}

/* Member 1 changes its policy at slot 8. */
static void change_policy(void)
{
	const struct control control = {.kind = CONTROL_POLICY,
					.to = set_of(1),
					.number = 1,
					.slot = 8,
					.policy = DEFENCE_SIGN};

	member_control_in(member[1], 1, &control);
	member_clear(member[1]);
}

/* What member 1 answers to a message under this policy, as the words that it signed. */
static struct signed_body answer_of_1(const struct message *message, policy_id policy,
				      uint8_t body[BRIEF_BYTES_MAX],
				      uint8_t signature[SIGNATURE_BYTES])
{
	struct frame frame = {
		.sender = LIAR, .to = set_of(1), .id = {LIAR, 1, ++number}, .policy = policy};

	frame.message = *message;
	size_t length = frame_encode(&wire, &frame, values, &crypto_symbolic, &secrets[LIAR], bytes,
				     sizeof bytes);
	member_clear(member[1]);
	member_frame_in(member[1], 1, bytes, length);
	const struct member_output *out = member_output(member[1]);
	assert_int_equal(out->frames, 1);
	assert_int_equal(
		frame_decode(&wire, out->frame[0].bytes, out->frame[0].length, values, &frame),
		DROP_NOTHING);
	memcpy(signature, frame.signature, SIGNATURE_BYTES);
	return (struct signed_body){body, (uint32_t)frame_brief(&frame, body), signature};
}

/* A laggard has voted behind a change of policy and then promises from before it: what it signs
 * about slots from there on, it says of all of them. */
static void who_promises_across_a_change_of_policy_is_not_framed(void **state)
{
	static uint8_t body[2][BRIEF_BYTES_MAX];
	uint8_t signature[2][SIGNATURE_BYTES];
	const struct message accept = {.type = MSG_ACCEPT,
				       .from = LIAR,
				       .ballot = {1, LIAR},
				       .slot = 10,
				       .value = value("A")};
	const struct message prepare = {.type = MSG_PREPARE, .from = LIAR, .ballot = {2, LIAR}};
	struct evidence proof;

	(void)state;
	change_policy();
	const struct signed_body vote = answer_of_1(&accept, DEFENCE_SIGN, body[0], signature[0]);
	const struct signed_body promised =
		answer_of_1(&prepare, POLICY_NONE, body[1], signature[1]);
	assert_false(evidence_find(&wire, &vote, &promised, &proof));
}

/* --- window: a refused proposer shows who has seen so high a round */

static void use(node_id id, policy_id policy)
{
	const struct control control = {
		.kind = CONTROL_POLICY, .to = set_of(id), .number = 1, .policy = policy};

	member_control_in(member[id], 1, &control);
	member_clear(member[id]);
}

static void prepare(node_id to, uint32_t round)
{
	const struct message m = {.type = MSG_PREPARE, .from = LIAR, .ballot = {round, LIAR}};
	struct frame frame = {.sender = LIAR,
			      .to = set_of(to),
			      .id = {LIAR, 1, ++number},
			      .policy = DEFENCE_SIGN | DEFENCE_WINDOW};

	frame.message = m;
	size_t length = frame_encode(&wire, &frame, values, &crypto_symbolic, &secrets[LIAR], bytes,
				     sizeof bytes);
	member_frame_in(member[to], 1, bytes, length);
	member_clear(member[to]);
}

/* Delivers all that member 1 sent to `to`, and what is answered. Counts refusals for `window`. */
static unsigned talk_to(node_id to)
{
	unsigned refusals = 0;

	collect(1);
	for (unsigned i = 0; i < queued; i++) {
		if (!set_has(queue[i].to, to))
			continue;
		member_frame_in(member[to], 1, queue[i].bytes, queue[i].length);
		const struct member_output *out = member_output(member[to]);
		for (unsigned k = 0; k < out->events; k++)
			refusals += out->event[k].kind == EVENT_REFUSED &&
				    out->event[k].why == REFUSE_WINDOW;
		for (unsigned k = 0; k < out->frames; k++)
			if (set_has(out->frame[k].to, 1))
				member_frame_in(member[1], 1, out->frame[k].bytes,
						out->frame[k].length);
		member_clear(member[to]);
	}
	queued = 0;
	return refusals;
}

/* n2 and n3 have seen round 32. n2 forgets that, with its disk; n1 has not. */
static void a_refused_proposer_shows_who_has_seen_so_high_a_round(void **state)
{
	(void)state;
	for (node_id id = 1; id < LIAR; id++)
		use(id, DEFENCE_SIGN | DEFENCE_WINDOW);
	for (node_id id = 2; id < LIAR; id++) {
		prepare(id, WINDOW_ROUNDS);
		prepare(id, 2 * WINDOW_ROUNDS);
		assert_int_equal(member_paxos(member[id])->promised.round, 2 * WINDOW_ROUNDS);
	}
	member_propose(member[1], 1, (const uint8_t *)"A", 1);
	collect(1);
	for (node_id id = 2; id < LIAR; id++) {
		member_frame_in(member[id], 1, queue[0].bytes, queue[0].length);
		const struct member_output *out = member_output(member[id]);
		assert_int_equal(out->frames, 1);
		member_frame_in(member[1], 1, out->frame[0].bytes, out->frame[0].length);
		member_clear(member[id]);
	}
	queued = 0;
	start(2, 2);
	use(2, DEFENCE_SIGN | DEFENCE_WINDOW);
	member_clear(member[1]);
	/* it tries again with round 33, which the fresh n2 has no reason to follow */
	member_tick(member[1], 10000000);
	assert_int_equal(member_paxos(member[1])->ballot.round, 2 * WINDOW_ROUNDS + 1);
	assert_int_equal(talk_to(2), 1);
	assert_int_equal(member_paxos(member[2])->promised.round, 0);
	/* refused, it sends along what n2 and n3 have signed */
	member_tick(member[1], 20000000);
	assert_int_equal(talk_to(2), 0);
	assert_int_equal(member_paxos(member[2])->promised.round, 2 * WINDOW_ROUNDS + 1);
}

/* --- justify: an Accept names the NewView that it rests on */

static void a_new_view_has_a_name_of_its_own_and_proofs_that_are_kept(void **state)
{
	proof_ref before = PROOF_NONE;

	(void)state;
	for (node_id id = 1; id < LIAR; id++)
		use(id, DEFENCE_SIGN | DEFENCE_JUSTIFY);
	for (slot_number slot = 0; slot < 3; slot++) {
		member_propose(member[1], 1, (const uint8_t *)"A", 1);
		while (member_paxos(member[2])->base == slot)
			run();
		const struct paxos *p = member_paxos(member[2]);
		assert_int_equal(p->base, slot + 1);
		assert_int_not_equal(p->view.view, PROOF_NONE);
		assert_int_not_equal(p->view.view, before);
		assert_int_not_equal(p->view.proofs, PROOF_NONE);
		before = p->view.view;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_lies_itself_accuses_nobody),
		TEST(who_hears_both_votes_proves_it_to_everybody),
		TEST(who_holds_a_proof_says_so_once),
		TEST(a_proof_is_not_sent_back_to_who_brought_it),
		TEST(a_hidden_vote_comes_to_light_whichever_is_heard_first),
		TEST(a_lie_that_nobody_can_compare_is_not_proved),
		TEST(an_honest_node_is_not_framed_and_the_accuser_is_proven_a_liar),
		TEST(an_accusation_in_another_name_is_nothing),
		TEST(who_was_away_asks_and_is_told),
		TEST(who_promises_across_a_change_of_policy_is_not_framed),
		TEST(a_refused_proposer_shows_who_has_seen_so_high_a_round),
		TEST(a_new_view_has_a_name_of_its_own_and_proofs_that_are_kept),
		TEST(memory_is_bounded_and_the_newest_words_are_kept),
	};

	return cmocka_run_group_tests_name("testify", tests, NULL, NULL);
}
