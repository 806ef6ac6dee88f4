/* The command line: what the user asked for, as one plain struct. Options are rows of
 * tui/options.def, subcommands rows of tui/subcommands.def; parsing, --help, the man pages and
 * shell completion are made from the rows. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include "proto/core/cluster.h"

enum exit_code {
	EXIT_PASS = 0,
	EXIT_VIOLATED = 1,     /* a property or an expectation does not hold */
	EXIT_INCONCLUSIVE = 2, /* it could not be found out, or could not be done */
	EXIT_USAGE = 64,
	EXIT_INTERRUPTED = 130,
};

enum theme_name { THEME_DEFAULT, THEME_LIGHT, THEME_HIGH_CONTRAST, THEME_MONO };

struct options {
	unsigned nodes; /* 0 = not given */
	bool mode_given;
	enum paxos_mode mode;
	const char *dir;
	const char *listen;
	const char *store; /* "sqlite" or "memory" */
	bool rate_given;
	uint32_t rate_num, rate_den; /* 1/100 = {1, 100}; unlimited = {1, 0}; paused = {0, 1} */
	bool sim;
	bool seed_given;
	uint64_t seed;
	uint64_t seeds_from, seeds_to;
	bool read_only;
	bool json;
	bool tap;
	const char *junit;
	bool ascii, no_color, no_mouse, reduce_motion, plain;
	enum theme_name theme;
	/* bench */
	unsigned size_bytes, outstanding, values;
	/* what is neither an option nor the subcommand */
	int args;
	char **arg;
};

/* A subcommand; returns the exit code. Each is a row of tui/subcommands.def and a file
 * tui/cmd_NAME.c */
typedef int subcommand(const struct options *options);

#define SUBCOMMAND(name, code, args, help) subcommand cmd_##name;
#include "tui/subcommands.def"
#undef SUBCOMMAND

#endif
