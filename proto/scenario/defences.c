/* Attacks and defences by name: how they are written, and what a change makes of a policy. */
#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/scenario/parser.h"

#define NAMES_MAX 32

static bool fail_unknown(struct parser *p, const char *what, const char *word, size_t length,
			 const char *const *names, unsigned count)
{
	char name[41];
	snprintf(name, sizeof name, "%.*s", (int)(length < 40 ? length : 40), word);
	const char *near = suggest(name, names, count);
	if (near != NULL)
		return parser_fail(p, "no %s \"%s\"; did you mean \"%s\"?", what, name, near);
	return parser_fail(p, "no %s \"%s\"; usage: %s", what, name, p->usage);
}

static bool fail_attack(struct parser *p, const char *word, size_t length)
{
	const char *names[NAMES_MAX];
	for (unsigned i = 0; i < ATTACKS; i++)
		names[i] = attack_name(i);
	return fail_unknown(p, "attack", word, length, names, ATTACKS);
}

/* NAME or NAME+NAME. */
static bool read_names(struct parser *p, const char *word, uint32_t *out)
{
	for (;;) {
		size_t length = strcspn(word, "+,");
		unsigned bit = attack_find(word, length);
		if (bit == ATTACKS)
			return fail_attack(p, word, length);
		*out |= (uint32_t)1 << bit;
		word += length;
		if (*word == 0)
			return true;
		word++;
	}
}

static bool read_victims(struct parser *p, struct command *out)
{
	if (!parser_take(p, "to"))
		return true;
	const char *word = parser_peek(p);
	if (word == NULL || !nodes_parse(word, p->nodes, &out->victims))
		return parser_expected(p, "nodes like 1,2");
	parser_next(p);
	return true;
}

/* Takes "from 3.1" or "from 3": the liar lies in ballots of this round or above. */
static bool read_from(struct parser *p, struct command *out)
{
	if (!parser_take(p, "from"))
		return true;
	const char *word = parser_peek(p);
	struct ballot ballot;
	uint64_t round;
	if (word != NULL && number_parse(word, ROUND_MAX, &round))
		ballot = (struct ballot){.round = (uint32_t)round};
	else if (word == NULL || !ballot_parse(word, &ballot))
		return parser_expected(p, "a ballot like 3.1");
	out->from_round = ballot.round;
	parser_next(p);
	return true;
}

bool parser_attacks(struct parser *p, struct command *out)
{
	const char *word = parser_peek(p);
	if (word == NULL)
		return parser_expected(p, "an attack");
	if (parser_take(p, "none"))
		return true;
	while ((word = parser_peek(p)) != NULL && strcmp(word, "to") != 0 &&
	       strcmp(word, "from") != 0) {
		if (strcmp(word, "none") == 0)
			return parser_fail(p, "\"none\" stands alone: it disarms all attacks");
		if (!read_names(p, word, &out->attacks))
			return false;
		parser_next(p);
	}
	if (out->attacks == 0)
		return parser_expected(p, "an attack");
	return read_victims(p, out) && read_from(p, out);
}

bool parser_attack(struct parser *p, bool must, unsigned *out)
{
	const char *word = parser_peek(p);
	*out = ATTACKS;
	if (!must && !parser_has_argument(p))
		return true;
	if (word == NULL)
		return parser_expected(p, "an attack");
	if (parser_take(p, "*"))
		return true;
	*out = attack_find(word, strlen(word));
	if (*out == ATTACKS)
		return fail_attack(p, word, strlen(word));
	parser_next(p);
	return true;
}

static bool fail_defence(struct parser *p, const char *word, size_t length)
{
	const char *names[NAMES_MAX];
	unsigned count = 0;
	policy_id policy;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		names[count++] = defence_name(bit);
	for (unsigned i = 0; policy_preset(i, &policy) != NULL && count < NAMES_MAX; i++)
		names[count++] = policy_preset(i, &policy);
	return fail_unknown(p, "defence", word, length, names, count);
}

static bool is_preset(const char *word, size_t length, policy_id *out)
{
	const char *name;
	for (unsigned i = 0; (name = policy_preset(i, out)) != NULL; i++)
		if (strlen(name) == length && memcmp(word, name, length) == 0)
			return true;
	return false;
}

static bool fail_f(struct parser *p)
{
	if (p->nodes == 1)
		return parser_fail(p, "f is how many liars are tolerated: one node alone tolerates "
				      "none");
	return parser_fail(p, "f is how many liars are tolerated: 1 to %u", p->nodes - 1);
}

static bool take_f(struct parser *p, uint64_t f, struct defences *out)
{
	if (f == 0)
		return parser_fail(p, "f=0 tolerates no liar, and that takes a majority only: "
				      "leave `quorum` off");
	if (f > POLICY_F_MAX || f >= p->nodes)
		return fail_f(p);
	if (out->f_given && out->f != f)
		return parser_fail(p, "f=%u and f=%u are two wishes: say one", out->f, (unsigned)f);
	out->f_given = true;
	out->f = (uint8_t)f;
	return true;
}

/* f=K, a preset, a defence, or quorum(f=K). */
static bool read_defence(struct parser *p, const char *word, size_t length, struct defences *out)
{
	char name[41];
	policy_id named;
	uint64_t f;
	const char *bad;
	size_t bad_length;
	if (length >= sizeof name)
		return fail_defence(p, word, length);
	memcpy(name, word, length);
	name[length] = 0;
	if (strncmp(name, "f=", 2) == 0)
		return number_parse(name + 2, UINT32_MAX, &f) ? take_f(p, f, out) : fail_f(p);
	if (is_preset(word, length, &named)) {
		out->named |= named;
		out->is_preset = true;
		return true;
	}
	if (!policy_parse(name, &named, &bad, &bad_length))
		return fail_defence(p, word, length);
	f = named >> POLICY_F_SHIFT;
	out->named |= named & (((policy_id)1 << POLICY_F_SHIFT) - 1);
	return f == 0 || take_f(p, f, out);
}

/* NAME, or several joined by '+' or ','. */
static bool read_joined(struct parser *p, const char *word, unsigned *count, bool *none,
			struct defences *out)
{
	static const char joints[] = "+,";
	for (word += strspn(word, joints); *word != 0; word += strspn(word, joints)) {
		const size_t length = strcspn(word, joints);
		if (!read_defence(p, word, length, out))
			return false;
		*none = *none || (length == 4 && memcmp(word, "none", 4) == 0);
		word += length;
		++*count;
	}
	return true;
}

bool parser_defences(struct parser *p, bool must, struct defences *out)
{
	const char *word;
	unsigned count = 0;
	bool none = false;
	*out = (struct defences){0};
	if (parser_peek(p) == NULL)
		return !must || parser_expected(p, "a defence");
	while ((word = parser_peek(p)) != NULL && parser_has_argument(p)) {
		if (count > 0 && parser_take(p, "off")) {
			out->off = true;
			break;
		}
		if (!read_joined(p, word, &count, &none, out))
			return false;
		if (count == 0)
			return parser_expected(p, "a defence");
		parser_next(p);
	}
	if (none && count > 1)
		return parser_fail(p, "\"none\" stands alone: it switches everything off");
	if (out->off && out->f_given)
		return parser_fail(p, "f belongs to what is switched on, not off");
	if (out->off && out->is_preset)
		return parser_fail(
			p, "a preset is not switched off; \"none\" switches everything off");
	return true;
}

static bool fail_about_policy(char *why, size_t size, const char *before, policy_id which,
			      const char *after)
{
	char shown[POLICY_SHOWN_MAX];
	policy_show(which, shown);
	text_write(why, size, "%s%s%s", before, shown, after);
	return false;
}

/* Refuses to switch off what other defences of the policy need, and says which those are. */
static bool fail_needed(policy_id needed, policy_id next, char *why, size_t size)
{
	char shown[2][POLICY_SHOWN_MAX];
	policy_id who = 0;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((next >> bit & 1) != 0 && (policy_missing(1u << bit) & needed) != 0)
			who |= 1u << bit;
	policy_show(needed, shown[0]);
	policy_show(who, shown[1]);
	text_write(why, size, "%.100s is what others need: switch off %.200s first", shown[0],
		   shown[1]);
	return false;
}

/* Refuses to switch on what needs another defence, and says what to type to have both. */
static bool fail_missing(policy_id named, policy_id missing, char *why, size_t size)
{
	char shown[3][POLICY_SHOWN_MAX];
	policy_show(named, shown[0]);
	policy_show(missing, shown[1]);
	policy_show(named | missing, shown[2]);
	text_write(why, size,
		   "%.100s needs %.60s, which is off; \"defend %.100s\" switches on both", shown[0],
		   shown[1], shown[2]);
	return false;
}

void defences_remark(policy_id policy, unsigned nodes, char *out, size_t size)
{
	const unsigned f = policy_f(policy, nodes), quorum = policy_quorum(policy, nodes);
	out[0] = 0;
	if (!policy_has(policy, DEFENCE_QUORUM))
		return;
	if (f == 0)
		text_write(out, size, "; %u node%s no liar (f=0): that takes 4", nodes,
			   nodes == 1 ? " tolerates" : "s tolerate");
	else if (quorum + f > nodes && quorum == nodes)
		text_write(out, size, "; a quorum is %u of %u: one silent node stops it", quorum,
			   nodes);
	else if (quorum + f > nodes)
		text_write(out, size, "; a quorum is %u of %u: %u silent nodes stop it", quorum,
			   nodes, nodes - quorum + 1);
}

bool defences_apply(const struct defences *d, policy_id policy, unsigned nodes, policy_id *out,
		    char *why, size_t size)
{
	const policy_id all_f = (policy_id)POLICY_F_MAX << POLICY_F_SHIFT;
	policy_id next = d->is_preset ? d->named : d->off ? policy & ~d->named : policy | d->named;
	if (d->f_given)
		next = (next & ~all_f) | (policy_id)d->f << POLICY_F_SHIFT;
	if (!policy_has(next, DEFENCE_QUORUM)) {
		if (d->f_given)
			return fail_about_policy(why, size, "f belongs to ", DEFENCE_QUORUM,
						 ": switch that on too");
		next &= ~all_f;
	} else if (!d->is_preset && policy_has(d->named, DEFENCE_QUORUM) && !d->off && nodes == 1) {
		text_write(why, size, "one node alone tolerates no liar: leave `quorum` off");
		return false;
	} else if (!d->is_preset && policy_has(d->named, DEFENCE_QUORUM) && !d->off && nodes < 4 &&
		   policy_f(next, nodes) == 0) {
		text_write(
			why, size,
			"%u nodes can tolerate no liar and stay alive, so `quorum` changes nothing "
			"here; \"quorum f=1\" makes it %u of %u, and one silent node then stops it",
			nodes, policy_quorum(DEFENCE_QUORUM | 1u << POLICY_F_SHIFT, nodes), nodes);
		return false;
	}
	if (policy_has(next, DEFENCE_QUORUM) && policy_f(next, nodes) >= nodes && nodes > 1) {
		text_write(why, size, "f=%u is too much: of %u nodes at most %u can lie",
			   policy_f(next, nodes), nodes, nodes - 1);
		return false;
	}
	if (policy_clash(next) != 0)
		return fail_about_policy(why, size,
					 "these do not go together: ", policy_clash(next),
					 "; switch one of them off first");
	if (policy_missing(next) != 0 && d->off)
		return fail_needed(policy_missing(next), next, why, size);
	if (policy_missing(next) != 0)
		return fail_missing(d->named, policy_missing(next), why, size);
	*out = next;
	return true;
}
