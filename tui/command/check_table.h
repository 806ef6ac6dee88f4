/* paxos-tui check --table: every attack against every set of defences, each cell decided in every
 * schedule. What it prints depends on the arguments alone. */
#ifndef TUI_COMMAND_CHECK_TABLE_H
#define TUI_COMMAND_CHECK_TABLE_H

#include "tui/option/options.h"

/* The exit code: EXIT_INCONCLUSIVE if some cell could not be decided. */
int check_table(const struct options *options);

#endif
