#include "proto/member/witness.h"

#include <assert.h>
#include <string.h>

void witness_init(struct witness *w)
{
	/* Up to the large parts, which are written before they are read. */
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

static struct heard *oldest(struct witness *w)
{
	return heard_at(w, w->heard_from);
}

static void forget_oldest(struct witness *w)
{
	assert(has_heard(w));
	w->heard_from++;
}

/* Room for `length` bytes in one piece, at the cost of the oldest words. */
static uint32_t make_room(struct witness *w, uint32_t length)
{
	if (WORDS_BYTES - w->words_at < length) {
		/* What lies between here and the end is older than all that lies at the start. */
		while (has_heard(w) && oldest(w)->at >= w->words_at)
			forget_oldest(w);
		w->words_at = 0;
	}
	const uint32_t at = w->words_at, end = at + length;
	while (has_heard(w) && oldest(w)->at < end && oldest(w)->at + oldest(w)->length > at)
		forget_oldest(w);
	if (w->heard_to - w->heard_from == WORDS_HEARD_MAX)
		forget_oldest(w);
	w->words_at = end;
	return at;
}

static bool is_telling(enum message_type type)
{
	return type == MSG_ACCEPT || type == MSG_ECHO || type == MSG_ACCEPTED ||
	       type == MSG_PROMISE || type == MSG_NEW_VIEW;
}

/* Worth a closer look? Most words of a node have nothing to do with each other. */
static bool may_contradict(const struct heard *a, const struct heard *b)
{
	if (a->signer != b->signer)
		return false;
	if (a->type == MSG_PROMISE && b->type == MSG_PROMISE)
		return true;
	if (a->type == MSG_PROMISE)
		return b->type == MSG_ACCEPTED && b->slot >= a->slot;
	if (b->type == MSG_PROMISE)
		return a->type == MSG_ACCEPTED && a->slot >= b->slot;
	if (ballot_cmp(a->ballot, b->ballot) != 0)
		return false;
	if (a->type == b->type)
		return a->slot == b->slot && a->type != MSG_NEW_VIEW;
	return (a->type == MSG_ACCEPT && b->type == MSG_NEW_VIEW) ||
	       (a->type == MSG_NEW_VIEW && b->type == MSG_ACCEPT);
}

static struct signed_body body_of(const struct witness *w, const struct heard *heard)
{
	const uint8_t *bytes = w->words + heard->at;
	const uint32_t length = heard->length - SIGNATURE_BYTES;

	return (struct signed_body){bytes, length, bytes + length};
}

/* The same words again: a retransmission. */
static bool is_known(const struct witness *w, const struct heard *old, const struct heard *fresh)
{
	const uint32_t length = old->length - SIGNATURE_BYTES;

	return old->type == fresh->type && old->signer == fresh->signer &&
	       old->length == fresh->length &&
	       memcmp(w->words + old->at, w->words + fresh->at, length) == 0;
}

/* Words that may contradict each other are in one bucket, but for those that speak of many slots:
 * a node's promises are in one of their own, its NewViews in one a ballot. */
static uint64_t *bucket_of(struct witness *w, node_id signer, enum message_type type,
			   struct ballot ballot, slot_number slot)
{
	uint64_t key = signer;

	if (type == MSG_PROMISE || type == MSG_NEW_VIEW)
		key |= (uint64_t)type << 8;
	if (type != MSG_PROMISE)
		key ^= (uint64_t)ballot.round << 16 ^ (uint64_t)ballot.node << 48;
	if (type != MSG_PROMISE && type != MSG_NEW_VIEW)
		key ^= slot * 0x9e3779b97f4a7c15;
	key *= 0xff51afd7ed558ccd;
	return &w->bucket[key >> 32 & (WORDS_BUCKETS - 1)];
}

/* A word that is being heard, and what comes of it. */
struct hearing {
	const struct wire_context *context;
	struct heard fresh;
	struct signed_body said;
	struct evidence *out;
	bool known, found;
};

static void compare(struct witness *w, struct hearing *h, const struct heard *old)
{
	if (!may_contradict(old, &h->fresh))
		return;
	h->known = is_known(w, old, &h->fresh);
	if (h->known)
		return;
	const struct signed_body before = body_of(w, old);
	h->found = evidence_find(h->context, &before, &h->said, h->out);
}

static void compare_bucket(struct witness *w, struct hearing *h, enum message_type type)
{
	const struct heard *f = &h->fresh;
	uint64_t next = *bucket_of(w, f->signer, type, f->ballot, f->slot);

	while (next > w->heard_from && !h->known && !h->found) {
		const struct heard *old = heard_at(w, next - 1);

		compare(w, h, old);
		next = old->older;
	}
}

/* Promises and NewViews are rare, and may contradict what is said of any slot. */
static void compare_all(struct witness *w, struct hearing *h)
{
	for (uint64_t i = w->heard_from; i < w->heard_to && !h->known && !h->found; i++)
		compare(w, h, heard_at(w, i));
}

static void remember(struct witness *w, const struct heard *fresh)
{
	uint64_t *bucket = bucket_of(w, fresh->signer, fresh->type, fresh->ballot, fresh->slot);
	struct heard *place = heard_at(w, w->heard_to++);

	*place = *fresh;
	place->older = *bucket;
	*bucket = w->heard_to;
}

bool witness_hear(struct witness *w, const struct wire_context *context, const struct frame *frame,
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
		.context = context,
		.fresh = {m->type, m->from, m->ballot, m->slot, at, length + SIGNATURE_BYTES, 0},
		.out = out,
	};
	if (m->type == MSG_PROMISE && m->low > m->slot)
		h.fresh.slot = m->low;
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
	remember(w, &h.fresh);
	return h.found;
}

static struct held_proof *proof_of(struct witness *w, enum proof_kind kind, node_id accused)
{
	for (unsigned i = 0; i < w->proofs; i++)
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
	/* Whether or not there is room to show it to others. */
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
	for (unsigned i = 0; i < w->proofs; i++)
		w->proof[i].known_to &= ~set_of(node);
}
