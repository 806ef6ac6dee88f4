/* Signatures, behind a small table of functions, so that the simulator can use symbols instead: the
 * safety of the protocol must not rest on how a signature is made, only on the fact that one node
 * can make it and no other. */
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

/* Symbols: a fast keyed hash. Public key and secret key are the same number, so anybody could forge
 * one; the simulator's liars do not. For the simulator only. */
extern const struct crypto crypto_symbolic;

/* BLAKE2b of the bytes. In what is signed it stands for a long value or for a NewView. */
void crypto_digest(const uint8_t *bytes, size_t length, uint8_t digest[DIGEST_BYTES]);

/* BLAKE2b of domain and bytes with a key: only a holder of the key can make it. */
void crypto_keyed_digest(const uint8_t key[32], const uint8_t *domain, size_t domain_length,
			 const uint8_t *bytes, size_t length, uint8_t digest[DIGEST_BYTES]);

/* Compares secrets: how long it takes tells nothing about where they differ. */
bool crypto_same(const uint8_t *one, const uint8_t *other, size_t length);

void key_pair_from_seed(const uint8_t seed[32], struct public_key *public_key,
			struct secret_key *secret);
void key_pair_symbolic(uint64_t number, struct public_key *public_key, struct secret_key *secret);
void secret_key_wipe(struct secret_key *key);

#endif
