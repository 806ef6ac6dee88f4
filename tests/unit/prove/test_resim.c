/* Simulations that were recorded, run again from their seed: the same events, whatever was done to
 * them and when; and what was changed since is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "node/prove/prove.h"
#include "node/prove/resim.h"
#include "node/prove/told.h"
#include "node/record/recorder.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"
#include "tests/support/test_dir.h"

#define SEEDS 12

static unsigned files;

struct drawn {
	struct cluster *c;
	uint64_t random;
	uint64_t events;
	time_us until;
	bool paused;
};

static uint64_t draw(struct drawn *d, uint64_t below)
{
	return random_next(&d->random) % below;
}

/* Sometimes to the end of what there is, sometimes an item or two. */
static void take(struct drawn *d)
{
	struct item item;

	for (uint64_t left = draw(d, 3) == 0 ? draw(d, 5) : UINT64_MAX;
	     left > 0 && d->c->ops->next(d->c, d->until, &item) != ITEM_NOTHING; left--)
		d->events += item.kind == ITEM_EVENT;
}

static struct control drawn_control(struct drawn *d, char value[32])
{
	const node_id id = (node_id)(1 + draw(d, 3));
	struct control c = {.kind = CONTROL_PROPOSE, .to = set_of(id), .slot = SLOT_NONE};
	const uint64_t what = draw(d, 8);

	if (what == 0) {
		c.kind = CONTROL_LINK;
		c.peer = (node_id)(1 + draw(d, 3));
		c.link = (struct link_rule){.cut = draw(d, 2) == 0, .loss_ppm = 200000};
	} else if (what == 1) {
		c.kind = CONTROL_GATE;
		c.count = (uint32_t)draw(d, 2);
	} else if (what == 2) {
		c.kind = CONTROL_ATTACK;
		c.attack = (struct attack_order){.attacks = 1u << draw(d, ATTACKS),
						 .colluders = set_of(id)};
	} else if (what == 3) {
		c.kind = CONTROL_CLOCK;
		c.to = 7;
		d->paused = draw(d, 2) == 0;
		c.clock = (struct clock_rule){.num = !d->paused, .den = 1};
	} else if (what == 4 && d->paused) {
		c.kind = CONTROL_ADVANCE;
		c.to = 7;
		c.due = d->until;
	} else if (what == 5) {
		c.kind = CONTROL_LOAD;
		c.count = 1 + (uint32_t)draw(d, 20);
		c.size_bytes = 10;
		c.outstanding = 2;
	} else {
		c.value = (const uint8_t *)value;
		c.value_length = (uint32_t)snprintf(value, 32, "value %u", (unsigned)draw(d, 9));
	}
	return c;
}

static void act(struct drawn *d)
{
	static const enum process_act acts[] = {PROCESS_CRASH, PROCESS_RESTART, PROCESS_STOP,
						PROCESS_CONTINUE};
	char value[32];
	struct control control;

	if (draw(d, 5) == 0) {
		d->c->ops->process(d->c, (node_id)(1 + draw(d, 3)), acts[draw(d, 4)]);
		return;
	}
	if (draw(d, 9) == 0) {
		d->c->ops->refresh(d->c);
		return;
	}
	control = drawn_control(d, value);
	d->c->ops->control(d->c, &control);
}

/* Records a run that chance drew; returns how many events it told. */
static uint64_t record(uint64_t seed, const char *path)
{
	const struct sim_cluster_options options = {.nodes = 3,
						    .mode = seed % 2 == 0 ? MODE_MULTI
									  : MODE_SINGLE,
						    .seed = seed,
						    .clock = {.num = 1, .den = 1},
						    .link = link_rule_default(),
						    .keep = seed % 3 == 0 ? 8 : 0};
	const struct recorder_options recording = {.path = path};
	const size_t bytes = sim_cluster_size(&options);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct recorder *r;
	struct drawn d = {.random = seed};

	assert_ptr_not_equal(memory, MAP_FAILED);
	d.c = sim_cluster_init(memory, &options);
	assert_int_equal(recorder_open(&recording, d.c, NULL, &r), STATUS_OK);
	for (unsigned i = 0; i < 60; i++) {
		d.until += draw(&d, 30000);
		take(&d);
		act(&d);
	}
	d.until += 200000;
	while (draw(&d, 30) != 0)
		take(&d);
	recorder_close(r);
	d.c->ops->close(d.c);
	munmap(memory, bytes);
	return d.events;
}

static void fresh(char path[PATH_BYTES])
{
	char name[32];

	snprintf(name, sizeof(name), "sim%u", files++);
	test_dir_path(name, path);
}

static enum status judge(const char *path, struct prove_report *report)
{
	const struct prove_options options = {.where = path};

	return prove(&options, report);
}

static void runs_that_chance_drew_tell_the_same_again(void **state)
{
	char path[PATH_BYTES];
	struct prove_report report;
	uint64_t all = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		fresh(path);
		const uint64_t events = record(seed, path);
		const enum status status = judge(path, &report);
		if (status != STATUS_OK)
			fail_msg("seed %llu: %s", (unsigned long long)seed, status_text());
		assert_true(report.is_simulated && report.is_whole);
		assert_int_equal(report.recorded, events);
		all += events;
	}
	assert_true(all > 100 * SEEDS);
}

static void change(const char *path, const char *statement)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
}

/* What was given has no digest of its own: the run itself is the proof. */
static void what_was_changed_since_is_found(void **state)
{
	static const char *const changes[] = {
		"UPDATE about SET value = '4' WHERE name = 'seed'",
		"DELETE FROM given WHERE id = 5",
		"UPDATE given SET bytes = x'0107' WHERE id = (SELECT min(id) FROM given WHERE kind "
		"= 1)",
		"UPDATE given SET at = at + 7000 WHERE id = 9",
		"UPDATE item SET slot = 5 WHERE number = (SELECT min(number) FROM item WHERE kind "
		"= 10)",
	};
	char path[PATH_BYTES];
	struct prove_report report;

	(void)state;
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		fresh(path);
		record(2, path);
		change(path, changes[i]);
		if (judge(path, &report) != STATUS_CORRUPT)
			fail_msg("'%s' is not found", changes[i]);
	}
}

static void a_recording_that_says_too_little_is_refused(void **state)
{
	char path[PATH_BYTES];
	struct prove_report report;
	sqlite3 *db;

	(void)state;
	fresh(path);
	record(2, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "DROP TABLE given; PRAGMA user_version = 1", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(judge(path, &report), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "does not say all that was done to its cluster"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_that_chance_drew_tell_the_same_again),
		cmocka_unit_test(what_was_changed_since_is_found),
		cmocka_unit_test(a_recording_that_says_too_little_is_refused),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
