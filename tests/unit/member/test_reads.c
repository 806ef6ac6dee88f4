/* Reads through the log, and reads from what a node knows itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/batch.h"
#include "proto/core/read_entry.h"
#include "proto/core/values.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/member/reads.h"
#include "proto/sim/world.h"

#define NODES        3
#define ANSWERS_MAX  64
#define VALUES_MAX   4096
#define VALUES_BYTES (1 << 20)

/* A world of three nodes, and what they answer. */
static struct {
	struct world *w;
	void *memory;
	unsigned answers;
	struct {
		struct event event;
		char value[VALUE_SHOWN_MAX + 1];
	} answer[ANSWERS_MAX];
	uint64_t number;
	enum drop refused;
} t;

static void on_events(void *user, const struct event *event, unsigned events)
{
	(void)user;
	for (unsigned i = 0; i < events; i++) {
		if (event[i].kind == EVENT_DISOBEYED)
			t.refused = event[i].drop;
		if (event[i].kind != EVENT_READ || t.answers == ANSWERS_MAX)
			continue;
		t.answer[t.answers].event = event[i];
		values_show(t.w->values, event[i].value, t.answer[t.answers++].value);
	}
}

static void begin_with(enum paxos_mode mode, slot_number keep, struct batch_rule batch)
{
	const struct world_options options = {
		.nodes = NODES,
		.mode = mode,
		.seed = 7,
		.clock = {.num = 1, .den = 1},
		.link = link_rule_default(),
		.keep = keep,
		.batch = batch,
		.slots_max = 512,
		.values_max = VALUES_MAX,
		.values_bytes = VALUES_BYTES,
		.inbox_bytes = 1 << 20,
		.outbox_bytes = 1 << 18,
		.backlog_bytes = 4096,
		.watch = {.events = on_events},
	};

	memset(&t, 0, sizeof t);
	t.memory = malloc(world_size(&options));
	assert_non_null(t.memory);
	t.w = world_init(t.memory, &options);
	for (node_id id = 1; id <= NODES; id++)
		world_start(t.w, id);
}

static void begin(enum paxos_mode mode)
{
	begin_with(mode, 0, (struct batch_rule){.count = 1});
}

static int tear_down(void **state)
{
	(void)state;
	free(t.memory);
	t.memory = NULL;
	return 0;
}

static void run(time_us span)
{
	const time_us end = t.w->now + span;

	while (world_next(t.w) <= end) {
		if (world_next(t.w) > t.w->now)
			t.w->now = world_next(t.w);
		world_run(t.w);
	}
	t.w->now = t.w->now > end ? t.w->now : end;
}

static void give(node_id node, struct control c)
{
	c.to = set_of(node);
	c.number = ++t.number;
	world_control(t.w, node, &c);
}

static void propose(node_id node, const char *value)
{
	give(node, (struct control){.kind = CONTROL_PROPOSE,
				    .slot = SLOT_NONE,
				    .value = (const uint8_t *)value,
				    .value_length = (uint32_t)strlen(value)});
}

static void ask(node_id node, bool own)
{
	give(node, (struct control){.kind = CONTROL_READ, .count = own});
}

static void cut(node_id a, node_id b, bool is_cut)
{
	struct link_rule rule = link_rule_default();

	rule.cut = is_cut;
	give(a, (struct control){.kind = CONTROL_LINK, .peer = b, .link = rule});
	give(b, (struct control){.kind = CONTROL_LINK, .peer = a, .link = rule});
}

static void assert_answer(unsigned i, node_id node, const char *value, enum because because)
{
	assert_true(i < t.answers);
	assert_int_equal(t.answer[i].event.node, node);
	assert_string_equal(t.answer[i].value, value);
	assert_int_equal(t.answer[i].event.because, because);
}

static void a_read_returns_what_was_written_last_in_both_modes(void **state)
{
	(void)state;
	for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		begin(mode);
		ask(2, false);
		run(1000000);
		assert_answer(0, 2, "-", BECAUSE_ORDERED);
		assert_true(t.answer[0].event.slot == SLOT_NONE);
		propose(1, "apple");
		run(1000000);
		propose(3, "pear");
		run(1000000);
		ask(2, false);
		ask(1, false);
		run(1000000);
		assert_int_equal(t.answers, 3);
		for (unsigned i = 1; i < 3; i++) {
			assert_string_equal(t.answer[i].value, "pear");
			assert_int_equal(t.answer[i].event.slot, 2);
		}
		tear_down(NULL);
	}
}

/* n1 is behind a cut: what it knows is old, and through the log it gets no answer. */
static void a_node_without_a_quorum_answers_from_its_own_knowledge_only(void **state)
{
	(void)state;
	begin(MODE_MULTI);
	propose(1, "apple");
	run(1000000);
	cut(1, 2, true);
	cut(1, 3, true);
	propose(3, "pear");
	run(1000000);
	ask(1, false);
	ask(1, true);
	run(1000000);
	assert_int_equal(t.answers, 1);
	assert_answer(0, 1, "apple", BECAUSE_OWN);
	cut(1, 2, false);
	run(20000000);
	assert_int_equal(t.answers, 2);
	assert_answer(1, 1, "pear", BECAUSE_ORDERED);
}

static void a_program_with_the_mistake_asks_nobody(void **state)
{
	(void)state;
	begin(MODE_SINGLE);
	propose(1, "apple");
	run(1000000);
	cut(1, 2, true);
	cut(1, 3, true);
	propose(3, "pear");
	run(1000000);
	give(1, (struct control){.kind = CONTROL_MISTAKE, .count = MISTAKE_stale_read});
	ask(1, false);
	run(1000000);
	assert_answer(0, 1, "apple", BECAUSE_OWN);
}

static void a_node_that_is_back_knows_what_was_written_before(void **state)
{
	(void)state;
	begin(MODE_MULTI);
	propose(1, "apple");
	run(1000000);
	ask(2, false); /* the newest slot holds no write */
	run(1000000);
	world_crash(t.w, 3, t.w->node[3].disk.unsynced);
	world_start(t.w, 3);
	ask(3, true);
	run(1000);
	assert_answer(1, 3, "apple", BECAUSE_OWN);
	assert_int_equal(t.answer[1].event.number, 1);
}

/* Each read within a batch sees what stands before it there. */
static void reads_that_share_a_slot_see_what_stands_before_them(void **state)
{
	(void)state;
	begin_with(MODE_MULTI, 0, (struct batch_rule){.count = 16, .pipeline = 1});
	propose(1, "first");
	ask(1, false);
	propose(1, "apple");
	ask(1, false);
	ask(1, false);
	propose(1, "pear");
	ask(1, false);
	run(1000000);
	assert_int_equal(t.answers, 4);
	assert_answer(0, 1, "first", BECAUSE_ORDERED);
	assert_answer(1, 1, "apple", BECAUSE_ORDERED);
	assert_answer(2, 1, "apple", BECAUSE_ORDERED);
	assert_answer(3, 1, "pear", BECAUSE_ORDERED);
	assert_int_equal(t.answer[3].event.slot, 1);
	ask(2, false);
	run(1000000);
	assert_answer(4, 2, "pear", BECAUSE_ORDERED);
}

/* n3 is brought over slots that n1 and n2 keep no more; it does not guess what stood there. */
static void a_node_that_was_brought_over_the_last_write_says_that_it_cannot_tell(void **state)
{
	char value[16];

	(void)state;
	begin_with(MODE_MULTI, 8, (struct batch_rule){.count = 1});
	propose(3, "pear");
	run(1000000);
	cut(3, 1, true);
	cut(3, 2, true);
	for (unsigned i = 0; i < 24; i++) {
		snprintf(value, sizeof value, "v%u", i);
		propose(1, value);
		run(100000);
	}
	for (unsigned i = 0; i < 40; i++) {
		ask(1, false);
		run(100000);
	}
	assert_int_equal(t.answers, 40);
	assert_answer(39, 1, "v23", BECAUSE_ORDERED);
	cut(3, 1, false);
	cut(3, 2, false);
	run(30000000);
	ask(3, true);
	run(1000);
	assert_answer(40, 3, "-", BECAUSE_SKIPPED);
	propose(2, "plum");
	run(2000000);
	ask(3, true);
	run(1000);
	assert_answer(41, 3, "plum", BECAUSE_OWN);
}

static void a_new_epoch_has_nothing_written(void **state)
{
	(void)state;
	begin(MODE_SINGLE);
	propose(1, "apple");
	run(1000000);
	for (node_id id = 1; id <= NODES; id++)
		give(id, (struct control){.kind = CONTROL_EPOCH, .count = 2});
	ask(1, false);
	run(1000000);
	assert_answer(0, 1, "-", BECAUSE_ORDERED);
}

static void nobody_proposes_what_looks_like_a_read(void **state)
{
	uint8_t bytes[READ_ENTRY_BYTES];

	(void)state;
	begin(MODE_SINGLE);
	read_entry_write(&(struct read_entry){1, 1, 1}, bytes);
	give(1, (struct control){.kind = CONTROL_PROPOSE,
				 .slot = SLOT_NONE,
				 .value = bytes,
				 .value_length = sizeof bytes});
	run(1000);
	assert_int_equal(t.refused, DROP_REFUSED);
	t.refused = DROP_NOTHING;
	give(1, (struct control){.kind = CONTROL_READ, .count = 2});
	run(1000);
	assert_int_equal(t.refused, DROP_REFUSED);
}

static void too_many_reads_at_once_are_refused(void **state)
{
	(void)state;
	begin(MODE_MULTI);
	cut(1, 2, true);
	cut(1, 3, true);
	for (unsigned i = 0; i < READS_MAX; i++)
		ask(1, false);
	run(1000);
	assert_int_equal(t.refused, DROP_NOTHING);
	ask(1, false);
	run(1000);
	assert_int_equal(t.refused, DROP_QUEUE);
	cut(1, 2, false);
	run(30000000);
	assert_int_equal(t.answers, READS_MAX);
}

static void an_entry_comes_back_as_it_went_and_is_shown_as_what_it_is(void **state)
{
	const struct read_entry entry = {31, 0x1234, 0x123456789abcdef0};
	struct read_entry back;
	uint8_t bytes[READ_ENTRY_BYTES];
	char shown[VALUE_SHOWN_MAX + 1];

	(void)state;
	t.memory = NULL;
	read_entry_write(&entry, bytes);
	assert_true(read_entry_read(bytes, sizeof bytes, &back));
	assert_int_equal(back.node, entry.node);
	assert_int_equal(back.boot, entry.boot);
	assert_true(back.number == entry.number);
	assert_false(is_read_entry(bytes, sizeof bytes - 1));
	value_show(bytes, sizeof bytes, shown);
	assert_memory_equal(shown, "read by n31~", 12);
	bytes[0] ^= 1;
	assert_false(is_read_entry(bytes, sizeof bytes));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_read_returns_what_was_written_last_in_both_modes),
		TEST(a_node_without_a_quorum_answers_from_its_own_knowledge_only),
		TEST(a_program_with_the_mistake_asks_nobody),
		TEST(a_node_that_is_back_knows_what_was_written_before),
		TEST(reads_that_share_a_slot_see_what_stands_before_them),
		TEST(a_node_that_was_brought_over_the_last_write_says_that_it_cannot_tell),
		TEST(a_new_epoch_has_nothing_written),
		TEST(nobody_proposes_what_looks_like_a_read),
		TEST(too_many_reads_at_once_are_refused),
		TEST(an_entry_comes_back_as_it_went_and_is_shown_as_what_it_is),
	};

	return cmocka_run_group_tests_name("reads", tests, NULL, NULL);
}
