/* What the tables of the command line look like to people and to shells. Each prints to stdout. */
#ifndef TUI_PRINT_H
#define TUI_PRINT_H

#include "tui/option/options.h"

/* --help, of all or of one subcommand. */
void print_help(enum subcommand_id which);

/* paxos-tui.1, as troff. */
void print_man(void);

/* Completion for a shell. */
void print_bash(void);
void print_zsh(void);
void print_fish(void);

/* "--nodes NODES", or "--sim". `size` >= 64. */
void print_option_name(const struct option_row *row, char *out, size_t size);

#endif
