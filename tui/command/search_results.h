/* Files of results: tui/command/search.h says what is in them. */
#ifndef TUI_COMMAND_SEARCH_RESULTS_H
#define TUI_COMMAND_SEARCH_RESULTS_H

#include "tui/command/search.h"

/* Results by their unit, in order. */
struct search_results {
	struct search_result {
		uint64_t unit;
		json_t *result; /* owned here */
	} * list;
	size_t count, room;
};

/* Reads a file: one that is to go on (`fd` >= 0: it is open there, locked, and is cut behind its
 * last whole line) or one of several to be merged (-1). False: the reason has been told. */
bool search_results_read(struct search_results *r, const struct search *s, const char *file,
			 int fd);

/* NULL: none. */
const json_t *search_results_find(const struct search_results *r, uint64_t unit);

/* Opens a file that is to go on, or a new one, and reads it. -1: told. */
int search_results_open(struct search_results *r, const struct search *s, const char *file);

/* False: told. */
bool search_results_write(int fd, const char *file, uint64_t unit, const json_t *result);

void search_results_free(struct search_results *r);

#endif
