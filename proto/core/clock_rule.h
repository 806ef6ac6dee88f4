/* Virtual time as a line that all nodes share, as a plain value: how a cluster is slowed down, sped
 * up and paused. */
#ifndef PROTO_CORE_CLOCK_RULE_H
#define PROTO_CORE_CLOCK_RULE_H

#include "proto/core/types.h"

/* At the real time `real_us` (microseconds since 1970) it was `virtual_us`, and virtual time runs
 * at num / den of real time. num 0 = paused; den 0 = unlimited: it runs like real time and default
 * link delays are waived. */
struct clock_rule {
	time_us real_us;
	time_us virtual_us;
	uint32_t num;
	uint32_t den;
};

/* The virtual time at a real time. */
time_us clock_at(const struct clock_rule *rule, time_us real_us);

/* How long, in real microseconds, until the virtual time `due`: 0 if it is past, UINT64_MAX if the
 * clock is paused. */
time_us clock_until(const struct clock_rule *rule, time_us real_us, time_us due);

/* A rule that was given a moment ago by this clock stays as it is, so that all who share the clock
 * run alike. Any other counts from its arrival: the giver's clock may be another, or be set wrong.
 * Virtual time does not fall below `floor`. */
#define CLOCK_NEAR_US 1000000
struct clock_rule clock_arrived(const struct clock_rule *given, time_us real_us, time_us floor);

bool clock_is_paused(const struct clock_rule *rule);
bool clock_is_unlimited(const struct clock_rule *rule);

#endif
