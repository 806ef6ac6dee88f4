#include "tui/liar_options.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/scenario/command.h"
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

static int refuse_defence(const char *word)
{
	const char *names[DEFENCES + 8];
	unsigned count = 0;
	policy_id policy;

	for (unsigned i = 0; i < DEFENCES; i++)
		names[count++] = defence_name(i);
	for (unsigned i = 0; i < 8 && policy_preset(i, &policy) != NULL; i++)
		names[count++] = policy_preset(i, &policy);
	const char *best = suggest(word, names, count);
	fprintf(stderr, "paxos-tui: there is no defence '%s'; ", word);
	if (best != NULL)
		return refuse("did you mean '", best, "'?");
	for (unsigned i = 0; i < count; i++)
		fprintf(stderr, "%s%s", i == 0 ? "" : ", ", names[i]);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int read_defences(const char *text, policy_id *out)
{
	char word[64], shown[POLICY_SHOWN_MAX];
	const char *bad;
	size_t length;

	if (!policy_parse(text, out, &bad, &length)) {
		snprintf(word, sizeof word, "%.*s", (int)length, bad);
		return refuse_defence(word);
	}
	if (policy_missing(*out) != 0) {
		policy_show(policy_missing(*out), shown);
		fprintf(stderr, "paxos-tui: '%s' needs '%s' as well\n", text, shown);
		return EXIT_USAGE;
	}
	if (policy_clash(*out) != 0) {
		policy_show(policy_clash(*out), shown);
		fprintf(stderr, "paxos-tui: '%s' must not be on together with '%s'\n", text, shown);
		return EXIT_USAGE;
	}
	return EXIT_PASS;
}

int read_attack(const char *text, unsigned *out)
{
	*out = strcmp(text, "any") == 0 ? ATTACKS : attack_find(text, strlen(text));
	if (*out == ATTACKS && strcmp(text, "any") != 0)
		return refuse_attack(text);
	return EXIT_PASS;
}

int read_liars(unsigned liars, unsigned nodes)
{
	if (liars < nodes)
		return EXIT_PASS;
	fprintf(stderr, "paxos-tui: of %u nodes at most %u can lie\n", nodes, nodes - 1);
	return EXIT_USAGE;
}
