#include "proto/wire/crypto.h"

#include <sodium.h>
#include <string.h>

#include "proto/core/digest.h"

#define PREHASH_BYTES 64

/* What is signed is a digest of domain and bytes, so that the two need not be copied into one
 * place. */
static void digest_of(const uint8_t *domain, size_t domain_length, const uint8_t *bytes,
		      size_t length, uint8_t digest[PREHASH_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, PREHASH_BYTES);
	crypto_generichash_update(&state, domain, domain_length);
	crypto_generichash_update(&state, bytes, length);
	crypto_generichash_final(&state, digest, PREHASH_BYTES);
}

static void sign_ed25519(const struct secret_key *key, const uint8_t *domain, size_t domain_length,
			 const uint8_t *bytes, size_t length, uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t digest[PREHASH_BYTES];

	digest_of(domain, domain_length, bytes, length, digest);
	crypto_sign_detached(signature, NULL, digest, sizeof digest, key->bytes);
}

static bool verify_ed25519(const struct public_key *key, const uint8_t *domain,
			   size_t domain_length, const uint8_t *bytes, size_t length,
			   const uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t digest[PREHASH_BYTES];

	digest_of(domain, domain_length, bytes, length, digest);
	return crypto_sign_verify_detached(signature, digest, sizeof digest, key->bytes) == 0;
}

const struct crypto crypto_ed25519 = {sign_ed25519, verify_ed25519};

/* The symbol of a signature: a digest of the key and of what is signed, then zeros. */
static void symbol_of(const uint8_t key[32], const uint8_t *domain, size_t domain_length,
		      const uint8_t *bytes, size_t length, uint8_t symbol[SIGNATURE_BYTES])
{
	uint64_t state = digest64(0, key, 32);

	state = digest64(state, domain, domain_length);
	state = digest64(state, bytes, length);
	memset(symbol, 0, SIGNATURE_BYTES);
	for (unsigned i = 0; i < 8; i++)
		symbol[i] = (uint8_t)(state >> (8 * i));
}

static void sign_symbolic(const struct secret_key *key, const uint8_t *domain, size_t domain_length,
			  const uint8_t *bytes, size_t length, uint8_t signature[SIGNATURE_BYTES])
{
	symbol_of(key->bytes, domain, domain_length, bytes, length, signature);
}

static bool verify_symbolic(const struct public_key *key, const uint8_t *domain,
			    size_t domain_length, const uint8_t *bytes, size_t length,
			    const uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t symbol[SIGNATURE_BYTES];

	symbol_of(key->bytes, domain, domain_length, bytes, length, symbol);
	return memcmp(symbol, signature, SIGNATURE_BYTES) == 0;
}

const struct crypto crypto_symbolic = {sign_symbolic, verify_symbolic};

void crypto_digest(const uint8_t *bytes, size_t length, uint8_t digest[DIGEST_BYTES])
{
	crypto_generichash(digest, DIGEST_BYTES, bytes, length, NULL, 0);
}

void crypto_keyed_digest(const uint8_t key[32], const uint8_t *domain, size_t domain_length,
			 const uint8_t *bytes, size_t length, uint8_t digest[DIGEST_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, 32, DIGEST_BYTES);
	crypto_generichash_update(&state, domain, domain_length);
	crypto_generichash_update(&state, bytes, length);
	crypto_generichash_final(&state, digest, DIGEST_BYTES);
}

bool crypto_same(const uint8_t *one, const uint8_t *other, size_t length)
{
	return sodium_memcmp(one, other, length) == 0;
}

void key_pair_from_seed(const uint8_t seed[32], struct public_key *public_key,
			struct secret_key *secret)
{
	crypto_sign_seed_keypair(public_key->bytes, secret->bytes, seed);
}

void key_pair_symbolic(uint64_t number, struct public_key *public_key, struct secret_key *secret)
{
	memset(public_key->bytes, 0, sizeof public_key->bytes);
	for (unsigned i = 0; i < 8; i++)
		public_key->bytes[i] = (uint8_t)(number >> (8 * i));
	memset(secret->bytes, 0, sizeof secret->bytes);
	memcpy(secret->bytes, public_key->bytes, sizeof public_key->bytes);
}

void secret_key_wipe(struct secret_key *key)
{
	sodium_memzero(key->bytes, sizeof key->bytes);
}
