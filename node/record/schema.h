/* What a recording is on disk: the tables of node/record/recording.def, and a view of events in
 * words for people who read it with SQL. */
#ifndef NODE_RECORD_SCHEMA_H
#define NODE_RECORD_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define RECORDING_FORMAT       2          /* PRAGMA user_version; 1 had no table `given` */
#define RECORDING_FORMAT_LEAST 1          /* that is read, too */
#define RECORDING_PAGE         4096       /* bytes of a page */
#define RECORDING_APPLICATION  0x50415852 /* PRAGMA application_id: "PAXR" */

/* The codes of item.kind that are no event's. */
#define ITEM_ROW_SNAPSHOT 0
#define ITEM_ROW_PROOF    (-1)
#define ITEM_ROW_LOAD     (-2)

/* The columns of `item` that are numbers, in their order, without its own number. */
enum item_column {
#define RECORDING_TABLE(name, help)
#define RECORDING_COLUMN(table, name, type, help) RECORDING_##table##_##name,
#include "node/record/recording.def"
#undef RECORDING_TABLE
#undef RECORDING_COLUMN
	RECORDING_COLUMNS
};

#define ITEM_NUMBERS      (RECORDING_item_rule - RECORDING_item_kind)
#define ITEM_COLUMN(name) (RECORDING_item_##name - RECORDING_item_kind)

struct schema_column {
	const char *table, *name, *type, *help;
};

/* The columns in the order of the table of tables; NULL at its end. */
const struct schema_column *schema_column(unsigned i);
/* What a row of the table is. */
const char *schema_table_help(const char *table);
/* The columns of the view `event`, and what they say; NULL at its end. */
const struct schema_column *schema_view_column(unsigned i);

/* Makes the tables in an empty file. False: SQLite says why. */
bool schema_make(sqlite3 *db);

#endif
