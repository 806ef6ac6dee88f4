/* A schedule that `check` found, as a scenario: the same steps, by hand, through gates, on a
 * simulated or a live cluster. */
#ifndef TUI_REPORT_CHECK_SCENARIO_H
#define TUI_REPORT_CHECK_SCENARIO_H

#include <stdbool.h>
#include <stdio.h>

#include "proto/check/check.h"

/* Why a schedule within these bounds cannot be told in commands: what comes after "and"; NULL: it
 * can. */
const char *check_scenario_why_not(const struct check_bounds *bounds);

/* Writes the scenario. `cause`: the command that found it. False: `why` says which step cannot be
 * told in commands. */
bool check_scenario_write(struct check *c, const struct check_bounds *bounds, const char *cause,
			  FILE *to, char *why, size_t size);

/* The step of the schedule to which a line of such a scenario belongs, both from 1; 0: none. */
unsigned check_scenario_step(const char *text, unsigned line);

#endif
