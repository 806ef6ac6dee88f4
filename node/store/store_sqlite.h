/* What the two halves of the durable store share: store_sqlite.c writes and reads, store_open.c
 * makes a store, takes one up again and checks it. */
#ifndef NODE_IO_STORE_SQLITE_H
#define NODE_IO_STORE_SQLITE_H

#include <sqlite3.h>

#include "node/io/files.h"
#include "node/io/store_private.h"

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
	PUT_ECHO,
	GET_ECHO,
	PUT_VOTE_PROOF,
	GET_VOTE_PROOF,
	PUT_CHOSEN_PROOF,
	GET_CHOSEN_PROOF,
	STATEMENTS
};

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
	uint32_t epoch; /* of the rows, 0 = not said yet */
	struct ballot promised;
	slot_number base;               /* every slot below is chosen, when it was opened */
	struct store_settings settings; /* as stored, if has_settings */
	bool has_settings;
};

/* Puts SQLite's last error into words; `doing` is "read", "write", ... */
enum status sqlite_fail(const struct sqlite *s, const char *doing);
enum status sqlite_damaged(const struct sqlite *s, const char *what);

/* What a row's checksum must be: of the table's letter, the numbers, and the text or bytes. */
int64_t sqlite_digest(char table, const void *text, size_t length, const int64_t *number,
		      unsigned numbers);

/* Prepares the statements; the tables are there. */
enum status sqlite_prepare(struct sqlite *s);
bool sqlite_run(struct sqlite *s, enum statement which);
bool sqlite_put_scalar(struct sqlite *s, const char *name, const struct scalar *value);
bool sqlite_get_scalar(const struct sqlite *s, const char *name, struct scalar *out);

/* The row of GET_VOTE, GET_CHOSEN, ...; the bytes are valid until the statement is reset. */
bool sqlite_get_slot(struct sqlite *s, enum statement which, slot_number slot, struct ballot *at,
		     const uint8_t **value, uint32_t *length);
enum status sqlite_commit(struct sqlite *s);

/* A row for a slot each: slot, round, node, value, checksum. */
#define SQLITE_SLOT_TABLES                                                                         \
	{                                                                                          \
		{"vote", 'v'}, {"chosen", 'c'}, {"echo", 'e'}, {"vote_proof", 'p'},                \
			{"chosen_proof", 'q'},                                                     \
	}

struct slot_table {
	const char *name;
	char letter; /* in checksums */
};

/* Statements that make these tables, empty. */
extern const char sqlite_slot_tables[];

extern const struct store_kind store_kind_sqlite;

#endif
