#include "proto/member/chain.h"

#include <string.h>

#include "proto/wire/bytes.h"

static const uint8_t domain[] = "paxos-tui chain 1";

void chain_begin(struct chain *chain)
{
	memset(chain, 0, sizeof *chain);
}

void chain_add(struct chain *chain, const uint8_t *value, uint32_t length)
{
	uint8_t head[sizeof domain + 12];
	uint8_t digest[DIGEST_BYTES];
	struct byte_writer w = {head, sizeof head, false};

	write_bytes(&w, domain, sizeof domain);
	write_u64(&w, chain->end);
	write_u32(&w, length);
	crypto_keyed_digest(chain->digest, head, sizeof head, value, length, digest);
	memcpy(chain->digest, digest, sizeof digest);
	chain->end++;
}
