#include "proto/wire/hello_frame.h"

#include <assert.h>

#include "proto/wire/fields.h"

static const uint8_t domain[] = "paxos-tui hello 1";

bool is_hello(const uint8_t *bytes, size_t length)
{
	return length > 0 && bytes[0] == HELLO_VERSION;
}

size_t hello_encode(const struct wire_context *context, const struct hello *hello,
		    const struct crypto *crypto, const struct secret_key *key,
		    uint8_t bytes[HELLO_BYTES])
{
	struct byte_writer w = {bytes, HELLO_BYTES, false};
	uint8_t signature[SIGNATURE_BYTES];

	assert(hello->sender != NODE_NONE && hello->sender <= context->nodes);
	assert(hello->boot != 0 && hello->life != 0);
	write_u8(&w, HELLO_VERSION);
	write_u8(&w, hello->asks);
	write_u8(&w, hello->sender);
	write_u32(&w, hello->to);
	write_bytes(&w, context->cluster, sizeof context->cluster);
	write_u16(&w, hello->boot);
	write_u32(&w, hello->life);
	write_u32(&w, hello->past);
	write_u64(&w, hello->past_stored);
	write_u32(&w, hello->judged);
	write_u32(&w, hello->known);
	write_u16(&w, hello->known_boot);
	write_u64(&w, hello->known_stored);
	crypto->sign(key, domain, sizeof domain, bytes, HELLO_BYTES - SIGNATURE_BYTES, signature);
	write_bytes(&w, signature, sizeof signature);
	assert(!w.full && w.left == 0);
	return HELLO_BYTES;
}

enum drop hello_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       const struct crypto *crypto, const struct public_key *keys,
		       struct hello *out)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};

	if (read_u8(&r) != HELLO_VERSION)
		read_refuse(&r, DROP_VERSION);
	out->asks = read_bool(&r);
	out->sender = read_u8(&r);
	out->to = read_u32(&r);

	const uint8_t *cluster = read_bytes(&r, sizeof context->cluster);

	if (cluster != NULL && memcmp(cluster, context->cluster, sizeof context->cluster) != 0)
		read_refuse(&r, DROP_CLUSTER);
	if (r.wrong == DROP_NOTHING && (out->sender == NODE_NONE || out->sender > context->nodes))
		read_refuse(&r, DROP_SENDER);
	out->boot = read_u16(&r);
	out->life = read_u32(&r);
	out->past = read_u32(&r);
	out->past_stored = read_u64(&r);
	out->judged = read_u32(&r);
	out->known = read_u32(&r);
	out->known_boot = read_u16(&r);
	out->known_stored = read_u64(&r);
	read_check(&r, out->boot != 0 && out->life != 0);

	const uint8_t *signature = read_bytes(&r, SIGNATURE_BYTES);

	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	return crypto->verify(&keys[out->sender], domain, sizeof domain, bytes,
			      HELLO_BYTES - SIGNATURE_BYTES, signature)
		       ? DROP_NOTHING
		       : DROP_SIGNATURE;
}
