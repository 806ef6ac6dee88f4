#include "proto/member/output_marks.h"

#include "proto/core/digest.h"
#include "proto/wire/bytes.h"
#include "proto/wire/event_fields.h"

#define NUMBERS_MAX 128 /* bytes of numbers in a write, or in what else is owed */
#define EVENT_MAX   512 /* an event, with what it shows of its value */

static uint64_t frame_mark(const struct member_frame *frame)
{
	const uint64_t seed = (uint64_t)frame->to << 1 | frame->early;

	return digest64(seed, frame->bytes, frame->length);
}

static uint64_t written(const struct byte_writer *w, const uint8_t *bytes, uint64_t seed)
{
	return digest64(seed, bytes, (size_t)(w->at - bytes));
}

static uint64_t write_mark(const struct member_write *write)
{
	uint8_t bytes[NUMBERS_MAX];
	struct byte_writer w = {bytes, sizeof bytes, false};
	uint64_t mark;

	write_u8(&w, (uint8_t)write->kind);
	write_u32(&w, write->epoch);
	write_u64(&w, write->slot);
	write_ballot(&w, write->ballot);
	mark = written(&w, bytes, write->value_length);
	mark = digest64(mark, write->value, write->value_length);
	return digest64(mark, write->proofs, write->proofs_length);
}

static uint64_t event_mark(const struct event *event, const struct values *values)
{
	uint8_t bytes[EVENT_MAX];
	struct byte_writer w = {bytes, sizeof bytes, false};

	write_u8(&w, (uint8_t)event->kind);
	write_u8(&w, event->node);
	write_u16(&w, event->boot);
	write_u64(&w, event->seq);
	write_u64(&w, event->at);
	write_event_fields(&w, values, event);
	return written(&w, bytes, w.full);
}

static uint64_t rest_mark(const struct member_output *out)
{
	uint8_t bytes[NUMBERS_MAX];
	struct byte_writer w = {bytes, sizeof bytes, false};
	uint64_t mark;

	write_u8(&w, out->must_sync);
	write_u8(&w, out->settings_changed);
	write_u8(&w, (uint8_t)out->fate);
	write_u64(&w, out->wake_at);
	write_u64(&w, out->events_left_out);
	write_u64(&w, out->load.number);
	write_u32(&w, out->load.count);
	mark = written(&w, bytes, 0);
	for (unsigned i = 0; i < out->logs; i++) {
		w = (struct byte_writer){bytes, sizeof bytes, false};
		write_u32(&w, out->log[i].to);
		write_u64(&w, out->log[i].from);
		write_u16(&w, out->log[i].count);
		mark = written(&w, bytes, mark);
	}
	return mark;
}

/* Chains a part into the digest of all. */
static void add_mark(struct output_marks *marks, unsigned place, uint64_t mark)
{
	uint8_t bytes[8];
	struct byte_writer w = {bytes, sizeof bytes, false};

	write_u64(&w, mark);
	marks->mark[place] = (uint32_t)mark;
	marks->all = digest64(marks->all, bytes, sizeof bytes);
}

void output_marks_make(const struct member_output *out, const struct values *values,
		       struct output_marks *marks)
{
	unsigned place = 0;

	marks->frames = (uint16_t)out->frames;
	marks->writes = (uint16_t)out->writes;
	marks->events = (uint16_t)out->events;
	marks->all = rest_mark(out);
	for (unsigned i = 0; i < out->frames; i++)
		add_mark(marks, place++, frame_mark(&out->frame[i]));
	for (unsigned i = 0; i < out->writes; i++)
		add_mark(marks, place++, write_mark(&out->write[i]));
	for (unsigned i = 0; i < out->events; i++)
		add_mark(marks, place++, event_mark(&out->event[i], values));
}

/* The first of so many that differs; the lower number, if all that both have are alike. */
static unsigned first_other(const uint32_t *a, unsigned as, const uint32_t *b, unsigned bs)
{
	unsigned i = 0;

	while (i < as && i < bs && a[i] == b[i])
		i++;
	return i;
}

enum output_part output_marks_differ(const struct output_marks *a, const struct output_marks *b,
				     unsigned *which)
{
	const uint32_t *of_a = a->mark, *of_b = b->mark;

	*which = first_other(of_a, a->frames, of_b, b->frames);
	if (*which < a->frames || *which < b->frames)
		return PART_FRAME;
	of_a += a->frames;
	of_b += b->frames;
	*which = first_other(of_a, a->writes, of_b, b->writes);
	if (*which < a->writes || *which < b->writes)
		return PART_WRITE;
	of_a += a->writes;
	of_b += b->writes;
	*which = first_other(of_a, a->events, of_b, b->events);
	if (*which < a->events || *which < b->events)
		return PART_EVENT;
	*which = 0;
	return a->all == b->all ? PART_NONE : PART_REST;
}
