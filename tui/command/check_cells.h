/* The cells of `paxos-tui check --table`: which there are, and the bounds of each. */
#ifndef TUI_COMMAND_CHECK_CELLS_H
#define TUI_COMMAND_CHECK_CELLS_H

#include "proto/check/check.h"
#include "tui/option/options.h"

#define TABLE_SIZES_MAX    2
#define TABLE_SETS_MAX     64
#define TABLE_ATTACKS_MAX  32 /* columns: an attack, or several at once */
#define TABLE_ATTACK_BYTES 128

struct table_cells {
	const struct options *options;
	unsigned sizes;
	unsigned nodes[TABLE_SIZES_MAX];
	unsigned sets[TABLE_SIZES_MAX];
	char set[TABLE_SIZES_MAX][TABLE_SETS_MAX][POLICY_SHOWN_MAX];
	unsigned attacks;
	char attack[TABLE_ATTACKS_MAX][TABLE_ATTACK_BYTES];
	uint32_t states; /* the bound of each cell */
};

struct table_cell {
	unsigned size, set, attack;
};

/* EXIT_PASS; else what is wrong with any of the cells has been said on stderr. */
int table_read(const struct options *o, struct table_cells *t);

uint64_t table_count(const struct table_cells *t);
/* By number: size by size, set by set. */
struct table_cell table_cell(const struct table_cells *t, uint64_t number);
struct check_bounds table_bounds(const struct table_cells *t, struct table_cell at);

#endif
