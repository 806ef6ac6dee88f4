/* A store on a disk that fails, or in a process without memory. One story of a node's life is
 * told again and again, and each time another call of SQLite to the system or for memory fails:
 * once, or from then on. Whatever failed, it was said, in a sentence about this store; and a store
 * that is opened again has all that was said to be durable, and is not called damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "node/store/store.h"
#include "proto/core/paxos_state.h"
#include "tests/support/test_dir.h"

#define BATCHES 3
#define LET_GO  2 /* the batch behind which the slots below 2 are let go */

static const struct store_owner owner = {.cluster = "cluster", .node = 2};

/* --- What fails. */

enum fault { DISK_FULL, DISK_BROKEN, NO_MEMORY, FAULTS };

static struct {
	enum fault fault;
	long left; /* calls that go well yet; < 0: none fails */
	bool for_good;
	unsigned failed;
} fault = {.left = -1};

static bool fails(enum fault kind)
{
	if (fault.left < 0 || fault.fault != kind)
		return false;
	if (fault.left > 0) {
		fault.left--;
		return false;
	}
	if (!fault.for_good)
		fault.left = -1;
	fault.failed++;
	return true;
}

static bool write_fails(void)
{
	const bool full = fails(DISK_FULL), broken = fails(DISK_BROKEN);

	errno = full ? ENOSPC : EIO;
	return full || broken;
}

static bool read_fails(void)
{
	errno = EIO;
	return fails(DISK_BROKEN);
}

/* SQLite reads and writes by some of these, as it was built. */
static ssize_t my_read(int fd, void *bytes, size_t length)
{
	return read_fails() ? -1 : read(fd, bytes, length);
}

static ssize_t my_pread(int fd, void *bytes, size_t length, off_t at)
{
	return read_fails() ? -1 : pread(fd, bytes, length, at);
}

static ssize_t my_write(int fd, const void *bytes, size_t length)
{
	return write_fails() ? -1 : write(fd, bytes, length);
}

static ssize_t my_pwrite(int fd, const void *bytes, size_t length, off_t at)
{
	return write_fails() ? -1 : pwrite(fd, bytes, length, at);
}

static int my_open(const char *path, int flags, int mode)
{
	return read_fails() ? -1 : open(path, flags, mode);
}

static int my_ftruncate(int fd, off_t length)
{
	return write_fails() ? -1 : ftruncate(fd, length);
}

static int my_fstat(int fd, struct stat *is)
{
	return read_fails() ? -1 : fstat(fd, is);
}

static const struct {
	const char *name;
	sqlite3_syscall_ptr by;
} calls[] = {
	{"read", (sqlite3_syscall_ptr)my_read},
	{"pread", (sqlite3_syscall_ptr)my_pread},
	{"pread64", (sqlite3_syscall_ptr)my_pread},
	{"write", (sqlite3_syscall_ptr)my_write},
	{"pwrite", (sqlite3_syscall_ptr)my_pwrite},
	{"pwrite64", (sqlite3_syscall_ptr)my_pwrite},
	{"open", (sqlite3_syscall_ptr)my_open},
	{"ftruncate", (sqlite3_syscall_ptr)my_ftruncate},
	{"fstat", (sqlite3_syscall_ptr)my_fstat},
};

static sqlite3_mem_methods real_memory;

static void *my_malloc(int size)
{
	return fails(NO_MEMORY) ? NULL : real_memory.xMalloc(size);
}

static void *my_realloc(void *old, int size)
{
	return fails(NO_MEMORY) ? NULL : real_memory.xRealloc(old, size);
}

static int stand_between(void **state)
{
	sqlite3_mem_methods memory;

	(void)state;
	sqlite3_shutdown();
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
	memory = real_memory;
	memory.xMalloc = my_malloc;
	memory.xRealloc = my_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
	/* Small pieces of memory count as well. */
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (vfs->xGetSystemCall(vfs, calls[i].name) != NULL)
			assert_int_equal(vfs->xSetSystemCall(vfs, calls[i].name, calls[i].by),
					 SQLITE_OK);
	return 0;
}

/* --- The story. */

static struct {
	unsigned tried, durable; /* batches */
	bool is_made;
} told;

static struct store_settings settings_of(unsigned batch)
{
	struct store_settings s = {.clock = {1, 2, 3, 4},
				   .number = batch,
				   .epoch = 1,
				   .lines = 2,
				   .gate = gate_rule_all()};

	s.line[1] = (struct policy_line){batch, 1};
	s.link[3].delay_us = batch;
	return s;
}

/* A promise, a decision with its vote and proofs, and an Echo in the slot above. */
static enum status write_batch(struct store *store, unsigned batch)
{
	const uint8_t value[2] = {'v', (uint8_t)batch};
	const struct store_settings settings = settings_of(batch);
	struct member_write write[4] = {{.kind = MEMBER_PROMISED},
					{.kind = MEMBER_VOTE},
					{.kind = MEMBER_CHOSEN},
					{.kind = MEMBER_ECHO}};

	for (unsigned i = 0; i < 4; i++) {
		write[i].epoch = 1;
		write[i].ballot = (struct ballot){batch, 1};
		write[i].slot = batch - 1 + (write[i].kind == MEMBER_ECHO);
		write[i].value = value;
		write[i].value_length = sizeof value;
		if (i == 1 || i == 2) {
			write[i].proofs = (const uint8_t *)"proof";
			write[i].proofs_length = 5;
		}
	}
	enum status status = store_write(store, write, 4, &settings, batch % 2 == 0);
	if (status == STATUS_OK && batch % 2 != 0)
		status = store_flush(store);
	return status;
}

static enum status let_go(struct store *store)
{
	static const uint8_t chain[DIGEST_BYTES] = "chain";
	const struct member_write write[2] = {
		{.kind = MEMBER_SUMMARY,
		 .epoch = 1,
		 .slot = 1,
		 .value = chain,
		 .value_length = sizeof chain,
		 .proofs = (const uint8_t *)"why",
		 .proofs_length = 3},
		{.kind = MEMBER_LOW, .epoch = 1, .slot = 2},
	};

	return store_write(store, write, 2, NULL, true);
}

static enum status keep_lives(struct store *store)
{
	struct known_life lives[NODES_MAX + 1] = {[3] = {5, 6, 7}};
	const enum status status = store_keep_lives(store, lives);

	return status == STATUS_OK ? store_flush(store) : status;
}

static enum status write_all(struct store *store)
{
	enum status status = keep_lives(store);

	for (unsigned batch = 1; batch <= BATCHES && status == STATUS_OK; batch++) {
		told.tried = batch;
		status = write_batch(store, batch);
		if (status == STATUS_OK)
			told.durable = batch;
		if (status == STATUS_OK && batch == LET_GO)
			status = let_go(store);
	}
	return status;
}

static struct member *new_member(struct store *store)
{
	static struct member_config config;
	static void *memory;

	config.paxos = paxos_config_default(2, 3, MODE_MULTI);
	config.wire.nodes = 3;
	config.crypto = &crypto_symbolic;
	config.boot = store_boot(store);
	if (memory == NULL)
		memory = malloc(member_size(&config));
	return member_init(memory, &config);
}

/* All that is in it, as far as it was said to be durable. */
static void check_content(struct store *store, struct member *m)
{
	struct store_settings settings;
	const struct paxos *p = member_paxos(m);
	const unsigned last = p->promised.round;

	assert_true(last >= told.durable && last <= told.tried);
	assert_int_equal(p->base, last);
	assert_int_equal(store_settings(store, &settings), last > 0);
	if (last == 0)
		return;
	assert_int_equal(p->hard[last % SLOTS_OPEN_MAX].echoed_at.round, last);
	assert_int_equal(settings.number, last);
	assert_int_equal(settings.lines, 2);
	assert_int_equal(settings.line[1].from, last);
	assert_int_equal(settings.link[3].delay_us, last);
	struct known_life lives[NODES_MAX + 1];
	store_lives(store, lives);
	assert_int_equal(lives[3].stored, 7);
}

static enum status read_choices(struct store *store, unsigned end, slot_number low)
{
	enum status status = STATUS_OK;

	for (slot_number slot = low; slot < end && status == STATUS_OK; slot++) {
		struct store_choice choice;

		status = store_chosen(store, slot, &choice);
		if (status != STATUS_OK)
			continue;
		assert_int_equal(choice.at.round, slot + 1);
		assert_int_equal(choice.length, 2);
		assert_int_equal(choice.value[1], slot + 1);
		assert_int_equal(choice.proofs_length, 5);
		assert_memory_equal(choice.proofs, "proof", 5);
	}
	return status;
}

static enum status read_all(struct store *store)
{
	struct member *m = new_member(store);
	enum status status = store_restore(store, m);
	const slot_number low = member_paxos(m)->low;

	if (status == STATUS_OK) {
		check_content(store, m);
		status = read_choices(store, member_paxos(m)->promised.round, low);
	}
	return status;
}

static enum status open_and(enum status (*act)(struct store *), bool must_exist)
{
	struct store *store = NULL;
	enum status status = store_open(test_dir, &owner, must_exist, &store);

	assert_int_equal(status == STATUS_OK, store != NULL);
	if (status != STATUS_OK)
		return status;
	told.is_made = true;
	status = act(store);
	store_close(store);
	return status;
}

static enum status tell_story(void)
{
	enum status status = open_and(write_all, false);

	return status == STATUS_OK ? open_and(read_all, true) : status;
}

static void assert_says_so(enum status status, enum fault kind)
{
	char store[PATH_BYTES];
	static const char *const words[FAULTS] = {"", "disk", "memory"};

	test_dir_path("store", store);
	if (strstr(status_text(), store) == NULL)
		fail_msg("it does not name the store: '%s'", status_text());
	/* SQLite itself takes some reads that failed for damage. */
	if (status == STATUS_CORRUPT && strstr(status_text(), "malformed") == NULL)
		fail_msg("a sound store: '%s'", status_text());
	if (status == STATUS_UNAVAILABLE && strstr(status_text(), words[kind]) == NULL)
		fail_msg("it is the %s, not '%s'", words[kind], status_text());
}

/* False: the story was over before that call. */
static bool fails_honestly(enum fault kind, long after, bool for_good)
{
	slot_number untouched;

	memset(&told, 0, sizeof told);
	status_fail(STATUS_OK, "nothing was said");
	test_dir_make(NULL);
	fault.fault = kind;
	fault.left = after;
	fault.for_good = for_good;
	fault.failed = 0;
	const enum status status = tell_story();
	const bool is_read = store_peek_untouched(test_dir, 1, &untouched);
	const unsigned failed = fault.failed;
	fault.left = -1;
	if (status != STATUS_OK)
		assert_says_so(status, kind);
	else if (!told.is_made || told.durable < BATCHES)
		fail_msg("a write that failed was called durable");
	if (is_read && status == STATUS_OK)
		assert_int_equal(untouched, BATCHES + 1);
	if (open_and(read_all, told.is_made) != STATUS_OK)
		fail_msg("after call %ld of kind %d: %s", after, kind, status_text());
	test_dir_remove(NULL);
	return failed > 0;
}

/* One call in so many, other ones once than for good. */
static void fail_each(enum fault kind, long step)
{
	for (unsigned for_good = 0; for_good < 2; for_good++) {
		long after = for_good;

		while (fails_honestly(kind, after, for_good))
			after += step;
		assert_true(after / step >= 10);
	}
}

static void a_full_disk_is_said_and_loses_nothing(void **state)
{
	(void)state;
	fail_each(DISK_FULL, 5);
}

static void a_broken_disk_is_said_and_loses_nothing(void **state)
{
	(void)state;
	fail_each(DISK_BROKEN, 9);
}

static void a_lack_of_memory_is_said_and_loses_nothing(void **state)
{
	(void)state;
	fail_each(NO_MEMORY, 233);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_is_said_and_loses_nothing),
		cmocka_unit_test(a_broken_disk_is_said_and_loses_nothing),
		cmocka_unit_test(a_lack_of_memory_is_said_and_loses_nothing),
	};

	return cmocka_run_group_tests_name("store_failing", tests, stand_between, NULL);
}
