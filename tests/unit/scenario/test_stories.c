/* Stories: a scenario, and under a line of dashes everything that happens when a simulated cluster
 * plays it, in the words of the event list and of the WHY pane. A story stands for one rule of the
 * protocol and shows all that follows from it, so a rule that is dropped cannot hide.
 *
 * tests/data/stories/NAME.txt: REWRITE=1 build/tests/test_stories writes what is under the dashes
 * anew; read the difference as if it were code. Of each demonstration only the number of lines and
 * a digest are kept, in tests/data/runs/demos.txt. */
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
#include "proto/fault/link.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/sim_cluster.h"

#define TEXT_MAX ((size_t)4 << 20)

static const char dashes[] = "----\n";

struct stage {
	struct scenario scenario;
	struct model *m;
	struct runner runner;
	struct pump pump;
	uint64_t explained; /* events that WHY was asked about */
	bool explains_all;  /* not only the newest after each command */
	size_t used;
	char told[TEXT_MAX];
};

static struct stage stage;
static char stored[TEXT_MAX];

static void tell(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	stage.used +=
		(size_t)vsnprintf(stage.told + stage.used, TEXT_MAX - stage.used, format, list);
	va_end(list);
	assert_true(stage.used < TEXT_MAX);
}

/* What the words leave out. */
static void tell_rest(const struct event *e)
{
	char ballot[16], value[VALUE_SHOWN_MAX + 1];

	ballot_show(e->other, ballot);
	values_show(stage.m->values, e->value, value);
	if (e->kind == EVENT_COUNTED && !ballot_is_none(e->other))
		tell(", told %s=%s", ballot, value);
	if (e->kind == EVENT_PROPOSING && e->because == BECAUSE_FORCED)
		tell(", told by n%u at %s", e->peer, ballot);
	if (e->kind == EVENT_PREEMPTED && e->due != 0)
		tell(", tries again at %llu", (unsigned long long)e->due);
	if (e->copy != 0)
		tell(", copy %u", e->copy);
}

/* What the WHY pane says about an event, if it says anything. */
static void tell_why(uint64_t event)
{
	char words[1000];

	if (!why_explain(stage.m, event, words, sizeof words))
		return;
	for (const char *line = words; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		tell("   why:  %.*s\n", (int)strcspn(line, "\n"), line);
	}
}

/* The newest step that can be explained, once. */
static void tell_newest_why(void)
{
	uint64_t newest = why_newest(stage.m, false);

	if (newest == EVENT_UNSEEN || newest < stage.explained)
		return;
	stage.explained = newest + 1;
	tell_why(newest);
}

/* Links that do what they always do are not worth a line. */
static bool is_usual(const struct event *e)
{
	return (e->kind == EVENT_HELD && e->due != 0) || e->kind == EVENT_OBEYED;
}

static void on_item(void *user, const struct item *item)
{
	char words[400];

	(void)user;
	if (item->kind != ITEM_EVENT || is_usual(item->event))
		return;
	event_words(stage.m, item->event, words, sizeof words);
	tell("%7llu  %s", (unsigned long long)item->event->at, words);
	tell_rest(item->event);
	tell("\n");
	if (stage.explains_all)
		tell_why(stage.m->events - 1);
}

static void on_report(void *user, const struct report *report)
{
	static const char *const kinds[] = {
		[REPORT_HOLDS] = "holds",     [REPORT_VIOLATED] = "VIOLATED",
		[REPORT_TIMEOUT] = "TIMEOUT", [REPORT_FAILED] = "FAILED",
		[REPORT_DONE] = "done",
	};
	const char *kind =
		report->kind < sizeof kinds / sizeof kinds[0] ? kinds[report->kind] : NULL;

	(void)user;
	if (kind != NULL && (report->kind != REPORT_DONE || report->words[0] != 0))
		tell("         %s: %s\n", kind, report->words);
}

/* Line `number` of the scenario, from 1. */
static void tell_line(const char *text, unsigned number)
{
	while (number-- > 1)
		text = strchr(text, '\n') + 1;
	tell("\n> %.*s\n", (int)strcspn(text, "\n"), text);
}

static void play_command(const struct command *c, const char *text)
{
	tell_line(text, c->line);
	pump_run(&stage.pump, 1);
	if (!runner_give(&stage.runner, c))
		fail_msg("not ready for it:%s", stage.told);
	for (int i = 0; i < 1000000 && pump_run(&stage.pump, 1) == RUNNER_BUSY; i++)
		continue;
	tell_newest_why();
}

static void tell_slot(const struct model_slot *s, node_id id)
{
	const struct model_vote *v = &s->vote[id];
	char voted_at[16], voted[VALUE_SHOWN_MAX + 1], chosen[VALUE_SHOWN_MAX + 1];

	if (v->voted == VALUE_NONE && v->chosen == VALUE_NONE)
		return;
	ballot_show(v->voted_at, voted_at);
	values_show(stage.m->values, v->voted, voted);
	values_show(stage.m->values, v->chosen, chosen);
	tell(", slot %llu:", (unsigned long long)s->slot);
	if (v->voted != VALUE_NONE)
		tell(" voted %s=%s", voted_at, voted);
	if (v->chosen != VALUE_NONE)
		tell(" chosen %s", chosen);
}

static void tell_end(void)
{
	const struct model *m = stage.m;
	char words[400];

	tell("\n");
	for (node_id id = 1; id <= m->nodes; id++) {
		ballot_show(m->node[id].promised, words);
		tell("n%u %s, base %llu, promised %s", id, node_role(m, id),
		     (unsigned long long)m->node[id].base, words);
		for (unsigned i = 0; i < MODEL_SLOTS; i++)
			if (m->slot[i].slot != SLOT_NONE)
				tell_slot(&m->slot[i], id);
		tell("\n");
	}
	for (unsigned i = 0; i < m->proofs; i++) {
		set_show(m->proof[i].holders, words, sizeof words);
		tell("proof: %s (held by %s)\n", m->proof[i].words, words);
	}
	for (unsigned i = 0; model_remark(m, i, words, sizeof words); i++)
		tell("remark: %s\n", words);
	if (m->safety == SAFETY_VIOLATED)
		tell("VIOLATED: %s\n", m->violation.words);
	if (m->progress_why[0] != 0)
		tell("no progress: %s\n", m->progress_why);
}

/* `text` ends before the dashes. */
static void play(const char *path, const char *text)
{
	char why[600];

	if (!scenario_parse(path, text, &stage.scenario, why, sizeof why))
		fail_msg("%s", why);
	const struct sim_cluster_options options = {
		.nodes = stage.scenario.nodes,
		.mode = stage.scenario.mode,
		.seed = stage.scenario.seed_given ? stage.scenario.seed : 1,
		.clock = {.num = 1, .den = 1}, /* whatever the head says: links take their time */
		.link = link_rule_default(),
		.policy = stage.scenario.policy,
	};
	void *memory = calloc(1, sim_cluster_size(&options));
	assert_non_null(memory);
	struct cluster *c = sim_cluster_init(memory, &options);
	stage.m = malloc(model_size());
	assert_non_null(stage.m);
	model_init(stage.m, c->values, options.nodes);
	runner_init(&stage.runner, c, stage.m, on_report, NULL);
	stage.runner.hurry = true;
	pump_init(&stage.pump, &stage.runner, 1);
	stage.pump.hear = on_item;
	stage.explained = stage.used = 0;
	c->ops->refresh(c);
	pump_run(&stage.pump, 1);
	for (unsigned i = 0; i < stage.scenario.commands; i++)
		play_command(&stage.scenario.command[i], text);
	tell_end();
	c->ops->close(c);
	free(stage.m);
	free(memory);
}

static void write_story(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "%s%s%s", text, dashes, stage.told);
	fclose(f);
}

/* From the first line that differs. */
static void compare(const char *path, const char *before)
{
	const char *now = stage.told;
	size_t at = 0, line = 0;

	for (; before[at] != 0 && before[at] == now[at]; at++)
		if (before[at] == '\n')
			line = at + 1;
	if (before[at] != now[at])
		fail_msg("%s tells another story now (REWRITE=1 build/tests/test_stories writes it "
			 "anew):\n- %.*s\n+ %.*s",
			 path, (int)strcspn(before + line, "\n"), before + line,
			 (int)strcspn(now + line, "\n"), now + line);
}

static void a_story(const char *name)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof path, "tests/data/stories/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	stored[fread(stored, 1, sizeof stored - 1, f)] = 0;
	fclose(f);
	char *told = strstr(stored, dashes);
	if (told != NULL)
		*told = 0;
	play(path, stored);
	if (getenv("REWRITE") != NULL)
		write_story(path, stored);
	else
		compare(path, told == NULL ? "" : told + strlen(dashes));
}

static int is_story(const struct dirent *entry)
{
	return strstr(entry->d_name, ".txt") != NULL;
}

static int is_demo(const struct dirent *entry)
{
	return strstr(entry->d_name, ".pxs") != NULL;
}

static void for_each(const char *folder, int (*is_one)(const struct dirent *entry),
		     void (*use)(const char *name))
{
	struct dirent **entry;
	int count = scandir(folder, &entry, is_one, alphasort);

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		use(entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
}

static void every_story_is_told_as_it_was(void **state)
{
	(void)state;
	for_each("tests/data/stories", is_story, a_story);
}

static char demos[16384];

static void a_demo(const char *name)
{
	char path[400];
	unsigned lines = 0;
	size_t used = strlen(demos);
	FILE *f;

	snprintf(path, sizeof path, "demo/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	stored[fread(stored, 1, sizeof stored - 1, f)] = 0;
	fclose(f);
	stage.explains_all = true;
	play(path, stored);
	stage.explains_all = false;
	for (size_t i = 0; i < stage.used; i++)
		lines += stage.told[i] == '\n';
	snprintf(demos + used, sizeof demos - used, "%-30s %6u lines, %016llx\n", name, lines,
		 (unsigned long long)digest64(0, (const uint8_t *)stage.told, stage.used));
}

static void every_demonstration_goes_as_it_went(void **state)
{
	static const char path[] = "tests/data/runs/demos.txt";
	FILE *f;

	(void)state;
	demos[0] = stored[0] = 0;
	for_each("demo", is_demo, a_demo);
	f = fopen(path, getenv("REWRITE") != NULL ? "w" : "r");
	assert_non_null(f);
	if (getenv("REWRITE") != NULL)
		fputs(demos, f);
	else
		stored[fread(stored, 1, sizeof stored - 1, f)] = 0;
	fclose(f);
	memcpy(stage.told, demos, sizeof demos);
	if (getenv("REWRITE") == NULL)
		compare(path, stored);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_is_told_as_it_was),
		cmocka_unit_test(every_demonstration_goes_as_it_went),
	};

	return cmocka_run_group_tests_name("stories", tests, NULL, NULL);
}
