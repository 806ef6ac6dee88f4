/* A leash: a pipe by which processes learn whether their starter finished what it began.
 *
 * The starter holds the writing end and each process that it starts has the reading end. The kernel
 * tears the leash when the starter ends, whatever ends it, and then the processes end too. A single
 * byte, which nobody ever takes out, lets all of them go at the same moment. */
#ifndef NODE_IO_LEASH_H
#define NODE_IO_LEASH_H

#include "node/io/status.h"

struct leash {
	int hand; /* the starter's end; -1: there is none, or it was let go */
	int neck; /* the end that processes are given */
};

#define LEASH_NONE ((struct leash){.hand = -1, .neck = -1})

enum leash_state {
	LEASH_HELD,
	LEASH_FREE, /* the starter has finished: its end means nothing any more */
	LEASH_TORN, /* the starter ended before it had finished */
};

enum status leash_make(struct leash *leash);
void leash_let_go(struct leash *leash);

/* Closes the leash, whether made or not. Processes that were not let go see it torn. */
void leash_close(struct leash *leash);

/* What a process sees at its end of the leash, which poll(2) tells for POLLIN. */
enum leash_state leash_look(int neck);

#endif
