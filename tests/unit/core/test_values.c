/* The table of values, and the words of the small tables that everybody prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/batch.h"
#include "proto/core/control.h"
#include "proto/core/digest.h"
#include "proto/core/event.h"
#include "proto/core/letter.h"
#include "proto/core/values.h"

static uint64_t random_state;

static uint32_t roll(uint32_t below)
{
	uint64_t word = random_state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return (uint32_t)((word ^ (word >> 31)) % below);
}

static struct values *table(uint32_t count, size_t bytes)
{
	return values_init(test_malloc(values_size(count, bytes)), count, bytes);
}

static value_ref intern(struct values *values, const char *text)
{
	return values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
}

static void assert_value(const struct values *values, value_ref ref, const char *text)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(values, ref, &length);

	assert_int_equal(length, strlen(text));
	assert_memory_equal(bytes, text, length);
}

static void assert_shown(const struct values *values, value_ref ref, const char *text)
{
	char out[VALUE_SHOWN_MAX + 1];

	values_show(values, ref, out);
	assert_string_equal(out, text);
}

static void equal_values_have_equal_references(void **state)
{
	struct values *values = table(4, 100);
	value_ref apple = intern(values, "apple");

	assert_int_equal(intern(values, "apple"), apple);
	assert_int_not_equal(intern(values, "apples"), apple);
	assert_int_not_equal(apple, VALUE_NONE);
	assert_int_not_equal(apple, VALUE_NOOP);
	assert_value(values, apple, "apple");
	test_free(values);
	(void)state;
}

static void the_empty_value_is_the_noop(void **state)
{
	struct values *values = table(0, 0);

	assert_int_equal(values_intern(values, NULL, 0), VALUE_NOOP);
	assert_value(values, VALUE_NOOP, "");
	assert_value(values, VALUE_NONE, "");
	assert_true(values_equal(values, VALUE_NOOP, NULL, 0));
	assert_false(values_equal(values, VALUE_NOOP, (const uint8_t *)"a", 1));
	assert_false(values_equal(values, VALUE_NONE, NULL, 0));
	test_free(values);
	(void)state;
}

/* Whole values by their bytes, sketches as far as they can tell. */
static void a_value_equals_its_bytes_and_no_others(void **state)
{
	struct values *values = table(4, 1000), *watcher = table(4, 1000);
	uint8_t text[100], other[101];
	struct value_sketch sketch;

	(void)state;
	for (unsigned length = 1; length <= sizeof text; length += 33) { /* 1, 34, 67, 100 */
		memset(text, 'a', sizeof text);
		const value_ref ref = values_intern(values, text, length);
		const bool is_long = values_sketch(values, ref, &sketch);

		assert_int_equal(is_long, length > VALUE_SHOWN_MAX);
		const value_ref seen = is_long ? values_intern_sketch(watcher, &sketch)
					       : values_intern(watcher, text, length);
		for (unsigned i = 0; i < 2; i++) {
			const struct values *in = i == 0 ? values : watcher;
			const value_ref is = i == 0 ? ref : seen;

			assert_true(values_equal(in, is, text, length));
			assert_false(values_equal(in, is, text, length - 1));
			memset(other, 'a', sizeof other);
			assert_false(values_equal(in, is, other, length + 1));
			other[length - 1] = 'b';
			assert_false(values_equal(in, is, other, length));
			other[length - 1] = 'a';
			other[0] = 'b';
			assert_false(values_equal(in, is, other, length));
		}
	}
	test_free(values);
	test_free(watcher);
}

static void a_full_table_takes_no_more_but_still_finds(void **state)
{
	struct values *values = table(2, 8);
	value_ref a = intern(values, "aaaa");

	assert_int_equal(intern(values, "bbbbb"), VALUE_NONE); /* too many bytes */
	assert_true(values_has_room(values, 1, 4));
	assert_false(values_has_room(values, 1, 5));
	assert_int_not_equal(intern(values, "b"), VALUE_NONE);
	assert_true(values_has_room(values, 0, 3));
	assert_false(values_has_room(values, 1, 0));
	assert_int_equal(intern(values, "c"), VALUE_NONE); /* too many values */
	assert_int_equal(intern(values, "aaaa"), a);
	test_free(values);
	(void)state;
}

static void the_longest_value_fits_and_a_longer_one_does_not(void **state)
{
	struct values *values = table(2, 2 * VALUE_BYTES_MAX);
	uint8_t *bytes = test_calloc(VALUE_BYTES_MAX + 1, 1);
	uint32_t length;
	value_ref ref = values_intern(values, bytes, VALUE_BYTES_MAX);

	values_bytes(values, ref, &length);
	assert_int_equal(length, VALUE_BYTES_MAX);
	assert_int_equal(values_intern(values, bytes, VALUE_BYTES_MAX + 1), VALUE_NONE);
	test_free(bytes);
	test_free(values);
	(void)state;
}

static void a_sweep_forgets_what_is_not_marked_and_moves_no_reference(void **state)
{
	struct values *values = table(3, 15);
	value_ref one = intern(values, "one");
	value_ref three = (intern(values, "two"), intern(values, "three"));

	values_unmark(values);
	values_mark(values, three);
	values_mark(values, VALUE_NONE);
	values_mark(values, VALUE_NOOP);
	values_sweep(values);
	assert_value(values, three, "three");
	assert_int_equal(intern(values, "three"), three);
	assert_true(values_has_room(values, 2, 10));
	assert_int_equal(intern(values, "0123456789"), one); /* the lowest place is used again */
	assert_value(values, three, "three");
	values_unmark(values);
	values_sweep(values);
	assert_true(values_has_room(values, 3, 15));
	test_free(values);
	(void)state;
}

#define POOL 40

/* What the table should hold, kept the simplest way: text by reference. */
struct shadow {
	char text[2 + POOL][24];
	bool marked[2 + POOL];
};

static void check_shadow(struct values *values, const struct shadow *shadow)
{
	for (value_ref ref = 2; ref < 2 + POOL; ref++) {
		if (shadow->text[ref][0] == '\0')
			continue;
		assert_value(values, ref, shadow->text[ref]);
		assert_int_equal(intern(values, shadow->text[ref]), ref);
	}
}

static void sweep_shadow(struct values *values, struct shadow *shadow)
{
	values_unmark(values);
	for (value_ref ref = 2; ref < 2 + POOL; ref++) {
		if (shadow->text[ref][0] == '\0' || roll(3) != 0)
			shadow->text[ref][0] = '\0';
		else
			values_mark(values, ref);
	}
	values_sweep(values);
}

static void random_use_agrees_with_a_simple_table(void **state)
{
	struct values *values = table(POOL, 300);
	static struct shadow shadow;

	random_state = 1;
	for (unsigned step = 0; step < 20000; step++) {
		char text[24];
		bool known = false;

		snprintf(text, sizeof text, "%.*u", 1 + (int)roll(15), roll(200));
		for (value_ref ref = 2; ref < 2 + POOL; ref++)
			known = known || strcmp(shadow.text[ref], text) == 0;

		bool room = values_has_room(values, 1, strlen(text));
		value_ref ref = intern(values, text);

		assert_int_equal(ref != VALUE_NONE, known || room);
		if (ref == VALUE_NONE) {
			sweep_shadow(values, &shadow);
		} else {
			assert_in_range(ref, 2, 2 + POOL - 1);
			assert_true(known || shadow.text[ref][0] == '\0');
			strcpy(shadow.text[ref], text);
		}
		if (step % 64 == 0)
			check_shadow(values, &shadow);
	}
	test_free(values);
	(void)state;
}

static void a_short_printable_value_shows_itself(void **state)
{
	struct values *values = table(4, 200);
	char longest[VALUE_SHOWN_MAX + 1];

	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_shown(values, VALUE_NONE, "-");
	assert_shown(values, VALUE_NOOP, "no-op");
	assert_shown(values, intern(values, "green tea"), "green tea");
	assert_shown(values, intern(values, longest), longest);
	test_free(values);
	(void)state;
}

static void values_that_differ_look_different(void **state)
{
	static const char *const odd[] = {"-",     "no-op", " a",    "a ",   " ",
					  "a\x1b", "a\x07", "a\x80", "a\xc3"};
	enum { ODD = sizeof odd / sizeof *odd };
	struct values *values = table(ODD, 1000);
	char shown[ODD][VALUE_SHOWN_MAX + 1];

	for (unsigned i = 0; i < ODD; i++) {
		values_show(values, intern(values, odd[i]), shown[i]);
		assert_string_not_equal(shown[i], "-");
		assert_string_not_equal(shown[i], "no-op");
		for (const char *at = shown[i]; *at != '\0'; at++)
			assert_in_range(*at, ' ', '~');
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(shown[i], shown[j]);
	}
	test_free(values);
	(void)state;
}

static void in_ascii_letters_show_as_bytes_and_still_differ(void **state)
{
	static const char *const text[] = {"日本語の長い値その一つ目です",
					   "日本語の長い値その二つ目です",
					   "äb",
					   "öb",
					   "plain",
					   "\\xc3\\xa4b"};
	enum { TEXTS = sizeof text / sizeof *text };
	struct values *values = table(TEXTS, 1000);
	char shown[TEXTS][VALUE_SHOWN_MAX + 1];

	values_ascii(values, true);
	for (unsigned i = 0; i < TEXTS; i++) {
		values_show(values, intern(values, text[i]), shown[i]);
		for (const char *at = shown[i]; *at != '\0'; at++)
			assert_in_range(*at, ' ', '~');
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(shown[i], shown[j]);
	}
	assert_string_equal(shown[2], "\\xc3\\xa4b");
	assert_string_equal(shown[4], "plain");
	values_ascii(values, false);
	values_show(values, intern(values, text[2]), shown[2]);
	assert_string_equal(shown[2], text[2]);
	test_free(values);
	(void)state;
}

static value_ref intern_batch(struct values *values, const char *const *words, unsigned count)
{
	static uint8_t room[VALUE_BYTES_MAX];
	struct batch_writer w = batch_write(room, sizeof room);
	uint32_t length;

	for (unsigned i = 0; i < count; i++)
		assert_true(batch_add(&w, (const uint8_t *)words[i], (uint32_t)strlen(words[i])));
	const uint8_t *bytes = batch_end(&w, &length);
	return values_intern(values, bytes, length);
}

/* A batch shows what it holds or how much, and no plain value looks like it. */
static void a_batch_shows_its_values_or_how_many_they_are(void **state)
{
	struct values *values = table(40, 4000), *watcher = table(40, 4000);
	static const char *const two[] = {"pear", "plum"}, *const comma[] = {"a, b", "c"};
	static const char *const wrapped[] = {"\xfb"
					      "bat\1\1\1\1\1\1\1\1x"};
	static const char *const long_ones[] = {"a value of some length", "another such value",
						"and a third one of them"};
	char whole[VALUE_SHOWN_MAX + 1], sketched[VALUE_SHOWN_MAX + 1];
	struct value_sketch sketch;

	(void)state;
	assert_shown(values, intern_batch(values, two, 2), "[pear, plum]");
	assert_shown(values, intern(values, "[pear, plum]"), "\\x5bpear, plum]");
	assert_shown(values, intern(values, "pear, plum"), "pear, plum");
	assert_shown(values, intern(values, "[pear"), "[pear");
	assert_shown(values, intern_batch(values, comma, 2), "[a\\x2c b, c]");
	assert_shown(values, intern(values, wrapped[0]),
		     "\\xfbbat\\x01\\x01\\x01\\x01\\x01\\x01\\x01\\x01x");
	const value_ref many = intern_batch(values, long_ones, 3);
	values_show(values, many, whole);
	assert_memory_equal(whole, "3 values~", 9);
	assert_true(values_sketch(values, many, &sketch));
	values_show(watcher, values_intern_sketch(watcher, &sketch), sketched);
	assert_string_equal(sketched, whole);
	/* as text it is shown by its own digest */
	values_show(values, intern(values, whole), sketched);
	assert_string_not_equal(sketched, whole);
	test_free(values);
	test_free(watcher);
}

static void letters_of_any_script_show_themselves_and_nothing_else_does(void **state)
{
	static const char *const text[] = {"äöü",   "ÆØÅ ñ", "Ωμέγα",   "Привет",
					   "ÿ¡ż",   "日本",  "값",      "שלום",
					   "مرحبا", "ไทย",   "ქართული", "\xf0\x9f\x8d\x8e"};
	static const struct {
		const char *bytes, *shown;
	} other[] = {
		{"\xe4", "\\xe4"},                   /* Latin-1 */
		{"\xc3(", "\\xc3("},                 /* not continued */
		{"\xc0\xaf", "\\xc0\\xaf"},          /* too long a form of '/' */
		{"a\x1b[2J", "a\\x1b[2J"},           /* a control character */
		{"\xc2\x9b", "\\xc2\\x9b"},          /* another: CSI */
		{"\xc2\xa0", "\\xc2\\xa0"},          /* a space that goes unseen */
		{"\xc2\xad", "\\xc2\\xad"},          /* a hyphen that does */
		{"e\xcc\x81", "e\\xcc\\x81"},        /* a mark that joins the letter before it */
		{"\xe2\x80\xae", "\\xe2\\x80\\xae"}, /* turns the line round */
		{"\xe2\x80\x8b", "\\xe2\\x80\\x8b"}, /* has no width */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* half a character of UTF-16 */
		{"\\xe4", "\\x5cxe4"},               /* text that looks like a byte */
		{"\\xyz", "\\xyz"},                  /* and text that does not */
	};
	struct values *values = table(32, 1000);

	uint32_t code;
	assert_int_equal(letter_read((const uint8_t *)"\xf4\x8f\xbf\xbf", 4, &code), 4);
	assert_int_equal(code, 0x10ffff);
	assert_int_equal(letter_read((const uint8_t *)"\xf4\x90\x80\x80", 4, &code), 0);
	for (unsigned i = 0; i < sizeof text / sizeof *text; i++)
		assert_shown(values, intern(values, text[i]), text[i]);
	for (unsigned i = 0; i < sizeof other / sizeof *other; i++)
		assert_shown(values, intern(values, other[i].bytes), other[i].shown);
	test_free(values);
	(void)state;
}

static void a_long_value_shows_a_prefix_and_a_digest_that_show_as_themselves(void **state)
{
	struct values *values = table(4, 1000);
	char text[101];
	char shown[2][VALUE_SHOWN_MAX + 1];

	memset(text, 'y', 100);
	text[100] = '\0';
	values_show(values, intern(values, text), shown[0]);
	text[99] = 'z';
	values_show(values, intern(values, text), shown[1]);
	assert_memory_equal(shown[0], "yyyyyyyyyyyyyyyy~", 17);
	assert_memory_equal(shown[1], "yyyyyyyyyyyyyyyy~", 17);
	assert_string_not_equal(shown[0], shown[1]);
	assert_int_equal(strlen(shown[0]), 29);
	assert_true(value_is_shown_form((const uint8_t *)shown[0], 29));
	assert_false(value_is_shown_form((const uint8_t *)shown[0], 28));
	/* any other byte in it is no digest: a NUL, a capital, what stands beside the digits */
	for (unsigned i = 17; i < 29; i++)
		for (unsigned k = 0; k < 7; k++) {
			uint8_t other[29];

			memcpy(other, shown[0], sizeof other);
			other[i] = (uint8_t) "\0/:`gAF"[k];
			assert_false(value_is_shown_form(other, sizeof other));
		}
	/* text that looks like that shows otherwise */
	char imitated[VALUE_SHOWN_MAX + 1];
	values_show(values, intern(values, shown[0]), imitated);
	assert_memory_equal(imitated, "yyyyyyyyyyyyyyyy~", 17);
	assert_string_not_equal(imitated, shown[0]);
	test_free(values);
	(void)state;
}

static void a_digest_is_the_same_on_every_machine(void **state)
{
	const uint8_t *bytes = (const uint8_t *)"a value of several words";

	assert_int_equal(digest64(0, bytes, 24), UINT64_C(0x2e4de09f26a7537c));
	assert_int_equal(digest64(0, bytes, 23), UINT64_C(0xba3b1adbd3c8f298));
	assert_int_equal(digest64(0, bytes, 1), UINT64_C(0x51e7211898164c9a));
	assert_int_equal(digest64(7, bytes, 0), UINT64_C(0xb78b9f38a670e787));
	assert_int_not_equal(digest64(1, bytes, 24), digest64(0, bytes, 24));
	(void)state;
}

static void every_row_has_a_name_and_what_is_no_row_has_none(void **state)
{
	assert_string_equal(message_name(MSG_PREPARE), "prepare");
	assert_string_equal(message_name(MSG_NONE), "?");
	assert_string_equal(message_name((enum message_type)200), "?");
	assert_int_equal(message_fields(MSG_SYNC), FIELD_SLOT | FIELD_LEVEL | FIELD_ASKS);
	assert_int_equal(message_fields((enum message_type)200), 0);
	assert_string_equal(refusal_name(REFUSE_AHEAD), "ahead");
	assert_string_equal(refusal_name((enum refusal)99), "?");
	assert_string_equal(refusal_words(REFUSE_PROMISED), "it has promised a higher ballot");
	assert_string_equal(event_name(EVENT_CHOSEN), "chosen");
	assert_string_equal(event_name((enum event_kind)9), "?");
	assert_string_equal(event_name((enum event_kind)9999), "?");
	assert_int_equal(event_fields(EVENT_OBEYED), EV_NUMBER);
	assert_string_equal(drop_name(DROP_TRAILING), "trailing");
	assert_string_equal(drop_name((enum drop)9), "?");
	assert_string_equal(drop_words(DROP_CUT), "the link is cut");
	assert_string_equal(control_name(CONTROL_ADVANCE), "advance");
	assert_string_equal(control_name((enum control_kind)99), "?");
	assert_int_equal(control_fields(CONTROL_CRASH), 0);
	for (unsigned why = 0; why < BECAUSES; why++)
		assert_string_not_equal(because_name(why), "?");
	assert_string_equal(because_name(BECAUSES), "?");
	(void)state;
}

static void an_event_sums_a_promise_up_by_its_highest_claim(void **state)
{
	const struct claim claims[] = {{.slot = 4, .ballot = {2, 1}, .value = 7},
				       {.slot = 5, .ballot = {3, 2}, .value = 8},
				       {.slot = 9, .ballot = {3, 1}, .value = 9},
				       /* of votes in one ballot the first stands */
				       {.slot = 10, .ballot = {3, 2}, .value = 10}};
	const struct message promise = {.type = MSG_PROMISE,
					.to = 2,
					.ballot = {5, 1},
					.slot = 4,
					.low = 3,
					.claims = 4,
					.claim = claims};
	struct event event = {.value = 77, .why = REFUSE_VOTED};

	event_of_message(&event, &promise);
	assert_int_equal(event.count, 4);
	assert_int_equal(ballot_cmp(event.other, (struct ballot){3, 2}), 0);
	assert_int_equal(event.value, 8);
	assert_int_equal(event.why, REFUSE_NOTHING);
	assert_int_equal(event.slot, 4);
	assert_int_equal(event.to, 2);
	(void)state;
}

static void an_event_tells_only_what_the_message_has(void **state)
{
	const struct message nack = {.type = MSG_NACK,
				     .ballot = {5, 1},
				     .promised = {6, 2},
				     .slot = 4,
				     .value = 9,
				     .claims = 3,
				     .why = REFUSE_PROMISED};
	struct event event = {.kind = EVENT_SENT};

	event_of_message(&event, &nack);
	assert_int_equal(ballot_cmp(event.other, nack.promised), 0);
	assert_int_equal(event.value, VALUE_NONE);
	assert_int_equal(event.count, 0);
	assert_int_equal(event.why, REFUSE_PROMISED);
	assert_int_equal(event.kind, EVENT_SENT);
	(void)state;
}

static void a_sketch_stands_for_its_value_and_for_no_other(void **state)
{
	static uint8_t longest[VALUE_BYTES_MAX];
	static const uint32_t lengths[] = {VALUE_SHOWN_MAX + 1, 399, 400, VALUE_BYTES_MAX};
	struct values *from = *state;
	struct values *to = values_init(malloc(values_size(64, 1 << 20)), 64, 1 << 20);

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const uint32_t length = lengths[i];
		struct value_sketch sketch, again;
		char shown[2][VALUE_SHOWN_MAX + 1];

		memset(longest, 'y', sizeof longest);
		value_ref whole = values_intern(to, longest, length);
		assert_true(values_sketch(to, whole, &sketch));
		values_show(to, whole, shown[0]);
		assert_int_equal(values_intern_sketch(to, &sketch), whole);
		values_unmark(to);
		values_sweep(to);
		value_ref ref = values_intern_sketch(to, &sketch);
		assert_int_equal(values_intern_sketch(to, &sketch), ref);
		assert_true(values_sketch(to, ref, &again));
		assert_memory_equal(&again, &sketch, sizeof sketch);
		values_show(to, ref, shown[1]);
		assert_string_equal(shown[0], shown[1]);
		value_show(longest, length, shown[1]);
		assert_string_equal(shown[0], shown[1]);
		assert_true(values_equal(to, ref, longest, length));
		assert_false(values_equal(to, ref, longest, length - 1));
		longest[length - 1] = 'z';
		assert_false(values_equal(to, ref, longest, length));
		/* neither what it looks like nor how it begins is the value */
		assert_false(values_equal(to, ref, (uint8_t *)shown[0], 29));
		assert_false(values_equal(to, ref, longest, VALUE_PREFIX_SHOWN));
		assert_int_not_equal(values_intern(to, (uint8_t *)shown[0], 29), ref);
		values_show(to, values_intern(to, (uint8_t *)shown[0], 29), shown[1]);
		assert_string_not_equal(shown[0], shown[1]);
	}
	struct value_sketch none;
	assert_false(values_sketch(to, values_intern(to, longest, VALUE_SHOWN_MAX), &none));
	assert_false(values_sketch(to, VALUE_NOOP, &none));
	free(to);
	(void)from;
}

/* Told of by its sketch first, given whole later: it is one value all the time. */
static void a_sketch_becomes_its_value_under_the_same_reference(void **state)
{
	struct values *to = values_init(malloc(values_size(8, 4096)), 8, 4096);
	struct values *from = values_init(malloc(values_size(8, 4096)), 8, 4096);
	struct value_sketch sketch;
	uint8_t whole[300];
	uint32_t length;

	(void)state;
	memset(whole, 'w', sizeof whole);
	assert_true(values_sketch(from, values_intern(from, whole, sizeof whole), &sketch));
	const value_ref before = values_intern(to, (const uint8_t *)"before", 6);
	const value_ref ref = values_intern_sketch(to, &sketch);
	const value_ref after = values_intern(to, (const uint8_t *)"after", 5);
	values_bytes(to, ref, &length);
	assert_int_equal(length, VALUE_PREFIX_SHOWN);
	assert_int_equal(values_complete(to, whole, sizeof whole), ref);
	for (unsigned swept = 0; swept < 2; swept++) {
		assert_memory_equal(values_bytes(to, ref, &length), whole, sizeof whole);
		assert_int_equal(length, sizeof whole);
		assert_int_equal(values_intern_sketch(to, &sketch), ref);
		assert_int_equal(values_intern(to, whole, sizeof whole), ref);
		assert_int_equal(values_complete(to, whole, sizeof whole), ref);
		assert_memory_equal(values_bytes(to, before, &length), "before", 6);
		assert_memory_equal(values_bytes(to, after, &length), "after", 5);
		values_unmark(to);
		values_mark(to, ref);
		values_mark(to, before);
		values_mark(to, after);
		values_sweep(to);
	}
	/* what is not there as a sketch is interned as ever */
	assert_int_equal(values_complete(to, (const uint8_t *)"before", 6), before);
	whole[0] = 'v';
	assert_int_not_equal(values_complete(to, whole, sizeof whole), ref);
	free(to);
	free(from);
}

/* What was saved is there again, under the same references, whatever came between. */
static void a_saved_table_is_restored_as_it_was(void **state)
{
	struct values *values = values_init(malloc(values_size(16, 4096)), 16, 4096);
	value_ref ref[8];
	char text[24];
	uint32_t length;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		snprintf(text, sizeof text, "the value %u", i * i * i);
		ref[i] = values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
	}
	uint8_t *saved = malloc(values_saved_size(values));
	values_save(values, saved);
	values_unmark(values);
	values_mark(values, ref[3]);
	values_sweep(values);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "other %u", i);
		values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
	}
	const uint64_t sweeps = values_sweeps(values);
	values_restore(values, saved);
	assert_int_equal(values_sweeps(values), sweeps + 1);
	for (unsigned i = 0; i < 8; i++) {
		snprintf(text, sizeof text, "the value %u", i * i * i);
		const uint8_t *bytes = values_bytes(values, ref[i], &length);

		assert_int_equal(length, strlen(text));
		assert_memory_equal(bytes, text, length);
		assert_int_equal(values_intern(values, (const uint8_t *)text, length), ref[i]);
	}
	/* and saved again it is the same, byte for byte */
	uint8_t *again = malloc(values_saved_size(values));
	values_save(values, again);
	assert_memory_equal(again, saved, values_saved_size(values));
	/* a sweep keeps what is marked, in a restored table as well */
	values_unmark(values);
	values_mark(values, ref[7]);
	values_sweep(values);
	assert_memory_equal(values_bytes(values, ref[7], &length), "the value 343", 13);
	free(again);
	free(saved);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_have_equal_references),
		cmocka_unit_test(the_empty_value_is_the_noop),
		cmocka_unit_test(a_value_equals_its_bytes_and_no_others),
		cmocka_unit_test(a_full_table_takes_no_more_but_still_finds),
		cmocka_unit_test(the_longest_value_fits_and_a_longer_one_does_not),
		cmocka_unit_test(a_sweep_forgets_what_is_not_marked_and_moves_no_reference),
		cmocka_unit_test(random_use_agrees_with_a_simple_table),
		cmocka_unit_test(a_short_printable_value_shows_itself),
		cmocka_unit_test(values_that_differ_look_different),
		cmocka_unit_test(a_sketch_stands_for_its_value_and_for_no_other),
		cmocka_unit_test(a_sketch_becomes_its_value_under_the_same_reference),
		cmocka_unit_test(a_saved_table_is_restored_as_it_was),
		cmocka_unit_test(a_batch_shows_its_values_or_how_many_they_are),
		cmocka_unit_test(letters_of_any_script_show_themselves_and_nothing_else_does),
		cmocka_unit_test(in_ascii_letters_show_as_bytes_and_still_differ),
		cmocka_unit_test(a_long_value_shows_a_prefix_and_a_digest_that_show_as_themselves),
		cmocka_unit_test(a_digest_is_the_same_on_every_machine),
		cmocka_unit_test(every_row_has_a_name_and_what_is_no_row_has_none),
		cmocka_unit_test(an_event_sums_a_promise_up_by_its_highest_claim),
		cmocka_unit_test(an_event_tells_only_what_the_message_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
