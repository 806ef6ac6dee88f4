/* Processes that do units of a search: forked from this one, told a number through a pipe,
 * answering with JSON through another. They end with the process that began them, however it ends.
 */
#ifndef TUI_COMMAND_SEARCH_WORKERS_H
#define TUI_COMMAND_SEARCH_WORKERS_H

#include <sys/types.h>

#include "tui/command/search.h"
#include "tui/option/defaults.h"

#define SEARCH_JOBS_MAX JOBS_MAX

struct search_worker {
	pid_t pid;
	int ask, answer; /* a socket and a pipe */
	bool busy;
	uint64_t unit; /* of a busy one */
};

struct search_workers {
	const struct search *search;
	struct search_worker *list;
	unsigned count;
};

/* So many processes (0 = one a core this process may run on), but no more than there are units;
 * none where one would do: the caller is that one. False: told. */
bool search_workers_begin(struct search_workers *w, const struct search *s, uint64_t units,
			  unsigned jobs);

/* An idle one, or NULL. */
struct search_worker *search_workers_idle(struct search_workers *w);
bool search_workers_busy(const struct search_workers *w);
void search_worker_give(struct search_worker *worker, uint64_t unit);

/* Waits until a busy one has answered: its unit and a new object. NULL: interrupted (nothing was
 * told), or a process ended before it was done (told, `*failed`). */
json_t *search_workers_wait(struct search_workers *w, uint64_t *unit, bool *failed);

void search_workers_end(struct search_workers *w);

#endif
