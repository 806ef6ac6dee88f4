#include "node/record/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct schema_column columns[] = {
#define RECORDING_TABLE(name, help)
#define RECORDING_COLUMN(table, name, type, help) {#table, #name, type, help},
#include "node/record/recording.def"
#undef RECORDING_TABLE
#undef RECORDING_COLUMN
};

static const struct {
	const char *name, *help;
} tables[] = {
#define RECORDING_TABLE(name, help) {#name, help},
#define RECORDING_COLUMN(table, name, type, help)
#include "node/record/recording.def"
#undef RECORDING_TABLE
#undef RECORDING_COLUMN
};

#define TABLES (sizeof tables / sizeof tables[0])

/* The names that codes stand for, as SQL. */
#define WHEN(code, text) " WHEN " #code " THEN '" text "'"

static const char kinds[] = "CASE i.kind"
#define EVENT(name, code, text, list, durable, fields, help) WHEN(code, text)
#include "proto/core/events.def"
#undef EVENT
			    " WHEN 0 THEN 'snapshot' WHEN -1 THEN 'proof' WHEN -2 THEN 'load' END";

static const char types[] = "CASE i.type"
#define MESSAGE(name, code, text, handled, fields, help) WHEN(code, text)
#include "proto/core/messages.def"
#undef MESSAGE
			    " END";

static const char drops[] = "CASE i.reason >> 16"
#define DROP(name, code, text, help) WHEN(code, text)
#include "proto/core/drops.def"
#undef DROP
			    " END";

static const char refusals[] = "CASE i.reason & 255"
#define REFUSAL(name, code, text, help) WHEN(code, text)
#include "proto/core/refusals.def"
#undef REFUSAL
			       " END";

#define BALLOT(column)                                                                             \
	"CASE WHEN i." column " <> 0 THEN (i." column " >> 5) || '.' || (i." column " & 31) END"
#define VALUE                                                                                      \
	"CASE i.value WHEN 0 THEN NULL WHEN 1 THEN 'no-op' ELSE"                                   \
	" (SELECT CAST(v.bytes AS TEXT) FROM value v WHERE v.number = i.value) END"

/* The view's columns: how each is computed stands in `type`. */
static const struct schema_column view_columns[] = {
	{"event", "number", "i.number", "of the item"},
	{"event", "seconds", "i.at / 1000000.0", "virtual time"},
	{"event", "node", "i.node & 31", "the node to which it happened"},
	{"event", "life", "i.node >> 5", "of the node, from 1"},
	{"event", "kind", kinds, "what happened: a word of the table of events"},
	{"event", "type", types, "of a message: its type"},
	{"event", "peer", "NULLIF(i.peer, 0)", "the node at the other end"},
	{"event", "message",
	 "CASE WHEN i.message <> 0 THEN 'n' || (i.sender & 31) || '.' || (i.sender >> 5) || '#' || "
	 "i.message END",
	 "of a message: its id, sender.life#number"},
	{"event", "slot", "CASE WHEN i.slot <> -1 THEN i.slot END", "the slot that it is about"},
	{"event", "ballot", BALLOT("ballot"), "round.node"},
	{"event", "other", BALLOT("other"), "what is promised, or the vote that forces a value"},
	{"event", "value", VALUE, "the value, or as many of its bytes as were told"},
	{"event", "dropped", drops, "why it was thrown away"},
	{"event", "refused", refusals, "why it refuses"},
	{"event", "count", "NULLIF(i.count, 0)", "how many"},
};

#define VIEW_COLUMNS (sizeof view_columns / sizeof view_columns[0])

const struct schema_column *schema_column(unsigned i)
{
	return i < RECORDING_COLUMNS ? &columns[i] : NULL;
}

const struct schema_column *schema_view_column(unsigned i)
{
	return i < VIEW_COLUMNS ? &view_columns[i] : NULL;
}

const char *schema_table_help(const char *table)
{
	for (size_t i = 0; i < TABLES; i++)
		if (strcmp(tables[i].name, table) == 0)
			return tables[i].help;
	return "";
}

static void write_tables(FILE *to)
{
	for (size_t t = 0; t < TABLES; t++) {
		const char *comma = "";

		fprintf(to, "CREATE TABLE %s(", tables[t].name);
		for (unsigned i = 0; i < RECORDING_COLUMNS; i++) {
			if (strcmp(columns[i].table, tables[t].name) != 0)
				continue;
			fprintf(to, "%s%s %s", comma, columns[i].name, columns[i].type);
			comma = ", ";
		}
		fprintf(to, ");");
	}
}

static void write_view(FILE *to)
{
	fprintf(to, "CREATE VIEW event AS SELECT ");
	for (size_t i = 0; i < VIEW_COLUMNS; i++)
		fprintf(to, "%s%s AS %s", i > 0 ? ", " : "", view_columns[i].type,
			view_columns[i].name);
	fprintf(to, " FROM item i;");
}

bool schema_make(sqlite3 *db)
{
	char *sql = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&sql, &length);
	bool made = false;

	if (to == NULL)
		return false;
	fprintf(to, "BEGIN;");
	write_tables(to);
	write_view(to);
	/* Decisions are gone to, values are looked for: no other search needs help. */
	fprintf(to,
		"CREATE INDEX decision ON item(kind) WHERE kind = 50;"
		"CREATE INDEX value_digest ON value(digest);"
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
		RECORDING_APPLICATION, RECORDING_FORMAT);
	if (fclose(to) == 0)
		made = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	free(sql);
	return made;
}
