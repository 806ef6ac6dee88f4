/* A node's word against other nodes' words and against its own signature. A liar and an honest node
 * look the same from here: a node may report what it never did. So
 *
 *   a learner's claim that a value is chosen counts when its voters tell of their votes, or when no
 *   more nodes deny them than may be liars;
 *   a vote counts although its voter keeps silent about it, when more nodes than may be liars
 *   received it, signed;
 *   a proof counts although the accused node says that it has not lied.
 *
 * No node is doubted for what this model did not hear. Nodes' streams come in any order, so
 * judgement waits until every node has told of later things; and a node of which events are missing
 * denies nothing. In a simulated cluster all words are true. */
#include "proto/model/base/query.h"
#include "proto/model/judge/doubts.h"

/* Clocks of different machines may differ by so much, real time. */
#define CLOCKS_DIFFER_US 100000

/* The node's words are not all known, or not to be relied on: it may have done anything. */
static bool is_uncertain(const struct model *m, node_id node)
{
	const struct model_node *n = &m->node[node];

	return set_has(m->liars | m->proven, node) || n->attacks != 0 || n->past_unknown ||
	       n->missed > 0 || n->blurred || n->boot == 0;
}

/* Is a vote surely its voter's? Without signatures a liar may have voted in any node's name. */
static bool is_attributable(const struct model *m, slot_number slot)
{
	return policy_has(model_policy_at(m, slot), DEFENCE_SIGN) ||
	       (m->liars | m->proven | model_armed(m)) == 0;
}

/* May the node have voted so, although it does not say so? An acceptor tells of its latest vote in
 * a slot, and votes only in rising ballots. */
static bool may_have_voted(const struct model *m, const struct model_slot *s, node_id node,
			   const struct model_claim *c)
{
	const struct model_node *n = &m->node[node];
	const struct model_vote *v = &s->vote[node];

	if (s->slot < n->part_from) /* so may the one that had its seat before */
		return true;
	if (!is_uncertain(m, node))
		return false;
	if (set_has(m->liars | m->proven, node) || n->attacks != 0 || n->blurred || n->boot == 0)
		return true;
	if (v->voted == VALUE_NONE)
		return s->slot < n->base;
	return ballot_cmp(v->voted_at, c->ballot) > 0;
}

/* Can a quorum have voted so, as far as the voters' own words and receipts go? */
static bool has_votes(const struct model *m, const struct model_slot *s,
		      const struct model_claim *c)
{
	const struct model_tally *t = model_tally(s, c->ballot, c->value);
	node_set voters = t == NULL ? 0 : t->voters | t->liars;
	node_set denied = t == NULL ? 0 : t->heard_of & ~voters;

	if (s->uncounted != 0 && ballot_cmp(c->ballot, s->uncounted_at) <= 0)
		voters |= s->uncounted;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (may_have_voted(m, s, id, c))
			voters |= set_of(id);
	denied &= ~voters;
	const unsigned most = model_liars_possible(m), hidden = set_count(denied);
	return set_count(voters) + lower_of(hidden, most) >= model_quorum_at(m, s->slot);
}

/* The learner says that a peer told it. Does that peer know the value to be chosen, as far as this
 * model can tell? */
static bool was_told(const struct model *m, const struct model_slot *s, const struct model_claim *c)
{
	if (c->peer == NODE_NONE || c->peer > m->nodes || is_uncertain(m, c->peer))
		return true;
	const value_ref known = s->vote[c->peer].chosen;

	return known == c->value || (known == VALUE_NONE && m->node[c->peer].base > s->slot);
}

/* What a node takes for chosen that says itself that its program errs is what it acts on, however
 * few voted. */
static bool is_founded(const struct model *m, const struct model_slot *s,
		       const struct model_claim *c)
{
	if (m->words_are_true || !is_attributable(m, s->slot) || m->node[c->node].mistake != 0)
		return true;
	if (has_votes(m, s, c))
		return true;
	return c->because != BECAUSE_COUNTED &&
	       !policy_has(model_policy_at(m, s->slot), DEFENCE_CERT) && was_told(m, s, c);
}

bool doubts_hold(struct model *m, struct model_slot *s, const struct model_claim *claim)
{
	if (is_founded(m, s, claim))
		return false;
	s->vote[claim->node].claim = *claim;
	s->claimed |= set_of(claim->node);
	m->has_claims = true;
	return true;
}

bool doubts_wait(const struct model *m, node_id node, slot_number slot)
{
	const struct model_slot *s = model_slot(m, slot);

	return s != NULL && set_has(s->claimed, node);
}

void doubts_receipt(struct model *m, struct model_slot *s, struct model_tally *t, node_id voter)
{
	if (m->words_are_true || set_has(t->voters | t->liars, voter))
		return;
	t->unsaid |= set_of(voter);
	t->unsaid_at = m->now;
	s->is_unsaid = m->has_unsaid = true;
}

/* Has the node told of everything that it did until `at`, by any clock that may be right? */
static bool is_surely_past(const struct model *m, node_id node, time_us at)
{
	const struct clock_rule *c = &m->clock;
	const time_us more =
		c->den == 0 ? CLOCKS_DIFFER_US : (time_us)CLOCKS_DIFFER_US * c->num / c->den;

	return m->node[node].told_at > at + more;
}

static bool all_are_surely_past(const struct model *m, time_us at)
{
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].life != LIFE_DOWN && !is_surely_past(m, id, at))
			return false;
	return true;
}

static void add_remark(struct model *m, enum remark kind, const struct model_claim *c, node_set by)
{
	struct model_remark *r = &m->node[c->node].remark[kind];

	r->count++;
	r->slot = c->slot;
	r->ballot = c->ballot;
	r->value = c->value;
	r->by = by;
}

/* The learner's claim is taken back, and the learner counts as a liar from now on. */
static void take_back_claim(struct model *m, struct model_slot *s, const struct model_claim *c)
{
	struct model_vote *v = &s->vote[c->node];
	struct model_node *n = &m->node[c->node];
	const struct model_tally *t = model_tally(s, c->ballot, c->value);

	add_remark(m, REMARK_UNFOUNDED, c, t == NULL ? 0 : t->voters | t->liars);
	m->liars |= set_of(c->node);
	if (v->chosen == c->value) {
		v->chosen = c->before;
		v->chosen_at = c->before_at;
		v->chosen_changed_at = m->now;
	}
	if (v->chosen == VALUE_NONE && n->base > s->slot && n->low <= s->slot)
		n->base = s->slot;
}

void doubts_contradicted(struct model *m, struct model_slot *s, node_id node)
{
	const struct model_claim c = s->vote[node].claim;

	s->claimed &= ~set_of(node);
	s->vote[node].claim.value = VALUE_NONE;
	take_back_claim(m, s, &c);
}

/* Judges the claim of a node about a slot; true: it is borne out by now. */
static bool settle_claim(struct model *m, struct model_slot *s, node_id node,
			 struct model_claim *out)
{
	const struct model_claim c = s->vote[node].claim;
	const bool gone = set_has(m->liars, node);
	const bool founded = !gone && is_founded(m, s, &c);

	if (!gone && !founded && !all_are_surely_past(m, c.at)) {
		m->has_claims = true;
		return false;
	}
	s->claimed &= ~set_of(node);
	s->vote[node].claim.value = VALUE_NONE;
	if (!gone && !founded)
		take_back_claim(m, s, &c);
	*out = c;
	return founded;
}

bool doubts_founded(struct model *m, unsigned *at, struct model_claim *out)
{
	while (*at != MODEL_SLOTS * (NODES_MAX + 1)) {
		struct model_slot *s = &m->slot[*at / (NODES_MAX + 1)];
		const node_id node = (node_id)(*at % (NODES_MAX + 1));

		++*at;
		if (set_has(s->claimed, node) && settle_claim(m, s, node, out))
			return true;
	}
	return false;
}

/* Votes of this ballot that other nodes received, and of which the voter has not said a word by
 * now. */
static void settle_tally(struct model *m, struct model_slot *s, struct model_tally *t)
{
	for (node_set left = t->unsaid; left != 0; left &= left - 1) {
		const node_id voter = set_lowest(left);
		const struct model_claim c = {
			.node = voter, .slot = s->slot, .ballot = t->ballot, .value = t->value};

		if (!set_has(t->said, voter) && !is_surely_past(m, voter, t->unsaid_at)) {
			s->is_unsaid = m->has_unsaid = true;
			continue;
		}
		t->unsaid &= ~set_of(voter);
		if (!set_has(t->said, voter) && !is_uncertain(m, voter))
			add_remark(m, REMARK_HIDDEN_VOTE, &c, t->heard[voter]);
	}
}

void doubts_settle_unsaid(struct model *m)
{
	m->has_unsaid = false;
	for (unsigned i = 0; i != MODEL_SLOTS; i++) {
		struct model_slot *s = &m->slot[i];

		if (!s->is_unsaid)
			continue;
		s->is_unsaid = false;
		for (unsigned k = 0; k != MODEL_TALLIES; k++)
			settle_tally(m, s, &s->tally[k]);
	}
}

void doubts_denial(struct model *m, node_id accused, slot_number slot)
{
	const struct model_claim c = {.node = accused, .slot = slot};

	m->liars |= set_of(accused);
	if (m->node[accused].remark[REMARK_DENIAL].count == 0)
		add_remark(m, REMARK_DENIAL, &c, 0);
}
