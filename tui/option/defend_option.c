#include "tui/option/defend_option.h"

#include <stdio.h>
#include <string.h>

#include "proto/scenario/command.h"

static bool refuse(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
	return false;
}

/* The words are those of the command `defend`, so its rules and its sentences are, too. */
bool defences_read(const char *text, unsigned nodes, policy_id *out)
{
	char line[300], why[400];
	struct command command;
	int length = snprintf(line, sizeof(line), "defend %s", text);
	if (length >= (int)sizeof(line))
		return refuse("--defend is too long");
	if (strpbrk(line, "\"#\n") != NULL)
		return refuse("--defend takes names of defences, joined by '+'");
	if (!command_parse(line, nodes, &command, why, sizeof(why)))
		return refuse(why);
	if (command.defences.off)
		return refuse("--defend says what is on from the beginning: leave out 'off'");
	return defences_apply(&command.defences, POLICY_NONE, nodes, out, why, sizeof(why)) ||
	       refuse(why);
}

bool defend_option(const struct options *options, unsigned nodes, policy_id *out)
{
	*out = POLICY_NONE;
	return options->defend == NULL || defences_read(options->defend, nodes, out);
}
