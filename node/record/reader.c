#include "node/record/reader.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/files.h"
#include "node/record/item_row.h"
#include "node/record/value_rows.h"
#include "proto/wire/control_frame.h"
#include "proto/wire/hex.h"

#define ROWS_AT_ONCE 256  /* a file is not kept busy for longer than it takes to read them */
#define VALUES_NOTED 8192 /* numbers whose references are noted, a power of two */
#define ABOUT_MAX    128

enum read_statement {
	GET_ABOUT,
	GET_END,
	GET_LAST,
	GET_ITEMS,
	GET_BATCH,
	GET_VALUE,
	GET_SNAPSHOT,
	GET_PROOF,
	GET_LOAD,
	GET_MEMBER,
	GET_MARKS,
	GET_COMMANDS,
	GET_DEEDS,
	GET_KIND,
	GET_EVENTS,
	GET_TIME,
	GET_AT,
	DECISION_AFTER,
	DECISION_BEFORE,
	READ_STATEMENTS
};

static const char *const sql[READ_STATEMENTS] = {
	[GET_ABOUT] = "SELECT value FROM about WHERE name = ?",
	[GET_END] = "SELECT max(last) FROM batch",
	[GET_LAST] = "SELECT max(number) FROM item",
	[GET_ITEMS] = "SELECT * FROM item WHERE number > ? AND number <= ? ORDER BY number",
	[GET_BATCH] =
		"SELECT last, at, real, digest FROM batch WHERE last > ? ORDER BY last LIMIT 1",
	[GET_VALUE] = "SELECT digest, digest2, length, bytes FROM value WHERE number = ?",
	[GET_SNAPSHOT] = "SELECT ahead, bytes FROM snapshot WHERE number = ?",
	[GET_PROOF] = "SELECT holder, verdict, bytes FROM proof WHERE number = ?",
	[GET_LOAD] = "SELECT bytes FROM load WHERE number = ?",
	[GET_MEMBER] = "SELECT data FROM member WHERE node = ?",
	[GET_MARKS] = "SELECT name, after FROM mark ORDER BY after, name",
	[GET_COMMANDS] = "SELECT words, after FROM command WHERE kind = 'command' ORDER BY id",
	[GET_DEEDS] = "SELECT count(*) FROM command WHERE kind <> 'command' AND after < ?",
	[GET_KIND] = "SELECT kind FROM item WHERE number = ?",
	[GET_EVENTS] = "SELECT count(*) FROM item WHERE number <= ? AND kind > 0",
	[GET_AT] = "SELECT at FROM item WHERE number = ?",
	[GET_TIME] = "SELECT max(last) FROM batch WHERE at <= ?",
	/* 50 is EVENT_CHOSEN, 256 times BECAUSE_COUNTED stands in `reason` */
	[DECISION_AFTER] = ("SELECT min(number) FROM item WHERE kind = 50 AND number >= ?"
			    " AND (reason >> 8 & 255) = ?"),
	[DECISION_BEFORE] = ("SELECT max(number) FROM item WHERE kind = 50 AND number <= ?"
			     " AND (reason >> 8 & 255) = ?"),
};

_Static_assert(EVENT_CHOSEN == 50, "the index and the searches for decisions name its code");

struct batch {
	uint64_t last;
	struct reader_tick tick;
	uint64_t digest;
};

struct reader {
	char path[PATH_BYTES];
	sqlite3 *db;
	sqlite3_stmt *statement[READ_STATEMENTS];
	struct cluster_info info;
	enum cluster_kind kind;
	uint64_t began_us;
	struct wire_context context;
	char name[ABOUT_MAX];

	uint64_t at;    /* number of the item that was read last */
	uint64_t first; /* rows that were read ahead: the number of the first, */
	unsigned rows, next;
	struct item_row row[ROWS_AT_ONCE];
	uint64_t digest; /* of the rows of the batch so far, */
	bool whole;      /* if they were read from its beginning */
	struct batch batch;

	uint64_t sweeps; /* of the table whose references are noted */
	const struct values *noted_in;
	struct noted {
		int64_t number;
		value_ref ref;
	} noted[VALUES_NOTED];

	struct event event;
	struct snapshot snapshot;
	struct item_proof proof;
	struct item_load load;
	uint8_t proof_bytes[CONTROL_FRAME_BYTES_MAX];
};

/* --- what goes wrong ----------------------------------------------------------------------- */

static enum status damaged(const struct reader *r, const char *what, uint64_t number)
{
	return status_fail(STATUS_CORRUPT,
			   "the recording %s is damaged: %s %llu is not as it was"
			   " recorded",
			   r->path, what, (unsigned long long)number);
}

static enum status cannot_read(const struct reader *r)
{
	const int code = sqlite3_errcode(r->db);

	if (code == SQLITE_NOTADB)
		return status_fail(STATUS_CORRUPT, "%s is no recording", r->path);
	if (code == SQLITE_CORRUPT)
		return status_fail(STATUS_CORRUPT, "the recording %s is damaged or cut: %s",
				   r->path, sqlite3_errmsg(r->db));
	return status_fail(STATUS_UNAVAILABLE, "cannot read the recording %s: %s", r->path,
			   sqlite3_errmsg(r->db));
}

/* --- open ---------------------------------------------------------------------------------- */

static bool read_number(sqlite3 *db, const char *query, int64_t *out)
{
	sqlite3_stmt *s;
	bool found = false;

	if (sqlite3_prepare_v2(db, query, -1, &s, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(s) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		found = true;
	}
	sqlite3_finalize(s);
	return found;
}

static enum status check_format(const struct reader *r)
{
	int64_t application, format;

	if (!read_number(r->db, "PRAGMA application_id", &application) ||
	    !read_number(r->db, "PRAGMA user_version", &format))
		return cannot_read(r);
	if (application != RECORDING_APPLICATION)
		return status_fail(STATUS_CORRUPT, "%s is no recording", r->path);
	if (format > RECORDING_FORMAT)
		return status_fail(STATUS_UNAVAILABLE,
				   "the recording %s is of format %lld, by a newer paxos-tui: this "
				   "one reads format %d",
				   r->path, (long long)format, RECORDING_FORMAT);
	if (format < RECORDING_FORMAT_LEAST)
		return status_fail(STATUS_CORRUPT,
				   "the recording %s is of format %lld, which no paxos-tui wrote",
				   r->path, (long long)format);
	return STATUS_OK;
}

/* SQLite fills up a last page that is not whole. */
static enum status check_length(const struct reader *r)
{
	struct stat file;

	if (stat(r->path, &file) < 0 || file.st_size % RECORDING_PAGE == 0)
		return STATUS_OK;
	return status_fail(STATUS_CORRUPT, "the recording %s is cut: its last page is not whole",
			   r->path);
}

static enum status prepare(struct reader *r)
{
	for (unsigned i = 0; i < READ_STATEMENTS; i++)
		if (sqlite3_prepare_v3(r->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &r->statement[i], NULL) != SQLITE_OK)
			return cannot_read(r);
	return STATUS_OK;
}

static void about(struct reader *r, const char *name, char out[ABOUT_MAX])
{
	sqlite3_stmt *s = r->statement[GET_ABOUT];

	out[0] = '\0';
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) != NULL)
		snprintf(out, ABOUT_MAX, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_reset(s);
}

/* False: it is not there, or no number up to `max`. */
static bool about_number(struct reader *r, const char *name, uint64_t max, uint64_t *out)
{
	char text[ABOUT_MAX], *end;

	about(r, name, text);
	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out <= max;
}

static enum status read_about(struct reader *r)
{
	uint64_t nodes, quorum, epoch, policy, seed;
	char kind[ABOUT_MAX], mode[ABOUT_MAX], identity[ABOUT_MAX];
	struct cluster_info *info = &r->info;

	about(r, "kind", kind);
	about(r, "mode", mode);
	about(r, "identity", identity);
	about(r, "cluster", r->name);
	if (!about_number(r, "nodes", NODES_MAX, &nodes) || nodes == 0 ||
	    !about_number(r, "quorum", nodes, &quorum) ||
	    !about_number(r, "epoch", UINT32_MAX, &epoch) ||
	    !about_number(r, "policy", UINT32_MAX, &policy) ||
	    !policy_is_known((policy_id)policy) || !about_number(r, "seed", UINT64_MAX, &seed) ||
	    !about_number(r, "began", INT64_MAX, &r->began_us) ||
	    hex_read(identity, r->context.cluster, sizeof(r->context.cluster)) !=
		    sizeof(r->context.cluster))
		return status_fail(STATUS_CORRUPT,
				   "the recording %s is damaged: what it is about is not there",
				   r->path);
	r->kind = strcmp(kind, "simulated") == 0  ? CLUSTER_SIMULATED
		  : strcmp(kind, "attached") == 0 ? CLUSTER_ATTACHED
						  : CLUSTER_LIVE;
	r->context.nodes = (uint8_t)nodes;
	*info = (struct cluster_info){
		.kind = CLUSTER_RECORDED,
		.nodes = (uint8_t)nodes,
		.why_not = "this is a recording: what happened cannot be changed",
		.epoch = (uint32_t)epoch,
		.mode = strcmp(mode, "multi") == 0 ? MODE_MULTI : MODE_SINGLE,
		.quorum = (uint8_t)quorum,
		.policy = (policy_id)policy,
		.seed = seed,
	};
	snprintf(info->name, sizeof(info->name), "%.*s", (int)sizeof(info->name) - 1, r->name);
	return STATUS_OK;
}

/* A file that its writer did not close has another one beside it, with what was written last, and
 * SQLite must be able to put the two together. Where the directory cannot be written, and there is
 * no such file, it is read as it is. */
static enum status open_file(struct reader *r)
{
	char uri[3 * PATH_BYTES + 32], log[PATH_BYTES + 8];
	size_t used = (size_t)snprintf(uri, sizeof(uri), "file:");
	int64_t count;

	struct stat file;

	if (stat(r->path, &file) < 0 || access(r->path, R_OK) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read the recording %s",
					 r->path);
	if (!S_ISREG(file.st_mode))
		return status_fail(STATUS_CORRUPT, "%s is no recording", r->path);
	if (sqlite3_open_v2(r->path, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return r->db != NULL ? cannot_read(r)
				     : status_fail(STATUS_UNAVAILABLE, "not enough memory");
	sqlite3_busy_timeout(r->db, 1000);
	if (read_number(r->db, "SELECT count(*) FROM sqlite_master", &count))
		return STATUS_OK;
	snprintf(log, sizeof(log), "%s-wal", r->path);
	if (sqlite3_errcode(r->db) != SQLITE_CANTOPEN || access(log, F_OK) == 0)
		return cannot_read(r);
	sqlite3_close(r->db);
	for (const char *c = r->path; *c != '\0'; c++)
		used += (size_t)snprintf(uri + used, sizeof(uri) - used,
					 strchr("%?#", *c) != NULL ? "%%%02x" : "%c",
					 (unsigned char)*c);
	snprintf(uri + used, sizeof(uri) - used, "?immutable=1");
	if (sqlite3_open_v2(uri, &r->db,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return cannot_read(r);
	return STATUS_OK;
}

enum status reader_open(const char *path, struct reader **out)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum status status;

	*out = NULL;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	if (strlen(path) >= sizeof(r->path)) {
		free(r);
		return status_fail(STATUS_USAGE,
				   "the path of the recording is too long: at most %zu bytes",
				   sizeof(r->path) - 1);
	}
	snprintf(r->path, sizeof(r->path), "%s", path);
	status = open_file(r);
	if (status == STATUS_OK)
		status = check_format(r);
	if (status == STATUS_OK)
		status = check_length(r);
	if (status == STATUS_OK)
		status = prepare(r);
	if (status == STATUS_OK)
		status = read_about(r);
	if (status != STATUS_OK) {
		reader_close(r);
		return status;
	}
	reader_seek(r, 0);
	*out = r;
	return STATUS_OK;
}

void reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < READ_STATEMENTS; i++)
		sqlite3_finalize(r->statement[i]);
	sqlite3_close(r->db);
	free(r);
}

void reader_info(const struct reader *r, struct cluster_info *out)
{
	*out = r->info;
}

enum cluster_kind reader_kind(const struct reader *r)
{
	return r->kind;
}

uint64_t reader_began_us(const struct reader *r)
{
	return r->began_us;
}

const uint8_t *reader_identity(const struct reader *r)
{
	return r->context.cluster;
}

void reader_endpoint(struct reader *r, node_id node, char data[ENDPOINT_MAX])
{
	sqlite3_stmt *s = r->statement[GET_MEMBER];

	data[0] = '\0';
	sqlite3_bind_int64(s, 1, node);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) != NULL)
		snprintf(data, ENDPOINT_MAX, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_reset(s);
}

const char *reader_path(const struct reader *r)
{
	return r->path;
}

/* --- one number by one number --------------------------------------------------------------- */

/* The first column of the only row; 0 = there is none. */
static uint64_t ask(struct reader *r, enum read_statement which, uint64_t a, uint64_t b)
{
	sqlite3_stmt *s = r->statement[which];
	uint64_t answer = 0;

	sqlite3_bind_int64(s, 1, (int64_t)a);
	sqlite3_bind_int64(s, 2, (int64_t)b);
	if (sqlite3_step(s) == SQLITE_ROW)
		answer = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return answer;
}

uint64_t reader_items(struct reader *r)
{
	return ask(r, GET_END, 0, 0);
}

uint64_t reader_find_decision(struct reader *r, uint64_t from, int by)
{
	return ask(r, by > 0 ? DECISION_AFTER : DECISION_BEFORE, from, BECAUSE_COUNTED);
}

bool reader_is_event(struct reader *r, uint64_t number)
{
	return (int64_t)ask(r, GET_KIND, number, 0) > 0;
}

uint64_t reader_events(struct reader *r, uint64_t items)
{
	return ask(r, GET_EVENTS, items, 0);
}

time_us reader_time_of(struct reader *r, uint64_t number)
{
	return ask(r, GET_AT, number, 0);
}

uint64_t reader_find_time(struct reader *r, time_us at)
{
	return ask(r, GET_TIME, at, 0);
}

static void use_each(sqlite3_stmt *s, void (*use)(void *user, const char *text, uint64_t after),
		     void *user)
{
	while (sqlite3_step(s) == SQLITE_ROW)
		if (sqlite3_column_text(s, 0) != NULL)
			use(user, (const char *)sqlite3_column_text(s, 0),
			    (uint64_t)sqlite3_column_int64(s, 1));
	sqlite3_reset(s);
}

void reader_marks(struct reader *r, void (*use)(void *user, const char *name, uint64_t after),
		  void *user)
{
	use_each(r->statement[GET_MARKS], use, user);
}

void reader_commands(struct reader *r, void (*use)(void *user, const char *line, uint64_t after),
		     void *user)
{
	use_each(r->statement[GET_COMMANDS], use, user);
}

uint64_t reader_deeds(struct reader *r, uint64_t items)
{
	sqlite3_stmt *s = r->statement[GET_DEEDS];
	sqlite3_bind_int64(s, 1, (int64_t)items);
	const uint64_t deeds =
		sqlite3_step(s) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;

	sqlite3_reset(s);
	return deeds;
}

/* --- items --------------------------------------------------------------------------------- */

void reader_seek(struct reader *r, uint64_t after)
{
	if (after < r->first - 1 || after > r->first + r->rows - 1 || r->rows == 0) {
		r->rows = r->next = 0;
		r->first = after + 1;
	} else {
		r->next = (unsigned)(after + 1 - r->first);
	}
	r->at = after;
	r->batch.last = 0;
	r->whole = false;
	r->digest = 0;
}

uint64_t reader_at(const struct reader *r)
{
	return r->at;
}

static void copy_row(sqlite3_stmt *s, struct item_row *row)
{
	const void *rule = sqlite3_column_blob(s, ITEM_NUMBERS + 1);
	const int length = sqlite3_column_bytes(s, ITEM_NUMBERS + 1);

	for (int i = 0; i < ITEM_NUMBERS; i++)
		row->of[i] = sqlite3_column_int64(s, i + 1);
	row->rule_length = length > RULE_BYTES_MAX ? RULE_BYTES_MAX : (unsigned)length;
	if (row->rule_length > 0)
		memcpy(row->rule, rule, row->rule_length);
}

/* Reads ahead. False: there is nothing, or it is damaged (`wrong`). */
static bool read_rows(struct reader *r, bool *wrong)
{
	sqlite3_stmt *s = r->statement[GET_ITEMS];
	int code;

	r->first = r->at + 1;
	r->rows = r->next = 0;
	sqlite3_bind_int64(s, 1, (int64_t)r->at);
	sqlite3_bind_int64(s, 2, (int64_t)(r->at + ROWS_AT_ONCE));
	while (r->rows < ROWS_AT_ONCE && (code = sqlite3_step(s)) == SQLITE_ROW) {
		if ((uint64_t)sqlite3_column_int64(s, 0) != r->first + r->rows) {
			damaged(r, "item", r->first + r->rows);
			*wrong = true;
			break;
		}
		copy_row(s, &r->row[r->rows++]);
	}
	if (!*wrong && r->rows < ROWS_AT_ONCE && code != SQLITE_DONE) {
		cannot_read(r);
		*wrong = true;
	}
	sqlite3_reset(s);
	return r->rows > 0 && !*wrong;
}

/* The batch of the item that comes next. */
static bool read_batch(struct reader *r, bool *wrong)
{
	sqlite3_stmt *s = r->statement[GET_BATCH];
	bool found;

	sqlite3_bind_int64(s, 1, (int64_t)r->at);
	found = sqlite3_step(s) == SQLITE_ROW;
	if (found) {
		const uint64_t before = r->batch.last;

		r->batch.last = (uint64_t)sqlite3_column_int64(s, 0);
		r->batch.tick.at = (time_us)sqlite3_column_int64(s, 1);
		r->batch.tick.real_us = (uint64_t)sqlite3_column_int64(s, 2);
		r->batch.digest = (uint64_t)sqlite3_column_int64(s, 3);
		r->whole = r->at == before;
		r->digest = 0;
	} else if (sqlite3_errcode(r->db) != SQLITE_DONE) {
		cannot_read(r);
		*wrong = true;
	}
	sqlite3_reset(s);
	return found;
}

/* The reference of a value by its number. False: damaged, and said. */
static bool read_value(struct reader *r, struct values *values, int64_t number, value_ref *ref)
{
	struct noted *noted = &r->noted[(uint64_t)number % VALUES_NOTED];
	sqlite3_stmt *s = r->statement[GET_VALUE];
	bool right = false;

	*ref = number == VALUE_NUMBER_NOOP ? VALUE_NOOP : VALUE_NONE;
	if (number == VALUE_NUMBER_NONE || number == VALUE_NUMBER_NOOP)
		return true;
	if (r->noted_in != values || r->sweeps != values_sweeps(values)) {
		memset(r->noted, 0, sizeof(r->noted));
		r->noted_in = values;
		r->sweeps = values_sweeps(values);
	}
	if (noted->number == number) {
		*ref = noted->ref;
		return true;
	}
	sqlite3_bind_int64(s, 1, number);
	if (sqlite3_step(s) == SQLITE_ROW) {
		const struct value_row row = {.digest = (uint64_t)sqlite3_column_int64(s, 0),
					      .digest2 = (uint64_t)sqlite3_column_int64(s, 1),
					      .length = (uint64_t)sqlite3_column_int64(s, 2),
					      .bytes = sqlite3_column_blob(s, 3),
					      .bytes_length = (uint32_t)sqlite3_column_bytes(s, 3)};

		right = value_row_intern(values, &row, ref);
	}
	sqlite3_reset(s);
	if (!right)
		damaged(r, "value", (uint64_t)number);
	else
		*noted = (struct noted){number, *ref};
	return right;
}

static bool read_event(struct reader *r, struct values *values, const struct item_row *row)
{
	if (!item_row_event(row, &r->event) || r->event.node > r->info.nodes) {
		damaged(r, "item", r->at);
		return false;
	}
	return read_value(r, values, row->of[ITEM_COLUMN(value)], &r->event.value);
}

static bool read_snapshot(struct reader *r, struct values *values, const struct item_row *row)
{
	sqlite3_stmt *s = r->statement[GET_SNAPSHOT];
	bool right = false;

	sqlite3_bind_int64(s, 1, (int64_t)r->at);
	if (sqlite3_step(s) == SQLITE_ROW) {
		const int64_t ahead = sqlite3_column_int64(s, 0);
		const uint8_t *bytes = sqlite3_column_blob(s, 1);
		const size_t length = (size_t)sqlite3_column_bytes(s, 1);

		right = item_bytes_digest((uint64_t)ahead, bytes, length) ==
				row->of[ITEM_COLUMN(extra)] &&
			snapshot_decode(&r->context, bytes, length, values, &r->snapshot) ==
				DROP_NOTHING;
		r->snapshot.ahead_us = ahead;
	}
	sqlite3_reset(s);
	if (!right)
		damaged(r, "snapshot", r->at);
	return right;
}

static bool read_proof(struct reader *r, const struct item_row *row)
{
	sqlite3_stmt *s = r->statement[GET_PROOF];
	bool right = false;

	sqlite3_bind_int64(s, 1, (int64_t)r->at);
	if (sqlite3_step(s) == SQLITE_ROW) {
		const int64_t holder = sqlite3_column_int64(s, 0);
		const int64_t verdict = sqlite3_column_int64(s, 1);
		const uint8_t *bytes = sqlite3_column_blob(s, 2);
		const size_t length = (size_t)sqlite3_column_bytes(s, 2);

		right = holder >= 1 && holder <= r->info.nodes && verdict >= 0 && verdict < DROPS &&
			length > 0 && length <= sizeof(r->proof_bytes) &&
			item_bytes_digest((uint64_t)(holder * 256 + verdict), bytes, length) ==
				row->of[ITEM_COLUMN(extra)];
		if (right) {
			memcpy(r->proof_bytes, bytes, length);
			r->proof = (struct item_proof){(node_id)holder, r->proof_bytes,
						       (uint32_t)length, (enum drop)verdict};
		}
	}
	sqlite3_reset(s);
	if (!right)
		damaged(r, "proof", r->at);
	return right;
}

static bool read_load(struct reader *r, const struct item_row *row)
{
	sqlite3_stmt *s = r->statement[GET_LOAD];
	bool right = false;

	sqlite3_bind_int64(s, 1, (int64_t)r->at);
	if (sqlite3_step(s) == SQLITE_ROW) {
		const uint8_t *bytes = sqlite3_column_blob(s, 0);
		const size_t length = (size_t)sqlite3_column_bytes(s, 0);

		right = item_bytes_digest(0, bytes, length) == row->of[ITEM_COLUMN(extra)] &&
			load_decode(&r->context, bytes, length, &r->load.node, &r->load.report) ==
				DROP_NOTHING;
	}
	sqlite3_reset(s);
	if (!right)
		damaged(r, "load", r->at);
	return right;
}

static bool read_item(struct reader *r, struct values *values, const struct item_row *row,
		      struct item *out)
{
	switch (row->of[ITEM_COLUMN(kind)]) {
	case ITEM_ROW_SNAPSHOT:
		*out = (struct item){.kind = ITEM_SNAPSHOT, .snapshot = &r->snapshot};
		return read_snapshot(r, values, row);
	case ITEM_ROW_PROOF:
		*out = (struct item){.kind = ITEM_PROOF, .proof = &r->proof};
		return read_proof(r, row);
	case ITEM_ROW_LOAD:
		*out = (struct item){.kind = ITEM_LOAD, .load = &r->load};
		return read_load(r, row);
	default:
		*out = (struct item){.kind = ITEM_EVENT, .event = &r->event};
		return read_event(r, values, row);
	}
}

static bool check_batch(struct reader *r, struct reader_tick *tick)
{
	if (r->at != r->batch.last)
		return true;
	*tick = r->batch.tick;
	if (!r->whole || item_batch_digest(r->digest, tick->at, tick->real_us) == r->batch.digest)
		return true;
	status_fail(STATUS_CORRUPT,
		    "the recording %s is damaged: of the items up to %llu one is not as it was "
		    "recorded",
		    r->path, (unsigned long long)r->at);
	return false;
}

/* Every item is written together with the row of its batch: where one is there without the other,
 * something is lost. */
static bool end_is_whole(struct reader *r)
{
	if (r->at >= r->batch.last && ask(r, GET_LAST, 0, 0) <= r->at)
		return true;
	/* Perhaps both have come in this moment. */
	if (r->at >= r->batch.last && reader_items(r) > r->at)
		return true;
	damaged(r, "item", r->at + 1);
	return false;
}

enum item_kind reader_next(struct reader *r, struct values *values, struct item *out,
			   struct reader_tick *tick)
{
	const struct item_row *row;
	bool wrong = false;

	*out = (struct item){.kind = ITEM_NOTHING};
	*tick = (struct reader_tick){0};
	if ((r->at >= r->batch.last && !read_batch(r, &wrong)) ||
	    (r->next >= r->rows && !read_rows(r, &wrong))) {
		out->kind = wrong || !end_is_whole(r) ? ITEM_END : ITEM_NOTHING;
		return out->kind;
	}
	row = &r->row[r->next++];
	r->at++;
	r->digest = item_row_digest(r->digest, row);
	if (!read_item(r, values, row, out) || !check_batch(r, tick))
		*out = (struct item){.kind = ITEM_END};
	return out->kind;
}
