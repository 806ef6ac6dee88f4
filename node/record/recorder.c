#include "node/record/recorder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/record/given.h"
#include "node/record/item_row.h"
#include "node/record/value_rows.h"
#include "proto/core/policy.h"
#include "proto/wire/hex.h"

#define RECORDING_PAGE 4096
#define LOOK_AT_CLOCK                                                                              \
	64 /* items between two looks at the clock while they come without a break                 \
	    */

enum write_statement {
	BEGIN,
	COMMIT,
	PUT_ABOUT,
	PUT_MEMBER,
	PUT_ITEM,
	PUT_SNAPSHOT,
	PUT_PROOF,
	PUT_LOAD,
	PUT_BATCH,
	PUT_COMMAND,
	PUT_MARK,
	WRITE_STATEMENTS
};

static const char *const sql[WRITE_STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[PUT_ABOUT] = "INSERT INTO about VALUES(?,?)",
	[PUT_MEMBER] = "INSERT INTO member VALUES(?,?,?,?)",
	[PUT_ITEM] = "INSERT INTO item VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[PUT_SNAPSHOT] = "INSERT INTO snapshot VALUES(?,?,?)",
	[PUT_PROOF] = "INSERT INTO proof VALUES(?,?,?,?)",
	[PUT_LOAD] = "INSERT INTO load VALUES(?,?)",
	[PUT_BATCH] = "INSERT INTO batch VALUES(?,?,?,?)",
	[PUT_COMMAND] = "INSERT INTO command(after, real, kind, words) VALUES(?,?,?,?)",
	[PUT_MARK] = "INSERT OR REPLACE INTO mark VALUES(?,?)",
};

struct recorder {
	struct cluster_ops ops; /* the cluster's, but for those that a recorder watches */
	const struct cluster_ops *under;
	struct cluster *cluster;
	sqlite3 *db;
	sqlite3_stmt *statement[WRITE_STATEMENTS];
	struct value_rows values;
	struct wire_context context;
	int lock; /* held on the file for as long as it is written */
	char path[PATH_BYTES];
	char trouble[PATH_BYTES + 200];
	bool full;          /* the limit of this recording is what it ran into */
	struct given given; /* to a simulation */
	uint64_t items;     /* taken */
	uint64_t closed;    /* of them, those that a batch has */
	uint64_t digest;    /* of the batch that is open */
	bool open;          /* a transaction is */
	uint64_t begun_us;  /* real: when it began */
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
};

static struct recorder *recorder_of(const struct cluster *c)
{
	return (struct recorder *)c->ops;
}

/* --- the file ------------------------------------------------------------------------------ */

static void end_file(struct recorder *r)
{
	for (unsigned i = 0; i < WRITE_STATEMENTS; i++) {
		sqlite3_finalize(r->statement[i]);
		r->statement[i] = NULL;
	}
	value_rows_close(&r->values);
	given_close(&r->given);
	sqlite3_close(r->db);
	r->db = NULL;
	if (r->lock >= 0)
		close(r->lock);
	r->lock = -1;
}

/* The file cannot be written any more. What was committed stays. */
static void give_up(struct recorder *r)
{
	const int code = sqlite3_errcode(r->db);

	if (r->trouble[0] != '\0')
		return;
	if (code == SQLITE_FULL && r->full)
		snprintf(r->trouble, sizeof(r->trouble),
			 "the recording %s has come to its limit and ends here", r->path);
	else
		snprintf(r->trouble, sizeof(r->trouble), "the recording %s ends here: %s", r->path,
			 code == SQLITE_FULL ? "the disk is full" : sqlite3_errmsg(r->db));
	end_file(r);
	r->open = false;
}

static bool run(struct recorder *r, enum write_statement which)
{
	sqlite3_stmt *s = r->statement[which];
	const int code = sqlite3_step(s);

	sqlite3_reset(s);
	return code == SQLITE_DONE || code == SQLITE_ROW;
}

static void bind_text(sqlite3_stmt *s, int place, const char *text)
{
	sqlite3_bind_text(s, place, text, -1, SQLITE_STATIC);
}

/* Every write is in a transaction, which ends by commit(). False: there is no file any more. */
static bool begin(struct recorder *r)
{
	if (r->db == NULL)
		return false;
	if (r->open)
		return true;
	if (!run(r, BEGIN)) {
		give_up(r);
		return false;
	}
	r->open = true;
	r->begun_us = real_time_us();
	return true;
}

static bool close_batch(struct recorder *r)
{
	sqlite3_stmt *s = r->statement[PUT_BATCH];
	const uint64_t real_us = real_time_us();

	if (r->closed == r->items)
		return true;
	const time_us at = r->under->now(r->cluster, real_us);

	r->digest = item_batch_digest(r->digest, at, real_us);
	sqlite3_bind_int64(s, 1, (int64_t)r->items);
	sqlite3_bind_int64(s, 2, (int64_t)at);
	sqlite3_bind_int64(s, 3, (int64_t)real_us);
	sqlite3_bind_int64(s, 4, (int64_t)r->digest);
	r->closed = r->items;
	r->digest = 0;
	return run(r, PUT_BATCH);
}

static void commit(struct recorder *r)
{
	if (r->db == NULL || !r->open)
		return;
	if (!value_rows_settle(&r->values, r->cluster->values) || !close_batch(r) ||
	    !run(r, COMMIT)) {
		give_up(r);
		return;
	}
	r->open = false;
}

/* --- items --------------------------------------------------------------------------------- */

static bool put_item(struct recorder *r, const struct item_row *row)
{
	sqlite3_stmt *s = r->statement[PUT_ITEM];

	sqlite3_bind_int64(s, 1, (int64_t)(r->items + 1));
	for (int i = 0; i < ITEM_NUMBERS; i++)
		sqlite3_bind_int64(s, i + 2, row->of[i]);
	if (row->rule_length > 0)
		sqlite3_bind_blob(s, ITEM_NUMBERS + 2, row->rule, (int)row->rule_length,
				  SQLITE_STATIC);
	else
		sqlite3_bind_null(s, ITEM_NUMBERS + 2);
	if (!run(r, PUT_ITEM))
		return false;
	r->items++;
	r->digest = item_row_digest(r->digest, row);
	return true;
}

static bool put_event(struct recorder *r, const struct event *event)
{
	struct item_row row;
	int64_t value;

	if (!value_rows_put(&r->values, r->cluster->values, event->value, &value))
		return false;
	item_row_of(event, value, &row);
	return put_item(r, &row);
}

/* The row of an item that stands in a table of its own. */
static struct item_row other_row(int64_t kind, node_id node, uint16_t boot, time_us at)
{
	struct item_row row = {.rule_length = 0};

	row.of[ITEM_COLUMN(kind)] = kind;
	row.of[ITEM_COLUMN(node)] = (int64_t)boot * 32 + node;
	row.of[ITEM_COLUMN(at)] = (int64_t)at;
	row.of[ITEM_COLUMN(slot)] = -1;
	return row;
}

static bool put_snapshot(struct recorder *r, const struct snapshot *snapshot)
{
	struct item_row row =
		other_row(ITEM_ROW_SNAPSHOT, snapshot->node, snapshot->boot, snapshot->at);
	sqlite3_stmt *s = r->statement[PUT_SNAPSHOT];
	const size_t length = snapshot_encode(&r->context, snapshot, r->cluster->values, r->frame,
					      sizeof(r->frame));

	row.of[ITEM_COLUMN(extra)] =
		item_bytes_digest((uint64_t)snapshot->ahead_us, r->frame, length);
	sqlite3_bind_int64(s, 1, (int64_t)(r->items + 1));
	sqlite3_bind_int64(s, 2, snapshot->ahead_us);
	sqlite3_bind_blob(s, 3, r->frame, (int)length, SQLITE_STATIC);
	return run(r, PUT_SNAPSHOT) && put_item(r, &row);
}

static bool put_proof(struct recorder *r, const struct item_proof *proof)
{
	struct item_row row = other_row(ITEM_ROW_PROOF, proof->holder, 0, 0);
	sqlite3_stmt *s = r->statement[PUT_PROOF];

	row.of[ITEM_COLUMN(extra)] = item_bytes_digest(proof->holder * 256u + proof->verdict,
						       proof->bytes, proof->length);
	sqlite3_bind_int64(s, 1, (int64_t)(r->items + 1));
	sqlite3_bind_int64(s, 2, proof->holder);
	sqlite3_bind_int64(s, 3, proof->verdict);
	sqlite3_bind_blob(s, 4, proof->bytes, (int)proof->length, SQLITE_STATIC);
	return run(r, PUT_PROOF) && put_item(r, &row);
}

static bool put_load(struct recorder *r, const struct item_load *load)
{
	struct item_row row = other_row(ITEM_ROW_LOAD, load->node, 0, 0);
	sqlite3_stmt *s = r->statement[PUT_LOAD];
	const size_t length =
		load_encode(&r->context, load->node, &load->report, r->frame, sizeof(r->frame));

	row.of[ITEM_COLUMN(extra)] = item_bytes_digest(0, r->frame, length);
	sqlite3_bind_int64(s, 1, (int64_t)(r->items + 1));
	sqlite3_bind_blob(s, 2, r->frame, (int)length, SQLITE_STATIC);
	return run(r, PUT_LOAD) && put_item(r, &row);
}

static void take_item(struct recorder *r, const struct item *item)
{
	bool done = true;

	if (!begin(r))
		return;
	if (item->kind == ITEM_EVENT)
		done = put_event(r, item->event);
	else if (item->kind == ITEM_SNAPSHOT)
		done = put_snapshot(r, item->snapshot);
	else if (item->kind == ITEM_PROOF)
		done = put_proof(r, item->proof);
	else if (item->kind == ITEM_LOAD)
		done = put_load(r, item->load);
	if (done && r->items - r->closed >= RECORDER_BATCH)
		done = close_batch(r);
	if (!done)
		give_up(r);
}

/* Is it time to commit? */
static bool is_due(const struct recorder *r)
{
	return r->open && real_time_us() - r->begun_us >= RECORDER_COMMIT_US;
}

/* --- the cluster's operations, watched ------------------------------------------------------ */

static enum item_kind watched_next(struct cluster *c, time_us until, struct item *out)
{
	struct recorder *r = recorder_of(c);
	const enum item_kind kind = r->under->next(c, until, out);

	given_item(&r->given, kind);
	if (kind != ITEM_NOTHING && kind != ITEM_END)
		take_item(r, out);
	else if (is_due(r) || kind == ITEM_END)
		commit(r);
	if (r->items % LOOK_AT_CLOCK == 0 && is_due(r))
		commit(r);
	return kind;
}

static void note(struct recorder *r, const char *kind, const char *words)
{
	sqlite3_stmt *s;

	if (!begin(r))
		return;
	s = r->statement[PUT_COMMAND];
	sqlite3_bind_int64(s, 1, (int64_t)r->items);
	sqlite3_bind_int64(s, 2, (int64_t)real_time_us());
	bind_text(s, 3, kind);
	bind_text(s, 4, words);
	if (!run(r, PUT_COMMAND))
		give_up(r);
}

static bool watched_control(struct cluster *c, struct control *control)
{
	struct recorder *r = recorder_of(c);
	char words[64 + 4 * NODES_MAX];
	size_t used = (size_t)snprintf(words, sizeof(words), "%s to", control_name(control->kind));

	for (node_id id = 1; id <= NODES_MAX; id++)
		if (set_has(control->to, id))
			used += (size_t)snprintf(words + used, sizeof(words) - used, " n%u", id);
	note(r, "control", words);
	if (begin(r) && !given_control(&r->given, r->under->now(c, 0), control))
		give_up(r);
	return r->under->control(c, control);
}

static bool watched_process(struct cluster *c, node_id node, enum process_act act)
{
	static const char *const acts[] = {"crash", "restart", "stop", "continue", "replace",
					   NULL,    "wipe",    "copy", "roll back"};
	struct recorder *r = recorder_of(c);
	char words[64];

	if (act != PROCESS_MAY_RESTART) {
		snprintf(words, sizeof(words), "%s n%u", acts[act], node);
		note(r, "process", words);
		if (begin(r) && !given_process(&r->given, r->under->now(c, 0), node, act))
			give_up(r);
	}
	return r->under->process(c, node, act);
}

static void watched_refresh(struct cluster *c)
{
	struct recorder *r = recorder_of(c);

	if (r->given.put != NULL && begin(r) && !given_refresh(&r->given, r->under->now(c, 0)))
		give_up(r);
	r->under->refresh(c);
}

/* What waits for its commit is committed in time. */
static time_us watched_patience(const struct cluster *c, time_us real_us)
{
	const struct recorder *r = recorder_of(c);
	const time_us wait_us = r->under->patience(c, real_us);
	const time_us due_us = r->begun_us + RECORDER_COMMIT_US;

	if (!r->open)
		return wait_us;
	return lower_of(wait_us, due_us > real_us ? due_us - real_us : 0);
}

static void watch(struct recorder *r, struct cluster *c)
{
	r->under = c->ops;
	r->ops = *c->ops;
	r->ops.next = watched_next;
	r->ops.control = watched_control;
	r->ops.process = watched_process;
	r->ops.refresh = watched_refresh;
	r->ops.patience = watched_patience;
	c->ops = &r->ops;
}

/* --- open and close ------------------------------------------------------------------------ */

static bool put_about(struct recorder *r, const char *name, const char *value)
{
	sqlite3_stmt *s = r->statement[PUT_ABOUT];

	bind_text(s, 1, name);
	bind_text(s, 2, value);
	return run(r, PUT_ABOUT);
}

static bool put_number(struct recorder *r, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return put_about(r, name, text);
}

static bool put_cluster(struct recorder *r, const struct cluster_info *info)
{
	char defences[POLICY_SHOWN_MAX], identity[HEX_SIZE(8)];
	const char *kind = info->kind == CLUSTER_SIMULATED  ? "simulated"
			   : info->kind == CLUSTER_ATTACHED ? "attached"
							    : "live";

	policy_show(info->policy, defences);
	hex_write(r->context.cluster, sizeof(r->context.cluster), identity);
	return put_about(r, "program", "paxos-tui " VERSION) && put_about(r, "kind", kind) &&
	       put_about(r, "cluster", info->name) && put_about(r, "identity", identity) &&
	       put_number(r, "nodes", info->nodes) &&
	       put_about(r, "mode", info->mode == MODE_MULTI ? "multi" : "single") &&
	       put_number(r, "quorum", info->quorum) && put_number(r, "epoch", info->epoch) &&
	       put_number(r, "policy", info->policy) && put_about(r, "defences", defences) &&
	       put_number(r, "seed", info->seed) && put_number(r, "began", real_time_us());
}

static bool put_roster(struct recorder *r, const struct roster *roster)
{
	sqlite3_stmt *s = r->statement[PUT_MEMBER];
	char key[HEX_SIZE(sizeof(struct public_key))];

	for (node_id id = 1; roster != NULL && id <= roster->nodes; id++) {
		const struct roster_node *node = &roster->node[id];

		hex_write(node->key.bytes, sizeof(node->key.bytes), key);
		sqlite3_bind_int64(s, 1, id);
		bind_text(s, 2, key);
		bind_text(s, 3, node->data);
		bind_text(s, 4, node->control);
		if (!run(r, PUT_MEMBER))
			return false;
	}
	return true;
}

static bool prepare(struct recorder *r)
{
	for (unsigned i = 0; i < WRITE_STATEMENTS; i++)
		if (sqlite3_prepare_v3(r->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &r->statement[i], NULL) != SQLITE_OK)
			return false;
	return value_rows_open(&r->values, r->db);
}

/* A new file of this user's only, empty and locked. */
static enum status make_file(struct recorder *r)
{
	r->lock = open(r->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->lock < 0 && errno == EEXIST)
		return status_fail(
			STATUS_UNAVAILABLE,
			"cannot record to %s: it exists, and a recording overwrites nothing",
			r->path);
	if (r->lock < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot record to %s", r->path);
	flock(r->lock, LOCK_EX | LOCK_NB);
	return STATUS_OK;
}

/* Commits are not synced one by one: they are there when the process dies, and what the disk has is
 * whole when the machine does. */
static bool make_tables(struct recorder *r, const struct recorder_options *options,
			const struct cluster_info *info, const struct roster *roster)
{
	char limit[64];

	if (sqlite3_open_v2(r->path, &r->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return false;
	sqlite3_busy_timeout(r->db, 200);
	if (sqlite3_exec(r->db,
			 "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = "
			 "NORMAL;"
			 "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -4096;",
			 NULL, NULL, NULL) != SQLITE_OK)
		return false;
	r->full = options->bytes_max > 0;
	snprintf(limit, sizeof(limit), "PRAGMA max_page_count = %llu",
		 (unsigned long long)(options->bytes_max / RECORDING_PAGE));
	if (r->full && sqlite3_exec(r->db, limit, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	return schema_make(r->db) && prepare(r) && run(r, BEGIN) && put_cluster(r, info) &&
	       put_roster(r, roster) &&
	       given_open(&r->given, r->db,
			  options->simulated != NULL ? options->simulated : r->cluster,
			  options->base) &&
	       run(r, COMMIT);
}

enum status recorder_open(const struct recorder_options *options, struct cluster *c,
			  const struct roster *roster, struct recorder **out)
{
	struct recorder *r = calloc(1, sizeof(*r));
	struct cluster_info info;
	enum status status;

	*out = NULL;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	if (strlen(options->path) >= sizeof(r->path)) {
		free(r);
		return status_fail(STATUS_USAGE,
				   "the path of the recording is too long: at most %zu bytes",
				   sizeof(r->path) - 1);
	}
	r->lock = -1;
	r->cluster = c;
	snprintf(r->path, sizeof(r->path), "%s", options->path);
	c->ops->info(c, &info);
	r->context = (struct wire_context){.epoch = 0, .nodes = info.nodes};
	if (roster != NULL)
		memcpy(r->context.cluster, roster->cluster, sizeof(r->context.cluster));
	status = make_file(r);
	if (status == STATUS_OK && !make_tables(r, options, &info, roster)) {
		status = status_fail(STATUS_UNAVAILABLE, "cannot record to %s: %s", r->path,
				     r->db != NULL ? sqlite3_errmsg(r->db) : "not enough memory");
		unlink(r->path);
	}
	if (status != STATUS_OK) {
		end_file(r);
		free(r);
		return status;
	}
	watch(r, c);
	*out = r;
	return STATUS_OK;
}

void recorder_close(struct recorder *r)
{
	if (r == NULL)
		return;
	commit(r);
	/* One file, which can be read where nothing can be written. */
	if (r->db != NULL)
		sqlite3_exec(r->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	end_file(r);
	if (r->cluster->ops == &r->ops)
		r->cluster->ops = r->under;
	free(r);
}

void recorder_command(struct recorder *r, const char *line)
{
	if (r != NULL)
		note(r, "command", line);
}

void recorder_mark(struct recorder *r, const char *name, uint64_t after)
{
	sqlite3_stmt *s;

	if (r == NULL || !begin(r))
		return;
	s = r->statement[PUT_MARK];
	bind_text(s, 1, name);
	sqlite3_bind_int64(s, 2, (int64_t)after);
	if (!run(r, PUT_MARK))
		give_up(r);
}

void recorder_flush(struct recorder *r)
{
	commit(r);
}

uint64_t recorder_items(const struct recorder *r)
{
	return r->items;
}

const char *recorder_path(const struct recorder *r)
{
	return r->path;
}

const char *recorder_trouble(const struct recorder *r)
{
	return r->trouble[0] != '\0' ? r->trouble : NULL;
}
