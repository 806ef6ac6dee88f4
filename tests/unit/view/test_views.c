/* Whole screens compared as text with tests/data/screens/NAME.txt; REWRITE=1 writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "node/io/status.h"
#include "proto/model/fold/fold.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/dashboard/dashboard.h"
#include "tui/option/options.h"
#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/view.h"

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
	struct canvas c = golden_draw(m, &s, width, height);

	golden_compare(name, &c, false);
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

/* A node fills slots by itself: speeds and latencies rise and fall, and once nothing is chosen. */
static void tell_load(struct model *m, uint32_t rate, bool done)
{
	struct load_report r = {.number = 5,
				.count = 20000,
				.outstanding = 100,
				.rate = rate,
				.latency_p50_us = 850,
				.latency_p99_us = 4120,
				.done = done};

	for (uint32_t i = 1; i <= 70; i++) {
		r.sample = (struct load_sample){
			.number = i,
			.lasted_us = LOAD_SAMPLE_US,
			.values = i == 60 ? 0 : 100 + 13 * (i % 17),
			.slots = i == 60 ? 0 : 20 + i % 5,
			.latency_p50_us = i == 60 ? 0 : 700 + 40 * (i % 9),
			.latency_p99_us = i == 60 ? 0 : 2000 + 400 * (i % 11),
		};
		r.values += r.sample.values;
		r.slots += r.sample.slots;
		r.elapsed_us += LOAD_SAMPLE_US;
		r.behind_us = rate != 0 ? 1000000 : 0;
		model_load(m, &(struct item_load){.node = 1, .report = r});
	}
}

static void story_of_load(struct model *m)
{
	story_first_value(m);
	tell_load(m, 0, false);
}

static void story_late_load(struct model *m)
{
	story_first_value(m);
	tell_load(m, 20000, false);
}

static void story_load_done(struct model *m)
{
	story_first_value(m);
	tell_load(m, 0, true);
}

static void the_node_with_its_load(struct scene *s)
{
	s->view = VIEW_node;
	s->selected = 1;
}

static void a_load_is_shown_while_it_runs(void **state)
{
	struct model *m = story_new(5);
	struct scene s;

	(void)state;
	a_screen("load-80x24", story_of_load, 80, 24, NULL);
	a_screen("load-120x40", story_of_load, 120, 40, NULL);
	a_screen("load-late-80x24", story_late_load, 80, 24, NULL);
	a_screen("load-done-80x24", story_load_done, 80, 24, NULL);
	a_screen("load-node-80x24", story_of_load, 80, 24, the_node_with_its_load);
	story_of_load(m);
	s = story_scene(m);
	struct canvas c = golden_draw(m, &s, 80, 24);
	golden_compare("load-ascii-80x24", &c, true);
	story_free(m);
}

static const struct cell *cell(const struct canvas *c, int x, int y)
{
	return &c->cell[y * c->stride + x];
}

static void a_question_shows_its_own_keys(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);
	struct canvas c;

	(void)state;
	s.ask = ASK_YES;
	s.ask_label = "";
	s.ask_text = "Crash n1, as by kill -9?  y/n";
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "\n y yes│n no│Esc no\n"));
	assert_int_equal(cell(&c, 1, 23)->click, 'y');
	s.ask = ASK_VALUE;
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "\n Enter propose│Esc give up│"));
	s.ask = ASK_NOTHING;
	s.waits = true;
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "\n Enter goes on│Space pause│"));
	story_free(m);
}

static void header_says(const struct model *m, const struct scene *s, int width, const char *word)
{
	struct canvas c = golden_draw(m, s, width, 24);
	char header[800];

	snprintf(header, sizeof(header), "%.*s", (int)strcspn(golden_text(&c, false), "\n"),
		 golden_text(&c, false));
	if (strstr(header, word) == NULL)
		fail_msg("no %s at %d columns: %s", word, width, header);
}

/* Whoever cannot act, or sees what was, must not take it for something else. */
static void story_silent(struct model *m)
{
	const struct event silent = {.kind = EVENT_SILENT,
				     .node = 3,
				     .boot = m->node[3].boot,
				     .number = 1000000,
				     .at = 132000,
				     .due = 12000};

	story_takeover(m);
	model_event(m, &silent);
	model_real_time(m, 2000000);
}

/* It is not called down: it may be out of reach. */
static void a_silent_node_is_said_to_be_so_and_since_when(void **state)
{
	struct model *m = story_new(5);

	story_silent(m);
	struct scene s = story_scene(m);
	header_says(m, &s, 120, "n3 silent since t=0.012");
	s.selected = 3;
	s.view = VIEW_node;
	struct canvas c = golden_draw(m, &s, 100, 24);
	golden_compare("silent-node-100x24", &c, false);
	s.view = VIEW_main;
	c = golden_draw(m, &s, 80, 24);
	golden_compare("silent-80x24", &c, false);
	c = golden_draw(m, &s, 40, 24);
	golden_compare("silent-40x24", &c, false);
	story_free(m);
	(void)state;
}

static void line_of_keys(const struct model *m, const struct scene *s, const char *keys)
{
	struct canvas c = golden_draw(m, s, 80, 24);
	const char *text = golden_text(&c, false);
	const size_t length = strlen(text);
	size_t begin = length - 1;

	while (begin > 0 && text[begin - 1] != '\n')
		begin--;
	if (strncmp(text + begin, keys, strlen(keys)) != 0)
		fail_msg("the key line is not\n%s but\n%s", keys, text + begin);
}

static void the_keys_of_every_day_fit_into_80_columns(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	story_takeover(m);
	line_of_keys(m, &s,
		     " Space pause│p propose│x attack│d defend│c cut│K crash│/ find│Enter open│? "
		     "help");
	s.paused = s.can_undo = true;
	line_of_keys(m, &s, " Space go on│→ step│p propose│x attack│d defend│c cut│K crash│u undo");
	s.paused = s.can_undo = false;
	for (int view = VIEW_log; view <= VIEW_lanes; view++) {
		s.view = (enum view_id)view;
		line_of_keys(m, &s,
			     " Esc close│j k move│/ find│& filter│Enter open│y copy│Space "
			     "pause│→ step");
		snprintf(s.search, sizeof(s.search), "fig");
		s.following = false;
		line_of_keys(m, &s,
			     " Esc close│G live│j k move│/ find│n N next│& filter│Enter open│y "
			     "copy");
		s.following = true;
		s.search[0] = 0;
	}
	story_free(m);
}

/* The screen has these words, wherever its lines are broken; they have no blanks. */
static void said_whole(const struct model *m, const struct scene *s, int width, int height,
		       const char *words)
{
	struct canvas c = golden_draw(m, s, width, height);
	static char text[200 * 60 * 4];
	size_t used = 0;

	for (const char *at = golden_text(&c, false); *at != 0; at++)
		if (*at != ' ' && *at != '\n')
			text[used++] = *at;
	text[used] = 0;
	if (strstr(text, words) == NULL)
		fail_msg("no \"%s\" in %d columns:\n%s", words, width, golden_text(&c, false));
}

static void what_is_said_is_never_cut(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	s.ask_label = "";
	s.ask_text = "5 nodes bear no liar: a quorum for f=1 is 4 of 5, and a silent node stops "
		     "it.  Do it?  y/n";
	for (int width = 20; width <= 200; width += 12) {
		snprintf(s.message, sizeof(s.message),
			 "copied EVENT, 1234 bytes, to the clipboard and to "
			 "/home/somebody-with-a-name/.local/state/paxos-tui/20261126-194803.txt");
		s.ask = ASK_NOTHING;
		said_whole(m, &s, width, 24,
			   "/home/somebody-with-a-name/.local/state/paxos-tui/20261126-194803.txt");
		s.message[0] = 0;
		s.ask = ASK_YES;
		said_whole(m, &s, width, 24, "asilentnodestopsit.Doit?y/n");
	}
	s.ask_text = "Quit this simulation of 5 nodes?  y/n";
	said_whole(m, &s, 20, 5, "Quitthissimulationof5nodes?y/n");
	said_whole(m, &s, 38, 12, "Quitthissimulationof5nodes?y/n");
	story_free(m);
}

static void read_only_and_replay_stay_in_the_header(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	s.can_act = false;
	s.why_not = "the operator's key is not here";
	s.now = 12345678901;
	m->violation.slot = 1234567;
	snprintf(m->progress_why, sizeof(m->progress_why), "ballot race: ");
	for (int width = 20; width <= 200; width++)
		for (unsigned i = 0; i < 4; i++) {
			m->safety = i < 2 ? SAFETY_VIOLATED : SAFETY_OK;
			m->progress = i < 2 ? PROGRESS_STALLED : PROGRESS_OK;
			s.paused = i % 2 != 0;
			s.kind = CLUSTER_ATTACHED;
			header_says(m, &s, width, "READ-ONLY");
			header_says(m, &s, width, i < 2 ? "VIOLATED" : "OK");
			s.kind = CLUSTER_RECORDED;
			header_says(m, &s, width, "REPLAY");
		}
	story_free(m);
}

/* Where words stand on the screen, and in which ink what begins at byte `at` of them is. */
static enum ink ink_within(const struct canvas *c, const char *word, size_t at)
{
	for (int y = 2; y < c->height; y++)
		for (int x = 0; x + (int)strlen(word) < c->width; x++) {
			size_t i = 0;

			while (word[i] != 0 && cell(c, x + (int)i, y)->glyph == (uint32_t)word[i])
				i++;
			if (word[i] == 0)
				return (enum ink)cell(c, x + (int)at, y)->style.ink;
		}
	fail_msg("no %s", word);
	return INK_TEXT;
}

static enum ink ink_of(const struct canvas *c, const char *word)
{
	return ink_within(c, word, 0);
}

/* A value may be any word, also one that means harm in a sentence, or the name of a node. */
static void words_of_a_value_are_not_coloured(void **state)
{
	static const char *const values[] = {"lost", "n3", "CHOSEN", "a 3.1 CUT lost"};

	(void)state;
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct model *m = story_new(5);
		struct event chosen = {
			.kind = EVENT_CHOSEN, .node = 5, .boot = 1, .ballot = {1, 1}};
		struct scene s;
		struct canvas c;
		char words[80];

		chosen.seq = m->node[5].seq + 1;
		chosen.value = values_intern(m->values, (const uint8_t *)values[i],
					     (uint32_t)strlen(values[i]));
		model_event(m, &chosen);
		s = story_scene(m);
		s.view = VIEW_events;
		c = golden_draw(m, &s, 80, 24);
		snprintf(words, sizeof(words), "%s is CHOSEN in", values[i]);
		assert_int_equal(ink_of(&c, words), INK_TEXT);
		assert_int_equal(ink_of(&c, strrchr(values[i], ' ') == NULL ? words : "lost is"),
				 INK_TEXT);
		assert_int_equal(ink_of(&c, "CHOSEN in"), INK_GOOD);
		assert_int_equal(ink_of(&c, "n5 knows"), node_ink(5));
		s.view = VIEW_main;
		c = golden_draw(m, &s, 80, 24);
		assert_int_equal(ink_of(&c, words), INK_TEXT);
		story_free(m);
	}
}

/* So it is in what the judges say, and in what is said of a node that is not believed. */
static void words_of_a_value_are_not_coloured_in_judgements(void **state)
{
	struct model *m = story_new(5);
	struct event chosen = {.kind = EVENT_CHOSEN, .boot = 1, .ballot = {1, 1}};
	struct scene s;
	struct canvas c;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const char *text = i == 0 ? "lost" : "CUT down";

		chosen.node = (node_id)(2 + i);
		chosen.seq = m->node[chosen.node].seq + 1;
		chosen.value =
			values_intern(m->values, (const uint8_t *)text, (uint32_t)strlen(text));
		model_event(m, &chosen);
	}
	assert_int_equal(m->safety, SAFETY_VIOLATED);
	assert_null(strchr(m->violation.words, MARK_VALUE));
	assert_non_null(strstr(m->violation.marked, "\001lost\002 was chosen"));
	s = story_scene(m);
	s.following = true;
	m->safety = SAFETY_OK;
	m->progress = PROGRESS_STALLED;
	snprintf(m->progress_why, sizeof(m->progress_why), "n2 will only vote for lost");
	snprintf(m->progress_marked, sizeof(m->progress_marked), "n2 will only vote for %clost%c",
		 MARK_VALUE, MARK_VALUE_END);
	c = golden_draw(m, &s, 120, 40);
	assert_int_equal(ink_within(&c, "vote for lost", 9), INK_WARN);
	m->node[2].remark[REMARK_UNFOUNDED] =
		(struct model_remark){.count = 1, .ballot = {1, 1}, .value = chosen.value, .by = 1};
	s.view = VIEW_evidence;
	c = golden_draw(m, &s, 120, 40);
	assert_int_equal(ink_of(&c, "CUT down is chosen"), INK_WARN);
	assert_int_equal(ink_of(&c, "n2 says"), node_ink(2));
	story_free(m);
}

static void many_nodes_are_folded(void **state)
{
	struct model *m = story_new(31);
	struct scene s = story_scene(m);
	struct canvas c;

	(void)state;
	s.selected = 17;
	c = golden_draw(m, &s, 80, 24);
	golden_compare("many-80x24", &c, false);
	m->ballot =
		(struct model_ballot){.ballot = {1, 1}, .promises = 31, .accepts = 9, .quorum = 16};
	m->ballot.promised_to = set_first(25);
	m->ballot.accepted_to = set_first(8);
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "25/16 YES given 31"));
	assert_non_null(strstr(golden_text(&c, false), "quorum  8/16 given 9"));
	s.popup = POPUP_LINKS;
	c = golden_draw(m, &s, 120, 40);
	golden_compare("many-links-120x40", &c, false);
	s.link_from = 30;
	s.link_to = 29;
	m->node[29].link[30].cut = true;
	c = golden_draw(m, &s, 80, 24);
	golden_compare("many-links-80x24", &c, false);
	story_free(m);
}

/* A link that is cut must be one that can be seen: at every size the cell under the cursor is on
 * the screen, and the link is told in words. */
static void the_cursor_of_the_links_is_always_in_sight(void **state)
{
	static const int sizes[][2] = {{40, 12}, {80, 24}, {60, 16}, {120, 40}, {200, 60}};
	static const uint8_t nodes[] = {2, 5, 8, 16, 31};
	char words[40];

	(void)state;
	for (unsigned n = 0; n < sizeof nodes / sizeof nodes[0]; n++) {
		struct model *m = story_new(nodes[n]);
		struct scene s = story_scene(m);

		s.popup = POPUP_LINKS;
		for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
			for (unsigned cell_at = 0; cell_at < nodes[n] * nodes[n]; cell_at++) {
				s.link_from = (node_id)(1 + cell_at / nodes[n]);
				s.link_to = (node_id)(1 + cell_at % nodes[n]);
				if (s.link_from == s.link_to)
					continue;
				m->node[s.link_to].link[s.link_from].cut = true;
				struct canvas c = golden_draw(m, &s, sizes[i][0], sizes[i][1]);
				const char *text = golden_text(&c, true);

				snprintf(words, sizeof words, "n%u > n%u  CUT", s.link_from,
					 s.link_to);
				if (strstr(text, "[X]") == NULL || strstr(text, words) == NULL)
					fail_msg("%u nodes, %dx%d, no \"%s\":\n%s", nodes[n],
						 sizes[i][0], sizes[i][1], words, text);
				m->node[s.link_to].link[s.link_from].cut = false;
			}
		story_free(m);
	}
}

static void ascii_needs_no_other_glyph(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_takeover(m);
	struct scene s = story_scene(m);
	struct canvas c = golden_draw(m, &s, 80, 24);

	golden_compare("takeover-ascii-80x24", &c, true);
	for (const char *p = golden_text(&c, true); *p != 0; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 127));
	story_free(m);
}

/* A run, a fork that left it, and one that left that one. */
static struct branch_tree tree_of(const struct model *trunk, const struct model *fork)
{
	struct branch_tree tree = {.count = 3, .here = 1};

	tree.branch[0] = (struct branch_shown){.changed = "", .model = trunk};
	tree.branch[1] = (struct branch_shown){.moment = 21,
					       .events = 12,
					       .at = 12401000,
					       .changed = "propose 2 \"pear\"",
					       .model = fork};
	tree.branch[2] = (struct branch_shown){.from = 1,
					       .moment = 40,
					       .events = 31,
					       .at = 12450000,
					       .changed = "",
					       .model = fork};
	return tree;
}

static void two_futures_stand_side_by_side(void **state)
{
	static const struct {
		const char *name;
		int width, height;
		bool ascii;
	} sizes[] = {{"branches-80x24", 80, 24, false},
		     {"branches-120x40", 120, 40, false},
		     {"branches-80x24-ascii", 80, 24, true}};
	struct model *trunk = story_new(5), *fork = story_new(5);

	(void)state;
	story_first_value(trunk);
	story_takeover(fork);
	const struct branch_tree tree = tree_of(trunk, fork);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct scene s = story_scene(fork);

		s.view = VIEW_branches;
		s.tree = &tree;
		s.branch_at = 1;
		s.recorded = true;
		struct canvas c = golden_draw(fork, &s, sizes[i].width, sizes[i].height);

		golden_compare(sizes[i].name, &c, sizes[i].ascii);
	}
	story_free(trunk);
	story_free(fork);
}

static void branches_know_what_they_left_and_where_they_parted(void **state)
{
	struct branch_tree tree = tree_of(NULL, NULL);
	unsigned order[BRANCHES_MAX], depth[BRANCHES_MAX];

	(void)state;
	tree.count = 5;
	tree.branch[3] = (struct branch_shown){.from = 0, .events = 5};
	tree.branch[4] = (struct branch_shown){.from = 1, .events = 20};
	branches_order(&tree, order, depth);
	const unsigned wanted[5] = {0, 1, 2, 4, 3}, deep[5] = {0, 1, 2, 2, 1};
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(order[i], wanted[i]);
		assert_int_equal(depth[i], deep[i]);
	}
	assert_int_equal(branches_parted(&tree, 0, 1), 1);
	assert_int_equal(branches_parted(&tree, 2, 0), 1);
	assert_int_equal(branches_parted(&tree, 2, 1), 2);
	/* of two that left the same one, the one that left first */
	assert_int_equal(branches_parted(&tree, 2, 4), 4);
	assert_int_equal(branches_parted(&tree, 3, 2), 3);
	assert_int_equal(branches_other(&tree, 1), 0);
	assert_int_equal(branches_other(&tree, 3), 3);
	tree.here = 0;
	assert_int_equal(branches_other(&tree, 0), 4);
	tree.count = 1;
	assert_int_equal(branches_other(&tree, 0), BRANCHES_MAX);
}

/* Panes hide, nothing is written outside, and something is said, whatever the size. */
static void any_size_can_be_drawn(void **state)
{
	struct model *m = story_new(31);
	const struct branch_tree tree = tree_of(m, m);

	(void)state;
	for (int popup = 0; popup <= POPUP_HELP; popup++)
		for (unsigned view = 0; view < VIEWS; view++)
			for (int width = 1; width <= 200; width += 11)
				for (int height = 1; height <= 60; height += 1 + height / 5) {
					struct scene s = story_scene(m);

					s.view = (enum view_id)view;
					s.popup = (enum popup)popup;
					s.tree = &tree;
					struct canvas c = golden_draw(m, &s, width, height);

					assert_int_equal(c.width, width);
				}
	story_free(m);
}

#define BIG 4444444

/* A cluster in which every number that can be large is 4444444: 31 nodes, long values. */
static struct model *big_story(void)
{
	struct model *m = story_new(31);
	struct ballot ballot = {BIG, 31};
	const char *text[2] = {"a value that is as long as a value can be and is shown, number X1",
			       "a value that is as long as a value can be and is shown, number X2"};
	value_ref value[2];

	for (unsigned i = 0; i < 2; i++)
		value[i] = values_intern(m->values, (const uint8_t *)text[i], 64);
	for (node_id n = 1; n <= 31; n++) {
		struct model_node *node = &m->node[n];
		struct event e = {.node = n,
				  .boot = 1,
				  .at = BIG * 1000000ull,
				  .ballot = ballot,
				  .slot = BIG,
				  .value = value[n % 2],
				  .peer = 31,
				  .count = BIG,
				  .quorum = 16,
				  .other = ballot};

		node->sent = node->received = node->missed = node->lies = BIG;
		node->dropped[DROP_LOSS] = node->lost_from[1] = BIG;
		node->base = BIG;
		node->pid = BIG;
		node->pending = BIG;
		node->wanted = value[0];
		node->wake_at = BIG * 2000000ull;
		for (unsigned i = 0; i < 6; i++) {
			static const enum event_kind kinds[] = {EVENT_QUEUED,   EVENT_PREPARING,
								EVENT_PROMISED, EVENT_ACCEPTED,
								EVENT_REFUSED,  EVENT_CHOSEN};
			e.kind = kinds[i];
			e.seq = m->node[n].seq + 1;
			e.type = MSG_ACCEPT;
			e.why = REFUSE_PROMISED;
			e.because = BECAUSE_COUNTED;
			e.ballot.node = e.kind == EVENT_PREPARING ? n : 31;
			model_event(m, &e);
		}
		e.kind = EVENT_HELD;
		e.id = (struct message_id){31, 1, n};
		e.seq = m->node[n].seq + 1;
		e.due = BIG * 1000000ull + 5000;
		model_event(m, &e);
		m->node[n].link[1].delay_us = BIG * 1000ull;
	}
	return m;
}

/* A number that begins with 44 and does not have the seven digits of 4444444 was cut: keeps
 * the lines in which one is. */
static void find_cut_numbers(const struct canvas *c, const struct scene *s, char *out, size_t size)
{
	const char *text = golden_text(c, false);
	size_t used = strlen(out);

	for (const char *line = text; *line != 0;) {
		size_t length = strcspn(line, "\n");
		bool cut = false;

		for (size_t i = 0, run; i<length; i += run> 0 ? run : 1) {
			run = strspn(line + i, "0123456789");
			cut = cut || (run > 1 && run != 7 && line[i] == '4' && line[i + 1] == '4');
		}
		if (cut && size - used > length + 80)
			used += (size_t)snprintf(out + used, size - used,
						 "view %d popup %d focus %d %dx%d: %.*s\n",
						 (int)s->view, (int)s->popup, (int)s->focus,
						 c->width, c->height, (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void no_number_is_cut_at_any_size(void **state)
{
	struct model *m = big_story();
	struct branch_tree tree = tree_of(m, m);
	static char found[20000];

	(void)state;
	found[0] = 0;
	tree.branch[1].moment = tree.branch[2].moment = BIG;
	tree.branch[1].at = tree.branch[2].at = BIG * 1000000ull;
	for (int popup = 0; popup <= POPUP_HELP; popup++)
		for (unsigned view = 0; view < VIEWS; view++)
			for (int focus = 0; focus <= FOCUSES; focus++)
				for (int width = 20; width <= 200; width += 1 + width / 12)
					for (int height = 5; height <= 60; height += 11) {
						struct scene s = story_scene(m);

						if (focus > 0 && (view != VIEW_main || popup != 0))
							continue;
						s.view = (enum view_id)view;
						s.popup = (enum popup)popup;
						s.focus = (enum focus)(focus > 0 ? focus - 1 : 0);
						s.maximised = focus > 0;
						s.selected = 31;
						s.link_from = 1, s.link_to = 31;
						s.tree = &tree;
						struct canvas c = golden_draw(m, &s, width, height);

						find_cut_numbers(&c, &s, found, sizeof(found));
					}
	story_free(m);
	if (found[0] != 0)
		fail_msg("%.900s", found);
}

/* --- values -------------------------------------------------------------------------------- */

/* The words of a screen that begin or end like a value, each once: how many. */
static void values_that_differ_do_not_look_alike(void **state)
{
	static const char *const pairs[][2] = {
		{"transaction-00000001", "transaction-00000002"},
		{"a long way to the middle: X and then on to the same end",
		 "a long way to the middle: Y and then on to the same end"},
		{"日本語の長い値その一つ目です", "日本語の長い値その二つ目です"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (int width = 8; width <= 20; width++) {
			struct model *m = story_new(5);
			const struct scene s = story_scene(m);
			struct alike alike;
			char shown[2][FITTED_MAX];
			value_ref value[2];

			for (unsigned k = 0; k < 2; k++) {
				value[k] = values_intern(m->values, (const uint8_t *)pairs[i][k],
							 (uint32_t)strlen(pairs[i][k]));
				m->node[k + 1].wanted = value[k];
			}
			alike_collect(m, &s, &alike);
			for (unsigned k = 0; k < 2; k++) {
				alike_fit(m, &alike, value[k], width, shown[k]);
				assert_true(utf8_columns(shown[k]) <= width);
			}
			assert_string_not_equal(shown[0], shown[1]);
			/* alone, a value begins as it begins */
			m->node[2].wanted = VALUE_NONE;
			alike_collect(m, &s, &alike);
			alike_fit(m, &alike, value[0], width, shown[0]);
			assert_int_equal(shown[0][0], pairs[i][0][0]);
			story_free(m);
		}
}

/* The rows of the log, each without its number: how many differ. */
static unsigned rows_that_differ(const char *screen, char row[64][400])
{
	unsigned count = 0;

	for (const char *line = screen; *line != 0; line += strcspn(line, "\n") + 1) {
		const char *value = strstr(line, " 1.1 ");
		unsigned i = 0;

		if (value == NULL || value > line + strcspn(line, "\n"))
			continue;
		snprintf(row[count], sizeof(row[0]), "%.*s", (int)strcspn(value, "\n"), value);
		while (i < count && strcmp(row[i], row[count]) != 0)
			i++;
		count += i == count;
	}
	return count;
}

/* However many values there are, and wherever the list is. */
static void values_on_one_screen_are_told_apart_among_hundreds(void **state)
{
	struct model *m = story_new(5);
	static char row[64][400];

	(void)state;
	for (unsigned slot = 0; slot < 240; slot++) {
		char text[60];
		struct event e = {.kind = EVENT_ACCEPTED,
				  .node = 1,
				  .boot = 1,
				  .seq = m->node[1].seq + 1,
				  .at = m->now + 1000,
				  .slot = slot,
				  .ballot = {1, 1}};

		snprintf(text, sizeof(text), "transaction-number-%03u-of-this-morning", slot);
		e.value = values_intern(m->values, (const uint8_t *)text, (uint32_t)strlen(text));
		assert_int_not_equal(e.value, VALUE_NONE);
		model_event(m, &e);
	}
	struct scene s = story_scene(m);
	s.view = VIEW_log;
	for (unsigned at = 10; at < 240; at += 40)
		for (int height = 24; height <= 60; height += 18) {
			s.slot_held = true;
			s.slot_at = at;
			struct canvas c = golden_draw(m, &s, 80, height);
			const char *screen = golden_text(&c, false);

			if (rows_that_differ(screen, row) + 7 < (unsigned)height)
				fail_msg("rows look alike:\n%.6000s", screen);
		}
	story_free(m);
}

static void draw_text(const struct model *m, const struct scene *s, int width, char *out,
		      size_t size)
{
	struct canvas c = golden_draw(m, s, width, 24);

	canvas_dump(&c, false, out, size);
}

/* Rows of the event list that are cut at the right tell their values apart. */
static void event_rows_that_are_cut_tell_their_values_apart(void **state)
{
	static const char *const values[] = {"transaction-00000001", "transaction-00000002"};
	struct model *m = story_new(5);
	struct scene s;
	static char screen[20000];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		const struct event e = {.kind = EVENT_SENT,
					.node = 1,
					.boot = 1,
					.seq = m->node[1].seq + 1,
					.at = m->now,
					.to = set_of(2) | set_of(3) | set_of(4) | set_of(5),
					.type = MSG_ACCEPT,
					.ballot = {1, 1},
					.id = {1, 1, 1 + k},
					.value =
						values_intern(m->values, (const uint8_t *)values[k],
							      (uint32_t)strlen(values[k]))};

		model_event(m, &e);
	}
	s = story_scene(m);
	s.view = VIEW_events;
	for (int width = 40; width <= 80; width += 5) {
		draw_text(m, &s, width, screen, sizeof(screen));
		assert_non_null(strstr(screen, "01"));
		assert_non_null(strstr(screen, "02"));
	}
	story_free(m);
}

/* What a message came to is told before its sending here: on the screen it stands behind it. */
static void causes_stand_above_what_came_of_them(void **state)
{
	struct model *m = story_new(5);
	struct scene s;
	static char screen[20000];
	struct event got = {.kind = EVENT_RECEIVED,
			    .node = 2,
			    .boot = 1,
			    .seq = m->node[2].seq + 1,
			    .at = m->now + 7000,
			    .peer = 1,
			    .type = MSG_PREPARE,
			    .ballot = {1, 1},
			    .id = {1, 1, 1}};
	struct event sent = {.kind = EVENT_SENT,
			     .node = 1,
			     .boot = 1,
			     .seq = m->node[1].seq + 1,
			     .at = m->now + 9000,
			     .to = set_of(2),
			     .type = MSG_PREPARE,
			     .ballot = {1, 1},
			     .id = {1, 1, 1}};

	(void)state;
	model_event(m, &got);
	model_event(m, &sent);
	s = story_scene(m);
	s.view = VIEW_events;
	draw_text(m, &s, 80, screen, sizeof(screen));
	const char *above = strstr(screen, "n1 sent PREPARE 1.1"),
		   *below = strstr(screen, "n2 got PREPARE 1.1");

	assert_non_null(above);
	assert_non_null(below);
	assert_true(above < below);
	story_free(m);
}

/* --- lamps --------------------------------------------------------------------------------- */

static void lamps_tell_what_was_given_and_what_was_received(void **state)
{
	struct model *m = story_new(5);
	struct ballot ballot = {1, 1};
	struct event e = {.boot = 1, .ballot = ballot, .slot = 0, .at = 5000};

	(void)state;
	e.value = values_intern(m->values, (const uint8_t *)"fig", 3);
	e.kind = EVENT_QUEUED, e.node = 1, e.seq = 1, e.count = 1;
	model_event(m, &e);
	e.kind = EVENT_PREPARING, e.seq = 2;
	model_event(m, &e);
	struct scene s = story_scene(m);
	struct canvas c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "wants   fig"));
	e.kind = EVENT_PROMISED;
	for (e.node = 2; e.node <= 4; e.node++) {
		e.seq = 1;
		model_event(m, &e);
	}
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "PROMISE  ○  •  •  •  ○"));
	assert_non_null(strstr(golden_text(&c, false), "quorum  0/3 given 3"));
	e.kind = EVENT_COUNTED, e.node = 1, e.seq = 3, e.peer = 3, e.type = MSG_PROMISE;
	model_event(m, &e);
	c = golden_draw(m, &s, 80, 24);
	assert_non_null(strstr(golden_text(&c, false), "PROMISE  ○  •  ●  •  ○"));
	assert_non_null(strstr(golden_text(&c, false), "quorum  1/3 given 3"));
	story_free(m);
}

static void a_late_screen_says_since_when_it_looks(void **state)
{
	struct model *m = story_new(5);
	struct snapshot *late = calloc(1, sizeof(*late));

	(void)state;
	m->since = 7000000;
	for (node_id n = 1; n <= 5; n++) {
		*late = (struct snapshot){.node = n,
					  .boot = 1,
					  .seq = 40,
					  .at = 7000000,
					  .nodes = 5,
					  .quorum = 3,
					  .promised = {2, 2},
					  .base = 1};
		late->slots = 1;
		late->slot[0].slot = 0;
		late->slot[0].voted_at = (struct ballot){2, 2};
		late->slot[0].voted = late->slot[0].chosen =
			values_intern(m->values, (const uint8_t *)"fig", 3);
		late->slot[0].chosen_at = (struct ballot){2, 2};
		model_snapshot(m, late);
	}
	struct scene s = story_scene(m);
	struct canvas c = golden_draw(m, &s, 80, 24);
	const char *text = golden_text(&c, false);

	assert_non_null(strstr(text, "BALLOT 2.2 by n2"));
	assert_non_null(strstr(text, "given 5"));
	assert_non_null(strstr(text, "value   fig"));
	assert_non_null(strstr(text, "This screen looks since 7.000"));
	assert_null(strstr(text, "Nobody has proposed"));
	free(late);
	story_free(m);
}

static void durable_is_bold_chosen_is_reverse_and_hue_is_the_ballots_owner(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_first_value(m);
	struct scene s = story_scene(m);

	s.now += 10000000;
	struct canvas c = golden_draw(m, &s, 80, 24);
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
	struct canvas c = golden_draw(m, &s, 80, 24);
	assert_int_equal(cell(&c, 21, 4)->glyph, '1');
	assert_int_equal(cell(&c, 21, 4)->style.attrs, ATTR_BOLD | ATTR_REVERSE);
	s.now = m->node[2].promised_changed_at + 2 * s.second_us;
	c = golden_draw(m, &s, 80, 24);
	assert_int_equal(cell(&c, 21, 4)->style.attrs, ATTR_BOLD);
	s.reduce_motion = true;
	s.now = m->node[2].promised_changed_at;
	c = golden_draw(m, &s, 80, 24);
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
		struct canvas c = golden_draw(m, &s, 80, 24);
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
		cmocka_unit_test(a_load_is_shown_while_it_runs),
		cmocka_unit_test(a_question_shows_its_own_keys),
		cmocka_unit_test(the_keys_of_every_day_fit_into_80_columns),
		cmocka_unit_test(what_is_said_is_never_cut),
		cmocka_unit_test(read_only_and_replay_stay_in_the_header),
		cmocka_unit_test(a_silent_node_is_said_to_be_so_and_since_when),
		cmocka_unit_test(words_of_a_value_are_not_coloured),
		cmocka_unit_test(words_of_a_value_are_not_coloured_in_judgements),
		cmocka_unit_test(many_nodes_are_folded),
		cmocka_unit_test(the_cursor_of_the_links_is_always_in_sight),
		cmocka_unit_test(ascii_needs_no_other_glyph),
		cmocka_unit_test(two_futures_stand_side_by_side),
		cmocka_unit_test(branches_know_what_they_left_and_where_they_parted),
		cmocka_unit_test(any_size_can_be_drawn),
		cmocka_unit_test(no_number_is_cut_at_any_size),
		cmocka_unit_test(values_that_differ_do_not_look_alike),
		cmocka_unit_test(values_on_one_screen_are_told_apart_among_hundreds),
		cmocka_unit_test(event_rows_that_are_cut_tell_their_values_apart),
		cmocka_unit_test(causes_stand_above_what_came_of_them),
		cmocka_unit_test(lamps_tell_what_was_given_and_what_was_received),
		cmocka_unit_test(a_late_screen_says_since_when_it_looks),
		cmocka_unit_test(durable_is_bold_chosen_is_reverse_and_hue_is_the_ballots_owner),
		cmocka_unit_test(what_changed_flashes_for_a_second),
		cmocka_unit_test(a_token_slides_with_virtual_time),
		cmocka_unit_test(an_idle_screen_does_not_move),
		cmocka_unit_test(who_leaves_a_broken_cluster_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
