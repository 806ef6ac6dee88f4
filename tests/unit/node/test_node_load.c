/* Three processes at full load, of which chance kills one after the other with kill -9: what any
 * node ever said to be chosen is in every log afterwards, and the logs are the same. KILLS says how
 * often, SEED which chance. The nodes end with this process, however it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"
#include "proto/core/batch.h"
#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "tests/support/processes.h"

#define NODES       3
#define KILLS       6
#define PATIENCE_US 20000000
#define REPORTS_MAX 4000000 /* slots of one run */
#define VALUES      50000000
#define OUTSTANDING 64

struct run {
	struct cluster *cluster;
	uint64_t random;
	struct snapshot snapshot[NODES + 1]; /* the last, also of a life before */
	bool has_snapshot[NODES + 1];
	unsigned crashed, started;
	slot_number end; /* every slot that was reported lies below */
	uint64_t
		*reported; /* by slot: a digest of the value that was said to be chosen, 0 = none */
	unsigned reports;
	uint64_t values; /* in all logs: a slot may hold many */
};

static unsigned number_in(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static uint64_t draw(struct run *run, uint64_t below)
{
	return random_next(&run->random) % below;
}

static uint64_t digest_of(const uint8_t *bytes, size_t length)
{
	const uint64_t digest = digest64(length + 1, bytes, length);
	return digest == 0 ? 1 : digest;
}

/* A node says that this value is chosen in the slot. */
static void take_report(struct run *run, slot_number slot, uint64_t digest)
{
	assert_true(slot < REPORTS_MAX);
	if (run->reported[slot] == 0) {
		run->reported[slot] = digest;
		run->reports++;
	}
	if (run->reported[slot] != digest)
		fail_msg("two values are said to be chosen in slot %llu", (unsigned long long)slot);
	if (slot >= run->end)
		run->end = slot + 1;
}

/* Of a long value a node may tell the bytes, or what stands for them: of both the same digest is
 * kept, and its store is asked for the same one. */
static uint64_t digest_of_told(const struct values *values, value_ref value)
{
	struct value_sketch sketch;
	uint32_t length = 0;
	if (values_sketch(values, value, &sketch))
		return digest_of((const uint8_t *)&sketch, sizeof(sketch));
	const uint8_t *bytes = values_bytes(values, value, &length);
	return digest_of(bytes, length);
}

static uint64_t digest_of_stored(const uint8_t *bytes, size_t length)
{
	void *memory = test_malloc(values_size(1, VALUE_BYTES_MAX));
	struct values *values = values_init(memory, 1, VALUE_BYTES_MAX);
	const uint64_t digest =
		digest_of_told(values, values_intern(values, bytes, (uint32_t)length));
	test_free(memory);
	return digest;
}

static void take_value(struct run *run, slot_number slot, value_ref value)
{
	take_report(run, slot, digest_of_told(run->cluster->values, value));
}

static void take_event(struct run *run, const struct event *e)
{
	assert_int_not_equal(e->kind, EVENT_CONTRADICTED);
	run->crashed += e->kind == EVENT_CRASHED;
	run->started += e->kind == EVENT_STARTED;
	if (e->kind == EVENT_CHOSEN)
		take_value(run, e->slot, e->value);
}

static void take_snapshot(struct run *run, const struct snapshot *s)
{
	run->snapshot[s->node] = *s;
	run->has_snapshot[s->node] = true;
	for (unsigned i = 0; i < s->slots; i++)
		if (s->slot[i].chosen != VALUE_NONE)
			take_value(run, s->slot[i].slot, s->slot[i].chosen);
}

/* Takes in what the cluster says, until `until` or until it has nothing more to say for a moment.
 */
static void listen(struct run *run, uint64_t until)
{
	struct cluster *c = run->cluster;
	struct item item;
	while (real_time_us() < until) {
		const enum item_kind kind = c->ops->next(c, 0, &item);
		if (kind == ITEM_NOTHING)
			break;
		if (kind == ITEM_EVENT)
			take_event(run, item.event);
		else if (kind == ITEM_SNAPSHOT)
			take_snapshot(run, item.snapshot);
	}
	const uint64_t now = real_time_us();
	uint64_t wait_us = c->ops->patience(c, now);
	struct pollfd wait = {.fd = c->ops->fd(c), .events = POLLIN};
	struct timespec space;
	if (now >= until)
		return;
	wait_us = wait_us < until - now ? wait_us : until - now;
	ppoll(&wait, 1, wait_timespec(wait_us < 20000 ? wait_us : 20000, &space), NULL);
	if (!values_has_room(c->values, 1000, 1 << 20)) {
		values_unmark(c->values);
		values_sweep(c->values);
	}
}

static void ask_all(struct run *run)
{
	memset(run->has_snapshot, 0, sizeof(run->has_snapshot));
	run->cluster->ops->refresh(run->cluster);
}

static void load_one(struct run *run, node_id id)
{
	struct control control = {.kind = CONTROL_LOAD,
				  .to = set_of(id),
				  .count = VALUES,
				  .size_bytes = 64,
				  .outstanding = OUTSTANDING,
				  /* one value a slot, or all that are there */
				  .batch = {.count = (uint32_t)draw(run, 2)}};
	if (!run->cluster->ops->control(run->cluster, &control))
		fail_msg("%s", run->cluster->why);
}

static void kill_and_restart(struct run *run, node_id id)
{
	struct cluster *c = run->cluster;
	const unsigned crashed = run->crashed;
	const uint64_t until = real_time_us() + PATIENCE_US;
	if (!c->ops->process(c, id, PROCESS_CRASH))
		fail_msg("%s", c->why);
	while (run->crashed == crashed && real_time_us() < until)
		listen(run, until);
	assert_int_equal(run->crashed, crashed + 1);
	if (!c->ops->process(c, id, PROCESS_RESTART))
		fail_msg("%s", c->why);
}

/* All nodes answer, know everything that was reported, and know as much as each other. */
static bool are_level(const struct run *run)
{
	for (node_id id = 1; id <= NODES; id++)
		if (!run->has_snapshot[id] || run->snapshot[id].base < run->end ||
		    run->snapshot[id].base != run->snapshot[1].base ||
		    run->snapshot[id].pending != 0)
			return false;
	return true;
}

/* How far the nodes know, in all. */
static uint64_t slots_known(const struct run *run)
{
	uint64_t known = 0;
	for (node_id id = 1; id <= NODES; id++)
		known += run->snapshot[id].base;
	return known;
}

/* A node that was away for long learns a chunk in each round trip: as long as it learns, the others
 * wait for it. */
static void wait_until_level(struct run *run)
{
	uint64_t known = 0, until = real_time_us() + PATIENCE_US;
	while (!are_level(run)) {
		if (slots_known(run) > known) {
			known = slots_known(run);
			until = real_time_us() + PATIENCE_US;
		}
		if (real_time_us() >= until)
			fail_msg("the nodes know the slots below %llu, %llu and %llu, and learn no "
				 "more; reported were those below %llu",
				 (unsigned long long)run->snapshot[1].base,
				 (unsigned long long)run->snapshot[2].base,
				 (unsigned long long)run->snapshot[3].base,
				 (unsigned long long)run->end);
		ask_all(run);
		for (uint64_t soon = real_time_us() + 200000; real_time_us() < soon;)
			listen(run, soon);
	}
}

/* Compares a node's log with what was reported, and completes that: so the next node's log is
 * compared with this one's. */
static void compare_log(struct run *run, node_id id)
{
	char path[PATH_BYTES];
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	slot_number slot = 0;
	snprintf(path, sizeof(path), "%.480s/c/n%u/store", test_dir, id);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	/* What is chosen is not written twice where this node has voted for it. */
	static const char log[] = "SELECT slot, coalesce(chosen.value, vote.value) FROM chosen "
				  "LEFT JOIN vote USING (slot) ORDER BY slot";
	assert_int_equal(sqlite3_prepare_v2(db, log, -1, &row, NULL), SQLITE_OK);
	for (; sqlite3_step(row) == SQLITE_ROW; slot++) {
		assert_int_equal(sqlite3_column_int64(row, 0), slot);
		const uint8_t *bytes = sqlite3_column_blob(row, 1);
		const uint32_t length = (uint32_t)sqlite3_column_bytes(row, 1);
		const uint32_t shared = batch_count(bytes, length);
		run->values += shared > 0 ? shared : 1;
		take_report(run, slot, digest_of_stored(bytes, length));
	}
	assert_int_equal(slot, run->end);
	sqlite3_finalize(row);
	sqlite3_close(db);
}

static void what_was_said_to_be_chosen_survives_kill_9_at_full_load(void **state)
{
	static struct run run;
	const unsigned kills = number_in("KILLS", KILLS);
	char dir[PATH_BYTES];
	(void)state;
	assert_int_equal(path_join(test_dir, "c", dir), STATUS_OK);
	const struct live_options options = {
		.dir = dir,
		.nodes = NODES,
		.mode = MODE_MULTI,
		.clock = {.num = 1, .den = 0},
		.link = link_rule_default(),
		.owned = true,
	};
	run = (struct run){.random = number_in("SEED", 1)};
	run.reported = test_calloc(REPORTS_MAX, sizeof(*run.reported));
	run.cluster = processes_start_with(&options);
	for (unsigned i = 0; i < kills; i++) {
		/* Two nodes that propose at once pre-empt each other: that is part of it. */
		load_one(&run, (node_id)(1 + draw(&run, NODES)));
		for (uint64_t until = real_time_us() + 20000 + draw(&run, 300000);
		     real_time_us() < until;)
			listen(&run, until);
		ask_all(&run);
		kill_and_restart(&run, (node_id)(1 + draw(&run, NODES)));
	}
	/* A load ends with its node, and what it left open is settled by another's value. */
	for (node_id id = 1; id <= NODES; id++)
		kill_and_restart(&run, id);
	processes_propose(run.cluster, 1, "the end");
	wait_until_level(&run);
	assert_true(run.reports > 0);
	run.cluster->ops->close(run.cluster);
	const unsigned reports = run.reports;
	for (node_id id = 1; id <= NODES; id++)
		compare_log(&run, id);
	assert_true(run.values > 10 * (uint64_t)kills * NODES);
	printf("%u kills, %llu values in %llu slots, %u of them reported while it ran\n",
	       kills + NODES, (unsigned long long)run.values / NODES, (unsigned long long)run.end,
	       reports);
	test_free(run.reported);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_said_to_be_chosen_survives_kill_9_at_full_load),
	};
	return cmocka_run_group_tests_name("node_load", tests, NULL, NULL);
}
