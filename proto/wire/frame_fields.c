#include "proto/wire/frame_fields.h"

#include <assert.h>

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

static void put_reference(struct encoding *e, value_ref ref)
{
	struct value_sketch sketch;

	if (e->is_signed) {
		write_bytes(&e->writer, values_digest(e->values, ref, crypto_digest), DIGEST_BYTES);
		return;
	}
	values_sketch(e->values, ref, &sketch);
	write_u64(&e->writer, sketch.digest[0]);
	write_u64(&e->writer, sketch.digest[1]);
}

static void put_bytes_of(struct encoding *e, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(e->values, ref, &length);

	assert(ref != VALUE_NONE);
	write_u32(&e->writer, length);
	if (e->brief && length > VALUE_INLINE_MAX)
		put_reference(e, ref);
	else
		write_bytes(&e->writer, bytes, length);
}

static struct span get_span(struct decoding *d)
{
	struct span span;

	span.length = read_u32(&d->reader);
	read_check(&d->reader, span.length <= VALUE_BYTES_MAX);
	span.is_digest = d->brief && span.length > VALUE_INLINE_MAX;
	const uint32_t digest = d->frame->is_signed ? DIGEST_BYTES : UNSIGNED_DIGEST_BYTES;
	span.bytes = read_bytes(&d->reader, span.is_digest ? digest : span.length);
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

/* The one ballot that may be none: an acceptor that refuses a slot too far ahead may have promised
 * nothing yet. */
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

/* A slot is known, or voted in with no decision known; of the first slot that is not known, it is
 * said that it is the first. */
static bool is_level(const struct message *m)
{
	return (m->known & 1) == 0 && (m->known & m->voted) == 0;
}

static void put_level(struct encoding *e)
{
	assert(is_level(e->message));
	write_u64(&e->writer, e->message->known);
	write_u64(&e->writer, e->message->voted);
}

static void get_level(struct decoding *d)
{
	struct message *m = &d->frame->message;

	m->known = read_u64(&d->reader);
	m->voted = read_u64(&d->reader);
	read_check(&d->reader, is_level(m));
}

static void put_asks(struct encoding *e)
{
	assert(((e->message->unsure | e->message->ask) & ~set_first(e->nodes)) == 0);
	write_u64(&e->writer, e->message->wanted);
	write_u32(&e->writer, e->message->unsure);
	write_u32(&e->writer, e->message->ask);
}

static void get_asks(struct decoding *d)
{
	struct message *m = &d->frame->message;

	m->wanted = read_u64(&d->reader);
	m->unsure = read_u32(&d->reader);
	m->ask = read_u32(&d->reader);
	read_check(&d->reader, ((m->unsure | m->ask) & ~set_first(d->nodes)) == 0);
}

/* By the place of its bit in enum message_field. */
static const struct field {
	void (*put)(struct encoding *e);
	void (*get)(struct decoding *d);
} fields[FRAME_FIELDS] = {
	{put_ballot, get_ballot}, {put_slot, get_slot},     {put_low, get_low},
	{put_value, get_value},   {put_claims, get_claims}, {put_promised, get_promised},
	{put_why, get_why},       {put_view, get_view},     {put_level, get_level},
	{put_asks, get_asks},
};

_Static_assert(FIELD_ASKS == 1 << (FRAME_FIELDS - 1), "a field without a codec");

void frame_fields_put(struct encoding *e, unsigned set)
{
	for (unsigned i = 0; i < FRAME_FIELDS; i++)
		if (set & (1u << i))
			fields[i].put(e);
}

void frame_fields_get(struct decoding *d, unsigned set)
{
	for (unsigned i = 0; i < FRAME_FIELDS; i++)
		if (set & (1u << i))
			fields[i].get(d);
}
