/* Making a store, and taking one up again: only if all of it is as it was stored. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/store_sqlite.h"

/* "Paxn": tells our files from other people's SQLite files. */
#define APPLICATION_ID 0x5061786e
#define FORMAT         2

/* scalar: what there is one of. promised: round, node. boot, gate, number: a. clock: real_us,
 * virtual_us, num, den. link N: cut, delay_us, jitter_us, loss, duplicate, reorder. commits: a.
 * owner: the cluster's id, the node's. epoch: a. policies: a, how many; policy N: slot, policy.
 * vote, chosen, echo, vote_proof, chosen_proof: a row a slot, of this epoch; those of an earlier
 * one are in vote_EPOCH and so on, for whoever wants to read them. */
static const char schema[] =
	"CREATE TABLE scalar (name TEXT PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER, d INTEGER, "
	"e INTEGER, f INTEGER, checksum INTEGER) WITHOUT ROWID;";

static const struct slot_table slot_tables[] = SQLITE_SLOT_TABLES;

static bool read_number(struct sqlite *s, const char *query, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	bool found = false;
	if (sqlite3_prepare_v2(s->db, query, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		*out = sqlite3_column_int64(statement, 0);
		found = true;
	}
	sqlite3_finalize(statement);
	return found;
}

/* Every page, then every row. */
static enum status check_pages(struct sqlite *s)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK)
		return sqlite_fail(s, "read");
	enum status status = STATUS_OK;
	if (sqlite3_step(statement) != SQLITE_ROW)
		status = sqlite_fail(s, "read");
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		status = sqlite_damaged(s, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return status;
}

static enum status check_table(struct sqlite *s, char table, const char *query, int numbers)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->db, query, -1, &statement, NULL) != SQLITE_OK)
		return sqlite_fail(s, "read");
	enum status status = STATUS_OK;
	int code;
	while (status == STATUS_OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		if (code != SQLITE_ROW) {
			status = sqlite_fail(s, "read");
			break;
		}
		int64_t number[6];
		for (int i = 0; i < numbers; i++)
			number[i] = sqlite3_column_int64(statement, 2 + i);
		const size_t length = (size_t)sqlite3_column_bytes(statement, 0);
		if (sqlite_digest(table, sqlite3_column_blob(statement, 0), length, number,
				  (unsigned)numbers) != sqlite3_column_int64(statement, 1))
			status = sqlite_damaged(s, "a row is not what was written");
	}
	sqlite3_finalize(statement);
	return status;
}

static enum status check(struct sqlite *s)
{
	enum status status = check_pages(s);
	if (status == STATUS_OK)
		status = check_table(s, 's', "SELECT name, checksum, a, b, c, d, e, f FROM scalar",
				     6);
	for (unsigned i = 0;
	     i < sizeof(slot_tables) / sizeof(slot_tables[0]) && status == STATUS_OK; i++) {
		char query[96];
		snprintf(query, sizeof(query), "SELECT value, checksum, slot, round, node FROM %s",
			 slot_tables[i].name);
		status = check_table(s, slot_tables[i].letter, query, 3);
	}
	struct scalar commits;
	if (status == STATUS_OK && !sqlite_get_scalar(s, "commits", &commits))
		status = sqlite_damaged(s, "its count of transactions is missing");
	if (status == STATUS_OK) {
		s->committed = (uint64_t)commits.of[0];
		if (s->committed < *s->commits)
			status = sqlite_damaged(s, "its last transactions are missing");
	}
	return status;
}

static enum status map_commits(struct sqlite *s, const char *dir, bool fresh)
{
	char path[PATH_BYTES];
	enum status status = path_join(dir, "commits", path);
	if (status != STATUS_OK)
		return status;
	struct stat is;
	if (!fresh && (stat(path, &is) < 0 || is.st_size != sizeof(uint64_t)))
		return sqlite_damaged(s, "the file `commits` beside it is missing or cut short");
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (fresh ? O_TRUNC : 0), 0600);
	if (fd < 0)
		return status_fail_errno(STATUS_DENIED, "cannot write %s", path);
	const uint64_t zero = 0;
	if (fresh && (pwrite(fd, &zero, sizeof(zero), 0) != sizeof(zero) || fsync(fd) < 0)) {
		status = status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
	} else {
		s->commits =
			mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (s->commits == MAP_FAILED) {
			s->commits = NULL;
			status = status_fail_errno(STATUS_UNAVAILABLE, "cannot map %s", path);
		}
	}
	close(fd);
	return status;
}

static bool execute(struct sqlite *s, const char *statements)
{
	return sqlite3_exec(s->db, statements, NULL, NULL, NULL) == SQLITE_OK;
}

static enum status make(struct sqlite *s, const struct store_owner *owner)
{
	char head[128];
	snprintf(head, sizeof(head), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 APPLICATION_ID, FORMAT);
	if (!execute(s, "BEGIN IMMEDIATE") || !execute(s, head) || !execute(s, schema) ||
	    !execute(s, sqlite_slot_tables))
		return sqlite_fail(s, "make");
	enum status status = sqlite_prepare(s);
	if (status != STATUS_OK)
		return status;
	struct scalar is = {{0, owner->node}};
	memcpy(&is.of[0], owner->cluster, sizeof(owner->cluster));
	if (!sqlite_put_scalar(s, "owner", &is) ||
	    !sqlite_put_scalar(s, "boot", &(struct scalar){{0}}))
		return sqlite_fail(s, "make");
	s->store.dirty = true;
	return STATUS_OK;
}

static enum status recognise(struct sqlite *s)
{
	int64_t application = 0, format = 0;
	if (!read_number(s, "PRAGMA application_id", &application) ||
	    !read_number(s, "PRAGMA user_version", &format))
		return sqlite_fail(s, "read");
	if (application != APPLICATION_ID)
		return status_fail(STATUS_CORRUPT, "%s is not a store of this program", s->path);
	if (format != FORMAT)
		return status_fail(STATUS_CORRUPT,
				   "the store %s has format %lld, and this program knows %d",
				   s->path, (long long)format, FORMAT);
	return STATUS_OK;
}

static enum status take_up(struct sqlite *s, const struct store_owner *owner)
{
	enum status status = recognise(s);
	if (status == STATUS_OK)
		status = sqlite_prepare(s);
	if (status == STATUS_OK)
		status = check(s);
	if (status != STATUS_OK)
		return status;
	struct scalar boot, promised, is, epoch;
	if (!sqlite_get_scalar(s, "owner", &is) || !sqlite_get_scalar(s, "boot", &boot))
		return sqlite_damaged(s, "it does not say whose it is");
	if (memcmp(&is.of[0], owner->cluster, sizeof(owner->cluster)) != 0 ||
	    is.of[1] != owner->node)
		return status_fail(
			STATUS_CORRUPT,
			"the store %s belongs to another cluster or node (it says n%lld)", s->path,
			(long long)is.of[1]);
	s->store.boot = (uint16_t)boot.of[0];
	if (sqlite_get_scalar(s, "epoch", &epoch))
		s->epoch = (uint32_t)epoch.of[0];
	if (sqlite_get_scalar(s, "promised", &promised))
		s->promised = (struct ballot){(uint32_t)promised.of[0], (node_id)promised.of[1]};
	int64_t base = 0;
	int64_t chosen = 0;
	if (!read_number(s, "SELECT count(*) FROM chosen", &chosen))
		return sqlite_fail(s, "read");
	const char *gap =
		"SELECT c.slot + 1 FROM chosen c WHERE NOT EXISTS "
		"(SELECT 1 FROM chosen d WHERE d.slot = c.slot + 1) ORDER BY c.slot LIMIT 1";
	struct ballot at;
	const uint8_t *value;
	uint32_t length;
	if (chosen > 0 && sqlite_get_slot(s, GET_CHOSEN, 0, &at, &value, &length) &&
	    !read_number(s, gap, &base))
		return sqlite_fail(s, "read");
	sqlite3_reset(s->statement[GET_CHOSEN]);
	s->base = (slot_number)base;
	return sqlite_run(s, BEGIN) ? STATUS_OK : sqlite_fail(s, "write");
}

bool store_exists(const char *dir)
{
	char path[PATH_BYTES];
	return path_join(dir, "store", path) == STATUS_OK && file_exists(path);
}

static enum status open_in(struct sqlite *s, const char *dir, const struct store_owner *owner,
			   bool must_exist)
{
	enum status status = path_join(dir, "store", s->path);
	if (status != STATUS_OK)
		return status;
	const bool exists = file_exists(s->path);
	if (exists && access(s->path, R_OK | W_OK) < 0)
		return status_fail_errno(STATUS_DENIED, "cannot write the store %s", s->path);
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK)
		return sqlite_fail(s, "open");
	/* Exclusive: no second process, and no shared memory file to go through. The cache is
	 * small because a node is. */
	if (!execute(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			"PRAGMA synchronous = FULL; PRAGMA cache_size = -1024;"))
		return sqlite_fail(s, "open");
	/* A store without tables is one whose making was cut off: nothing was promised yet. */
	int64_t tables = 0;
	if (!read_number(s, "SELECT count(*) FROM sqlite_master", &tables))
		return sqlite_fail(s, "read");
	const bool fresh = !exists || tables == 0;
	if (fresh && must_exist)
		return sqlite_damaged(s, exists ? "it is empty" : "it is gone");
	status = map_commits(s, dir, fresh);
	if (status == STATUS_OK)
		status = fresh ? make(s, owner) : take_up(s, owner);
	if (status != STATUS_OK)
		return status;
	s->store.boot++;
	s->store.dirty = true;
	const struct scalar boot = {{s->store.boot}};
	return sqlite_put_scalar(s, "boot", &boot) ? sqlite_commit(s) : sqlite_fail(s, "write");
}

enum status store_open(const char *dir, const struct store_owner *owner, bool must_exist,
		       struct store **out)
{
	*out = NULL;
	struct sqlite *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	s->store.kind = &store_kind_sqlite;
	const enum status status = open_in(s, dir, owner, must_exist);
	if (status != STATUS_OK) {
		s->store.dirty = false;
		store_close(&s->store);
		return status;
	}
	*out = &s->store;
	return STATUS_OK;
}
