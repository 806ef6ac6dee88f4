/* Values in a recording: each once, by a number of its own. */
#ifndef NODE_RECORD_VALUE_ROWS_H
#define NODE_RECORD_VALUE_ROWS_H

#include <sqlite3.h>

#include "proto/core/values.h"

#define VALUE_NUMBER_NONE  0
#define VALUE_NUMBER_NOOP  1
#define VALUE_NUMBER_FIRST 2

#define VALUE_ROWS_KNOWN 65600 /* references from there on are looked up each time */

/* The numbers of values while a recording is written. */
struct value_rows {
	sqlite3_stmt *find, *put, *complete;
	int64_t next;
	unsigned sketches; /* of those that are known */
	uint64_t sweeps;   /* of the table, when the numbers below were noted */
	struct known_number {
		int64_t number;
		bool is_sketch;
	} * known; /* by reference; 0 = not known */
};

/* Of an empty recording. False: SQLite says why, or there is not enough memory. */
bool value_rows_open(struct value_rows *rows, sqlite3 *db);
void value_rows_close(struct value_rows *rows);

/* The number of a value, which is written if it is new. False: SQLite says why. */
bool value_rows_put(struct value_rows *rows, const struct values *values, value_ref ref,
		    int64_t *number);

/* Writes what has become whole since: a value of which a sketch was written. False: SQLite says
 * why.
 */
bool value_rows_settle(struct value_rows *rows, const struct values *values);

/* A value as a row has it. */
struct value_row {
	uint64_t digest, digest2;
	uint64_t length;
	const uint8_t *bytes; /* as long as its row is read */
	uint32_t bytes_length;
};

/* Interns it. False: no program wrote such a row, or the table is full. */
bool value_row_intern(struct values *values, const struct value_row *row, value_ref *ref);

#endif
