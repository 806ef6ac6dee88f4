#include "tui/defend_option.h"

#include <stdio.h>

#include "proto/scenario/command.h"

/* The words are those of the command `defend`, so its rules and its sentences are, too. */
bool defend_option(const struct options *options, unsigned nodes, policy_id *out)
{
	char line[300], why[400];
	struct command command;
	*out = POLICY_NONE;
	if (options->defend == NULL)
		return true;
	int length = snprintf(line, sizeof(line), "defend %s", options->defend);
	for (char *c = line; *c != 0; c++)
		if (*c == ',')
			*c = ' ';
	if (length >= (int)sizeof(line)) {
		fprintf(stderr, "paxos-tui: --defend is too long\n");
		return false;
	}
	if (command_parse(line, nodes, &command, why, sizeof(why)) &&
	    defences_apply(&command.defences, POLICY_NONE, nodes, out, why, sizeof(why)))
		return true;
	fprintf(stderr, "paxos-tui: %s\n", why);
	return false;
}
