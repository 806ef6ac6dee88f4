#include "proto/model/judge/walk.h"

#include <string.h>

#include "proto/model/base/query.h"

/* Is it the ballot of this side of the violation? */
static bool is_of(const struct model_violation *v, unsigned side, struct ballot ballot)
{
	return !ballot_is_none(ballot) && ballot_cmp(v->ballot[side], ballot) == 0;
}

/* Of clients: each call and each answer of the proof. */
static bool belongs_to_clients(const struct model_violation *v, uint64_t event)
{
	for (unsigned i = 0; i < v->ops; i++)
		if (event == v->op[i].called || (v->op[i].answered && event == v->op[i].answer))
			return true;
	return false;
}

/* What a walk stops at: the votes of both quorums, what their ballots rest on, every lie about the
 * slot, and the first learner of each value. `brief`: of votes and promises only those of nodes
 * that are in both quorums. */
static bool belongs_to_walk(const struct model *m, const struct event *e, node_set both, bool brief)
{
	const struct model_violation *v = &m->violation;

	if (v->property == PROPERTY_LINEARIZABLE)
		return false;
	const bool first = is_of(v, 0, e->ballot), second = !first && is_of(v, 1, e->ballot);
	const bool here = e->slot == v->slot;
	const bool in_quorum = (first && set_has(v->quorum[0], e->node)) ||
			       (second && set_has(v->quorum[1], e->node));

	switch (e->kind) {
	case EVENT_PROPOSING:
		return here && (first || second);
	case EVENT_ACCEPTED:
		return here && ((in_quorum && !brief) || set_has(both, e->node));
	case EVENT_SENT: /* what the node told the proposer of the second value */
		return e->type == MSG_PROMISE && second && set_has(both, e->node);
	case EVENT_LIED:
		return here || first || second;
	case EVENT_CHOSEN: /* the learner that counted; others only follow it */
		return here && !brief && e->because != BECAUSE_TOLD;
	default:
		return false;
	}
}

/* False: there is no room for all of them. */
static bool collect_steps(const struct model *m, struct walk *out, bool brief)
{
	const struct model_violation *v = &m->violation;
	uint64_t last = v->event[1] != EVENT_UNSEEN ? v->event[1] : m->events;

	out->steps = 0;
	for (uint64_t i = model_event_first(m); i != EVENT_UNSEEN; i = model_event_later(m, i)) {
		const struct event *e = model_event_at(m, i);
		bool completes = i == v->event[0] || i == v->event[1];

		/* what came in after the proof was complete is no part of it */
		if (i > last || (!completes && !belongs_to_walk(m, e, out->both, brief) &&
				 !belongs_to_clients(v, i)))
			continue;
		if (out->steps == WALK_STEPS_MAX)
			return false;
		out->step[out->steps++] = (struct walk_step){
			.event = i,
			.completes = completes,
			.both = set_has(out->both, e->node),
		};
	}
	return true;
}

void walk_through_violation(const struct model *m, struct walk *out)
{
	memset(out, 0, sizeof(*out));
	if (m->safety != SAFETY_VIOLATED || m->events == 0)
		return;
	out->both = m->violation.quorum[0] & m->violation.quorum[1];
	if (!collect_steps(m, out, false))
		(void)collect_steps(m, out, true);
}
