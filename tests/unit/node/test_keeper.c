/* Two keepers of standing orders on real sockets, with real files: what a node that was away is
 * owed it is given, and nothing but what the operator signed. */
#include "node/keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/keys.h"
#include "proto/fault/link.h"
#include "tests/support/test_dir.h"

#define NODES    2
#define LIMIT_US 10000000

struct lab {
	struct node node[NODES + 1];
	struct secret_key operator_secret;
	struct public_key keys[NODES + 1];
	struct secret_key secret[NODES + 1];
};

/* An order as it travels: the operator's control and its frame. */
struct signed_order {
	struct control control;
	uint8_t bytes[ORDER_BYTES_MAX];
	size_t length;
};

static struct roster roster_of(struct lab *lab)
{
	struct roster roster = {.cluster = "keeper", .epoch = 1, .nodes = NODES, .quorum = 2};
	uint8_t seed[32] = {99};
	key_pair_from_seed(seed, &roster.operator_key, &lab->operator_secret);
	roster.link = link_rule_default();
	for (node_id id = 1; id <= NODES; id++) {
		seed[0] = id;
		key_pair_from_seed(seed, &lab->keys[id], &lab->secret[id]);
		roster.node[id].key = lab->keys[id];
		snprintf(roster.node[id].data, ENDPOINT_MAX, "ipc://%.100s/n%u/data", test_dir, id);
	}
	return roster;
}

static void make_member(struct lab *lab, struct node *node)
{
	static struct member_config config;
	config = (struct member_config){
		.paxos = paxos_config_default(node->self, NODES, MODE_SINGLE),
		.wire = node->context,
		.crypto = &crypto_ed25519,
		.key = lab->secret[node->self],
		.boot = 1,
		.clock = {.num = 1},
	};
	for (node_id id = 1; id <= NODES; id++) {
		config.keys[id] = lab->keys[id];
		config.link[id] = link_rule_default();
	}
	node->memory = calloc(1, member_size(&config));
	assert_non_null(node->memory);
	node->member = member_init(node->memory, &config);
	member_start(node->member, 1);
	node->now = 1;
}

static void begin_node(struct lab *lab, node_id id, const struct roster *roster)
{
	struct node *node = &lab->node[id];
	node->roster = *roster;
	node->context = wire_context_of(roster);
	node->self = id;
	snprintf(node->dir, sizeof(node->dir), "%.100s/n%u", test_dir, id);
	assert_int_equal(mkdir(node->dir, 0700), 0);
	mesh_init(&node->mesh);
	assert_int_equal(mesh_open(&node->mesh, &node->roster, id), STATUS_OK);
	make_member(lab, node);
	assert_int_equal(keeper_open(node), STATUS_OK);
}

static int begin(void **state)
{
	if (test_dir_make(state) != 0)
		return -1;
	struct lab *lab = calloc(1, sizeof(*lab));
	if (lab == NULL)
		return -1;
	const struct roster roster = roster_of(lab);
	for (node_id id = 1; id <= NODES; id++)
		begin_node(lab, id, &roster);
	*state = lab;
	return 0;
}

static int end(void **state)
{
	struct lab *lab = *state;
	for (node_id id = 1; id <= NODES; id++) {
		keeper_close(&lab->node[id]);
		mesh_close(&lab->node[id].mesh);
		free(lab->node[id].memory);
	}
	free(lab);
	*state = NULL;
	return test_dir_remove(state);
}

static struct signed_order sign(struct lab *lab, struct control control)
{
	struct signed_order order = {.control = control};
	order.length = control_encode(&lab->node[1].context, &control, &crypto_ed25519,
				      &lab->operator_secret, order.bytes, sizeof(order.bytes));
	assert_true(order.length > 0);
	return order;
}

static struct control gate(uint64_t number, node_set to, bool on)
{
	return (struct control){.kind = CONTROL_GATE, .to = to, .number = number, .count = on};
}

/* The operator gives it to this node. */
static void give(struct lab *lab, node_id id, const struct signed_order *order)
{
	assert_int_equal(keeper_take(&lab->node[id], &order->control, order->bytes, order->length),
			 STATUS_OK);
}

/* Peer 2 hands it to node 1. */
static void hand_on(struct lab *lab, const uint8_t *bytes, size_t length)
{
	uint8_t frame[ORDER_BYTES_MAX + 64];
	const size_t size =
		order_encode(&lab->node[2].context, set_of(1), bytes, length, frame, sizeof(frame));
	assert_true(size > 0);
	assert_int_equal(keeper_hear(&lab->node[1], frame, size), STATUS_OK);
}

static void work(struct node *node)
{
	struct bus_message message;
	while (bus_receive(&node->mesh.in, &message)) {
		if (is_between_nodes(message.bytes, message.length))
			assert_int_equal(keeper_hear(node, message.bytes, message.length),
					 STATUS_OK);
		bus_release(&message);
	}
	mesh_look(&node->mesh);
	assert_int_equal(keeper_turn(node, real_time_us()), STATUS_OK);
	member_clear(node->member);
}

static bool are_equal(struct lab *lab)
{
	return orders_sum(lab->node[1].keeper.orders) == orders_sum(lab->node[2].keeper.orders);
}

/* Both work until they keep the same and nothing is left to do. */
static void settle(struct lab *lab)
{
	const uint64_t until_us = real_time_us() + LIMIT_US;
	do {
		assert_true(real_time_us() < until_us);
		for (node_id id = 1; id <= NODES; id++)
			work(&lab->node[id]);
		bus_wait(&lab->node[1].mesh.in, 1000);
	} while (lab->node[1].mesh.connected == 0 || lab->node[2].mesh.connected == 0 ||
		 !are_equal(lab) || keeper_deadline(&lab->node[1]) != WAIT_FOREVER ||
		 keeper_deadline(&lab->node[2]) != WAIT_FOREVER);
}

static bool is_gated(const struct node *node)
{
	struct store_settings is;
	member_settings(node->member, &is.clock, is.link, &is.gate, &is.number);
	return is.gate.on;
}

/* The verdict that the operator hears on the order; DROPS: none. */
static enum drop verdict_on(const struct node *node, uint64_t number)
{
	const struct member_output *out = member_output(node->member);
	for (unsigned i = 0; i < out->events; i++)
		if (out->event[i].number == number && out->event[i].kind == EVENT_OBEYED)
			return DROP_NOTHING;
		else if (out->event[i].number == number && out->event[i].kind == EVENT_DISOBEYED)
			return out->event[i].drop;
	return DROPS;
}

static void an_order_that_is_kept_for_a_peer_is_given_to_it(void **state)
{
	struct lab *lab = *state;
	struct control control = gate(5, set_of(2), true);
	control.asked = set_of(1);
	const struct signed_order order = sign(lab, control);
	give(lab, 1, &order);
	assert_int_equal(verdict_on(&lab->node[1], 5), DROP_NOTHING);
	assert_false(is_gated(&lab->node[1]));
	assert_false(is_gated(&lab->node[2]));
	settle(lab);
	assert_int_equal(lab->node[2].keeper.orders->count, 1);
	assert_true(is_gated(&lab->node[2]));
	assert_false(is_gated(&lab->node[1]));
}

static void an_order_that_a_peer_brings_is_not_answered(void **state)
{
	struct lab *lab = *state;
	struct control control = gate(5, set_of(1), true);
	control.asked = set_of(1);
	const struct signed_order order = sign(lab, control);
	hand_on(lab, order.bytes, order.length);
	assert_true(is_gated(&lab->node[1]));
	assert_int_equal(verdict_on(&lab->node[1], 5), DROPS);
	/* the operator repeats it */
	give(lab, 1, &order);
	assert_int_equal(verdict_on(&lab->node[1], 5), DROP_NOTHING);
	assert_int_equal(lab->node[1].keeper.orders->count, 1);
}

static void an_older_order_never_replaces_a_later_one(void **state)
{
	struct lab *lab = *state;
	struct control control = gate(5, 3, true);
	control.asked = set_of(1);
	const struct signed_order old = sign(lab, control), new = sign(lab, gate(9, 3, false));
	give(lab, 2, &old);
	give(lab, 1, &new);
	hand_on(lab, old.bytes, old.length);
	assert_false(is_gated(&lab->node[1]));
	give(lab, 1, &old);
	assert_int_equal(verdict_on(&lab->node[1], 5), DROP_NUMBER);
	assert_false(is_gated(&lab->node[1]));
	assert_true(is_gated(&lab->node[2]));
	settle(lab);
	for (node_id id = 1; id <= NODES; id++) {
		assert_false(is_gated(&lab->node[id]));
		assert_int_equal(lab->node[id].keeper.orders->count, 1);
		assert_int_equal(lab->node[id].keeper.orders->of[0].control.number, 9);
	}
}

static void an_order_that_is_damaged_or_of_another_is_refused(void **state)
{
	struct lab *lab = *state;
	const struct signed_order order = sign(lab, gate(5, 3, true));
	for (size_t at = 0; at < order.length; at++) {
		struct signed_order bad = order;
		bad.bytes[at] ^= 0x10;
		hand_on(lab, bad.bytes, bad.length);
		assert_int_equal(lab->node[1].keeper.orders->count, 0);
	}
	for (size_t length = 0; length < order.length; length++) {
		hand_on(lab, order.bytes, length);
		assert_int_equal(lab->node[1].keeper.orders->count, 0);
	}
	const struct secret_key operator_secret = lab->operator_secret;
	lab->operator_secret = lab->secret[2];
	const struct signed_order forged = sign(lab, gate(5, 3, true));
	lab->operator_secret = operator_secret;
	hand_on(lab, forged.bytes, forged.length);
	/* what stands for nothing is no order, whoever signed it */
	const struct signed_order crash =
		sign(lab, (struct control){.kind = CONTROL_CRASH, .to = 1, .number = 5});
	hand_on(lab, crash.bytes, crash.length);
	assert_int_equal(lab->node[1].keeper.orders->count, 0);
	assert_int_equal(member_output(lab->node[1].member)->fate, FATE_LIVE);
	assert_false(is_gated(&lab->node[1]));
	hand_on(lab, order.bytes, order.length);
	assert_int_equal(lab->node[1].keeper.orders->count, 1);
	assert_true(is_gated(&lab->node[1]));
}

static unsigned policies(const struct node *node, uint32_t *epoch)
{
	struct policy_line line[POLICY_LINES_MAX];
	return member_policies(node->member, epoch, line);
}

static void orders_of_other_epochs_than_the_present_one_are_not_kept(void **state)
{
	struct lab *lab = *state;
	struct node *node = &lab->node[1];
	const struct signed_order later = sign(lab, (struct control){.kind = CONTROL_POLICY,
								     .to = 3,
								     .number = 7,
								     .count = 2,
								     .slot = 4,
								     .policy = DEFENCE_SIGN});
	const struct signed_order epoch = sign(
		lab, (struct control){.kind = CONTROL_EPOCH, .to = 3, .number = 6, .count = 2});
	struct control control = {.kind = CONTROL_POLICY,
				  .to = 3,
				  .asked = 1,
				  .number = 8,
				  .count = 1,
				  .slot = 2,
				  .policy = DEFENCE_SIGN};
	const struct signed_order earlier = sign(lab, control);
	uint32_t is;
	hand_on(lab, later.bytes, later.length);
	assert_int_equal(policies(node, &is), 1);
	assert_int_equal(is, 1);
	assert_int_equal(node->keeper.orders->count, 0);
	hand_on(lab, epoch.bytes, epoch.length);
	assert_int_equal(policies(node, &is), 1);
	assert_int_equal(is, 2);
	hand_on(lab, later.bytes, later.length);
	assert_int_equal(policies(node, &is), 2);
	give(lab, 1, &earlier);
	assert_int_equal(verdict_on(node, 8), DROP_NUMBER);
	assert_int_equal(policies(node, &is), 2);
	assert_int_equal(node->keeper.orders->count, 2);
	settle(lab);
	assert_int_equal(policies(&lab->node[2], &is), 2);
	assert_int_equal(is, 2);
}

static void name_orders(const struct node *node, char path[PATH_BYTES])
{
	assert_int_equal(path_join(node->dir, "orders", path), STATUS_OK);
}

/* As in its next life. */
static void open_again(struct lab *lab, node_id id)
{
	struct node *node = &lab->node[id];
	keeper_close(node);
	free(node->memory);
	make_member(lab, node);
	assert_int_equal(keeper_open(node), STATUS_OK);
	keeper_resume(node);
}

static void what_is_kept_outlives_the_node_and_a_damaged_file_costs_one_order(void **state)
{
	struct lab *lab = *state;
	char path[PATH_BYTES];
	static uint8_t bytes[ORDERS_BYTES_MAX];
	size_t length = 0;
	struct node *node = &lab->node[1];
	const struct signed_order mine = sign(lab, gate(5, 1, true));
	const struct signed_order other = sign(lab, gate(6, 2, true));
	give(lab, 1, &mine);
	give(lab, 1, &other);
	open_again(lab, 1);
	assert_int_equal(node->keeper.orders->count, 2);
	assert_true(is_gated(node));
	name_orders(node, path);
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	bytes[length - 1] ^= 1;
	assert_int_equal(file_write(path, bytes, length), STATUS_OK);
	open_again(lab, 1);
	assert_int_equal(node->keeper.orders->count, 1);
	assert_int_equal(node->keeper.orders->of[0].control.number, 5);
	/* a peer of this machine keeps it too: that is read without a greeting */
	give(lab, 2, &other);
	open_again(lab, 1);
	assert_int_equal(node->keeper.orders->count, 2);
	assert_int_equal(unlink(path), 0);
	open_again(lab, 1);
	assert_int_equal(node->keeper.orders->count, 1);
	assert_false(is_gated(node));
}

static void nodes_that_keep_the_same_give_each_other_nothing(void **state)
{
	struct lab *lab = *state;
	const struct signed_order order = sign(lab, gate(5, 3, true));
	give(lab, 1, &order);
	give(lab, 2, &order);
	settle(lab);
	assert_int_equal(lab->node[1].keeper.given_us[2], 0);
	assert_int_equal(lab->node[2].keeper.given_us[1], 0);
	/* one that greets with another sum is given all */
	lab->node[2].keeper.orders->count = 0;
	keeper_suspect(&lab->node[2], 1);
	settle(lab);
	assert_int_not_equal(lab->node[1].keeper.given_us[2], 0);
	assert_int_equal(lab->node[2].keeper.orders->count, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_order_that_is_kept_for_a_peer_is_given_to_it),
		TEST(an_order_that_a_peer_brings_is_not_answered),
		TEST(an_older_order_never_replaces_a_later_one),
		TEST(an_order_that_is_damaged_or_of_another_is_refused),
		TEST(orders_of_other_epochs_than_the_present_one_are_not_kept),
		TEST(what_is_kept_outlives_the_node_and_a_damaged_file_costs_one_order),
		TEST(nodes_that_keep_the_same_give_each_other_nothing),
	};
	return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
