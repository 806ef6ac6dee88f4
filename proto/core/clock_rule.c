#include "proto/core/clock_rule.h"

bool clock_is_paused(const struct clock_rule *rule)
{
	return rule->num == 0;
}

bool clock_is_unlimited(const struct clock_rule *rule)
{
	return rule->num != 0 && rule->den == 0;
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* amount * num / den, rounded down or up; UINT64_MAX if it is more than that. Split so that no
 * product has more than 64 bits. */
static uint64_t scale(uint64_t amount, uint32_t num, uint32_t den, bool up)
{
	uint64_t whole = amount / den;
	uint64_t rest = amount % den * num;

	if (whole > UINT64_MAX / num)
		return UINT64_MAX;
	return add_capped(whole * num, rest / den + (up && rest % den != 0 ? 1 : 0));
}

time_us clock_at(const struct clock_rule *rule, time_us real_us)
{
	if (clock_is_paused(rule) || real_us <= rule->real_us)
		return rule->virtual_us;

	uint64_t elapsed = real_us - rule->real_us;

	if (!clock_is_unlimited(rule))
		elapsed = scale(elapsed, rule->num, rule->den, false);
	return add_capped(rule->virtual_us, elapsed);
}

struct clock_rule clock_arrived(const struct clock_rule *given, time_us real_us, time_us floor)
{
	struct clock_rule rule = *given;

	if (real_us < given->real_us || real_us - given->real_us > CLOCK_NEAR_US)
		rule.real_us = real_us;
	if (clock_at(&rule, real_us) < floor) {
		rule.real_us = real_us;
		rule.virtual_us = floor;
	}
	return rule;
}

time_us clock_until(const struct clock_rule *rule, time_us real_us, time_us due)
{
	if (clock_at(rule, real_us) >= due)
		return 0;
	if (clock_is_paused(rule))
		return UINT64_MAX;

	uint64_t needed = due - rule->virtual_us;

	if (!clock_is_unlimited(rule))
		needed = scale(needed, rule->den, rule->num, true);

	uint64_t then = add_capped(rule->real_us, needed);

	return then == UINT64_MAX ? UINT64_MAX : then - real_us;
}
