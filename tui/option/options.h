/* The command line: what the user asked for, as one plain struct. Options are rows of
 * tui/option/options.def, subcommands rows of tui/option/subcommands.def; parsing, --help, the man
 * pages and shell completion are made from the rows. */
#ifndef TUI_OPTION_OPTIONS_H
#define TUI_OPTION_OPTIONS_H

#include <stddef.h>

#include "node/io/option_table.h"
#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "tui/report/bench_report.h"
#include "tui/screen/screen.h"

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
	const char *token_file;
	bool open;
	time_us within_us;                        /* real time */
	const char *store;                        /* "sqlite" or "memory" */
	const char *keep_words;                   /* as typed */
	slot_number keep;                         /* 0 = all */
	const char *batch_words, *pipeline_words; /* as typed */
	struct batch_rule batch;                  /* by both; 0 in it = not given */
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
	const char *record;
	bool no_record;
	bool journal, no_journal, recompute;
	bool ascii, no_color, no_mouse, reduce_motion, no_freeze, plain, strict;
	enum theme_name theme;
	bool theme_given; /* then NO_COLOR in the environment does not count */
	/* matrix; the strings are as typed */
	bool liars_given;
	unsigned liars;
	const char *attack, *defend;
	/* searches: tui/command/search.h */
	unsigned jobs;          /* 0 = one a core */
	unsigned shard, shards; /* from 1; 0 = all of it */
	const char *results;
	char **part; /* files of results to be put together, no more is done; NULL = none */
	int parts;
	/* check */
	unsigned proposers, ballots, slots, promises, quorum; /* 0 = not given */
	bool crashes_given;
	unsigned crashes;
	const char *mistake, *save; /* as typed */
	bool refine, progress, no_hints, no_symmetry, compact, shrink, table, show;
	uint64_t memory_bytes;
	unsigned states; /* 0 = not given */
	const char *checkpoint, *resume;
	/* bench; check: values */
	unsigned size_bytes, outstanding, values;
	uint32_t arrivals; /* a second; 0 = no rate */
	bool sweep_given;
	enum bench_axis sweep;
	unsigned sweep_from, sweep_to;
	unsigned turns;      /* 0 = not given */
	const char *against; /* as typed */
	bool csv, svg;
	/* what is neither an option nor the subcommand; in `ctl DIR COMMAND...` the command's words
	 * are left as they are, dashes and all, from its second word on */
	int args;
	char **arg;
	/* for main only */
	bool help, version;
	const char *print;
};

/* A subcommand; returns the exit code. Each is a row of tui/option/subcommands.def and a file
 * tui/command/cmd_NAME.c */
typedef int subcommand(const struct options *options);

#define SUBCOMMAND(name, code, args, help) subcommand cmd_##name;
#include "tui/option/subcommands.def"
#undef SUBCOMMAND

struct subcommand_row {
	const char *name; /* as typed; "" for the dashboard */
	const char *args; /* "DIR", "SCENARIO..." = one or more, "" = none */
	const char *help;
};

/* The options, in the order of the table. */
enum option_id {
#define OPTION(id, name, letter, argument, wants, of, help) OPTION_##id,
#include "tui/option/options.def"
#undef OPTION
	OPTIONS
};

/* What holds where the option is not given to that subcommand; NULL: nothing is said of it. */
const char *option_default(enum option_id option, enum subcommand_id which);
/* The same of all subcommands: "5; bench: 3"; "" = nothing is said. */
void option_defaults(enum option_id option, char *out, size_t size);

extern const struct subcommand_row subcommand_rows[SUBCOMMANDS];
extern const struct option_row option_rows[OPTIONS]; /* `of`: bit SUB_x, subcommand x takes it */

/* Reads the command line and NO_COLOR. True: `options` is complete, and its strings point into
 * argv, which is permuted. False: `why` is the sentence to print after "paxos-tui: ", with the
 * nearest thing that would have been right; exit EXIT_USAGE. */
bool options_parse(int argc, char **argv, struct options *options, char *why, size_t why_size);

/* How the terminal is to look. */
struct screen_config options_screen(const struct options *options);

#endif
