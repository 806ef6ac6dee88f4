/* What must hold, judged where several nodes are concerned: a step of one node in a world. */
#include <stdarg.h>

#include "proto/check/small.h"
#include "proto/core/text.h"

static const struct {
	const char *name;
	bool always;
	const char *words;
} rows[CHECK_RULES] = {
#define CHECK_RULE(name, text, always, words) [CHECK_RULE_##name] = {text, always, words},
#include "proto/check/rules.def"
#undef CHECK_RULE
};

const char *check_rule_name(enum check_rule rule)
{
	return rule > CHECK_RULE_NONE && rule < CHECK_RULES ? rows[rule].name : "none";
}

const char *check_rule_words(enum check_rule rule)
{
	return rule > CHECK_RULE_NONE && rule < CHECK_RULES ? rows[rule].words : "";
}

/* A world as a rule looks at it: what all nodes did, up to this step. */
struct scene {
	struct check *c;
	const uint64_t *facts;
	enum check_rule broken;
};

/* "A", "B", ...; "no-op". */
const char *rules_value_word(unsigned value)
{
	static const char *const words[VALUES_ALL] = {"nothing", "no-op", "A", "B", "C", "D"};

	return words[value];
}

__attribute__((format(printf, 3, 4))) static void broken(struct scene *s, enum check_rule rule,
							 const char *format, ...)
{
	va_list list;

	if (s->broken != CHECK_RULE_NONE || (!rows[rule].always && !s->c->bounds.strict))
		return;
	s->broken = rule;
	va_start(list, format);
	text_write_list(s->c->why, sizeof s->c->why, format, list);
	va_end(list);
}

#define BALLOT_OF(b) (b) / 8, (b) % 8

static bool is_chosen(const struct scene *s, const struct fact_group *g)
{
	const unsigned votes = net_count(s->c, g, s->facts);

	return votes > 0 && votes + lies_votes(s->c, g, s->facts) >= s->c->quorum;
}

/* The quorum of votes for value and slot in some ballot; NULL: there is none. */
static const struct fact_group *chosen_in(const struct scene *s, unsigned slot, unsigned value)
{
	FOR_GROUPS(s->c, g)
	if (g->kind == FACT_VOTED && g->slot == slot && g->value == value && is_chosen(s, g))
		return g;
	return NULL;
}

/* P2b of a proposal against a decision in a lower ballot. */
static void judge_p2b(struct scene *s, const struct fact *proposed, const struct fact_group *chosen)
{
	if (proposed->slot == chosen->slot && proposed->ballot > chosen->ballot &&
	    proposed->value != chosen->value)
		broken(s, CHECK_RULE_P2B,
		       "%s is chosen in slot %u at %u.%u, and ballot %u.%u proposes %s",
		       rules_value_word(chosen->value), chosen->slot, BALLOT_OF(chosen->ballot),
		       BALLOT_OF(proposed->ballot), rules_value_word(proposed->value));
}

/* for each fact of the set and group: its number */
#define FOR_FACTS(s, set, number)                                                                  \
	for (unsigned number = 0; number < (s)->c->facts; number++)                                \
		if (bit_is_set(set, number) && bit_is_set((s)->facts, number))

/* Whose votes are they, besides those of honest nodes? */
static const char *with_liars(const struct scene *s, const struct fact_group *a,
			      const struct fact_group *b)
{
	return lies_votes(s->c, a, s->facts) + lies_votes(s->c, b, s->facts) > 0
		       ? ", counting what the liars vote besides"
		       : "";
}

static void judge_decision(struct scene *s, const struct fact_group *chosen)
{
	struct check *c = s->c;

	if (chosen->value >= CHECK_VALUE_FIRST)
		c->chosen |= 1u << (chosen->value - CHECK_VALUE_FIRST);
	c->slots_chosen |= 1u << chosen->slot;
	FOR_GROUPS(c, g)
	{
		if (g->slot != chosen->slot)
			continue;
		if (g->kind == FACT_VOTED && g->value != chosen->value && is_chosen(s, g))
			broken(s, CHECK_RULE_AGREEMENT,
			       "%s is chosen in slot %u at %u.%u, and %s at %u.%u%s",
			       rules_value_word(chosen->value), chosen->slot,
			       BALLOT_OF(chosen->ballot), rules_value_word(g->value),
			       BALLOT_OF(g->ballot), with_liars(s, chosen, g));
		if (g->kind == FACT_PROPOSED && c->bounds.strict)
			FOR_FACTS(s, g->facts, number)
		judge_p2b(s, &c->fact[number], chosen);
	}
}

static void judge_voted(struct scene *s, unsigned number)
{
	const struct fact *f = &s->c->fact[number];
	const struct fact_group *votes = &s->c->group[s->c->group_of[number]];
	const struct fact_group *asked =
		net_group(s->c, FACT_PROPOSED, f->slot, f->ballot, VALUE_NONE);
	bool found = false;

	if (is_chosen(s, votes))
		judge_decision(s, votes);
	if (!s->c->bounds.strict)
		return;
	if (asked != NULL)
		FOR_FACTS(s, asked->facts, i)
	found |= s->c->fact[i].value == f->value;
	if (!found)
		broken(s, CHECK_RULE_REFINES,
		       "n%u votes for %s at %u.%u, which that ballot did not propose (Phase2b)",
		       f->node, rules_value_word(f->value), BALLOT_OF(f->ballot));
}

static void judge_known(struct scene *s, const struct fact *f)
{
	if (chosen_in(s, f->slot, f->value) == NULL)
		broken(s, CHECK_RULE_QUORUM,
		       "n%u takes %s for chosen in slot %u, and no quorum voted for it in one "
		       "ballot",
		       f->node, rules_value_word(f->value), f->slot);
}

/* Did a quorum tell no vote above `at`? (Who told that one, if it is not 0, is among them.) */
static bool quorum_allows(const struct scene *s, const struct fact_group *told, unsigned at)
{
	unsigned some = 0;

	FOR_FACTS(s, told->facts, i)
	some += s->c->fact[i].at <= at;
	return some >= s->c->promises;
}

/* Phase2a(b, v): the first of its ballot, and some quorum of 1b allows it. */
static void judge_proposed(struct scene *s, unsigned number)
{
	struct check *c = s->c;
	const struct fact *f = &c->fact[number];
	const struct fact_group *told = net_group(c, FACT_PROMISED, f->slot, f->ballot, VALUE_NONE);
	bool allowed = told != NULL && quorum_allows(s, told, 0);

	if (!c->bounds.strict)
		return;
	FOR_GROUPS(c, g)
	if (g->kind == FACT_VOTED && g->slot == f->slot && is_chosen(s, g))
		judge_p2b(s, f, g);
	if (net_count(c, &c->group[c->group_of[number]], s->facts) > 1)
		broken(s, CHECK_RULE_REFINES, "ballot %u.%u proposes two values (Phase2a)",
		       BALLOT_OF(f->ballot));
	if (told != NULL && !allowed)
		FOR_FACTS(s, told->facts, i)
	allowed |= c->fact[i].value == f->value && quorum_allows(s, told, c->fact[i].at);
	if (!allowed)
		broken(s, CHECK_RULE_REFINES,
		       "ballot %u.%u proposes %s in slot %u, which no quorum of promises allows "
		       "(Phase2a)",
		       BALLOT_OF(f->ballot), rules_value_word(f->value), f->slot);
}

static void judge_promised(struct scene *s, const struct fact *f)
{
	const struct fact_group *begun = net_group(s->c, FACT_BEGUN, 0, f->ballot, VALUE_NONE);

	if (begun == NULL || net_count(s->c, begun, s->facts) == 0)
		broken(s, CHECK_RULE_REFINES,
		       "n%u promises %u.%u, which nobody has begun (Phase1b)", f->node,
		       BALLOT_OF(f->ballot));
}

static void judge_fact(struct scene *s, unsigned number)
{
	const struct fact *f = &s->c->fact[number];

	switch ((enum fact_kind)f->kind) {
	case FACT_BEGUN:
		break;
	case FACT_PROMISED:
		judge_promised(s, f);
		break;
	case FACT_PROPOSED:
		judge_proposed(s, number);
		break;
	case FACT_VOTED:
		judge_voted(s, number);
		break;
	case FACT_KNOWN:
		if (!is_liar(s->c, f->node))
			judge_known(s, f);
		break;
	}
}

/* A rule for itself: what the node's step broke is known, whatever the world is. */
static void judge_node(struct scene *s, const struct local_core *before,
		       const struct local_core *after)
{
	const enum check_rule rule = (enum check_rule)after->broken;
	const node_id node = after->paxos.config.self;
	const struct ballot p = after->paxos.promised;
	unsigned meant = 0;

	if (rule == CHECK_RULE_NONE)
		return;
	for (unsigned i = 0; i < CHECK_SLOTS_MAX; i++)
		if (after->meant.bound[i] > meant)
			meant = after->meant.bound[i];
	if (rule == CHECK_RULE_REFINES && small_ballot(p) < meant)
		broken(s, rule,
		       "n%u's promise is %u.%u, where it promised or voted at %u.%u (maxBal of "
		       "Paxos.tla)",
		       node, p.round, p.node, BALLOT_OF(meant));
	else if (rule == CHECK_RULE_REFINES)
		broken(s, rule,
		       "this step of n%u, whose promise was %u.%u, is none of Paxos.tla: a ballot "
		       "begins twice, a promise or vote is below the promise, or a vote is told or "
		       "kept as another one",
		       node, before->paxos.promised.round, before->paxos.promised.node);
	else
		broken(s, rule, "n%u: it must be that %s", node, rows[rule].words);
}

enum check_rule rules_judge(struct check *c, const uint64_t facts[FACT_WORDS], uint32_t before,
			    uint32_t after)
{
	const struct local_core *was = &c->local[before].core, *is = &c->local[after].core;
	const unsigned words = fact_words(c);
	uint64_t all[FACT_WORDS];

	for (unsigned w = 0; w < words; w++)
		all[w] = facts[w] | is->facts[w];
	struct scene s = {.c = c, .facts = all};
	for (unsigned w = 0; w < words; w++)
		for (uint64_t left = is->facts[w] & ~was->facts[w]; left != 0; left &= left - 1)
			judge_fact(&s, w * 64 + (unsigned)__builtin_ctzll(left));
	judge_node(&s, was, is);
	return s.broken;
}
