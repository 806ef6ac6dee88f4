/* How a node introduces itself to a coordinator, and how the coordinator asks it for the proof that
 * it knows the join token. */
#include <assert.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/control_head.h"
#include "proto/wire/fields.h"

static const uint8_t peer_domain[] = "paxos-tui peer 1";
static const uint8_t join_domain[] = "paxos-tui join 1";

/* What a node says of itself, without what proves it. */
static void write_claim(struct byte_writer *w, const struct peer_info *info)
{
	assert(info->wanted <= NODES_MAX);
	write_bytes(w, info->nonce, sizeof info->nonce);
	write_u8(w, info->wanted);
	write_bytes(w, info->key.bytes, sizeof info->key.bytes);
	write_endpoint(w, info->data);
	write_endpoint(w, info->control);
}

void peer_info_prove(const struct join_token *token, const uint8_t challenge[CHALLENGE_BYTES],
		     const struct peer_info *info, uint8_t proof[DIGEST_BYTES])
{
	uint8_t bytes[CHALLENGE_BYTES + PEER_INFO_BYTES_MAX];
	struct byte_writer w = {bytes, sizeof bytes, false};

	write_bytes(&w, challenge, CHALLENGE_BYTES);
	write_claim(&w, info);
	assert(!w.full);
	crypto_keyed_digest(token->bytes, join_domain, sizeof join_domain, bytes,
			    (size_t)(w.at - bytes), proof);
}

bool peer_info_is_proven(const struct join_token *token, const uint8_t challenge[CHALLENGE_BYTES],
			 const struct peer_info *info)
{
	uint8_t proof[DIGEST_BYTES];

	peer_info_prove(token, challenge, info, proof);
	return crypto_same(proof, info->proof, DIGEST_BYTES);
}

size_t peer_info_encode(struct peer_info *info, const struct crypto *crypto,
			const struct secret_key *secret, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w =
		control_head_begin(FRAME_PEER_INFO, &wire_context_nobody, bytes, capacity);

	write_claim(&w, info);
	write_bytes(&w, info->proof, sizeof info->proof);
	if (!w.full)
		crypto->sign(secret, peer_domain, sizeof peer_domain, bytes, (size_t)(w.at - bytes),
			     info->signature);
	write_bytes(&w, info->signature, SIGNATURE_BYTES);
	return control_length(&w, bytes);
}

enum drop peer_info_decode(const uint8_t *bytes, size_t length, const struct crypto *crypto,
			   struct peer_info *out)
{
	struct byte_reader r =
		control_head_open(FRAME_PEER_INFO, &wire_context_nobody, bytes, length);

	memset(out, 0, sizeof *out);
	read_copy(&r, out->nonce, sizeof out->nonce);
	out->wanted = read_node(&r);
	read_copy(&r, out->key.bytes, sizeof out->key.bytes);
	read_endpoint(&r, out->data);
	read_endpoint(&r, out->control);
	read_copy(&r, out->proof, sizeof out->proof);

	size_t signed_length = (size_t)(r.at - bytes);

	read_copy(&r, out->signature, SIGNATURE_BYTES);
	if (read_end(&r) != DROP_NOTHING)
		return r.wrong;
	if (!crypto->verify(&out->key, peer_domain, sizeof peer_domain, bytes, signed_length,
			    out->signature))
		return DROP_SIGNATURE;
	return DROP_NOTHING;
}

size_t welcome_encode(const struct welcome *welcome, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w =
		control_head_begin(FRAME_WELCOME, &wire_context_nobody, bytes, capacity);

	write_bytes(&w, welcome->nonce, sizeof welcome->nonce);
	write_bytes(&w, welcome->challenge, sizeof welcome->challenge);
	return control_length(&w, bytes);
}

enum drop welcome_decode(const uint8_t *bytes, size_t length, struct welcome *out)
{
	struct byte_reader r =
		control_head_open(FRAME_WELCOME, &wire_context_nobody, bytes, length);

	memset(out, 0, sizeof *out);
	read_copy(&r, out->nonce, sizeof out->nonce);
	read_copy(&r, out->challenge, sizeof out->challenge);
	return read_end(&r);
}

void key_fingerprint(const struct public_key *key, char out[FINGERPRINT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[DIGEST_BYTES];
	size_t at = 0;

	crypto_digest(key->bytes, sizeof key->bytes, digest);
	for (unsigned i = 0; i < FINGERPRINT_BYTES; i++) {
		if (i > 0 && i % 2 == 0)
			out[at++] = '-';
		out[at++] = digits[digest[i] >> 4];
		out[at++] = digits[digest[i] & 15];
	}
	out[at] = '\0';
}
