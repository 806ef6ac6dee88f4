/* Which standing orders are kept, and what replaces what. */
#include <string.h>

#include "proto/wire/orders.h"
#include "tests/support/wire_examples.h"

static struct orders kept;

static int begin(void **state)
{
	memset(&kept, 0, sizeof kept);
	(void)state;
	return 0;
}

static bool take(struct control c)
{
	static const uint8_t frame[8];

	if (orders_judge(&kept, &c) != ORDER_NEW)
		return false;
	assert_true(orders_keep(&kept, &c, frame, sizeof frame));
	return true;
}

static struct control gate(uint64_t number, node_set to)
{
	return (struct control){.kind = CONTROL_GATE, .to = to, .number = number};
}

static struct control cut(uint64_t number, node_set to, node_id peer)
{
	return (struct control){.kind = CONTROL_LINK, .to = to, .number = number, .peer = peer};
}

static struct control policy(uint64_t number, uint32_t epoch, slot_number slot)
{
	return (struct control){
		.kind = CONTROL_POLICY, .to = 7, .number = number, .count = epoch, .slot = slot};
}

static struct control epoch(uint64_t number, uint32_t count)
{
	return (struct control){.kind = CONTROL_EPOCH, .to = 7, .number = number, .count = count};
}

static void a_later_order_replaces_an_earlier_one_at_the_nodes_of_both(void **state)
{
	assert_true(take(gate(1, 7)));
	assert_true(take(gate(2, 2)));
	assert_int_equal(kept.count, 2);
	assert_int_equal(kept.of[0].holds, 5);
	assert_true(take(gate(3, 5)));
	assert_int_equal(kept.count, 2);
	assert_int_equal(kept.of[0].control.number, 2);
	assert_int_equal(
		orders_judge(&kept, &(struct control){.kind = CONTROL_GATE, .to = 7, .number = 1}),
		ORDER_OLD);
	(void)state;
}

static void an_order_that_comes_late_holds_where_nothing_has_replaced_it(void **state)
{
	assert_true(take(gate(5, 2)));
	assert_true(take(gate(4, 7)));
	assert_int_equal(kept.of[0].control.number, 4);
	assert_int_equal(kept.of[0].holds, 5);
	assert_false(take(gate(3, 7)));
	(void)state;
}

static void an_order_that_comes_again_is_the_same(void **state)
{
	const struct control c = gate(5, 2);

	assert_true(take(c));
	assert_int_equal(orders_judge(&kept, &c), ORDER_SAME);
	(void)state;
}

static void a_link_gives_way_to_one_about_the_same_peer_or_about_all(void **state)
{
	assert_true(take(cut(1, 1, 2)));
	assert_true(take(cut(2, 1, 3)));
	assert_int_equal(kept.count, 2);
	assert_true(take(cut(3, 1, 2)));
	assert_int_equal(kept.count, 2);
	assert_true(take(cut(4, 7, NODE_NONE)));
	assert_int_equal(kept.count, 1);
	assert_true(take(cut(5, 1, 2)));
	assert_int_equal(kept.count, 2);
	(void)state;
}

static void an_epoch_ends_earlier_ones_and_their_policies(void **state)
{
	assert_true(take(epoch(1, 2)));
	assert_true(take(policy(2, 2, 5)));
	assert_true(take(policy(3, 2, 9)));
	assert_int_equal(kept.count, 3);
	assert_true(take(policy(4, 2, 7)));
	assert_int_equal(kept.count, 3);
	assert_true(take(epoch(5, 3)));
	assert_int_equal(kept.count, 1);
	assert_false(take(policy(6, 2, 1)));
	assert_false(take(epoch(7, 2)));
	assert_true(take(policy(8, 3, 1)));
	(void)state;
}

static void a_change_of_defences_that_is_taken_back_stays_so(void **state)
{
	assert_true(take(policy(2, 1, 5)));
	assert_true(take(policy(3, 1, 5)));
	assert_int_equal(kept.count, 1);
	assert_false(take(policy(2, 1, 5)));
	(void)state;
}

static void kinds_do_not_replace_each_other(void **state)
{
	assert_true(take(gate(9, 7)));
	assert_true(take(cut(8, 7, 1)));
	assert_true(take((struct control){.kind = CONTROL_CLOCK, .to = 7, .number = 7}));
	assert_true(take(epoch(6, 2)));
	assert_int_equal(kept.count, 4);
	assert_int_equal(kept.of[0].control.number, 6);
	assert_int_equal(kept.of[3].control.number, 9);
	(void)state;
}

/* Whatever the order of arrival, the same is kept in the end. */
static void nodes_that_were_told_the_same_have_the_same_sum(void **state)
{
	static struct orders other;
	const struct control all[] = {gate(1, 7),      gate(2, 2),       cut(3, 1, 2),
				      cut(4, 7, 0),    cut(5, 1, 2),     epoch(6, 2),
				      policy(7, 2, 5), policy(8, 2, 3),  policy(9, 1, 3),
				      gate(10, 5),     policy(11, 2, 3), cut(12, 2, 1)};
	const unsigned count = sizeof all / sizeof *all;
	uint64_t first = 0;

	for (unsigned round = 0; round < 200; round++) {
		unsigned place[sizeof all / sizeof *all] = {0};
		memset(&kept, 0, sizeof kept);
		for (unsigned i = 0; i < count; i++) {
			const unsigned with = (unsigned)roll(i + 1);
			place[i] = place[with];
			place[with] = i;
		}
		for (unsigned i = 0; i < count; i++)
			take(all[place[i]]);
		if (round == 0) {
			first = orders_sum(&kept);
			other = kept;
		}
		assert_int_equal(kept.count, other.count);
		assert_int_equal(orders_sum(&kept), first);
	}
	/* nodes tell it to each other, whatever they were built with: it is a format */
	assert_true(first == UINT64_C(0x447c72cb8e6d13fd));
	take(gate(20, 1));
	assert_int_not_equal(orders_sum(&kept), first);
	(void)state;
}

static struct control any_order(void)
{
	static const enum control_kind kinds[] = {CONTROL_GATE, CONTROL_LINK, CONTROL_CLOCK,
						  CONTROL_EPOCH, CONTROL_POLICY};

	return (struct control){.kind = kinds[roll(5)],
				.to = 1 + (node_set)roll(7),
				.number = 1 + roll(2),
				.peer = (node_id)roll(3),
				.count = 1 + (uint32_t)roll(2),
				.slot = roll(2),
				.policy = (policy_id)roll(2)};
}

/* A field that a kind of order has not is 0 in it: two orders of a number may differ in any one. */
static struct control without_what_it_has_not(struct control c)
{
	const bool is_change = c.kind == CONTROL_POLICY;

	c.peer = c.kind == CONTROL_LINK ? c.peer : NODE_NONE;
	c.slot = is_change ? c.slot : 0;
	c.policy = is_change || c.kind == CONTROL_EPOCH ? c.policy : POLICY_NONE;
	return c;
}

/* In whatever order they come: even orders that two operators gave in the same microsecond. */
static void the_same_orders_hold_whichever_comes_first(void **state)
{
	static struct orders first;

	for (unsigned round = 0; round < 20000; round++) {
		struct control all[6];
		const unsigned count = 2 + (unsigned)roll(5);

		for (unsigned i = 0; i < count; i++)
			all[i] = without_what_it_has_not(any_order());
		memset(&kept, 0, sizeof kept);
		for (unsigned i = 0; i < count; i++)
			take(all[i]);
		first = kept;
		memset(&kept, 0, sizeof kept);
		for (unsigned i = count; i > 0; i--)
			take(all[i - 1]);
		assert_int_equal(kept.count, first.count);
		for (unsigned i = 0; i < kept.count; i++) {
			bool found = false;
			for (unsigned k = 0; k < kept.count && !found; k++)
				found = memcmp(&kept.of[i].control, &first.of[k].control,
					       sizeof kept.of[i].control) == 0 &&
					kept.of[i].holds == first.of[k].holds;
			assert_true(found);
		}
	}
	(void)state;
}

static void a_file_holds_what_the_operator_signed_and_nothing_else(void **state)
{
	static uint8_t file[ORDERS_BYTES_MAX];
	static struct orders back;
	struct control c = {.kind = CONTROL_GATE, .to = 3, .asked = 1, .number = 7, .count = 1};

	c.number = 7;
	size_t length =
		control_encode(&context, &c, &crypto_ed25519, &secret_key[0], bytes, sizeof bytes);
	assert_true(orders_keep(&kept, &c, bytes, length));
	c.number = 8;
	c.to = 4;
	length = control_encode(&context, &c, &crypto_ed25519, &secret_key[1], bytes, sizeof bytes);
	assert_true(orders_keep(&kept, &c, bytes, length));
	length = orders_write(&kept, file);
	orders_read(&back, &context, &crypto_ed25519, &public_key[0], file, length);
	assert_int_equal(back.count, 1);
	assert_int_equal(back.of[0].control.number, 7);
	memset(&back, 0, sizeof back);
	for (size_t cut_at = 0; cut_at < length / 2; cut_at++)
		orders_read(&back, &context, &crypto_ed25519, &public_key[0], file, cut_at);
	assert_int_equal(back.count, 0);
	(void)state;
}

static void a_greeting_and_an_order_come_back_as_they_went(void **state)
{
	const struct greeting greeting = {.node = 2, .to = 5, .orders = 77, .is_answer = true};
	struct greeting back;
	uint8_t *frame = again;
	const uint8_t *control;
	size_t size;
	node_set to;
	size_t length = greeting_encode(&context, &greeting, frame, 64);

	assert_true(is_between_nodes(frame, length));
	assert_int_equal(greeting_decode(&context, frame, length, &back), DROP_NOTHING);
	assert_int_equal(back.node, 2);
	assert_int_equal(back.to, 5);
	assert_int_equal(back.orders, 77);
	assert_true(back.is_answer);
	assert_int_equal(greeting_decode(&context, frame, length - 1, &back), DROP_SHORT);
	assert_int_equal(order_decode(&context, frame, length, &to, &control, &size), DROP_TYPE);
	frame[CONTROL_HEAD] = 9;
	assert_int_equal(greeting_decode(&context, frame, length, &back), DROP_SENDER);

	length = order_encode(&context, 4, (const uint8_t *)"xyz", 3, frame, 64);
	assert_true(is_between_nodes(frame, length));
	assert_int_equal(order_decode(&context, frame, length, &to, &control, &size), DROP_NOTHING);
	assert_int_equal(to, 4);
	assert_int_equal(size, 3);
	assert_memory_equal(control, "xyz", 3);
	frame[CONTROL_HEAD] = 0;
	assert_int_equal(order_decode(&context, frame, length, &to, &control, &size),
			 DROP_MALFORMED);
	(void)state;
}

static void the_policies_of_an_epoch_are_what_its_orders_add_up_to(void **state)
{
	struct policy_line line[POLICY_LINES_MAX];
	/* one of the epoch before, and one at slot 20 that is taken back */
	const struct {
		uint64_t number;
		uint32_t epoch;
		slot_number from;
		policy_id policy;
	} changes[] = {{3, 2, 9, 3}, {2, 2, 5, 2}, {4, 1, 1, 9}, {6, 2, 20, 7}, {7, 2, 20, 3}};

	assert_int_equal(orders_lines(&kept, 1, 2, 1, line), 1);
	assert_int_equal(line[0].policy, 1);
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct control c = policy(changes[i].number, changes[i].epoch, changes[i].from);
		c.policy = changes[i].policy;
		assert_true(take(c));
	}
	assert_int_equal(orders_lines(&kept, 1, 2, 1, line), 3);
	assert_int_equal(line[1].from, 5);
	assert_int_equal(line[1].policy, 2);
	assert_int_equal(line[2].from, 9);
	assert_int_equal(line[2].policy, 3);
	struct control begins = epoch(5, 2);
	begins.policy = 4;
	assert_true(take(begins));
	begins = epoch(8, 2); /* another operator began the same epoch later: that holds */
	begins.policy = 6;
	assert_true(take(begins));
	assert_false(take(epoch(6, 2)));
	assert_int_equal(orders_lines(&kept, 1, 2, 1, line), 3);
	assert_int_equal(line[0].policy, 6);
	/* what is for other nodes only is not for this one */
	assert_int_equal(orders_lines(&kept, 4, 2, 1, line), 1);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_later_order_replaces_an_earlier_one_at_the_nodes_of_both,
				       begin),
		cmocka_unit_test_setup(an_order_that_comes_late_holds_where_nothing_has_replaced_it,
				       begin),
		cmocka_unit_test_setup(an_order_that_comes_again_is_the_same, begin),
		cmocka_unit_test_setup(a_link_gives_way_to_one_about_the_same_peer_or_about_all,
				       begin),
		cmocka_unit_test_setup(an_epoch_ends_earlier_ones_and_their_policies, begin),
		cmocka_unit_test_setup(a_change_of_defences_that_is_taken_back_stays_so, begin),
		cmocka_unit_test_setup(the_policies_of_an_epoch_are_what_its_orders_add_up_to,
				       begin),
		cmocka_unit_test_setup(kinds_do_not_replace_each_other, begin),
		cmocka_unit_test_setup(nodes_that_were_told_the_same_have_the_same_sum, begin),
		cmocka_unit_test_setup(the_same_orders_hold_whichever_comes_first, begin),
		cmocka_unit_test_setup(a_file_holds_what_the_operator_signed_and_nothing_else,
				       begin),
		cmocka_unit_test_setup(a_greeting_and_an_order_come_back_as_they_went, begin),
	};

	if (sodium_init() < 0)
		return 1;
	for (unsigned i = 0; i < 3; i++)
		crypto_sign_keypair(public_key[i].bytes, secret_key[i].bytes);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
