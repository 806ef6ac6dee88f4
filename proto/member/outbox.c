#include "proto/member/outbox.h"

#include <assert.h>

void outbox_init(struct outbox *o, uint8_t *bytes, size_t capacity)
{
	o->bytes = bytes;
	o->capacity = capacity;
	o->out = (struct member_output){
		.write = o->write, .frame = o->frame, .log = o->log, .event = o->event};
	outbox_clear(o);
}

void outbox_clear(struct outbox *o)
{
	uint64_t left_out = o->out.events_left_out;
	time_us wake_at = o->out.wake_at;

	o->used = 0;
	o->events = 0;
	o->out = (struct member_output){
		.write = o->write,
		.frame = o->frame,
		.log = o->log,
		.event = o->event,
		.events_left_out = left_out,
		.wake_at = wake_at,
	};
}

bool outbox_has_room(const struct outbox *o)
{
	return o->events + STEP_EVENTS_MAX <= OUTBOX_EVENTS &&
	       OUTBOX_WRITES - o->out.writes >= OUT_WRITES_MAX &&
	       OUTBOX_FRAMES - o->out.frames >= OUT_SENDS_MAX && o->out.logs < OUTBOX_LOGS &&
	       o->used <= o->capacity / 2;
}

bool outbox_is_empty(const struct outbox *o)
{
	return o->out.writes == 0 && o->out.frames == 0 && o->out.logs == 0 && o->out.events == 0;
}

struct member_write *outbox_write(struct outbox *o, const struct paxos_write *write,
				  const struct values *values)
{
	assert(o->out.writes < OUTBOX_WRITES);
	struct member_write *w = &o->write[o->out.writes++];
	*w = (struct member_write){.slot = write->slot, .ballot = write->ballot};
	switch (write->kind) {
	case WRITE_PROMISED:
		w->kind = MEMBER_PROMISED;
		return w;
	case WRITE_VOTE:
		w->kind = MEMBER_VOTE;
		break;
	case WRITE_CHOSEN:
		w->kind = MEMBER_CHOSEN;
		break;
	case WRITE_ECHO:
		w->kind = MEMBER_ECHO;
		break;
	case WRITE_SUMMARY:
		w->kind = MEMBER_SUMMARY;
		break;
	case WRITE_LOW:
		w->kind = MEMBER_LOW;
		return w;
	}
	w->value = values_bytes(values, write->value, &w->value_length);
	return w;
}

void outbox_log(struct outbox *o, node_set to, slot_number from, uint16_t count)
{
	assert(o->out.logs < OUTBOX_LOGS);
	o->log[o->out.logs++] = (struct member_log){.to = to, .from = from, .count = count};
}

bool outbox_event(struct outbox *o, const struct event *event)
{
	if (o->out.events == OUTBOX_EVENTS)
		return false;
	o->event[o->out.events++] = *event;
	return true;
}

uint8_t *outbox_frame_room(struct outbox *o, size_t *capacity)
{
	*capacity = o->out.frames < OUTBOX_FRAMES ? o->capacity - o->used : 0;
	return o->bytes + o->used;
}

void outbox_frame(struct outbox *o, node_set to, size_t length, bool early)
{
	assert(o->out.frames < OUTBOX_FRAMES);
	assert(length <= o->capacity - o->used);
	o->frame[o->out.frames++] = (struct member_frame){
		.to = to, .bytes = o->bytes + o->used, .length = length, .early = early};
	o->used += length;
}

struct outbox_mark outbox_mark(const struct outbox *o)
{
	return (struct outbox_mark){o->out.writes, o->out.frames, o->out.logs, o->out.events};
}

unsigned outbox_take_back(struct outbox *o, const struct outbox_mark *since)
{
	const unsigned events = o->out.events;
	unsigned sent = since->frames;

	o->out.events = since->events;
	for (unsigned i = since->events; i < events; i++) {
		if (o->event[i].kind != EVENT_SENT || !o->frame[sent++].early)
			continue;
		o->event[o->out.events] = o->event[i];
		o->event[o->out.events].seq -= i - o->out.events;
		o->out.events++;
	}
	const unsigned frames = o->out.frames;
	o->out.frames = since->frames;
	for (unsigned i = since->frames; i < frames; i++)
		if (o->frame[i].early)
			o->frame[o->out.frames++] = o->frame[i];
	o->out.writes = since->writes;
	o->out.logs = since->logs;
	o->events -= events - o->out.events;
	return events - o->out.events;
}

void outbox_hold_back(struct outbox *o)
{
	for (unsigned i = 0; i < o->out.frames; i++)
		o->frame[i].early = false;
}

void outbox_stamp(struct outbox *o, node_id source, uint64_t stored)
{
	for (unsigned i = 0; i < o->out.frames; i++) {
		uint8_t *bytes = o->bytes + (o->frame[i].bytes - o->bytes);

		frame_stamp(bytes, o->frame[i].length, source, stored);
	}
}

void outbox_keep(struct outbox *o, size_t length)
{
	assert(length <= o->capacity - o->used);
	o->used += length;
}
