/* Transferable proofs: what is proved, what is not, and that nobody can be framed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/evidence.h"
#include "proto/wire/statement.h"

#define MESSAGES 4

static const struct wire_context context = {
	.cluster = {'l', 'a', 'b', '5', 1, 2, 3, 4}, .epoch = 7, .nodes = 5};

static struct values *values;
static struct public_key keys[NODES_MAX + 1];
static struct secret_key secrets[NODES_MAX + 1];

/* Signed messages, as what is signed of them. */
static struct said {
	uint8_t body[BRIEF_BYTES_MAX];
	uint8_t signature[SIGNATURE_BYTES];
	struct signed_body part;
} said[MESSAGES];
static uint8_t frame_bytes[1 << 20];
static uint8_t bytes[EVIDENCE_BYTES_MAX];

static int set_up(void **state)
{
	(void)state;
	values = values_init(test_malloc(values_size(64, 1 << 20)), 64, 1 << 20);
	for (node_id id = 1; id <= 5; id++) {
		const uint8_t seed[32] = {id};

		key_pair_from_seed(seed, &keys[id], &secrets[id]);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_free(values);
	return 0;
}

static value_ref value(const char *text)
{
	return values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
}

/* Signs a message with the key of `key` and keeps it at `place`. */
static const struct signed_body *sign_as(unsigned place, const struct wire_context *where,
					 node_id key, const struct message *message)
{
	struct frame frame = {.sender = message->from, .to = 1, .id = {message->from, 1, 1}};
	struct said *s = &said[place];

	frame.message = *message;
	size_t length = frame_encode(where, &frame, values, &crypto_ed25519, &secrets[key],
				     frame_bytes, sizeof frame_bytes);
	assert_int_not_equal(length, 0);
	assert_int_equal(frame_decode(where, frame_bytes, length, values, &frame), DROP_NOTHING);
	s->part.length = (uint32_t)frame_brief(&frame, s->body);
	memcpy(s->signature, frame.signature, SIGNATURE_BYTES);
	s->part.body = s->body;
	s->part.signature = s->signature;
	return &s->part;
}

static const struct signed_body *sign(unsigned place, const struct message *message)
{
	return sign_as(place, &context, message->from, message);
}

static struct message vote(enum message_type type, node_id from, struct ballot ballot,
			   slot_number slot, const char *text)
{
	return (struct message){.type = type,
				.from = from,
				.ballot = ballot,
				.slot = slot,
				.value = text == NULL ? VALUE_NOOP : value(text)};
}

static struct message promise(node_id from, struct ballot ballot, slot_number slot, slot_number low,
			      uint16_t claims, const struct claim *claim)
{
	return (struct message){.type = MSG_PROMISE,
				.from = from,
				.ballot = ballot,
				.slot = slot,
				.low = low,
				.claims = claims,
				.claim = claim};
}

static const struct ballot b1 = {1, 1}, b2 = {2, 2}, b3 = {3, 3};

static bool find(struct message a, struct message b, struct evidence *out)
{
	sign(0, &a);
	sign(1, &b);
	return evidence_find(&context, &said[0].part, &said[1].part, out);
}

static enum drop verify(const struct evidence *e)
{
	return evidence_verify(e, &context, &crypto_ed25519, keys);
}

/* Found in either order, believed by everybody, and the same after a journey. */
static void assert_proved(struct message a, struct message b, enum proof_kind kind,
			  slot_number slot)
{
	struct evidence e, again;

	assert_true(find(b, a, &e));
	assert_int_equal(e.kind, kind);
	assert_true(find(a, b, &e));
	assert_int_equal(e.kind, kind);
	assert_int_equal(e.accused, a.from);
	assert_int_equal(e.slot, slot);
	assert_int_equal(verify(&e), DROP_NOTHING);
	size_t length = evidence_encode(&e, bytes, sizeof bytes);
	assert_int_not_equal(length, 0);
	assert_int_equal(evidence_decode(bytes, length, &again), DROP_NOTHING);
	assert_int_equal(verify(&again), DROP_NOTHING);
	assert_int_equal(again.kind, kind);
	assert_int_equal(evidence_encode(&e, bytes, length - 1), 0);
}

static void assert_nothing(struct message a, struct message b)
{
	struct evidence e;

	assert_false(find(a, b, &e));
	assert_false(find(b, a, &e));
}

static void two_values_in_one_ballot_and_slot_are_proof(void **state)
{
	(void)state;
	assert_proved(vote(MSG_ACCEPT, 1, b1, 4, "A"), vote(MSG_ACCEPT, 1, b1, 4, "B"),
		      PROOF_TWO_PROPOSALS, 4);
	assert_proved(vote(MSG_ECHO, 3, b1, 4, "A"), vote(MSG_ECHO, 3, b1, 4, "B"),
		      PROOF_TWO_ECHOES, 4);
	assert_proved(vote(MSG_ACCEPTED, 3, b1, 0, "A"), vote(MSG_ACCEPTED, 3, b1, 0, NULL),
		      PROOF_TWO_VOTES, 0);
}

static void long_values_are_told_apart_by_their_digests(void **state)
{
	char text[2][500];

	(void)state;
	for (int i = 0; i < 2; i++) {
		memset(text[i], 'x', sizeof text[i] - 1);
		text[i][sizeof text[i] - 1] = 0;
	}
	text[1][490] = 'y';
	assert_proved(vote(MSG_ACCEPTED, 3, b1, 0, text[0]), vote(MSG_ACCEPTED, 3, b1, 0, text[1]),
		      PROOF_TWO_VOTES, 0);
	assert_nothing(vote(MSG_ACCEPTED, 3, b1, 0, text[0]),
		       vote(MSG_ACCEPTED, 3, b1, 0, text[0]));
}

/* The longest that is signed as it is, and the shortest that is signed as its digest. */
static void values_about_as_long_as_a_digest_replaces_are_told_apart(void **state)
{
	(void)state;
	for (unsigned length = VALUE_INLINE_MAX - 1; length <= VALUE_INLINE_MAX + 1; length++) {
		char text[2][VALUE_INLINE_MAX + 2] = {{0}};
		struct statement is;

		for (int i = 0; i < 2; i++)
			memset(text[i], 'x', length);
		text[1][length - 1] = 'y';
		const struct message a = vote(MSG_ACCEPTED, 3, b1, 0, text[0]);
		const struct signed_body *body = sign(0, &a);
		assert_int_equal(statement_read(&context, body, &is), DROP_NOTHING);
		assert_int_equal(is.value.length, length);
		assert_int_equal(is.value.stored,
				 length > VALUE_INLINE_MAX ? DIGEST_BYTES : length);
		assert_ptr_equal(is.value.bytes + is.value.stored, body->body + body->length);
		assert_proved(a, vote(MSG_ACCEPTED, 3, b1, 0, text[1]), PROOF_TWO_VOTES, 0);
	}
}

static void what_honest_nodes_say_twice_is_no_proof(void **state)
{
	(void)state;
	assert_nothing(vote(MSG_ACCEPT, 1, b1, 4, "A"), vote(MSG_ACCEPT, 1, b1, 4, "A"));
	assert_nothing(vote(MSG_ACCEPT, 1, b1, 4, "A"), vote(MSG_ACCEPT, 1, b1, 5, "B"));
	assert_nothing(vote(MSG_ACCEPTED, 3, b1, 4, "A"), vote(MSG_ACCEPTED, 3, b2, 4, "B"));
	assert_nothing(vote(MSG_ACCEPT, 1, b1, 4, "A"), vote(MSG_ACCEPTED, 1, b1, 4, "B"));
	assert_nothing(vote(MSG_COMMIT, 1, b1, 4, "A"), vote(MSG_COMMIT, 1, b1, 4, "B"));
}

static void words_of_two_nodes_prove_nothing_of_either(void **state)
{
	(void)state;
	assert_nothing(vote(MSG_ACCEPTED, 3, b1, 4, "A"), vote(MSG_ACCEPTED, 2, b1, 4, "B"));
}

static void a_promise_that_hides_a_vote_is_proof(void **state)
{
	const struct claim other = {.slot = 5, .ballot = b1, .value = value("A")};
	const struct claim stale = {.slot = 4, .ballot = b1, .value = value("A")};

	(void)state;
	assert_proved(vote(MSG_ACCEPTED, 3, b1, 4, "A"), promise(3, b2, 0, 0, 0, NULL),
		      PROOF_HIDDEN_VOTE, 4);
	assert_proved(vote(MSG_ACCEPTED, 3, b1, 4, "A"), promise(3, b2, 4, 4, 1, &other),
		      PROOF_HIDDEN_VOTE, 4);
	assert_proved(vote(MSG_ACCEPTED, 3, b2, 4, "B"), promise(3, b3, 0, 0, 1, &stale),
		      PROOF_HIDDEN_VOTE, 4);
}

static void a_promise_that_changes_a_vote_is_proof(void **state)
{
	const struct claim changed = {.slot = 4, .ballot = b1, .value = value("B")};

	(void)state;
	assert_proved(vote(MSG_ACCEPTED, 3, b1, 4, "A"), promise(3, b2, 0, 0, 1, &changed),
		      PROOF_CHANGED_VOTE, 4);
}

static void an_honest_promise_is_no_proof(void **state)
{
	const struct claim told = {.slot = 4, .ballot = b1, .value = value("A")};
	const struct claim newer = {.slot = 4, .ballot = b2, .value = value("B")};
	const struct message accepted = vote(MSG_ACCEPTED, 3, b1, 4, "A");

	(void)state;
	assert_nothing(accepted, promise(3, b2, 0, 0, 1, &told));
	/* it has voted again since */
	assert_nothing(accepted, promise(3, b3, 0, 0, 1, &newer));
	/* it promised before it voted */
	assert_nothing(accepted, promise(3, b1, 0, 0, 0, NULL));
	/* it was not asked about that slot */
	assert_nothing(accepted, promise(3, b2, 5, 0, 0, NULL));
	/* the slot is closed: it knows what was chosen there */
	assert_nothing(accepted, promise(3, b2, 0, 5, 0, NULL));
}

static void two_promises_that_exclude_each_other_are_proof(void **state)
{
	const struct claim told = {.slot = 4, .ballot = b1, .value = value("A")};
	const struct claim changed = {.slot = 4, .ballot = b1, .value = value("B")};

	(void)state;
	assert_proved(promise(3, b2, 0, 0, 1, &told), promise(3, b3, 0, 0, 0, NULL),
		      PROOF_TWO_STORIES, 4);
	assert_proved(promise(3, b2, 0, 0, 1, &told), promise(3, b2, 0, 0, 0, NULL),
		      PROOF_TWO_STORIES, 4);
	assert_proved(promise(3, b2, 0, 0, 1, &told), promise(3, b3, 0, 0, 1, &changed),
		      PROOF_TWO_STORIES, 4);
	/* the higher one has a vote that the lower one could not know */
	assert_nothing(promise(3, b2, 0, 0, 0, NULL), promise(3, b3, 0, 0, 1, &told));
	assert_nothing(promise(3, b2, 0, 0, 1, &told), promise(3, b3, 5, 0, 0, NULL));
	assert_nothing(promise(3, b2, 0, 0, 1, &told), promise(3, b3, 0, 5, 0, NULL));
}

static void a_proposal_against_its_own_new_view_is_proof(void **state)
{
	const struct claim binding = {.slot = 4, .ballot = b1, .value = value("A")};
	struct message view = promise(2, b2, 0, 0, 1, &binding);

	(void)state;
	view.type = MSG_NEW_VIEW;
	assert_proved(vote(MSG_ACCEPT, 2, b2, 4, "B"), view, PROOF_OVERRIDDEN, 4);
	assert_nothing(vote(MSG_ACCEPT, 2, b2, 4, "A"), view);
	assert_nothing(vote(MSG_ACCEPT, 2, b2, 5, "B"), view);
	assert_nothing(vote(MSG_ACCEPT, 2, (struct ballot){3, 2}, 4, "B"), view);
}

static struct evidence two_votes(void)
{
	struct evidence e;

	assert_true(find(vote(MSG_ACCEPTED, 3, b1, 4, "A"), vote(MSG_ACCEPTED, 3, b1, 4, "B"), &e));
	return e;
}

static void a_proof_cut_off_or_altered_anywhere_is_refused(void **state)
{
	struct evidence e = two_votes(), read;
	size_t length = evidence_encode(&e, bytes, sizeof bytes);

	(void)state;
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(evidence_decode(bytes, cut, &read), DROP_SHORT);
	bytes[length] = 0;
	assert_int_equal(evidence_decode(bytes, length + 1, &read), DROP_TRAILING);
	for (size_t at = 0; at < length; at++) {
		bytes[at] ^= 1;
		bool refused = evidence_decode(bytes, length, &read) != DROP_NOTHING ||
			       verify(&read) != DROP_NOTHING;
		assert_true(refused);
		bytes[at] ^= 1;
	}
}

/* Whatever bytes come: they are read within bounds, told in words, and believed only if nothing was
 * changed. */
static void chance_makes_no_proof(void **state)
{
	static uint8_t spoilt[EVIDENCE_BYTES_MAX];
	const struct claim told = {.slot = 4, .ballot = b1, .value = value("A")};
	char words[EVIDENCE_WORDS_MAX];
	struct evidence e, read;
	uint64_t random = 1;

	(void)state;
	assert_true(find(promise(3, b2, 0, 0, 1, &told), promise(3, b3, 0, 0, 0, NULL), &e));
	size_t length = evidence_encode(&e, bytes, sizeof bytes);
	for (unsigned i = 0; i < 20000; i++) {
		size_t spoilt_length = length;

		memcpy(spoilt, bytes, length);
		for (unsigned k = 0; k <= i % 4; k++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			spoilt[(random >> 33) % length] = (uint8_t)(random >> 24);
		}
		if (i % 5 == 0)
			spoilt_length = (random >> 40) % (length + 1);
		bool changed = spoilt_length != length || memcmp(spoilt, bytes, length) != 0;
		if (evidence_decode(spoilt, spoilt_length, &read) != DROP_NOTHING)
			continue;
		evidence_words(&read, words);
		assert_int_equal(verify(&read) == DROP_NOTHING, !changed);
	}
}

static void a_proof_of_another_cluster_or_run_is_refused(void **state)
{
	struct evidence e = two_votes();
	struct wire_context other = context;

	(void)state;
	other.cluster[0]++;
	assert_int_equal(evidence_verify(&e, &other, &crypto_ed25519, keys), DROP_CLUSTER);
	other = context;
	other.epoch++;
	assert_int_equal(evidence_verify(&e, &other, &crypto_ed25519, keys), DROP_EPOCH);
	other = context;
	other.nodes = 2;
	assert_int_equal(evidence_verify(&e, &other, &crypto_ed25519, keys), DROP_SENDER);
}

static void half_of_a_contradiction_may_not_come_from_another_run(void **state)
{
	struct wire_context before = context;
	const struct message a = vote(MSG_ACCEPTED, 3, b1, 4, "A");
	const struct message b = vote(MSG_ACCEPTED, 3, b1, 4, "B");
	struct evidence e = two_votes();

	(void)state;
	before.epoch--;
	e.part[0] = *sign_as(0, &before, 3, &a);
	e.part[1] = *sign(1, &b);
	assert_int_equal(verify(&e), DROP_EPOCH);
	assert_false(evidence_find(&context, &e.part[0], &e.part[1], &e));
}

/* What a liar may do with its own key: sign as itself, sign in another's name, claim more than the
 * parts show. */
static void an_honest_node_cannot_be_framed(void **state)
{
	const struct message a = vote(MSG_ACCEPTED, 3, b1, 4, "A");
	const struct message b = vote(MSG_ACCEPTED, 3, b1, 4, "B");
	const struct message other_slot = vote(MSG_ACCEPTED, 3, b1, 5, "B");
	struct evidence e = two_votes();

	(void)state;
	/* signed by somebody else's key */
	e.part[1] = *sign_as(1, &context, 5, &b);
	assert_int_equal(verify(&e), DROP_SIGNATURE);
	/* somebody else's words */
	struct message own = b;
	own.from = 5;
	e.part[1] = *sign(1, &own);
	assert_int_equal(verify(&e), DROP_SENDER);
	/* two honest votes */
	e.part[0] = *sign(0, &a);
	e.part[1] = *sign(1, &other_slot);
	assert_int_equal(verify(&e), DROP_PROOF);
	/* one vote twice */
	e.part[1] = e.part[0];
	assert_int_equal(verify(&e), DROP_PROOF);
	/* a real proof under another name, or about another slot */
	e = two_votes();
	e.kind = PROOF_TWO_ECHOES;
	assert_int_equal(verify(&e), DROP_PROOF);
	e = two_votes();
	e.slot = 5;
	assert_int_equal(verify(&e), DROP_PROOF);
	e = two_votes();
	e.accused = 2;
	assert_int_equal(verify(&e), DROP_SENDER);
	e = two_votes();
	e.parts = 1;
	assert_int_equal(verify(&e), DROP_TYPE);
}

static struct evidence accuse(node_id accuser, const uint8_t *accusation, uint32_t length)
{
	struct message m = {.type = MSG_EVIDENCE, .from = accuser};

	m.value = values_intern(values, accusation, length);
	return evidence_of_accusation(accuser, sign(2, &m), accusation, length);
}

static void an_accusation_that_proves_nothing_is_proof_against_the_accuser(void **state)
{
	static uint8_t accusation[EVIDENCE_BYTES_MAX];
	const struct message b = vote(MSG_ACCEPTED, 3, b1, 4, "B");
	struct evidence e = two_votes(), read;

	(void)state;
	e.part[1] = *sign_as(1, &context, 5, &b);
	size_t length = evidence_encode(&e, accusation, sizeof accusation);
	struct evidence against = accuse(5, accusation, (uint32_t)length);
	assert_int_equal(verify(&against), DROP_NOTHING);
	assert_int_equal(against.accused, 5);
	size_t outer = evidence_encode(&against, bytes, sizeof bytes);
	assert_int_not_equal(outer, 0);
	assert_int_equal(evidence_decode(bytes, outer, &read), DROP_NOTHING);
	assert_int_equal(verify(&read), DROP_NOTHING);
	/* no form at all */
	against = accuse(5, (const uint8_t *)"n3 lies", 7);
	assert_int_equal(verify(&against), DROP_NOTHING);
	/* other words than were signed */
	against.accusation = (const uint8_t *)"n2 lies";
	assert_int_equal(verify(&against), DROP_PROOF);
	/* a part of the words, or more than them */
	against.accusation = (const uint8_t *)"n3 lies!";
	for (uint32_t part = 0; part <= 8; part++) {
		against.accusation_length = part;
		assert_int_equal(verify(&against), part == 7 ? DROP_NOTHING : DROP_PROOF);
	}
	/* it is about no slot */
	against = accuse(5, (const uint8_t *)"n3 lies", 7);
	against.slot = 1;
	assert_int_equal(verify(&against), DROP_PROOF);
}

/* Words that are too long to be signed whole are signed by their digest. */
static void a_long_accusation_is_told_apart_by_its_digest(void **state)
{
	static uint8_t words[VALUE_INLINE_MAX + 2];
	struct evidence against;

	(void)state;
	for (uint32_t length = VALUE_INLINE_MAX - 1; length <= VALUE_INLINE_MAX + 2; length++) {
		memset(words, 'x', sizeof words);
		against = accuse(5, words, length);
		assert_int_equal(verify(&against), DROP_NOTHING);
		words[length - 1] = 'y';
		assert_int_equal(verify(&against), DROP_PROOF);
	}
}

/* An accusation is a message EVIDENCE and no other that has a value. */
static void another_message_is_no_accusation(void **state)
{
	struct message m = vote(MSG_ACCEPTED, 5, b1, 0, "n3 lies");
	const struct evidence against =
		evidence_of_accusation(5, sign(2, &m), (const uint8_t *)"n3 lies", 7);

	(void)state;
	assert_int_equal(verify(&against), DROP_PROOF);
}

static void a_proof_says_of_which_epoch_it_is_and_what_its_parts_are(void **state)
{
	struct evidence e = two_votes();
	struct ballot ballot;

	(void)state;
	assert_int_equal(evidence_epoch(&e), context.epoch);
	assert_int_equal(evidence_part_type(&e, 0, &ballot), MSG_ACCEPTED);
	assert_int_equal(ballot_cmp(ballot, b1), 0);
	assert_int_equal(evidence_part_type(&e, 1, &ballot), MSG_ACCEPTED);
	assert_int_equal(evidence_part_type(&e, 2, &ballot), MSG_NONE);
	assert_true(ballot_is_none(ballot));
	e.part[0].length = 5;
	assert_int_equal(evidence_epoch(&e), 0);
	assert_int_equal(evidence_part_type(&e, 0, &ballot), MSG_NONE);
	e = two_votes();
	e.parts = 0;
	assert_int_equal(evidence_epoch(&e), 0);
}

/* The accused is a node of this cluster. */
static void nobody_and_a_stranger_cannot_be_accused(void **state)
{
	struct evidence e = two_votes();

	(void)state;
	e.accused = NODE_NONE;
	assert_int_equal(verify(&e), DROP_SENDER);
	e.accused = context.nodes + 1;
	assert_int_equal(verify(&e), DROP_SENDER);
}

static void who_brings_a_true_proof_cannot_be_accused_of_it(void **state)
{
	static uint8_t accusation[EVIDENCE_BYTES_MAX], nested[EVIDENCE_BYTES_MAX];
	struct evidence e = two_votes();
	size_t length = evidence_encode(&e, accusation, sizeof accusation);
	struct evidence against = accuse(1, accusation, (uint32_t)length);

	(void)state;
	assert_int_equal(verify(&against), DROP_PROOF);
	/* nor who brings the proof of a false accusation */
	against = accuse(5, (const uint8_t *)"n3 lies", 7);
	length = evidence_encode(&against, nested, sizeof nested);
	against = accuse(1, nested, (uint32_t)length);
	assert_int_equal(verify(&against), DROP_PROOF);
	/* but who brings bytes that only begin like one of these can be */
	for (uint32_t less = 0; less < length; less += 5) {
		against = accuse(1, nested, less);
		assert_int_equal(verify(&against), DROP_NOTHING);
		against = accuse(1, accusation, less);
		assert_int_equal(verify(&against), DROP_NOTHING);
	}
}

static void every_row_says_what_it_is_and_which_attacks_it_shows(void **state)
{
	(void)state;
	for (unsigned kind = 1; kind < PROOFS; kind++) {
		assert_string_not_equal(proof_name(kind), "?");
		assert_true(strlen(proof_words(kind)) > 10);
		assert_true(strlen(proof_attacks(kind)) > 0);
	}
	assert_true(proof_is_of(PROOF_TWO_VOTES, "equivocate"));
	assert_true(proof_is_of(PROOF_TWO_VOTES, "mutate"));
	assert_true(proof_is_of(PROOF_FALSE_ACCUSATION, "frame"));
	assert_false(proof_is_of(PROOF_TWO_VOTES, "withhold"));
	assert_false(proof_is_of(PROOF_TWO_VOTES, "equi"));
	assert_false(proof_is_of(PROOF_TWO_VOTES, ""));
}

static void a_proof_reads_as_a_sentence(void **state)
{
	char words[EVIDENCE_WORDS_MAX];
	struct evidence e = two_votes();

	(void)state;
	evidence_words(&e, words);
	assert_string_equal(words, "n3 voted for two values in one ballot and slot: ACCEPTED 1.1=A "
				   "and ACCEPTED 1.1=B, in slot 4");
	assert_true(find(vote(MSG_ACCEPTED, 3, b1, 4, "A"), promise(3, b2, 0, 0, 0, NULL), &e));
	evidence_words(&e, words);
	assert_string_equal(words,
			    "n3 voted, and its promise of a higher ballot hides the vote: "
			    "ACCEPTED 1.1=A and PROMISE 2.2 (slot 4: nothing accepted), in slot 4");
}

/* What is read of a signed body are the fields of its type. */
static void a_statement_is_what_was_signed(void **state)
{
	struct claim claim[3] = {{.slot = 5, .ballot = {1, 2}, .value = value("A")},
				 {.slot = 6, .ballot = {2, 3}, .value = VALUE_NOOP},
				 {.slot = 9, .ballot = {3, 1}, .value = value("B")}};
	const struct message m = promise(2, (struct ballot){7, 3}, 4, 6, 3, claim);
	const struct signed_body *body = sign(0, &m);
	struct signed_body less = *body;
	struct statement is;
	struct said_vote told;

	(void)state;
	assert_int_equal(statement_read(&context, body, &is), DROP_NOTHING);
	assert_int_equal(is.type, MSG_PROMISE);
	assert_int_equal(is.signer, 2);
	assert_int_equal(ballot_cmp(is.ballot, m.ballot), 0);
	assert_int_equal(is.slot, 4);
	assert_int_equal(is.low, 6);
	assert_int_equal(is.claims, 3);
	for (less.length = 0; less.length < body->length; less.length++)
		assert_int_equal(statement_read(&context, &less, &is), DROP_SHORT);
	/* what it tells of each slot: nothing below its slot or its low */
	assert_int_equal(statement_read(&context, body, &is), DROP_NOTHING);
	for (slot_number slot = 0; slot < 12; slot++) {
		assert_int_equal(statement_tells(&is, slot, &told), slot >= 6);
		if (slot < 6)
			continue;
		assert_int_equal(told.slot, slot);
		const struct ballot at = slot == 6   ? claim[1].ballot
					 : slot == 9 ? claim[2].ballot
						     : BALLOT_NONE;
		assert_int_equal(ballot_cmp(told.ballot, at), 0);
		assert_int_equal(told.value.length, slot == 9 ? 1 : 0);
	}
	is.low = 0;
	assert_false(statement_tells(&is, 3, &told));
	assert_true(statement_tells(&is, 4, &told));
	assert_true(ballot_is_none(told.ballot));
	assert_true(statement_tells(&is, 5, &told));
	assert_int_equal(told.value.length, 1);
	assert_memory_equal(told.value.bytes, "A", 1);
	/* slot 0 is a slot as any other */
	is.slot = 0;
	assert_true(statement_tells(&is, 0, &told));
	assert_true(ballot_is_none(told.ballot) && told.value.bytes == NULL);
}

static void a_body_of_another_place_or_kind_is_no_statement(void **state)
{
	const struct message m = vote(MSG_ACCEPTED, 2, (struct ballot){7, 3}, 4, "A");
	const struct signed_body *body = sign(0, &m);
	static uint8_t spoiled[BRIEF_BYTES_MAX + 1];
	struct signed_body changed = {spoiled, body->length, body->signature};
	struct wire_context other = context;
	struct statement is;

	(void)state;
	other.epoch++;
	assert_int_equal(statement_read(&other, body, &is), DROP_EPOCH);
	other = context;
	other.cluster[0]++;
	assert_int_equal(statement_read(&other, body, &is), DROP_CLUSTER);
	for (unsigned type = 0; type < 256; type++) {
		memcpy(spoiled, body->body, body->length);
		spoiled[0] = (uint8_t)type;
		const enum drop why = statement_read(&context, &changed, &is);
		if (type == MSG_NONE || type >= MSG_TYPES)
			assert_int_equal(why, DROP_TYPE);
		else
			assert_int_not_equal(why, DROP_TYPE);
	}
	/* bytes behind it are another's affair, as long as they are not too many */
	memcpy(spoiled, body->body, body->length);
	changed.length = BRIEF_BYTES_MAX;
	assert_int_equal(statement_read(&context, &changed, &is), DROP_NOTHING);
	changed.length++;
	assert_int_equal(statement_read(&context, &changed, &is), DROP_OVERSIZED);
}

static void claims_are_no_more_than_there_are_open_slots(void **state)
{
	struct claim claim[SLOTS_OPEN_MAX];
	static uint8_t spoiled[BRIEF_BYTES_MAX];
	struct statement is;

	(void)state;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		claim[i] = (struct claim){.slot = i, .ballot = {1, 2}, .value = VALUE_NOOP};
	const struct message m = promise(2, (struct ballot){7, 3}, 0, 0, SLOTS_OPEN_MAX, claim);
	const struct signed_body *body = sign(0, &m);
	assert_int_equal(statement_read(&context, body, &is), DROP_NOTHING);
	memcpy(spoiled, body->body, body->length);
	/* one more, with bytes enough for it */
	const size_t one = 8 + 5 + 4, counts = body->length - SLOTS_OPEN_MAX * one - 2;
	spoiled[counts]++;
	const struct signed_body more = {spoiled, body->length + (uint32_t)one, body->signature};
	assert_int_equal(statement_read(&context, &more, &is), DROP_MALFORMED);
}

static void values_are_the_same_if_all_their_bytes_are(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {{"", "", true},    {"", "A", false},   {"A", "A", true},
		     {"A", "B", false}, {"A", "AB", false}, {"AB", "AC", false}};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const uint32_t a = (uint32_t)strlen(cases[i].a), b = (uint32_t)strlen(cases[i].b);
		const struct said_value x = {.length = a,
					     .stored = a,
					     .bytes = (const uint8_t *)cases[i].a},
					y = {.length = b,
					     .stored = b,
					     .bytes = (const uint8_t *)cases[i].b};

		assert_int_equal(said_value_is_same(&x, &y), cases[i].same);
	}
}

/* Keys by number are for tests and the simulator: nothing but the number makes them. */
static void a_symbolic_key_is_made_of_its_number_alone(void **state)
{
	struct public_key a, b;
	struct secret_key c, d;

	(void)state;
	memset(&a, 0x00, sizeof a);
	memset(&c, 0x00, sizeof c);
	memset(&b, 0xff, sizeof b);
	memset(&d, 0xff, sizeof d);
	key_pair_symbolic(0x1122334455667788, &a, &c);
	key_pair_symbolic(0x1122334455667788, &b, &d);
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_equal(&c, &d, sizeof c);
	key_pair_symbolic(0x9122334455667788, &b, &d);
	assert_memory_not_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&c, &d, sizeof c);
}

static const char *words_of(const struct message *first, const struct message *second)
{
	static char words[EVIDENCE_WORDS_MAX];
	const struct signed_body *a = sign(0, first), *b = sign(1, second);
	struct evidence e;

	assert_true(evidence_find(&context, a, b, &e));
	evidence_words(&e, words);
	return words;
}

/* A short value is shown as it is, but for what no terminal should get; of a long one the digest.
 */
static void values_are_shown_as_far_as_they_can_be(void **state)
{
	static const struct {
		const char *value, *shown;
	} cases[] = {
		{"apple pie ~", "apple pie ~"},
		{"\x1f \x7f\xc3\xa9!", "\\x1f \\x7f\xc3\xa9!"},
		{"123456789012345678901234", "123456789012345678901234"},
		{"1234567890123456789012345", "123456789012345~7af202d7"},
		{"12345678901234\xc3\xa9xyz9012345", "12345678901234~d72a1337"},
	};
	char wanted[200];

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct message a = vote(MSG_ACCEPTED, 2, (struct ballot){7, 3}, 4,
					      cases[i].value),
				     b = vote(MSG_ACCEPTED, 2, (struct ballot){7, 3}, 4, NULL);

		snprintf(wanted, sizeof wanted,
			 "n2 voted for two values in one ballot and slot: ACCEPTED 7.3=%s and "
			 "ACCEPTED 7.3=no-op, in slot 4",
			 cases[i].shown);
		assert_string_equal(words_of(&a, &b), wanted);
	}
	char text[80] = {0};
	for (size_t length = 64; length <= 65; length++) {
		memset(text, 'v', length);
		const struct message a = vote(MSG_ACCEPTED, 2, (struct ballot){ROUND_MAX, 3}, 4,
					      text),
				     b = vote(MSG_ACCEPTED, 2, (struct ballot){ROUND_MAX, 3}, 4,
					      "B");
		const char *words = words_of(&a, &b);

		assert_non_null(strstr(words, length == 64 ? "max.3=vvvvvvvvvvvvvvv~" : "max.3=~"));
		if (length == 65) /* six bytes of the digest */
			assert_int_equal(strcspn(strchr(words, '~') + 1, " "), 12);
	}
}

static void a_promise_is_shown_with_what_it_tells_of_the_slot(void **state)
{
	const struct claim claim = {.slot = 4, .ballot = {ROUND_MAX - 1, 3}, .value = value("A")};
	const struct message a = vote(MSG_ACCEPTED, 2, (struct ballot){7, 3}, 4, "B"),
			     hides = promise(2, (struct ballot){9, 1}, 3, 0, 0, NULL);
	const struct message first = promise(2, (struct ballot){ROUND_MAX, 1}, 0, 0, 1, &claim),
			     second = promise(2, (struct ballot){ROUND_MAX, 3}, 0, 0, 0, NULL);

	(void)state;
	assert_string_equal(words_of(&a, &hides),
			    "n2 voted, and its promise of a higher ballot hides the vote: ACCEPTED "
			    "7.3=B and PROMISE 9.1 (slot "
			    "4: nothing accepted), in slot 4");
	const char *words = words_of(&first, &second);
	assert_non_null(strstr(words, "PROMISE max.1 (slot 4: accepted 4294967294.3=A) and PROMISE "
				      "max.3 (slot 4: nothing accepted), in slot 4"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_values_in_one_ballot_and_slot_are_proof),
		TEST(long_values_are_told_apart_by_their_digests),
		TEST(values_about_as_long_as_a_digest_replaces_are_told_apart),
		TEST(what_honest_nodes_say_twice_is_no_proof),
		TEST(words_of_two_nodes_prove_nothing_of_either),
		TEST(a_promise_that_hides_a_vote_is_proof),
		TEST(a_promise_that_changes_a_vote_is_proof),
		TEST(an_honest_promise_is_no_proof),
		TEST(two_promises_that_exclude_each_other_are_proof),
		TEST(a_proposal_against_its_own_new_view_is_proof),
		TEST(a_proof_cut_off_or_altered_anywhere_is_refused),
		TEST(chance_makes_no_proof),
		TEST(a_proof_of_another_cluster_or_run_is_refused),
		TEST(half_of_a_contradiction_may_not_come_from_another_run),
		TEST(an_honest_node_cannot_be_framed),
		TEST(a_symbolic_key_is_made_of_its_number_alone),
		TEST(values_are_shown_as_far_as_they_can_be),
		TEST(a_promise_is_shown_with_what_it_tells_of_the_slot),
		TEST(a_statement_is_what_was_signed),
		TEST(a_body_of_another_place_or_kind_is_no_statement),
		TEST(claims_are_no_more_than_there_are_open_slots),
		TEST(values_are_the_same_if_all_their_bytes_are),
		TEST(an_accusation_that_proves_nothing_is_proof_against_the_accuser),
		TEST(a_long_accusation_is_told_apart_by_its_digest),
		TEST(another_message_is_no_accusation),
		TEST(a_proof_says_of_which_epoch_it_is_and_what_its_parts_are),
		TEST(nobody_and_a_stranger_cannot_be_accused),
		TEST(who_brings_a_true_proof_cannot_be_accused_of_it),
		TEST(every_row_says_what_it_is_and_which_attacks_it_shows),
		TEST(a_proof_reads_as_a_sentence),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
