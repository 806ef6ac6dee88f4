/* What terminals send: known keys are keys under every terminal, and nothing else acts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <curses.h>
#include <term.h>

#include "tui/screen/canvas.h"
#include "tui/screen/decoder.h"
#include "tui/screen/keyboard.h"
#include "tui/screen/keycode.h"

static struct decoder decoder;
static char got[4096]; /* what was decoded, in words */

static void note(void)
{
	struct input in;
	size_t used = strlen(got);

	while (decoder_take(&decoder, &in)) {
		const char *text = in.text != NULL ? in.text : "";

		if (in.kind == INPUT_KEY)
			used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%x ",
						 in.code >= KEYCODE_UNICODE_END ? "+" : "",
						 in.code >= KEYCODE_UNICODE_END
							 ? (unsigned)in.code - KEYCODE_UNICODE_END
							 : (unsigned)in.code);
		else if (in.kind == INPUT_ALT)
			used += (size_t)snprintf(got + used, sizeof(got) - used, "alt %x ",
						 (unsigned)in.code);
		else if (in.kind == INPUT_CLICK)
			used += (size_t)snprintf(got + used, sizeof(got) - used, "%s %d,%d ",
						 in.drag ? "drag" : "click", in.x, in.y);
		else if (in.kind == INPUT_PASTE)
			used += (size_t)snprintf(got + used, sizeof(got) - used,
						 "paste%s <%.100s> ", in.cut ? " cut" : "", text);
		else
			used += (size_t)snprintf(got + used, sizeof(got) - used, "%s ",
						 in.light ? "light" : "dark");
		assert_true(used < sizeof(got));
	}
}

static void feed(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		decoder_byte(&decoder, (uint8_t)bytes[i]);
		note();
	}
}

static void quiet(void)
{
	for (unsigned i = 0; decoder_patience_us(&decoder) > 0; i++) {
		assert_true(i < 3);
		decoder_quiet(&decoder);
		note();
	}
}

static void fresh(void)
{
	decoder_begin(&decoder, true);
	got[0] = 0;
}

/* What comes of these bytes and silence. */
static const char *of(const char *bytes)
{
	got[0] = 0;
	feed(bytes, strlen(bytes));
	quiet();
	return got;
}

static const char *const terms[] = {"xterm", "xterm-256color", "screen",      "tmux",
				    "vt100", "linux",          "rxvt-unicode"};

#define TERMS (sizeof(terms) / sizeof(terms[0]))

/* Knows what terminfo has of the terminal's keys; false: that terminal is not known here. */
static bool under(const char *term)
{
	int error = 0;

	fresh();
	if (setupterm(term, 1, &error) != OK)
		return false;
	keyboard_know_terminal(&decoder);
	return true;
}

static bool is_known(const char *sequence)
{
	static const char *const known[] = {
#define SEQUENCE(sequence, code) sequence,
#include "tui/screen/sequences.def"
#undef SEQUENCE
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], sequence) == 0)
			return true;
	for (unsigned i = 0; i < decoder.owns; i++)
		if (strcmp(decoder.own[i].sequence, sequence) == 0)
			return true;
	return false;
}

/* Nothing comes of the sequence after Esc: at once, cut short anywhere, with the Esc too long
 * before the rest, and with Alt. A key that follows is that key. */
static void acts_not(const char *sequence)
{
	const size_t length = strlen(sequence);

	got[0] = 0;
	feed("\033", 1);
	feed(sequence, length);
	feed("j", 1);
	if (strcmp(got, "6a ") != 0)
		fail_msg("Esc %s gave %s", sequence, got);
	for (size_t cut = 1; cut < length; cut++) {
		got[0] = 0;
		feed("\033", 1);
		feed(sequence, cut);
		quiet();
		if (got[0] != 0)
			fail_msg("Esc %.*s gave %s", (int)cut, sequence, got);
	}
	got[0] = 0;
	feed("\033\033", 2);
	feed(sequence, length);
	if (got[0] != 0)
		fail_msg("Esc Esc %s gave %s", sequence, got);
	decoder_byte(&decoder, 27);
	decoder_quiet(&decoder);
	note();
	feed(sequence, length);
	if (strcmp(got, "1b ") != 0)
		fail_msg("Esc, and late %s, gave %s", sequence, got);
	quiet();
}

static void every_csi(void)
{
	static const char *const parameters[] = {
		"",    "1",     "5",    "24",     "1;2",
		"1;5", "1;3",   "?1;2", ">0;1;2", "23;2",
		"<",   "0:1:2", "=3",   "27;5;9", "999999999999999999999999999999"};
	static const char *const between[] = {"", " ", "!", "$", "$%", "'", "/ "};

	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		for (size_t j = 0; j < sizeof(between) / sizeof(between[0]); j++)
			for (int final = 0x40; final < 0x7f; final++) {
				char sequence[64];

				snprintf(sequence, sizeof(sequence), "[%s%s%c", parameters[i],
					 between[j], final);
				if (is_known(sequence) || strcmp(sequence, "[M") == 0)
					continue;
				acts_not(sequence);
			}
}

static void every_ss3(void)
{
	static const char *const numbers[] = {"", "2", "5", "1;2", "10"};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		for (int final = 0x20; final < 0x7f; final++) {
			char sequence[16];

			snprintf(sequence, sizeof(sequence), "O%s%c", numbers[i], final);
			if (!is_known(sequence) && (final < '0' || final > '9') && final != ';')
				acts_not(sequence);
		}
}

static void every_string(void)
{
	static const char *const text[] = {
		"0;Kyx",      "11;rgb:12/34",           "", "52;c;S3k=", "1$rKy",
		"2|Q\t\r\nS", "0;\303\234\342\202\234Q"};
	static const char *const ends[] = {"\007", "\033\\", "\234"};

	for (const char *introducer = "]PX^_"; *introducer != 0; introducer++)
		for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
			for (size_t j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
				char sequence[64];

				snprintf(sequence, sizeof(sequence), "%c%s%s", *introducer, text[i],
					 ends[j]);
				got[0] = 0;
				feed("\033", 1);
				feed(sequence, strlen(sequence));
				feed("j", 1);
				if (strcmp(got, "6a ") != 0)
					fail_msg("%s gave %s", sequence, got);
				for (size_t cut = 1; cut < strlen(sequence); cut++) {
					fresh();
					feed("\033", 1);
					feed(sequence, cut);
					quiet();
					assert_string_equal(got, "");
				}
			}
}

static void what_is_not_known_does_nothing_under_any_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < TERMS; i++) {
		if (!under(terms[i]))
			continue;
		every_csi();
		every_ss3();
		every_string();
		del_curterm(cur_term);
	}
}

static void controls_of_eight_bits_begin_the_same(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\2331;2Sj"), "6a ");
	assert_string_equal(of("\302\2331;2Sj"), "6a ");
	assert_string_equal(of("\217Sj"), "+d 6a ");
	assert_string_equal(of("\2350;Ky\234j"), "6a ");
	assert_string_equal(of("\220Q\302\234j"), "6a ");
	assert_string_equal(of("\204\205j"), "6a ");
}

static void the_keys_of_every_terminal_are_known(void **state)
{
	static const struct {
		const char *name;
		int code;
	} keys[] = {{"kcuu1", KEYCODE_UP},   {"kcud1", KEYCODE_DOWN},   {"kcuf1", KEYCODE_RIGHT},
		    {"kcub1", KEYCODE_LEFT}, {"kpp", KEYCODE_PAGE_UP},  {"knp", KEYCODE_PAGE_DOWN},
		    {"khome", KEYCODE_HOME}, {"kend", KEYCODE_END},     {"kdch1", KEYCODE_DELETE},
		    {"kf1", KEYCODE_F1},     {"kcbt", KEYCODE_BACKTAB}, {"kf5", KEYCODE_F5},
		    {"kf9", KEYCODE_F9},     {"kf10", KEYCODE_F10},     {"kbs", KEYCODE_BACKSPACE}};
	unsigned tried = 0;

	(void)state;
	for (size_t i = 0; i < TERMS; i++) {
		if (!under(terms[i]))
			continue;
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const char *sequence = tigetstr(keys[k].name);
			char expected[16];

			if (sequence == NULL || sequence == (const char *)-1)
				continue;
			snprintf(expected, sizeof(expected),
				 keys[k].code >= KEYCODE_UNICODE_END ? "+%x " : "%x ",
				 (unsigned)keys[k].code % KEYCODE_UNICODE_END);
			if (strcmp(of(sequence), expected) != 0)
				fail_msg("%s: %s is %s", terms[i], keys[k].name, got);
			tried++;
		}
		/* and whatever form of cursor keys the terminal was left in */
		assert_string_equal(of("\033[A\033OB\033[C\033OD"), "+0 +1 +3 +2 ");
		del_curterm(cur_term);
	}
	assert_true(tried > 0);
}

static void a_lone_esc_is_esc_and_alt_is_told_apart(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\033"), "1b ");
	assert_string_equal(of("\033\033"), "1b ");
	assert_string_equal(of("\033K\033y\033\033Q\033 F"), "alt 4b alt 79 ");
	assert_string_equal(of("\033\303\251j"), "6a ");
	assert_string_equal(of("\033(Bj"), "6a ");
	assert_string_equal(of("\003\033\003\033[1\003\033]0;\003"), "+19 +19 +19 +19 ");
}

static void esc_and_a_key_apart_are_two_keys(void **state)
{
	(void)state;
	for (const char *key = "qz /(%\3"; *key != 0; key++) {
		char expected[24];

		fresh();
		feed("\033", 1);
		decoder_apart(&decoder);
		feed(key, 1);
		snprintf(expected, sizeof(expected), "1b %s%x ", *key == 3 ? "+" : "",
			 *key == 3 ? KEYCODE_INTERRUPT - KEYCODE_UNICODE_END : (unsigned)*key);
		assert_string_equal(got, expected);
	}
	fresh();
	feed("\033", 1);
	decoder_apart(&decoder);
	feed("[1;2S\033[A", 8);
	assert_string_equal(got, "+0 ");
}

/* Who presses Esc and soon a key that could be the rest of a sequence gets that key. */
static void keys_soon_after_esc_are_keys(void **state)
{
	(void)state;
	for (const char *key = "[]OPX^_"; *key != 0; key++) {
		char expected[24];

		fresh();
		decoder_byte(&decoder, 27);
		decoder_quiet(&decoder);
		note();
		feed(key, 1);
		quiet();
		feed("j", 1);
		snprintf(expected, sizeof(expected), "1b %x 6a ", (unsigned)*key);
		assert_string_equal(got, expected);
	}
	fresh();
	decoder_byte(&decoder, 27);
	decoder_quiet(&decoder);
	note();
	feed("]]]", 3);
	assert_string_equal(got, "1b 5d 5d 5d ");
}

static void clicks_and_the_wheel(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\033[<0;12;5M\033[<0;12;5m"), "click 11,4 ");
	assert_string_equal(of("\033[<64;1;1M\033[<65;1;1M"), "+0 +1 ");
	assert_string_equal(of("\033[<2;12;5M\033[<35;12;5M\033[<0;0;5M\033[<0;5M\033[<0;1;1;1M"),
			    "");
	assert_string_equal(of("\033[M ,%\033[M#,%\033[M`!!"), "click 11,4 +0 ");
	assert_string_equal(of("\033[<0;2;3M\033[<32;4;3M\033[<32;4;9m"), "click 1,2 drag 3,2 ");
	assert_string_equal(of("\033[M Q"), "");
	decoder_begin(&decoder, false);
	assert_string_equal(of("\033[<0;12;5M"), "");
}

static void focus_reports_and_answers_are_no_keys(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\033[I\033[O\033[?62;4c\033[24;80R\033P1+r544e=787465726d\033\\"),
			    "");
}

static void a_background_is_light_or_dark(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\033]11;rgb:ffff/ffff/ffff\033\\"), "light ");
	assert_string_equal(of("\033]11;rgb:00/00/00\007"), "dark ");
	assert_string_equal(of("\033]11;rgb:f/f/d\007"), "light ");
	assert_string_equal(of("\033]11;rgb:1010/1212/1616\007"), "dark ");
	assert_string_equal(of("\033]11;rgb:ffff/ffff\007\033]11;#ffffff\007\033]10;rgb:f/f/f\007"),
			    "");
}

static void pasted_text_is_text(void **state)
{
	static char large[PASTE_MAX + 100];

	(void)state;
	fresh();
	assert_string_equal(of("\033[200~Ky\033[201~j"), "paste <Ky> 6a ");
	assert_string_equal(of("\033[200~a\r\nb\rc\nd\te\033[A\003\001\033[201~"),
			    "paste <a\nb\nc\nd e[A> ");
	assert_string_equal(of("\033[200~\033[201~"), "paste <> ");
	assert_string_equal(of("\033[200~Ky"), "paste cut <Ky> ");
	memset(large, 'K', sizeof(large) - 1);
	got[0] = 0;
	feed("\033[200~", 6);
	feed(large, sizeof(large) - 1);
	assert_string_equal(got, "");
	feed("\033[201~j", 7);
	assert_non_null(strstr(got, "paste cut <KKK"));
	assert_non_null(strstr(got, "> 6a "));
}

static void characters_are_code_points(void **state)
{
	(void)state;
	fresh();
	assert_string_equal(of("\303\251\342\202\254\360\237\230\200"), "e9 20ac 1f600 ");
	assert_string_equal(of("\356\210\201\364\217\277\277"), "e201 10ffff ");
	assert_string_equal(of("\300\200\340\200\200\355\240\200\364\220\200\200\377j"), "6a ");
	assert_string_equal(of("\342\202j"), "6a ");
}

/* --- chance -------------------------------------------------------------------------------- */

static uint32_t chance(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Bytes that sequences are made of come more often than others. */
static uint8_t any_byte(uint32_t *seed)
{
	static const char often[] = "\033\033[[O]P0123;;<M~\007\\\233 $?ABCD200~201~";
	const uint32_t x = chance(seed);

	return x % 3 != 0 ? (uint8_t)often[x / 3 % (sizeof(often) - 1)] : (uint8_t)(x >> 8);
}

/* Whatever comes, what is decoded has its form, and after silence a key is that key. */
static void any_bytes_leave_a_keyboard_that_works(void **state)
{
	struct input in;

	(void)state;
	for (uint32_t seed = 1; seed <= 2000; seed++) {
		uint32_t x = seed * 2654435761u;

		decoder_begin(&decoder, seed % 2 == 0);
		for (unsigned i = 0; i < 400; i++) {
			if (chance(&x) % 16 == 0)
				decoder_quiet(&decoder);
			else
				decoder_byte(&decoder, any_byte(&x));
			while (decoder_take(&decoder, &in)) {
				assert_true(in.kind != INPUT_KEY || in.code > 0);
				assert_true(in.code < 0x80 || in.code >= 0xa0);
				assert_true(in.code < 0xd800 || in.code >= 0xe000);
				assert_true(in.code <= KEYCODE_HANGUP);
				assert_true(in.kind != INPUT_CLICK || (in.x >= 0 && in.y >= 0));
				for (const char *c = in.text; c != NULL && *c != 0; c++)
					assert_true((unsigned char)*c >= ' ' || *c == '\n');
			}
		}
		got[0] = 0;
		quiet();
		got[0] = 0;
		feed("j\033[A", 4);
		assert_string_equal(got, "6a +0 ");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_does_nothing_under_any_terminal),
		cmocka_unit_test(controls_of_eight_bits_begin_the_same),
		cmocka_unit_test(the_keys_of_every_terminal_are_known),
		cmocka_unit_test(a_lone_esc_is_esc_and_alt_is_told_apart),
		cmocka_unit_test(esc_and_a_key_apart_are_two_keys),
		cmocka_unit_test(keys_soon_after_esc_are_keys),
		cmocka_unit_test(clicks_and_the_wheel),
		cmocka_unit_test(focus_reports_and_answers_are_no_keys),
		cmocka_unit_test(a_background_is_light_or_dark),
		cmocka_unit_test(pasted_text_is_text),
		cmocka_unit_test(characters_are_code_points),
		cmocka_unit_test(any_bytes_leave_a_keyboard_that_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
