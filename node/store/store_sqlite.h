/* What the files of the durable store share, each of which calls only files above it here:
 *   store_rows.c       reads and writes rows, with their checksums
 *   store_settings.c   the settings, as rows
 *   store_wal.c        keeps room in the log of transactions
 *   store_sqlite.c     writes batches, and puts back what is stored
 *   store_open.c       makes a store, takes one up again and checks it
 */
#ifndef NODE_STORE_STORE_SQLITE_H
#define NODE_STORE_STORE_SQLITE_H

#include <sqlite3.h>

#include "node/io/files.h"
#include "proto/core/limits.h"
#include "node/store/store_kind.h"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	FILL_CHOSEN,
	PUT_SCALAR,
	GET_SCALAR,
	PUT_SUMMARY,
	NEXT_SUMMARY,
	DELETE_SUMMARIES,
	DELETE_VOTES,
	DELETE_CHOSEN,
	DELETE_ECHOES,
	DELETE_VOTE_PROOFS,
	DELETE_CHOSEN_PROOFS,
	/* two a table of slots: */
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

/* A row for a slot each: slot, round, node, value, checksum. The value of a chosen row is NULL
 * where the vote's row of that slot holds the same: each value is stored once. */
#define SQLITE_SLOT_TABLES                                                                         \
	{                                                                                          \
		{"vote", 'v'}, {"chosen", 'c'}, {"echo", 'e'}, {"vote_proof", 'p'},                \
			{"chosen_proof", 'q'},                                                     \
	}
#define SLOT_TABLES 5

struct scalar {
	int64_t of[6];
};

/* How much peers had stored stands in rows of so many peers each. */
#define SQLITE_PEERS_A_ROW 6
#define SQLITE_STORED_ROWS ((NODES_MAX + SQLITE_PEERS_A_ROW - 1) / SQLITE_PEERS_A_ROW)

struct sqlite {
	struct store store;
	char path[PATH_BYTES];
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	uint64_t *commits; /* the file beside the store, mapped: survives kill -9 without a sync */
	int64_t log_bytes; /* of SQLite's log, with the room in it, when it was looked last */
	uint32_t epoch;    /* of the rows, 0 = not said yet */
	struct ballot promised;
	slot_number base; /* every slot below is chosen, */
	slot_number low;  /* and no slot below this one is kept */
	/* The checksums of the rows of the open slots, by slot and table; 0 = there is no row. */
	int64_t window[SLOTS_OPEN_MAX][SLOT_TABLES];
	struct store_settings settings; /* as stored, if has_settings */
	bool has_settings;
	int unread; /* SQLite's code when a scalar could not be read; 0 = all could */
};

/* Puts SQLite's last error into words, or the one by which a scalar could not be read; `doing` is
 * "read", "write", ... */
enum status sqlite_fail(const struct sqlite *s, const char *doing);
/* What could not be read is not damaged: then it says that. */
enum status sqlite_damaged(const struct sqlite *s, const char *what);

/* What a row's checksum must be: of the table's letter, the numbers, and the text or bytes. */
int64_t sqlite_digest(char table, const void *text, size_t length, const int64_t *number,
		      unsigned numbers);

/* Prepares the statements; the tables are there. */
enum status sqlite_prepare(struct sqlite *s);
bool sqlite_run(struct sqlite *s, enum statement which);
bool sqlite_put_scalar(struct sqlite *s, const char *name, const struct scalar *value);
/* False: there is none, or it cannot be read (`unread`). */
bool sqlite_get_scalar(struct sqlite *s, const char *name, struct scalar *out);

/* A row as it was stored; value is NULL if there is none. */
struct slot_row {
	struct ballot at;
	const uint8_t *value;
	uint32_t length;
	int64_t checksum;
};

/* The row of GET_VOTE, GET_CHOSEN, ...; the bytes are valid until the statement is reset. A row
 * that is not as it was stored is STATUS_CORRUPT. */
enum status sqlite_get_slot(struct sqlite *s, enum statement which, slot_number slot,
			    struct slot_row *out);

/* Writes the row of a slot, with this checksum. `value` NULL: of a choice, whose value stands in
 * the row of the vote. */
bool sqlite_put_slot(struct sqlite *s, enum statement which, const struct member_write *write,
		     const uint8_t *value, int64_t checksum, uint32_t length);
int64_t sqlite_row_checksum(enum statement which, slot_number slot, struct ballot at,
			    const uint8_t *value, uint32_t length);

/* Another log begins: the rows of the one before stay for readers, in tables of their own names. */
bool sqlite_begin_epoch(struct sqlite *s, uint32_t epoch);

/* Writes the settings. A control changes one of them and the number, so what is as it was before is
 * not written again. */
bool sqlite_put_settings(struct sqlite *s, const struct store_settings *settings);
bool sqlite_settings(const struct store *store, struct store_settings *out);
/* Reads them. False: some are there, and not all of them. */
bool sqlite_take_up_settings(struct sqlite *s);

/* What an opened store must find: promise, epoch, base and the rows of all open slots in one
 * number. A row that got lost changes it. */
int64_t sqlite_window_digest(const struct sqlite *s);
enum status sqlite_commit(struct sqlite *s);

/* After a transaction: keeps room for later ones. */
void sqlite_make_log_room(struct sqlite *s);

/* The base rises over slots whose decisions are stored. */
void sqlite_rise_base(struct sqlite *s);

/* store_summary.c: writes a summary; deletes the slots below `low`, over which the node is then, if
 * it was not before. */
enum status sqlite_put_summary(struct sqlite *s, const struct member_write *write);
enum status sqlite_delete_below(struct sqlite *s, slot_number low);
/* Puts the summaries back, and what the chain lacks from the last of them up to the base. */
enum status sqlite_restore_chain(struct sqlite *s, struct member *member);

struct slot_table {
	const char *name;
	char letter; /* in checksums */
};

/* Statements that make these tables, empty; and that of summaries, if there is none. */
extern const char sqlite_slot_tables[];
extern const char sqlite_summary_table[];

extern const struct store_kind store_kind_sqlite;

#endif
