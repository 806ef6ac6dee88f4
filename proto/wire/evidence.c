/* Proofs are judged from bytes: only the fields that stand first in a body are read, so that what
 * else a message of that type carries is no concern here. Whatever bytes follow, the accused has
 * signed them. */
#include "proto/wire/evidence.h"

#include <assert.h>
#include <stdio.h>

#include "proto/wire/fields.h"

#define EVIDENCE_VERSION 1
#define VALUE_WORDS      24

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

/* A value as it stands in what is signed: a long one is its digest. */
struct said_value {
	uint32_t length; /* of the value */
	uint32_t stored; /* of the bytes */
	const uint8_t *bytes;
};

/* What a message says, as far as it can be held against its signer. */
struct statement {
	enum message_type type;
	node_id signer;
	struct ballot ballot;
	slot_number slot;
	slot_number low;
	struct said_value value;
	uint16_t claims;
	struct reader claim; /* at the first of them */
};

struct told {
	slot_number slot;
	struct ballot ballot; /* none: "I have not voted" */
	struct said_value value;
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
	struct writer w = {bytes, capacity, false};

	write_u8(&w, EVIDENCE_VERSION);
	write_u8(&w, (uint8_t)e->kind);
	write_u8(&w, e->accused);
	write_u64(&w, e->slot);
	write_u8(&w, e->parts);
	for (unsigned i = 0; i < e->parts; i++) {
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
	struct reader r = {bytes, length, DROP_NOTHING};
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

static struct said_value read_value(struct reader *r)
{
	struct said_value value = {.length = read_u32(r)};

	value.stored = value.length > VALUE_INLINE_MAX ? DIGEST_BYTES : value.length;
	value.bytes = read_bytes(r, value.stored);
	return value;
}

static void read_claim(struct reader *r, struct told *out)
{
	out->slot = read_u64(r);
	out->ballot = read_ballot(r);
	out->value = read_value(r);
}

/* The fields stand in the order of enum message_field; none is read behind the claims. */
static enum drop read_statement(const struct wire_context *context, const struct signed_body *part,
				struct statement *out)
{
	struct reader r = {part->body, part->length, DROP_NOTHING};

	memset(out, 0, sizeof *out);
	if (part->length > BRIEF_BYTES_MAX)
		return DROP_OVERSIZED;
	out->type = read_u8(&r);
	const uint8_t *cluster = read_bytes(&r, sizeof context->cluster);
	if (cluster == NULL)
		return DROP_SHORT;
	if (memcmp(cluster, context->cluster, sizeof context->cluster) != 0)
		return DROP_CLUSTER;
	uint32_t epoch = read_u32(&r);
	if (r.wrong == DROP_NOTHING && epoch != context->epoch)
		return DROP_EPOCH;
	read_u32(&r); /* the policy */
	out->signer = read_u8(&r);

	unsigned set = message_fields(out->type);
	if (r.wrong == DROP_NOTHING && set == 0)
		return DROP_TYPE;
	if (set & FIELD_BALLOT)
		out->ballot = read_ballot(&r);
	if (set & FIELD_SLOT)
		out->slot = read_u64(&r);
	if (set & FIELD_LOW)
		out->low = read_u64(&r);
	if (set & FIELD_VALUE)
		out->value = read_value(&r);
	if (set & FIELD_CLAIMS) {
		struct told told;

		out->claims = read_u16(&r);
		read_check(&r, out->claims <= SLOTS_OPEN_MAX);
		out->claim = r;
		for (unsigned i = 0; i < out->claims && r.wrong == DROP_NOTHING; i++)
			read_claim(&r, &told);
	}
	return r.wrong;
}

static bool is_same(const struct said_value *a, const struct said_value *b)
{
	return a->length == b->length &&
	       (a->stored == 0 || memcmp(a->bytes, b->bytes, a->stored) == 0);
}

/* Two messages of one type about one ballot and slot that name different values. */
static bool is_double(const struct statement *a, const struct statement *b)
{
	return ballot_cmp(a->ballot, b->ballot) == 0 && a->slot == b->slot &&
	       !is_same(&a->value, &b->value);
}

/* What the promise tells about a slot; false: nothing, not even "none", for it closed the slot or
 * was not asked about it. */
static bool promise_tells(const struct statement *p, slot_number slot, struct told *out)
{
	struct reader r = p->claim;

	if (slot < p->slot || slot < p->low)
		return false;
	for (unsigned i = 0; i < p->claims; i++) {
		read_claim(&r, out);
		if (out->slot == slot)
			return true;
	}
	*out = (struct told){.slot = slot};
	return true;
}

/* A vote, and a promise that was given after it. Votes only rise and a promise tells the highest
 * (Paxos Made Simple, 2.2); what was voted at a ballot stays what it was. */
static enum proof_kind judge_vote(const struct told *vote, struct ballot voted_before,
				  const struct statement *promise)
{
	struct told told;

	if (!promise_tells(promise, vote->slot, &told))
		return PROOF_NOTHING;
	const int order = ballot_cmp(told.ballot, vote->ballot);
	if (order == 0 && !is_same(&told.value, &vote->value))
		return PROOF_CHANGED_VOTE;
	/* Only a higher promise is surely younger than the vote. */
	if (order < 0 && ballot_cmp(promise->ballot, voted_before) > 0)
		return PROOF_HIDDEN_VOTE;
	return PROOF_NOTHING;
}

/* Two promises. Those of a higher ballot come later; those of one ballot repeat each other, for a
 * vote in between ends the repetition. */
static enum proof_kind judge_promises(const struct statement *first, const struct statement *second,
				      slot_number *slot)
{
	struct reader r = first->claim;
	struct told vote, told;

	if (ballot_cmp(first->ballot, second->ballot) > 0)
		return PROOF_NOTHING;
	for (unsigned i = 0; i < first->claims; i++) {
		read_claim(&r, &vote);
		if (!promise_tells(second, vote.slot, &told))
			continue;
		const int order = ballot_cmp(told.ballot, vote.ballot);
		if (order > 0 || (order == 0 && is_same(&told.value, &vote.value)))
			continue;
		*slot = vote.slot;
		return PROOF_TWO_STORIES;
	}
	return PROOF_NOTHING;
}

static enum proof_kind judge_accepted(const struct statement *accepted,
				      const struct statement *promise, slot_number *slot)
{
	const struct told vote = {accepted->slot, accepted->ballot, accepted->value};

	*slot = accepted->slot;
	return judge_vote(&vote, accepted->ballot, promise);
}

/* P2c by the owner's own account: its NewView names the votes that bind the ballot. */
static enum proof_kind judge_accept(const struct statement *accept, const struct statement *view,
				    slot_number *slot)
{
	struct told told;

	*slot = accept->slot;
	if (ballot_cmp(accept->ballot, view->ballot) != 0 ||
	    !promise_tells(view, accept->slot, &told) || ballot_is_none(told.ballot))
		return PROOF_NOTHING;
	return is_same(&told.value, &accept->value) ? PROOF_NOTHING : PROOF_OVERRIDDEN;
}

/* In this order; who finds proofs tries both. */
static enum proof_kind judge(const struct statement *a, const struct statement *b,
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

	if (read_statement(context, a, &said[0]) != DROP_NOTHING ||
	    read_statement(context, b, &said[1]) != DROP_NOTHING ||
	    said[0].signer != said[1].signer)
		return false;
	*out = (struct evidence){.accused = said[0].signer, .parts = 2, .part = {*a, *b}};
	out->kind = judge(&said[0], &said[1], &out->slot);
	if (out->kind == PROOF_NOTHING) {
		out->part[0] = *b;
		out->part[1] = *a;
		out->kind = judge(&said[1], &said[0], &out->slot);
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

static enum drop verify_signature(const struct signed_body *part, const struct crypto *crypto,
				  const struct public_key *key)
{
	struct frame frame; /* not cleared: only what is verified is read */

	frame.is_signed = frame.is_brief = true;
	frame.body = part->body;
	frame.body_length = part->length;
	frame.signature = part->signature;
	return frame_verify(&frame, crypto, key) ? DROP_NOTHING : DROP_SIGNATURE;
}

/* Every part is the accused's own word, here and in this run. */
static enum drop verify_parts(const struct evidence *e, const struct wire_context *context,
			      const struct crypto *crypto, const struct public_key *keys,
			      struct statement said[EVIDENCE_PARTS_MAX])
{
	if (e->accused == NODE_NONE || e->accused > context->nodes)
		return DROP_SENDER;
	if (!is_row(e->kind) || e->parts != proofs[e->kind].parts)
		return DROP_TYPE;
	for (unsigned i = 0; i < e->parts; i++) {
		enum drop why = read_statement(context, &e->part[i], &said[i]);

		if (why != DROP_NOTHING)
			return why;
		if (said[i].signer != e->accused)
			return DROP_SENDER;
		why = verify_signature(&e->part[i], crypto, &keys[e->accused]);
		if (why != DROP_NOTHING)
			return why;
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
	if (judge(&said[0], &said[1], &slot) != e->kind || slot != e->slot)
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

static void value_words(const struct said_value *value, char out[VALUE_WORDS + 8])
{
	const uint8_t *bytes = value->bytes;
	uint32_t shown = value->length < VALUE_WORDS ? value->length : VALUE_WORDS;

	if (value->length == 0) {
		snprintf(out, VALUE_WORDS + 8, "no-op");
		return;
	}
	if (value->length > VALUE_INLINE_MAX) {
		snprintf(out, VALUE_WORDS + 8, "~%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1],
			 bytes[2], bytes[3], bytes[4], bytes[5]);
		return;
	}
	for (uint32_t i = 0; i < shown; i++)
		out[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	snprintf(out + shown, VALUE_WORDS + 8 - shown, "%s", shown < value->length ? "..." : "");
}

static void ballot_words(struct ballot ballot, char out[16])
{
	if (ballot.round == ROUND_MAX)
		snprintf(out, 16, "max.%u", ballot.node);
	else
		snprintf(out, 16, "%u.%u", ballot.round, ballot.node);
}

static void promise_words(const struct statement *p, const char *ballot, slot_number slot,
			  char *out, size_t size)
{
	char at[16], value[VALUE_WORDS + 8];
	struct told told;

	if (!promise_tells(p, slot, &told)) {
		snprintf(out, size, "PROMISE %s", ballot);
		return;
	}
	ballot_words(told.ballot, at);
	value_words(&told.value, value);
	if (ballot_is_none(told.ballot))
		snprintf(out, size, "PROMISE %s (slot %llu: nothing accepted)", ballot,
			 (unsigned long long)slot);
	else
		snprintf(out, size, "PROMISE %s (slot %llu: accepted %s=%s)", ballot,
			 (unsigned long long)slot, at, value);
}

/* A context that fits the part itself: words are made of what is not verified, too. */
static bool read_anyhow(const struct signed_body *part, struct statement *said)
{
	struct wire_context own = {.nodes = NODES_MAX};
	struct reader r = {part->body, part->length, DROP_NOTHING};

	read_u8(&r);
	read_copy(&r, own.cluster, sizeof own.cluster);
	own.epoch = read_u32(&r);
	return r.wrong == DROP_NOTHING && read_statement(&own, part, said) == DROP_NOTHING;
}

uint32_t evidence_epoch(const struct evidence *e)
{
	struct wire_context of;
	struct reader r = {e->part[0].body, e->part[0].length, DROP_NOTHING};

	read_u8(&r);
	read_copy(&r, of.cluster, sizeof of.cluster);
	const uint32_t epoch = read_u32(&r);
	return e->parts > 0 && r.wrong == DROP_NOTHING ? epoch : 0;
}

enum message_type evidence_part_type(const struct evidence *e, unsigned part, struct ballot *ballot)
{
	struct statement said;

	*ballot = BALLOT_NONE;
	if (part >= e->parts || !read_anyhow(&e->part[part], &said))
		return MSG_NONE;
	*ballot = said.ballot;
	return said.type;
}

void evidence_part_words(const struct evidence *e, unsigned part, char *out, size_t size)
{
	char ballot[16], value[VALUE_WORDS + 8], type[16];
	struct statement said;
	struct evidence inner;

	assert(part < e->parts);
	if (!read_anyhow(&e->part[part], &said)) {
		snprintf(out, size, "no message");
		return;
	}
	snprintf(type, sizeof type, "%s", message_name(said.type));
	for (char *c = type; *c != 0; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	ballot_words(said.ballot, ballot);
	value_words(&said.value, value);
	if (said.type == MSG_PROMISE)
		promise_words(&said, ballot, e->slot, out, size);
	else if (said.type == MSG_EVIDENCE &&
		 evidence_decode(e->accusation, e->accusation_length, &inner) == DROP_NOTHING)
		snprintf(out, size, "%s against n%u (%s)", type, inner.accused,
			 proof_name(inner.kind));
	else if (said.type == MSG_EVIDENCE)
		snprintf(out, size, "%s of no known form", type);
	else if (message_fields(said.type) & FIELD_VALUE)
		snprintf(out, size, "%s %s=%s", type, ballot, value);
	else
		snprintf(out, size, "%s %s", type, ballot);
}

void evidence_words(const struct evidence *e, char out[EVIDENCE_WORDS_MAX])
{
	char part[EVIDENCE_PARTS_MAX][112] = {"", ""};

	for (unsigned i = 0; i < e->parts && i < EVIDENCE_PARTS_MAX; i++)
		evidence_part_words(e, i, part[i], sizeof part[i]);
	if (e->parts == 2)
		snprintf(out, EVIDENCE_WORDS_MAX, "n%u %s: %s and %s, in slot %llu", e->accused,
			 proof_words(e->kind), part[0], part[1], (unsigned long long)e->slot);
	else
		snprintf(out, EVIDENCE_WORDS_MAX, "n%u %s: %s", e->accused, proof_words(e->kind),
			 part[0]);
}
