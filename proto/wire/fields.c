#include "proto/wire/fields.h"

#include <assert.h>

#define PPM 1000000

/* How much of a value an event tells. Long values travel in the form in which they are shown. */
enum told { TOLD_NONE, TOLD_NOOP, TOLD_WHOLE, TOLD_SHOWN };

node_id read_node(struct reader *r)
{
	node_id node = read_u8(r);

	read_check(r, node <= NODES_MAX);
	return node;
}

struct ballot read_any_ballot(struct reader *r)
{
	struct ballot ballot = read_ballot(r);

	read_check(r, ballot.node <= NODES_MAX);
	return ballot;
}

bool read_bool(struct reader *r)
{
	uint8_t byte = read_u8(r);

	read_check(r, byte <= 1);
	return byte == 1;
}

struct message_id read_message_id(struct reader *r)
{
	struct message_id id;

	id.source = read_node(r);
	id.boot = read_u16(r);
	id.number = read_u64(r);
	return id;
}

void write_message_id(struct writer *w, struct message_id id)
{
	write_u8(w, id.source);
	write_u16(w, id.boot);
	write_u64(w, id.number);
}

static uint32_t read_share(struct reader *r)
{
	uint32_t ppm = read_u32(r);

	read_check(r, ppm <= PPM);
	return ppm;
}

struct link_rule read_link_rule(struct reader *r)
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

void write_link_rule(struct writer *w, const struct link_rule *rule)
{
	assert(rule->loss_ppm <= PPM && rule->duplicate_ppm <= PPM && rule->reorder_ppm <= PPM);
	write_u8(w, rule->cut);
	write_u64(w, rule->delay_us);
	write_u64(w, rule->jitter_us);
	write_u32(w, rule->loss_ppm);
	write_u32(w, rule->duplicate_ppm);
	write_u32(w, rule->reorder_ppm);
}

struct clock_rule read_clock_rule(struct reader *r)
{
	struct clock_rule rule;

	rule.real_us = read_u64(r);
	rule.virtual_us = read_u64(r);
	rule.num = read_u32(r);
	rule.den = read_u32(r);
	return rule;
}

void write_clock_rule(struct writer *w, const struct clock_rule *rule)
{
	write_u64(w, rule->real_us);
	write_u64(w, rule->virtual_us);
	write_u32(w, rule->num);
	write_u32(w, rule->den);
}

value_ref read_shown_value(struct reader *r, struct value_room *room)
{
	uint8_t told = read_u8(r);

	if (told == TOLD_NONE || told == TOLD_NOOP)
		return told == TOLD_NONE ? VALUE_NONE : VALUE_NOOP;
	read_check(r, told <= TOLD_SHOWN);

	uint8_t length = read_u8(r);
	const uint8_t *bytes = read_bytes(r, length);

	if (bytes == NULL)
		return VALUE_NONE;
	read_check(r, length >= 1 && length <= VALUE_SHOWN_MAX);
	read_check(r, value_is_shown_form(bytes, length) == (told == TOLD_SHOWN));
	room->count++;
	room->bytes += length;
	return room->values == NULL ? VALUE_NONE : values_intern(room->values, bytes, length);
}

void write_shown_value(struct writer *w, const struct values *values, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(values, ref, &length);
	char shown[VALUE_SHOWN_MAX + 1];

	if (ref == VALUE_NONE || ref == VALUE_NOOP) {
		write_u8(w, ref == VALUE_NONE ? TOLD_NONE : TOLD_NOOP);
		return;
	}
	if (length > VALUE_SHOWN_MAX) {
		values_show(values, ref, shown);
		bytes = (const uint8_t *)shown;
		length = (uint32_t)strlen(shown);
	}
	write_u8(w, value_is_shown_form(bytes, length) ? TOLD_SHOWN : TOLD_WHOLE);
	write_u8(w, (uint8_t)length);
	write_bytes(w, bytes, length);
}
