#include "proto/member/witness.h"

#include <assert.h>
#include <string.h>

void witness_init(struct witness *w)
{
	/* Up to the large parts, which are written before they are read. */
	memset(w, 0, offsetof(struct witness, heard));
}

static struct heard *heard_at(struct witness *w, unsigned i)
{
	return &w->heard[(w->heard_first + i) % WORDS_HEARD_MAX];
}

static void forget_oldest(struct witness *w)
{
	assert(w->heard_count > 0);
	w->heard_first = (w->heard_first + 1) % WORDS_HEARD_MAX;
	w->heard_count--;
}

/* Room for `length` bytes in one piece, at the cost of the oldest words. */
static uint32_t make_room(struct witness *w, uint32_t length)
{
	if (WORDS_BYTES - w->words_at < length) {
		/* What lies between here and the end is older than all that lies at the start. */
		while (w->heard_count > 0 && heard_at(w, 0)->at >= w->words_at)
			forget_oldest(w);
		w->words_at = 0;
	}
	const uint32_t at = w->words_at, end = at + length;
	while (w->heard_count > 0 && heard_at(w, 0)->at < end &&
	       heard_at(w, 0)->at + heard_at(w, 0)->length > at)
		forget_oldest(w);
	if (w->heard_count == WORDS_HEARD_MAX)
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

	struct heard fresh = {m->type, m->from, m->ballot, m->slot, at, length + SIGNATURE_BYTES};
	if (m->type == MSG_PROMISE && m->low > m->slot)
		fresh.slot = m->low;
	const struct signed_body said = body_of(w, &fresh);
	bool found = false;
	for (unsigned i = 0; i < w->heard_count && !found; i++) {
		const struct heard *old = heard_at(w, i);

		if (!may_contradict(old, &fresh))
			continue;
		if (is_known(w, old, &fresh)) {
			w->words_at = at;
			return false;
		}
		const struct signed_body before = body_of(w, old);
		found = evidence_find(context, &before, &said, out);
	}
	*heard_at(w, w->heard_count) = fresh;
	w->heard_count++;
	return found;
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
