/* The list goes by places in the ring, counted from 1, so that 0 says that there is none. */
#include "proto/model/fold/order.h"

#define ASTRAY_US 60000000 /* real time by which no two clocks differ */

/* The node that must have sent a message before this event: NODE_NONE = none must. What a node
 * sends to itself stands among its own events anyway. */
static node_id sender_before(const struct model *m, const struct event *e)
{
	if (e->kind != EVENT_HELD && e->kind != EVENT_RECEIVED && e->kind != EVENT_DROPPED &&
	    e->kind != EVENT_DUPLICATED)
		return NODE_NONE;
	if (e->id.number == 0 || e->id.source > m->nodes || e->id.source == e->node)
		return NODE_NONE;
	return e->id.source;
}

static bool is_sent(const struct event *e)
{
	return e->kind == EVENT_SENT && e->id.source == e->node && e->id.number != 0;
}

static int id_cmp(const struct message_id *a, const struct message_id *b)
{
	if (a->boot != b->boot)
		return a->boot < b->boot ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static const struct event *at_place(const struct model *m, uint16_t place)
{
	return &m->event[place - 1];
}

/* What became of a message whose sending its sender has not told yet. */
static bool is_orphan(const struct model *m, const struct event *e)
{
	const node_id sender = sender_before(m, e);

	return sender != NODE_NONE && id_cmp(&e->id, &m->order.sent[sender]) > 0;
}

static void cut_out(struct model_order *o, uint16_t place)
{
	const uint16_t earlier = o->earlier[place - 1], later = o->later[place - 1];

	*(earlier != 0 ? &o->later[earlier - 1] : &o->first) = later;
	*(later != 0 ? &o->earlier[later - 1] : &o->last) = earlier;
}

/* `earlier` 0: in front of all. */
static void put_behind(struct model_order *o, uint16_t place, uint16_t earlier)
{
	const uint16_t later = earlier != 0 ? o->later[earlier - 1] : o->first;

	o->earlier[place - 1] = earlier;
	o->later[place - 1] = later;
	*(earlier != 0 ? &o->later[earlier - 1] : &o->first) = place;
	*(later != 0 ? &o->earlier[later - 1] : &o->last) = place;
}

static void forget(struct model *m, uint16_t place)
{
	struct model_order *o = &m->order;
	const struct event *e = at_place(m, place);

	if (is_orphan(m, e))
		o->orphans[e->id.source]--;
	if (o->first == place)
		o->floor = o->shown[place - 1];
	cut_out(o, place);
}

/* The first event of the list that came of the message that this event sends, and that came in
 * sooner; 0 = none. No orphan waits for the sending any more, nor for those before it. */
static uint16_t first_effect(struct model *m, const struct event *sent)
{
	struct model_order *o = &m->order;
	const struct message_id before = o->sent[sent->node];
	uint32_t *orphans = &o->orphans[sent->node], unseen = *orphans;
	uint16_t first = 0;

	if (id_cmp(&sent->id, &before) <= 0)
		return 0;
	o->sent[sent->node] = sent->id;
	for (uint16_t p = o->last; p != 0 && unseen > 0; p = o->earlier[p - 1]) {
		const struct event *e = at_place(m, p);

		if (sender_before(m, e) != sent->node || id_cmp(&e->id, &before) <= 0)
			continue;
		unseen--;
		if (id_cmp(&e->id, &sent->id) > 0)
			continue;
		--*orphans;
		if (id_cmp(&e->id, &sent->id) == 0)
			first = p;
	}
	return first;
}

/* Must `e` stand behind an event that is in the list? */
static bool is_bound_behind(const struct model *m, const struct event *e, const struct event *other)
{
	return other->node == e->node || (is_sent(other) && other->node == sender_before(m, e) &&
					  id_cmp(&other->id, &e->id) == 0);
}

/* What must stand before an event: nodes, whose events up to there all must; and messages, up to
 * which each node's sendings must. */
struct ancestry {
	node_set nodes;
	struct message_id sent[NODES_MAX + 1];
};

/* Is the event, which stands before all that was asked about, one of the ancestors? */
static bool is_ancestor(const struct model *m, struct ancestry *a, const struct event *e)
{
	if (!set_has(a->nodes, e->node) && !(is_sent(e) && id_cmp(&e->id, &a->sent[e->node]) <= 0))
		return false;
	a->nodes |= set_of(e->node);
	const node_id sender = sender_before(m, e);
	if (sender != NODE_NONE && id_cmp(&e->id, &a->sent[sender]) > 0)
		a->sent[sender] = e->id;
	return true;
}

/* Moves an event, and all that must stand before it, to in front of `effect`, which stands before
 * it in the list. Returns the first that it moved. Reports that contradict each other, as no honest
 * nodes' do, stay as they are: 0. */
static uint16_t pull_before(struct model *m, uint16_t place, uint16_t effect)
{
	struct model_order *o = &m->order;
	struct ancestry a = {.nodes = set_of(at_place(m, place)->node)};
	struct ancestry again = a;
	uint16_t front = effect, earlier;

	for (uint16_t p = o->earlier[place - 1]; p != effect; p = o->earlier[p - 1])
		(void)is_ancestor(m, &a, at_place(m, p));
	if (is_ancestor(m, &a, at_place(m, effect)))
		return 0;
	for (uint16_t p = place; p != effect; p = earlier) {
		earlier = o->earlier[p - 1];
		if (!is_ancestor(m, &again, at_place(m, p)))
			continue;
		cut_out(o, p);
		put_behind(o, p, o->earlier[front - 1]);
		front = p;
	}
	return front;
}

/* Gives the event at a place the time that is told of it. False: it has that time. */
static bool tell_time(struct model *m, uint16_t place)
{
	struct model_order *o = &m->order;
	const uint16_t earlier = o->earlier[place - 1];
	const time_us least = earlier != 0 ? o->shown[earlier - 1] : o->floor;
	const time_us at = o->believed[place - 1], before = o->shown[place - 1];

	o->shown[place - 1] = at > least ? at : least;
	return o->shown[place - 1] != before;
}

/* Puts an event behind its causes, and its effects behind it. */
static void put_in_order(struct model *m, uint16_t place)
{
	struct model_order *o = &m->order;
	const struct event *e = at_place(m, place);
	const uint16_t effect = is_sent(e) ? first_effect(m, e) : 0;
	bool passed = effect == 0;
	uint16_t p = o->last;

	while (p != 0 && (!passed || o->shown[p - 1] > o->believed[place - 1]) &&
	       !is_bound_behind(m, e, at_place(m, p))) {
		passed = passed || p == effect;
		p = o->earlier[p - 1];
	}
	put_behind(o, place, p);
	const uint16_t front = passed ? 0 : pull_before(m, place, effect);
	(void)tell_time(m, place);
	for (p = o->later[place - 1]; front == 0 && p != 0 && tell_time(m, p);)
		p = o->later[p - 1];
	for (p = front; p != 0; p = o->later[p - 1])
		(void)tell_time(m, p);
}

bool order_disbelieves(const struct model *m, node_id node, time_us at)
{
	const struct clock_rule *c = &m->clock;
	const time_us apart = c->num > c->den && c->den != 0
				      ? (time_us)ASTRAY_US * (c->num / c->den)
				      : (time_us)ASTRAY_US;
	bool heard = false;

	if (m->words_are_true || m->watched == 0 || at < apart || at - apart <= m->watched)
		return false;
	for (node_id id = 1; id <= m->nodes; id++) {
		if (id == node || m->node[id].told_at == 0)
			continue;
		if (at - apart <= m->node[id].told_at)
			return false;
		heard = true;
	}
	return heard;
}

uint64_t order_take(struct model *m, const struct event *event)
{
	const uint64_t index = m->events;
	const uint16_t place = (uint16_t)(index % MODEL_EVENTS + 1);

	if (index >= MODEL_EVENTS)
		forget(m, place);
	m->event[place - 1] = *event;
	m->order.believed[place - 1] =
		order_disbelieves(m, event->node, event->at) ? m->now : event->at;
	m->events++;
	if (is_orphan(m, event))
		m->order.orphans[event->id.source]++;
	put_in_order(m, place);
	return index;
}
