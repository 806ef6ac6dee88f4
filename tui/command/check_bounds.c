#include "tui/command/check_bounds.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"
#include "tui/option/liar_options.h"
#include "tui/option/mistake_option.h"

#define NAME_BYTES 32

static int refuse(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
	return EXIT_USAGE;
}

/* What is chosen is right whatever the mistake does; what is read is not. */
static int refuse_reads(const char *mistake)
{
	fprintf(stderr,
		"paxos-tui: %s is a mistake about reads, and check looks at what is chosen; "
		"'paxos-tui sim --mistake %s' finds a read that is wrong\n",
		mistake, mistake);
	return EXIT_USAGE;
}

/* --- liars ----------------------------------------------------------------------------------- */

static int read_one_attack(const char *name, uint32_t *attacks)
{
	unsigned attack;
	const int code = read_attack(name, &attack);

	if (code != EXIT_PASS)
		return code;
	if (attack == ATTACKS)
		return refuse("'any' is all that a key allows, the other attacks among it: leave "
			      "them out");
	if (check_attack_words(attack) == NULL) {
		fprintf(stderr,
			"paxos-tui: '%s' takes time, bytes or evidence, which check does not "
			"explore: `matrix --attack %s` tries it\n",
			name, name);
		return EXIT_USAGE;
	}
	*attacks |= (uint32_t)1 << attack;
	return EXIT_PASS;
}

/* "any", or names joined by '+'. */
static int read_attacks(const char *text, uint32_t *attacks)
{
	char name[NAME_BYTES];

	*attacks = 0;
	if (strcmp(text, "any") == 0)
		return EXIT_PASS;
	for (; *text != '\0';) {
		const size_t length = strcspn(text, "+");

		snprintf(name, sizeof name, "%.*s", (int)length, text);
		const int code = read_one_attack(name, attacks);
		if (code != EXIT_PASS)
			return code;
		text += length;
		text += *text == '+';
	}
	return EXIT_PASS;
}

static int read_liar_bounds(const struct options *o, struct check_bounds *b)
{
	int code = EXIT_PASS;

	b->liars = (uint8_t)(o->liars_given ? o->liars : o->attack != NULL);
	if (b->liars == 0 && o->attack == NULL)
		return EXIT_PASS;
	code = read_liars(b->liars, o->attack != NULL, b->nodes);
	if (code == EXIT_PASS && o->attack != NULL)
		code = read_attacks(o->attack, &b->attacks);
	if (code != EXIT_PASS)
		return code;
	if (o->liars > CHECK_LIARS_MAX)
		return refuse("check takes " TEXT_OF(CHECK_LIARS_MAX) " liars at most");
	if (b->nodes + (unsigned)b->liars > CHECK_NODES_MAX + 1 && b->attacks != 0 &&
	    (b->attacks & ATTACK_TWO_FACE) != 0)
		return refuse("so many nodes and second faces are too much for check: take one "
			      "node less");
	if (o->refine)
		return refuse("a liar makes steps that are none of Paxos.tla: leave out --refine");
	return EXIT_PASS;
}

/* Defences that only say when a node listens leave the schedules as they are. */
static int read_defences(const struct options *o, struct check_bounds *b)
{
	char left[POLICY_SHOWN_MAX];
	policy_id policy;

	if (o->defend == NULL)
		return EXIT_PASS;
	if (strchr(o->defend, '/') != NULL)
		return refuse("check takes one set of defences: --table tries several");
	if (!defences_read(o->defend, b->nodes, &policy))
		return EXIT_USAGE;
	b->policy = policy & CHECK_DEFENCES;
	if (policy == b->policy)
		return EXIT_PASS;
	policy_show(policy & ~CHECK_DEFENCES, left);
	fprintf(stderr,
		"%s: left out, for that only decides when a node listens, and here every moment "
		"is tried\n",
		left);
	return EXIT_PASS;
}

/* --- all of it ------------------------------------------------------------------------------- */

static uint8_t given(unsigned option, unsigned usual)
{
	return (uint8_t)(option != 0 ? option : usual);
}

static int judge(const struct options *o, const struct check_bounds *b)
{
	if (b->proposers > b->nodes)
		return refuse("there cannot be more proposers than nodes");
	if (b->proposers + b->liars > b->nodes)
		return refuse("liars are not among the proposers that are asked: take fewer "
			      "--proposers or fewer --liars");
	if (b->quorum > b->nodes || b->promises > b->nodes)
		return refuse("a quorum cannot be more than all nodes");
	if (b->quorum != 0 && policy_has(b->policy, DEFENCE_QUORUM))
		return refuse("the defence `quorum` says how many are a quorum: leave out "
			      "--quorum");
	if (b->promises != 0 && (b->policy != 0 || b->liars > 0))
		return refuse("with liars or defences quorums have one size: give --quorum one "
			      "number");
	if ((b->policy != 0 || b->liars > 0) && b->slots > 1)
		return refuse("with liars or defences check explores one slot: leave out --slots");
	if (b->progress && b->slots > 1)
		return refuse("--progress is judged in one slot: leave out --slots");
	if (b->mistake != MISTAKE_NONE && (o->defend != NULL || b->liars > 0))
		return refuse("--mistake is of nodes without defences and without liars: leave "
			      "out --attack, --liars and --defend");
	return EXIT_PASS;
}

int check_read_bounds(const struct options *o, struct check_bounds *b)
{
	struct mistake_bounds usual = {CHECK_NODES, CHECK_PROPOSERS, CHECK_BALLOTS, 0, 1, true};
	unsigned mistake = MISTAKE_NONE;
	int code = EXIT_PASS;

	if (o->mistake != NULL) {
		code = read_mistake(o->mistake, &mistake);
		if (code != EXIT_PASS)
			return code;
		usual = mistake_bounds(mistake);
		if (usual.ballots == 0)
			return refuse_reads(o->mistake);
	}
	if (o->nodes > CHECK_NODES_MAX)
		return refuse("every schedule is too much for so many nodes: check takes " TEXT_OF(
			CHECK_NODES_MAX) " at most; `sim` tries some schedules of more");
	if (o->values > CHECK_VALUES_MAX)
		return refuse("check takes " TEXT_OF(CHECK_VALUES_MAX) " different values at most");
	*b = (struct check_bounds){
		.nodes = given(o->nodes, usual.nodes),
		.slots = given(o->slots, usual.slots),
		.values = given(o->values, CHECK_VALUES),
		.ballots = given(o->ballots, usual.ballots),
		.crashes = (uint8_t)(o->crashes_given ? o->crashes : usual.crashes),
		.quorum = (uint8_t)o->quorum,
		.promises = (uint8_t)(o->promises == o->quorum ? 0 : o->promises),
		.no_hints = o->no_hints || !usual.hints,
		.no_symmetry = o->no_symmetry,
		.compact = o->compact,
		.progress = o->progress,
		.mistake = mistake,
		.states = o->states,
	};
	code = read_liar_bounds(o, b);
	if (code == EXIT_PASS)
		code = read_defences(o, b);
	if (code != EXIT_PASS)
		return code;
	b->strict = b->liars == 0 && (mistake == MISTAKE_NONE || o->refine);
	b->proposers = given(o->proposers, usual.proposers);
	if (o->proposers == 0 && b->proposers + b->liars > b->nodes)
		b->proposers = (uint8_t)(b->nodes - b->liars);
	b->multi = o->mode_given ? o->mode == MODE_MULTI : b->slots > 1;
	return judge(o, b);
}

/* --- said ------------------------------------------------------------------------------------ */

unsigned check_quorum(const struct check_bounds *b)
{
	if (policy_has(b->policy, DEFENCE_QUORUM))
		return policy_quorum(b->policy, b->nodes);
	return b->quorum != 0 ? b->quorum : b->nodes / 2u + 1;
}

void check_say_attacks(const struct check_bounds *b, char *out, size_t size)
{
	char names[ATTACKS_SHOWN_MAX];

	attacks_show(b->attacks, names);
	text_write(out, size, "%s", b->liars == 0 ? "none" : b->attacks == 0 ? "any" : names);
}

static void say_liars(const struct check_bounds *b, char *out, size_t size)
{
	bool any = false;

	text_append(out, size, "; ");
	for (unsigned i = b->nodes - b->liars + 1u; i <= b->nodes; i++)
		text_append(out, size, "%sn%u", i == b->nodes && b->liars > 1 ? " and " : "", i);
	text_append(out, size, b->liars > 1 ? " lie together: " : " lies: ");
	if (b->attacks == 0)
		text_append(out, size, "%s", check_attack_words(CHECK_ATTACK_ANY));
	for (unsigned i = 0; i < ATTACKS; i++)
		if ((b->attacks >> i & 1) != 0) {
			text_append(out, size, "%s%s (%s)", any ? ", " : "", attack_name(i),
				    check_attack_words(i));
			any = true;
		}
}

void check_say_bounds(const struct check_bounds *b, char *out, size_t size)
{
	char set[POLICY_SHOWN_MAX], quorum[64];

	text_write(quorum, sizeof quorum, "quorum %u", check_quorum(b));
	if (b->promises != 0)
		text_write(quorum, sizeof quorum, "quorums: %u promise%s, %u vote%s", b->promises,
			   b->promises == 1 ? "" : "s", b->quorum, b->quorum == 1 ? "" : "s");
	text_write(out, size,
		   "%u node%s (%s) in %s mode, %u of them asked to propose any of %u "
		   "value%s in %u slot%s; at most %u ballot%s and %u crash%s",
		   b->nodes, b->nodes == 1 ? "" : "s", quorum, b->multi ? "multi" : "single",
		   b->proposers, b->values, b->values == 1 ? "" : "s", b->slots,
		   b->slots == 1 ? "" : "s", b->ballots, b->ballots == 1 ? "" : "s", b->crashes,
		   b->crashes == 1 ? "" : "es");
	if (b->policy != POLICY_NONE) {
		policy_show(b->policy, set);
		text_append(out, size, "; defended by %s", set);
	}
	if (b->liars > 0)
		say_liars(b, out, size);
	if (b->no_hints)
		text_append(out, size, "; without Nacks and Commits");
	if (b->no_symmetry)
		text_append(out, size, "; without symmetry");
	if (b->compact)
		text_append(out, size, "; states that were followed are known by a print");
	if (b->progress)
		text_append(out, size, "; progress is judged");
}

void check_say_command(const struct check_bounds *b, char *out, size_t size)
{
	char words[POLICY_SHOWN_MAX + ATTACKS_SHOWN_MAX];

	text_write(out, size,
		   "paxos-tui check -n %u --proposers %u --values %u --slots %u --ballots %u "
		   "--crashes %u --mode %s",
		   b->nodes, b->proposers, b->values, b->slots, b->ballots, b->crashes,
		   b->multi ? "multi" : "single");
	if (b->promises != 0)
		text_append(out, size, " --quorum %u,%u", b->promises, b->quorum);
	else if (b->quorum != 0)
		text_append(out, size, " --quorum %u", b->quorum);
	if (b->mistake != MISTAKE_NONE)
		text_append(out, size, " --mistake %s%s", mistake_name(b->mistake),
			    b->strict ? " --refine" : "");
	if (b->liars > 0) {
		check_say_attacks(b, words, sizeof words);
		text_append(out, size, " --liars %u --attack %s", b->liars, words);
	}
	if (b->policy != POLICY_NONE) {
		policy_show(b->policy, words);
		text_append(out, size,
			    strchr(words, '(') != NULL ? " --defend '%s'" : " --defend %s", words);
	}
	if (b->no_hints)
		text_append(out, size, " --no-hints");
	if (b->states != 0)
		text_append(out, size, " --states %u", b->states);
	if (b->no_symmetry)
		text_append(out, size, " --no-symmetry");
	if (b->compact)
		text_append(out, size, " --compact");
	if (b->progress)
		text_append(out, size, " --progress");
}

json_t *check_bounds_json(const struct check_bounds *b)
{
	char attacks[ATTACKS_SHOWN_MAX], set[POLICY_SHOWN_MAX];

	check_say_attacks(b, attacks, sizeof attacks);
	policy_show(b->policy, set);
	return json_pack("{sisisisisisisisisssbsbsbsbsssissss}", "n", (int)b->nodes, "quorum",
			 (int)check_quorum(b), "promises",
			 (int)(b->promises != 0 ? b->promises : check_quorum(b)), "proposers",
			 (int)b->proposers, "values", (int)b->values, "slots", (int)b->slots,
			 "ballots", (int)b->ballots, "crashes", (int)b->crashes, "mode",
			 b->multi ? "multi" : "single", "hints", !b->no_hints, "symmetry",
			 !b->no_symmetry, "compact", b->compact, "refine", b->strict, "mistake",
			 mistake_name(b->mistake), "liars", (int)b->liars, "attack", attacks,
			 "defences", set);
}
