/* Signatures, behind a small table of functions so that the simulator can use symbols in their
 * place: the protocol's safety must not rest on how signatures are made, only on who can make them.
 */
#ifndef PROTO_WIRE_CRYPTO_H
#define PROTO_WIRE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_BYTES 64
#define DIGEST_BYTES    32

struct public_key {
	uint8_t bytes[32];
};

struct secret_key {
	uint8_t bytes[64]; /* never leaves the process that made it; wipe with secret_key_wipe */
};

struct crypto {
	void (*sign)(const struct secret_key *key, const uint8_t *domain, size_t domain_length,
		     const uint8_t *bytes, size_t length, uint8_t signature[SIGNATURE_BYTES]);
	bool (*verify)(const struct public_key *key, const uint8_t *domain, size_t domain_length,
		       const uint8_t *bytes, size_t length,
		       const uint8_t signature[SIGNATURE_BYTES]);
};

/* Ed25519 (RFC 8032, libsodium) over the BLAKE2b digest, 64 bytes long, of domain and bytes. */
extern const struct crypto crypto_ed25519;

/* Symbols: a fast keyed hash that only holds among programs that do not cheat. Simulator only:
 * public key and secret key are the same number. */
extern const struct crypto crypto_symbolic;

/* BLAKE2b of the bytes: what stands for a long value or for a NewView in what is signed. */
void crypto_digest(const uint8_t *bytes, size_t length, uint8_t digest[DIGEST_BYTES]);

void key_pair_from_seed(const uint8_t seed[32], struct public_key *public_key,
			struct secret_key *secret);
void key_pair_symbolic(uint64_t number, struct public_key *public_key, struct secret_key *secret);
void secret_key_wipe(struct secret_key *key);

#endif
