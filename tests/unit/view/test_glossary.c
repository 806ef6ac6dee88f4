/* Words and marks that the help explains: each once, in order, and drawn as the legend says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "tui/screen/canvas.h"
#include "tui/view/glossary.h"
#include "tui/view/identity.h"

static void words_are_in_order_and_explained(void **state)
{
	unsigned words = 0;

	for (const struct word *w; (w = glossary_word(words)) != NULL; words++) {
		if (words > 0)
			assert_true(strcasecmp(glossary_word(words - 1)->word, w->word) < 0);
		assert_true(strlen(w->meaning) > 20);
		assert_true(w->meaning[strlen(w->meaning) - 1] != '.');
	}
	assert_true(words >= 30);
	(void)state;
}

/* The words that a reader of the screen meets first. */
static void the_first_words_are_there(void **state)
{
	static const char *const needed[] = {
		"ballot",    "quorum", "promise", "chosen", "claim",     "certificate",
		"echo",      "lease",  "window",  "epoch",  "slot",      "liar",
		"tolerated", "vote",   "safety",  "origin", "ballot 0.0"};

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		bool found = false;

		for (unsigned k = 0; glossary_word(k) != NULL; k++)
			found |= strcmp(glossary_word(k)->word, needed[i]) == 0;
		if (!found)
			fail_msg("the glossary lacks \"%s\"", needed[i]);
	}
	(void)state;
}

/* A mark of the legend has an ASCII twin, so that the legend is true with --ascii, too. */
static void every_mark_can_be_drawn(void **state)
{
	for (unsigned i = 0; glossary_mark(i) != NULL; i++)
		for (const char *at = glossary_mark(i)->mark; *at != 0;) {
			const uint32_t glyph = utf8_next(&at);

			if (glyph >= 0x80)
				assert_int_not_equal(glyph_ascii(glyph), '?');
		}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_in_order_and_explained),
		cmocka_unit_test(the_first_words_are_there),
		cmocka_unit_test(every_mark_can_be_drawn),
	};

	return cmocka_run_group_tests_name("glossary", tests, NULL, NULL);
}
