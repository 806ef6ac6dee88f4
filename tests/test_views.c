/* Whole screens compared as text with tests/screens/NAME.txt; REWRITE=1 writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "node/io/status.h"
#include "tests/support/story.h"
#include "tui/dashboard.h"
#include "tui/option/options.h"
#include "tui/view/view.h"

#define TEXT_MAX 65536

static char drawn[TEXT_MAX], stored[TEXT_MAX];
static struct cell cells[200 * 60];

static struct canvas draw(const struct model *m, const struct scene *s, int width, int height)
{
	struct canvas c = canvas_over(cells, width, height);

	draw_screen(m, s, &c);
	return c;
}

static void compare(const char *name, const struct canvas *c, bool ascii)
{
	char path[200];
	FILE *f;
	size_t n = 0;

	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	canvas_dump(c, ascii, drawn, sizeof(drawn));
	if (getenv("REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(drawn, f);
		fclose(f);
		return;
	}
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(stored, 1, sizeof(stored) - 1, f);
		fclose(f);
	}
	stored[n] = 0;
	if (strcmp(stored, drawn) != 0)
		fail_msg("%s is not what is drawn (REWRITE=1 build/tests/test_views writes it "
			 "anew):\n%s",
			 path, drawn);
}

static void a_screen(const char *name, void (*story)(struct model *), int width, int height,
		     void (*look)(struct scene *s))
{
	struct model *m = story_new(5);
	struct scene s;

	if (story != NULL)
		story(m);
	s = story_scene(m);
	if (look != NULL)
		look(&s);
	struct canvas c = draw(m, &s, width, height);

	compare(name, &c, false);
	story_free(m);
}

static void the_lecture_layout_shows_a_takeover(void **state)
{
	(void)state;
	a_screen("takeover-80x24", story_takeover, 80, 24, NULL);
}

static void a_fresh_cluster_says_what_to_press(void **state)
{
	(void)state;
	a_screen("fresh-80x24", NULL, 80, 24, NULL);
}

static void a_chosen_value_is_in_the_table(void **state)
{
	(void)state;
	a_screen("first-value-80x24", story_first_value, 80, 24, NULL);
}

static void a_larger_screen_adds_panes(void **state)
{
	(void)state;
	a_screen("takeover-120x40", story_takeover, 120, 40, NULL);
	a_screen("takeover-200x60", story_takeover, 200, 60, NULL);
}

static void a_smaller_screen_keeps_nodes_and_why(void **state)
{
	(void)state;
	a_screen("takeover-60x16", story_takeover, 60, 16, NULL);
	a_screen("takeover-38x12", story_takeover, 38, 12, NULL);
	a_screen("takeover-20x5", story_takeover, 20, 5, NULL);
}

static void links(struct scene *s)
{
	s->popup = POPUP_LINKS;
	s->link_from = 1;
	s->link_to = 4;
}

static void the_link_matrix_shows_the_cut(void **state)
{
	(void)state;
	a_screen("links-80x24", story_takeover, 80, 24, links);
}

static void the_log(struct scene *s)
{
	s->view = VIEW_log;
}

static void the_events(struct scene *s)
{
	s->view = VIEW_events;
}

static void the_lanes(struct scene *s)
{
	s->view = VIEW_lanes;
}

static void the_node(struct scene *s)
{
	s->view = VIEW_node;
	s->selected = 3;
}

static void filtered(struct scene *s)
{
	s->view = VIEW_events;
	snprintf(s->filter, sizeof(s->filter), "promise");
}

static void help(struct scene *s)
{
	s->popup = POPUP_HELP;
}

static void searched(struct scene *s)
{
	s->popup = POPUP_HELP;
	snprintf(s->help_filter, sizeof(s->help_filter), "link");
}

static void read_only(struct scene *s)
{
	s->can_act = false;
	s->why_not = "the operator's key is not here";
	s->paused = true;
}

static void prompt(struct scene *s)
{
	s->ask = ASK_COMMAND;
	s->ask_label = ":";
	s->ask_text = "cut 1 2";
	s->ask_cursor = 7;
}

static void every_view_has_its_screen(void **state)
{
	(void)state;
	a_screen("log-80x24", story_first_value, 80, 24, the_log);
	a_screen("events-80x24", story_takeover, 80, 24, the_events);
	a_screen("filtered-80x24", story_takeover, 80, 24, filtered);
	a_screen("lanes-80x24", story_takeover, 80, 24, the_lanes);
	a_screen("lanes-120x40", story_takeover, 120, 40, the_lanes);
	a_screen("node-80x24", story_takeover, 80, 24, the_node);
	a_screen("help-80x24", story_takeover, 80, 24, help);
	a_screen("help-link-80x24", story_takeover, 80, 24, searched);
	a_screen("read-only-80x24", story_takeover, 80, 24, read_only);
	a_screen("prompt-80x24", story_takeover, 80, 24, prompt);
}

static void many_nodes_are_folded(void **state)
{
	struct model *m = story_new(31);
	struct scene s = story_scene(m);
	struct canvas c;

	(void)state;
	s.selected = 17;
	c = draw(m, &s, 80, 24);
	compare("many-80x24", &c, false);
	m->ballot =
		(struct model_ballot){.ballot = {1, 1}, .promises = 31, .accepts = 9, .quorum = 16};
	c = draw(m, &s, 80, 24);
	canvas_dump(&c, false, drawn, sizeof(drawn));
	assert_non_null(strstr(drawn, "quorum 31/16 YES"));
	assert_non_null(strstr(drawn, " quorum 9/16 "));
	s.popup = POPUP_LINKS;
	c = draw(m, &s, 120, 40);
	compare("many-links-120x40", &c, false);
	story_free(m);
}

static void ascii_needs_no_other_glyph(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_takeover(m);
	struct scene s = story_scene(m);
	struct canvas c = draw(m, &s, 80, 24);

	compare("takeover-ascii-80x24", &c, true);
	for (const char *p = drawn; *p != 0; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 127));
	story_free(m);
}

/* Panes hide, nothing is written outside, and something is said, whatever the size. */
static void any_size_can_be_drawn(void **state)
{
	struct model *m = story_new(31);

	(void)state;
	for (int popup = 0; popup <= POPUP_HELP; popup++)
		for (unsigned view = 0; view < VIEWS; view++)
			for (int width = 1; width <= 200; width += 7)
				for (int height = 1; height <= 60; height += 3) {
					struct scene s = story_scene(m);

					s.view = (enum view_id)view;
					s.popup = (enum popup)popup;
					struct canvas c = draw(m, &s, width, height);

					assert_int_equal(c.width, width);
				}
	story_free(m);
}

static const struct cell *cell(const struct canvas *c, int x, int y)
{
	return &c->cell[y * c->stride + x];
}

static void durable_is_bold_chosen_is_reverse_and_hue_is_the_ballots_owner(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_first_value(m);
	struct scene s = story_scene(m);

	s.now += 10000000;
	struct canvas c = draw(m, &s, 80, 24);
	const struct cell *promised = cell(&c, 21, 4), *chosen = cell(&c, 40, 3);

	assert_int_equal(promised->glyph, '1');
	assert_int_equal(promised->style.ink, INK_HUE);
	assert_int_equal(promised->style.attrs, ATTR_BOLD);
	assert_int_equal(chosen->glyph, 'A');
	assert_true((chosen->style.attrs & ATTR_REVERSE) != 0);
	story_free(m);
}

static void what_changed_flashes_for_a_second(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_first_value(m);
	struct scene s = story_scene(m);

	s.now = m->node[2].promised_changed_at + s.second_us / 2;
	struct canvas c = draw(m, &s, 80, 24);
	assert_int_equal(cell(&c, 21, 4)->glyph, '1');
	assert_int_equal(cell(&c, 21, 4)->style.attrs, ATTR_BOLD | ATTR_REVERSE);
	s.now = m->node[2].promised_changed_at + 2 * s.second_us;
	c = draw(m, &s, 80, 24);
	assert_int_equal(cell(&c, 21, 4)->style.attrs, ATTR_BOLD);
	s.reduce_motion = true;
	s.now = m->node[2].promised_changed_at;
	c = draw(m, &s, 80, 24);
	assert_int_equal(cell(&c, 21, 4)->style.attrs, ATTR_BOLD);
	story_free(m);
}

/* Where the token's arrow is on the wire. */
static int arrow(const struct canvas *c, int y)
{
	for (int x = 0; x < c->width; x++)
		if (cell(c, x, y)->glyph == 0x25ba)
			return x;
	return -1;
}

static void a_token_slides_with_virtual_time(void **state)
{
	struct model *m = story_new(5);
	int before = 0;

	(void)state;
	story_takeover(m);
	for (time_us now = 132000; now <= 134000; now += 500) {
		struct scene s = story_scene(m);

		s.now = now;
		s.focus = FOCUS_WIRE;
		s.maximised = true;
		struct canvas c = draw(m, &s, 80, 24);
		int y = 2;

		while (y < 20 && (cell(&c, 77, y)->glyph != '2' || arrow(&c, y) < 0))
			y++;
		assert_in_range(y, 2, 19);
		assert_true(arrow(&c, y) > before);
		before = arrow(&c, y);
	}
	assert_true(before >= 70);
	story_free(m);
}

static void an_idle_screen_does_not_move(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	s.now = 60000000;
	assert_false(scene_moves(m, &s));
	story_free(m);
}

static void who_leaves_a_broken_cluster_is_told_so(void **state)
{
	struct model *m = story_new(5);
	struct event chosen = {.kind = EVENT_CHOSEN, .node = 5, .boot = 1, .ballot = {1, 1}};

	(void)state;
	story_first_value(m);
	assert_int_equal(dashboard_verdict(m, EXIT_PASS), EXIT_PASS);
	chosen.seq = m->node[5].seq + 1;
	chosen.ballot.round = 2;
	chosen.value = values_intern(m->values, (const uint8_t *)"other", 5);
	model_event(m, &chosen);
	assert_int_equal(m->safety, SAFETY_VIOLATED);
	assert_int_equal(dashboard_verdict(m, EXIT_PASS), EXIT_VIOLATED);
	assert_string_equal(status_text(), m->violation.words);
	assert_int_equal(dashboard_verdict(m, EXIT_INTERRUPTED), EXIT_INTERRUPTED);
	story_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lecture_layout_shows_a_takeover),
		cmocka_unit_test(a_fresh_cluster_says_what_to_press),
		cmocka_unit_test(a_chosen_value_is_in_the_table),
		cmocka_unit_test(a_larger_screen_adds_panes),
		cmocka_unit_test(a_smaller_screen_keeps_nodes_and_why),
		cmocka_unit_test(the_link_matrix_shows_the_cut),
		cmocka_unit_test(every_view_has_its_screen),
		cmocka_unit_test(many_nodes_are_folded),
		cmocka_unit_test(ascii_needs_no_other_glyph),
		cmocka_unit_test(any_size_can_be_drawn),
		cmocka_unit_test(durable_is_bold_chosen_is_reverse_and_hue_is_the_ballots_owner),
		cmocka_unit_test(what_changed_flashes_for_a_second),
		cmocka_unit_test(a_token_slides_with_virtual_time),
		cmocka_unit_test(an_idle_screen_does_not_move),
		cmocka_unit_test(who_leaves_a_broken_cluster_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
