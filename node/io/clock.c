#include "node/io/clock.h"

#include <stddef.h>

static uint64_t read_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t real_time_us(void)
{
	/* Boot time runs on while a laptop sleeps, so two programs started before and after a
	 * nap still agree. */
	static uint64_t offset;
	if (offset == 0)
		offset = read_us(CLOCK_REALTIME) - read_us(CLOCK_BOOTTIME);
	return offset + read_us(CLOCK_BOOTTIME);
}

uint64_t wall_time_us(void)
{
	return read_us(CLOCK_REALTIME);
}

const struct timespec *wait_timespec(uint64_t wait_us, struct timespec *space)
{
	if (wait_us == WAIT_FOREVER)
		return NULL;
	/* A year is long enough and keeps far away deadlines within time_t. */
	const uint64_t year_us = UINT64_C(31536000000000);
	if (wait_us > year_us)
		wait_us = year_us;
	space->tv_sec = (time_t)(wait_us / 1000000);
	space->tv_nsec = (long)(wait_us % 1000000) * 1000;
	return space;
}
