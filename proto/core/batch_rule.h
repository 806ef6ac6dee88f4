/* How proposals share slots, as a plain value: proto/member/batcher.h obeys it. */
#ifndef PROTO_CORE_BATCH_RULE_H
#define PROTO_CORE_BATCH_RULE_H

#include "proto/core/batch.h"

/* No batch holds more values: each has at least one byte. */
#define BATCH_VALUES_MAX ((VALUE_BYTES_MAX - BATCH_HEAD_BYTES) / (BATCH_EACH_BYTES + 1))

/* A proposal that comes in while `pipeline` slots are under way waits. As soon as one of them is
 * decided, what waits goes into one slot, up to so many values and so many bytes. A value that is
 * longer than that goes alone. */
struct batch_rule {
	uint32_t count; /* up to BATCH_VALUES_MAX; 0 = one in a cluster, as many as fit in a load */
	uint32_t bytes; /* of the batch, up to VALUE_BYTES_MAX; 0 = so many */
	uint32_t pipeline; /* up to PENDING_MAX; 0 = as many as are quick */
};

/* Is every number within its bounds? */
static inline bool batch_rule_is_sound(const struct batch_rule *rule)
{
	return rule->count <= BATCH_VALUES_MAX && rule->bytes <= VALUE_BYTES_MAX &&
	       rule->pipeline <= PENDING_MAX;
}

#endif
