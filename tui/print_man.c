#include "tui/print/print.h"

#include <stdio.h>

#include "proto/scenario/command.h"
#include "tui/view/keys.h"

/* One character beyond ASCII, by its number, which every troff understands. Returns where it ends.
 */
static const char *roff_wide(const char *text)
{
	unsigned char lead = (unsigned char)*text++;
	unsigned code = lead >= 0xF0 ? lead & 0x07u : lead >= 0xE0 ? lead & 0x0Fu : lead & 0x1Fu;
	while (((unsigned char)*text & 0xC0u) == 0x80u)
		code = code << 6 | ((unsigned char)*text++ & 0x3Fu);
	printf("\\[u%04X]", code);
	return text;
}

/* Text as troff takes it literally; '-' is a minus that can be copied into a shell. */
static void roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	while (*text != '\0') {
		if ((unsigned char)*text >= 0x80) {
			text = roff_wide(text);
			continue;
		}
		switch (*text) {
		case '-':
			printf("\\-");
			break;
		case '\\':
			printf("\\e");
			break;
		case '\'':
			printf("\\(aq");
			break;
		case '`':
			printf("\\(ga");
			break;
		case '~':
			printf("\\(ti");
			break;
		case '^':
			printf("\\(ha");
			break;
		default:
			putchar(*text);
		}
		text++;
	}
}

static void roff_line(const char *text)
{
	roff(text);
	putchar('\n');
}

static void synopsis(void)
{
	printf(".SH SYNOPSIS\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		if (i != 0)
			printf(".br\n");
		printf(".B paxos\\-tui");
		if (row->name[0] != '\0') {
			putchar(' ');
			roff(row->name);
		}
		printf("\n[\\fIOPTION\\fR...]");
		if (row->args[0] != '\0') {
			printf(" \\fI");
			roff(row->args);
			printf("\\fR");
		}
		putchar('\n');
	}
}

static void option(const struct option_row *row)
{
	printf(".TP\n");
	if (row->letter != 0)
		printf("\\fB\\-%c\\fR, ", row->letter);
	printf("\\fB\\-\\-");
	roff(row->name);
	printf("\\fR");
	if (row->argument[0] != '\0') {
		printf(" \\fI");
		roff(row->argument);
		printf("\\fR");
	}
	putchar('\n');
	roff_line(row->help);
}

static void options(void)
{
	printf(".SH OPTIONS\n"
	       "Each command takes the options that make sense for it;\n"
	       ".B paxos\\-tui\n.I COMMAND\n.B \\-\\-help\nlists them.\n"
	       "Options may stand anywhere; after \\fB\\-\\-\\fR nothing is an option.\n"
	       "What follows the command given to \\fBctl\\fR, from its second word on, is taken "
	       "as "
	       "it is.\n");
	for (size_t i = 0; i < option_rows_count; i++) {
		if (option_rows[i].help[0] != '\0')
			option(&option_rows[i]);
	}
}

static void commands(void)
{
	printf(".SH COMMANDS\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		printf(".TP\n.B ");
		if (row->name[0] == '\0')
			printf("(none)");
		roff_line(row->name);
		roff(row->help);
		printf(".\n");
		bool first = true;
		for (size_t k = 0; k < option_rows_count; k++) {
			if ((option_rows[k].of >> i & 1) == 0 || option_rows[k].help[0] == '\0' ||
			    option_rows[k].of == (1u << SUBCOMMANDS) - 1)
				continue;
			printf("%s\\fB\\-\\-", first ? "Takes " : ", ");
			roff(option_rows[k].name);
			printf("\\fR");
			first = false;
		}
		if (!first)
			printf(".\n");
	}
}

static void item(const char *name, const char *help)
{
	printf(".TP\n\\fB");
	roff(name);
	printf("\\fR\n");
	roff_line(help);
}

static void language(void)
{
	printf(".SH COMMAND LANGUAGE\n"
	       "The prompt of the dashboard, scenario files and\n.B ctl\ntake the same commands. "
	       "Nodes are 1 or n1, durations 80ms or 2s; a word in double quotes may have\n"
	       "blanks in it, and # begins a comment.\n");
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		item(command_usage((enum command_kind)i), command_help((enum command_kind)i));
	printf(".SH CONDITIONS\nWhat\n.B wait\nand\n.B expect\ntake; each may follow "
	       "\\fBnot\\fR.\n");
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		item(condition_usage((enum condition_kind)i),
		     condition_help((enum condition_kind)i));
	printf(".SH SCENARIO FILES\n"
	       "Lines of commands. Before the first command the head may say on what kind of "
	       "cluster "
	       "it plays:\n\\fBnodes 5\\fR, \\fBmode single\\fR or \\fBmulti\\fR, "
	       "\\fBrate 1/100\\fR, \\fBseed 7\\fR.\n");
}

static void keys(void)
{
	printf(".SH KEYS\nThe bottom line of the screen shows those that are valid now.\n");
	for (unsigned i = 0; key_row(i) != NULL; i++)
		item(key_row(i)->shown, key_row(i)->help);
}

void print_man(void)
{
	printf(".TH PAXOS\\-TUI 1 \"\" \"paxos\\-tui %s\" \"User Commands\"\n", VERSION);
	printf(".SH NAME\npaxos\\-tui \\- a live Paxos cluster under your hands\n");
	synopsis();
	printf(".SH DESCRIPTION\n"
	       "Starts real Paxos nodes that talk over nanomsg bus sockets, shows the ballots, "
	       "promises "
	       "and votes\nof each while they change, and lets you propose values, crash nodes and "
	       "cut "
	       "links from the\nkeyboard. The same commands come from a prompt, from\n.B ctl\nand "
	       "from "
	       "scenario files. In the dashboard\n.B ?\nlists the keys.\n");
	commands();
	options();
	language();
	keys();
	printf(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf it is set and not empty, no colours are "
	       "used.\n"
	       ".TP\n.B TERM\nA terminal that is \\fBdumb\\fR, or none at all, gets plain "
	       "lines.\n");
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
	       "paxos\\-tui ctl D state \\-\\-json\n"
	       "paxos\\-tui down D\n.fi\n");
	printf(".SH SEE ALSO\n.BR paxos\\-node (1)\n");
}
