/* Every report of a node, of whatever kind, ends with the node's signature. */
#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

static const uint8_t domain[] = "paxos-tui report 1";

bool is_report(enum control_frame_kind kind)
{
	return kind == FRAME_EVENTS || kind == FRAME_SNAPSHOT || kind == FRAME_LOAD ||
	       kind == FRAME_PROOF || kind == FRAME_VALUE;
}

size_t report_sign(uint8_t *bytes, size_t length, const struct crypto *crypto,
		   const struct secret_key *key)
{
	if (length == 0)
		return 0;
	crypto->sign(key, domain, sizeof domain, bytes, length, bytes + length);
	return length + SIGNATURE_BYTES;
}

enum drop report_open(const struct wire_context *context, const uint8_t *bytes, size_t *length,
		      const struct crypto *crypto, const struct public_key *keys, node_id *node)
{
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;
	enum drop why = control_frame_peek(bytes, *length, &kind, cluster, &epoch);

	*node = NODE_NONE;
	if (why != DROP_NOTHING)
		return why;
	if (!is_report(kind))
		return DROP_TYPE;
	struct byte_reader r = control_head_open(kind, context, bytes, *length);
	const node_id said = read_u8(&r);

	if (r.wrong != DROP_NOTHING)
		return r.wrong;
	if (said == NODE_NONE || said > context->nodes)
		return DROP_SENDER;
	*node = said;
	if (r.left < SIGNATURE_BYTES)
		return DROP_SHORT;
	*length -= SIGNATURE_BYTES;
	return crypto->verify(&keys[said], domain, sizeof domain, bytes, *length, bytes + *length)
		       ? DROP_NOTHING
		       : DROP_SIGNATURE;
}
