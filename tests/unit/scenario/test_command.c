/* The command language: what is read, what is refused and in which words, what is completed.
 * REWRITE=1 build/tests/test_command writes its answers anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "proto/scenario/scenario.h"
#include "tests/support/handmade.h"
#include "tests/support/lines.h"
#include "tests/support/parsed.h"

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
	assert_int_equal(c.condition[0].kind, CONDITION_CHOSEN);
	assert_true(c.condition[0].negated);
	assert_int_equal(c.condition[0].on, 3);
	assert_int_equal(c.within, 500000);
	c = parsed("expect promised 2 3.1 for 1s");
	assert_int_equal(c.condition[0].ballot.round, 3);
	assert_int_equal(c.holds, 1000000);
	c = parsed("wait promised 2 max.3");
	assert_int_equal(c.condition[0].ballot.round, ROUND_MAX);
	assert_int_equal(c.condition[0].ballot.node, 3);
	c = parsed("deliver accept 1 2");
	assert_int_equal(c.pick.type, MSG_ACCEPT);
	c = parsed("drop 1.1.17+2 at 3");
	assert_int_equal(c.pick.id.number, 17);
	assert_int_equal(c.pick.copy, 2);
	assert_int_equal(c.pick.to, set_of(3));
	c = parsed("step");
	assert_int_equal(c.count, 1);
	c = parsed("  # nothing");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_int_equal(parsed("wait 1.90s").duration, 1900000);
	assert_int_equal(parsed("wait 0.019ms").duration, 19);
	assert_int_equal(parsed("expect evidence * 2").condition[0].node, 2);
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
	assert_not_parsed("porpose 1 A", "no command \"porpose\"; did you mean \"propose\"?");
	assert_not_parsed("xyzzy", "no command \"xyzzy\"");
	assert_not_parsed("expect agreemnt",
			  "no condition \"agreemnt\"; did you mean \"agreement\"?");
	assert_not_parsed("link 1 2 los 3%", "no \"los\"; did you mean \"loss\"?");
	assert_not_parsed("propose 6 A", "expected a node (1 to 5), not \"6\"; usage: propose NODE "
					 "VALUE [at SLOT] [--wait [within 5s]]");
	assert_not_parsed(
		"propose 1",
		"a value is missing; usage: propose NODE VALUE [at SLOT] [--wait [within 5s]]");
	assert_not_parsed(
		"propose 1 A B",
		"\"B\" is too much; usage: propose NODE VALUE [at SLOT] [--wait [within 5s]]");
	assert_not_parsed("cut 2 2", "n2 has no link to itself");
	assert_not_parsed("say \"open", "a quote (\") is not closed");
	assert_not_parsed("partition 1,2 | 2,3", "n2 stands in two groups");
	assert_not_parsed("partition 1,2,3,4,5",
			  "a partition needs two groups; usage: partition 1,2 | "
			  "3,4,5");
	assert_not_parsed("wait 5",
			  "expected a duration with its unit, like 80ms or 2s, not \"5\"; "
			  "usage: wait 2s | wait CONDITION [or ...] [within 5s]");
	assert_not_parsed("link 1 2",
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
		{"nodes 3\nsay hello\npropose 4 A\n",
		 "t.pxs:3: expected a node (1 to 3), not "
		 "\"4\"; usage: propose NODE VALUE [at SLOT] [--wait [within 5s]]"},
		{"say hello\nnodes 3\n",
		 "t.pxs:2: \"nodes\" belongs to the head, before the first command"},
		{"nodes 3\nnodes 4\n", "t.pxs:2: \"nodes\" is said twice"},
		{"mode multi\nmode multi\n", "t.pxs:2: \"mode\" is said twice"},
		{"seed 1\nseed 2\n", "t.pxs:2: \"seed\" is said twice"},
		{"defend quorum f=4\nnodes 3\n",
		 "t.pxs:2: \"nodes\" goes before \"defend\": what defences do depends on how many "
		 "nodes there are"},
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

/* Several words, and the last of them fits just so, or is too long by a byte or by many. */
static void a_text_is_as_long_as_it_may_be(void **state)
{
	(void)state;
	for (unsigned length = COMMAND_TEXT_MAX - 4; length < COMMAND_TEXT_MAX + 120; length++) {
		char line[COMMAND_TEXT_MAX + 140], why[400];
		struct command c;

		memset(line, 'b', sizeof line);
		memcpy(line, "say a ", 6);
		line[300] = ' ';
		line[4 + length] = 0;
		if (length < COMMAND_TEXT_MAX) {
			assert_true(command_parse(line, 3, &c, why, sizeof why));
			assert_int_equal(c.length, length);
			assert_string_equal(c.text, line + 4);
		} else {
			assert_false(command_parse(line, 3, &c, why, sizeof why));
			assert_non_null(strstr(why, "the text is too long: at most 399 bytes"));
		}
	}
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
	command_complete("wait accepted 0 A at ", NULL, &c);
	assert_int_equal(c.count, 0); /* a ballot, and nobody has promised one */
}

static void a_command_that_does_something_is_not_for_those_who_only_watch(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum command_effect effect;
	} tries[] = {
		{"propose 1 A", EFFECT_CHANGES},
		{"drop 1.1.1", EFFECT_CHANGES},
		{"attack 1 lie", EFFECT_CHANGES},
		{"epoch", EFFECT_CHANGES},
		{"pause", EFFECT_STEERS},
		{"step 2", EFFECT_STEERS},
		{"rate 1/100", EFFECT_STEERS},
		{"beat", EFFECT_STEERS},
		{"state", EFFECT_LOOKS},
		{"evidence", EFFECT_LOOKS},
		{"expect agreement", EFFECT_LOOKS},
		{"quit", EFFECT_LOOKS},
		{"# nothing", EFFECT_LOOKS},
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct command c;
		char why[200];
		assert_true(command_parse(tries[i].line, 5, &c, why, sizeof why));
		if (command_effect(c.kind) != tries[i].effect)
			fail_msg("%s", tries[i].line);
	}
}

/* --- Files of lines, each with its answer below: tests/data/words/. */

#define TEXT_MAX 65536

static char asked[TEXT_MAX], answered[TEXT_MAX];

static void answer(const char *format, ...)
{
	size_t used = strlen(answered);
	va_list list;

	va_start(list, format);
	vsnprintf(answered + used, TEXT_MAX - used, format, list);
	va_end(list);
}

static void compare_answers(const char *path)
{
	size_t at = 0, line = 0;
	FILE *f;

	if (getenv("REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(answered, f);
		fclose(f);
		return;
	}
	for (; asked[at] != 0 && asked[at] == answered[at]; at++)
		if (asked[at] == '\n')
			line = at + 1;
	if (asked[at] != answered[at])
		fail_msg("%s: another answer now (REWRITE=1 build/tests/test_command writes all "
			 "anew):\n- %.*s\n+ %.*s",
			 path, (int)strcspn(asked + line, "\n"), asked + line,
			 (int)strcspn(answered + line, "\n"), answered + line);
}

/* Gives every line of the file that begins with > to `reply`; the others are comments and answers.
 */
static void answer_file(const char *path, void (*reply)(const char *line))
{
	char line[400];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	asked[fread(asked, 1, TEXT_MAX - 1, f)] = 0;
	fclose(f);
	answered[0] = 0;
	for (const char *at = asked; *at != 0; at += strcspn(at, "\n"), at += *at == '\n') {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
		if (line[0] == '#' || line[0] == '>')
			answer("%s\n", line);
		if (line[0] == '>')
			reply(line + 2);
	}
	compare_answers(path);
}

static void reply_refusal(const char *line)
{
	struct command c;
	char why[400];

	answer("  %s\n", command_parse(line, 5, &c, why, sizeof why) ? "(a command)" : why);
}

static void every_mistake_has_its_sentence(void **state)
{
	(void)state;
	answer_file("tests/data/words/lines.txt", reply_refusal);
}

static struct model *model;

static void reply_completions(const char *line)
{
	char typed[400];
	struct completions c;

	snprintf(typed, sizeof typed, "%.*s", (int)strcspn(line, "_"), line);
	command_complete(typed, model, &c);
	answer("  %u:", c.from);
	for (unsigned i = 0; i < c.count; i++)
		answer(" %s", c.word[i]);
	answer("\n");
}

static void decide(struct handmade *w, slot_number slot, const char *text)
{
	value_ref value =
		values_intern(w->m->values, (const uint8_t *)text, (uint32_t)strlen(text));

	for (node_id id = 1; id <= 3; id++)
		handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
						.node = id,
						.slot = slot,
						.ballot = ballot_of(1, 1),
						.value = value});
}

static void hold(struct handmade *w, node_id node, node_id from, uint64_t number, uint8_t copy)
{
	handmade_tell(w, (struct event){.kind = copy > 0 ? EVENT_DUPLICATED : EVENT_HELD,
					.node = node,
					.peer = from,
					.id = {from, 1, number},
					.copy = copy,
					.type = MSG_PREPARE,
					.ballot = ballot_of(1, from)});
}

/* Five nodes that know of apple and plum, and hold three messages. */
static struct handmade *apple_and_plum(void)
{
	struct handmade *w = handmade_new(5, false);

	handmade_start(w);
	decide(w, 0, "apple");
	decide(w, 2, "plum");
	hold(w, 2, 1, 7, 0);
	hold(w, 2, 1, 7, 1);
	hold(w, 3, 5, 12, 0);
	return w;
}

static void everything_that_can_stand_there_is_offered(void **state)
{
	struct handmade *w = apple_and_plum();

	(void)state;
	model = w->m;
	answer_file("tests/data/words/completions.txt", reply_completions);
	handmade_free(w);
}

/* --- lines that are typed word by word, whatever is offered ---------------------------------- */

#define TYPED_LINES 150 /* of each command */
#define TYPED_WORDS 8   /* of each line */

static uint64_t random_state, offers, digest;

static unsigned draw(unsigned below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % below;
}

static void ask_what_is_offered(const char *typed, const struct model *m, struct completions *c)
{
	command_complete(typed, m, c);
	digest = digest64(digest ^ c->from, (const uint8_t *)typed, strlen(typed));
	for (unsigned i = 0; i < c->count; i++)
		digest = digest64(digest, (const uint8_t *)c->word[i], strlen(c->word[i]));
	offers += c->count;
}

/* One of the words that are offered, or one that may stand somewhere, or that nobody knows. */
static const char *next_word(const struct completions *c)
{
	static const char *const others[] = {
		"1",    "1,2", "n3",    "all",  "within",       "at",    "on",     "or",
		"for",  "not", "until", "slot", "ballot",       "to",    "from",   "before",
		"|",    "off", "f=1",   "2s",   ">=",           "3",     "1.1",    "2>",
		"none", "x",   "local", "both", "crash-before", "1.1.7", "--wait", "1,2>3"};

	if (c->count > 0 && draw(4) != 0)
		return c->word[draw(c->count)];
	return others[draw(sizeof others / sizeof others[0])];
}

static void type_line(const char *name)
{
	static struct completions c;
	const struct model *m = draw(10) == 0 ? NULL : model;
	char typed[TYPED_WORDS * (COMPLETION_SIZE + 1) + 40];
	size_t length =
		(size_t)snprintf(typed, sizeof typed, "%s%s", draw(12) == 0 ? "fails " : "", name);

	for (unsigned words = 0; words < TYPED_WORDS; words++) {
		snprintf(typed + length, sizeof typed - length, " ");
		ask_what_is_offered(typed, m, &c);
		snprintf(typed + length, sizeof typed - length, " %s", next_word(&c));
		length = strlen(typed);
		if (draw(4) != 0)
			continue;
		typed[length - draw((unsigned)strlen(strrchr(typed, ' ')))] = 0;
		ask_what_is_offered(typed, m, &c);
		length = strlen(typed);
	}
}

static void a_line_that_is_typed_is_helped_as_before(void **state)
{
	struct handmade *w = apple_and_plum();

	(void)state;
	model = w->m;
	lines_begin("tests/data/runs/completions.txt");
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++) {
		const char *name = command_name((enum command_kind)i);

		random_state = digest64(1, (const uint8_t *)name, strlen(name));
		digest = offers = 0;
		for (unsigned k = 0; k < TYPED_LINES; k++)
			type_line(name);
		lines_add("%-10s %6llu words, %016llx\n", name, (unsigned long long)offers,
			  (unsigned long long)digest);
	}
	lines_end();
	handmade_free(w);
}

static void rates_are_shown_as_they_are_typed(void **state)
{
	char shown[40];

	(void)state;
	rate_show(0, 1, shown, sizeof shown);
	assert_string_equal(shown, "paused");
	rate_show(1, 0, shown, sizeof shown);
	assert_string_equal(shown, "unlimited");
	rate_show(2, 1, shown, sizeof shown);
	assert_string_equal(shown, "2x");
	rate_show(1, 100, shown, sizeof shown);
	assert_string_equal(shown, "1/100x");
}

static void every_row_has_its_help_and_no_other_row_has(void **state)
{
	(void)state;
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		assert_true(strlen(command_help((enum command_kind)i)) > 5);
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++) {
		assert_true(strlen(condition_help((enum condition_kind)i)) > 5);
		assert_memory_equal(condition_usage((enum condition_kind)i),
				    condition_name((enum condition_kind)i),
				    strlen(condition_name((enum condition_kind)i)));
	}
	assert_string_equal(command_help(COMMANDS), "?");
	assert_string_equal(command_name(COMMANDS), "?");
	assert_string_equal(condition_help(CONDITIONS), "?");
	assert_string_equal(condition_usage(CONDITIONS), "?");
}

static void a_line_is_as_long_as_there_is_room_for_its_words(void **state)
{
	static char line[WORD_BYTES_MAX + 1];
	struct words words;
	char why[120];

	(void)state;
	memset(line, 'x', WORD_BYTES_MAX - 1);
	assert_true(words_split(line, &words, why, sizeof why));
	assert_int_equal(words.count, 1);
	assert_int_equal(strlen(words.word[0]), WORD_BYTES_MAX - 1);
	line[WORD_BYTES_MAX - 1] = 'x';
	assert_false(words_split(line, &words, why, sizeof why));
	assert_non_null(strstr(why, "the line is too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_read_as_its_usage_says),
		cmocka_unit_test(rates_are_read_in_every_form),
		cmocka_unit_test(mistakes_are_named_and_the_right_word_is_suggested),
		cmocka_unit_test(lines_of_any_bytes_are_read_or_refused),
		cmocka_unit_test(a_file_is_refused_with_the_line_of_its_mistake),
		cmocka_unit_test(a_text_is_as_long_as_it_may_be),
		cmocka_unit_test(a_line_is_as_long_as_there_is_room_for_its_words),
		cmocka_unit_test(the_prompt_completes_commands_conditions_and_nodes),
		cmocka_unit_test(a_command_that_does_something_is_not_for_those_who_only_watch),
		cmocka_unit_test(every_mistake_has_its_sentence),
		cmocka_unit_test(everything_that_can_stand_there_is_offered),
		cmocka_unit_test(a_line_that_is_typed_is_helped_as_before),
		cmocka_unit_test(rates_are_shown_as_they_are_typed),
		cmocka_unit_test(every_row_has_its_help_and_no_other_row_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
