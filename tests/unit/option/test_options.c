/* The command line: what is understood, and the sentence for what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/option/options.h"

#define WORDS_MAX 16

static char line[256];
static char *word[WORDS_MAX];
static struct options options;
static char why[256];

/* Parses a line whose words are parted by single blanks. */
static bool parse(const char *text)
{
	int words = 0;
	strncpy(line, text, sizeof line - 1);
	for (char *s = strtok(line, " "); s != NULL; s = strtok(NULL, " ")) {
		assert_true(words < WORDS_MAX);
		word[words++] = s;
	}
	why[0] = '\0';
	return options_parse(words, word, &options, why, sizeof why);
}

static void refused(const char *text, const char *sentence)
{
	assert_false(parse(text));
	assert_string_equal(why, sentence);
}

static void no_word_at_all_is_the_dashboard(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui"));
	assert_int_equal(options.subcommand, SUB_dashboard);
	assert_int_equal(options.nodes, 0);
	assert_false(options.mode_given);
	assert_int_equal(options.args, 0);
}

static void options_stand_before_and_after_the_command(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui -n 7 up --mode=multi D --store memory"));
	assert_int_equal(options.subcommand, SUB_up);
	assert_int_equal(options.nodes, 7);
	assert_int_equal(options.mode, MODE_MULTI);
	assert_string_equal(options.store, "memory");
	assert_int_equal(options.args, 1);
	assert_string_equal(options.arg[0], "D");
	assert_true(parse("paxos-tui up -n31 D"));
	assert_int_equal(options.nodes, 31);
}

static void ctl_leaves_the_words_of_a_command_alone(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui ctl D propose 1 -x --json --help"));
	assert_int_equal(options.args, 6);
	assert_string_equal(options.arg[3], "-x");
	assert_string_equal(options.arg[4], "--json");
	assert_false(options.json);
	assert_false(options.help);
}

static void json_stands_before_or_after_the_word_of_a_command(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui ctl D state --json"));
	assert_true(options.json);
	assert_int_equal(options.args, 2);
	assert_true(parse("paxos-tui ctl --json D state"));
	assert_true(options.json);
}

static void nothing_after_two_dashes_is_an_option(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui up -- -n"));
	assert_string_equal(options.arg[0], "-n");
	assert_true(parse("paxos-tui run -- --tap"));
	assert_false(options.tap);
	assert_string_equal(options.arg[0], "--tap");
}

static void numbers_have_ranges(void **state)
{
	(void)state;
	refused("paxos-tui -n 0", "-n takes a number from 1 to 31, not '0'");
	refused("paxos-tui -n 32", "-n takes a number from 1 to 31, not '32'");
	refused("paxos-tui -n -1", "-n takes a number from 1 to 31, not '-1'");
	refused("paxos-tui -n 5x", "-n takes a number from 1 to 31, not '5x'");
	refused("paxos-tui --nodes=", "--nodes takes a number from 1 to 31, not ''");
	refused("paxos-tui --nodes 18446744073709551621",
		"--nodes takes a number from 1 to 31, not '18446744073709551621'");
	refused("paxos-tui bench --size 65537",
		"--size takes a number from 1 to 65536, not '65537'");
	refused("paxos-tui bench --outstanding 4097",
		"--outstanding takes a number from 1 to 4096, not '4097'");
	assert_true(parse("paxos-tui bench --values 3 --size 65536 --outstanding 4096"));
	assert_int_equal(options.size_bytes, 65536);
}

static void seeds_are_a_rising_range(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui sim --seeds 1..2000"));
	assert_int_equal(options.seeds_from, 1);
	assert_int_equal(options.seeds_to, 2000);
	assert_true(parse("paxos-tui sim --seeds 0..18446744073709551615"));
	assert_true(options.seeds_to == UINT64_MAX);
	refused("paxos-tui sim --seeds 5..2",
		"--seeds takes two numbers A..B with A <= B, not '5..2'");
	refused("paxos-tui sim --seeds 5", "--seeds takes two numbers A..B with A <= B, not '5'");
	refused("paxos-tui sim --seeds ..5",
		"--seeds takes two numbers A..B with A <= B, not '..5'");
}

static void a_rate_has_many_forms(void **state)
{
	static const struct {
		const char *text;
		uint32_t num, den;
	} forms[] = {{"paxos-tui --rate 1/100", 1, 100},   {"paxos-tui --rate=0.5", 1, 2},
		     {"paxos-tui --rate 50%", 1, 2},       {"paxos-tui --rate 2x", 2, 1},
		     {"paxos-tui --rate unlimited", 1, 0}, {"paxos-tui --rate paused", 0, 1}};
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		assert_true(parse(forms[i].text));
		assert_true(options.rate_given);
		assert_int_equal(options.rate_num, forms[i].num);
		assert_int_equal(options.rate_den, forms[i].den);
	}
	refused("paxos-tui --rate 1/0",
		"--rate takes 1/100, 0.5, 2x, 50%, unlimited or paused, not '1/0'");
	refused("paxos-tui --rate fast",
		"--rate takes 1/100, 0.5, 2x, 50%, unlimited or paused, not 'fast'");
}

/* `rate` is how fast time runs, and for a bench how fast values arrive. */
static void two_rows_of_one_name_are_told_apart_by_the_command(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui bench --rate 20k"));
	assert_int_equal(options.arrivals, 20000);
	assert_true(parse("paxos-tui --rate 1.5M bench"));
	assert_int_equal(options.arrivals, 1500000);
	assert_true(parse("paxos-tui --ra 500 bench --values 9"));
	assert_int_equal(options.arrivals, 500);
	assert_false(options.rate_given);
	assert_true(parse("paxos-tui --rate 1/100"));
	assert_int_equal(options.rate_den, 100);
	assert_int_equal(options.arrivals, 0);
	assert_true(parse("paxos-tui --rate 1/100 run x"));
	assert_true(parse("paxos-tui run --rate 1/100 x"));
	refused("paxos-tui --rate 20k run x",
		"--rate takes 1/100, 0.5, 2x, 50%, unlimited or paused, not '20k'");
	refused("paxos-tui --rate 1/100 bench",
		"--rate takes values a second like 500 or 20k, up to 10M, not '1/100'");
	refused("paxos-tui bench --rate 0",
		"--rate takes values a second like 500 or 20k, up to 10M, not '0'");
	refused("paxos-tui --rate 1k --rate 2k bench", "--rate was given twice: say it once");
	refused("paxos-tui --rate 1k bench --rate 2k", "--rate was given twice: say it once");
	refused("paxos-tui --rate 2 matrix", "'matrix' takes no option '--rate'; 'paxos-tui "
					     "matrix --help' lists them");
	assert_true(parse("paxos-tui bench --sweep rate=500..20k"));
	assert_int_equal(options.sweep_from, 500);
	assert_int_equal(options.sweep_to, 20000);
}

static void what_is_unknown_gets_a_suggestion(void **state)
{
	(void)state;
	refused("paxos-tui atach D", "there is no command 'atach'; did you mean 'attach'?");
	refused("paxos-tui benhc", "there is no command 'benhc'; did you mean 'bench'?");
	refused("paxos-tui xylophone",
		"there is no command 'xylophone'; 'paxos-tui --help' lists them");
	refused("paxos-tui --reduce-moton",
		"there is no option '--reduce-moton'; did you mean '--reduce-motion'?");
	refused("paxos-tui sim --sedes 1..2",
		"there is no option '--sedes'; did you mean '--seeds'?");
	refused("paxos-tui up -q D", "there is no option '-q'; 'paxos-tui up --help' lists them");
	refused("paxos-tui --mode mutli",
		"--mode takes single|multi, not 'mutli'; did you mean 'multi'?");
}

static void a_long_name_may_be_shortened(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui --vers"));
	assert_true(options.version);
	assert_true(parse("paxos-tui up --node=7 --sto memory D"));
	assert_int_equal(options.nodes, 7);
	assert_string_equal(options.store, "memory");
	assert_true(parse("paxos-tui sim --seed 3")); /* whole, so it is not --seeds */
	assert_int_equal(options.seed, 3);
	assert_false(options.seeds_given);
	refused("paxos-tui sim --see 1", "'--see' may be --seed or --seeds; write more of it");
	refused("paxos-tui --no", "'--no' may be --nodes, --no-record, --no-journal, --no-hints, "
				  "--no-symmetry, --no-color, --no-mouse or --no-freeze; "
				  "write more of it");
	refused("paxos-tui up --nod 0 D", "--nodes takes a number from 1 to 31, not '0'");
}

static void a_rule_between_options_holds_for_its_commands_only(void **state)
{
	(void)state;
	refused("paxos-tui matrix --seed 3", "--seed shows one trial: say its --attack");
	refused("paxos-tui matrix --seed 3 --attack lie",
		"--seed shows one trial: say its --defend");
	assert_true(parse("paxos-tui matrix --seed 3 --attack lie --defend all"));
	assert_true(parse("paxos-tui matrix --seed 3 --help"));
	assert_true(parse("paxos-tui sim --seed 3"));
}

static void an_option_of_another_command_is_refused(void **state)
{
	(void)state;
	refused("paxos-tui up D --seed 4",
		"'up' takes no option '--seed'; 'paxos-tui up --help' lists them");
	refused("paxos-tui --tap",
		"'paxos-tui' takes no option '--tap'; 'paxos-tui --help' lists them");
}

static void arguments_are_counted(void **state)
{
	(void)state;
	refused("paxos-tui up", "'up' needs DIR; see 'paxos-tui up --help'");
	refused("paxos-tui up a b", "'b' is one argument too many; see 'paxos-tui up --help'");
	refused("paxos-tui ctl D",
		"'ctl' needs DIR|ENDPOINT COMMAND...; see 'paxos-tui ctl --help'");
	refused("paxos-tui sim x", "'x' is one argument too many; see 'paxos-tui sim --help'");
	refused("paxos-tui run --tap", "'run' needs SCENARIO...; see 'paxos-tui run --help'");
	refused("paxos-tui -n", "-n needs NODES after it");
	refused("paxos-tui --junit", "--junit needs FILE after it");
	refused("paxos-tui --ascii=yes", "--ascii takes no argument, but 'yes' was given");
}

static void help_needs_no_arguments(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui up --help"));
	assert_true(options.help);
	assert_int_equal(options.subcommand, SUB_up);
	assert_true(parse("paxos-tui -V"));
	assert_true(options.version);
}

static void a_shard_is_one_of_so_many(void **state)
{
	(void)state;
	assert_true(parse("paxos-tui sim --shard 3/3"));
	assert_int_equal(options.shard, 3);
	assert_int_equal(options.shards, 3);
	for (const char *const *wrong =
		     (const char *const[]){"0/3", "4/3", "3", "/3", "3/", "1/0", "1/2/3", "-1/3",
					   "a/b", "1/9999999", "00000000000000001/3", NULL};
	     *wrong != NULL; wrong++) {
		char typed[64];
		snprintf(typed, sizeof typed, "paxos-tui matrix --shard %s", *wrong);
		assert_false(parse(typed));
	}
}

static void NO_COLOR_counts_when_it_is_not_empty(void **state)
{
	(void)state;
	setenv("NO_COLOR", "", 1);
	assert_true(parse("paxos-tui"));
	assert_false(options.no_color);
	setenv("NO_COLOR", "1", 1);
	assert_true(parse("paxos-tui"));
	assert_true(options.no_color);
	assert_int_equal(options_screen(&options).theme, THEME_MONO);
	assert_true(parse("paxos-tui --theme light"));
	assert_int_equal(options_screen(&options).theme, THEME_LIGHT);
	unsetenv("NO_COLOR");
}

static void a_terminal_that_says_that_it_is_light_gets_the_light_theme(void **state)
{
	static const struct {
		const char *colors;
		enum theme_name theme;
	} said[] = {{"0;15", THEME_LIGHT},  {"0;default;7", THEME_LIGHT}, {"15;0", THEME_DEFAULT},
		    {"7;8", THEME_DEFAULT}, {"0;default", THEME_DEFAULT}, {"15", THEME_DEFAULT}};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		setenv("COLORFGBG", said[i].colors, 1);
		assert_true(parse("paxos-tui"));
		assert_int_equal(options_screen(&options).theme, said[i].theme);
		assert_true(options_screen(&options).asks);
	}
	setenv("COLORFGBG", "0;15", 1);
	assert_true(parse("paxos-tui --theme default"));
	assert_int_equal(options_screen(&options).theme, THEME_DEFAULT);
	assert_false(options_screen(&options).asks);
	assert_true(parse("paxos-tui --no-color"));
	assert_int_equal(options_screen(&options).theme, THEME_MONO);
	unsetenv("COLORFGBG");
}

static void an_option_with_two_arguments_is_refused(void **state)
{
	(void)state;
	refused("paxos-tui -n 3 --nodes 5", "--nodes was given twice: say it once");
	refused("paxos-tui sim --seeds 1..2 --seeds 1..2", "--seeds was given twice: say it once");
	assert_true(parse("paxos-tui --sim --sim"));
}

/* What must be refused, each with its commands: one of the two options would do nothing. */
static const struct {
	const char *commands, *option, *other;
} idle[] = {
	{"paxos-tui", "sim", "dir"},
	{"paxos-tui", "sim", "listen"},
	{"paxos-tui", "sim", "store"},
	{"run", "sim", "store"},
	{"paxos-tui up", "listen", "store"},
	{"paxos-tui up", "listen", "keep"},
	{"paxos-tui up", "listen", "batch"},
	{"paxos-tui up", "listen", "pipeline"},
	{"paxos-tui up", "open", "token-file"},
	{"paxos-tui", "sim", "within"},
	{"sim", "mistake", "liars"},
	{"sim", "mistake", "attack"},
	{"sim matrix", "seed", "seeds"},
	{"matrix", "seed", "json"},
	{"paxos-tui attach", "record", "no-record"},
	{"up", "record", "listen"},
	{"sim matrix", "seed", "jobs"},
	{"sim matrix", "seed", "shard"},
	{"sim matrix", "seed", "results"},
	{"sim matrix", "attack", "mistake"},
	{"sim matrix", "liars", "mistake"},
	{"run", "json", "tap"},
	{"bench", "json", "csv"},
	{"bench", "json", "svg"},
	{"bench", "csv", "svg"},
	{"paxos-tui attach replay", "plain", "theme"},
	{"paxos-tui attach play replay check", "no-color", "theme"},
	{"up", "journal", "listen"},
	{"paxos-tui", "no-journal", "sim"},
	{"paxos-tui", "no-journal", "listen"},
	{"replay", "recompute", "plain"},
	{"replay", "recompute", "theme"},
	{"check", "table", "mistake"},
	{"check", "table", "save"},
	{"check", "table", "record"},
	{"check", "table", "show"},
	{"check", "json", "show"},
	{"check", "table", "slots"},
	{"check", "table", "quorum"},
	{"check", "table", "progress"},
	{"check", "table", "refine"},
	{"check", "table", "compact"},
	{"check", "compact", "progress"},
	{"check", "compact", "checkpoint"},
	{"check", "compact", "resume"},
	{"check", "table", "checkpoint"},
	{"check", "table", "resume"},
};

/* What does nothing by itself, and what it needs. */
static const struct {
	const char *commands, *option, *needs;
} lone[] = {
	{"paxos-tui run", "seed", "sim"},   {"matrix", "seed", "attack"},
	{"matrix", "seed", "defend"},       {"paxos-tui up", "token-file", "listen"},
	{"paxos-tui up", "open", "listen"}, {"bench", "svg", "sweep"},
	{"sim", "record", "seed"},          {"rescue", "save", "shrink"},
	{"check", "shard", "table"},        {"check", "results", "table"},
	{"check", "theme", "show"},         {"check", "ascii", "show"},
	{"check", "no-color", "show"},      {"check", "no-mouse", "show"},
	{"check", "reduce-motion", "show"},
};

/* A right way to write each option; what every option takes is a row here. */
static const char *written(size_t option)
{
	static const struct {
		const char *name, *text;
	} arguments[] = {
		{"nodes", "4"},      {"mode", "multi"}, {"rate", "2"},
		{"store", "memory"}, {"dir", "d"},      {"listen", "tcp://0.0.0.0:7000"},
		{"seed", "3"},       {"seeds", "1..2"}, {"junit", "f"},
		{"liars", "1"},      {"attack", "lie"}, {"defend", "all"},
		{"values", "9"},     {"size", "9"},     {"outstanding", "9"},
		{"theme", "light"},  {"print", "man"},  {"token-file", "f"},
		{"within", "2m"},    {"keep", "8"},     {"jobs", "2"},
		{"shard", "2/3"},    {"results", "f"},  {"sweep", "nodes=3..9"},
		{"turns", "3"},      {"against", "x"},  {"batch", "16KiB"},
		{"pipeline", "4"},   {"record", "f"},   {"proposers", "2"},
		{"ballots", "2"},    {"slots", "1"},    {"crashes", "1"},
		{"quorum", "2"},     {"save", "f"},     {"mistake", "lost-vote"},
		{"memory", "1G"},    {"states", "9"},   {"checkpoint", "f"},
		{"resume", "f"},
	};
	static char text[2][64];
	static unsigned turn;
	const struct option_row *row = &option_rows[option];
	char *out = text[turn++ % 2];
	if (row->argument[0] == '\0') {
		snprintf(out, sizeof text[0], "--%s", row->name);
		return out;
	}
	for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++)
		if (strcmp(arguments[i].name, row->name) == 0) {
			snprintf(out, sizeof text[0], "--%s=%s", row->name, arguments[i].text);
			return out;
		}
	fail_msg("say how --%s is written", row->name);
	return NULL;
}

static bool names(const char *list, const char *name)
{
	const size_t length = strlen(name);
	for (const char *at = strstr(list, name); at != NULL; at = strstr(at + 1, name))
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static bool is_help(const char *option)
{
	return strcmp(option, "help") == 0 || strcmp(option, "version") == 0;
}

/* `other` NULL: the option alone. */
static bool must_be_refused(const char *command, const char *option, const char *other)
{
	if (is_help(option) || (other != NULL && is_help(other)))
		return false;
	for (size_t i = 0; other != NULL && i < sizeof idle / sizeof idle[0]; i++)
		if (names(idle[i].commands, command) &&
		    ((strcmp(idle[i].option, option) == 0 && strcmp(idle[i].other, other) == 0) ||
		     (strcmp(idle[i].option, other) == 0 && strcmp(idle[i].other, option) == 0)))
			return true;
	for (size_t i = 0; i < sizeof lone / sizeof lone[0]; i++) {
		const bool first = strcmp(lone[i].option, option) == 0;
		const bool second = other != NULL && strcmp(lone[i].option, other) == 0;
		const char *beside = first ? other : option;
		if (names(lone[i].commands, command) && (first || second) &&
		    (beside == NULL || strcmp(lone[i].needs, beside) != 0))
			return true;
	}
	return false;
}

static void tried(size_t sub, size_t option, size_t other)
{
	const char *name = subcommand_rows[sub].name, *called = *name == '\0' ? "paxos-tui" : name;
	const bool alone = option == other;
	char text[256];
	snprintf(text, sizeof text, "paxos-tui %s %s %s %s", name, written(option),
		 alone ? "" : written(other), subcommand_rows[sub].args[0] == '\0' ? "" : "D x");
	if (sub == SUB_up || sub == SUB_down || sub == SUB_attach || sub == SUB_play ||
	    sub == SUB_replay || sub == SUB_rescue)
		text[strlen(text) - 2] = '\0'; /* they take one word */
	const bool must = must_be_refused(called, option_rows[option].name,
					  alone ? NULL : option_rows[other].name);
	if (parse(text) == must)
		fail_msg("'%s' is %s: '%s'", text, must ? "taken" : "refused", why);
}

static void each_pair_of_options_does_both_or_is_refused(void **state)
{
	(void)state;
	for (size_t sub = 0; sub < SUBCOMMANDS; sub++)
		for (size_t i = 0; i < OPTIONS; i++)
			for (size_t k = 0; k <= i; k++)
				if ((option_rows[i].of >> sub & option_rows[k].of >> sub & 1) != 0)
					tried(sub, i, k);
}

/* A table row that is wrong in itself would only be found by a user. */
static void rows_make_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		bool choice = strchr(row->argument, '|') != NULL;
		assert_true(row->of != 0);
		assert_true((row->argument[0] != '\0' && !choice) == (row->wants[0] != '\0'));
		for (size_t k = i + 1; k < OPTIONS; k++) {
			/* two rows may have a name, but not for one command */
			assert_true((row->of & option_rows[k].of) == 0 ||
				    strcmp(row->name, option_rows[k].name) != 0);
			assert_true(row->letter == 0 || row->letter != option_rows[k].letter);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_word_at_all_is_the_dashboard),
		cmocka_unit_test(options_stand_before_and_after_the_command),
		cmocka_unit_test(ctl_leaves_the_words_of_a_command_alone),
		cmocka_unit_test(json_stands_before_or_after_the_word_of_a_command),
		cmocka_unit_test(nothing_after_two_dashes_is_an_option),
		cmocka_unit_test(numbers_have_ranges),
		cmocka_unit_test(seeds_are_a_rising_range),
		cmocka_unit_test(a_shard_is_one_of_so_many),
		cmocka_unit_test(a_rate_has_many_forms),
		cmocka_unit_test(two_rows_of_one_name_are_told_apart_by_the_command),
		cmocka_unit_test(what_is_unknown_gets_a_suggestion),
		cmocka_unit_test(a_long_name_may_be_shortened),
		cmocka_unit_test(a_rule_between_options_holds_for_its_commands_only),
		cmocka_unit_test(an_option_of_another_command_is_refused),
		cmocka_unit_test(arguments_are_counted),
		cmocka_unit_test(help_needs_no_arguments),
		cmocka_unit_test(NO_COLOR_counts_when_it_is_not_empty),
		cmocka_unit_test(a_terminal_that_says_that_it_is_light_gets_the_light_theme),
		cmocka_unit_test(an_option_with_two_arguments_is_refused),
		cmocka_unit_test(each_pair_of_options_does_both_or_is_refused),
		cmocka_unit_test(rows_make_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
