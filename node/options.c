#include "node/options.h"

#include <stdio.h>
#include <string.h>

#include "node/io/address.h"
#include "node/io/batch_option.h"
#include "node/io/bus.h"
#include "node/io/option_table.h"
#include "node/io/status.h"

enum node_option {
#define NODE_OPTION(id, name, letter, argument, wants, help) NODE_OPTION_##id,
#include "node/options.def"
#undef NODE_OPTION
	NODE_OPTIONS
};

static const struct option_row rows[NODE_OPTIONS] = {
#define NODE_OPTION(id, name, letter, argument, wants, help)                                       \
	{name, letter, argument, wants, 1, help},
#include "node/options.def"
#undef NODE_OPTION
};

static const struct option_rule rules[] = {
	{OPTION_RULE_NEEDS, NODE_OPTION_listen, NODE_OPTION_coordinator, 1,
	 "--listen is said when a node joins: a node that comes back listens where its roster "
	 "says; "
	 "leave out --listen, or say --coordinator, too"},
};

static const struct option_table table = {
	.row = rows,
	.rows = NODE_OPTIONS,
	.rule = rules,
	.rules = sizeof rules / sizeof rules[0],
	.missing = "an argument; see 'paxos-node --help'",
};

static void print_help(void)
{
	printf("paxos-node: one node of a Paxos cluster, a process of its own\n\n"
	       "usage: paxos-node --coordinator ENDPOINT [OPTION...]     join a cluster\n"
	       "       paxos-node --dir DIR                              come back to it\n\n");
	for (size_t i = 0; i < NODE_OPTIONS; i++) {
		char letter[8] = "   ";
		char name[64];
		if (rows[i].letter != 0)
			snprintf(letter, sizeof(letter), "-%c,", rows[i].letter);
		snprintf(name, sizeof(name), "--%s %s", rows[i].name, rows[i].argument);
		printf("  %s %-24s %s\n", letter, name, rows[i].help);
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
	for (size_t i = 0; i < NODE_OPTIONS; i++) {
		printf(".TP\n");
		if (rows[i].letter != 0)
			printf("\\-%c, ", rows[i].letter);
		printf("\\-\\-%s %s\n%s\n", rows[i].name, rows[i].argument, rows[i].help);
	}
	printf(".SH EXIT STATUS\n0 ended in order; 2 it cannot go on, and one sentence on the "
	       "standard error says why; 64 usage.\n.SH SEE ALSO\n.BR paxos-tui (1)\n");
}

/* --- what each option means; false: `wants` of its row tells what was to be given ----------------
 */

static bool take_coordinator(struct node_options *o, const char *text)
{
	o->coordinator = text;
	return true;
}

static bool take_dir(struct node_options *o, const char *text)
{
	o->dir = text;
	return true;
}

static bool take_id(struct node_options *o, const char *text)
{
	uint64_t number;
	if (!option_number(text, 1, NODES_MAX, &number))
		return false;
	o->id = (node_id)number;
	return true;
}

static bool take_store(struct node_options *o, const char *text)
{
	o->memory_store = strcmp(text, "memory") == 0;
	return true;
}

static bool take_keep(struct node_options *o, const char *text)
{
	o->keep_given = true;
	return option_number_or_all(text, KEEP_MIN, KEEP_MAX, &o->keep);
}

static bool take_batch(struct node_options *o, const char *text)
{
	struct batch_rule rule;
	o->batch = text;
	return batch_option_parse(text, &rule);
}

static bool take_pipeline(struct node_options *o, const char *text)
{
	uint64_t number;
	o->pipeline = text;
	return option_number(text, 1, PENDING_MAX, &number);
}

static bool take_listen(struct node_options *o, const char *text)
{
	o->listen = text;
	return strncmp(text, "tcp://", 6) == 0;
}

static bool take_token_file(struct node_options *o, const char *text)
{
	o->token_file = text;
	return *text != '\0';
}

static bool take_journal(struct node_options *o, const char *text)
{
	(void)text;
	o->journal = true;
	return true;
}

static bool take_alive(struct node_options *o, const char *text)
{
	o->alive = text;
	return true;
}

static bool take_owner(struct node_options *o, const char *text)
{
	uint64_t number;
	if (!option_number(text, 1, INT32_MAX, &number))
		return false;
	o->owner = (pid_t)number;
	return true;
}

static bool take_leash(struct node_options *o, const char *text)
{
	uint64_t number;
	if (!option_number(text, 3, INT32_MAX, &number))
		return false;
	o->leash = (int)number;
	return true;
}

/* Options that print something, after which the program ends. */

static bool take_print(struct node_options *o, const char *text)
{
	if (strcmp(text, "man") != 0)
		return false;
	print_man();
	o->done = true;
	return true;
}

static bool take_help(struct node_options *o, const char *text)
{
	(void)text;
	print_help();
	o->done = true;
	return true;
}

static bool take_version(struct node_options *o, const char *text)
{
	(void)text;
	printf("paxos-node %s\n", VERSION);
	o->done = true;
	return true;
}

static bool (*const take[NODE_OPTIONS])(struct node_options *o, const char *text) = {
#define NODE_OPTION(id, name, letter, argument, wants, help) [NODE_OPTION_##id] = take_##id,
#include "node/options.def"
#undef NODE_OPTION
};

static int refuse_options(const char *sentence)
{
	fprintf(stderr, "paxos-node: %s\n", sentence);
	return EXIT_USAGE;
}

/* What makes no sense only when all options are known. */
static int check_together(const struct node_options *o)
{
	if (o->coordinator == NULL && o->dir == NULL)
		return refuse_options(
			"say --coordinator ENDPOINT to join a cluster, or --dir DIR to come "
			"back to one; 'paxos-node --help' tells more");
	if (o->coordinator != NULL && bus_check_endpoint(o->coordinator) == STATUS_USAGE) {
		fprintf(stderr, "paxos-node: --coordinator: %s\n", status_text());
		return EXIT_USAGE;
	}
	if (o->listen != NULL && address_check(o->listen) == STATUS_USAGE) {
		fprintf(stderr, "paxos-node: --listen: %s\n", status_text());
		return EXIT_USAGE;
	}
	return NODE_OPTIONS_READ;
}

int node_options_read(int argc, char **argv, struct node_options *out)
{
	struct option_reader r;
	*out = (struct node_options){.leash = -1};
	option_begin(&r, &table, argc, argv);
	r.help = "paxos-node --help";
	for (;;)
		switch (option_next(&r)) {
		case OPTION_END:
			return option_rules_hold(&r) ? check_together(out) : refuse_options(r.why);
		case OPTION_GIVEN:
			if (!take[r.row](out, r.text)) {
				option_refuse(&r);
				return refuse_options(r.why);
			}
			if (out->done)
				return EXIT_PASS;
			break;
		case OPTION_WORD:
			fprintf(stderr, "paxos-node: '%s' is no option\n", r.text);
			return EXIT_USAGE;
		case OPTION_WRONG:
			return refuse_options(r.why);
		}
}
