/* The judge of agreement and integrity. It judges by what nodes say about themselves. A vote counts
 * because its voter tells of it, or because enough other nodes received it, signed. A value is
 * chosen because a quorum of voters in one ballot accepted it (Paxos Made Simple, 2.2), or because
 * a learner acts on it. The judge never looks at why a node might lie. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/base/slots.h"
#include "proto/model/judge/agreement.h"
#include "proto/model/judge/doubts.h"
#include "proto/model/judge/progress.h"

/* One side of a contradiction. */
struct side {
	value_ref value;
	struct ballot ballot;
	node_set quorum;
	uint64_t event;
	const struct model_tally *tally; /* NULL: the votes were not seen */
};

static void forget_events(uint64_t event[NODES_MAX + 1])
{
	static_assert(EVENT_UNSEEN == UINT64_MAX, "all bits are set");
	memset(event, 0xff, (NODES_MAX + 1) * sizeof *event);
}

/* Learners that say that the side's value is chosen, and the votes that they say they counted. */
static node_set find_learners(const struct model *m, const struct model_slot *s,
			      const struct model_violation *v, unsigned side, node_set *counted)
{
	node_set said = 0;

	*counted = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);) {
		const struct model_vote *vote = &s->vote[id];

		if (vote->chosen != v->value[side] ||
		    ballot_cmp(vote->chosen_at, v->ballot[side]) != 0)
			continue;
		said |= set_of(id);
		*counted |= set_has(m->liars, id) ? 0 : vote->chosen_by;
	}
	return said;
}

/* Finds the voters for a side's value, liars too: a learner's word rests on the votes that the
 * learner counted, and it cannot tell which of them a liar cast. */
static void find_votes(const struct model *m, struct model_violation *v, unsigned side)
{
	const struct model_slot *s = model_slot(m, v->slot);
	const struct model_tally *t =
		s == NULL ? NULL : model_tally(s, v->ballot[side], v->value[side]);
	node_set counted;

	if (s == NULL)
		return;
	v->said[side] |= find_learners(m, s, v, side, &counted);
	v->votes[side] |= counted;
	v->counted[side] |= counted;
	if (t != NULL) {
		v->votes[side] |= t->voters | t->liars;
		v->counted[side] &= ~(t->voters | t->liars);
		memcpy(v->vote_event[side], t->event, sizeof t->event);
	}
	if (set_count(v->votes[side]) < model_quorum_at(m, v->slot))
		return;
	v->voted[side] = true;
	v->quorum[side] = v->votes[side];
}

/* "apple was chosen at 1.1 by n1 n3", or the learners that say so although no quorum is known to
 * have voted so. */
static void say_side(const struct model *m, const struct model_violation *v, unsigned side,
		     char *out, size_t size)
{
	char value[MARKED_BRIEF_MAX + 1], ballot[16], who[NODES_MAX * 4], votes[NODES_MAX * 4];
	const bool first = side == 0 || !v->voted[0];

	value_mark_brief(m, v->value[side], value);
	ballot_show(v->ballot[side], ballot);
	set_show(v->quorum[side], who, sizeof who);
	set_show(v->votes[side], votes, sizeof votes);
	if (v->voted[side]) {
		snprintf(out, size, "%s%s at %s by %.100s", value, first ? " was chosen" : "",
			 ballot, who);
		return;
	}
	set_show(v->said[side] != 0 ? v->said[side] : v->quorum[side], who, sizeof who);
	snprintf(out, size,
		 "%.60s say%s that %s was chosen at %s, where no quorum of %u is known to have "
		 "voted "
		 "(%s%.60s)",
		 who, set_count(v->said[side]) > 1 ? "" : "s", value, ballot,
		 model_quorum_at(m, v->slot), v->votes[side] != 0 ? "only " : "", votes);
}

static void say_agreement(struct model *m, struct model_violation *v)
{
	char side[2][260], both[NODES_MAX * 4], who[NODES_MAX * 4];
	const size_t size = sizeof v->marked;
	const node_set counted = v->counted[0] | v->counted[1];

	for (unsigned i = 0; i != 2; i++)
		say_side(m, v, i, side[i], sizeof side[i]);
	set_show(v->quorum[0] & v->quorum[1], both, sizeof both);
	text_write(v->marked, size, "in slot %llu %.202s and %.202s", (unsigned long long)v->slot,
		   side[0], side[1]);
	if (v->voted[0] && v->voted[1])
		text_append(v->marked, size, "; in both: %.40s", both);
	if (v->liars != 0) {
		set_show(v->liars, who, sizeof who);
		text_append(v->marked, size, "; liars: %.40s", who);
	}
	if (counted != 0) {
		set_show(counted, who, sizeof who);
		text_append(v->marked, size, "; as a learner counted: %.40s", who);
	}
	marks_leave_out(v->marked, v->words, sizeof v->words);
}

/* Votes may be told of later than what was learned by them. */
static void complete_violation(struct model *m)
{
	struct model_violation *v = &m->violation;

	v->liars = 0;
	for (unsigned i = 0; i != 2; i++) {
		find_votes(m, v, i);
		v->liars |= (v->quorum[i] | v->votes[i]) & m->liars;
	}
	say_agreement(m, v);
}

static void record_violation(struct model *m, enum property property, const struct model_slot *s,
			     const struct side *a, const struct side *b)
{
	if (m->safety == SAFETY_VIOLATED)
		return; /* the first is the one that explains the rest */
	/* Of two that were there before this model the lower ballot came first. */
	const bool is_swapped = property == PROPERTY_AGREEMENT && a->event == EVENT_UNSEEN &&
				b->event == EVENT_UNSEEN && ballot_cmp(a->ballot, b->ballot) > 0;
	const struct side side[2] = {is_swapped ? *b : *a, is_swapped ? *a : *b};
	struct model_violation *v = &m->violation;
	*v = (struct model_violation){.property = property, .slot = s->slot, .at = m->now};
	for (unsigned i = 0; i != 2; i++) {
		v->value[i] = side[i].value;
		v->ballot[i] = side[i].ballot;
		v->quorum[i] = side[i].quorum;
		v->event[i] = side[i].event;
		if (side[i].tally == NULL)
			v->said[i] = side[i].quorum;
		forget_events(v->vote_event[i]);
	}
	m->safety = SAFETY_VIOLATED;
	if (property == PROPERTY_AGREEMENT) {
		complete_violation(m);
		return;
	}
	char value[2][MARKED_BRIEF_MAX + 1];
	value_mark_brief(m, v->value[0], value[0]);
	value_mark_brief(m, v->value[1], value[1]);
	snprintf(v->marked, sizeof v->marked,
		 "n%u knew that %s was chosen in slot %llu, and now knows %s",
		 set_lowest(v->quorum[1]), value[0], (unsigned long long)s->slot, value[1]);
	marks_leave_out(v->marked, v->words, sizeof v->words);
}

/* What is known to be decided in the slot; false if nothing is. */
static bool decided_side(const struct model_slot *s, struct side *out)
{
	if (s->decided == VALUE_NONE)
		return false;
	*out = (struct side){s->decided, s->decided_at, s->decided_by, s->decided_event,
			     model_tally(s, s->decided_at, s->decided)};
	return true;
}

static node_set voters_of(const struct model_tally *t)
{
	return t->voters | t->liars | t->heard_of;
}

/* A place for a new ballot of this voter: one that is free; else the lowest of those below it that
 * the voter has filled alone, or with no more nodes than may be liars, so that liars that vote in
 * rising ballots drive out no votes but their own; else the lowest of all. */
static struct model_tally *cheapest_tally(const struct model *m, struct model_slot *s,
					  struct ballot ballot, node_id voter)
{
	struct model_tally *own = NULL, *lowest = &s->tally[0];

	for (unsigned i = 0; i != MODEL_TALLIES; i++) {
		struct model_tally *t = &s->tally[i];

		if (!model_tally_is_used(t))
			return t;
		if (set_has(voters_of(t), voter) && ballot_cmp(t->ballot, ballot) < 0 &&
		    set_count(voters_of(t)) <= model_liars_possible(m) &&
		    (own == NULL || ballot_cmp(t->ballot, own->ballot) < 0))
			own = t;
		if (ballot_cmp(t->ballot, lowest->ballot) < 0)
			lowest = t;
	}
	return own != NULL ? own : lowest;
}

static void note_uncounted(struct model_slot *s, node_set voters, struct ballot ballot)
{
	s->uncounted |= voters;
	s->uncounted_at = ballot_higher(s->uncounted_at, ballot);
}

/* Where the voter's vote is counted: its ballot's tally, or another one makes place. NULL: there is
 * none, since the vote is lower than all that are kept. */
static struct model_tally *make_tally(const struct model *m, struct model_slot *s,
				      struct ballot ballot, value_ref value, node_id voter)
{
	for (unsigned i = 0; i != MODEL_TALLIES; i++) {
		struct model_tally *t = &s->tally[i];

		if (ballot_cmp(t->ballot, ballot) == 0 && t->value == value)
			return t;
	}
	struct model_tally *place = cheapest_tally(m, s, ballot, voter);
	if (model_tally_is_used(place)) {
		if (ballot_cmp(place->ballot, ballot) > 0) {
			note_uncounted(s, set_of(voter), ballot);
			s->late_votes++;
			return NULL;
		}
		note_uncounted(s, voters_of(place), place->ballot);
	}
	*place = (struct model_tally){.ballot = ballot, .value = value};
	forget_events(place->event);
	return place;
}

/* Another learner that knows another value to be chosen in the slot; false if there is none. */
static bool other_learner(const struct model *m, const struct model_slot *s, value_ref value,
			  struct side *out)
{
	for (node_id id = NODE_NONE; model_next_node(m, &id);) {
		const struct model_vote *v = &s->vote[id];
		if (v->chosen == VALUE_NONE || v->chosen == value || set_has(m->liars, id) ||
		    doubts_wait(m, id, s->slot))
			continue;
		*out = (struct side){v->chosen, v->chosen_at, set_of(id), EVENT_UNSEEN, NULL};
		return true;
	}
	return false;
}

/* The node voted, by its own word or by other nodes' receipts. */
static void count_vote(struct model *m, struct model_slot *s, struct model_tally *t, node_id node,
		       uint64_t event)
{
	/* A liar's word is no vote; a vote that a node cast before it lied stays one. */
	if (set_has(m->liars, node) && !set_has(t->voters, node)) {
		t->liars |= set_of(node);
		return;
	}
	t->voters |= set_of(node);
	if (m->quorum == 0 || set_count(t->voters) < model_quorum_at(m, s->slot))
		return;
	struct side now = {t->value, t->ballot, t->voters, event, t}, before;
	if (!decided_side(s, &before)) {
		s->decided = t->value;
		s->decided_at = t->ballot;
		s->decided_by = t->voters;
		s->decided_event = event;
		m->decisions++;
		m->chosen_last_at = m->now;
		progress_moved(m);
		if (other_learner(m, s, t->value, &before))
			record_violation(m, PROPERTY_AGREEMENT, s, &before, &now);
	} else if (before.value != t->value)
		record_violation(m, PROPERTY_AGREEMENT, s, &before, &now);
}

void agreement_vote(struct model *m, struct model_slot *s, node_id node, struct ballot ballot,
		    value_ref value, uint64_t event)
{
	if (value == VALUE_NONE)
		return;
	struct model_tally *t = make_tally(m, s, ballot, value, node);
	if (t == NULL)
		return;
	if (event != EVENT_UNSEEN || !set_has(t->voters | t->liars, node))
		t->event[node] = event;
	t->said |= set_of(node);
	count_vote(m, s, t, node, event);
}

/* A signed vote is the voter's word, whichever node shows it; that node may be a liar, so one
 * receipt alone proves nothing. */
void agreement_receipt(struct model *m, const struct event *e, uint64_t index)
{
	const node_id voter = e->peer;
	if (e->type != MSG_ACCEPTED || voter == NODE_NONE || voter > m->nodes || voter == e->node ||
	    e->id.source != voter || e->value == VALUE_NONE || set_has(m->liars, e->node) ||
	    !policy_has(model_policy_at(m, e->slot), DEFENCE_SIGN))
		return;
	struct model_slot *s = model_slot_make(m, e->slot);
	struct model_tally *t = s == NULL ? NULL : make_tally(m, s, e->ballot, e->value, voter);
	if (t == NULL)
		return;
	t->heard_of |= set_of(voter);
	t->heard[voter] |= set_of(e->node);
	doubts_receipt(m, s, t, voter);
	if (set_has(t->voters | t->liars, voter) || !model_outweighs(m, t->heard[voter]))
		return;
	t->event[voter] = index;
	count_vote(m, s, t, voter, index);
}

static void judge_learner(struct model *m, const struct model_slot *s, const struct model_claim *c)
{
	struct side now = {c->value, c->ballot, set_of(c->node), c->event, NULL}, before;
	if (c->before != VALUE_NONE && c->before != c->value) {
		before =
			(struct side){c->before, c->before_at, set_of(c->node), EVENT_UNSEEN, NULL};
		record_violation(m, PROPERTY_INTEGRITY, s, &before, &now);
	} else if ((decided_side(s, &before) && before.value != c->value) ||
		   other_learner(m, s, c->value, &before))
		record_violation(m, PROPERTY_AGREEMENT, s, &before, &now);
	if (c->before == VALUE_NONE)
		m->chosen_last_at = m->now;
}

bool agreement_claim(struct model *m, struct model_slot *s, struct model_claim *c)
{
	const struct model_vote *own = &s->vote[c->node];
	if (c->value == VALUE_NONE || set_has(m->liars, c->node))
		return true;
	if (set_has(s->claimed, c->node) && own->claim.value != c->value) {
		doubts_contradicted(m, s, c->node);
		return false;
	}
	/* A snapshot tells again what was judged when it was told first. */
	if (own->chosen == c->value)
		return true;
	c->before = own->chosen;
	c->before_at = own->chosen_at;
	c->at = m->now;
	if (!doubts_hold(m, s, c))
		judge_learner(m, s, c);
	return true;
}

static struct model_chain *chain_up_to(struct model *m, slot_number slot)
{
	const unsigned kept = (unsigned)lower_of(m->chains, MODEL_CHAINS);
	struct model_chain *c;

	for (unsigned i = 0; i != kept; i++)
		if (m->chain[i].slot == slot)
			return &m->chain[i];
	c = &m->chain[m->chains++ % MODEL_CHAINS];
	*c = (struct model_chain){.slot = slot};
	return c;
}

static void chains_differ(struct model *m, const struct model_chain *c)
{
	struct model_violation *v = &m->violation;
	char who[2][NODES_MAX * 4];

	if (m->safety == SAFETY_VIOLATED)
		return;
	*v = (struct model_violation){
		.property = PROPERTY_AGREEMENT, .slot = c->slot, .at = m->now, .by_chain = true};
	for (unsigned i = 0; i != 2; i++) {
		v->value[i] = c->value[i];
		v->quorum[i] = v->said[i] = c->by[i];
		v->event[i] = c->event[i];
		forget_events(v->vote_event[i]);
		set_show(c->by[i], who[i], sizeof who[i]);
	}
	m->safety = SAFETY_VIOLATED;
	snprintf(v->marked, sizeof v->marked,
		 "up to slot %llu %.120s know%s other values than %.120s: their chains over all "
		 "that was chosen there differ",
		 (unsigned long long)c->slot, who[1], set_count(c->by[1]) > 1 ? "" : "s", who[0]);
	marks_leave_out(v->marked, v->words, sizeof v->words);
}

/* Of two chains the one that fewer tell is not believed, unless more tell it than may lie. A
 * simulated node tells the truth. */
static void judge_chains(struct model *m, const struct model_chain *c)
{
	const unsigned fewer = set_count(c->by[1]) > set_count(c->by[0]) ? 0 : 1;

	if (c->by[0] == 0 || c->by[1] == 0)
		return;
	if (m->words_are_true || (model_outweighs(m, c->by[0]) && model_outweighs(m, c->by[1]))) {
		chains_differ(m, c);
		return;
	}
	for (node_set left = c->by[fewer]; left != 0; left &= left - 1) {
		struct model_remark *r = &m->node[set_lowest(left)].remark[REMARK_OTHER_CHAIN];

		*r = (struct model_remark){.count = r->count + 1,
					   .slot = c->slot,
					   .value = c->value[fewer],
					   .by = c->by[1 - fewer]};
	}
}

void agreement_chain(struct model *m, const struct event *e, uint64_t index)
{
	struct model_chain *c = chain_up_to(m, e->slot);

	if (e->value == VALUE_NONE || set_has(m->liars, e->node))
		return;
	for (unsigned i = 0; i != 2; i++) {
		if (c->by[i] != 0 && c->value[i] != e->value)
			continue;
		if (c->by[i] == 0) {
			c->value[i] = e->value;
			c->event[i] = index;
		}
		c->by[i] |= set_of(e->node);
		c->by[1 - i] &= ~set_of(e->node);
		break;
	}
	judge_chains(m, c);
}

void agreement_settle(struct model *m)
{
	struct model_claim claim;

	if (m->has_claims) {
		m->has_claims = false;
		for (unsigned at = 0; doubts_founded(m, &at, &claim);)
			judge_learner(m, model_slot(m, claim.slot), &claim);
	}
	if (m->has_unsaid)
		doubts_settle_unsaid(m);
	if (model_violation_is_open(m))
		complete_violation(m);
}
