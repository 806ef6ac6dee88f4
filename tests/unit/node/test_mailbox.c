/* The mailbox of a node: what is put in leaves together, and comes out one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/mailbox.h"
#include "tests/support/test_dir.h"

#define FRAME_SIZE 40

static struct bus here, there;
static struct mailbox sender, receiver;

/* Something that a bundle holds: of node 1 for node 2, and told apart by its number. */
static const uint8_t *frame(uint8_t number)
{
	static uint8_t bytes[FRAME_SIZE];
	memset(bytes, number, sizeof(bytes));
	bytes[0] = WIRE_VERSION;
	bytes[1] = 0;
	bytes[2] = 1;
	memset(bytes + 3, 0, 4);
	bytes[3] = (uint8_t)set_of(2);
	return bytes;
}

static void wait_until_connected(void)
{
	const uint64_t until = real_time_us() + 10000000;
	while (bus_peers(&here) == 0 || bus_peers(&there) == 0) {
		assert_true(real_time_us() < until);
		bus_wait(&here, 1000);
	}
}

static int open_both(void **state)
{
	char endpoint[PATH_BYTES + 16];
	test_dir_make(state);
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/hub", test_dir);
	assert_int_equal(bus_open(BUNDLE_BYTES_MAX, &here), STATUS_OK);
	assert_int_equal(bus_open(BUNDLE_BYTES_MAX, &there), STATUS_OK);
	assert_int_equal(bus_bind(&here, endpoint), STATUS_OK);
	assert_int_equal(bus_connect(&there, endpoint, NULL), STATUS_OK);
	wait_until_connected();
	mailbox_init(&sender, &here);
	mailbox_init(&receiver, &there);
	return 0;
}

static int close_both(void **state)
{
	mailbox_close(&receiver);
	bus_close(&here);
	bus_close(&there);
	return test_dir_remove(state);
}

static void assert_comes(uint8_t number)
{
	struct bus_message message;
	if (!mailbox_has_more(&receiver))
		bus_wait(&there, 10000000);
	assert_true(mailbox_take(&receiver, &message));
	assert_int_equal(message.length, FRAME_SIZE);
	assert_memory_equal(message.bytes, frame(number), FRAME_SIZE);
}

static void assert_nothing_more(void)
{
	struct bus_message message;
	assert_false(mailbox_has_more(&receiver));
	assert_false(mailbox_take(&receiver, &message));
}

static void frames_of_a_turn_come_in_one_message_and_are_taken_one_by_one(void **state)
{
	struct bus_message message;
	(void)state;
	for (uint8_t number = 1; number <= 3; number++)
		mailbox_put(&sender, frame(number), FRAME_SIZE);
	mailbox_flush(&sender);
	mailbox_flush(&sender);
	bus_wait(&there, 10000000);
	assert_true(bus_receive(&there, &message));
	assert_true(is_bundle(message.bytes, message.length));
	bus_release(&message);
	assert_false(bus_receive(&there, &message));
	for (uint8_t number = 1; number <= 3; number++)
		mailbox_put(&sender, frame(number), FRAME_SIZE);
	mailbox_flush(&sender);
	for (uint8_t number = 1; number <= 3; number++) {
		assert_comes(number);
		assert_int_equal(mailbox_has_more(&receiver), number < 3);
	}
	assert_nothing_more();
}

static void one_frame_is_sent_as_it_is(void **state)
{
	struct bus_message message;
	(void)state;
	mailbox_put(&sender, frame(7), FRAME_SIZE);
	mailbox_flush(&sender);
	bus_wait(&there, 10000000);
	assert_true(bus_receive(&there, &message));
	assert_int_equal(message.length, FRAME_SIZE);
	assert_memory_equal(message.bytes, frame(7), FRAME_SIZE);
	bus_release(&message);
}

static void what_no_bundle_holds_keeps_its_place(void **state)
{
	struct bus_message message;
	(void)state;
	mailbox_put(&sender, frame(1), FRAME_SIZE);
	mailbox_put(&sender, frame(2), FRAME_SIZE);
	mailbox_put(&sender, (const uint8_t *)"garbled", 7);
	mailbox_put(&sender, frame(3), FRAME_SIZE);
	mailbox_flush(&sender);
	assert_comes(1);
	assert_comes(2);
	bus_wait(&there, 10000000);
	assert_true(mailbox_take(&receiver, &message));
	assert_memory_equal(message.bytes, "garbled", 7);
	assert_comes(3);
	assert_nothing_more();
}

static void a_full_bundle_leaves_before_the_turn_ends(void **state)
{
	static uint8_t large[BUNDLE_BYTES_MAX / 2];
	struct bus_message message;
	(void)state;
	memcpy(large, frame(0), FRAME_SIZE);
	for (unsigned i = 0; i < 3; i++)
		mailbox_put(&sender, large, sizeof(large));
	bus_wait(&there, 10000000);
	mailbox_flush(&sender);
	for (unsigned i = 0; i < 3; i++) {
		if (!mailbox_has_more(&receiver))
			bus_wait(&there, 10000000);
		assert_true(mailbox_take(&receiver, &message));
		assert_int_equal(message.length, sizeof(large));
	}
	assert_nothing_more();
}

/* It comes as it is, and no reader takes it for anything else. */
static void a_bundle_that_does_not_fit_is_refused_whole(void **state)
{
	struct bundle_writer w = {.bytes = sender.bytes};
	struct bus_message message;
	uint8_t spoiled[200];
	size_t length;
	(void)state;
	assert_true(bundle_add(&w, frame(1), FRAME_SIZE));
	assert_true(bundle_add(&w, frame(2), FRAME_SIZE));
	memcpy(spoiled, bundle_end(&w, &length), 2 * FRAME_SIZE + 17);
	assert_int_equal(length, 2 * FRAME_SIZE + 17);
	bus_send(&here, spoiled, length - 1);
	bus_wait(&there, 10000000);
	assert_true(mailbox_take(&receiver, &message));
	assert_int_equal(message.length, length - 1);
	assert_int_equal(message.bytes[0], BUNDLE_VERSION);
	assert_nothing_more();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_both, close_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_of_a_turn_come_in_one_message_and_are_taken_one_by_one),
		TEST(one_frame_is_sent_as_it_is),
		TEST(what_no_bundle_holds_keeps_its_place),
		TEST(a_full_bundle_leaves_before_the_turn_ends),
		TEST(a_bundle_that_does_not_fit_is_refused_whole),
	};
	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
