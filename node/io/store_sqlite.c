/* The durable store: SQLite in WAL mode, synchronous=FULL, so that a commit is on the disk when it
 * returns. One transaction a batch. */
#include "node/io/store_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "node/io/files.h"

/* "Paxn": tells our files from other people's SQLite files. */
#define APPLICATION_ID 0x5061786e
#define FORMAT         1

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	PUT_SCALAR,
	GET_SCALAR,
	PUT_VOTE,
	GET_VOTE,
	PUT_CHOSEN,
	GET_CHOSEN,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[PUT_SCALAR] = "INSERT OR REPLACE INTO scalar (name, a, b, c, d, e, f, checksum) "
		       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[GET_SCALAR] = "SELECT a, b, c, d, e, f FROM scalar WHERE name = ?1",
	[PUT_VOTE] = "INSERT OR REPLACE INTO vote (slot, round, node, value, checksum) "
		     "VALUES (?1, ?2, ?3, ?4, ?5)",
	[GET_VOTE] = "SELECT slot, round, node, value, checksum FROM vote WHERE slot = ?1",
	[PUT_CHOSEN] = "INSERT OR REPLACE INTO chosen (slot, round, node, value, checksum) "
		       "VALUES (?1, ?2, ?3, ?4, ?5)",
	[GET_CHOSEN] = "SELECT slot, round, node, value, checksum FROM chosen WHERE slot = ?1",
};

/* scalar: what there is one of. promised: round, node. boot, gate, number: a. clock: real_us,
 * virtual_us, num, den. link N: cut, delay_us, jitter_us, loss, duplicate, reorder. commits: a.
 * owner: the cluster's id, the node's. */
static const char schema[] =
	"CREATE TABLE scalar (name TEXT PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER, d INTEGER, "
	"e INTEGER, f INTEGER, checksum INTEGER) WITHOUT ROWID;"
	"CREATE TABLE vote (slot INTEGER PRIMARY KEY, round INTEGER, node INTEGER, value BLOB, "
	"checksum INTEGER);"
	"CREATE TABLE chosen (slot INTEGER PRIMARY KEY, round INTEGER, node INTEGER, value BLOB, "
	"checksum INTEGER);";

struct scalar {
	int64_t of[6];
};

struct sqlite {
	struct store store;
	char path[PATH_BYTES];
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	uint64_t *commits; /* the file beside the store, mapped: survives kill -9 without a sync */
	uint64_t committed;
	struct ballot promised;
	slot_number base; /* every slot below is chosen, when it was opened */
};

static enum status fail(const struct sqlite *s, const char *doing)
{
	const int code = sqlite3_errcode(s->db);
	const char *words = sqlite3_errmsg(s->db);
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return status_fail(
			STATUS_CORRUPT,
			"the store %s is damaged (%s): a node that may have forgotten "
			"promises must not take part; remove its directory and join anew",
			s->path, words);
	case SQLITE_FULL:
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot %s the store %s: the disk is full (%s)", doing, s->path,
				   words);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot %s the store %s: another program has it open", doing,
				   s->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH:
		return status_fail(STATUS_DENIED,
				   "cannot %s the store %s: it cannot be written here (%s)", doing,
				   s->path, words);
	default:
		return status_fail(STATUS_UNAVAILABLE, "cannot %s the store %s: %s", doing, s->path,
				   words);
	}
}

static enum status damaged(const struct sqlite *s, const char *what)
{
	return status_fail(STATUS_CORRUPT,
			   "the store %s is damaged (%s): a node that may have forgotten promises "
			   "must not take part; remove its directory and join anew",
			   s->path, what);
}

static void digest_number(crypto_generichash_state *state, int64_t number)
{
	crypto_generichash_update(state, (const uint8_t *)&number, sizeof(number));
}

static int64_t digest(char table, const void *text, size_t length, const int64_t *number,
		      unsigned numbers)
{
	crypto_generichash_state state;
	uint8_t hash[crypto_generichash_BYTES_MIN];
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	digest_number(&state, table);
	for (unsigned i = 0; i < numbers; i++)
		digest_number(&state, number[i]);
	if (length > 0)
		crypto_generichash_update(&state, text, length);
	crypto_generichash_final(&state, hash, sizeof(hash));
	int64_t checksum;
	memcpy(&checksum, hash, sizeof(checksum));
	return checksum;
}

static bool run(struct sqlite *s, enum statement which)
{
	const int code = sqlite3_step(s->statement[which]);
	sqlite3_reset(s->statement[which]);
	return code == SQLITE_DONE;
}

static bool put_scalar(struct sqlite *s, const char *name, const struct scalar *value)
{
	sqlite3_stmt *put = s->statement[PUT_SCALAR];
	sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(put, 2 + i, value->of[i]);
	sqlite3_bind_int64(put, 8, digest('s', name, strlen(name), value->of, 6));
	return run(s, PUT_SCALAR);
}

static bool get_scalar(const struct sqlite *s, const char *name, struct scalar *out)
{
	sqlite3_stmt *get = s->statement[GET_SCALAR];
	sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
	const bool found = sqlite3_step(get) == SQLITE_ROW;
	for (int i = 0; found && i < 6; i++)
		out->of[i] = sqlite3_column_int64(get, i);
	sqlite3_reset(get);
	return found;
}

static bool put_slot(struct sqlite *s, enum statement which, const struct member_write *write)
{
	static const uint8_t nothing[1];
	sqlite3_stmt *put = s->statement[which];
	const uint8_t *value = write->value_length > 0 ? write->value : nothing;
	const int64_t number[3] = {(int64_t)write->slot, write->ballot.round, write->ballot.node};
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(put, 1 + i, number[i]);
	sqlite3_bind_blob(put, 4, value, (int)write->value_length, SQLITE_STATIC);
	sqlite3_bind_int64(
		put, 5,
		digest(which == PUT_VOTE ? 'v' : 'c', value, write->value_length, number, 3));
	return run(s, which);
}

/* The row of GET_VOTE or GET_CHOSEN; the bytes are valid until the statement is reset. */
static bool get_slot(struct sqlite *s, enum statement which, slot_number slot, struct ballot *at,
		     const uint8_t **value, uint32_t *length)
{
	static const uint8_t nothing[1];
	sqlite3_stmt *get = s->statement[which];
	sqlite3_reset(get);
	sqlite3_bind_int64(get, 1, (int64_t)slot);
	if (sqlite3_step(get) != SQLITE_ROW)
		return false;
	at->round = (uint32_t)sqlite3_column_int64(get, 1);
	at->node = (node_id)sqlite3_column_int64(get, 2);
	*length = (uint32_t)sqlite3_column_bytes(get, 3);
	*value = *length > 0 ? sqlite3_column_blob(get, 3) : nothing;
	return true;
}

static bool put_settings(struct sqlite *s, const struct store_settings *settings)
{
	const struct clock_rule *clock = &settings->clock;
	bool good =
		put_scalar(s, "clock",
			   &(struct scalar){{(int64_t)clock->real_us, (int64_t)clock->virtual_us,
					     clock->num, clock->den}}) &&
		put_scalar(s, "gate", &(struct scalar){{settings->gated}}) &&
		put_scalar(s, "number", &(struct scalar){{(int64_t)settings->number}});
	for (unsigned i = 1; i <= NODES_MAX && good; i++) {
		const struct link_rule *link = &settings->link[i];
		char name[16];
		snprintf(name, sizeof(name), "link %u", i);
		good = put_scalar(s, name,
				  &(struct scalar){{link->cut, (int64_t)link->delay_us,
						    (int64_t)link->jitter_us, link->loss_ppm,
						    link->duplicate_ppm, link->reorder_ppm}});
	}
	return good;
}

static bool sqlite_settings(const struct store *store, struct store_settings *out)
{
	const struct sqlite *s = (const struct sqlite *)store;
	struct scalar clock, gate, number, link;
	if (!get_scalar(s, "clock", &clock) || !get_scalar(s, "gate", &gate) ||
	    !get_scalar(s, "number", &number))
		return false;
	*out = (struct store_settings){
		.clock = {(time_us)clock.of[0], (time_us)clock.of[1], (uint32_t)clock.of[2],
			  (uint32_t)clock.of[3]},
		.gated = gate.of[0] != 0,
		.number = (uint64_t)number.of[0],
	};
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "link %u", i);
		if (!get_scalar(s, name, &link))
			return false;
		out->link[i] = (struct link_rule){
			.cut = link.of[0] != 0,
			.delay_us = (time_us)link.of[1],
			.jitter_us = (time_us)link.of[2],
			.loss_ppm = (uint32_t)link.of[3],
			.duplicate_ppm = (uint32_t)link.of[4],
			.reorder_ppm = (uint32_t)link.of[5],
		};
	}
	return true;
}

static enum status commit(struct sqlite *s)
{
	const struct scalar count = {{(int64_t)(s->committed + 1)}};
	if (!put_scalar(s, "commits", &count) || !run(s, COMMIT)) {
		const enum status status = fail(s, "write");
		run(s, ROLLBACK);
		return status;
	}
	*s->commits = ++s->committed;
	s->store.dirty = false;
	return STATUS_OK;
}

static enum status sqlite_write(struct store *store, const struct member_write *write,
				unsigned writes, const struct store_settings *settings, bool sync)
{
	struct sqlite *s = (struct sqlite *)store;
	if (writes == 0 && settings == NULL)
		return sync ? store_flush(store) : STATUS_OK;
	if (!store->dirty && !run(s, BEGIN))
		return fail(s, "write");
	store->dirty = true;
	bool good = settings == NULL || put_settings(s, settings);
	for (unsigned i = 0; i < writes && good; i++) {
		if (write[i].kind == MEMBER_PROMISED)
			s->promised = write[i].ballot;
		const struct scalar promised = {{s->promised.round, s->promised.node}};
		good = write[i].kind == MEMBER_PROMISED ? put_scalar(s, "promised", &promised)
		       : write[i].kind == MEMBER_VOTE   ? put_slot(s, PUT_VOTE, &write[i])
							: put_slot(s, PUT_CHOSEN, &write[i]);
	}
	if (!good)
		return fail(s, "write");
	return sync ? commit(s) : STATUS_OK;
}

static enum status sqlite_flush(struct store *store)
{
	return commit((struct sqlite *)store);
}

static bool sqlite_chosen(struct store *store, slot_number slot, struct ballot *at,
			  const uint8_t **value, uint32_t *length)
{
	return get_slot((struct sqlite *)store, GET_CHOSEN, slot, at, value, length);
}

static enum status sqlite_restore(struct store *store, struct member *member)
{
	struct sqlite *s = (struct sqlite *)store;
	member_restore(member, s->base, s->promised);
	/* The slots that a snapshot shows, and the open window. */
	const slot_number from = s->base > SNAPSHOT_SLOTS_MAX ? s->base - SNAPSHOT_SLOTS_MAX : 0;
	for (slot_number slot = from; slot < s->base + SLOTS_OPEN_MAX; slot++) {
		struct ballot voted_at = BALLOT_NONE, chosen_at = BALLOT_NONE;
		const uint8_t *voted = NULL, *chosen = NULL;
		uint32_t voted_length = 0, chosen_length = 0;
		const bool has_vote = get_slot(s, GET_VOTE, slot, &voted_at, &voted, &voted_length);
		const bool has_chosen =
			get_slot(s, GET_CHOSEN, slot, &chosen_at, &chosen, &chosen_length);
		if (has_vote || has_chosen)
			member_restore_slot(member, slot, voted_at, voted, voted_length, chosen_at,
					    chosen, chosen_length);
	}
	sqlite3_reset(s->statement[GET_VOTE]);
	sqlite3_reset(s->statement[GET_CHOSEN]);
	return STATUS_OK;
}

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
		return fail(s, "read");
	enum status status = STATUS_OK;
	if (sqlite3_step(statement) != SQLITE_ROW)
		status = fail(s, "read");
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		status = damaged(s, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return status;
}

static enum status check_table(struct sqlite *s, char table, const char *query, int numbers)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->db, query, -1, &statement, NULL) != SQLITE_OK)
		return fail(s, "read");
	enum status status = STATUS_OK;
	int code;
	while (status == STATUS_OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
		if (code != SQLITE_ROW) {
			status = fail(s, "read");
			break;
		}
		int64_t number[6];
		for (int i = 0; i < numbers; i++)
			number[i] = sqlite3_column_int64(statement, 2 + i);
		const size_t length = (size_t)sqlite3_column_bytes(statement, 0);
		if (digest(table, sqlite3_column_blob(statement, 0), length, number,
			   (unsigned)numbers) != sqlite3_column_int64(statement, 1))
			status = damaged(s, "a row is not what was written");
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
	if (status == STATUS_OK)
		status = check_table(s, 'v', "SELECT value, checksum, slot, round, node FROM vote",
				     3);
	if (status == STATUS_OK)
		status = check_table(s, 'c',
				     "SELECT value, checksum, slot, round, node FROM chosen", 3);
	struct scalar commits;
	if (status == STATUS_OK && !get_scalar(s, "commits", &commits))
		status = damaged(s, "its count of transactions is missing");
	if (status == STATUS_OK) {
		s->committed = (uint64_t)commits.of[0];
		if (s->committed < *s->commits)
			status = damaged(s, "its last transactions are missing");
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
		return damaged(s, "the file `commits` beside it is missing or cut short");
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

static enum status prepare(struct sqlite *s)
{
	for (unsigned i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &s->statement[i], NULL) != SQLITE_OK)
			return fail(s, "read");
	return STATUS_OK;
}

static enum status make(struct sqlite *s, const struct store_owner *owner)
{
	char head[128];
	snprintf(head, sizeof(head), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 APPLICATION_ID, FORMAT);
	if (!execute(s, "BEGIN IMMEDIATE") || !execute(s, head) || !execute(s, schema))
		return fail(s, "make");
	enum status status = prepare(s);
	if (status != STATUS_OK)
		return status;
	struct scalar is = {{0, owner->node}};
	memcpy(&is.of[0], owner->cluster, sizeof(owner->cluster));
	if (!put_scalar(s, "owner", &is) || !put_scalar(s, "boot", &(struct scalar){{0}}))
		return fail(s, "make");
	s->store.dirty = true;
	return STATUS_OK;
}

static enum status recognise(struct sqlite *s)
{
	int64_t application = 0, format = 0;
	if (!read_number(s, "PRAGMA application_id", &application) ||
	    !read_number(s, "PRAGMA user_version", &format))
		return fail(s, "read");
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
		status = prepare(s);
	if (status == STATUS_OK)
		status = check(s);
	if (status != STATUS_OK)
		return status;
	struct scalar boot, promised, is;
	if (!get_scalar(s, "owner", &is) || !get_scalar(s, "boot", &boot))
		return damaged(s, "it does not say whose it is");
	if (memcmp(&is.of[0], owner->cluster, sizeof(owner->cluster)) != 0 ||
	    is.of[1] != owner->node)
		return status_fail(
			STATUS_CORRUPT,
			"the store %s belongs to another cluster or node (it says n%lld)", s->path,
			(long long)is.of[1]);
	s->store.boot = (uint16_t)boot.of[0];
	if (get_scalar(s, "promised", &promised))
		s->promised = (struct ballot){(uint32_t)promised.of[0], (node_id)promised.of[1]};
	int64_t base = 0;
	int64_t chosen = 0;
	if (!read_number(s, "SELECT count(*) FROM chosen", &chosen))
		return fail(s, "read");
	const char *gap =
		"SELECT c.slot + 1 FROM chosen c WHERE NOT EXISTS "
		"(SELECT 1 FROM chosen d WHERE d.slot = c.slot + 1) ORDER BY c.slot LIMIT 1";
	struct ballot at;
	const uint8_t *value;
	uint32_t length;
	if (chosen > 0 && get_slot(s, GET_CHOSEN, 0, &at, &value, &length) &&
	    !read_number(s, gap, &base))
		return fail(s, "read");
	sqlite3_reset(s->statement[GET_CHOSEN]);
	s->base = (slot_number)base;
	return run(s, BEGIN) ? STATUS_OK : fail(s, "write");
}

static void sqlite_close(struct store *store)
{
	struct sqlite *s = (struct sqlite *)store;
	store_flush(store);
	for (unsigned i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statement[i]);
	sqlite3_close(s->db);
	if (s->commits != NULL)
		munmap(s->commits, sizeof(uint64_t));
	free(s);
}

static const struct store_kind kind = {.settings = sqlite_settings,
				       .restore = sqlite_restore,
				       .write = sqlite_write,
				       .chosen = sqlite_chosen,
				       .flush = sqlite_flush,
				       .close = sqlite_close};

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
		return fail(s, "open");
	/* Exclusive: no second process, and no shared memory file to go through. The cache is
	 * small because a node is. */
	if (!execute(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			"PRAGMA synchronous = FULL; PRAGMA cache_size = -1024;"))
		return fail(s, "open");
	/* A store without tables is one whose making was cut off: nothing was promised yet. */
	int64_t tables = 0;
	if (!read_number(s, "SELECT count(*) FROM sqlite_master", &tables))
		return fail(s, "read");
	const bool fresh = !exists || tables == 0;
	if (fresh && must_exist)
		return damaged(s, exists ? "it is empty" : "it is gone");
	status = map_commits(s, dir, fresh);
	if (status == STATUS_OK)
		status = fresh ? make(s, owner) : take_up(s, owner);
	if (status != STATUS_OK)
		return status;
	s->store.boot++;
	s->store.dirty = true;
	const struct scalar boot = {{s->store.boot}};
	return put_scalar(s, "boot", &boot) ? commit(s) : fail(s, "write");
}

enum status store_open(const char *dir, const struct store_owner *owner, bool must_exist,
		       struct store **out)
{
	*out = NULL;
	struct sqlite *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	s->store.kind = &kind;
	const enum status status = open_in(s, dir, owner, must_exist);
	if (status != STATUS_OK) {
		s->store.dirty = false;
		sqlite_close(&s->store);
		return status;
	}
	*out = &s->store;
	return STATUS_OK;
}
