/* The words of a command line, read by getopt_long(3) from a table of rows. Both programs have such
 * a table; what an option means is theirs, how it is written and what is said about a wrong one is
 * the same for both:
 *
 *   --name value, --name=value, -n value, -nvalue, -abc for three letters; a long name may be
 *   shortened as long as only one row begins so; options and other words stand in any order; after
 *   "--" nothing is an option.
 *
 * One reader at a time: getopt_long keeps its place in variables of its own. */
#ifndef NODE_IO_OPTION_TABLE_H
#define NODE_IO_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_ROWS_MAX 128

struct option_row {
	const char *name;     /* without its dashes */
	char letter;          /* 0 = none */
	const char *argument; /* as --help calls it; "" = it takes none; "a|b" = one of these */
	const char *wants;    /* ends "--name takes ..."; "" = the words of `argument` */
	uint32_t of;          /* which commands take it: a bit each, as the program numbers them */
	const char *help;     /* "" = not shown to people */
};

/* What one option says about another. */
enum option_rule_kind {
	OPTION_RULE_CLASH, /* `row` beside `other` makes no sense */
	OPTION_RULE_NEEDS, /* `row` without `other` makes no sense */
};

struct option_rule {
	enum option_rule_kind kind;
	size_t row, other;
	uint32_t of;     /* for these commands */
	const char *why; /* the whole sentence */
};

struct option_table {
	const struct option_row *row;
	size_t rows; /* at most OPTION_ROWS_MAX */
	const struct option_rule *rule;
	size_t rules;
	const char *missing; /* ends "--name needs ..."; NULL = what --help calls the argument */
};

enum option_found {
	OPTION_END,
	OPTION_GIVEN, /* `row`, written as `name`, with `text` ("" where it takes none) */
	OPTION_WORD,  /* `text` is no option */
	OPTION_WRONG, /* `why` is the sentence for the user */
};

struct option_reader {
	const struct option_table *table;
	int argc;
	char **argv;
	bool only_words;
	/* the caller changes these when it learns which command the words are for */
	uint32_t of;      /* its bit: what may have been meant, and which rules hold */
	const char *help; /* what lists them: "paxos-tui up --help" */
	/* what was found; strings point into argv */
	size_t row;
	char name[40];
	const char *text;
	bool met[OPTION_ROWS_MAX];   /* the row was given */
	bool twice[OPTION_ROWS_MAX]; /* it was given again, and it takes an argument */
	char why[256];
};

/* Begins with argv[1]. `table` and `argv` must outlive the reader. */
void option_begin(struct option_reader *r, const struct option_table *table, int argc, char **argv);

/* The next option or word. A value that is none of the words of a row's `argument` is wrong here
 * already; whatever else a value has to be is the caller's to check. */
enum option_found option_next(struct option_reader *r);

/* From here on everything is a word, "--" too. */
void option_only_words(struct option_reader *r);

/* Another row has the same long name, for other commands: which of them is meant, the command says.
 */
bool option_has_twin(const struct option_table *table, size_t row);
/* Takes the row of the same name that the commands of r->of take, if there is one, in place of
 * `row`, which was met. `row` and `name` are that row then. */
void option_take_twin(struct option_reader *r, size_t row);

/* OPTION_WRONG, and the sentence: "--name takes <wants>, not '<text>'". */
enum option_found option_refuse(struct option_reader *r);

/* True if no rule for `of` forbids what was met, and no option has two arguments, of which one
 * would be ignored; else `why` is the sentence about the first that is wrong. */
bool option_rules_hold(struct option_reader *r);

/* Digits and nothing else: no sign, no blank, no overflow. */
bool option_number(const char *text, uint64_t low, uint64_t high, uint64_t *out);
/* The same, or "all", which is 0. */
bool option_number_or_all(const char *text, uint64_t low, uint64_t high, uint64_t *out);

#endif
