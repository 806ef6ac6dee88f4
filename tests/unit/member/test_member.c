#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/core/drift.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"
#include "proto/member/reads.h"

#define NODES 3

/* Members side by side and a wire that a test carries by hand. */
struct bench {
	struct member_config config[NODES + 1];
	struct member *m[NODES + 1];
	void *memory[NODES + 1];
	uint64_t number;
};

static const struct clock_rule real_time = {.num = 1, .den = 1};
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

static struct bench *bench_new(struct clock_rule clock, bool sign)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	for (node_id id = 1; id <= NODES; id++) {
		b->config[id] = config_of(id, clock);
		b->config[id].sign = sign;
		b->memory[id] = malloc(member_size(&b->config[id]));
		assert_non_null(b->memory[id]);
		b->m[id] = member_init(b->memory[id], &b->config[id]);
		member_start(b->m[id], 0);
		member_clear(b->m[id]);
	}
	return b;
}

static void bench_free(struct bench *b)
{
	for (node_id id = 1; id <= NODES; id++)
		free(b->memory[id]);
	free(b);
}

static void give(struct bench *b, node_id id, time_us now, struct control *c)
{
	c->to = set_of(id);
	c->number = ++b->number;
	member_control_in(b->m[id], now, c);
}

static void propose(struct bench *b, node_id id, time_us now, const char *value)
{
	struct control c = {.kind = CONTROL_PROPOSE,
			    .slot = SLOT_NONE,
			    .value = (const uint8_t *)value,
			    .value_length = (uint32_t)strlen(value)};

	give(b, id, now, &c);
}

/* Hands every frame that n`from` owes to n`to` alone, and clears what it owes. */
static void carry(struct bench *b, node_id from, node_id to, time_us now)
{
	const struct member_output *out = member_output(b->m[from]);

	for (unsigned i = 0; i < out->frames; i++)
		member_frame_in(b->m[to], now, out->frame[i].bytes, out->frame[i].length);
	member_clear(b->m[from]);
}

/* Carries everything until nobody owes anything. */
static void settle(struct bench *b, time_us now)
{
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
			again |= out->frames != 0;
			member_clear(b->m[from]);
		}
	}
	assert_false(again);
}

static const struct event *last_of(struct member *m, enum event_kind kind)
{
	const struct member_output *out = member_output(m);

	for (unsigned i = out->events; i-- > 0;)
		if (out->event[i].kind == kind)
			return &out->event[i];
	return NULL;
}

static unsigned count_of(struct member *m, enum event_kind kind)
{
	const struct member_output *out = member_output(m);
	unsigned n = 0;

	for (unsigned i = 0; i < out->events; i++)
		n += out->event[i].kind == kind;
	return n;
}

static struct snapshot *snap(const struct member *m)
{
	static struct snapshot s;

	member_snapshot(m, &s);
	return &s;
}

static void three_members_choose_a_value(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint32_t length;

	(void)state;
	propose(b, 1, 10, "apple");
	settle(b, 10);
	for (node_id id = 1; id <= NODES; id++) {
		const struct snapshot *s = snap(b->m[id]);
		assert_int_equal(s->base, 1);
		assert_int_equal(s->slots, 1);
		assert_memory_equal(
			values_bytes(member_values(b->m[id]), s->slot[0].chosen, &length), "apple",
			5);
		assert_int_equal(length, 5);
	}
	bench_free(b);
}

/* Proofs and values come as long as the cluster runs, and there is room for so many at once: what
 * nothing refers to any more is forgotten, what proves an open vote or a decision is not. */
static void a_long_run_fits_into_the_memory_that_there_is(void **state)
{
	struct bench *b = bench_new(unlimited, true);
	char value[200];

	(void)state;
	for (node_id id = 1; id <= NODES; id++) {
		b->config[id].policy = DEFENCE_SIGN | DEFENCE_CERT;
		b->config[id].inbox_bytes = 1 << 20;
		b->m[id] = member_init(b->memory[id], &b->config[id]);
		member_start(b->m[id], 0);
		member_clear(b->m[id]);
	}
	for (unsigned i = 0; i < 1500; i++) {
		snprintf(value, sizeof value, "%0150u", i);
		propose(b, (node_id)(1 + i % NODES), 10 + 10 * i, value);
		settle(b, 10 + 10 * i);
		for (node_id id = 1; id <= NODES; id++)
			if (paxos_base(member_paxos(b->m[id])) != i + 1)
				fail_msg("n%u lacks slot %u", id, i);
	}
	for (node_id id = 1; id <= NODES; id++) {
		assert_int_equal(member_proven(b->m[id]), 0);
		assert_int_equal(snap(b->m[id])->dropped[DROP_FULL], 0);
	}
	bench_free(b);
}

static void a_closed_slot_still_tells_its_vote(void **state)
{
	struct bench *b = bench_new(unlimited, false);

	(void)state;
	propose(b, 1, 10, "apple");
	settle(b, 10);
	const struct snapshot *s = snap(b->m[2]);
	assert_null(paxos_slot(member_paxos(b->m[2]), 0));
	assert_int_equal(s->slot[0].slot, 0);
	assert_int_equal(s->slot[0].voted, s->slot[0].chosen);
	assert_int_equal(s->slot[0].voted_at.round, 1);
	bench_free(b);
}

static void a_promise_must_be_synced_before_it_leaves(void **state)
{
	struct bench *b = bench_new(unlimited, false);

	(void)state;
	propose(b, 1, 10, "apple");
	assert_true(member_output(b->m[1])->must_sync);
	assert_int_equal(member_output(b->m[1])->write[0].kind, MEMBER_PROMISED);
	carry(b, 1, 2, 10);
	assert_true(member_output(b->m[2])->must_sync);
	assert_int_equal(member_output(b->m[2])->frames, 1);
	bench_free(b);
}

/* As many as wait in the core; for any slot more than that, but not without end. */
static void more_values_for_a_slot_than_can_wait_are_refused(void **state)
{
	struct bench *b = bench_new(unlimited, false);

	(void)state;
	for (unsigned i = 0; i < PENDING_MAX + 2; i++) {
		const uint8_t value[2] = {'v', (uint8_t)i};
		struct control c = {.kind = CONTROL_PROPOSE,
				    .slot = i % 4,
				    .value = value,
				    .value_length = sizeof value};

		give(b, 1, 10, &c);
		const struct event *refused = last_of(b->m[1], EVENT_DISOBEYED);

		assert_int_equal(refused != NULL, i >= PENDING_MAX);
		if (refused != NULL)
			assert_int_equal(refused->drop, DROP_QUEUE);
		member_clear(b->m[1]);
	}
	assert_int_equal(paxos_pending_count(member_paxos(b->m[1])), PENDING_MAX);
	bench_free(b);
}

/* Where the table of values has no more room, a value that would wait is refused; it is not queued.
 */
static void a_value_that_finds_no_room_is_refused(void **state)
{
	static struct member_config c;
	void *table = malloc(values_size(4, 256));
	unsigned refused = 0;

	(void)state;
	c = config_of(1, unlimited);
	c.values = values_init(table, 4, 256);
	c.batch = (struct batch_rule){.count = 8, .pipeline = 1};
	struct member *m = member_init(malloc(member_size(&c)), &c);
	member_start(m, 0);
	member_clear(m);
	for (unsigned i = 0; i < 8; i++) {
		const uint8_t value[2] = {'v', (uint8_t)i};
		const uint32_t waiting = member_waiting(m);
		struct control control = {.kind = CONTROL_PROPOSE,
					  .to = set_of(1),
					  .number = i + 1,
					  .slot = SLOT_NONE,
					  .value = value,
					  .value_length = sizeof value};

		member_control_in(m, 10, &control);
		const struct event *no = last_of(m, EVENT_DISOBEYED);
		refused += no != NULL;
		assert_int_equal(no != NULL, i >= 4);
		assert_int_equal(member_waiting(m), waiting + (no == NULL));
		if (no != NULL)
			assert_int_equal(no->drop, DROP_FULL);
		member_clear(m);
	}
	assert_int_equal(refused, 4);
	free(m);
	free(table);
}

static void a_frame_is_held_until_it_is_due(void **state)
{
	struct bench *b = bench_new(real_time, false);

	(void)state;
	propose(b, 1, 1000, "apple");
	carry(b, 1, 2, 1000);
	const struct event *held = last_of(b->m[2], EVENT_HELD);
	assert_non_null(held);
	assert_in_range(held->due, 6000, 7000);
	time_us due = held->due;
	assert_int_equal(member_output(b->m[2])->wake_at, due);
	member_tick(b->m[2], due - 1);
	assert_int_equal(snap(b->m[2])->received, 0);
	member_tick(b->m[2], due);
	assert_int_equal(snap(b->m[2])->received, 1);
	assert_int_equal(last_of(b->m[2], EVENT_RECEIVED)->id.source, 1);
	bench_free(b);
}

static void a_paused_member_takes_in_only_what_an_advance_lets_through(void **state)
{
	struct bench *b = bench_new(real_time, false);
	struct control pause = {.kind = CONTROL_CLOCK, .clock = paused};
	struct control advance = {.kind = CONTROL_ADVANCE, .due = 7000};

	(void)state;
	give(b, 2, 1000, &pause);
	member_clear(b->m[2]);
	propose(b, 1, 1000, "apple");
	carry(b, 1, 2, 1000);
	member_tick(b->m[2], 900000);
	assert_int_equal(snap(b->m[2])->received, 0);
	assert_int_equal(member_output(b->m[2])->wake_at, 0);
	give(b, 2, 1000, &advance);
	assert_int_equal(snap(b->m[2])->received, 1);
	assert_int_equal(snap(b->m[2])->at, 7000);
	advance.due = 6999;
	give(b, 2, 1000, &advance);
	assert_int_equal(last_of(b->m[2], EVENT_DISOBEYED)->drop, DROP_REFUSED);
	bench_free(b);
}

static void a_gate_holds_until_told(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control gate = {.kind = CONTROL_GATE, .count = 1};

	(void)state;
	give(b, 2, 10, &gate);
	propose(b, 1, 10, "apple");
	carry(b, 1, 2, 10);
	member_tick(b->m[2], 1000000);
	const struct event held = *last_of(b->m[2], EVENT_HELD);
	assert_int_equal(held.due, 0);
	assert_int_equal(snap(b->m[2])->received, 0);
	assert_int_equal(snap(b->m[2])->held, 1);

	struct control twice = {.kind = CONTROL_DUPLICATE, .id = held.id};
	give(b, 2, 10, &twice);
	assert_int_equal(last_of(b->m[2], EVENT_DUPLICATED)->copy, 1);
	struct control deliver = {.kind = CONTROL_DELIVER, .id = held.id};
	give(b, 2, 10, &deliver);
	assert_int_equal(snap(b->m[2])->received, 1);
	struct control discard = {.kind = CONTROL_DISCARD, .id = held.id, .copy = 1};
	give(b, 2, 10, &discard);
	assert_int_equal(last_of(b->m[2], EVENT_DROPPED)->drop, DROP_BY_HAND);
	assert_int_equal(snap(b->m[2])->held, 0);
	give(b, 2, 10, &deliver);
	assert_int_equal(last_of(b->m[2], EVENT_DISOBEYED)->drop, DROP_REFUSED);
	bench_free(b);
}

static void an_opened_gate_lets_all_through(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control gate = {.kind = CONTROL_GATE, .count = 1};

	(void)state;
	give(b, 2, 10, &gate);
	propose(b, 1, 10, "apple");
	carry(b, 1, 2, 10);
	gate.count = 0;
	give(b, 2, 20, &gate);
	assert_int_equal(snap(b->m[2])->received, 1);
	bench_free(b);
}

static void a_cut_link_drops_and_a_joined_one_asks_what_was_missed(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control cut = {.kind = CONTROL_LINK, .peer = 1, .link = {.cut = true}};
	struct control join = {.kind = CONTROL_LINK, .peer = 1};

	(void)state;
	give(b, 2, 10, &cut);
	propose(b, 1, 10, "apple");
	carry(b, 1, 2, 10);
	assert_int_equal(last_of(b->m[2], EVENT_DROPPED)->drop, DROP_CUT);
	assert_int_equal(snap(b->m[2])->dropped[DROP_CUT], 1);
	assert_int_equal(count_of(b->m[2], EVENT_SYNCING), 0);
	give(b, 2, 10, &join);
	assert_int_equal(count_of(b->m[2], EVENT_SYNCING), 1);
	bench_free(b);
}

static void a_cut_loses_what_is_on_the_wire_and_no_more(void **state)
{
	struct bench *b = bench_new(real_time, false);
	struct control cut = {.kind = CONTROL_LINK, .peer = 1, .link = {.cut = true}};

	(void)state;
	propose(b, 1, 1000, "apple");
	propose(b, 1, 1000, "pear");
	propose(b, 3, 1000, "plum");
	carry(b, 1, 2, 1000);
	carry(b, 3, 2, 1000);
	const uint32_t held = snap(b->m[2])->held;
	assert_true(held >= 2);
	member_clear(b->m[2]);
	give(b, 2, 1100, &cut);
	assert_int_equal(last_of(b->m[2], EVENT_DROPPED)->peer, 1);
	assert_int_equal(last_of(b->m[2], EVENT_DROPPED)->drop, DROP_CUT);
	assert_int_equal(snap(b->m[2])->held, 1);
	assert_int_equal(snap(b->m[2])->dropped[DROP_CUT], held - 1);
	assert_int_equal(count_of(b->m[2], EVENT_DROPPED), held - 1);
	member_tick(b->m[2], 100000);
	assert_int_equal(snap(b->m[2])->received, 1);
	assert_int_equal(last_of(b->m[2], EVENT_RECEIVED)->peer, 3);
	bench_free(b);
}

static void a_number_that_does_not_rise_is_not_obeyed(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control c = {.kind = CONTROL_GATE, .count = 1, .number = 100};

	(void)state;
	member_control_in(b->m[1], 10, &c);
	assert_true(snap(b->m[1])->gate.on);
	c.count = 0;
	c.number = 99;
	member_control_in(b->m[1], 10, &c);
	assert_int_equal(last_of(b->m[1], EVENT_DISOBEYED)->drop, DROP_NUMBER);
	assert_true(snap(b->m[1])->gate.on);
	bench_free(b);
}

static void a_repeated_number_gets_the_same_answer_and_is_done_once(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control bad = {.kind = CONTROL_DELIVER, .number = 100};

	(void)state;
	propose(b, 1, 10, "apple");
	struct control again = {.kind = CONTROL_PROPOSE,
				.slot = SLOT_NONE,
				.value = (const uint8_t *)"apple",
				.value_length = 5,
				.number = b->number};
	member_control_in(b->m[1], 10, &again);
	assert_int_equal(count_of(b->m[1], EVENT_OBEYED), 2);
	assert_int_equal(count_of(b->m[1], EVENT_QUEUED), 1);
	member_control_in(b->m[1], 10, &bad);
	member_control_in(b->m[1], 10, &bad);
	assert_int_equal(count_of(b->m[1], EVENT_DISOBEYED), 2);
	assert_int_equal(snap(b->m[1])->number, b->number);
	bench_free(b);
}

static void a_control_that_makes_no_sense_is_refused(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control bad[] = {
		{.kind = CONTROL_LINK, .peer = NODES + 1},
		{.kind = CONTROL_LINK, .peer = 1},
		{.kind = CONTROL_LINK, .peer = 2, .link = {.loss_ppm = 1000001}},
		{.kind = CONTROL_GATE, .count = 2},
		{.kind = CONTROL_ADVANCE, .due = 50},
		{.kind = CONTROL_PROPOSE},
		{.kind = CONTROL_LOAD, .count = 1, .outstanding = 1},
		{.kind = CONTROL_LOAD, .count = 1, .size_bytes = 1},
		{.kind = CONTROL_LOAD, .count = 1, .size_bytes = 65537, .outstanding = 1},
		{.kind = CONTROL_LOAD, .count = 1, .size_bytes = 1, .outstanding = 4097},
		{.kind = CONTROL_LOAD, .count = 100000001, .size_bytes = 1, .outstanding = 1},
		{.kind = CONTROL_LOAD,
		 .count = 1,
		 .size_bytes = 1,
		 .outstanding = 1,
		 .rate = 10000001},
		{.kind = CONTROL_KINDS},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		give(b, 1, 10, &bad[i]);
		assert_int_equal(last_of(b->m[1], EVENT_DISOBEYED)->number, b->number);
		assert_int_equal(last_of(b->m[1], EVENT_DISOBEYED)->drop, DROP_REFUSED);
	}
	bench_free(b);
}

/* Each of them but the first is a message that nobody can write. */
static void a_message_is_forged_if_it_can_be_written(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	const struct ballot own = {2, 1}, none = BALLOT_NONE, nobodys = {5, 0}, early = {0, 2},
			    stranger = {1, NODES + 1};
	const struct {
		struct forgery word;
		bool has_value;
	} tries[] = {
		{{MSG_ACCEPT, 0, set_of(2), own, none}, true},
		{{MSG_ACCEPT, 0, set_of(2), nobodys, none}, true},
		{{MSG_ACCEPT, 0, set_of(2), early, none}, true},
		{{MSG_ACCEPT, 0, set_of(2), stranger, none}, true},
		{{MSG_ACCEPT, 0, set_of(2), own, none}, false},
		{{MSG_ACCEPT, 0, set_of(2), own, own}, true},
		{{MSG_ACCEPT, 0, 0, own, none}, true},
		{{MSG_ACCEPT, 0, set_of(1), own, none}, true},
		{{MSG_ACCEPT, 0, set_of(NODES + 1), own, none}, true},
		{{MSG_ACCEPT, NODES + 1, set_of(2), own, none}, true},
		{{MSG_PREPARE, 0, set_of(2), own, none}, true},
		{{MSG_PROMISE, 0, set_of(2), own, none}, true},
		{{MSG_PROMISE, 0, set_of(2), own, nobodys}, true},
		{{MSG_NACK, 0, set_of(2), own, none}, false},
		{{MSG_NACK, 0, set_of(2), own, early}, false},
		{{MSG_SYNC, 0, set_of(2), own, none}, false},
		{{MSG_NONE, 0, set_of(2), own, none}, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		struct control c = {.kind = CONTROL_FORGE, .word = tries[i].word};

		c.value = (const uint8_t *)"apple";
		c.value_length = tries[i].has_value ? 5 : 0;
		member_clear(b->m[1]);
		give(b, 1, 10, &c);
		const bool refused = last_of(b->m[1], EVENT_DISOBEYED) != NULL;

		assert_int_equal(refused, i > 0);
		assert_int_equal(last_of(b->m[1], EVENT_LIED) != NULL, i == 0);
		assert_int_equal(member_output(b->m[1])->frames, i == 0);
	}
	bench_free(b);
}

/* Makes a frame as n`sender` would, with the message of n`from`. */
static size_t forge(struct bench *b, node_id sender, node_id from, struct ballot ballot, bool sign,
		    uint8_t bytes[512])
{
	struct frame f = {
		.sender = sender,
		.to = set_of(1),
		.id = {sender, 1, 77},
		.message = {.type = MSG_PREPARE, .from = from, .to = set_of(1), .ballot = ballot},
	};

	return frame_encode(&b->config[1].wire, &f, member_values(b->m[1]), &crypto_symbolic,
			    sign ? &b->config[sender].key : NULL, bytes, 512);
}

static void a_ballot_of_somebody_else_is_dropped(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint8_t bytes[512];
	size_t length = forge(b, 2, 2, (struct ballot){5, 3}, false, bytes);

	(void)state;
	member_frame_in(b->m[1], 10, bytes, length);
	assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_OWNER);
	assert_int_equal(member_paxos(b->m[1])->promised.round, 0);
	bench_free(b);
}

/* What a member says to itself it hears within its step. Nobody else brings it, signed or not: here
 * a message that it did sign once comes back by another node. */
static void nobody_brings_a_member_its_own_words(void **state)
{
	(void)state;
	for (unsigned sign = 0; sign < 2; sign++) {
		struct bench *b = bench_new(unlimited, sign != 0);
		uint8_t bytes[512];
		size_t length = forge(b, 1, 1, (struct ballot){5, 1}, sign != 0, bytes);

		assert_true(frame_readdress(bytes, length, 2, set_of(1)));
		member_frame_in(b->m[1], 10, bytes, length);
		assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_OWN_NAME);
		assert_int_equal(member_paxos(b->m[1])->promised.round, 0);
		bench_free(b);
	}
}

static void with_signatures_only_the_maker_is_believed(void **state)
{
	struct bench *b = bench_new(unlimited, true);
	uint8_t bytes[512];
	size_t length = forge(b, 2, 2, (struct ballot){5, 2}, false, bytes);

	(void)state;
	member_frame_in(b->m[1], 10, bytes, length);
	assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_UNSIGNED);
	length = forge(b, 2, 3, (struct ballot){5, 3}, true, bytes);
	member_frame_in(b->m[1], 10, bytes, length);
	assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_SIGNATURE);
	assert_int_equal(member_paxos(b->m[1])->promised.round, 0);
	length = forge(b, 2, 2, (struct ballot){5, 2}, true, bytes);
	member_frame_in(b->m[1], 10, bytes, length);
	assert_int_equal(member_paxos(b->m[1])->promised.round, 5);
	bench_free(b);
}

/* The node that had this seat before may have voted below a slot: there the new one neither
 * promises nor votes. What asks for no vote it hears. */
static void in_slots_that_the_seat_had_before_no_vote_is_asked_of_a_new_node(void **state)
{
	(void)state;
	for (enum message_type type = MSG_PREPARE; type < MSG_EVIDENCE; type++)
		for (slot_number slot = 3; slot <= 5; slot++)
			for (uint32_t epoch = 0; epoch <= 1; epoch++) {
				struct bench *b = bench_new(unlimited, false);
				struct frame f = {.sender = 2,
						  .to = set_of(1),
						  .id = {2, 1, 77},
						  .message = {.type = type,
							      .from = 2,
							      .to = set_of(1),
							      .ballot = {5, 2},
							      .slot = slot}};
				const bool asks = type == MSG_PREPARE || type == MSG_ACCEPT ||
						  type == MSG_ECHO;
				uint8_t bytes[512];

				if ((message_fields(type) & FIELD_WHY) != 0)
					f.message.why = REFUSE_PROMISED;
				b->config[1].seat_epoch = epoch;
				b->config[1].seat_slot = 4;
				b->m[1] = member_init(b->memory[1], &b->config[1]);
				member_start(b->m[1], 0);
				if ((message_fields(type) & FIELD_VALUE) != 0)
					f.message.value = values_intern(member_values(b->m[1]),
									(const uint8_t *)"A", 1);
				const size_t length =
					frame_encode(&b->config[1].wire, &f, member_values(b->m[1]),
						     &crypto_symbolic, NULL, bytes, sizeof bytes);
				member_frame_in(b->m[1], 10, bytes, length);
				const struct event *e = last_of(b->m[1], EVENT_DROPPED);
				if (asks && epoch == 1 && slot < 4)
					assert_int_equal(e == NULL ? DROP_NOTHING : e->drop,
							 DROP_SEAT);
				else
					assert_null(e);
				bench_free(b);
			}
}

static void bytes_that_are_no_message_change_nothing(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint8_t bytes[512];
	size_t length = forge(b, 2, 2, (struct ballot){5, 2}, false, bytes);

	(void)state;
	member_frame_in(b->m[1], 10, bytes, 3);
	assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_SHORT);
	member_frame_in(b->m[1], 10, bytes, length - 1);
	assert_int_equal(snap(b->m[1])->dropped[DROP_SHORT], 2);
	bytes[length] = 0;
	member_frame_in(b->m[1], 10, bytes, length + 1);
	assert_int_equal(last_of(b->m[1], EVENT_DROPPED)->drop, DROP_TRAILING);
	assert_int_equal(snap(b->m[1])->received, 0);
	assert_int_equal(snap(b->m[1])->sent, 0);
	bench_free(b);
}

static void who_is_not_meant_does_not_read(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint8_t bytes[512];
	size_t length = forge(b, 2, 2, (struct ballot){5, 2}, false, bytes);

	(void)state;
	member_clear(b->m[3]);
	member_frame_in(b->m[3], 10, bytes, length);
	assert_int_equal(member_output(b->m[3])->events, 0);
	bench_free(b);
}

static void quiet_counts_events_and_makes_none(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint64_t seq = snap(b->m[1])->seq;

	(void)state;
	member_set_quiet(b->m[1], true);
	propose(b, 1, 10, "apple");
	assert_int_equal(member_output(b->m[1])->events, 0);
	assert_true(snap(b->m[1])->seq > seq);
	assert_int_equal(snap(b->m[1])->seq - seq, member_output(b->m[1])->events_left_out);
	bench_free(b);
}

static void events_are_numbered_without_a_gap(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	uint64_t seq = snap(b->m[1])->seq;

	(void)state;
	propose(b, 1, 10, "apple");
	const struct member_output *out = member_output(b->m[1]);
	assert_true(out->events > 3);
	for (unsigned i = 0; i < out->events; i++) {
		assert_int_equal(out->event[i].seq, ++seq);
		assert_int_equal(out->event[i].node, 1);
		assert_int_equal(out->event[i].boot, 1);
		assert_int_equal(out->event[i].at, 10);
	}
	/* So is what its host has it say. */
	member_clear(b->m[1]);
	member_say(b->m[1], 17, &(struct event){.kind = EVENT_LINKED, .peer = 3});
	out = member_output(b->m[1]);
	assert_int_equal(out->events, 1);
	assert_int_equal(out->event[0].kind, EVENT_LINKED);
	assert_int_equal(out->event[0].peer, 3);
	assert_int_equal(out->event[0].seq, ++seq);
	assert_int_equal(out->event[0].at, 17);
	bench_free(b);
}

static void a_full_inbox_drops_and_says_so(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control gate = {.kind = CONTROL_GATE, .count = 1};
	uint8_t bytes[512];
	size_t length = forge(b, 2, 2, (struct ballot){5, 2}, false, bytes);

	(void)state;
	member_set_quiet(b->m[1], true);
	give(b, 1, 10, &gate);
	for (unsigned i = 0; i < 5000; i++) {
		member_frame_in(b->m[1], 10, bytes, length);
		member_clear(b->m[1]);
	}
	assert_int_equal(snap(b->m[1])->dropped[DROP_FULL], 5000 - 4096);
	gate.count = 0;
	give(b, 1, 20, &gate);
	for (unsigned i = 0; i < 5000; i++) {
		member_clear(b->m[1]);
		member_tick(b->m[1], 20);
	}
	assert_int_equal(snap(b->m[1])->received, 4096);
	bench_free(b);
}

static void stored_votes_and_values_are_back_after_a_restart(void **state)
{
	struct member_config c = config_of(1, unlimited);
	void *memory = malloc(member_size(&c));
	struct ballot at = {4, 2};

	(void)state;
	c.boot = 2;
	struct member *m = member_init(memory, &c);
	member_restore(m, 1, (struct ballot){9, 3});
	member_restore_slot(m, 0, at, (const uint8_t *)"a", 1, at, (const uint8_t *)"a", 1);
	member_restore_slot(m, 1, at, (const uint8_t *)"b", 1, BALLOT_NONE, NULL, 0);
	member_start(m, 50);
	const struct snapshot *s = snap(m);
	assert_int_equal(s->promised.round, 9);
	assert_int_equal(s->base, 1);
	assert_int_equal(s->slots, 2);
	assert_int_equal(s->slot[0].voted_at.round, 4);
	assert_true(s->slot[0].chosen != VALUE_NONE);
	assert_int_equal(s->slot[1].voted_at.round, 4);
	assert_int_equal(s->slot[1].chosen, VALUE_NONE);
	assert_int_equal(last_of(m, EVENT_STARTED)->count, 1);
	free(memory);
}

static void a_log_request_is_answered_from_the_store(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control cut = {.kind = CONTROL_LINK, .link = {.cut = true}};
	struct control join = {.kind = CONTROL_LINK};

	(void)state;
	give(b, 3, 10, &cut);
	propose(b, 1, 10, "apple");
	settle(b, 10);
	assert_int_equal(snap(b->m[3])->base, 0);
	give(b, 3, 100000, &join);
	carry(b, 3, 1, 100000); /* how far are you? */
	member_tick(b->m[1], 200000);
	carry(b, 1, 3, 200000);
	carry(b, 3, 1, 200000);
	const struct member_output *out = member_output(b->m[1]);
	assert_int_equal(out->logs, 1);
	assert_int_equal(out->log[0].to, set_of(3));
	member_commit(b->m[1], set_of(3), 0, (struct ballot){1, 1}, (const uint8_t *)"apple", 5);
	assert_int_equal(out->frames, 1);
	carry(b, 1, 3, 200000);
	assert_int_equal(snap(b->m[3])->base, 1);
	bench_free(b);
}

/* Many more values than the table holds: what nobody refers to any more makes room, long before
 * there is none, and of long values the newest slots only are remembered. */
static void values_without_end_find_room(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	static uint8_t value[VALUE_BYTES_MAX];

	(void)state;
	for (node_id id = 1; id <= NODES; id++)
		member_set_quiet(b->m[id], true);
	for (uint32_t i = 0; i < 3000; i++) {
		memcpy(value, &i, sizeof i);
		member_clear(b->m[1]);
		member_tick(b->m[1], 10 + i);
		assert_true(member_propose(b->m[1], 10 + i, value, sizeof value));
		settle(b, 10 + i);
		assert_int_equal(snap(b->m[3])->base, i + 1);
		assert_true(values_filled(member_values(b->m[3])) < (size_t)6 << 20);
	}
	assert_in_range(snap(b->m[3])->slots, 16, 64);
	const struct snapshot_slot *newest = &snap(b->m[3])->slot[snap(b->m[3])->slots - 1];
	assert_int_equal(newest->slot, 2999);
	assert_true(newest->chosen != VALUE_NONE && newest->chosen == newest->voted);
	bench_free(b);
}

static void crash_exit_and_load_are_passed_out(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control load = {.kind = CONTROL_LOAD,
			       .count = 10,
			       .size_bytes = 64,
			       .outstanding = 2,
			       .batch = {100, 4096, 8}};
	struct control crash = {.kind = CONTROL_CRASH};

	(void)state;
	give(b, 1, 10, &load);
	assert_int_equal(member_output(b->m[1])->load.count, 10);
	assert_memory_equal(&member_output(b->m[1])->load.batch, &load.batch, sizeof load.batch);
	assert_int_equal(member_output(b->m[1])->fate, FATE_LIVE);
	give(b, 1, 10, &crash);
	assert_int_equal(member_output(b->m[1])->fate, FATE_CRASH);
	bench_free(b);
}

/* What it owed before is carried out; of the vote nothing is written, told or sent. */
static void a_member_that_is_to_crash_before_its_vote_is_synced_owes_no_vote(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control doom = {.kind = CONTROL_CRASH_BEFORE, .count = CRASH_POINTS};
	struct control later = {.kind = CONTROL_CLOCK, .clock = real_time};

	(void)state;
	give(b, 2, 10, &doom);
	assert_int_equal(last_of(b->m[2], EVENT_DISOBEYED)->drop, DROP_REFUSED);
	doom.count = CRASH_POINT_VOTE;
	give(b, 2, 10, &doom);
	assert_int_equal(last_of(b->m[2], EVENT_DOOMED)->count, CRASH_POINT_VOTE);
	member_clear(b->m[2]);
	propose(b, 1, 10, "apple");
	carry(b, 1, 2, 10);
	const struct member_output *out = member_output(b->m[2]);
	assert_int_equal(out->fate, FATE_LIVE);
	assert_int_equal(out->writes, 1);
	assert_int_equal(out->write[0].kind, MEMBER_PROMISED);
	carry(b, 2, 1, 10);
	carry(b, 1, 2, 10);
	out = member_output(b->m[2]);
	assert_int_equal(out->fate, FATE_FORGET);
	assert_int_equal(out->writes, 0);
	assert_int_equal(out->frames, 0);
	assert_null(last_of(b->m[2], EVENT_ACCEPTED));
	assert_int_equal(last_of(b->m[2], EVENT_FORGOT)->count, CRASH_POINT_VOTE);
	assert_int_equal(last_of(b->m[2], EVENT_FORGOT)->slot, 0);
	assert_int_equal(last_of(b->m[2], EVENT_FORGOT)->ballot.round, 1);
	/* nothing comes in any more */
	assert_true(member_is_full(b->m[2]));
	give(b, 2, 20, &later);
	assert_int_equal(last_of(b->m[2], EVENT_DISOBEYED)->drop, DROP_FULL);
	assert_int_equal(out->frames, 0);
	bench_free(b);
}

/* When a proposer that nobody hears asks again, from then on. */
static time_us asks_again(struct bench *b, time_us now, const struct control *drift)
{
	struct control told = *drift;

	if (drift->kind != CONTROL_NONE)
		give(b, 1, now, &told);
	member_clear(b->m[1]);
	const time_us at = member_output(b->m[1])->wake_at;

	member_tick(b->m[1], at - 1);
	assert_null(last_of(b->m[1], EVENT_RESENT));
	member_tick(b->m[1], at);
	assert_non_null(last_of(b->m[1], EVENT_RESENT));
	return at - now;
}

/* What a node does by itself it does by its own clock, and tells in the time of the cluster. */
static void timers_end_by_the_clock_of_the_node(void **state)
{
	const time_us begun = 1000, now = 2000;
	const struct {
		struct control drift;
		time_us thousandths, later;
	} told[] = {
		{{.kind = CONTROL_DRIFT, .count = 2000}, 500, 0},
		{{.kind = CONTROL_DRIFT, .count = 250}, 4000, 0},
		{{.kind = CONTROL_DRIFT, .due = (time_us)-3000}, 1000, 3000},
		{{.kind = CONTROL_DRIFT, .count = 500, .due = (time_us)-3000}, 2000, 6000},
		{{.kind = CONTROL_DRIFT, .due = 100}, 1000, (time_us)-100},
	};
	struct bench *b = bench_new(unlimited, false);

	(void)state;
	propose(b, 1, begun, "apple");
	const time_us usual = asks_again(b, now, &(struct control){.kind = CONTROL_NONE});
	bench_free(b);
	for (unsigned i = 0; i < sizeof told / sizeof told[0]; i++) {
		b = bench_new(unlimited, false);
		propose(b, 1, begun, "apple");
		assert_int_equal(asks_again(b, now, &told[i].drift),
				 usual * told[i].thousandths / 1000 + told[i].later);
		assert_true(last_of(b->m[1], EVENT_RESENT)->at > now);
		bench_free(b);
	}
}

static void a_clock_out_of_bounds_is_refused(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control good = {.kind = CONTROL_DRIFT, .count = DRIFT_MAX, .due = 7};
	struct control bad[] = {
		{.kind = CONTROL_DRIFT, .count = DRIFT_MAX + 1},
		{.kind = CONTROL_DRIFT, .due = (time_us)DRIFT_JUMP_MAX_US + 1},
		{.kind = CONTROL_DRIFT, .due = (time_us)(-DRIFT_JUMP_MAX_US - 1)},
	};

	(void)state;
	give(b, 1, 10, &good);
	assert_int_equal(last_of(b->m[1], EVENT_DRIFTED)->count, DRIFT_MAX);
	assert_int_equal(last_of(b->m[1], EVENT_DRIFTED)->due, 10);
	assert_int_equal(last_of(b->m[1], EVENT_DRIFTED)->number, 17);
	for (unsigned i = 0; i < 3; i++) {
		member_clear(b->m[1]);
		give(b, 1, 20, &bad[i]);
		assert_int_equal(last_of(b->m[1], EVENT_DISOBEYED)->drop, DROP_REFUSED);
		assert_null(last_of(b->m[1], EVENT_DRIFTED));
	}
	bench_free(b);
}

/* A Commit rests on votes that are stored. It may leave although its sender never stores what it
 * found; and the events that are left have no gap. */
static void what_may_leave_before_the_sync_leaves_before_the_crash(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control doom = {.kind = CONTROL_CRASH_BEFORE, .count = CRASH_POINT_CHOSEN};

	(void)state;
	give(b, 1, 10, &doom);
	propose(b, 1, 10, "apple");
	carry(b, 1, 2, 10);
	carry(b, 2, 1, 10);
	carry(b, 1, 2, 10);
	assert_non_null(last_of(b->m[2], EVENT_ACCEPTED));
	carry(b, 2, 1, 10);
	const struct member_output *out = member_output(b->m[1]);
	assert_int_equal(out->fate, FATE_FORGET);
	assert_int_equal(out->writes, 0);
	assert_int_equal(out->frames, 1);
	assert_true(out->frame[0].early);
	assert_null(last_of(b->m[1], EVENT_CHOSEN));
	assert_null(last_of(b->m[1], EVENT_WON));
	assert_int_equal(last_of(b->m[1], EVENT_SENT)->type, MSG_COMMIT);
	for (unsigned i = 1; i < out->events; i++)
		assert_int_equal(out->event[i].seq, out->event[i - 1].seq + 1);
	carry(b, 1, 2, 10);
	assert_int_equal(last_of(b->m[2], EVENT_CHOSEN)->slot, 0);
	bench_free(b);
}

/* Its own ballot is asked for once the promise that remembers it is stored. */
static void a_ballot_that_is_forgotten_is_asked_for_by_nobody(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control doom = {.kind = CONTROL_CRASH_BEFORE, .count = CRASH_POINT_PROMISE};

	(void)state;
	give(b, 1, 10, &doom);
	propose(b, 1, 10, "apple");
	const struct member_output *out = member_output(b->m[1]);
	assert_int_equal(out->fate, FATE_FORGET);
	assert_int_equal(out->writes, 0);
	assert_int_equal(out->frames, 0);
	assert_null(last_of(b->m[1], EVENT_SENT));
	assert_null(last_of(b->m[1], EVENT_PREPARING));
	assert_int_equal(last_of(b->m[1], EVENT_OBEYED)->number, b->number);
	for (unsigned i = 1; i < out->events; i++)
		assert_int_equal(out->event[i].seq, out->event[i - 1].seq + 1);
	bench_free(b);
}

/* The operator's numbers tell what was meant for which epoch, in whatever order a node hears. */
static void a_value_asked_for_since_an_epoch_began_is_proposed_in_it(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	const struct control epoch = {.kind = CONTROL_EPOCH, .to = 7, .number = 5, .count = 2};

	(void)state;
	b->number = 3;
	propose(b, 1, 10, "before");
	b->number = 8;
	propose(b, 1, 10, "since");
	assert_int_equal(paxos_pending_count(member_paxos(b->m[1])), 2);
	assert_int_equal(member_order_in(b->m[1], 20, &epoch), DROP_NOTHING);
	assert_int_equal(paxos_pending_count(member_paxos(b->m[1])), 1);
	for (node_id id = 2; id <= NODES; id++)
		assert_int_equal(member_order_in(b->m[id], 20, &epoch), DROP_NOTHING);
	settle(b, 20);
	struct snapshot seen;
	uint32_t length;
	member_snapshot(b->m[2], &seen);
	assert_int_equal(seen.slots, 1);
	assert_memory_equal(values_bytes(member_values(b->m[2]), seen.slot[0].chosen, &length),
			    "since", 5);
	bench_free(b);
}

static void an_order_may_come_after_later_controls_of_other_kinds(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	const struct control gate = {.kind = CONTROL_GATE, .to = 1, .number = 5, .count = 1};
	struct snapshot seen;

	(void)state;
	b->number = 8;
	propose(b, 1, 10, "apple");
	assert_int_equal(member_order_in(b->m[1], 10, &gate), DROP_NOTHING);
	assert_true(member_output(b->m[1])->settings_changed);
	member_snapshot(b->m[1], &seen);
	assert_true(seen.gate.on);
	assert_int_equal(seen.number, 9);
	bench_free(b);
}

static void a_change_of_defences_belongs_to_its_epoch(void **state)
{
	struct bench *b = bench_new(unlimited, false);
	struct control policy = {.kind = CONTROL_POLICY,
				 .to = 1,
				 .number = 5,
				 .slot = 4,
				 .count = 2,
				 .policy = DEFENCE_SIGN};

	(void)state;
	assert_int_equal(member_order_in(b->m[1], 10, &policy), DROP_REFUSED);
	policy.count = 1;
	assert_int_equal(member_order_in(b->m[1], 10, &policy), DROP_NOTHING);
	assert_int_equal(paxos_policy(member_paxos(b->m[1]), 4), DEFENCE_SIGN);
	bench_free(b);
}

/* What was written last, and what waits, outlive a sweep of the table. */
static void what_reads_will_answer_with_is_kept(void **state)
{
	struct values *values = values_init(malloc(values_size(8, 4096)), 8, 4096);
	static struct reads reads;
	uint32_t length;

	(void)state;
	reads_begin(&reads, 0, 0);
	values_intern(values, (const uint8_t *)"nothing", 7);
	reads.last = values_intern(values, (const uint8_t *)"the last", 8);
	reads.wait[READS_MAX - 1].entry = values_intern(values, (const uint8_t *)"a read", 6);
	values_unmark(values);
	reads_mark(&reads, values);
	values_sweep(values);
	assert_int_equal(values_intern(values, (const uint8_t *)"other", 5) == reads.last, false);
	assert_memory_equal(values_bytes(values, reads.last, &length), "the last", 8);
	assert_memory_equal(values_bytes(values, reads.wait[READS_MAX - 1].entry, &length),
			    "a read", 6);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_reads_will_answer_with_is_kept),
		cmocka_unit_test(a_value_asked_for_since_an_epoch_began_is_proposed_in_it),
		cmocka_unit_test(an_order_may_come_after_later_controls_of_other_kinds),
		cmocka_unit_test(a_change_of_defences_belongs_to_its_epoch),
		cmocka_unit_test(three_members_choose_a_value),
		cmocka_unit_test(a_long_run_fits_into_the_memory_that_there_is),
		cmocka_unit_test(a_closed_slot_still_tells_its_vote),
		cmocka_unit_test(a_promise_must_be_synced_before_it_leaves),
		cmocka_unit_test(more_values_for_a_slot_than_can_wait_are_refused),
		cmocka_unit_test(a_value_that_finds_no_room_is_refused),
		cmocka_unit_test(a_frame_is_held_until_it_is_due),
		cmocka_unit_test(a_paused_member_takes_in_only_what_an_advance_lets_through),
		cmocka_unit_test(a_gate_holds_until_told),
		cmocka_unit_test(an_opened_gate_lets_all_through),
		cmocka_unit_test(a_cut_link_drops_and_a_joined_one_asks_what_was_missed),
		cmocka_unit_test(a_cut_loses_what_is_on_the_wire_and_no_more),
		cmocka_unit_test(a_number_that_does_not_rise_is_not_obeyed),
		cmocka_unit_test(a_repeated_number_gets_the_same_answer_and_is_done_once),
		cmocka_unit_test(a_control_that_makes_no_sense_is_refused),
		cmocka_unit_test(a_message_is_forged_if_it_can_be_written),
		cmocka_unit_test(a_ballot_of_somebody_else_is_dropped),
		cmocka_unit_test(nobody_brings_a_member_its_own_words),
		cmocka_unit_test(with_signatures_only_the_maker_is_believed),
		cmocka_unit_test(in_slots_that_the_seat_had_before_no_vote_is_asked_of_a_new_node),
		cmocka_unit_test(bytes_that_are_no_message_change_nothing),
		cmocka_unit_test(who_is_not_meant_does_not_read),
		cmocka_unit_test(quiet_counts_events_and_makes_none),
		cmocka_unit_test(events_are_numbered_without_a_gap),
		cmocka_unit_test(a_full_inbox_drops_and_says_so),
		cmocka_unit_test(stored_votes_and_values_are_back_after_a_restart),
		cmocka_unit_test(a_log_request_is_answered_from_the_store),
		cmocka_unit_test(values_without_end_find_room),
		cmocka_unit_test(crash_exit_and_load_are_passed_out),
		cmocka_unit_test(a_member_that_is_to_crash_before_its_vote_is_synced_owes_no_vote),
		cmocka_unit_test(timers_end_by_the_clock_of_the_node),
		cmocka_unit_test(a_clock_out_of_bounds_is_refused),
		cmocka_unit_test(what_may_leave_before_the_sync_leaves_before_the_crash),
		cmocka_unit_test(a_ballot_that_is_forgotten_is_asked_for_by_nobody),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
