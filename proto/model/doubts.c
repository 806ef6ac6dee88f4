/* A node's word against other nodes' words and against its own signature. Who has no reason to lie
 * and who has looks the same from here: a node may report what it never did. So
 *
 *   that a value is chosen counts when the votes are told by who cast them, or are at least not
 *   denied by more nodes than may be liars;
 *   a vote counts although its voter keeps silent about it, when more nodes than may be liars
 *   received it, signed;
 *   a proof counts although the accused says that it has not lied.
 *
 * Nobody is doubted for what this model did not hear: streams come in any order, so judgement waits
 * until everybody has told of later things, and who missed events denies nothing. In a simulated
 * cluster all words are true. */
#include <stdio.h>
#include <string.h>

#include "proto/model/parts.h"

/* Clocks of different machines may differ by so much, real time. */
#define CLOCKS_DIFFER_US 100000

/* Its words are not all known, or not to be relied on: it may have done anything. */
static bool is_uncertain(const struct model *m, node_id node)
{
	const struct model_node *n = &m->node[node];

	return set_has(m->liars | m->proven, node) || n->attacks != 0 || n->past_unknown ||
	       n->missed > 0 || n->blurred || n->boot == 0;
}

/* So many may lie, and one always may. */
static unsigned liars_possible(const struct model *m)
{
	return m->nodes > 6 ? (m->nodes - 1u) / 3 : 1;
}

/* Without signatures any liar may have spoken in anybody's name. */
static bool is_attributable(const struct model *m, slot_number slot)
{
	return policy_has(model_policy_at(m, slot), DEFENCE_SIGN) ||
	       (m->liars | m->proven | model_armed(m)) == 0;
}

static const struct model_tally *find_tally(const struct model_slot *s, struct ballot ballot,
					    value_ref value, bool *forgotten)
{
	const struct model_tally *found = NULL;
	unsigned higher = 0;

	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		const struct model_tally *t = &s->tally[i];

		if (!tally_is_used(t))
			continue;
		if (ballot_cmp(t->ballot, ballot) == 0 && t->value == value)
			found = t;
		higher += ballot_cmp(t->ballot, ballot) >= 0;
	}
	*forgotten = higher == MODEL_TALLIES;
	return found;
}

/* Can a quorum have voted so, as far as the voters' own words and receipts go? */
static bool has_votes(const struct model *m, const struct model_slot *s,
		      const struct model_claim *c)
{
	bool forgotten;
	const struct model_tally *t = find_tally(s, c->ballot, c->value, &forgotten);
	node_set voters = t == NULL ? 0 : t->voters | t->liars;
	node_set denied = t == NULL ? 0 : t->heard_of & ~voters;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (is_uncertain(m, (node_id)id))
			voters |= set_of((node_id)id);
	denied &= ~voters;
	const unsigned most = liars_possible(m), hidden = set_count(denied);
	return forgotten ||
	       set_count(voters) + (hidden < most ? hidden : most) >= model_quorum_at(m, s->slot);
}

/* Does who is said to have told it know it, as far as is known? */
static bool was_told(const struct model *m, const struct model_slot *s, const struct model_claim *c)
{
	if (c->peer == NODE_NONE || c->peer > m->nodes || is_uncertain(m, c->peer))
		return true;
	const value_ref known = s->vote[c->peer].chosen;

	return known == c->value || (known == VALUE_NONE && m->node[c->peer].base > s->slot);
}

static bool is_founded(const struct model *m, const struct model_slot *s,
		       const struct model_claim *c)
{
	if (m->words_are_true || (c->because != BECAUSE_COUNTED && c->because != BECAUSE_TOLD) ||
	    !is_attributable(m, s->slot) || is_uncertain(m, c->node))
		return true;
	if (has_votes(m, s, c))
		return true;
	return c->because == BECAUSE_TOLD &&
	       !policy_has(model_policy_at(m, s->slot), DEFENCE_CERT) && was_told(m, s, c);
}

bool doubts_hold(struct model *m, const struct model_slot *s, const struct model_claim *claim)
{
	if (is_founded(m, s, claim) || m->claims == MODEL_CLAIMS)
		return false;
	m->claim[m->claims++] = *claim;
	return true;
}

bool doubts_wait(const struct model *m, node_id node, slot_number slot)
{
	for (unsigned i = 0; i < m->claims; i++)
		if (m->claim[i].node == node && m->claim[i].slot == slot)
			return true;
	return false;
}

void doubts_receipt(struct model *m, const struct model_slot *s, const struct model_tally *t,
		    node_id voter)
{
	if (m->words_are_true || set_has(t->voters | t->liars, voter) || m->unsaids == MODEL_CLAIMS)
		return;
	for (unsigned i = 0; i < m->unsaids; i++)
		if (m->unsaid[i].node == voter && m->unsaid[i].slot == s->slot &&
		    m->unsaid[i].value == t->value &&
		    ballot_cmp(m->unsaid[i].ballot, t->ballot) == 0)
			return;
	m->unsaid[m->unsaids++] = (struct model_claim){
		.node = voter,
		.slot = s->slot,
		.ballot = t->ballot,
		.value = t->value,
		.at = m->now,
	};
}

bool doubts_outweigh(const struct model *m, node_set receivers)
{
	return set_count(receivers & ~(m->liars | m->proven)) > liars_possible(m);
}

/* Has it told of what it did until then? */
static bool has_told(const struct model *m, node_id node, time_us at)
{
	const struct clock_rule *c = &m->clock;
	const time_us more =
		c->den == 0 ? CLOCKS_DIFFER_US : (time_us)CLOCKS_DIFFER_US * c->num / c->den;

	return m->node[node].told_at > at + more;
}

static bool all_told(const struct model *m, time_us at)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life != LIFE_DOWN && !has_told(m, (node_id)id, at))
			return false;
	return true;
}

static void remark(struct model *m, enum remark kind, const struct model_claim *c, node_set by)
{
	struct model_remark *r = &m->node[c->node].remark[kind];

	r->count++;
	r->slot = c->slot;
	r->ballot = c->ballot;
	r->value = c->value;
	r->by = by;
}

/* What it says is chosen is not; it is not listened to any more. */
static void disbelieve(struct model *m, struct model_slot *s, const struct model_claim *c)
{
	struct model_vote *v = &s->vote[c->node];
	struct model_node *n = &m->node[c->node];
	bool forgotten;
	const struct model_tally *t = find_tally(s, c->ballot, c->value, &forgotten);

	remark(m, REMARK_UNFOUNDED, c, t == NULL ? 0 : t->voters | t->liars);
	m->liars |= set_of(c->node);
	if (v->chosen == c->value) {
		v->chosen = c->before;
		v->chosen_at = c->before_at;
		v->chosen_changed_at = m->now;
	}
	if (v->chosen == VALUE_NONE && n->base > s->slot)
		n->base = s->slot;
}

static void settle_claims(struct model *m)
{
	for (unsigned i = 0; i < m->claims;) {
		const struct model_claim c = m->claim[i];
		struct model_slot *s = &m->slot[c.slot % MODEL_SLOTS];
		const bool gone = s->slot != c.slot || set_has(m->liars, c.node);
		const bool founded = !gone && is_founded(m, s, &c);

		if (!gone && !founded && !all_told(m, c.at)) {
			i++;
			continue;
		}
		m->claim[i] = m->claim[--m->claims];
		if (founded)
			monitor_learner(m, s, &c);
		else if (!gone)
			disbelieve(m, s, &c);
	}
}

/* Votes that others received, and of which the voter has not said a word by now. */
static void settle_unsaid(struct model *m)
{
	for (unsigned i = 0; i < m->unsaids;) {
		const struct model_claim c = m->unsaid[i];
		const struct model_slot *s = model_slot(m, c.slot);
		bool forgotten = true;
		const struct model_tally *t =
			s == NULL ? NULL : find_tally(s, c.ballot, c.value, &forgotten);

		if (t != NULL && !set_has(t->said, c.node) && !has_told(m, c.node, c.at)) {
			i++;
			continue;
		}
		m->unsaid[i] = m->unsaid[--m->unsaids];
		if (t != NULL && !set_has(t->said, c.node) && !is_uncertain(m, c.node))
			remark(m, REMARK_HIDDEN_VOTE, &c, t->heard[c.node]);
	}
}

void doubts_settle(struct model *m)
{
	if (m->claims > 0)
		settle_claims(m);
	if (m->unsaids > 0)
		settle_unsaid(m);
}

void doubts_denial(struct model *m, node_id accused, slot_number slot)
{
	const struct model_claim c = {.node = accused, .slot = slot};

	m->liars |= set_of(accused);
	if (m->node[accused].remark[REMARK_DENIAL].count == 0)
		remark(m, REMARK_DENIAL, &c, 0);
}

/* The sentences. */
static void show(const struct model *m, node_id id, enum remark kind, char *out, size_t size)
{
	const struct model_node *n = &m->node[id];
	const struct model_remark *r = &n->remark[kind];
	char value[VALUE_SHOWN_MAX + 1], at[16], who[NODES_MAX * 4];

	values_show(m->values, r->value, value);
	ballot_show(r->ballot, at);
	set_show(r->by, who, sizeof who);
	switch (kind) {
	case REMARK_UNFOUNDED:
		snprintf(out, size,
			 "n%u says that %.24s is chosen in slot %llu at %s, and no quorum voted so "
			 "(%.40s): it is not believed",
			 id, value, (unsigned long long)r->slot, at, who);
		break;
	case REMARK_HIDDEN_VOTE:
		snprintf(out, size,
			 "n%u does not say that it voted for %.24s in slot %llu at %s, and %.40s "
			 "received that vote: the receipt%s believed",
			 id, value, (unsigned long long)r->slot, at, who,
			 doubts_outweigh(m, r->by) ? "s are"
						   : ", one word against another, is not");
		break;
	case REMARK_DENIAL:
		snprintf(out, size,
			 "n%u does not say that it has lied, and is proven to: its signatures are "
			 "believed",
			 id);
		break;
	case REMARK_FORGED:
		snprintf(out, size,
			 "%u reports in the name of n%u were not signed by it: they are not "
			 "believed",
			 r->count, id);
		break;
	case REMARK_FALSE_PROOFS:
		snprintf(out, size,
			 "n%u brought %u proof%s that prove%s nothing: nobody is accused by them",
			 id, r->count, r->count == 1 ? "" : "s", r->count == 1 ? "s" : "");
		break;
	default:
		out[0] = 0;
		break;
	}
}

bool model_remark(const struct model *m, unsigned i, char *out, size_t size)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARKS; kind++)
			if (m->node[id].remark[kind].count > 0 && i-- == 0) {
				show(m, (node_id)id, (enum remark)kind, out, size);
				return true;
			}
	return false;
}
