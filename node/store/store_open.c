/* Making a store, and taking one up again: only if all of it is as it was stored. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/store_sqlite.h"

/* "Paxn": tells a store of this program from other SQLite files. */
#define APPLICATION_ID 0x5061786e
#define FORMAT         3

/* A store up to this size is checked from end to end when it is opened: that takes a moment only.
 */
#define SMALL_BYTES ((int64_t)16 << 20)

/* scalar: what there is one of. promised: round, node. boot, gate, number: a. clock: real_us,
 * virtual_us, num, den. link N: cut, delay_us, jitter_us, loss, duplicate, reorder. commits:
 * how many, base, digest of all that the open slots hold, low: slots below it are deleted. owner:
 * the cluster's id, the node's. epoch: a. seat: epoch, slot. life N: its number, and the
 * transactions before it. peer N: the boot, number and transactions of its latest life that was
 * heard of, when it was heard of first; stored N: the transactions of peers 6N + 1 to 6N + 6 by
 * now. policies: a, how many, b and c, slots that it keeps out of; policy N: slot, policy. vote,
 * chosen, echo, vote_proof, chosen_proof: a row a slot, of this epoch; those of an earlier one are
 * in vote_EPOCH and so on, for readers. summary: the chain over all slots up to this one, and what
 * proves it; from the slot below low on. */
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

/* SQLite's words about a page may tell an error that is no damage: the page could not be read. */
static enum status pages_are_wrong(struct sqlite *s, const char *words)
{
	static const char before[] = "error code=";
	const char *code = strstr(words, before);
	const int told =
		code == NULL ? SQLITE_CORRUPT : (int)strtol(code + strlen(before), NULL, 10);
	if ((told & 0xff) != SQLITE_CORRUPT)
		s->unread = told;
	return sqlite_damaged(s, words);
}

/* Asks SQLite whether every page of the file is sound. */
static enum status check_pages(struct sqlite *s)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK)
		return sqlite_fail(s, "read");
	enum status status = STATUS_OK;
	if (sqlite3_step(statement) != SQLITE_ROW)
		status = sqlite_fail(s, "read");
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		status = pages_are_wrong(s, (const char *)sqlite3_column_text(statement, 0));
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

static enum status check_all_slots(struct sqlite *s)
{
	enum status status = check_pages(s);
	for (unsigned i = 0; i < SLOT_TABLES && status == STATUS_OK; i++) {
		static const char chosen[] =
			"SELECT coalesce(c.value, v.value), c.checksum, c.slot, c.round, c.node "
			"FROM chosen c LEFT JOIN vote v ON v.slot = c.slot";
		char query[96];
		snprintf(query, sizeof(query), "SELECT value, checksum, slot, round, node FROM %s",
			 slot_tables[i].name);
		status =
			check_table(s, slot_tables[i].letter,
				    strcmp(slot_tables[i].name, "chosen") == 0 ? chosen : query, 3);
	}
	return status;
}

static void take_up_stored(struct sqlite *s, unsigned row)
{
	const unsigned first = 1 + row * SQLITE_PEERS_A_ROW;
	struct scalar stored;
	char name[16];
	snprintf(name, sizeof(name), "stored %u", row);
	if (!sqlite_get_scalar(s, name, &stored))
		return;
	for (unsigned k = 0; k < SQLITE_PEERS_A_ROW && first + k <= NODES_MAX; k++)
		s->store.lives[first + k].stored = (uint64_t)stored.of[k];
}

static void take_up_lives(struct sqlite *s)
{
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		struct scalar life;
		char name[16];
		snprintf(name, sizeof(name), "peer %u", i);
		if (sqlite_get_scalar(s, name, &life))
			s->store.lives[i] = (struct known_life){
				(uint16_t)life.of[0], (uint32_t)life.of[1], (uint64_t)life.of[2]};
	}
	for (unsigned row = 0; row < SQLITE_STORED_ROWS; row++)
		take_up_stored(s, row);
}

/* Reads the open slots as the last transaction left them. */
static enum status take_up_window(struct sqlite *s, const struct scalar *commits)
{
	s->base = (slot_number)commits->of[1];
	s->low = (slot_number)commits->of[3];
	if (s->low > s->base)
		return sqlite_damaged(s, "it lacks slots that are not decided");
	for (slot_number slot = s->base; slot < s->base + SLOTS_OPEN_MAX; slot++)
		for (unsigned i = 0; i < SLOT_TABLES; i++) {
			struct slot_row row;
			const enum status status = sqlite_get_slot(s, GET_VOTE + 2 * i, slot, &row);
			if (status != STATUS_OK)
				return status;
			s->window[slot % SLOTS_OPEN_MAX][i] = row.checksum;
		}
	for (unsigned i = PUT_VOTE; i < STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	return sqlite_window_digest(s) == commits->of[2]
		       ? STATUS_OK
		       : sqlite_damaged(s, "rows of open slots are missing");
}

static enum status check_store(struct sqlite *s)
{
	int64_t pages = 0, page_bytes = 0;
	if (!read_number(s, "PRAGMA page_count", &pages) ||
	    !read_number(s, "PRAGMA page_size", &page_bytes))
		return sqlite_fail(s, "read");
	enum status status =
		check_table(s, 's', "SELECT name, checksum, a, b, c, d, e, f FROM scalar", 6);
	if (status == STATUS_OK && pages * page_bytes <= SMALL_BYTES)
		status = check_all_slots(s);
	struct scalar commits, is;
	if (status == STATUS_OK && !sqlite_get_scalar(s, "commits", &commits))
		status = sqlite_damaged(s, "its count of transactions is missing");
	if (status != STATUS_OK)
		return status;
	s->store.stored = (uint64_t)commits.of[0];
	if (s->store.stored < *s->commits)
		return sqlite_damaged(s, "its last transactions are missing");
	if (!sqlite_take_up_settings(s))
		return sqlite_damaged(s, "rows of what the operator set are missing");
	if (sqlite_get_scalar(s, "epoch", &is))
		s->epoch = (uint32_t)is.of[0];
	if (sqlite_get_scalar(s, "promised", &is))
		s->promised = (struct ballot){(uint32_t)is.of[0], (node_id)is.of[1]};
	take_up_lives(s);
	if (sqlite_get_scalar(s, "seat", &is)) {
		s->store.seat_epoch = (uint32_t)is.of[0];
		s->store.seat_slot = (slot_number)is.of[1];
	}
	status = take_up_window(s, &commits);
	return status == STATUS_OK && s->unread != 0 ? sqlite_fail(s, "read") : status;
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

static bool execute_statements(struct sqlite *s, const char *statements)
{
	return sqlite3_exec(s->db, statements, NULL, NULL, NULL) == SQLITE_OK;
}

/* Life 1, 3, 5, ... of the new store are those that peers know of the node before: the even ones
 * between tell where they ended. */
static bool take_seat(struct sqlite *s, const struct seat *seat)
{
	const struct scalar is = {{seat->epoch, (int64_t)seat->slot}};
	bool good = sqlite_put_scalar(s, "seat", &is);
	uint16_t boot = 1;
	char name[16];
	s->store.seat_epoch = seat->epoch;
	s->store.seat_slot = seat->slot;
	s->epoch = seat->epoch;
	s->promised = (struct ballot){seat->round, seat->node};
	for (unsigned i = 0; i < seat->lives && good; i++, boot = (uint16_t)(boot + 2)) {
		const struct known_life *life = &seat->life[i];
		const struct scalar begin = {{life->number}}, end = {{0, (int64_t)life->stored}};
		snprintf(name, sizeof(name), "life %u", boot);
		good = sqlite_put_scalar(s, name, &begin);
		snprintf(name, sizeof(name), "life %u", boot + 1u);
		good = good && sqlite_put_scalar(s, name, &end);
		if (life->stored > s->store.stored)
			s->store.stored = life->stored;
	}
	s->store.boot = boot > seat->boot ? boot : seat->boot;
	const struct scalar promised = {{s->promised.round, s->promised.node}};
	return good && sqlite_put_scalar(s, "epoch", &(struct scalar){{seat->epoch}}) &&
	       sqlite_put_scalar(s, "promised", &promised);
}

static enum status make_store(struct sqlite *s, const struct store_owner *owner)
{
	char head[128];
	snprintf(head, sizeof(head), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 APPLICATION_ID, FORMAT);
	if (!execute_statements(s, "BEGIN IMMEDIATE") || !execute_statements(s, head) ||
	    !execute_statements(s, schema) || !execute_statements(s, sqlite_slot_tables) ||
	    !execute_statements(s, sqlite_summary_table))
		return sqlite_fail(s, "make");
	enum status status = sqlite_prepare(s);
	if (status != STATUS_OK)
		return status;
	struct scalar is = {{0, owner->node}};
	memcpy(&is.of[0], owner->cluster, sizeof(owner->cluster));
	if (!sqlite_put_scalar(s, "owner", &is) ||
	    !sqlite_put_scalar(s, "boot", &(struct scalar){{0}}))
		return sqlite_fail(s, "make");
	if (owner->seat != NULL && !take_seat(s, owner->seat))
		return sqlite_fail(s, "make");
	s->store.dirty = true;
	return STATUS_OK;
}

static enum status check_is_store(struct sqlite *s)
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

static enum status take_up_store(struct sqlite *s, const struct store_owner *owner)
{
	enum status status = check_is_store(s);
	if (status == STATUS_OK && !execute_statements(s, sqlite_summary_table))
		status = sqlite_fail(s, "write");
	if (status == STATUS_OK)
		status = sqlite_prepare(s);
	if (status == STATUS_OK)
		status = check_store(s);
	if (status != STATUS_OK)
		return status;
	struct scalar boot, is;
	if (!sqlite_get_scalar(s, "owner", &is) || !sqlite_get_scalar(s, "boot", &boot))
		return sqlite_damaged(s, "it does not say whose it is");
	if (memcmp(&is.of[0], owner->cluster, sizeof(owner->cluster)) != 0 ||
	    is.of[1] != owner->node)
		return status_fail(
			STATUS_CORRUPT,
			"the store %s belongs to another cluster or node (it says n%lld)", s->path,
			(long long)is.of[1]);
	s->store.boot = (uint16_t)boot.of[0];
	return sqlite_run(s, BEGIN) ? STATUS_OK : sqlite_fail(s, "write");
}

bool store_exists(const char *dir)
{
	char path[PATH_BYTES];
	return path_join(dir, "store", path) == STATUS_OK && file_exists(path);
}

/* Counts the boot, and names the life. */
static enum status begin_life(struct sqlite *s)
{
	char name[16];
	if (s->store.boot == UINT16_MAX)
		return status_fail(STATUS_UNAVAILABLE,
				   "the store %s was opened %u times, which is the most", s->path,
				   UINT16_MAX);
	s->store.boot++;
	s->store.life = store_draw_life();
	s->store.dirty = true;
	snprintf(name, sizeof(name), "life %u", s->store.boot);
	const struct scalar boot = {{s->store.boot}};
	const struct scalar life = {{s->store.life, (int64_t)s->store.stored}};
	return sqlite_put_scalar(s, "boot", &boot) && sqlite_put_scalar(s, name, &life)
		       ? sqlite_commit(s)
		       : sqlite_fail(s, "write");
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
	if (!execute_statements(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
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
		status = fresh ? make_store(s, owner) : take_up_store(s, owner);
	if (status != STATUS_OK)
		return status;
	return begin_life(s);
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
