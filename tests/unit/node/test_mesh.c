/* The data sockets of nodes among each other: who hears what, who is there, and who is looked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/mesh.h"
#include "proto/wire/frame.h"
#include "tests/support/test_dir.h"

#define NODES    4
#define LIMIT_US 10000000

static struct roster roster;
static struct mesh mesh[NODES + 1];

static int name_nodes(void **state)
{
	test_dir_make(state);
	roster = (struct roster){.nodes = NODES};
	for (node_id id = 1; id <= NODES; id++) {
		snprintf(roster.node[id].data, ENDPOINT_MAX, "ipc://%.60s/n%u", test_dir, id);
		mesh_init(&mesh[id]);
	}
	return 0;
}

static int close_all(void **state)
{
	for (node_id id = 1; id <= NODES; id++)
		mesh_close(&mesh[id]);
	return test_dir_remove(state);
}

static void open_nodes(node_set nodes)
{
	for (node_set left = nodes; left != 0; left &= left - 1)
		assert_int_equal(mesh_open(&mesh[set_lowest(left)], &roster, set_lowest(left)),
				 STATUS_OK);
}

/* Until each of these can send to all others of them. */
static void wait_until_connected(node_set nodes)
{
	const uint64_t until = real_time_us() + LIMIT_US;
	for (node_set left = nodes; left != 0; left &= left - 1)
		while (mesh_look(&mesh[set_lowest(left)]) != (nodes & ~set_of(set_lowest(left)))) {
			assert_true(real_time_us() < until);
			bus_wait(&mesh[set_lowest(left)].in, 1000);
		}
}

static void send_word(node_id from, node_set to, const char *word)
{
	mesh_send(&mesh[from], to, (const uint8_t *)word, strlen(word));
}

static void assert_hears(node_id id, const char *word)
{
	struct bus_message message;
	bus_wait(&mesh[id].in, LIMIT_US);
	assert_true(bus_receive(&mesh[id].in, &message));
	assert_int_equal(message.length, strlen(word));
	assert_memory_equal(message.bytes, word, message.length);
	bus_release(&message);
}

static void assert_hears_nothing(struct bus *bus)
{
	struct bus_message message;
	assert_false(bus_receive(bus, &message));
}

/* What is sent from one node to another arrives in its order, so what came before is there. */
static void who_a_message_is_for_hears_it_once_and_nobody_else_does(void **state)
{
	(void)state;
	open_nodes(set_first(NODES));
	wait_until_connected(set_first(NODES));
	send_word(1, set_of(2) | set_of(4), "to two");
	send_word(1, set_first(NODES), "to all, but not to itself");
	send_word(3, set_of(5) | set_of(31), "to nobody who is here");
	for (node_id id = 2; id <= NODES; id++) {
		if (id != 3)
			assert_hears(id, "to two");
		assert_hears(id, "to all, but not to itself");
		assert_hears_nothing(&mesh[id].in);
	}
	assert_hears_nothing(&mesh[1].in);
}

static void a_stranger_can_speak_and_hears_nothing(void **state)
{
	(void)state;
	struct bus stranger;
	struct bus_message message;
	const uint64_t until = real_time_us() + LIMIT_US;
	open_nodes(set_of(1) | set_of(2));
	wait_until_connected(set_of(1) | set_of(2));
	assert_int_equal(bus_open(1024, &stranger), STATUS_OK);
	for (node_id id = 1; id <= 2; id++)
		assert_int_equal(bus_connect(&stranger, roster.node[id].data, NULL), STATUS_OK);
	while (bus_peers(&stranger) < 2) {
		assert_true(real_time_us() < until);
		bus_wait(&stranger, 1000);
	}
	bus_send(&stranger, (const uint8_t *)"boo", 3);
	assert_hears(1, "boo");
	assert_hears(2, "boo");
	/* nobody takes it for a peer */
	assert_int_equal(mesh_look(&mesh[1]), set_of(2));
	send_word(1, set_first(NODES), "a");
	send_word(2, set_first(NODES), "b");
	assert_hears(2, "a");
	assert_hears(1, "b");
	assert_false(bus_receive(&stranger, &message));
	bus_close(&stranger);
}

/* On a socket that only sends nothing is read: who writes there loses the connection, which is made
 * anew, and costs nobody else anything. */
static void a_peer_that_answers_where_nobody_listens_harms_itself_only(void **state)
{
	(void)state;
	static uint8_t long_word[4096];
	const uint64_t until = real_time_us() + LIMIT_US;
	open_nodes(set_first(3));
	wait_until_connected(set_first(3));
	bus_send(&mesh[1].in, long_word, sizeof(long_word));
	send_word(2, set_of(3), "to n3");
	assert_hears(3, "to n3");
	while (set_has(mesh_look(&mesh[2]), 1))
		bus_wait(&mesh[1].in, 1000);
	for (uint64_t now = 5000000; !set_has(mesh_look(&mesh[2]), 1); now += 500000) {
		assert_true(real_time_us() < until);
		mesh_turn(&mesh[2], true, now);
		bus_wait(&mesh[1].in, 1000);
	}
	send_word(2, set_of(1), "again");
	assert_hears(1, "again");
}

static void who_comes_back_is_heard_and_spoken_to(void **state)
{
	(void)state;
	open_nodes(set_first(2));
	for (unsigned times = 0; times < 5; times++) {
		wait_until_connected(set_first(2));
		send_word(1, set_of(2), "ping");
		assert_hears(2, "ping");
		send_word(2, set_of(1), "pong");
		assert_hears(1, "pong");
		mesh_close(&mesh[2]);
		mesh_init(&mesh[2]);
		open_nodes(set_of(2));
	}
	wait_until_connected(set_first(2));
}

/* n2 of four, of whom nobody else is there. */
static void
who_is_missing_is_looked_for_in_growing_waits_and_only_while_somebody_minds(void **state)
{
	(void)state;
	const uint64_t start = 5000000;
	open_nodes(set_of(2));
	struct mesh *m = &mesh[2];
	const int first = m->peer[1].connection;
	mesh_turn(m, true, start);
	assert_int_equal(m->peer[1].connection, first);
	assert_true(mesh_deadline(m) == start + 1000000);
	mesh_turn(m, false, start + 1000000);
	const int second = m->peer[1].connection;
	assert_int_not_equal(second, first);
	/* the next is due when nobody waits for an answer any more */
	assert_true(mesh_deadline(m) == WAIT_FOREVER);
	mesh_turn(m, true, start + 2000000);
	assert_true(mesh_deadline(m) == start + 3000000);
	/* frozen until it is too late: no deadline stays behind */
	mesh_turn(m, false, start + 9000000);
	assert_int_equal(m->peer[1].connection, second);
	assert_true(mesh_deadline(m) == WAIT_FOREVER);
}

static void who_is_there_is_left_alone_and_looked_at_now_and_then(void **state)
{
	(void)state;
	const uint64_t start = 5000000;
	open_nodes(set_of(1) | set_of(2));
	wait_until_connected(set_of(1) | set_of(2));
	struct mesh *m = &mesh[2];
	const int there = m->peer[1].connection, missing = m->peer[3].connection;
	mesh_turn(m, true, start);
	mesh_turn(m, true, start + 1000000);
	assert_int_equal(m->peer[1].connection, there);
	assert_int_not_equal(m->peer[3].connection, missing);
	/* a turn that comes too early is made up for once */
	mesh_turn(m, false, start + 1001000);
	assert_true(mesh_deadline(m) == start + 1020000);
	mesh_turn(m, false, start + 1020000);
	assert_true(mesh_deadline(m) > start + 1020000);
	assert_int_equal(m->connected, set_of(1));
}

static void an_endpoint_that_is_none_is_refused(void **state)
{
	(void)state;
	open_nodes(set_of(1));
	snprintf(roster.node[2].data, ENDPOINT_MAX, "http://nowhere");
	assert_int_equal(mesh_open(&mesh[2], &roster, 2), STATUS_USAGE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, name_nodes, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_a_message_is_for_hears_it_once_and_nobody_else_does),
		TEST(a_stranger_can_speak_and_hears_nothing),
		TEST(a_peer_that_answers_where_nobody_listens_harms_itself_only),
		TEST(who_comes_back_is_heard_and_spoken_to),
		TEST(who_is_missing_is_looked_for_in_growing_waits_and_only_while_somebody_minds),
		TEST(who_is_there_is_left_alone_and_looked_at_now_and_then),
		TEST(an_endpoint_that_is_none_is_refused),
	};
	return cmocka_run_group_tests_name("mesh", tests, NULL, NULL);
}
