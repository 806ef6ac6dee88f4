/* Judges of single nodes and single values: what an honest node never does, seen from what the node
 * says about itself. A node that has lied is not judged: a liar's word counts for nothing. A node
 * is not judged either while events of it are missing. */
#include <stdio.h>

#include "proto/core/batch.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/base/slots.h"
#include "proto/model/judge/conduct.h"
#include "proto/model/judge/doubts.h"
#include "proto/model/judge/property.h"

static property_judge *const judges[PROPERTIES] = {
#define PROPERTY(name, text, judge, help) [PROPERTY_##name] = judge,
#include "proto/model/base/properties.def"
#undef PROPERTY
};

static bool is_judged(const struct model *m, node_id node)
{
	return !set_has(m->liars, node) && !m->node[node].blurred;
}

void conduct_proposed(struct model *m, value_ref value)
{
	if (value < MODEL_PROPOSED)
		m->proposed[value] = true;
}

static bool was_asked_for(const struct model *m, value_ref value)
{
	return value >= MODEL_PROPOSED || value == VALUE_NOOP || m->proposed[value];
}

/* Is it known what the batch holds? */
static bool is_open_batch(const struct model *m, value_ref value)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(m->values, value, &length);

	return batch_count(bytes, length) > 0;
}

/* A batch was proposed if all that it holds was. */
static bool was_proposed(const struct model *m, value_ref value)
{
	uint32_t length;

	if (was_asked_for(m, value))
		return true;
	if (!is_open_batch(m, value))
		return false;
	const uint8_t *bytes = values_bytes(m->values, value, &length);
	struct batch_reader r = batch_read(bytes, length);
	while (batch_next(&r, &bytes, &length))
		if (!was_asked_for(m, values_find_shown(m->values, bytes, length)))
			return false;
	return true;
}

/* Has this model seen every value that any proposer was asked to propose? A model that has seen no
 * such event at all was not told of them. */
static bool saw_all(const struct model *m)
{
	if (!m->asked)
		return false;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].past_unknown || m->node[id].missed > 0 || m->node[id].blurred ||
		    m->node[id].boot == 0)
			return false;
	return true;
}

/* A chosen value that no node proposed, as far as is known. Its proposer may tell of it later, so
 * it is only remembered here; judge_doubts decides. */
void judge_validity(struct model *m, const struct event *e, uint64_t index)
{
	if (e->kind != EVENT_CHOSEN || was_proposed(m, e->value))
		return;
	struct model_slot *s = model_slot_make(m, e->slot);
	if (s == NULL || set_has(s->unproposed, e->node))
		return;
	struct model_vote *v = &s->vote[e->node];
	v->unproposed = e->value;
	v->unproposed_event = index;
	v->unproposed_at = e->at;
	s->unproposed |= set_of(e->node);
	m->has_unproposed = true;
}

/* Has every node that is not down told of something later than `at`? */
static bool all_have_passed(const struct model *m, time_us at)
{
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].life != LIFE_DOWN && m->node[id].told_at <= at)
			return false;
	return true;
}

/* The node says that a value is chosen, and no node is known to have proposed it. Judges that;
 * false: it is still in doubt. */
static bool judge_unproposed(struct model *m, const struct model_slot *s, node_id node)
{
	const struct model_vote *v = &s->vote[node];
	char words[200], value[MARKED_BRIEF_MAX + 1];

	/* The learner's claim is itself in doubt: perhaps the value is not chosen at all. */
	if (set_has(s->claimed, node))
		return false;
	if (set_has(m->liars, node) || was_proposed(m, v->unproposed) || !saw_all(m))
		return true;
	if (!all_have_passed(m, v->unproposed_at))
		return false;
	const struct event e = {.node = node, .slot = s->slot, .value = v->unproposed};
	value_mark_brief(m, v->unproposed, value);
	snprintf(words, sizeof words,
		 "in slot %llu n%u knows %s to be chosen, which no node ever proposed",
		 (unsigned long long)s->slot, node, value);
	property_broken(m, PROPERTY_VALIDITY, &e, v->unproposed_event, words);
	return true;
}

static void judge_doubts(struct model *m)
{
	m->has_unproposed = false;
	for (unsigned i = 0; i != MODEL_SLOTS; i++) {
		struct model_slot *s = &m->slot[i];

		for (node_set left = s->unproposed; left != 0; left &= left - 1)
			if (judge_unproposed(m, s, set_lowest(left)))
				s->unproposed &= ~set_of(set_lowest(left));
		m->has_unproposed |= s->unproposed != 0;
	}
}

/* A proof must agree with what the accused node says it did. A simulated node tells the truth: a
 * proof against one that says it has not lied is a false accusation. A process may say anything:
 * there the signature in the proof is believed. A lie may be told of after the proof of it came, so
 * the proof is judged when the accused tells of later things. */
void conduct_proofs(struct model *m, node_id accused, time_us at)
{
	const struct model_node *n = &m->node[accused];
	char words[340];

	for (unsigned left = m->proofs; left > 0; left--) {
		struct model_proof *p = &m->proof[m->proofs - left];

		if (p->accused != accused || p->judged || at <= p->at)
			continue;
		p->judged = true;
		if (n->has_lied || n->past_unknown || n->missed > 0 || n->blurred)
			continue;
		if (!m->words_are_true) {
			doubts_denial(m, accused, p->slot);
			continue;
		}
		const struct event e = {.node = accused, .slot = p->slot};
		snprintf(words, sizeof words, "n%u has not lied, and yet: %.300s", accused,
			 p->words);
		property_broken(m, PROPERTY_NOT_ACCUSED, &e, EVENT_UNSEEN, words);
	}
}

void conduct_snapshot(struct model *m, const struct snapshot *s)
{
	if (!set_has(m->liars, s->node))
		judge_memory(m, s);
}

void conduct_event(struct model *m, const struct event *e, uint64_t index)
{
	m->asked |= e->kind == EVENT_QUEUED;
	const bool proposes =
		e->kind == EVENT_PROPOSING || (e->kind == EVENT_SENT && e->type == MSG_ACCEPT);
	/* Who proposes a batch answers for what it holds. */
	if (e->kind == EVENT_QUEUED || (proposes && !is_open_batch(m, e->value)))
		conduct_proposed(m, e->value);
	/* An event without a number is another node's word about this one, not its own. */
	if (e->seq != 0) {
		m->node[e->node].told_at = e->at;
		conduct_proofs(m, e->node, e->at);
	}
	if (m->has_unproposed)
		judge_doubts(m);
	if (!is_judged(m, e->node))
		return;
	for (unsigned i = 0; i != PROPERTIES; i++)
		judges[i](m, e, index);
}
