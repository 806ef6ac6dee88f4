#include "proto/model/base/query.h"

#include "proto/core/batch.h"

bool model_has_heard_all(const struct model *m)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life == LIFE_UNKNOWN ||
		    (m->node[id].life == LIFE_UP && m->node[id].snapshots == 0))
			return false;
	return true;
}

bool model_has_heard_one(const struct model *m)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].snapshots > 0)
			return true;
	return false;
}

/* Learners tell of the last values of a load a little later than their proposer. */
#define LOAD_LINGERS_US 200000

static bool load_runs(const struct model_load *l)
{
	return l->report.number != 0 && !l->report.done && !l->cut;
}

node_id model_load_shown(const struct model *m)
{
	const struct model_load *shown = NULL;
	node_id node = NODE_NONE;
	for (unsigned id = 1; id <= m->nodes; id++) {
		const struct model_load *l = &m->node[id].load;
		const bool runs = load_runs(l);
		if (l->report.number == 0 ||
		    (!runs && m->chosen_last_at > l->told_at + LOAD_LINGERS_US))
			continue;
		if (shown != NULL && (load_runs(shown) > runs ||
				      (load_runs(shown) == runs && shown->told_at > l->told_at)))
			continue;
		shown = l;
		node = (node_id)id;
	}
	return node;
}

bool model_may_be_stalled(const struct model *m)
{
	return (m->progress == PROGRESS_OK || m->progress == PROGRESS_IDLE) &&
	       (m->waiting > 0 || m->behind.node != NODE_NONE);
}

bool model_is_silent(const struct model *m, node_id node, uint64_t *since_us)
{
	const struct model_node *n = &m->node[node];
	const uint64_t from_us = n->silent_since_us != 0 ? n->silent_since_us : m->real_begin_us;

	*since_us = m->real_us > from_us ? m->real_us - from_us : 0;
	return n->life == LIFE_UNKNOWN;
}

const struct model_slot *model_slot(const struct model *m, slot_number slot)
{
	const struct model_slot *s = &m->slot[slot % MODEL_SLOTS];
	return slot != SLOT_NONE && s->slot == slot ? s : NULL;
}

const struct model_slot *model_slot_from(const struct model *m, slot_number from)
{
	const struct model_slot *s = NULL;

	for (slot_number slot = higher_of(from, m->slot_first); slot < m->slot_end && s == NULL;
	     slot++)
		s = model_slot(m, slot);
	return s;
}

bool model_next_node(const struct model *m, node_id *id)
{
	return ++*id <= m->nodes;
}

const struct event *model_event_at(const struct model *m, uint64_t i)
{
	if (i >= m->events || m->events - i > MODEL_EVENTS)
		return NULL;
	return &m->event[i % MODEL_EVENTS];
}

/* The newest event at a place of the ring, counted from 1. */
static uint64_t event_of_place(const struct model *m, uint16_t place)
{
	const uint64_t newest = m->events - 1;

	return place == 0 ? EVENT_UNSEEN : newest - (newest - (place - 1u)) % MODEL_EVENTS;
}

uint64_t model_event_first(const struct model *m)
{
	return event_of_place(m, m->order.first);
}

uint64_t model_event_last(const struct model *m)
{
	return event_of_place(m, m->order.last);
}

uint64_t model_event_earlier(const struct model *m, uint64_t i)
{
	if (model_event_at(m, i) == NULL)
		return EVENT_UNSEEN;
	return event_of_place(m, m->order.earlier[i % MODEL_EVENTS]);
}

uint64_t model_event_later(const struct model *m, uint64_t i)
{
	if (model_event_at(m, i) == NULL)
		return EVENT_UNSEEN;
	return event_of_place(m, m->order.later[i % MODEL_EVENTS]);
}

time_us model_event_time(const struct model *m, uint64_t i)
{
	return m->order.shown[i % MODEL_EVENTS];
}

uint64_t model_event_rank(const struct model *m, uint64_t i)
{
	uint64_t rank = m->events;

	while ((i = model_event_later(m, i)) != EVENT_UNSEEN)
		rank--;
	return rank;
}

policy_id model_policy_at(const struct model *m, slot_number slot)
{
	policy_id policy = m->policy_lines == 0 ? m->policy : m->policy_line[0].policy;

	for (unsigned i = 0; i < m->policy_lines && m->policy_line[i].from <= slot; i++)
		policy = m->policy_line[i].policy;
	return policy;
}

unsigned model_quorum_of(const struct model *m, policy_id policy)
{
	return policy_has(policy, DEFENCE_QUORUM) ? policy_quorum(policy, m->nodes)
						  : m->plain_quorum;
}

unsigned model_quorum_at(const struct model *m, slot_number slot)
{
	return model_quorum_of(m, model_policy_at(m, slot));
}

unsigned model_tolerated(const struct model *m)
{
	const policy_id full = DEFENCE_SIGN | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT;
	const unsigned quorum = policy_quorum(m->policy, m->nodes);
	const unsigned safe = 2 * quorum - m->nodes; /* fewer than these */
	const unsigned live = m->nodes - quorum;     /* at most these */

	if ((m->policy & full) != full)
		return 0;
	return safe - 1 < live ? safe - 1 : live;
}

node_set model_armed(const struct model *m)
{
	node_set set = 0;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].attacks != 0)
			set |= set_of((node_id)id);
	return set;
}

/* So many may lie, and one always may. */
unsigned model_liars_possible(const struct model *m)
{
	const unsigned most = (m->nodes - 1u) / 3;

	return most == 0 ? 1 : most;
}

bool model_outweighs(const struct model *m, node_set receivers)
{
	return set_count(receivers & ~(m->liars | m->proven)) > model_liars_possible(m);
}

bool model_violation_is_open(const struct model *m)
{
	const struct model_violation *v = &m->violation;

	return m->safety == SAFETY_VIOLATED && v->property == PROPERTY_AGREEMENT && !v->by_chain &&
	       !(v->voted[0] && v->voted[1]);
}

bool model_tally_is_used(const struct model_tally *t)
{
	return (t->voters | t->liars | t->heard_of) != 0;
}

const struct model_tally *model_tally(const struct model_slot *s, struct ballot ballot,
				      value_ref value)
{
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		const struct model_tally *t = &s->tally[i];

		if (model_tally_is_used(t) && t->value == value &&
		    ballot_cmp(t->ballot, ballot) == 0)
			return t;
	}
	return NULL;
}

bool model_holds(const struct model *m, value_ref value, const uint8_t *bytes, uint32_t length,
		 uint32_t *place)
{
	uint32_t held_length;

	*place = 0;
	if (values_equal(m->values, value, bytes, length))
		return true;
	const uint8_t *held = values_bytes(m->values, value, &held_length);
	if (batch_count(held, held_length) > 0)
		*place = batch_place(held, held_length, bytes, length);
	return *place > 0;
}

bool model_quorum_possible(const struct model *m)
{
	for (node_id p = 1; p <= m->nodes; p++) {
		unsigned reach = 0;

		if (m->node[p].life != LIFE_UP)
			continue;
		for (node_id a = 1; a <= m->nodes; a++)
			reach += m->node[a].life == LIFE_UP &&
				 (a == p || (!m->node[a].link[p].cut && !m->node[p].link[a].cut));
		if (reach >= m->quorum)
			return true;
	}
	return false;
}

bool flight_has_ended(const struct flight *f)
{
	return f->state == FLIGHT_ARRIVED || f->state == FLIGHT_LOST;
}

bool flight_is_void(const struct model *m, const struct flight *f)
{
	return !flight_has_ended(f) && f->due == 0 && m->node[f->to].life == LIFE_DOWN;
}

bool flight_is_open(const struct model *m, const struct flight *f)
{
	return !flight_has_ended(f) && !flight_is_void(m, f);
}

unsigned model_flights_open(const struct model *m)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < m->flights; i++)
		count += flight_is_open(m, &m->flight[i]);
	return count;
}
