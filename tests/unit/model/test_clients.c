/* What clients asked for and were told, as the model keeps it and judges it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/read_entry.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/judge/clients.h"
#include "proto/model/judge/walk.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

static struct handmade *h;

static int set_up(void **state)
{
	(void)state;
	h = handmade_new(3, true);
	handmade_start(h);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	handmade_free(h);
	return 0;
}

static void ask_to_write(node_id node, value_ref value)
{
	handmade_queued(h, node, value);
}

/* The node learns the slot, and that its value won it. */
static void wins(node_id node, value_ref value, slot_number slot)
{
	handmade_tell(h, (struct event){.kind = EVENT_CHOSEN,
					.node = node,
					.slot = slot,
					.value = value,
					.ballot = ballot_of(1, node),
					.because = BECAUSE_COUNTED});
	handmade_tell(
		h, (struct event){.kind = EVENT_WON, .node = node, .slot = slot, .value = value});
}

static void writes(node_id node, value_ref value, slot_number slot)
{
	ask_to_write(node, value);
	wins(node, value, slot);
}

static void ask_to_read(node_id node, uint64_t number)
{
	handmade_tell(h, (struct event){.kind = EVENT_READING,
					.node = node,
					.because = BECAUSE_OWN,
					.number = number});
}

static void answers(node_id node, uint64_t number, value_ref value, enum because because)
{
	handmade_tell(h, (struct event){.kind = EVENT_READ,
					.node = node,
					.slot = value == VALUE_NONE ? SLOT_NONE : 0,
					.value = value,
					.because = because,
					.number = number});
}

static void reads(node_id node, uint64_t number, value_ref value)
{
	ask_to_read(node, number);
	answers(node, number, value, BECAUSE_OWN);
}

static void assert_holds(void)
{
	if (h->m->safety != SAFETY_OK)
		fail_msg("%s", h->m->violation.words);
}

/* A wrote, then B; n1 knows slot 0 only and says A. */
static void tell_a_stale_read(void)
{
	writes(1, h->a, 0);
	handmade_tell(h, (struct event){.kind = EVENT_CHOSEN,
					.node = 3,
					.slot = 0,
					.value = h->a,
					.ballot = ballot_of(1, 1),
					.peer = 1,
					.because = BECAUSE_TOLD});
	writes(3, h->b, 1);
	reads(2, 1, h->b);
	reads(1, 1, h->a);
}

static void a_stale_read_violates_and_its_proof_is_three_operations(void **state)
{
	const struct model_violation *v = &h->m->violation;
	struct walk walk;

	(void)state;
	tell_a_stale_read();
	assert_int_equal(h->m->safety, SAFETY_VIOLATED);
	assert_int_equal(v->property, PROPERTY_LINEARIZABLE);
	assert_int_equal(v->slot, SLOT_NONE);
	assert_int_equal(v->ops, 3);
	assert_true(v->op[0].writes && v->op[0].value == h->a && v->op[0].node == 1);
	assert_true(v->op[1].writes && v->op[1].value == h->b && v->op[1].node == 3);
	assert_true(!v->op[2].writes && v->op[2].value == h->a && v->op[2].node == 1);
	assert_string_equal(v->words,
			    "no order explains what was read: n1 wrote A (0.000 s to 0.000 s), n3 "
			    "wrote B (0.000 s to 0.000 s), n1 read A (0.000 s to 0.000 s)");
	walk_through_violation(h->m, &walk);
	assert_int_equal(walk.steps, 6);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(walk.step[2 * i].event, v->op[i].called);
		assert_int_equal(walk.step[2 * i + 1].event, v->op[i].answer);
	}
	assert_true(walk.step[5].completes);
}

static void a_read_during_a_write_may_return_either(void **state)
{
	(void)state;
	writes(1, h->a, 0);
	ask_to_write(1, h->b);
	reads(2, 1, h->b);
	reads(3, 1, h->b);
	wins(1, h->b, 1);
	assert_holds();
	reads(3, 2, h->a);
	assert_int_equal(h->m->violation.property, PROPERTY_LINEARIZABLE);
}

/* Slot 1 is decided and slot 0 is not: what comes after is not known yet. */
static void a_write_above_a_gap_is_not_answered_yet(void **state)
{
	(void)state;
	ask_to_write(1, h->a);
	ask_to_write(1, h->b);
	wins(1, h->b, 1);
	reads(2, 1, VALUE_NONE);
	assert_holds();
	assert_false(h->m->clients.op[1].answered);
	wins(1, h->a, 0);
	assert_true(h->m->clients.op[0].answered && h->m->clients.op[1].answered);
	/* they were written at the same time, so either may be the last; but not both */
	reads(2, 2, h->a);
	assert_holds();
	reads(2, 3, h->b);
	assert_int_equal(h->m->violation.property, PROPERTY_LINEARIZABLE);
}

static void a_read_that_cannot_be_answered_tells_nothing(void **state)
{
	(void)state;
	writes(1, h->a, 0);
	ask_to_read(2, 1);
	answers(2, 1, VALUE_NONE, BECAUSE_SKIPPED);
	assert_holds();
	reads(2, 2, VALUE_NONE);
	assert_int_equal(h->m->violation.property, PROPERTY_LINEARIZABLE);
}

static void the_entry_of_a_read_is_no_write(void **state)
{
	uint8_t bytes[READ_ENTRY_BYTES];

	(void)state;
	read_entry_write(&(struct read_entry){2, 1, 1}, bytes);
	const value_ref entry = values_intern(h->m->values, bytes, sizeof bytes);
	ask_to_write(2, entry);
	wins(2, entry, 0);
	ask_to_write(2, VALUE_NOOP);
	assert_int_equal(h->m->clients.ops, 0);
}

static void what_a_liar_says_it_read_counts_for_nothing(void **state)
{
	(void)state;
	writes(3, h->a, 0);
	handmade_tell(h, (struct event){.kind = EVENT_LIED,
					.node = 1,
					.type = MSG_ACCEPTED,
					.to = set_of(2),
					.attack = 1});
	reads(1, 1, VALUE_NONE);
	assert_holds();
	assert_true(set_has(h->m->liars, 1));
}

static void a_new_epoch_forgets_what_was_written(void **state)
{
	(void)state;
	writes(1, h->a, 0);
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(h, (struct event){.kind = EVENT_EPOCH, .node = id, .count = 2});
	assert_int_equal(h->m->clients.ops, 0);
	reads(1, 1, VALUE_NONE);
	assert_holds();
}

/* By its clock n2 was asked before n1 had answered, though this was heard later. */
static void clocks_that_disagree_with_what_was_heard_accuse_nobody(void **state)
{
	struct clients c;
	uint64_t proof;
	const struct event heard[] = {
		{.kind = EVENT_QUEUED, .node = 1, .value = h->a, .at = 10},
		{.kind = EVENT_CHOSEN, .node = 1, .value = h->a, .at = 30},
		{.kind = EVENT_WON, .node = 1, .value = h->a, .at = 30},
		{.kind = EVENT_READING, .node = 2, .number = 1, .at = 20},
		{.kind = EVENT_READ, .node = 2, .number = 1, .at = 40, .slot = SLOT_NONE},
	};

	(void)state;
	clients_begin(&c);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(clients_event(&c, h->m->values, &heard[i], i), i == 4);
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_YES);
	c.op[1].called_at = 31;
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_NO);
	assert_int_equal(proof, 3);
	assert_int_equal(clients_judge(&c, set_of(2), &proof), LINEAR_YES);
	/* Two that are heard of at the same time are in no order. */
	c.op[1].called = c.op[0].answer;
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_YES);
	c.op[1].called++;
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_NO);
}

/* Behind the last operation stands a read that would break it, if it counted. */
static void a_place_that_is_not_in_use_tells_nothing(void **state)
{
	struct clients c = {.ops = 2};
	uint64_t proof;
	const struct client_op op[] = {
		{.writes = true, .answered = true, .value = h->a, .called = 1, .answer = 2},
		{.answered = true, .value = h->a, .called = 3, .answer = 4, .called_at = 1},
		{.answered = true, .value = VALUE_NONE, .called = 5, .answer = 6, .called_at = 1},
	};

	(void)state;
	memcpy(c.op, op, sizeof op);
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_YES);
	c.ops = 3;
	assert_int_equal(clients_judge(&c, 0, &proof), LINEAR_NO);
	assert_int_equal(proof, 5);
}

static void a_proof_tells_its_operations_in_the_order_of_their_calls(void **state)
{
	static const uint64_t called[] = {50, 20, 40, 10, 30, 60};
	struct client_op out[CLIENT_OPS] = {{.called = 0}};
	struct clients c = {.ops = 6};

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		c.op[i].called = called[i];
	assert_int_equal(clients_proof(&c, 0x1f, out), 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(out[i].called, 10 * (i + 1));
	assert_int_equal(clients_proof(&c, 0x2a, out), 3);
	assert_int_equal(out[0].called, 10);
	assert_int_equal(out[1].called, 20);
	assert_int_equal(out[2].called, 60);
	assert_int_equal(clients_proof(&c, 0, out), 0);
}

static void clients_are_told_by_what_answers_them(void **state)
{
	static const enum event_kind kinds[] = {EVENT_WON,        EVENT_PLACED,  EVENT_CHOSEN,
						EVENT_SUMMARIZED, EVENT_BROUGHT, EVENT_READ};

	(void)state;
	for (enum event_kind kind = EVENT_NONE; kind < EVENT_KINDS; kind++) {
		bool expected = false;

		for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
			expected = expected || kinds[i] == kind;
		assert_int_equal(clients_are_told(kind), expected);
	}
}

/* What a node learned beyond a gap is of no account when it is brought over all of it at once. */
static void a_node_that_is_brought_far_knows_no_more_than_that(void **state)
{
	struct clients c;
	const struct event beyond = {
		.kind = EVENT_CHOSEN, .node = 1, .slot = 0 + 1, .value = h->a, .at = 5};

	(void)state;
	for (slot_number end = 63; end <= 66; end++) {
		clients_begin(&c);
		clients_event(&c, h->m->values, &beyond, 0);
		assert_int_equal(c.known[1].above, 2);
		clients_known(&c, 1, end, 6, 1);
		assert_int_equal(c.known[1].end, end);
		assert_int_equal(c.known[1].above, 0);
	}
}

#define COUNTED_SLOTS 8192

/* What a node knows, counted slot by slot. */
struct count {
	bool known[COUNTED_SLOTS];
	slot_number end;
	uint64_t answered[CLIENT_OPS]; /* the event by which the write was answered; 0: none was */
};

static void count_on(struct count *k, const struct clients *c, uint64_t index)
{
	while (k->known[k->end])
		k->end++;
	assert_int_equal(c->known[1].end, k->end);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(c->known[1].above >> i & 1, k->known[k->end + i]);
	for (unsigned i = 0; i < CLIENT_OPS && i < c->ops; i++) {
		if (c->op[i].won && c->op[i].slot < k->end && k->answered[i] == 0)
			k->answered[i] = index;
		assert_int_equal(c->op[i].answered, k->answered[i] != 0);
		assert_int_equal(c->op[i].answer, k->answered[i]);
		assert_int_equal(c->op[i].answered_at, k->answered[i] * 10);
	}
}

/* A slot near the first unknown one, or near the end of the 64 that are looked at. */
static slot_number slot_near(uint64_t *random, slot_number end)
{
	static const unsigned ahead[] = {0, 1, 1, 2, 3, 4, 62, 63, 64, 65, 66};
	const uint64_t which = random_next(random) % 14;

	if (which < 11)
		return end + ahead[which];
	return end < 3 || which == 11 ? end + random_next(random) % 130 : end - which % 2;
}

static void what_a_node_knows_is_counted_slot_by_slot(void **state)
{
	static struct count k;
	struct clients c;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		uint64_t random = seed;

		memset(&k, 0, sizeof k);
		clients_begin(&c);
		for (uint64_t index = 1; index < 100; index++) {
			const slot_number slot = slot_near(&random, k.end);
			struct event e = {.node = 1, .slot = slot, .value = h->a, .at = index * 10};

			e.kind = random_next(&random) % 8 == 0 ? EVENT_BROUGHT : EVENT_CHOSEN;
			if (random_next(&random) % 3 == 0) {
				e.kind = c.ops == CLIENT_OPS || random_next(&random) % 2 == 0
						 ? EVENT_WON
						 : EVENT_QUEUED;
			} else if (e.kind == EVENT_BROUGHT) {
				for (slot_number below = k.end; below <= slot; below++)
					k.known[below] = true;
			} else if (slot < k.end + 64) {
				k.known[slot] = true;
			}
			assert_false(clients_event(&c, h->m->values, &e, index));
			count_on(&k, &c, index);
		}
	}
}

/* Of several writes of the value the oldest that has not won; of several reads of the number the
 * newest; and what is older than CLIENT_OPS operations is not known any more. */
static void an_answer_finds_its_operation(void **state)
{
	struct clients c;
	struct event e = {.node = 1, .value = h->a, .number = 7, .slot = 3};
	uint64_t index = 0;

	(void)state;
	clients_begin(&c);
	for (unsigned i = 0; i < 3; i++) {
		e.kind = EVENT_QUEUED;
		(void)clients_event(&c, h->m->values, &e, index++);
		e.kind = EVENT_READING;
		(void)clients_event(&c, h->m->values, &e, index++);
	}
	for (unsigned i = 0; i < 4; i++) {
		e.kind = i == 2 ? EVENT_PLACED : EVENT_WON;
		(void)clients_event(&c, h->m->values, &e, index++);
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(c.op[2 * k].won, k <= i);
	}
	e.node = 2;
	e.kind = EVENT_READ;
	assert_false(clients_event(&c, h->m->values, &e, index++));
	e.node = 1;
	e.number = 8;
	assert_false(clients_event(&c, h->m->values, &e, index++));
	e.number = 7;
	e.because = BECAUSE_ORDERED;
	assert_true(clients_event(&c, h->m->values, &e, index));
	assert_true(c.op[5].answered && !c.op[3].answered && !c.op[1].answered);
	assert_int_equal(c.op[5].answer, index++);
	assert_int_equal(c.op[5].because, BECAUSE_ORDERED);
	assert_int_equal(c.op[5].slot, 3);
	assert_false(clients_event(&c, h->m->values, &e, index++)); /* it has its answer */
	assert_int_equal(c.ops, 6);
	e.kind = EVENT_QUEUED;
	for (unsigned i = 0; i < CLIENT_OPS; i++)
		(void)clients_event(&c, h->m->values, &e, index++);
	assert_int_equal(c.ops, 6 + CLIENT_OPS);
	for (unsigned i = 0; i < CLIENT_OPS; i++)
		assert_true(c.op[i].writes && !c.op[i].won && c.op[i].called >= index - CLIENT_OPS);
}

/* Ten values that nobody is known to have written are read one after the other, and one of them
 * once more in the end. The first eight have room for a write that was not seen, so all of these
 * but the eighth were overwritten by then; reads of the others tell nothing. */
static void reads_of_what_nobody_wrote_are_judged_while_there_is_room(void **state)
{
	struct clients c;
	uint64_t index = 0;

	(void)state;
	for (unsigned again = 0; again < 10; again++) {
		uint64_t proof = 0;

		clients_begin(&c);
		for (unsigned i = 0; i < CLIENT_OPS; i++) {
			const uint8_t value = (uint8_t)('0' + lower_of(i, 9));
			const uint8_t byte = i == CLIENT_OPS - 1 ? (uint8_t)('0' + again) : value;
			struct event e = {.kind = EVENT_READING, .node = 1, .number = i};

			e.at = index;
			(void)clients_event(&c, h->m->values, &e, index++);
			e.kind = EVENT_READ;
			e.at = index;
			e.value = values_intern(h->m->values, &byte, 1);
			assert_true(clients_event(&c, h->m->values, &e, index++));
		}
		/* Of so many writes that nobody saw not every order is tried. */
		assert_int_equal(clients_judge(&c, 0, &proof),
				 again + 1 >= LINEAR_OPS - CLIENT_OPS ? LINEAR_YES : LINEAR_OPEN);
	}
}

/* A log that really is a register, and clients at three nodes, each of whom asks when it likes: the
 * history is linearizable, however long it is. Then one answer is exchanged for an old one. */
static void answers_of_a_register_hold_and_an_old_one_among_them_does_not(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		uint64_t random = seed, number[4] = {0};
		bool waits[4] = {false};
		value_ref last = VALUE_NONE, before = VALUE_NONE;
		slot_number slot = 0;

		tear_down(NULL);
		set_up(NULL);
		for (unsigned step = 0; step < 200; step++) {
			const node_id node = (node_id)(1 + random_next(&random) % 3);
			const uint8_t byte = (uint8_t)('a' + random_next(&random) % 20);
			const value_ref value = values_intern(h->m->values, &byte, 1);

			if (waits[node]) {
				answers(node, number[node], last, BECAUSE_ORDERED);
				waits[node] = false;
			} else if (random_next(&random) % 2 == 0) {
				ask_to_read(node, ++number[node]);
				waits[node] = true;
			} else if (value != last) {
				/* every node learns it, or slots stay open */
				before = last;
				last = value;
				ask_to_write(node, value);
				for (node_id id = 1; id <= 3; id++)
					clients_known(&h->m->clients, id, slot + 1, 1, 0);
				wins(node, value, slot++);
			}
		}
		assert_holds();
		for (node_id id = 1; id <= 3; id++)
			if (waits[id])
				answers(id, number[id], last, BECAUSE_ORDERED);
		assert_holds();
		reads(1, 1000, last);
		reads(2, 1000, before);
		found += h->m->safety == SAFETY_VIOLATED;
	}
	assert_int_equal(found, 40);
}

static void events_of_clients_have_words(void **state)
{
	char words[300];

	(void)state;
	tell_a_stale_read();
	event_line(h->m, h->m->events - 2, words, sizeof words);
	assert_string_equal(words, "n1 is asked to read, and asks nobody");
	event_line(h->m, h->m->events - 1, words, sizeof words);
	assert_string_equal(words, "n1 answers a read: A, of slot 0, as far as it knows");
	assert_true(why_explain(h->m, h->m->events - 1, words, sizeof words));
	assert_string_equal(words,
			    "n1 answers A: the last that it knows itself.\n"
			    "No quorum was asked, so nobody says that there is nothing newer.");
	assert_true(why_explain(h->m, h->m->events - 2, words, sizeof words));
	assert_non_null(strstr(words, "asks no other node"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_stale_read_violates_and_its_proof_is_three_operations),
		TEST(a_read_during_a_write_may_return_either),
		TEST(a_write_above_a_gap_is_not_answered_yet),
		TEST(a_read_that_cannot_be_answered_tells_nothing),
		TEST(the_entry_of_a_read_is_no_write),
		TEST(what_a_liar_says_it_read_counts_for_nothing),
		TEST(a_new_epoch_forgets_what_was_written),
		TEST(clocks_that_disagree_with_what_was_heard_accuse_nobody),
		TEST(a_place_that_is_not_in_use_tells_nothing),
		TEST(a_proof_tells_its_operations_in_the_order_of_their_calls),
		TEST(clients_are_told_by_what_answers_them),
		TEST(a_node_that_is_brought_far_knows_no_more_than_that),
		TEST(what_a_node_knows_is_counted_slot_by_slot),
		TEST(an_answer_finds_its_operation),
		TEST(reads_of_what_nobody_wrote_are_judged_while_there_is_room),
		TEST(answers_of_a_register_hold_and_an_old_one_among_them_does_not),
		TEST(events_of_clients_have_words),
	};

	return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
