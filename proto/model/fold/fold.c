#include "proto/model/fold/fold.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/base/slots.h"
#include "proto/model/fold/facts.h"
#include "proto/model/fold/flights.h"
#include "proto/model/fold/lamps.h"
#include "proto/model/fold/lies.h"
#include "proto/model/fold/loads.h"
#include "proto/model/fold/order.h"
#include "proto/model/judge/agreement.h"
#include "proto/model/judge/conduct.h"
#include "proto/model/judge/progress.h"

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
	model_slots_forget(m);
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

static void on_life(struct model *m, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STARTED:
	case EVENT_CONTINUED:
		facts_life(m, e->node, LIFE_UP);
		break;
	case EVENT_CRASHED:
		facts_life(m, e->node, LIFE_DOWN);
		break;
	case EVENT_STOPPED:
		facts_life(m, e->node, LIFE_STOPPED);
		break;
	default:
		break;
	}
}

static void on_sent(struct model *m, struct model_node *n, const struct event *e)
{
	struct model_sent *about = &m->sent_about[e->slot % MODEL_SLOTS];
	const unsigned count = set_count(e->to & ~set_of(e->node));

	n->sent++;
	if (e->type >= MSG_TYPES)
		return;
	m->sent[e->type] += count;
	if (e->slot == SLOT_NONE)
		return;
	if (about->slot < e->slot)
		*about = (struct model_sent){.slot = e->slot};
	if (about->slot == e->slot)
		about->count[e->type] += count;
}

static void on_message(struct model *m, struct model_node *n, const struct event *e)
{
	if (e->kind == EVENT_SENT)
		on_sent(m, n, e);
	else if (e->kind == EVENT_RECEIVED)
		n->received++;
	else if (e->kind == EVENT_DROPPED) {
		if ((unsigned)e->drop < DROPS)
			n->dropped[e->drop]++;
		if (e->peer <= NODES_MAX)
			n->lost_from[e->peer]++;
		if (e->drop == DROP_SEAT && e->type == MSG_PREPARE)
			n->keeps_out = e->slot + 1;
	}
	flights_event(m, e);
}

/* A value waits no longer. */
static void on_settled(struct model_node *n, const struct event *e)
{
	if (n->pending > 0)
		n->pending--;
	if (n->pending == 0 || n->wanted == e->value)
		n->wanted = VALUE_NONE;
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
	case EVENT_LOST:
		n->lost_value[n->lost++ % MODEL_LOST] = e->value;
		on_settled(n, e);
		break;
	case EVENT_WON:
	case EVENT_PLACED:
		on_settled(n, e);
		break;
	default:
		break;
	}
}

/* Whether it is down nobody here can tell, and nothing that it was is forgotten. Of a node that is
 * known to be down or stopped it is no news. */
static void on_silent(struct model *m, const struct event *e)
{
	struct model_node *n = &m->node[e->node];

	if (n->life == LIFE_DOWN || n->life == LIFE_STOPPED)
		return;
	facts_life(m, e->node, LIFE_UNKNOWN);
	n->silent_since_us = e->number;
	n->silent_since = e->due;
}

/* Said by the watcher of the bus: it changes nothing that the node is believed to be. */
static void on_forged(struct model_node *n, const struct event *e)
{
	n->remark[REMARK_FORGED].count += e->count;
}

static void on_gated(const struct model *m, struct model_node *n, const struct event *e)
{
	if (e->count % 2 == 1 || e->count == 0)
		n->gate = (struct gate_rule){.on = false};
	for (node_set left = e->to & set_first(m->nodes); e->count != 0 && left != 0;
	     left &= left - 1) {
		const node_id id = set_lowest(left);
		gate_rule_set(&n->gate, id == e->node ? GATE_OWN : id, (type_set)e->types, true);
	}
	n->gate.keep = n->gate.on && e->count >= 3;
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
		on_gated(m, n, e);
}

/* Folds an event about a node's process, its links or its messages: it counts whichever run the
 * node is in. False: the event is about the node's run. */
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
	case EVENT_SILENT:
		on_silent(m, e);
		return true;
	case EVENT_FORGED:
		on_forged(n, e);
		return true;
	case EVENT_UNJOURNALED:
		n->journal_end = e->number + 1;
		return true;
	default:
		return false;
	}
}

static void raise_base(struct model_node *n, slot_number base)
{
	n->base = higher_of(n->base, base);
}

static void raise_low(struct model_node *n, slot_number low)
{
	n->low = higher_of(n->low, low);
	raise_base(n, low);
}

/* What the node has stored: the row of the event says what that is. */
static void fold_durable(struct model *m, const struct event *e, uint64_t index)
{
	const unsigned kept = event_durable(e->kind);

	if (kept & KEEPS_PROMISE)
		facts_raise_promised(m, &m->node[e->node], e->ballot);
	if (kept & KEEPS_VOTE)
		facts_vote(m, e->node, e->slot, e->ballot, e->value, index);
	if (kept & KEEPS_ECHO)
		facts_echo(m, e->node, e->slot, e->ballot, e->value);
	if (kept & KEEPS_CHOSEN)
		facts_chosen(m, (struct model_claim){.node = e->node,
						     .slot = e->slot,
						     .ballot = e->ballot,
						     .value = e->value,
						     .because = e->because,
						     .peer = e->peer,
						     .event = index});
	if (kept & (KEEPS_BASE | KEEPS_LOW))
		raise_low(&m->node[e->node], e->slot + 1);
}

/* A learner counts a vote: that is its word for the vote, not the voter's. */
static void fold_count(struct model *m, const struct event *e)
{
	struct model_slot *s = model_slot_make(m, e->slot);

	if (s == NULL || e->peer > m->nodes)
		return;
	struct model_vote *v = &s->vote[e->node];
	if (v->counted_value != e->value || ballot_cmp(v->counted_at, e->ballot) != 0) {
		v->counted_value = e->value;
		v->counted_at = e->ballot;
		v->counted = 0;
	}
	v->counted |= set_of(e->peer);
}

static void fold_inside(struct model *m, const struct event *e, uint64_t index)
{
	if (e->kind == EVENT_COUNTED && e->type == MSG_ACCEPTED)
		fold_count(m, e);
	if (e->kind == EVENT_SUMMARIZED || e->kind == EVENT_BROUGHT)
		agreement_chain(m, e, index);
	if (e->kind == EVENT_SEATED)
		facts_seated(m, e->node, e->slot);
	if (e->kind == EVENT_SUMMARIZED)
		raise_base(&m->node[e->node], e->slot + 1);
	fold_durable(m, e, index);
	on_proposer(&m->node[e->node], e);
}

static void fold_event(struct model *m, const struct event *e, uint64_t index)
{
	if (!fold_outside(m, e))
		fold_inside(m, e, index);
	if (e->kind == EVENT_RECEIVED)
		agreement_receipt(m, e, index);
	lies_event(m, e, index);
	lamps_event(m, e);
	progress_event(m, e);
	agreement_settle(m);
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
		facts_begin_life(m, e->node, e->boot);
	else if (e->seq <= n->seq)
		return false;
	if (n->seq > 0 && e->seq > n->seq + 1) {
		n->missed += e->seq - n->seq - 1;
		n->blurred = true;
	}
	n->seq = e->seq;
	/* A node that tells an event is up, whether its start was seen or not. */
	if (n->life == LIFE_UNKNOWN || n->life == LIFE_DOWN)
		facts_life(m, e->node, LIFE_UP);
	return true;
}

void model_event(struct model *m, const struct event *event)
{
	if (event->node == NODE_NONE || event->node > m->nodes || !take_number(m, event))
		return;
	if (event->at > m->now && !order_disbelieves(m, event->node, event->at))
		m->now = event->at;
	if (m->since == 0)
		m->since = event->at;
	const uint64_t index = order_take(m, event);
	if (m->node[event->node].behind)
		fold_late(m, event, index);
	else {
		conduct_event(m, event, index);
		fold_event(m, event, index);
	}
	progress_judge(m);
}

static void snapshot_process(struct model *m, const struct snapshot *s)
{
	struct model_node *n = &m->node[s->node];
	n->pid = s->pid;
	n->ahead_us = s->ahead_us;
	n->seq = s->seq;
	n->wake_at = s->wake_at;
	n->sent = s->sent;
	n->received = s->received;
	memcpy(n->dropped, s->dropped, sizeof n->dropped);
	n->gate = s->gate;
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
	facts_promised(m, n, s->promised);
	n->ballot = s->ballot;
	n->from = s->from;
	n->base = s->base;
	n->low = s->low;
	facts_seat(m, s->node, s->part_from);
	n->pending = s->pending;
	if (s->pending == 0)
		n->wanted = VALUE_NONE;
}

static void snapshot_slots(struct model *m, const struct snapshot *s)
{
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];
		if (slot->echoed != VALUE_NONE)
			facts_echo(m, s->node, slot->slot, slot->echoed_at, slot->echoed);
		if (slot->voted != VALUE_NONE)
			facts_vote(m, s->node, slot->slot, slot->voted_at, slot->voted,
				   EVENT_UNSEEN);
		conduct_proposed(m, slot->voted);
		conduct_proposed(m, slot->chosen);
		if (slot->chosen == VALUE_NONE)
			continue;
		facts_chosen(m, (struct model_claim){.node = s->node,
						     .slot = slot->slot,
						     .ballot = slot->chosen_at,
						     .value = slot->chosen,
						     .peer = slot->chosen_from,
						     .event = EVENT_UNSEEN});
		const struct model_slot *kept = model_slot(m, slot->slot);
		if (kept != NULL && kept->vote[s->node].chosen == slot->chosen &&
		    slot->chosen_by != 0)
			m->slot[slot->slot % MODEL_SLOTS].vote[s->node].chosen_by = slot->chosen_by;
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
		facts_begin_life(m, s->node, s->boot);
	if (s->at > m->now && !order_disbelieves(m, s->node, s->at))
		m->now = s->at;
	if (m->since == 0)
		m->since = s->at;
	if (n->life != LIFE_STOPPED)
		facts_life(m, s->node, LIFE_UP);
	snapshot_process(m, s);
	if (!n->behind) {
		conduct_snapshot(m, s);
		snapshot_node(m, s);
		snapshot_slots(m, s);
		lamps_snapshot(m, s);
		agreement_settle(m);
	}
	progress_judge(m);
}

void model_proof(struct model *m, const struct item_proof *proof)
{
	lies_proof(m, proof);
}

void model_load(struct model *m, const struct item_load *load)
{
	loads_report(m, load);
}

void model_item(struct model *m, const struct item *item)
{
	if (item->kind == ITEM_EVENT)
		model_event(m, item->event);
	else if (item->kind == ITEM_SNAPSHOT)
		model_snapshot(m, item->snapshot);
	else if (item->kind == ITEM_PROOF)
		model_proof(m, item->proof);
	else if (item->kind == ITEM_LOAD)
		model_load(m, item->load);
}

void model_time(struct model *m, time_us now)
{
	m->watched = now;
	m->now = higher_of(m->now, now);
	flights_forget(m);
	progress_judge(m);
}

void model_real_time(struct model *m, uint64_t real_us)
{
	if (m->real_begin_us == 0)
		m->real_begin_us = real_us;
	m->real_us = real_us;
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
			values_mark(v, s->vote[id].echoed);
			values_mark(v, s->vote[id].chosen);
			values_mark(v, s->vote[id].unproposed);
			values_mark(v, s->vote[id].counted_value);
			values_mark(v, s->vote[id].claim.value);
			values_mark(v, s->vote[id].claim.before);
		}
	}
	for (unsigned i = 0; i < MODEL_CHAINS && i < m->chains; i++) {
		values_mark(v, m->chain[i].value[0]);
		values_mark(v, m->chain[i].value[1]);
	}
	for (unsigned id = 1; id <= m->nodes; id++) {
		values_mark(v, m->node[id].wanted);
		for (unsigned i = 0; i < MODEL_LOST; i++)
			values_mark(v, m->node[id].lost_value[i]);
		values_mark(v, m->ballots[id].value);
	}
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARKS; kind++)
			values_mark(v, m->node[id].remark[kind].value);
	for (unsigned i = 0; i < CLIENT_OPS; i++)
		values_mark(v, m->clients.op[i].value);
	for (unsigned i = 0; i < m->violation.ops; i++)
		values_mark(v, m->violation.op[i].value);
	values_mark(v, m->ballot.value);
	values_mark(v, m->violation.value[0]);
	values_mark(v, m->violation.value[1]);
}
