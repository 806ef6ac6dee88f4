/* "Did you mean ...?" */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/suggest.h"

static const char *const names[] = {"cut", NULL, "crash", "", "deliver", "delay"};

static const char *nearest(const char *word)
{
	return suggest(word, names, sizeof names / sizeof names[0]);
}

static void a_slip_of_the_finger_is_understood(void **state)
{
	(void)state;
	assert_string_equal(nearest("crahs"), "crash");
	assert_string_equal(nearest("dlay"), "delay");
	assert_string_equal(nearest("ctu"), "cut");
}

static void the_beginning_of_a_name_means_the_name(void **state)
{
	(void)state;
	assert_string_equal(nearest("cr"), "crash");
	assert_string_equal(nearest("deli"), "deliver");
}

static void what_is_far_from_every_name_suggests_nothing(void **state)
{
	(void)state;
	assert_null(nearest("xyzzy"));
	assert_null(nearest(""));
	assert_null(nearest("a word that is longer than any name could ever be"));
}

/* How many slips make one word of the other: a letter too many, one missing, a wrong one, or two
 * neighbours that changed places. By definition, and slowly. */
static unsigned slips(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned best, other;

	if (na == 0 || nb == 0)
		return (unsigned)(na + nb);
	best = slips(a + 1, na - 1, b + 1, nb - 1) + (a[0] != b[0]);
	other = slips(a + 1, na - 1, b, nb) + 1;
	best = other < best ? other : best;
	other = slips(a, na, b + 1, nb - 1) + 1;
	best = other < best ? other : best;
	if (na > 1 && nb > 1 && a[0] == b[1] && a[1] == b[0]) {
		other = slips(a + 2, na - 2, b + 2, nb - 2) + 1;
		best = other < best ? other : best;
	}
	return best;
}

/* Word number i of 0 to 4 letters out of a, b, c. */
static size_t word_of(unsigned i, char word[5])
{
	size_t length = 0;

	for (; i > 0 && length < 4; i = (i - 1) / 3)
		word[length++] = (char)('a' + (i - 1) % 3);
	word[length] = 0;
	return length;
}

#define WORDS 121

static unsigned far_as(const char *typed, size_t length, const char *name)
{
	if (length >= 2 && strncmp(typed, name, length) == 0)
		return 1;
	return slips(typed, length, name, strlen(name));
}

static void the_nearest_name_is_meant_and_the_first_of_two_as_near(void **state)
{
	(void)state;
	for (unsigned i = 1; i < WORDS; i++)
		for (unsigned k = 1; k < WORDS; k++) {
			char typed[5] = "", first[5] = "", second[5] = "";
			const char *const both[] = {first, second}, *expected = NULL;
			const size_t length = word_of(i, typed);
			const unsigned limit = length <= 3 ? 2 : 3;

			assert_true(word_of(k, first) > 0);
			assert_true(word_of(1 + (i * k + 7 * k) % (WORDS - 1), second) > 0);
			const unsigned a = far_as(typed, length, first);
			const unsigned b = far_as(typed, length, second);
			if (a < limit || b < limit)
				expected = a <= b ? first : second;
			assert_ptr_equal(suggest(typed, both, 2), expected);
		}
}

static void a_word_of_32_letters_is_the_longest(void **state)
{
	const char *const name[] = {"abcdefghijklmnopqrstuvwxyzabcdef"};

	(void)state;
	assert_int_equal(strlen(name[0]), 32);
	assert_ptr_equal(suggest("abcdefghijklmnopqrstuvwxyzabcdfe", name, 1), name[0]);
	assert_ptr_equal(suggest("bcdefghijklmnopqrstuvwxyzabcdef", name, 1), name[0]);
	assert_null(suggest("abcdefghijklmnopqrstuvwxyzabcdefg", name, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_finger_is_understood),
		cmocka_unit_test(the_beginning_of_a_name_means_the_name),
		cmocka_unit_test(the_nearest_name_is_meant_and_the_first_of_two_as_near),
		cmocka_unit_test(a_word_of_32_letters_is_the_longest),
		cmocka_unit_test(what_is_far_from_every_name_suggests_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
