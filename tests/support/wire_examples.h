/* What the tests of the wire share: two tables of values (what goes in, what comes out), keys, a
 * seeded chance, and an example of every row of every table. Each test program has its own. */
#ifndef TESTS_SUPPORT_WIRE_EXAMPLES_H
#define TESTS_SUPPORT_WIRE_EXAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/frame.h"

#define CONTROL_HEAD 14 /* bytes that all frames of the control bus begin with */

/* Where the fields of a frame lie. */
enum {
	AT_VERSION = 0,
	AT_FLAGS = 1,
	AT_SENDER = 2,
	AT_TO = 3,
	AT_SOURCE = 7,
	AT_BOOT = 8,
	AT_NUMBER = 10,
	AT_LIFE = 18,
	AT_STORED = 22,
	AT_BODY = 30,
	AT_TYPE = 30,
	AT_CLUSTER = 31,
	AT_EPOCH = 39,
	AT_POLICY = 43,
	AT_SIGNER = 47,
	AT_FIELDS = 48,
};

static const struct wire_context context = {
	.cluster = {'l', 'a', 'b', '5', 1, 2, 3, 4}, .epoch = 7, .nodes = 5};

static struct values *values; /* what the encoder reads */
static struct values *decoded_values;
static struct public_key public_key[3];
static struct secret_key secret_key[3];
static struct claim claims[SLOTS_OPEN_MAX];
static uint8_t bytes[CONTROL_FRAME_BYTES_MAX + 64];
static uint8_t again[CONTROL_FRAME_BYTES_MAX + 64];
static uint64_t random_state;

static inline uint64_t roll(uint64_t below)
{
	uint64_t word = random_state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return (word ^ (word >> 31)) % below;
}

static inline struct values *table(uint32_t count)
{
	return values_init(test_malloc(values_size(count, 1 << 20)), count, 1 << 20);
}

static inline int set_up(void **state)
{
	const uint8_t seed[3][32] = {{1}, {2}, {3}};

	values = table(4096);
	decoded_values = table(4096);
	for (unsigned i = 0; i < 3; i++)
		key_pair_from_seed(seed[i], &public_key[i], &secret_key[i]);
	random_state = 20;
	(void)state;
	return 0;
}

static inline int tear_down(void **state)
{
	test_free(values);
	test_free(decoded_values);
	(void)state;
	return 0;
}

static inline value_ref value(const char *text)
{
	return values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
}

/* Longer than what stands for itself. */
static inline value_ref long_value(char of)
{
	char text[VALUE_INLINE_MAX + 2];

	memset(text, of, sizeof text - 1);
	text[sizeof text - 1] = 0;
	return value(text);
}

/* A message of the type with something in every field of its row, and only there. */
static inline struct frame example(enum message_type type)
{
	unsigned set = message_fields(type);
	struct frame f = {.sender = 1,
			  .to = 0x1e,
			  .id = {1, 3, 42},
			  .life = 0xa1b2c3d4,
			  .stored = 55,
			  .policy = 9};
	struct message *m = &f.message;

	m->type = type;
	m->from = 1;
	m->to = f.to;
	m->claim = claims;
	if (set & FIELD_BALLOT)
		m->ballot = (struct ballot){3, 1};
	if (set & FIELD_SLOT)
		m->slot = 5;
	if (set & FIELD_LOW)
		m->low = 4;
	if (set & FIELD_VALUE)
		m->value = value("apple");
	if (set & FIELD_PROMISED)
		m->promised = (struct ballot){4, 2};
	if (set & FIELD_WHY)
		m->why = REFUSE_PROMISED;
	if (set & FIELD_CLAIMS) {
		claims[0] = (struct claim){.slot = 5, .ballot = {2, 2}, .value = value("pear")};
		claims[1] = (struct claim){.slot = 7, .ballot = {1, 5}, .value = VALUE_NOOP};
		m->claims = 2;
	}
	if (set & FIELD_LEVEL) {
		m->known = 0x12;
		m->voted = 0x8;
	}
	if (set & FIELD_ASKS) {
		m->wanted = 0x28;
		m->unsure = 0x1c;
		m->ask = 0x2;
	}
	if (message_fields_under(type, f.policy) & FIELD_VIEW)
		memset(f.view, 0x5a, sizeof f.view);
	return f;
}

/* The messages that may tell a value by reference. */
static const enum message_type referring[] = {MSG_ACCEPTED, MSG_COMMIT};

static inline struct frame by_reference(enum message_type type)
{
	struct frame f = example(type);

	f.message.value = long_value('x');
	f.message.refers = true;
	return f;
}

static const struct link_rule example_link = {true, 5000, 300, 1000000, 20, 3};
static const struct clock_rule example_clock = {1700000000000000, 12345, 1, 100};

static inline struct load_report example_load_report(void)
{
	return (struct load_report){
		.number = 1,
		.count = 2,
		.outstanding = 3,
		.rate = 4,
		.values = 5,
		.slots = 6,
		.lost = 7,
		.elapsed_us = 8,
		.latency_p50_us = 9,
		.latency_p99_us = 10,
		.latency_p999_us = 11,
		.latency_max_us = 12,
		.behind = 13,
		.behind_us = 14,
		.done = true,
		.sample = {15, 16, 17, 18, 19, 20},
	};
}

static inline struct control example_control(enum control_kind kind)
{
	unsigned set = control_fields(kind);
	struct control c = {.kind = kind, .to = 0x15, .number = 1700000000000001};

	if (set & CF_SLOT)
		c.slot = SLOT_NONE;
	if (set & CF_VALUE) {
		c.value = (const uint8_t *)"apple";
		c.value_length = 5;
	}
	if (set & CF_PEER)
		c.peer = 4;
	if (set & CF_LINK)
		c.link = example_link;
	if (set & CF_CLOCK)
		c.clock = example_clock;
	if (set & CF_DUE)
		c.due = 77;
	if (set & CF_COUNT)
		c.count = 3;
	if (set & CF_ID) {
		c.id = (struct message_id){2, 1, 99};
		c.copy = 1;
	}
	if (set & CF_SIZE)
		c.size_bytes = 64;
	if (set & CF_OUTSTANDING)
		c.outstanding = 16;
	if (set & CF_BATCH)
		c.batch = (struct batch_rule){100, 4096, 8};
	if (set & CF_RATE)
		c.rate = 20000;
	if (set & CF_POLICY)
		c.policy = DEFENCE_SIGN | DEFENCE_ECHO;
	if (set & CF_ATTACK)
		c.attack = (struct attack_order){3, 5, 6, 7, 8};
	return c;
}

static inline bool control_is_row(unsigned kind)
{
	return control_name((enum control_kind)kind)[0] != '?';
}

static inline struct event example_event(enum event_kind kind, uint64_t seq)
{
	unsigned set = event_fields(kind);
	struct event e = {.kind = kind, .node = 3, .boot = 2, .seq = seq, .at = 1000 + seq};

	if (set & EV_MESSAGE) {
		e.id = (struct message_id){1, 2, 33};
		e.copy = 1;
		e.to = 0x0e;
		set |= EV_TYPE | EV_PEER | EV_SLOT | EV_BALLOT | EV_OTHER | EV_VALUE | EV_WHY |
		       EV_COUNT;
	}
	if (set & EV_BALLOT)
		e.ballot = (struct ballot){3, 1};
	if (set & EV_SLOT)
		e.slot = SLOT_NONE;
	if (set & EV_VALUE)
		e.value = values_intern(values, (const uint8_t *)"pear", 4);
	if (set & EV_PEER)
		e.peer = 5;
	if (set & EV_TYPE)
		e.type = MSG_NACK;
	if (set & EV_WHY)
		e.why = REFUSE_VOTED;
	if (set & EV_OTHER)
		e.other = (struct ballot){4, 2};
	if (set & EV_COUNT)
		e.count = 12;
	if (set & EV_QUORUM)
		e.quorum = 3;
	if (set & EV_BECAUSE)
		e.because = BECAUSE_TOLD;
	if (set & EV_DUE)
		e.due = 4321;
	if (set & EV_DROP)
		e.drop = DROP_REFUSED;
	if (set & EV_NUMBER)
		e.number = 1700000000000000;
	if (set & EV_LINK)
		e.link = example_link;
	if (set & EV_CLOCK)
		e.clock = example_clock;
	if (set & EV_POLICY)
		e.policy = DEFENCE_SIGN | DEFENCE_ECHO;
	if (set & EV_ATTACK)
		e.attack = 9;
	if (set & EV_SET)
		e.to = 0x16;
	return e;
}

static inline void example_snapshot(struct snapshot *s)
{
	memset(s, 0, sizeof *s);
	*s = (struct snapshot){.node = 3,
			       .boot = 2,
			       .seq = 99,
			       .at = 1234,
			       .real_us = UINT64_MAX,
			       .wall_us = 5,
			       .ahead_us = INT64_MIN,
			       .pid = 4711};
	s->epoch = context.epoch;
	s->nodes = context.nodes;
	s->quorum = 3;
	s->mode = MODE_MULTI;
	s->lines = 2;
	s->line[0] = (struct policy_line){0, DEFENCE_SIGN};
	s->line[1] = (struct policy_line){9, DEFENCE_SIGN | DEFENCE_ECHO};
	s->attacks = 6;
	s->has_lied = true;
	s->mistake = 3;
	s->clock = example_clock;
	s->gate = (struct gate_rule){.on = true, .keep = true};
	s->gate.types[GATE_OWN] = 1u << MSG_PROMISE;
	s->gate.types[2] = TYPES_ALL;
	s->number = 88;
	s->role = ROLE_WAITING;
	s->promised = (struct ballot){4, 2};
	s->ballot = (struct ballot){3, 3};
	s->from = 7;
	s->promised_by = 0x15;
	s->base = 6;
	s->pending = 2;
	s->wake_at = 5555;
	s->sent = 10;
	s->received = 11;
	s->dropped[DROP_CUT] = 3;
	s->dropped[DROPS - 1] = 1;
	s->events_left_out = 12;
	for (unsigned id = 1; id <= s->nodes; id++) {
		s->link[id] = example_link;
		s->link[id].delay_us = id;
	}
	s->slots = SNAPSHOT_SLOTS_MAX;
	for (unsigned i = 0; i < s->slots; i++) {
		s->slot[i].slot = 3 * i;
		s->slot[i].voted_at = (struct ballot){i, (node_id)(i % 6)};
		s->slot[i].voted = values_intern(values, (const uint8_t *)&i, sizeof i);
		s->slot[i].chosen = i % 2 ? VALUE_NOOP : VALUE_NONE;
		s->slot[i].proposed = i % 3 ? VALUE_NOOP : VALUE_NONE;
		s->slot[i].accepted_by = i % 32;
	}
	s->held = SNAPSHOT_HELD_MAX;
	for (unsigned i = 0; i < s->held; i++)
		s->held_message[i] = example_event(EVENT_HELD, i);
}

static inline void assert_same_link(const struct link_rule *a, const struct link_rule *b)
{
	assert_int_equal(a->cut, b->cut);
	assert_int_equal(a->delay_us, b->delay_us);
	assert_int_equal(a->jitter_us, b->jitter_us);
	assert_int_equal(a->loss_ppm, b->loss_ppm);
	assert_int_equal(a->duplicate_ppm, b->duplicate_ppm);
	assert_int_equal(a->reorder_ppm, b->reorder_ppm);
}

static inline void example_roster(struct roster *r)
{
	memset(r, 0, sizeof *r);
	memcpy(r->cluster, context.cluster, 8);
	r->epoch = 7;
	r->operator_key = public_key[0];
	r->nodes = 5;
	r->mode = MODE_SINGLE;
	r->quorum = 3;
	r->policy = 1;
	r->clock = example_clock;
	r->link = example_link;
	for (unsigned id = 1; id <= 5; id++) {
		r->node[id].key = public_key[1];
		r->node[id].key.bytes[0] = (uint8_t)id;
		snprintf(r->node[id].data, ENDPOINT_MAX, "ipc:///tmp/x/n%u.data", id);
		snprintf(r->node[id].control, ENDPOINT_MAX, "tcp://127.0.0.1:500%u", id);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
