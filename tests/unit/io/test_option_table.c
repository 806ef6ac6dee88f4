/* The engine behind both command lines, over a table of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "node/io/option_table.h"

enum { LOUD, QUIET, SIZE, COLOUR, ROWS };

static const struct option_row rows[ROWS] = {
	[LOUD] = {"loud", 'l', "", "", 1, "say more"},
	[QUIET] = {"quiet", 'q', "", "", 1 | 2, "say less"},
	[SIZE] = {"size", 's', "N", "a number", 1, "so many"},
	[COLOUR] = {"colour", 0, "red|green", "", 1, "which"},
};

static const struct option_rule rules[] = {
	{OPTION_RULE_CLASH, LOUD, QUIET, 1, "--loud and --quiet cannot both be"},
	{OPTION_RULE_NEEDS, COLOUR, SIZE, 2, "--colour is of something: say its --size"},
};

static const struct option_table table = {rows, ROWS, rules, 2, NULL};
static struct option_reader reader;

/* Begins to read words that end with NULL. getopt_long changes none of their letters. */
static void begin(const char *const *text)
{
	static char *word[16];
	int words = 0;
	for (; text[words] != NULL; words++)
		word[words] = (char *)text[words];
	option_begin(&reader, &table, words, word);
}

#define BEGIN(...) begin((const char *const[]){"program", __VA_ARGS__, NULL})

static void finds(size_t row, const char *name, const char *text)
{
	assert_int_equal(option_next(&reader), OPTION_GIVEN);
	assert_int_equal(reader.row, row);
	assert_string_equal(reader.name, name);
	assert_string_equal(reader.text, text);
}

static void finds_word(const char *text)
{
	assert_int_equal(option_next(&reader), OPTION_WORD);
	assert_string_equal(reader.text, text);
}

static void finds_end(void)
{
	assert_int_equal(option_next(&reader), OPTION_END);
}

static void refuses(const char *why)
{
	assert_int_equal(option_next(&reader), OPTION_WRONG);
	assert_string_equal(reader.why, why);
}

static void options_are_written_as_getopt_long_reads_them(void **state)
{
	(void)state;
	BEGIN("-lq", "--size", "3", "--size=4", "-s5", "-s", "6", "-lqs7", "--si", "8");
	finds(LOUD, "-l", "");
	finds(QUIET, "-q", "");
	finds(SIZE, "--size", "3");
	finds(SIZE, "--size", "4");
	finds(SIZE, "-s", "5");
	finds(SIZE, "-s", "6");
	finds(LOUD, "-l", "");
	finds(QUIET, "-q", "");
	finds(SIZE, "-s", "7");
	finds(SIZE, "--size", "8");
	finds_end();
	finds_end();
	for (unsigned i = 0; i < OPTION_ROWS_MAX; i++)
		assert_int_equal(reader.met[i], i == LOUD || i == QUIET || i == SIZE);
}

static void words_come_in_their_order_among_options(void **state)
{
	(void)state;
	BEGIN("a", "-l", "", "-", "b", "--", "-q", "--", "c");
	finds_word("a");
	finds(LOUD, "-l", "");
	finds_word("");
	finds_word("-");
	finds_word("b");
	finds_word("-q");
	finds_word("--");
	finds_word("c");
	finds_end();
}

static void the_caller_can_say_that_only_words_follow(void **state)
{
	(void)state;
	BEGIN("a", "-l", "--", "--nonsense");
	finds_word("a");
	option_only_words(&reader);
	finds_word("-l");
	finds_word("--");
	finds_word("--nonsense");
	finds_end();
}

static void what_is_wrong_is_said_as_it_was_written(void **state)
{
	(void)state;
	BEGIN("--laud=3");
	refuses("there is no option '--laud'; did you mean '--loud'?");
	BEGIN("--xylophone");
	reader.help = "program --help";
	refuses("there is no option '--xylophone'; 'program --help' lists them");
	BEGIN("-lx");
	finds(LOUD, "-l", "");
	refuses("there is no option '-x'; '--help' lists them");
	BEGIN("--lou=3");
	refuses("--loud takes no argument, but '3' was given");
	BEGIN("-s");
	refuses("-s needs N after it");
	BEGIN("--size");
	refuses("--size needs N after it");
	BEGIN("--colour", "gren");
	refuses("--colour takes red|green, not 'gren'; did you mean 'green'?");
	BEGIN("-sx");
	finds(SIZE, "-s", "x");
	assert_int_equal(option_refuse(&reader), OPTION_WRONG);
	assert_string_equal(reader.why, "-s takes a number, not 'x'");
}

static void only_what_the_command_takes_is_suggested(void **state)
{
	(void)state;
	BEGIN("--siez");
	reader.of = 2;
	refuses("there is no option '--siez'; '--help' lists them");
}

static void rules_hold_between_what_was_met(void **state)
{
	(void)state;
	BEGIN("--loud", "--quiet");
	assert_int_equal(option_next(&reader), OPTION_GIVEN);
	assert_true(option_rules_hold(&reader));
	assert_int_equal(option_next(&reader), OPTION_GIVEN);
	assert_false(option_rules_hold(&reader));
	assert_string_equal(reader.why, "--loud and --quiet cannot both be");
	reader.of = 2;
	assert_true(option_rules_hold(&reader));
	BEGIN("--colour", "red", "-s1");
	assert_int_equal(option_next(&reader), OPTION_GIVEN);
	assert_false(option_rules_hold(&reader));
	assert_string_equal(reader.why, "--colour is of something: say its --size");
	assert_int_equal(option_next(&reader), OPTION_GIVEN);
	assert_true(option_rules_hold(&reader));
}

static void a_number_is_digits_within_its_range(void **state)
{
	uint64_t n = 0;
	(void)state;
	assert_true(option_number("18446744073709551615", 0, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_false(option_number("18446744073709551616", 0, UINT64_MAX, &n));
	assert_false(option_number("", 0, 9, &n));
	assert_false(option_number("+1", 0, 9, &n));
	assert_false(option_number(" 1", 0, 9, &n));
	assert_false(option_number("1x", 0, 9, &n));
	assert_false(option_number("1", 2, 9, &n));
	assert_false(option_number("10", 2, 9, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_written_as_getopt_long_reads_them),
		cmocka_unit_test(words_come_in_their_order_among_options),
		cmocka_unit_test(the_caller_can_say_that_only_words_follow),
		cmocka_unit_test(what_is_wrong_is_said_as_it_was_written),
		cmocka_unit_test(only_what_the_command_takes_is_suggested),
		cmocka_unit_test(rules_hold_between_what_was_met),
		cmocka_unit_test(a_number_is_digits_within_its_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
