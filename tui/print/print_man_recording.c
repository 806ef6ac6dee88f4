/* paxos-recording.5: what is in a recording, from the tables by which it is made. */
#include <stdio.h>
#include <string.h>

#include "node/record/schema.h"
#include "tui/print/man_text.h"
#include "tui/print/print.h"

static void column(const struct schema_column *c, bool with_type)
{
	printf(".TP\n\\fB");
	man_text(c->name);
	printf("\\fR");
	if (with_type) {
		printf(" ");
		man_text(c->type);
	}
	printf("\n");
	man_line(c->help);
}

static void tables(void)
{
	const char *table = "";

	printf(".SH TABLES\n");
	for (unsigned i = 0; schema_column(i) != NULL; i++) {
		const struct schema_column *c = schema_column(i);

		if (strcmp(c->table, table) != 0) {
			printf(".SS ");
			man_line(c->table);
			printf("A row is ");
			man_text(schema_table_help(c->table));
			printf(".\n");
			table = c->table;
		}
		column(c, true);
	}
}

static void view(void)
{
	printf(".SH VIEW\n.SS event\nThe items with names in place of codes. What an item does "
	       "not have is NULL.\n");
	for (unsigned i = 0; schema_view_column(i) != NULL; i++)
		column(schema_view_column(i), false);
}

static void codes(void)
{
	printf(".SH CODES\nThey never change; the view\n.B event\nknows their names.\n"
	       ".SS kind\n");
#define EVENT(name, code, text, list, durable, fields, help)                                       \
	printf(".TP\n.B " #code " ");                                                              \
	man_line(text);                                                                            \
	man_line(help);
#include "proto/core/events.def"
#undef EVENT
	printf(".SS type\n");
#define MESSAGE(name, code, text, handled, fields, help)                                           \
	printf(".TP\n.B " #code " ");                                                              \
	man_line(text);                                                                            \
	man_line(help);
#include "proto/core/messages.def"
#undef MESSAGE
}

/* What stands beside the store of a node that keeps one. */
static void journals(void)
{
	printf(".SH JOURNALS\nA node that is started with\n.B \\-\\-journal\n(clusters of "
	       "dashboards are) keeps the inputs of its member in files of its directory's "
	       "folder\n.I journal,\nas they come, each before the node obeys it. A member is a "
	       "pure function of them, so\n.B paxos\\-tui replay \\-\\-recompute\nruns its "
	       "lives again and compares every frame, write and event with the digests in the "
	       "journal, with the events of a recording and with the rows of the store. What is "
	       "signed is signed again with the key in the directory, which is not in the "
	       "journal. A life of the node begins a new file; the oldest lives leave when a "
	       "journal has come to 256 MiB. Records are chained by their checks: what is changed, "
	       "cut off or missing is found. They are:\n");
#define MEMBER_INPUT(name, code, text, fields, help)                                               \
	printf(".TP\n.B " #code " ");                                                              \
	man_line(text);                                                                            \
	man_line(help);
#include "proto/member/inputs.def"
#undef MEMBER_INPUT
}

void print_man_recording(void)
{
	printf(".TH PAXOS\\-RECORDING 5 \"\" \"paxos\\-tui %s\" \"File Formats\"\n", VERSION);
	printf(".SH NAME\npaxos\\-recording \\- what a Paxos cluster told, as an SQLite file\n"
	       ".SH DESCRIPTION\n"
	       "A recording holds everything that a cluster told to\n.BR paxos\\-tui (1),\n"
	       "in the order in which it came: what nodes reported, snapshots of their state and "
	       "proofs of lies. The model that the dashboard shows is computed from these items "
	       "alone, so\n.B paxos\\-tui replay\nshows every moment again as it was.\n.PP\n"
	       "It is an SQLite 3 database with application_id 0x%x and user_version %d, the "
	       "number of this format. It is written in WAL mode: while it is written, and after "
	       "its writer was killed, a file with the suffix\n.I \\-wal\nbelongs to it. Read it "
	       "with any SQLite, also while it is written; change nothing in it. Virtual times "
	       "are microseconds on the clock of the cluster.\n"
	       "Models at moments in between (keyframes), which make it quick to go back, are "
	       "computed while it is read and are not part of the file.\n",
	       RECORDING_APPLICATION, RECORDING_FORMAT);
	view();
	tables();
	codes();
	journals();
	printf(".SH EXAMPLES\n.nf\n"
	       "# what was decided, by whom it was counted first\n"
	       "sqlite3 \\-box FILE \"SELECT number, seconds, node, slot, ballot, value FROM event "
	       "WHERE kind = \\(aqchosen\\(aq\"\n"
	       "# messages by type and fate\n"
	       "sqlite3 \\-box FILE \"SELECT type, kind, count(*) FROM event WHERE type IS NOT "
	       "NULL "
	       "GROUP BY 1, 2\"\n"
	       "# where messages were lost, and why\n"
	       "sqlite3 \\-box FILE \"SELECT peer AS sender, node AS receiver, dropped, count(*) "
	       "FROM event WHERE kind = \\(aqdropped\\(aq GROUP BY 1, 2, 3\"\n"
	       "# what the user did\n"
	       "sqlite3 \\-box FILE \"SELECT after, kind, words FROM command\"\n.fi\n"
	       ".SH SEE ALSO\n.BR paxos\\-tui (1),\n.BR sqlite3 (1)\n");
}
