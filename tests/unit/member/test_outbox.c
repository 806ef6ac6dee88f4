/* What a step owed is taken back, as by a crash before the sync: but for what left before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_taken_back_but_for_what_is_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
