/* A snapshot, field by field. Its epoch is that of the log, which may be later than that of the
 * control bus. Of the counts of dropped frames only those above 0 are told, by rising reason. */
#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/event_fields.h"

static void write_dropped(struct byte_writer *w, const struct snapshot *s)
{
	uint8_t reasons = 0;

	for (unsigned i = 0; i < DROPS; i++)
		reasons = (uint8_t)(reasons + (s->dropped[i] > 0));
	write_u8(w, reasons);
	for (unsigned i = 0; i < DROPS; i++) {
		if (s->dropped[i] == 0)
			continue;
		write_u8(w, (uint8_t)i);
		write_u64(w, s->dropped[i]);
	}
}

static void read_dropped(struct byte_reader *r, struct snapshot *s)
{
	uint8_t reasons = read_u8(r);
	unsigned next = 0;

	for (unsigned i = 0; i < reasons; i++) {
		uint8_t why = read_u8(r);
		uint64_t count = read_u64(r);

		read_check(r, why >= next && why < DROPS && count > 0);
		if (r->wrong != DROP_NOTHING)
			return;
		s->dropped[why] = count;
		next = why + 1u;
	}
}

static void write_lines(struct byte_writer *w, const struct snapshot *s)
{
	assert(s->lines <= POLICY_LINES_MAX);
	write_u8(w, s->lines);
	for (unsigned i = 0; i < s->lines; i++) {
		write_u64(w, s->line[i].from);
		write_u32(w, s->line[i].policy);
	}
}

static void read_lines(struct byte_reader *r, struct snapshot *s)
{
	s->lines = read_u8(r);
	read_check(r, s->lines <= POLICY_LINES_MAX);
	for (unsigned i = 0; i < s->lines && r->wrong == DROP_NOTHING; i++) {
		struct policy_line *line = &s->line[i];

		line->from = read_u64(r);
		line->policy = read_u32(r);
		read_check(r, i == 0 ? line->from == 0 : line->from > s->line[i - 1].from);
		read_check(r, policy_is_known(line->policy));
	}
}

static void write_slots(struct byte_writer *w, const struct snapshot *s,
			const struct values *values)
{
	assert(s->slots <= SNAPSHOT_SLOTS_MAX);
	write_u16(w, s->slots);
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];

		assert(i == 0 || slot->slot > s->slot[i - 1].slot);
		write_u64(w, slot->slot);
		write_ballot(w, slot->voted_at);
		write_shown_value(w, values, slot->voted);
		write_ballot(w, slot->echoed_at);
		write_shown_value(w, values, slot->echoed);
		write_ballot(w, slot->chosen_at);
		write_shown_value(w, values, slot->chosen);
		write_u32(w, slot->chosen_by);
		write_u8(w, slot->chosen_from);
		write_shown_value(w, values, slot->proposed);
		write_u32(w, slot->accepted_by);
	}
}

static void read_slots(struct byte_reader *r, struct value_room *room, struct snapshot *s)
{
	s->slots = read_u16(r);
	read_check(r, s->slots <= SNAPSHOT_SLOTS_MAX);
	for (unsigned i = 0; i < s->slots && r->wrong == DROP_NOTHING; i++) {
		struct snapshot_slot *slot = &s->slot[i];

		slot->slot = read_u64(r);
		read_check(r, i == 0 || slot->slot > s->slot[i - 1].slot);
		slot->voted_at = read_any_ballot(r);
		slot->voted = read_shown_value(r, room);
		slot->echoed_at = read_any_ballot(r);
		slot->echoed = read_shown_value(r, room);
		slot->chosen_at = read_any_ballot(r);
		slot->chosen = read_shown_value(r, room);
		slot->chosen_by = read_u32(r);
		read_check(r, (slot->chosen_by & ~set_first(s->nodes)) == 0);
		slot->chosen_from = read_node(r);
		slot->proposed = read_shown_value(r, room);
		slot->accepted_by = read_u32(r);
		read_check(r, (slot->accepted_by & ~set_first(s->nodes)) == 0);
	}
}

/* Held messages are of the snapshot's node and boot. */
static void write_held(struct byte_writer *w, const struct snapshot *s, const struct values *values)
{
	assert(s->held <= SNAPSHOT_HELD_MAX);
	write_u16(w, s->held);
	for (unsigned i = 0; i < s->held; i++) {
		assert(s->held_message[i].kind == EVENT_HELD);
		write_u64(w, s->held_message[i].seq);
		write_u64(w, s->held_message[i].at);
		write_event_fields(w, values, &s->held_message[i]);
	}
}

static void read_held(struct byte_reader *r, struct value_room *room, struct snapshot *s)
{
	s->held = read_u16(r);
	read_check(r, s->held <= SNAPSHOT_HELD_MAX);
	for (unsigned i = 0; i < s->held && r->wrong == DROP_NOTHING; i++) {
		struct event *event = &s->held_message[i];

		event->kind = EVENT_HELD;
		event->node = s->node;
		event->boot = s->boot;
		event->seq = read_u64(r);
		event->at = read_u64(r);
		read_event_fields(r, room, event);
	}
}

/* What a machine does to its node is there only where it does anything. */
enum { HAS_LIED = 1, HAS_FAULTS = 2 };

static bool has_faults(const struct snapshot *s)
{
	return s->crash_point != 0 || s->sync_us != 0 || s->drift.rate != 0;
}

static void write_faults(struct byte_writer *w, const struct snapshot *s)
{
	write_u32(w, s->crash_point);
	write_u32(w, s->sync_us);
	write_u64(w, s->drift.since);
	write_u64(w, s->drift.own_since);
	write_u32(w, s->drift.rate);
}

static void read_faults(struct byte_reader *r, struct snapshot *s)
{
	s->crash_point = read_u32(r);
	s->sync_us = read_u32(r);
	s->drift.since = read_u64(r);
	s->drift.own_since = read_u64(r);
	s->drift.rate = read_u32(r);
	read_check(r, has_faults(s) && (s->drift.rate != 0 ||
					(s->drift.since == 0 && s->drift.own_since == 0)));
}

static uint8_t read_code(struct byte_reader *r, unsigned highest)
{
	uint8_t code = read_u8(r);

	read_check(r, code <= highest);
	return code;
}

size_t snapshot_encode(const struct wire_context *context, const struct snapshot *snapshot,
		       const struct values *values, uint8_t *bytes, size_t capacity)
{
	const struct snapshot *s = snapshot;
	struct byte_writer w = control_head_begin(FRAME_SNAPSHOT, context, bytes, capacity);

	assert(s->nodes == context->nodes);
	assert(s->node != NODE_NONE && s->node <= s->nodes);
	write_u8(&w, s->node);
	write_u16(&w, s->boot);
	write_u64(&w, s->seq);
	write_u64(&w, s->at);
	write_u64(&w, s->real_us);
	write_u64(&w, s->wall_us);
	write_u64(&w, (uint64_t)s->ahead_us);
	for (unsigned id = 1; id <= s->nodes; id++) {
		write_u16(&w, s->life[id].boot);
		write_u32(&w, s->life[id].number);
		write_u64(&w, s->life[id].stored);
	}
	write_u32(&w, s->pid);
	write_u32(&w, s->epoch);
	write_u8(&w, s->nodes);
	write_u8(&w, s->quorum);
	write_u8(&w, (uint8_t)s->mode);
	write_lines(&w, s);
	write_u32(&w, s->attacks);
	write_u8(&w, (uint8_t)((s->has_lied ? HAS_LIED : 0) | (has_faults(s) ? HAS_FAULTS : 0)));
	write_u32(&w, s->mistake);
	if (has_faults(s))
		write_faults(&w, s);
	write_clock_rule(&w, &s->clock);
	write_gate_rule(&w, &s->gate);
	write_u64(&w, s->number);
	write_u8(&w, (uint8_t)s->role);
	write_ballot(&w, s->promised);
	write_ballot(&w, s->ballot);
	write_u64(&w, s->from);
	write_u32(&w, s->promised_by);
	write_u64(&w, s->base);
	write_u64(&w, s->low);
	write_u64(&w, s->part_from);
	write_u16(&w, s->pending);
	write_u64(&w, s->wake_at);
	write_u64(&w, s->sent);
	write_u64(&w, s->received);
	write_dropped(&w, s);
	write_u64(&w, s->events_left_out);
	for (unsigned id = 1; id <= s->nodes; id++)
		write_link_rule(&w, &s->link[id]);
	write_slots(&w, s, values);
	write_held(&w, s, values);
	return control_length(&w, bytes);
}

static enum drop read_snapshot(const struct wire_context *context, const uint8_t *bytes,
			       size_t length, struct value_room *room, struct snapshot *s)
{
	struct byte_reader r = control_head_open(FRAME_SNAPSHOT, context, bytes, length);

	memset(s, 0, sizeof *s);
	s->node = read_u8(&r);
	if (r.wrong == DROP_NOTHING && (s->node == NODE_NONE || s->node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	s->boot = read_u16(&r);
	s->seq = read_u64(&r);
	s->at = read_u64(&r);
	s->real_us = read_u64(&r);
	s->wall_us = read_u64(&r);
	s->ahead_us = (int64_t)read_u64(&r);
	for (unsigned id = 1; id <= context->nodes; id++) {
		s->life[id].boot = read_u16(&r);
		s->life[id].number = read_u32(&r);
		s->life[id].stored = read_u64(&r);
	}
	s->pid = read_u32(&r);
	s->epoch = read_u32(&r);
	s->nodes = read_u8(&r);
	read_check(&r, s->nodes == context->nodes);
	s->quorum = read_code(&r, s->nodes);
	s->mode = read_code(&r, MODE_MULTI);
	read_lines(&r, s);
	s->attacks = read_u32(&r);
	const uint8_t flags = read_code(&r, HAS_LIED | HAS_FAULTS);
	s->has_lied = (flags & HAS_LIED) != 0;
	s->mistake = read_u32(&r);
	if ((flags & HAS_FAULTS) != 0)
		read_faults(&r, s);
	s->clock = read_clock_rule(&r);
	s->gate = read_gate_rule(&r);
	s->number = read_u64(&r);
	s->role = read_code(&r, ROLE_WAITING);
	s->promised = read_any_ballot(&r);
	s->ballot = read_any_ballot(&r);
	s->from = read_u64(&r);
	s->promised_by = read_u32(&r);
	read_check(&r, (s->promised_by & ~set_first(s->nodes)) == 0);
	s->base = read_u64(&r);
	s->low = read_u64(&r);
	read_check(&r, s->low <= s->base);
	s->part_from = read_u64(&r);
	s->pending = read_u16(&r);
	s->wake_at = read_u64(&r);
	s->sent = read_u64(&r);
	s->received = read_u64(&r);
	read_dropped(&r, s);
	s->events_left_out = read_u64(&r);
	for (unsigned id = 1; id <= s->nodes && r.wrong == DROP_NOTHING; id++)
		s->link[id] = read_link_rule(&r);
	read_slots(&r, room, s);
	read_held(&r, room, s);
	return read_end(&r);
}

enum drop snapshot_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			  struct values *values, struct snapshot *out)
{
	struct value_room room = {.values = NULL};
	enum drop wrong = read_snapshot(context, bytes, length, &room, out);

	if (wrong != DROP_NOTHING)
		return wrong;
	if (!values_has_room(values, room.count, room.bytes))
		return DROP_FULL;
	room.values = values;
	return read_snapshot(context, bytes, length, &room, out);
}
