/* What travels on the control bus, as bytes: round trips of every row, refusals, and chance. */
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

#define HEAD      14
#define FUZZ_RUNS 100000

static const struct wire_context context = {
	.cluster = {'l', 'a', 'b', '5', 1, 2, 3, 4}, .epoch = 7, .nodes = 5};

static struct values *values;
static struct values *decoded_values;
static struct public_key operator_public, other_public;
static struct secret_key operator_secret, other_secret;
static uint8_t bytes[CONTROL_FRAME_BYTES_MAX + 64];
static uint8_t again[CONTROL_FRAME_BYTES_MAX + 64];
static uint64_t random_state;

static uint64_t roll(uint64_t below)
{
	uint64_t word = random_state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return (word ^ (word >> 31)) % below;
}

static struct values *table(uint32_t count)
{
	return values_init(test_malloc(values_size(count, 1 << 20)), count, 1 << 20);
}

static int set_up(void **state)
{
	const uint8_t seed[2][32] = {{1}, {2}};

	values = table(4096);
	decoded_values = table(4096);
	key_pair_from_seed(seed[0], &operator_public, &operator_secret);
	key_pair_from_seed(seed[1], &other_public, &other_secret);
	random_state = 4;
	(void)state;
	return 0;
}

static int tear_down(void **state)
{
	test_free(values);
	test_free(decoded_values);
	(void)state;
	return 0;
}

static const struct link_rule link = {true, 5000, 300, 1000000, 20, 3};
static const struct clock_rule clock_rule = {1700000000000000, 12345, 1, 100};

static struct control example_control(enum control_kind kind)
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
		c.link = link;
	if (set & CF_CLOCK)
		c.clock = clock_rule;
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
	return c;
}

static size_t encode_control(const struct control *c, uint8_t *into)
{
	return control_encode(&context, c, &crypto_ed25519, &operator_secret, into,
			      CONTROL_FRAME_BYTES_MAX);
}

static enum drop decode_control(size_t length, struct control *out)
{
	return control_decode(&context, bytes, length, &crypto_ed25519, &operator_public, out);
}

static void assert_same_link(const struct link_rule *a, const struct link_rule *b)
{
	assert_int_equal(a->cut, b->cut);
	assert_int_equal(a->delay_us, b->delay_us);
	assert_int_equal(a->jitter_us, b->jitter_us);
	assert_int_equal(a->loss_ppm, b->loss_ppm);
	assert_int_equal(a->duplicate_ppm, b->duplicate_ppm);
	assert_int_equal(a->reorder_ppm, b->reorder_ppm);
}

static void assert_same_control(const struct control *a, const struct control *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->value_length, b->value_length);
	if (a->value_length > 0)
		assert_memory_equal(a->value, b->value, a->value_length);
	assert_int_equal(a->peer, b->peer);
	assert_same_link(&a->link, &b->link);
	assert_memory_equal(&a->clock, &b->clock, sizeof a->clock);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->id.source, b->id.source);
	assert_int_equal(a->id.boot, b->id.boot);
	assert_int_equal(a->id.number, b->id.number);
	assert_int_equal(a->copy, b->copy);
	assert_int_equal(a->size_bytes, b->size_bytes);
	assert_int_equal(a->outstanding, b->outstanding);
}

static bool control_is_row(unsigned kind)
{
	return control_name((enum control_kind)kind)[0] != '?';
}

static void every_control_comes_back_as_it_went(void **state)
{
	for (unsigned kind = 1; kind < CONTROL_KINDS; kind++) {
		struct control c = example_control(kind), out;

		if (!control_is_row(kind))
			continue;

		size_t length = encode_control(&c, bytes);

		assert_int_equal(decode_control(length, &out), DROP_NOTHING);
		assert_same_control(&c, &out);
		for (size_t cut = 0; cut < length; cut++) {
			assert_int_equal(decode_control(cut, &out), DROP_SHORT);
			assert_int_equal(control_encode(&context, &c, &crypto_ed25519,
							&operator_secret, again, cut),
					 0);
		}
		assert_int_equal(decode_control(length + 1, &out), DROP_TRAILING);
	}
	(void)state;
}

static void a_control_is_the_operators_or_nobodys(void **state)
{
	struct control c = example_control(CONTROL_LINK), out;
	size_t length = encode_control(&c, bytes);

	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_control(length, &out), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	assert_int_equal(
		control_decode(&context, bytes, length, &crypto_ed25519, &other_public, &out),
		DROP_OPERATOR);
	bytes[HEAD + 4] ^= 1; /* its number */
	assert_int_equal(decode_control(length, &out), DROP_OPERATOR);
	(void)state;
}

static void a_control_that_no_encoder_would_have_written_is_refused(void **state)
{
	static const struct {
		enum control_kind kind;
		size_t at;
		uint8_t byte;
		enum drop why;
	} cases[] = {
		{CONTROL_EXIT, 0, 2, DROP_VERSION},
		{CONTROL_EXIT, 1, 0, DROP_TYPE},
		{CONTROL_EXIT, 1, 8, DROP_TYPE},
		{CONTROL_EXIT, 1, FRAME_QUERY, DROP_TYPE},
		{CONTROL_EXIT, 2, 0, DROP_CLUSTER},
		{CONTROL_EXIT, 10, 8, DROP_EPOCH},
		{CONTROL_EXIT, HEAD, 0, DROP_MALFORMED},             /* to nobody */
		{CONTROL_EXIT, HEAD, 0x20, DROP_MALFORMED},          /* to node 6 of 5 */
		{CONTROL_EXIT, HEAD + 12, 0, DROP_TYPE},             /* kind */
		{CONTROL_EXIT, HEAD + 12, 99, DROP_TYPE},            /* kind */
		{CONTROL_PROPOSE, HEAD + 21 + 2, 2, DROP_MALFORMED}, /* a value too long for any */
		{CONTROL_LINK, HEAD + 13, 32, DROP_MALFORMED},       /* peer */
		{CONTROL_LINK, HEAD + 14, 2, DROP_MALFORMED},        /* cut */
		{CONTROL_LINK, HEAD + 31 + 3, 1, DROP_MALFORMED},    /* loss above one */
		{CONTROL_DELIVER, HEAD + 13, 32, DROP_MALFORMED},    /* source */
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct control c = example_control(cases[i].kind), out;
		size_t length = encode_control(&c, bytes);

		bytes[cases[i].at] = cases[i].byte;
		if (decode_control(length, &out) != cases[i].why)
			fail_msg("case %u: %s", i, drop_name(decode_control(length, &out)));
	}
	(void)state;
}

static void a_query_comes_back_and_asks_for_something_known(void **state)
{
	size_t length = query_encode(&context, UINT32_MAX, QUERY_SNAPSHOT | QUERY_ROSTER, bytes,
				     sizeof bytes);
	node_set to;
	uint8_t wants;

	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_NOTHING);
	assert_int_equal(to, UINT32_MAX);
	assert_int_equal(wants, QUERY_SNAPSHOT | QUERY_ROSTER);
	assert_int_equal(query_decode(bytes, length - 1, &to, &wants), DROP_SHORT);
	assert_int_equal(query_decode(bytes, length + 1, &to, &wants), DROP_TRAILING);
	bytes[length - 1] = 4;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_MALFORMED);
	bytes[length - 1] = 0;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_MALFORMED);
	bytes[1] = FRAME_LOAD;
	assert_int_equal(query_decode(bytes, length, &to, &wants), DROP_TYPE);
	assert_int_equal(query_encode(&context, 1, QUERY_ROSTER, bytes, length - 1), 0);
	(void)state;
}

static void a_peek_tells_kind_and_cluster(void **state)
{
	size_t length = query_encode(&context, 1, QUERY_ROSTER, bytes, sizeof bytes);
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;

	assert_int_equal(control_frame_peek(bytes, length, &kind, cluster, &epoch), DROP_NOTHING);
	assert_int_equal(kind, FRAME_QUERY);
	assert_memory_equal(cluster, context.cluster, 8);
	assert_int_equal(epoch, 7);
	assert_int_equal(control_frame_peek(bytes, HEAD - 1, &kind, cluster, &epoch), DROP_SHORT);
	assert_int_equal(control_frame_peek(bytes, 0, &kind, cluster, &epoch), DROP_SHORT);
	assert_int_equal(
		control_frame_peek(bytes, CONTROL_FRAME_BYTES_MAX + 1, &kind, cluster, &epoch),
		DROP_OVERSIZED);
	(void)state;
}

static struct event example_event(enum event_kind kind, uint64_t seq)
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
		e.link = link;
	if (set & EV_CLOCK)
		e.clock = clock_rule;
	return e;
}

static void assert_same_value(value_ref a, value_ref b)
{
	char shown[2][VALUE_SHOWN_MAX + 1];

	values_show(values, a, shown[0]);
	values_show(decoded_values, b, shown[1]);
	assert_string_equal(shown[0], shown[1]);
}

static void assert_same_event(const struct event *a, const struct event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->node, b->node);
	assert_int_equal(a->boot, b->boot);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->id.source, b->id.source);
	assert_int_equal(a->id.boot, b->id.boot);
	assert_int_equal(a->id.number, b->id.number);
	assert_int_equal(a->copy, b->copy);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->peer, b->peer);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(ballot_cmp(a->ballot, b->ballot), 0);
	assert_int_equal(ballot_cmp(a->other, b->other), 0);
	assert_same_value(a->value, b->value);
	assert_int_equal(a->why, b->why);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->quorum, b->quorum);
	assert_int_equal(a->because, b->because);
	assert_int_equal(a->due, b->due);
	assert_int_equal(a->drop, b->drop);
	assert_int_equal(a->number, b->number);
	assert_same_link(&a->link, &b->link);
	assert_memory_equal(&a->clock, &b->clock, sizeof a->clock);
}

static struct event sent[128], got[128];
static unsigned gots;

static void take(void *user, const struct event *event)
{
	assert_ptr_equal(user, got);
	got[gots++] = *event;
}

static enum drop decode_events(size_t length, struct values *into, uint64_t *left_out)
{
	gots = 0;
	return events_decode(&context, bytes, length, into, left_out, take, got);
}

/* One event of every row. */
static unsigned all_events(void)
{
	unsigned count = 0;

	for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
		if (event_name((enum event_kind)kind)[0] == '?')
			continue;
		sent[count] = example_event(kind, 100 + count);
		count++;
	}
	return count;
}

static void every_event_comes_back_as_it_went(void **state)
{
	unsigned count = all_events(), taken;
	uint64_t left_out = 0;
	size_t length = events_encode(&context, sent, count, 17, values, &taken, bytes,
				      CONTROL_FRAME_BYTES_MAX);

	assert_int_equal(taken, count);
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	assert_int_equal(gots, count);
	assert_int_equal(left_out, 17);
	for (unsigned i = 0; i < count; i++)
		assert_same_event(&sent[i], &got[i]);
	for (size_t cut = 0; cut < length; cut++) {
		assert_int_equal(decode_events(cut, decoded_values, &left_out), DROP_SHORT);
		assert_int_equal(gots, 0);
	}
	assert_int_equal(decode_events(length + 1, decoded_values, &left_out), DROP_TRAILING);
	assert_int_equal(gots, 0);
	(void)state;
}

static void as_many_events_as_fit_are_taken_and_the_rest_comes_later(void **state)
{
	unsigned count = all_events(), done = 0, taken;

	while (done < count) {
		uint64_t left_out;
		size_t length = events_encode(&context, sent + done, count - done, 0, values,
					      &taken, bytes, 160);

		assert_in_range(length, HEAD, 160);
		assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
		assert_int_equal(gots, taken);
		for (unsigned i = 0; i < taken; i++)
			assert_same_event(&sent[done + i], &got[i]);
		done += taken;
	}
	assert_int_equal(events_encode(&context, sent, count, 0, values, &taken, bytes, 40), 0);
	assert_int_equal(taken, 0);
	assert_int_equal(events_encode(&context, sent, 0, 0, values, &taken, bytes, 160), 0);
	(void)state;
}

static void events_that_do_not_follow_each_other_travel_apart(void **state)
{
	unsigned taken;

	for (unsigned which = 0; which < 4; which++) {
		for (unsigned i = 0; i < 3; i++)
			sent[i] = example_event(EVENT_RESIGNED, 10 + i);
		if (which == 0)
			sent[2].seq++;
		else if (which == 1)
			sent[2].node = 4;
		else if (which == 2)
			sent[2].boot++;
		else
			sent[2].seq = 0;
		events_encode(&context, sent, 3, 0, values, &taken, bytes, 1000);
		assert_int_equal(taken, 2);
	}
	sent[0].seq = 0;
	sent[1].seq = 1;
	events_encode(&context, sent, 2, 0, values, &taken, bytes, 1000);
	assert_int_equal(taken, 1);
	(void)state;
}

static void events_of_nobody_or_of_an_unknown_kind_are_refused(void **state)
{
	unsigned taken;
	uint64_t left_out;

	sent[0] = example_event(EVENT_RESIGNED, UINT64_MAX - 1);

	size_t length = events_encode(&context, sent, 1, 0, values, &taken, bytes, 1000);

	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	bytes[HEAD] = 6;
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_SENDER);
	bytes[HEAD] = 3;
	bytes[HEAD + 21] = 9;
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_TYPE);
	bytes[HEAD + 19] = 0; /* no events */
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	bytes[HEAD + 19] = 2; /* two, of which the second has no number */
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	(void)state;
}

static void values_in_events_look_the_same_on_the_other_side(void **state)
{
	static uint8_t text[6][200];
	static const uint32_t lengths[6] = {0, 1, 64, 65, 200, 30};
	unsigned taken;
	uint64_t left_out;

	for (unsigned i = 0; i < 6; i++) {
		memset(text[i], i == 5 ? 0x80 : 'a' + (int)i, sizeof text[i]);
		sent[i] = example_event(EVENT_WON, 1 + i);
		sent[i].value = values_intern(values, text[i], lengths[i]);
	}
	sent[6] = example_event(EVENT_WON, 7);
	sent[6].value = VALUE_NONE;

	size_t length = events_encode(&context, sent, 7, 0, values, &taken, bytes, 4000);

	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	for (unsigned i = 0; i < 7; i++)
		assert_same_event(&sent[i], &got[i]);

	/* who has only the shown form passes it on as such */
	assert_int_equal(events_encode(&context, got, 7, 0, decoded_values, &taken, again, 4000),
			 length);
	assert_memory_equal(bytes, again, length);
	(void)state;
}

static void a_table_without_room_refuses_all_and_takes_nothing(void **state)
{
	struct values *small = table(0);
	unsigned taken;
	uint64_t left_out;

	sent[0] = example_event(EVENT_WON, 1);
	sent[1] = example_event(EVENT_RESIGNED, 2);

	size_t length = events_encode(&context, sent, 2, 0, values, &taken, bytes, 4000);

	assert_int_equal(decode_events(length, small, &left_out), DROP_FULL);
	assert_int_equal(gots, 0);
	test_free(small);
	(void)state;
}

static struct snapshot snapshot, snapshot_got;

static void fill_snapshot(void)
{
	struct snapshot *s = &snapshot;

	memset(s, 0, sizeof *s);
	*s = (struct snapshot){.node = 3, .boot = 2, .seq = 99, .at = 1234, .pid = 4711};
	s->epoch = context.epoch;
	s->nodes = context.nodes;
	s->quorum = 3;
	s->mode = MODE_MULTI;
	s->policy = 5;
	s->clock = clock_rule;
	s->gated = true;
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
		s->link[id] = link;
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

static void a_snapshot_comes_back_as_it_went(void **state)
{
	fill_snapshot();

	size_t length =
		snapshot_encode(&context, &snapshot, values, bytes, CONTROL_FRAME_BYTES_MAX);

	assert_int_not_equal(length, 0);
	assert_int_equal(snapshot_decode(&context, bytes, length, decoded_values, &snapshot_got),
			 DROP_NOTHING);
	assert_int_equal(snapshot_got.pid, 4711);
	assert_int_equal(snapshot_got.held_message[63].seq, 63);
	assert_int_equal(snapshot_got.dropped[DROPS - 1], 1);
	assert_same_event(&snapshot.held_message[63], &snapshot_got.held_message[63]);
	assert_same_value(snapshot.slot[255].voted, snapshot_got.slot[255].voted);
	assert_int_equal(snapshot_encode(&context, &snapshot_got, decoded_values, again,
					 CONTROL_FRAME_BYTES_MAX),
			 length);
	assert_memory_equal(bytes, again, length);
	assert_int_equal(snapshot_encode(&context, &snapshot, values, again, length - 1), 0);
	assert_int_equal(
		snapshot_decode(&context, bytes, length + 1, decoded_values, &snapshot_got),
		DROP_TRAILING);
	for (size_t cut = 0; cut < length; cut += 1 + cut / 16)
		assert_int_equal(
			snapshot_decode(&context, bytes, cut, decoded_values, &snapshot_got),
			DROP_SHORT);
	(void)state;
}

static void a_snapshot_without_room_for_its_values_is_refused(void **state)
{
	struct values *small = table(255);

	fill_snapshot();

	size_t length =
		snapshot_encode(&context, &snapshot, values, bytes, CONTROL_FRAME_BYTES_MAX);

	assert_int_equal(snapshot_decode(&context, bytes, length, small, &snapshot_got), DROP_FULL);
	assert_true(values_has_room(small, 255, 1 << 20));
	test_free(small);
	(void)state;
}

static struct roster roster, roster_got;

static size_t encode_roster(void)
{
	memset(&roster, 0, sizeof roster);
	memcpy(roster.cluster, context.cluster, 8);
	roster.epoch = 7;
	roster.operator_key = operator_public;
	roster.nodes = 5;
	roster.mode = MODE_SINGLE;
	roster.quorum = 3;
	roster.policy = 1;
	roster.clock = clock_rule;
	roster.link = link;
	for (unsigned id = 1; id <= 5; id++) {
		roster.node[id].key = other_public;
		roster.node[id].key.bytes[0] = (uint8_t)id;
		snprintf(roster.node[id].data, ENDPOINT_MAX, "ipc:///tmp/x/n%u.data", id);
		snprintf(roster.node[id].control, ENDPOINT_MAX, "tcp://127.0.0.1:500%u", id);
	}
	return roster_encode(&roster, &crypto_ed25519, &operator_secret, bytes, sizeof bytes);
}

static enum drop decode_roster(size_t length, const struct public_key *key)
{
	return roster_decode(bytes, length, &crypto_ed25519, key, &roster_got);
}

static void a_roster_comes_back_as_it_went(void **state)
{
	size_t length = encode_roster();

	assert_int_equal(decode_roster(length, &operator_public), DROP_NOTHING);
	assert_int_equal(decode_roster(length, NULL), DROP_NOTHING);
	assert_memory_equal(roster_got.cluster, context.cluster, 8);
	assert_int_equal(roster_got.quorum, 3);
	assert_same_link(&roster_got.link, &link);
	assert_string_equal(roster_got.node[5].data, "ipc:///tmp/x/n5.data");
	assert_string_equal(roster_got.node[1].control, "tcp://127.0.0.1:5001");
	assert_int_equal(wire_context_of(&roster_got).epoch, 7);
	assert_int_equal(wire_context_of(&roster_got).nodes, 5);
	assert_int_equal(roster_encode(&roster_got, &crypto_ed25519, NULL, again, sizeof again),
			 length);
	assert_memory_equal(bytes, again, length);
	for (size_t cut = 0; cut < length; cut++) {
		assert_int_equal(decode_roster(cut, NULL), DROP_SHORT);
		assert_int_equal(roster_encode(&roster, &crypto_ed25519, NULL, again, cut), 0);
	}
	assert_int_equal(decode_roster(length + 1, NULL), DROP_TRAILING);
	(void)state;
}

static void a_roster_that_was_touched_is_not_the_operators(void **state)
{
	size_t length = encode_roster();

	for (size_t i = 0; i < length; i += 3) {
		bytes[i] ^= 1;
		assert_int_not_equal(decode_roster(length, NULL), DROP_NOTHING);
		bytes[i] ^= 1;
	}
	assert_int_equal(decode_roster(length, &other_public), DROP_OPERATOR);
	bytes[length - 1] ^= 1;
	assert_int_equal(decode_roster(length, &operator_public), DROP_OPERATOR);

	/* signed by somebody who says that he is the operator of this cluster */
	encode_roster();
	roster.operator_key = other_public;
	roster_encode(&roster, &crypto_ed25519, &other_secret, bytes, sizeof bytes);
	assert_int_equal(decode_roster(length, &operator_public), DROP_OPERATOR);
	assert_int_equal(decode_roster(length, NULL), DROP_NOTHING);
	(void)state;
}

static void a_node_that_introduces_itself_holds_its_key(void **state)
{
	struct peer_info info = {.nonce = {9, 8, 7}, .wanted = 0, .key = other_public}, out;

	strcpy(info.data, "ipc:///tmp/x/data");
	memset(info.control, 'c', ENDPOINT_MAX - 1);

	size_t length =
		peer_info_encode(&info, &crypto_ed25519, &other_secret, bytes, sizeof bytes);

	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_NOTHING);
	assert_memory_equal(&info, &out, sizeof info);
	assert_int_equal(peer_info_decode(bytes, length - 1, &crypto_ed25519, &out), DROP_SHORT);
	assert_int_equal(peer_info_decode(bytes, length + 1, &crypto_ed25519, &out), DROP_TRAILING);
	bytes[HEAD + 17 + 32 + 1] = '\n'; /* in its endpoint */
	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_MALFORMED);
	peer_info_encode(&info, &crypto_ed25519, &operator_secret, bytes, sizeof bytes);
	assert_int_equal(peer_info_decode(bytes, length, &crypto_ed25519, &out), DROP_SIGNATURE);
	(void)state;
}

static void a_load_report_comes_back_as_it_went(void **state)
{
	const struct load_report report = {1, 2, 3, 4, 5, 6, 7, true};
	struct load_report out;
	node_id node;
	size_t length = load_encode(&context, 4, &report, bytes, sizeof bytes);

	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_NOTHING);
	assert_int_equal(node, 4);
	assert_int_equal(load_encode(&context, node, &out, again, sizeof again), length);
	assert_memory_equal(bytes, again, length);
	assert_int_equal(out.values, 1);
	assert_int_equal(out.latency_max_us, 6);
	assert_int_equal(out.cpu_us, 7);
	assert_true(out.done);
	bytes[length - 1] = 2;
	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_MALFORMED);
	bytes[HEAD] = 0;
	assert_int_equal(load_decode(&context, bytes, length, &node, &out), DROP_SENDER);
	(void)state;
}

/* Whatever decodes encodes to what it came from; the signature, made by chance, never holds. */
static void check_whatever(size_t length)
{
	struct control control;
	struct peer_info info;
	struct load_report report;
	uint64_t left_out;
	unsigned taken;
	node_set to;
	node_id node;
	uint8_t wants;

	if (!values_has_room(decoded_values, 1000, 1 << 17)) {
		values_unmark(decoded_values);
		values_sweep(decoded_values);
	}
	if (query_decode(bytes, length, &to, &wants) == DROP_NOTHING)
		assert_int_equal(length, HEAD + 5);
	if (decode_control(length, &control) == DROP_NOTHING) {
		assert_int_equal(encode_control(&control, again), length);
		assert_memory_equal(again, bytes, length);
	}
	if (decode_roster(length, NULL) == DROP_NOTHING) {
		assert_int_equal(
			roster_encode(&roster_got, &crypto_ed25519, NULL, again, sizeof again),
			length);
		assert_memory_equal(again, bytes, length);
	}
	assert_true(peer_info_decode(bytes, length, &crypto_ed25519, &info) <= DROPS);
	if (decode_events(length, decoded_values, &left_out) == DROP_NOTHING) {
		assert_int_equal(events_encode(&context, got, gots, left_out, decoded_values,
					       &taken, again, sizeof again),
				 length);
		assert_memory_equal(again, bytes, length);
	}
	if (snapshot_decode(&context, bytes, length, decoded_values, &snapshot_got) ==
	    DROP_NOTHING) {
		assert_int_equal(snapshot_encode(&context, &snapshot_got, decoded_values, again,
						 sizeof again),
				 length);
		assert_memory_equal(again, bytes, length);
	}
	if (load_decode(&context, bytes, length, &node, &report) == DROP_NOTHING) {
		assert_int_equal(load_encode(&context, node, &report, again, sizeof again), length);
		assert_memory_equal(again, bytes, length);
	}
}

static size_t any_frame(void)
{
	const struct load_report report = {1, 2, 3, 4, 5, 6, 7, true};
	struct control control;
	unsigned count, taken;

	switch (roll(6)) {
	case 0:
		do
			control = example_control((enum control_kind)(1 + roll(CONTROL_KINDS - 1)));
		while (!control_is_row(control.kind));
		return control_encode(&context, &control, &crypto_symbolic, &operator_secret, bytes,
				      sizeof bytes);
	case 1:
		return load_encode(&context, 2, &report, bytes, sizeof bytes);
	case 2:
		snapshot.slots = (uint16_t)roll(3);
		snapshot.held = (uint16_t)roll(3);
		return snapshot_encode(&context, &snapshot, values, bytes, sizeof bytes);
	case 3:
		return query_encode(&context, 1, 1, bytes, sizeof bytes);
	default:
		count = all_events();
		taken = (unsigned)roll(count);
		return events_encode(&context, sent + taken, 1 + (unsigned)roll(count - taken), 1,
				     values, &taken, bytes, 100 + roll(2000));
	}
}

static void frames_made_by_chance_never_decode_to_what_encodes_otherwise(void **state)
{
	fill_snapshot();
	for (unsigned run = 0; run < FUZZ_RUNS; run++) {
		size_t length;

		if (roll(4) == 0) {
			length = roll(100);
			for (size_t i = 0; i < length; i++)
				bytes[i] = (uint8_t)roll(256);
		} else {
			length = any_frame();
			assert_int_not_equal(length, 0);
			for (unsigned times = 1 + (unsigned)roll(2); times > 0; times--)
				bytes[HEAD + roll(length - HEAD)] = (uint8_t)roll(256);
			if (roll(4) == 0)
				length -= roll(length);
		}
		check_whatever(length);
	}
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_control_comes_back_as_it_went),
		TEST(a_control_is_the_operators_or_nobodys),
		TEST(a_control_that_no_encoder_would_have_written_is_refused),
		TEST(a_query_comes_back_and_asks_for_something_known),
		TEST(a_peek_tells_kind_and_cluster),
		TEST(every_event_comes_back_as_it_went),
		TEST(as_many_events_as_fit_are_taken_and_the_rest_comes_later),
		TEST(events_that_do_not_follow_each_other_travel_apart),
		TEST(events_of_nobody_or_of_an_unknown_kind_are_refused),
		TEST(values_in_events_look_the_same_on_the_other_side),
		TEST(a_table_without_room_refuses_all_and_takes_nothing),
		TEST(a_snapshot_comes_back_as_it_went),
		TEST(a_snapshot_without_room_for_its_values_is_refused),
		TEST(a_roster_comes_back_as_it_went),
		TEST(a_roster_that_was_touched_is_not_the_operators),
		TEST(a_node_that_introduces_itself_holds_its_key),
		TEST(a_load_report_comes_back_as_it_went),
		TEST(frames_made_by_chance_never_decode_to_what_encodes_otherwise),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
