#include "proto/core/policy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum when { PINNED, AT_ONCE };

enum preset { IN_NONE = 0, IN_ORIGIN = 1 << 0, IN_ALL = 1 << 1 };

static const struct {
	const char *name;
	const char *help;
	policy_id needs;
	policy_id clashes;
	enum when when;
} rows[DEFENCES] = {
#define DEFENCE(name, bit, text, needs, clashes, when, in, help)                                   \
	[bit] = {text, help, needs, clashes, when},
#include "proto/core/defences.def"
#undef DEFENCE
};

#define DEFENCES_ALL (((policy_id)1 << DEFENCES) - 1)

#define DEFENCE(name, bit, text, needs, clashes, when, in, help) | DEFENCE_##name
static_assert((0u
#include "proto/core/defences.def"
	       ) == DEFENCES_ALL,
	      "the bits of defences leave no gap");
#undef DEFENCE

static_assert(DEFENCES <= POLICY_F_SHIFT, "the bits of defences end below those of f");

static const struct {
	const char *name;
	policy_id policy;
} presets[] = {
	{"none", POLICY_NONE},
#define DEFENCE(name, bit, text, needs, clashes, when, in, help)                                   \
	| ((IN_ORIGIN & (in)) != 0 ? DEFENCE_##name : 0)
	{"origin", 0
#include "proto/core/defences.def"
#undef DEFENCE
	},
#define DEFENCE(name, bit, text, needs, clashes, when, in, help)                                   \
	| ((IN_ALL & (in)) != 0 ? DEFENCE_##name : 0)
	{"all", 0
#include "proto/core/defences.def"
#undef DEFENCE
	},
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

policy_id policy_toggled(policy_id policy, unsigned defence)
{
	policy ^= (policy_id)1 << defence;
	if (!policy_has(policy, DEFENCE_QUORUM))
		policy &= ((policy_id)1 << POLICY_F_SHIFT) - 1;
	return policy;
}

policy_id policy_switched(policy_id policy, unsigned defence, unsigned n)
{
	policy_id bit = (policy_id)1 << defence, after = policy_toggled(policy, defence);
	policy_id whole = after;

	if ((after & bit) != 0) {
		if (bit == DEFENCE_QUORUM && policy_f(whole, n) == 0 && n > 1)
			whole |= (policy_id)1 << POLICY_F_SHIFT;
		if ((policy_clash(after) & bit) != 0)
			whole &= ~(policy_clash(after) & ~bit);
		return whole | policy_missing(whole);
	}
	for (unsigned i = 0; i < DEFENCES; i++)
		if ((policy_missing(after & (policy_id)1 << i) & bit) != 0)
			whole &= ~((policy_id)1 << i);
	return whole;
}

bool policy_is_known(policy_id policy)
{
	policy_id f = policy >> POLICY_F_SHIFT;

	if ((policy & 0xffff & ~DEFENCES_ALL) != 0 || f > POLICY_F_MAX)
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
			if (text[at] < '0' || text[at] > '9')
				return 0;
			f = (unsigned)lower_of(10 * f + (unsigned)(text[at] - '0'),
					       POLICY_F_MAX + 1);
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

unsigned policy_lines_put(struct policy_line line[], unsigned lines, slot_number from,
			  policy_id policy)
{
	unsigned kept = lines;

	while (kept > 0 && line[kept - 1].from >= from)
		kept--;
	const bool is_news = kept == 0 || line[kept - 1].policy != policy;
	if (is_news && kept == POLICY_LINES_MAX)
		return 0;
	if (is_news)
		line[kept++] = (struct policy_line){from, policy};
	for (unsigned rest = kept; rest < lines; rest++)
		line[rest] = (struct policy_line){0};
	return kept;
}

policy_id policy_of_slot(const struct policy_line line[], unsigned lines, slot_number slot)
{
	const struct policy_line *last = &line[lines - 1];

	while (last->from > slot) /* the first is from 0 */
		last--;
	return last->policy;
}
