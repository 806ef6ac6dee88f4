/* A search that consists of units which can be done apart: in processes of this machine (--jobs),
 * on several machines (--shard), with breaks (--results), and put together again (merge). A unit's
 * result is JSON, the same through a pipe and in a file; results are taken in the order of the
 * units, so what is printed does not depend on who did them.
 *
 * A file of results has a line each of JSON: first the search, {"paxos-tui": version, "search":
 * ["sim",
 * "--seeds", "1..2000", ...]}, then {"unit": number from 0, "result": ...} in any order. A line is
 * whole or is the last one: then it was being written when its process ended, and is done again. */
#ifndef TUI_COMMAND_SEARCH_H
#define TUI_COMMAND_SEARCH_H

#include <jansson.h>

#include "tui/option/options.h"

#define SEARCH_UNIT_WORDS 128

struct search {
	const struct options *options; /* jobs, shard, results, parts */
	uint64_t units;                /* at least 1 */
	void *user;
	/* Does one unit: a new object, or NULL if interrupted. It may be called in processes that
	 * were forked from this one, each doing many. */
	json_t *(*run)(void *user, uint64_t unit);
	/* Takes the result of a unit. False: that is no result of this search. */
	bool (*take)(void *user, uint64_t unit, const json_t *result);
	/* What a unit is called in a sentence: "seeds 1 to 16". */
	void (*name)(void *user, uint64_t unit, char words[SEARCH_UNIT_WORDS]);
};

/* EXIT_PASS: all units that were asked for have been taken. Otherwise the reason has been told, and
 * what was taken came before everything that was not. */
int search_run(const struct search *s);

/* The words of the search whose results a file holds: a new array of strings, "sim" first. NULL:
 * told. */
json_t *search_of_file(const char *file);

#endif
