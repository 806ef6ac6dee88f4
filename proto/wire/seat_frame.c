#include "proto/wire/seat_frame.h"

#include <assert.h>

#include "proto/wire/control_head.h"

static const uint8_t domain[] = "paxos-tui seat 1";

size_t seat_encode(const struct wire_context *context, const struct seat *seat,
		   const struct crypto *crypto, const struct secret_key *operator_key,
		   uint8_t bytes[SEAT_BYTES_MAX])
{
	struct wire_context in_epoch = *context;
	uint8_t signature[SIGNATURE_BYTES];

	in_epoch.epoch = seat->epoch;
	struct byte_writer w = control_head_begin(FRAME_SEAT, &in_epoch, bytes, SEAT_BYTES_MAX);
	assert(seat->lines <= POLICY_LINES_MAX && seat->lives <= NODES_MAX);
	write_u8(&w, seat->node);
	write_u16(&w, seat->boot);
	write_u64(&w, seat->slot);
	write_u32(&w, seat->round);
	write_u8(&w, seat->lines);
	for (unsigned i = 0; i < seat->lines; i++) {
		write_u64(&w, seat->line[i].from);
		write_u32(&w, seat->line[i].policy);
	}
	write_u8(&w, seat->lives);
	for (unsigned i = 0; i < seat->lives; i++) {
		write_u32(&w, seat->life[i].number);
		write_u64(&w, seat->life[i].stored);
	}
	crypto->sign(operator_key, domain, sizeof domain, bytes, (size_t)(w.at - bytes), signature);
	write_bytes(&w, signature, sizeof signature);
	assert(!w.full);
	return control_length(&w, bytes);
}

enum drop seat_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		      const struct crypto *crypto, const struct public_key *operator_key,
		      struct seat *out)
{
	enum control_frame_kind kind;
	struct wire_context in_epoch = *context;
	uint8_t cluster[8];
	enum drop why = control_frame_peek(bytes, length, &kind, cluster, &in_epoch.epoch);

	if (why != DROP_NOTHING)
		return why;
	struct byte_reader r = control_head_open(FRAME_SEAT, &in_epoch, bytes, length);
	*out = (struct seat){.epoch = in_epoch.epoch};
	out->node = read_u8(&r);
	out->boot = read_u16(&r);
	out->slot = read_u64(&r);
	out->round = read_u32(&r);
	read_check(&r, out->node != NODE_NONE && out->node <= context->nodes);
	out->lines = read_u8(&r);
	read_check(&r, out->lines <= POLICY_LINES_MAX);
	for (unsigned i = 0; i < out->lines && r.wrong == DROP_NOTHING; i++) {
		out->line[i].from = read_u64(&r);
		out->line[i].policy = read_u32(&r);
	}
	out->lives = read_u8(&r);
	read_check(&r, out->lives <= NODES_MAX);
	for (unsigned i = 0; i < out->lives && r.wrong == DROP_NOTHING; i++) {
		out->life[i].number = read_u32(&r);
		out->life[i].stored = read_u64(&r);
	}
	const size_t signed_length = length - r.left;
	const uint8_t *signature = read_bytes(&r, SIGNATURE_BYTES);

	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	return crypto->verify(operator_key, domain, sizeof domain, bytes, signed_length, signature)
		       ? DROP_NOTHING
		       : DROP_OPERATOR;
}
