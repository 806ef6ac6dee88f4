#include "proto/fault/link.h"

#define MILLION 1000000u

struct link_rule link_rule_default(void)
{
	return (struct link_rule){.delay_us = 5000, .jitter_us = 1000};
}

uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* True for `ppm` of a million draws. */
static bool chance_happens(uint32_t ppm, uint64_t *random)
{
	return ppm != 0 && ((random_next(random) >> 32) * MILLION) >> 32 < ppm;
}

static time_us delay_of(const struct link_rule *rule, uint64_t *random, bool unlimited)
{
	struct link_rule usual = link_rule_default();
	time_us delay = rule->delay_us;
	time_us jitter = rule->jitter_us;

	if (unlimited && delay <= usual.delay_us)
		delay = 0;
	if (unlimited && jitter <= usual.jitter_us)
		jitter = 0;
	if (jitter > 0)
		delay += random_next(random) % (jitter + 1);
	return delay;
}

struct link_verdict link_decide(const struct link_rule *rule, uint64_t random, bool unlimited)
{
	struct link_verdict verdict = {0};

	if (rule->cut) {
		verdict.drop = DROP_CUT;
		return verdict;
	}
	if (chance_happens(rule->loss_ppm, &random)) {
		verdict.drop = DROP_LOSS;
		return verdict;
	}
	if (!chance_happens(rule->reorder_ppm, &random))
		verdict.delay_us = delay_of(rule, &random, unlimited);
	verdict.duplicate = chance_happens(rule->duplicate_ppm, &random);
	if (verdict.duplicate)
		verdict.copy_delay_us = delay_of(rule, &random, unlimited);
	return verdict;
}
