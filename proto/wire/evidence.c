/* A proof is judged from the bytes that the accused signed. Only the fields that stand first in a
 * body are read here; whatever else the message carries does not change what it says in them. */
#include "proto/wire/evidence.h"

#include "proto/wire/fields.h"
#include "proto/wire/statement.h"

#define EVIDENCE_VERSION 1

static const struct {
	const char *name;
	uint8_t parts;
	const char *attacks;
	const char *words;
} proofs[PROOFS] = {
#define PROOF(name, code, text, parts, attacks, help) [code] = {text, parts, attacks, help},
#include "proto/wire/evidence.def"
#undef PROOF
};

static bool is_row(unsigned kind)
{
	return kind < PROOFS && proofs[kind].name != NULL;
}

const char *proof_name(enum proof_kind kind)
{
	return is_row(kind) ? proofs[kind].name : "?";
}

const char *proof_words(enum proof_kind kind)
{
	return is_row(kind) ? proofs[kind].words : "did something that is not known here";
}

const char *proof_attacks(enum proof_kind kind)
{
	return is_row(kind) ? proofs[kind].attacks : "";
}

bool proof_is_of(enum proof_kind kind, const char *attack)
{
	const size_t length = strlen(attack);

	for (const char *at = proof_attacks(kind); *at != 0;) {
		const size_t word = strcspn(at, " ");

		if (word == length && memcmp(at, attack, word) == 0)
			return true;
		at += word;
		at += *at == ' ';
	}
	return false;
}

size_t evidence_encode(const struct evidence *e, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = {bytes, capacity, false};

	write_u8(&w, EVIDENCE_VERSION);
	write_u8(&w, (uint8_t)e->kind);
	write_u8(&w, e->accused);
	write_u64(&w, e->slot);
	write_u8(&w, e->parts);
	for (unsigned i = 0; i != e->parts; i++) {
		write_u32(&w, e->part[i].length);
		write_bytes(&w, e->part[i].body, e->part[i].length);
		write_bytes(&w, e->part[i].signature, SIGNATURE_BYTES);
	}
	if (e->kind == PROOF_FALSE_ACCUSATION) {
		write_u32(&w, e->accusation_length);
		write_bytes(&w, e->accusation, e->accusation_length);
	}
	return w.full ? 0 : (size_t)(w.at - bytes);
}

enum drop evidence_decode(const uint8_t *bytes, size_t length, struct evidence *out)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};
	uint8_t version = read_u8(&r);

	if (r.wrong == DROP_NOTHING && version != EVIDENCE_VERSION)
		return DROP_VERSION;
	uint8_t kind = read_u8(&r);
	if (r.wrong == DROP_NOTHING && !is_row(kind))
		return DROP_TYPE;
	out->kind = kind;
	out->accused = read_node(&r);
	read_check(&r, out->accused != NODE_NONE);
	out->slot = read_u64(&r);
	out->parts = read_u8(&r);
	read_check(&r, out->parts == proofs[out->kind].parts);
	out->accusation = NULL;
	out->accusation_length = 0;
	for (unsigned i = 0; i < out->parts && r.wrong == DROP_NOTHING; i++) {
		out->part[i].length = read_u32(&r);
		out->part[i].body = read_bytes(&r, out->part[i].length);
		out->part[i].signature = read_bytes(&r, SIGNATURE_BYTES);
	}
	if (kind == PROOF_FALSE_ACCUSATION) {
		out->accusation_length = read_u32(&r);
		out->accusation = read_bytes(&r, out->accusation_length);
	}
	return read_end(&r);
}

/* Two messages of one type about one ballot and slot that name different values. */
static bool is_double(const struct statement *a, const struct statement *b)
{
	return ballot_cmp(a->ballot, b->ballot) == 0 && a->slot == b->slot &&
	       !said_value_is_same(&a->value, &b->value);
}

/* A vote, and a promise that was given after it. Votes only rise and a promise tells the highest
 * (Paxos Made Simple, 2.2); what was voted at a ballot stays what it was. */
static enum proof_kind judge_vote(const struct said_vote *vote, struct ballot voted_before,
				  const struct statement *promise)
{
	struct said_vote told;

	if (!statement_tells(promise, vote->slot, &told))
		return PROOF_NOTHING;
	const int order = ballot_cmp(told.ballot, vote->ballot);
	if (order == 0 && !said_value_is_same(&told.value, &vote->value))
		return PROOF_CHANGED_VOTE;
	/* Only a higher promise is surely younger than the vote. */
	if (order < 0 && ballot_cmp(promise->ballot, voted_before) > 0)
		return PROOF_HIDDEN_VOTE;
	return PROOF_NOTHING;
}

/* Two Promises of one acceptor. The one for the higher ballot is the later one. Two for one ballot
 * repeat each other: an acceptor that has voted in between does not repeat its Promise. */
static enum proof_kind judge_promises(const struct statement *first, const struct statement *second,
				      slot_number *slot)
{
	struct byte_reader r = first->claim;
	struct said_vote vote, told;

	if (ballot_cmp(first->ballot, second->ballot) > 0)
		return PROOF_NOTHING;
	for (unsigned left = first->claims; left > 0; left--) {
		statement_read_vote(&r, &vote);
		if (!statement_tells(second, vote.slot, &told))
			continue;
		const int order = ballot_cmp(told.ballot, vote.ballot);
		if (order > 0 || (order == 0 && said_value_is_same(&told.value, &vote.value)))
			continue;
		*slot = vote.slot;
		return PROOF_TWO_STORIES;
	}
	return PROOF_NOTHING;
}

static enum proof_kind judge_accepted(const struct statement *accepted,
				      const struct statement *promise, slot_number *slot)
{
	const struct said_vote vote = {accepted->slot, accepted->ballot, accepted->value};

	*slot = accepted->slot;
	return judge_vote(&vote, accepted->ballot, promise);
}

/* A NewView tells which votes bind its ballot (P2c), by the owner's own account. An Accept of that
 * ballot for another value contradicts it. */
static enum proof_kind judge_accept(const struct statement *accept, const struct statement *view,
				    slot_number *slot)
{
	struct said_vote told;

	*slot = accept->slot;
	if (ballot_cmp(accept->ballot, view->ballot) != 0 ||
	    !statement_tells(view, accept->slot, &told) || ballot_is_none(told.ballot))
		return PROOF_NOTHING;
	return said_value_is_same(&told.value, &accept->value) ? PROOF_NOTHING : PROOF_OVERRIDDEN;
}

/* Do the two, in this order, prove a lie? evidence_find tries both orders. */
static enum proof_kind judge_statements(const struct statement *a, const struct statement *b,
					slot_number *slot)
{
	if (a->type == MSG_ACCEPTED && b->type == MSG_PROMISE)
		return judge_accepted(a, b, slot);
	if (a->type == MSG_ACCEPT && b->type == MSG_NEW_VIEW)
		return judge_accept(a, b, slot);
	if (a->type != b->type)
		return PROOF_NOTHING;
	if (a->type == MSG_PROMISE)
		return judge_promises(a, b, slot);
	if (!is_double(a, b))
		return PROOF_NOTHING;
	*slot = a->slot;
	switch (a->type) {
	case MSG_ACCEPT:
		return PROOF_TWO_PROPOSALS;
	case MSG_ECHO:
		return PROOF_TWO_ECHOES;
	case MSG_ACCEPTED:
		return PROOF_TWO_VOTES;
	default:
		return PROOF_NOTHING;
	}
}

bool evidence_find(const struct wire_context *context, const struct signed_body *a,
		   const struct signed_body *b, struct evidence *out)
{
	struct statement said[2];

	if (statement_read(context, a, &said[0]) != DROP_NOTHING ||
	    statement_read(context, b, &said[1]) != DROP_NOTHING ||
	    said[0].signer != said[1].signer)
		return false;
	*out = (struct evidence){.accused = said[0].signer, .parts = 2, .part = {*a, *b}};
	out->kind = judge_statements(&said[0], &said[1], &out->slot);
	if (out->kind == PROOF_NOTHING) {
		out->part[0] = *b;
		out->part[1] = *a;
		out->kind = judge_statements(&said[1], &said[0], &out->slot);
	}
	return out->kind != PROOF_NOTHING;
}

struct evidence evidence_of_accusation(node_id accuser, const struct signed_body *message,
				       const uint8_t *accusation, uint32_t length)
{
	return (struct evidence){
		.kind = PROOF_FALSE_ACCUSATION,
		.accused = accuser,
		.parts = 1,
		.part = {*message},
		.accusation = accusation,
		.accusation_length = length,
	};
}

bool signed_body_holds(const struct signed_body *part, const struct crypto *crypto,
		       const struct public_key *key)
{
	struct frame frame; /* not cleared: only what is verified is read */

	frame.is_signed = frame.is_brief = true;
	frame.body = part->body;
	frame.body_length = part->length;
	frame.signature = part->signature;
	return frame_verify(&frame, crypto, key);
}

/* Every part was signed by the accused, in this cluster and epoch. */
static enum drop verify_parts(const struct evidence *e, const struct wire_context *context,
			      const struct crypto *crypto, const struct public_key *keys,
			      struct statement said[EVIDENCE_PARTS_MAX])
{
	if (e->accused == NODE_NONE || e->accused > context->nodes)
		return DROP_SENDER;
	if (!is_row(e->kind) || e->parts != proofs[e->kind].parts)
		return DROP_TYPE;
	for (unsigned i = 0; i != e->parts; i++) {
		enum drop why = statement_read(context, &e->part[i], &said[i]);

		if (why != DROP_NOTHING)
			return why;
		if (said[i].signer != e->accused)
			return DROP_SENDER;
		if (!signed_body_holds(&e->part[i], crypto, &keys[e->accused]))
			return DROP_SIGNATURE;
	}
	return DROP_NOTHING;
}

static enum drop verify_pair(const struct evidence *e, const struct wire_context *context,
			     const struct crypto *crypto, const struct public_key *keys)
{
	struct statement said[EVIDENCE_PARTS_MAX] = {0};
	slot_number slot = 0;
	enum drop why = verify_parts(e, context, crypto, keys, said);

	if (why != DROP_NOTHING)
		return why;
	if (judge_statements(&said[0], &said[1], &slot) != e->kind || slot != e->slot)
		return DROP_PROOF;
	return DROP_NOTHING;
}

/* Is `bytes` the value that the message names, in full or by its digest? */
static bool is_value(const struct said_value *value, const uint8_t *bytes, uint32_t length)
{
	uint8_t digest[DIGEST_BYTES];

	if (value->length != length)
		return false;
	if (length <= VALUE_INLINE_MAX)
		return length == 0 || memcmp(value->bytes, bytes, length) == 0;
	crypto_digest(bytes, length, digest);
	return memcmp(value->bytes, digest, DIGEST_BYTES) == 0;
}

/* An accusation that proves nothing. One about an accusation is not judged: proofs do not nest. */
static enum drop verify_accusation(const struct evidence *e, const struct wire_context *context,
				   const struct crypto *crypto, const struct public_key *keys)
{
	struct statement said[EVIDENCE_PARTS_MAX] = {0};
	struct evidence inner;
	enum drop why = verify_parts(e, context, crypto, keys, said);

	if (why != DROP_NOTHING)
		return why;
	if (said[0].type != MSG_EVIDENCE || e->slot != 0 ||
	    !is_value(&said[0].value, e->accusation, e->accusation_length))
		return DROP_PROOF;
	if (evidence_decode(e->accusation, e->accusation_length, &inner) != DROP_NOTHING)
		return DROP_NOTHING;
	if (inner.kind == PROOF_FALSE_ACCUSATION)
		return DROP_PROOF;
	return verify_pair(&inner, context, crypto, keys) == DROP_NOTHING ? DROP_PROOF
									  : DROP_NOTHING;
}

enum drop evidence_verify(const struct evidence *e, const struct wire_context *context,
			  const struct crypto *crypto, const struct public_key *keys)
{
	if (e->kind == PROOF_FALSE_ACCUSATION)
		return verify_accusation(e, context, crypto, keys);
	return verify_pair(e, context, crypto, keys);
}

uint32_t evidence_epoch(const struct evidence *e)
{
	struct wire_context of;
	struct byte_reader r = {e->part[0].body, e->part[0].length, DROP_NOTHING};

	read_u8(&r);
	read_copy(&r, of.cluster, sizeof of.cluster);
	const uint32_t epoch = read_u32(&r);
	return e->parts > 0 && r.wrong == DROP_NOTHING ? epoch : 0;
}

enum message_type evidence_part_type(const struct evidence *e, unsigned part, struct ballot *ballot)
{
	struct statement said;

	*ballot = BALLOT_NONE;
	if (part >= e->parts || !statement_read_anyhow(&e->part[part], &said))
		return MSG_NONE;
	*ballot = said.ballot;
	return said.type;
}
