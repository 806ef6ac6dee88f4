/* A histogram of microseconds with a relative error below 1/64, in fixed memory: 64 linear steps
 * for every power of two. */
#ifndef PROTO_MEMBER_HISTOGRAM_H
#define PROTO_MEMBER_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS   64
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 28)

struct histogram {
	uint64_t count;
	uint32_t max;
	uint32_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);

/* The smallest value that at least so many millionths of the values do not exceed; 0 if empty. */
uint32_t histogram_quantile(const struct histogram *h, uint32_t ppm);

#endif
