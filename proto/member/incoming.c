#include "proto/member/incoming.h"

#include "proto/fault/link.h"
#include "proto/member/reporter.h"

bool incoming_is_gated(const struct member *m, const struct event *event)
{
	return gate_holds(&m->config.gate, m->config.paxos.self, event->peer, event->type);
}

bool incoming_is_gated_frame(const struct member *m)
{
	return gate_holds(&m->config.gate, m->config.paxos.self, m->frame.sender,
			  m->frame.message.type);
}

void incoming_hold(struct member *m, const uint8_t *bytes, size_t length, time_us delay,
		   uint8_t copy)
{
	const struct link_rule usual = link_rule_default();
	const bool stops = delay == 0 && incoming_is_gated_frame(m);
	time_us due = m->now + delay;
	struct event e = reporter_event_of(m, EVENT_HELD, &m->frame, copy, stops ? 0 : due);

	e.boot = m->config.boot;
	e.at = m->now;
	struct held *held = inbox_put(&m->inbox, stops ? DUE_WHEN_TOLD : due, bytes, length, &e);
	if (held == NULL) {
		reporter_tell_dropped(m, &m->frame, copy, DROP_FULL);
		return;
	}
	held->copies = copy;
	m->counts.duplicated += copy;
	m->counts.delayed += delay > usual.delay_us + usual.jitter_us;
	e.kind = copy == 0 ? EVENT_HELD : EVENT_DUPLICATED;
	reporter_tell(m, &e);
}

void incoming_stop_at_gate(struct member *m, struct held *held)
{
	held->event.due = 0;
	inbox_set_due(&m->inbox, held, DUE_WHEN_TOLD);
	reporter_tell(m, &held->event);
}

void incoming_open_gate(struct member *m)
{
	for (;;) {
		struct held *told = NULL;

		for (unsigned i = 0; i < m->inbox.count && told == NULL; i++)
			if (inbox_at(&m->inbox, i)->due == DUE_WHEN_TOLD &&
			    !incoming_is_gated(m, &inbox_at(&m->inbox, i)->event))
				told = inbox_at(&m->inbox, i);
		if (told == NULL)
			return;
		told->event.due = m->now;
		inbox_set_due(&m->inbox, told, m->now);
	}
}

/* Tells again what waits at the gate, in its order. */
static void tell_order(struct member *m)
{
	uint64_t after = 0;

	for (;;) {
		struct held *next = NULL;

		for (unsigned i = 0; i < m->inbox.count; i++) {
			struct held *h = inbox_at(&m->inbox, i);

			if (h->due == DUE_WHEN_TOLD && h->order > after &&
			    (next == NULL || h->order < next->order))
				next = h;
		}
		if (next == NULL)
			return;
		reporter_tell(m, &next->event);
		after = next->order;
	}
}

enum drop incoming_move(struct member *m, struct held *held, struct held *before)
{
	if (held == before || held->due != DUE_WHEN_TOLD || before->due != DUE_WHEN_TOLD)
		return DROP_REFUSED;
	inbox_move(&m->inbox, held, before);
	tell_order(m);
	return DROP_NOTHING;
}

/* Each copy of a message has a number of its own, whichever copy it was made of. So all copies that
 * are held know how many there are. */
enum drop incoming_copy(struct member *m, struct held *held)
{
	struct event e = held->event;

	if (held->copies == UINT8_MAX)
		return DROP_REFUSED;
	e.copy = held->copies = (uint8_t)(held->copies + 1);
	struct held *twin =
		inbox_put(&m->inbox, held->due, inbox_bytes(&m->inbox, held), held->length, &e);
	if (twin == NULL)
		return DROP_FULL;
	for (unsigned i = 0; i < m->inbox.count; i++) {
		struct held *other = inbox_at(&m->inbox, i);
		const struct message_id *id = &other->event.id;

		if (id->source == e.id.source && id->boot == e.id.boot && id->number == e.id.number)
			other->copies = e.copy;
	}
	e.kind = EVENT_DUPLICATED;
	reporter_tell(m, &e);
	return DROP_NOTHING;
}

void incoming_discard(struct member *m, struct held *held, enum drop why)
{
	struct event e = held->event;

	e.kind = EVENT_DROPPED;
	e.due = 0;
	e.drop = why;
	m->counts.dropped[why]++;
	inbox_remove(&m->inbox, held);
	reporter_tell(m, &e);
}

/* Frames that are on a wire are lost when it is cut. */
static void discard_all_from(struct member *m, node_id peer)
{
	for (unsigned i = 0; i < m->inbox.count;) {
		struct held *held = inbox_at(&m->inbox, i);

		if (held->event.peer != peer) {
			i++;
			continue;
		}
		incoming_discard(m, held, DROP_CUT);
		i = 0; /* the heap has changed its order */
	}
}

static bool is_better(const struct link_rule *now, const struct link_rule *before)
{
	return !now->cut && (before->cut || now->loss_ppm < before->loss_ppm);
}

void incoming_set_link(struct member *m, node_id peer, const struct link_rule *rule)
{
	if (rule->cut)
		discard_all_from(m, peer);
	if (is_better(rule, &m->config.link[peer]))
		m->links_up |= set_of(peer);
	m->config.link[peer] = *rule;
	reporter_tell(m, &(struct event){.kind = EVENT_LINKED, .peer = peer, .link = *rule});
}
