/* The codec of messages: one encoder and one decoder a field, driven by the fields of the type's
 * row in proto/core/messages.def. Nothing here knows what a Promise is. */
#include "proto/wire/frame.h"

#include <assert.h>

#include "proto/wire/fields.h"

#define FLAG_SIGNED     1
#define ENVELOPE_TO     3 /* where `to` begins */
#define ENVELOPE_LENGTH 18
#define BODY_HEAD       18
#define FIELD_COUNT     7

static const uint8_t domain[] = "paxos-tui message 1";

/* Where the bytes of a value lie until it is known that they may be interned. */
struct span {
	const uint8_t *bytes;
	uint32_t length;
};

struct decoding {
	struct reader reader;
	uint8_t nodes;
	struct frame *frame;
	struct span value;
	struct span claim_value[SLOTS_OPEN_MAX]; /* as many as message.claims are set */
};

struct encoding {
	struct writer writer;
	uint8_t nodes;
	const struct message *message;
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
	span.bytes = read_bytes(&d->reader, span.length);
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

/* By the place of its bit in enum message_field. */
static const struct field {
	void (*put)(struct encoding *e);
	void (*get)(struct decoding *d);
} fields[FIELD_COUNT] = {
	{put_ballot, get_ballot}, {put_slot, get_slot},     {put_low, get_low},
	{put_value, get_value},   {put_claims, get_claims}, {put_promised, get_promised},
	{put_why, get_why},
};

_Static_assert(FIELD_WHY == 1 << (FIELD_COUNT - 1), "a field without a codec");

bool frame_peek_to(const uint8_t *bytes, size_t length, node_set *to)
{
	if (length < ENVELOPE_TO + 4)
		return false;

	struct reader reader = {bytes + ENVELOPE_TO, 4, DROP_NOTHING};

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
	write_u8(w, is_signed ? FLAG_SIGNED : 0);
	write_u8(w, frame->sender);
	write_u32(w, frame->to);
	write_message_id(w, frame->id);
	write_u8(w, (uint8_t)frame->message.type);
	write_bytes(w, context->cluster, sizeof context->cluster);
	write_u32(w, context->epoch);
	write_u32(w, frame->policy);
	write_u8(w, frame->message.from);
}

size_t frame_encode(const struct wire_context *context, const struct frame *frame,
		    const struct values *values, const struct crypto *crypto,
		    const struct secret_key *key, uint8_t *bytes, size_t capacity)
{
	struct encoding e = {
		.writer = {bytes, capacity, false},
		.nodes = context->nodes,
		.message = &frame->message,
		.values = values,
	};
	unsigned set = message_fields(frame->message.type);

	assert(set != 0);
	put_heads(&e.writer, context, frame, key != NULL);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].put(&e);

	size_t body_length = (size_t)(e.writer.at - bytes) - ENVELOPE_LENGTH;

	if (key != NULL) {
		uint8_t *signature = write_room(&e.writer, SIGNATURE_BYTES);

		if (signature != NULL)
			crypto->sign(key, domain, sizeof domain, bytes + ENVELOPE_LENGTH,
				     body_length, signature);
	}
	return e.writer.full ? 0 : (size_t)(e.writer.at - bytes);
}

/* Envelope and the head of the body, in the order in which a stranger's frame is best explained:
 * another format, another cluster, another run, then what is wrong within ours. */
static void get_heads(struct decoding *d, const struct wire_context *context)
{
	struct reader *r = &d->reader;
	struct frame *frame = d->frame;
	uint8_t version = read_u8(r);

	if (r->wrong == DROP_NOTHING && version != WIRE_VERSION)
		read_refuse(r, DROP_VERSION);

	uint8_t flags = read_u8(r);

	read_check(r, (flags & ~FLAG_SIGNED) == 0);
	if (r->wrong == DROP_NOTHING && r->left < ENVELOPE_LENGTH - 2 + BODY_HEAD)
		read_refuse(r, DROP_SHORT);
	frame->is_signed = (flags & FLAG_SIGNED) != 0;
	frame->sender = read_u8(r);
	frame->to = read_u32(r);
	frame->id.source = read_u8(r);
	frame->id.boot = read_u16(r);
	frame->id.number = read_u64(r);
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
}

static bool intern(struct values *values, struct span span, value_ref *out)
{
	*out = values_intern(values, span.bytes, span.length);
	return *out != VALUE_NONE;
}

static bool intern_all(const struct decoding *d, struct values *values, unsigned set)
{
	struct frame *frame = d->frame;

	if ((set & FIELD_VALUE) && !intern(values, d->value, &frame->message.value))
		return false;
	for (unsigned i = 0; i < frame->message.claims; i++)
		if (!intern(values, d->claim_value[i], &frame->claim[i].value))
			return false;
	return true;
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
	get_heads(&d, context);
	if (d.reader.wrong != DROP_NOTHING)
		return d.reader.wrong;
	clear_message(&out->message);
	out->message.to = out->to;
	out->message.claim = out->claim;

	unsigned set = message_fields(out->message.type);

	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].get(&d);
	out->body_length = (size_t)(d.reader.at - out->body);
	out->signature = out->is_signed ? read_bytes(&d.reader, SIGNATURE_BYTES) : NULL;
	if (read_end(&d.reader) != DROP_NOTHING)
		return d.reader.wrong;
	return intern_all(&d, values, set) ? DROP_NOTHING : DROP_FULL;
}

bool frame_verify(const struct frame *frame, const struct crypto *crypto,
		  const struct public_key *key)
{
	return frame->is_signed && crypto->verify(key, domain, sizeof domain, frame->body,
						  frame->body_length, frame->signature);
}
