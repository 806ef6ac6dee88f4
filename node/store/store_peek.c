/* A look into another node's store, from outside. */
#include <stdio.h>
#include <string.h>

#include "node/store/store_sqlite.h"

static const struct slot_table slot_tables[] = SQLITE_SLOT_TABLES;

static bool read_number(sqlite3 *db, const char *query, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	bool found = false;
	if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		*out = sqlite3_column_int64(statement, 0);
		found = true;
	}
	sqlite3_finalize(statement);
	return found;
}

/* A store without an epoch was never told of one: it is in the first. */
static bool read_untouched(sqlite3 *db, uint32_t epoch, slot_number *untouched)
{
	int64_t is = 0, end = 0;
	char query[96];
	*untouched = 0;
	if (!read_number(db, "SELECT coalesce(max(a), 1) FROM scalar WHERE name = 'epoch'", &is) ||
	    !read_number(db, "SELECT coalesce(max(b), 0) FROM scalar WHERE name = 'commits'", &end))
		return false;
	/* Of slots below the base there may be no rows. */
	if ((uint32_t)is == epoch)
		*untouched = (slot_number)end;
	for (unsigned i = 0; i < sizeof(slot_tables) / sizeof(slot_tables[0]); i++) {
		snprintf(query, sizeof(query), "SELECT coalesce(max(slot) + 1, 0) FROM %s",
			 slot_tables[i].name);
		if (!read_number(db, query, &end))
			return false;
		if ((uint32_t)is == epoch && (slot_number)end > *untouched)
			*untouched = (slot_number)end;
	}
	return true;
}

bool store_peek_untouched(const char *dir, uint32_t epoch, slot_number *untouched)
{
	char path[PATH_BYTES];
	sqlite3 *db = NULL;
	bool good = path_join(dir, "store", path) == STATUS_OK && file_exists(path) &&
		    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		    read_untouched(db, epoch, untouched);
	sqlite3_close(db);
	return good;
}

/* --- all rows ------------------------------------------------------------------------------ */

struct peek {
	char path[PATH_BYTES];
	sqlite3 *db;
	void (*use)(void *user, const struct store_row *row);
	void *user;
};

static enum status cannot_read(const struct peek *p)
{
	const int code = sqlite3_errcode(p->db) & 0xff;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return status_fail(STATUS_CORRUPT, "the store %s is damaged: %s", p->path,
				   sqlite3_errmsg(p->db));
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot read the store %s: its node runs, or another program "
				   "has it open",
				   p->path);
	return status_fail(STATUS_UNAVAILABLE, "cannot read the store %s: %s", p->path,
			   sqlite3_errmsg(p->db));
}

static enum status check_pages(const struct peek *p)
{
	sqlite3_stmt *statement = NULL;
	enum status status = STATUS_OK;

	if (sqlite3_prepare_v2(p->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		status = cannot_read(p);
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		status = status_fail(STATUS_CORRUPT, "the store %s is damaged: %s", p->path,
				     sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return status;
}

static enum status peek_scalars(const struct peek *p, struct store_peeked *out)
{
	sqlite3_stmt *statement = NULL;
	enum status status = STATUS_OK;
	int code = SQLITE_ERROR;

	if (sqlite3_prepare_v2(p->db, "SELECT name, checksum, a, b, c, d, e, f FROM scalar", -1,
			       &statement, NULL) != SQLITE_OK)
		return cannot_read(p);
	while (status == STATUS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		int64_t of[6];

		for (int i = 0; i < 6; i++)
			of[i] = sqlite3_column_int64(statement, 2 + i);
		if (sqlite_digest('s', name, strlen(name), of, 6) !=
		    sqlite3_column_int64(statement, 1))
			status = status_fail(STATUS_CORRUPT,
					     "the store %s is damaged: its row '%s' is not what "
					     "was written",
					     p->path, name);
		if (strcmp(name, "epoch") == 0)
			out->epoch = (uint32_t)of[0];
		if (strcmp(name, "promised") == 0)
			out->promised = (struct ballot){(uint32_t)of[0], (node_id)of[1]};
		if (strcmp(name, "boot") == 0)
			out->boot = (uint16_t)of[0];
		if (strcmp(name, "commits") == 0)
			out->low = (slot_number)of[3];
	}
	if (status == STATUS_OK && code != SQLITE_DONE)
		status = cannot_read(p);
	sqlite3_finalize(statement);
	return status;
}

/* The tables that a judge looks at have their rows told; those of proofs are only checked. */
static enum status peek_table(const struct peek *p, unsigned table)
{
	static const enum store_table told[] = {STORE_VOTE, STORE_CHOSEN, STORE_ECHO};
	static const uint8_t nothing[1];
	sqlite3_stmt *statement = NULL;
	enum status status = STATUS_OK;
	char query[256];
	int code = SQLITE_ERROR;

	snprintf(query, sizeof(query),
		 strcmp(slot_tables[table].name, "chosen") == 0
			 ? "SELECT c.slot, c.round, c.node, coalesce(c.value, v.value), c.checksum "
			   "FROM %s c LEFT JOIN vote v ON v.slot = c.slot"
			 : "SELECT slot, round, node, value, checksum FROM %s",
		 slot_tables[table].name);
	if (sqlite3_prepare_v2(p->db, query, -1, &statement, NULL) != SQLITE_OK)
		return cannot_read(p);
	while (status == STATUS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct store_row row = {
			.slot = (slot_number)sqlite3_column_int64(statement, 0),
			.at = {(uint32_t)sqlite3_column_int64(statement, 1),
			       (node_id)sqlite3_column_int64(statement, 2)},
			.length = (uint32_t)sqlite3_column_bytes(statement, 3),
			.value = nothing,
		};

		if (row.length > 0)
			row.value = sqlite3_column_blob(statement, 3);
		if (sqlite_row_checksum(PUT_VOTE + 2 * table, row.slot, row.at, row.value,
					row.length) != sqlite3_column_int64(statement, 4)) {
			status = status_fail(STATUS_CORRUPT,
					     "the store %s is damaged: the row of slot %llu in its "
					     "table '%s' is not what was written",
					     p->path, (unsigned long long)row.slot,
					     slot_tables[table].name);
		} else if (table < sizeof(told) / sizeof(told[0])) {
			row.table = told[table];
			p->use(p->user, &row);
		}
	}
	if (status == STATUS_OK && code != SQLITE_DONE)
		status = cannot_read(p);
	sqlite3_finalize(statement);
	return status;
}

enum status store_peek(const char *dir, struct store_peeked *out,
		       void (*use)(void *user, const struct store_row *row), void *user)
{
	struct peek p = {.use = use, .user = user};
	enum status status = path_join(dir, "store", p.path);

	*out = (struct store_peeked){.epoch = 0};
	if (status != STATUS_OK)
		return status;
	if (!file_exists(p.path))
		return status_fail(STATUS_UNAVAILABLE, "there is no store %s", p.path);
	if (sqlite3_open_v2(p.path, &p.db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		status = cannot_read(&p);
	if (status == STATUS_OK)
		status = check_pages(&p);
	if (status == STATUS_OK)
		status = peek_scalars(&p, out);
	for (unsigned i = 0; i < SLOT_TABLES && status == STATUS_OK; i++)
		status = peek_table(&p, i);
	sqlite3_close(p.db);
	return status;
}
