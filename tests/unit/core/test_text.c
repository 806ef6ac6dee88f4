/* Texts of a bounded length: what does not fit is seen not to fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/text.h"

static void what_fits_stands_as_it_is(void **state)
{
	char out[8];
	(void)state;
	text_write(out, sizeof out, "%s", "");
	assert_string_equal(out, "");
	text_write(out, sizeof out, "%s-%u", "abcd", 12);
	assert_string_equal(out, "abcd-12");
	text_write(out, 4, "%s", "abc");
	assert_string_equal(out, "abc");
}

static void what_does_not_fit_ends_in_dots(void **state)
{
	char out[8], four[4];
	(void)state;
	text_write(out, sizeof out, "%s", "abcdefgh");
	assert_string_equal(out, "abcd...");
	text_write(four, sizeof four, "%s", "abcd");
	assert_string_equal(four, "...");
}

static void no_character_is_torn_apart(void **state)
{
	char out[8];
	(void)state;
	text_write(out, sizeof out, "%s", "abc\xc3\xa9xyz"); /* the 2 bytes of é at 3 and 4 */
	assert_string_equal(out, "abc...");
	text_write(out, sizeof out, "%s", "ab\xc3\xa9wxyz");
	assert_string_equal(out, "ab\xc3\xa9...");
}

static void what_is_appended_is_cut_once(void **state)
{
	char out[12] = "";
	(void)state;
	text_append(out, sizeof out, "%s", "abc");
	text_append(out, sizeof out, "%s", "defgh");
	assert_string_equal(out, "abcdefgh");
	text_append(out, sizeof out, "%s", "ijkl");
	assert_string_equal(out, "abcdefgh...");
	text_append(out, sizeof out, "%s", "m");
	assert_string_equal(out, "abcdefgh...");
	text_append(out, sizeof out, "%s", "");
	assert_string_equal(out, "abcdefgh...");
}

static void squeezed(const char *text, size_t most, const char *wanted)
{
	char out[64];
	strcpy(out, text);
	text_squeeze(out, most);
	assert_string_equal(out, wanted);
}

static void what_is_squeezed_keeps_both_ends_and_whole_characters(void **state)
{
	(void)state;
	squeezed("abcdefgh", 8, "abcdefgh");
	squeezed("abcdefghi", 8, "ab...ghi");
	squeezed("abcdefghijkl", 9, "abc...jkl");
	/* \xc3\xa9 is one character: at the head's end, and at the tail's start */
	squeezed("a\xc3\xa9"
		 "defghijkl",
		 8, "a...jkl");
	squeezed("abcdefg\xc3\xa9kl", 8, "ab...kl");
	squeezed("\xe2\x82\xac"
		 "defghijkl",
		 8, "...jkl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_stands_as_it_is),
		cmocka_unit_test(what_does_not_fit_ends_in_dots),
		cmocka_unit_test(no_character_is_torn_apart),
		cmocka_unit_test(what_is_appended_is_cut_once),
		cmocka_unit_test(what_is_squeezed_keeps_both_ends_and_whole_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
