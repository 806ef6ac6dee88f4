/* Inputs that chance draws for the lone node (tests/support/lone_node.h): messages of every type,
 * mostly near what the node has promised and is at work on, values, timers, links. */
#ifndef TESTS_SUPPORT_DRAWN_INPUTS_H
#define TESTS_SUPPORT_DRAWN_INPUTS_H

#include "tests/support/lone_node.h"

#define DRAWN_SLOTS  140 /* that are spoken of */
#define DRAWN_VALUES 4   /* from 10 on */

/* All that follows comes from the seed. `reaches_the_end`: of all ballots. */
void drawn_begin(uint64_t seed, bool reaches_the_end);

/* A draw below `below`. */
uint64_t draw(uint64_t below);

/* The next input; a message is written into *m, and what it points to is valid until the next
 * call. Moves p.now on. */
struct paxos_input drawn_input(struct message *m);

/* Gives a NewView the Promises (type MSG_PROMISE) that justify it, or a Commit the Accepteds. */
void drawn_told(struct message *m, enum message_type type);

/* Many may echo and vote for what this Accept asks for. */
void drawn_note_accept(const struct message *m);

#endif
