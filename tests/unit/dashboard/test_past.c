/* Looking back: n back and n forward show the same cells, in every view; a replay ends with the
 * screen of the run; what is not kept any more is found in the recording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "node/record/recorder.h"
#include "proto/model/fold/fold.h"
#include "tests/support/golden.h"
#include "tests/support/played.h"
#include "tests/support/test_dir.h"
#include "tui/dashboard/past.h"
#include "tui/view/view.h"

#define SEEDS 3

static unsigned files;
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % below;
}

/* A run by chance, recorded; its model at the end, if `out` is not NULL. */
static void play(uint64_t seed, unsigned acts, char path[PATH_BYTES], struct scene *scene,
		 char **screen)
{
	struct played *p = played_new(seed);
	struct recorder *r;
	char name[32];

	snprintf(name, sizeof(name), "%u.pxr", files++);
	test_dir_path(name, path);
	const struct recorder_options options = {.path = path};

	assert_int_equal(recorder_open(&options, p->c, NULL, &r), STATUS_OK);
	p->c->ops->refresh(p->c); /* as a dashboard does: nodes tell at which rate they are */
	for (unsigned i = 0; i < acts; i++)
		played_act(p);
	if (screen != NULL) {
		struct model *m = p->model[0];

		scene->now = m->now;
		/* as at the end of a batch */
		model_time(m, p->c->ops->now(p->c, 0));
		const struct canvas c = golden_draw(m, scene, 120, 40);

		*screen = strdup(golden_text(&c, false));
	}
	recorder_close(r);
	played_free(p);
}

static struct scene a_scene(void)
{
	return (struct scene){.kind = CLUSTER_RECORDED,
			      .name = "played",
			      .second_us = 10000,
			      .selected = 1,
			      .link_from = 1,
			      .link_to = 2,
			      .following = true};
}

static void open_past(struct past *p, const char *path)
{
	const struct dashboard_past given = {.replay = path};
	const char *why;

	past_begin(p, &given);
	if (!past_go(p, 0, &why))
		fail_msg("%s", why);
}

static void settle(struct past *p)
{
	while (p->reading)
		past_turn(p, 1);
	assert_string_equal(p->trouble, "");
}

/* A number of all cells of the screen. */
static uint64_t cells(const struct past *p, enum view_id view)
{
	struct scene s = a_scene();
	uint64_t digest = 14695981039346656037u;

	s.view = view;
	past_scene(p, &s);
	const struct canvas c = golden_draw(past_model(p), &s, 100, 30);

	for (int y = 0; y < c.height; y++)
		for (int x = 0; x < c.width; x++) {
			const struct cell *cell = &c.cell[y * c.stride + x];

			digest = (digest ^ cell->glyph ^ ((uint64_t)cell->style.ink << 32) ^
				  ((uint64_t)cell->style.attrs << 40)) *
				 1099511628211u;
		}
	return digest;
}

/* A recording that another process makes has a file before it has an event. */
static void nothing_is_gone_back_to_before_there_is_something(void **state)
{
	struct played *p = played_new(1);
	struct recorder *r;
	struct item item;
	struct past past;
	const char *why;
	char path[PATH_BYTES];

	(void)state;
	test_dir_path("begun.pxr", path);
	const struct recorder_options options = {.path = path};

	assert_int_equal(recorder_open(&options, p->c, NULL, &r), STATUS_OK);
	past_begin(&past, &(struct dashboard_past){.shared = path});
	assert_false(past_step(&past, -1, &why));
	assert_string_equal(why, "nothing is recorded yet: there is nothing to go back to");
	assert_null(past_model(&past));
	while (p->c->ops->next(p->c, UINT64_MAX, &item) != ITEM_EVENT)
		;
	recorder_flush(r);
	assert_true(past_step(&past, -1, &why));
	assert_non_null(past_model(&past));
	past_end(&past);
	recorder_close(r);
	played_free(p);
}

static void n_back_and_n_forward_show_the_same_cells(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		char path[PATH_BYTES];
		const char *why;
		struct past p;

		play(seed, 60, path, NULL, NULL);
		open_past(&p, path);
		random_state = seed;
		for (unsigned i = 0; i < 12; i++) {
			uint64_t before[VIEWS];
			const uint64_t n = 1 + draw(i % 3 == 0 ? 200 : 12);

			past_go(&p, draw(p.end + 1), &why);
			/* on an event: steps leave snapshots out */
			past_step(&p, -1, &why);
			settle(&p);
			const uint64_t at = p.at;

			for (unsigned v = 0; v < VIEWS; v++)
				before[v] = cells(&p, (enum view_id)v);
			uint64_t back = 0;

			while (back < n && p.at > 0) {
				past_step(&p, -1, &why);
				back++;
			}
			const bool whole = back == n;

			for (; back > 0; back--)
				past_step(&p, 1, &why);
			settle(&p);
			if (!whole || p.at != at)
				past_go(&p, at, &why);
			settle(&p);
			for (unsigned v = 0; v < VIEWS; v++)
				if (cells(&p, (enum view_id)v) != before[v])
					fail_msg("seed %llu: %llu back from %llu and forward, "
						 "view %s is another one",
						 (unsigned long long)seed, (unsigned long long)n,
						 (unsigned long long)at,
						 view_at((enum view_id)v)->name);
		}
		past_end(&p);
	}
}

static void a_replay_ends_with_the_screen_of_the_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct scene scene = a_scene();
		char path[PATH_BYTES], *screen;
		const char *why;
		struct past p;

		play(seed, 40, path, &scene, &screen);
		open_past(&p, path);
		past_go(&p, UINT64_MAX, &why);
		settle(&p);
		struct model *m = past_model(&p);

		model_time(m, scene.now);
		scene.now = m->now;
		const struct canvas c = golden_draw(m, &scene, 120, 40);

		assert_string_equal(golden_text(&c, false), screen);
		free(screen);
		past_end(&p);
	}
}

static void decisions_and_violations_are_gone_to(void **state)
{
	char path[PATH_BYTES];
	const char *why;
	struct past p;
	unsigned decisions = 0;

	(void)state;
	play(2, 60, path, NULL, NULL);
	open_past(&p, path);
	while (past_decision(&p, 1, &why) && p.at < p.end && decisions < 1000) {
		const struct model *m;

		settle(&p);
		m = past_model(&p);
		const struct event *newest = &m->event[(m->events - 1) % MODEL_EVENTS];

		assert_int_equal(newest->kind, EVENT_CHOSEN);
		assert_int_equal(newest->because, BECAUSE_COUNTED);
		decisions++;
	}
	assert_true(decisions > 0);
	while (past_decision(&p, -1, &why) && p.at > 0)
		decisions--;
	assert_true(decisions <= 1);
	assert_true(past_violation(&p, &why));
	settle(&p);
	if (timeline_violated(p.line) != 0) {
		assert_int_equal(p.at, timeline_violated(p.line));
		assert_int_equal(past_model(&p)->safety, SAFETY_VIOLATED);
		past_step(&p, -1, &why);
		assert_int_equal(past_model(&p)->safety, SAFETY_OK);
	}
	past_end(&p);
}

static void moments_have_numbers_times_and_marks(void **state)
{
	char path[PATH_BYTES];
	const char *why;
	struct past p;

	(void)state;
	play(4, 40, path, NULL, NULL);
	open_past(&p, path);
	assert_true(past_go_to(&p, "17", &why));
	assert_int_equal(p.at, 17);
	past_set_mark(&p, 'q');
	assert_true(past_go_to(&p, "t=100000", &why));
	assert_int_equal(p.at, p.end);
	assert_true(past_go_to(&p, "0s", &why));
	assert_false(past_go_to(&p, "", &why));
	assert_false(past_go_to(&p, "t=", &why));
	assert_false(past_go_to(&p, "00000000000000000000000000000000000005ms", &why));
	assert_false(past_go_to(&p, "soon", &why));
	assert_non_null(strstr(why, "a moment is"));
	assert_false(past_go_mark(&p, 'x', &why));
	assert_true(past_go_mark(&p, 'q', &why));
	assert_int_equal(p.at, 17);
	past_leave(&p);
	assert_int_equal(p.at, p.end);
	past_end(&p);
}

static void it_plays_to_the_end_and_stops(void **state)
{
	char path[PATH_BYTES];
	struct past p;
	uint64_t real_us = 1, at = 0;

	(void)state;
	play(5, 20, path, NULL, NULL);
	open_past(&p, path);
	for (unsigned i = 0; i < 5; i++)
		past_rate(&p, 1);
	past_play(&p);
	assert_true(p.playing);
	for (unsigned turns = 0; turns < 1000000 && p.playing; turns++) {
		past_turn(&p, real_us += 50000);
		assert_true(p.at >= at);
		at = p.at;
	}
	assert_int_equal(p.at, p.end);
	assert_int_equal(past_patience(&p), UINT64_MAX);
	past_end(&p);
}

static void what_cannot_be_read_is_said(void **state)
{
	const struct dashboard_past nothing = {.why_not = "--no-record was said"};
	const struct dashboard_past gone = {.replay = "/nowhere/at-all.pxr"};
	const char *why;
	struct past p;

	(void)state;
	past_begin(&p, &nothing);
	assert_false(past_step(&p, -1, &why));
	assert_string_equal(why, "--no-record was said");
	assert_null(past_model(&p));
	past_end(&p);
	past_begin(&p, &gone);
	assert_false(past_go(&p, 0, &why));
	assert_non_null(strstr(why, "/nowhere/at-all.pxr"));
	past_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_gone_back_to_before_there_is_something),
		cmocka_unit_test(n_back_and_n_forward_show_the_same_cells),
		cmocka_unit_test(a_replay_ends_with_the_screen_of_the_run),
		cmocka_unit_test(decisions_and_violations_are_gone_to),
		cmocka_unit_test(moments_have_numbers_times_and_marks),
		cmocka_unit_test(it_plays_to_the_end_and_stops),
		cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
