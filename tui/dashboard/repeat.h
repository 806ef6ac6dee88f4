/* A session as a test: a scenario that does all of it again, step by step, and expects what is so
 * now. Time stands still in it, so its order is that of its lines and no other: every message that
 * arrived is delivered by hand, and timers run where they did something. What did not arrive is not
 * delivered. So it comes to the same end with processes as in the simulator. */
#ifndef TUI_DASHBOARD_REPEAT_H
#define TUI_DASHBOARD_REPEAT_H

#include <stdio.h>

#include "node/record/timeline.h"
#include "tui/dashboard/session.h"

/* Writes the scenario. False: the session cannot be repeated, and `why` says why. */
bool repeat_write(const struct session *a, const struct model *m, const struct cluster_info *info,
		  FILE *to, char *why, size_t size);

/* The same by the clock, where timers did something only by when they ran: the commands of a
 * simulated session at their virtual times, with its seed. It comes to the same end in the
 * simulator. `now`: virtual time there. */
bool repeat_timed(const struct session *a, const struct model *m, time_us now, FILE *to);

/* The same of a session that a dashboard recorded. `m`: its moment. */
bool repeat_recorded(const struct model *m, struct timeline *recording, FILE *to, char *why,
		     size_t size);

#endif
