/* The store: what was promised is there again, and what is not as it was stored is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "node/io/files.h"
#include "node/store/store.h"

static const struct store_owner owner = {.cluster = "cluster", .node = 2};
static const struct store_owner other_node = {.cluster = "cluster", .node = 3};
static const struct store_owner other_cluster = {.cluster = "another", .node = 2};

static char dir[PATH_BYTES];

static int make_dir(void **state)
{
	(void)state;
	return dir_make_private("test_io_store", dir) == STATUS_OK ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	dir_remove(dir);
	return 0;
}

static void path_of(const char *name, char path[PATH_BYTES])
{
	assert_int_equal(path_join(dir, name, path), STATUS_OK);
}

static struct member_write vote(slot_number slot, uint32_t round, const char *value)
{
	return (struct member_write){.kind = MEMBER_VOTE,
				     .slot = slot,
				     .ballot = {round, 1},
				     .value = (const uint8_t *)value,
				     .value_length = (uint32_t)strlen(value)};
}

/* Promises 7.3, votes in slots 0 to 2, knows slots 0 and 1 to be chosen. */
static void write_some(struct store *store)
{
	struct member_write write[] = {
		{.kind = MEMBER_PROMISED, .ballot = {7, 3}},
		vote(0, 5, "apple"),
		vote(1, 6, "pear"),
		vote(2, 7, "plum"),
		vote(0, 5, "apple"),
		vote(1, 6, "pear"),
	};
	write[4].kind = write[5].kind = MEMBER_CHOSEN;
	assert_int_equal(store_write(store, write, 6, NULL, true), STATUS_OK);
}

static struct store *open_fresh(void)
{
	struct store *store;
	const enum status status = store_open(dir, &owner, false, &store);
	if (status != STATUS_OK)
		fail_msg("%s", status_text());
	return store;
}

/* As kill -9 leaves it: the log is not folded into the store. */
static void leave_killed(void)
{
	struct store *store;
	char copy[PATH_BYTES];
	char command[5 * PATH_BYTES];
	store = open_fresh();
	write_some(store);
	path_of("copy", copy);
	assert_true(mkdir(copy, 0700) == 0);
	snprintf(command, sizeof(command), "cp %s/store* %s/commits %s/", dir, dir, copy);
	assert_int_equal(system(command), 0);
	store_close(store);
	snprintf(command, sizeof(command), "rm -f %s/store* && mv %s/* %s/ && rmdir %s", dir, copy,
		 dir, copy);
	assert_int_equal(system(command), 0);
}

static void leave_closed(void)
{
	struct store *store = open_fresh();
	write_some(store);
	store_close(store);
}

static void assert_refused(enum status expected, const char *part_of_sentence)
{
	struct store *store = NULL;
	const enum status status = store_open(dir, &owner, true, &store);
	if (status == STATUS_OK)
		store_close(store);
	assert_int_equal(status, expected);
	if (strstr(status_text(), part_of_sentence) == NULL)
		fail_msg("'%s' does not say '%s'", status_text(), part_of_sentence);
}

static struct member *restored(struct store *store)
{
	static struct member_config config;
	config.paxos = paxos_config_default(2, 3, MODE_MULTI);
	config.wire.nodes = 3;
	config.crypto = &crypto_symbolic;
	config.boot = store_boot(store);
	void *memory = calloc(1, member_size(&config));
	assert_non_null(memory);
	struct member *m = member_init(memory, &config);
	assert_int_equal(store_restore(store, m), STATUS_OK);
	member_start(m, 1);
	return m;
}

static void assert_restored(void)
{
	struct store *store = NULL;
	if (store_open(dir, &owner, true, &store) != STATUS_OK)
		fail_msg("%s", status_text());
	struct member *m = restored(store);
	const struct paxos *p = member_paxos(m);
	assert_int_equal(p->promised.round, 7);
	assert_int_equal(p->promised.node, 3);
	assert_int_equal(p->base, 2);
	assert_int_equal(paxos_slot(p, 2)->voted_at.round, 7);
	uint32_t length;
	const uint8_t *value = values_bytes(member_values(m), paxos_slot(p, 2)->voted, &length);
	assert_int_equal(length, 4);
	assert_memory_equal(value, "plum", 4);
	struct ballot at;
	assert_true(store_chosen(store, 1, &at, &value, &length));
	assert_int_equal(at.round, 6);
	assert_memory_equal(value, "pear", 4);
	assert_false(store_chosen(store, 2, &at, &value, &length));
	assert_int_equal(store_boot(store), 2);
	store_close(store);
	free(m);
}

static void what_was_promised_is_there_after_an_end_in_order(void **state)
{
	(void)state;
	leave_closed();
	assert_restored();
}

static void what_was_promised_is_there_after_a_kill(void **state)
{
	(void)state;
	leave_killed();
	assert_restored();
}

static void settings_come_back(void **state)
{
	(void)state;
	struct store_settings settings = {.clock = {5, 6, 1, 100}, .gated = true, .number = 77};
	struct store_settings back;
	settings.link[3] = (struct link_rule){.cut = true, .delay_us = 9, .loss_ppm = 8};
	struct store *store = open_fresh();
	assert_false(store_settings(store, &back));
	assert_int_equal(store_write(store, NULL, 0, &settings, true), STATUS_OK);
	store_close(store);
	assert_int_equal(store_open(dir, &owner, true, &store), STATUS_OK);
	assert_true(store_settings(store, &back));
	assert_int_equal(back.clock.virtual_us, 6);
	assert_int_equal(back.clock.den, 100);
	assert_true(back.gated);
	assert_int_equal(back.number, 77);
	assert_true(back.link[3].cut);
	assert_int_equal(back.link[3].loss_ppm, 8);
	store_close(store);
}

static void flip(const char *name, off_t at)
{
	char path[PATH_BYTES];
	uint8_t byte;
	path_of(name, path);
	const int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static off_t find_in(const char *name, const char *text)
{
	static uint8_t bytes[1 << 20];
	char path[PATH_BYTES];
	size_t length;
	path_of(name, path);
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	const uint8_t *found = memmem(bytes, length, text, strlen(text));
	assert_non_null(found);
	return found - bytes;
}

static void a_flipped_bit_in_a_value_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	flip("store", find_in("store", "plum"));
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_damaged_page_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	for (off_t i = 0; i < 8; i++)
		flip("store", 4096 + i);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_changed_row_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	char path[PATH_BYTES];
	sqlite3 *db;
	path_of("store", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE scalar SET a = 1 WHERE name = 'promised'", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void cut_to(const char *name, double share)
{
	char path[PATH_BYTES];
	struct stat is;
	path_of(name, path);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(truncate(path, (off_t)((double)is.st_size * share)), 0);
}

static void a_truncated_store_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	cut_to("store", 0.5);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void an_emptied_store_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	cut_to("store", 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_truncated_log_is_noticed(void **state)
{
	(void)state;
	leave_killed();
	cut_to("store-wal", 0.8);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_missing_log_is_noticed(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_killed();
	path_of("store-wal", path);
	assert_int_equal(unlink(path), 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_missing_counter_is_noticed(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_closed();
	path_of("commits", path);
	assert_int_equal(unlink(path), 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_file_that_is_no_store_is_refused(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	path_of("store", path);
	assert_int_equal(file_write(path, (const uint8_t *)"shopping list: apples, pears", 28),
			 STATUS_OK);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_stranger_s_database_is_refused(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	sqlite3 *db;
	leave_closed();
	path_of("store", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_refused(STATUS_CORRUPT, "not a store of this program");
}

static void another_s_store_is_refused(void **state)
{
	(void)state;
	struct store *store;
	leave_closed();
	assert_int_equal(store_open(dir, &other_node, true, &store), STATUS_CORRUPT);
	assert_int_equal(store_open(dir, &other_cluster, true, &store), STATUS_CORRUPT);
	assert_restored();
}

static void a_missing_store_is_not_replaced_by_an_empty_one(void **state)
{
	(void)state;
	assert_refused(STATUS_CORRUPT, "gone");
}

static void two_cannot_have_it_at_once(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	assert_refused(STATUS_UNAVAILABLE, "another program");
	store_close(store);
}

/* Runs `test` in a child process: what it sets cannot be unset. */
static void in_child(void (*test)(void))
{
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		test();
		_exit(0);
	}
	int result;
	assert_int_equal(waitpid(pid, &result, 0), pid);
	assert_int_equal(result, 0);
}

static void insist(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s (%s)\n", what, status_text());
	_exit(1);
}

static void fill_disk(void)
{
	struct store *store;
	const struct rlimit limit = {.rlim_cur = 256 * 1024, .rlim_max = 256 * 1024};
	signal(SIGXFSZ, SIG_IGN);
	insist(store_open(dir, &owner, false, &store) == STATUS_OK, "it opens");
	setrlimit(RLIMIT_FSIZE, &limit);
	static char value[4096];
	memset(value, 'x', sizeof(value) - 1);
	enum status status = STATUS_OK;
	unsigned written = 0;
	for (slot_number slot = 0; slot < 1000 && status == STATUS_OK; slot++) {
		const struct member_write write = vote(slot, 1, value);
		status = store_write(store, &write, 1, NULL, true);
		written += status == STATUS_OK;
	}
	insist(status != STATUS_OK && written > 3, "a full disk is noticed");
	insist(strstr(status_text(), "cannot write the store") != NULL, "the sentence says it");
}

static void a_full_disk_is_told(void **state)
{
	(void)state;
	in_child(fill_disk);
}

static void write_protected(void)
{
	struct store *store;
	char path[PATH_BYTES];
	if (geteuid() == 0)
		insist(setgid(65534) == 0 && setuid(65534) == 0, "it becomes nobody");
	path_join(dir, "store", path);
	insist(store_open(dir, &owner, true, &store) == STATUS_DENIED, "it is refused");
	insist(strstr(status_text(), "cannot write the store") != NULL, "the sentence says it");
}

static void a_write_protected_store_is_told(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_closed();
	path_of("store", path);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	in_child(write_protected);
}

static void memory_keeps_what_is_chosen(void **state)
{
	(void)state;
	struct store *store;
	struct ballot at;
	const uint8_t *value;
	uint32_t length;
	assert_int_equal(store_open_memory(&store), STATUS_OK);
	write_some(store);
	struct member_write far = vote(1000000, 9, "far");
	far.kind = MEMBER_CHOSEN;
	assert_int_equal(store_write(store, &far, 1, NULL, true), STATUS_OK);
	assert_true(store_chosen(store, 1, &at, &value, &length));
	assert_int_equal(length, 4);
	assert_memory_equal(value, "pear", 4);
	assert_false(store_chosen(store, 2, &at, &value, &length));
	assert_true(store_chosen(store, 1000000, &at, &value, &length));
	assert_int_equal(at.round, 9);
	store_close(store);
}

static struct member_write echo_of(struct member_write w)
{
	w.kind = MEMBER_ECHO;
	return w;
}

static void echoes_and_proofs_come_back(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	struct member_write write[] = {vote(0, 3, "apple"), vote(0, 3, "apple"),
				       echo_of(vote(1, 4, "pear")), vote(1, 4, "pear")};
	const uint8_t *proofs;
	uint32_t length;
	write[0].proofs = write[3].proofs = (const uint8_t *)"because";
	write[0].proofs_length = write[3].proofs_length = 7;
	write[1].kind = MEMBER_CHOSEN;
	write[1].proofs = (const uint8_t *)"they all said so";
	write[1].proofs_length = 16;
	assert_int_equal(store_write(store, write, 4, NULL, true), STATUS_OK);
	store_close(store);

	store = open_fresh();
	struct member *m = restored(store);
	const struct paxos *p = member_paxos(m);
	assert_int_equal(p->base, 1);
	assert_int_equal(p->hard[1].echoed_at.round, 4);
	assert_int_equal(p->hard[1].echoed, p->open[1].voted);
	assert_int_equal(p->hard[1].certs, 1);
	assert_true(store_proofs(store, 0, &proofs, &length));
	assert_int_equal(length, 16);
	assert_memory_equal(proofs, "they all said so", 16);
	assert_false(store_proofs(store, 1, &proofs, &length));
	store_close(store);
	free(m);
}

static void another_epoch_begins_with_an_empty_log_and_keeps_the_old_rows(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	struct member_write first[] = {vote(0, 3, "apple"),
				       vote(1, 3, "pear"),
				       {.kind = MEMBER_PROMISED, .ballot = {9, 2}, .epoch = 7}};
	struct member_write second = vote(0, 1, "plum");
	first[0].epoch = first[1].epoch = 7;
	first[0].kind = MEMBER_CHOSEN;
	second.epoch = 8;
	struct store_settings settings = {.epoch = 8, .lines = 2, .line = {{0, 1}, {5, 3}}};
	assert_int_equal(store_write(store, first, 3, NULL, true), STATUS_OK);
	assert_int_equal(store_write(store, &second, 1, &settings, true), STATUS_OK);
	store_close(store);

	store = open_fresh();
	struct member *m = restored(store);
	const struct paxos *p = member_paxos(m);
	assert_int_equal(p->base, 0);
	assert_true(ballot_is_none(p->promised));
	assert_int_equal(p->open[0].voted_at.round, 1);
	assert_int_equal(p->open[1].voted, VALUE_NONE);
	assert_true(store_settings(store, &settings));
	assert_int_equal(settings.epoch, 8);
	assert_int_equal(settings.lines, 2);
	assert_int_equal(settings.line[1].from, 5);
	assert_int_equal(settings.line[1].policy, 3);
	store_close(store);
	free(m);

	char path[PATH_BYTES], command[2 * PATH_BYTES];
	path_of("store", path);
	sqlite3 *db;
	sqlite3_stmt *read;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(command, sizeof(command), "SELECT count(*) FROM vote_7, chosen_7");
	assert_int_equal(sqlite3_prepare_v2(db, command, -1, &read, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(read), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(read, 0), 1);
	sqlite3_finalize(read);
	sqlite3_close(db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_promised_is_there_after_an_end_in_order),
		TEST(what_was_promised_is_there_after_a_kill),
		TEST(settings_come_back),
		TEST(a_flipped_bit_in_a_value_is_noticed),
		TEST(a_damaged_page_is_noticed),
		TEST(a_changed_row_is_noticed),
		TEST(a_truncated_store_is_noticed),
		TEST(an_emptied_store_is_noticed),
		TEST(a_truncated_log_is_noticed),
		TEST(a_missing_log_is_noticed),
		TEST(a_missing_counter_is_noticed),
		TEST(a_file_that_is_no_store_is_refused),
		TEST(a_stranger_s_database_is_refused),
		TEST(another_s_store_is_refused),
		TEST(a_missing_store_is_not_replaced_by_an_empty_one),
		TEST(two_cannot_have_it_at_once),
		TEST(a_full_disk_is_told),
		TEST(a_write_protected_store_is_told),
		TEST(memory_keeps_what_is_chosen),
		TEST(echoes_and_proofs_come_back),
		TEST(another_epoch_begins_with_an_empty_log_and_keeps_the_old_rows),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
