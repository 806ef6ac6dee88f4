/* What an acceptor must never do (Paxos Made Simple, 2.2 and 2.3), judged by its own words. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/property.h"

/* A vote, or an echo, against an earlier one that is `kept`. */
static void judge_word(struct model *m, const struct event *e, uint64_t index, value_ref kept,
		       struct ballot kept_at)
{
	char words[200], at[16], before[16], value[2][MARKED_BRIEF_MAX + 1];
	const int order = ballot_cmp(kept_at, e->ballot);

	if (kept == VALUE_NONE || order < 0 || (order == 0 && kept == e->value))
		return;
	ballot_show(e->ballot, at);
	ballot_show(kept_at, before);
	value_mark_brief(m, e->value, value[0]);
	value_mark_brief(m, kept, value[1]);
	snprintf(words, sizeof words, "in slot %llu n%u %s %s at %s, and then %s at %s",
		 (unsigned long long)e->slot, e->node, event_name(e->kind), value[1], before,
		 value[0], at);
	property_broken(m, PROPERTY_ONE_VOTE, e, index, words);
}

/* A vote or an echo below the acceptor's promise is what judge_monotone is there for. */
void judge_one_vote(struct model *m, const struct event *e, uint64_t index)
{
	const unsigned kept = event_durable(e->kind);
	const struct model_slot *s = model_slot(m, e->slot);

	if ((kept & (KEEPS_VOTE | KEEPS_ECHO)) == 0 || s == NULL ||
	    ballot_cmp(e->ballot, m->node[e->node].promised) < 0)
		return;
	const struct model_vote *v = &s->vote[e->node];
	if (kept & KEEPS_VOTE)
		judge_word(m, e, index, v->voted, v->voted_at);
	if (kept & KEEPS_ECHO)
		judge_word(m, e, index, v->echoed, v->echoed_at);
}

/* An acceptor that promised a ballot neither promises nor echoes nor accepts a lower one, and says
 * so whenever it refuses a message. */
void judge_monotone(struct model *m, const struct event *e, uint64_t index)
{
	const struct ballot promised = m->node[e->node].promised;
	const bool raises = (event_durable(e->kind) & KEEPS_PROMISE) != 0;
	const bool tells =
		e->kind == EVENT_REFUSED || (e->kind == EVENT_SENT && e->type == MSG_NACK);
	char words[200], at[16], before[16], value[MARKED_BRIEF_MAX + 1];

	if ((!raises && !tells) || ballot_cmp(raises ? e->ballot : e->other, promised) >= 0)
		return;
	ballot_show(raises ? e->ballot : e->other, at);
	ballot_show(promised, before);
	value_mark_brief(m, e->value, value);
	if (tells)
		snprintf(words, sizeof words,
			 "n%u says that it promised %s though it had promised %s", e->node, at,
			 before);
	else if (e->value == VALUE_NONE)
		snprintf(words, sizeof words, "n%u promised %s though it had promised %s", e->node,
			 at, before);
	else
		snprintf(words, sizeof words, "n%u %s %s at %s though it had promised %s", e->node,
			 event_name(e->kind), value, at, before);
	property_broken(m, PROPERTY_MONOTONE, e, index, words);
}
