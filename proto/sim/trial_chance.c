#include "proto/sim/trial_chance.h"

#include "proto/fault/link.h"
#include "proto/sim/trial_run.h"

static node_id any_of(struct trial *t, node_set set)
{
	unsigned skip = (unsigned)stage_draw(&t->stage, set_count(set));

	while (skip-- > 0)
		set &= set - 1;
	return set_lowest(set);
}

static void propose_somewhere(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest | t->cast.liars);
	slot_number slot = stage_draw(&t->stage, 4);

	trial_propose(t, node, slot == 3 ? SLOT_NONE : slot / 2);
}

static void set_cut(struct trial *t, node_id from, node_id to, bool is_cut)
{
	struct link_rule rule = link_rule_default();

	rule.cut = is_cut;
	trial_link(t, from, to, &rule);
}

/* Honest nodes fall apart into two parts, and some of them into none; liars hear and are heard by
 * all but those. */
static void split(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;
	node_set part =
		(node_set)stage_draw(&t->stage, (uint64_t)1 << t->cast.nodes) & t->cast.honest;
	node_set alone =
		stage_draw(&t->stage, 3) == 0
			? (node_set)stage_draw(&t->stage, (uint64_t)1 << t->cast.nodes) &
				  (node_set)stage_draw(&t->stage, (uint64_t)1 << t->cast.nodes) &
				  t->cast.honest
			: 0;

	stage_narrate(&t->stage, "honest nodes fall apart");
	for (node_set a = all; a != 0; a &= a - 1)
		for (node_set b = all; b != 0; b &= b - 1) {
			node_id from = set_lowest(a), to = set_lowest(b);
			bool liars = set_has(t->cast.liars, from) || set_has(t->cast.liars, to);
			bool parted = !liars && set_has(part, from) != set_has(part, to);
			set_cut(t, from, to, parted || set_has(alone, from) || set_has(alone, to));
		}
}

static void cut_one(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;
	node_id from = any_of(t, all), to = any_of(t, all);

	set_cut(t, from, to, true);
	if (stage_draw(&t->stage, 2) == 0)
		set_cut(t, to, from, true);
}

static void slow_one(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;
	struct link_rule rule = link_rule_default();

	rule.delay_us = stage_draw(&t->stage, 40000);
	rule.jitter_us = stage_draw(&t->stage, 10000);
	rule.loss_ppm = stage_draw(&t->stage, 4) == 0 ? 300000 : 0;
	rule.duplicate_ppm = stage_draw(&t->stage, 4) == 0 ? 300000 : 0;
	trial_link(t, any_of(t, all), any_of(t, all), &rule);
}

/* An honest node, at once or at a point within the next output that it must sync. */
static void crash_one(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest);
	struct world_node *n = &t->stage.world->node[node];
	enum cut_short how = (enum cut_short)stage_draw(&t->stage, 4);

	if (!n->up)
		return;
	if (how == CUT_NOTHING) {
		stage_narrate(&t->stage, "n%u crashes", node);
		world_crash(t->stage.world, node,
			    (unsigned)stage_draw(&t->stage, n->disk.unsynced + 1));
		return;
	}
	stage_narrate(&t->stage, "n%u will crash on its way to its disk or from it", node);
	n->cut_short = how;
	n->cut_after = (unsigned)stage_draw(&t->stage, t->cast.nodes);
}

static void restart_one(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest);

	if (!t->stage.world->node[node].up)
		trial_restart(t, node);
}

static void mend_links(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;

	for (node_set a = all; a != 0; a &= a - 1)
		for (node_set b = all; b != 0; b &= b - 1)
			set_cut(t, set_lowest(a), set_lowest(b), false);
}

/* The operator loses some honest nodes, which go on working, or finds all again. */
static void change_reach(struct trial *t)
{
	if (t->stage.away == 0)
		stage_go_away(&t->stage, t->cast.honest);
	else
		stage_come_near(&t->stage);
}

/* Other defences, which keep as much: quarantine on or off. A node may crash in it, or be out of
 * reach. */
static void change_defences(struct trial *t)
{
	const policy_id now = t->stage.line[t->stage.lines - 1].policy;

	crash_one(t);
	if (!policy_has(now, DEFENCE_SIGN))
		return;
	if (stage_draw(&t->stage, 2) == 0)
		change_reach(t);
	stage_narrate(&t->stage, "quarantine goes %s",
		      policy_has(now, DEFENCE_QUARANTINE) ? "off" : "on");
	stage_defend(&t->stage, now ^ DEFENCE_QUARANTINE);
}

static void begin_epoch(struct trial *t)
{
	crash_one(t);
	stage_narrate(&t->stage, "a new epoch");
	stage_epoch(&t->stage, t->options.policy);
}

void trial_chance_act(struct trial *t)
{
	static void (*const acts[])(struct trial *) = {
		propose_somewhere,
		propose_somewhere,
		propose_somewhere,
		propose_somewhere,
		propose_somewhere,
		propose_somewhere,
		split,
		split,
		cut_one,
		cut_one,
		slow_one,
		slow_one,
		mend_links,
		/* where nodes restart: */
		crash_one,
		restart_one,
		restart_one,
		restart_one,
		change_defences,
		begin_epoch,
	};
	const unsigned count = sizeof acts / sizeof acts[0];

	acts[stage_draw(&t->stage, t->fragile ? count : count - 6)](t);
	t->next_at = t->stage.world->now + 1 + stage_draw(&t->stage, 2 * t->act_every);
}
