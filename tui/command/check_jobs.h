/* A search of `check` by several threads: each looks at its part of the next worlds, then one takes
 * what they found. What comes of it is what comes of one thread, number for number. */
#ifndef TUI_COMMAND_CHECK_JOBS_H
#define TUI_COMMAND_CHECK_JOBS_H

#include <pthread.h>

#include "proto/check/check.h"
#include "tui/option/defaults.h"

struct check_jobs {
	unsigned count;      /* threads, the caller's among them */
	struct check *check; /* of the turn at hand; NULL: the threads end */
	struct check_looker *looker[CHECK_JOBS_MAX];
	pthread_t thread[CHECK_JOBS_MAX];
	pthread_barrier_t turn; /* begins and ends */
};

/* So many threads (0 = one a core this process may run on). `j` must not move. False: told. */
bool check_jobs_begin(struct check_jobs *j, unsigned count);
/* Looks at some thousand worlds. */
enum check_state check_jobs_run(struct check_jobs *j, struct check *c);
void check_jobs_end(struct check_jobs *j);

#endif
