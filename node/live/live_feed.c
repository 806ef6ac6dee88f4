/* What nodes say: events in order, gaps noticed and mended by snapshots. */
#include "node/io/live_private.h"

#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"

/* A question is asked again so often, until an answer comes or hope is lost. */
#define ASK_FIRST_US 20000
#define ASK_MOST_US  500000
#define ASK_UNTIL_US 10000000

/* Who does not answer for so long may not be connected. */
#define RENEW_US 1000000

/* Of forged reports one event tells, at most so often. */
#define FORGED_US 500000

time_us live_virtual_now(const struct live *l)
{
	return clock_at(&l->clock, real_time_us());
}

void live_push(struct live *l, const struct event *event)
{
	if (l->events == l->events_max) {
		const size_t more = l->events_max == 0 ? 256 : 2 * l->events_max;
		struct event *grown = realloc(l->event, more * sizeof(*grown));
		if (grown == NULL)
			return;
		l->event = grown;
		l->events_max = more;
	}
	l->event[l->events++] = *event;
}

void live_say(struct live *l, node_id id, struct event event)
{
	event.node = id;
	event.boot = l->node[id].boot;
	event.seq = 0;
	event.at = live_virtual_now(l);
	live_push(l, &event);
}

void live_ask(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	const uint64_t now = real_time_us();
	if (node->down)
		return;
	node->ask_us = now;
	node->ask_wait_us = ASK_FIRST_US;
	node->asked_until_us = now + ASK_UNTIL_US;
	node->renew_us = now + RENEW_US;
}

void live_ask_due(struct live *l, uint64_t real_us)
{
	node_set to = 0;
	uint8_t query[64];
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		struct live_node *node = &l->node[id];
		if (node->ask_us == 0 || node->ask_us > real_us)
			continue;
		to |= set_of(id);
		if (real_us >= node->renew_us && !node->stopped) {
			bus_reconnect(&l->bus, l->roster.node[id].control, &node->connection);
			node->renew_us = real_us + 2 * RENEW_US;
		}
		node->ask_us = real_us < node->asked_until_us ? real_us + node->ask_wait_us : 0;
		node->ask_wait_us = 3 * node->ask_wait_us / 2;
		if (node->ask_wait_us > ASK_MOST_US)
			node->ask_wait_us = ASK_MOST_US;
	}
	if (to != 0)
		bus_send(&l->bus, query,
			 query_encode(&l->context, to, QUERY_SNAPSHOT | QUERY_PROOFS, query,
				      sizeof(query)));
}

static void say_missed(struct live *l, node_id id, uint64_t count)
{
	const uint32_t shown = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	l->node[id].missed_us = real_time_us();
	live_say(l, id, (struct event){.kind = EVENT_MISSED, .count = shown});
}

/* The highest epoch that most nodes say they have come to: one that lies does not set it. */
uint32_t live_epoch(const struct live *l)
{
	uint32_t epoch = 0;
	unsigned known = 0;
	for (node_id id = 1; id <= l->roster.nodes; id++)
		known += l->node[id].epoch != 0;
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		unsigned there = 0;
		for (node_id other = 1; other <= l->roster.nodes; other++)
			there += l->node[other].epoch >= l->node[id].epoch;
		if (2 * there > known && l->node[id].epoch > epoch)
			epoch = l->node[id].epoch;
	}
	return epoch != 0 ? epoch : l->roster.epoch;
}

/* Controls are numbered by the time of day; no operator has come so far that none is left. */
static void note_number(struct live *l, uint64_t number)
{
	if (number > l->number && number <= INT64_MAX)
		l->number = number;
}

static void note(struct live *l, struct event *event)
{
	if (event->kind == EVENT_EPOCH)
		l->node[event->node].epoch = event->count;
	if (event->kind == EVENT_TIMED)
		l->clock = event->clock;
	if (event->kind != EVENT_OBEYED && event->kind != EVENT_DISOBEYED)
		return;
	if (event->kind == EVENT_OBEYED)
		note_number(l, event->number);
	live_answered(l, event);
}

static void take_event(void *user, const struct event *event)
{
	struct live *l = user;
	const node_id id = event->node;
	if (id == NODE_NONE || id > l->roster.nodes)
		return;
	struct live_node *node = &l->node[id];
	struct event said = *event;
	/* Before the first snapshot of a life nothing is known that an event could change. */
	if (event->boot != node->boot || !node->known) {
		if (event->boot > node->boot && node->ask_us == 0)
			live_ask(l, id);
		node->missed_us = real_time_us();
		note(l, &said);
		return;
	}
	if (event->seq <= node->seq)
		return;
	if (event->seq > node->seq + 1) {
		say_missed(l, id, event->seq - node->seq - 1);
		live_ask(l, id);
	}
	node->seq = event->seq;
	note(l, &said);
	live_push(l, &said);
}

static void take_snapshot(struct live *l)
{
	struct snapshot *s = &l->snapshot;
	if (s->node == NODE_NONE || s->node > l->roster.nodes)
		return;
	struct live_node *node = &l->node[s->node];
	if (s->boot <= node->over || s->boot < node->boot ||
	    (s->boot == node->boot && s->seq < node->seq))
		return;
	const bool new_life = s->boot > node->boot;
	const bool was_away = node->down || new_life;
	const bool is_back = node->boot != 0 && was_away;
	if (!new_life && node->known && s->seq > node->seq)
		say_missed(l, s->node, s->seq - node->seq);
	node->boot = s->boot;
	node->seq = s->seq;
	node->known = true;
	node->epoch = s->epoch;
	node->ask_us = 0;
	node->down = false;
	if (is_back)
		live_say(l, s->node,
			 (struct event){.kind = EVENT_STARTED, .count = (uint32_t)s->base});
	if (node->dir[0] != '\0' && node->process.pid != (pid_t)s->pid)
		live_track(l, s->node);
	note_number(l, s->number);
	l->clock = s->clock;
	l->has_snapshot = true;
	live_answered_upto(l, s->node, s->number);
	if (was_away)
		live_settle_owed(l, s->node);
}

static void take_load(struct live *l, const uint8_t *bytes, size_t length)
{
	node_id id;
	struct load_report report;
	if (load_decode(&l->context, bytes, length, &id, &report) != DROP_NOTHING ||
	    id == NODE_NONE || id > l->roster.nodes || l->node[id].load_is_due)
		return;
	l->node[id].load = report;
	l->node[id].has_load = true;
}

/* Believed is what the signatures in it say, not who brings it. */
static void take_proof(struct live *l, const uint8_t *bytes, size_t length)
{
	struct wire_context context = l->context;
	struct evidence evidence;
	const uint8_t *proof;
	size_t proof_length;
	if (proof_frame_decode(&l->context, bytes, length, &l->proof.holder, &proof,
			       &proof_length) != DROP_NOTHING ||
	    proof_length > sizeof(l->proof_bytes))
		return;
	memcpy(l->proof_bytes, proof, proof_length);
	l->proof.bytes = l->proof_bytes;
	l->proof.length = (uint32_t)proof_length;
	l->proof.verdict = evidence_decode(l->proof_bytes, proof_length, &evidence);
	/* Of the run in which its holder is; who has not said yet brings it with the proof. */
	context.epoch = l->node[l->proof.holder].epoch;
	if (l->proof.verdict == DROP_NOTHING && context.epoch == 0)
		context.epoch = evidence_epoch(&evidence);
	if (l->proof.verdict == DROP_NOTHING)
		l->proof.verdict = evidence_verify(&evidence, &context, &crypto_ed25519, l->keys);
	l->has_proof = true;
}

/* Somebody says something in this node's name that it did not sign, or that is no report. */
static void say_forged(struct live *l, node_id id, enum drop why)
{
	struct live_node *node = &l->node[id];
	const uint64_t now = real_time_us();
	if (node->forged < UINT32_MAX)
		node->forged++;
	if (now < node->forged_us + FORGED_US)
		return;
	live_say(l, id, (struct event){.kind = EVENT_FORGED, .count = node->forged, .drop = why});
	node->forged = 0;
	node->forged_us = now;
}

/* False: a node's report that is not its own. What speaks in nobody's name says nothing. */
static bool is_genuine(struct live *l, const uint8_t *bytes, size_t *length)
{
	node_id id;
	const enum drop why =
		report_open(&l->context, bytes, length, &crypto_ed25519, l->keys, &id);
	if (why != DROP_NOTHING && id != NODE_NONE)
		say_forged(l, id, why);
	return why == DROP_NOTHING;
}

void live_take_frame(struct live *l, const uint8_t *bytes, size_t length)
{
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;
	uint64_t left_out;
	if (!is_genuine(l, bytes, &length) ||
	    control_frame_peek(bytes, length, &kind, cluster, &epoch) != DROP_NOTHING)
		return;
	switch (kind) {
	case FRAME_EVENTS:
		events_decode(&l->context, bytes, length, l->cluster.values, &left_out, take_event,
			      l);
		break;
	case FRAME_SNAPSHOT:
		if (snapshot_decode(&l->context, bytes, length, l->cluster.values, &l->snapshot) ==
		    DROP_NOTHING)
			take_snapshot(l);
		break;
	case FRAME_LOAD:
		take_load(l, bytes, length);
		break;
	case FRAME_PROOF:
		take_proof(l, bytes, length);
		break;
	default:
		break;
	}
}
