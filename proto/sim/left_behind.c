#include "proto/sim/left_behind.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_run.h"

/* How long values are proposed behind such links before what nodes know is looked at. */
#define RUN_US 3000000

static_assert(SLOTS_OPEN_MAX <= 64, "a bit for each slot of a window");

static struct link_rule rule_that_stays(struct sim *sim, unsigned cuts)
{
	struct link_rule rule = link_rule_default();

	rule.cut = stage_draw(&sim->stage, 6) < cuts;
	if (stage_draw(&sim->stage, 6) == 0)
		rule.loss_ppm = (uint32_t)stage_draw(&sim->stage, 500000);
	return rule;
}

static bool is_up(const struct sim *sim, node_id id)
{
	return sim->stage.world->node[id].up;
}

static const struct paxos *core_of(const struct sim *sim, node_id id)
{
	return member_paxos(sim->stage.world->node[id].member);
}

static node_id any_up(struct sim *sim)
{
	const node_id nodes = sim->stage.world->options.nodes;
	node_set up = 0;

	for (node_id id = 1; id <= nodes; id++)
		up |= is_up(sim, id) ? set_of(id) : 0;
	for (uint64_t skip = stage_draw(&sim->stage, set_count(up)); skip > 0; skip--)
		up &= up - 1;
	return set_lowest(up);
}

static void crash_for_good(struct sim *sim, node_id id)
{
	sim->faults[SIM_CRASH_IDLE]++;
	stage_narrate(&sim->stage, "n%u crashes and stays down", id);
	sim_crash(sim, id,
		  (unsigned)stage_draw(&sim->stage, sim->stage.world->node[id].disk.unsynced + 1));
}

static unsigned count_up(const struct sim *sim)
{
	unsigned up = 0;

	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++)
		up += is_up(sim, id);
	return up;
}

void left_behind_begin(struct sim *sim)
{
	struct left_behind *b = &sim->behind;
	const node_id nodes = sim->stage.world->options.nodes;
	unsigned cuts = (unsigned)stage_draw(&sim->stage, 4);

	stage_narrate(&sim->stage, "faults that stay");
	b->begun = true;
	for (node_id id = 1; id <= nodes; id++)
		if (!is_up(sim, id) && stage_draw(&sim->stage, 2) == 0) {
			sim->faults[SIM_RESTART]++;
			stage_restart(&sim->stage, id);
		}
	for (node_id from = 1; from <= nodes; from++)
		for (node_id to = 1; to <= nodes; to++) {
			const struct link_rule rule = rule_that_stays(sim, cuts);

			if (from == to)
				continue;
			sim->faults[SIM_ONE_WAY_CUT] += rule.cut;
			sim_link(sim, from, to, &rule);
		}
	for (uint64_t values = stage_draw(&sim->stage, 30); values > 0; values--)
		sim_propose(sim, any_up(sim), SLOT_NONE);
	b->judge_at = sim->stage.world->now + stage_draw(&sim->stage, RUN_US);
}

static bool node_hears(const struct sim *sim, node_id to, node_id from)
{
	const struct world *w = sim->stage.world;
	struct link_rule link[NODES_MAX + 1];
	struct clock_rule clock;
	uint64_t number;
	struct gate_rule gate;

	if (from == to)
		return true;
	if (!is_up(sim, to) || !is_up(sim, from))
		return false;
	member_settings(w->node[to].member, &clock, link, &gate, &number);
	return !link[from].cut;
}

/* A slot of its window. */
static void must_know(struct left_behind *b, node_id id, slot_number slot)
{
	b->known[id] |= (uint64_t)1 << (slot - b->base[id]);
}

/* Does this node hear a quorum that voted alike in the slot? */
static bool can_count(const struct sim *sim, node_id id, slot_number slot)
{
	const struct world *w = sim->stage.world;
	const unsigned quorum = paxos_quorum(core_of(sim, id), slot);

	for (node_id a = 1; a <= w->options.nodes; a++) {
		const struct paxos_slot *one =
			is_up(sim, a) ? paxos_slot(core_of(sim, a), slot) : NULL;
		unsigned alike = 0;

		if (one == NULL || one->voted == VALUE_NONE || !node_hears(sim, id, a))
			continue;
		for (node_id b = 1; b <= w->options.nodes; b++) {
			const struct paxos_slot *other =
				node_hears(sim, id, b) ? paxos_slot(core_of(sim, b), slot) : NULL;

			alike += other != NULL && other->voted == one->voted &&
				 ballot_cmp(other->voted_at, one->voted_at) == 0;
		}
		if (alike >= quorum)
			return true;
	}
	return false;
}

/* What each node knows, or can count. */
static void look_at_knowledge(struct sim *sim)
{
	struct left_behind *b = &sim->behind;

	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++) {
		b->base[id] = 0;
		b->known[id] = 0;
		if (!is_up(sim, id))
			continue;
		const struct paxos *p = core_of(sim, id);
		b->base[id] = p->base;
		for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++)
			if (paxos_slot(p, slot)->chosen != VALUE_NONE || can_count(sim, id, slot))
				must_know(b, id, slot);
	}
}

static bool must_know_slot(const struct left_behind *b, node_id id, slot_number slot)
{
	return slot < b->base[id] ||
	       (slot - b->base[id] < 64 && (b->known[id] >> (slot - b->base[id]) & 1) != 0);
}

/* What one node must know, another that hears it must know too. True: that was news. */
static bool spread_knowledge(struct left_behind *b, node_id from, node_id to)
{
	const struct left_behind before = *b;

	if (b->base[from] > b->base[to]) {
		slot_number by = b->base[from] - b->base[to];
		b->known[to] = by < 64 ? b->known[to] >> by : 0;
		b->base[to] = b->base[from];
	}
	for (slot_number slot = b->base[to]; slot - b->base[to] < SLOTS_OPEN_MAX; slot++)
		if (must_know_slot(b, from, slot))
			must_know(b, to, slot);
	return before.base[to] != b->base[to] || before.known[to] != b->known[to];
}

static void set_goals(struct sim *sim)
{
	const node_id nodes = sim->stage.world->options.nodes;
	bool news = true;

	if (stage_draw(&sim->stage, 2) == 0)
		for (uint64_t dead = 1 + stage_draw(&sim->stage, 2); dead > 0 && count_up(sim) > 1;
		     dead--)
			crash_for_good(sim, any_up(sim));
	look_at_knowledge(sim);
	while (news) {
		news = false;
		for (node_id from = 1; from <= nodes; from++)
			for (node_id to = 1; to <= nodes; to++)
				if (from != to && node_hears(sim, to, from))
					news |= spread_knowledge(&sim->behind, from, to);
	}
	sim->behind.judged = true;
}

static bool knows_slot(const struct sim *sim, node_id id, slot_number slot)
{
	const struct paxos *p = core_of(sim, id);
	const struct paxos_slot *s = paxos_slot(p, slot);

	return slot < p->base || (s != NULL && s->chosen != VALUE_NONE);
}

/* Does the node hear, directly or over others, one that knows the slot, or can count its votes
 * still? An acceptor remembers its latest vote only: where a proposer goes on without a quorum that
 * answers, votes that were a quorum's in one ballot come to be of several, and nobody learns more.
 */
static bool is_to_be_learned(const struct sim *sim, node_id id, slot_number slot)
{
	const node_id nodes = sim->stage.world->options.nodes;
	node_set heard = set_of(id), looked_at = 0;

	while ((heard & ~looked_at) != 0) {
		const node_id at = set_lowest(heard & ~looked_at);

		looked_at |= set_of(at);
		if (knows_slot(sim, at, slot) || can_count(sim, at, slot))
			return true;
		for (node_id from = 1; from <= nodes; from++)
			heard |= node_hears(sim, at, from) ? set_of(from) : 0;
	}
	return false;
}

/* SLOT_NONE: it knows all that it must. */
static slot_number lacks_slot(const struct sim *sim, node_id id)
{
	const struct left_behind *b = &sim->behind;

	for (slot_number slot = core_of(sim, id)->base; slot < b->base[id] + 64; slot++)
		if (must_know_slot(b, id, slot) && !knows_slot(sim, id, slot) &&
		    is_to_be_learned(sim, id, slot))
			return slot;
	return SLOT_NONE;
}

bool left_behind_is_over(struct sim *sim, char why[STUCK_WORDS_MAX])
{
	if (sim->stage.world->now < sim->behind.judge_at)
		return false;
	if (!sim->behind.judged)
		set_goals(sim);
	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++) {
		slot_number slot = is_up(sim, id) ? lacks_slot(sim, id) : SLOT_NONE;

		if (slot == SLOT_NONE)
			continue;
		snprintf(why, STUCK_WORDS_MAX,
			 "left behind: n%u did not learn slot %llu, though it hears a node that "
			 "does",
			 id, (unsigned long long)slot);
		return false;
	}
	return true;
}
