#include "tui/option/mistake_option.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/fault/mistake.h"
#include "tui/option/options.h"

int read_mistake(const char *text, unsigned *out)
{
	const char *names[MISTAKES];

	*out = mistake_find(text);
	if (*out != MISTAKES)
		return EXIT_PASS;
	for (unsigned i = 0; i + 1 < MISTAKES; i++)
		names[i] = mistake_name(i + 1);
	const char *best = suggest(text, names, MISTAKES - 1);
	if (best != NULL)
		fprintf(stderr, "paxos-tui: there is no mistake '%s'; did you mean '%s'?\n", text,
			best);
	else
		fprintf(stderr,
			"paxos-tui: there is no mistake '%s'; 'paxos-tui check --mistake list' "
			"lists them\n",
			text);
	return EXIT_USAGE;
}

bool mistakes_listed(const char *text)
{
	if (text == NULL || strcmp(text, "list") != 0)
		return false;
	for (unsigned i = MISTAKE_NONE + 1; i < MISTAKES; i++)
		printf("  %-20s %s\n", mistake_name(i), mistake_help(i));
	return true;
}
