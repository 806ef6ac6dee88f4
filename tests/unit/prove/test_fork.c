/* Forks: from a random moment of a run that chance played, a cluster that stands there. Left alone
 * it goes the way of the run; when one thing is changed it goes another way, and the run stays as
 * it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "node/prove/fork.h"
#include "node/prove/told.h"
#include "node/record/recorder.h"
#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "tests/support/played.h"
#include "tests/support/test_dir.h"

#define SEEDS   5
#define TAIL_US 300000 /* at the end of a run nothing is done to it for so long */

static unsigned files;
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static void fresh(char path[PATH_BYTES])
{
	char name[32];

	snprintf(name, sizeof(name), "fork%u", files++);
	test_dir_path(name, path);
}

static uint64_t take(struct cluster *c, time_us until)
{
	struct item item;
	uint64_t items = 0;

	for (; c->ops->next(c, until, &item) != ITEM_NOTHING; items++)
		if (!values_has_room(c->values, 4096, 1 << 20)) {
			values_unmark(c->values);
			values_sweep(c->values);
		}
	return items;
}

struct run {
	char path[PATH_BYTES];
	uint64_t tail, end; /* items before the tail, and at its end */
	time_us now;        /* at the end */
};

/* A run by chance, and a while in which it is left alone. */
static struct run record(uint64_t seed)
{
	struct played *p = played_new(seed);
	struct run run;
	struct recorder *r;

	fresh(run.path);
	const struct recorder_options options = {.path = run.path};
	assert_int_equal(recorder_open(&options, p->c, NULL, &r), STATUS_OK);
	p->c->ops->refresh(p->c);
	for (unsigned i = 0; i < 40; i++)
		played_act(p);
	run.tail = recorder_items(r);
	take(p->c, p->c->ops->now(p->c, 0) + TAIL_US);
	run.end = recorder_items(r);
	run.now = p->c->ops->now(p->c, 0);
	recorder_close(r);
	played_free(p);
	return run;
}

/* Compares what a branch tells with a recording, event by event. */
struct compared {
	struct cluster *branch;
	struct reader *reader;
	void *memory;
	struct values *values;
	uint64_t events;
	uint64_t differ; /* the first event that is another one, 0 = none */
	bool ended;      /* the recording has */
};

static void make_room(void *user)
{
	struct compared *c = user;

	for (unsigned i = 0; i < 2; i++) {
		struct values *values = i == 0 ? c->branch->values : c->values;
		if (values_has_room(values, 4096, 1 << 20))
			continue;
		values_unmark(values);
		values_sweep(values);
	}
}

static void compare(void *user, const struct item *item)
{
	struct compared *c = user;
	struct reader_tick tick;
	struct item was;
	enum item_kind kind;

	if (item->kind != ITEM_EVENT)
		return;
	c->events++;
	do
		kind = reader_next(c->reader, c->values, &was, &tick);
	while (kind != ITEM_EVENT && kind != ITEM_NOTHING && kind != ITEM_END);
	c->ended = c->ended || kind != ITEM_EVENT;
	if (c->differ == 0 && !c->ended &&
	    told_differs(was.event, c->values, item->event, c->branch->values) != NULL)
		c->differ = c->events;
}

static void compare_with(struct compared *c, const char *path)
{
	*c = (struct compared){.events = 0};
	assert_int_equal(reader_open(path, &c->reader), STATUS_OK);
	c->memory = calloc(1, values_size(65536, (size_t)32 << 20));
	c->values = values_init(c->memory, 65536, (size_t)32 << 20);
}

static void compare_end(struct compared *c)
{
	reader_close(c->reader);
	free(c->memory);
}

static struct fork *fork_at(struct compared *c, const struct fork_point *point)
{
	const struct resim_watcher watcher = {.user = c, .make_room = make_room, .item = compare};
	struct fork *f;

	if (fork_open(point, &f) != STATUS_OK)
		fail_msg("%s", status_text());
	c->branch = fork_cluster(f);
	if (fork_relive(f, &watcher) != STATUS_OK)
		fail_msg("%s", status_text());
	return f;
}

static void go_on(struct compared *c, time_us until)
{
	struct item item;

	for (;;) {
		make_room(c);
		if (c->branch->ops->next(c->branch, until, &item) == ITEM_NOTHING)
			return;
		compare(c, &item);
	}
}

static uint64_t digest_of(const char *path)
{
	static uint8_t bytes[4 << 20];
	FILE *f = fopen(path, "rb");
	const size_t length = f != NULL ? fread(bytes, 1, sizeof(bytes), f) : 0;

	assert_true(length > 0 && length < sizeof(bytes));
	fclose(f);
	return digest64(0, bytes, length);
}

static void a_fork_that_is_left_alone_goes_the_way_of_the_run(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct run run = record(seed);

		random_state = seed;
		for (unsigned i = 0; i < 2; i++) {
			const struct fork_point point = {.path = run.path,
							 .moment = run.tail +
								   draw(run.end - run.tail + 1)};
			struct compared c;

			compare_with(&c, run.path);
			struct fork *f = fork_at(&c, &point);
			assert_int_equal(c.events, fork_events(f));
			go_on(&c, run.now);
			if (c.differ != 0)
				fail_msg("seed %llu: forked after item %llu, event %llu is another",
					 (unsigned long long)seed, (unsigned long long)point.moment,
					 (unsigned long long)c.differ);
			if (c.ended || c.events != reader_events(c.reader, run.end))
				fail_msg("seed %llu: forked after item %llu, %llu events come",
					 (unsigned long long)seed, (unsigned long long)point.moment,
					 (unsigned long long)c.events);
			compared += c.events > fork_events(f);
			fork_close(f);
			compare_end(&c);
		}
	}
	assert_true(compared > SEEDS);
}

/* Proposes something at the first node that takes it. */
static bool change(struct cluster *c)
{
	for (node_id id = 1; id <= 3; id++) {
		struct control control = {.kind = CONTROL_PROPOSE,
					  .to = set_of(id),
					  .slot = SLOT_NONE,
					  .value = (const uint8_t *)"changed",
					  .value_length = 7};
		if (c->ops->control(c, &control))
			return true;
	}
	return false;
}

static void what_is_changed_in_a_fork_changes_the_fork_only(void **state)
{
	unsigned others = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct run run = record(seed);
		const uint64_t before = digest_of(run.path);
		const struct fork_point point = {.path = run.path, .moment = draw(run.end + 1)};
		struct compared c;

		compare_with(&c, run.path);
		struct fork *f = fork_at(&c, &point);
		assert_int_equal(c.differ, 0);
		const bool done = change(c.branch);
		go_on(&c, c.branch->ops->now(c.branch, 0) + 100000);
		others += done && c.differ != 0;
		/* what had been told by then is as it was */
		assert_true(c.differ == 0 || c.differ > fork_events(f));
		fork_close(f);
		compare_end(&c);
		assert_true(digest_of(run.path) == before);
	}
	assert_true(others > SEEDS / 2);
}

/* The recording of a branch tells all that led to it: another fork can leave there. */
static void a_branch_can_be_forked_as_the_run_can(void **state)
{
	const struct run run = record(3);
	const struct fork_point point = {.path = run.path, .moment = run.tail / 2};
	char path[PATH_BYTES];
	const struct recorder_options options = {.path = path};
	struct recorder *r;
	struct compared c;
	struct fork *f;

	(void)state;
	fresh(path);
	compare_with(&c, run.path);
	assert_int_equal(fork_open(&point, &f), STATUS_OK);
	c.branch = fork_cluster(f);
	assert_int_equal(recorder_open(&options, c.branch, NULL, &r), STATUS_OK);
	const struct resim_watcher watcher = {.user = &c, .make_room = make_room, .item = compare};
	assert_int_equal(fork_relive(f, &watcher), STATUS_OK);
	assert_true(change(c.branch));
	go_on(&c, c.branch->ops->now(c.branch, 0) + 100000);
	const time_us now = c.branch->ops->now(c.branch, 0);
	const uint64_t events = c.events;
	recorder_close(r);
	fork_close(f);
	compare_end(&c);

	compare_with(&c, path);
	f = fork_at(&c, &(struct fork_point){.path = path,
					     .moment = reader_items(c.reader),
					     .is_now = true,
					     .now = now});
	assert_int_equal(c.differ, 0);
	assert_int_equal(c.events, events);
	assert_int_equal(c.branch->ops->now(c.branch, 0), now);
	fork_close(f);
	compare_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fork_that_is_left_alone_goes_the_way_of_the_run),
		cmocka_unit_test(what_is_changed_in_a_fork_changes_the_fork_only),
		cmocka_unit_test(a_branch_can_be_forked_as_the_run_can),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
