/* A session becomes a test: keys are pressed at random on a simulated cluster, the session is
 * written as a scenario, and the scenario, played in the simulator, comes to the same end. Where
 * timers did nothing that shows it may not, and then it does by the clock. Left out are seeds of
 * sessions of which there is no test by the clock: the dashboard says so when it has tried
 * (tui/dashboard/dashboard_test.c).
 * SESSIONS=1..1000 tries more; SHOW=1 prints them, SAVE=FILE keeps the last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/sim_cluster.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/repeat.h"

static uint64_t seed_of_draws;

static unsigned draw(unsigned below)
{
	return (unsigned)(random_next(&seed_of_draws) % below);
}

static struct cluster *cluster_new(uint8_t nodes, enum paxos_mode mode, uint64_t seed,
				   policy_id policy, struct clock_rule clock, void **memory)
{
	const struct sim_cluster_options options = {
		.nodes = nodes,
		.mode = mode,
		.seed = seed,
		.clock = clock,
		.link = link_rule_default(),
		.policy = policy,
	};

	*memory = calloc(1, sim_cluster_size(&options));
	assert_non_null(*memory);
	return sim_cluster_init(*memory, &options);
}

/* --- a session ------------------------------------------------------------------------------- */

static uint64_t real_us;

static void turns(struct dashboard *d, uint64_t passed_us)
{
	const uint64_t until = real_us + passed_us;

	do {
		real_us = real_us + 20000 < until ? real_us + 20000 : until;
		for (unsigned more = 0; more < 50 && dashboard_turn(d, real_us);)
			more++;
	} while (real_us < until);
}

static void press(struct dashboard *d, const char *keys)
{
	for (; *keys != 0; keys++) {
		/* A question is answered once it was seen. */
		d->question_drawn = true;
		dashboard_key(d, *keys == '\n'     ? KEYCODE_ENTER
				 : *keys == '\033' ? KEYCODE_ESC
				 : *keys == '>'    ? KEYCODE_RIGHT
						   : *keys);
	}
}

/* Whole deeds and single keys; \n is Enter, \033 Esc, > the arrow to the right. */
static const char *const deeds[] = {
	"papple\n",
	"ppear\n",
	"pfig\n",
	"pkiwi and lime\n",
	"j",
	"j",
	"k",
	" ",
	" ",
	">",
	">>>",
	">>>>>>",
	"}",
	"Ky",
	"Ky",
	"S",
	"S",
	"H",
	"H",
	"a",
	"aa",
	"D",
	"Y",
	"7",
	"1",
	"z",
	"c \033",
	"cl \033",
	"coj\033",
	"[",
	"]",
	"7a",
	"7jaa",
	"7o",
	"7Xy",
	"u",
	"x \033",
	"xjj \033",
	"xjjjj \033",
	"x0\033",
	"d2\033",
	"d3\033",
	"d1\033",
	":gate on accept\n",
	":gate on 1>2 promise\n",
	":gate off\n",
	":step 5\n",
	":partition 1,2 | 3\n",
	":crash 2\n",
	":restart 2\n",
	":disk 2 crash-before vote\n",
	":disk 1 crash-before promise\n",
	":disk 1,3 crash-before chosen\n",
	":disk 2 full\n",
	":disk 3 slow 30ms\n",
	":disk 3 wipe\n",
	":disk 1 copy\n",
	":disk 1 roll-back\n",
	":forge 3 accept 1.3 pear to 1,2\n",
	":forge 2 promise 1.1 to 1\n",
	":forge 1 accepted 1.2 fig to 2\n",
	":forge 3 nack 1.1 at 4.2 to 1\n",
};

#define DEEDS (sizeof deeds / sizeof deeds[0])

static struct dashboard *session_played(struct cluster *c, const struct options *options,
					unsigned keys)
{
	struct dashboard *d = dashboard_new(c, options, NULL, NULL);

	assert_non_null(d);
	turns(d, 20000);
	for (unsigned i = 0; i < keys; i++) {
		press(d, deeds[i == 0 ? 0 : draw(DEEDS)]);
		turns(d, draw(4) * 300000);
	}
	/* What was begun comes to its end: a command fails after 5 s without an answer. */
	for (unsigned i = 0; i < 400 && (d->queued > 0 || d->runner.state != RUNNER_READY); i++)
		turns(d, 50000);
	return d;
}

/* --- its test -------------------------------------------------------------------------------- */

static char trouble[2000];

static void on_report(void *user, const struct report *report)
{
	(void)user;
	if ((report->kind == REPORT_VIOLATED || report->kind == REPORT_TIMEOUT ||
	     report->kind == REPORT_FAILED) &&
	    trouble[0] == 0)
		snprintf(trouble, sizeof trouble, "line %u: %s", report->command->line,
			 report->words);
}

/* "" if the scenario holds, or the line that does not. */
static const char *play(const char *text)
{
	static struct scenario scenario;
	static struct runner runner;
	struct pump pump;
	void *memory;
	char why[300];

	trouble[0] = 0;
	if (!scenario_parse("session", text, &scenario, why, sizeof why))
		fail_msg("%s\n%s", why, text);
	struct cluster *c = cluster_new(
		scenario.nodes, scenario.mode, scenario.seed, scenario.policy,
		(struct clock_rule){.num = scenario.rate_num, .den = scenario.rate_den}, &memory);
	struct model *m = malloc(model_size());
	struct cluster_info info;

	assert_non_null(m);
	c->ops->info(c, &info);
	model_begin(m, c->values, &info);
	runner_init(&runner, c, m, on_report, NULL);
	uint64_t real = 1000000;
	pump_init(&pump, &runner, real);
	c->ops->refresh(c);
	pump_run(&pump, real);
	for (unsigned i = 0; i < scenario.commands && trouble[0] == 0; i++) {
		assert_true(runner_give(&runner, &scenario.command[i]));
		while (pump_run(&pump, real) != RUNNER_READY)
			real += 1000;
	}
	c->ops->close(c);
	free(m);
	free(memory);
	return trouble;
}

/* What happened, as it is told, and the scenario. */
static void show(const struct model *m, const char *text)
{
	char words[400];

	for (uint64_t i = m->events > 0 ? model_event_first(m) : EVENT_UNSEEN; i != EVENT_UNSEEN;
	     i = model_event_later(m, i)) {
		const struct event *e = model_event_at(m, i);

		event_words(m, e, words, sizeof words);
		printf("%10llu n%u %-10s %llu.%u.%llu %s\n", (unsigned long long)e->at, e->node,
		       event_name(e->kind), (unsigned long long)e->id.source, e->id.boot,
		       (unsigned long long)e->id.number, words);
	}
	printf("%s", text);
}

/* For a test that plays it with processes. */
static void save(const char *text)
{
	const char *path = getenv("SAVE");
	FILE *to = path != NULL ? fopen(path, "w") : NULL;

	if (to == NULL)
		return;
	fputs(text, to);
	assert_int_equal(fclose(to), 0);
}

/* Where timers did something only by when they ran. */
static void play_by_the_clock(struct dashboard *d)
{
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	assert_non_null(to);
	const bool good =
		repeat_timed(&d->session, d->live, d->cluster->ops->now(d->cluster, 0), to);
	assert_int_equal(fclose(to), 0);
	if (good) {
		trouble[0] = 0;
		play(text);
	}
	free(text);
}

static void check_session(uint64_t seed)
{
	static const struct options options = {.no_freeze = true};
	const uint8_t nodes = seed % 2 == 0 ? 3 : 5;
	void *memory;
	char *text = NULL, why[200];
	size_t length = 0;

	seed_of_draws = seed * 77;
	real_us = 1000000000;
	struct cluster *c =
		cluster_new(nodes, seed % 3 == 0 ? MODE_MULTI : MODE_SINGLE, seed, POLICY_NONE,
			    (struct clock_rule){.num = 1, .den = seed % 4 == 0 ? 1 : 100}, &memory);
	struct dashboard *d = session_played(c, &options, 20 + (unsigned)(seed % 5) * 10);
	FILE *to = open_memstream(&text, &length);
	assert_non_null(to);
	struct cluster_info info;
	c->ops->info(c, &info);
	const bool good = repeat_write(&d->session, d->live, &info, to, why, sizeof why);
	assert_int_equal(fclose(to), 0);
	if (!good && strstr(why, "events are too many") == NULL)
		fail_msg("seed %llu: %s", (unsigned long long)seed, why);
	if (getenv("SHOW") != NULL)
		show(d->live, text);
	save(text);
	trouble[0] = 0;
	if (good)
		play(text);
	if (trouble[0] != 0)
		play_by_the_clock(d);
	if (trouble[0] != 0)
		fail_msg("SESSIONS=%llu: %s\n%s", (unsigned long long)seed, trouble, text);
	dashboard_end(d);
	c->ops->close(c);
	free(memory);
	free(text);
}

static void random_sessions_pass_as_tests(void **state)
{
	static const unsigned long long seeds[] = {
		1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
		21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
		41, 42, 43, 44, 45, 46, 47, 48, 50, 51, 52, 53, 55, 56, 57, 58, 59, 60};
	unsigned long long first = 0, last = 0;
	const char *range = getenv("SESSIONS");

	(void)state;
	for (unsigned i = 0; range == NULL && i < sizeof seeds / sizeof seeds[0]; i++)
		check_session(seeds[i]);
	if (range != NULL && sscanf(range, "%llu..%llu", &first, &last) == 1)
		last = first;
	for (unsigned long long seed = first; range != NULL && seed <= last; seed++)
		check_session(seed);
}

/* Why there is no test of a session in which this was done. */
static void assert_untold(const char *command, const char *expected)
{
	static const struct options options = {.no_freeze = true};
	void *memory;
	char *text = NULL, why[200] = "";
	size_t length = 0;
	struct cluster_info info;

	real_us = 1000000000;
	struct cluster *c = cluster_new(3, MODE_MULTI, 1, POLICY_NONE,
					(struct clock_rule){.num = 1, .den = 1}, &memory);
	struct dashboard *d = dashboard_new(c, &options, NULL, NULL);
	turns(d, 20000);
	dashboard_give(d, command, real_us);
	turns(d, 300000);
	FILE *to = open_memstream(&text, &length);
	c->ops->info(c, &info);
	assert_false(repeat_write(&d->session, d->live, &info, to, why, sizeof why));
	assert_int_equal(fclose(to), 0);
	if (strstr(why, expected) == NULL)
		fail_msg("%s: %s", command, why);
	dashboard_end(d);
	c->ops->close(c);
	free(memory);
	free(text);
}

static void what_cannot_be_typed_is_said(void **state)
{
	(void)state;
	assert_untold("load 1 10", "a load was run");
	assert_untold("clock 2 jump 5s", "the clock of one node was changed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_sessions_pass_as_tests),
					   cmocka_unit_test(what_cannot_be_typed_is_said)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
