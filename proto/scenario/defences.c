/* Attacks and defences by name: how they are written, and what a change makes of a policy. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/scenario/parts.h"

#define NAMES_MAX 32

static bool fail_unknown(struct reader *r, const char *what, const char *word, size_t length,
			 const char *const *names, unsigned count)
{
	char name[41];
	snprintf(name, sizeof name, "%.*s", (int)(length < 40 ? length : 40), word);
	const char *near = suggest(name, names, count);
	if (near != NULL)
		return reader_fail(r, "no %s \"%s\"; did you mean \"%s\"?", what, name, near);
	return reader_fail(r, "no %s \"%s\"; usage: %s", what, name, r->usage);
}

static bool fail_attack(struct reader *r, const char *word, size_t length)
{
	const char *names[NAMES_MAX];
	for (unsigned i = 0; i < ATTACKS; i++)
		names[i] = attack_name(i);
	return fail_unknown(r, "attack", word, length, names, ATTACKS);
}

/* NAME or NAME+NAME. */
static bool read_names(struct reader *r, const char *word, uint32_t *out)
{
	for (;;) {
		size_t length = strcspn(word, "+,");
		unsigned bit = attack_find(word, length);
		if (bit == ATTACKS)
			return fail_attack(r, word, length);
		*out |= (uint32_t)1 << bit;
		word += length;
		if (*word == 0)
			return true;
		word++;
	}
}

static bool read_victims(struct reader *r, struct command *out)
{
	if (!reader_take(r, "to"))
		return true;
	const char *word = reader_peek(r);
	if (word == NULL || !nodes_parse(word, r->nodes, &out->victims))
		return reader_expected(r, "nodes like 1,2");
	reader_next(r);
	return true;
}

/* A ballot or only its round. */
static bool read_from(struct reader *r, struct command *out)
{
	if (!reader_take(r, "from"))
		return true;
	const char *word = reader_peek(r);
	struct ballot ballot;
	uint64_t round;
	if (word != NULL && number_parse(word, ROUND_MAX, &round))
		ballot = (struct ballot){.round = (uint32_t)round};
	else if (word == NULL || !ballot_parse(word, &ballot))
		return reader_expected(r, "a ballot like 3.1");
	out->from_round = ballot.round;
	reader_next(r);
	return true;
}

bool reader_attacks(struct reader *r, struct command *out)
{
	const char *word = reader_peek(r);
	if (word == NULL)
		return reader_expected(r, "an attack");
	if (reader_take(r, "none"))
		return true;
	while ((word = reader_peek(r)) != NULL && strcmp(word, "to") != 0 &&
	       strcmp(word, "from") != 0) {
		if (strcmp(word, "none") == 0)
			return reader_fail(r, "\"none\" stands alone: it disarms all attacks");
		if (!read_names(r, word, &out->attacks))
			return false;
		reader_next(r);
	}
	if (out->attacks == 0)
		return reader_expected(r, "an attack");
	return read_victims(r, out) && read_from(r, out);
}

bool reader_attack(struct reader *r, bool must, unsigned *out)
{
	const char *word = reader_peek(r);
	*out = ATTACKS;
	if (!must && (word == NULL || strcmp(word, "within") == 0 || strcmp(word, "for") == 0))
		return true;
	if (word == NULL)
		return reader_expected(r, "an attack");
	if (reader_take(r, "*"))
		return true;
	*out = attack_find(word, strlen(word));
	if (*out == ATTACKS)
		return fail_attack(r, word, strlen(word));
	reader_next(r);
	return true;
}

static bool fail_defence(struct reader *r, const char *word, size_t length)
{
	const char *names[NAMES_MAX];
	unsigned count = 0;
	policy_id policy;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		names[count++] = defence_name(bit);
	for (unsigned i = 0; policy_preset(i, &policy) != NULL && count < NAMES_MAX; i++)
		names[count++] = policy_preset(i, &policy);
	return fail_unknown(r, "defence", word, length, names, count);
}

static bool is_preset(const char *word, policy_id *out)
{
	const char *name;
	for (unsigned i = 0; (name = policy_preset(i, out)) != NULL; i++)
		if (strcmp(word, name) == 0)
			return true;
	return false;
}

static bool read_f(struct reader *r, const char *number, struct defences *out)
{
	uint64_t f;
	if (number_parse(number, POLICY_F_MAX, &f) && f == 0)
		return reader_fail(r, "f=0 tolerates no liar, and that takes a majority only: "
				      "leave `quorum` off");
	if (!number_parse(number, POLICY_F_MAX, &f) || f >= r->nodes)
		return reader_fail(r, "f is how many liars are tolerated: 1 to %u", r->nodes - 1);
	out->f_given = true;
	out->f = (uint8_t)f;
	return true;
}

bool reader_defences(struct reader *r, bool must, struct defences *out)
{
	const char *word;
	*out = (struct defences){0};
	if (reader_peek(r) == NULL)
		return !must || reader_expected(r, "a defence");
	for (bool first = true; (word = reader_peek(r)) != NULL; first = false) {
		policy_id named;
		const char *bad;
		size_t length;
		if (strcmp(word, "within") == 0 || strcmp(word, "for") == 0)
			break;
		if (!first && reader_take(r, "off")) {
			out->off = true;
			break;
		}
		if (strncmp(word, "f=", 2) == 0) {
			if (!read_f(r, word + 2, out))
				return false;
		} else if (is_preset(word, &named)) {
			out->named |= named;
			out->is_preset = true;
		} else if (policy_parse(word, &named, &bad, &length))
			out->named |= named;
		else
			return fail_defence(r, bad, length);
		reader_next(r);
	}
	if (out->off && out->is_preset)
		return reader_fail(
			r, "a preset is not switched off; \"none\" switches everything off");
	return true;
}

static bool fail(char *why, size_t size, const char *before, policy_id which, const char *after)
{
	char shown[POLICY_SHOWN_MAX];
	policy_show(which, shown);
	snprintf(why, size, "%s%s%s", before, shown, after);
	return false;
}

/* Who needs what is to be switched off? */
static bool fail_needed(policy_id needed, policy_id next, char *why, size_t size)
{
	char shown[2][POLICY_SHOWN_MAX];
	policy_id who = 0;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((next >> bit & 1) != 0 && (policy_missing(1u << bit) & needed) != 0)
			who |= 1u << bit;
	policy_show(needed, shown[0]);
	policy_show(who, shown[1]);
	snprintf(why, size, "%.100s is what others need: switch off %.200s first", shown[0],
		 shown[1]);
	return false;
}

/* Says what to type to have it all. */
static bool fail_missing(policy_id named, policy_id missing, char *why, size_t size)
{
	char shown[3][POLICY_SHOWN_MAX];
	policy_show(named, shown[0]);
	policy_show(missing, shown[1]);
	policy_show(named | missing, shown[2]);
	snprintf(why, size, "%.100s needs %.60s, which is off; \"defend %.100s\" switches on both",
		 shown[0], shown[1], shown[2]);
	return false;
}

void defences_remark(policy_id policy, unsigned nodes, char *out, size_t size)
{
	const unsigned f = policy_f(policy, nodes), quorum = policy_quorum(policy, nodes);
	out[0] = 0;
	if (!policy_has(policy, DEFENCE_QUORUM))
		return;
	if (f == 0)
		snprintf(out, size, "; %u nodes tolerate no liar (f=0): that takes 4", nodes);
	else if (quorum + f > nodes && quorum == nodes)
		snprintf(out, size, "; a quorum is %u of %u: one silent node stops it", quorum,
			 nodes);
	else if (quorum + f > nodes)
		snprintf(out, size, "; a quorum is %u of %u: %u silent nodes stop it", quorum,
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
			return fail(why, size, "f belongs to ", DEFENCE_QUORUM,
				    ": switch that on too");
		next &= ~all_f;
	} else if (!d->is_preset && policy_has(d->named, DEFENCE_QUORUM) && !d->off && nodes < 4 &&
		   policy_f(next, nodes) == 0) {
		snprintf(
			why, size,
			"%u nodes can tolerate no liar and stay alive, so `quorum` changes nothing "
			"here; \"quorum f=1\" makes it %u of %u, and one silent node then stops it",
			nodes, policy_quorum(DEFENCE_QUORUM | 1u << POLICY_F_SHIFT, nodes), nodes);
		return false;
	}
	if (policy_has(next, DEFENCE_QUORUM) && policy_f(next, nodes) >= nodes && nodes > 1) {
		snprintf(why, size, "f=%u is too much: of %u nodes at most %u can lie",
			 policy_f(next, nodes), nodes, nodes - 1);
		return false;
	}
	if (policy_clash(next) != 0)
		return fail(why, size, "these do not go together: ", policy_clash(next),
			    "; switch one of them off first");
	if (policy_missing(next) != 0 && d->off)
		return fail_needed(policy_missing(next), next, why, size);
	if (policy_missing(next) != 0)
		return fail_missing(d->named, policy_missing(next), why, size);
	*out = next;
	return true;
}
