/* Gates: what is held, in which order it stands there, and what of it outlives a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"

#define NODES 3

struct bench {
	struct member_config config[NODES + 1];
	struct member *m[NODES + 1];
	void *memory[NODES + 1];
	uint64_t number;
	struct event told[4000]; /* by all, as they were told */
	unsigned tells;
};

static struct bench bench;

static const struct clock_rule unlimited = {.num = 1, .den = 0};
static const struct clock_rule paused = {.num = 0, .den = 1};

static struct member_config config_of(node_id self, struct clock_rule clock)
{
	struct member_config c = {
		.paxos = paxos_config_default(self, NODES, MODE_SINGLE),
		.wire = {.cluster = "test", .epoch = 1, .nodes = NODES},
		.crypto = &crypto_symbolic,
		.boot = 1,
		.clock = clock,
		.random = self,
	};
	struct secret_key secret;

	for (node_id peer = 1; peer <= NODES; peer++) {
		c.link[peer] = link_rule_default();
		key_pair_symbolic(peer, &c.keys[peer], &secret);
	}
	key_pair_symbolic(self, &c.keys[self], &c.key);
	return c;
}

static void start(node_id id, time_us now)
{
	struct bench *b = &bench;

	b->m[id] = member_init(b->memory[id], &b->config[id]);
	member_start(b->m[id], now);
	member_clear(b->m[id]);
}

static void begin(struct clock_rule clock)
{
	struct bench *b = &bench;

	b->number = b->tells = 0;
	for (node_id id = 1; id <= NODES; id++) {
		b->config[id] = config_of(id, clock);
		if (b->memory[id] == NULL)
			b->memory[id] = malloc(member_size(&b->config[id]));
		assert_non_null(b->memory[id]);
		start(id, 0);
	}
}

static int end(void **state)
{
	(void)state;
	for (node_id id = 1; id <= NODES; id++)
		free(bench.memory[id]);
	return 0;
}

static void note(const struct member_output *out)
{
	for (unsigned i = 0; i < out->events && bench.tells < 4000; i++)
		bench.told[bench.tells++] = out->event[i];
}

/* Hands on what is owed until nobody owes anything. */
static void settle(time_us now)
{
	struct bench *b = &bench;
	bool again = true;

	for (unsigned turns = 0; again && turns < 1000; turns++) {
		again = false;
		for (node_id from = 1; from <= NODES; from++) {
			const struct member_output *out = member_output(b->m[from]);

			for (unsigned i = 0; i < out->frames; i++)
				for (node_id to = 1; to <= NODES; to++)
					if (to != from)
						member_frame_in(b->m[to], now, out->frame[i].bytes,
								out->frame[i].length);
			again |= out->frames > 0;
			note(out);
			member_clear(b->m[from]);
		}
	}
}

static bool give(node_id id, time_us now, struct control c)
{
	c.to = set_of(id);
	c.number = ++bench.number;
	member_control_in(bench.m[id], now, &c);
	const struct member_output *out = member_output(bench.m[id]);

	for (unsigned i = 0; i < out->events; i++)
		if (out->event[i].kind == EVENT_DISOBEYED && out->event[i].number == c.number) {
			settle(now);
			return false;
		}
	settle(now);
	return true;
}

static void propose(node_id id, time_us now, const char *value)
{
	give(id, now,
	     (struct control){.kind = CONTROL_PROPOSE,
			      .slot = SLOT_NONE,
			      .value = (const uint8_t *)value,
			      .value_length = (uint32_t)strlen(value)});
}

static struct control gate_of(node_id from, type_set types)
{
	struct control c = {.kind = CONTROL_GATE, .count = 1};

	gate_rule_set(&c.gate, from, types, true);
	return c;
}

static const struct snapshot *snap(node_id id)
{
	static struct snapshot s;

	member_snapshot(bench.m[id], &s);
	return &s;
}

/* What is held at the node: "2>1 promise, ...", in its order. */
static const char *held(node_id id)
{
	static char words[400];
	size_t used = 0;
	const struct snapshot *s = snap(id);

	words[0] = 0;
	for (unsigned i = 0; i < s->held; i++)
		used += (size_t)snprintf(words + used, sizeof words - used, "%s%u>%u %s%s",
					 i > 0 ? ", " : "", s->held_message[i].peer, id,
					 message_name(s->held_message[i].type),
					 s->held_message[i].copy > 0 ? " again" : "");
	return words;
}

static struct control about(enum control_kind kind, node_id at, unsigned i)
{
	const struct event e = snap(at)->held_message[i];

	return (struct control){.kind = kind, .id = e.id, .copy = e.copy};
}

static void a_gate_holds_only_the_types_that_it_names(void **state)
{
	(void)state;
	begin(unlimited);
	give(1, 1, gate_of(2, 1u << MSG_ACCEPTED));
	give(1, 1, gate_of(2, 1u << MSG_ACCEPTED));
	propose(1, 2, "apple");
	assert_string_equal(held(1), "2>1 accepted");
	assert_int_equal(snap(1)->slot[0].chosen != VALUE_NONE, true); /* its own vote and n3's */
}

static void a_gate_holds_only_the_links_that_it_names(void **state)
{
	(void)state;
	begin(unlimited);
	give(1, 1, gate_of(3, TYPES_ALL));
	propose(1, 2, "apple");
	assert_memory_equal(held(1), "3>1 promise", 11);
	assert_null(strstr(held(1), "2>1"));
}

static void a_nodes_own_promise_and_vote_are_held_too(void **state)
{
	struct bench *b = &bench;

	(void)state;
	begin(unlimited);
	give(1, 1, gate_of(GATE_OWN, 1u << MSG_PROMISE | 1u << MSG_ACCEPTED));
	/* Alone with n2: it takes its own promise to have a quorum. */
	give(3, 1, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 2, "apple");
	assert_string_equal(held(1), "1>1 promise");
	assert_int_equal(snap(1)->role, ROLE_PREPARING);
	assert_true(give(1, 3, about(CONTROL_DELIVER, 1, 0)));
	assert_string_equal(held(1), "1>1 accepted");
	assert_int_equal(snap(1)->slot[0].chosen, VALUE_NONE);
	assert_true(give(1, 4, about(CONTROL_DELIVER, 1, 0)));
	assert_int_not_equal(snap(1)->slot[0].chosen, VALUE_NONE);
	assert_string_equal(held(1), "");
	/* What was held at its own gate has names of its own. */
	for (unsigned i = 0; i < b->tells; i++)
		for (unsigned k = i + 1; k < b->tells; k++)
			if (b->told[i].kind == EVENT_HELD && b->told[k].kind == EVENT_SENT &&
			    b->told[i].peer == 1 && b->told[k].node == 1)
				assert_int_not_equal(b->told[i].id.number, b->told[k].id.number);
}

static void an_own_message_that_is_dropped_is_lost_to_the_node(void **state)
{
	(void)state;
	begin(unlimited);
	give(1, 1, gate_of(GATE_OWN, 1u << MSG_PROMISE));
	give(3, 1, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 2, "apple");
	assert_true(give(1, 3, about(CONTROL_DISCARD, 1, 0)));
	assert_int_equal(snap(1)->role, ROLE_PREPARING);
	/* It asks again, itself too. */
	member_tick(bench.m[1], 3000000);
	settle(3000000);
	assert_string_equal(held(1), "1>1 promise");
}

static void a_message_is_moved_before_another(void **state)
{
	(void)state;
	begin(unlimited);
	give(1, 1, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 2, "apple");
	assert_string_equal(held(1), "2>1 promise, 3>1 promise");
	struct control move = about(CONTROL_MOVE, 1, 1);
	move.other = snap(1)->held_message[0].id;
	bench.tells = 0;
	assert_true(give(1, 3, move));
	assert_string_equal(held(1), "3>1 promise, 2>1 promise");
	/* The whole order is told. */
	node_id order[NODES] = {0};
	unsigned told = 0;
	for (unsigned i = 0; i < bench.tells; i++)
		if (bench.told[i].kind == EVENT_HELD && told < NODES)
			order[told++] = bench.told[i].peer;
	assert_int_equal(told, 2);
	assert_int_equal(order[0], 3);
	assert_int_equal(order[1], 2);
	/* One that is not there, and one before itself, are refused. */
	move.id.number = 999;
	assert_false(give(1, 3, move));
	move = about(CONTROL_MOVE, 1, 1);
	move.other = move.id;
	assert_false(give(1, 3, move));
	/* In that order they come in when the gate opens. */
	bench.tells = 0;
	give(1, 4, (struct control){.kind = CONTROL_GATE});
	unsigned first = 0;
	while (bench.told[first].kind != EVENT_RECEIVED)
		first++;
	assert_int_equal(bench.told[first].peer, 3);
}

static void a_gate_that_names_less_lets_the_rest_through(void **state)
{
	(void)state;
	begin(unlimited);
	give(1, 1, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 2, "apple");
	give(1, 3, gate_of(3, TYPES_ALL));
	assert_null(strstr(held(1), "2>1"));
	assert_non_null(strstr(held(1), "3>1 promise"));
}

/* The driver's part: what was kept is given back in the next life. */
static void restart(node_id id, time_us now)
{
	static uint8_t bytes[100000];
	struct gate_rule gate;
	struct clock_rule clock;
	uint64_t number;
	struct link_rule link[NODES_MAX + 1];
	const size_t size = member_kept_size(bench.m[id]);

	assert_true(size <= sizeof bytes);
	assert_int_equal(member_kept(bench.m[id], bytes, size), size);
	member_settings(bench.m[id], &clock, link, &gate, &number);
	bench.config[id].gate = gate;
	bench.config[id].boot++;
	bench.config[id].number = number;
	start(id, now);
	/* A file that was cut anywhere gives back what is whole, and harms nothing. */
	member_kept_in(bench.m[id], bytes, size > 0 ? size - 1 : 0);
	note(member_output(bench.m[id]));
	member_clear(bench.m[id]);
	start(id, now);
	member_kept_in(bench.m[id], bytes, size);
	note(member_output(bench.m[id]));
	member_clear(bench.m[id]);
}

static void what_is_kept_outlives_a_crash_and_nothing_else(void **state)
{
	struct control keep = gate_of(2, TYPES_ALL);

	(void)state;
	begin(unlimited);
	keep.gate.keep = true;
	gate_rule_set(&keep.gate, 3, 1u << MSG_PROMISE, true);
	give(1, 1, keep);
	propose(1, 2, "apple");
	assert_string_equal(held(1), "2>1 promise, 3>1 promise");
	assert_true(give(1, 2, about(CONTROL_DUPLICATE, 1, 0)));
	restart(1, 5);
	assert_string_equal(held(1), "2>1 promise, 3>1 promise, 2>1 promise again");
	assert_true(snap(1)->gate.keep);
	assert_true(give(1, 6, about(CONTROL_DELIVER, 1, 0)));
	keep.gate.keep = false;
	give(1, 6, keep);
	assert_int_equal(member_kept_size(bench.m[1]), 0);
	restart(1, 7);
	assert_string_equal(held(1), "");
}

static void the_driver_is_told_when_what_is_kept_has_changed(void **state)
{
	struct control keep = gate_of(2, TYPES_ALL);

	(void)state;
	begin(unlimited);
	assert_false(member_output(bench.m[1])->kept_changed);
	keep.gate.keep = true;
	keep.to = 1;
	keep.number = ++bench.number;
	member_control_in(bench.m[1], 1, &keep);
	assert_true(member_output(bench.m[1])->kept_changed);
	member_clear(bench.m[1]);
	assert_false(member_output(bench.m[1])->kept_changed);
	member_tick(bench.m[1], 2);
	assert_false(member_output(bench.m[1])->kept_changed);
}

/* --- one thing at a time --------------------------------------------------------------------- */

static struct control advance(time_us due, node_id peer)
{
	return (struct control){.kind = CONTROL_ADVANCE, .due = due, .peer = peer};
}

static void a_step_of_one_node_lets_just_that_message_in(void **state)
{
	struct control step;

	(void)state;
	begin(paused);
	propose(1, 0, "apple");
	assert_string_equal(held(2), "1>2 prepare");
	assert_string_equal(held(3), "1>3 prepare");
	step = about(CONTROL_ADVANCE, 2, 0);
	step.due = snap(2)->held_message[0].due;
	step.peer = 2;
	for (node_id id = 1; id <= NODES; id++)
		assert_true(give(id, 0, step));
	assert_string_equal(held(2), "");
	assert_string_equal(held(3), "1>3 prepare");
	assert_string_equal(held(1), "2>1 promise");
	assert_int_equal(snap(3)->at, step.due);
	/* Again: n2 has it no more, and says so. */
	assert_false(give(2, 0, step));
	/* Not before it is due, nor back in time. */
	step = about(CONTROL_ADVANCE, 3, 0);
	step.peer = 3;
	step.due = snap(3)->held_message[0].due - 1;
	if (step.due >= snap(3)->at)
		assert_false(give(3, 0, step));
	assert_false(give(3, 0, advance(1, 3)));
}

static void a_step_of_timers_lets_no_message_in(void **state)
{
	time_us wake;

	(void)state;
	begin(paused);
	propose(1, 0, "apple");
	wake = snap(1)->wake_at;
	assert_true(wake > 0);
	/* All is overdue by then, and only n1 does something: it asks again. */
	for (node_id id = 1; id <= NODES; id++)
		assert_true(give(id, 0, advance(wake, 1)));
	assert_string_equal(held(2), "1>2 prepare, 1>2 prepare");
	assert_int_equal(snap(2)->received, 0);
	assert_string_equal(held(1), "");
}

static void a_message_that_is_due_stops_at_the_gate(void **state)
{
	struct control step;

	(void)state;
	begin(paused);
	give(2, 0, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 0, "apple");
	step = about(CONTROL_ADVANCE, 2, 0);
	step.due = snap(2)->held_message[0].due;
	step.peer = 2;
	assert_true(give(2, 0, step));
	assert_int_equal(snap(2)->held_message[0].due, 0);
	assert_int_equal(snap(2)->received, 0);
}

/* Whichever of them is copied, each has a number of its own, and there are no more numbers. */
static void a_message_has_255_copies_each_with_its_number(void **state)
{
	struct link_rule cut = link_rule_default();

	(void)state;
	begin(unlimited);
	give(1, 1, (struct control){.kind = CONTROL_GATE, .count = 1});
	propose(1, 2, "apple");
	assert_string_equal(held(1), "2>1 promise, 3>1 promise");
	struct control again = about(CONTROL_DUPLICATE, 1, 0);
	for (unsigned copy = 1; copy <= UINT8_MAX; copy++) {
		again.copy = (uint8_t)(copy % 2 == 0 ? copy - 1 : 0);
		bench.tells = 0;
		assert_true(give(1, 3, again));
		unsigned told = 0;
		for (unsigned i = 0; i < bench.tells; i++)
			if (bench.told[i].kind == EVENT_DUPLICATED) {
				assert_int_equal(bench.told[i].copy, copy);
				assert_int_equal(bench.told[i].peer, 2);
				told++;
			}
		assert_int_equal(told, 1);
	}
	for (unsigned copy = 0; copy <= UINT8_MAX; copy += 85) {
		again.copy = (uint8_t)copy;
		assert_false(give(1, 3, again));
	}
	assert_true(give(1, 3, about(CONTROL_DUPLICATE, 1, 1)));
	/* a cut loses them all, and none of another peer */
	cut.cut = true;
	assert_true(give(1, 3, (struct control){.kind = CONTROL_LINK, .peer = 2, .link = cut}));
	assert_int_equal(member_counts(bench.m[1])->dropped[DROP_CUT], UINT8_MAX + 1);
	assert_string_equal(held(1), "3>1 promise, 3>1 promise again");
}

/* Longer than a link takes by default. */
static void a_message_is_delayed_from_a_microsecond_on(void **state)
{
	static const struct clock_rule real_time = {.num = 1, .den = 1};

	(void)state;
	for (time_us delay = 5999; delay <= 6001; delay++) {
		struct control link = {.kind = CONTROL_LINK, .link = {.delay_us = delay}};

		begin(real_time);
		for (link.peer = 2; link.peer <= 3; link.peer++)
			assert_true(give(1, 1, link));
		propose(1, 2, "apple");
		for (node_id id = 2; id <= 3; id++)
			member_tick(bench.m[id], 10000);
		settle(10000);
		assert_int_equal(snap(1)->held, 2);
		assert_int_equal(snap(1)->held_message[0].due, 10000 + delay);
		assert_int_equal(member_counts(bench.m[1])->delayed, delay > 6000 ? 2 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_holds_only_the_types_that_it_names),
		cmocka_unit_test(a_gate_holds_only_the_links_that_it_names),
		cmocka_unit_test(a_nodes_own_promise_and_vote_are_held_too),
		cmocka_unit_test(an_own_message_that_is_dropped_is_lost_to_the_node),
		cmocka_unit_test(a_message_has_255_copies_each_with_its_number),
		cmocka_unit_test(a_message_is_delayed_from_a_microsecond_on),
		cmocka_unit_test(a_message_is_moved_before_another),
		cmocka_unit_test(a_gate_that_names_less_lets_the_rest_through),
		cmocka_unit_test(what_is_kept_outlives_a_crash_and_nothing_else),
		cmocka_unit_test(the_driver_is_told_when_what_is_kept_has_changed),
		cmocka_unit_test(a_step_of_one_node_lets_just_that_message_in),
		cmocka_unit_test(a_step_of_timers_lets_no_message_in),
		cmocka_unit_test(a_message_that_is_due_stops_at_the_gate),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
