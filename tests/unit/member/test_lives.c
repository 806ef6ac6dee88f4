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

/* n1 votes for what n2 proposes, and says so to n2 only. n3 hears of it with n2's Commit. */
static void who_learns_a_decision_learns_how_much_the_voters_had_stored(void **state)
{
	(void)state;
	struct member *m[NODES + 1] = {NULL};
	for (node_id id = 1; id <= NODES; id++)
		m[id] = member_of(id, 1, 100u + id);
	for (node_id id = 1; id <= NODES; id++)
		for (node_id peer = 1; peer <= NODES; peer++)
			if (id != peer)
				assert_true(member_greeted(
					m[id], peer, &(struct known_life){1, 100u + peer, 0}, 0));
	const time_us now = 1000000000;
	static uint8_t wire[64][1024];
	size_t length[64];
	node_set to[64];
	unsigned first = 0, last = 0;
	bool said = false;
	member_propose(m[2], now, (const uint8_t *)"x", 1);
	for (node_id id = 2;;) {
		const struct member_output *out = member_output(m[id]);
		member_stamp(m[id], 40u + id);
		for (unsigned i = 0; i < out->frames && last < 64; i++, last++) {
			memcpy(wire[last], out->frame[i].bytes, out->frame[i].length);
			length[last] = out->frame[i].length;
			to[last] = out->frame[i].to;
		}
		member_clear(m[id]);
		/* n3 hears of n2 only, and answers nothing */
		while (first < last && (to[first] & ~set_of(NODES)) == 0)
			first++;
		if (first == last)
			break;
		static struct frame frame;
		struct values *values = member_values(m[NODES]);
		const struct wire_context context = {.cluster = "test", .epoch = 1, .nodes = NODES};
		assert_int_equal(frame_decode(&context, wire[first], length[first], values, &frame),
				 DROP_NOTHING);
		said |= frame.sender == 1 && set_has(frame.to, NODES);
		if (set_has(to[first], NODES)) {
			member_frame_in(m[NODES], now, wire[first], length[first]);
			member_clear(m[NODES]);
		}
		id = set_lowest(to[first] & ~set_of(NODES));
		member_frame_in(m[id], now, wire[first], length[first]);
		first++;
	}
	assert_false(said);
	assert_int_equal(paxos_base(member_paxos(m[NODES])), 1);
	assert_int_equal(member_lives(m[NODES])[2].stored, 42);
	assert_int_equal(member_lives(m[NODES])[1].stored, 41);
	/* so n3 does not believe a copy of n1 that was made before */
	assert_false(greet(m[NODES], 102, 101, 40));
	for (node_id id = 1; id <= NODES; id++)
		free(m[id]);
}

static void what_was_heard_is_told_once_and_not_by_hearsay(void **state)
{
	(void)state;
	static struct lives lives;
	const struct hearsay heard = {.count = 2, .of = {{1, {4, 104, 30}}, {3, {7, 107, 50}}}};
	struct frame frame = {.sender = 1, .id = {1, 4, 1}, .life = 104, .stored = 20};
	struct hearsay told;
	bool is_new = false;
	lives.known[1] = (struct known_life){4, 104, 10};
	lives.known[3] = (struct known_life){7, 107, 10};
	assert_int_equal(lives_judge(&lives, &frame, &is_new), DROP_NOTHING);
	/* nothing that n1 need be told of itself */
	lives_tell(&lives, set_of(1), &told);
	assert_int_equal(told.count, 0);
	lives_tell(&lives, set_of(1) | set_of(3), &told);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.of[0].node, 1);
	assert_int_equal(told.of[0].life.number, 104);
	assert_int_equal(told.of[0].life.stored, 20);
	lives_tell(&lives, set_of(3), &told);
	assert_int_equal(told.count, 0);
	lives_tell(&lives, set_of(NODES_MAX), &told);
	assert_int_equal(told.count, 1);
	/* as much as before is no news */
	assert_int_equal(lives_judge(&lives, &frame, &is_new), DROP_NOTHING);
	lives_tell(&lives, set_of(3), &told);
	assert_int_equal(told.count, 0);
	/* by hearsay, of another than itself */
	lives_hear(&lives, 3, &heard, &is_new);
	assert_int_equal(lives.known[1].stored, 30);
	assert_int_equal(lives.known[3].stored, 10);
	lives_tell(&lives, set_of(3), &told);
	assert_int_equal(told.count, 0);
	assert_false(is_new);
}

/* A later life of n1 that was greeted begins by hearsay too; one that was not is not believed. */
static void hearsay_begins_a_life_that_was_greeted(void **state)
{
	(void)state;
	static struct lives lives;
	struct hearsay heard = {.count = 1, .of = {{1, {5, 105, 30}}}};
	bool is_new = false;
	lives.known[1] = (struct known_life){4, 104, 10};
	lives_hear(&lives, 2, &heard, &is_new);
	assert_int_equal(lives.known[1].number, 104);
	assert_int_equal(lives.known[1].stored, 10);
	assert_false(is_new);
	assert_true(lives_greet(&lives, 1, &(struct known_life){5, 105, 12}, 104));
	lives_hear(&lives, 2, &heard, &is_new);
	assert_int_equal(lives.known[1].number, 105);
	assert_int_equal(lives.known[1].stored, 30);
	assert_true(is_new);
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
		cmocka_unit_test(who_learns_a_decision_learns_how_much_the_voters_had_stored),
		cmocka_unit_test(what_was_heard_is_told_once_and_not_by_hearsay),
		cmocka_unit_test(hearsay_begins_a_life_that_was_greeted),
		cmocka_unit_test(what_another_node_repeats_says_nothing_of_the_source),
		cmocka_unit_test(a_simulated_member_tells_no_lives_apart),
	};
	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
