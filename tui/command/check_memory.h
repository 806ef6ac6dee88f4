/* The memory of `paxos-tui check`: one piece, of which only what is used is there. */
#ifndef TUI_COMMAND_CHECK_MEMORY_H
#define TUI_COMMAND_CHECK_MEMORY_H

#include "tui/option/options.h"

#define MIB ((uint64_t)1 << 20)

/* What --memory says, else half of what the machine has. */
uint64_t check_memory_for(const struct options *o);

/* Zero. NULL: told. */
void *check_memory_take(uint64_t bytes);
void check_memory_leave(void *memory, uint64_t bytes);

#endif
