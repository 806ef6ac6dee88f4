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

#include "node/store/store.h"
#include "node/store/store_sqlite.h"
#include "proto/core/paxos_state.h"
#include "tests/support/test_dir.h"

static const struct store_owner owner = {.cluster = "cluster", .node = 2};
static const struct store_owner other_node = {.cluster = "cluster", .node = 3};
static const struct store_owner other_cluster = {.cluster = "another", .node = 2};

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
	const enum status status = store_open(test_dir, &owner, false, &store);
	if (status != STATUS_OK)
		fail_msg("%s", status_text());
	return store;
}

/* As kill -9 leaves it: the log is not folded into the store. */
static void kill_store(struct store *store)
{
	char copy[PATH_BYTES];
	char command[5 * PATH_BYTES];
	test_dir_path("copy", copy);
	assert_true(mkdir(copy, 0700) == 0);
	snprintf(command, sizeof(command), "cp %s/store* %s/commits %s/", test_dir, test_dir, copy);
	assert_int_equal(system(command), 0);
	store_close(store);
	snprintf(command, sizeof(command), "rm -f %s/store* && mv %s/* %s/ && rmdir %s", test_dir,
		 copy, test_dir, copy);
	assert_int_equal(system(command), 0);
}

static void leave_killed(void)
{
	struct store *store = open_fresh();
	write_some(store);
	kill_store(store);
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
	const enum status status = store_open(test_dir, &owner, true, &store);
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

static void assert_chosen(struct store *store, slot_number slot, uint32_t round, const char *value)
{
	struct store_choice choice;
	assert_int_equal(store_chosen(store, slot, &choice), STATUS_OK);
	if (value == NULL) {
		assert_null(choice.value);
		return;
	}
	assert_non_null(choice.value);
	assert_int_equal(choice.at.round, round);
	assert_int_equal(choice.length, strlen(value));
	assert_memory_equal(choice.value, value, strlen(value));
}

static void assert_restored(void)
{
	struct store *store = NULL;
	if (store_open(test_dir, &owner, true, &store) != STATUS_OK)
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
	assert_chosen(store, 1, 6, "pear");
	assert_chosen(store, 2, 0, NULL);
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
	struct store_settings settings = {
		.clock = {5, 6, 1, 100}, .gate = gate_rule_all(), .number = 77};
	struct store_settings back;
	settings.link[3] = (struct link_rule){.cut = true, .delay_us = 9, .loss_ppm = 8};
	struct store *store = open_fresh();
	assert_false(store_settings(store, &back));
	assert_int_equal(store_write(store, NULL, 0, &settings, true), STATUS_OK);
	store_close(store);
	assert_int_equal(store_open(test_dir, &owner, true, &store), STATUS_OK);
	assert_true(store_settings(store, &back));
	assert_int_equal(back.clock.virtual_us, 6);
	assert_int_equal(back.clock.den, 100);
	assert_true(back.gate.on);
	assert_int_equal(back.number, 77);
	assert_true(back.link[3].cut);
	assert_int_equal(back.link[3].loss_ppm, 8);
	store_close(store);
}

static void flip(const char *name, off_t at)
{
	char path[PATH_BYTES];
	uint8_t byte;
	test_dir_path(name, path);
	const int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static off_t find_in(const char *name, const char *text)
{
	static uint8_t bytes[32 << 20];
	char path[PATH_BYTES];
	size_t length;
	test_dir_path(name, path);
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
	test_dir_path("store", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE scalar SET a = 1 WHERE name = 'promised'", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	assert_refused(STATUS_CORRUPT, "damaged");
}

/* Each number of a vote and of a decision, and their values. */
static void a_changed_slot_is_noticed(void **state)
{
	static const char *const changes[] = {
		"UPDATE vote SET round = round + 1", "UPDATE vote SET node = node + 1",
		"UPDATE vote SET slot = slot + 100", "UPDATE vote SET value = x'00'",
		"UPDATE chosen SET round = round + 1"};
	(void)state;
	for (unsigned i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		test_dir_remove(NULL);
		test_dir_make(NULL);
		leave_closed();
		char path[PATH_BYTES];
		sqlite3 *db;
		test_dir_path("store", path);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
		assert_true(sqlite3_changes(db) > 0);
		sqlite3_close(db);
		assert_refused(STATUS_CORRUPT, "damaged");
	}
}

static void cut_to(const char *name, double share)
{
	char path[PATH_BYTES];
	struct stat is;
	test_dir_path(name, path);
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
	char path[PATH_BYTES];
	test_dir_path("store-wal", path);
	assert_int_equal(truncate(path, find_in("store-wal", "plum")), 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_log_that_is_cut_behind_its_transactions_has_lost_nothing(void **state)
{
	(void)state;
	leave_killed();
	cut_to("store-wal", 0.8);
	assert_restored();
}

static void a_missing_log_is_noticed(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_killed();
	test_dir_path("store-wal", path);
	assert_int_equal(unlink(path), 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

static void a_missing_counter_is_noticed(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_closed();
	test_dir_path("commits", path);
	assert_int_equal(unlink(path), 0);
	assert_refused(STATUS_CORRUPT, "damaged");
}

/* Cut to any length, or longer than it was. */
static void a_counter_of_another_size_is_noticed(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	leave_closed();
	test_dir_path("commits", path);
	for (off_t size = 0; size <= 16; size += 4) {
		assert_int_equal(truncate(path, size), 0);
		if (size != 8)
			assert_refused(STATUS_CORRUPT, "missing or cut short");
	}
}

static void a_counter_that_cannot_be_written_is_told(void **state)
{
	struct store *store;
	char path[PATH_BYTES];

	(void)state;
	test_dir_path("commits", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(test_dir, &owner, false, &store), STATUS_DENIED);
	assert_non_null(strstr(status_text(), "cannot write"));
	assert_non_null(strstr(status_text(), "/commits"));
	assert_null(store);
	assert_int_equal(rmdir(path), 0);
}

static void execute(const char *command)
{
	char path[PATH_BYTES];
	sqlite3 *db;

	test_dir_path("store", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, command, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_store_of_another_format_is_refused(void **state)
{
	(void)state;
	leave_closed();
	execute("PRAGMA user_version = 4");
	assert_refused(STATUS_CORRUPT, "has format 4, and this program knows 3");
	execute("PRAGMA user_version = 3");
	assert_restored();
}

static void a_store_is_opened_65535_times_and_no_more(void **state)
{
	struct store_owner heir = owner;
	const struct seat seat = {.node = 2, .epoch = 1, .boot = UINT16_MAX - 1};
	struct store *store;

	(void)state;
	heir.seat = &seat;
	assert_int_equal(store_open(test_dir, &heir, false, &store), STATUS_OK);
	assert_int_equal(store_boot(store), UINT16_MAX);
	store_close(store);
	assert_refused(STATUS_UNAVAILABLE, "was opened 65535 times");
}

static void a_file_that_is_no_store_is_refused(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	test_dir_path("store", path);
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
	test_dir_path("store", path);
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
	assert_int_equal(store_open(test_dir, &other_node, true, &store), STATUS_CORRUPT);
	assert_int_equal(store_open(test_dir, &other_cluster, true, &store), STATUS_CORRUPT);
	assert_restored();
}

static void a_missing_store_is_not_replaced_by_an_empty_one(void **state)
{
	static char too_long[2 * PATH_BYTES];

	(void)state;
	assert_false(store_exists(test_dir));
	memset(too_long, 'd', sizeof(too_long) - 1);
	assert_false(store_exists(too_long));
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
	insist(store_open(test_dir, &owner, false, &store) == STATUS_OK, "it opens");
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
	insist(strstr(status_text(), "limit of file sizes") != NULL, "the sentence says why");
	char first[1024];
	snprintf(first, sizeof(first), "%s", status_text());
	insist(!store_is_dirty(store) && store_flush(store) == STATUS_OK, "it tries no more");
	store_close(store);
	insist(strcmp(first, status_text()) == 0, "the end says nothing else");
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
	path_join(test_dir, "store", path);
	insist(store_open(test_dir, &owner, true, &store) == STATUS_DENIED, "it is refused");
	insist(strstr(status_text(), "cannot write the store") != NULL, "the sentence says it");
}

static void a_write_protected_store_is_told(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	leave_closed();
	test_dir_path("store", path);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(test_dir, 0755), 0);
	in_child(write_protected);
}

static void memory_keeps_what_is_chosen(void **state)
{
	(void)state;
	struct store *store;
	assert_int_equal(store_open_memory(&store), STATUS_OK);
	write_some(store);
	struct member_write far = vote(1000000, 9, "far");
	far.kind = MEMBER_CHOSEN;
	assert_int_equal(store_write(store, &far, 1, NULL, true), STATUS_OK);
	assert_chosen(store, 1, 6, "pear");
	assert_chosen(store, 2, 0, NULL);
	assert_chosen(store, 1000000, 9, "far");
	store_close(store);
}

static struct member_write chosen_of(struct member_write w)
{
	w.kind = MEMBER_CHOSEN;
	return w;
}

static void a_chosen_value_outlives_another_vote_in_its_slot(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	struct member_write write[] = {vote(0, 5, "apple"), chosen_of(vote(0, 5, "apple")),
				       vote(0, 9, "pear"), vote(1, 5, ""),
				       chosen_of(vote(1, 6, "plum"))};
	assert_int_equal(store_write(store, write, 5, NULL, true), STATUS_OK);
	assert_chosen(store, 0, 5, "apple");
	assert_chosen(store, 1, 6, "plum");
	store_close(store);
	store = open_fresh();
	assert_chosen(store, 0, 5, "apple");
	assert_chosen(store, 1, 6, "plum");
	store_close(store);
}

#define LONG_VALUES 320

static off_t size_of(const char *name)
{
	char path[PATH_BYTES];
	struct stat is;
	test_dir_path(name, path);
	assert_int_equal(stat(path, &is), 0);
	return is.st_size;
}

/* More than a small store holds: votes, and the same values chosen, but for the last three. */
static void leave_long_log(void)
{
	static char value[VALUE_BYTES_MAX + 1];
	struct store *store = open_fresh();
	for (slot_number slot = 0; slot < LONG_VALUES; slot++) {
		memset(value, 'a' + (int)(slot % 26), VALUE_BYTES_MAX);
		char head[16];
		snprintf(head, sizeof(head), "value %u ", (unsigned)slot);
		memcpy(value, head, strlen(head));
		struct member_write write[] = {vote(slot, 5, value),
					       chosen_of(vote(slot, 5, value))};
		const unsigned writes = slot < LONG_VALUES - 3 ? 2 : 1;
		assert_int_equal(store_write(store, write, writes, NULL, slot % 64 == 0),
				 STATUS_OK);
	}
	store_close(store);
}

static void a_value_is_stored_once(void **state)
{
	(void)state;
	leave_long_log();
	assert_true(size_of("store") < (off_t)LONG_VALUES * VALUE_BYTES_MAX * 5 / 4);
}

/* A sync of a file that grows takes twice as long. */
static void the_log_of_transactions_does_not_grow_with_each(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	write_some(store);
	const off_t before = size_of("store-wal");
	for (slot_number slot = 3; slot < 13; slot++) {
		const struct member_write write = vote(slot, 7, "fig");
		assert_int_equal(store_write(store, &write, 1, NULL, true), STATUS_OK);
		assert_int_equal(size_of("store-wal"), before);
	}
	store_close(store);
}

static void a_long_log_is_not_read_at_the_start_but_checked_where_it_is_read(void **state)
{
	(void)state;
	leave_long_log();
	flip("store", find_in("store", "value 3 ") + 100);
	struct store *store = open_fresh();
	struct member *m = restored(store);
	assert_int_equal(member_paxos(m)->base, LONG_VALUES - 3);
	struct store_choice choice;
	assert_int_equal(store_chosen(store, 2, &choice), STATUS_OK);
	assert_int_equal(choice.length, VALUE_BYTES_MAX);
	assert_int_equal(store_chosen(store, 3, &choice), STATUS_CORRUPT);
	store_close(store);
	free(m);
}

static void lose_row(const char *command)
{
	char path[PATH_BYTES];
	sqlite3 *db;
	test_dir_path("store", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, command, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
}

static void a_lost_vote_is_noticed(void **state)
{
	(void)state;
	leave_long_log();
	lose_row("DELETE FROM vote WHERE slot = 318");
	assert_refused(STATUS_CORRUPT, "missing");
}

static void what_was_heard_of_peers_comes_back(void **state)
{
	(void)state;
	struct known_life lives[NODES_MAX + 1] = {{0}}, back[NODES_MAX + 1];
	struct store *store = open_fresh();
	const uint64_t stored = store_stored(store);
	lives[3] = (struct known_life){65535, UINT32_MAX, 1234567890123};
	assert_int_equal(store_keep_lives(store, lives), STATUS_OK);
	assert_int_equal(store_write(store, NULL, 0, NULL, true), STATUS_OK);
	assert_int_equal(store_stored(store), stored + 1);
	assert_int_equal(store_keep_lives(store, lives), STATUS_OK);
	assert_false(store_is_dirty(store));
	store_close(store);
	store = open_fresh();
	assert_int_equal(store_stored(store), stored + 2);
	store_lives(store, back);
	assert_int_equal(back[3].boot, lives[3].boot);
	assert_int_equal(back[3].number, lives[3].number);
	assert_int_equal(back[3].stored, lives[3].stored);
	assert_int_equal(back[2].boot, 0);
	/* what a peer has stored rises all the time: its own row is not written again for that */
	for (node_id peer = 1; peer <= NODES_MAX; peer++)
		lives[peer].stored += peer;
	assert_int_equal(store_keep_lives(store, lives), STATUS_OK);
	store_close(store);
	lose_row("DELETE FROM scalar WHERE name = 'peer 3' AND c = 1234567890123");
	store = open_fresh();
	store_lives(store, back);
	for (node_id peer = 1; peer <= NODES_MAX; peer++)
		assert_int_equal(back[peer].stored, lives[peer].stored);
	assert_int_equal(back[3].boot, 0);
	store_close(store);
}

static void lives_before_are_remembered_to_their_ends(void **state)
{
	(void)state;
	struct store_past past;
	struct store *store = open_fresh();
	const uint32_t first = store_life(store);
	assert_int_not_equal(first, 0);
	assert_false(store_remembers(store, first, &past));
	write_some(store);
	const uint64_t stored = store_stored(store);
	store_close(store);
	store = open_fresh();
	const uint32_t second = store_life(store);
	assert_int_not_equal(second, first);
	store_close(store);
	store = open_fresh();
	assert_true(store_remembers(store, first, &past));
	assert_int_equal(past.stored, stored);
	assert_true(store_remembers(store, second, &past));
	assert_int_equal(past.stored, stored + 1);
	assert_false(store_remembers(store, store_life(store), &past));
	assert_int_equal(store_past_of_boot(store, 2).life, second);
	assert_int_equal(store_past_of_boot(store, 0).life, 0);
	store_close(store);
}

static void a_seat_is_taken_over_with_what_others_know(void **state)
{
	(void)state;
	const struct seat seat = {.node = 2,
				  .epoch = 3,
				  .boot = 9,
				  .slot = 80,
				  .round = 12,
				  .lives = 2,
				  .life = {{9, 777, 50}, {8, 666, 60}}};
	struct store_owner heir = owner;
	struct store_past past;
	struct store *store;
	uint32_t epoch;
	slot_number slot;
	heir.seat = &seat;
	assert_int_equal(store_open(test_dir, &heir, false, &store), STATUS_OK);
	assert_int_equal(store_boot(store), 10);
	/* from its first moment on, too */
	struct member *first = restored(store);
	assert_int_equal(member_paxos(first)->promised.round, 12);
	assert_int_equal(member_paxos(first)->promised.node, 2);
	free(first);
	store_close(store);
	store = open_fresh();
	assert_int_equal(store_boot(store), 11);
	assert_true(store_stored(store) > 60);
	store_seat(store, &epoch, &slot);
	assert_int_equal(epoch, 3);
	assert_int_equal(slot, 80);
	assert_true(store_remembers(store, 777, &past));
	assert_int_equal(past.stored, 50);
	assert_int_equal(store_past_of_boot(store, 1).life, 777);
	assert_int_equal(store_past_of_boot(store, 3).life, 666);
	assert_true(store_remembers(store, 666, &past));
	assert_int_equal(past.stored, 60);
	struct member *m = restored(store);
	assert_int_equal(member_paxos(m)->promised.round, 12);
	store_close(store);
	free(m);
}

static void a_lost_promise_is_noticed(void **state)
{
	(void)state;
	leave_closed();
	lose_row("DELETE FROM scalar WHERE name = 'promised'");
	assert_refused(STATUS_CORRUPT, "missing");
}

/* Each by itself: a node must not come back under other defences, or obey an old control again. */
static void a_lost_setting_is_noticed(void **state)
{
	static const char *const name[] = {"clock",  "gate",     "number",   "policies",
					   "link 1", "policy 0", "policy 1", "link 31"};
	const struct store_settings settings = {
		.clock = {5, 6, 1, 100},
		.number = 77,
		.epoch = 1,
		.lines = 2,
		.line = {{0, POLICY_NONE}, {3, 2}},
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		char command[80];
		struct store *store;
		test_dir_remove(NULL);
		test_dir_make(NULL);
		store = open_fresh();
		assert_int_equal(store_write(store, NULL, 0, &settings, true), STATUS_OK);
		store_close(store);
		store = open_fresh();
		store_close(store);
		snprintf(command, sizeof(command), "DELETE FROM scalar WHERE name = '%s'", name[i]);
		lose_row(command);
		assert_refused(STATUS_CORRUPT, "what the operator set");
	}
}

/* They were written together. */
static void a_setting_without_the_others_is_noticed(void **state)
{
	static const char *const name[] = {"clock",  "gate",   "number", "policies",
					   "link 1", "link 2", "link 31"};
	const struct store_settings settings = {.epoch = 1, .lines = 1};

	(void)state;
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		char command[200];
		struct store *store;

		test_dir_remove(NULL);
		test_dir_make(NULL);
		store = open_fresh();
		assert_int_equal(store_write(store, NULL, 0, &settings, true), STATUS_OK);
		store_close(store);
		snprintf(command, sizeof(command),
			 "DELETE FROM scalar WHERE name != '%s' AND (name LIKE 'link %%' OR "
			 "name IN ('clock', 'gate', 'gate more', 'number', 'policies'))",
			 name[i]);
		execute(command);
		assert_refused(STATUS_CORRUPT, "what the operator set");
		snprintf(command, sizeof(command), "DELETE FROM scalar WHERE name = '%s'", name[i]);
		execute(command);
		store = open_fresh(); /* as if nothing had been set */
		assert_false(store_settings(store, &(struct store_settings){0}));
		store_close(store);
	}
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
	struct store_choice choice;
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
	assert_int_equal(store_chosen(store, 0, &choice), STATUS_OK);
	assert_int_equal(choice.proofs_length, 16);
	assert_memory_equal(choice.proofs, "they all said so", 16);
	assert_int_equal(store_chosen(store, 1, &choice), STATUS_OK);
	assert_null(choice.proofs);
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
	struct store_settings settings = {
		.epoch = 8, .lines = 2, .line = {{0, 1}, {5, 3}}, .out_of = {6, 5}};
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
	assert_int_equal(settings.out_of.from, 6);
	assert_int_equal(settings.out_of.bits, 5);
	store_close(store);
	free(m);

	char path[PATH_BYTES], command[2 * PATH_BYTES];
	test_dir_path("store", path);
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

/* --- A look from outside. */

struct rows {
	unsigned vote, chosen, echo;
	slot_number last; /* of the last chosen row */
};

static void count_row(void *user, const struct store_row *row)
{
	struct rows *rows = user;

	rows->vote += row->table == STORE_VOTE;
	rows->chosen += row->table == STORE_CHOSEN;
	rows->echo += row->table == STORE_ECHO;
	if (row->table == STORE_CHOSEN)
		rows->last = row->slot;
}

static void assert_not_peeked(enum status expected, const char *part_of_sentence)
{
	struct store_peeked peeked;
	struct rows rows = {0};
	char path[PATH_BYTES];

	assert_int_equal(store_peek(test_dir, &peeked, count_row, &rows), expected);
	test_dir_path("store", path);
	assert_non_null(strstr(status_text(), path));
	if (strstr(status_text(), part_of_sentence) == NULL)
		fail_msg("'%s' does not say '%s'", status_text(), part_of_sentence);
}

/* A vote, a decision with its proofs and an Echo, in an epoch. */
static void leave_rows_of_each_table(uint32_t epoch)
{
	struct store *store = open_fresh();
	struct member_write write[] = {{.kind = MEMBER_PROMISED, .ballot = {7, 3}},
				       vote(0, 3, "apple"),
				       chosen_of(vote(0, 3, "apple")),
				       echo_of(vote(1, 4, "pear"))};

	for (unsigned i = 0; i < 4; i++)
		write[i].epoch = epoch;
	write[1].proofs = write[2].proofs = (const uint8_t *)"because";
	write[1].proofs_length = write[2].proofs_length = 7;
	assert_int_equal(store_write(store, write, 4, NULL, true), STATUS_OK);
	store_close(store);
}

static void who_looks_from_outside_sees_what_is_written(void **state)
{
	struct store_peeked peeked;
	struct rows rows = {0};
	slot_number untouched;

	(void)state;
	leave_rows_of_each_table(9);
	assert_int_equal(store_peek(test_dir, &peeked, count_row, &rows), STATUS_OK);
	assert_int_equal(peeked.epoch, 9);
	assert_int_equal(peeked.promised.round, 7);
	assert_int_equal(peeked.promised.node, 3);
	assert_int_equal(peeked.low, 0);
	assert_int_equal(rows.vote, 1);
	assert_int_equal(rows.chosen, 1);
	assert_int_equal(rows.echo, 1);
	assert_true(store_peek_untouched(test_dir, 9, &untouched));
	assert_int_equal(untouched, 2);
	assert_true(store_peek_untouched(test_dir, 8, &untouched));
	assert_int_equal(untouched, 0);
}

static void who_looks_from_outside_notices_every_damage(void **state)
{
	static const struct {
		const char *command, *words;
	} damage[] = {
		{"UPDATE scalar SET a = 9 WHERE name = 'promised'", "its row 'promised'"},
		{"UPDATE scalar SET f = 9 WHERE name = 'epoch'", "its row 'epoch'"},
		{"UPDATE scalar SET name = 'x' WHERE name = 'boot'", "its row 'x'"},
		{"UPDATE vote SET round = 9", "slot 0 in its table 'vote'"},
		{"UPDATE chosen SET node = 9", "slot 0 in its table 'chosen'"},
		{"UPDATE echo SET value = x'00'", "slot 1 in its table 'echo'"},
		{"UPDATE echo SET slot = 5", "slot 5 in its table 'echo'"},
		{"UPDATE vote_proof SET value = x'00'", "slot 0 in its table 'vote_proof'"},
		{"UPDATE chosen_proof SET round = 9", "slot 0 in its table 'chosen_proof'"},
	};
	slot_number untouched;

	(void)state;
	assert_not_peeked(STATUS_UNAVAILABLE, "there is no store");
	assert_false(store_peek_untouched(test_dir, 1, &untouched));
	for (unsigned i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		test_dir_remove(NULL);
		test_dir_make(NULL);
		leave_rows_of_each_table(1);
		execute(damage[i].command);
		assert_not_peeked(STATUS_CORRUPT, damage[i].words);
		assert_refused(STATUS_CORRUPT, "a row is not what was written");
	}
	execute("DROP TABLE echo");
	assert_not_peeked(STATUS_UNAVAILABLE, "no such table: echo");
	assert_false(store_peek_untouched(test_dir, 1, &untouched));
	execute("DROP TABLE scalar");
	assert_not_peeked(STATUS_UNAVAILABLE, "no such table: scalar");
	cut_to("store", 0.5);
	assert_not_peeked(STATUS_CORRUPT, "damaged: ");
}

static void nobody_looks_while_the_node_runs(void **state)
{
	slot_number untouched;

	(void)state;
	struct store *store = open_fresh();
	write_some(store);
	assert_true(store_exists(test_dir));
	assert_not_peeked(STATUS_UNAVAILABLE, "its node runs");
	assert_false(store_peek_untouched(test_dir, 1, &untouched));
	store_close(store);
}

/* Decisions in slots from..end-1, and with them the summary of those below `sum`. */
static void decide(struct store *store, slot_number from, slot_number end, slot_number sum)
{
	static const uint8_t chain[32] = "chain";
	for (slot_number slot = from; slot < end; slot++) {
		struct member_write write[] = {vote(slot, 5, "apple"), vote(slot, 5, "apple")};
		write[1].kind = MEMBER_CHOSEN;
		assert_int_equal(store_write(store, write, 2, NULL, false), STATUS_OK);
	}
	if (sum == 0)
		return;
	const struct member_write summary = {.kind = MEMBER_SUMMARY,
					     .slot = sum - 1,
					     .value = chain,
					     .value_length = sizeof(chain),
					     .proofs = (const uint8_t *)"proof",
					     .proofs_length = 5};
	assert_int_equal(store_write(store, &summary, 1, NULL, false), STATUS_OK);
}

static void let_go(struct store *store, slot_number low, bool sync)
{
	const struct member_write write = {.kind = MEMBER_LOW, .slot = low};
	assert_int_equal(store_write(store, &write, 1, NULL, sync), STATUS_OK);
}

static struct store *open_again(struct store *store)
{
	store_close(store);
	if (store_open(test_dir, &owner, true, &store) != STATUS_OK)
		fail_msg("%s", status_text());
	return store;
}

static int64_t rows_of(const char *table)
{
	char path[PATH_BYTES], query[64];
	sqlite3 *db;
	sqlite3_stmt *statement;
	test_dir_path("store", path);
	snprintf(query, sizeof(query), "SELECT count(*) FROM %s", table);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	const int64_t rows = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return rows;
}

static void slots_that_are_let_go_are_deleted_and_their_summary_is_there(void **state)
{
	(void)state;
	slot_number untouched = 0;
	struct store *store = open_fresh();
	decide(store, 0, 10, 2);
	decide(store, 10, 20, 4);
	let_go(store, 4, true);
	assert_chosen(store, 3, 0, NULL);
	assert_chosen(store, 4, 5, "apple");
	store = open_again(store);
	assert_chosen(store, 3, 0, NULL);
	assert_chosen(store, 4, 5, "apple");
	struct member *m = restored(store);
	const struct paxos *p = member_paxos(m);
	uint32_t length;
	assert_int_equal(p->base, 20);
	assert_int_equal(p->low, 4);
	assert_string_equal(values_bytes(member_values(m), p->low_summary.chain, &length), "chain");
	assert_int_equal(length, 32);
	assert_true(p->low_summary.cert != PROOF_NONE);
	free(m);
	store_close(store);
	assert_int_equal(rows_of("vote"), 16);
	assert_int_equal(rows_of("chosen"), 16);
	assert_int_equal(rows_of("summary"), 1);
	assert_true(store_peek_untouched(test_dir, 1, &untouched));
	assert_int_equal(untouched, 20);
}

static void a_deletion_that_was_not_synced_never_was(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	decide(store, 0, 10, 4);
	assert_int_equal(store_flush(store), STATUS_OK);
	let_go(store, 4, false);
	kill_store(store);
	if (store_open(test_dir, &owner, true, &store) != STATUS_OK)
		fail_msg("%s", status_text());
	assert_chosen(store, 0, 5, "apple");
	struct member *m = restored(store);
	assert_int_equal(member_paxos(m)->low, 0);
	free(m);
	store_close(store);
}

static void a_node_that_was_brought_over_slots_comes_back_above_them(void **state)
{
	(void)state;
	slot_number untouched = 0;
	struct store *store = open_fresh();
	const struct member_write write[] = {{.kind = MEMBER_PROMISED, .ballot = {7, 3}},
					     vote(2, 7, "plum"),
					     vote(62, 7, "fig")};
	assert_int_equal(store_write(store, write, 3, NULL, true), STATUS_OK);
	decide(store, 0, 2, 60);
	let_go(store, 60, true);
	store = open_again(store);
	struct member *m = restored(store);
	const struct paxos *p = member_paxos(m);
	assert_int_equal(p->base, 60);
	assert_int_equal(p->low, 60);
	assert_int_equal(p->promised.round, 7);
	free(m);
	store_close(store);
	assert_int_equal(rows_of("chosen"), 0);
	assert_true(store_peek_untouched(test_dir, 1, &untouched));
	assert_int_equal(untouched, 63);
}

static void a_store_that_lost_the_summary_of_what_is_gone_is_refused(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	sqlite3 *db;
	struct store *store = open_fresh();
	decide(store, 0, 10, 4);
	let_go(store, 4, true);
	store_close(store);
	test_dir_path("store", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM summary", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(test_dir, &owner, true, &store), STATUS_OK);
	static struct member_config config;
	config.paxos = paxos_config_default(2, 3, MODE_MULTI);
	config.wire.nodes = 3;
	config.crypto = &crypto_symbolic;
	config.boot = store_boot(store);
	void *memory = calloc(1, member_size(&config));
	assert_int_equal(store_restore(store, member_init(memory, &config)), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "the summary of what it does not keep is gone"));
	free(memory);
	store_close(store);
}

static void another_epoch_begins_with_nothing_let_go(void **state)
{
	(void)state;
	struct store *store = open_fresh();
	struct member_write write = vote(0, 1, "new");
	decide(store, 0, 10, 4);
	let_go(store, 4, true);
	write.epoch = 2;
	assert_int_equal(store_write(store, &write, 1, NULL, true), STATUS_OK);
	write.epoch = 3;
	assert_int_equal(store_write(store, &write, 1, NULL, true), STATUS_OK);
	store = open_again(store);
	struct member *m = restored(store);
	assert_int_equal(member_paxos(m)->low, 0);
	assert_int_equal(member_paxos(m)->base, 0);
	free(m);
	store_close(store);
	assert_int_equal(rows_of("summary"), 0);
}

static void a_store_in_memory_lets_go_too(void **state)
{
	(void)state;
	struct store *store;
	assert_int_equal(store_open_memory(&store), STATUS_OK);
	decide(store, 0, 9000, 0);
	let_go(store, 8200, false);
	assert_chosen(store, 8199, 0, NULL);
	assert_chosen(store, 8200, 5, "apple");
	decide(store, 9000, 9010, 0);
	assert_chosen(store, 9005, 5, "apple");
	let_go(store, (slot_number)1 << 40, false); /* brought over all of that */
	assert_chosen(store, 9005, 0, NULL);
	decide(store, (slot_number)1 << 40, ((slot_number)1 << 40) + 2, 0);
	assert_chosen(store, ((slot_number)1 << 40) + 1, 5, "apple");
	store_close(store);
}

/* What SQLite says is put into words, and into the kind of failure that it is. */
static void each_failure_of_sqlite_has_its_words(void **state)
{
	static const struct {
		int code;
		enum status status;
		const char *words;
	} rows[] = {
		{SQLITE_CORRUPT, STATUS_CORRUPT, "the store S is damaged (database disk image"},
		{SQLITE_NOTADB, STATUS_CORRUPT, "the store S is damaged (file is not a database)"},
		{SQLITE_FULL, STATUS_UNAVAILABLE, "cannot read the store S: the disk is full ("},
		{SQLITE_BUSY, STATUS_UNAVAILABLE, "read the store S: another program has it open"},
		{SQLITE_LOCKED, STATUS_UNAVAILABLE, "the store S: another program has it open"},
		{SQLITE_READONLY, STATUS_DENIED, "cannot read the store S: it cannot be written"},
		{SQLITE_PERM, STATUS_DENIED, "cannot read the store S: it cannot be written here"},
		{SQLITE_CANTOPEN, STATUS_DENIED, "cannot read the store S: it cannot be written"},
		{SQLITE_AUTH, STATUS_DENIED, "cannot read the store S: it cannot be written here"},
		{SQLITE_IOERR, STATUS_UNAVAILABLE, "the store S: the disk fails, or a limit of"},
		{SQLITE_IOERR_READ, STATUS_UNAVAILABLE, "the store S: the disk fails, or a limit"},
		{SQLITE_NOMEM, STATUS_UNAVAILABLE, "cannot read the store S: out of memory"},
	};
	static struct sqlite s = {.path = "S"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		s.unread = rows[i].code;
		assert_int_equal(sqlite_fail(&s, "read"), rows[i].status);
		if (strstr(status_text(), rows[i].words) == NULL)
			fail_msg("'%s' does not say '%s'", status_text(), rows[i].words);
		/* what could not be read is not damaged */
		assert_int_equal(sqlite_damaged(&s, "a row is missing"), rows[i].status);
	}
	s.unread = 0;
	assert_int_equal(sqlite_damaged(&s, "a row is missing"), STATUS_CORRUPT);
	assert_non_null(strstr(status_text(), "a row is missing"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_promised_is_there_after_an_end_in_order),
		TEST(what_was_promised_is_there_after_a_kill),
		TEST(settings_come_back),
		TEST(a_flipped_bit_in_a_value_is_noticed),
		TEST(a_damaged_page_is_noticed),
		TEST(a_changed_slot_is_noticed),
		TEST(a_changed_row_is_noticed),
		TEST(a_truncated_store_is_noticed),
		TEST(an_emptied_store_is_noticed),
		TEST(a_truncated_log_is_noticed),
		TEST(a_log_that_is_cut_behind_its_transactions_has_lost_nothing),
		TEST(a_missing_log_is_noticed),
		TEST(a_missing_counter_is_noticed),
		TEST(a_counter_of_another_size_is_noticed),
		TEST(a_counter_that_cannot_be_written_is_told),
		TEST(a_store_of_another_format_is_refused),
		TEST(a_store_is_opened_65535_times_and_no_more),
		TEST(a_lost_setting_is_noticed),
		TEST(a_setting_without_the_others_is_noticed),
		TEST(who_looks_from_outside_sees_what_is_written),
		TEST(who_looks_from_outside_notices_every_damage),
		TEST(nobody_looks_while_the_node_runs),
		TEST(a_file_that_is_no_store_is_refused),
		TEST(a_stranger_s_database_is_refused),
		TEST(another_s_store_is_refused),
		TEST(a_missing_store_is_not_replaced_by_an_empty_one),
		TEST(two_cannot_have_it_at_once),
		TEST(a_full_disk_is_told),
		TEST(a_write_protected_store_is_told),
		TEST(memory_keeps_what_is_chosen),
		TEST(a_chosen_value_outlives_another_vote_in_its_slot),
		TEST(a_value_is_stored_once),
		TEST(the_log_of_transactions_does_not_grow_with_each),
		TEST(a_long_log_is_not_read_at_the_start_but_checked_where_it_is_read),
		TEST(a_lost_vote_is_noticed),
		TEST(what_was_heard_of_peers_comes_back),
		TEST(lives_before_are_remembered_to_their_ends),
		TEST(a_seat_is_taken_over_with_what_others_know),
		TEST(each_failure_of_sqlite_has_its_words),
		TEST(a_lost_promise_is_noticed),
		TEST(echoes_and_proofs_come_back),
		TEST(another_epoch_begins_with_an_empty_log_and_keeps_the_old_rows),
		TEST(slots_that_are_let_go_are_deleted_and_their_summary_is_there),
		TEST(a_deletion_that_was_not_synced_never_was),
		TEST(a_node_that_was_brought_over_slots_comes_back_above_them),
		TEST(a_store_that_lost_the_summary_of_what_is_gone_is_refused),
		TEST(another_epoch_begins_with_nothing_let_go),
		TEST(a_store_in_memory_lets_go_too),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
