/* One measurement: real processes in a private directory, one of them told to propose values as
 * fast as they are chosen, and what that cost. The node that proposes measures; a dashboard's round
 * trip is not in the numbers. */
#ifndef TUI_COMMAND_BENCH_RUN_H
#define TUI_COMMAND_BENCH_RUN_H

#include "tui/option/options.h"
#include "tui/report/bench_report.h"

/* `values` 0: as many as take about a second. `keep` as --keep takes it, or NULL. Exit code; the
 * reason has been told. */
int bench_run(const struct bench_setting *setting, const char *keep, unsigned values,
	      struct bench_result *out);

#endif
