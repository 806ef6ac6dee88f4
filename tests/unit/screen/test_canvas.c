/* The grid of cells: clipping, joining lines, odd text, ASCII twins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>
#include <locale.h>
#include <cmocka.h>

#include "tui/screen/canvas.h"
#include "tui/view/identity.h"

static struct cell cells[40 * 10];

static void assert_looks(const struct canvas *c, const char *expected)
{
	char text[4000];

	canvas_dump(c, false, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void text_is_cut_off_at_the_edge(void **state)
{
	struct canvas c = canvas_over(cells, 5, 2);

	(void)state;
	assert_int_equal(canvas_text(&c, 3, 0, PLAIN, "abcdef"), 9);
	canvas_text(&c, -2, 1, PLAIN, "xyz");
	canvas_text(&c, 0, 2, PLAIN, "below");
	assert_looks(&c, "   a…\nz\n");
}

static void a_part_has_its_own_origin_and_edge(void **state)
{
	struct canvas c = canvas_over(cells, 6, 3);
	struct canvas part = canvas_part(&c, 2, 1, 3, 9);

	(void)state;
	assert_int_equal(part.height, 2);
	canvas_text(&part, 0, 0, PLAIN, "abcde");
	assert_looks(&c, "\n  ab…\n\n");
	part = canvas_part(&c, 7, 0, 1, 1);
	assert_int_equal(part.width, 0);
	canvas_text(&part, 0, 0, PLAIN, "nowhere");
	assert_looks(&c, "\n  ab…\n\n");
}

static void a_number_is_whole_or_left_out(void **state)
{
	static const struct {
		const char *text, *looks;
	} cases[] = {
		{"slot 300", "slot 300\n"},  {"slots 300", "slots …\n"},
		{"to 123456", "to …\n"},     {"t=12.345 s", "t=…\n"},
		{"123456789", "…\n"},        {"300  now it", "300  no…\n"},
		{"in 12345 ", "in 12345\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct canvas c = canvas_over(cells, 8, 1);

		canvas_text(&c, 0, 0, PLAIN, cases[i].text);
		assert_looks(&c, cases[i].looks);
	}
	/* What is drawn behind a number takes none of its digits. */
	struct canvas c = canvas_over(cells, 6, 1);

	canvas_text(&c, canvas_text(&c, 0, 0, PLAIN, "at 123"), 0, PLAIN, " and on");
	assert_looks(&c, "at …\n");
	assert_int_equal(draw_paragraph(&c, PLAIN, "a1234 123456 1234567 end", 0), 4);
}

static void boxes_join_where_they_meet(void **state)
{
	struct canvas c = canvas_over(cells, 7, 5);

	(void)state;
	canvas_box(&c, 0, 0, 4, 3, PLAIN);
	canvas_box(&c, 3, 0, 4, 3, PLAIN);
	canvas_box(&c, 0, 2, 7, 3, PLAIN);
	assert_looks(&c, "┌──┬──┐\n│  │  │\n├──┴──┤\n│     │\n└─────┘\n");
}

static void broken_text_costs_one_question_mark_a_byte(void **state)
{
	struct canvas c = canvas_over(cells, 20, 1);

	(void)state;
	canvas_text(&c, 0, 0, PLAIN, "a\xff\xe2\x82z\x1b[31m\t\xc3");
	assert_looks(&c, "a???z?[31m??\n");
}

static void a_letter_that_is_wide_takes_two_cells(void **state)
{
	struct canvas c = canvas_over(cells, 20, 1);

	(void)state;
	assert_int_equal(canvas_text(&c, 0, 0, PLAIN, "日é😀ж"), 6);
	assert_looks(&c, "日é😀ж\n");
	/* No half of a letter is left over. */
	canvas_put(&c, 1, 0, PLAIN, 'x');
	canvas_put(&c, 3, 0, PLAIN, 'y');
	assert_looks(&c, " xéy ж\n");
	c = canvas_over(cells, 4, 1);
	canvas_text(&c, 0, 0, PLAIN, "日本語");
	assert_looks(&c, "日 …\n");
	canvas_text(&c, 0, 0, PLAIN, "\x1b[\xe2\x80\xae ");
	assert_looks(&c, "?[?\n");
}

static void every_glyph_is_one_cell_wide_and_has_a_printable_twin(void **state)
{
	static const uint32_t glyphs[] = {
#define GLYPH(code, twin) code,
#define SHAPE(code, twin) code,
#include "tui/screen/glyphs.def"
#include "tui/screen/shapes.def"
#undef GLYPH
#undef SHAPE
	};

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
		assert_int_equal(wcwidth((wchar_t)glyphs[i]), 1);
		assert_in_range(glyph_ascii(glyphs[i]), 0x21, 0x7e);
	}
}

static void every_node_has_a_shape_of_its_own(void **state)
{
	(void)state;
	for (node_id a = 1; a <= NODES_MAX; a++)
		for (node_id b = 1; b < a; b++) {
			assert_int_not_equal(node_shape(a), node_shape(b));
			assert_int_not_equal(glyph_ascii(node_shape(a)),
					     glyph_ascii(node_shape(b)));
		}
}

static void a_ballot_in_a_sentence_has_its_owners_hue(void **state)
{
	struct canvas c = canvas_over(cells, 40, 1);

	(void)state;
	draw_words(&c, 0, 0, PLAIN, "n2 got 3.1=B at 12.480, n9 CUT", 5);
	assert_int_equal(c.cell[0].style.ink, node_ink(2));
	assert_int_equal(c.cell[7].style.ink, node_ink(1));
	assert_int_equal(c.cell[11].style.ink, INK_TEXT);
	assert_int_equal(c.cell[16].style.ink, INK_TEXT); /* a time is no ballot */
	assert_int_equal(c.cell[24].style.ink, INK_TEXT); /* there is no n9 */
	assert_int_equal(c.cell[27].style.ink, INK_BAD);
}

static void a_paragraph_breaks_at_blanks_and_keeps_newlines(void **state)
{
	struct canvas c = canvas_over(cells, 10, 5);

	(void)state;
	assert_int_equal(draw_paragraph(&c, PLAIN, "one two three\nfour abcdefghijklm", 5), 5);
	assert_looks(&c, "one two\nthree\nfour\nabcdefghij\nklm\n");
}

static void a_click_presses_the_key_of_its_cell(void **state)
{
	struct canvas c = canvas_over(cells, 10, 3);
	struct canvas part = canvas_part(&c, 2, 1, 5, 1);

	(void)state;
	canvas_click(&part, 1, 0, 2, 1, 'p');
	assert_int_equal(c.cell[1 * 10 + 3].click, 'p');
	assert_int_equal(c.cell[1 * 10 + 5].click, 0);
}

/* A button that goes down on a cell that follows it presses what it comes to, each thing once, also
 * where it leaves the row; one that goes down elsewhere presses nothing more. */
static void a_button_that_is_held_presses_what_it_comes_to(void **state)
{
	struct canvas c = canvas_over(cells, 10, 3);
	unsigned last = 0;
	int row = -1;

	(void)state;
	for (int x = 2; x < 8; x++)
		canvas_click(&c, x, 1, 1, 1, (unsigned)('a' + x / 2));
	canvas_drag(&c, 2, 1, 6);
	canvas_click(&c, 0, 0, 1, 1, 'z');
	assert_int_equal(canvas_pressed(&c, 4, 1, false, &row, &last), 'c');
	assert_int_equal(canvas_pressed(&c, 5, 1, true, &row, &last), 0);
	assert_int_equal(canvas_pressed(&c, 6, 0, true, &row, &last), 'd');
	assert_int_equal(canvas_pressed(&c, 0, 0, true, &row, &last), 'b');
	assert_int_equal(canvas_pressed(&c, 90, 2, true, &row, &last), 'd');
	assert_int_equal(canvas_pressed(&c, 0, 0, false, &row, &last), 'z');
	assert_int_equal(canvas_pressed(&c, 4, 1, true, &row, &last), 0);
	assert_int_equal(canvas_pressed(&c, 4, 1, false, &row, &last), 'c');
	canvas_clear(&c);
	assert_int_equal(canvas_pressed(&c, 6, 1, true, &row, &last), 0);
	assert_int_equal(canvas_pressed(&c, 99, 99, false, &row, &last), 0);
}

/* Marks around a value take no column, whatever line the value is broken at. */
static void marks_of_a_value_take_no_column(void **state)
{
	struct canvas c = canvas_over(cells, 12, 4);

	(void)state;
	assert_int_equal(draw_words(&c, 0, 0, PLAIN, "1.1=\001lost\002 lost", 3), 13);
	assert_int_equal(cells[4].style.ink, INK_TEXT);
	assert_int_equal(cells[9].style.ink, INK_BAD);
	canvas_clear(&c);
	assert_int_equal(draw_paragraph(&c, PLAIN, "n1: \001cut lost\002 is \001n2 n3\002", 3), 2);
	assert_looks(&c, "n1: cut lost\nis n2 n3\n\n\n");
	assert_int_equal(cells[4].style.ink, INK_TEXT);
	assert_int_equal(cells[8].style.ink, INK_TEXT);
	assert_int_equal(cells[12 + 3].style.ink, INK_TEXT);
	assert_int_equal(cells[0].style.ink, INK_HUE);
	c = canvas_over(cells, 7, 4);
	draw_paragraph(&c, PLAIN, "n1: \001cut lost\002 lost", 3);
	assert_looks(&c, "n1: cut\nlost\nlost\n\n");
	assert_int_equal(cells[7].style.ink, INK_TEXT);
	assert_int_equal(cells[14].style.ink, INK_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_of_a_value_take_no_column),
		cmocka_unit_test(text_is_cut_off_at_the_edge),
		cmocka_unit_test(a_part_has_its_own_origin_and_edge),
		cmocka_unit_test(a_number_is_whole_or_left_out),
		cmocka_unit_test(boxes_join_where_they_meet),
		cmocka_unit_test(broken_text_costs_one_question_mark_a_byte),
		cmocka_unit_test(a_letter_that_is_wide_takes_two_cells),
		cmocka_unit_test(every_glyph_is_one_cell_wide_and_has_a_printable_twin),
		cmocka_unit_test(every_node_has_a_shape_of_its_own),
		cmocka_unit_test(a_ballot_in_a_sentence_has_its_owners_hue),
		cmocka_unit_test(a_paragraph_breaks_at_blanks_and_keeps_newlines),
		cmocka_unit_test(a_click_presses_the_key_of_its_cell),
		cmocka_unit_test(a_button_that_is_held_presses_what_it_comes_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
