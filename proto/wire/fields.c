#include "proto/wire/fields.h"

#include <assert.h>
#include <string.h>

#define PPM 1000000

/* How much of a value an event tells. */
enum shown_form { FORM_NONE, FORM_NOOP, FORM_WHOLE, FORM_SKETCH };

node_id read_node(struct byte_reader *r)
{
	node_id node = read_u8(r);

	read_check(r, node <= NODES_MAX);
	return node;
}

struct ballot read_any_ballot(struct byte_reader *r)
{
	struct ballot ballot = read_ballot(r);

	read_check(r, ballot.node <= NODES_MAX);
	return ballot;
}

bool read_bool(struct byte_reader *r)
{
	uint8_t byte = read_u8(r);

	read_check(r, byte <= 1);
	return byte == 1;
}

struct message_id read_message_id(struct byte_reader *r)
{
	struct message_id id;

	id.source = read_node(r);
	id.boot = read_u16(r);
	id.number = read_u64(r);
	return id;
}

void write_message_id(struct byte_writer *w, struct message_id id)
{
	write_u8(w, id.source);
	write_u16(w, id.boot);
	write_u64(w, id.number);
}

static uint32_t read_share(struct byte_reader *r)
{
	uint32_t ppm = read_u32(r);

	read_check(r, ppm <= PPM);
	return ppm;
}

struct link_rule read_link_rule(struct byte_reader *r)
{
	struct link_rule rule;

	rule.cut = read_bool(r);
	rule.delay_us = read_u64(r);
	rule.jitter_us = read_u64(r);
	rule.loss_ppm = read_share(r);
	rule.duplicate_ppm = read_share(r);
	rule.reorder_ppm = read_share(r);
	return rule;
}

void write_link_rule(struct byte_writer *w, const struct link_rule *rule)
{
	assert(rule->loss_ppm <= PPM && rule->duplicate_ppm <= PPM && rule->reorder_ppm <= PPM);
	write_u8(w, rule->cut);
	write_u64(w, rule->delay_us);
	write_u64(w, rule->jitter_us);
	write_u32(w, rule->loss_ppm);
	write_u32(w, rule->duplicate_ppm);
	write_u32(w, rule->reorder_ppm);
}

struct clock_rule read_clock_rule(struct byte_reader *r)
{
	struct clock_rule rule;

	rule.real_us = read_u64(r);
	rule.virtual_us = read_u64(r);
	rule.num = read_u32(r);
	rule.den = read_u32(r);
	return rule;
}

void write_clock_rule(struct byte_writer *w, const struct clock_rule *rule)
{
	write_u64(w, rule->real_us);
	write_u64(w, rule->virtual_us);
	write_u32(w, rule->num);
	write_u32(w, rule->den);
}

/* keep u8, and a set of types u16 for itself and each node; a rule that holds nothing is off. */
struct gate_rule read_gate_rule(struct byte_reader *r)
{
	struct gate_rule rule = {.keep = read_bool(r)};

	for (unsigned id = 0; id <= NODES_MAX; id++) {
		rule.types[id] = read_u16(r);
		read_check(r, (rule.types[id] & ~TYPES_ALL) == 0);
		rule.on |= rule.types[id] != 0;
	}
	read_check(r, rule.on || !rule.keep);
	return rule;
}

void write_gate_rule(struct byte_writer *w, const struct gate_rule *rule)
{
	write_u8(w, rule->keep);
	for (unsigned id = 0; id <= NODES_MAX; id++)
		write_u16(w, rule->types[id]);
}

void read_endpoint(struct byte_reader *r, char endpoint[ENDPOINT_MAX])
{
	uint8_t length = read_u8(r);

	read_check(r, length < ENDPOINT_MAX);

	const uint8_t *bytes = read_bytes(r, length);

	if (bytes == NULL)
		return;
	read_check(r, endpoint_is_sound(bytes, length));
	if (r->wrong == DROP_NOTHING)
		memcpy(endpoint, bytes, length);
}

void write_endpoint(struct byte_writer *w, const char endpoint[ENDPOINT_MAX])
{
	const uint8_t *bytes = (const uint8_t *)endpoint;
	size_t length = strnlen(endpoint, ENDPOINT_MAX);

	assert(length < ENDPOINT_MAX);
	assert(endpoint_is_sound(bytes, length));
	write_u8(w, (uint8_t)length);
	write_bytes(w, bytes, length);
}

static value_ref read_sketch(struct byte_reader *r, struct value_room *room)
{
	struct value_sketch sketch;
	const uint8_t *prefix = read_bytes(r, VALUE_PREFIX_SHOWN);

	sketch.length = read_u32(r);
	sketch.digest[0] = read_u64(r);
	sketch.digest[1] = read_u64(r);
	read_check(r, sketch.length > VALUE_SHOWN_MAX && sketch.length <= VALUE_BYTES_MAX);
	if (prefix == NULL || r->wrong != DROP_NOTHING)
		return VALUE_NONE;
	memcpy(sketch.prefix, prefix, VALUE_PREFIX_SHOWN);
	room->count++;
	room->bytes += sizeof sketch;
	return room->values == NULL ? VALUE_NONE : values_intern_sketch(room->values, &sketch);
}

value_ref read_shown_value(struct byte_reader *r, struct value_room *room)
{
	uint8_t form = read_u8(r);

	if (form == FORM_NONE || form == FORM_NOOP)
		return form == FORM_NONE ? VALUE_NONE : VALUE_NOOP;
	read_check(r, form <= FORM_SKETCH);
	if (form == FORM_SKETCH)
		return read_sketch(r, room);

	uint8_t length = read_u8(r);
	const uint8_t *bytes = read_bytes(r, length);

	if (bytes == NULL)
		return VALUE_NONE;
	read_check(r, length >= 1 && length <= VALUE_SHOWN_MAX);
	room->count++;
	room->bytes += length;
	return room->values == NULL ? VALUE_NONE : values_intern(room->values, bytes, length);
}

void write_shown_value(struct byte_writer *w, const struct values *values, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(values, ref, &length);
	struct value_sketch sketch;

	if (ref == VALUE_NONE || ref == VALUE_NOOP) {
		write_u8(w, ref == VALUE_NONE ? FORM_NONE : FORM_NOOP);
		return;
	}
	if (values_sketch(values, ref, &sketch)) {
		write_u8(w, FORM_SKETCH);
		write_bytes(w, sketch.prefix, VALUE_PREFIX_SHOWN);
		write_u32(w, (uint32_t)sketch.length);
		write_u64(w, sketch.digest[0]);
		write_u64(w, sketch.digest[1]);
		return;
	}
	write_u8(w, FORM_WHOLE);
	write_u8(w, (uint8_t)length);
	write_bytes(w, bytes, length);
}
