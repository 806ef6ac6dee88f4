#include "tui/option/liar_options.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/fault/attack.h"
#include "tui/option/options.h"

const char *attack_word(unsigned attack)
{
	return attack == ATTACKS ? "any" : attack_name(attack);
}

/* The end of a sentence about what was given. */
static int refuse(const char *before, const char *word, const char *behind)
{
	fprintf(stderr, "%s%s%s\n", before, word, behind);
	return EXIT_USAGE;
}

static int refuse_attack(const char *word)
{
	const char *names[ATTACKS + 1];

	for (unsigned i = 0; i <= ATTACKS; i++)
		names[i] = attack_word(i);
	const char *best = suggest(word, names, ATTACKS + 1);
	fprintf(stderr, "paxos-tui: there is no attack '%s'; ", word);
	if (best != NULL)
		return refuse("did you mean '", best, "'?");
	for (unsigned i = 0; i <= ATTACKS; i++)
		fprintf(stderr, "%s%s", i == 0 ? "" : ", ", names[i]);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int read_attack(const char *text, unsigned *out)
{
	*out = strcmp(text, "any") == 0 ? ATTACKS : attack_find(text, strlen(text));
	if (*out == ATTACKS && strcmp(text, "any") != 0)
		return refuse_attack(text);
	return EXIT_PASS;
}

int read_liars(unsigned liars, bool attacks, unsigned nodes)
{
	if (liars == 0 && attacks) {
		fputs("paxos-tui: an attack takes a liar: say --liars 1 or more\n", stderr);
		return EXIT_USAGE;
	}
	if (liars < nodes)
		return EXIT_PASS;
	fprintf(stderr, "paxos-tui: of %u nodes at most %u can lie\n", nodes, nodes - 1);
	return EXIT_USAGE;
}
