/* The command language: what is read, what is refused and in which words, what is completed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/scenario/scenario.h"

static struct command parsed(const char *line)
{
	struct command c;
	char why[400];
	if (!command_parse(line, 5, &c, why, sizeof why))
		fail_msg("%s: %s", line, why);
	return c;
}

static void assert_refused(const char *line, const char *expected)
{
	struct command c;
	char why[400];
	assert_false(command_parse(line, 5, &c, why, sizeof why));
	assert_string_equal(why, expected);
}

static void every_command_is_read_as_its_usage_says(void **state)
{
	(void)state;
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		assert_true(strncmp(command_usage((enum command_kind)i),
				    command_name((enum command_kind)i),
				    strlen(command_name((enum command_kind)i))) == 0);
	struct command c = parsed("propose n2 \"two words\" at 7");
	assert_int_equal(c.a, 2);
	assert_int_equal(c.slot, 7);
	assert_string_equal(c.text, "two words");
	c = parsed("cut 1,2 3 both # a comment");
	assert_int_equal(c.from, 3);
	assert_int_equal(c.to, 4);
	assert_true(c.both);
	c = parsed("partition 1,2|3");
	assert_int_equal(c.groups, 3);
	assert_int_equal(c.group[2], 0x18);
	c = parsed("link 1 2 delay 80ms loss 20% dup 0.5%");
	assert_int_equal(c.link_parts, LINK_DELAY | LINK_LOSS | LINK_DUPLICATE);
	assert_int_equal(c.link.delay_us, 80000);
	assert_int_equal(c.link.loss_ppm, 200000);
	assert_int_equal(c.link.duplicate_ppm, 5000);
	c = parsed("wait 1.5s");
	assert_int_equal(c.duration, 1500000);
	c = parsed("wait not chosen 3 B on 1,2 within 500ms");
	assert_int_equal(c.condition.kind, CONDITION_CHOSEN);
	assert_true(c.condition.negated);
	assert_int_equal(c.condition.on, 3);
	assert_int_equal(c.within, 500000);
	c = parsed("expect promised 2 3.1 for 1s");
	assert_int_equal(c.condition.ballot.round, 3);
	assert_int_equal(c.holds, 1000000);
	c = parsed("wait promised 2 max.3");
	assert_int_equal(c.condition.ballot.round, ROUND_MAX);
	assert_int_equal(c.condition.ballot.node, 3);
	c = parsed("deliver accept 1 2");
	assert_int_equal(c.pick.type, MSG_ACCEPT);
	c = parsed("drop 1.1.17+2 at 3");
	assert_int_equal(c.pick.id.number, 17);
	assert_int_equal(c.pick.copy, 2);
	assert_int_equal(c.pick.to, 3);
	c = parsed("step");
	assert_int_equal(c.count, 1);
	c = parsed("  # nothing");
	assert_int_equal(c.kind, COMMAND_NONE);
}

static void rates_are_read_in_every_form(void **state)
{
	static const struct {
		const char *word;
		uint32_t num, den;
	} rates[] = {{"1/100", 1, 100}, {"1x", 1, 1},        {"0.01", 1, 100},
		     {"50%", 1, 2},     {"2x", 2, 1},        {"1/100x", 1, 100},
		     {"1.5", 3, 2},     {"unlimited", 1, 0}, {"paused", 0, 1}};
	static const char *const bad[] = {"",     "fast", "1/0",   "-1",    "0",
					  "1//2", "1.",   "1/2/3", "99999x"};
	uint32_t num, den;
	(void)state;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		assert_true(rate_parse(rates[i].word, &num, &den));
		assert_int_equal(num, rates[i].num);
		assert_int_equal(den, rates[i].den);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (rate_parse(bad[i], &num, &den))
			fail_msg("\"%s\" is no rate", bad[i]);
}

static void mistakes_are_named_and_the_right_word_is_suggested(void **state)
{
	(void)state;
	assert_refused("porpose 1 A", "no command \"porpose\"; did you mean \"propose\"?");
	assert_refused("xyzzy", "no command \"xyzzy\"");
	assert_refused("expect agreemnt", "no condition \"agreemnt\"; did you mean \"agreement\"?");
	assert_refused("link 1 2 los 3%", "no \"los\"; did you mean \"loss\"?");
	assert_refused("propose 6 A", "expected a node (1 to 5), not \"6\"; usage: propose NODE "
				      "VALUE [at SLOT]");
	assert_refused("propose 1", "a value is missing; usage: propose NODE VALUE [at SLOT]");
	assert_refused("propose 1 A B", "\"B\" is too much; usage: propose NODE VALUE [at SLOT]");
	assert_refused("cut 2 2", "n2 has no link to itself");
	assert_refused("say \"open", "a quote (\") is not closed");
	assert_refused("partition 1,2 | 2,3", "n2 stands in two groups");
	assert_refused("partition 1,2,3,4,5",
		       "a partition needs two groups; usage: partition 1,2 | "
		       "3,4,5");
	assert_refused("wait 5", "expected a duration with its unit, like 80ms or 2s, not \"5\"; "
				 "usage: wait 2s | wait CONDITION [within 5s]");
	assert_refused("link 1 2",
		       "delay, jitter, loss, dup or reorder is missing; usage: link A B "
		       "delay 80ms loss 20% dup 5% jitter 2ms reorder 1%");
}

static void lines_of_any_bytes_are_read_or_refused(void **state)
{
	(void)state;
	uint64_t random = 7;
	for (unsigned round = 0; round < 20000; round++) {
		char line[80], why[400];
		struct command c;
		struct completions completions;
		unsigned length = (unsigned)(random_next(&random) % (sizeof line - 1));
		for (unsigned i = 0; i < length; i++) {
			static const char likely[] = "propsecutwait 12,|.\"\\#%n*";
			uint64_t r = random_next(&random);
			line[i] = r % 4 == 0 ? (char)(1 + (r >> 8) % 255)
					     : likely[(r >> 8) % (sizeof likely - 1)];
		}
		line[length] = 0;
		why[0] = 0;
		if (!command_parse(line, 5, &c, why, sizeof why))
			assert_true(why[0] != 0);
		command_complete(line, NULL, &completions);
		assert_true(completions.from <= length);
	}
}

static void a_file_is_refused_with_the_line_of_its_mistake(void **state)
{
	static const struct {
		const char *text, *why;
	} files[] = {
		{"nodes 3\nsay hello\npropose 4 A\n", "t.pxs:3: expected a node (1 to 3), not "
						      "\"4\"; usage: propose NODE VALUE [at SLOT]"},
		{"say hello\nnodes 3\n",
		 "t.pxs:2: \"nodes\" belongs to the head, before the first command"},
		{"nodes 99\n", "t.pxs:1: expected \"nodes N\", N from 1 to 31"},
		{"mode double\n", "t.pxs:1: expected \"mode single\" or \"mode multi\""},
		{"# only words\n", "t.pxs:1: a scenario without a single command"},
		{"\xef\xbb\xbfnodes 3\n", "t.pxs:1: a scenario without a single command"},
		{"", "t.pxs:1: a scenario without a single command"},
		{"say a\n\nexpekt agreement",
		 "t.pxs:3: no command \"expekt\"; did you mean \"expect\"?"},
	};
	struct scenario *s = malloc(sizeof *s);
	char why[500];
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		assert_false(scenario_parse("t.pxs", files[i].text, s, why, sizeof why));
		assert_string_equal(why, files[i].why);
	}
	assert_true(scenario_parse("t.pxs",
				   "nodes 3\nmode multi\nrate 1/10\nseed 9\nsay hi\nrate 2x\n", s,
				   why, sizeof why));
	assert_int_equal(s->nodes, 3);
	assert_int_equal(s->mode, MODE_MULTI);
	assert_int_equal(s->rate_den, 10);
	assert_int_equal(s->seed, 9);
	assert_int_equal(s->commands, 2);
	assert_int_equal(s->command[1].line, 6);
	free(s);
}

static void the_prompt_completes_commands_conditions_and_nodes(void **state)
{
	struct completions c;
	(void)state;
	command_complete("pa", NULL, &c);
	assert_int_equal(c.count, 2);
	assert_string_equal(c.word[0], "partition");
	assert_string_equal(c.word[1], "pause");
	command_complete("wait not st", NULL, &c);
	assert_int_equal(c.from, 9);
	assert_int_equal(c.count, 3);
	assert_string_equal(c.word[0], "stalled");
	assert_string_equal(c.word[1], "stuck");
	assert_string_equal(c.word[2], "stopped");
	command_complete("gate o", NULL, &c);
	assert_int_equal(c.count, 2);
	command_complete("", NULL, &c);
	assert_int_equal(c.count, COMMANDS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_read_as_its_usage_says),
		cmocka_unit_test(rates_are_read_in_every_form),
		cmocka_unit_test(mistakes_are_named_and_the_right_word_is_suggested),
		cmocka_unit_test(lines_of_any_bytes_are_read_or_refused),
		cmocka_unit_test(a_file_is_refused_with_the_line_of_its_mistake),
		cmocka_unit_test(the_prompt_completes_commands_conditions_and_nodes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
