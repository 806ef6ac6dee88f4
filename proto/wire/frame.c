/* The codec of messages: envelope, head of the body, signature and proofs. What stands between, the
 * fields of the type's row, is the affair of frame_fields.c. */
#include "proto/wire/frame.h"

#include <assert.h>

#include "proto/wire/fields.h"
#include "proto/wire/frame_fields.h"

#define FLAG_SIGNED     1
#define FLAG_PROOFS     2
#define FLAG_HEARSAY    4
#define FLAG_BRIEF      8
#define ENVELOPE_SENDER 2
#define ENVELOPE_TO     3 /* where `to` begins */
#define ENVELOPE_SOURCE 7
#define ENVELOPE_STORED 22 /* where `stored` begins */
#define ENVELOPE_LENGTH 30
#define BODY_HEAD       18
#define CLAIM_HEAD      13 /* slot and ballot */

static const uint8_t domain[] = "paxos-tui message 1";

bool frame_peek(const uint8_t *bytes, size_t length, node_id *sender, node_set *to)
{
	if (length < ENVELOPE_TO + 4)
		return false;

	struct byte_reader reader = {bytes + ENVELOPE_TO, 4, DROP_NOTHING};

	*sender = bytes[ENVELOPE_SENDER];
	*to = read_u32(&reader);
	return true;
}

bool frame_readdress(uint8_t *bytes, size_t length, node_id sender, node_set to)
{
	if (length < ENVELOPE_LENGTH)
		return false;

	struct byte_writer w = {bytes + ENVELOPE_SENDER, ENVELOPE_LENGTH - ENVELOPE_SENDER, false};

	write_u8(&w, sender);
	write_u32(&w, to);
	return true;
}

void frame_stamp(uint8_t *bytes, size_t length, node_id source, uint64_t stored)
{
	if (length < ENVELOPE_LENGTH || bytes[ENVELOPE_SOURCE] != source)
		return;

	struct byte_writer w = {bytes + ENVELOPE_STORED, 8, false};

	write_u64(&w, stored);
}

static bool is_member(node_id node, uint8_t nodes)
{
	return node != NODE_NONE && node <= nodes;
}

static void put_heads(struct byte_writer *w, const struct wire_context *context,
		      const struct frame *frame, bool is_signed, bool brief)
{
	assert(is_member(frame->sender, context->nodes));
	assert(is_member(frame->id.source, context->nodes));
	assert(is_member(frame->message.from, context->nodes));
	assert(frame->to != 0 && (frame->to & ~set_first(context->nodes)) == 0);
	assert(frame->id.boot != 0 && frame->id.number != 0);
	write_u8(w, WIRE_VERSION);
	write_u8(w, (is_signed ? FLAG_SIGNED : 0) | (frame->proofs_length > 0 ? FLAG_PROOFS : 0) |
			    (frame->hearsay.count > 0 ? FLAG_HEARSAY : 0) |
			    (brief ? FLAG_BRIEF : 0));
	write_u8(w, frame->sender);
	write_u32(w, frame->to);
	write_message_id(w, frame->id);
	write_u32(w, frame->life);
	write_u64(w, frame->stored);
	write_u8(w, (uint8_t)frame->message.type);
	write_bytes(w, context->cluster, sizeof context->cluster);
	write_u32(w, context->epoch);
	write_u32(w, frame->policy);
	write_u8(w, frame->message.from);
}

static void brief_value(struct byte_reader *r, const uint8_t *known, struct byte_writer *w)
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
	if (known == NULL)
		crypto_digest(bytes, length, digest);
	write_bytes(w, known != NULL ? known : digest, DIGEST_BYTES);
}

/* What is signed of a body: short values as they are, long ones as their digests. `digest`: that of
 * the message's value, NULL if it is not at hand. */
static size_t brief_of(unsigned set, const uint8_t *body, size_t length, const uint8_t *digest,
		       uint8_t *out)
{
	static const uint8_t width[FRAME_FIELDS] = {5, 8, 8, 0, 0, 5, 1, DIGEST_BYTES, 16, 16};
	struct byte_reader r = {body, length, DROP_NOTHING};
	struct byte_writer w = {out, BRIEF_BYTES_MAX, false};

	write_bytes(&w, read_bytes(&r, BODY_HEAD), BODY_HEAD);
	for (unsigned i = 0; i < FRAME_FIELDS; i++) {
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
			brief_value(&r, (1u << i) == FIELD_VALUE ? digest : NULL, &w);
		}
	}
	assert(r.wrong == DROP_NOTHING && r.left == 0 && !w.full);
	return BRIEF_BYTES_MAX - w.left;
}

static bool has_long_value(const struct message *m, const struct values *values)
{
	uint32_t length;

	if ((message_fields(m->type) & FIELD_VALUE) == 0)
		return false;
	values_bytes(values, m->value, &length);
	return length > VALUE_INLINE_MAX;
}

/* Signs the body that was just encoded. */
static void sign_body(const struct encoding *e, unsigned set, const uint8_t *body, size_t length,
		      const struct crypto *crypto, const struct secret_key *key,
		      uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t brief[BRIEF_BYTES_MAX];
	const uint8_t *digest = NULL;

	if (e->brief) {
		crypto->sign(key, domain, sizeof domain, body, length, signature);
		return;
	}
	if (has_long_value(e->message, e->values))
		digest = values_digest(e->values, e->message->value, crypto_digest);
	length = brief_of(set, body, length, digest, brief);
	crypto->sign(key, domain, sizeof domain, brief, length, signature);
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
	e.is_signed = key != NULL;
	e.brief = frame->message.refers && (set & BY_REFERENCE) != 0 &&
		  has_long_value(&frame->message, values);
	put_heads(&e.writer, context, frame, key != NULL, e.brief);
	frame_fields_put(&e, set);

	size_t body_length = (size_t)(e.writer.at - bytes) - ENVELOPE_LENGTH;

	if (key != NULL) {
		uint8_t *signature = write_room(&e.writer, SIGNATURE_BYTES);

		if (signature != NULL)
			sign_body(&e, set, bytes + ENVELOPE_LENGTH, body_length, crypto, key,
				  signature);
	}
	if (frame->proofs_length > 0) {
		write_u32(&e.writer, (uint32_t)frame->proofs_length);
		write_bytes(&e.writer, frame->proofs, frame->proofs_length);
	}
	hearsay_write(&e.writer, &frame->hearsay);
	return e.writer.full ? 0 : (size_t)(e.writer.at - bytes);
}

static void get_stamps(struct byte_reader *r, struct frame *frame)
{
	frame->sender = read_u8(r);
	frame->to = read_u32(r);
	frame->id.source = read_u8(r);
	frame->id.boot = read_u16(r);
	frame->id.number = read_u64(r);
	frame->life = read_u32(r);
	frame->stored = read_u64(r);
}

/* The first reason counts, so the checks go from far to near: another format, another cluster,
 * another run, then what is wrong within this one. */
static void get_envelope(struct decoding *d)
{
	struct byte_reader *r = &d->reader;
	struct frame *frame = d->frame;
	uint8_t version = read_u8(r);

	if (r->wrong == DROP_NOTHING && version != WIRE_VERSION)
		read_refuse(r, DROP_VERSION);

	uint8_t flags = read_u8(r);

	read_check(r, (flags & ~(FLAG_SIGNED | FLAG_PROOFS | FLAG_HEARSAY | FLAG_BRIEF)) == 0);
	if (r->wrong == DROP_NOTHING && r->left < ENVELOPE_LENGTH - 2 + BODY_HEAD)
		read_refuse(r, DROP_SHORT);
	frame->is_signed = (flags & FLAG_SIGNED) != 0;
	d->has_proofs = (flags & FLAG_PROOFS) != 0;
	d->has_hearsay = (flags & FLAG_HEARSAY) != 0;
	d->brief = frame->is_brief = (flags & FLAG_BRIEF) != 0;
	get_stamps(r, frame);
}

static void get_body_head(struct decoding *d, const struct wire_context *context)
{
	struct byte_reader *r = &d->reader;
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
	message->refers = false;
	message->known = message->voted = message->wanted = 0;
	message->unsure = message->ask = 0;
	message->claims = 0;
	message->proof = message->view = PROOF_NONE;
	message->proofs = message->told = 0;
	message->late = false;
	message->proof_list = NULL;
	message->tell = NULL;
}

static value_ref value_of_digest(const struct decoding *d, const uint8_t *digest)
{
	for (unsigned i = 0; i < d->known_count; i++)
		if (memcmp(d->known[i].digest, digest, DIGEST_BYTES) == 0)
			return d->known[i].value;
	return VALUE_UNKNOWN;
}

static bool intern_span(const struct decoding *d, struct values *values, struct span span,
			value_ref *out)
{
	if (span.is_digest) {
		*out = value_of_digest(d, span.bytes);
		return true;
	}
	*out = values_intern(values, span.bytes, span.length);
	return *out != VALUE_NONE;
}

static bool intern_all(const struct decoding *d, struct values *values, unsigned set)
{
	struct frame *frame = d->frame;

	if ((set & FIELD_VALUE) && !intern_span(d, values, d->value, &frame->message.value))
		return false;
	for (unsigned i = 0; i < frame->message.claims; i++)
		if (!intern_span(d, values, d->claim_value[i], &frame->claim[i].value))
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
	frame_fields_get(d, set);
	frame->body_length = (size_t)(d->reader.at - frame->body);
}

/* A reference is of a long value, in a message that may have one. */
static bool is_reference(const struct decoding *d)
{
	return (message_fields(d->frame->message.type) & BY_REFERENCE) != 0 && d->value.is_digest;
}

/* Of a long value, where it is needed: it is told, or the signature covers it. */
static void keep_digest(const struct decoding *d, const struct values *values)
{
	struct frame *frame = d->frame;

	frame->has_digest = (message_fields(frame->message.type) & FIELD_VALUE) != 0 &&
			    d->value.length > VALUE_INLINE_MAX && (d->brief || frame->is_signed);
	if (!frame->has_digest)
		return;
	frame->value_length = d->value.length;
	memcpy(frame->value_digest,
	       d->brief ? d->value.bytes
			: values_digest(values, frame->message.value, crypto_digest),
	       frame->is_signed ? DIGEST_BYTES : UNSIGNED_DIGEST_BYTES);
}

enum drop frame_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       struct values *values, struct frame *out)
{
	struct decoding d; /* not cleared: it is large, and what is read was written before */

	if (length > FRAME_BYTES_MAX)
		return DROP_OVERSIZED;
	d.reader = (struct byte_reader){bytes, length, DROP_NOTHING};
	d.nodes = context->nodes;
	d.frame = out;
	d.known_count = 0;
	get_envelope(&d);
	get_body_head(&d, context);
	if (d.reader.wrong != DROP_NOTHING)
		return d.reader.wrong;
	get_fields(&d);
	if (d.brief)
		read_check(&d.reader, is_reference(&d));
	out->signature = out->is_signed ? read_bytes(&d.reader, SIGNATURE_BYTES) : NULL;
	out->proofs_length = 0;
	if (d.has_proofs) {
		out->proofs_length = read_u32(&d.reader);
		read_check(&d.reader, out->proofs_length > 0);
		if (out->proofs_length > PROOFS_BYTES_MAX)
			read_refuse(&d.reader, DROP_OVERSIZED);
	}
	out->proofs = d.has_proofs ? read_bytes(&d.reader, out->proofs_length) : NULL;
	out->hearsay.count = 0;
	if (d.has_hearsay)
		hearsay_read(&d.reader, context->nodes, &out->hearsay);
	if (read_end(&d.reader) != DROP_NOTHING)
		return d.reader.wrong;
	if (!intern_all(&d, values, message_fields(out->message.type)))
		return DROP_FULL;
	keep_digest(&d, values);
	return DROP_NOTHING;
}

/* Has the value the digest that the frame tells? */
static bool is_meant(const struct frame *frame, const struct values *values, value_ref value)
{
	struct value_sketch sketch;
	uint8_t quick[UNSIGNED_DIGEST_BYTES];
	struct byte_writer w = {quick, sizeof quick, false};

	if (!values_sketch(values, value, &sketch) || sketch.length != frame->value_length)
		return false;
	if (frame->is_signed)
		return memcmp(values_digest(values, value, crypto_digest), frame->value_digest,
			      DIGEST_BYTES) == 0;
	write_u64(&w, sketch.digest[0]);
	write_u64(&w, sketch.digest[1]);
	return memcmp(quick, frame->value_digest, sizeof quick) == 0;
}

bool frame_refer(struct frame *frame, const struct values *values, const value_ref *list,
		 unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!is_meant(frame, values, list[i]))
			continue;
		frame->message.value = list[i];
		return true;
	}
	return false;
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
	d.reader = (struct byte_reader){bytes, length, DROP_NOTHING};
	d.nodes = context->nodes;
	d.frame = out;
	d.brief = out->is_brief = true;
	out->has_digest = false;
	d.known = known;
	d.known_count = known_count;
	out->is_signed = true;
	/* There is no envelope: let it have come from its signer. */
	out->sender = out->id.source = bytes[BODY_HEAD - 1];
	out->to = 1;
	out->id.boot = 1;
	out->id.number = 1;
	get_body_head(&d, context);
	if (d.reader.wrong != DROP_NOTHING)
		return d.reader.wrong;
	get_fields(&d);
	out->signature = NULL;
	out->proofs = NULL;
	out->proofs_length = 0;
	out->hearsay.count = 0;
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
			frame->body_length, frame->has_digest ? frame->value_digest : NULL, out);
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

void frame_point(struct frame *frame, const struct values *values, const uint8_t *bytes,
		 size_t length)
{
	size_t tail = (frame->proofs_length > 0 ? 4 + frame->proofs_length : 0) +
		      hearsay_length(&frame->hearsay);

	assert(length > ENVELOPE_LENGTH + SIGNATURE_BYTES + tail);
	frame->is_signed = true;
	frame->is_brief = (bytes[1] & FLAG_BRIEF) != 0;
	frame->has_digest = !frame->is_brief && has_long_value(&frame->message, values);
	if (frame->has_digest)
		memcpy(frame->value_digest,
		       values_digest(values, frame->message.value, crypto_digest), DIGEST_BYTES);
	frame->body = bytes + ENVELOPE_LENGTH;
	frame->body_length = length - ENVELOPE_LENGTH - SIGNATURE_BYTES - tail;
	frame->signature = frame->body + frame->body_length;
}

size_t frame_proof(const struct frame *frame, uint8_t out[PROOF_BYTES_MAX])
{
	size_t length = frame_brief(frame, out + 4);
	struct byte_writer w = {out, 4, false};

	memcpy(out + 4 + length, frame->signature, SIGNATURE_BYTES);
	write_u32(&w, (uint32_t)(length + SIGNATURE_BYTES));
	return 4 + length + SIGNATURE_BYTES;
}

bool proof_skip(struct proof_list *proofs, struct proof_entry *entry)
{
	struct byte_reader r = {proofs->at, proofs->left, DROP_NOTHING};
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
