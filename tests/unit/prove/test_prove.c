/* Journals, and running the lives again that they hold: all that came out is recomputed, and
 * whatever is changed in a journal or in a store is found and named. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "node/journal/segment.h"
#include "node/prove/prove.h"
#include "proto/fault/link.h"
#include "tests/support/journaled.h"
#include "tests/support/policy_named.h"
#include "tests/support/test_dir.h"

#define SEEDS 4

static unsigned runs;
static char missing[1024];

static void note_missing(const char *sentence)
{
	snprintf(missing, sizeof(missing), "%s", sentence);
}

/* A directory for a cluster, of its own. */
static void fresh(char dir[PATH_BYTES])
{
	char name[32];

	snprintf(name, sizeof(name), "run%u", runs++);
	test_dir_path(name, dir);
	assert_int_equal(mkdir(dir, 0700), 0);
}

static enum status judge(const char *dir, struct prove_report *report)
{
	const struct prove_options options = {.where = dir, .tell = note_missing};

	missing[0] = '\0';
	return prove(&options, report);
}

static void assert_identical(const char *dir, unsigned nodes)
{
	struct prove_report report;
	const enum status status = judge(dir, &report);

	if (status != STATUS_OK)
		print_message("%s\n", status_text());
	if (!report.is_whole)
		print_message("%s\n", missing);
	assert_int_equal(status, STATUS_OK);
	assert_true(report.is_whole);
	assert_int_equal(report.nodes, nodes);
}

/* Three members, two of which may be killed and come back. */
static void live(const char *dir, uint64_t seed, bool in_order)
{
	const struct journaled_options options = {.dir = dir,
						  .nodes = 3,
						  .seed = seed,
						  .journals = true,
						  .stores = true,
						  .policy =
							  seed % 2 == 0 ? 0 : policy_named("all")};
	struct journaled *c = journaled_begin(&options);

	journaled_run(c, 120);
	journaled_kill(c, 2);
	journaled_run(c, 60);
	journaled_kill(c, 3);
	journaled_kill(c, 2);
	journaled_run(c, 60);
	journaled_end(c, in_order);
}

static void lives_that_chance_drew_are_recomputed(void **state)
{
	char dir[PATH_BYTES];
	struct prove_report report;

	uint64_t stored = 0, frames = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		fresh(dir);
		live(dir, seed, seed % 3 != 0);
		assert_identical(dir, 3);
		assert_int_equal(judge(dir, &report), STATUS_OK);
		assert_int_equal(report.counts.lives, 6);
		assert_true(report.counts.inputs > 240);
		frames += report.counts.frames;
		stored += report.stored;
	}
	assert_true(stored > 10 && frames > 40);
}

static void one_node_is_proven_by_its_own_directory(void **state)
{
	char dir[PATH_BYTES], node[PATH_BYTES];

	(void)state;
	fresh(dir);
	live(dir, 2, true);
	assert_int_equal(path_join(dir, "n2", node), STATUS_OK);
	assert_identical(node, 1);
}

/* --- what is changed is found ---------------------------------------------------------------- */

static char *load(const char *path, size_t *length)
{
	char *bytes;

	assert_int_equal(file_load(path, 64 << 20, &bytes, length), STATUS_OK);
	return bytes;
}

static void put(const char *path, const char *bytes, size_t length)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
}

/* The first segment of n1 of a cluster that has lived, and its bytes, which the caller frees. */
static char *segment_of_n1(char node[PATH_BYTES], char path[PATH_BYTES], size_t *length)
{
	char dir[PATH_BYTES];

	fresh(dir);
	live(dir, 2, true);
	assert_int_equal(path_join(dir, "n1", node), STATUS_OK);
	segment_path(node, 1, path);
	return load(path, length);
}

static void a_byte_flipped_in_a_journal_is_found_and_named(void **state)
{
	char node[PATH_BYTES], path[PATH_BYTES];
	struct prove_report report;
	uint64_t random = 7;
	size_t length;
	char *bytes = segment_of_n1(node, path, &length);

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		const size_t at = (size_t)(random_next(&random) % length);
		const char was = bytes[at];

		bytes[at] = (char)(was ^ (1 << random_next(&random) % 8));
		put(path, bytes, length);
		if (judge(node, &report) == STATUS_OK)
			fail_msg("byte %zu of %zu was flipped, and nothing is found", at, length);
		if (strstr(status_text(), "/n1/journal/00000001") == NULL)
			fail_msg("%s", status_text());
		bytes[at] = was;
	}
	put(path, bytes, length);
	assert_identical(node, 1);
	free(bytes);
}

static void a_journal_that_is_cut_at_any_byte_holds_what_is_whole(void **state)
{
	char node[PATH_BYTES], path[PATH_BYTES];
	struct prove_report report;
	uint64_t random = 3, before = 0;
	size_t length, at = 0;
	char *bytes = segment_of_n1(node, path, &length);

	(void)state;
	while (at < length) {
		put(path, bytes, at);
		const enum status status = judge(node, &report);
		/* Without its head it is no journal. */
		assert_int_equal(status, at < SEGMENT_HEAD ? STATUS_CORRUPT : STATUS_OK);
		if (at >= SEGMENT_HEAD) {
			assert_false(report.is_whole);
			assert_non_null(strstr(missing, "is cut off at byte"));
			assert_true(report.counts.inputs >= before);
			before = report.counts.inputs;
		}
		at += 1 + (size_t)(random_next(&random) % (at < SEGMENT_HEAD ? 9 : length / 40));
	}
	assert_true(before > 60);
	free(bytes);
}

/* A power cut: pages that were not written are zeros. */
static void a_torn_end_is_cut_off(void **state)
{
	char dir[PATH_BYTES], node[PATH_BYTES], path[PATH_BYTES];
	struct prove_report report;
	size_t length, end;
	char *bytes;

	(void)state;
	fresh(dir);
	live(dir, 2, false);
	assert_int_equal(path_join(dir, "n1", node), STATUS_OK);
	assert_identical(node, 1);
	segment_path(node, 1, path);
	bytes = load(path, &length);
	for (end = length; bytes[end - 1] == 0;)
		end--;
	memset(bytes + end - 4, 0, 4);
	put(path, bytes, length);
	assert_int_equal(judge(node, &report), STATUS_OK);
	assert_false(report.is_whole);
	assert_non_null(strstr(missing, "is cut off at byte"));
	free(bytes);
}

static void a_journal_of_a_newer_program_is_refused(void **state)
{
	char node[PATH_BYTES], path[PATH_BYTES];
	struct prove_report report;
	size_t length;
	char *bytes = segment_of_n1(node, path, &length);

	(void)state;
	bytes[8] = JOURNAL_FORMAT + 1;
	put(path, bytes, length);
	assert_int_equal(judge(node, &report), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "was written by a newer version of this program"));
	free(bytes);
}

static void without_a_journal_it_says_so(void **state)
{
	char dir[PATH_BYTES];
	const struct journaled_options options = {.dir = dir, .nodes = 3, .seed = 1};
	struct prove_report report;

	(void)state;
	fresh(dir);
	journaled_end(journaled_begin(&options), true);
	assert_int_equal(judge(dir, &report), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "nothing can be recomputed"));
	assert_non_null(strstr(missing, "started with --journal"));
}

static void a_segment_that_is_missing_is_noticed(void **state)
{
	char dir[PATH_BYTES], node[PATH_BYTES], path[PATH_BYTES];
	const struct journaled_options options = {
		.dir = dir, .nodes = 3, .seed = 5, .journals = true};
	struct journaled *c;
	struct prove_report report;
	uint64_t first, last;

	(void)state;
	fresh(dir);
	c = journaled_begin(&options);
	assert_int_equal(path_join(dir, "n1", node), STATUS_OK);
	while (segments_find(node, &first, &last) && last < 3)
		journaled_decide(c, 200);
	journaled_end(c, true);
	assert_identical(node, 1);
	segment_path(node, 2, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(judge(node, &report), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "/journal/00000002"));
}

/* --- the key, the store, the size ------------------------------------------------------------ */

static void another_nodes_key_is_noticed(void **state)
{
	char dir[PATH_BYTES], mine[PATH_BYTES], other[PATH_BYTES];
	struct prove_report report;

	(void)state;
	fresh(dir);
	live(dir, 4, true);
	assert_int_equal(path_join(dir, "n1/key", mine), STATUS_OK);
	assert_int_equal(path_join(dir, "n2/key", other), STATUS_OK);
	assert_int_equal(rename(other, mine), 0);
	assert_int_equal(judge(dir, &report), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "n1, life 1, input 1: the key"));
}

static void change_store(const char *path, const char *statement)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

static void a_store_that_was_changed_is_found_and_named(void **state)
{
	static const char *const changes[] = {
		"UPDATE vote SET round = round + 1",
		"UPDATE chosen SET node = 1 + node % 3",
		"UPDATE scalar SET a = a + 1 WHERE name = 'promised'",
	};
	char dir[PATH_BYTES], path[PATH_BYTES];
	struct prove_report report;

	(void)state;
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		fresh(dir);
		live(dir, 4, true);
		assert_int_equal(path_join(dir, "n3/store", path), STATUS_OK);
		change_store(path, changes[i]);
		assert_int_equal(judge(dir, &report), STATUS_CORRUPT);
		assert_non_null(strstr(status_text(), "n3/store"));
	}
}

/* Rows of another, sound store: each has its right checksum. */
static void a_store_that_is_another_ones_is_found_and_named(void **state)
{
	char dir[PATH_BYTES], other[PATH_BYTES], mine[PATH_BYTES], theirs[PATH_BYTES];
	struct prove_report report;

	(void)state;
	fresh(dir);
	live(dir, 4, true);
	fresh(other);
	live(other, 6, true);
	assert_int_equal(path_join(dir, "n2/store", mine), STATUS_OK);
	assert_int_equal(path_join(other, "n2/store", theirs), STATUS_OK);
	assert_int_equal(rename(theirs, mine), 0);
	assert_int_equal(judge(dir, &report), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "the store of n2"));
}

static void old_lives_leave_when_a_journal_has_come_to_its_size(void **state)
{
	char dir[PATH_BYTES], node[PATH_BYTES];
	const struct journaled_options options = {.dir = dir,
						  .nodes = 3,
						  .seed = 9,
						  .journals = true,
						  .bytes_max = 5 * SEGMENT_BYTES_FIRST};
	struct journaled *c;
	struct prove_report report;
	uint64_t first, last;

	(void)state;
	fresh(dir);
	c = journaled_begin(&options);
	for (unsigned i = 0; i < 9; i++) {
		journaled_run(c, 60);
		journaled_kill(c, 2);
	}
	assert_null(journal_trouble(journaled_journal(c, 2)));
	journaled_end(c, false);
	assert_int_equal(path_join(dir, "n2", node), STATUS_OK);
	assert_true(segments_find(node, &first, &last));
	assert_int_equal(last, 10);
	assert_int_equal(first, 6);
	assert_int_equal(judge(node, &report), STATUS_OK);
	assert_int_equal(report.counts.lives, 5);
}

static void a_life_that_is_too_long_ends_its_journal_and_goes_on(void **state)
{
	char dir[PATH_BYTES];
	const struct journaled_options options = {.dir = dir,
						  .nodes = 3,
						  .seed = 9,
						  .journals = true,
						  .bytes_max = SEGMENT_BYTES_FIRST};
	struct journaled *c;
	struct prove_report report;

	(void)state;
	fresh(dir);
	c = journaled_begin(&options);
	for (unsigned i = 0; journal_trouble(journaled_journal(c, 1)) == NULL; i++) {
		assert_true(i < 1000);
		journaled_decide(c, 20);
	}
	assert_non_null(strstr(journal_trouble(journaled_journal(c, 1)), "come to its limit"));
	journaled_decide(c, 20);
	journaled_end(c, true);
	assert_int_equal(judge(dir, &report), STATUS_OK);
	assert_true(report.counts.inputs > 1000);
}

/* A full disk, as far as a process can make one: files may not be so long. */
static void a_full_disk_ends_the_journal_and_not_the_node(void **state)
{
	char dir[PATH_BYTES];
	const struct journaled_options options = {
		.dir = dir, .nodes = 3, .seed = 9, .journals = true};
	struct rlimit before, small;
	struct journaled *c;
	struct prove_report report;

	(void)state;
	fresh(dir);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){SEGMENT_BYTES / 2, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	signal(SIGXFSZ, SIG_IGN);
	c = journaled_begin(&options);
	for (unsigned i = 0; journal_trouble(journaled_journal(c, 1)) == NULL; i++) {
		assert_true(i < 1000);
		journaled_decide(c, 20);
	}
	assert_non_null(strstr(journal_trouble(journaled_journal(c, 1)), "ends here: "));
	journaled_decide(c, 20);
	journaled_end(c, true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(judge(dir, &report), STATUS_OK);
	assert_true(report.counts.inputs > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_that_chance_drew_are_recomputed),
		cmocka_unit_test(one_node_is_proven_by_its_own_directory),
		cmocka_unit_test(a_byte_flipped_in_a_journal_is_found_and_named),
		cmocka_unit_test(a_journal_that_is_cut_at_any_byte_holds_what_is_whole),
		cmocka_unit_test(a_torn_end_is_cut_off),
		cmocka_unit_test(a_journal_of_a_newer_program_is_refused),
		cmocka_unit_test(without_a_journal_it_says_so),
		cmocka_unit_test(a_segment_that_is_missing_is_noticed),
		cmocka_unit_test(another_nodes_key_is_noticed),
		cmocka_unit_test(a_store_that_was_changed_is_found_and_named),
		cmocka_unit_test(a_store_that_is_another_ones_is_found_and_named),
		cmocka_unit_test(old_lives_leave_when_a_journal_has_come_to_its_size),
		cmocka_unit_test(a_life_that_is_too_long_ends_its_journal_and_goes_on),
		cmocka_unit_test(a_full_disk_ends_the_journal_and_not_the_node),
	};

	return cmocka_run_group_tests(tests, test_dir_make, test_dir_remove);
}
