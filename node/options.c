#include "node/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/bus.h"
#include "proto/scenario/command.h"

#define EXIT_OF_USAGE 64

/* Codes of options without a letter start above all letters. */
enum option_code {
	CODE_BASE = 256,
#define NODE_OPTION(id, name, letter, argument, help) CODE_##id,
#include "node/options.def"
#undef NODE_OPTION
};

static const struct option rows[] = {
#define NODE_OPTION(id, name, letter, argument, help)                                              \
	{name, sizeof(argument) > 1 ? required_argument : no_argument, NULL, CODE_##id},
#include "node/options.def"
#undef NODE_OPTION
	{0},
};

static const struct {
	char letter;
	enum option_code code;
	const char *name, *argument, *help;
} texts[] = {
#define NODE_OPTION(id, name, letter, argument, help) {letter, CODE_##id, name, argument, help},
#include "node/options.def"
#undef NODE_OPTION
};

#define ROWS (sizeof(texts) / sizeof(texts[0]))

static void print_help(void)
{
	printf("paxos-node: one node of a Paxos cluster, a process of its own\n\n"
	       "usage: paxos-node --coordinator ENDPOINT [OPTION...]     join a cluster\n"
	       "       paxos-node --dir DIR                              come back to it\n\n");
	for (size_t i = 0; i < ROWS; i++) {
		char letter[8] = "   ";
		char name[64];
		if (texts[i].letter != 0)
			snprintf(letter, sizeof(letter), "-%c,", texts[i].letter);
		snprintf(name, sizeof(name), "--%s %s", texts[i].name, texts[i].argument);
		printf("  %s %-24s %s\n", letter, name, texts[i].help);
	}
	printf("\nIt ends in order on SIGTERM. Exit codes: 0 ended in order, 2 cannot go on, "
	       "64 usage.\n");
}

static void print_man(void)
{
	printf(".TH PAXOS-NODE 1 \"\" \"paxos-tui %s\"\n"
	       ".SH NAME\npaxos-node \\- one node of a Paxos cluster\n"
	       ".SH SYNOPSIS\n.B paxos-node\n\\-\\-coordinator ENDPOINT [OPTION...]\n.br\n"
	       ".B paxos-node\n\\-\\-dir DIR\n"
	       ".SH DESCRIPTION\nRuns one node: proposer, acceptor and learner. It makes its own "
	       "key "
	       "pair, joins through the coordinator, stores the roster that the operator signed, "
	       "and "
	       "from then on needs nothing but its directory to come back. What it promised and "
	       "voted "
	       "is on the disk before anybody hears of it.\n.SH OPTIONS\n",
	       VERSION);
	for (size_t i = 0; i < ROWS; i++) {
		printf(".TP\n");
		if (texts[i].letter != 0)
			printf("\\-%c, ", texts[i].letter);
		printf("\\-\\-%s %s\n%s\n", texts[i].name, texts[i].argument, texts[i].help);
	}
	printf(".SH EXIT STATUS\n0 ended in order; 2 it cannot go on, and one sentence on the "
	       "standard error says why; 64 usage.\n.SH SEE ALSO\n.BR paxos-tui (1)\n");
}

static int wrong(const char *option, const char *takes, const char *given)
{
	fprintf(stderr, "paxos-node: --%s takes %s, not '%s'\n", option, takes, given);
	return EXIT_OF_USAGE;
}

/* What getopt did not understand: an option that there is not, or one without its argument. */
static int not_understood(enum option_code code, const char *word)
{
	const char *name[ROWS];
	char option[64];
	const bool is_long = strncmp(word, "--", 2) == 0;
	if (code == ':') {
		fprintf(stderr, "paxos-node: %s needs an argument; see 'paxos-node --help'\n",
			word);
		return EXIT_OF_USAGE;
	}
	snprintf(option, sizeof(option), "%s", is_long ? word : "");
	option[strcspn(option, "=")] = '\0';
	for (size_t i = 0; i < ROWS; i++)
		name[i] = texts[i].name;
	const char *nearest = is_long ? suggest(option + 2, name, ROWS) : NULL;
	if (nearest != NULL)
		fprintf(stderr, "paxos-node: there is no option '%s'; did you mean '--%s'?\n", word,
			nearest);
	else
		fprintf(stderr,
			"paxos-node: there is no option '%s'; 'paxos-node --help' lists them\n",
			word);
	return EXIT_OF_USAGE;
}

static bool read_number(const char *text, long most, long *out)
{
	char *end = NULL;
	*out = strtol(text, &end, 10);
	return end != text && *end == '\0' && *out >= 1 && *out <= most;
}

static int take(enum option_code code, const char *argument, struct node_options *out)
{
	long number = 0;
	switch (code) {
	case CODE_coordinator:
		if (bus_check_endpoint(argument) == STATUS_USAGE) {
			fprintf(stderr, "paxos-node: --coordinator: %s\n", status_text());
			return EXIT_OF_USAGE;
		}
		out->coordinator = argument;
		return -1;
	case CODE_dir:
		out->dir = argument;
		return -1;
	case CODE_id:
		if (!read_number(argument, NODES_MAX, &number))
			return wrong("id", "a number from 1 to 31", argument);
		out->id = (node_id)number;
		return -1;
	case CODE_store:
		out->memory_store = strcmp(argument, "memory") == 0;
		if (!out->memory_store && strcmp(argument, "sqlite") != 0)
			return wrong("store", "sqlite or memory", argument);
		return -1;
	case CODE_listen:
		if (strncmp(argument, "tcp://", 6) != 0)
			return wrong("listen", "tcp://HOST:PORT", argument);
		out->listen = argument;
		return -1;
	case CODE_alive:
		out->alive = argument;
		return -1;
	case CODE_owner:
		if (!read_number(argument, INT32_MAX, &number))
			return wrong("owner", "a process id", argument);
		out->owner = (pid_t)number;
		return -1;
	case CODE_print:
		if (strcmp(argument, "man") != 0)
			return wrong("print", "man", argument);
		print_man();
		return 0;
	case CODE_help:
		print_help();
		return 0;
	case CODE_version:
		printf("paxos-node %s\n", VERSION);
		return 0;
	default:
		return EXIT_OF_USAGE;
	}
}

int node_options_read(int argc, char **argv, struct node_options *out)
{
	char letters[4 * ROWS + 2] = ":"; /* and getopt says nothing itself */
	for (size_t i = 0; i < ROWS; i++)
		if (texts[i].letter != 0) {
			const size_t at = strlen(letters);
			snprintf(letters + at, sizeof(letters) - at, "%c%s", texts[i].letter,
				 texts[i].argument[0] == '\0' ? "" : ":");
		}
	*out = (struct node_options){0};
	int code;
	for (int at = 1; (code = getopt_long(argc, argv, letters, rows, NULL)) != -1; at = optind) {
		if (code == '?' || code == ':')
			return not_understood((enum option_code)code, argv[at]);
		for (size_t i = 0; i < ROWS; i++)
			if (texts[i].letter != 0 && texts[i].letter == code)
				code = (int)texts[i].code;
		const int result = take((enum option_code)code, optarg, out);
		if (result >= 0)
			return result;
	}
	if (optind < argc) {
		fprintf(stderr, "paxos-node: '%s' is no option\n", argv[optind]);
		return EXIT_OF_USAGE;
	}
	if (out->coordinator == NULL && out->dir == NULL) {
		fprintf(stderr,
			"paxos-node: say --coordinator ENDPOINT to join a cluster, or --dir "
			"DIR to come back to one; 'paxos-node --help' tells more\n");
		return EXIT_OF_USAGE;
	}
	return -1;
}
