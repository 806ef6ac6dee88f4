/* Hexadecimal text: one text for the same bytes, and no bytes for another text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/wire/hex.h"

static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};

static void bytes_are_two_small_digits_each(void **state)
{
	char text[HEX_SIZE(sizeof bytes)];

	hex_write(bytes, sizeof bytes, text);
	assert_string_equal(text, "000fa5ff");
	hex_write(bytes, 0, text);
	assert_string_equal(text, "");
	(void)state;
}

static void what_is_written_is_read_again(void **state)
{
	uint8_t read[sizeof bytes];

	assert_int_equal(hex_read("000fa5ff", read, sizeof read), sizeof bytes);
	assert_memory_equal(read, bytes, sizeof bytes);
	(void)state;
}

static void another_text_for_the_same_bytes_is_refused(void **state)
{
	uint8_t read[sizeof bytes];

	assert_int_equal(hex_read("000FA5FF", read, sizeof read), 0);
	assert_int_equal(hex_read("00 0fa5ff", read, sizeof read), 0);
	assert_int_equal(hex_read("000fa5f", read, sizeof read), 0);
	assert_int_equal(hex_read("000fa5fg", read, sizeof read), 0);
	assert_int_equal(hex_read("", read, sizeof read), 0);
	(void)state;
}

static void more_bytes_than_there_is_room_for_are_refused(void **state)
{
	uint8_t read[sizeof bytes] = {0};

	assert_int_equal(hex_read("000fa5ff", read, 3), 0);
	assert_int_equal(read[3], 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_two_small_digits_each),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(another_text_for_the_same_bytes_is_refused),
		cmocka_unit_test(more_bytes_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
