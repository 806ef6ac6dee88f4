/* A schedule that `check` found, told again in a simulated cluster and recorded (--record), and the
 * recording on the dashboard (--show). */
#ifndef TUI_COMMAND_CHECK_REPLAY_H
#define TUI_COMMAND_CHECK_REPLAY_H

#include "node/io/files.h"
#include "proto/check/check.h"
#include "tui/option/options.h"

/* Before the search, which may take long: can be done what is asked for? EXIT_PASS; else what is
 * wrong has been said on stderr. */
int check_replay_possible(const struct options *o, const struct check_bounds *bounds);

/* After CHECK_BROKEN: records the schedule that `cause`, a command, found, where --record says,
 * else in a new file of the state directory; `path` is the file. The moment after step 1 has the
 * mark a, that after step 2 the mark b, as far as there are letters. False: what is wrong has been
 * said on stderr, and there is no file. */
bool check_replay_record(const struct options *o, struct check *c,
			 const struct check_bounds *bounds, const char *cause,
			 char path[PATH_BYTES]);

/* Shows the recording until its user leaves. The exit code of the check, which found something
 * broken, or that of a dashboard that could not be left as it should. */
int check_replay_show(const struct options *o, char path[PATH_BYTES]);

#endif
