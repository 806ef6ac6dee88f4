/* paxos-tui help WORD: what any table says about that name. */
#include <stdio.h>

#include "tui/option/options.h"
#include "tui/print/print.h"
#include "tui/print/topics.h"

int cmd_help(const struct options *options)
{
	const char *nearest;
	if (options->args == 0) {
		printf("'paxos-tui help WORD' explains one of these.\n\n");
		topics_print_names();
		return EXIT_PASS;
	}
	if (topic_print(stdout, PRINT_WIDTH, options->arg[0], &nearest))
		return EXIT_PASS;
	fprintf(stderr, "paxos-tui: nothing here is called '%s'", options->arg[0]);
	if (nearest != NULL)
		fprintf(stderr, "; did you mean '%s'?\n", nearest);
	else
		fprintf(stderr, "; 'paxos-tui help' lists all names\n");
	return EXIT_USAGE;
}
