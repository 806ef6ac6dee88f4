#include "node/record/given.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/control_frame.h"
#include "proto/wire/fields.h"

#define OPTIONS_BYTES 128
#define MORE_BYTES    256 /* of a control, besides its value */

/* --- writing ------------------------------------------------------------------------------- */

static bool put_row(struct given *g, time_us at, enum given_kind kind, const uint8_t *bytes,
		    size_t length)
{
	sqlite3_stmt *s = g->put;

	sqlite3_bind_int64(s, 1, (int64_t)g->events);
	sqlite3_bind_int64(s, 2, (int64_t)sim_cluster_steps(g->cluster));
	sqlite3_bind_int64(s, 3, (int64_t)at);
	sqlite3_bind_int64(s, 4, kind);
	sqlite3_bind_blob(s, 5, bytes, (int)length, SQLITE_TRANSIENT);
	const bool done = sqlite3_step(s) == SQLITE_DONE;
	sqlite3_reset(s);
	return done;
}

static bool put_options(struct given *g, const struct sim_cluster_options *o)
{
	uint8_t bytes[OPTIONS_BYTES];
	struct byte_writer w = {bytes, sizeof(bytes), false};

	write_clock_rule(&w, &o->clock);
	write_link_rule(&w, &o->link);
	write_u64(&w, o->keep);
	write_u32(&w, o->batch.count);
	write_u32(&w, o->batch.bytes);
	write_u32(&w, o->batch.pipeline);
	write_u32(&w, o->policy);
	return put_row(g, 0, GIVEN_OPTIONS, bytes, (size_t)(w.at - bytes));
}

static bool put_base(struct given *g, const struct given_base *base)
{
	uint8_t bytes[8 + PATH_BYTES];
	struct byte_writer w = {bytes, sizeof(bytes), false};

	write_u64(&w, base->moment);
	write_bytes(&w, (const uint8_t *)base->path, strlen(base->path));
	return !w.full && put_row(g, 0, GIVEN_BASE, bytes, (size_t)(w.at - bytes));
}

bool given_open(struct given *g, sqlite3 *db, const struct cluster *c,
		const struct given_base *base)
{
	struct sim_cluster_options options;

	*g = (struct given){.put = NULL, .cluster = c};
	if (!sim_cluster_options(c, c->ops, &options))
		return true;
	return sqlite3_prepare_v3(db,
				  "INSERT INTO given(events, steps, at, kind, bytes) "
				  "VALUES(?,?,?,?,?)",
				  -1, SQLITE_PREPARE_PERSISTENT, &g->put, NULL) == SQLITE_OK &&
	       put_options(g, &options) && (base == NULL || put_base(g, base));
}

void given_close(struct given *g)
{
	sqlite3_finalize(g->put);
	g->put = NULL;
}

void given_item(struct given *g, enum item_kind kind)
{
	g->events += kind == ITEM_EVENT;
}

bool given_control(struct given *g, time_us at, const struct control *control)
{
	if (g->put == NULL)
		return true;
	const size_t most = MORE_BYTES + control->value_length;
	uint8_t *bytes = malloc(most);
	if (bytes == NULL)
		return false;
	struct byte_writer w = {bytes, most, false};
	control_write(&w, control);
	const bool done = !w.full && put_row(g, at, GIVEN_CONTROL, bytes, (size_t)(w.at - bytes));
	free(bytes);
	return done;
}

bool given_process(struct given *g, time_us at, node_id node, enum process_act act)
{
	const uint8_t bytes[2] = {node, (uint8_t)act};

	return g->put == NULL || put_row(g, at, GIVEN_PROCESS, bytes, sizeof(bytes));
}

bool given_refresh(struct given *g, time_us at)
{
	return g->put == NULL || put_row(g, at, GIVEN_REFRESH, (const uint8_t *)"", 0);
}

/* --- reading ------------------------------------------------------------------------------- */

static bool get_options(struct byte_reader *r, struct sim_cluster_options *o)
{
	o->clock = read_clock_rule(r);
	o->link = read_link_rule(r);
	o->keep = read_u64(r);
	o->batch.count = read_u32(r);
	o->batch.bytes = read_u32(r);
	o->batch.pipeline = read_u32(r);
	o->policy = read_u32(r);
	return read_end(r) == DROP_NOTHING && batch_rule_is_sound(&o->batch) &&
	       policy_is_known(o->policy);
}

static bool get_process(struct byte_reader *r, struct given_row *row)
{
	row->node = read_node(r);
	const uint8_t act = read_u8(r);
	row->act = act;
	return read_end(r) == DROP_NOTHING && act <= PROCESS_ROLL_BACK &&
	       act != PROCESS_MAY_RESTART;
}

static bool get_base(struct byte_reader *r, size_t length, struct given_base *base)
{
	base->moment = read_u64(r);
	if (length < 8 || length - 8 >= sizeof(base->path))
		return false;
	read_copy(r, (uint8_t *)base->path, length - 8);
	base->path[length - 8] = '\0';
	return read_end(r) == DROP_NOTHING;
}

/* The row at hand; what it points to is kept in the list. False: no program wrote it. */
static bool take_row(struct given_list *list, sqlite3_stmt *s, uint8_t nodes)
{
	const size_t length = (size_t)sqlite3_column_bytes(s, 4);
	struct given_row *row = &list->row[list->rows];
	uint8_t *bytes = malloc(length + 1);

	if (bytes == NULL)
		return false;
	if (length > 0)
		memcpy(bytes, sqlite3_column_blob(s, 4), length);
	struct byte_reader r = {bytes, length, DROP_NOTHING};
	*row = (struct given_row){
		.events = (uint64_t)sqlite3_column_int64(s, 0),
		.steps = (uint64_t)sqlite3_column_int64(s, 1),
		.at = (time_us)sqlite3_column_int64(s, 2),
		.kind = (enum given_kind)sqlite3_column_int64(s, 3),
	};
	list->bytes[list->rows++] = bytes;
	switch (row->kind) {
	case GIVEN_OPTIONS:
		return list->rows == 1 && get_options(&r, &list->options);
	case GIVEN_CONTROL:
		control_read(&r, nodes, &row->control);
		return list->rows > 1 && read_end(&r) == DROP_NOTHING;
	case GIVEN_PROCESS:
		return list->rows > 1 && get_process(&r, row);
	case GIVEN_REFRESH:
		return list->rows > 1 && length == 0;
	case GIVEN_BASE:
		list->has_base = true;
		return list->rows == 2 && get_base(&r, length, &list->base);
	}
	return false;
}

static bool count_rows(sqlite3 *db, size_t *count)
{
	sqlite3_stmt *s = NULL;
	bool good =
		sqlite3_prepare_v2(db, "SELECT count(*) FROM given", -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW;

	*count = good ? (size_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return good && *count > 0;
}

static enum status load_rows(sqlite3 *db, const char *path, uint8_t nodes, struct given_list *out)
{
	sqlite3_stmt *s = NULL;
	size_t count;
	bool good;

	if (!count_rows(db, &count))
		return status_fail(
			STATUS_UNAVAILABLE,
			"the recording %s does not say all that was done to its cluster: "
			"only what `paxos-tui --sim` and `run --sim` record can be run again",
			path);
	out->row = calloc(count, sizeof(*out->row));
	out->bytes = calloc(count, sizeof(*out->bytes));
	if (out->row == NULL || out->bytes == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	good = sqlite3_prepare_v2(db,
				  "SELECT events, steps, at, kind, bytes FROM given ORDER BY id",
				  -1, &s, NULL) == SQLITE_OK;
	while (good && out->rows < count && sqlite3_step(s) == SQLITE_ROW)
		good = take_row(out, s, nodes);
	sqlite3_finalize(s);
	if (good && out->rows == count)
		return STATUS_OK;
	return status_fail(STATUS_CORRUPT,
			   "the recording %s is damaged: what was given, row %u, is not as it was "
			   "recorded",
			   path, out->rows);
}

enum status given_load(const char *path, const struct cluster_info *info, struct given_list *out)
{
	sqlite3 *db = NULL;
	enum status status;

	*out = (struct given_list){.rows = 0};
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		status = status_fail(STATUS_UNAVAILABLE, "cannot read the recording %s", path);
	else
		status = load_rows(db, path, info->nodes, out);
	sqlite3_close(db);
	out->options.nodes = info->nodes;
	out->options.mode = info->mode;
	out->options.seed = info->seed;
	if (status != STATUS_OK)
		given_free(out);
	return status;
}

void given_free(struct given_list *list)
{
	for (unsigned i = 0; i < list->rows; i++)
		free(list->bytes[i]);
	free(list->bytes);
	free(list->row);
	*list = (struct given_list){.rows = 0};
}
