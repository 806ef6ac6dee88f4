#include "proto/core/policy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum when { PINNED, AT_ONCE };

static const struct {
	const char *name;
	const char *help;
	policy_id needs;
	policy_id clashes;
	enum when when;
} rows[DEFENCES] = {
#define DEFENCE(name, bit, text, needs, clashes, when, help)                                       \
	[bit] = {text, help, needs, clashes, when},
#include "proto/core/defences.def"
#undef DEFENCE
};

#define DEFENCE(name, bit, text, needs, clashes, when, help) | DEFENCE_##name
static const policy_id every = 0
#include "proto/core/defences.def"
	;
#undef DEFENCE

static const struct {
	const char *name;
	policy_id policy;
} presets[] = {
	{"none", POLICY_NONE},
	{"origin", DEFENCE_SIGN | DEFENCE_REJECT | DEFENCE_BUDGET},
	{"all", DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT |
			DEFENCE_WINDOW | DEFENCE_LEASE | DEFENCE_QUARANTINE},
};

#define PRESETS (sizeof presets / sizeof presets[0])

const char *defence_name(unsigned bit)
{
	return bit < DEFENCES ? rows[bit].name : "?";
}

const char *defence_help(unsigned bit)
{
	return bit < DEFENCES ? rows[bit].help : "?";
}

bool defence_is_at_once(unsigned bit)
{
	return bit < DEFENCES && rows[bit].when == AT_ONCE;
}

unsigned policy_f(policy_id policy, unsigned n)
{
	unsigned f = policy >> POLICY_F_SHIFT & POLICY_F_MAX;

	if (n == 0)
		return 0;
	return f == 0 ? (n - 1) / 3 : f;
}

unsigned policy_quorum(policy_id policy, unsigned n)
{
	unsigned quorum = n / 2 + 1;

	if (policy_has(policy, DEFENCE_QUORUM))
		quorum = (n + policy_f(policy, n) + 2) / 2;
	return quorum < n ? quorum : n;
}

policy_id policy_missing(policy_id policy)
{
	policy_id missing = 0;

	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((policy >> bit & 1) != 0)
			missing |= rows[bit].needs & ~policy;
	return missing;
}

policy_id policy_clash(policy_id policy)
{
	policy_id clash = 0;

	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((policy >> bit & 1) != 0)
			clash |= rows[bit].clashes & policy;
	return clash;
}

bool policy_is_known(policy_id policy)
{
	policy_id f = policy >> POLICY_F_SHIFT;

	if ((policy & 0xffff & ~every) != 0 || f > POLICY_F_MAX)
		return false;
	return f == 0 || policy_has(policy, DEFENCE_QUORUM);
}

policy_id policy_mix(policy_id pinned, policy_id at_once)
{
	policy_id mask = 0;

	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if (rows[bit].when == AT_ONCE)
			mask |= (policy_id)1 << bit;
	return (pinned & ~mask) | (at_once & mask);
}

const char *policy_preset(unsigned i, policy_id *out)
{
	if (i >= PRESETS)
		return NULL;
	*out = presets[i].policy;
	return presets[i].name;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* The digits behind "quorum(f=", "quorum(" or "quorum="; 0 if it is anything else. */
static unsigned f_of(const char *text, size_t length)
{
	static const char *const heads[] = {"quorum(f=", "quorum(", "quorum="};

	for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		size_t head = strlen(heads[i]);
		size_t end = length;
		unsigned f = 0;

		if (length <= head || memcmp(text, heads[i], head) != 0)
			continue;
		if (heads[i][6] == '(' && text[--end] != ')')
			continue;
		for (size_t at = head; at < end; at++) {
			if (text[at] < '0' || text[at] > '9' || f > POLICY_F_MAX)
				return 0;
			f = 10 * f + (unsigned)(text[at] - '0');
		}
		return f <= POLICY_F_MAX ? f : 0;
	}
	return 0;
}

static bool add_word(const char *text, size_t length, policy_id *policy)
{
	for (unsigned i = 0; i < PRESETS; i++)
		if (is_word(text, length, presets[i].name)) {
			*policy |= presets[i].policy;
			return true;
		}
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if (is_word(text, length, rows[bit].name)) {
			*policy |= (policy_id)1 << bit;
			return true;
		}
	unsigned f = f_of(text, length);
	if (f == 0)
		return false;
	*policy &= ~((policy_id)POLICY_F_MAX << POLICY_F_SHIFT);
	*policy |= DEFENCE_QUORUM | (policy_id)f << POLICY_F_SHIFT;
	return true;
}

bool policy_parse(const char *text, policy_id *out, const char **bad, size_t *bad_length)
{
	static const char joints[] = "+, ";

	*out = POLICY_NONE;
	for (;;) {
		text += strspn(text, joints);
		size_t length = strcspn(text, joints);

		if (length == 0)
			return true;
		if (!add_word(text, length, out)) {
			*bad = text;
			*bad_length = length;
			return false;
		}
		text += length;
	}
}

void policy_show(policy_id policy, char out[POLICY_SHOWN_MAX])
{
	size_t used = 0;

	for (unsigned i = 0; i < PRESETS; i++)
		if (policy == presets[i].policy) {
			snprintf(out, POLICY_SHOWN_MAX, "%s", presets[i].name);
			return;
		}
	out[0] = '\0';
	for (unsigned bit = 0; bit < DEFENCES; bit++) {
		unsigned f = policy >> POLICY_F_SHIFT & POLICY_F_MAX;
		int length;

		if ((policy >> bit & 1) == 0)
			continue;
		if ((1u << bit) == DEFENCE_QUORUM && f != 0)
			length = snprintf(out + used, POLICY_SHOWN_MAX - used, "%s%s(f=%u)",
					  used == 0 ? "" : "+", rows[bit].name, f);
		else
			length = snprintf(out + used, POLICY_SHOWN_MAX - used, "%s%s",
					  used == 0 ? "" : "+", rows[bit].name);
		assert(length > 0 && (size_t)length < POLICY_SHOWN_MAX - used);
		used += (size_t)length;
	}
}
