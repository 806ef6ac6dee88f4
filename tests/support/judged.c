#include "tests/support/judged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"

#define SLOTS_MAX    512
#define VALUES_MAX   (64 * 1024)
#define VALUES_BYTES ((size_t)16 << 20)
#define BOX_BYTES    ((size_t)2 << 20)

static bool is_usable(policy_id policy)
{
	return policy_missing(policy) == 0 && policy_clash(policy) == 0;
}

unsigned judged_policies(void)
{
	unsigned count = 0;

	for (policy_id policy = 0; policy < 1u << DEFENCES; policy++)
		count += is_usable(policy);
	return count;
}

policy_id judged_policy(unsigned i)
{
	policy_id policy = 0;

	for (unsigned left = i; !is_usable(policy) || left-- > 0; policy++)
		;
	return policy;
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	struct judged *j = user;

	for (unsigned i = 0; i < events; i++)
		model_event(j->model, &event[i]);
}

static unsigned kept_by(const struct paxos_write *write)
{
	switch (write->kind) {
	case WRITE_PROMISED:
		return KEEPS_PROMISE;
	case WRITE_VOTE:
		return KEEPS_VOTE;
	case WRITE_ECHO:
		return KEEPS_ECHO;
	case WRITE_CHOSEN:
		return KEEPS_CHOSEN;
	case WRITE_LOW:
		return KEEPS_BASE | KEEPS_LOW;
	case WRITE_SUMMARY:
		break;
	}
	return 0;
}

/* Whatever a step writes, an event of the step tells, as the event's row says. */
static void on_step(void *user, const struct paxos *p, const struct paxos_input *in,
		    const struct paxos_output *out)
{
	struct judged *j = user;

	(void)in;
	for (unsigned i = 0; i < out->writes; i++) {
		const struct paxos_write *w = &out->write[i];
		const unsigned kept = kept_by(w);
		const bool is_low = w->kind == WRITE_LOW;
		/* A summary says nothing that the decisions below do not say. */
		bool is_told = w->kind == WRITE_SUMMARY;

		for (unsigned k = 0; k < out->events && !is_told; k++) {
			const struct event *e = &out->event[k];

			is_told = (event_durable(e->kind) & kept) != 0 &&
				  ballot_cmp(e->ballot, w->ballot) == 0 &&
				  (kept == KEEPS_PROMISE || (is_low && e->slot + 1 == w->slot) ||
				   (!is_low && e->slot == w->slot && e->value == w->value));
		}
		if (!is_told)
			snprintf(j->wrong, sizeof j->wrong,
				 "n%u stores a ballot %u.%u and tells of no event that keeps it",
				 p->config.self, w->ballot.round, w->ballot.node);
	}
}

static struct world_options world_options_of(struct judged *j, const struct judged_options *o)
{
	return (struct world_options){
		.nodes = o->nodes,
		.mode = o->mode,
		.seed = o->seed,
		.clock = {.num = 1, .den = o->seed % 5 == 0 ? 0 : 1},
		.link = link_rule_default(),
		.policy = o->policy,
		.keep = o->seed % 3 == 2 ? 2 + o->seed % 7 : 0,
		.lazy_disks = true,
		.slots_max = SLOTS_MAX,
		.values_max = VALUES_MAX,
		.values_bytes = VALUES_BYTES,
		.inbox_bytes = BOX_BYTES,
		.outbox_bytes = BOX_BYTES,
		.backlog_bytes = BOX_BYTES,
		.watch = {.user = j, .stepped = on_step, .events = on_events},
	};
}

struct judged *judged_new(const struct judged_options *o)
{
	struct judged *j = calloc(1, sizeof *j);
	const struct world_options world = world_options_of(j, o);
	const struct cluster_info info = {
		.kind = o->words_may_lie ? CLUSTER_LIVE : CLUSTER_SIMULATED,
		.nodes = o->nodes,
		.epoch = 1,
		.mode = o->mode,
		.quorum = (uint8_t)(o->nodes / 2 + 1),
		.policy = o->policy,
	};

	j->random = o->seed;
	j->plant = o->plant;
	j->liar = (node_id)(1 + judged_draw(j, o->nodes));
	j->looks = o->looks;
	j->model = malloc(model_size());
	j->world = world_init(malloc(world_size(&world)), &world);
	model_begin(j->model, j->world->values, &info);
	j->model->clock = world.clock;
	for (node_id id = 1; id <= o->nodes; id++)
		world_start(j->world, id);
	return j;
}

void judged_free(struct judged *j)
{
	free(j->world);
	free(j->model);
	free(j);
}

uint64_t judged_draw(struct judged *j, uint64_t below)
{
	return random_next(&j->random) % below;
}

/* The watcher has heard all that the node told: then the model keeps just what the node keeps. */
static void compare(struct judged *j, const struct snapshot *s)
{
	const struct model_node *n = &j->model->node[s->node];
	char mine[16], its[16];

	if (n->boot != s->boot || n->seq != s->seq || set_has(j->owe_snapshot, s->node))
		return;
	j->shots++;
	ballot_show(n->promised, mine);
	ballot_show(s->promised, its);
	if (strcmp(mine, its) != 0)
		snprintf(j->wrong, sizeof j->wrong, "n%u promised %s, says the model, and %s",
			 s->node, mine, its);
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *told = &s->slot[i];
		const struct model_slot *slot = model_slot(j->model, told->slot);
		static const struct model_vote nothing;
		const struct model_vote *v = slot == NULL ? &nothing : &slot->vote[s->node];

		if (told->slot < s->base)
			continue;
		if (v->voted != told->voted || ballot_cmp(v->voted_at, told->voted_at) != 0 ||
		    v->echoed != told->echoed || ballot_cmp(v->echoed_at, told->echoed_at) != 0 ||
		    (told->chosen != VALUE_NONE && v->chosen != told->chosen))
			snprintf(j->wrong, sizeof j->wrong,
				 "n%u keeps another vote, echo or decision in slot %llu than the "
				 "model",
				 s->node, (unsigned long long)told->slot);
	}
}

void judged_look(struct judged *j, node_id node)
{
	static struct snapshot snapshot;

	if (!j->world->node[node].up || j->world->node[node].stopped)
		return;
	member_snapshot(j->world->node[node].member, &snapshot);
	compare(j, &snapshot);
	model_snapshot(j->model, &snapshot);
	j->owe_snapshot &= ~set_of(node);
}

/* A node that forgets what it never told anybody forgets nothing. */
static void forget(struct judged *j)
{
	struct disk *d = &j->world->node[j->liar].disk;
	const bool all = j->plant == PLANTED_ALL;
	static const struct model_vote nothing;

	if (j->plant == PLANTED_PROMISE || all) {
		j->forgot |= !ballot_is_none(j->model->node[j->liar].promised);
		d->promised = BALLOT_NONE;
	}
	for (slot_number slot = d->base; slot < d->end; slot++) {
		struct disk_slot *s = &d->slot[slot];
		const struct model_slot *told = model_slot(j->model, slot);
		const struct model_vote *v = told == NULL ? &nothing : &told->vote[j->liar];

		if (j->plant == PLANTED_VOTES || all) {
			j->forgot |= v->voted != VALUE_NONE;
			s->voted = VALUE_NONE;
			s->voted_at = BALLOT_NONE;
		}
		if (j->plant == PLANTED_ECHOES || all) {
			j->forgot |= v->echoed != VALUE_NONE;
			s->echoed = VALUE_NONE;
			s->echoed_at = BALLOT_NONE;
		}
	}
}

void judged_restart(struct judged *j, node_id node)
{
	if (j->world->node[node].up)
		return;
	if (node == j->liar && j->plant != PLANTED_NOTHING && j->plant != PLANTED_FALL)
		forget(j);
	world_start(j->world, node);
	if (j->looks || set_has(j->owe_snapshot, node))
		judged_look(j, node);
}

static void say_crashed(struct judged *j, node_id node)
{
	model_event(j->model, &(struct event){.kind = EVENT_CRASHED,
					      .node = node,
					      .boot = j->world->node[node].config.boot,
					      .at = j->world->now});
}

/* As by kill -9, after it has told what it did so far. */
void judged_crash(struct judged *j, node_id node)
{
	struct world_node *n = &j->world->node[node];

	if (!n->up)
		return;
	if (!n->stopped && n->owes)
		world_carry(j->world, node);
	if (n->up)
		world_crash(j->world, node,
			    (unsigned)judged_draw(j, n->disk.unsynced + (uint64_t)1));
	say_crashed(j, node);
}

void judged_run(struct judged *j, time_us span)
{
	struct world *w = j->world;
	const time_us until = w->now + span;

	for (unsigned i = 0; i < 20000; i++) {
		const time_us at = world_next(w);
		node_set up = 0;

		if (at > until)
			break;
		for (node_id id = 1; id <= w->options.nodes; id++)
			up |= w->node[id].up ? set_of(id) : 0;
		if (at > w->now)
			w->now = at;
		world_run(w);
		for (; up != 0; up &= up - 1)
			if (!w->node[set_lowest(up)].up) {
				say_crashed(j, set_lowest(up));
				j->owe_snapshot |= set_of(set_lowest(up));
			}
	}
	w->now = until;
	model_time(j->model, w->now);
}

void judged_control(struct judged *j, node_id node, struct control control)
{
	if (!j->world->node[node].up || j->world->node[node].stopped)
		return;
	control.to = set_of(node);
	control.number = ++j->number;
	world_control(j->world, node, &control);
}

void judged_propose(struct judged *j, node_id node, const char *value)
{
	judged_control(j, node,
		       (struct control){.kind = CONTROL_PROPOSE,
					.slot = SLOT_NONE,
					.value = (const uint8_t *)value,
					.value_length = (uint32_t)strlen(value)});
}

static node_id any_node(struct judged *j)
{
	return (node_id)(1 + judged_draw(j, j->world->options.nodes));
}

/* Some message that waits at some gate. */
static void handle_held(struct judged *j, enum control_kind kind)
{
	const struct model *m = j->model;
	const uint32_t from = m->flights == 0 ? 0 : (uint32_t)judged_draw(j, m->flights);

	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[(from + i) % m->flights];

		if (f->state != FLIGHT_HELD)
			continue;
		judged_control(j, f->to,
			       (struct control){.kind = kind, .id = f->id, .copy = f->copy});
		return;
	}
}

static void gate(struct judged *j)
{
	const bool on = judged_draw(j, 3) != 0;
	const node_id one = any_node(j), all = (node_id)judged_draw(j, 4);

	for (node_id id = 1; id <= j->world->options.nodes; id++)
		if (id == one || all == 0)
			judged_control(j, id, (struct control){.kind = CONTROL_GATE, .count = on});
}

static void change_link(struct judged *j)
{
	struct link_rule rule = link_rule_default();

	rule.cut = judged_draw(j, 4) == 0;
	rule.loss_ppm = judged_draw(j, 2) == 0 ? (uint32_t)judged_draw(j, 500000) : 0;
	rule.duplicate_ppm = judged_draw(j, 2) == 0 ? (uint32_t)judged_draw(j, 400000) : 0;
	rule.reorder_ppm = judged_draw(j, 2) == 0 ? (uint32_t)judged_draw(j, 400000) : 0;
	judged_control(j, any_node(j),
		       (struct control){.kind = CONTROL_LINK, .peer = any_node(j), .link = rule});
}

/* At once, or at a point within the next output that must be synced. */
static void crash_or_restart(struct judged *j)
{
	const node_id node = judged_draw(j, 2) == 0 ? j->liar : any_node(j);
	struct world_node *n = &j->world->node[node];

	if (!n->up)
		judged_restart(j, node);
	else if (judged_draw(j, 2) == 0)
		judged_crash(j, node);
	else if (judged_draw(j, 2) == 0) {
		n->cut_short = (enum cut_short)(1 + judged_draw(j, 3));
		n->cut_after = (unsigned)judged_draw(j, j->world->options.nodes);
	}
}

static void fall(struct judged *j)
{
	struct world_node *n = &j->world->node[j->liar];

	if (!n->up)
		return;
	struct paxos *p = (struct paxos *)(uintptr_t)member_paxos(n->member);
	if (p->promised.round < 2)
		return;
	j->forgot = true;
	p->promised = (struct ballot){1, p->promised.node};
}

void judged_act(struct judged *j)
{
	char value[16];

	switch (judged_draw(j, 16)) {
	case 0:
	case 1:
		snprintf(value, sizeof value, "v%u", (unsigned)judged_draw(j, 1000));
		judged_propose(j, any_node(j), value);
		break;
	case 2:
		gate(j);
		break;
	case 3:
		change_link(j);
		break;
	case 4:
		crash_or_restart(j);
		break;
	case 5:
		judged_look(j, any_node(j));
		break;
	case 6:
		handle_held(j, CONTROL_DUPLICATE);
		break;
	case 7:
		handle_held(j, CONTROL_DISCARD);
		break;
	case 8:
		if (j->plant == PLANTED_FALL)
			fall(j);
		break;
	default:
		handle_held(j, CONTROL_DELIVER);
		break;
	}
	judged_run(j, judged_draw(j, 3) == 0 ? judged_draw(j, 200000) : judged_draw(j, 8000));
}

const char *judged_accusation(struct judged *j)
{
	static char words[REMARK_WORDS_MAX];

	if (j->wrong[0] != 0)
		return j->wrong;
	if (j->model->safety == SAFETY_VIOLATED)
		return j->model->violation.words;
	for (node_id id = 1; id <= j->world->options.nodes; id++)
		for (unsigned kind = 0; kind < REMARKS; kind++)
			if (j->model->node[id].remark[kind].count > 0) {
				model_remark(j->model, 0, words, sizeof words);
				return words;
			}
	for (node_id id = 1; id <= j->world->options.nodes; id++)
		if (j->world->node[id].up && member_proofs(j->world->node[id].member) > 0)
			return "a node holds a proof";
	return NULL;
}
