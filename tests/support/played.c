#include "tests/support/played.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/model/fold/fold.h"
#include "proto/sim/sim_cluster.h"
#include "tests/support/judged.h"

static uint64_t draw(struct played *p, uint64_t below)
{
	return random_next(&p->random) % below;
}

static node_id any_node(struct played *p)
{
	return (node_id)(1 + draw(p, p->model[0]->nodes));
}

static policy_id any_policy(struct played *p)
{
	const unsigned which = (unsigned)draw(p, 6);
	policy_id preset;

	if (which < 2)
		return which == 0 ? POLICY_NONE : DEFENCE_SIGN;
	if (which == 2)
		return DEFENCE_SIGN | DEFENCE_JUSTIFY;
	if (which == 3 && policy_preset((unsigned)draw(p, 3), &preset) != NULL)
		return preset;
	return judged_policy((unsigned)draw(p, judged_policies()));
}

struct played *played_new(uint64_t seed)
{
	struct played *p = calloc(1, sizeof *p);
	struct cluster_info info;

	p->random = seed;
	const struct sim_cluster_options options = {
		.nodes = (uint8_t)(3 + draw(p, 5)),
		.mode = draw(p, 2) == 0 ? MODE_SINGLE : MODE_MULTI,
		.seed = seed,
		.clock = {.num = 1, .den = seed % 4 == 0 ? 0 : 1},
		.link = link_rule_default(),
		.policy = any_policy(p),
	};
	p->has_liars = draw(p, 3) != 0;
	p->is_fixed = draw(p, 2) == 0;
	p->memory = malloc(sim_cluster_size(&options));
	p->c = sim_cluster_init(p->memory, &options);
	p->c->ops->info(p->c, &info);
	for (unsigned i = 0; i < 2; i++) {
		info.kind = i == 0 ? CLUSTER_SIMULATED : CLUSTER_LIVE;
		p->model[i] = malloc(model_size());
		model_begin(p->model[i], p->c->values, &info);
		p->model[i]->clock = options.clock;
	}
	return p;
}

void played_free(struct played *p)
{
	p->c->ops->close(p->c);
	free(p->memory);
	free(p->model[0]);
	free(p->model[1]);
	free(p);
}

/* The live model hears event `i` of those that are late. */
static void hear(struct played *p, unsigned i)
{
	model_event(p->model[1], &p->event[i]);
	p->late--;
	memmove(&p->event[i], &p->event[i + 1], (p->late - i) * sizeof p->event[0]);
}

/* The next event of any node: those of one node stay in their order. */
static void hear_some(struct played *p)
{
	const node_id node = p->event[draw(p, p->late)].node;

	for (unsigned i = 0; i < p->late; i++)
		if (p->event[i].node == node) {
			hear(p, i);
			return;
		}
}

static void take_item(struct played *p, const struct item *item)
{
	p->items++;
	model_item(p->model[0], item);
	if (item->kind == ITEM_EVENT) {
		if (p->late == PLAYED_LATE)
			hear_some(p);
		p->event[p->late++] = *item->event;
	} else {
		while (p->late > 0)
			hear(p, 0);
		model_item(p->model[1], item);
	}
	if (p->watch != NULL)
		p->watch(p);
}

static void run(struct played *p, time_us span)
{
	struct item item;

	p->now += span;
	for (unsigned i = 0; i < 4000; i++) {
		if (p->c->ops->next(p->c, p->now, &item) == ITEM_NOTHING)
			break;
		take_item(p, &item);
	}
	p->now = p->c->ops->now(p->c, 0);
	model_time(p->model[0], p->now);
	model_time(p->model[1], p->now);
}

void played_look(struct played *p)
{
	p->c->ops->refresh(p->c);
	run(p, 0);
	while (p->late > 0)
		hear(p, 0);
}

static void give(struct played *p, node_set to, struct control control)
{
	control.to = to;
	(void)p->c->ops->control(p->c, &control);
}

static void propose(struct played *p)
{
	char value[200];
	int length = snprintf(value, sizeof value, "v%u", (unsigned)draw(p, 1000));

	if (draw(p, 6) == 0) {
		memset(value + length, 'x', sizeof value - (size_t)length);
		length = (int)sizeof value;
	}
	give(p, set_of(any_node(p)),
	     (struct control){.kind = CONTROL_PROPOSE,
			      .slot = draw(p, 5) == 0 ? draw(p, 8) : SLOT_NONE,
			      .value = (const uint8_t *)value,
			      .value_length = (uint32_t)length});
}

static void handle_held(struct played *p, enum control_kind kind)
{
	const struct model *m = p->model[0];
	const uint32_t from = m->flights == 0 ? 0 : (uint32_t)draw(p, m->flights);

	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[(from + i) % m->flights];

		if (f->state != FLIGHT_HELD)
			continue;
		give(p, set_of(f->to),
		     (struct control){.kind = kind, .id = f->id, .copy = f->copy});
		return;
	}
}

static void change_link(struct played *p)
{
	struct link_rule rule = link_rule_default();

	rule.cut = draw(p, 4) == 0;
	rule.loss_ppm = draw(p, 3) == 0 ? (uint32_t)draw(p, 500000) : 0;
	rule.duplicate_ppm = draw(p, 3) == 0 ? (uint32_t)draw(p, 400000) : 0;
	rule.reorder_ppm = draw(p, 3) == 0 ? (uint32_t)draw(p, 400000) : 0;
	give(p, set_of(any_node(p)),
	     (struct control){.kind = CONTROL_LINK,
			      .peer = (node_id)draw(p, p->model[0]->nodes + 1u),
			      .link = rule});
}

static void arm(struct played *p)
{
	const node_id liar = p->model[0]->nodes;
	const node_set pair = set_of(liar) | (liar > 6 ? set_of((node_id)(liar - 1)) : 0);
	const uint32_t attacks = draw(p, 8) == 0 ? 0 : (uint32_t)1 << draw(p, ATTACKS);

	if (!p->has_liars)
		return;
	p->liars |= attacks == 0 ? 0 : pair;
	give(p, pair,
	     (struct control){.kind = CONTROL_ATTACK,
			      .attack = {.attacks = attacks,
					 .colluders = pair,
					 .victims = draw(p, 3) == 0 ? (node_set)draw(p, 16) : 0,
					 .from_round = (uint32_t)draw(p, 3),
					 .seed = draw(p, 1000)}});
}

static void do_to_process(struct played *p)
{
	const node_set away = p->down | p->stopped;
	const node_id node = away != 0 && draw(p, 3) != 0 ? set_lowest(away) : any_node(p);
	const node_set one = set_of(node);
	enum process_act act = PROCESS_CRASH;

	if (set_has(p->down, node))
		act = PROCESS_RESTART;
	else if (set_has(p->stopped, node))
		act = PROCESS_CONTINUE;
	else if (draw(p, 3) == 0)
		act = PROCESS_STOP;
	if (!p->c->ops->process(p->c, node, act))
		return;
	if (act == PROCESS_CRASH)
		p->down |= one;
	if (act == PROCESS_RESTART)
		p->down &= ~one;
	if (act == PROCESS_STOP)
		p->stopped |= one;
	if (act == PROCESS_CONTINUE)
		p->stopped &= ~one;
}

static void change_defences(struct played *p)
{
	const policy_id policy = any_policy(p);
	const node_set all = set_first(p->model[0]->nodes);

	if (p->is_fixed)
		return;
	if (draw(p, 4) == 0 && p->down == 0 && p->stopped == 0)
		give(p, all,
		     (struct control){.kind = CONTROL_EPOCH,
				      .count = p->model[0]->epoch + 1,
				      .policy = policy});
	else
		give(p, all,
		     (struct control){.kind = CONTROL_POLICY,
				      .slot = p->model[0]->slot_end + 70,
				      .count = p->model[0]->epoch,
				      .policy = policy});
}

void played_act(struct played *p)
{
	switch (draw(p, 20)) {
	case 0:
	case 1:
	case 2:
	case 3:
		propose(p);
		break;
	case 4:
		give(p, set_of(any_node(p)),
		     (struct control){.kind = CONTROL_GATE, .count = draw(p, 3) == 0});
		break;
	case 5:
	case 6:
		change_link(p);
		break;
	case 7:
	case 8:
		do_to_process(p);
		break;
	case 9:
		played_look(p);
		break;
	case 10:
		arm(p);
		break;
	case 11:
		handle_held(p, CONTROL_DUPLICATE);
		break;
	case 12:
		handle_held(p, CONTROL_DISCARD);
		break;
	case 13:
		if (draw(p, 3) == 0)
			change_defences(p);
		break;
	default:
		handle_held(p, CONTROL_DELIVER);
		break;
	}
	run(p, draw(p, 3) == 0 ? draw(p, 400000) : draw(p, 15000));
}
