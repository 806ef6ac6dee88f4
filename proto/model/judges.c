/* Judges of single nodes and single values: what an honest node never does, seen from what it says
 * about itself. Who has lied is not judged: a liar's word counts for nothing. Nor is what rests on
 * events that this model missed. */
#include <stdio.h>
#include <string.h>

#include "proto/model/parts.h"

static bool is_judged(const struct model *m, node_id node)
{
	return !set_has(m->liars, node) && !m->node[node].blurred;
}

static void accuse(struct model *m, enum property property, const struct event *e, uint64_t index,
		   const char *words)
{
	if (m->safety == SAFETY_VIOLATED)
		return;
	m->safety = SAFETY_VIOLATED;
	m->violation = (struct model_violation){
		.property = property,
		.slot = e->slot,
		.value = {e->value, VALUE_NONE},
		.ballot = {e->ballot, e->other},
		.quorum = {set_of(e->node), set_of(e->node)},
		.event = {index, index},
		.at = m->now,
	};
	snprintf(m->violation.words, sizeof m->violation.words, "%s", words);
}

void judge_proposed(struct model *m, value_ref value)
{
	if (value < 65536)
		m->proposed[value / 32] |= (uint32_t)1 << value % 32;
}

static bool was_proposed(const struct model *m, value_ref value)
{
	return value >= 65536 || value == VALUE_NOOP ||
	       (m->proposed[value / 32] >> value % 32 & 1) != 0;
}

/* Has this model seen everything that anybody was asked to propose? Where it has seen nothing of
 * the kind, it was not told. */
static bool saw_all(const struct model *m)
{
	if (!m->asked)
		return false;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].past_unknown || m->node[id].missed > 0 || m->node[id].blurred ||
		    m->node[id].boot == 0)
			return false;
	return true;
}

static void judge_vote(struct model *m, const struct event *e, uint64_t index)
{
	const struct model_slot *s = model_slot(m, e->slot);
	const struct model_vote *v = s == NULL ? NULL : &s->vote[e->node];
	char words[200], at[16], before[16], value[2][VALUE_SHOWN_MAX + 1];

	ballot_show(e->ballot, at);
	values_show(m->values, e->value, value[0]);
	if (ballot_cmp(e->ballot, m->node[e->node].promised) < 0) {
		ballot_show(m->node[e->node].promised, before);
		snprintf(words, sizeof words, "n%u accepted %.24s at %s though it had promised %s",
			 e->node, value[0], at, before);
		accuse(m, PROPERTY_MONOTONE, e, index, words);
		return;
	}
	if (v == NULL || v->voted == VALUE_NONE)
		return;
	const int order = ballot_cmp(v->voted_at, e->ballot);
	if (order < 0 || (order == 0 && v->voted == e->value))
		return;
	ballot_show(v->voted_at, before);
	values_show(m->values, v->voted, value[1]);
	snprintf(words, sizeof words, "in slot %llu n%u accepted %.24s at %s, and then %.24s at %s",
		 (unsigned long long)e->slot, e->node, value[1], before, value[0], at);
	accuse(m, PROPERTY_ONE_VOTE, e, index, words);
}

static void judge_promise(struct model *m, const struct event *e, uint64_t index)
{
	char words[200], at[16], before[16];

	if (ballot_cmp(e->ballot, m->node[e->node].promised) >= 0)
		return;
	ballot_show(e->ballot, at);
	ballot_show(m->node[e->node].promised, before);
	snprintf(words, sizeof words, "n%u promised %s though it had promised %s", e->node, at,
		 before);
	accuse(m, PROPERTY_MONOTONE, e, index, words);
}

/* A promise and a vote are events when they are stored; before that nobody may hear of them. */
static void judge_sent(struct model *m, const struct event *e, uint64_t index)
{
	const struct model_slot *s = model_slot(m, e->slot);
	char words[200], message[160];
	bool stored = true;

	if (e->type == MSG_PROMISE)
		stored = ballot_cmp(m->node[e->node].promised, e->ballot) >= 0;
	else if (e->type == MSG_ACCEPTED && s != NULL)
		stored = s->vote[e->node].voted != VALUE_NONE &&
			 ballot_cmp(s->vote[e->node].voted_at, e->ballot) >= 0;
	if (stored)
		return;
	message_show(m, e, message, sizeof message);
	snprintf(words, sizeof words, "n%u sent %.120s before it had stored that", e->node,
		 message);
	accuse(m, PROPERTY_PERSIST, e, index, words);
}

/* A value that nobody proposed as far as is known: who did may tell later. */
static void judge_chosen(struct model *m, const struct event *e, uint64_t index)
{
	if (was_proposed(m, e->value))
		return;
	for (unsigned i = 0; i < MODEL_DOUBTS; i++)
		if (m->doubt[i].value == VALUE_NONE || m->doubt[i].value == e->value) {
			if (m->doubt[i].value == VALUE_NONE)
				m->doubt[i] = (struct model_doubt){e->value, e->slot, e->node,
								   index, e->at};
			return;
		}
}

/* Has everybody told of what it did until then? */
static bool all_told(const struct model *m, time_us at)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life != LIFE_DOWN && m->node[id].told_at <= at)
			return false;
	return true;
}

static void judge_doubts(struct model *m)
{
	char words[200], value[VALUE_SHOWN_MAX + 1];

	for (unsigned i = 0; i < MODEL_DOUBTS; i++) {
		struct model_doubt *d = &m->doubt[i];

		/* What nobody else bears out need not have been proposed: it is not chosen. */
		if (d->value == VALUE_NONE || doubts_wait(m, d->node, d->slot))
			continue;
		if (set_has(m->liars, d->node) || was_proposed(m, d->value) || !saw_all(m)) {
			d->value = VALUE_NONE;
			continue;
		}
		if (!all_told(m, d->at))
			continue;
		const struct event e = {.node = d->node, .slot = d->slot, .value = d->value};
		values_show(m->values, d->value, value);
		snprintf(words, sizeof words,
			 "in slot %llu n%u knows %.24s to be chosen, which nobody ever proposed",
			 (unsigned long long)d->slot, d->node, value);
		accuse(m, PROPERTY_VALIDITY, &e, d->event, words);
		d->value = VALUE_NONE;
	}
}

/* Proofs speak for themselves, and must agree with what the accused did, where that is known: a
 * process may tell anything, and then its signature is believed. What it did before the
 * proof came may be told after it: it is judged when the accused tells of later things. */
void judge_proofs(struct model *m, node_id accused, time_us at)
{
	const struct model_node *n = &m->node[accused];
	char words[340];

	for (unsigned i = 0; i < m->proofs; i++) {
		struct model_proof *p = &m->proof[i];

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
		accuse(m, PROPERTY_NOT_ACCUSED, &e, EVENT_UNSEEN, words);
	}
}

/* Before the model believes the event. */
void judge_node(struct model *m, const struct event *e, uint64_t index)
{
	m->asked |= e->kind == EVENT_QUEUED;
	if (e->kind == EVENT_QUEUED || e->kind == EVENT_PROPOSING ||
	    (e->kind == EVENT_SENT && e->type == MSG_ACCEPT))
		judge_proposed(m, e->value);
	/* What somebody else says about it is not its own word. */
	if (e->seq != 0) {
		m->node[e->node].told_at = e->at;
		judge_proofs(m, e->node, e->at);
	}
	judge_doubts(m);
	if (!is_judged(m, e->node))
		return;
	switch (e->kind) {
	case EVENT_PROMISED:
		judge_promise(m, e, index);
		break;
	case EVENT_ACCEPTED:
		judge_vote(m, e, index);
		break;
	case EVENT_SENT:
		judge_sent(m, e, index);
		break;
	case EVENT_CHOSEN:
		judge_chosen(m, e, index);
		break;
	default:
		break;
	}
}
