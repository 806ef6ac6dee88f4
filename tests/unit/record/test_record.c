/* Recordings: what a cluster told is in the file, once and whole, whatever happens to the process
 * and to the disk; and every moment of it is the same however one comes to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "node/record/recorded.h"
#include "node/record/recorder.h"
#include "node/record/schema.h"
#include "node/record/timeline.h"
#include "node/record/value_rows.h"
#include "proto/model/fold/fold.h"
#include "tests/support/model_digest.h"
#include "tests/support/played.h"
#include "tests/support/test_dir.h"

#define SEEDS 3

static unsigned files;

static struct recorder *record(struct cluster *c, char path[PATH_BYTES])
{
	char name[32];
	struct recorder *r;

	snprintf(name, sizeof(name), "%u.pxr", files++);
	test_dir_path(name, path);
	const struct recorder_options options = {.path = path};

	assert_int_equal(recorder_open(&options, c, NULL, &r), STATUS_OK);
	return r;
}

static struct model *model_of(struct cluster *c)
{
	struct model *m = calloc(1, model_size());
	struct cluster_info info;

	c->ops->info(c, &info);
	info.kind = CLUSTER_SIMULATED;
	model_begin(m, c->values, &info);
	return m;
}

/* The model folded from the cluster's items, beside the one of the player, which is also told the
 * time. */
static struct model *watched;
static uint64_t watched_items;
static enum item_kind (*next_under)(struct cluster *c, time_us until, struct item *out);

static enum item_kind next_and_fold(struct cluster *c, time_us until, struct item *out)
{
	const enum item_kind kind = next_under(c, until, out);

	if (kind == ITEM_EVENT || kind == ITEM_SNAPSHOT || kind == ITEM_PROOF ||
	    kind == ITEM_LOAD) {
		model_item(watched, out);
		watched_items++;
	}
	return kind;
}

/* Plays, records, and gives back the model of all that was told. */
static struct model *play(uint64_t seed, unsigned acts, char path[PATH_BYTES], uint64_t *digest)
{
	struct played *p = played_new(seed);
	const struct cluster_ops *under = p->c->ops;
	struct cluster_ops folding = *under;

	watched = model_of(p->c);
	watched_items = 0;
	next_under = under->next;
	folding.next = next_and_fold;
	p->c->ops = &folding;
	struct recorder *r = record(p->c, path);

	for (unsigned i = 0; i < acts; i++) {
		played_act(p);
		if (i % 7 == 0)
			played_look(p);
	}
	*digest = model_digest_words(model_digest(1, watched), watched);
	assert_int_equal(recorder_items(r), watched_items);
	assert_null(recorder_trouble(r));
	recorder_close(r);
	assert_ptr_equal(p->c->ops, &folding);
	p->c->ops = under;
	played_free(p);
	return watched;
}

static void a_recording_folds_to_the_model_of_the_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		char path[PATH_BYTES];
		uint64_t digest, items = 0;
		struct model *m = play(seed, 60, path, &digest), *again;
		struct cluster *c;
		struct item item;

		assert_int_equal(recorded_open(path, &c), STATUS_OK);
		again = model_of(c);
		while (c->ops->next(c, 0, &item) != ITEM_END) {
			model_item(again, &item);
			items++;
		}
		if (recorded_trouble(c) != NULL)
			fail_msg("seed %llu: %s", (unsigned long long)seed, recorded_trouble(c));
		assert_int_equal(items, watched_items);
		if (model_digest_words(model_digest(1, again), again) != digest)
			fail_msg("seed %llu: the recording tells something else",
				 (unsigned long long)seed);
		c->ops->close(c);
		free(again);
		free(m);
	}
}

static void go(struct timeline *t, uint64_t to)
{
	bool failed;

	if (!timeline_go(t, to, UINT64_MAX, &failed))
		fail_msg("cannot go to %llu: %s", (unsigned long long)to, status_text());
	assert_int_equal(timeline_at(t), to);
}

static uint64_t digest_of(struct timeline *t)
{
	const struct model *m = timeline_model(t);

	return model_digest_words(model_digest(1, m), m);
}

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % below;
}

static void every_moment_is_the_same_however_one_comes_to_it(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		char path[PATH_BYTES];
		uint64_t digest;
		struct timeline *t;

		free(play(seed, 60, path, &digest));
		assert_int_equal(timeline_open(path, &t), STATUS_OK);
		const uint64_t end = timeline_end(t);
		uint64_t *moment = calloc(end + 1, sizeof(*moment));

		for (uint64_t i = 0; i <= end; i += i + 64 < end ? 64 : 1) {
			go(t, i);
			moment[i] = digest_of(t);
		}
		random_state = seed;
		for (unsigned i = 0; i < 40; i++) {
			uint64_t to = draw(end + 1);

			if (to < end - 64)
				to -= to % 64;
			go(t, to);
			if (moment[to] != 0 && digest_of(t) != moment[to])
				fail_msg("seed %llu: moment %llu of %llu is another one now",
					 (unsigned long long)seed, (unsigned long long)to,
					 (unsigned long long)end);
		}
		free(moment);
		timeline_close(t);
	}
}

/* --- made-up clusters ----------------------------------------------------------------------- */

/* Tells so many events, each with a value of its own. */
struct teller {
	struct cluster cluster;
	void *memory;
	uint64_t told, events;
	uint32_t value_bytes;
	bool one_value;
	struct event event;
};

static void teller_info(const struct cluster *c, struct cluster_info *out)
{
	(void)c;
	*out = (struct cluster_info){
		.kind = CLUSTER_LIVE, .nodes = 3, .quorum = 2, .mode = MODE_MULTI, .epoch = 1};
	snprintf(out->name, sizeof(out->name), "teller");
}

static void teller_room(struct teller *t)
{
	if (values_has_room(t->cluster.values, 1, VALUE_BYTES_MAX))
		return;
	values_unmark(t->cluster.values);
	values_sweep(t->cluster.values);
}

static enum item_kind teller_next(struct cluster *c, time_us until, struct item *out)
{
	struct teller *t = (struct teller *)c;
	uint8_t bytes[512] = {0};

	(void)until;
	*out = (struct item){.kind = ITEM_NOTHING};
	if (t->told == t->events)
		return ITEM_NOTHING;
	teller_room(t);
	const uint64_t number = t->one_value ? 1 : t->told;
	snprintf((char *)bytes, sizeof(bytes), "v%llu", (unsigned long long)number);
	t->told++;
	t->event = (struct event){
		.kind = t->told % 3 == 0   ? EVENT_SENT
			: t->told % 3 == 1 ? EVENT_RECEIVED
					   : EVENT_ACCEPTED,
		.node = (node_id)(1 + t->told % 3),
		.boot = 1,
		.seq = t->told / 3 + 1,
		.at = t->told * 37,
		.slot = t->told / 12,
		.ballot = {2, 1},
		.value = values_intern(c->values, bytes, t->value_bytes),
	};
	if (t->event.kind != EVENT_ACCEPTED) {
		t->event.id = (struct message_id){1, 1, t->told / 3 + 1};
		t->event.type = MSG_ACCEPT;
		t->event.peer = 2;
		t->event.to = 7;
	}
	out->kind = ITEM_EVENT;
	out->event = &t->event;
	return ITEM_EVENT;
}

static time_us teller_now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return ((const struct teller *)c)->told * 37;
}

static time_us teller_patience(const struct cluster *c, time_us real_us)
{
	(void)c;
	(void)real_us;
	return UINT64_MAX;
}

static const struct cluster_ops teller_ops = {
	.info = teller_info, .next = teller_next, .now = teller_now, .patience = teller_patience};

static struct teller *teller_new(uint64_t events)
{
	struct teller *t = calloc(1, sizeof(*t));

	t->memory = calloc(1, values_size(4096, (size_t)1 << 20));
	t->cluster.values = values_init(t->memory, 4096, (size_t)1 << 20);
	t->cluster.ops = &teller_ops;
	t->events = events;
	t->value_bytes = 12;
	return t;
}

static void teller_free(struct teller *t)
{
	free(t->memory);
	free(t);
}

static void tell_all(struct teller *t)
{
	struct item item;

	while (t->cluster.ops->next(&t->cluster, 0, &item) != ITEM_NOTHING)
		;
}

static void references_that_are_used_again_do_not_mix_values_up(void **state)
{
	struct teller *t = teller_new(200000);
	char path[PATH_BYTES];
	struct recorder *r = record(&t->cluster, path);
	struct cluster *c;
	struct item item;
	struct timeline *line;
	uint64_t count = 0;

	(void)state;
	tell_all(t);
	recorder_close(r);
	teller_free(t);
	assert_int_equal(recorded_open(path, &c), STATUS_OK);
	for (; count < 60000; count++) {
		char wanted[32];
		uint32_t length;

		assert_int_equal(c->ops->next(c, 0, &item), ITEM_EVENT);
		snprintf(wanted, sizeof(wanted), "v%llu", (unsigned long long)count);
		assert_string_equal(
			(const char *)values_bytes(c->values, item.event->value, &length), wanted);
	}
	c->ops->close(c);
	/* more values than a table has */
	assert_int_equal(timeline_open(path, &line), STATUS_OK);
	go(line, 70000);
	const uint64_t middle = digest_of(line);
	go(line, 200000);
	const uint64_t end = digest_of(line);
	go(line, 70000);
	assert_int_equal(digest_of(line), middle);
	go(line, 10);
	go(line, 130000);
	go(line, 70000);
	assert_int_equal(digest_of(line), middle);
	go(line, 69999);
	go(line, 70000);
	assert_int_equal(digest_of(line), middle);
	go(line, 200000);
	assert_int_equal(digest_of(line), end);
	timeline_close(line);
}

static int64_t ask(const char *path, const char *query)
{
	sqlite3 *db;
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, query, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	const int64_t answer = sqlite3_column_int64(s, 0);

	sqlite3_finalize(s);
	sqlite3_close(db);
	return answer;
}

static void an_event_takes_less_than_60_bytes(void **state)
{
	struct teller *t = teller_new(100000);
	char path[PATH_BYTES];
	struct stat file;

	(void)state;
	t->one_value = true;
	struct recorder *r = record(&t->cluster, path);

	tell_all(t);
	recorder_close(r);
	teller_free(t);
	assert_int_equal(stat(path, &file), 0);
	print_message("%.1f bytes an event\n", (double)file.st_size / 100000);
	assert_true(file.st_size < 60 * 100000);
	assert_int_equal(ask(path, "SELECT count(*) FROM value"), 1);
}

static void events_can_be_read_as_words(void **state)
{
	char path[PATH_BYTES];
	uint64_t digest;

	(void)state;
	free(play(3, 60, path, &digest));
	assert_int_equal(ask(path, "SELECT count(*) FROM event"), (int64_t)watched_items);
	assert_int_equal(ask(path, "SELECT count(*) FROM event WHERE kind IS NULL"), 0);
	assert_true(ask(path, "SELECT count(*) FROM event WHERE kind = 'sent' AND type = 'prepare'"
			      " AND ballot LIKE '%.%' AND message LIKE 'n%.1#%'") > 0);
	assert_true(ask(path, "SELECT count(*) FROM command WHERE kind = 'control'") > 0);
	assert_int_equal(ask(path, "SELECT count(*) FROM value a JOIN value b USING(digest, length)"
				   " WHERE a.number < b.number"),
			 0);
}

/* --- what goes wrong ----------------------------------------------------------------------- */

/* Reads all of it, if it can be opened; 0: not, and there is a sentence. */
static uint64_t read_through(const char *path)
{
	struct timeline *t;
	bool failed = false;
	uint64_t at;

	if (timeline_open(path, &t) != STATUS_OK) {
		assert_true(strlen(status_text()) > 10);
		return 0;
	}
	timeline_go(t, UINT64_MAX, UINT64_MAX, &failed);
	if (failed)
		assert_true(strlen(status_text()) > 10);
	at = failed ? 0 : timeline_at(t);
	timeline_close(t);
	return at;
}

static uint8_t *load(const char *path, size_t *length)
{
	char *bytes;

	assert_int_equal(file_load(path, (size_t)1 << 26, &bytes, length), STATUS_OK);
	return (uint8_t *)bytes;
}

static void store(const char *path, const uint8_t *bytes, size_t length)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, length, f), length);
	fclose(f);
}

static void a_cut_recording_is_refused(void **state)
{
	char path[PATH_BYTES], cut[PATH_BYTES];
	uint64_t digest;
	size_t length;

	(void)state;
	free(play(5, 20, path, &digest));
	test_dir_path("cut.pxr", cut);
	uint8_t *bytes = load(path, &length);

	random_state = 5;
	for (unsigned i = 0; i < 120; i++) {
		const size_t at = i < 2 ? i : i < 40 ? draw(length / 4096) * 4096 : draw(length);

		store(cut, bytes, at);
		if (read_through(cut) != 0)
			fail_msg("cut at %zu of %zu it was read", at, length);
	}
	free(bytes);
}

static void a_changed_byte_is_found_or_changes_nothing(void **state)
{
	char path[PATH_BYTES], changed[PATH_BYTES];
	uint64_t digest, items;
	size_t length;
	unsigned found = 0;

	(void)state;
	free(play(6, 20, path, &digest));
	items = watched_items;
	test_dir_path("changed.pxr", changed);
	uint8_t *bytes = load(path, &length);
	struct timeline *t;

	assert_int_equal(timeline_open(path, &t), STATUS_OK);
	go(t, items);
	digest = digest_of(t);
	timeline_close(t);
	random_state = 6;
	for (unsigned i = 0; i < 120; i++) {
		const size_t at = draw(length);
		const uint8_t was = bytes[at];
		uint64_t read;

		bytes[at] ^= (uint8_t)(1u << draw(8));
		store(changed, bytes, length);
		bytes[at] = was;
		read = read_through(changed);
		if (read == 0) {
			found++;
			continue;
		}
		/* What the header of the file and of pages says to SQLite alone, marks, commands,
		 * the roster, free bytes: no item is another one. */
		assert_int_equal(timeline_open(changed, &t), STATUS_OK);
		go(t, read);
		if (read != items || (digest_of(t) != digest && at > 4096))
			fail_msg("byte %zu changed, and %llu items were read as another story", at,
				 (unsigned long long)read);
		timeline_close(t);
	}
	print_message("%u of 120 changes were found\n", found);
	assert_true(found > 15);
	free(bytes);
}

static void set_format(const char *path, int format, int application)
{
	char sql[100];
	sqlite3 *db;

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d; PRAGMA application_id = %d", format,
		 application);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void what_is_no_recording_is_refused_in_words(void **state)
{
	char path[PATH_BYTES], other[PATH_BYTES];
	struct timeline *t;
	uint64_t digest;

	(void)state;
	free(play(7, 5, path, &digest));
	set_format(path, RECORDING_FORMAT + 1, RECORDING_APPLICATION);
	assert_int_equal(timeline_open(path, &t), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "newer paxos-tui"));
	set_format(path, RECORDING_FORMAT, 1);
	assert_int_equal(timeline_open(path, &t), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "is no recording"));
	test_dir_path("text", other);
	store(other, (const uint8_t *)"not a recording at all, but a text of some length....", 50);
	assert_int_equal(timeline_open(other, &t), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "is no recording"));
	store(other, (const uint8_t *)"", 0);
	assert_int_equal(timeline_open(other, &t), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "is no recording"));
	test_dir_path("not-there", other);
	assert_int_equal(timeline_open(other, &t), STATUS_UNAVAILABLE);
	assert_int_equal(timeline_open(test_dir, &t), STATUS_CORRUPT);
}

static void a_recording_overwrites_nothing(void **state)
{
	struct teller *t = teller_new(1);
	char path[PATH_BYTES];
	struct recorder *r;

	(void)state;
	test_dir_path("there", path);
	store(path, (const uint8_t *)"x", 1);
	const struct recorder_options options = {.path = path};

	assert_int_equal(recorder_open(&options, &t->cluster, NULL, &r), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "overwrites nothing"));
	assert_ptr_equal(t->cluster.ops, &teller_ops);
	teller_free(t);
}

static void at_its_limit_a_recording_ends_and_the_cluster_goes_on(void **state)
{
	struct teller *t = teller_new(100000);
	char path[PATH_BYTES];
	struct recorder *r;

	(void)state;
	test_dir_path("limited.pxr", path);
	const struct recorder_options options = {.path = path, .bytes_max = 400000};

	assert_int_equal(recorder_open(&options, &t->cluster, NULL, &r), STATUS_OK);
	tell_all(t);
	assert_int_equal(t->told, 100000);
	assert_non_null(strstr(recorder_trouble(r), "limit"));
	recorder_close(r);
	teller_free(t);
	/* what was committed is there */
	read_through(path);
}

static void a_full_disk_ends_a_recording_and_not_the_cluster(void **state)
{
	struct teller *t = teller_new(200000);
	char path[PATH_BYTES];
	struct rlimit before, small;

	(void)state;
	struct recorder *r = record(&t->cluster, path);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){2000000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	tell_all(t);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(t->told, 200000);
	assert_non_null(recorder_trouble(r));
	recorder_close(r);
	teller_free(t);
}

/* --- kill -9 ------------------------------------------------------------------------------- */

/* A child records and says after each item how many a reader must find. */
static void record_until_killed(const char *path, int tell)
{
	struct teller *t = teller_new(UINT64_MAX);
	const struct recorder_options options = {.path = path};
	struct recorder *r;
	struct item item;

	if (recorder_open(&options, &t->cluster, NULL, &r) != STATUS_OK)
		_exit(1);
	for (;;) {
		for (unsigned i = 0; i < 50; i++)
			t->cluster.ops->next(&t->cluster, 0, &item);
		recorder_flush(r);
		const uint64_t safe = recorder_items(r);

		if (write(tell, &safe, sizeof(safe)) != sizeof(safe))
			_exit(1);
	}
}

static void after_kill_9_all_that_was_committed_is_there(void **state)
{
	(void)state;
	random_state = 9;
	for (unsigned round = 0; round < 6; round++) {
		char path[PATH_BYTES], name[32];
		uint64_t safe = 0, said;
		const uint64_t until = draw(300) * 50;
		int ends[2];

		snprintf(name, sizeof(name), "killed%u.pxr", round);
		test_dir_path(name, path);
		assert_int_equal(pipe(ends), 0);
		const pid_t child = fork();

		if (child == 0)
			record_until_killed(path, ends[1]);
		close(ends[1]);
		while (safe < until && read(ends[0], &said, sizeof(said)) == sizeof(said))
			safe = said;
		if (round % 2 == 0 && safe > 0) {
			/* read while it is written */
			const uint64_t found = read_through(path);

			assert_true(found >= safe);
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(ends[0], &said, sizeof(said)) == sizeof(said))
			safe = said;
		close(ends[0]);
		const uint64_t found = safe > 0 ? read_through(path) : 0;

		if (found < safe)
			fail_msg("%llu items were committed, and %llu are there: %s",
				 (unsigned long long)safe, (unsigned long long)found,
				 status_text());
	}
}

/* --- idle ---------------------------------------------------------------------------------- */

static void an_idle_cluster_is_not_written_and_wakes_nobody(void **state)
{
	struct teller *t = teller_new(10);
	char path[PATH_BYTES];
	struct recorder *r = record(&t->cluster, path);
	const struct cluster_ops *ops = t->cluster.ops;
	struct item item;

	(void)state;
	assert_int_equal(ops->patience(&t->cluster, 1), UINT64_MAX);
	tell_all(t);
	/* what was told waits for its commit, and not for ever */
	assert_true(ops->patience(&t->cluster, 1) < UINT64_MAX);
	while (ops->patience(&t->cluster, 1) != UINT64_MAX)
		assert_int_equal(ops->next(&t->cluster, 0, &item), ITEM_NOTHING);
	assert_int_equal(read_through(path), 10);
	recorder_close(r);
	assert_ptr_equal(t->cluster.ops, &teller_ops);
	teller_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recording_folds_to_the_model_of_the_run),
		cmocka_unit_test(every_moment_is_the_same_however_one_comes_to_it),
		cmocka_unit_test(references_that_are_used_again_do_not_mix_values_up),
		cmocka_unit_test(an_event_takes_less_than_60_bytes),
		cmocka_unit_test(events_can_be_read_as_words),
		cmocka_unit_test(a_cut_recording_is_refused),
		cmocka_unit_test(a_changed_byte_is_found_or_changes_nothing),
		cmocka_unit_test(what_is_no_recording_is_refused_in_words),
		cmocka_unit_test(a_recording_overwrites_nothing),
		cmocka_unit_test(at_its_limit_a_recording_ends_and_the_cluster_goes_on),
		cmocka_unit_test(a_full_disk_ends_a_recording_and_not_the_cluster),
		cmocka_unit_test(after_kill_9_all_that_was_committed_is_there),
		cmocka_unit_test(an_idle_cluster_is_not_written_and_wakes_nobody),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
