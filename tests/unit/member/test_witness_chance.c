/* Words that chance puts together: which two of them prove a lie is compared with the definition of
 * each proof, written down once more from the messages themselves; what the witness finds in a
 * stream of words is compared with a look at all pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/member/witness.h"
#include "proto/wire/evidence.h"

#define NODES  4
#define CLAIMS 3
#define PAIRS  20000
#define WORDS  2600

static const struct wire_context context = {
	.cluster = {'c', 'h', 'a', 'n', 'c', 'e', 1, 2}, .epoch = 3, .nodes = NODES};

static struct values *values;
static value_ref value[4]; /* the last is a long one */
static struct public_key keys[NODES_MAX + 1];
static const struct verifier verifier = {
	.wire = &context, .crypto = &crypto_symbolic, .keys = keys};
static struct secret_key secrets[NODES_MAX + 1];
static uint8_t frame_bytes[FRAME_BYTES_MAX];
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

/* A word: the message, and what is signed of it. */
struct word {
	struct message m;
	struct claim claim[CLAIMS];
	struct signed_body said;
	uint8_t body[BRIEF_BYTES_MAX];
	uint8_t signature[SIGNATURE_BYTES];
	bool forged; /* the signature is not its signer's */
};

static int set_up(void **state)
{
	static uint8_t text[100] = {'l', 'o', 'n', 'g'};

	(void)state;
	values = values_init(malloc(values_size(64, 1 << 16)), 64, 1 << 16);
	value[0] = VALUE_NOOP;
	value[1] = values_intern(values, (const uint8_t *)"A", 1);
	value[2] = values_intern(values, (const uint8_t *)"B", 1);
	value[3] = values_intern(values, text, sizeof text);
	for (node_id id = 1; id <= NODES; id++)
		key_pair_symbolic(id, &keys[id], &secrets[id]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(values);
	return 0;
}

static struct ballot any_ballot(uint32_t rounds, node_id owner)
{
	return (struct ballot){(uint32_t)(1 + draw(rounds)),
			       owner != NODE_NONE ? owner : (node_id)(1 + draw(2))};
}

static void draw_word(struct word *w)
{
	static const enum message_type types[] = {MSG_ACCEPT,  MSG_ECHO,     MSG_ACCEPTED,
						  MSG_PROMISE, MSG_NEW_VIEW, MSG_COMMIT};
	struct message *m = &w->m;

	*m = (struct message){.type = types[draw(6)], .from = (node_id)(1 + draw(2))};
	m->to = 1;
	const bool own = m->type == MSG_ACCEPT || m->type == MSG_NEW_VIEW;
	m->ballot = any_ballot(3, own ? m->from : NODE_NONE);
	m->slot = draw(3);
	m->value = value[draw(4)];
	m->claim = w->claim;
	if (m->type == MSG_PROMISE)
		m->low = draw(3);
	if (m->type != MSG_PROMISE && m->type != MSG_NEW_VIEW)
		return;
	m->value = VALUE_NONE;
	for (slot_number slot = m->slot > m->low ? m->slot : m->low; slot < 4; slot++)
		if (m->claims < CLAIMS && draw(2) == 0)
			w->claim[m->claims++] = (struct claim){.slot = slot,
							       .ballot = any_ballot(3, NODE_NONE),
							       .value = value[draw(4)]};
}

/* Signs the word; the frame's pointers go into frame_bytes. */
static void sign_word(struct word *w, struct frame *frame)
{
	static struct frame given;

	given = (struct frame){.sender = w->m.from, .to = 1, .id = {w->m.from, 1, 1}};
	given.message = w->m;
	const size_t length = frame_encode(&context, &given, values, &crypto_symbolic,
					   &secrets[w->m.from], frame_bytes, sizeof frame_bytes);
	assert_true(length > 0);
	assert_int_equal(frame_decode(&context, frame_bytes, length, values, frame), DROP_NOTHING);
	w->said.length = (uint32_t)frame_brief(frame, w->body);
	memcpy(w->signature, frame->signature, SIGNATURE_BYTES);
	w->said.body = w->body;
	w->said.signature = w->signature;
}

/* The definition. */

/* Does the Promise or NewView tell about the slot, and which vote? No ballot: none. */
static bool tells(const struct message *m, slot_number slot, struct claim *told)
{
	*told = (struct claim){.slot = slot};
	if (slot < m->slot || slot < m->low)
		return false;
	for (unsigned i = 0; i < m->claims; i++)
		if (m->claim[i].slot == slot)
			*told = m->claim[i];
	return true;
}

static enum proof_kind two_promises(const struct message *early, const struct message *late,
				    slot_number *slot)
{
	struct claim told;

	if (ballot_cmp(early->ballot, late->ballot) > 0)
		return PROOF_NOTHING;
	for (unsigned i = 0; i < early->claims; i++) {
		const struct claim *was = &early->claim[i];

		if (!tells(late, was->slot, &told) || ballot_cmp(told.ballot, was->ballot) > 0 ||
		    (ballot_cmp(told.ballot, was->ballot) == 0 && told.value == was->value))
			continue;
		*slot = was->slot;
		return PROOF_TWO_STORIES;
	}
	return PROOF_NOTHING;
}

static enum proof_kind in_order(const struct message *a, const struct message *b, slot_number *slot)
{
	struct claim told;

	*slot = a->slot;
	if (a->type == MSG_ACCEPTED && b->type == MSG_PROMISE && tells(b, a->slot, &told)) {
		const int order = ballot_cmp(told.ballot, a->ballot);

		if (order == 0 && told.value != a->value)
			return PROOF_CHANGED_VOTE;
		return order < 0 && ballot_cmp(b->ballot, a->ballot) > 0 ? PROOF_HIDDEN_VOTE
									 : PROOF_NOTHING;
	}
	if (a->type == MSG_ACCEPT && b->type == MSG_NEW_VIEW &&
	    ballot_cmp(a->ballot, b->ballot) == 0 && tells(b, a->slot, &told) &&
	    !ballot_is_none(told.ballot) && told.value != a->value)
		return PROOF_OVERRIDDEN;
	if (a->type == MSG_PROMISE && b->type == MSG_PROMISE)
		return two_promises(a, b, slot);
	if (a->type != b->type || ballot_cmp(a->ballot, b->ballot) != 0 || a->slot != b->slot ||
	    a->value == b->value)
		return PROOF_NOTHING;
	if (a->type == MSG_ACCEPT)
		return PROOF_TWO_PROPOSALS;
	if (a->type == MSG_ECHO)
		return PROOF_TWO_ECHOES;
	return a->type == MSG_ACCEPTED ? PROOF_TWO_VOTES : PROOF_NOTHING;
}

static enum proof_kind by_definition(const struct word *a, const struct word *b, slot_number *slot)
{
	enum proof_kind kind;

	if (a->m.from != b->m.from)
		return PROOF_NOTHING;
	kind = in_order(&a->m, &b->m, slot);
	return kind != PROOF_NOTHING ? kind : in_order(&b->m, &a->m, slot);
}

static enum drop verify(const struct evidence *e)
{
	return evidence_verify(e, &context, &crypto_symbolic, keys);
}

/* A proof says what it says and nothing else. */
static void assert_only_as_it_is(const struct evidence *proof)
{
	struct wire_context other = context;
	uint8_t signature[SIGNATURE_BYTES], bytes[EVIDENCE_BYTES_MAX];
	struct evidence e = *proof, again;

	assert_int_equal(verify(&e), DROP_NOTHING);
	assert_int_equal(evidence_epoch(&e), context.epoch);
	for (enum proof_kind kind = 1; kind < PROOFS; kind++) {
		e.kind = kind;
		if (kind != proof->kind)
			assert_int_not_equal(verify(&e), DROP_NOTHING);
	}
	e = *proof;
	e.slot++;
	assert_int_equal(verify(&e), DROP_PROOF);
	e = *proof;
	e.accused = (node_id)(3 - e.accused);
	assert_int_equal(verify(&e), DROP_SENDER);
	e.accused = NODE_NONE;
	assert_int_equal(verify(&e), DROP_SENDER);
	e.accused = NODES + 1;
	assert_int_equal(verify(&e), DROP_SENDER);
	e = *proof;
	e.parts = 1;
	assert_int_equal(verify(&e), DROP_TYPE);
	for (unsigned part = 0; part < 2; part++) {
		e = *proof;
		memcpy(signature, e.part[part].signature, sizeof signature);
		signature[part] ^= 1;
		e.part[part].signature = signature;
		assert_int_equal(verify(&e), DROP_SIGNATURE);
	}
	other.epoch++;
	assert_int_equal(evidence_verify(proof, &other, &crypto_symbolic, keys), DROP_EPOCH);
	other = context;
	other.cluster[7]++;
	assert_int_equal(evidence_verify(proof, &other, &crypto_symbolic, keys), DROP_CLUSTER);
	const size_t length = evidence_encode(proof, bytes, sizeof bytes);
	assert_true(length > 0);
	assert_int_equal(evidence_encode(proof, bytes, length - 1), 0);
	assert_int_equal(evidence_encode(proof, bytes, length), length);
	for (size_t less = 0; less < length; less += 1 + less / 8)
		assert_int_not_equal(evidence_decode(bytes, less, &again), DROP_NOTHING);
	assert_int_equal(evidence_decode(bytes, length, &again), DROP_NOTHING);
	assert_int_equal(verify(&again), DROP_NOTHING);
}

static void two_words_prove_a_lie_where_the_definition_says_so(void **state)
{
	static struct word a, b;
	static struct frame frame;
	unsigned found[PROOFS] = {0};

	(void)state;
	random_state = 1;
	for (unsigned i = 0; i < PAIRS; i++) {
		struct evidence e;
		slot_number slot = 0;

		draw_word(&a);
		draw_word(&b);
		if (draw(3) != 0)
			b.m.type = a.m.type == MSG_PROMISE || a.m.type == MSG_NEW_VIEW ||
						   b.m.type == MSG_PROMISE ||
						   b.m.type == MSG_NEW_VIEW
					   ? b.m.type
					   : a.m.type;
		if (b.m.type == MSG_ACCEPT || b.m.type == MSG_NEW_VIEW)
			b.m.ballot.node = b.m.from;
		sign_word(&a, &frame);
		sign_word(&b, &frame);
		const enum proof_kind kind = by_definition(&a, &b, &slot);
		const bool is = evidence_find(&context, &a.said, &b.said, &e);
		assert_int_equal(is, kind != PROOF_NOTHING);
		if (!is)
			continue;
		assert_int_equal(e.kind, kind);
		assert_int_equal(e.slot, slot);
		assert_int_equal(e.accused, a.m.from);
		if (found[kind]++ < 20)
			assert_only_as_it_is(&e);
	}
	for (enum proof_kind kind = 1; kind < PROOFS; kind++)
		assert_true(kind == PROOF_FALSE_ACCUSATION || found[kind] > 5);
}

static bool is_same_word(const struct word *a, const struct word *b)
{
	return a->said.length == b->said.length && a->m.from == b->m.from &&
	       memcmp(a->body, b->body, a->said.length) == 0;
}

static bool is_telling(const struct word *w)
{
	return w->m.type != MSG_COMMIT;
}

/* What the witness remembers is what was said, word for word. */
static void assert_remembers(const struct witness *w, const struct word *words)
{
	for (uint64_t n = w->heard_from; n < w->heard_to; n++) {
		const struct heard *h = &w->heard[n % WORDS_HEARD_MAX];

		assert_int_equal(h->length, words[n].said.length + SIGNATURE_BYTES);
		assert_memory_equal(w->words + h->at, words[n].body, words[n].said.length);
		assert_memory_equal(w->words + h->at + words[n].said.length, words[n].signature,
				    SIGNATURE_BYTES);
	}
}

/* Some words are late, so that nobody has verified them, and of those some are forged. */
static void maybe_late(struct word *w, struct frame *frame)
{
	static uint8_t signature[SIGNATURE_BYTES];

	frame->message.late = draw(2) == 0;
	w->forged = frame->message.late && draw(2) == 0;
	if (!w->forged)
		return;
	w->signature[draw(SIGNATURE_BYTES)] ^= (uint8_t)(1 + draw(255));
	memcpy(signature, w->signature, SIGNATURE_BYTES);
	frame->signature = signature;
}

/* A forged word that was heard again as its signer made it is not forged any more. */
static void look_if_mended(const struct witness *w, uint64_t n, struct word *old,
			   const struct word *fresh, unsigned *mended)
{
	if (!old->forged || w->heard[n % WORDS_HEARD_MAX].unsure)
		return;
	assert_false(fresh->forged);
	old->forged = false;
	memcpy(old->signature, fresh->signature, SIGNATURE_BYTES);
	++*mended;
}

/* Enough words that the oldest are forgotten. Slots rise slowly, so that most words are new. What
 * is found is proven by what the signers made themselves, and what is forged hides none of it. */
static void the_witness_finds_what_a_look_at_all_pairs_finds(void **state)
{
	struct witness *w = malloc(sizeof *w);
	struct word *words = calloc(WORDS + 1, sizeof *words);
	static struct frame frame;
	unsigned lies = 0, repeated = 0, forged = 0, mended = 0;

	(void)state;
	random_state = 2;
	witness_init(w);
	for (unsigned i = 0; i < WORDS && w->heard_to < WORDS; i++) {
		struct word *fresh = &words[w->heard_to];
		const uint64_t before = w->heard_to;
		bool known = false, unlike = false; /* what its signer is known to have said */
		struct evidence e;
		slot_number slot;

		draw_word(fresh);
		fresh->m.slot += i / 16;
		fresh->m.ballot.round += i / 300;
		for (unsigned k = 0; k < fresh->m.claims; k++) {
			fresh->claim[k].slot += i / 16;
			fresh->claim[k].ballot.round += i / 300;
		}
		if (fresh->m.low > 0)
			fresh->m.low += i / 16;
		sign_word(fresh, &frame);
		maybe_late(fresh, &frame);
		const bool found = witness_hear(w, &verifier, &frame, &e);
		if (found)
			assert_int_equal(verify(&e), DROP_NOTHING);
		for (uint64_t n = w->heard_from; n < before; n++) {
			if (is_same_word(fresh, &words[n])) {
				known = true;
				look_if_mended(w, n, &words[n], fresh, &mended);
			}
			unlike |= !words[n].forged &&
				  by_definition(fresh, &words[n], &slot) != PROOF_NOTHING;
		}
		if (!is_telling(fresh)) {
			assert_false(found);
			assert_int_equal(w->heard_to, before);
			continue;
		}
		lies += found;
		repeated += known;
		forged += fresh->forged;
		if (!found && w->heard_to == before) {
			assert_true(known || (fresh->forged && unlike));
			continue;
		}
		assert_int_equal(w->heard_to, before + 1);
		assert_false(fresh->forged && unlike);
		assert_int_equal(found, unlike);
		if (i % 50 == 0)
			assert_remembers(w, words);
	}
	assert_true(lies > 100 && repeated > 5 && w->heard_from > 0);
	assert_true(forged > 100);
	assert_true(mended > 2);
	free(words);
	free(w);
}

/* Long words fill the bytes long before there are too many of them: then, too, the newest are
 * remembered whole, and as many as there is room for. */
static void long_words_push_out_the_oldest_only(void **state)
{
	enum { LONG = 400, VALUE = 60 };
	struct witness *w = malloc(sizeof *w);
	struct {
		size_t length;
		uint8_t body[BRIEF_BYTES_MAX];
	} *said = calloc(LONG, sizeof *said);
	static struct frame frame, given;
	static struct claim claim[SLOTS_OPEN_MAX];
	uint8_t text[VALUE] = {'v'};
	struct evidence e;

	(void)state;
	random_state = 4;
	witness_init(w);
	const value_ref v = values_intern(values, text, sizeof text);
	for (unsigned i = 0; i < LONG; i++) {
		size_t kept = 0;
		/* each its own ballot, so that no two contradict each other */
		given = (struct frame){.sender = 1, .to = 1, .id = {1, 1, 1}};
		given.message = (struct message){.type = MSG_NEW_VIEW,
						 .from = 1,
						 .ballot = {1 + i, 1},
						 .claim = claim,
						 .claims = (uint16_t)draw(SLOTS_OPEN_MAX + 1)};
		for (unsigned k = 0; k < given.message.claims; k++)
			claim[k] = (struct claim){.slot = k, .ballot = {1, 1}, .value = v};
		const size_t length = frame_encode(&context, &given, values, &crypto_symbolic,
						   &secrets[1], frame_bytes, sizeof frame_bytes);
		assert_int_equal(frame_decode(&context, frame_bytes, length, values, &frame),
				 DROP_NOTHING);
		said[i].length = frame_brief(&frame, said[i].body);
		assert_false(witness_hear(w, &verifier, &frame, &e));
		assert_int_equal(w->heard_to, i + 1);
		for (uint64_t n = w->heard_from; n < w->heard_to; n++) {
			const struct heard *h = &w->heard[n % WORDS_HEARD_MAX];

			assert_int_equal(h->length, said[n].length + SIGNATURE_BYTES);
			assert_memory_equal(w->words + h->at, said[n].body, said[n].length);
			kept += h->length;
		}
		/* lost is the end of the ring that one word did not fit in, and less than one more
		 */
		if (w->heard_from > 0)
			assert_true(kept + 2 * (BRIEF_BYTES_MAX + SIGNATURE_BYTES) > WORDS_BYTES);
		/* the same again is known, and changes nothing */
		assert_false(witness_hear(w, &verifier, &frame, &e));
		assert_int_equal(w->heard_to, i + 1);
	}
	assert_true(w->heard_from > LONG / 2);
	free(said);
	free(w);
}

/* To look at a word is to look at few others: words of different slots are apart, and so are the
 * promises of different nodes. */
static void words_that_have_nothing_to_do_with_each_other_lie_apart(void **state)
{
	struct witness *w = malloc(sizeof *w);
	static struct word word;
	static struct frame frame;
	unsigned used = 0, promises = 0;
	struct evidence e;

	(void)state;
	witness_init(w);
	for (unsigned i = 0; i < 600; i++) {
		word.m = (struct message){.type = i < 300 ? MSG_ACCEPTED : MSG_PROMISE,
					  .from = (node_id)(1 + i % NODES),
					  .to = 1,
					  .ballot = {1 + i, 1},
					  .slot = i,
					  .value = i < 300 ? value[1] : VALUE_NONE};
		if (i < 300)
			word.m.ballot.round = 1;
		sign_word(&word, &frame);
		assert_false(witness_hear(w, &verifier, &frame, &e));
		if (i != 299 && i != 599)
			continue;
		unsigned *count = i < 300 ? &used : &promises;
		for (unsigned k = 0; k < WORDS_BUCKETS; k++)
			*count += w->bucket[k] > (i < 300 ? 0u : 300u);
	}
	assert_in_range(used, 150, 300);
	assert_int_equal(promises, NODES);
	free(w);
}

/* An unsigned word is nobody's. */
static void what_is_not_signed_is_not_heard(void **state)
{
	struct witness *w = malloc(sizeof *w);
	static struct word word;
	static struct frame frame;
	struct evidence e;

	(void)state;
	random_state = 3;
	witness_init(w);
	do
		draw_word(&word);
	while (!is_telling(&word));
	sign_word(&word, &frame);
	frame.is_signed = false;
	assert_false(witness_hear(w, &verifier, &frame, &e));
	assert_int_equal(w->heard_to, 0);
	free(w);
}

/* One proof of a kind against a node is enough; who brings it is remembered, until that node has a
 * new life. */
static void a_proof_is_held_once_with_all_who_know_it(void **state)
{
	struct witness *w = malloc(sizeof *w);
	static const uint8_t body[40] = {MSG_ACCEPTED}, signature[SIGNATURE_BYTES];
	struct evidence e = {.kind = PROOF_TWO_VOTES,
			     .slot = 4,
			     .parts = 2,
			     .part = {{body, 40, signature}, {body, 40, signature}}},
			again;
	uint32_t length;

	(void)state;
	witness_init(w);
	for (node_id accused = 1; accused <= 3; accused++) {
		e.accused = accused;
		assert_true(witness_hold(w, &e, accused == 2 ? NODE_NONE : 4));
		assert_false(witness_hold(w, &e, 5));
		assert_int_equal(w->proofs, accused);
		assert_int_equal(w->proven, set_first(accused));
		assert_int_equal(w->proof[accused - 1u].known_to,
				 set_of(5) | (accused == 2 ? 0 : set_of(4)));
	}
	e.kind = PROOF_TWO_ECHOES;
	assert_true(witness_hold(w, &e, NODE_NONE));
	assert_int_equal(w->proofs, 4);
	assert_int_equal(w->proven, set_first(3));
	for (unsigned i = 0; i < w->proofs; i++) {
		const uint8_t *bytes = witness_proof(w, i, &length);

		assert_int_equal(evidence_decode(bytes, length, &again), DROP_NOTHING);
		assert_int_equal(again.accused, i < 3 ? i + 1 : 3);
		assert_int_equal(again.kind, i < 3 ? PROOF_TWO_VOTES : PROOF_TWO_ECHOES);
		assert_int_equal(again.slot, 4);
		w->proof[i].told_again[5] = 3;
	}
	witness_reborn(w, 5, 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(w->proof[i].known_to, i == 1 ? 0 : set_of(4));
		assert_int_equal(w->proof[i].told_again[5], 0);
		w->proof[i].known_to |= set_of(5);
		w->proof[i].told_again[5] = 2;
	}
	/* the same life says nothing new, nor does one before */
	witness_reborn(w, 5, 1);
	witness_reborn(w, 5, 0);
	assert_true(set_has(w->proof[0].known_to, 5));
	assert_int_equal(w->proof[0].told_again[5], 2);
	free(w);
}

/* Where there is no room for a proof any more, the node is a liar all the same. */
static void a_proof_too_many_is_believed_and_not_kept(void **state)
{
	struct witness *w = malloc(sizeof *w);
	static const uint8_t body[40] = {MSG_ACCEPTED}, signature[SIGNATURE_BYTES];
	struct evidence e = {.parts = 2, .part = {{body, 40, signature}, {body, 40, signature}}};

	(void)state;
	witness_init(w);
	for (unsigned i = 0; i <= PROOFS_HELD_MAX; i++) {
		e.kind = i / 30 == 0   ? PROOF_TWO_VOTES
			 : i / 30 == 1 ? PROOF_TWO_ECHOES
				       : PROOF_TWO_PROPOSALS;
		e.accused = (node_id)(1 + i % 30);
		assert_int_equal(witness_hold(w, &e, NODE_NONE), i < PROOFS_HELD_MAX);
	}
	e.accused = 31;
	assert_false(witness_hold(w, &e, NODE_NONE));
	assert_int_equal(w->proofs, PROOFS_HELD_MAX);
	assert_int_equal(w->proven, set_first(31));
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_words_prove_a_lie_where_the_definition_says_so),
		cmocka_unit_test(the_witness_finds_what_a_look_at_all_pairs_finds),
		cmocka_unit_test(long_words_push_out_the_oldest_only),
		cmocka_unit_test(words_that_have_nothing_to_do_with_each_other_lie_apart),
		cmocka_unit_test(what_is_not_signed_is_not_heard),
		cmocka_unit_test(a_proof_is_held_once_with_all_who_know_it),
		cmocka_unit_test(a_proof_too_many_is_believed_and_not_kept),
	};

	return cmocka_run_group_tests_name("witness_chance", tests, set_up, tear_down);
}
