/* What a step owed is taken back, as by a crash before the sync: but for what left before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/member/outbox.h"

static struct outbox box;
static uint8_t bytes[64];

static void say(enum event_kind kind)
{
	static uint64_t seq;

	box.events++;
	assert_true(outbox_event(&box, &(struct event){.kind = kind, .seq = ++seq}));
}

static void send(node_id to, bool early)
{
	outbox_frame(&box, set_of(to), 1, early);
	say(EVENT_SENT);
}

static void a_step_is_taken_back_but_for_what_is_early(void **state)
{
	const struct paxos_write promise = {.kind = WRITE_PROMISED};

	(void)state;
	outbox_init(&box, bytes, sizeof bytes);
	outbox_write(&box, &promise, NULL);
	say(EVENT_PROMISED);
	send(1, false);
	const uint64_t seq = box.event[1].seq;
	const struct outbox_mark mark = outbox_mark(&box);
	outbox_write(&box, &promise, NULL);
	outbox_log(&box, set_of(2), 0, 1);
	say(EVENT_ACCEPTED);
	send(2, false);
	send(3, true);
	say(EVENT_CHOSEN);
	send(4, true);
	assert_int_equal(outbox_take_back(&box, &mark), 3);
	assert_int_equal(box.out.writes, 1);
	assert_int_equal(box.out.logs, 0);
	assert_int_equal(box.out.frames, 3);
	assert_int_equal(box.frame[0].to, set_of(1));
	assert_int_equal(box.frame[1].to, set_of(3));
	assert_int_equal(box.frame[2].to, set_of(4));
	assert_int_equal(box.out.events, 4);
	assert_int_equal(box.events, 4);
	for (unsigned i = 2; i < 4; i++) {
		assert_int_equal(box.event[i].kind, EVENT_SENT);
		assert_int_equal(box.event[i].seq, seq + i - 1);
	}
}

/* One thing more of each kind, and there is no room for what a step may bring. */
static void there_is_room_up_to_each_bound(void **state)
{
	(void)state;
	outbox_init(&box, bytes, sizeof bytes);
	assert_true(outbox_has_room(&box) && outbox_is_empty(&box));
	box.events = OUTBOX_EVENTS - STEP_EVENTS_MAX;
	assert_true(outbox_has_room(&box));
	box.events++;
	assert_false(outbox_has_room(&box));
	outbox_clear(&box);
	assert_int_equal(box.events, 0);
	for (unsigned i = 0; i <= OUTBOX_WRITES - OUT_WRITES_MAX; i++) {
		assert_true(outbox_has_room(&box));
		outbox_write(&box, &(struct paxos_write){.kind = WRITE_LOW}, NULL);
	}
	assert_false(outbox_has_room(&box) || outbox_is_empty(&box));
	outbox_clear(&box);
	for (unsigned i = 0; i <= OUTBOX_FRAMES - OUT_SENDS_MAX; i++) {
		assert_true(outbox_has_room(&box));
		outbox_frame(&box, set_of(1), 0, false);
	}
	assert_false(outbox_has_room(&box) || outbox_is_empty(&box));
	outbox_clear(&box);
	for (unsigned i = 0; i < OUTBOX_LOGS; i++) {
		assert_true(outbox_has_room(&box));
		outbox_log(&box, set_of(1), i, 1);
	}
	assert_false(outbox_has_room(&box) || outbox_is_empty(&box));
	outbox_clear(&box);
	outbox_keep(&box, sizeof bytes / 2);
	assert_true(outbox_has_room(&box) && outbox_is_empty(&box));
	outbox_keep(&box, 1);
	assert_false(outbox_has_room(&box));
	outbox_clear(&box);
	say(EVENT_SENT);
	assert_false(outbox_is_empty(&box));
}

static void what_is_put_in_is_there_until_it_is_cleared(void **state)
{
	static const struct {
		unsigned kind, as;
		bool has_value;
	} rows[] = {{WRITE_PROMISED, MEMBER_PROMISED, false}, {WRITE_VOTE, MEMBER_VOTE, true},
		    {WRITE_CHOSEN, MEMBER_CHOSEN, true},      {WRITE_ECHO, MEMBER_ECHO, true},
		    {WRITE_SUMMARY, MEMBER_SUMMARY, true},    {WRITE_LOW, MEMBER_LOW, false}};
	struct values *values = values_init(malloc(values_size(4, 64)), 4, 64);
	const value_ref value = values_intern(values, (const uint8_t *)"apple", 5);
	size_t room;

	(void)state;
	outbox_init(&box, bytes, sizeof bytes);
	box.out.wake_at = 7;
	box.out.events_left_out = 8;
	for (unsigned i = 0; i < 6; i++) {
		struct paxos_write write = {.slot = 10 + i, .ballot = {i, 2}, .value = value};

		write.kind = rows[i].kind;
		const struct member_write *w = outbox_write(&box, &write, values);

		assert_ptr_equal(w, &box.out.write[i]);
		assert_int_equal(w->kind, rows[i].as);
		assert_int_equal(w->slot, 10 + i);
		assert_int_equal(w->ballot.round, i);
		assert_int_equal(w->value_length, rows[i].has_value ? 5 : 0);
		assert_int_equal(w->value != NULL, rows[i].has_value);
		assert_null(w->proofs);
	}
	outbox_log(&box, set_of(3), 40, 5);
	assert_int_equal(box.out.log[0].to, set_of(3));
	assert_int_equal(box.out.log[0].from, 40);
	assert_int_equal(box.out.log[0].count, 5);
	assert_ptr_equal(outbox_frame_room(&box, &room), bytes);
	assert_int_equal(room, sizeof bytes);
	outbox_keep(&box, 4);
	outbox_frame(&box, set_of(1), 10, true);
	outbox_frame(&box, set_of(2), 20, true);
	assert_ptr_equal(outbox_frame_room(&box, &room), bytes + 34);
	assert_int_equal(room, sizeof bytes - 34);
	assert_ptr_equal(box.out.frame[0].bytes, bytes + 4);
	assert_ptr_equal(box.out.frame[1].bytes, bytes + 14);
	assert_int_equal(box.out.frame[1].length, 20);
	assert_true(box.out.frame[0].early && box.out.frame[1].early);
	outbox_hold_back(&box);
	assert_false(box.out.frame[0].early || box.out.frame[1].early);
	while (box.out.frames < OUTBOX_FRAMES)
		outbox_frame(&box, set_of(2), 0, true);
	outbox_frame_room(&box, &room);
	assert_int_equal(room, 0);
	for (unsigned i = 0; i <= OUTBOX_EVENTS; i++)
		assert_int_equal(outbox_event(&box, &(struct event){.seq = i}), i < OUTBOX_EVENTS);
	assert_int_equal(box.out.events, OUTBOX_EVENTS);
	assert_int_equal(box.out.event[OUTBOX_EVENTS - 1].seq, OUTBOX_EVENTS - 1);
	box.out.must_sync = true;
	outbox_clear(&box);
	assert_true(outbox_is_empty(&box) && !box.out.must_sync);
	assert_int_equal(box.used, 0);
	assert_int_equal(box.out.wake_at, 7);
	assert_int_equal(box.out.events_left_out, 8);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_room_up_to_each_bound),
		cmocka_unit_test(what_is_put_in_is_there_until_it_is_cleared),
		cmocka_unit_test(a_step_is_taken_back_but_for_what_is_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
