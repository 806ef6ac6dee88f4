/* Every pane and popup at every size, of a cluster in which all is as large as it can be: 31 nodes,
 * numbers of seven digits, long values of letters of one cell and of two. No number is cut, and
 * each word that is cut ends in an ellipsis.
 *
 * What is looked for is known without the code that draws: a large number begins with 44 and has
 * seven digits, and nothing else begins so; and a word is whole if a screen that is wide enough for
 * all has it, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/letter.h"
#include "proto/fault/attack.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/pump.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/view/view.h"

#define BIG   4444444
#define NODES 31

/* --- the cluster --------------------------------------------------------------------------- */

static void tell(struct model *m, struct event e)
{
	e.boot = 1;
	e.seq = m->node[e.node].seq + 1;
	model_event(m, &e);
}

static value_ref intern(struct model *m, const char *text)
{
	return values_intern(m->values, (const uint8_t *)text, (uint32_t)strlen(text));
}

/* Every kind of event, told by several nodes. */
static void tell_all_kinds(struct model *m, const value_ref value[4])
{
	for (unsigned kind = 1; kind < EVENT_KINDS; kind++)
		for (node_id n = 29; n <= NODES; n++) {
			struct event e = {.kind = (enum event_kind)kind,
					  .node = n,
					  .at = BIG * 1000000ull + 4000,
					  .peer = (node_id)(n - 1),
					  .id = {(node_id)(n - 1), 1, BIG},
					  .to = set_first(NODES),
					  .type = MSG_ACCEPT,
					  .ballot = {BIG, n},
					  .other = {BIG, NODES},
					  .slot = BIG,
					  .value = value[kind % 4],
					  .count = BIG,
					  .quorum = 16,
					  .drop = DROP_CUT,
					  .why = REFUSE_PROMISED,
					  .because = BECAUSE_FORCED,
					  .attack = 1,
					  .number = BIG};

			if (strcmp(event_name(e.kind), "?") == 0 || kind == EVENT_EPOCH ||
			    kind == EVENT_CRASHED || kind == EVENT_TIMED)
				continue;
			e.link.delay_us = BIG * 1000ull;
			if (kind == EVENT_SLOWED)
				e.count = 3000;      /* a large one is refused */
			if (kind == EVENT_DRIFTED) { /* as far as a clock can be put */
				e.count = DRIFT_MAX - 1;
				e.due = e.at;
				e.number = e.at + DRIFT_JUMP_MAX_US - 1000000;
			}
			if (kind == EVENT_HELD)
				e.due = BIG * 1000000ull + 900000;
			tell(m, e);
		}
}

/* Two quorums, with a node in both, vote for two values. */
static void violate(struct model *m, const value_ref value[4])
{
	struct event e = {.slot = BIG, .at = BIG * 1000000ull};

	for (unsigned side = 0; side < 2; side++)
		for (node_id n = side == 0 ? 1 : 16; n <= (side == 0 ? 16 : NODES); n++) {
			e.kind = EVENT_ACCEPTED, e.node = n;
			e.ballot = (struct ballot){BIG + side, side == 0 ? 1 : 30};
			e.value = value[side];
			tell(m, e);
		}
	assert_int_equal(m->safety, SAFETY_VIOLATED);
}

static void fill_node(struct model *m, node_id n, value_ref wanted)
{
	struct model_node *node = &m->node[n];

	node->sent = node->received = node->missed = node->lies = BIG;
	for (unsigned drop = 1; drop < DROPS; drop++)
		node->dropped[drop] = BIG;
	for (node_id peer = 1; peer <= NODES; peer++) {
		node->lost_from[peer] = BIG;
		node->link[peer].delay_us = BIG * 1000ull;
		node->link[peer].loss_ppm = peer % 3 == 0 ? 300000 : 0;
		node->link[peer].cut = peer % 5 == 0;
	}
	node->base = BIG;
	node->low = BIG;
	node->pid = BIG;
	node->pending = BIG;
	node->wanted = wanted;
	node->wake_at = BIG * 1000000ull + 700000;
	node->ahead_us = -(int64_t)BIG * 1000000;
}

static void prove(struct model *m)
{
	for (unsigned i = 0; i < 3; i++) {
		struct model_proof *p = &m->proof[i];

		p->kind = PROOF_TWO_VOTES;
		p->accused = (node_id)(29 + i);
		p->slot = BIG;
		p->holders = set_first(NODES);
		snprintf(p->words, sizeof(p->words),
			 "n%u voted for two values in slot %d at ballot %d.30: it signed both "
			 "votes, and "
			 "everybody can check that",
			 p->accused, BIG, BIG);
	}
	m->proofs = 3;
	m->node[7].remark[REMARK_FORGED].count = BIG;
	m->node[8].remark[REMARK_HIDDEN_VOTE] = (struct model_remark){
		.count = 1, .slot = BIG, .ballot = {BIG, 30}, .by = set_first(NODES)};
}

static struct model *large_cluster(bool violated)
{
	struct model *m = story_new(NODES);
	value_ref value[4];

	value[0] = intern(m, "walrus and carpenter were walking close at hand, one of them");
	value[1] = intern(m, "walrus and carpenter were walking close at hand, both of them");
	value[2] = intern(m, "日本語の長い値その一つ目です");
	value[3] = intern(m, "oysters");
	m->slot_first = m->slot_end = BIG - 3;
	for (slot_number slot = BIG - 3; slot < BIG; slot++)
		for (node_id n = 1; n <= NODES; n++)
			tell(m, (struct event){.kind = n < 20 ? EVENT_CHOSEN : EVENT_ACCEPTED,
					       .node = n,
					       .at = BIG * 1000000ull,
					       .slot = slot,
					       .ballot = {BIG, 30},
					       .because = BECAUSE_COUNTED,
					       .value = value[slot % 4]});
	if (violated)
		violate(m, value);
	tell_all_kinds(m, value);
	/* Votes before these are in the ring no more: all events have numbers of seven digits. */
	while (m->events % MODEL_EVENTS != 0)
		tell(m, (struct event){.kind = EVENT_PREPARING,
				       .node = 30,
				       .at = BIG * 1000000ull + 5000,
				       .slot = BIG,
				       .ballot = {BIG, 30}});
	m->events += (4440000 / MODEL_EVENTS) * (uint64_t)MODEL_EVENTS;
	tell_all_kinds(m, value);
	for (node_id n = 1; n <= NODES; n++)
		fill_node(m, n, value[n % 4]);
	prove(m);
	m->progress = PROGRESS_STALLED;
	snprintf(m->progress_why, sizeof(m->progress_why),
		 "ballot race: n29 n30 overtook each other %d times, and nothing was chosen", BIG);
	return m;
}

/* --- what is looked for --------------------------------------------------------------------- */

static char found[30000];

static void report(const struct scene *s, const struct canvas *c, int y, const char *what)
{
	char line[1000];
	const char *text = golden_text(c, false);
	size_t used = strlen(found);

	for (; y > 0; y--)
		text += strcspn(text, "\n") + 1;
	snprintf(line, sizeof(line), "%s: view %d popup %d focus %d %dx%d: %.*s\n", what,
		 (int)s->view, (int)s->popup, (int)s->focus, c->width, c->height,
		 (int)strcspn(text, "\n"), text);
	if (getenv("FOUND"))
		fputs(line, stderr);
	if (used + strlen(line) + 1 < sizeof(found))
		strcat(found, line);
}

static uint32_t glyph_at(const struct canvas *c, int x, int y)
{
	return x >= 0 && x < c->width ? c->cell[y * c->stride + x].glyph : ' ';
}

static bool is_digit(uint32_t glyph)
{
	return glyph >= '0' && glyph <= '9';
}

static bool is_letter(uint32_t glyph)
{
	return (glyph >= 'a' && glyph <= 'z') || (glyph >= 'A' && glyph <= 'Z');
}

static bool is_ellipsis(const struct canvas *c, int x, int y)
{
	return glyph_at(c, x, y) == GLYPH_CUT ||
	       (glyph_at(c, x, y) == '.' && glyph_at(c, x + 1, y) == '.');
}

/* A part of a large number. */
static void find_cut_numbers(const struct scene *s, const struct canvas *c)
{
	for (int y = 0; y < c->height; y++)
		for (int x = 0, end; x<c->width; x = end> x ? end : x + 1) {
			for (end = x; is_digit(glyph_at(c, end, y)); end++)
				;
			if (end == x)
				continue;
			const bool large = glyph_at(c, x, y) == '4' &&
					   glyph_at(c, x - 1, y) != 'n' &&
					   (end == x + 1 || glyph_at(c, x + 1, y) == '4');
			if (large && end != x + 7 && (end > x + 1 || is_ellipsis(c, end, y)))
				report(s, c, y, "a part of a number");
		}
}

/* Of a letter of two cells no half stands alone. */
static void find_torn_letters(const struct scene *s, const struct canvas *c)
{
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			const uint32_t glyph = glyph_at(c, x, y), next = glyph_at(c, x + 1, y);
			const bool wide = glyph != GLYPH_REST && letter_cells(glyph) == 2;

			if (wide != (next == GLYPH_REST))
				report(s, c, y, "half of a letter");
		}
}

#define VOCABULARY_MAX 20000
static char word[VOCABULARY_MAX][24];
static unsigned words;

/* The word that begins at x; returns where it ends. */
static int word_at(const struct canvas *c, int x, int y, char out[24])
{
	size_t length = 0;

	for (; is_letter(glyph_at(c, x, y)); x++)
		if (length < 23)
			out[length++] = (char)glyph_at(c, x, y);
	out[length] = 0;
	return x;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void learn_words(const struct canvas *c)
{
	char text[24];

	for (int y = 0; y < c->height; y++)
		for (int x = 0, end; x<c->width; x = end> x ? end : x + 1) {
			end = word_at(c, x, y, text);
			if (end == x || is_ellipsis(c, end, y) || words == VOCABULARY_MAX)
				continue;
			memcpy(word[words++], text, sizeof(text));
		}
	qsort(word, words, sizeof(word[0]), by_text);
	unsigned kept = 0;
	for (unsigned i = 0; i < words; i++)
		if (kept == 0 || strcmp(word[i], word[kept - 1]) != 0)
			memmove(word[kept++], word[i], sizeof(word[0]));
	words = kept;
}

static void find_cut_words(const struct scene *s, const struct canvas *c)
{
	char text[24], what[60];

	for (int y = 0; y < c->height; y++)
		for (int x = 0, end; x<c->width; x = end> x ? end : x + 1) {
			end = word_at(c, x, y, text);
			if (end == x || is_ellipsis(c, end, y) || glyph_at(c, end, y) == '~' ||
			    glyph_at(c, x - 1, y) == GLYPH_CUT || is_digit(glyph_at(c, x - 1, y)) ||
			    is_digit(glyph_at(c, end, y)) ||
			    bsearch(text, word, words, sizeof(word[0]), by_text) != NULL)
				continue;
			snprintf(what, sizeof(what), "\"%s\" is cut", text);
			report(s, c, y, what);
		}
}

/* --- every screen --------------------------------------------------------------------------- */

#define TEXT                                                                                                  \
	"SLOT 4444444\n  decided     walrus and carpenter were walking close at hand, one of "                \
	"them\n"                                                                                              \
	"  told at     4444444.000000\n  value       日本語の長い値その一つ目です and more of " \
	"it\n"

typedef void finder(const struct scene *s, const struct canvas *c);

static const int widths[] = {20, 23, 30, 38,  40,  44,  56,  60,  68, 76,
			     80, 90, 98, 116, 120, 130, 150, 180, 200};
static const int heights[] = {5, 8, 12, 16, 24, 30, 40, 60};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void draw_sizes(const struct model *m, const struct scene *s, int least, finder *find)
{
	for (unsigned i = 0; i < COUNT(widths); i++)
		for (unsigned k = 0; k < COUNT(heights); k++)
			if (widths[i] >= least) {
				const struct canvas c = golden_draw(m, s, widths[i], heights[k]);

				find(s, &c);
			}
	for (int width = least; width <= 200; width += 1 + width / 24) {
		const struct canvas c = golden_draw(m, s, width, 24);

		find(s, &c);
	}
}

static struct scene scene_of(const struct model *m, unsigned view, unsigned popup)
{
	struct scene s = story_scene(m);

	s.view = (enum view_id)view;
	s.popup = (enum popup)popup;
	s.selected = 31;
	s.link_from = 30, s.link_to = 31;
	s.text_title = "SLOT";
	s.text = TEXT;
	s.text_is_dated = true;
	s.text_at = BIG * 1000000ull;
	snprintf(s.name, sizeof(s.name), "laboratory");
	snprintf(s.replay, sizeof(s.replay), "run --sim recordings/violation.pxs");
	return s;
}

/* What is said above and below the view. */
static void draw_stories(const struct model *m, int least, finder *find)
{
	struct scene s = scene_of(m, VIEW_main, POPUP_NONE);

	s.story = STORY_WAITS;
	s.story_file = "walrus.pxs";
	s.story_line = 12;
	s.story_text =
		"walrus was chosen 4444444 times in slot 4444444: 日本語の長い値その一つ目です "
		"and the carpenter was not asked, for both of them were walking at 4444444.030";
	snprintf(s.message, sizeof(s.message),
		 "walrus and carpenter, 日本語の長い値: looked back to event 4444444, the oldest "
		 "that is kept, and "
		 "at slot 4444444 of 4444444");
	draw_sizes(m, &s, least, find);
	s.message[0] = 0;
	s.ask = ASK_VALUE;
	s.ask_label = "n31 proposes the value: ";
	s.ask_text = "walrus and carpenter were walking close at hand";
	draw_sizes(m, &s, least, find);
}

/* WHY about every event that the tests told last, in the event list and in space-time. */
static void draw_reasons(const struct model *m, int least, finder *find)
{
	static const int size[][2] = {{40, 16}, {56, 24}, {80, 24}, {90, 16}, {120, 40}, {200, 30}};

	for (uint64_t at = m->events - 140; at < m->events; at++)
		for (unsigned i = 0; i < COUNT(size); i++) {
			struct scene s = scene_of(m, VIEW_events, POPUP_NONE);

			s.view = at % 2 == 0 ? VIEW_events : VIEW_lanes;
			s.following = false;
			s.event_at = at;
			if (size[i][0] < least)
				continue;
			const struct canvas c = golden_draw(m, &s, size[i][0], size[i][1]);

			find(&s, &c);
		}
}

/* Everything that there is to see, from so many columns on. */
static void draw_all(int least, finder *find)
{
	for (unsigned violated = 0; violated < 2; violated++) {
		struct model *m = large_cluster(violated != 0);

		for (unsigned view = 0; view < VIEWS; view++)
			for (unsigned popup = 0; popup <= POPUP_TEXT; popup++) {
				struct scene s = scene_of(m, view, popup);

				if (popup > POPUP_NONE && (view > VIEW_main || !violated))
					continue;
				draw_sizes(m, &s, least, find);
				if (popup > POPUP_NONE)
					continue;
				/* the cursors, in the midst of what is kept */
				s.following = false, s.event_at = m->events - 20;
				s.slot_held = true, s.slot_at = BIG - 2;
				s.evidence_held = true, s.evidence_at = 1;
				s.focus = FOCUS_EVENTS;
				draw_sizes(m, &s, least, find);
			}
		for (unsigned focus = 0; focus < FOCUSES; focus++) {
			struct scene s = scene_of(m, VIEW_main, POPUP_NONE);

			s.focus = (enum focus)focus;
			s.maximised = true;
			draw_sizes(m, &s, least, find);
		}
		draw_stories(m, least, find);
		draw_reasons(m, least, find);
		story_free(m);
	}
}

static void learn(const struct scene *s, const struct canvas *c)
{
	(void)s;
	if (c->height == 24 || c->height == 30 || c->height == 60)
		learn_words(c);
}

/* Whole words for which a wide screen has others. */
static void learn_shorter_words(void)
{
	static const char *const shorter[] = {"STOPPED", "reads"};

	for (unsigned i = 0; i < COUNT(shorter); i++)
		snprintf(word[words++], sizeof(word[0]), "%s", shorter[i]);
	qsort(word, words, sizeof(word[0]), by_text);
}

static void find_all(const struct scene *s, const struct canvas *c)
{
	find_cut_numbers(s, c);
	find_torn_letters(s, c);
	find_cut_words(s, c);
}

static void no_number_is_cut_and_a_word_that_is_cut_ends_in_an_ellipsis(void **state)
{
	(void)state;
	draw_all(180, learn);
	learn_shorter_words();
	assert_in_range(words, 500, VOCABULARY_MAX - 1);
	draw_all(20, find_all);
	if (found[0] != 0)
		fail_msg("%.900s", found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_number_is_cut_and_a_word_that_is_cut_ends_in_an_ellipsis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
