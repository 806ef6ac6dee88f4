#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/event_fields.h"

/* Events follow each other without a gap, so the frame tells the seq of the first only. An event of
 * seq 0, which no node numbered, travels alone. */
static bool event_follows(const struct event *event, const struct event *before)
{
	return before->seq != 0 && event->seq == before->seq + 1 && event->node == before->node &&
	       event->boot == before->boot;
}

size_t events_encode(const struct wire_context *context, const struct event *event, unsigned count,
		     uint64_t left_out, const struct values *values, unsigned *taken,
		     uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_EVENTS, context, bytes, capacity);
	unsigned fit = 0;

	*taken = 0;
	if (count == 0)
		return 0;
	assert(event->node != NODE_NONE && event->node <= context->nodes);
	write_u8(&w, event->node);
	write_u16(&w, event->boot);
	write_u64(&w, event->seq);
	write_u64(&w, left_out);

	struct byte_writer count_at = w;

	write_u16(&w, 0);
	for (; fit < count && fit < UINT16_MAX; fit++) {
		struct byte_writer before = w;

		if (fit > 0 && !event_follows(&event[fit], &event[fit - 1]))
			break;
		assert(event_kind_is_known(event[fit].kind));
		write_u8(&w, (uint8_t)event[fit].kind);
		write_u64(&w, event[fit].at);
		write_event_fields(&w, values, &event[fit]);
		if (w.full) {
			w = before;
			break;
		}
	}
	if (fit == 0)
		return 0;
	write_u16(&count_at, (uint16_t)fit);
	*taken = fit;
	return control_length(&w, bytes);
}

struct events_head {
	node_id node;
	uint16_t boot;
	uint64_t seq;
	uint64_t left_out;
	uint16_t count;
};

static struct byte_reader open_events(const struct wire_context *context, const uint8_t *bytes,
				      size_t length, struct events_head *head)
{
	struct byte_reader r = control_head_open(FRAME_EVENTS, context, bytes, length);

	head->node = read_u8(&r);
	head->boot = read_u16(&r);
	head->seq = read_u64(&r);
	head->left_out = read_u64(&r);
	head->count = read_u16(&r);
	if (r.wrong == DROP_NOTHING && (head->node == NODE_NONE || head->node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	read_check(&r, head->count > 0);
	read_check(&r, head->seq != 0 ? head->seq <= UINT64_MAX - head->count : head->count == 1);
	return r;
}

static void read_event(struct byte_reader *r, const struct events_head *head, uint16_t place,
		       struct value_room *room, struct event *out)
{
	*out = (struct event){.node = head->node, .boot = head->boot, .seq = head->seq + place};

	uint8_t kind = read_u8(r);

	if (r->wrong == DROP_NOTHING && !event_kind_is_known(kind))
		read_refuse(r, DROP_TYPE);
	out->kind = kind;
	out->at = read_u64(r);
	if (r->wrong == DROP_NOTHING)
		read_event_fields(r, room, out);
}

enum drop events_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			struct values *values, uint64_t *left_out,
			void (*use)(void *user, const struct event *event), void *user)
{
	struct value_room room = {.values = NULL};
	struct events_head head;
	struct event event;
	struct byte_reader r = open_events(context, bytes, length, &head);

	for (uint16_t i = 0; i < head.count && r.wrong == DROP_NOTHING; i++)
		read_event(&r, &head, i, &room, &event);
	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	if (!values_has_room(values, room.count, room.bytes))
		return DROP_FULL;

	*left_out = head.left_out;
	room.values = values;
	r = open_events(context, bytes, length, &head);
	for (uint16_t i = 0; i < head.count; i++) {
		read_event(&r, &head, i, &room, &event);
		use(user, &event);
	}
	return DROP_NOTHING;
}
