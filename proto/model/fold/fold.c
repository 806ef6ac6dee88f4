#include "proto/model/base/model.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/model/parts.h"

size_t model_size(void)
{
	return sizeof(struct model);
}

void model_init(struct model *m, struct values *values, uint8_t nodes)
{
	assert(nodes >= 1 && nodes <= NODES_MAX);
	memset(m, 0, sizeof *m);
	m->values = values;
	m->nodes = nodes;
	m->quorum = m->plain_quorum = (uint8_t)(nodes / 2 + 1);
	m->clock.den = 1;
	m->words_are_true = true;
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		m->slot[i].slot = SLOT_NONE;
	for (unsigned to = 1; to <= NODES_MAX; to++)
		for (unsigned from = 0; from <= NODES_MAX; from++)
			m->node[to].link[from] = link_rule_default();
}

void model_begin(struct model *m, struct values *values, const struct cluster_info *info)
{
	model_init(m, values, info->nodes);
	m->words_are_true = info->kind == CLUSTER_SIMULATED;
	m->epoch = info->epoch;
	m->mode = info->mode;
	m->quorum_is_known = info->quorum != 0;
	if (m->quorum_is_known)
		m->quorum = m->plain_quorum = info->quorum;
	lies_begin(m, info->policy);
}

const struct model_slot *model_slot(const struct model *m, slot_number slot)
{
	const struct model_slot *s = &m->slot[slot % MODEL_SLOTS];
	return slot != SLOT_NONE && s->slot == slot ? s : NULL;
}

struct model_slot *model_slot_make(struct model *m, slot_number slot)
{
	struct model_slot *s = &m->slot[slot % MODEL_SLOTS];
	if (slot == SLOT_NONE || (s->slot != SLOT_NONE && s->slot > slot))
		return NULL;
	if (s->slot != slot) {
		memset(s, 0, sizeof *s);
		s->slot = slot;
		s->decided_event = EVENT_UNSEEN;
	}
	if (slot >= m->slot_end)
		m->slot_end = slot + 1;
	if (m->slot_end - m->slot_first > MODEL_SLOTS)
		m->slot_first = m->slot_end - MODEL_SLOTS;
	return s;
}

const struct event *model_event_at(const struct model *m, uint64_t i)
{
	if (i >= m->events || m->events - i > MODEL_EVENTS)
		return NULL;
	return &m->event[i % MODEL_EVENTS];
}

/* What dies with the process. The promise and the votes are on its disk. */
static void forget_volatile(struct model_node *n)
{
	n->role = ROLE_IDLE;
	n->ballot = BALLOT_NONE;
	n->pending = 0;
	n->wanted = VALUE_NONE;
	n->wake_at = 0;
	n->pid = 0;
	n->preempted = 0;
}

static void set_life(struct model *m, node_id node, enum node_life life)
{
	struct model_node *n = &m->node[node];
	if (n->life == life)
		return;
	bool was_down = n->life == LIFE_DOWN;
	n->life = life;
	if (life == LIFE_DOWN) {
		forget_volatile(n);
		flights_crash(m, node);
	}
	if (life == LIFE_DOWN || was_down)
		lamps_life(m, node, life != LIFE_DOWN);
}

/* A new life of the node: its events are numbered from 1 again. */
static void reborn(struct model *m, node_id node, uint16_t boot)
{
	struct model_node *n = &m->node[node];
	if (n->boot != 0)
		flights_crash(m, node);
	if (n->life == LIFE_STOPPED)
		n->life = LIFE_UNKNOWN;
	forget_volatile(n);
	n->boot = boot;
	n->seq = 0;
	n->sent = n->received = 0;
	memset(n->dropped, 0, sizeof n->dropped);
}

static void set_promised(struct model *m, struct model_node *n, struct ballot ballot)
{
	if (ballot_cmp(n->promised, ballot) == 0)
		return;
	n->promised = ballot;
	n->promised_changed_at = m->now;
}

static void set_vote(struct model *m, node_id node, slot_number slot, struct ballot at,
		     value_ref value, uint64_t event)
{
	struct model_slot *s = model_slot_make(m, slot);
	if (s == NULL)
		return;
	monitor_vote(m, s, node, at, value, event);
	struct model_vote *v = &s->vote[node];
	if (v->voted == value && ballot_cmp(v->voted_at, at) == 0)
		return;
	v->voted = value;
	v->voted_at = at;
	v->voted_changed_at = m->now;
}

static void set_chosen(struct model *m, struct model_claim claim)
{
	const node_id node = claim.node;
	const value_ref value = claim.value;
	struct model_slot *s = model_slot_make(m, claim.slot);
	if (s == NULL)
		return;
	monitor_chosen(m, s, &claim);
	struct model_vote *v = &s->vote[node];
	if (v->chosen != value) {
		v->chosen = value;
		v->chosen_at = claim.ballot;
		v->chosen_changed_at = m->now;
	}
	struct model_node *n = &m->node[node];
	for (const struct model_slot *next; (next = model_slot(m, n->base)) != NULL; n->base++)
		if (next->vote[node].chosen == VALUE_NONE)
			break;
}

static void on_life(struct model *m, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STARTED:
	case EVENT_CONTINUED:
		set_life(m, e->node, LIFE_UP);
		break;
	case EVENT_CRASHED:
		set_life(m, e->node, LIFE_DOWN);
		break;
	case EVENT_STOPPED:
		set_life(m, e->node, LIFE_STOPPED);
		break;
	default:
		break;
	}
}

static void on_message(struct model *m, struct model_node *n, const struct event *e)
{
	if (e->kind == EVENT_SENT)
		n->sent++;
	else if (e->kind == EVENT_RECEIVED)
		n->received++;
	else if (e->kind == EVENT_DROPPED) {
		if ((unsigned)e->drop < DROPS)
			n->dropped[e->drop]++;
		if (e->peer <= NODES_MAX)
			n->lost_from[e->peer]++;
	}
	flights_event(m, e);
}

static void on_proposer(struct model_node *n, const struct event *e)
{
	switch (e->kind) {
	case EVENT_QUEUED:
		n->pending = e->count;
		n->wanted = e->value;
		break;
	case EVENT_PREPARING:
		n->role = ROLE_PREPARING;
		n->ballot = e->ballot;
		n->from = e->slot;
		break;
	case EVENT_LEADING:
		n->role = ROLE_LEADING;
		n->ballot = e->ballot;
		break;
	case EVENT_PREEMPTED:
		n->role = e->due > 0 ? ROLE_WAITING : ROLE_IDLE;
		break;
	case EVENT_RESIGNED:
		n->role = ROLE_IDLE;
		break;
	case EVENT_WON:
	case EVENT_LOST:
		if (n->pending > 0)
			n->pending--;
		if (n->pending == 0 || n->wanted == e->value)
			n->wanted = VALUE_NONE;
		break;
	default:
		break;
	}
}

/* Said by who watches: it changes nothing that the node is believed to be. */
static void on_forged(struct model_node *n, const struct event *e)
{
	n->remark[REMARK_FORGED].count += e->count;
}

static void on_hand(struct model *m, struct model_node *n, const struct event *e)
{
	if (e->kind == EVENT_LINKED) {
		for (unsigned id = 0; id <= NODES_MAX; id++)
			if (e->peer == NODE_NONE || e->peer == id)
				n->link[id] = e->link;
	} else if (e->kind == EVENT_TIMED)
		m->clock = e->clock;
	else if (e->kind == EVENT_GATED)
		n->gated = e->count != 0;
}

/* What is of a node's process, its links and its messages, whichever run it is in; false: it is of
 * its run. */
static bool fold_outside(struct model *m, const struct event *e)
{
	struct model_node *n = &m->node[e->node];
	switch (e->kind) {
	case EVENT_STARTED:
	case EVENT_CRASHED:
	case EVENT_STOPPED:
	case EVENT_CONTINUED:
		on_life(m, e);
		return true;
	case EVENT_SENT:
	case EVENT_HELD:
	case EVENT_RECEIVED:
	case EVENT_DROPPED:
	case EVENT_DUPLICATED:
		on_message(m, n, e);
		return true;
	case EVENT_LINKED:
	case EVENT_TIMED:
	case EVENT_GATED:
		on_hand(m, n, e);
		return true;
	case EVENT_FORGED:
		on_forged(n, e);
		return true;
	default:
		return false;
	}
}

static void fold_inside(struct model *m, const struct event *e, uint64_t index)
{
	struct model_node *n = &m->node[e->node];
	switch (e->kind) {
	case EVENT_PROMISED:
		set_promised(m, n, e->ballot);
		break;
	case EVENT_ACCEPTED:
		if (ballot_cmp(e->ballot, n->promised) > 0)
			set_promised(m, n, e->ballot);
		set_vote(m, e->node, e->slot, e->ballot, e->value, index);
		break;
	case EVENT_CHOSEN:
		set_chosen(m, (struct model_claim){.node = e->node,
						   .slot = e->slot,
						   .ballot = e->ballot,
						   .value = e->value,
						   .because = e->because,
						   .peer = e->peer,
						   .event = index});
		break;
	default:
		on_proposer(n, e);
		break;
	}
}

static void fold(struct model *m, const struct event *e, uint64_t index)
{
	if (!fold_outside(m, e))
		fold_inside(m, e, index);
	if (e->kind == EVENT_RECEIVED)
		monitor_received(m, e, index);
	lies_event(m, e, index);
	lamps_event(m, e);
	monitor_event(m, e);
	doubts_settle(m);
}

/* Of a node that is still in the run before: nothing of its run counts. */
static void fold_late(struct model *m, const struct event *e, uint64_t index)
{
	if (!fold_outside(m, e) && (e->kind == EVENT_EPOCH || e->kind == EVENT_ARMED))
		lies_event(m, e, index);
}

/* Is the event news? Keeps count of what is missing before it. */
static bool take_number(struct model *m, const struct event *e)
{
	struct model_node *n = &m->node[e->node];
	if (e->kind == EVENT_MISSED) {
		n->missed += e->count;
		n->blurred = true;
		if (e->seq == 0)
			n->seq += e->count;
	}
	if (e->seq == 0)
		return e->boot == 0 || e->boot >= n->boot;
	if (e->boot < n->boot)
		return false;
	if (n->boot == 0 && (e->boot > 1 || e->seq > 1))
		n->past_unknown = true;
	if (e->boot > n->boot)
		reborn(m, e->node, e->boot);
	else if (e->seq <= n->seq)
		return false;
	if (n->seq > 0 && e->seq > n->seq + 1) {
		n->missed += e->seq - n->seq - 1;
		n->blurred = true;
	}
	n->seq = e->seq;
	/* it speaks, so it lives */
	if (n->life == LIFE_UNKNOWN || n->life == LIFE_DOWN)
		set_life(m, e->node, LIFE_UP);
	return true;
}

void model_event(struct model *m, const struct event *event)
{
	if (event->node == NODE_NONE || event->node > m->nodes || !take_number(m, event))
		return;
	if (event->at > m->now)
		m->now = event->at;
	uint64_t index = m->events++;
	m->event[index % MODEL_EVENTS] = *event;
	if (m->node[event->node].behind)
		fold_late(m, event, index);
	else {
		judge_node(m, event, index);
		fold(m, event, index);
	}
	monitor_progress(m);
}

static void snapshot_process(struct model *m, const struct snapshot *s)
{
	struct model_node *n = &m->node[s->node];
	n->pid = s->pid;
	n->seq = s->seq;
	n->wake_at = s->wake_at;
	n->sent = s->sent;
	n->received = s->received;
	memcpy(n->dropped, s->dropped, sizeof n->dropped);
	n->gated = s->gated;
	memcpy(n->link, s->link, sizeof n->link);
	n->snapshots++;
	n->blurred = false;
	m->mode = s->mode;
	m->clock = s->clock;
	flights_snapshot(m, s);
}

static void snapshot_node(struct model *m, const struct snapshot *s)
{
	struct model_node *n = &m->node[s->node];
	n->role = s->role;
	set_promised(m, n, s->promised);
	n->ballot = s->ballot;
	n->from = s->from;
	n->base = s->base;
	n->pending = s->pending;
	if (s->pending == 0)
		n->wanted = VALUE_NONE;
}

static void snapshot_slots(struct model *m, const struct snapshot *s)
{
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];
		if (slot->voted != VALUE_NONE)
			set_vote(m, s->node, slot->slot, slot->voted_at, slot->voted, EVENT_UNSEEN);
		judge_proposed(m, slot->voted);
		judge_proposed(m, slot->chosen);
		if (slot->chosen != VALUE_NONE)
			set_chosen(m, (struct model_claim){.node = s->node,
							   .slot = slot->slot,
							   .ballot = slot->chosen_at,
							   .value = slot->chosen,
							   .event = EVENT_UNSEEN});
	}
}

void model_snapshot(struct model *m, const struct snapshot *s)
{
	if (s->node == NODE_NONE || s->node > m->nodes)
		return;
	struct model_node *n = &m->node[s->node];
	if (s->boot < n->boot || (s->boot == n->boot && s->seq < n->seq))
		return;
	lies_snapshot(m, s);
	if (s->boot > n->boot)
		reborn(m, s->node, s->boot);
	if (s->at > m->now)
		m->now = s->at;
	if (n->life != LIFE_STOPPED)
		set_life(m, s->node, LIFE_UP);
	snapshot_process(m, s);
	if (!n->behind) {
		snapshot_node(m, s);
		snapshot_slots(m, s);
		lamps_snapshot(m, s);
	}
	monitor_progress(m);
}

void model_item(struct model *m, const struct item *item)
{
	if (item->kind == ITEM_EVENT)
		model_event(m, item->event);
	else if (item->kind == ITEM_SNAPSHOT)
		model_snapshot(m, item->snapshot);
	else if (item->kind == ITEM_PROOF)
		model_proof(m, item->proof);
}

void model_time(struct model *m, time_us now)
{
	if (now > m->now)
		m->now = now;
	flights_forget(m);
	monitor_progress(m);
}

void model_mark_values(const struct model *m)
{
	struct values *v = m->values;
	uint64_t kept = m->events < MODEL_EVENTS ? m->events : MODEL_EVENTS;
	for (uint64_t i = 0; i < kept; i++)
		values_mark(v, m->event[i].value);
	for (uint32_t i = 0; i < m->flights; i++)
		values_mark(v, m->flight[i].value);
	for (unsigned i = 0; i < MODEL_SLOTS; i++) {
		const struct model_slot *s = &m->slot[i];
		if (s->slot == SLOT_NONE)
			continue;
		values_mark(v, s->decided);
		for (unsigned t = 0; t < MODEL_TALLIES; t++)
			values_mark(v, s->tally[t].value);
		for (unsigned id = 1; id <= m->nodes; id++) {
			values_mark(v, s->vote[id].voted);
			values_mark(v, s->vote[id].chosen);
		}
	}
	for (unsigned id = 1; id <= m->nodes; id++) {
		values_mark(v, m->node[id].wanted);
		values_mark(v, m->ballots[id].value);
	}
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARKS; kind++)
			values_mark(v, m->node[id].remark[kind].value);
	for (unsigned i = 0; i < m->claims; i++) {
		values_mark(v, m->claim[i].value);
		values_mark(v, m->claim[i].before);
	}
	for (unsigned i = 0; i < m->unsaids; i++)
		values_mark(v, m->unsaid[i].value);
	values_mark(v, m->ballot.value);
	for (unsigned i = 0; i < MODEL_DOUBTS; i++)
		values_mark(v, m->doubt[i].value);
	values_mark(v, m->violation.value[0]);
	values_mark(v, m->violation.value[1]);
}
