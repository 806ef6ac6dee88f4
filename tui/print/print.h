/* What the tables of the command line look like to people and to shells. Each prints to stdout
 * unless it says where. */
#ifndef TUI_PRINT_PRINT_H
#define TUI_PRINT_PRINT_H

#include <stdio.h>

#include "tui/option/options.h"

#define PRINT_WIDTH 100 /* columns, where nobody knows how many there are */

/* --help, of all or of one subcommand. */
void print_help(enum subcommand_id which);

/* paxos-tui.1, as troff. */
void print_man(void);
/* paxos-recording.5. */
void print_man_recording(void);

/* Completion for a shell. */
void print_bash(void);
void print_zsh(void);
void print_fish(void);

/* A sentence in lines of at most `width` columns. The first goes on in the line that is being
 * written, at column `indent`; the others begin at that column. */
void print_paragraph(FILE *to, size_t indent, size_t width, const char *text);

/* What an option of that subcommand does, and what holds without it: "so many nodes (3)". */
void print_option_help(size_t option, enum subcommand_id which, char *out, size_t size);

/* "--nodes NODES", or "--sim". `size` >= 64. */
void print_option_name(const struct option_row *row, char *out, size_t size);

#endif
