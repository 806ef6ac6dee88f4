/* A look into another node's store, from outside. */
#include <stdio.h>

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
