/* Who is who: the roster, signed by the operator, and a node's own introduction, signed by itself.
 */
#include <assert.h>

#include "proto/core/paxos.h"
#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

static const uint8_t roster_domain[] = "paxos-tui roster 1";
static const uint8_t peer_domain[] = "paxos-tui peer 1";

/* An endpoint has no control characters: it is shown to people and given to the system. */
static bool is_endpoint(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < ' ' || bytes[i] == 0x7f)
			return false;
	return true;
}

static void write_endpoint(struct writer *w, const char endpoint[ENDPOINT_MAX])
{
	const uint8_t *bytes = (const uint8_t *)endpoint;
	size_t length = strnlen(endpoint, ENDPOINT_MAX);

	assert(length < ENDPOINT_MAX);
	assert(is_endpoint(bytes, length));
	write_u8(w, (uint8_t)length);
	write_bytes(w, bytes, length);
}

/* `endpoint` is all 0 before. */
static void read_endpoint(struct reader *r, char endpoint[ENDPOINT_MAX])
{
	uint8_t length = read_u8(r);

	read_check(r, length < ENDPOINT_MAX);

	const uint8_t *bytes = read_bytes(r, length);

	if (bytes == NULL)
		return;
	read_check(r, is_endpoint(bytes, length));
	if (r->wrong == DROP_NOTHING)
		memcpy(endpoint, bytes, length);
}

size_t roster_encode(struct roster *roster, const struct crypto *crypto,
		     const struct secret_key *operator_secret, uint8_t *bytes, size_t capacity)
{
	struct wire_context context = wire_context_of(roster);
	struct writer w = control_head_begin(FRAME_ROSTER, &context, bytes, capacity);

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

static void read_roster(struct reader *r, struct roster *out)
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

	struct reader r = control_head_open(FRAME_ROSTER, &context, bytes, length);

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

size_t peer_info_encode(struct peer_info *info, const struct crypto *crypto,
			const struct secret_key *secret, uint8_t *bytes, size_t capacity)
{
	struct writer w =
		control_head_begin(FRAME_PEER_INFO, &wire_context_nobody, bytes, capacity);

	assert(info->wanted <= NODES_MAX);
	write_bytes(&w, info->nonce, sizeof info->nonce);
	write_u8(&w, info->wanted);
	write_bytes(&w, info->key.bytes, sizeof info->key.bytes);
	write_endpoint(&w, info->data);
	write_endpoint(&w, info->control);
	if (!w.full)
		crypto->sign(secret, peer_domain, sizeof peer_domain, bytes, (size_t)(w.at - bytes),
			     info->signature);
	write_bytes(&w, info->signature, SIGNATURE_BYTES);
	return control_length(&w, bytes);
}

enum drop peer_info_decode(const uint8_t *bytes, size_t length, const struct crypto *crypto,
			   struct peer_info *out)
{
	struct reader r = control_head_open(FRAME_PEER_INFO, &wire_context_nobody, bytes, length);

	memset(out, 0, sizeof *out);
	read_copy(&r, out->nonce, sizeof out->nonce);
	out->wanted = read_node(&r);
	read_copy(&r, out->key.bytes, sizeof out->key.bytes);
	read_endpoint(&r, out->data);
	read_endpoint(&r, out->control);

	size_t signed_length = (size_t)(r.at - bytes);

	read_copy(&r, out->signature, SIGNATURE_BYTES);
	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	if (!crypto->verify(&out->key, peer_domain, sizeof peer_domain, bytes, signed_length,
			    out->signature))
		return DROP_SIGNATURE;
	return DROP_NOTHING;
}
