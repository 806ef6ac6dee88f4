/* "Stable storage, preserved during failures, is used to maintain the information that the acceptor
 * must remember." (Paxos Made Simple, 2.5) What a node has stored it tells by an event, so whatever
 * leaves the node later must agree with what it told: a message that says more was sent too early,
 * a message or an event that says less shows that the node has forgotten. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/property.h"

/* The node's votes that its Promise must tell: of slots that it may still vote in. */
static struct ballot highest_vote(const struct model *m, const struct event *promise)
{
	const struct model_node *n = &m->node[promise->node];
	const slot_number from = higher_of(promise->slot, n->base);
	struct ballot highest = BALLOT_NONE;

	for (const struct model_slot *s = model_slot_from(m, from); s != NULL;
	     s = model_slot_from(m, s->slot + 1))
		if (s->vote[promise->node].chosen == VALUE_NONE)
			highest = ballot_higher(highest, s->vote[promise->node].voted_at);
	return highest;
}

/* Has the node cast the vote that its Promise tells as its highest? Slots that the model keeps no
 * more may hold any vote. */
static bool has_cast(const struct model *m, const struct event *promise)
{
	if (promise->count == 0 || promise->slot < m->slot_first)
		return true;
	for (const struct model_slot *s = model_slot_from(m, promise->slot); s != NULL;
	     s = model_slot_from(m, s->slot + 1)) {
		const struct model_vote *v = &s->vote[promise->node];

		if (v->voted == promise->value && ballot_cmp(v->voted_at, promise->other) == 0)
			return true;
	}
	return false;
}

static bool is_kept(value_ref kept, struct ballot kept_at, const struct event *e)
{
	return kept == e->value && ballot_cmp(kept_at, e->ballot) == 0;
}

/* Has the node stored what this message of it relies on? */
static bool is_stored(const struct model *m, const struct event *e)
{
	const struct model_slot *s = model_slot(m, e->slot);
	const struct model_vote *v = s == NULL ? NULL : &s->vote[e->node];

	switch (e->type) {
	case MSG_PROMISE:
		return ballot_cmp(m->node[e->node].promised, e->ballot) >= 0 && has_cast(m, e);
	case MSG_ACCEPTED:
		return v == NULL || is_kept(v->voted, v->voted_at, e);
	case MSG_ECHO:
		return v == NULL || is_kept(v->echoed, v->echoed_at, e);
	case MSG_COMMIT:
		return v == NULL || v->chosen == VALUE_NONE || v->chosen == e->value;
	default:
		return true;
	}
}

static void report_forgotten(struct model *m, const struct event *e, uint64_t index,
			     const char *does, struct ballot at, const char *has,
			     struct ballot before)
{
	char words[240], ballot[2][16];

	ballot_show(at, ballot[0]);
	ballot_show(before, ballot[1]);
	snprintf(words, sizeof words, "n%u %.60s %s though it %.60s %s: it has forgotten that",
		 e->node, does, ballot[0], has, ballot[1]);
	property_broken(m, PROPERTY_PERSIST, e, index, words);
}

/* What an acceptor has stored it does not do a second time: a vote not in another life, for only a
 * crash makes an acceptor forget. */
static void judge_again(struct model *m, const struct event *e, uint64_t index)
{
	const unsigned kept = event_durable(e->kind);
	const struct ballot promised = m->node[e->node].promised;
	const struct model_slot *s = model_slot(m, e->slot);
	const struct model_vote *v = s == NULL ? NULL : &s->vote[e->node];

	if (kept == KEEPS_PROMISE && ballot_cmp(e->ballot, promised) == 0)
		report_forgotten(m, e, index, "promised", e->ballot, "had promised", promised);
	if ((kept & KEEPS_VOTE) && v != NULL && is_kept(v->voted, v->voted_at, e) &&
	    v->voted_boot != e->boot)
		report_forgotten(m, e, index, "accepted at", e->ballot, "had accepted at",
				 v->voted_at);
	if ((kept & KEEPS_ECHO) && v != NULL && is_kept(v->echoed, v->echoed_at, e))
		report_forgotten(m, e, index, "echoed at", e->ballot, "had echoed at",
				 v->echoed_at);
	if (e->kind == EVENT_PREPARING && ballot_cmp(e->ballot, promised) <= 0)
		report_forgotten(m, e, index, "prepares", e->ballot, "had promised", promised);
}

/* The one that had the seat before may have voted there, and this one cannot know. */
static void judge_part(struct model *m, const struct event *e, uint64_t index)
{
	char words[160];

	if ((event_durable(e->kind) & (KEEPS_VOTE | KEEPS_ECHO)) == 0 ||
	    e->slot >= m->node[e->node].part_from)
		return;
	snprintf(words, sizeof words,
		 "n%u votes in slot %llu, where the one that had its seat before may have voted",
		 e->node, (unsigned long long)e->slot);
	property_broken(m, PROPERTY_PERSIST, e, index, words);
}

void judge_persist(struct model *m, const struct event *e, uint64_t index)
{
	const struct model_node *n = &m->node[e->node];
	char words[200], message[160];

	if (n->past_unknown && n->snapshots == 0)
		return;
	judge_again(m, e, index);
	judge_part(m, e, index);
	if (e->kind != EVENT_SENT)
		return;
	if (!is_stored(m, e)) {
		message_show_marked(m, e, message, sizeof message);
		snprintf(words, sizeof words, "n%u sent %.122s before it had stored that", e->node,
			 message);
		property_broken(m, PROPERTY_PERSIST, e, index, words);
	}
	if (e->type == MSG_PROMISE && ballot_cmp(e->other, highest_vote(m, e)) < 0)
		report_forgotten(m, e, index, "tells of no vote above", e->other, "had voted at",
				 highest_vote(m, e));
}

/* A slot of which the snapshot says nothing, though it says what is in later ones or in none. */
static const struct snapshot_slot *told_of(const struct snapshot *s, slot_number slot)
{
	static const struct snapshot_slot nothing = {.voted = VALUE_NONE};

	for (unsigned i = 0; i != s->slots; i++)
		if (s->slot[i].slot == slot)
			return &s->slot[i];
	return &nothing;
}

/* What a node keeps only rises. Events of it may be missing here: then it keeps more than this
 * model knows, never less. Of slots that it has closed it may tell nothing, nor of those in which
 * another voted that had its seat before. */
void judge_memory(struct model *m, const struct snapshot *s)
{
	struct event e = {.node = s->node, .slot = s->base};
	const struct ballot promised = m->node[s->node].promised;

	/* Another one has the seat: it knows nothing of what was promised to nobody else. */
	const bool is_same = s->part_from == m->node[s->node].part_from;

	if (is_same && ballot_cmp(s->promised, promised) < 0)
		report_forgotten(m, &e, EVENT_UNSEEN, "keeps the promise", s->promised,
				 "had promised", promised);
	const slot_number from = higher_of(s->base, s->part_from);
	for (const struct model_slot *slot = model_slot_from(m, from); slot != NULL;
	     slot = model_slot_from(m, slot->slot + 1)) {
		const struct model_vote *v = &slot->vote[s->node];
		const struct snapshot_slot *told = told_of(s, slot->slot);

		e.slot = slot->slot;
		if (ballot_cmp(told->voted_at, v->voted_at) < 0)
			report_forgotten(m, &e, EVENT_UNSEEN, "keeps a vote at", told->voted_at,
					 "had accepted at", v->voted_at);
		if (ballot_cmp(told->echoed_at, v->echoed_at) < 0)
			report_forgotten(m, &e, EVENT_UNSEEN, "keeps an echo at", told->echoed_at,
					 "had echoed at", v->echoed_at);
	}
}
