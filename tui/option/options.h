/* The command line: what the user asked for, as one plain struct. Options are rows of
 * tui/options.def, subcommands rows of tui/subcommands.def; parsing, --help, the man pages and
 * shell completion are made from the rows. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stddef.h>

#include "proto/core/cluster.h"

enum exit_code {
	EXIT_PASS = 0,
	EXIT_VIOLATED = 1,     /* a property or an expectation does not hold */
	EXIT_INCONCLUSIVE = 2, /* it could not be found out, or could not be done */
	EXIT_USAGE = 64,
	EXIT_INTERRUPTED = 130,
};

enum theme_name { THEME_DEFAULT, THEME_LIGHT, THEME_HIGH_CONTRAST, THEME_MONO };

/* The subcommands, in the order of the table; SUB_dashboard is what runs without a name. */
enum subcommand_id {
#define SUBCOMMAND(name, code, args, help) SUB_##name,
#include "tui/option/subcommands.def"
#undef SUBCOMMAND
	SUBCOMMANDS
};

/* Zero (or NULL) is "not given" in every field, but for the fields that have a *_given. */
struct options {
	enum subcommand_id subcommand;
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
	bool seeds_given;
	uint64_t seeds_from, seeds_to;
	bool read_only;
	bool json;
	bool tap;
	const char *junit;
	bool ascii, no_color, no_mouse, reduce_motion, no_freeze, plain;
	enum theme_name theme;
	/* matrix; the strings are as typed */
	bool liars_given;
	unsigned liars;
	const char *attack, *defend;
	/* bench */
	unsigned size_bytes, outstanding, values;
	/* what is neither an option nor the subcommand; in `ctl DIR COMMAND...` the command's words
	 * are left as they are, dashes and all, from its second word on */
	int args;
	char **arg;
	/* for main only */
	bool help, version;
	const char *print;
};

/* A subcommand; returns the exit code. Each is a row of tui/subcommands.def and a file
 * tui/cmd_NAME.c */
typedef int subcommand(const struct options *options);

#define SUBCOMMAND(name, code, args, help) subcommand cmd_##name;
#include "tui/option/subcommands.def"
#undef SUBCOMMAND

struct subcommand_row {
	const char *name; /* as typed; "" for the dashboard */
	const char *args; /* "DIR", "SCENARIO..." = one or more, "" = none */
	const char *help;
};

struct option_row {
	const char *name;     /* without its dashes */
	char letter;          /* 0 = none */
	const char *argument; /* "" = it takes none; "a|b" = one of these words */
	const char *wants;
	uint32_t of;      /* bit SUB_x: subcommand x takes it */
	const char *help; /* "" = not shown to people */
	bool (*take)(struct options *options, const char *text);
};

extern const struct subcommand_row subcommand_rows[SUBCOMMANDS];
extern const struct option_row option_rows[];
extern const size_t option_rows_count;

/* Reads the command line and NO_COLOR. True: `options` is complete, and its strings point into
 * argv, which is permuted. False: `why` is the sentence to print after "paxos-tui: ", with the
 * nearest thing that would have been right; exit EXIT_USAGE. */
bool options_parse(int argc, char **argv, struct options *options, char *why, size_t why_size);

#endif
