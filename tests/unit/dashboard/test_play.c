/* A story that is told: it stands still where people read or are asked, it does not go past what it
 * waits for, and it is the same at any speed. Real time is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/model/fold/fold.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/dashboard/play.h"
#include "tui/dashboard/story.h"

struct told {
	struct play *play;
	struct model *model;
	struct runner runner; /* the dashboard's, which has nothing to do */
	struct pump pump;
	struct scene scene;
	uint64_t real_us;
	unsigned stops; /* how often it waited for a key */
	struct cluster_info info;
};

static void silent(void *user, const struct report *report)
{
	(void)user;
	(void)report;
}

static struct told *begin(const char *path, const struct options *options)
{
	struct told *t = calloc(1, sizeof(*t));
	char why[300] = "";
	struct cluster *c;

	assert_non_null(t);
	t->play = play_open(path, options, why, sizeof(why));
	if (t->play == NULL)
		fail_msg("%s", why);
	c = play_cluster(t->play);
	c->ops->info(c, &t->info);
	t->model = malloc(model_size());
	assert_non_null(t->model);
	model_begin(t->model, c->values, &t->info);
	runner_init(&t->runner, c, t->model, silent, t);
	t->real_us = 1000000;
	pump_init(&t->pump, &t->runner, t->real_us);
	play_begin(t->play, &t->pump, t->model, true);
	c->ops->refresh(c);
	play_show(t->play, &t->scene);
	return t;
}

static void end(struct told *t)
{
	play_close(t->play);
	free(t->model);
	free(t);
}

/* A turn of the dashboard, so much later. */
static void turn(struct told *t, uint64_t later_us)
{
	t->real_us += later_us;
	play_time(t->play, t->real_us);
	while (play_take(t->play, t->real_us))
		;
	runner_step(&t->runner, t->real_us);
	play_show(t->play, &t->scene);
}

static bool waits(const struct told *t)
{
	return t->scene.story == STORY_WAITS || t->scene.story == STORY_BREAKS;
}

/* Turns of that length until the story is in one of these states, and so many seconds at most. */
static void run_until(struct told *t, unsigned states, uint64_t turn_us, unsigned seconds)
{
	const uint64_t end_us = t->real_us + seconds * 1000000ull;

	do {
		turn(t, turn_us);
		if (t->real_us > end_us)
			fail_msg("%s:%u took too long: %s", t->scene.story_file,
				 t->scene.story_line, t->scene.story_text);
	} while ((states >> t->scene.story & 1) == 0);
}

#define IN(state) (1u << (state))
#define HELD      (IN(STORY_WAITS) | IN(STORY_BREAKS) | IN(STORY_OVER) | IN(STORY_FAILED))

/* To the end, with a key wherever it waits for one. */
static void tell_all(struct told *t, uint64_t turn_us)
{
	for (;;) {
		run_until(t, HELD, turn_us, 120);
		if (!waits(t))
			break;
		t->stops++;
		play_go_on(t->play);
	}
	if (t->scene.story != STORY_OVER)
		fail_msg("%s: %s", t->scene.story_file, t->scene.story_text);
}

static void while_people_read_time_stands_still(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/first-value.pxs", &options);

	(void)state;
	run_until(t, IN(STORY_READS), 10000, 1);
	assert_true(play_holds(t->play));
	for (unsigned i = 0; i < 100; i++)
		turn(t, 10000);
	assert_int_equal(t->scene.story, STORY_READS);
	assert_int_equal(t->pump.until, 0);
	/* a key is faster than the time that reading takes, and the text stays until the next */
	play_go_on(t->play);
	turn(t, 10000);
	assert_int_not_equal(t->scene.story_line, 0);
	end(t);
}

static void at_a_beat_it_waits_for_a_key_and_time_stands_still(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/first-value.pxs", &options);
	unsigned line;
	uint64_t events;
	time_us until;

	(void)state;
	run_until(t, IN(STORY_WAITS), 10000, 120);
	line = t->scene.story_line;
	events = t->model->events;
	until = t->pump.until;
	for (unsigned i = 0; i < 60; i++)
		turn(t, 1000000);
	assert_int_equal(t->scene.story, STORY_WAITS);
	assert_int_equal(t->scene.story_line, line);
	assert_int_equal(t->model->events, events);
	assert_int_equal(t->pump.until, until);
	play_go_on(t->play);
	turn(t, 10000);
	assert_true(t->scene.story_line > line);
	end(t);
}

static void what_broke_is_seen_before_anything_else_happens(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/withhold.pxs", &options);
	uint64_t events;

	(void)state;
	do {
		play_go_on(t->play);
		run_until(t, HELD, 50000, 120);
	} while (t->scene.story == STORY_WAITS);
	assert_int_equal(t->scene.story, STORY_BREAKS);
	assert_int_equal(t->model->safety, SAFETY_VIOLATED);
	events = t->model->events;
	for (unsigned i = 0; i < 60; i++)
		turn(t, 1000000);
	assert_int_equal(t->model->events, events);
	assert_int_equal(t->model->event[(events - 1) % MODEL_EVENTS].at, t->model->violation.at);
	tell_all(t, 50000);
	end(t);
}

static void look(const struct told *t, const char *name, int width, int height, bool ascii)
{
	struct scene s = story_scene(t->model);
	struct canvas c;

	s.paused = play_holds(t->play);
	play_show(t->play, &s);
	s.waits = s.story == STORY_WAITS;
	c = golden_draw(t->model, &s, width, height);
	golden_compare(name, &c, ascii);
}

static void what_is_said_stands_below_the_header_with_file_and_line(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/withhold.pxs", &options);

	(void)state;
	run_until(t, IN(STORY_READS), 10000, 1);
	look(t, "story-opens-80x24", 80, 24, false);
	run_until(t, IN(STORY_WAITS), 10000, 120);
	look(t, "story-waits-80x24", 80, 24, false);
	look(t, "story-waits-ascii-120x40", 120, 40, true);
	look(t, "story-waits-38x12", 38, 12, false);
	look(t, "story-waits-20x5", 20, 5, false);
	end(t);
}

static void the_same_happens_at_any_speed(void **state)
{
	static const char *const stories[] = {"demo/adopted-value.pxs",
					      "demo/dueling-proposers.pxs", "demo/withhold.pxs",
					      "demo/lost-messages.pxs"};
	const struct options slow = {0}, fast = {.rate_given = true, .rate_num = 2, .rate_den = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct told *a = begin(stories[i], &slow), *b = begin(stories[i], &fast);

		tell_all(a, 20000);
		tell_all(b, 300000);
		assert_int_equal(a->stops, b->stops);
		assert_int_equal(a->model->events, b->model->events);
		for (uint64_t e = a->model->events; e > 0 && e + 200 > a->model->events; e--) {
			const struct event *x = &a->model->event[(e - 1) % MODEL_EVENTS],
					   *y = &b->model->event[(e - 1) % MODEL_EVENTS];

			assert_int_equal(x->kind, y->kind);
			assert_int_equal(x->at, y->at);
			assert_int_equal(x->node, y->node);
		}
		end(a);
		end(b);
	}
}

/* A story of these lines, which is read and removed at once. */
static struct told *begin_lines(const char *lines)
{
	const struct options options = {0};
	char path[PATH_BYTES];
	struct told *t;
	FILE *f;

	snprintf(path, sizeof(path), "%s/test-play.pxs",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(lines, f);
	fclose(f);
	t = begin(path, &options);
	unlink(path);
	return t;
}

static void a_beat_after_what_is_said_is_waited_for_once(void **state)
{
	struct told *t = begin_lines("# The opening.\nbeat\nsay \"one\"\nbeat\nsay \"two\"\n"
				     "ask \"three?\"\n");

	(void)state;
	run_until(t, IN(STORY_READS) | IN(STORY_WAITS), 10000, 1);
	assert_int_equal(t->scene.story, STORY_WAITS);
	assert_string_equal(t->scene.story_text, "The opening.");
	play_go_on(t->play);
	run_until(t, IN(STORY_READS) | IN(STORY_WAITS), 10000, 1);
	assert_int_equal(t->scene.story, STORY_WAITS);
	assert_string_equal(t->scene.story_text, "one");
	play_go_on(t->play);
	/* a question has words of its own, and waits for those before it to be read */
	run_until(t, IN(STORY_READS) | IN(STORY_WAITS), 10000, 1);
	assert_int_equal(t->scene.story, STORY_READS);
	assert_string_equal(t->scene.story_text, "two");
	end(t);
}

static void a_key_that_comes_just_after_the_time_to_read_stops_nothing(void **state)
{
	struct told *t = begin_lines("nodes 3\nsay \"one\"\npropose 1 a\nwait 1s\n");

	(void)state;
	run_until(t, IN(STORY_READS), 10000, 1);
	assert_false(play_has_just_gone_on(t->play));
	run_until(t, IN(STORY_RUNS), 10000, 10);
	assert_true(play_has_just_gone_on(t->play));
	turn(t, 500000);
	assert_true(play_has_just_gone_on(t->play));
	play_go_on(t->play);                          /* the key */
	assert_false(play_has_just_gone_on(t->play)); /* the next one means what it says */
	end(t);
	t = begin_lines("nodes 3\nsay \"one\"\npropose 1 a\nwait 1s\n");
	run_until(t, IN(STORY_READS), 10000, 1);
	run_until(t, IN(STORY_RUNS), 10000, 10);
	turn(t, 1100000);
	assert_false(play_has_just_gone_on(t->play));
	end(t);
}

static void drawn(const struct told *t, int width, int height, const char *words, bool there)
{
	struct scene s = story_scene(t->model);
	struct canvas c;

	play_show(t->play, &s);
	c = golden_draw(t->model, &s, width, height);
	if ((strstr(golden_text(&c, false), words) != NULL) != there)
		fail_msg("%dx%d, \"%s\":\n%s", width, height, words, golden_text(&c, false));
}

static void all_of_an_opening_can_be_read(void **state)
{
	static char lines[8000];
	struct told *t;

	(void)state;
	for (unsigned i = 1; i <= 9; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
			 "# Line %u of an opening that is as long as a line of a file may well "
			 "be.\n%s",
			 i, i == 4 ? "#\n" : "");
	strcat(lines, "nodes 3\nask \"Is it there?\"\n");
	t = begin_lines(lines);
	run_until(t, IN(STORY_READS), 10000, 1);
	drawn(t, 80, 24, "Line 9", true);
	drawn(t, 80, 24, "Space goes on", true);
	drawn(t, 80, 24, "reads all", false);
	drawn(t, 60, 16, "Line 9", false);
	drawn(t, 60, 16, "… i reads all  Space goes on", true);
	assert_non_null(strstr(t->scene.story_text, "be.\nLine 5")); /* a paragraph */
	/* while somebody reads it in a popup, it waits */
	play_stay(t->play);
	for (unsigned i = 0; i < 1000; i++)
		turn(t, 1000000);
	assert_int_equal(t->scene.story, STORY_READS);
	play_go_on(t->play);
	run_until(t, IN(STORY_WAITS), 10000, 1);
	drawn(t, 80, 24, "Is it there?", true);
	end(t);
}

static void a_wait_that_lasts_is_hurried(void **state)
{
	/* a hundred minutes at a hundredth of real time */
	struct told *t = begin_lines("nodes 3\nwait 60s\n");

	(void)state;
	run_until(t, HELD, 20000, 60);
	assert_int_equal(t->scene.story, STORY_OVER);
	assert_int_equal(t->pump.until, 60000000);
	assert_int_equal(t->scene.story_times, 1);
	end(t);
}

static void what_time_brings_is_found_when_something_happens(void **state)
{
	struct told *t = begin_lines("nodes 3\ncrash 2,3\npropose 1 apple\n"
				     "wait stalled within 20s\nask \"now?\"\n");

	(void)state;
	run_until(t, HELD, 20000, 120);
	assert_int_equal(t->scene.story, STORY_WAITS);
	assert_int_equal(t->pump.until, t->model->event[(t->model->events - 1) % MODEL_EVENTS].at);
	end(t);
}

static void whoever_stops_its_time_stops_the_story(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/first-value.pxs", &options);
	struct command pause, resume;
	char why[100];
	unsigned line;

	(void)state;
	assert_true(command_parse("pause", 5, &pause, why, sizeof(why)));
	assert_true(command_parse("resume", 5, &resume, why, sizeof(why)));
	while (t->scene.story != STORY_RUNS || t->scene.story_line == 0) {
		play_go_on(t->play);
		turn(t, 10000);
	}
	assert_true(runner_give(&t->runner, &pause));
	turn(t, 10000);
	turn(t, 10000);
	line = t->scene.story_line;
	for (unsigned i = 0; i < 120; i++)
		turn(t, 1000000);
	assert_int_equal(t->scene.story, STORY_RUNS);
	assert_int_equal(t->scene.story_line, line);
	assert_true(runner_give(&t->runner, &resume));
	tell_all(t, 20000);
	end(t);
}

static void a_story_that_goes_another_way_says_so_and_stops(void **state)
{
	const struct options options = {0};
	struct told *t = begin("demo/first-value.pxs", &options);
	struct command crash;
	char why[200];

	(void)state;
	assert_true(command_parse("crash 2,3,4", 5, &crash, why, sizeof(why)));
	assert_true(runner_give(&t->runner, &crash));
	do {
		play_go_on(t->play);
		run_until(t, HELD, 50000, 120);
	} while (t->scene.story == STORY_WAITS);
	assert_int_equal(t->scene.story, STORY_FAILED);
	assert_non_null(strstr(t->scene.story_text, "waited in vain for"));
	assert_int_equal(play_verdict(t->play, why, sizeof(why)), EXIT_INCONCLUSIVE);
	assert_non_null(strstr(why, "first-value.pxs:"));
	end(t);
}

static void every_attack_says_how_to_see_it_and_has_a_story(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		const char *see = attack_see(bit);
		static struct scenario scenario;
		char path[PATH_BYTES], opening[STORY_OPENING_MAX], why[300] = "";
		bool uses = false;

		assert_true(strlen(see) > 20 && see[strlen(see) - 1] == '.');
		snprintf(path, sizeof(path), "demo/%s.pxs", attack_name(bit));
		if (!story_load(path, &scenario, opening, why, sizeof(why)))
			fail_msg("%s", why);
		assert_true(opening[0] != 0);
		for (unsigned i = 0; i < scenario.commands; i++)
			uses = uses || (scenario.command[i].kind == COMMAND_ATTACK &&
					(scenario.command[i].attacks >> bit & 1) != 0);
		assert_true(uses);
	}
	assert_null(attack_see(ATTACKS));
}

static void a_story_is_found_by_path_and_by_name_or_it_is_said_where_it_is_not(void **state)
{
	char path[PATH_BYTES], why[2 * PATH_BYTES];
	char dir[STORY_DIRS][PATH_BYTES];

	(void)state;
	assert_true(story_find("demo/withhold.pxs", path, why, sizeof(why)));
	assert_string_equal(path, "demo/withhold.pxs");
	assert_true(story_find("demo/withhold", path, why, sizeof(why)));
	assert_string_equal(path, "demo/withhold.pxs");
	assert_false(story_find("no-such-story", path, why, sizeof(why)));
	story_dirs(dir);
	assert_non_null(strstr(why, dir[0]));
	assert_non_null(strstr(why, dir[1]));
	assert_false(story_find("demo/no-such-story", path, why, sizeof(why)));
	assert_non_null(strstr(why, "demo/no-such-story"));
	assert_false(story_find("", path, why, sizeof(why)));
}

static void note_name(void *user, const char *name)
{
	*(bool *)user = *(bool *)user || strcmp(name, "demo/withhold.pxs") == 0;
}

static void stories_are_listed(void **state)
{
	bool found = false;

	(void)state;
	story_each("demo/with", note_name, &found);
	assert_true(found);
	found = false;
	story_each("demo/xwith", note_name, &found);
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_people_read_time_stands_still),
		cmocka_unit_test(at_a_beat_it_waits_for_a_key_and_time_stands_still),
		cmocka_unit_test(what_broke_is_seen_before_anything_else_happens),
		cmocka_unit_test(what_is_said_stands_below_the_header_with_file_and_line),
		cmocka_unit_test(the_same_happens_at_any_speed),
		cmocka_unit_test(a_beat_after_what_is_said_is_waited_for_once),
		cmocka_unit_test(a_key_that_comes_just_after_the_time_to_read_stops_nothing),
		cmocka_unit_test(all_of_an_opening_can_be_read),
		cmocka_unit_test(a_wait_that_lasts_is_hurried),
		cmocka_unit_test(what_time_brings_is_found_when_something_happens),
		cmocka_unit_test(whoever_stops_its_time_stops_the_story),
		cmocka_unit_test(a_story_that_goes_another_way_says_so_and_stops),
		cmocka_unit_test(every_attack_says_how_to_see_it_and_has_a_story),
		cmocka_unit_test(
			a_story_is_found_by_path_and_by_name_or_it_is_said_where_it_is_not),
		cmocka_unit_test(stories_are_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
