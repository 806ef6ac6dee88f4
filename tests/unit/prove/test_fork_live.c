/* Forks of members with journals: at random moments of runs that chance drew, with kills, every
 * member stands in the fork as it stood then; what cannot be exact is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "node/prove/fork.h"
#include "node/record/recorder.h"
#include "node/record/timeline.h"
#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "proto/model/fold/fold.h"
#include "tests/support/journaled.h"
#include "tests/support/policy_named.h"
#include "tests/support/test_dir.h"

#define SEEDS       4
#define NODES       3
#define FORKS       6 /* of each run */
#define MOMENTS_MAX 8192
#define VALUES_MAX  65536
#define VALUES_SIZE ((size_t)32 << 20)

static unsigned runs;

/* A frame: sent when so many items had been told, and received behind so many. */
struct way {
	uint64_t sent, got;
	node_id to;
	uint16_t boot; /* the life that received it */
};

/* How a node stood when it had told its first so many items. */
struct moment {
	uint64_t items;
	uint64_t state[NODES + 1]; /* digests; 0: not known */
	uint16_t boot[NODES + 1];
};

/* What a dashboard would see of them, recorded. */
struct tape {
	struct cluster cluster; /* first */
	struct roster roster;
	struct recorder *recorder;
	void *values_memory;
	struct event event;
	bool full;
	time_us now;
	char dir[PATH_BYTES], path[PATH_BYTES];
	uint64_t state[NODES + 1];
	uint16_t boot[NODES + 1];
	struct way way[MOMENTS_MAX];
	unsigned ways;
	struct moment moment[MOMENTS_MAX];
	unsigned moments;
};

static struct tape *tape_of(const struct cluster *c)
{
	return (struct tape *)(uintptr_t)c;
}

static void tape_info(const struct cluster *c, struct cluster_info *out)
{
	(void)c;
	*out = (struct cluster_info){.kind = CLUSTER_LIVE,
				     .name = "journaled",
				     .nodes = NODES,
				     .epoch = 1,
				     .mode = MODE_MULTI,
				     .why_not = "",
				     .quorum = NODES / 2 + 1};
}

static enum item_kind tape_next(struct cluster *c, time_us until, struct item *out)
{
	struct tape *t = tape_of(c);

	(void)until;
	*out = (struct item){.kind = t->full ? ITEM_EVENT : ITEM_NOTHING, .event = &t->event};
	t->full = false;
	return out->kind;
}

static time_us tape_now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return tape_of(c)->now;
}

static const struct cluster_ops ops = {.info = tape_info, .next = tape_next, .now = tape_now};

static void tell(struct tape *t, const struct event *event)
{
	struct item item;

	t->event = *event;
	t->full = true;
	t->now = event->at > t->now ? event->at : t->now;
	t->cluster.ops->next(&t->cluster, 0, &item);
}

/* What a node promised, voted for and knows: all that it must not forget, and its ballot. */
static uint64_t state_of(const struct snapshot *s, const struct values *values)
{
	uint64_t digest = digest64(s->boot, (const uint8_t *)&s->base, sizeof(s->base));

	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];
		const value_ref of[] = {slot->voted, slot->chosen, slot->echoed};
		const uint64_t part[] = {digest,
					 slot->slot,
					 slot->voted_at.round,
					 slot->voted_at.node,
					 slot->chosen_at.round,
					 slot->chosen_at.node};

		digest = digest64(0, (const uint8_t *)part, sizeof(part));
		for (unsigned k = 0; k < 3; k++) {
			char text[VALUE_SHOWN_MAX + 1];

			values_show(values, of[k], text);
			digest = digest64(digest, (const uint8_t *)text, strlen(text));
		}
	}
	const uint64_t rest[] = {digest,          s->promised.round, s->promised.node,
				 s->ballot.round, s->ballot.node,    s->attacks,
				 s->number};

	return digest64(1, (const uint8_t *)rest, sizeof(rest));
}

static void owes(void *user, node_id id, struct member *m, const struct member_output *out)
{
	struct tape *t = user;

	for (unsigned i = 0; i < out->events; i++) {
		struct event e = out->event[i];
		uint32_t length;
		const uint8_t *bytes = values_bytes(member_values(m), e.value, &length);

		if (e.value > VALUE_NOOP)
			e.value = values_intern(t->cluster.values, bytes, length);
		tell(t, &e);
		t->boot[id] = e.boot;
	}
}

static uint64_t mark(void *user)
{
	return recorder_items(((struct tape *)user)->recorder);
}

static void came(void *user, node_id id, uint64_t sent)
{
	struct tape *t = user;

	assert_true(t->ways < MOMENTS_MAX);
	t->way[t->ways++] = (struct way){
		.sent = sent, .got = recorder_items(t->recorder), .to = id, .boot = t->boot[id]};
}

/* So many frames were on their way to nodes that received them in the same life. */
static unsigned on_their_way(const struct tape *t, const struct moment *moment)
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->ways; i++)
		count += t->way[i].sent <= moment->items && moment->items <= t->way[i].got &&
			 moment->state[t->way[i].to] != 0 &&
			 moment->boot[t->way[i].to] == t->way[i].boot;
	return count;
}

static void note(struct tape *t)
{
	struct moment *moment = t->moments > 0 ? &t->moment[t->moments - 1] : NULL;

	if (moment == NULL || moment->items != recorder_items(t->recorder)) {
		assert_true(t->moments < MOMENTS_MAX);
		moment = &t->moment[t->moments++];
		moment->items = recorder_items(t->recorder);
		memcpy(moment->state, t->state, sizeof(t->state));
		memcpy(moment->boot, t->boot, sizeof(t->boot));
	}
}

static void cleared(void *user, node_id id, struct member *m)
{
	static struct snapshot snapshot;
	struct tape *t = user;
	const uint64_t before = t->moments > 0 ? t->moment[t->moments - 1].items : 0;

	/* What it did without telling anybody belongs to no moment. */
	if (recorder_items(t->recorder) == before)
		return;
	member_snapshot(m, &snapshot);
	t->state[id] = state_of(&snapshot, member_values(m));
	note(t);
}

static void died(void *user, node_id id, uint16_t boot, time_us now)
{
	struct tape *t = user;

	tell(t, &(struct event){.kind = EVENT_CRASHED, .node = id, .boot = boot, .at = now});
	t->state[id] = 0;
	note(t);
}

/* A run, recorded, with journals beside it. */
static struct tape *record(uint64_t seed)
{
	struct tape *t = calloc(1, sizeof(*t));
	const struct journaled_watch watch = {t, owes, cleared, mark, came, died};
	char name[32], at[ENDPOINT_MAX];

	snprintf(name, sizeof(name), "live%u", runs++);
	test_dir_path(name, t->dir);
	assert_int_equal(mkdir(t->dir, 0700), 0);
	snprintf(name, sizeof(name), "live%u.pxr", runs);
	test_dir_path(name, t->path);
	t->values_memory = calloc(1, values_size(VALUES_MAX, VALUES_SIZE));
	t->cluster.values = values_init(t->values_memory, VALUES_MAX, VALUES_SIZE);
	t->cluster.ops = &ops;
	t->roster.nodes = NODES;
	memcpy(t->roster.cluster, "journal", sizeof(t->roster.cluster));
	for (node_id id = 1; id <= NODES; id++) {
		snprintf(at, sizeof(at), "ipc://%.80s/n%u/data", t->dir, id);
		memcpy(t->roster.node[id].data, at, sizeof(at));
		memcpy(t->roster.node[id].control, at, sizeof(at));
	}
	const struct recorder_options options = {.path = t->path};
	assert_int_equal(recorder_open(&options, &t->cluster, &t->roster, &t->recorder), STATUS_OK);
	const struct journaled_options how = {.dir = t->dir,
					      .nodes = NODES,
					      .seed = seed,
					      .journals = true,
					      .stores = true,
					      .policy = seed % 4 == 0 ? policy_named("all") : 0,
					      .watch = &watch};
	struct journaled *c = journaled_begin(&how);

	journaled_run(c, 120);
	journaled_kill(c, 2);
	journaled_run(c, 80);
	journaled_end(c, seed % 2 == 0);
	recorder_close(t->recorder);
	return t;
}

static void tape_end(struct tape *t)
{
	free(t->values_memory);
	free(t);
}

/* The branch, and what it told of itself behind what was recorded. */
struct branch {
	struct fork *fork;
	struct cluster *c;
	uint64_t items;
	unsigned heard; /* frames, before the nodes told how they stand */
	node_set moved; /* nodes that did something before they told how they stand */
};

static void make_room(void *user)
{
	struct branch *b = user;

	if (values_has_room(b->c->values, 4096, 1 << 20))
		return;
	values_unmark(b->c->values);
	values_sweep(b->c->values);
}

static void count(void *user, const struct item *item)
{
	(void)item;
	((struct branch *)user)->items++;
}

static enum status fork_at(const struct tape *t, uint64_t items, struct branch *b)
{
	struct timeline *line;
	bool failed;

	assert_int_equal(timeline_open(t->path, &line), STATUS_OK);
	assert_true(timeline_go(line, items, UINT64_MAX, &failed));
	const struct fork_point point = {
		.path = t->path, .moment = items, .model = timeline_model(line)};
	const struct resim_watcher watcher = {.user = b, .make_room = make_room, .item = count};

	*b = (struct branch){.fork = NULL};
	const enum status status = fork_open(&point, &b->fork);
	timeline_close(line);
	if (status != STATUS_OK)
		return status;
	b->c = fork_cluster(b->fork);
	return fork_relive(b->fork, &watcher);
}

/* Compares how each node says it stands; returns how many were compared. */
static unsigned compare(struct branch *b, const struct moment *moment, uint64_t seed)
{
	unsigned compared = 0;
	struct item item;

	b->c->ops->refresh(b->c);
	for (unsigned left = NODES; left > 0;) {
		const enum item_kind kind = b->c->ops->next(b->c, b->c->ops->now(b->c, 0), &item);

		if (kind == ITEM_NOTHING)
			break;
		if (kind == ITEM_EVENT)
			b->heard += item.event->kind == EVENT_HELD ||
				    item.event->kind == EVENT_RECEIVED ||
				    item.event->kind == EVENT_DROPPED;
		if (kind == ITEM_EVENT && item.event->kind != EVENT_HELD)
			b->moved |= set_of(item.event->node);
		if (kind != ITEM_SNAPSHOT)
			continue;
		const node_id id = item.snapshot->node;

		left--;
		if (set_has(b->moved, id) || moment->state[id] == 0)
			continue;
		if (state_of(item.snapshot, b->c->values) != moment->state[id])
			fail_msg("seed %llu: forked after item %llu, n%u stands otherwise",
				 (unsigned long long)seed, (unsigned long long)moment->items, id);
		compared++;
	}
	return compared;
}

/* It goes on: nothing it does may break a member. */
static void go_on(struct branch *b)
{
	struct control control = {.kind = CONTROL_PROPOSE,
				  .to = set_of(1),
				  .slot = SLOT_NONE,
				  .value = (const uint8_t *)"otherwise",
				  .value_length = 9};
	struct item item;

	(void)b->c->ops->control(b->c, &control);
	(void)b->c->ops->process(b->c, 3, PROCESS_CRASH);
	(void)b->c->ops->process(b->c, 3, PROCESS_RESTART);
	const time_us until = b->c->ops->now(b->c, 0) + 50000;

	for (unsigned i = 0; i < 20000; i++) {
		make_room(b);
		if (b->c->ops->next(b->c, until, &item) == ITEM_NOTHING)
			return;
	}
}

static void every_member_stands_in_a_fork_as_it_stood(void **state)
{
	unsigned compared = 0, flights = 0, heard = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct tape *t = record(seed);
		uint64_t random = seed;

		for (unsigned i = 0; i < FORKS; i++) {
			const struct moment *moment =
				&t->moment[t->moments / 10 +
					   random_next(&random) % (t->moments * 8 / 10)];
			struct branch b;

			if (fork_at(t, moment->items, &b) != STATUS_OK)
				fail_msg("seed %llu, after item %llu: %s", (unsigned long long)seed,
					 (unsigned long long)moment->items, status_text());
			assert_int_equal(b.items, moment->items);
			compared += compare(&b, moment, seed);
			if (fork_flights(b.fork) != on_their_way(t, moment))
				fail_msg("seed %llu, after item %llu: %u on their way, not %u",
					 (unsigned long long)seed,
					 (unsigned long long)moment->items, fork_flights(b.fork),
					 on_their_way(t, moment));
			flights += fork_flights(b.fork);
			heard += b.heard;
			go_on(&b);
			fork_close(b.fork);
		}
		tape_end(t);
	}
	assert_true(compared > SEEDS * FORKS);
	assert_true(flights > SEEDS * FORKS && heard >= flights / 2);
}

/* --- forks of forks ----------------------------------------------------------------------------
 */

#define STOPS 5 /* in what a fork does, from each of which another leaves */

/* How all its nodes stand now, and all that is told until then. */
static uint64_t stand_of(struct branch *b)
{
	uint64_t digest = 0;
	struct item item;

	b->c->ops->refresh(b->c);
	while (make_room(b), b->c->ops->next(b->c, b->c->ops->now(b->c, 0), &item) != ITEM_NOTHING)
		if (item.kind == ITEM_SNAPSHOT)
			digest = digest * 31 + state_of(item.snapshot, b->c->values) +
				 item.snapshot->node;
	return digest;
}

static void do_something(struct branch *b, uint64_t *random)
{
	static const enum process_act act[] = {PROCESS_CRASH, PROCESS_RESTART, PROCESS_STOP,
					       PROCESS_CONTINUE};
	char value[16];
	struct control control = {.kind = CONTROL_PROPOSE,
				  .to = set_of((node_id)(1 + random_next(random) % NODES)),
				  .slot = SLOT_NONE,
				  .value = (const uint8_t *)value};
	struct item item;

	snprintf(value, sizeof(value), "v%u", (unsigned)(random_next(random) % 100));
	control.value_length = (uint32_t)strlen(value);
	(void)b->c->ops->control(b->c, &control);
	(void)b->c->ops->process(b->c, (node_id)(1 + random_next(random) % NODES),
				 act[random_next(random) % 4]);
	const time_us until = b->c->ops->now(b->c, 0) + random_next(random) % 60000;

	while (make_room(b), b->c->ops->next(b->c, until, &item) != ITEM_NOTHING)
		continue;
}

/* A fork goes on from the moment, recorded, and stops now and then. */
static void go_on_recorded(const struct tape *t, uint64_t moment, const char *path,
			   uint64_t *random, uint64_t items[STOPS], uint64_t stand[STOPS])
{
	struct timeline *line;
	struct recorder *recorder;
	struct branch b = {.fork = NULL};
	const struct resim_watcher watcher = {.user = &b, .make_room = make_room, .item = count};
	bool failed;

	assert_int_equal(timeline_open(t->path, &line), STATUS_OK);
	assert_true(timeline_go(line, moment, UINT64_MAX, &failed));
	const struct fork_point point = {
		.path = t->path, .moment = moment, .model = timeline_model(line)};
	assert_int_equal(fork_open(&point, &b.fork), STATUS_OK);
	timeline_close(line);
	b.c = fork_cluster(b.fork);
	const struct recorder_options options = {
		.path = path, .base = fork_base(b.fork), .simulated = fork_simulated(b.fork)};
	assert_int_equal(recorder_open(&options, b.c, NULL, &recorder), STATUS_OK);
	assert_int_equal(fork_relive(b.fork, &watcher), STATUS_OK);
	for (unsigned i = 0; i < STOPS; i++) {
		do_something(&b, random);
		stand[i] = stand_of(&b);
		items[i] = recorder_items(recorder);
	}
	recorder_close(recorder);
	fork_close(b.fork);
}

static void a_fork_leaves_a_fork_where_that_stood(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct tape *t = record(seed);
		uint64_t random = seed * 7, items[STOPS], stand[STOPS];
		char path[PATH_BYTES];

		for (unsigned k = 0; k < FORKS / 2; k++) {
			const struct moment *moment =
				&t->moment[t->moments / 10 +
					   random_next(&random) % (t->moments * 8 / 10)];

			snprintf(path, sizeof(path), "%.100s.%u", t->path, k);
			go_on_recorded(t, moment->items, path, &random, items, stand);
			for (unsigned i = 0; i < STOPS; i++) {
				struct branch b = {.fork = NULL};
				const struct resim_watcher watcher = {
					.user = &b, .make_room = make_room, .item = count};
				const struct fork_point point = {.path = path, .moment = items[i]};

				if (fork_open(&point, &b.fork) != STATUS_OK)
					fail_msg("seed %llu, stop %u: %s", (unsigned long long)seed,
						 i, status_text());
				b.c = fork_cluster(b.fork);
				if (fork_relive(b.fork, &watcher) != STATUS_OK)
					fail_msg("seed %llu, stop %u: %s", (unsigned long long)seed,
						 i, status_text());
				if (stand_of(&b) != stand[i])
					fail_msg("seed %llu, fork %u, stop %u: it stands otherwise",
						 (unsigned long long)seed, k, i);
				go_on(&b);
				fork_close(b.fork);
			}
			assert_int_equal(unlink(path), 0);
		}
		tape_end(t);
	}
}

static void expect_refusal(const struct tape *t, enum status wanted, const char *words)
{
	struct branch b;
	const enum status status = fork_at(t, t->moment[t->moments / 2].items, &b);

	if (status != wanted || strstr(status_text(), words) == NULL)
		fail_msg("'%s' is not what was wanted: %s", status_text(), words);
}

static void what_cannot_be_exact_is_refused(void **state)
{
	struct tape *t = record(1), *other = record(2);
	char path[PATH_BYTES], to[PATH_BYTES];
	FILE *f;

	(void)state;
	/* another cluster's journal has another key */
	snprintf(path, sizeof(path), "%.80s/n3/journal", other->dir);
	snprintf(to, sizeof(to), "%.80s/n3/kept", t->dir);
	snprintf(other->dir, sizeof(other->dir), "%.80s/n3/journal", t->dir);
	assert_int_equal(rename(other->dir, to), 0);
	assert_int_equal(rename(path, other->dir), 0);
	expect_refusal(t, STATUS_CORRUPT, "the key in its directory is another node's");
	assert_int_equal(rename(other->dir, path), 0);
	assert_int_equal(rename(to, other->dir), 0);
	/* a byte that was changed */
	snprintf(path, sizeof(path), "%.80s/n1/journal/00000001", t->dir);
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 2000, SEEK_SET), 0);
	const int byte = fgetc(f);
	assert_int_equal(fseek(f, 2000, SEEK_SET), 0);
	fputc(byte ^ 1, f);
	fclose(f);
	expect_refusal(t, STATUS_CORRUPT, "the journal");
	f = fopen(path, "r+b");
	assert_int_equal(fseek(f, 2000, SEEK_SET), 0);
	fputc(byte, f);
	fclose(f);
	struct branch b;
	assert_int_equal(fork_at(t, t->moment[t->moments / 2].items, &b), STATUS_OK);
	fork_close(b.fork);
	/* no key; no journal */
	snprintf(path, sizeof(path), "%.80s/n2/key", t->dir);
	assert_int_equal(unlink(path), 0);
	expect_refusal(t, STATUS_UNAVAILABLE, "is gone");
	tape_end(t);
	tape_end(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_stands_in_a_fork_as_it_stood),
		cmocka_unit_test(a_fork_leaves_a_fork_where_that_stood),
		cmocka_unit_test(what_cannot_be_exact_is_refused),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
