/* What the wire costs: bench_wire
 *
 * Prints lines "name number unit" for encoding and decoding each message of a 64-byte value, for
 * looking a value up, and for signing and verifying. Each number is the best of several rounds: the
 * machine is shared. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "proto/wire/frame.h"

#define ROUNDS      7
#define CODEC_RUNS  20000
#define CRYPTO_RUNS 200

static const struct wire_context context = {.cluster = {1}, .epoch = 1, .nodes = 5};
static struct values *values;
static struct claim claims[SLOTS_OPEN_MAX];
static struct frame frame, decoded;
static struct public_key public_key;
static struct secret_key secret_key;
static uint8_t bytes[64 * 1024];
static size_t length;
static uint8_t payload[64];

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void make_frame(enum message_type type, unsigned claim_count)
{
	value_ref value = values_intern(values, payload, sizeof payload);

	frame = (struct frame){.sender = 1, .to = 0x1e, .id = {1, 1, 1}};
	frame.message = (struct message){.type = type,
					 .from = 1,
					 .to = 0x1e,
					 .ballot = {3, 1},
					 .slot = 5,
					 .low = 5,
					 .promised = {4, 2},
					 .why = REFUSE_PROMISED,
					 .value = value,
					 .claims = (uint16_t)claim_count,
					 .claim = claims};
	for (unsigned i = 0; i < claim_count; i++)
		claims[i] = (struct claim){.slot = 5 + i, .ballot = {2, 2}, .value = value};
}

static void encode(void)
{
	length = frame_encode(&context, &frame, values, &crypto_ed25519, NULL, bytes, sizeof bytes);
}

static void decode(void)
{
	if (frame_decode(&context, bytes, length, values, &decoded) != DROP_NOTHING)
		abort();
}

static void intern(void)
{
	if (values_intern(values, payload, sizeof payload) == VALUE_NONE)
		abort();
}

static void sign_ed25519(void)
{
	length = frame_encode(&context, &frame, values, &crypto_ed25519, &secret_key, bytes,
			      sizeof bytes);
}

static void verify_ed25519(void)
{
	if (!frame_verify(&decoded, &crypto_ed25519, &public_key))
		abort();
}

static void sign_symbolic(void)
{
	length = frame_encode(&context, &frame, values, &crypto_symbolic, &secret_key, bytes,
			      sizeof bytes);
}

static void verify_symbolic(void)
{
	if (!frame_verify(&decoded, &crypto_symbolic, &public_key))
		abort();
}

/* Nanoseconds that one call takes, at best. */
static uint64_t time_ns(void (*call)(void), unsigned runs)
{
	uint64_t best = UINT64_MAX;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t began = now_ns();

		for (unsigned i = 0; i < runs; i++)
			call();

		uint64_t took = (now_ns() - began) / runs;

		best = took < best ? took : best;
	}
	return best;
}

static void report(const char *what, const char *of, uint64_t number, const char *unit)
{
	printf("%s_%s %llu %s\n", what, of, (unsigned long long)number, unit);
}

static void bench_codec(const char *name, enum message_type type, unsigned claim_count)
{
	make_frame(type, claim_count);
	report("encode", name, time_ns(encode, CODEC_RUNS), "ns");
	report("decode", name, time_ns(decode, CODEC_RUNS), "ns");
}

static void bench_crypto(void)
{
	const uint8_t seed[32] = {1};

	make_frame(MSG_ACCEPT, 0);
	key_pair_from_seed(seed, &public_key, &secret_key);
	report("sign", "ed25519", time_ns(sign_ed25519, CRYPTO_RUNS) / 1000, "us");
	decode();
	report("verify", "ed25519", time_ns(verify_ed25519, CRYPTO_RUNS) / 1000, "us");
	key_pair_symbolic(1, &public_key, &secret_key);
	report("sign", "symbolic", time_ns(sign_symbolic, CODEC_RUNS), "ns");
	decode();
	report("verify", "symbolic", time_ns(verify_symbolic, CODEC_RUNS), "ns");
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	values = values_init(malloc(values_size(1024, 1 << 20)), 1024, 1 << 20);
	for (size_t i = 0; i < sizeof payload; i++)
		payload[i] = (uint8_t)(' ' + i);
	for (unsigned type = 1; type < MSG_TYPES; type++)
		if (message_fields(type) != 0)
			bench_codec(message_name(type), type, 0);
	bench_codec("promise_of_64_votes", MSG_PROMISE, SLOTS_OPEN_MAX);
	report("intern", "known_value", time_ns(intern, CODEC_RUNS), "ns");
	bench_crypto();
	free(values);
	return 0;
}
