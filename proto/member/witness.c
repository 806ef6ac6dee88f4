#include "proto/member/witness.h"

#include <assert.h>
#include <string.h>

#include "proto/core/digest.h"

void witness_init(struct witness *w)
{
	/* The large parts behind are written before they are read. */
	memset(w, 0, offsetof(struct witness, heard));
}

static struct heard *heard_at(struct witness *w, uint64_t number)
{
	return &w->heard[number % WORDS_HEARD_MAX];
}

static bool has_heard(const struct witness *w)
{
	return w->heard_to > w->heard_from;
}

static struct heard *oldest_word(struct witness *w)
{
	return heard_at(w, w->heard_from);
}

static void forget_oldest_word(struct witness *w)
{
	assert(has_heard(w));
	w->heard_from++;
}

/* Room for `length` bytes in one piece. The oldest words are forgotten for it. */
static uint32_t make_room(struct witness *w, uint32_t length)
{
	if (WORDS_BYTES - w->words_at < length) {
		/* Words between here and the end are older than all words at the start. */
		while (has_heard(w) && oldest_word(w)->at >= w->words_at)
			forget_oldest_word(w);
		w->words_at = 0;
	}
	const uint32_t at = w->words_at, end = at + length;
	while (has_heard(w) && oldest_word(w)->at < end &&
	       oldest_word(w)->at + oldest_word(w)->length > at)
		forget_oldest_word(w);
	if (w->heard_to - w->heard_from == WORDS_HEARD_MAX)
		forget_oldest_word(w);
	w->words_at = end;
	return at;
}

static bool is_telling(enum message_type type)
{
	return type == MSG_ACCEPT || type == MSG_ECHO || type == MSG_ACCEPTED ||
	       type == MSG_PROMISE || type == MSG_NEW_VIEW;
}

/* A quick look before the close one: most words of a node have nothing to do with each other. */
static bool may_contradict(const struct heard *a, const struct heard *b)
{
	return a->signer == b->signer && (a->type == MSG_PROMISE || b->type == MSG_PROMISE ||
					  ballot_cmp(a->ballot, b->ballot) == 0);
}

static struct signed_body body_of(const struct witness *w, const struct heard *heard)
{
	const uint8_t *bytes = w->words + heard->at;
	const uint32_t length = heard->length - SIGNATURE_BYTES;

	return (struct signed_body){bytes, length, bytes + length};
}

/* The same word again is a retransmission. */
static bool is_same(const struct witness *w, const struct heard *old, const struct heard *fresh)
{
	const uint32_t length = old->length - SIGNATURE_BYTES;

	return old->type == fresh->type && old->signer == fresh->signer &&
	       old->length == fresh->length &&
	       memcmp(w->words + old->at, w->words + fresh->at, length) == 0;
}

/* Words about one slot and ballot that may contradict each other are in one bucket. Promises and
 * NewViews speak of many slots: a node's Promises have a bucket of their own, its NewViews have one
 * for each ballot. */
static uint64_t *bucket_of(struct witness *w, node_id signer, enum message_type type,
			   struct ballot ballot, slot_number slot)
{
	const uint64_t of[] = {signer, ballot.round, ballot.node, slot};
	const unsigned parts = type == MSG_PROMISE ? 1 : type == MSG_NEW_VIEW ? 3 : 4;
	const uint64_t key = digest64(signer, (const uint8_t *)of, parts * sizeof of[0]);

	return &w->bucket[key % WORDS_BUCKETS];
}

/* The word that is being heard, and what was found so far. */
struct hearing {
	const struct verifier *verifier;
	struct heard fresh;
	struct signed_body said;
	struct evidence *out;
	bool known, found;
};

/* Did its signer say this? A late word is verified here, once. */
static bool is_genuine(const struct witness *w, const struct hearing *h, struct heard *heard)
{
	const struct verifier *v = h->verifier;
	const struct signed_body said = body_of(w, heard);

	heard->unsure =
		heard->unsure && !signed_body_holds(&said, v->crypto, &v->keys[heard->signer]);
	return !heard->unsure;
}

/* A word that is known again, perhaps with a better signature: one that somebody else made up must
 * not stand for the one that its signer made. */
static void hear_again(struct witness *w, struct hearing *h, struct heard *old)
{
	uint8_t *before = w->words + old->at + old->length - SIGNATURE_BYTES;
	const uint8_t *now = h->said.signature;

	if (!old->unsure || (h->fresh.unsure && memcmp(before, now, SIGNATURE_BYTES) == 0) ||
	    !is_genuine(w, h, &h->fresh))
		return;
	memcpy(before, now, SIGNATURE_BYTES);
	old->unsure = false;
}

/* What turns out to be nobody's word is forgotten. */
static void compare_words(struct witness *w, struct hearing *h, struct heard *old)
{
	h->known = is_same(w, old, &h->fresh);
	if (h->known) {
		hear_again(w, h, old);
		return;
	}
	if (!may_contradict(old, &h->fresh))
		return;
	const struct signed_body before = body_of(w, old);
	if (!evidence_find(h->verifier->wire, &before, &h->said, h->out))
		return;
	if (!is_genuine(w, h, old))
		old->signer = NODE_NONE;
	else if (!is_genuine(w, h, &h->fresh))
		h->known = true;
	else
		h->found = true;
}

static void compare_bucket(struct witness *w, struct hearing *h, enum message_type type)
{
	const struct heard *f = &h->fresh;
	uint64_t next = *bucket_of(w, f->signer, type, f->ballot, f->slot);

	while (next > w->heard_from && !h->known && !h->found) {
		struct heard *old = heard_at(w, next - 1);

		compare_words(w, h, old);
		next = old->older;
	}
}

/* A Promise or a NewView may contradict a word about any slot. Both are rare. */
static void compare_all(struct witness *w, struct hearing *h)
{
	for (uint64_t left = w->heard_to - w->heard_from; left > 0 && !h->known && !h->found;
	     left--)
		compare_words(w, h, heard_at(w, w->heard_to - left));
}

static void remember_word(struct witness *w, const struct heard *fresh)
{
	uint64_t *bucket = bucket_of(w, fresh->signer, fresh->type, fresh->ballot, fresh->slot);
	struct heard *place = heard_at(w, w->heard_to++);

	*place = *fresh;
	place->older = *bucket;
	*bucket = w->heard_to;
}

bool witness_hear(struct witness *w, const struct verifier *v, const struct frame *frame,
		  struct evidence *out)
{
	const struct message *m = &frame->message;
	uint8_t brief[BRIEF_BYTES_MAX];

	if (!is_telling(m->type) || !frame->is_signed)
		return false;
	const uint32_t length = (uint32_t)frame_brief(frame, brief);
	const uint32_t at = make_room(w, length + SIGNATURE_BYTES);
	memcpy(w->words + at, brief, length);
	memcpy(w->words + at + length, frame->signature, SIGNATURE_BYTES);

	struct hearing h = {
		.verifier = v,
		.fresh = {.type = m->type,
			  .signer = m->from,
			  .ballot = m->ballot,
			  .slot = m->slot,
			  .at = at,
			  .length = length + SIGNATURE_BYTES,
			  .unsure = m->late},
		.out = out,
	};
	h.said = body_of(w, &h.fresh);
	if (m->type == MSG_PROMISE || m->type == MSG_NEW_VIEW) {
		compare_all(w, &h);
	} else {
		compare_bucket(w, &h, m->type);
		if (m->type == MSG_ACCEPTED)
			compare_bucket(w, &h, MSG_PROMISE);
		if (m->type == MSG_ACCEPT)
			compare_bucket(w, &h, MSG_NEW_VIEW);
	}
	if (h.known) {
		w->words_at = at;
		return false;
	}
	remember_word(w, &h.fresh);
	return h.found;
}

static struct held_proof *proof_of(struct witness *w, enum proof_kind kind, node_id accused)
{
	for (unsigned i = 0; i != w->proofs; i++)
		if (w->proof[i].kind == kind && w->proof[i].accused == accused)
			return &w->proof[i];
	return NULL;
}

bool witness_hold(struct witness *w, const struct evidence *proof, node_id by)
{
	struct held_proof *held = proof_of(w, proof->kind, proof->accused);

	if (held != NULL) {
		held->known_to |= set_of(by);
		return false;
	}
	/* The node is a liar, even if there is no room to keep the proof for others. */
	w->proven |= set_of(proof->accused);
	if (w->proofs == PROOFS_HELD_MAX)
		return false;
	size_t length = evidence_encode(proof, w->proof_bytes + w->proofs_at,
					PROOFS_HELD_BYTES - w->proofs_at);
	if (length == 0)
		return false;
	w->proof[w->proofs++] = (struct held_proof){
		.kind = proof->kind,
		.accused = proof->accused,
		.slot = proof->slot,
		.known_to = set_of(by),
		.at = w->proofs_at,
		.length = (uint32_t)length,
	};
	w->proofs_at += (uint32_t)length;
	return true;
}

const uint8_t *witness_proof(const struct witness *w, unsigned i, uint32_t *length)
{
	assert(i < w->proofs);
	*length = w->proof[i].length;
	return w->proof_bytes + w->proof[i].at;
}

void witness_reborn(struct witness *w, node_id node, uint16_t boot)
{
	if (boot <= w->boot[node])
		return;
	w->boot[node] = boot;
	for (unsigned i = 0; i != w->proofs; i++) {
		w->proof[i].known_to &= ~set_of(node);
		w->proof[i].told_again[node] = 0;
	}
}
