/* The load generator against a list that a child could keep: chance chooses what is decided, in
 * which order, in which company, twice or never, by whom, and when. The member is a list here, so
 * that everything can come that a member may bring. SEED and ROUNDS say how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/member/load.h"

#define SIZE_MAX_HERE 100
#define ROUNDS        400
#define TURNS_MAX     4000

/* --- a member that is a list ---------------------------------------------------------------- */

struct proposal {
	uint8_t value[SIZE_MAX_HERE];
	time_us at, from; /* when it was proposed, and from when its latency counts */
};

struct member {
	struct proposal waits[LOAD_OUTSTANDING_MAX + 1]; /* in the order in which they came */
	uint32_t waiting;
	uint32_t length;
	bool full, refuses;
	bool feeds;        /* something goes into the core when the load has proposed all */
	uint32_t said_all; /* had been proposed when the load said that it was all */
	/* what is expected of the next proposals */
	time_us now;
	uint32_t rate;
	time_us started;
	uint32_t proposed;
	uint64_t waited; /* the last one, for its turn */
};

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

bool member_is_full(const struct member *m)
{
	return m->full;
}

uint32_t member_waiting(const struct member *m)
{
	return m->waiting;
}

static bool is_alike(const struct member *m, const uint8_t *value)
{
	for (uint32_t i = 0; i < m->waiting; i++)
		if (memcmp(m->waits[i].value, value, m->length) == 0)
			return true;
	return false;
}

bool member_proposed_all(struct member *m, time_us now)
{
	assert_int_equal(now, m->now);
	m->said_all = m->proposed;
	return m->feeds;
}

bool member_propose(struct member *m, time_us now, const uint8_t *value, uint32_t length)
{
	struct proposal *p = &m->waits[m->waiting];

	assert_false(m->full);
	assert_int_equal(now, m->now);
	assert_int_equal(length, m->length);
	if (m->refuses || m->waiting > LOAD_OUTSTANDING_MAX)
		return false;
	/* of one byte there are not enough */
	if (length > 1)
		assert_false(is_alike(m, value));
	memcpy(p->value, value, length);
	p->at = p->from = now;
	if (m->rate != 0) {
		const uint64_t us = (uint64_t)m->proposed * 1000000;

		p->from = m->started + us / m->rate + (us % m->rate != 0);
		assert_true(p->from <= now);
	}
	m->waiting++;
	m->proposed++;
	m->waited = now - p->from;
	return true;
}

/* --- what chance decides -------------------------------------------------------------------- */

struct expected {
	uint64_t values, slots, lost;
	uint64_t latency_max;
};

static struct load load;
static struct member member;
static struct expected expected;
static struct load_order order;
static uint8_t old_value[SIZE_MAX_HERE]; /* of the load before */

static uint8_t slot_bytes[65536];

static void forget(uint32_t at)
{
	member.waiting--;
	memmove(&member.waits[at], &member.waits[at + 1],
		(member.waiting - at) * sizeof member.waits[0]);
}

/* One of the values that wait is in this slot; of several alike ones the first. Returns where it
 * stood. */
static const uint8_t *decide_one(uint8_t value[SIZE_MAX_HERE])
{
	const uint32_t picked = (uint32_t)draw(member.waiting);
	uint32_t at = 0;

	memcpy(value, member.waits[picked].value, order.size_bytes);
	while (memcmp(member.waits[at].value, value, order.size_bytes) != 0)
		at++;
	expected.latency_max = higher_of(expected.latency_max, member.now - member.waits[at].from);
	expected.values++;
	forget(at);
	return value;
}

/* Nearly a value that waits: longer, shorter, of another run, or its number written otherwise. */
static uint32_t draw_lookalike(uint8_t value[SIZE_MAX_HERE + 1])
{
	const uint8_t *waits = member.waits[draw(member.waiting)].value;
	const uint32_t size = order.size_bytes;

	memcpy(value, waits, size);
	switch (draw(3)) {
	case 0:
		return size + 1;
	case 1:
		if (size <= 4)
			return size + 1;
		/* the tag stands behind the number, at the latest in bytes 14 to 21 */
		value[size < 22 ? lower_of(size, 12) - 1 : strcspn((const char *)value, "f") + 2] ^=
			1;
		return size;
	default:
		if (size < 22)
			return size > 1 ? size - 1 : 2;
		memcpy(value + 1, waits, size - 1);
		value[0] = '0';
		return size;
	}
}

/* A value that is none of the load's: of another node, of the load before, of another length, or
 * chosen once more. */
static uint32_t draw_stranger(const uint8_t *again, uint8_t value[SIZE_MAX_HERE + 1])
{
	uint32_t length = order.size_bytes;

	memset(value, 0xff, SIZE_MAX_HERE + 1);
	if (member.waiting > 0 && draw(2) == 0)
		return draw_lookalike(value);
	switch (draw(5)) {
	case 0:
		memcpy(value, old_value, length);
		break;
	case 1:
		memcpy(value, again, length);
		break;
	case 2:
		memcpy(value, again, length);
		length += 1;
		break;
	case 3:
		for (uint32_t i = 0; i < length; i++)
			value[i] = (uint8_t)draw(256);
		break;
	default:
		memcpy(value, "17 of ", lower_of(length, 6));
		break;
	}
	/* Bytes that are those of a value which waits are that value. */
	if (length == order.size_bytes && is_alike(&member, value))
		memset(value, 0xff, length);
	if (length == order.size_bytes && is_alike(&member, value))
		length++;
	return length;
}

/* One slot is decided: some of the load's values, some of others, alone or together. */
static void decide_slot(void)
{
	static uint8_t space[65536];
	const uint64_t before = expected.values;
	uint8_t value[SIZE_MAX_HERE + 1], last[SIZE_MAX_HERE] = {0};
	struct batch_writer w = batch_write(space, sizeof space);
	const uint8_t *bytes;
	uint32_t length;

	for (uint64_t left = 1 + draw(draw(3) == 0 ? 40 : 1); left > 0; left--) {
		if (member.waiting > 0 && draw(4) != 0) {
			decide_one(last);
			assert_true(batch_add(&w, last, order.size_bytes));
		} else {
			length = draw_stranger(last, value);
			assert_true(batch_add(&w, value, length));
		}
	}
	bytes = batch_end(&w, &length);
	memcpy(slot_bytes, bytes, length);
	expected.slots += expected.values != before;
	const struct member_write write[] = {
		{.kind = MEMBER_VOTE, .value = slot_bytes, .value_length = length},
		{.kind = MEMBER_CHOSEN, .value = slot_bytes, .value_length = length},
		{.kind = MEMBER_PROMISED},
	};
	const uint64_t changes = load.changes;
	load_observe(&load, write, 3, member.now);
	if (expected.values != before)
		assert_true(load.changes > changes);
	else if (load.at - load.sample_from > 0)
		assert_int_equal(load.changes, changes);
}

static void check_report(void)
{
	struct load_report r;

	load_report_make(&load, &r);
	assert_int_equal(r.number, order.number);
	assert_int_equal(r.count, order.count);
	assert_int_equal(r.values, expected.values);
	assert_int_equal(r.slots, expected.slots);
	assert_int_equal(r.lost, expected.lost);
	assert_int_equal(r.latency_max_us, expected.latency_max);
	assert_int_equal(r.behind_us, member.waited);
	assert_true(r.latency_p50_us <= r.latency_p99_us);
	assert_true(r.latency_p99_us <= r.latency_p999_us);
	assert_true(r.latency_p999_us <= r.latency_max_us);
	assert_int_equal(r.done, member.proposed == order.count && member.waiting == 0);
	assert_true(load.in_flight <= order.outstanding);
	assert_int_equal(load.in_flight, member.waiting);
}

/* So many should have arrived by now, of which those that have no room wait. */
static void check_arrivals(void)
{
	struct load_report r;
	uint64_t due;

	load_report_make(&load, &r);
	if (order.rate == 0 || r.done)
		return;
	due = (member.now - member.started) * order.rate / 1000000 + 1;
	due = lower_of(due, order.count);
	assert_int_equal(r.behind, due - member.proposed);
}

static void propose(void)
{
	const uint32_t before = member.proposed;

	member.full = draw(10) == 0;
	member.refuses = draw(10) == 0;
	member.feeds = draw(10) == 0;
	const bool was_running = load.running;
	const bool proposed = load_propose(&load, &member, member.now);
	assert_int_equal(proposed, member.proposed != before || (was_running && member.feeds));
	if (was_running)
		assert_int_equal(member.said_all, member.proposed);
	member.feeds = false;
	if (!member.full && !member.refuses && order.rate == 0)
		assert_true(!load.running || member.waiting == order.outstanding ||
			    member.proposed == order.count);
	if (load.running)
		check_arrivals();
	assert_true(!load.running || load_wake(&load) > member.now);
	assert_true(load.running || load_wake(&load) == 0);
}

static void lose_all(void)
{
	expected.lost += member.waiting;
	member.waiting = 0;
	member.full = true;
	const uint64_t lost = load.lost, changes = load.changes;
	load_propose(&load, &member, member.now);
	assert_int_equal(load.changes > changes, load.lost > lost);
	member.full = false;
}

static void begin(uint64_t number)
{
	static const uint32_t sizes[] = {1, 2, 3, 4, 5, 8, 11, 12, 13, 21, 22, 23, 64, 100};
	static const uint32_t outstanding[] = {1, 2, 3, 16, 100, 300, 1000, LOAD_OUTSTANDING_MAX};

	if (member.waiting > 0)
		memcpy(old_value, member.waits[0].value, SIZE_MAX_HERE);
	order = (struct load_order){
		.number = number,
		.count = 1 + (uint32_t)draw(draw(4) == 0 ? 5000 : 200),
		.size_bytes = sizes[draw(sizeof sizes / sizeof sizes[0])],
		.outstanding = outstanding[draw(sizeof outstanding / sizeof outstanding[0])],
		.rate = draw(2) == 0 ? 0 : 1 + (uint32_t)draw(draw(2) == 0 ? 50 : 100000),
	};
	expected = (struct expected){0};
	member.waiting = member.proposed = member.said_all = 0;
	member.waited = 0;
	member.length = order.size_bytes;
	member.rate = order.rate;
	member.started = member.now;
	load_begin(&load, &order, random_next(&random_state), member.now);
}

static void every_value_is_found_once(void **state)
{
	const char *seed = getenv("SEED"), *rounds = getenv("ROUNDS");
	const uint64_t last = rounds == NULL ? ROUNDS : strtoull(rounds, NULL, 10);
	uint64_t turns_in_all = 0;

	(void)state;
	random_state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	load_init(&load);
	for (uint64_t round = 1; round <= last; round++) {
		begin(round);
		check_report();
		unsigned turns = 0;
		for (; load.running && turns < TURNS_MAX; turns++) {
			member.now += draw(3) == 0 ? draw(200000) : draw(300);
			propose();
			for (uint64_t left = draw(8); left > 0; left--)
				decide_slot();
			if (draw(300) == 0)
				lose_all();
			check_report();
		}
		turns_in_all += turns;
		/* the next one begins when this is over, or in the midst of it */
	}
	assert_true(turns_in_all > last);
}

/* --- by hand --------------------------------------------------------------------------------- */

static void start(uint32_t count, uint32_t size, uint32_t outstanding, uint32_t rate)
{
	begin(1);
	order = (struct load_order){7, count, size, outstanding, rate, {0}};
	member.length = size;
	member.rate = rate;
	member.full = member.refuses = false;
	expected = (struct expected){0};
	load_begin(&load, &order, 0x0123456789abcdef, member.now);
}

static void a_value_can_be_read(void **state)
{
	(void)state;
	start(12, 30, 12, 0);
	load_propose(&load, &member, member.now);
	assert_memory_equal(member.waits[0].value, "1 of 89abcdef.................", 30);
	assert_memory_equal(member.waits[11].value, "12 of 89abcdef................", 30);
	start(2, 5, 2, 0);
	load_propose(&load, &member, member.now);
	assert_memory_equal(member.waits[1].value, "\x02\0\0\0\xef", 5);
}

/* Values that were late because the cluster stood still count from when they were to arrive. */
static void a_wait_that_was_not_proposed_counts(void **state)
{
	struct load_report r;

	(void)state;
	start(1000, 64, 1, 1000);
	load_propose(&load, &member, member.now);
	assert_int_equal(member.waiting, 1);
	member.now += 500000;
	load_propose(&load, &member, member.now);
	load_report_make(&load, &r);
	assert_int_equal(r.behind, 500);
	while (expected.values < 500) {
		decide_slot();
		load_propose(&load, &member, member.now);
	}
	load_report_make(&load, &r);
	assert_true(r.latency_max_us == 500000);
	assert_true(r.latency_p50_us > 240000 && r.latency_p50_us < 260000);
}

static void an_order_to_propose_nothing_ends_it(void **state)
{
	struct load_order none = {.number = 9};
	struct load_report r;

	(void)state;
	start(100, 64, 10, 0);
	load_propose(&load, &member, member.now);
	load_begin(&load, &none, 0, member.now + 10);
	load_report_make(&load, &r);
	assert_true(r.done);
	assert_int_equal(r.number, 7);
	assert_int_equal(r.lost, 10);
	assert_int_equal(load_wake(&load), 0);
	assert_false(load_propose(&load, &member, member.now + 20));
	/* there was none: nothing happens */
	load_init(&load);
	load_begin(&load, &none, 0, 1);
	load_report_make(&load, &r);
	assert_int_equal(r.number, 0);
	assert_int_equal(load_wake(&load), 0);
}

static void a_sample_is_of_its_stretch_of_time(void **state)
{
	(void)state;
	start(1000, 64, 4, 0);
	for (unsigned i = 0; i < 50; i++) {
		load_propose(&load, &member, member.now);
		member.now += 10000;
		decide_slot();
	}
	assert_int_equal(load.sample.number, 5);
	assert_int_equal(load.sample.lasted_us, LOAD_SAMPLE_US);
	member.now += LOAD_SAMPLE_US;
	load_propose(&load, &member, member.now); /* what was decided last is in this one */
	/* nothing for a while: the sample is as long as that */
	const uint32_t number = load.sample.number;
	member.now += 10 * LOAD_SAMPLE_US;
	load_propose(&load, &member, member.now);
	assert_int_equal(load.sample.number, number + 1);
	assert_int_equal(load.sample.lasted_us, 10 * LOAD_SAMPLE_US);
	assert_int_equal(load.sample.latency_p50_us, 0);
	/* what is quick now is not mixed with what was slow before */
	for (unsigned i = 0; i < 400; i++) {
		member.now += 500;
		decide_slot();
		load_propose(&load, &member, member.now);
	}
	assert_true(load.sample.number > number + 1);
	assert_true(load.sample.latency_p50_us > 0 && load.sample.latency_p50_us < 10000);
}

static void numbers_at_their_ends_are_sound(void **state)
{
	struct load_order o = {
		1, LOAD_COUNT_MAX, VALUE_BYTES_MAX, LOAD_OUTSTANDING_MAX, LOAD_RATE_MAX, {0}};

	(void)state;
	assert_true(load_is_sound(&o));
	/* the last value of the slowest and of the fastest load has its time */
	o.size_bytes = 1;
	o.rate = 1;
	load_begin(&load, &o, 1, UINT64_C(1) << 50);
	load.proposed = o.count - 1;
	assert_int_equal(load_wake(&load), (UINT64_C(1) << 50) + LOAD_SAMPLE_US);
	load.sample_from = UINT64_C(1) << 60;
	assert_int_equal(load_wake(&load),
			 (UINT64_C(1) << 50) + (LOAD_COUNT_MAX - 1) * UINT64_C(1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_found_once),
		cmocka_unit_test(a_value_can_be_read),
		cmocka_unit_test(a_wait_that_was_not_proposed_counts),
		cmocka_unit_test(an_order_to_propose_nothing_ends_it),
		cmocka_unit_test(a_sample_is_of_its_stretch_of_time),
		cmocka_unit_test(numbers_at_their_ends_are_sound),
	};
	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
