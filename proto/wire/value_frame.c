#include <assert.h>

#include "proto/core/batch.h"
#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"

size_t value_frame_encode(const struct wire_context *context, node_id node, const uint8_t *value,
			  uint32_t value_length, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_VALUE, context, bytes, capacity);

	assert(node != NODE_NONE && node <= context->nodes);
	assert(value_length <= VALUE_BYTES_MAX && batch_count(value, value_length) > 0);
	write_u8(&w, node);
	write_bytes(&w, value, value_length);
	return control_length(&w, bytes);
}

enum drop value_frame_decode(const struct wire_context *context, const uint8_t *bytes,
			     size_t length, node_id *node, const uint8_t **value,
			     uint32_t *value_length)
{
	struct byte_reader r = control_head_open(FRAME_VALUE, context, bytes, length);

	*node = read_u8(&r);
	if (r.wrong == DROP_NOTHING && (*node == NODE_NONE || *node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	read_check(&r, r.left <= VALUE_BYTES_MAX);
	*value_length = (uint32_t)r.left;
	*value = read_bytes(&r, r.left);
	read_check(&r, r.wrong != DROP_NOTHING || batch_count(*value, *value_length) > 0);
	return read_end(&r);
}
