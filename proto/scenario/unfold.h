/* Reads a scenario's text line by line, in the order in which its lines are carried out: what is
 * repeated comes again, and each $NAME is what it stands for (proto/scenario/unfold.def). Inside
 * proto/scenario only. */
#ifndef PROTO_SCENARIO_UNFOLD_H
#define PROTO_SCENARIO_UNFOLD_H

#include "proto/scenario/command.h"

#define LOOPS_DEEP_MAX     4
#define VARIABLES_MAX      16
#define VARIABLE_NAME_MAX  15
#define VARIABLE_BYTES_MAX 4096 /* of all their values, with their ends */

/* Bytes may be overwritten by a value as long as the one before, or are left unused. */
struct variable {
	char name[VARIABLE_NAME_MAX + 1];
	uint16_t at; /* its value in bytes[] */
};

struct unfold {
	const char *at; /* the text that is left */
	unsigned line;  /* the number of the line that was read last, from 1 */
	unsigned loops;
	struct {
		const char *body;
		unsigned line;
		uint32_t round, rounds;
		unsigned commands;  /* that were read before its body */
		unsigned variables; /* that there were before it */
		bool counts;        /* the variable behind those is its round */
	} loop[LOOPS_DEEP_MAX];
	unsigned variables;
	struct variable variable[VARIABLES_MAX];
	uint16_t used;
	char bytes[VARIABLE_BYTES_MAX];
};

/* The text stays the caller's and ends with a 0. */
void unfold_begin(struct unfold *u, const char *text);

enum unfolded { UNFOLDED_LINE, UNFOLDED_END, UNFOLDED_MISTAKE };

/* The words of the next line that is a command, or a line of the head. `commands`: how many
 * commands the caller has read so far. UNFOLDED_MISTAKE: `why` is a sentence about u->line. */
enum unfolded unfold_next(struct unfold *u, unsigned commands, struct words *out, char *why,
			  size_t size);

/* Is what was read last inside of a repeat? */
bool unfold_repeats(const struct unfold *u);

#endif
