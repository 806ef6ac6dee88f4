/* Lines that stand for others: what a scenario says with them is what it says without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/scenario/scenario.h"

#define RUNS 3000

static struct scenario given, plain;
static char why[400];

/* Two scenarios do the same. */
static void assert_same(const char *text, const char *without)
{
	if (!scenario_parse("x", text, &given, why, sizeof why) ||
	    !scenario_parse("y", without, &plain, why, sizeof why))
		fail_msg("%s", why);
	assert_int_equal(given.nodes, plain.nodes);
	assert_int_equal(given.commands, plain.commands);
	for (unsigned i = 0; i < given.commands; i++) {
		given.command[i].line = plain.command[i].line;
		assert_memory_equal(&given.command[i], &plain.command[i], sizeof given.command[i]);
	}
}

static void assert_refused(const char *text, const char *sentence)
{
	assert_false(scenario_parse("x", text, &given, why, sizeof why));
	assert_string_equal(why, sentence);
}

static void a_variable_is_what_it_was_let_be(void **state)
{
	(void)state;
	assert_same("let fruit = pear\npropose 1 $fruit", "propose 1 pear");
	assert_same("let a = \"red pear\"\nsay \"a $a, $a.\"\npropose 2 $a",
		    "say \"a red pear, red pear.\"\npropose 2 \"red pear\"");
	assert_same("let n = 2\nlet v = x$n\npropose $n $v\nlet v = y\npropose $n $v",
		    "propose 2 x2\npropose 2 y");
	assert_same("let n = 3\nnodes $n\npropose $n A", "nodes 3\npropose 3 A");
	assert_same("let ab = 1\nlet a = 2\npropose 1 $ab$a-$a.b", "propose 1 12-2.b");
}

static void a_dollar_before_no_name_is_a_dollar(void **state)
{
	(void)state;
	assert_same("propose 1 $5\nsay \"$ and $$, 5$\"", "propose 1 $5\nsay \"$ and $$, 5$\"");
	assert_same("let a = $$a\npropose 1 $a", "propose 1 $$a");
}

static void what_is_repeated_comes_so_often(void **state)
{
	(void)state;
	assert_same("repeat 3\npropose 1 A\nend\ncrash 2",
		    "propose 1 A\npropose 1 A\npropose 1 A\ncrash 2");
	assert_same("repeat 2 as i\npropose $i v$i\nend", "propose 1 v1\npropose 2 v2");
	assert_same(
		"repeat 2 as i\nlet v = $i\nrepeat 2 as k\npropose $k $v.$k\nend\ncrash $i\nend",
		"propose 1 1.1\npropose 2 1.2\ncrash 1\npropose 1 2.1\npropose 2 2.2\ncrash 2");
	assert_same("crash 1\nrepeat 2\nrate 2x\nend", "crash 1\nrate 2x\nrate 2x");
	assert_same("repeat 1\ncrash 1\nend", "crash 1");
}

static void what_is_let_in_a_repeat_ends_with_it(void **state)
{
	(void)state;
	assert_same("let v = a\nrepeat 2 as i\nlet v = b$i\npropose 1 $v\nend\npropose 1 $v",
		    "propose 1 b1\npropose 1 b2\npropose 1 a");
	assert_refused("repeat 2 as i\ncrash 1\nend\ncrash $i",
		       "x:4: no variable \"$i\": \"let i = VALUE\" makes one, and $$ is a dollar");
}

static void a_command_has_the_line_on_which_it_stands(void **state)
{
	(void)state;
	assert_true(scenario_parse("x",
				   "# two\nlet a = b\nrepeat 2\n\npropose 1 $a\ncrash 1\nend\nheal",
				   &given, why, sizeof why));
	const unsigned lines[] = {5, 6, 5, 6, 8};
	assert_int_equal(given.commands, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(given.command[i].line, lines[i]);
}

static void mistakes_are_told_with_their_line(void **state)
{
	char text[9000];

	(void)state;
	assert_refused("crash 1\nend", "x:2: \"end\" without a \"repeat\" before it");
	assert_refused("repeat 2\ncrash 1\nend now",
		       "x:3: expected \"end\", and nothing behind it");
	assert_refused("crash 1\nrepeat 2\nrepeat 3\ncrash 1\nend",
		       "x:2: this \"repeat\" has no \"end\"");
	assert_refused("repeat 0\ncrash 1\nend",
		       "x:1: expected \"repeat N\" or \"repeat N as NAME\", N from 1 to 4096");
	assert_refused("repeat 4097\ncrash 1\nend",
		       "x:1: expected \"repeat N\" or \"repeat N as NAME\", N from 1 to 4096");
	assert_refused("repeat 2 as\ncrash 1\nend",
		       "x:1: expected \"repeat N\" or \"repeat N as NAME\", N from 1 to 4096");
	assert_refused("repeat 2\nend", "x:2: there is no command to repeat since line 1");
	assert_refused("repeat 4096\nrepeat 4096\nlet a = b\nend\nend",
		       "x:4: there is no command to repeat since line 2");
	assert_refused("repeat 2049\ncrash 1\nrestart 1\nend",
		       "x:2: too many commands: at most 4096");
	assert_refused("repeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\ncrash 1",
		       "x:5: too many repeats within each other: at most 4");
	assert_refused("repeat 2\nnodes 3\nend",
		       "x:2: \"nodes\" belongs to the head, before the first command");
	assert_refused("let a b",
		       "x:1: expected \"let NAME = VALUE\", a value with blanks in quotes");
	assert_refused("let 1a = b",
		       "x:1: \"1a\" is no name of a variable: a letter, then letters, digits and "
		       "_, 15 at most");
	assert_refused(
		"let abcdefghijklmnop = b",
		"x:1: \"abcdefghijklmnop\" is no name of a variable: a letter, then letters, "
		"digits and _, 15 at most");
	assert_refused(
		"propose 1 $fruit",
		"x:1: no variable \"$fruit\": \"let fruit = VALUE\" makes one, and $$ is a dollar");
	strcpy(text, "let a = ");
	memset(text + 8, 'x', 2000);
	strcpy(text + 2008, "\nlet b = $a$a");
	assert_refused(text, "x:2: too many variables: at most 16, of 4096 bytes in all");
	strcpy(text + 2008, "\nsay $a$a$a");
	assert_refused(text, "x:2: the line is too long with what its variables stand for");
	text[0] = 0;
	for (unsigned i = 0; i < 17; i++)
		strcat(text, "let a = b\n");
	assert_refused(text, "x:17: too many variables: at most 16, of 4096 bytes in all");
}

/* A value takes its bytes and one more; those of a repeat are free again in its next round. */
static void variables_fill_their_room_and_no_more(void **state)
{
	char text[9000], round[9000], value[2000];

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		memset(value, 'x', sizeof value);
		snprintf(text, sizeof text, "let a = %.1999s\nlet b = %.1999s\nlet c = %.*s\nheal",
			 value, value, 95 + (int)more, value);
		assert_int_equal(scenario_parse("x", text, &given, why, sizeof why), more == 0);
		snprintf(round, sizeof round,
			 "let a = %.1999s\nrepeat 3\nlet b = %.1999s\nlet c = %.*s\nheal\nend\n"
			 "let b = %.1999s\nlet c = %.95s",
			 value, value, 95 + (int)more, value, value, value);
		assert_int_equal(scenario_parse("x", round, &given, why, sizeof why), more == 0);
	}
}

/* --- by chance: nested repeats against the lines that they stand for ------------------------- */

static uint64_t random_state;

static unsigned draw(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state % below);
}

static char with[20000], without[200000];

static void add(char *text, const char *line)
{
	strcat(strcat(text, line), "\n");
}

/* A body is made once for the text with repeats, and for each round for the other: so what is drawn
 * begins from the same place each time. */
static void make_body(unsigned depth, uint64_t seed, const char *round, bool folded)
{
	const uint64_t outside = random_state;
	char line[100];

	random_state = seed;
	for (unsigned lines = 1 + draw(3); lines > 0; lines--) {
		const unsigned rounds = 1 + draw(3);
		const uint64_t inner = 1 + draw(100000);
		if (depth < 3 && draw(3) == 0) {
			snprintf(line, sizeof line, "repeat %u as r%u", rounds, depth);
			if (folded)
				add(with, line);
			for (unsigned i = 1; i <= (folded ? 1 : rounds); i++) {
				snprintf(line, sizeof line, "%u", i);
				make_body(depth + 1, inner, line, folded);
			}
			if (folded)
				add(with, "end");
			continue;
		}
		if (depth == 0 || !folded)
			snprintf(line, sizeof line, "propose 1 v%u.%s", (unsigned)inner, round);
		else
			snprintf(line, sizeof line, "propose 1 v%u.$r%u", (unsigned)inner,
				 depth - 1);
		add(folded ? with : without, line);
	}
	random_state = outside;
}

static void any_nest_of_repeats_is_what_it_stands_for(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		with[0] = without[0] = 0;
		make_body(0, seed * 7919, "0", true);
		make_body(0, seed * 7919, "0", false);
		assert_same(with, without);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_is_what_it_was_let_be),
		cmocka_unit_test(a_dollar_before_no_name_is_a_dollar),
		cmocka_unit_test(what_is_repeated_comes_so_often),
		cmocka_unit_test(what_is_let_in_a_repeat_ends_with_it),
		cmocka_unit_test(a_command_has_the_line_on_which_it_stands),
		cmocka_unit_test(mistakes_are_told_with_their_line),
		cmocka_unit_test(variables_fill_their_room_and_no_more),
		cmocka_unit_test(any_nest_of_repeats_is_what_it_stands_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
