#include "proto/sim/sim_cluster.h"

#include <stdio.h>
#include <string.h>

#include "proto/sim/world.h"
#include "proto/wire/evidence.h"

/* Events that wait to be taken, more than one thing that happens can bring. */
#define EVENTS_MAX   16384
#define SLOTS_MAX    65536
#define WORLD_VALUES 131072
#define WORLD_BYTES  ((size_t)64 << 20)
#define USER_VALUES  65536
#define USER_BYTES   ((size_t)32 << 20)
#define OUTBOX_BYTES ((size_t)8 << 20)
#define INBOX_BYTES  ((size_t)8 << 20)
#define BACKLOG      ((size_t)4 << 20)

struct sim_cluster {
	struct cluster cluster; /* first: the handle that the user has */
	uint64_t seed;
	uint64_t number; /* of the last control */
	struct world *world;
	node_set snapshots_owed;
	uint64_t missed[NODES_MAX + 1]; /* events that found no room */
	unsigned first;
	unsigned count;
	struct event ring[EVENTS_MAX];
	struct event event; /* the item at hand, in the user's references */
	struct snapshot snapshot;
	struct item_proof proof;
	struct {
		uint16_t boot;
		unsigned given;
	} proofs[NODES_MAX + 1]; /* that each node holds, as far as they were given */
};

static size_t aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

static struct sim_cluster *self_of(const struct cluster *c)
{
	return (struct sim_cluster *)(uintptr_t)c;
}

static void push(struct sim_cluster *s, const struct event *event)
{
	if (s->count == EVENTS_MAX) {
		s->missed[event->node]++;
		return;
	}
	s->ring[(s->first + s->count++) % EVENTS_MAX] = *event;
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	for (unsigned i = 0; i < events; i++)
		push(user, &event[i]);
}

/* Said about a node by who watches it. */
static void say(struct sim_cluster *s, enum event_kind kind, node_id node)
{
	const struct world *w = s->world;

	push(s,
	     &(struct event){
		     .kind = kind, .node = node, .boot = w->node[node].config.boot, .at = w->now});
}

static struct world_options world_options_of(struct sim_cluster *s,
					     const struct sim_cluster_options *o)
{
	return (struct world_options){
		.nodes = o->nodes,
		.mode = o->mode,
		.seed = o->seed,
		.clock = {.num = o->clock.num, .den = o->clock.den},
		.link = o->link,
		.slots_max = SLOTS_MAX,
		.values_max = WORLD_VALUES,
		.values_bytes = WORLD_BYTES,
		.inbox_bytes = INBOX_BYTES,
		.outbox_bytes = OUTBOX_BYTES,
		.backlog_bytes = BACKLOG,
		.watch = {.user = s, .events = on_events},
	};
}

static void info(const struct cluster *c, struct cluster_info *out)
{
	const struct sim_cluster *s = self_of(c);

	*out = (struct cluster_info){
		.kind = CLUSTER_SIMULATED,
		.nodes = s->world->options.nodes,
		.can_act = true,
		.why_not = "",
		.epoch = s->world->wire.epoch,
		.mode = s->world->options.mode,
		.quorum = (uint8_t)(s->world->options.nodes / 2 + 1),
		.policy = s->world->node[1].config.policy,
		.seed = s->seed,
	};
	snprintf(out->name, sizeof out->name, "sim seed %llu", (unsigned long long)s->seed);
}

/* A reference of the world's table in the user's. */
static value_ref theirs(const struct sim_cluster *s, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(s->world->values, ref, &length);

	return ref == VALUE_NONE ? VALUE_NONE : values_intern(s->cluster.values, bytes, length);
}

static enum item_kind pop_event(struct sim_cluster *s, struct item *out)
{
	s->event = s->ring[s->first];
	s->first = (s->first + 1) % EVENTS_MAX;
	s->count--;
	s->event.value = theirs(s, s->event.value);
	*out = (struct item){.kind = ITEM_EVENT, .event = &s->event};
	return ITEM_EVENT;
}

static enum item_kind take_snapshot(struct sim_cluster *s, node_id node, struct item *out)
{
	struct snapshot *snap = &s->snapshot;

	member_snapshot(s->world->node[node].member, snap);
	for (unsigned i = 0; i < snap->slots; i++) {
		snap->slot[i].voted = theirs(s, snap->slot[i].voted);
		snap->slot[i].chosen = theirs(s, snap->slot[i].chosen);
		snap->slot[i].proposed = theirs(s, snap->slot[i].proposed);
	}
	for (unsigned i = 0; i < snap->held; i++)
		snap->held_message[i].value = theirs(s, snap->held_message[i].value);
	*out = (struct item){.kind = ITEM_SNAPSHOT, .snapshot = snap};
	return ITEM_SNAPSHOT;
}

/* A proof that a node holds and that was not given yet; false if there is none. */
static bool next_proof(struct sim_cluster *s, struct item *out)
{
	const struct world *w = s->world;

	for (node_id id = 1; id <= w->options.nodes; id++) {
		const struct world_node *n = &w->node[id];
		struct policy_line line[POLICY_LINES_MAX];
		struct wire_context wire = w->wire;
		struct evidence evidence;

		if (!n->up)
			continue;
		if (s->proofs[id].boot != n->config.boot ||
		    s->proofs[id].given > member_proofs(n->member)) {
			s->proofs[id].boot = n->config.boot;
			s->proofs[id].given = 0;
		}
		if (s->proofs[id].given == member_proofs(n->member))
			continue;
		member_policies(n->member, &wire.epoch, line);
		s->proof.holder = id;
		s->proof.bytes = member_proof(n->member, s->proofs[id].given++, &s->proof.length);
		s->proof.verdict = evidence_decode(s->proof.bytes, s->proof.length, &evidence);
		if (s->proof.verdict == DROP_NOTHING)
			s->proof.verdict =
				evidence_verify(&evidence, &wire, n->config.crypto, n->config.keys);
		*out = (struct item){.kind = ITEM_PROOF, .proof = &s->proof};
		return true;
	}
	return false;
}

static void mark_ring(void *user)
{
	const struct sim_cluster *s = user;

	for (unsigned i = 0; i < s->count; i++)
		values_mark(s->world->values, s->ring[(s->first + i) % EVENTS_MAX].value);
}

/* Between two instants nobody owes anything, so nothing outside points into the table. */
static void keep_room(struct sim_cluster *s)
{
	if (!values_has_room(s->world->values, WORLD_VALUES / 4, WORLD_BYTES / 4))
		world_sweep(s->world, mark_ring, s);
}

/* Nodes that ended by themselves, and events that found no room. */
static void say_what_happened(struct sim_cluster *s, node_set before)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++) {
		if (set_has(before, id) && !s->world->node[id].up)
			say(s, EVENT_CRASHED, id);
		if (s->missed[id] == 0 || s->count == EVENTS_MAX)
			continue;
		struct event e = {.kind = EVENT_MISSED,
				  .node = id,
				  .boot = s->world->node[id].config.boot,
				  .at = s->world->now,
				  .count = (uint32_t)s->missed[id]};
		s->missed[id] = 0;
		push(s, &e);
	}
}

static node_set nodes_up(const struct world *w)
{
	node_set up = 0;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up)
			up |= set_of(id);
	return up;
}

static bool is_paused(const struct world *w)
{
	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up && !w->node[id].stopped) {
			struct clock_rule clock;
			struct link_rule link[NODES_MAX + 1];
			bool gated;
			uint64_t number;

			member_settings(w->node[id].member, &clock, link, &gated, &number);
			if (!clock_is_paused(&clock))
				return false;
		}
	return true;
}

static enum item_kind next(struct cluster *c, time_us until, struct item *out)
{
	struct sim_cluster *s = self_of(c);
	struct world *w = s->world;

	for (;;) {
		if (s->count > 0)
			return pop_event(s, out);
		if (next_proof(s, out))
			return ITEM_PROOF;
		for (; s->snapshots_owed != 0; s->snapshots_owed &= s->snapshots_owed - 1)
			if (w->node[set_lowest(s->snapshots_owed)].up) {
				node_id node = set_lowest(s->snapshots_owed);
				s->snapshots_owed &= s->snapshots_owed - 1;
				return take_snapshot(s, node, out);
			}
		node_set up = nodes_up(w);
		time_us at = world_next(w);
		if (at > w->now) {
			/* While paused only ADVANCE moves time. */
			if (is_paused(w))
				break;
			if (at > until) {
				if (until > w->now)
					w->now = until;
				break;
			}
			w->now = at;
			keep_room(s);
		}
		world_run(w);
		say_what_happened(s, up);
	}
	*out = (struct item){.kind = ITEM_NOTHING};
	return ITEM_NOTHING;
}

static time_us now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return self_of(c)->world->now;
}

static bool can_take(struct cluster *c, const struct control *control)
{
	const struct world *w = self_of(c)->world;

	if (control->kind == CONTROL_LOAD) {
		snprintf(c->why, sizeof c->why,
			 "a simulated cluster measures nothing: there is no real time in it");
		return false;
	}
	for (node_set left = control->to; left != 0; left &= left - 1) {
		node_id id = set_lowest(left);
		if (id > w->options.nodes) {
			snprintf(c->why, sizeof c->why, "there is no n%u", id);
			return false;
		}
		if (set_count(control->to) == 1 && (!w->node[id].up || w->node[id].stopped)) {
			snprintf(c->why, sizeof c->why, "n%u is %s", id,
				 w->node[id].up ? "stopped" : "down");
			return false;
		}
	}
	return true;
}

/* A node that is down has new links, gate and clock when it comes back. */
static void control_later(struct sim_cluster *s, node_id id, const struct control *control)
{
	struct member_config *config = &s->world->node[id].config;

	if (control->kind == CONTROL_CLOCK)
		config->clock = control->clock;
	else if (control->kind == CONTROL_GATE)
		config->gated = control->count != 0;
	else if (control->kind == CONTROL_LINK)
		for (node_id peer = 1; peer <= s->world->options.nodes; peer++)
			if (control->peer == NODE_NONE || control->peer == peer)
				config->link[peer] = control->link;
}

static bool control(struct cluster *c, struct control *control)
{
	struct sim_cluster *s = self_of(c);
	struct world *w = s->world;

	control->number = ++s->number;
	if (!can_take(c, control))
		return false;
	if (control->kind == CONTROL_ADVANCE && control->due > w->now && is_paused(w))
		w->now = control->due;
	for (node_set left = control->to; left != 0; left &= left - 1) {
		node_id id = set_lowest(left);

		if (!w->node[id].up || w->node[id].stopped) {
			control_later(s, id, control);
			continue;
		}
		if (member_is_full(w->node[id].member))
			world_carry(w, id);
		world_control(w, id, control);
	}
	return true;
}

static bool process(struct cluster *c, node_id id, enum process_act act)
{
	struct sim_cluster *s = self_of(c);
	struct world *w = s->world;

	if (id == NODE_NONE || id > w->options.nodes) {
		snprintf(c->why, sizeof c->why, "there is no n%u", id);
		return false;
	}
	struct world_node *n = &w->node[id];
	const char *why = NULL;
	switch (act) {
	case PROCESS_CRASH:
		why = n->up ? NULL : "is down already";
		break;
	case PROCESS_RESTART:
		why = n->up ? "is up already" : NULL;
		break;
	case PROCESS_STOP:
		why = !n->up ? "is down" : n->stopped ? "is stopped already" : NULL;
		break;
	case PROCESS_CONTINUE:
		why = !n->up ? "is down" : !n->stopped ? "is not stopped" : NULL;
		break;
	}
	if (why != NULL) {
		snprintf(c->why, sizeof c->why, "n%u %s", id, why);
		return false;
	}
	if (act == PROCESS_RESTART) {
		world_start(w, id);
		return true;
	}
	/* What it has done so far is told before it is gone. */
	if (!n->stopped && n->owes)
		world_carry(w, id);
	if (act == PROCESS_CRASH && n->up)
		world_crash(w, id, 0);
	else if (act == PROCESS_STOP)
		world_stop(w, id);
	else if (act == PROCESS_CONTINUE)
		world_continue(w, id);
	say(s,
	    act == PROCESS_CRASH  ? EVENT_CRASHED
	    : act == PROCESS_STOP ? EVENT_STOPPED
				  : EVENT_CONTINUED,
	    id);
	return true;
}

static void refresh(struct cluster *c)
{
	struct sim_cluster *s = self_of(c);

	s->snapshots_owed = set_first(s->world->options.nodes);
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		s->proofs[id].given = 0;
}

static int fd(const struct cluster *c)
{
	(void)c;
	return -1;
}

/* Only its user moves its time on. */
static time_us patience(const struct cluster *c, time_us real_us)
{
	(void)c;
	(void)real_us;
	return UINT64_MAX;
}

static void close(struct cluster *c)
{
	(void)c;
}

static const struct cluster_ops ops = {info,    next, now,      control, process,
				       refresh, fd,   patience, close};

size_t sim_cluster_size(const struct sim_cluster_options *options)
{
	struct world_options world = world_options_of(NULL, options);

	return aligned(sizeof(struct sim_cluster)) + aligned(values_size(USER_VALUES, USER_BYTES)) +
	       world_size(&world);
}

struct cluster *sim_cluster_init(void *memory, const struct sim_cluster_options *options)
{
	struct sim_cluster *s = memory;
	uint8_t *at = (uint8_t *)memory + aligned(sizeof *s);

	memset(s, 0, offsetof(struct sim_cluster, ring));
	s->cluster.ops = &ops;
	s->cluster.values = values_init(at, USER_VALUES, USER_BYTES);
	s->seed = options->seed;
	at += aligned(values_size(USER_VALUES, USER_BYTES));
	struct world_options world = world_options_of(s, options);
	s->world = world_init(at, &world);
	for (node_id id = 1; id <= options->nodes; id++) {
		s->world->node[id].config.policy = options->policy;
		world_start(s->world, id);
	}
	return &s->cluster;
}
