/* Files of searches of `check` that were interrupted. They begin with the program's version and
 * with the command that says what is searched, and end with a digest of all that is before it. */
#ifndef TUI_COMMAND_CHECKPOINT_H
#define TUI_COMMAND_CHECKPOINT_H

#include "proto/check/check.h"

#define CHECKPOINT_COMMAND 640

/* Writes the search to a file, which is whole or what it was before. False: told. */
bool checkpoint_write(struct check *c, const char *command, const char *file);

/* Takes a search up in memory as for check_begin, to find `states` at most (0: what fits). NULL:
 * told, and *code is the exit code: EXIT_USAGE for a file of another search, of another version, or
 * that is cut or damaged. */
struct check *checkpoint_read(void *memory, size_t bytes, uint32_t states, const char *command,
			      const char *file, int *code);

#endif
