/* A schedule out of the seed, drawn towards what liars can use: the same slots again and again, and
 * partitions that only liars bridge. */
#include "proto/fault/link.h"
#include "proto/sim/trial_parts.h"

static node_id any_of(struct trial *t, node_set set)
{
	unsigned skip = (unsigned)trial_draw(t, set_count(set));

	while (skip-- > 0)
		set &= set - 1;
	return set_lowest(set);
}

static void propose(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest | t->cast.liars);
	slot_number slot = trial_draw(t, 4);

	trial_propose(t, node, slot == 3 ? SLOT_NONE : slot / 2);
}

static void cut(struct trial *t, node_id from, node_id to, bool is_cut)
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
	node_set part = (node_set)trial_draw(t, (uint64_t)1 << t->cast.nodes) & t->cast.honest;
	node_set alone = trial_draw(t, 3) == 0
				 ? (node_set)trial_draw(t, (uint64_t)1 << t->cast.nodes) &
					   (node_set)trial_draw(t, (uint64_t)1 << t->cast.nodes) &
					   t->cast.honest
				 : 0;

	trial_act(t, "honest nodes fall apart");
	for (node_set a = all; a != 0; a &= a - 1)
		for (node_set b = all; b != 0; b &= b - 1) {
			node_id from = set_lowest(a), to = set_lowest(b);
			bool liars = set_has(t->cast.liars, from) || set_has(t->cast.liars, to);
			bool parted = !liars && set_has(part, from) != set_has(part, to);
			cut(t, from, to, parted || set_has(alone, from) || set_has(alone, to));
		}
}

static void cut_one(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;
	node_id from = any_of(t, all), to = any_of(t, all);

	cut(t, from, to, true);
	if (trial_draw(t, 2) == 0)
		cut(t, to, from, true);
}

static void slow_one(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;
	struct link_rule rule = link_rule_default();

	rule.delay_us = trial_draw(t, 40000);
	rule.jitter_us = trial_draw(t, 10000);
	rule.loss_ppm = trial_draw(t, 4) == 0 ? 300000 : 0;
	rule.duplicate_ppm = trial_draw(t, 4) == 0 ? 300000 : 0;
	trial_link(t, any_of(t, all), any_of(t, all), &rule);
}

/* An honest node, at once or at a point within the next output that it must sync. */
static void crash_one(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest);
	struct world_node *n = &t->world->node[node];
	enum cut_short how = (enum cut_short)trial_draw(t, 4);

	if (!n->up)
		return;
	if (how == CUT_NOTHING) {
		trial_act(t, "n%u crashes", node);
		world_crash(t->world, node, (unsigned)trial_draw(t, n->disk.unsynced + 1));
		return;
	}
	trial_act(t, "n%u will crash on its way to its disk or from it", node);
	n->cut_short = how;
	n->cut_after = (unsigned)trial_draw(t, t->cast.nodes);
}

static void restart_one(struct trial *t)
{
	node_id node = any_of(t, t->cast.honest);

	if (!t->world->node[node].up)
		trial_restart(t, node);
}

static void mend(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;

	for (node_set a = all; a != 0; a &= a - 1)
		for (node_set b = all; b != 0; b &= b - 1)
			cut(t, set_lowest(a), set_lowest(b), false);
}

void chance_act(struct trial *t)
{
	static void (*const acts[])(struct trial *) = {
		propose,
		propose,
		propose,
		propose,
		propose,
		propose,
		split,
		split,
		cut_one,
		cut_one,
		slow_one,
		slow_one,
		mend,
		/* where nodes restart: */
		crash_one,
		restart_one,
		restart_one,
		restart_one,
	};
	const unsigned count = sizeof acts / sizeof acts[0];

	acts[trial_draw(t, t->fragile ? count : count - 4)](t);
	t->next_at = t->world->now + 1 + trial_draw(t, 2 * t->act_every);
}
