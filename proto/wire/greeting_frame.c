/* What nodes tell each other about the operator's standing orders. */
#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

bool is_between_nodes(const uint8_t *bytes, size_t length)
{
	return length > 1 && (bytes[1] == FRAME_GREETING || bytes[1] == FRAME_ORDER);
}

static node_set read_receivers(struct byte_reader *r, const struct wire_context *context)
{
	const node_set to = read_u32(r);

	read_check(r, to != 0 && (to & ~set_first(context->nodes)) == 0);
	return to;
}

size_t greeting_encode(const struct wire_context *context, const struct greeting *greeting,
		       uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_GREETING, context, bytes, capacity);

	assert(greeting->node != NODE_NONE && greeting->node <= context->nodes);
	write_u8(&w, greeting->node);
	write_u32(&w, greeting->to);
	write_u64(&w, greeting->orders);
	write_u8(&w, greeting->is_answer);
	return control_length(&w, bytes);
}

enum drop greeting_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			  struct greeting *out)
{
	struct byte_reader r = control_head_open(FRAME_GREETING, context, bytes, length);

	out->node = read_u8(&r);
	if (r.wrong == DROP_NOTHING && (out->node == NODE_NONE || out->node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	out->to = read_receivers(&r, context);
	out->orders = read_u64(&r);
	out->is_answer = read_bool(&r);
	return read_end(&r);
}

size_t order_encode(const struct wire_context *context, node_set to, const uint8_t *control,
		    size_t control_size, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_ORDER, context, bytes, capacity);

	write_u32(&w, to);
	write_bytes(&w, control, control_size);
	return control_length(&w, bytes);
}

enum drop order_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       node_set *to, const uint8_t **control, size_t *control_size)
{
	struct byte_reader r = control_head_open(FRAME_ORDER, context, bytes, length);

	*to = read_receivers(&r, context);
	*control_size = r.left;
	*control = read_bytes(&r, r.left);
	return read_end(&r);
}
