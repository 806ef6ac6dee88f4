/* What WHY is about while nobody points at an event. */
#include <stddef.h>

#include "proto/model/base/query.h"
#include "proto/model/say/say.h"
#include "proto/model/say/tale.h"

#define LOOK_BACK 256 /* events */

/* How much an event says about why the cluster does what it does. */
enum weight { DULL, PLAIN_STEP, STEP, REASON, DECISION, HARM };

static enum weight weight_of(const struct model *m, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CONTRADICTED:
	case EVENT_LIED:
	case EVENT_EVIDENCE:
		return HARM;
	case EVENT_PROPOSING:
		return e->because == BECAUSE_FREE ? REASON : DECISION;
	case EVENT_CHOSEN:
	case EVENT_READ:
		return DECISION;
	case EVENT_ACCEPTED: {
		const struct model_slot *s = model_slot(m, e->slot);
		const struct model_tally *votes =
			s == NULL ? NULL : model_tally(s, e->ballot, e->value);

		return votes != NULL && set_count(votes->voters) == m->quorum ? DECISION : STEP;
	}
	case EVENT_STARTED:
		return e->boot > 1 ? REASON : PLAIN_STEP;
	case EVENT_CRASHED:
	case EVENT_PREEMPTED:
	case EVENT_REFUSED:
	case EVENT_PREPARING:
	case EVENT_EXHAUSTED:
	case EVENT_LOST:
		return REASON;
	case EVENT_COUNTED:
		return e->type == MSG_PROMISE && e->value != VALUE_NONE ? REASON : PLAIN_STEP;
	case EVENT_PROMISED:
	case EVENT_ECHOED:
	case EVENT_SYNCING:
		return STEP;
	case EVENT_RESIGNED:
	case EVENT_RESENT:
	case EVENT_MISSED:
	case EVENT_UNJOURNALED:
		return DULL;
	default:
		return PLAIN_STEP;
	}
}

/* Does a step of its node begin with this event, by the operator's hand? */
static bool is_by_hand(enum event_kind kind)
{
	switch (kind) {
	case EVENT_QUEUED:
	case EVENT_READING:
	case EVENT_STARTED:
	case EVENT_CRASHED:
	case EVENT_DISK:
	case EVENT_STOPPED:
	case EVENT_SILENT:
	case EVENT_CONTINUED:
	case EVENT_LINKED:
	case EVENT_GATED:
	case EVENT_ARMED:
	case EVENT_POLICY:
	case EVENT_EPOCH:
	case EVENT_TIMED:
		return true;
	default:
		return false;
	}
}

/* Does a step of its node begin with this event: a message, or the operator's hand? */
static bool begins_step(enum event_kind kind)
{
	return kind == EVENT_RECEIVED || kind == EVENT_DROPPED || is_by_hand(kind);
}

/* Of the step of a node that ends with event i, the event that says most. */
static uint64_t best_of_step(const struct model *m, uint64_t i)
{
	const struct event *last = model_event_at(m, i), *e;
	uint64_t best = i;
	char words[600];

	for (uint64_t back = i; (e = model_event_at(m, back)) != NULL && i - back < LOOK_BACK;
	     back--) {
		if (e->node == last->node) {
			if (e->at != last->at)
				break;
			if (weight_of(m, e) > weight_of(m, model_event_at(m, best)) &&
			    why_explain(m, back, words, sizeof words))
				best = back;
			if (begins_step(e->kind))
				break;
		}
	}
	return best;
}

/* The same of all steps of the instant to which the step with event i belongs: of nodes that did
 * something at the same time, the one whose step has a reason. What came before the operator's hand
 * is over, however little time has passed. */
static uint64_t best_of_instant(const struct model *m, uint64_t i)
{
	const time_us instant = model_event_time(m, i);
	uint64_t best = best_of_step(m, i);
	char words[600];

	for (unsigned k = 0; k < LOOK_BACK && !is_by_hand(model_event_at(m, i)->kind); k++) {
		i = model_event_earlier(m, i);
		if (i == EVENT_UNSEEN || model_event_time(m, i) != instant)
			break;
		if (weight_of(m, model_event_at(m, i)) > weight_of(m, model_event_at(m, best)) &&
		    why_explain(m, i, words, sizeof words))
			best = i;
	}
	return best;
}

/* Does a node do this again and again, though it lacks nothing that others know? */
static bool is_routine(const struct model *m, const struct event *e)
{
	if (e->kind == EVENT_DROPPED || e->kind == EVENT_DUPLICATED)
		return e->type == MSG_SYNC || e->type == MSG_SUMMARY;
	if (e->kind != EVENT_SYNCING)
		return false;
	for (node_id id = 1; id <= m->nodes; id++)
		if (m->node[id].base > m->node[e->node].base)
			return false;
	return m->behind.node != e->node;
}

/* Does the event tell what becomes of a message on its way? That is duller than the step in which
 * the message was sent. */
static bool is_fate(const struct event *e)
{
	return e->kind == EVENT_HELD ||
	       (e->kind == EVENT_DROPPED && e->type != MSG_NONE && e->drop < DROP_SHORT);
}

/* A loss that is told so soon after a step is of a message of that step. */
#define SENDING_US 2000

/* Is `fate` that of a message which its sender sent in the step of event i? */
static bool is_fate_of(const struct model *m, uint64_t fate, uint64_t i)
{
	const struct event *told = model_event_at(m, fate);

	return model_event_at(m, i)->node == told->peer &&
	       (told->kind == EVENT_HELD ||
		model_event_time(m, fate) - model_event_time(m, i) <= SENDING_US);
}

static bool is_explained(const struct model *m, uint64_t i)
{
	const struct event *e = model_event_at(m, i);
	char words[600];

	return why_has_words(e) && why_explain(m, i, words, sizeof words);
}

uint64_t why_newest(const struct model *m, bool asides)
{
	uint64_t fate = EVENT_UNSEEN, routine = EVENT_UNSEEN;

	for (uint64_t i = model_event_last(m); i != EVENT_UNSEEN; i = model_event_earlier(m, i)) {
		const struct event *e = model_event_at(m, i);

		if (fate == EVENT_UNSEEN && asides && e->kind == EVENT_RECEIVED)
			return i;
		if (!asides && routine != EVENT_UNSEEN && is_routine(m, e))
			continue;
		if (!is_explained(m, i))
			continue;
		if (!asides && is_routine(m, e)) {
			routine = i;
		} else if (is_fate(e)) {
			fate = fate == EVENT_UNSEEN ? i : fate;
		} else if (fate != EVENT_UNSEEN && !is_fate_of(m, fate, i)) {
			return fate;
		} else {
			return asides ? best_of_step(m, i) : best_of_instant(m, i);
		}
	}
	return fate != EVENT_UNSEEN ? fate : routine;
}
