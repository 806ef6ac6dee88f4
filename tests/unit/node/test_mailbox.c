/* The mailbox of a node: what is put in for the same nodes leaves together, and comes out one by
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/mailbox.h"
#include "proto/fault/link.h"
#include "tests/support/test_dir.h"

#define FRAME_SIZE 40

#define NODES 4

/* n1 sends, the others receive. */
static struct roster roster;
static struct mesh mesh[NODES + 1];
static struct mailbox mailbox[NODES + 1];

/* Something that a bundle holds: of node 1 for these nodes, and told apart by its number. */
static const uint8_t *frame_for(node_set to, uint8_t number)
{
	static uint8_t bytes[FRAME_SIZE];
	memset(bytes, number, sizeof(bytes));
	bytes[0] = WIRE_VERSION;
	bytes[1] = 0;
	bytes[2] = 1;
	memset(bytes + 3, 0, 4);
	bytes[3] = (uint8_t)to;
	return bytes;
}

static const uint8_t *frame(uint8_t number)
{
	return frame_for(set_of(2), number);
}

static void put_for(node_set to, uint8_t number)
{
	mailbox_put(&mailbox[1], to, frame_for(to, number), FRAME_SIZE);
}

static void put(uint8_t number)
{
	put_for(set_of(2), number);
}

static void flush(void)
{
	mailbox_flush(&mailbox[1]);
}

static int open_all(void **state)
{
	const uint64_t until = real_time_us() + 10000000;
	test_dir_make(state);
	roster = (struct roster){.nodes = NODES};
	for (node_id id = 1; id <= NODES; id++)
		snprintf(roster.node[id].data, ENDPOINT_MAX, "ipc://%.60s/n%u", test_dir, id);
	for (node_id id = 1; id <= NODES; id++) {
		mesh_init(&mesh[id]);
		assert_int_equal(mesh_open(&mesh[id], &roster, id), STATUS_OK);
		mailbox_init(&mailbox[id], &mesh[id]);
	}
	while (set_count(mesh_look(&mesh[1])) < NODES - 1) {
		assert_true(real_time_us() < until);
		bus_wait(&mesh[1].in, 1000);
	}
	return 0;
}

static int close_all(void **state)
{
	for (node_id id = 1; id <= NODES; id++) {
		mailbox_close(&mailbox[id]);
		mesh_close(&mesh[id]);
	}
	return test_dir_remove(state);
}

static bool take(node_id id, struct bus_message *message)
{
	if (!mailbox_has_more(&mailbox[id]))
		bus_wait(&mesh[id].in, 10000000);
	return mailbox_take(&mailbox[id], message);
}

static void assert_comes_to(node_id id, node_set to, uint8_t number)
{
	struct bus_message message;
	assert_true(take(id, &message));
	assert_int_equal(message.length, FRAME_SIZE);
	assert_memory_equal(message.bytes, frame_for(to, number), FRAME_SIZE);
}

static void assert_comes(uint8_t number)
{
	assert_comes_to(2, set_of(2), number);
}

static void assert_nothing_more(node_id id)
{
	struct bus_message message;
	assert_false(mailbox_has_more(&mailbox[id]));
	assert_false(mailbox_take(&mailbox[id], &message));
}

static void frames_of_a_turn_come_in_one_message_and_are_taken_one_by_one(void **state)
{
	struct bus_message message;
	(void)state;
	for (uint8_t number = 1; number <= 3; number++)
		put(number);
	flush();
	flush();
	bus_wait(&mesh[2].in, 10000000);
	assert_true(bus_receive(&mesh[2].in, &message));
	assert_true(is_bundle(message.bytes, message.length));
	bus_release(&message);
	assert_false(bus_receive(&mesh[2].in, &message));
	for (uint8_t number = 1; number <= 3; number++)
		put(number);
	flush();
	for (uint8_t number = 1; number <= 3; number++) {
		assert_comes(number);
		assert_int_equal(mailbox_has_more(&mailbox[2]), number < 3);
	}
	assert_nothing_more(2);
}

static void one_frame_is_sent_as_it_is(void **state)
{
	struct bus_message message;
	(void)state;
	put(7);
	flush();
	bus_wait(&mesh[2].in, 10000000);
	assert_true(bus_receive(&mesh[2].in, &message));
	assert_int_equal(message.length, FRAME_SIZE);
	assert_memory_equal(message.bytes, frame(7), FRAME_SIZE);
	bus_release(&message);
}

static void what_no_bundle_holds_keeps_its_place(void **state)
{
	struct bus_message message;
	(void)state;
	put(1);
	put(2);
	mailbox_put(&mailbox[1], set_of(2), (const uint8_t *)"garbled", 7);
	put(3);
	flush();
	assert_comes(1);
	assert_comes(2);
	bus_wait(&mesh[2].in, 10000000);
	assert_true(mailbox_take(&mailbox[2], &message));
	assert_memory_equal(message.bytes, "garbled", 7);
	assert_comes(3);
	assert_nothing_more(2);
}

static void a_full_bundle_leaves_before_the_turn_ends(void **state)
{
	static uint8_t large[BUNDLE_BYTES_MAX / 2];
	struct bus_message message;
	(void)state;
	memcpy(large, frame(0), FRAME_SIZE);
	for (unsigned i = 0; i < 3; i++)
		mailbox_put(&mailbox[1], set_of(2), large, sizeof(large));
	bus_wait(&mesh[2].in, 10000000);
	flush();
	for (unsigned i = 0; i < 3; i++) {
		if (!mailbox_has_more(&mailbox[2]))
			bus_wait(&mesh[2].in, 10000000);
		assert_true(mailbox_take(&mailbox[2], &message));
		assert_int_equal(message.length, sizeof(large));
	}
	assert_nothing_more(2);
}

/* It comes as it is, and no reader takes it for anything else. */
static void a_bundle_that_does_not_fit_is_refused_whole(void **state)
{
	static uint8_t room[BUNDLE_BYTES_MAX];
	struct bundle_writer w = {.bytes = room};
	struct bus_message message;
	uint8_t spoiled[200];
	size_t length;
	(void)state;
	assert_true(bundle_add(&w, frame(1), FRAME_SIZE));
	assert_true(bundle_add(&w, frame(2), FRAME_SIZE));
	memcpy(spoiled, bundle_end(&w, &length), 2 * FRAME_SIZE + 17);
	assert_int_equal(length, 2 * FRAME_SIZE + 17);
	mesh_send(&mesh[1], set_of(2), spoiled, length - 1);
	bus_wait(&mesh[2].in, 10000000);
	assert_true(mailbox_take(&mailbox[2], &message));
	assert_int_equal(message.length, length - 1);
	assert_int_equal(message.bytes[0], BUNDLE_VERSION);
	assert_nothing_more(2);
}

/* Who gets the same gets the same bytes; what somebody is not to hear does not go there. */
static void each_node_gets_what_is_for_it_in_one_message(void **state)
{
	struct bus_message message;
	(void)state;
	put_for(set_of(2) | set_of(3) | set_of(4), 1);
	put_for(set_of(3), 2);
	put_for(set_of(2) | set_of(4), 3);
	put_for(set_of(2) | set_of(3) | set_of(4), 4);
	flush();
	const uint8_t two[] = {1, 3, 4}, three[] = {1, 2, 4};
	bus_wait(&mesh[4].in, 10000000);
	assert_true(bus_receive(&mesh[4].in, &message));
	assert_true(is_bundle(message.bytes, message.length));
	assert_int_equal(message.length, BUNDLE_HEAD + 3 * (4 + FRAME_SIZE));
	bus_release(&message);
	assert_nothing_more(4);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(take(2, &message));
		assert_int_equal(message.bytes[FRAME_SIZE - 1], two[i]);
		assert_true(take(3, &message));
		assert_int_equal(message.bytes[FRAME_SIZE - 1], three[i]);
	}
	assert_nothing_more(2);
	assert_nothing_more(3);
	/* a node that gets one frame of many gets it as it is */
	put_for(set_of(2), 5);
	put_for(set_of(3), 6);
	flush();
	bus_wait(&mesh[3].in, 10000000);
	assert_true(bus_receive(&mesh[3].in, &message));
	assert_int_equal(message.length, FRAME_SIZE);
	assert_memory_equal(message.bytes, frame_for(set_of(3), 6), FRAME_SIZE);
	bus_release(&message);
}

/* Turns that chance made: each node gets all that is for it, in the order in which it was put in,
 * and nothing else. SEED=N plays one. */
static void play_turns(uint64_t seed)
{
	uint64_t random = seed;
	struct {
		uint8_t number;
		node_set to;
	} sent[64];
	for (unsigned turn = 0; turn < 20; turn++) {
		const unsigned count = (unsigned)(random_next(&random) % 12);
		const uint64_t usual = random_next(&random) % 16;
		for (unsigned i = 0; i < count; i++) {
			const uint64_t drawn = random_next(&random) % 16;
			sent[i].number = (uint8_t)random_next(&random);
			sent[i].to = (node_set)(random_next(&random) % 3 == 0 ? drawn : usual);
			put_for(sent[i].to, sent[i].number);
		}
		flush();
		for (node_id id = 2; id <= NODES; id++) {
			for (unsigned i = 0; i < count; i++)
				if (set_has(sent[i].to, id))
					assert_comes_to(id, sent[i].to, sent[i].number);
			assert_nothing_more(id);
		}
		assert_nothing_more(1);
	}
}

static void whatever_is_put_in_comes_out_where_it_should(void **state)
{
	const char *given = getenv("SEED");
	(void)state;
	if (given != NULL) {
		play_turns(strtoull(given, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= 100; seed++) {
		print_message("SEED=%llu\n", (unsigned long long)seed);
		play_turns(seed);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_of_a_turn_come_in_one_message_and_are_taken_one_by_one),
		TEST(one_frame_is_sent_as_it_is),
		TEST(what_no_bundle_holds_keeps_its_place),
		TEST(a_full_bundle_leaves_before_the_turn_ends),
		TEST(a_bundle_that_does_not_fit_is_refused_whole),
		TEST(each_node_gets_what_is_for_it_in_one_message),
		TEST(whatever_is_put_in_comes_out_where_it_should),
	};
	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
