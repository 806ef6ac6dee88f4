/* How one piece of memory is cut into parts for several things: each part begins where any type may
 * begin. */
#ifndef PROTO_CORE_MEMORY_H
#define PROTO_CORE_MEMORY_H

#include <stddef.h>

/* Bytes that a part of this size takes, so that the next one begins well. */
static inline size_t memory_aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

#endif
