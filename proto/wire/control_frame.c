#include "proto/wire/control_frame.h"

#include <assert.h>

#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

#define FIELD_COUNT 17

#define QUERY_ALL (QUERY_SNAPSHOT | QUERY_ROSTER | QUERY_PROOFS | QUERY_ORDERS)

static const uint8_t domain[] = "paxos-tui control 1";

const struct wire_context wire_context_nobody = {.cluster = {0}, .epoch = 0, .nodes = 0};

struct wire_context wire_context_of(const struct roster *roster)
{
	struct wire_context context = {.epoch = roster->epoch, .nodes = roster->nodes};

	memcpy(context.cluster, roster->cluster, sizeof context.cluster);
	return context;
}

struct byte_writer control_head_begin(enum control_frame_kind kind,
				      const struct wire_context *context, uint8_t *bytes,
				      size_t capacity)
{
	struct byte_writer w = {
		bytes, capacity < CONTROL_FRAME_BYTES_MAX ? capacity : CONTROL_FRAME_BYTES_MAX,
		false};

	write_u8(&w, CONTROL_VERSION);
	write_u8(&w, (uint8_t)kind);
	write_bytes(&w, context->cluster, sizeof context->cluster);
	write_u32(&w, context->epoch);
	return w;
}

static struct byte_reader read_head(const uint8_t *bytes, size_t length,
				    enum control_frame_kind *kind, uint8_t cluster[8],
				    uint32_t *epoch)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};

	if (length > CONTROL_FRAME_BYTES_MAX)
		read_refuse(&r, DROP_OVERSIZED);

	uint8_t version = read_u8(&r);

	if (r.wrong == DROP_NOTHING && version != CONTROL_VERSION)
		read_refuse(&r, DROP_VERSION);

	uint8_t code = read_u8(&r);

	if (r.wrong == DROP_NOTHING && (code < FRAME_QUERY || code >= FRAME_KINDS))
		read_refuse(&r, DROP_TYPE);
	*kind = code;
	read_copy(&r, cluster, 8);
	*epoch = read_u32(&r);
	return r;
}

struct byte_reader control_head_open(enum control_frame_kind kind,
				     const struct wire_context *context, const uint8_t *bytes,
				     size_t length)
{
	enum control_frame_kind found;
	uint8_t cluster[8];
	uint32_t epoch;
	struct byte_reader r = read_head(bytes, length, &found, cluster, &epoch);

	if (r.wrong != DROP_NOTHING)
		return r;
	if (found != kind)
		read_refuse(&r, DROP_TYPE);
	if (memcmp(cluster, context->cluster, sizeof cluster) != 0)
		read_refuse(&r, DROP_CLUSTER);
	if (epoch != context->epoch)
		read_refuse(&r, DROP_EPOCH);
	return r;
}

enum drop control_frame_peek(const uint8_t *bytes, size_t length, enum control_frame_kind *kind,
			     uint8_t cluster[8], uint32_t *epoch)
{
	return read_head(bytes, length, kind, cluster, epoch).wrong;
}

size_t query_encode(const struct wire_context *context, node_set to, uint8_t wants, uint8_t *bytes,
		    size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_QUERY, context, bytes, capacity);

	assert(wants != 0 && (wants & ~QUERY_ALL) == 0);
	write_u32(&w, to);
	write_u8(&w, wants);
	return control_length(&w, bytes);
}

enum drop query_decode(const uint8_t *bytes, size_t length, node_set *to, uint8_t *wants)
{
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;
	struct byte_reader r = read_head(bytes, length, &kind, cluster, &epoch);

	if (r.wrong == DROP_NOTHING && kind != FRAME_QUERY)
		read_refuse(&r, DROP_TYPE);
	*to = read_u32(&r);
	*wants = read_u8(&r);
	read_check(&r, *wants != 0 && (*wants & ~QUERY_ALL) == 0);
	return read_end(&r);
}

/* The fields of a control: a put and a get for each. */

static void put_slot(struct byte_writer *w, const struct control *c)
{
	write_u64(w, c->slot);
}

static void get_slot(struct byte_reader *r, struct control *c)
{
	c->slot = read_u64(r);
}

static void put_value(struct byte_writer *w, const struct control *c)
{
	assert(c->value_length <= VALUE_BYTES_MAX);
	write_u32(w, c->value_length);
	write_bytes(w, c->value, c->value_length);
}

static void get_value(struct byte_reader *r, struct control *c)
{
	c->value_length = read_u32(r);
	read_check(r, c->value_length <= VALUE_BYTES_MAX);
	c->value = read_bytes(r, c->value_length);
}

static void put_peer(struct byte_writer *w, const struct control *c)
{
	assert(c->peer <= NODES_MAX);
	write_u8(w, c->peer);
}

static void get_peer(struct byte_reader *r, struct control *c)
{
	c->peer = read_node(r);
}

static void put_link(struct byte_writer *w, const struct control *c)
{
	write_link_rule(w, &c->link);
}

static void get_link(struct byte_reader *r, struct control *c)
{
	c->link = read_link_rule(r);
}

static void put_clock(struct byte_writer *w, const struct control *c)
{
	write_clock_rule(w, &c->clock);
}

static void get_clock(struct byte_reader *r, struct control *c)
{
	c->clock = read_clock_rule(r);
}

static void put_due(struct byte_writer *w, const struct control *c)
{
	write_u64(w, c->due);
}

static void get_due(struct byte_reader *r, struct control *c)
{
	c->due = read_u64(r);
}

static void put_count(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->count);
}

static void get_count(struct byte_reader *r, struct control *c)
{
	c->count = read_u32(r);
}

static void put_id(struct byte_writer *w, const struct control *c)
{
	assert(c->id.source <= NODES_MAX);
	write_message_id(w, c->id);
	write_u8(w, c->copy);
}

static void get_id(struct byte_reader *r, struct control *c)
{
	c->id = read_message_id(r);
	c->copy = read_u8(r);
}

static void put_size(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->size_bytes);
}

static void get_size(struct byte_reader *r, struct control *c)
{
	c->size_bytes = read_u32(r);
}

static void put_outstanding(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->outstanding);
}

static void get_outstanding(struct byte_reader *r, struct control *c)
{
	c->outstanding = read_u32(r);
}

static void put_policy(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->policy);
}

static void get_policy(struct byte_reader *r, struct control *c)
{
	c->policy = read_u32(r);
}

static void put_attack(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->attack.attacks);
	write_u32(w, c->attack.colluders);
	write_u32(w, c->attack.victims);
	write_u32(w, c->attack.from_round);
	write_u64(w, c->attack.seed);
}

static void get_attack(struct byte_reader *r, struct control *c)
{
	c->attack.attacks = read_u32(r);
	c->attack.colluders = read_u32(r);
	c->attack.victims = read_u32(r);
	c->attack.from_round = read_u32(r);
	c->attack.seed = read_u64(r);
}

static void put_batch(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->batch.count);
	write_u32(w, c->batch.bytes);
	write_u32(w, c->batch.pipeline);
}

static void get_batch(struct byte_reader *r, struct control *c)
{
	c->batch.count = read_u32(r);
	c->batch.bytes = read_u32(r);
	c->batch.pipeline = read_u32(r);
}

static void put_rate(struct byte_writer *w, const struct control *c)
{
	write_u32(w, c->rate);
}

static void get_rate(struct byte_reader *r, struct control *c)
{
	c->rate = read_u32(r);
}

static void put_gate(struct byte_writer *w, const struct control *c)
{
	write_gate_rule(w, &c->gate);
}

static void get_gate(struct byte_reader *r, struct control *c)
{
	c->gate = read_gate_rule(r);
}

static void put_other(struct byte_writer *w, const struct control *c)
{
	assert(c->other.source <= NODES_MAX);
	write_message_id(w, c->other);
	write_u8(w, c->other_copy);
}

static void get_other(struct byte_reader *r, struct control *c)
{
	c->other = read_message_id(r);
	c->other_copy = read_u8(r);
}

static void put_word(struct byte_writer *w, const struct control *c)
{
	write_u8(w, (uint8_t)c->word.type);
	write_u8(w, c->word.from);
	write_u32(w, c->word.to);
	write_ballot(w, c->word.ballot);
	write_ballot(w, c->word.other);
}

static void get_word(struct byte_reader *r, struct control *c)
{
	c->word.type = (enum message_type)read_u8(r);
	read_check(r, c->word.type < MSG_TYPES);
	c->word.from = read_node(r);
	c->word.to = read_u32(r);
	c->word.ballot = read_ballot(r);
	c->word.other = read_ballot(r);
}

/* By the place of its bit in enum control_field. */
static const struct field {
	void (*put)(struct byte_writer *w, const struct control *c);
	void (*get)(struct byte_reader *r, struct control *c);
} fields[FIELD_COUNT] = {
	{put_slot, get_slot},     {put_value, get_value},
	{put_peer, get_peer},     {put_link, get_link},
	{put_clock, get_clock},   {put_due, get_due},
	{put_count, get_count},   {put_id, get_id},
	{put_size, get_size},     {put_outstanding, get_outstanding},
	{put_policy, get_policy}, {put_attack, get_attack},
	{put_batch, get_batch},   {put_rate, get_rate},
	{put_gate, get_gate},     {put_other, get_other},
	{put_word, get_word},
};

_Static_assert(CF_WORD == 1 << (FIELD_COUNT - 1), "a field without a codec");

static bool kind_is_known(unsigned kind)
{
	return kind < CONTROL_KINDS && control_name(kind)[0] != '?';
}

void control_write(struct byte_writer *w, const struct control *control)
{
	const unsigned set = control_fields(control->kind);

	write_u32(w, control->to);
	write_u32(w, control->asked);
	write_u64(w, control->number);
	write_u8(w, (uint8_t)control->kind);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].put(w, control);
}

void control_read(struct byte_reader *r, uint8_t nodes, struct control *out)
{
	node_set to = read_u32(r);

	if (r->wrong == DROP_NOTHING)
		out->to = to;
	read_check(r, to != 0 && (to & ~set_first(nodes)) == 0);
	out->asked = read_u32(r);
	read_check(r, (out->asked & ~set_first(nodes)) == 0);
	out->number = read_u64(r);

	uint8_t kind = read_u8(r);

	if (r->wrong == DROP_NOTHING && !kind_is_known(kind))
		read_refuse(r, DROP_TYPE);
	out->kind = kind;
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (control_fields(kind) & (1u << i))
			fields[i].get(r, out);
}

size_t control_encode(const struct wire_context *context, const struct control *control,
		      const struct crypto *crypto, const struct secret_key *operator_key,
		      uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_CONTROL, context, bytes, capacity);

	assert(kind_is_known(control->kind));
	assert(control->to != 0 && (control->to & ~set_first(context->nodes)) == 0);
	assert((control->asked & ~set_first(context->nodes)) == 0);
	control_write(&w, control);

	size_t length = (size_t)(w.at - bytes);
	uint8_t *signature = write_room(&w, SIGNATURE_BYTES);

	if (signature != NULL)
		crypto->sign(operator_key, domain, sizeof domain, bytes, length, signature);
	return control_length(&w, bytes);
}

enum drop control_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			 const struct crypto *crypto, const struct public_key *operator_key,
			 struct control *out)
{
	struct byte_reader r = control_head_open(FRAME_CONTROL, context, bytes, length);

	*out = (struct control){.to = set_first(context->nodes)};
	control_read(&r, context->nodes, out);

	size_t signed_length = (size_t)(r.at - bytes);
	const uint8_t *signature = read_bytes(&r, SIGNATURE_BYTES);

	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	if (!crypto->verify(operator_key, domain, sizeof domain, bytes, signed_length, signature))
		return DROP_OPERATOR;
	return DROP_NOTHING;
}
