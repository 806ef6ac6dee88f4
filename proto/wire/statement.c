#include "proto/wire/statement.h"

#include "proto/wire/fields.h"

static struct said_value read_value(struct byte_reader *r)
{
	struct said_value value = {.length = read_u32(r)};

	value.stored = value.length > VALUE_INLINE_MAX ? DIGEST_BYTES : value.length;
	value.bytes = read_bytes(r, value.stored);
	return value;
}

void statement_read_vote(struct byte_reader *r, struct said_vote *out)
{
	out->slot = read_u64(r);
	out->ballot = read_ballot(r);
	out->value = read_value(r);
}

/* The fields stand in the order of enum message_field; none is read behind the claims. */
enum drop statement_read(const struct wire_context *context, const struct signed_body *part,
			 struct statement *out)
{
	struct byte_reader r = {part->body, part->length, DROP_NOTHING};

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
		struct said_vote told;

		out->claims = read_u16(&r);
		read_check(&r, out->claims <= SLOTS_OPEN_MAX);
		out->claim = r;
		for (unsigned i = 0; i < out->claims && r.wrong == DROP_NOTHING; i++)
			statement_read_vote(&r, &told);
	}
	return r.wrong;
}

bool statement_read_anyhow(const struct signed_body *part, struct statement *said)
{
	struct wire_context own = {.nodes = NODES_MAX};
	struct byte_reader r = {part->body, part->length, DROP_NOTHING};

	read_u8(&r);
	read_copy(&r, own.cluster, sizeof own.cluster);
	own.epoch = read_u32(&r);
	return r.wrong == DROP_NOTHING && statement_read(&own, part, said) == DROP_NOTHING;
}

bool said_value_is_same(const struct said_value *a, const struct said_value *b)
{
	return a->length == b->length &&
	       (a->stored == 0 || memcmp(a->bytes, b->bytes, a->stored) == 0);
}

bool statement_tells(const struct statement *p, slot_number slot, struct said_vote *out)
{
	struct byte_reader r = p->claim;

	if (slot < p->slot || slot < p->low)
		return false;
	for (unsigned left = p->claims; left > 0; left--) {
		statement_read_vote(&r, out);
		if (out->slot == slot)
			return true;
	}
	*out = (struct said_vote){.slot = slot};
	return true;
}
