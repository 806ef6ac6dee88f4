/* The rows of the durable store: its statements, and what they read and write, each with the
 * checksum of its content. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "node/store/store_sqlite.h"

#define PUT(table)                                                                                 \
	"INSERT OR REPLACE INTO " table " (slot, round, node, value, checksum) "                   \
	"VALUES (?1, ?2, ?3, ?4, ?5)"
#define GET(table) "SELECT slot, round, node, value, checksum FROM " table " WHERE slot = ?1"

#define DELETE_BELOW(table) "DELETE FROM " table " WHERE slot < ?1"

#define TABLE(name)                                                                                \
	"CREATE TABLE " name " (slot INTEGER PRIMARY KEY, round INTEGER, node INTEGER, "           \
	"value BLOB, checksum INTEGER);"

const char sqlite_slot_tables[] =
	TABLE("vote") TABLE("chosen") TABLE("echo") TABLE("vote_proof") TABLE("chosen_proof");

/* slot: the last that the summary is about. */
const char sqlite_summary_table[] =
	"CREATE TABLE IF NOT EXISTS summary (slot INTEGER PRIMARY KEY, chain BLOB, proofs BLOB, "
	"checksum INTEGER);";

static const struct slot_table slot_tables[] = SQLITE_SLOT_TABLES;

_Static_assert(sizeof(slot_tables) / sizeof(slot_tables[0]) == SLOT_TABLES, "the tables are these");

/* PUT_VOTE, GET_VOTE, PUT_CHOSEN, ...: which table a statement is about. */
static unsigned table_of(enum statement which)
{
	return (unsigned)(which - PUT_VOTE) / 2;
}

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[FILL_CHOSEN] = "UPDATE chosen SET value = (SELECT value FROM vote WHERE slot = ?1) "
			"WHERE slot = ?1 AND value IS NULL",
	[PUT_SCALAR] = "INSERT OR REPLACE INTO scalar (name, a, b, c, d, e, f, checksum) "
		       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[GET_SCALAR] = "SELECT a, b, c, d, e, f FROM scalar WHERE name = ?1",
	[PUT_SUMMARY] = "INSERT OR REPLACE INTO summary (slot, chain, proofs, checksum) "
			"VALUES (?1, ?2, ?3, ?4)",
	[NEXT_SUMMARY] = "SELECT slot, chain, proofs, checksum FROM summary WHERE slot >= ?1 "
			 "ORDER BY slot LIMIT 1",
	[DELETE_SUMMARIES] = "DELETE FROM summary WHERE slot < ?1 - 1",
	[DELETE_VOTES] = DELETE_BELOW("vote"),
	[DELETE_CHOSEN] = DELETE_BELOW("chosen"),
	[DELETE_ECHOES] = DELETE_BELOW("echo"),
	[DELETE_VOTE_PROOFS] = DELETE_BELOW("vote_proof"),
	[DELETE_CHOSEN_PROOFS] = DELETE_BELOW("chosen_proof"),
	[PUT_VOTE] = PUT("vote"),
	[GET_VOTE] = GET("vote"),
	[PUT_CHOSEN] = PUT("chosen"),
	[GET_CHOSEN] = "SELECT c.slot, c.round, c.node, coalesce(c.value, v.value), c.checksum "
		       "FROM chosen c LEFT JOIN vote v ON v.slot = c.slot WHERE c.slot = ?1",
	[PUT_ECHO] = PUT("echo"),
	[GET_ECHO] = GET("echo"),
	[PUT_VOTE_PROOF] = PUT("vote_proof"),
	[GET_VOTE_PROOF] = GET("vote_proof"),
	[PUT_CHOSEN_PROOF] = PUT("chosen_proof"),
	[GET_CHOSEN_PROOF] = GET("chosen_proof"),
};

enum status sqlite_fail(const struct sqlite *s, const char *doing)
{
	const int code = s->unread != 0 ? s->unread : sqlite3_errcode(s->db);
	const char *words = s->unread != 0 ? sqlite3_errstr(s->unread) : sqlite3_errmsg(s->db);
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return status_fail(
			STATUS_CORRUPT,
			"the store %s is damaged (%s): a node that may have forgotten "
			"promises must not take part; start a new cluster in a fresh directory",
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
	case SQLITE_IOERR:
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot %s the store %s: the disk fails, or a limit of file "
				   "sizes is reached (%s)",
				   doing, s->path, words);
	default:
		return status_fail(STATUS_UNAVAILABLE, "cannot %s the store %s: %s", doing, s->path,
				   words);
	}
}

enum status sqlite_damaged(const struct sqlite *s, const char *what)
{
	if (s->unread != 0)
		return sqlite_fail(s, "read");
	return status_fail(STATUS_CORRUPT,
			   "the store %s is damaged (%s): a node that may have forgotten promises "
			   "must not take part; start a new cluster in a fresh directory",
			   s->path, what);
}

static void digest_number(crypto_generichash_state *state, int64_t number)
{
	crypto_generichash_update(state, (const uint8_t *)&number, sizeof(number));
}

int64_t sqlite_digest(char table, const void *text, size_t length, const int64_t *number,
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

enum status sqlite_prepare(struct sqlite *s)
{
	for (unsigned i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &s->statement[i], NULL) != SQLITE_OK)
			return sqlite_fail(s, "read");
	return STATUS_OK;
}

bool sqlite_run(struct sqlite *s, enum statement which)
{
	const int code = sqlite3_step(s->statement[which]);
	sqlite3_reset(s->statement[which]);
	return code == SQLITE_DONE;
}

bool sqlite_put_scalar(struct sqlite *s, const char *name, const struct scalar *value)
{
	sqlite3_stmt *put = s->statement[PUT_SCALAR];
	sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(put, 2 + i, value->of[i]);
	sqlite3_bind_int64(put, 8, sqlite_digest('s', name, strlen(name), value->of, 6));
	return sqlite_run(s, PUT_SCALAR);
}

bool sqlite_get_scalar(struct sqlite *s, const char *name, struct scalar *out)
{
	sqlite3_stmt *get = s->statement[GET_SCALAR];
	sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
	const int code = sqlite3_step(get);
	const bool found = code == SQLITE_ROW;
	if (!found && code != SQLITE_DONE && s->unread == 0)
		s->unread = code;
	for (int i = 0; found && i < 6; i++)
		out->of[i] = sqlite3_column_int64(get, i);
	sqlite3_reset(get);
	return found;
}

void sqlite_rise_base(struct sqlite *s)
{
	enum { CHOSEN = (PUT_CHOSEN - PUT_VOTE) / 2 };
	while (s->window[s->base % SLOTS_OPEN_MAX][CHOSEN] != 0) {
		memset(s->window[s->base % SLOTS_OPEN_MAX], 0, sizeof(s->window[0]));
		s->base++;
	}
}

/* Slots below the base are closed: their rows are read again only to answer laggards. */
static void note_row(struct sqlite *s, enum statement which, slot_number slot, int64_t checksum)
{
	if (slot < s->base || slot - s->base >= SLOTS_OPEN_MAX)
		return;
	s->window[slot % SLOTS_OPEN_MAX][table_of(which)] = checksum;
	sqlite_rise_base(s);
}

bool sqlite_put_slot(struct sqlite *s, enum statement which, const struct member_write *write,
		     const uint8_t *value, int64_t checksum, uint32_t length)
{
	sqlite3_stmt *put = s->statement[which];
	sqlite3_bind_int64(put, 1, (int64_t)write->slot);
	sqlite3_bind_int64(put, 2, write->ballot.round);
	sqlite3_bind_int64(put, 3, write->ballot.node);
	if (value != NULL)
		sqlite3_bind_blob(put, 4, value, (int)length, SQLITE_STATIC);
	else
		sqlite3_bind_null(put, 4);
	sqlite3_bind_int64(put, 5, checksum);
	if (!sqlite_run(s, which))
		return false;
	note_row(s, which, write->slot, checksum);
	return true;
}

int64_t sqlite_row_checksum(enum statement which, slot_number slot, struct ballot at,
			    const uint8_t *value, uint32_t length)
{
	const int64_t number[3] = {(int64_t)slot, at.round, at.node};
	return sqlite_digest(slot_tables[table_of(which)].letter, value, length, number, 3);
}

int64_t sqlite_window_digest(const struct sqlite *s)
{
	int64_t numbers[5] = {s->promised.round, s->promised.node, s->epoch, (int64_t)s->base,
			      (int64_t)s->low};
	/* A store that keeps everything is as it was before there was anything else. */
	return sqlite_digest('w', s->window, sizeof(s->window), numbers, s->low == 0 ? 4 : 5);
}

bool sqlite_begin_epoch(struct sqlite *s, uint32_t epoch)
{
	const struct scalar is = {{epoch}};
	char statements[160];
	bool good = true;
	for (unsigned i = PUT_VOTE; i < STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	for (unsigned i = 0; i < SLOT_TABLES && good && s->epoch != 0; i++) {
		snprintf(statements, sizeof(statements),
			 "DROP TABLE IF EXISTS %s_%u; ALTER TABLE %s RENAME TO %s_%u;",
			 slot_tables[i].name, s->epoch, slot_tables[i].name, slot_tables[i].name,
			 s->epoch);
		good = sqlite3_exec(s->db, statements, NULL, NULL, NULL) == SQLITE_OK;
	}
	if (good && s->epoch != 0) {
		good = sqlite3_exec(s->db, sqlite_slot_tables, NULL, NULL, NULL) == SQLITE_OK &&
		       sqlite3_exec(s->db, "DELETE FROM summary", NULL, NULL, NULL) == SQLITE_OK &&
		       sqlite_put_scalar(s, "promised", &(struct scalar){{0}});
		s->promised = BALLOT_NONE;
		s->base = s->low = 0;
		memset(s->window, 0, sizeof(s->window));
	}
	s->epoch = epoch;
	return good && sqlite_put_scalar(s, "epoch", &is);
}

enum status sqlite_get_slot(struct sqlite *s, enum statement which, slot_number slot,
			    struct slot_row *out)
{
	static const uint8_t nothing[1];
	sqlite3_stmt *get = s->statement[which];
	*out = (struct slot_row){.value = NULL};
	sqlite3_reset(get);
	sqlite3_bind_int64(get, 1, (int64_t)slot);
	const int code = sqlite3_step(get);
	if (code == SQLITE_DONE)
		return STATUS_OK;
	if (code != SQLITE_ROW)
		return sqlite_fail(s, "read");
	out->at.round = (uint32_t)sqlite3_column_int64(get, 1);
	out->at.node = (node_id)sqlite3_column_int64(get, 2);
	out->length = (uint32_t)sqlite3_column_bytes(get, 3);
	out->value = out->length > 0 ? sqlite3_column_blob(get, 3) : nothing;
	out->checksum = sqlite3_column_int64(get, 4);
	if (sqlite_row_checksum(which, slot, out->at, out->value, out->length) != out->checksum)
		return sqlite_damaged(s, "a row is not what was written");
	return STATUS_OK;
}
