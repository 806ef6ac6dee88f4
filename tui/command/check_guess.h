/* How many states a search of `check` will find, guessed before it starts: from the same search
 * with fewer ballots, as far as that is small. */
#ifndef TUI_COMMAND_CHECK_GUESS_H
#define TUI_COMMAND_CHECK_GUESS_H

#include "proto/check/check.h"

struct check_guess {
	/* 0 = nothing can be said: a smaller search is broken already, or there is none that is
	 * small */
	uint64_t states;
	unsigned ballots_fit; /* so many at most fit into `room` states, as guessed; 0 = none do */
};

void check_guess(const struct check_bounds *b, uint64_t room, struct check_guess *out);

#endif
