/* The codec of messages: one encoder and one decoder a field, driven by the fields of the type's
 * row in proto/core/messages.def. Nothing here knows what a Promise is. */
#include "proto/wire/frame.h"

#include <assert.h>

#include "proto/wire/fields.h"

#define FLAG_SIGNED     1
#define FLAG_PROOFS     2
#define ENVELOPE_SENDER 2
#define ENVELOPE_TO     3 /* where `to` begins */
#define ENVELOPE_LENGTH 18
#define BODY_HEAD       18
#define CLAIM_HEAD      13 /* slot and ballot */
#define FIELD_COUNT     8

static const uint8_t domain[] = "paxos-tui message 1";

/* Where the bytes of a value lie until it is known that they may be interned. */
struct span {
	const uint8_t *bytes;
	uint32_t length;
	bool is_digest; /* bytes are the digest of a value of this length */
};

struct decoding {
	struct reader reader;
	uint8_t nodes;
	bool brief;
	bool has_proofs;
	struct frame *frame;
	const struct known_value *known; /* brief */
	unsigned known_count;
	struct span value;
	struct span claim_value[SLOTS_OPEN_MAX]; /* as many as message.claims are set */
};

struct encoding {
	struct writer writer;
	uint8_t nodes;
	const struct message *message;
	const uint8_t *view;
	const struct values *values;
};

static void put_owned_ballot(struct encoding *e, struct ballot ballot)
{
	assert(ballot_is_somebodys(ballot, e->nodes));
	write_ballot(&e->writer, ballot);
}

static struct ballot get_owned_ballot(struct decoding *d)
{
	struct ballot ballot = read_ballot(&d->reader);

	read_check(&d->reader, ballot_is_somebodys(ballot, d->nodes));
	return ballot;
}

static void put_slot_number(struct encoding *e, slot_number slot)
{
	assert(slot != SLOT_NONE);
	write_u64(&e->writer, slot);
}

static slot_number get_slot_number(struct decoding *d)
{
	slot_number slot = read_u64(&d->reader);

	read_check(&d->reader, slot != SLOT_NONE);
	return slot;
}

static void put_bytes_of(struct encoding *e, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(e->values, ref, &length);

	assert(ref != VALUE_NONE);
	write_u32(&e->writer, length);
	write_bytes(&e->writer, bytes, length);
}

static struct span get_span(struct decoding *d)
{
	struct span span;

	span.length = read_u32(&d->reader);
	read_check(&d->reader, span.length <= VALUE_BYTES_MAX);
	span.is_digest = d->brief && span.length > VALUE_INLINE_MAX;
	span.bytes = read_bytes(&d->reader, span.is_digest ? DIGEST_BYTES : span.length);
	return span;
}

static void put_ballot(struct encoding *e)
{
	put_owned_ballot(e, e->message->ballot);
}

static void get_ballot(struct decoding *d)
{
	d->frame->message.ballot = get_owned_ballot(d);
}

static void put_slot(struct encoding *e)
{
	put_slot_number(e, e->message->slot);
}

static void get_slot(struct decoding *d)
{
	d->frame->message.slot = get_slot_number(d);
}

static void put_low(struct encoding *e)
{
	put_slot_number(e, e->message->low);
}

static void get_low(struct decoding *d)
{
	d->frame->message.low = get_slot_number(d);
}

static void put_value(struct encoding *e)
{
	put_bytes_of(e, e->message->value);
}

static void get_value(struct decoding *d)
{
	d->value = get_span(d);
}

static void put_claims(struct encoding *e)
{
	const struct message *message = e->message;

	assert(message->claims <= SLOTS_OPEN_MAX);
	write_u16(&e->writer, message->claims);
	for (unsigned i = 0; i < message->claims; i++) {
		const struct claim *claim = &message->claim[i];

		assert(claim->slot >= message->slot);
		assert(i == 0 || claim->slot > message->claim[i - 1].slot);
		put_slot_number(e, claim->slot);
		put_owned_ballot(e, claim->ballot);
		put_bytes_of(e, claim->value);
	}
}

static void get_claims(struct decoding *d)
{
	struct frame *frame = d->frame;
	uint16_t claims = read_u16(&d->reader);

	read_check(&d->reader, claims <= SLOTS_OPEN_MAX);
	for (uint16_t i = 0; i < claims && d->reader.wrong == DROP_NOTHING; i++) {
		struct claim *claim = &frame->claim[i];

		claim->slot = get_slot_number(d);
		read_check(&d->reader, claim->slot >= frame->message.slot);
		read_check(&d->reader, i == 0 || claim->slot > frame->claim[i - 1].slot);
		claim->ballot = get_owned_ballot(d);
		d->claim_value[i] = get_span(d);
	}
	frame->message.claims = claims;
}

/* The one ballot that may be none: whoever refuses a slot too far ahead may have promised nobody.
 */
static void put_promised(struct encoding *e)
{
	assert(ballot_is_none(e->message->promised) ||
	       ballot_is_somebodys(e->message->promised, e->nodes));
	write_ballot(&e->writer, e->message->promised);
}

static void get_promised(struct decoding *d)
{
	struct ballot promised = read_ballot(&d->reader);

	read_check(&d->reader, ballot_is_none(promised) || ballot_is_somebodys(promised, d->nodes));
	d->frame->message.promised = promised;
}

static bool refusal_is_known(unsigned why)
{
	return why != REFUSE_NOTHING && why < REFUSALS && refusal_name(why)[0] != '?';
}

static void put_why(struct encoding *e)
{
	assert(refusal_is_known(e->message->why));
	write_u8(&e->writer, (uint8_t)e->message->why);
}

static void get_why(struct decoding *d)
{
	uint8_t why = read_u8(&d->reader);

	read_check(&d->reader, refusal_is_known(why));
	d->frame->message.why = why;
}

static void put_view(struct encoding *e)
{
	write_bytes(&e->writer, e->view, DIGEST_BYTES);
}

static void get_view(struct decoding *d)
{
	read_copy(&d->reader, d->frame->view, DIGEST_BYTES);
}

/* By the place of its bit in enum message_field. */
static const struct field {
	void (*put)(struct encoding *e);
	void (*get)(struct decoding *d);
} fields[FIELD_COUNT] = {
	{put_ballot, get_ballot}, {put_slot, get_slot},     {put_low, get_low},
	{put_value, get_value},   {put_claims, get_claims}, {put_promised, get_promised},
	{put_why, get_why},       {put_view, get_view},
};

_Static_assert(FIELD_VIEW == 1 << (FIELD_COUNT - 1), "a field without a codec");

bool frame_peek(const uint8_t *bytes, size_t length, node_id *sender, node_set *to)
{
	if (length < ENVELOPE_TO + 4)
		return false;

	struct reader reader = {bytes + ENVELOPE_TO, 4, DROP_NOTHING};

	*sender = bytes[ENVELOPE_SENDER];
	*to = read_u32(&reader);
	return true;
}

static bool is_member(node_id node, uint8_t nodes)
{
	return node != NODE_NONE && node <= nodes;
}

static void put_heads(struct writer *w, const struct wire_context *context,
		      const struct frame *frame, bool is_signed)
{
	assert(is_member(frame->sender, context->nodes));
	assert(is_member(frame->id.source, context->nodes));
	assert(is_member(frame->message.from, context->nodes));
	assert(frame->to != 0 && (frame->to & ~set_first(context->nodes)) == 0);
	assert(frame->id.boot != 0 && frame->id.number != 0);
	write_u8(w, WIRE_VERSION);
	write_u8(w, (is_signed ? FLAG_SIGNED : 0) | (frame->proofs_length > 0 ? FLAG_PROOFS : 0));
	write_u8(w, frame->sender);
	write_u32(w, frame->to);
	write_message_id(w, frame->id);
	write_u8(w, (uint8_t)frame->message.type);
	write_bytes(w, context->cluster, sizeof context->cluster);
	write_u32(w, context->epoch);
	write_u32(w, frame->policy);
	write_u8(w, frame->message.from);
}

static void brief_value(struct reader *r, struct writer *w)
{
	uint8_t digest[DIGEST_BYTES];
	uint32_t length = read_u32(r);
	const uint8_t *bytes = read_bytes(r, length);

	assert(bytes != NULL);
	write_u32(w, length);
	if (length <= VALUE_INLINE_MAX) {
		write_bytes(w, bytes, length);
		return;
	}
	crypto_digest(bytes, length, digest);
	write_bytes(w, digest, DIGEST_BYTES);
}

/* What is signed of a body: short values as they are, long ones as their digests. */
static size_t brief_of(unsigned set, const uint8_t *body, size_t length, uint8_t *out)
{
	static const uint8_t width[FIELD_COUNT] = {5, 8, 8, 0, 0, 5, 1, DIGEST_BYTES};
	struct reader r = {body, length, DROP_NOTHING};
	struct writer w = {out, BRIEF_BYTES_MAX, false};

	write_bytes(&w, read_bytes(&r, BODY_HEAD), BODY_HEAD);
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		unsigned values = (1u << i) == FIELD_VALUE;

		if ((set & (1u << i)) == 0)
			continue;
		if (width[i] > 0)
			write_bytes(&w, read_bytes(&r, width[i]), width[i]);
		if ((1u << i) == FIELD_CLAIMS) {
			values = read_u16(&r);
			write_u16(&w, (uint16_t)values);
		}
		while (values-- > 0) {
			if ((1u << i) == FIELD_CLAIMS)
				write_bytes(&w, read_bytes(&r, CLAIM_HEAD), CLAIM_HEAD);
			brief_value(&r, &w);
		}
	}
	assert(r.wrong == DROP_NOTHING && r.left == 0 && !w.full);
	return BRIEF_BYTES_MAX - w.left;
}

static void sign(unsigned set, const uint8_t *body, size_t length, const struct crypto *crypto,
		 const struct secret_key *key, uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t brief[BRIEF_BYTES_MAX];

	size_t brief_length = brief_of(set, body, length, brief);
	crypto->sign(key, domain, sizeof domain, brief, brief_length, signature);
}

size_t frame_encode(const struct wire_context *context, const struct frame *frame,
		    const struct values *values, const struct crypto *crypto,
		    const struct secret_key *key, uint8_t *bytes, size_t capacity)
{
	struct encoding e = {
		.writer = {bytes, capacity, false},
		.nodes = context->nodes,
		.message = &frame->message,
		.view = frame->view,
		.values = values,
	};
	unsigned set = message_fields_under(frame->message.type, frame->policy);

	assert(set != 0);
	put_heads(&e.writer, context, frame, key != NULL);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].put(&e);

	size_t body_length = (size_t)(e.writer.at - bytes) - ENVELOPE_LENGTH;

	if (key != NULL) {
		uint8_t *signature = write_room(&e.writer, SIGNATURE_BYTES);

		if (signature != NULL)
			sign(set, bytes + ENVELOPE_LENGTH, body_length, crypto, key, signature);
	}
	if (frame->proofs_length > 0) {
		write_u32(&e.writer, (uint32_t)frame->proofs_length);
		write_bytes(&e.writer, frame->proofs, frame->proofs_length);
	}
	return e.writer.full ? 0 : (size_t)(e.writer.at - bytes);
}

/* Envelope and then the head of the body are read in the order in which a stranger's frame is best
 * explained: another format, another cluster, another run, then what is wrong within ours. */
static void get_envelope(struct decoding *d)
{
	struct reader *r = &d->reader;
	struct frame *frame = d->frame;
	uint8_t version = read_u8(r);

	if (r->wrong == DROP_NOTHING && version != WIRE_VERSION)
		read_refuse(r, DROP_VERSION);

	uint8_t flags = read_u8(r);

	read_check(r, (flags & ~(FLAG_SIGNED | FLAG_PROOFS)) == 0);
	if (r->wrong == DROP_NOTHING && r->left < ENVELOPE_LENGTH - 2 + BODY_HEAD)
		read_refuse(r, DROP_SHORT);
	frame->is_signed = (flags & FLAG_SIGNED) != 0;
	d->has_proofs = (flags & FLAG_PROOFS) != 0;
	frame->sender = read_u8(r);
	frame->to = read_u32(r);
	frame->id.source = read_u8(r);
	frame->id.boot = read_u16(r);
	frame->id.number = read_u64(r);
}

static void get_body_head(struct decoding *d, const struct wire_context *context)
{
	struct reader *r = &d->reader;
	struct frame *frame = d->frame;

	frame->body = r->at;

	uint8_t type = read_u8(r);
	const uint8_t *cluster = read_bytes(r, sizeof context->cluster);

	if (cluster == NULL)
		return;
	if (memcmp(cluster, context->cluster, sizeof context->cluster) != 0)
		read_refuse(r, DROP_CLUSTER);
	if (read_u32(r) != context->epoch)
		read_refuse(r, DROP_EPOCH);
	frame->policy = read_u32(r);
	frame->message.from = read_u8(r);
	if (message_fields(type) == 0)
		read_refuse(r, DROP_TYPE);
	if (!is_member(frame->sender, context->nodes) ||
	    !is_member(frame->id.source, context->nodes) ||
	    !is_member(frame->message.from, context->nodes))
		read_refuse(r, DROP_SENDER);
	read_check(r, frame->to != 0 && (frame->to & ~set_first(context->nodes)) == 0);
	read_check(r, frame->id.boot != 0 && frame->id.number != 0);
	frame->message.type = type;
}

static void clear_message(struct message *message)
{
	message->ballot = BALLOT_NONE;
	message->slot = 0;
	message->low = 0;
	message->promised = BALLOT_NONE;
	message->why = REFUSE_NOTHING;
	message->value = VALUE_NONE;
	message->claims = 0;
	message->proof = message->view = PROOF_NONE;
	message->proofs = message->told = 0;
	message->proof_list = NULL;
	message->tell = NULL;
}

static value_ref resolve(const struct decoding *d, const uint8_t *digest)
{
	for (unsigned i = 0; i < d->known_count; i++)
		if (memcmp(d->known[i].digest, digest, DIGEST_BYTES) == 0)
			return d->known[i].value;
	return VALUE_UNKNOWN;
}

static bool intern(const struct decoding *d, struct values *values, struct span span,
		   value_ref *out)
{
	if (span.is_digest) {
		*out = resolve(d, span.bytes);
		return true;
	}
	*out = values_intern(values, span.bytes, span.length);
	return *out != VALUE_NONE;
}

static bool intern_all(const struct decoding *d, struct values *values, unsigned set)
{
	struct frame *frame = d->frame;

	if ((set & FIELD_VALUE) && !intern(d, values, d->value, &frame->message.value))
		return false;
	for (unsigned i = 0; i < frame->message.claims; i++)
		if (!intern(d, values, d->claim_value[i], &frame->claim[i].value))
			return false;
	return true;
}

/* The fields behind the head of the body, which is at hand. */
static void get_fields(struct decoding *d)
{
	struct frame *frame = d->frame;
	unsigned set = message_fields_under(frame->message.type, frame->policy);

	clear_message(&frame->message);
	frame->message.to = frame->to;
	frame->message.claim = frame->claim;
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].get(d);
	frame->body_length = (size_t)(d->reader.at - frame->body);
}

enum drop frame_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       struct values *values, struct frame *out)
{
	struct decoding d; /* not cleared: it is large, and what is read was written before */

	if (length > FRAME_BYTES_MAX)
		return DROP_OVERSIZED;
	d.reader = (struct reader){bytes, length, DROP_NOTHING};
	d.nodes = context->nodes;
	d.frame = out;
	d.brief = out->is_brief = false;
	get_envelope(&d);
	get_body_head(&d, context);
	if (d.reader.wrong != DROP_NOTHING)
		return d.reader.wrong;
	get_fields(&d);
	out->signature = out->is_signed ? read_bytes(&d.reader, SIGNATURE_BYTES) : NULL;
	out->proofs_length = 0;
	if (d.has_proofs) {
		out->proofs_length = read_u32(&d.reader);
		read_check(&d.reader, out->proofs_length > 0);
		if (out->proofs_length > PROOFS_BYTES_MAX)
			read_refuse(&d.reader, DROP_OVERSIZED);
	}
	out->proofs = d.has_proofs ? read_bytes(&d.reader, out->proofs_length) : NULL;
	if (read_end(&d.reader) != DROP_NOTHING)
		return d.reader.wrong;
	return intern_all(&d, values, message_fields(out->message.type)) ? DROP_NOTHING : DROP_FULL;
}

enum drop brief_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       struct values *values, const struct known_value *known, unsigned known_count,
		       struct frame *out)
{
	struct decoding d;

	if (length > BRIEF_BYTES_MAX)
		return DROP_OVERSIZED;
	if (length < BODY_HEAD)
		return DROP_SHORT;
	d.reader = (struct reader){bytes, length, DROP_NOTHING};
	d.nodes = context->nodes;
	d.frame = out;
	d.brief = out->is_brief = true;
	d.known = known;
	d.known_count = known_count;
	/* There is no envelope: it came from who signed it. */
	out->sender = out->id.source = bytes[BODY_HEAD - 1];
	out->to = 1;
	out->id.boot = 1;
	out->id.number = 1;
	get_body_head(&d, context);
	if (d.reader.wrong != DROP_NOTHING)
		return d.reader.wrong;
	get_fields(&d);
	out->is_signed = true;
	out->signature = NULL;
	out->proofs = NULL;
	out->proofs_length = 0;
	if (read_end(&d.reader) != DROP_NOTHING)
		return d.reader.wrong;
	return intern_all(&d, values, message_fields(out->message.type)) ? DROP_NOTHING : DROP_FULL;
}

size_t frame_brief(const struct frame *frame, uint8_t out[BRIEF_BYTES_MAX])
{
	if (frame->is_brief) {
		memcpy(out, frame->body, frame->body_length);
		return frame->body_length;
	}
	return brief_of(message_fields_under(frame->message.type, frame->policy), frame->body,
			frame->body_length, out);
}

bool frame_verify(const struct frame *frame, const struct crypto *crypto,
		  const struct public_key *key)
{
	uint8_t brief[BRIEF_BYTES_MAX];

	if (!frame->is_signed)
		return false;
	size_t length = frame_brief(frame, brief);
	return crypto->verify(key, domain, sizeof domain, brief, length, frame->signature);
}

void frame_point(struct frame *frame, const uint8_t *bytes, size_t length)
{
	size_t tail = frame->proofs_length > 0 ? 4 + frame->proofs_length : 0;

	assert(length > ENVELOPE_LENGTH + SIGNATURE_BYTES + tail);
	frame->is_signed = true;
	frame->is_brief = false;
	frame->body = bytes + ENVELOPE_LENGTH;
	frame->body_length = length - ENVELOPE_LENGTH - SIGNATURE_BYTES - tail;
	frame->signature = frame->body + frame->body_length;
}

size_t frame_proof(const struct frame *frame, uint8_t out[PROOF_BYTES_MAX])
{
	size_t length = frame_brief(frame, out + 4);
	struct writer w = {out, 4, false};

	memcpy(out + 4 + length, frame->signature, SIGNATURE_BYTES);
	write_u32(&w, (uint32_t)(length + SIGNATURE_BYTES));
	return 4 + length + SIGNATURE_BYTES;
}

bool proof_skip(struct proof_list *proofs, struct proof_entry *entry)
{
	struct reader r = {proofs->at, proofs->left, DROP_NOTHING};
	uint32_t length = read_u32(&r);

	if (read_bytes(&r, length) == NULL || length <= SIGNATURE_BYTES)
		return false;
	*entry = (struct proof_entry){proofs->at, 4 + (size_t)length};
	*proofs = (struct proof_list){r.at, r.left};
	return true;
}

enum drop proof_next(const struct wire_context *context, struct proof_list *proofs,
		     struct values *values, const struct known_value *known, unsigned known_count,
		     struct frame *out, struct proof_entry *entry)
{
	if (!proof_skip(proofs, entry))
		return DROP_SHORT;
	enum drop why = brief_decode(context, entry->bytes + 4, entry->length - 4 - SIGNATURE_BYTES,
				     values, known, known_count, out);
	out->signature = entry->bytes + entry->length - SIGNATURE_BYTES;
	return why;
}

void frame_view_digest(const struct frame *frame, uint8_t digest[DIGEST_BYTES])
{
	uint8_t brief[BRIEF_BYTES_MAX];
	uint8_t both[2 * DIGEST_BYTES];

	crypto_digest(brief, frame_brief(frame, brief), both);
	crypto_digest(frame->proofs, frame->proofs_length, both + DIGEST_BYTES);
	crypto_digest(both, sizeof both, digest);
}
