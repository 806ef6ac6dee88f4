#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

size_t load_encode(const struct wire_context *context, node_id node,
		   const struct load_report *report, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_LOAD, context, bytes, capacity);

	assert(node != NODE_NONE && node <= context->nodes);
	write_u8(&w, node);
	write_u64(&w, report->number);
	write_u32(&w, report->count);
	write_u32(&w, report->outstanding);
	write_u32(&w, report->rate);
	write_u64(&w, report->values);
	write_u64(&w, report->slots);
	write_u64(&w, report->lost);
	write_u64(&w, report->elapsed_us);
	write_u32(&w, report->latency_p50_us);
	write_u32(&w, report->latency_p99_us);
	write_u32(&w, report->latency_p999_us);
	write_u32(&w, report->latency_max_us);
	write_u32(&w, report->behind);
	write_u64(&w, report->behind_us);
	write_u8(&w, report->done);
	write_u32(&w, report->sample.number);
	write_u32(&w, report->sample.lasted_us);
	write_u32(&w, report->sample.values);
	write_u32(&w, report->sample.slots);
	write_u32(&w, report->sample.latency_p50_us);
	write_u32(&w, report->sample.latency_p99_us);
	return control_length(&w, bytes);
}

enum drop load_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		      node_id *node, struct load_report *report)
{
	struct byte_reader r = control_head_open(FRAME_LOAD, context, bytes, length);

	*node = read_u8(&r);
	if (r.wrong == DROP_NOTHING && (*node == NODE_NONE || *node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	report->number = read_u64(&r);
	report->count = read_u32(&r);
	report->outstanding = read_u32(&r);
	report->rate = read_u32(&r);
	report->values = read_u64(&r);
	report->slots = read_u64(&r);
	report->lost = read_u64(&r);
	report->elapsed_us = read_u64(&r);
	report->latency_p50_us = read_u32(&r);
	report->latency_p99_us = read_u32(&r);
	report->latency_p999_us = read_u32(&r);
	report->latency_max_us = read_u32(&r);
	report->behind = read_u32(&r);
	report->behind_us = read_u64(&r);
	report->done = read_bool(&r);
	report->sample.number = read_u32(&r);
	report->sample.lasted_us = read_u32(&r);
	report->sample.values = read_u32(&r);
	report->sample.slots = read_u32(&r);
	report->sample.latency_p50_us = read_u32(&r);
	report->sample.latency_p99_us = read_u32(&r);
	return read_end(&r);
}
