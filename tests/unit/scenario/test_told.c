/* Each demonstration is told as a lecture: it says what to watch before anything goes wrong, asks a
 * question before it shows the answer, names the gate before it uses one, and ends with what it
 * teaches. No two of them do the same. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/scenario/scenario.h"

#define DEMOS_MAX    256
#define SENTENCE_MAX 138 /* two lines of 80 columns, and room for the key that goes on */

static char text[65536];
static struct scenario scenario;
static char name[DEMOS_MAX][64];
static uint64_t body[DEMOS_MAX];
static unsigned demos;

static bool is(unsigned i, enum command_kind kind)
{
	return i < scenario.commands && scenario.command[i].kind == kind;
}

/* Commands that go wrong for somebody. */
static bool is_trouble(const struct command *c)
{
	switch (c->kind) {
	case COMMAND_ATTACK:
	case COMMAND_CRASH:
	case COMMAND_CUT:
	case COMMAND_DISK:
	case COMMAND_DROP:
	case COMMAND_DUPLICATE:
	case COMMAND_GATE:
	case COMMAND_LINK:
	case COMMAND_PARTITION:
	case COMMAND_PAUSE:
	case COMMAND_REPLACE:
	case COMMAND_STOP:
		return true;
	default:
		return false;
	}
}

/* Two stories that differ only in these, or in the defences, do the same. */
static bool is_aside(const struct command *c)
{
	return c->kind == COMMAND_DEFEND || c->kind == COMMAND_SAY || c->kind == COMMAND_ASK ||
	       c->kind == COMMAND_BEAT || c->kind == COMMAND_WAIT || c->kind == COMMAND_EXPECT;
}

static void tells_what_to_watch_before_trouble(void)
{
	bool said = false;

	for (unsigned i = 0; i < scenario.commands && !is_trouble(&scenario.command[i]); i++)
		said = said || is(i, COMMAND_SAY);
	if (!said)
		fail_msg("%s says nothing before the first thing goes wrong", name[demos]);
}

/* Nobody looks at the right place afterwards. */
static void says_what_to_watch_before_it_is_seen(void)
{
	for (unsigned i = 0; i < scenario.commands; i++) {
		if (is(i, COMMAND_SAY) && strstr(scenario.command[i].text, "atch") != NULL)
			return;
		if (is(i, COMMAND_WAIT))
			break;
	}
	fail_msg("%s waits for something before it says what to watch", name[demos]);
}

static void names_the_gate_before_it_is_used(void)
{
	bool named = false;

	for (unsigned i = 0; i < scenario.commands; i++) {
		named = named ||
			(is(i, COMMAND_SAY) && strstr(scenario.command[i].text, "gate") != NULL);
		if (is(i, COMMAND_GATE) && !named)
			fail_msg("%s:%u: nobody has been told what the gate is", name[demos],
				 scenario.command[i].line);
	}
}

/* The step that answers a question follows it, and then a sentence that tells the answer. */
static void asks_before_it_answers(void)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < scenario.commands; i++) {
		if (!is(i, COMMAND_ASK))
			continue;
		const struct command *c = &scenario.command[i];
		asked++;
		if (strchr(c->text, '?') == NULL)
			fail_msg("%s:%u: this is no question", name[demos], c->line);
		if (i + 1 == scenario.commands || is_aside(&c[1]))
			fail_msg("%s:%u: nothing is done to answer it", name[demos], c->line);
	}
	if (asked == 0)
		fail_msg("%s asks nothing", name[demos]);
}

static void ends_with_what_it_teaches(void)
{
	unsigned last = scenario.commands;

	while (last > 0 && is(last - 1, COMMAND_EXPECT))
		last--;
	if (last == 0 || !is(last - 1, COMMAND_SAY))
		fail_msg("%s does not end with a sentence", name[demos]);
}

static void sentences_fit_on_two_lines(void)
{
	for (unsigned i = 0; i < scenario.commands; i++)
		if (strlen(scenario.command[i].text) > SENTENCE_MAX)
			fail_msg("%s:%u: too long to be read while it happens", name[demos],
				 scenario.command[i].line);
}

/* What is done to the cluster. */
static uint64_t digest_of_body(void)
{
	uint64_t digest =
		digest64(scenario.nodes, (const uint8_t *)&scenario.mode, sizeof scenario.mode);

	for (unsigned i = 0; i < scenario.commands; i++) {
		const struct command *c = &scenario.command[i];
		if (is_aside(c))
			continue;
		const char *line = text;
		for (unsigned number = 1; number < c->line; number++)
			line = strchr(line, '\n') + 1;
		digest = digest64(digest, (const uint8_t *)line, strcspn(line, "\n"));
	}
	return digest;
}

static void does_what_no_other_does(void)
{
	body[demos] = digest_of_body();
	for (unsigned i = 0; i < demos; i++)
		if (body[i] == body[demos])
			fail_msg("%s does the same as %s", name[demos], name[i]);
}

static void read_demo(const char *file)
{
	char path[400], why[600];
	FILE *f;

	snprintf(name[demos], sizeof name[demos], "%s", file);
	snprintf(path, sizeof path, "demo/%s", file);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	if (!scenario_parse(path, text, &scenario, why, sizeof why))
		fail_msg("%s", why);
}

static int is_demo(const struct dirent *entry)
{
	return strstr(entry->d_name, ".pxs") != NULL;
}

static void for_each_demo(void (*check)(void))
{
	struct dirent **entry;
	int count = scandir("demo", &entry, is_demo, alphasort);

	assert_in_range(count, 1, DEMOS_MAX);
	for (demos = 0; demos < (unsigned)count; demos++) {
		read_demo(entry[demos]->d_name);
		free(entry[demos]);
		check();
	}
	free(entry);
}

#define EVERY(check)                                                                               \
	static void every_demonstration_##check(void **state)                                      \
	{                                                                                          \
		(void)state;                                                                       \
		for_each_demo(check);                                                              \
	}

EVERY(tells_what_to_watch_before_trouble)
EVERY(says_what_to_watch_before_it_is_seen)
EVERY(names_the_gate_before_it_is_used)
EVERY(asks_before_it_answers)
EVERY(ends_with_what_it_teaches)
EVERY(does_what_no_other_does)
EVERY(sentences_fit_on_two_lines)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_demonstration_tells_what_to_watch_before_trouble),
		cmocka_unit_test(every_demonstration_says_what_to_watch_before_it_is_seen),
		cmocka_unit_test(every_demonstration_names_the_gate_before_it_is_used),
		cmocka_unit_test(every_demonstration_asks_before_it_answers),
		cmocka_unit_test(every_demonstration_ends_with_what_it_teaches),
		cmocka_unit_test(every_demonstration_does_what_no_other_does),
		cmocka_unit_test(every_demonstration_sentences_fit_on_two_lines),
	};

	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
