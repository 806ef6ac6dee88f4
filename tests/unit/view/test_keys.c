/* The key table: every key has its row, every row its help, and the bottom line tells the truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/scenario/command.h"
#include "tests/support/story.h"
#include "tui/view/keys.h"
#include "tui/screen/prompt.h"
#include "tui/view/view.h"

static void no_key_means_two_things_in_one_place(void **state)
{
	(void)state;
	for (unsigned i = 0; key_row(i) != NULL; i++)
		for (unsigned j = 0; j < i; j++) {
			const struct key *a = key_row(i), *b = key_row(j);

			if ((a->where & b->where) == 0 || a->code == 0 || b->code == 0)
				continue;
			assert_int_not_equal(a->code, b->code);
			assert_true(a->twin == 0 || (a->twin != b->code && a->twin != b->twin));
			assert_int_not_equal(a->code, b->twin);
		}
}

static void no_key_of_a_view_hides_the_number_of_a_view(void **state)
{
	(void)state;
	for (unsigned v = 0; v < VIEWS; v++)
		for (unsigned i = 0; key_row(i) != NULL; i++)
			if ((key_row(i)->where & IN_VIEW) != 0)
				assert_int_not_equal(key_row(i)->code,
						     view_at((enum view_id)v)->key);
}

static void the_keys_of_views_follow_one_another(void **state)
{
	(void)state;
	for (unsigned v = 0; v < VIEWS; v++)
		assert_int_equal(view_at((enum view_id)v)->key, view_at(VIEW_main)->key + (int)v);
}

static void a_help_lists_what_other_tables_have(void **state)
{
	(void)state;
	for (unsigned i = 0; key_row(i) != NULL; i++) {
		char shown[16], text[200];

		key_shown_text(key_row(i), shown);
		key_help_text(key_row(i), text, sizeof(text));
		if (key_row(i)->action == ACTION_views) {
			assert_string_equal(shown, "1-8");
			assert_string_equal(text, "the views: cluster, log, events, space-time, "
						  "node, evidence, gate, branches");
		}
		if (key_row(i)->action == ACTION_theme)
			assert_string_equal(text,
					    "the next theme: default, light, high-contrast, mono");
	}
}

static void every_key_has_help_and_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; key_row(i) != NULL; i++) {
		char shown[16], text[200];

		key_shown_text(key_row(i), shown);
		key_help_text(key_row(i), text, sizeof(text));
		assert_true(strlen(text) > 5 && strlen(text) < sizeof(text) - 1);
		assert_null(strchr(text, '%'));
		assert_true(strlen(shown) > 0);
		assert_true(strcmp(shown, "%") == 0 || strchr(shown, '%') == NULL);
	}
}

static void every_command_of_a_key_is_one_that_the_prompt_knows(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	for (unsigned i = 0; key_row(i) != NULL; i++) {
		struct command command;
		char line[100], why[200] = "";

		if (key_row(i)->command == NULL)
			continue;
		key_command_fill(&s, key_row(i), line, sizeof(line));
		if (!command_parse(line, 5, &command, why, sizeof(why)))
			fail_msg("%s: %s", line, why);
	}
	story_free(m);
}

static void without_the_key_what_acts_is_not_valid(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	assert_true(key_is_valid(m, &s, key_find(&s, 'p')));
	s.can_act = false;
	assert_non_null(key_find(&s, 'p'));
	assert_false(key_is_valid(m, &s, key_find(&s, 'p')));
	assert_true(key_is_valid(m, &s, key_find(&s, '/')));
	story_free(m);
}

static void a_key_means_what_its_place_says(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);

	(void)state;
	assert_int_equal(key_find(&s, ' ')->action, ACTION_pause);
	assert_int_equal(key_find(&s, KEYCODE_F9)->action, ACTION_crash);
	s.popup = POPUP_LINKS;
	assert_int_equal(key_find(&s, ' ')->action, ACTION_link_cut);
	assert_null(key_find(&s, 'p'));
	story_free(m);
}

static void labels_say_what_the_key_would_do_now(void **state)
{
	struct model *m = story_new(5);
	struct scene s = story_scene(m);
	char label[24];

	(void)state;
	story_takeover(m);
	key_label(m, &s, key_find(&s, 'K'), label);
	assert_string_equal(label, "crash");
	s.selected = 5;
	key_label(m, &s, key_find(&s, 'K'), label);
	assert_string_equal(label, "restart");
	s.paused = true;
	key_label(m, &s, key_find(&s, ' '), label);
	assert_string_equal(label, "go on");
	story_free(m);
}

static void type(struct prompt *p, const char *text)
{
	while (*text != 0)
		prompt_key(p, (int)(unsigned char)*text++, true);
}

static void a_line_is_edited_as_shells_do(void **state)
{
	static struct prompt p;

	(void)state;
	memset(&p, 0, sizeof(p));
	prompt_begin(&p, "");
	type(&p, "cut 1 3");
	prompt_key(&p, KEYCODE_BACKSPACE, true);
	type(&p, "2");
	prompt_key(&p, KEYCODE_HOME, true);
	prompt_key(&p, KEYCODE_RIGHT, true);
	prompt_key(&p, KEYCODE_DELETE, true);
	prompt_key(&p, 'u', true);
	assert_string_equal(p.text, "cut 1 2");
	prompt_key(&p, KEYCODE_END, true);
	prompt_key(&p, 23, true);
	assert_string_equal(p.text, "cut 1 ");
	prompt_key(&p, 0xe9, true);
	assert_string_equal(p.text, "cut 1 é");
	prompt_key(&p, KEYCODE_LEFT, true);
	assert_int_equal(p.cursor, 6);
	assert_int_equal(prompt_key(&p, KEYCODE_ENTER, true), PROMPT_DONE);
}

static void history_brings_lines_back_and_keeps_the_draft(void **state)
{
	static struct prompt p;

	(void)state;
	memset(&p, 0, sizeof(p));
	for (int i = 0; i < HISTORY_MAX + 5; i++) {
		char line[8] = {'a', (char)('0' + i / 10), (char)('0' + i % 10), 0};

		prompt_begin(&p, "");
		type(&p, line);
		prompt_key(&p, KEYCODE_ENTER, true);
	}
	prompt_begin(&p, "");
	type(&p, "dra");
	prompt_key(&p, KEYCODE_UP, true);
	assert_string_equal(p.text, "a68");
	prompt_key(&p, KEYCODE_UP, true);
	assert_string_equal(p.text, "a67");
	prompt_key(&p, KEYCODE_DOWN, true);
	prompt_key(&p, KEYCODE_DOWN, true);
	assert_string_equal(p.text, "dra");
}

static void a_line_that_is_full_takes_no_more(void **state)
{
	static struct prompt p;

	(void)state;
	memset(&p, 0, sizeof(p));
	prompt_begin(&p, "");
	for (int i = 0; i < 2 * PROMPT_MAX; i++)
		prompt_key(&p, 0xe9, true);
	assert_true(strlen(p.text) < PROMPT_MAX);
	assert_int_equal(strlen(p.text) % 2, 0);
}

static void common_beginnings_end_where_words_differ(void **state)
{
	const char *words[] = {"restart", "resume", "rest"};
	char out[8];

	(void)state;
	prompt_common_beginning(words, 3, out, sizeof(out));
	assert_string_equal(out, "res");
	prompt_common_beginning(words, 1, out, sizeof(out));
	assert_string_equal(out, "restart");
	prompt_common_beginning(words, 1, out, 4);
	assert_string_equal(out, "res");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_means_two_things_in_one_place),
		cmocka_unit_test(no_key_of_a_view_hides_the_number_of_a_view),
		cmocka_unit_test(the_keys_of_views_follow_one_another),
		cmocka_unit_test(a_help_lists_what_other_tables_have),
		cmocka_unit_test(every_key_has_help_and_a_name),
		cmocka_unit_test(every_command_of_a_key_is_one_that_the_prompt_knows),
		cmocka_unit_test(without_the_key_what_acts_is_not_valid),
		cmocka_unit_test(a_key_means_what_its_place_says),
		cmocka_unit_test(labels_say_what_the_key_would_do_now),
		cmocka_unit_test(a_line_is_edited_as_shells_do),
		cmocka_unit_test(history_brings_lines_back_and_keeps_the_draft),
		cmocka_unit_test(a_line_that_is_full_takes_no_more),
		cmocka_unit_test(common_beginnings_end_where_words_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
