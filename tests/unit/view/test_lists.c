/* Lists scroll: no row is blank while there are more, the cursor is in sight, the position is told,
 * and where not all nodes fit, those that matter are shown and the rest is a step away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/model/fold/fold.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/view/list.h"
#include "tui/view/view.h"

static void tell(struct model *m, struct event e)
{
	e.boot = 1;
	e.seq = m->node[e.node].seq + 1;
	e.at = m->now + 1000;
	model_event(m, &e);
}

/* Node after node votes, a slot each, and tells its neighbour. */
static struct model *votes(uint8_t nodes, unsigned slots)
{
	struct model *m = story_new(nodes);
	const value_ref fig = values_intern(m->values, (const uint8_t *)"fig", 3);

	for (unsigned i = 0; i < slots; i++) {
		node_id voter = (node_id)(1 + i % nodes), next = (node_id)(1 + (i + 1) % nodes);
		struct event e = {.kind = EVENT_ACCEPTED,
				  .node = voter,
				  .slot = i,
				  .ballot = {1, 1},
				  .value = fig};

		tell(m, e);
		e.kind = EVENT_RECEIVED, e.node = next, e.peer = voter, e.type = MSG_ACCEPTED;
		e.id = (struct message_id){voter, 1, i + 1};
		tell(m, e);
	}
	return m;
}

static const char *draw(const struct model *m, const struct scene *s, int width, int height)
{
	struct canvas c = golden_draw(m, s, width, height);

	return golden_text(&c, false);
}

static void shows(const struct model *m, const struct scene *s, int width, int height,
		  const char *words)
{
	const char *text = draw(m, s, width, height);

	if (strstr(text, words) == NULL)
		fail_msg("%dx%d, no \"%s\":\n%s", width, height, words, text);
}

static void hides(const struct model *m, const struct scene *s, int width, int height,
		  const char *words)
{
	const char *text = draw(m, s, width, height);

	if (strstr(text, words) != NULL)
		fail_msg("%dx%d, but \"%s\":\n%s", width, height, words, text);
}

/* Fails on a row with nothing but its frame above the frame's next edge. */
static void no_row_is_blank(const struct model *m, const struct scene *s, int width, int height)
{
	const char *text = draw(m, s, width, height), *line = strchr(text, '\n') + 1;

	for (line = strchr(line, '\n') + 1; strncmp(line, "│", 3) == 0;
	     line = strchr(line, '\n') + 1) {
		const size_t inside = strspn(line + 3, " ");

		if (strncmp(line + 3 + inside, "│", 3) == 0)
			fail_msg("view %d %dx%d, a blank row:\n%s", s->view, width, height, text);
	}
}

static void no_row_is_blank_wherever_the_cursor_is(void **state)
{
	static const enum view_id views[] = {VIEW_log, VIEW_events, VIEW_lanes};
	static const unsigned at[] = {0, 1, 7, 100, 198, 199};
	struct model *m = votes(5, 200);

	(void)state;
	for (unsigned v = 0; v < 3; v++)
		for (int width = 40; width <= 200; width += 40)
			for (int height = 8; height <= 60; height += 4)
				for (unsigned i = 0; i < 6; i++) {
					struct scene s = story_scene(m);

					s.view = views[v];
					s.slot_held = true;
					s.slot_at = at[i];
					s.following = false;
					s.event_at = 2 * at[i];
					no_row_is_blank(m, &s, width, height);
					shows(m, &s, width, height, "►");
				}
	story_free(m);
}

static void the_newest_stays_in_sight_beside_the_cursor(void **state)
{
	struct model *m = votes(5, 200);
	struct scene s = story_scene(m);
	char newest[40], when[24];

	(void)state;
	time_show(m->now, when);
	snprintf(newest, sizeof(newest), "│     %s", when);
	for (int view = VIEW_events; view <= VIEW_lanes; view++) {
		s.view = (enum view_id)view;
		s.following = false;
		s.event_at = m->events - 3;
		shows(m, &s, 80, 24, newest);
		s.event_at = 0;
		hides(m, &s, 80, 24, newest);
	}
	story_free(m);
}

static void a_filter_leaves_no_row_blank_either(void **state)
{
	struct model *m = votes(5, 200);
	struct scene s = story_scene(m);

	(void)state;
	snprintf(s.filter, sizeof(s.filter), "\"n3 got\"");
	for (int view = VIEW_events; view <= VIEW_lanes; view++)
		for (int looks_back = 0; looks_back < 2; looks_back++) {
			s.view = (enum view_id)view;
			s.following = looks_back == 0;
			s.event_at = 9; /* n1 tells n2: it does not pass */
			no_row_is_blank(m, &s, 80, 24);
			hides(m, &s, 80, 24, "n4 got");
		}
	story_free(m);
}

static void the_log_has_a_filter_of_its_own(void **state)
{
	struct model *m = votes(5, 60);
	struct scene s = story_scene(m);

	(void)state;
	s.view = VIEW_log;
	snprintf(s.filter, sizeof(s.filter), "walrus"); /* of events */
	snprintf(s.log_filter, sizeof(s.log_filter), "n3 !s2");
	shows(m, &s, 80, 24, "LOG with \"n3 !s2\"  votes");
	shows(m, &s, 80, 24, "│     7 ");
	hides(m, &s, 80, 24, "│     2 ");
	hides(m, &s, 80, 24, "│     6 ");
	snprintf(s.log_filter, sizeof(s.log_filter), "walrus");
	shows(m, &s, 80, 24, "Nothing passes \"walrus\" from slot 0 on, the oldest that is kept.");
	/* the log below the cluster shows all */
	s.view = VIEW_main;
	shows(m, &s, 120, 40, "59 ");
	scene_settle(&s);
	assert_string_equal(s.log_filter, "");
	story_free(m);
}

static void the_log_holds_its_slot_while_time_runs(void **state)
{
	struct model *m = votes(5, 60);
	struct scene s = story_scene(m);
	struct event e = {.kind = EVENT_ACCEPTED, .node = 1, .slot = 60, .ballot = {1, 1}};

	(void)state;
	s.view = VIEW_log;
	s.slot_held = true;
	s.slot_at = 20;
	shows(m, &s, 80, 24, "LOG  back at slot 20 of 59: G live");
	shows(m, &s, 80, 24, "20►");
	e.value = values_intern(m->values, (const uint8_t *)"fig", 3);
	tell(m, e);
	shows(m, &s, 80, 24, "LOG  back at slot 20 of 60: G live");
	shows(m, &s, 80, 24, "20►");
	story_free(m);
}

static void the_position_says_what_is_kept(void **state)
{
	struct model *m = votes(5, 5000);
	struct scene s = story_scene(m);

	(void)state;
	s.view = VIEW_events;
	s.following = false;
	s.event_at = 9000;
	shows(m, &s, 120, 40,
	      "EVENTS  back at event 9001 of 10000 at 9.002: G live, oldest kept 1809");
	s.view = VIEW_log;
	s.slot_held = true;
	s.slot_at = 10; /* not kept any more */
	shows(m, &s, 80, 24, "LOG  back at slot 4744 of 4999: G live, oldest kept 4744");
	s.view = VIEW_events;
	s.following = true;
	snprintf(s.filter, sizeof(s.filter), "walrus");
	shows(m, &s, 80, 24,
	      "Nothing passes \"walrus\" from event 1809 on, the oldest that is kept.");
	s.view = VIEW_lanes;
	shows(m, &s, 80, 24, "\"walrus\" from event 1809 on");
	story_free(m);
}

static void hidden_lanes_leave_no_row_and_can_be_moved_to(void **state)
{
	struct model *m = votes(31, 200);
	struct scene s = story_scene(m);

	(void)state;
	s.selected = 17;
	for (int view = VIEW_log; view <= VIEW_lanes; view++) {
		s.view = (enum view_id)view;
		if (s.view == VIEW_events)
			continue;
		for (int width = 40; width <= 200; width += 20)
			for (node_id from = 0; from <= 29;
			     from = (node_id)(from + 1 + 3 * (from > 0))) {
				s.lanes_from = from;
				no_row_is_blank(m, &s, width, 24);
			}
		s.lanes_from = NODE_NONE;
		shows(m, &s, 80, 24, "n17 ♣");
		shows(m, &s, 80, 24, "of 31 <>");
		hides(m, &s, 80, 24, "n22 ");
		s.lanes_from = 21;
		shows(m, &s, 80, 24, "n22 ");
		hides(m, &s, 80, 24, "n17 ♣");
		s.lanes_from = 29; /* as far as there are nodes */
		shows(m, &s, 80, 24, "n31 ");
		shows(m, &s, 80, 24, "n27 ");
	}
	/* every row of space-time has something in a lane */
	s.view = VIEW_lanes;
	s.lanes_from = NODE_NONE;
	for (const char *line = draw(m, &s, 80, 24); *line != 0; line += strcspn(line, "\n") + 1)
		if (strncmp(line, "│     0.", 10) == 0 && strstr(line, "fig") == NULL &&
		    strstr(line, " n") == NULL && strstr(line, "ACCEPTED") == NULL)
			fail_msg("a row without anything: %.90s", line);
	story_free(m);
}

static void rows_go_to_the_nodes_that_matter(void **state)
{
	struct model *m = story_new(31);
	struct scene s = story_scene(m);
	node_id out[NODES_MAX];

	(void)state;
	s.selected = 20;
	m->ballot.ballot = (struct ballot){1, 30};
	m->node[25].attacks = 1;
	m->node[27].life = LIFE_DOWN;
	m->node[28].life = LIFE_STOPPED;
	for (node_id n = 1; n <= 31; n++)
		m->node[n].base = n == 15 ? 2 : 9;
	m->node[12].link[11].cut = true; /* n11 and n12 */
	static const node_id ranked[][6] = {
		{20}, {20, 30}, {20, 25, 30}, {15, 20, 25, 30}, {15, 20, 25, 27, 30}};
	for (unsigned max = 1; max <= 5; max++) {
		assert_int_equal(scene_nodes(m, &s, max, out), max);
		assert_memory_equal(out, ranked[max - 1], max);
	}
	assert_int_equal(scene_nodes(m, &s, 9, out), 9);
	assert_memory_equal(out, ((node_id[]){1, 11, 12, 15, 20, 25, 27, 28, 30}), 9);
	m->node[31].life = LIFE_DOWN;
	m->node[26].has_lied = true;
	shows(m, &s, 80, 24, "│   23 more: 0 promised, 0 voted, 0 down  ");
	s.maximised = false;
	for (node_id n = 2; n <= 10; n++)
		m->node[n].attacks = 1;
	shows(m, &s, 80, 24, "23 more: 0 promised, 0 voted, 2 down, 5 liars");
	story_free(m);
}

static void a_filter_of_the_nodes_shows_those_that_pass(void **state)
{
	struct model *m = story_new(31);
	struct scene s = story_scene(m);

	(void)state;
	m->node[17].life = LIFE_DOWN;
	m->node[23].life = LIFE_DOWN;
	snprintf(s.node_filter, sizeof(s.node_filter), "down");
	shows(m, &s, 80, 24, "NODES with \"down\"");
	shows(m, &s, 80, 24, "n17");
	shows(m, &s, 80, 24, "n23");
	hides(m, &s, 80, 24, "n16");
	hides(m, &s, 80, 24, " more: ");
	snprintf(s.node_filter, sizeof(s.node_filter), "!down");
	shows(m, &s, 80, 24, "21 more: 0 promised, 0 voted, 0 down");
	hides(m, &s, 80, 24, "n17");
	snprintf(s.node_filter, sizeof(s.node_filter), "walrus");
	shows(m, &s, 80, 24, "No node passes: & and Enter show all.");
	story_free(m);
}

/* What a search in the popup that is open finds, from the top. */
static struct page_search look_for(const struct model *m, const struct scene *s, int width,
				   const char *query)
{
	struct page_search search = {.query = query, .by = 1};

	view_page(m, s, width, 24, &search);
	return search;
}

static void a_text_is_searched_filtered_and_scrolled_by_its_rows(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);
	static char text[4000];
	struct page_search found;

	(void)state;
	for (unsigned i = 1; i <= 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 i % 10 == 0
				 ? "  line %u: a long one, about Apple, that two rows of a narrow "
				   "screen can hold at the least\n"
				 : "  line %u\n",
			 i);
	s.popup = POPUP_TEXT;
	s.text_title = "TEXT";
	s.text = text;
	assert_int_equal(view_page(m, &s, 200, 24, NULL).rows, 40);
	assert_int_equal(view_page(m, &s, 80, 24, NULL).rows, 44);
	assert_int_equal(view_page(m, &s, 80, 24, NULL).seen, 19);
	found = look_for(m, &s, 80, "apple");
	assert_int_equal(found.found, 10);
	assert_int_equal(found.found_row, 9);
	found.after = found.found, found.found = 0;
	view_page(m, &s, 80, 24, &found);
	assert_int_equal(found.found, 20);
	assert_int_equal(found.found_row, 20);
	found = (struct page_search){.query = "apple", .by = -1, .after = 40};
	view_page(m, &s, 80, 24, &found);
	assert_int_equal(found.found, 30);
	found = (struct page_search){.query = "apple !20", .by = 1, .row = 10};
	view_page(m, &s, 80, 24, &found);
	assert_int_equal(found.found, 30);
	assert_int_equal(look_for(m, &s, 80, "walrus").found, 0);
	snprintf(s.page_filter, sizeof(s.page_filter), "apple");
	shows(m, &s, 80, 24, "TEXT with \"apple\"");
	shows(m, &s, 80, 24, "line 40");
	hides(m, &s, 80, 24, "line 9");
	snprintf(s.page_filter, sizeof(s.page_filter), "walrus");
	shows(m, &s, 80, 24, "No line has \"walrus\".");
	/* letters of two columns are broken by their width */
	s.page_filter[0] = 0;
	s.text = "日本語日本語日本語日本語日本語日本語";
	assert_int_equal(view_page(m, &s, 24, 24, NULL).rows, 2);
	shows(m, &s, 24, 24, "日本語日本語日本語日");
	story_free(m);
}

static void the_help_is_searched_by_what_its_keys_are_called(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	s.popup = POPUP_HELP;
	assert_int_not_equal(look_for(m, &s, 80, "undo").found, 0);
	assert_int_not_equal(look_for(m, &s, 200, "undo").found, 0);
	assert_int_equal(look_for(m, &s, 80, "walrus").found, 0);
	snprintf(s.help_filter, sizeof(s.help_filter), "undo");
	shows(m, &s, 80, 24, "take back the last change");
	snprintf(s.help_filter, sizeof(s.help_filter),
		 "quorum"); /* the word before what speaks of it */
	shows(m, &s, 80, 24,
	      "│ GLOSSARY: WORDS                                                              │\n│ "
	      "quorum ");
	snprintf(s.help_filter, sizeof(s.help_filter), "legend"); /* all below the heading */
	shows(m, &s, 80, 24, "LEGEND: MARKS");
	shows(m, &s, 80, 24, "chosen; or, for a second, what has just changed");
	snprintf(s.help_filter, sizeof(s.help_filter), "change links"); /* both words */
	shows(m, &s, 80, 24, "take back the last change");
	story_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_row_is_blank_wherever_the_cursor_is),
		cmocka_unit_test(the_newest_stays_in_sight_beside_the_cursor),
		cmocka_unit_test(a_filter_leaves_no_row_blank_either),
		cmocka_unit_test(the_log_has_a_filter_of_its_own),
		cmocka_unit_test(the_log_holds_its_slot_while_time_runs),
		cmocka_unit_test(the_position_says_what_is_kept),
		cmocka_unit_test(hidden_lanes_leave_no_row_and_can_be_moved_to),
		cmocka_unit_test(rows_go_to_the_nodes_that_matter),
		cmocka_unit_test(a_filter_of_the_nodes_shows_those_that_pass),
		cmocka_unit_test(a_text_is_searched_filtered_and_scrolled_by_its_rows),
		cmocka_unit_test(the_help_is_searched_by_what_its_keys_are_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
