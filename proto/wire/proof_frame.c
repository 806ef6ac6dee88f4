#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"

size_t proof_frame_encode(const struct wire_context *context, node_id node, const uint8_t *proof,
			  size_t proof_length, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = control_head_begin(FRAME_PROOF, context, bytes, capacity);

	assert(node != NODE_NONE && node <= context->nodes);
	assert(proof_length > 0);
	write_u8(&w, node);
	write_bytes(&w, proof, proof_length);
	return control_length(&w, bytes);
}

enum drop proof_frame_decode(const struct wire_context *context, const uint8_t *bytes,
			     size_t length, node_id *node, const uint8_t **proof,
			     size_t *proof_length)
{
	struct byte_reader r = control_head_open(FRAME_PROOF, context, bytes, length);

	*node = read_u8(&r);
	if (r.wrong == DROP_NOTHING && (*node == NODE_NONE || *node > context->nodes))
		read_refuse(&r, DROP_SENDER);
	*proof_length = r.left;
	*proof = read_bytes(&r, r.left);
	if (r.wrong == DROP_NOTHING && *proof_length == 0)
		read_refuse(&r, DROP_SHORT);
	return read_end(&r);
}
