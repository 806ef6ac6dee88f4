/* The bounds of `paxos-tui check`: read from the options, said in words and in JSON. */
#ifndef TUI_COMMAND_CHECK_BOUNDS_H
#define TUI_COMMAND_CHECK_BOUNDS_H

#include <jansson.h>

#include "proto/check/check.h"
#include "tui/option/options.h"

/* EXIT_PASS; else what is wrong has been said on stderr. */
int check_read_bounds(const struct options *o, struct check_bounds *b);

void check_say_bounds(const struct check_bounds *b, char *out, size_t size);
/* The command that explores them, whatever was left out when it was typed. */
void check_say_command(const struct check_bounds *b, char *out, size_t size);
/* A new object that the caller owns. */
json_t *check_bounds_json(const struct check_bounds *b);

/* "withhold+lie", "any", "none". */
void check_say_attacks(const struct check_bounds *b, char *out, size_t size);
unsigned check_quorum(const struct check_bounds *b);

#endif
