#include "proto/wire/event_fields.h"

#include <assert.h>

#include "proto/core/message.h"

#define FIELD_COUNT 20

struct event_writer {
	struct byte_writer *w;
	const struct values *values;
	const struct event *event;
};

struct event_reader {
	struct byte_reader *r;
	struct value_room *room;
	struct event *event;
};

bool event_kind_is_known(unsigned kind)
{
	return kind != EVENT_NONE && kind < EVENT_KINDS && event_name(kind)[0] != '?';
}

/* No message type at all, or a row of messages.def. */
static bool type_is_known(unsigned type)
{
	return type == MSG_NONE || message_fields(type) != 0;
}

static bool refusal_is_known(unsigned why)
{
	return why == REFUSE_NOTHING || (why < REFUSALS && refusal_name(why)[0] != '?');
}

static bool drop_is_known(unsigned why)
{
	return why == DROP_NOTHING || (why < DROPS && drop_name(why)[0] != '?');
}

static void put_ballot(const struct event_writer *e)
{
	write_ballot(e->w, e->event->ballot);
}

static void get_ballot(const struct event_reader *e)
{
	e->event->ballot = read_any_ballot(e->r);
}

static void put_slot(const struct event_writer *e)
{
	write_u64(e->w, e->event->slot);
}

static void get_slot(const struct event_reader *e)
{
	e->event->slot = read_u64(e->r);
}

static void put_value(const struct event_writer *e)
{
	write_shown_value(e->w, e->values, e->event->value);
}

static void get_value(const struct event_reader *e)
{
	e->event->value = read_shown_value(e->r, e->room);
}

static void put_peer(const struct event_writer *e)
{
	assert(e->event->peer <= NODES_MAX);
	write_u8(e->w, e->event->peer);
}

static void get_peer(const struct event_reader *e)
{
	e->event->peer = read_node(e->r);
}

static void put_type(const struct event_writer *e)
{
	assert(type_is_known(e->event->type));
	write_u8(e->w, (uint8_t)e->event->type);
}

static void get_type(const struct event_reader *e)
{
	uint8_t code = read_u8(e->r);

	read_check(e->r, type_is_known(code));
	e->event->type = code;
}

static void put_why(const struct event_writer *e)
{
	assert(refusal_is_known(e->event->why));
	write_u8(e->w, (uint8_t)e->event->why);
}

static void get_why(const struct event_reader *e)
{
	uint8_t code = read_u8(e->r);

	read_check(e->r, refusal_is_known(code));
	e->event->why = code;
}

static void put_other(const struct event_writer *e)
{
	write_ballot(e->w, e->event->other);
}

static void get_other(const struct event_reader *e)
{
	e->event->other = read_any_ballot(e->r);
}

static void put_count(const struct event_writer *e)
{
	write_u32(e->w, e->event->count);
}

static void get_count(const struct event_reader *e)
{
	e->event->count = read_u32(e->r);
}

static void put_quorum(const struct event_writer *e)
{
	write_u32(e->w, e->event->quorum);
}

static void get_quorum(const struct event_reader *e)
{
	e->event->quorum = read_u32(e->r);
}

static void put_because(const struct event_writer *e)
{
	assert((unsigned)e->event->because < BECAUSES);
	write_u8(e->w, (uint8_t)e->event->because);
}

static void get_because(const struct event_reader *e)
{
	uint8_t code = read_u8(e->r);

	read_check(e->r, code < BECAUSES);
	e->event->because = code;
}

static void put_due(const struct event_writer *e)
{
	write_u64(e->w, e->event->due);
}

static void get_due(const struct event_reader *e)
{
	e->event->due = read_u64(e->r);
}

static void put_drop(const struct event_writer *e)
{
	assert(drop_is_known(e->event->drop));
	write_u8(e->w, (uint8_t)e->event->drop);
}

static void get_drop(const struct event_reader *e)
{
	uint8_t code = read_u8(e->r);

	read_check(e->r, drop_is_known(code));
	e->event->drop = code;
}

static void put_number(const struct event_writer *e)
{
	write_u64(e->w, e->event->number);
}

static void get_number(const struct event_reader *e)
{
	e->event->number = read_u64(e->r);
}

static void put_link(const struct event_writer *e)
{
	write_link_rule(e->w, &e->event->link);
}

static void get_link(const struct event_reader *e)
{
	e->event->link = read_link_rule(e->r);
}

static void put_clock(const struct event_writer *e)
{
	write_clock_rule(e->w, &e->event->clock);
}

static void get_clock(const struct event_reader *e)
{
	e->event->clock = read_clock_rule(e->r);
}

static void put_policy(const struct event_writer *e)
{
	write_u32(e->w, e->event->policy);
}

static void get_policy(const struct event_reader *e)
{
	e->event->policy = read_u32(e->r);
}

static void put_attack(const struct event_writer *e)
{
	write_u32(e->w, e->event->attack);
}

static void get_attack(const struct event_reader *e)
{
	e->event->attack = read_u32(e->r);
}

static void put_set(const struct event_writer *e)
{
	assert((e->event->to & ~set_first(NODES_MAX)) == 0);
	write_u32(e->w, e->event->to);
}

static void get_set(const struct event_reader *e)
{
	e->event->to = read_u32(e->r);
	read_check(e->r, (e->event->to & ~set_first(NODES_MAX)) == 0);
}

static void put_types(const struct event_writer *e)
{
	assert((e->event->types & ~(uint32_t)TYPES_ALL) == 0);
	write_u16(e->w, (uint16_t)e->event->types);
}

static void get_types(const struct event_reader *e)
{
	e->event->types = read_u16(e->r);
	read_check(e->r, (e->event->types & ~(uint32_t)TYPES_ALL) == 0);
}

/* A message, summed up. Its id and `to` may name no node, when the bytes were no message. */
static void put_message(const struct event_writer *e)
{
	assert(e->event->id.source <= NODES_MAX);
	write_message_id(e->w, e->event->id);
	write_u8(e->w, e->event->copy);
	put_type(e);
	put_peer(e);
	put_set(e);
	put_slot(e);
	put_ballot(e);
	put_other(e);
	put_value(e);
	put_why(e);
	put_count(e);
}

static void get_message(const struct event_reader *e)
{
	e->event->id = read_message_id(e->r);
	e->event->copy = read_u8(e->r);
	get_type(e);
	get_peer(e);
	get_set(e);
	get_slot(e);
	get_ballot(e);
	get_other(e);
	get_value(e);
	get_why(e);
	get_count(e);
}

/* By the place of its bit in enum event_field. */
static const struct field {
	void (*put)(const struct event_writer *e);
	void (*get)(const struct event_reader *e);
} fields[FIELD_COUNT] = {
	{put_message, get_message}, {put_ballot, get_ballot},   {put_slot, get_slot},
	{put_value, get_value},     {put_peer, get_peer},       {put_type, get_type},
	{put_why, get_why},         {put_other, get_other},     {put_count, get_count},
	{put_quorum, get_quorum},   {put_because, get_because}, {put_due, get_due},
	{put_drop, get_drop},       {put_number, get_number},   {put_link, get_link},
	{put_clock, get_clock},     {put_policy, get_policy},   {put_attack, get_attack},
	{put_set, get_set},         {put_types, get_types},
};

_Static_assert(EV_TYPES == 1 << (FIELD_COUNT - 1), "a field without a codec");

void write_event_fields(struct byte_writer *w, const struct values *values,
			const struct event *event)
{
	struct event_writer e = {w, values, event};
	unsigned set = event_fields(event->kind);

	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].put(&e);
}

void read_event_fields(struct byte_reader *r, struct value_room *room, struct event *event)
{
	struct event_reader e = {r, room, event};
	unsigned set = event_fields(event->kind);

	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (set & (1u << i))
			fields[i].get(&e);
}
