/* Messages on the wire. A message to k nodes is k flights, each with the fate that its receiver
 * tells. Streams of different nodes come in any order, so a receiver's word may come before the
 * sender's: whatever is heard first makes the flight, and the rest completes it. */
#include <assert.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/flights.h"

#define BUCKETS (2 * MODEL_FLIGHTS)
/* A flight that has ended stays to be seen for so long in real time. A flight of which no node
 * speaks is forgotten after so long in virtual time. */
#define SEEN_REAL_US 1500000
#define SILENT_US    10000000

static unsigned bucket_of(const struct message_id *id, uint8_t copy, node_id to)
{
	const uint64_t key[] = {id->number, id->source, id->boot, copy};

	return (unsigned)(digest64(to, (const uint8_t *)key, sizeof key) % BUCKETS);
}

static bool is_flight(const struct flight *f, const struct message_id *id, uint8_t copy, node_id to)
{
	return f->to == to && f->copy == copy && f->id.number == id->number &&
	       f->id.source == id->source && f->id.boot == id->boot;
}

static struct flight *flight_find(struct model *m, const struct message_id *id, uint8_t copy,
				  node_id to)
{
	uint16_t at = m->index.bucket[bucket_of(id, copy, to)];
	for (; at != 0; at = m->index.chain[at - 1])
		if (is_flight(&m->flight[at - 1], id, copy, to))
			return &m->flight[at - 1];
	return NULL;
}

/* The link in its chain that points to a place. */
static uint16_t *link_to(struct model *m, uint32_t place)
{
	const struct flight *f = &m->flight[place];
	uint16_t *link = &m->index.bucket[bucket_of(&f->id, f->copy, f->to)];
	while (*link != place + 1) {
		assert(*link != 0);
		link = &m->index.chain[*link - 1];
	}
	return link;
}

static void flight_forget(struct model *m, uint32_t place)
{
	uint16_t *link = link_to(m, place);
	*link = m->index.chain[place];
	uint32_t last = --m->flights;
	if (place == last)
		return;
	link = link_to(m, last);
	*link = (uint16_t)(place + 1);
	m->flight[place] = m->flight[last];
	m->index.chain[place] = m->index.chain[last];
}

/* The table is full: all that has ended goes, and if that is too little a quarter of the rest. */
static void make_room(struct model *m)
{
	for (uint32_t i = m->flights; i > 0; i--)
		if (flight_has_ended(&m->flight[i - 1]))
			flight_forget(m, i - 1);
	while (m->flights > MODEL_FLIGHTS - MODEL_FLIGHTS / 4)
		flight_forget(m, 0);
}

static struct flight *flight_make(struct model *m, const struct event *e, node_id from, node_id to)
{
	struct flight *f = flight_find(m, &e->id, e->copy, to);
	if (f != NULL)
		return f;
	if (m->flights == MODEL_FLIGHTS)
		make_room(m);
	uint32_t place = m->flights++;
	f = &m->flight[place];
	*f = (struct flight){
		.id = e->id,
		.copy = e->copy,
		.from = from,
		.to = to,
		.state = FLIGHT_SENT,
		.type = e->type,
		.slot = e->slot,
		.ballot = e->ballot,
		.other = e->other,
		.value = e->value,
		.sent_at = e->at,
	};
	uint16_t *bucket = &m->index.bucket[bucket_of(&e->id, e->copy, to)];
	m->index.chain[place] = *bucket;
	*bucket = (uint16_t)(place + 1);
	return f;
}

static void flight_end(struct flight *f, enum flight_state state, enum drop drop, time_us at)
{
	f->state = state;
	f->drop = drop;
	f->ended_at = at;
	f->due = 0;
}

static void on_sent(struct model *m, const struct event *e)
{
	node_set to = e->to & set_first(m->nodes) & ~set_of(e->node);
	for (; to != 0; to &= to - 1) {
		node_id id = set_lowest(to);
		struct flight *f = flight_make(m, e, e->node, id);
		f->sent_at = e->at;
		/* Its receiver may hold it without having the value that it names. */
		if (f->value == VALUE_NONE)
			f->value = e->value;
		if (f->state == FLIGHT_SENT && m->node[id].life == LIFE_DOWN)
			flight_end(f, FLIGHT_LOST, DROP_CRASH, e->at);
	}
}

void flights_event(struct model *m, const struct event *e)
{
	struct flight *f;
	switch (e->kind) {
	case EVENT_SENT:
		on_sent(m, e);
		break;
	case EVENT_HELD:
	case EVENT_DUPLICATED:
		f = flight_make(m, e, e->peer, e->node);
		/* The gate kept it over the crash. */
		if (f->state == FLIGHT_LOST && f->drop == DROP_CRASH)
			flight_end(f, FLIGHT_HELD, DROP_NOTHING, 0);
		if (e->due == 0)
			f->held_order = ++m->held_order;
		if (f->state == FLIGHT_SENT || f->state == FLIGHT_HELD) {
			f->state = FLIGHT_HELD;
			f->due = e->due;
		}
		break;
	case EVENT_RECEIVED:
		f = flight_make(m, e, e->peer, e->node);
		flight_end(f, FLIGHT_ARRIVED, DROP_NOTHING, e->at);
		break;
	case EVENT_DROPPED:
		if (e->id.source == NODE_NONE)
			break; /* bytes that were no message */
		f = flight_make(m, e, e->peer, e->node);
		flight_end(f, FLIGHT_LOST, e->drop, e->at);
		break;
	default:
		break;
	}
}

static bool says_held(const struct snapshot *s, const struct flight *f)
{
	for (unsigned i = 0; i < s->held; i++)
		if (is_flight(f, &s->held_message[i].id, s->held_message[i].copy, s->node))
			return true;
	return false;
}

void flights_snapshot(struct model *m, const struct snapshot *s)
{
	if (s->held < SNAPSHOT_HELD_MAX)
		for (uint32_t i = m->flights; i > 0; i--) {
			const struct flight *f = &m->flight[i - 1];
			if (f->to == s->node && f->state == FLIGHT_HELD && !says_held(s, f))
				flight_forget(m, i - 1);
		}
	for (unsigned i = 0; i < s->held; i++) {
		const struct event *e = &s->held_message[i];
		struct flight *f = flight_make(m, e, e->peer, s->node);
		f->state = FLIGHT_HELD;
		f->due = e->due;
		f->drop = DROP_NOTHING;
		f->ended_at = 0;
		if (e->due == 0)
			f->held_order = ++m->held_order;
	}
}

void flights_crash(struct model *m, node_id node)
{
	for (uint32_t i = 0; i < m->flights; i++)
		if (m->flight[i].to == node && !flight_has_ended(&m->flight[i]))
			flight_end(&m->flight[i], FLIGHT_LOST, DROP_CRASH, m->now);
}

/* How much virtual time passes while a person can see it. */
static time_us seen_us(const struct model *m)
{
	if (clock_is_paused(&m->clock))
		return UINT64_MAX;
	if (clock_is_unlimited(&m->clock))
		return SEEN_REAL_US;
	return (time_us)SEEN_REAL_US * m->clock.num / m->clock.den;
}

void flights_forget(struct model *m)
{
	time_us seen = seen_us(m);
	for (uint32_t i = m->flights; i > 0; i--) {
		const struct flight *f = &m->flight[i - 1];
		if (flight_has_ended(f) ? m->now > f->ended_at && m->now - f->ended_at > seen
					: f->state == FLIGHT_SENT && m->now > f->sent_at &&
						  m->now - f->sent_at > SILENT_US)
			flight_forget(m, i - 1);
	}
}
