/* One direction of a link between two nodes, as a pure decision about one message. */
#ifndef PROTO_FAULT_LINK_H
#define PROTO_FAULT_LINK_H

#include "proto/core/event.h"
#include "proto/core/link_rule.h"

struct link_verdict {
	enum drop drop;        /* DROP_NOTHING: it goes through */
	time_us delay_us;      /* 0 = at once */
	bool duplicate;        /* a copy arrives too, */
	time_us copy_delay_us; /* after this delay */
};

/* A link of a fresh cluster: 5 ms with a little jitter. */
struct link_rule link_rule_default(void);

/* What happens to the next message on the link. `random` is a uniformly random word. `unlimited`:
 * delays are waived, but for those that the rule sets beyond the default. */
struct link_verdict link_decide(const struct link_rule *rule, uint64_t random, bool unlimited);

/* splitmix64: the next word of the sequence in *state. */
uint64_t random_next(uint64_t *state);

#endif
