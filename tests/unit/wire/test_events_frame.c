/* What nodes report, as bytes: round trips of every event and of a whole snapshot, and refusals. */

#include "tests/support/wire_examples.h"

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

		assert_in_range(length, CONTROL_HEAD, 160);
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
	bytes[CONTROL_HEAD] = 6;
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_SENDER);
	bytes[CONTROL_HEAD] = 3;
	bytes[CONTROL_HEAD + 21] = 9;
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_TYPE);
	bytes[CONTROL_HEAD + 19] = 0; /* no events */
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	bytes[CONTROL_HEAD + 19] = 2; /* two, of which the second has no number */
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	(void)state;
}

static void only_a_single_event_may_have_no_number(void **state)
{
	unsigned taken;
	uint64_t left_out;

	sent[0] = example_event(EVENT_RESIGNED, 256);
	sent[1] = example_event(EVENT_RESIGNED, 257);

	size_t length = events_encode(&context, sent, 2, 0, values, &taken, bytes, 1000);

	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	bytes[CONTROL_HEAD + 4] = 0; /* 256 becomes 0 */
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	sent[0].seq = 0;
	length = events_encode(&context, sent, 1, 0, values, &taken, bytes, 1000);
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	assert_int_equal(got[0].seq, 0);
	(void)state;
}

static void a_value_in_an_event_has_one_form_only(void **state)
{
	static const struct {
		uint8_t told[3]; /* kind, length, the value's byte */
		enum drop why;
	} cases[] = {
		{{2, 1, 'a'}, DROP_NOTHING},
		{{2, 0, 'a'}, DROP_MALFORMED}, /* empty: that is a no-op */
		{{3, 1, 'a'}, DROP_SHORT},     /* a sketch has more */
		{{4, 1, 'a'}, DROP_MALFORMED},
		{{1, 1, 'a'}, DROP_TRAILING},
		{{2, 2, 'a'}, DROP_SHORT},
		{{2, 65, 'a'}, DROP_SHORT},
	};
	unsigned taken;
	uint64_t left_out;

	sent[0] = example_event(EVENT_WON, 1);
	sent[0].value = value("a");
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t length = events_encode(&context, sent, 1, 0, values, &taken, bytes, 1000);

		memcpy(bytes + length - 3, cases[i].told, 3);
		if (cases[i].told[1] == 0)
			length--;
		assert_int_equal(decode_events(length, decoded_values, &left_out), cases[i].why);
	}
	(void)state;
}

static void a_sketch_is_of_a_long_value(void **state)
{
	static uint8_t text[VALUE_SHOWN_MAX + 1];
	unsigned taken;
	uint64_t left_out;

	memset(text, 'a', sizeof text);
	sent[0] = example_event(EVENT_WON, 1);
	sent[0].value = values_intern(values, text, sizeof text);
	size_t length = events_encode(&context, sent, 1, 0, values, &taken, bytes, 1000);
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_NOTHING);
	assert_true(values_equal(decoded_values, got[0].value, text, sizeof text));
	assert_false(values_equal(decoded_values, got[0].value, text, sizeof text - 1));
	/* a length of no long value */
	bytes[length - 17]--;
	assert_int_equal(decode_events(length, decoded_values, &left_out), DROP_MALFORMED);
	bytes[length - 20] = 1;
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

static void a_snapshot_comes_back_as_it_went(void **state)
{
	example_snapshot(&snapshot);

	size_t length =
		snapshot_encode(&context, &snapshot, values, bytes, CONTROL_FRAME_BYTES_MAX);

	assert_int_not_equal(length, 0);
	assert_int_equal(snapshot_decode(&context, bytes, length, decoded_values, &snapshot_got),
			 DROP_NOTHING);
	assert_int_equal(snapshot_got.pid, 4711);
	assert_int_equal(snapshot_got.real_us, UINT64_MAX);
	assert_int_equal(snapshot_got.wall_us, 5);
	assert_int_equal(snapshot_got.ahead_us, INT64_MIN);
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

/* What a machine does to its node is told where it does anything. */
static void faults_of_the_machine_come_with_a_snapshot(void **state)
{
	const struct {
		uint32_t crash_point, sync_us;
		struct drift drift;
	} told[] = {{0, 0, {0}},
		    {2, 0, {0}},
		    {0, 20000, {0}},
		    {0, 0, {0, 0, 1}},
		    {1, 1, {UINT64_MAX, UINT64_MAX - 1, UINT32_MAX}}};
	size_t least = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof told / sizeof told[0]; i++) {
		example_snapshot(&snapshot);
		snapshot.slots = 0;
		snapshot.held = 0;
		snapshot.has_lied = i % 2 == 0;
		snapshot.crash_point = told[i].crash_point;
		snapshot.sync_us = told[i].sync_us;
		snapshot.drift = told[i].drift;
		const size_t length = snapshot_encode(&context, &snapshot, values, bytes,
						      CONTROL_FRAME_BYTES_MAX);
		least = i == 0 ? length : least;
		assert_int_equal(length, least + (i == 0 ? 0 : 28));
		assert_int_equal(
			snapshot_decode(&context, bytes, length, decoded_values, &snapshot_got),
			DROP_NOTHING);
		assert_int_equal(snapshot_got.has_lied, i % 2 == 0);
		assert_int_equal(snapshot_got.crash_point, told[i].crash_point);
		assert_int_equal(snapshot_got.sync_us, told[i].sync_us);
		assert_int_equal(snapshot_got.drift.since, told[i].drift.since);
		assert_int_equal(snapshot_got.drift.own_since, told[i].drift.own_since);
		assert_int_equal(snapshot_got.drift.rate, told[i].drift.rate);
	}
	/* a time of a clock that was never told anything, and nothing at all, were written by
	 * nobody */
	example_snapshot(&snapshot);
	snapshot.sync_us = 7;
	snapshot.drift.since = 9;
	size_t length =
		snapshot_encode(&context, &snapshot, values, bytes, CONTROL_FRAME_BYTES_MAX);
	assert_int_equal(snapshot_decode(&context, bytes, length, decoded_values, &snapshot_got),
			 DROP_MALFORMED);
}

static void a_snapshot_without_room_for_its_values_is_refused(void **state)
{
	struct values *small = table(255);

	example_snapshot(&snapshot);

	size_t length =
		snapshot_encode(&context, &snapshot, values, bytes, CONTROL_FRAME_BYTES_MAX);

	assert_int_equal(snapshot_decode(&context, bytes, length, small, &snapshot_got), DROP_FULL);
	assert_true(values_has_room(small, 255, 1 << 20));
	test_free(small);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_event_comes_back_as_it_went),
		TEST(as_many_events_as_fit_are_taken_and_the_rest_comes_later),
		TEST(events_that_do_not_follow_each_other_travel_apart),
		TEST(events_of_nobody_or_of_an_unknown_kind_are_refused),
		TEST(only_a_single_event_may_have_no_number),
		TEST(a_value_in_an_event_has_one_form_only),
		TEST(a_sketch_is_of_a_long_value),
		TEST(values_in_events_look_the_same_on_the_other_side),
		TEST(a_table_without_room_refuses_all_and_takes_nothing),
		TEST(a_snapshot_comes_back_as_it_went),
		TEST(faults_of_the_machine_come_with_a_snapshot),
		TEST(a_snapshot_without_room_for_its_values_is_refused),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
