#include "proto/member/histogram.h"

static unsigned bucket_of(uint32_t value)
{
	if (value < HISTOGRAM_STEPS)
		return value;
	const unsigned shift = 25 - (unsigned)__builtin_clz(value);
	return (shift + 1) * HISTOGRAM_STEPS + ((value >> shift) - HISTOGRAM_STEPS);
}

/* The largest value that falls into the bucket. */
static uint32_t top_of(unsigned bucket)
{
	if (bucket < HISTOGRAM_STEPS)
		return bucket;
	const unsigned shift = bucket / HISTOGRAM_STEPS - 1;
	const uint64_t next = (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS + 1) << shift;
	return (uint32_t)(next - 1);
}

void histogram_add(struct histogram *h, uint64_t value)
{
	const uint32_t v = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	h->bucket[bucket_of(v)]++;
	h->count++;
	if (v > h->max)
		h->max = v;
}

uint32_t histogram_quantile(const struct histogram *h, uint32_t ppm)
{
	const uint64_t rank = (h->count * ppm + 999999) / 1000000;
	uint64_t seen = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen > 0 && seen >= rank)
			return top_of(i) < h->max ? top_of(i) : h->max;
	}
	return 0;
}
