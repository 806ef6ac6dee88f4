/* Lives of peers: an old copy of a node's directory is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/member/lives.h"
#include "proto/member/member.h"

#define NODES 3

static struct member *member_of(node_id self, uint16_t boot, uint32_t life)
{
	struct member_config config = {
		.paxos = paxos_config_default(self, NODES, MODE_MULTI),
		.wire = {.cluster = "test", .epoch = 1, .nodes = NODES},
		.crypto = &crypto_symbolic,
		.boot = boot,
		.life = life,
		.clock = {.num = 1},
		.random = self,
	};
	void *memory = calloc(1, member_size(&config));

	assert_non_null(memory);
	struct member *m = member_init(memory, &config);
	member_start(m, 1);
	member_clear(m);
	return m;
}

/* n1 proposes, and n2 hears its Prepare, stamped so. Returns why n2 dropped it. */
static enum drop hear(struct member *from, struct member *to, uint64_t stored)
{
	static time_us now = 1;
	const struct member_counts before = *member_counts(to);

	now += 10000000;
	member_propose(from, now, (const uint8_t *)"x", 1);
	member_tick(from, now);
	const struct member_output *out = member_output(from);
	assert_true(out->frames > 0);
	member_stamp(from, stored);
	member_frame_in(to, now, out->frame[0].bytes, out->frame[0].length);
	member_clear(from);
	member_clear(to);
	for (enum drop why = DROP_NOTHING + 1; why < DROPS; why++)
		if (member_counts(to)->dropped[why] != before.dropped[why])
			return why;
	return DROP_NOTHING;
}

/* Life `number` of n1 begins; it remembers that life `past` ended with so many transactions. */
static bool greet(struct member *to, uint32_t number, uint32_t past, uint64_t stored)
{
	const struct known_life begun = {(uint16_t)(number - 100), number, stored};
	return member_greeted(to, 1, &begun, past);
}

static void a_life_is_believed_when_it_was_told_of(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 1, 101), *n2 = member_of(2, 1, 222);
	assert_int_equal(hear(n1, n2, 1), DROP_LIFE);
	assert_true(greet(n2, 101, 0, 0));
	assert_int_equal(member_lives(n2)[1].boot, 0);
	assert_int_equal(hear(n1, n2, 5), DROP_NOTHING);
	assert_int_equal(member_lives(n2)[1].stored, 5);
	assert_true(greet(n2, 101, 0, 0));
	assert_int_equal(hear(n1, n2, 4), DROP_NOTHING);
	assert_int_equal(member_lives(n2)[1].stored, 5);
	free(n1);
	free(n2);
}

static void a_later_life_takes_the_place_of_the_one_before(void **state)
{
	(void)state;
	struct member *before = member_of(1, 1, 101), *after = member_of(1, 2, 102);
	struct member *n2 = member_of(2, 1, 222);
	assert_true(greet(n2, 101, 0, 0));
	assert_int_equal(hear(before, n2, 3), DROP_NOTHING);
	assert_true(greet(n2, 102, 101, 7));
	assert_int_equal(hear(after, n2, 8), DROP_NOTHING);
	assert_int_equal(member_lives(n2)[1].stored, 8);
	assert_int_equal(hear(before, n2, 9), DROP_LIFE);
	assert_int_equal(member_lives(n2)[1].stored, 8);
	assert_false(greet(n2, 101, 0, 0));
	free(before);
	free(after);
	free(n2);
}

static void a_life_that_forgot_the_end_of_the_one_before_is_not_believed(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 4, 104), *copy = member_of(1, 5, 105);
	struct member *n2 = member_of(2, 1, 222);
	assert_true(greet(n2, 104, 103, 20));
	assert_int_equal(hear(n1, n2, 30), DROP_NOTHING);
	assert_false(greet(n2, 105, 104, 29));
	assert_int_equal(hear(copy, n2, 31), DROP_LIFE);
	assert_true(greet(n2, 105, 104, 30));
	assert_int_equal(hear(copy, n2, 31), DROP_NOTHING);
	free(n1);
	free(copy);
	free(n2);
}

/* However often an old copy is started, it never lived the life that is known here. */
static void a_life_that_does_not_know_the_one_before_is_not_believed(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 4, 104), *n2 = member_of(2, 1, 222);
	assert_true(greet(n2, 104, 103, 20));
	assert_int_equal(hear(n1, n2, 20), DROP_NOTHING);
	assert_false(greet(n2, 105, 103, 20));
	assert_false(greet(n2, 109, 108, 1000));
	assert_false(greet(n2, 110, 0, 0));
	assert_int_equal(member_lives(n2)[1].number, 104);
	assert_true(greet(n2, 110, 104, 20));
	free(n1);
	free(n2);
}

/* Another peer may know better, and then that life never was. */
static void a_life_counts_from_its_first_message_on(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 1, 101), *n2 = member_of(2, 1, 222);
	assert_true(greet(n2, 101, 0, 0));
	assert_int_equal(hear(n1, n2, 5), DROP_NOTHING);
	assert_true(greet(n2, 102, 101, 6));
	assert_int_equal(member_lives(n2)[1].number, 101);
	assert_true(greet(n2, 103, 101, 9));
	free(n1);
	n1 = member_of(1, 3, 103);
	assert_int_equal(hear(n1, n2, 10), DROP_NOTHING);
	assert_int_equal(member_lives(n2)[1].number, 103);
	free(n1);
	free(n2);
}

static void what_goes_by_to_others_tells_how_much_is_stored(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 1, 101), *n2 = member_of(2, 1, 222);
	uint8_t bytes[30] = {WIRE_VERSION, 0, 1, 4, 0, 0, 0, 1, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 101};
	bytes[22] = 44;
	assert_true(greet(n2, 101, 0, 0));
	member_overhear(n2, bytes, sizeof bytes - 1);
	assert_int_equal(member_lives(n2)[1].stored, 0);
	member_overhear(n2, bytes, sizeof bytes);
	assert_int_equal(member_lives(n2)[1].stored, 44);
	assert_true(member_output(n2)->must_sync);
	assert_false(greet(n2, 102, 101, 43));
	free(n1);
	free(n2);
}

static void what_another_node_repeats_says_nothing_of_the_source(void **state)
{
	(void)state;
	static struct lives lives;
	bool is_new;
	lives.known[1] = (struct known_life){4, 111, 20};
	struct frame frame = {.sender = 2, .id = {1, 9, 1}, .life = 5, .stored = 999};
	assert_int_equal(lives_judge(&lives, &frame, &is_new), DROP_NOTHING);
	assert_int_equal(lives.known[1].stored, 20);
	assert_int_equal(lives.known[2].stored, 0);
}

static void a_simulated_member_tells_no_lives_apart(void **state)
{
	(void)state;
	struct member *n1 = member_of(1, 1, 0), *n2 = member_of(2, 1, 0);
	assert_int_equal(hear(n1, n2, 0), DROP_NOTHING);
	free(n1);
	free(n2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_is_believed_when_it_was_told_of),
		cmocka_unit_test(a_later_life_takes_the_place_of_the_one_before),
		cmocka_unit_test(a_life_that_forgot_the_end_of_the_one_before_is_not_believed),
		cmocka_unit_test(a_life_that_does_not_know_the_one_before_is_not_believed),
		cmocka_unit_test(a_life_counts_from_its_first_message_on),
		cmocka_unit_test(what_goes_by_to_others_tells_how_much_is_stored),
		cmocka_unit_test(what_another_node_repeats_says_nothing_of_the_source),
		cmocka_unit_test(a_simulated_member_tells_no_lives_apart),
	};
	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
