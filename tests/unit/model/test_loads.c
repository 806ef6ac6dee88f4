/* What nodes measure of their loads: what the model keeps of it, shows, and says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/batch.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

static struct handmade *h;

static int set_up(void **state)
{
	(void)state;
	h = handmade_new(3, true);
	handmade_start(h);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	handmade_free(h);
	return 0;
}

static void tell(node_id node, struct load_report report)
{
	const struct item_load load = {.node = node, .report = report};

	model_item(h->m, &(struct item){.kind = ITEM_LOAD, .load = &load});
}

static void assert_says(node_id node, const char *expected)
{
	char words[LOAD_WORDS_MAX] = "";

	assert_int_equal(load_words(h->m, node, words, sizeof words), expected[0] != 0);
	assert_string_equal(words, expected);
}

static struct load_report some(uint64_t number, uint64_t values)
{
	return (struct load_report){
		.number = number,
		.count = 100,
		.outstanding = 4,
		.values = values,
		.slots = values,
		.elapsed_us = 1000 * values,
		.latency_p50_us = 850,
		.latency_p99_us = 4120,
		.done = values == 100,
	};
}

static void a_load_is_told_in_words(void **state)
{
	struct load_report r = some(5, 0);

	(void)state;
	assert_says(1, "");
	tell(1, r);
	assert_says(1, "n1's load: 0 of 100 values chosen");
	r = some(5, 40);
	r.slots = 5;
	tell(1, r);
	assert_says(1, "n1's load: 40 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms, 8 in "
		       "a slot");
	r = some(5, 90);
	r.rate = 2000;
	r.behind_us = 1230000;
	tell(1, r);
	assert_says(1, "n1's load: 90 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms; it "
		       "cannot keep up: a value waits 1.2 s for its turn");
	tell(1, some(5, 100));
	assert_says(1, "n1's load: 100 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms; done");
	r = some(6, 7);
	r.done = true;
	tell(1, r);
	assert_says(1, "n1's load: 7 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms; it was "
		       "ended");
	r = some(7, 97);
	r.lost = 3;
	r.done = true;
	tell(1, r);
	assert_says(1,
		    "n1's load: 97 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms; 3 given "
		    "up; done");
}

static void what_comes_late_or_twice_changes_nothing(void **state)
{
	(void)state;
	tell(1, some(5, 50));
	tell(1, some(5, 40));
	tell(1, some(4, 90));
	assert_int_equal(h->m->node[1].load.report.values, 50);
	tell(1, some(5, 100));
	tell(1, some(5, 60));
	assert_true(h->m->node[1].load.report.done);
	tell(1, some(8, 0));
	assert_int_equal(h->m->node[1].load.report.number, 8);
	/* nor what comes from nobody */
	tell(0, some(9, 1));
	tell(4, some(9, 1));
	tell(200, some(9, 1));
	for (node_id id = 0; id <= 3; id++)
		assert_int_equal(h->m->node[id].load.report.number, id == 1 ? 8 : 0);
}

static void samples_are_kept_in_their_order(void **state)
{
	const struct model_load *l = &h->m->node[2].load;
	struct load_report r = some(5, 0);

	(void)state;
	for (unsigned i = 1; i <= 3 * MODEL_SAMPLES; i++) {
		r.sample = (struct load_sample){.number = i, .values = i};
		tell(2, r);
		tell(2, r);
		assert_int_equal(l->samples, i);
		assert_int_equal(l->sample[(l->samples - 1) % MODEL_SAMPLES].values, i);
	}
	tell(2, some(6, 0));
	assert_int_equal(l->samples, 0);
}

static void a_load_ends_with_its_process(void **state)
{
	(void)state;
	tell(1, some(5, 50));
	handmade_tell(h, (struct event){.kind = EVENT_CRASHED, .node = 1});
	assert_says(1, "n1's load: 50 of 100 values chosen, 1000/s, p50 850 us, p99 4.1 ms; it "
		       "ended with the node's process");
	tell(2, some(6, 100));
	handmade_tell(h, (struct event){.kind = EVENT_CRASHED, .node = 2});
	assert_false(h->m->node[2].load.cut);
	/* nobody saw its end, but its next life */
	tell(3, some(7, 50));
	handmade_tell(h, (struct event){.kind = EVENT_STARTED, .node = 3, .boot = 2});
	assert_true(h->m->node[3].load.cut);
	tell(3, some(8, 1));
	assert_false(h->m->node[3].load.cut);
}

static void decide(value_ref value)
{
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(h, id, ballot_of(1, 1), value);
}

/* A load that runs, else the last one until something else happens. */
static void one_load_is_looked_at(void **state)
{
	(void)state;
	assert_int_equal(model_load_shown(h->m), NODE_NONE);
	tell(1, some(5, 100));
	assert_int_equal(model_load_shown(h->m), 1);
	model_time(h->m, h->m->now + 1000);
	tell(2, some(6, 50));
	assert_int_equal(model_load_shown(h->m), 2);
	model_time(h->m, h->m->now + 1000);
	tell(3, some(7, 100));
	assert_int_equal(model_load_shown(h->m), 2);
	tell(2, some(6, 100));
	handmade_tell(h, (struct event){.kind = EVENT_LET_GO, .node = 2});
	assert_int_not_equal(model_load_shown(h->m), NODE_NONE);
	h->now += 10000000;
	assert_int_not_equal(model_load_shown(h->m), NODE_NONE);
	handmade_queued(h, 1, h->a);
	decide(h->a);
	assert_int_equal(model_load_shown(h->m), NODE_NONE);
	tell(2, some(9, 1));
	assert_int_equal(model_load_shown(h->m), 2);
}

static void assert_of_load(const char *value, bool is)
{
	struct event e = {.kind = EVENT_CHOSEN};

	e.value = values_intern(h->m->values, (const uint8_t *)value, (uint32_t)strlen(value));
	assert_int_equal(event_is_of_load(h->m, &e), is);
}

static void values_of_long_loads_are_told_apart(void **state)
{
	struct load_report r = some(5, 1);

	(void)state;
	assert_of_load("17 of 8c1f0a9b......", false);
	r.count = 50;
	tell(1, r);
	assert_of_load("17 of 8c1f0a9b......", false);
	tell(2, some(6, 1));
	assert_of_load("17 of 8c1f0a9b......", true);
	assert_of_load("4294967295 of 8c1f0a9b", true);
	assert_of_load("17 of apples", false);
	assert_of_load("of 8c1f0a9b", false);
	assert_of_load("x17 of 8c1f0a9b", false);
	assert_of_load("17 of", false);
	assert_of_load("", false);
	assert_of_load("17 of 8c1", false);
	assert_of_load("17 of 8c1f", true);
	assert_of_load("17 of ffff", true);
	assert_of_load("17 of 8c1g", false);
	assert_of_load("17 oF 8c1f", false);
	assert_of_load("0 of aaaa", true);
	assert_of_load("9 of 9999", true);
	assert_of_load(BATCH_MARK "\1\1\1\1", true);
	assert_of_load(BATCH_MARK "\1\1\1", false);
	assert_of_load("\xfb"
		       "bas"
		       "\1\1\1\1\1",
		       false);
	assert_false(event_is_of_load(h->m, &(struct event){.value = VALUE_NOOP}));
	assert_false(event_is_of_load(h->m, &(struct event){.value = VALUE_NONE}));
}

/* While it runs, and of what is kept of that time; in multi mode a ballot is news. */
static void ballots_of_long_loads_are_told_apart(void **state)
{
	struct event e = {
		.kind = EVENT_PREPARING, .node = 2, .ballot = ballot_of(7, 2), .at = 5000};
	struct load_report r = some(5, 50);

	(void)state;
	r.elapsed_us = 2000;
	h->m->now = 6000;
	tell(2, r);
	assert_true(event_is_of_load(h->m, &e));
	e.at = 3999;
	assert_false(event_is_of_load(h->m, &e));
	e.at = 7000;
	assert_true(event_is_of_load(h->m, &e));
	r.done = true;
	r.values = 51;
	tell(2, r);
	assert_false(event_is_of_load(h->m, &e));
	e.at = 6000;
	assert_true(event_is_of_load(h->m, &e));
	e.ballot.node = 1;
	assert_false(event_is_of_load(h->m, &e));
	e.ballot.node = 31;
	assert_false(event_is_of_load(h->m, &e));
	e.ballot.node = 2;
	h->m->mode = MODE_MULTI;
	assert_false(event_is_of_load(h->m, &e));
}

static void a_load_is_behind_when_its_values_wait_for_long(void **state)
{
	struct load_report r = {.rate = 1, .behind_us = 10001, .elapsed_us = 200019};

	(void)state;
	assert_true(load_is_behind(&r));
	r.elapsed_us++;
	assert_false(load_is_behind(&r));
	r.elapsed_us = 0;
	r.behind_us = 10000;
	assert_false(load_is_behind(&r));
	r.behind_us = 20000;
	assert_true(load_is_behind(&r));
	r.rate = 0;
	assert_false(load_is_behind(&r));
}

/* A load of 50 values is told value by value. */
static void a_long_load_is_one_of_more_than_fifty(void **state)
{
	const struct event e = {.kind = EVENT_PREPARING, .node = 1, .ballot = ballot_of(7, 1)};
	struct load_report r = some(5, 1);

	(void)state;
	for (r.count = 49; r.count < 53; r.count++, r.number++) {
		tell(1, r);
		assert_int_equal(event_is_of_load(h->m, &e), r.count > 50);
		assert_of_load("17 of 8c1f0a9b", r.count > 50);
	}
}

static void numbers_are_short(void **state)
{
	static const struct {
		uint64_t us;
		const char *words;
	} latencies[] = {{0, "0 us"},        {999, "999 us"},     {1000, "1.0 ms"},
			 {99999, "99.9 ms"}, {100000, "100 ms"},  {999999, "999 ms"},
			 {1000000, "1.0 s"}, {59990000, "59.9 s"}};
	static const struct {
		uint64_t values, us;
		const char *words;
	} speeds[] = {{0, 0, "0.0"},
		      {1, 1000000, "1.0"},
		      {99, 10000000, "9.9"},
		      {10, 1000000, "10"},
		      {10000, 1000000, "10.0k"},
		      {100000, 1000000, "100k"},
		      {1, 1, "1000k"},
		      {123, 1000000, "123"},
		      {9999, 1000000, "9999"},
		      {12345, 1000000, "12.3k"},
		      {99999, 1000000, "99.9k"},
		      {800000, 1000000, "800k"},
		      {5, 0, "5000k"}};
	static const struct {
		uint64_t values, slots;
		const char *words;
	} in_slots[] = {{81, 10, "8.1"},   {80, 10, "8"},     {1234567, 1000, "1234"},
			{0, 0, "0"},       {999, 10, "99.9"}, {1000, 10, "100"},
			{1001, 10, "100"}, {85, 100, "0.9"},  {84, 100, "0.8"},
			{3, 1, "3"},       {5, 0, "0"},       {1, 3, "0.3"},
			{2, 3, "0.7"},     {1, 1, "1"}};
	char words[32];

	(void)state;
	for (unsigned i = 0; i < sizeof latencies / sizeof *latencies; i++) {
		latency_words(latencies[i].us, words, sizeof words);
		assert_string_equal(words, latencies[i].words);
	}
	for (unsigned i = 0; i < sizeof speeds / sizeof *speeds; i++) {
		speed_words(speeds[i].values, speeds[i].us, words, sizeof words);
		assert_string_equal(words, speeds[i].words);
	}
	for (unsigned i = 0; i < sizeof in_slots / sizeof *in_slots; i++) {
		per_slot_words(in_slots[i].values, in_slots[i].slots, words, sizeof words);
		assert_string_equal(words, in_slots[i].words);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_load_is_told_in_words),
		TEST(what_comes_late_or_twice_changes_nothing),
		TEST(samples_are_kept_in_their_order),
		TEST(a_load_ends_with_its_process),
		TEST(one_load_is_looked_at),
		TEST(values_of_long_loads_are_told_apart),
		TEST(ballots_of_long_loads_are_told_apart),
		TEST(numbers_are_short),
		TEST(a_load_is_behind_when_its_values_wait_for_long),
		TEST(a_long_load_is_one_of_more_than_fifty),
	};
	return cmocka_run_group_tests_name("loads", tests, NULL, NULL);
}
