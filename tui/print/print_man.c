#include "tui/print/print.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/limits.h"
#include "proto/scenario/command.h"
#include "proto/scenario/grammar.h"
#include "proto/scenario/scenario.h"
#include "tui/print/man_text.h"
#include "tui/print/topics.h"
#include "tui/view/keys.h"

static void man_synopsis(void)
{
	printf(".SH SYNOPSIS\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		if (i != 0)
			printf(".br\n");
		printf(".B paxos\\-tui");
		if (row->name[0] != '\0') {
			putchar(' ');
			man_text(row->name);
		}
		printf("\n[\\fIOPTION\\fR...]");
		if (row->args[0] != '\0') {
			printf(" \\fI");
			man_text(row->args);
			printf("\\fR");
		}
		putchar('\n');
	}
}

static void man_option(const struct option_row *row)
{
	char usual[400];

	printf(".TP\n");
	if (row->letter != 0)
		printf("\\fB\\-%c\\fR, ", row->letter);
	printf("\\fB\\-\\-");
	man_text(row->name);
	printf("\\fR");
	if (row->argument[0] != '\0') {
		printf(" \\fI");
		man_text(row->argument);
		printf("\\fR");
	}
	putchar('\n');
	man_text(row->help);
	option_defaults((enum option_id)(row - option_rows), usual, sizeof usual);
	if (usual[0] != '\0') {
		printf(".\nWithout it: ");
		man_text(usual);
		putchar('.');
	}
	putchar('\n');
}

static void man_options(void)
{
	printf(".SH OPTIONS\n"
	       "Each command takes the options that make sense for it;\n"
	       ".B paxos\\-tui\n.I COMMAND\n.B \\-\\-help\nlists them.\n"
	       "Options may stand anywhere; after \\fB\\-\\-\\fR nothing is an option.\n"
	       "What follows the command given to \\fBctl\\fR, from its second word on, is taken "
	       "as "
	       "it is.\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		if (option_rows[i].help[0] != '\0')
			man_option(&option_rows[i]);
	}
}

static void man_commands(void)
{
	printf(".SH COMMANDS\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		printf(".TP\n.B ");
		if (row->name[0] == '\0')
			printf("(none)");
		man_line(row->name);
		man_text(row->help);
		printf(".\n");
		const char *usual;
		bool first = true;
		for (size_t k = 0; k < OPTIONS; k++) {
			if ((option_rows[k].of >> i & 1) == 0 || option_rows[k].help[0] == '\0' ||
			    option_rows[k].of == (1u << SUBCOMMANDS) - 1)
				continue;
			printf("%s\\fB\\-\\-", first ? "Takes " : ", ");
			man_text(option_rows[k].name);
			printf("\\fR");
			usual = option_default((enum option_id)k, (enum subcommand_id)i);
			if (usual != NULL) {
				printf(" (");
				man_text(usual);
				putchar(')');
			}
			first = false;
		}
		if (!first)
			printf(".\n");
	}
}

static void man_item(const char *name, const char *help)
{
	printf(".TP\n\\fB");
	man_text(name);
	printf("\\fR\n");
	man_line(help);
}

static void man_language(void)
{
	printf(".SH COMMAND LANGUAGE\n"
	       "The prompt of the dashboard, scenario files and\n.B ctl\ntake the same commands. "
	       "A line is a command; # begins a comment.\n");
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		man_item(command_usage((enum command_kind)i), command_help((enum command_kind)i));
	printf(".SH CONDITIONS\nWhat\n.B wait\nand\n.B expect\ntake; each may follow "
	       "\\fBnot\\fR.\n");
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		man_item(condition_usage((enum condition_kind)i),
			 condition_help((enum condition_kind)i));
	printf(".SH WORDS OF THE LANGUAGE\nWhat usages write in capitals, and words that may "
	       "follow.\n");
	for (unsigned i = 0; grammar_literal(i) != NULL; i++) {
		const struct literal *row = grammar_literal(i);
		char help[400];
		snprintf(help, sizeof help, "%s: %s; as in: %s", row->written, row->help,
			 row->example);
		man_item(row->name, help);
	}
	printf(".SH SCENARIO FILES\n"
	       "Lines of commands, their names ending in .pxs. Before the first command the head "
	       "may "
	       "say on\nwhat kind of cluster the scenario plays:\n");
	for (unsigned i = 0; head_name(i) != NULL; i++)
		man_item(head_usage(i), head_help(i));
	printf(".PP\nLines may stand for others, so that a scenario need not say the same "
	       "twice:\n");
	for (unsigned i = 0; unfold_name(i) != NULL; i++)
		man_item(unfold_usage(i), unfold_help(i));
}

static void man_topic(void *user, const struct topic *topic)
{
	char help[TOPIC_HELP_MAX + 80];
	(void)user;
	snprintf(help, sizeof help, "%s%s%s%s", topic->help,
		 topic->also[0] == '\0' ? "" : " (also: ", topic->also,
		 topic->also[0] == '\0' ? "" : ")");
	man_item(topic->usage[0] != '\0' ? topic->usage : topic->name, help);
}

static void man_topics(const char *title, enum topic_kind kind, const char *before)
{
	printf(".SH %s\n", title);
	man_line(before);
	topics_of(kind, man_topic, NULL);
}

/* A key stands under the first of these places where it works. */
static const struct {
	unsigned where;
	const char *title;
} places[] = {
	{IN_ALL, "In every view and popup"},
	{IN_VIEW, "In the views"},
	{IN_PAST, "Looking back"},
	{IN_MAIN, "In the cluster view"},
	{IN_LOG, "In the log"},
	{IN_BRANCHES, "In the view of branches (B)"},
	{IN_ATTACKS, "In the palette of attacks (x)"},
	{IN_MISTAKES, "On its page of mistakes (x m)"},
	{IN_DEFENCES, "In the palette of defences (d)"},
	{IN_LINKS, "In the matrix of links (c)"},
	{IN_PROOF, "In the proof of a violation (v)"},
	{IN_TEXT, "In a text that is open (Enter)"},
	{IN_HELP, "In the help (?)"},
};

#define PLACES (sizeof places / sizeof places[0])

static size_t place_of(const struct key *key)
{
	for (size_t i = 0; i < PLACES; i++)
		if ((key->where & places[i].where) == places[i].where)
			return i;
	for (size_t i = 0; i < PLACES; i++)
		if ((key->where & places[i].where) != 0)
			return i;
	return 0;
}

static void man_key(const struct key *key)
{
	char shown[16], twin[16], name[48], help[200];
	key_shown_text(key, shown);
	key_twin_text(key, twin);
	key_help_text(key, help, sizeof help);
	snprintf(name, sizeof name, "%s%s%s", shown, twin[0] == '\0' ? "" : ", ", twin);
	man_item(name, help);
}

static void man_keys(void)
{
	printf(".SH KEYS\nThe bottom line of the screen shows those that are valid now, and can be "
	       "clicked.\n");
	for (size_t place = 0; place < PLACES; place++) {
		printf(".SS ");
		man_line(places[place].title);
		for (unsigned i = 0; key_row(i) != NULL; i++)
			if (place_of(key_row(i)) == place)
				man_key(key_row(i));
	}
	printf(".SS With the mouse\n"
	       "A click on a node, an event, a link or a key of the bottom line selects or presses "
	       "it.\n"
	       "A click on the tape goes to that moment; keep the button down and move to go on.\n"
	       "\\fB\\-\\-no\\-mouse\\fR leaves the mouse to the terminal.\n");
}

static void man_tables(void)
{
	man_topics("VIEWS", TOPIC_VIEW, "What the whole screen can show.");
	man_topics("MARKS", TOPIC_MARK, "What signs on the screen mean.");
	man_topics("MISTAKES", TOPIC_MISTAKE,
		   "What programmers get wrong, not what liars do. A node runs a program with the\n"
		   "mistake until it restarts, or the right one again.\n");
	man_topics("ATTACKS", TOPIC_ATTACK,
		   "What a liar does. Several at once, at as many nodes as you like; liars "
		   "collude, and "
		   "sign with their own keys only.");
	man_topics("DEFENCES", TOPIC_DEFENCE, "What honest nodes may do about liars.");
	man_topics("PRESETS OF DEFENCES", TOPIC_PRESET, "Sets of them that have a name.");
	man_topics("PROPERTIES", TOPIC_PROPERTY,
		   "What must never be broken; a violation is shown with its proof, and the exit "
		   "code is "
		   "1.");
	man_topics("MESSAGES", TOPIC_MESSAGE, "What nodes say to each other.");
	man_topics("REASONS TO REFUSE", TOPIC_REFUSAL, "Why an acceptor answers with a Nack.");
	man_topics("REASONS TO DROP", TOPIC_DROP, "Why a frame or a control was thrown away.");
	man_topics("PROOFS OF LIES", TOPIC_PROOF,
		   "What messages that it signed can prove of a node, whoever shows them.");
	man_topics("GLOSSARY", TOPIC_WORD, "Words of the field, as they are used here.");
	man_topics("ENVIRONMENT", TOPIC_VARIABLE, "Variables that are read.");
}

/* Each document of JSON with its keys. */
static void man_json(void)
{
	static const struct {
		const char *document, *title;
	} documents[] = {
		{"state", "ctl DIR state --json"},
		{"roster", "ctl DIR roster --json"},
		{"evidence", "ctl DIR evidence --json"},
		{"margin", "ctl DIR margin --json"},
		{"run", "run --json"},
		{"matrix", "matrix --json, and merge --json of what it found"},
		{"check", "check --json"},
		{"table", "check --table --json, and merge --json of what it found"},
		{"bench", "bench --json"},
	};
	static const struct {
		const char *document, *path, *help;
	} keys[] = {
#define JSON_KEY(document, path, help) {document, path, help},
#include "tui/report/json_keys.def"
#undef JSON_KEY
	};
	printf(".SH JSON\n[] is a list, a dot is a key of an object. Numbers are integers where "
	       "nothing else is said.\n");
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
		printf(".SS ");
		man_line(documents[i].title);
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			if (strcmp(keys[k].document, documents[i].document) == 0)
				man_item(keys[k].path, keys[k].help);
	}
}

#define US_PER_S 1000000

/* The bounds are those of proto/core/limits.h, so that the page cannot say others. */
static void man_learning(void)
{
	printf(".SH LEARNING\n"
	       "Nobody is left behind. All times are virtual: at rate 1/100 they take a hundred "
	       "times as long.\n"
	       ".TP\n.B asking\n"
	       "A node that can ask one that knows a decision, over links that lose nothing, "
	       "hears of it within\n%d s and learns %d decisions in each round trip.\n"
	       ".TP\n.B being told\n"
	       "A node that nobody hears cannot ask: those that it hears tell it %d decisions, "
	       "and %d votes,\nat least every %d s in turn, over and over. So knowledge travels "
	       "along each path of links that\nwork, whichever way, and a lossy link delays "
	       "it.\n"
	       ".TP\n.B finding out\n"
	       "Where a quorum may have voted, and no votes that are heard decide it, as when the "
	       "proposer died,\na node begins a ballot of its own %d to %d s after it heard of "
	       "that, and again every %d to %d s. Not\nunder\n.BR reject ,\nwhere votes may "
	       "stand for ever.\n"
	       ".TP\n.B idle\n"
	       "Nodes that are up and know as much as each other send nothing.\n",
	       (int)((GOSSIP_US_MAX + 2 * GOSSIP_US + US_PER_S / 2) / US_PER_S), SYNC_CHUNK_MAX,
	       SYNC_CHUNK_MAX, SYNC_CHUNK_MAX, GOSSIP_US_MAX / US_PER_S, SETTLE_US / US_PER_S,
	       (SETTLE_US + GOSSIP_US_MAX) / US_PER_S + 1, GOSSIP_US_MAX / US_PER_S,
	       2 * GOSSIP_US_MAX / US_PER_S);
}

void print_man(void)
{
	printf(".TH PAXOS\\-TUI 1 \"\" \"paxos\\-tui %s\" \"User Commands\"\n", VERSION);
	printf(".SH NAME\npaxos\\-tui \\- a live Paxos cluster under your hands\n");
	man_synopsis();
	printf(".SH DESCRIPTION\n"
	       "Starts real Paxos nodes that talk over nanomsg bus sockets, shows the ballots, "
	       "promises "
	       "and votes\nof each while they change, and lets you propose values, crash nodes and "
	       "cut "
	       "links from the\nkeyboard. The same commands come from a prompt, from\n.B ctl\nand "
	       "from "
	       "scenario files. In the dashboard\n.B ?\nlists the keys.\n");
	man_commands();
	man_options();
	man_language();
	man_keys();
	man_tables();
	man_json();
	man_learning();
	printf(".SH FILES\nA cluster lives in a directory of mode 0700:\n"
	       ".TP\n.I operator.key\nthe operator's secret; who can read it may act\n"
	       ".TP\n.I roster\nwho the nodes are, signed by the operator\n"
	       ".TP\n.I n1 ... nN\neach node's key, store, sockets, process id and log\n");
	printf(".SH EXIT STATUS\n"
	       ".TP\n.B 0\npass\n.TP\n.B 1\na property or an expectation does not hold, also when "
	       "that was seen in a dashboard\n"
	       ".TP\n.B 2\ninconclusive, or it could not be done\n"
	       ".TP\n.B 64\nwrong usage\n.TP\n.B 130\ninterrupted\n");
	printf(".SH EXAMPLES\n.nf\n"
	       "paxos\\-tui\n"
	       "paxos\\-tui up D \\-n 5\n"
	       "paxos\\-tui ctl D propose 1 apple\n"
	       "paxos\\-tui ctl D wait chosen 0 apple on all within 5s\n"
	       "paxos\\-tui ctl D state \\-\\-json\n"
	       "paxos\\-tui ctl D evidence \\-\\-json | paxos\\-tui verify \\-\n"
	       "paxos\\-tui run \\-\\-sim \\-\\-seed 7 \\-\\-tap demo/withhold.pxs\n"
	       "paxos\\-tui play withhold\n"
	       "paxos\\-tui sim \\-\\-seeds 1..20\n"
	       "paxos\\-tui matrix \\-n 4 \\-\\-attack lie \\-\\-defend none/all \\-\\-seeds 0..9\n"
	       "paxos\\-tui bench \\-n 3 \\-\\-values 200\n"
	       "paxos\\-tui help ballot\n"
	       "paxos\\-tui down D\n.fi\n");
	printf(".SH SEE ALSO\n.BR paxos\\-node (1),\n.BR paxos\\-recording (5)\n");
}
