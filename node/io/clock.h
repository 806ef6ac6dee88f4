/* Real time, for the virtual clock (proto/core/control.h) and for waiting. */
#ifndef NODE_IO_CLOCK_H
#define NODE_IO_CLOCK_H

#include <stdint.h>
#include <time.h>

#define WAIT_FOREVER UINT64_MAX

/* Microseconds since 1970. Taken from the wall clock once and carried on by a clock that runs
 * evenly, so it never falls and does not jump when the wall clock is set. */
uint64_t real_time_us(void);

/* What the wall clock says now. It may be set, back too. */
uint64_t wall_time_us(void);

/* For ppoll(2): NULL for WAIT_FOREVER, else `space` filled in. */
const struct timespec *wait_timespec(uint64_t wait_us, struct timespec *space);

#endif
