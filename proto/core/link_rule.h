/* How one direction of a link is made to behave, as a plain value. proto/fault/link.h obeys it. */
#ifndef PROTO_CORE_LINK_RULE_H
#define PROTO_CORE_LINK_RULE_H

#include "proto/core/types.h"

/* Times are virtual, shares in parts per million. All zero: a perfect link. */
struct link_rule {
	bool cut;
	time_us delay_us;  /* a message is at least so long on the way */
	time_us jitter_us; /* and up to so much longer, which reorders messages */
	uint32_t loss_ppm;
	uint32_t duplicate_ppm;
	uint32_t reorder_ppm; /* this share overtakes: it is delivered without the delay */
};

bool link_rule_equal(const struct link_rule *a, const struct link_rule *b);

#endif
