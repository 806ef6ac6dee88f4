#include "node/live/live_feed.h"

#include <string.h>

#include "node/io/clock.h"
#include "node/live/live_ask.h"
#include "node/live/live_control.h"
#include "node/live/live_event.h"
#include "node/live/live_process.h"

/* One event tells of all forged reports in a node's name, at most so often. */
#define FORGED_US 500000

static void say_missed(struct live *l, node_id id, uint64_t count)
{
	const uint32_t shown = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	l->node[id].missed_us = real_time_us();
	live_say(l, id, (struct event){.kind = EVENT_MISSED, .count = shown});
}

/* Controls are numbered by the time of day, so a number that leaves no room above is no operator's.
 */
static void note_number(struct live *l, uint64_t number)
{
	if (number > l->number && number <= INT64_MAX)
		l->number = number;
}

/* A node's rule is about its own clock. Turned into one about the clock here, it says the same. */
static struct clock_rule rule_here(const struct live *l, node_id id, struct clock_rule rule)
{
	const int64_t ahead_us = l->node[id].real_ahead_us;
	if (ahead_us < 0 || rule.real_us > (uint64_t)ahead_us)
		rule.real_us -= (uint64_t)ahead_us;
	return rule;
}

static void note_clocks(struct live *l, struct snapshot *s)
{
	const int64_t ahead_us = (int64_t)(s->real_us - real_time_us());
	const bool near = ahead_us < CLOCK_NEAR_US && ahead_us > -CLOCK_NEAR_US;
	l->node[s->node].real_ahead_us = near ? 0 : ahead_us;
	s->ahead_us = (int64_t)(s->wall_us - wall_time_us());
	s->clock = rule_here(l, s->node, s->clock);
}

static void note_event(struct live *l, struct event *event)
{
	if (event->kind == EVENT_EPOCH)
		l->node[event->node].epoch = event->count;
	if (event->kind == EVENT_TIMED)
		l->clock = event->clock = rule_here(l, event->node, event->clock);
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
	/* Before the first snapshot of a node's life nothing is known that an event could change.
	 */
	if (event->boot != node->boot || !node->known) {
		if (event->boot > node->boot && node->ask_us == 0)
			live_ask(l, id);
		node->missed_us = real_time_us();
		note_event(l, &said);
		return;
	}
	if (event->seq <= node->seq)
		return;
	if (event->seq > node->seq + 1) {
		say_missed(l, id, event->seq - node->seq - 1);
		live_ask(l, id);
	}
	node->seq = event->seq;
	note_event(l, &said);
	live_push(l, &said);
}

/* What matters if another node loses its store and its seat is given away. */
static void note_touched(struct live_node *node, const struct snapshot *s)
{
	node->touched = s->base;
	if (s->slots > 0 && s->slot[s->slots - 1].slot >= node->touched)
		node->touched = s->slot[s->slots - 1].slot + 1;
	node->round = s->promised.round > s->ballot.round ? s->promised.round : s->ballot.round;
	node->lines = s->lines;
	memcpy(node->line, s->line, sizeof(node->line));
	memcpy(node->life, s->life, sizeof(node->life));
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
	node->ask_us = node->owed_us = 0;
	node->down = node->silent = false;
	if (is_back)
		live_say(l, s->node,
			 (struct event){.kind = EVENT_STARTED, .count = (uint32_t)s->base});
	/* It said so when it started, and nobody heard it yet. */
	if (is_back && s->part_from > node->part_from)
		live_say(l, s->node, (struct event){.kind = EVENT_SEATED, .slot = s->part_from});
	node->part_from = s->part_from;
	if (node->dir[0] != '\0' && node->process.pid != (pid_t)s->pid)
		live_track(l, s->node);
	note_number(l, s->number);
	note_clocks(l, s);
	note_touched(node, s);
	l->clock = s->clock;
	l->has_snapshot = true;
	live_answered_upto(l, s->node, s->number);
	if (s->epoch < live_epoch(l))
		live_nudge(l, s->node);
}

static void take_load(struct live *l, const uint8_t *bytes, size_t length)
{
	node_id id;
	struct load_report report;
	if (load_decode(&l->context, bytes, length, &id, &report) != DROP_NOTHING)
		return;
	l->load = (struct item_load){.node = id, .report = report};
	l->has_load = true;
	if (report.number != l->node[id].load_number)
		return;
	l->node[id].load = report;
	l->node[id].has_load = true;
}

/* A proof is believed for the signatures in it, whichever node brings it. */
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
	/* The epoch is that of the holder; of a holder that has not said its own, that of the
	 * proof. */
	context.epoch = l->node[l->proof.holder].epoch;
	if (l->proof.verdict == DROP_NOTHING && context.epoch == 0)
		context.epoch = evidence_epoch(&evidence);
	if (l->proof.verdict == DROP_NOTHING)
		l->proof.verdict = evidence_verify(&evidence, &context, &crypto_ed25519, l->keys);
	l->has_proof = true;
}

/* A batch that events told as a sketch. Its bytes fit the sketch or change nothing, whoever brings
 * them. */
static void take_value(struct live *l, const uint8_t *bytes, size_t length)
{
	node_id id;
	const uint8_t *value;
	uint32_t value_length;
	if (value_frame_decode(&l->context, bytes, length, &id, &value, &value_length) ==
	    DROP_NOTHING)
		values_complete(l->cluster.values, value, value_length);
}

/* A report came in this node's name that the node did not sign, or that is no report. */
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

/* False: a report that the node it names did not make. A frame that names no node says nothing. */
static bool is_genuine(struct live *l, const uint8_t *bytes, size_t *length)
{
	node_id id;
	const enum drop why =
		report_open(&l->context, bytes, length, &crypto_ed25519, l->keys, &id);
	if (why != DROP_NOTHING && id != NODE_NONE)
		say_forged(l, id, why);
	if (why == DROP_NOTHING && id != NODE_NONE)
		live_heard(l, id);
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
	case FRAME_VALUE:
		take_value(l, bytes, length);
		break;
	default:
		break;
	}
}
