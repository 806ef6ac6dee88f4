#include "node/allowance.h"

#include "proto/core/limits.h"

#define WINDOW_EVENTS_MAX ((uint64_t)EVENTS_PER_SECOND_MAX * WINDOW_US / 1000000)

void allowance_init(struct allowance *a, unsigned nodes)
{
	const uint64_t all = (uint64_t)EVENTS_PER_SECOND_MAX * LASTING_US / 1000000;
	*a = (struct allowance){.lasting_max = all};
	if (nodes > NODES_DEFAULT)
		a->lasting_max = all * NODES_DEFAULT / nodes;
}

bool allowance_take(struct allowance *a, uint64_t events, uint64_t real_us)
{
	const uint64_t lasted_us = real_us - a->window_us;
	a->happened += events;
	if (lasted_us < WINDOW_US) {
		a->spent |= a->happened > WINDOW_EVENTS_MAX;
		return false;
	}
	const uint64_t old_us = lasted_us < LASTING_US ? LASTING_US - lasted_us : 0;
	a->lately = a->lately * old_us / LASTING_US + a->happened;
	const uint64_t over_us = lasted_us < LASTING_US ? LASTING_US : lasted_us;
	a->spent = a->happened * WINDOW_US > WINDOW_EVENTS_MAX * lasted_us ||
		   a->lately * LASTING_US > a->lasting_max * over_us;
	a->window_us = real_us;
	a->happened = 0;
	return true;
}
