#include "proto/core/digest.h"

static uint64_t load_le(const uint8_t *bytes, size_t length)
{
	uint64_t word = 0;

	for (size_t i = 0; i < length; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

/* Spelled out, so that compilers make one load of it. */
static uint64_t load_word(const uint8_t *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

/* The finalizer of splitmix64: every bit of the input moves half of the output. */
static uint64_t scatter(uint64_t word)
{
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return word ^ (word >> 31);
}

uint64_t digest64(uint64_t seed, const uint8_t *bytes, size_t length)
{
	uint64_t state = scatter(seed ^ ((uint64_t)length * 0x9e3779b97f4a7c15));

	for (; length >= 8; bytes += 8, length -= 8) {
		state = (state ^ load_word(bytes)) * 0x9e3779b97f4a7c15;
		state ^= state >> 32;
	}
	if (length > 0)
		state = (state ^ load_le(bytes, length)) * 0x9e3779b97f4a7c15;
	return scatter(state);
}
