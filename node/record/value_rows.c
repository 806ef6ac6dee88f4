#include "node/record/value_rows.h"

#include <stdlib.h>
#include <string.h>

#include "proto/core/digest.h"

static bool prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK;
}

bool value_rows_open(struct value_rows *rows, sqlite3 *db)
{
	*rows = (struct value_rows){.next = VALUE_NUMBER_FIRST};
	rows->known = calloc(VALUE_ROWS_KNOWN, sizeof(*rows->known));
	return rows->known != NULL &&
	       prepare(db, "SELECT number, digest2, length, bytes FROM value WHERE digest = ?",
		       &rows->find) &&
	       prepare(db, "INSERT INTO value VALUES(?,?,?,?,?)", &rows->put) &&
	       prepare(db, "UPDATE value SET digest2 = 0, bytes = ? WHERE number = ?",
		       &rows->complete);
}

void value_rows_close(struct value_rows *rows)
{
	sqlite3_finalize(rows->find);
	sqlite3_finalize(rows->put);
	sqlite3_finalize(rows->complete);
	free(rows->known);
	*rows = (struct value_rows){0};
}

/* The value as its row is to be. */
static struct value_row row_of(const struct values *values, value_ref ref)
{
	struct value_row row = {0};
	struct value_sketch sketch;

	row.bytes = values_bytes(values, ref, &row.bytes_length);
	row.length = row.bytes_length;
	if (values_sketch(values, ref, &sketch)) {
		row.digest = sketch.digest[0];
		if (sketch.length != row.bytes_length)
			row.digest2 = sketch.digest[1];
		row.length = sketch.length;
	} else {
		row.digest = digest64(0, row.bytes, row.bytes_length);
	}
	return row;
}

static bool is_sketch(const struct value_row *row)
{
	return row->bytes_length < row->length;
}

/* The row that is being read is of the same value. Of two long values one of which is a sketch,
 * length and digest tell. */
static bool is_same(sqlite3_stmt *found, const struct value_row *row)
{
	const uint32_t length = (uint32_t)sqlite3_column_bytes(found, 3);

	if ((uint64_t)sqlite3_column_int64(found, 2) != row->length)
		return false;
	if (length != row->bytes_length)
		return true;
	return memcmp(sqlite3_column_blob(found, 3), row->bytes, length) == 0 &&
	       (!is_sketch(row) || (uint64_t)sqlite3_column_int64(found, 1) == row->digest2);
}

/* *number: 0 = there is no such row. */
static bool find(struct value_rows *rows, const struct value_row *row, int64_t *number,
		 bool *has_sketch)
{
	int code;

	*number = 0;
	sqlite3_bind_int64(rows->find, 1, (int64_t)row->digest);
	while ((code = sqlite3_step(rows->find)) == SQLITE_ROW)
		if (is_same(rows->find, row)) {
			*number = sqlite3_column_int64(rows->find, 0);
			*has_sketch = sqlite3_column_bytes(rows->find, 3) <
				      sqlite3_column_int64(rows->find, 2);
			break;
		}
	sqlite3_reset(rows->find);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

static bool run(sqlite3_stmt *s)
{
	const int code = sqlite3_step(s);

	sqlite3_reset(s);
	return code == SQLITE_DONE;
}

static bool put(struct value_rows *rows, const struct value_row *row, int64_t *number)
{
	sqlite3_bind_int64(rows->put, 1, rows->next);
	sqlite3_bind_int64(rows->put, 2, (int64_t)row->digest);
	sqlite3_bind_int64(rows->put, 3, (int64_t)row->digest2);
	sqlite3_bind_int64(rows->put, 4, (int64_t)row->length);
	sqlite3_bind_blob(rows->put, 5, row->bytes, (int)row->bytes_length, SQLITE_STATIC);
	*number = rows->next++;
	return run(rows->put);
}

/* The whole value has become known, of which the row has a sketch. */
static bool complete(struct value_rows *rows, const struct value_row *row, int64_t number)
{
	sqlite3_bind_blob(rows->complete, 1, row->bytes, (int)row->bytes_length, SQLITE_STATIC);
	sqlite3_bind_int64(rows->complete, 2, number);
	return run(rows->complete);
}

static bool put_or_find(struct value_rows *rows, const struct value_row *row, int64_t *number)
{
	bool has_sketch = false;

	if (!find(rows, row, number, &has_sketch))
		return false;
	if (*number == 0)
		return put(rows, row, number);
	return !has_sketch || is_sketch(row) || complete(rows, row, *number);
}

bool value_rows_put(struct value_rows *rows, const struct values *values, value_ref ref,
		    int64_t *number)
{
	struct known_number *known = ref < VALUE_ROWS_KNOWN ? &rows->known[ref] : NULL;
	uint32_t length;

	*number = ref == VALUE_NOOP ? VALUE_NUMBER_NOOP : VALUE_NUMBER_NONE;
	if (ref == VALUE_NONE || ref == VALUE_NOOP)
		return true;
	if (rows->sweeps != values_sweeps(values)) {
		memset(rows->known, 0, VALUE_ROWS_KNOWN * sizeof(*rows->known));
		rows->sketches = 0;
		rows->sweeps = values_sweeps(values);
	}
	values_bytes(values, ref, &length);
	if (known != NULL && known->number != 0 &&
	    (!known->is_sketch || length == VALUE_PREFIX_SHOWN)) {
		*number = known->number;
		return true;
	}
	const struct value_row row = row_of(values, ref);

	if (!put_or_find(rows, &row, number))
		return false;
	if (known == NULL)
		return true;
	rows->sketches -= known->is_sketch;
	*known = (struct known_number){*number, is_sketch(&row)};
	rows->sketches += known->is_sketch;
	return true;
}

bool value_rows_settle(struct value_rows *rows, const struct values *values)
{
	int64_t number;
	uint32_t length;

	if (rows->sketches == 0 || rows->sweeps != values_sweeps(values))
		return true;
	for (value_ref ref = 0; ref < VALUE_ROWS_KNOWN; ref++) {
		if (!rows->known[ref].is_sketch)
			continue;
		values_bytes(values, ref, &length);
		if (length > VALUE_PREFIX_SHOWN && !value_rows_put(rows, values, ref, &number))
			return false;
	}
	return true;
}

bool value_row_intern(struct values *values, const struct value_row *row, value_ref *ref)
{
	struct value_sketch sketch;

	if (row->bytes_length == 0 || row->length > VALUE_BYTES_MAX)
		return false;
	if (row->length == row->bytes_length) {
		if (digest64(0, row->bytes, row->bytes_length) != row->digest)
			return false;
		*ref = values_complete(values, row->bytes, row->bytes_length);
		return *ref != VALUE_NONE;
	}
	if (row->length <= VALUE_SHOWN_MAX || row->bytes_length != VALUE_PREFIX_SHOWN)
		return false;
	memcpy(sketch.prefix, row->bytes, sizeof(sketch.prefix));
	sketch.length = row->length;
	sketch.digest[0] = row->digest;
	sketch.digest[1] = row->digest2;
	*ref = values_intern_sketch(values, &sketch);
	return *ref != VALUE_NONE;
}
