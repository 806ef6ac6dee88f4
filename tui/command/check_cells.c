#include "tui/command/check_cells.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "tui/command/check_bounds.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"

#define SET_BYTES 256 /* of one set as it is typed, with its 0 */

static int refuse(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
	return EXIT_USAGE;
}

/* Words that are parted by '/', one after the other. False: there are none left; *code says whether
 * one is too long. */
static bool next_word(const char **text, char *out, size_t size, int *code)
{
	const size_t length = strcspn(*text, "/");

	if (**text == '\0')
		return false;
	if (length >= size) {
		*code = refuse("one of the words between '/' is too long");
		return false;
	}
	snprintf(out, size, "%.*s", (int)length, *text);
	*text += length;
	*text += **text == '/';
	return true;
}

/* All rows of which every schedule can be explored, each alone, and any. */
static int read_attacks(struct table_cells *t)
{
	const char *text = t->options->attack;
	int code = EXIT_PASS;

	for (unsigned i = 0; i < ATTACKS && text == NULL; i++)
		if (check_attack_words(i) != NULL)
			snprintf(t->attack[t->attacks++], TABLE_ATTACK_BYTES, "%s", attack_name(i));
	if (text == NULL)
		snprintf(t->attack[t->attacks++], TABLE_ATTACK_BYTES, "any");
	while (text != NULL && t->attacks < TABLE_ATTACKS_MAX &&
	       next_word(&text, t->attack[t->attacks], TABLE_ATTACK_BYTES, &code))
		t->attacks++;
	return code;
}

static bool add_set(struct table_cells *t, unsigned size, policy_id policy)
{
	char shown[POLICY_SHOWN_MAX];

	policy_show(policy & CHECK_DEFENCES, shown);
	for (unsigned i = 0; i < t->sets[size]; i++)
		if (strcmp(t->set[size][i], shown) == 0)
			return true;
	if (t->sets[size] == TABLE_SETS_MAX)
		return false;
	memcpy(t->set[size][t->sets[size]++], shown, sizeof shown);
	return true;
}

static int read_sets(struct table_cells *t, unsigned size)
{
	const char *text = t->options->defend;
	char set[SET_BYTES];
	policy_id policy;
	int code = EXIT_PASS;

	while (next_word(&text, set, sizeof set, &code)) {
		if (!defences_read(set, t->nodes[size], &policy))
			return EXIT_USAGE;
		if (!add_set(t, size, policy))
			return refuse("these are too many sets of defences for one table");
	}
	return code;
}

/* Each set that can be on together, of those defences that change which schedules there are. Where
 * `quorum` takes as many nodes as a majority it makes no difference and is left out. */
static void take_all_sets(struct table_cells *t, unsigned size)
{
	static const unsigned rows[] = {DEFENCE_SIGN,    DEFENCE_CERT,   DEFENCE_ECHO,
					DEFENCE_JUSTIFY, DEFENCE_REJECT, DEFENCE_QUORUM};
	const unsigned n = t->nodes[size];

	for (unsigned which = 0; which < 1u << sizeof rows / sizeof *rows; which++) {
		policy_id policy = POLICY_NONE;

		for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
			if ((which >> i & 1) != 0)
				policy |= rows[i];
		if (policy_has(policy, DEFENCE_QUORUM))
			policy |= (policy_id)1 << POLICY_F_SHIFT;
		if (policy_missing(policy) != 0 || policy_clash(policy) != 0 ||
		    (policy_has(policy, DEFENCE_QUORUM) && policy_quorum(policy, n) == n / 2 + 1))
			continue;
		add_set(t, size, policy);
	}
}

/* May a liar announce what is not chosen? If not, Nacks and Commits tell only what happened. A
 * Commit that must carry the votes of a quorum tells no more than these. */
static bool can_announce(const struct check_bounds *b)
{
	return !policy_has(b->policy, DEFENCE_CERT) &&
	       (b->attacks == 0 || (b->attacks & ATTACK_FALSE_COMMIT) != 0);
}

static int read_bounds(const struct table_cells *t, struct table_cell at, struct check_bounds *b)
{
	struct options o = *t->options;

	o.nodes = t->nodes[at.size];
	o.defend = t->set[at.size][at.set];
	o.attack = t->attack[at.attack];
	const int code = check_read_bounds(&o, b);
	b->no_hints |= !can_announce(b);
	b->states = t->states;
	return code;
}

/* Everything that can be wrong with a cell is said before the first one is explored. */
static int judge_cells(const struct table_cells *t)
{
	struct check_bounds b;

	for (unsigned size = 0; size < t->sizes; size++)
		for (unsigned attack = 0; attack < t->attacks; attack++) {
			const int code = read_bounds(
				t, (struct table_cell){.size = size, .attack = attack}, &b);

			if (code != EXIT_PASS)
				return code;
		}
	return EXIT_PASS;
}

int table_read(const struct options *o, struct table_cells *t)
{
	static const unsigned usual[TABLE_SIZES_MAX] = {3, 4};
	int code = EXIT_PASS;

	t->options = o;
	t->states = o->states != 0 ? (uint32_t)o->states : CHECK_TABLE_STATES;
	t->sizes = o->nodes != 0 ? 1 : TABLE_SIZES_MAX;
	memcpy(t->nodes, usual, sizeof t->nodes);
	if (o->nodes != 0)
		t->nodes[0] = o->nodes;
	for (unsigned size = 0; size < t->sizes && code == EXIT_PASS; size++) {
		if (o->defend != NULL)
			code = read_sets(t, size);
		else
			take_all_sets(t, size);
	}
	if (code == EXIT_PASS)
		code = read_attacks(t);
	return code == EXIT_PASS ? judge_cells(t) : code;
}

uint64_t table_count(const struct table_cells *t)
{
	uint64_t sum = 0;

	for (unsigned size = 0; size < t->sizes; size++)
		sum += (uint64_t)t->sets[size] * t->attacks;
	return sum;
}

struct table_cell table_cell(const struct table_cells *t, uint64_t number)
{
	struct table_cell at = {.attack = (unsigned)(number % t->attacks)};

	number /= t->attacks;
	for (; number >= t->sets[at.size]; at.size++)
		number -= t->sets[at.size];
	at.set = (unsigned)number;
	return at;
}

struct check_bounds table_bounds(const struct table_cells *t, struct table_cell at)
{
	struct check_bounds b;

	read_bounds(t, at, &b); /* which has been judged */
	return b;
}
