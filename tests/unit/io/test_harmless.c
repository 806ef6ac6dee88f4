/* What is printed does nothing to a terminal, whatever it is and however it comes in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "node/io/harmless.h"
#include "proto/fault/link.h"

#define FUZZ_ROUNDS 20000
#define FUZZ_BYTES  48

static void shows(const char *text, const char *shown)
{
	char out[256];
	harmless_text(text, out, sizeof(out));
	assert_string_equal(out, shown);
}

static void plain_text_stays_as_it_is(void **state)
{
	(void)state;
	shows("", "");
	shows("apple \\x1b, 5%\tand\n", "apple \\x1b, 5%\tand\n");
	shows("\u00e4 \u03bb \u65e5\u672c \U0001f600 \u200d",
	      "\u00e4 \u03bb \u65e5\u672c \U0001f600 \u200d");
}

static void what_moves_a_terminal_is_named(void **state)
{
	(void)state;
	shows("\x1b[2J\r\b\a\x7f", "\\x1b[2J\\x0d\\x08\\x07\\x7f");
	shows("\xc2\x9b"
	      "31m",
	      "\\x9b31m"); /* C1, as UTF-8 */
	shows("\u202e\u2066\u200f\u061c\u2028", "\\u202e\\u2066\\u200f\\u061c\\u2028");
	shows("\xc2\xa0", "\xc2\xa0");
}

static void bytes_that_are_no_character_are_named(void **state)
{
	(void)state;
	shows("a\x9b\xff"
	      "b",
	      "a\\x9b\\xff"
	      "b");
	shows("\xe2\x80", "\\xe2\\x80"); /* it ends too early */
	shows("\xe2\x80"
	      "a\xc3",
	      "\\xe2\\x80"
	      "a\\xc3");
	shows("\xc0\x9b", "\\xc0\\x9b"); /* an escape written too long */
	shows("\xe0\x82\x9b", "\\xe0\\x82\\x9b");
	shows("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* half of a pair */
	shows("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

static void a_text_that_is_too_long_is_cut_between_characters(void **state)
{
	(void)state;
	char out[8];
	harmless_text("abc\x1b"
		      "def",
		      out, sizeof(out));
	assert_string_equal(out, "abc\\x1b");
	harmless_text("abcdef\u00e4", out, sizeof(out));
	assert_string_equal(out, "abcdef");
}

static bool is_safe(const uint8_t *s, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((s[i] < 0x20 && s[i] != '\n' && s[i] != '\t') || s[i] == 0x7f)
			return false;
		if (s[i] == 0xc2 && i + 1 < length && s[i + 1] < 0xa0)
			return false;
		if (s[i] == 0xe2 && i + 2 < length && s[i + 1] == 0x80 &&
		    (s[i + 2] == 0x8e || s[i + 2] == 0x8f ||
		     (s[i + 2] >= 0xa8 && s[i + 2] <= 0xae)))
			return false;
	}
	return true;
}

static void noise_in_pieces_is_as_harmless_as_in_one(void **state)
{
	(void)state;
	static const uint8_t likely[] = {0x1b, 0xc2, 0x9b, 0xe2, 0x80, 0xae, 0xf0, 0x9f, 'a', '\n'};
	uint64_t random = 20261126;
	for (unsigned round = 0; round < FUZZ_ROUNDS; round++) {
		char bytes[FUZZ_BYTES], whole[HARMLESS_SIZE(FUZZ_BYTES)],
			pieces[HARMLESS_SIZE(FUZZ_BYTES)];
		struct harmless one = {.parts = 0}, many = {.parts = 0};
		size_t used = 0;
		for (unsigned i = 0; i < FUZZ_BYTES; i++)
			bytes[i] = (char)(random_next(&random) % 2 != 0
						  ? likely[random_next(&random) % sizeof(likely)]
						  : (uint8_t)random_next(&random));
		size_t length = harmless_write(&one, bytes, FUZZ_BYTES, whole);
		length += harmless_end(&one, whole + length);
		for (size_t i = 0; i < FUZZ_BYTES;) {
			size_t piece = 1 + (size_t)(random_next(&random) % 7);
			if (piece > FUZZ_BYTES - i)
				piece = FUZZ_BYTES - i;
			used += harmless_write(&many, bytes + i, piece, pieces + used);
			i += piece;
		}
		used += harmless_end(&many, pieces + used);
		assert_int_equal(used, length);
		assert_memory_equal(pieces, whole, length);
		assert_true(is_safe((const uint8_t *)whole, length));
	}
}

static void a_stream_makes_harmless_what_is_printed_to_it(void **state)
{
	(void)state;
	int ends[2];
	char got[64] = "";
	assert_int_equal(pipe(ends), 0);
	FILE *file = harmless_stream(ends[1]);
	assert_non_null(file);
	fprintf(file, "%s%c", "a\x1b\xe2", '\x80');
	fflush(file);
	fprintf(file, "%c", '\xae');
	assert_int_equal(fclose(file), 0);
	assert_int_equal(read(ends[0], got, sizeof(got)), 11);
	assert_string_equal(got, "a\\x1b\\u202e");
	close(ends[0]);
}

static void a_stream_that_cannot_be_written_says_so(void **state)
{
	(void)state;
	FILE *file = harmless_stream(-1);
	assert_non_null(file);
	fprintf(file, "a");
	assert_int_not_equal(fflush(file), 0);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays_as_it_is),
		cmocka_unit_test(what_moves_a_terminal_is_named),
		cmocka_unit_test(bytes_that_are_no_character_are_named),
		cmocka_unit_test(a_text_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(noise_in_pieces_is_as_harmless_as_in_one),
		cmocka_unit_test(a_stream_makes_harmless_what_is_printed_to_it),
		cmocka_unit_test(a_stream_that_cannot_be_written_says_so),
	};
	return cmocka_run_group_tests_name("harmless", tests, NULL, NULL);
}
