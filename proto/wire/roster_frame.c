/* The roster, which the operator signs. */
#include <assert.h>

#include "proto/core/paxos.h"
#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

static const uint8_t roster_domain[] = "paxos-tui roster 1";

size_t roster_encode(struct roster *roster, const struct crypto *crypto,
		     const struct secret_key *operator_secret, uint8_t *bytes, size_t capacity)
{
	struct wire_context context = wire_context_of(roster);
	struct byte_writer w = control_head_begin(FRAME_ROSTER, &context, bytes, capacity);

	assert(roster->nodes >= 1 && roster->nodes <= NODES_MAX);
	assert(roster->quorum >= 1 && roster->quorum <= roster->nodes);
	assert(roster->mode <= MODE_MULTI);
	write_bytes(&w, roster->operator_key.bytes, sizeof roster->operator_key.bytes);
	write_u8(&w, roster->nodes);
	write_u8(&w, roster->mode);
	write_u8(&w, roster->quorum);
	write_u32(&w, roster->policy);
	write_clock_rule(&w, &roster->clock);
	write_link_rule(&w, &roster->link);
	for (unsigned id = 1; id <= roster->nodes; id++) {
		const struct roster_node *node = &roster->node[id];

		write_bytes(&w, node->key.bytes, sizeof node->key.bytes);
		write_endpoint(&w, node->data);
		write_endpoint(&w, node->control);
	}
	if (operator_secret != NULL && !w.full)
		crypto->sign(operator_secret, roster_domain, sizeof roster_domain, bytes,
			     (size_t)(w.at - bytes), roster->signature);
	write_bytes(&w, roster->signature, SIGNATURE_BYTES);
	return control_length(&w, bytes);
}

static void read_roster(struct byte_reader *r, struct roster *out)
{
	read_copy(r, out->operator_key.bytes, sizeof out->operator_key.bytes);
	out->nodes = read_u8(r);
	read_check(r, out->nodes >= 1 && out->nodes <= NODES_MAX);
	out->mode = read_u8(r);
	read_check(r, out->mode <= MODE_MULTI);
	out->quorum = read_u8(r);
	read_check(r, out->quorum >= 1 && out->quorum <= out->nodes);
	out->policy = read_u32(r);
	out->clock = read_clock_rule(r);
	out->link = read_link_rule(r);
	for (unsigned id = 1; id <= out->nodes && r->wrong == DROP_NOTHING; id++) {
		read_copy(r, out->node[id].key.bytes, sizeof out->node[id].key.bytes);
		read_endpoint(r, out->node[id].data);
		read_endpoint(r, out->node[id].control);
	}
}

enum drop roster_decode(const uint8_t *bytes, size_t length, const struct crypto *crypto,
			const struct public_key *operator_key, struct roster *out)
{
	enum control_frame_kind kind;
	struct wire_context context = wire_context_nobody;
	enum drop wrong = control_frame_peek(bytes, length, &kind, context.cluster, &context.epoch);

	if (wrong != DROP_NOTHING)
		return wrong;

	struct byte_reader r = control_head_open(FRAME_ROSTER, &context, bytes, length);

	memset(out, 0, sizeof *out);
	memcpy(out->cluster, context.cluster, sizeof out->cluster);
	out->epoch = context.epoch;
	read_roster(&r, out);

	size_t signed_length = (size_t)(r.at - bytes);

	read_copy(&r, out->signature, SIGNATURE_BYTES);
	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	if (operator_key != NULL &&
	    memcmp(operator_key, &out->operator_key, sizeof *operator_key) != 0)
		return DROP_OPERATOR;
	if (!crypto->verify(&out->operator_key, roster_domain, sizeof roster_domain, bytes,
			    signed_length, out->signature))
		return DROP_OPERATOR;
	return DROP_NOTHING;
}
