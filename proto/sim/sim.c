#include "proto/sim/sim.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/sim/sim_parts.h"

#define SLOTS_MAX    2048
#define BALLOTS_MAX  65536
#define SIM_VALUES   4096
#define VALUES_BYTES 65536
#define INBOX_BYTES  (512 * 1024)
#define OUTBOX_BYTES (64 * 1024)

/* Hardened: disks keep proofs as values, and messages carry proofs. */
#define HARD_VALUES       (64 * 1024)
#define HARD_VALUES_BYTES (64 << 20)
#define HARD_BYTES        (2 << 20)

/* Virtual time that a healthy quorum has to make progress: long against every back-off. */
#define LIVENESS_US 60000000
#define CHECK_US    20000

static const struct {
	const char *name;
	const char *words;
} faults[SIM_FAULTS] = {
#define FAULT(name, text, words) [SIM_##name] = {text, words},
#include "proto/sim/faults.def"
#undef FAULT
};

const char *sim_fault_name(enum sim_fault fault)
{
	return (unsigned)fault < SIM_FAULTS ? faults[fault].name : "?";
}

const char *sim_fault_words(enum sim_fault fault)
{
	return (unsigned)fault < SIM_FAULTS ? faults[fault].words : "?";
}

uint64_t sim_random(struct sim *sim, uint64_t below)
{
	return random_next(&sim->random) % below;
}

void sim_act(struct sim *sim, const char *format, ...)
{
	char line[160];
	va_list args;

	if (sim->options.act == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	sim->options.act(sim->options.user, sim->world->now, line);
}

static void on_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		       const struct paxos_output *out)
{
	struct sim *sim = user;

	sim->core_steps++;
	sim->messages += in->kind == INPUT_MESSAGE;
	invariants_step(sim->judge, p, in, out);
}

static void on_durable(void *user, node_id node, const struct paxos_write *write)
{
	invariants_durable(((struct sim *)user)->judge, node, write);
}

static void on_sent(void *user, node_id sender, const struct message *message)
{
	invariants_sent(((struct sim *)user)->judge, sender, message);
}

static void on_back(void *user, const struct paxos *p)
{
	invariants_back(((struct sim *)user)->judge, p);
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	struct sim *sim = user;

	for (unsigned i = 0; i < events; i++)
		sim->options.event(sim->options.user, &event[i], sim->world->values);
}

static void count_life(struct sim *sim, const struct member_counts *c)
{
	sim->faults[SIM_LOST] += c->dropped[DROP_LOSS];
	sim->faults[SIM_CUT] += c->dropped[DROP_CUT];
	sim->faults[SIM_DUPLICATED] += c->duplicated;
	sim->faults[SIM_DELAYED] += c->delayed;
	sim->faults[SIM_OVERTAKEN] += c->overtaken;
}

void sim_crash(struct sim *sim, node_id node, unsigned kept)
{
	count_life(sim, member_counts(sim->world->node[node].member));
	world_crash(sim->world, node, kept);
}

static void control(struct sim *sim, node_id node, struct control *c)
{
	c->to = set_of(node);
	c->number = ++sim->control_number;
	world_control(sim->world, node, c);
}

static bool same_rule(const struct link_rule *a, const struct link_rule *b)
{
	return a->cut == b->cut && a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}

/* A node that is down has the rule when it comes back. */
void sim_link(struct sim *sim, node_id from, node_id to, const struct link_rule *rule)
{
	struct world_node *n = &sim->world->node[to];
	struct control c = {.kind = CONTROL_LINK, .peer = from, .link = *rule};

	if (from == to)
		return;
	if (!n->up || n->stopped) {
		n->config.link[from] = *rule;
		return;
	}
	struct clock_rule clock;
	struct link_rule now[NODES_MAX + 1];
	bool gated;
	uint64_t number;
	member_settings(n->member, &clock, now, &gated, &number);
	if (same_rule(&now[from], rule))
		return;
	sim_act(sim,
		"link n%u -> n%u: %s delay %llu us, jitter %llu us, loss %u, duplicates %u, "
		"reorder %u ppm",
		from, to, rule->cut ? "CUT" : "open", (unsigned long long)rule->delay_us,
		(unsigned long long)rule->jitter_us, rule->loss_ppm, rule->duplicate_ppm,
		rule->reorder_ppm);
	control(sim, to, &c);
}

bool sim_propose(struct sim *sim, node_id node, slot_number slot)
{
	char text[24];
	int length = snprintf(text, sizeof text, "v%llu", (unsigned long long)sim->proposals + 1);
	struct control c = {
		.kind = CONTROL_PROPOSE,
		.slot = slot,
		.value = (const uint8_t *)text,
		.value_length = (uint32_t)length,
	};
	const struct paxos *p = member_paxos(sim->world->node[node].member);
	value_ref value = values_intern(sim->world->values, c.value, c.value_length);

	if (value == VALUE_NONE || p->pending_count == PENDING_MAX)
		return false;
	sim->proposals++;
	sim->last = value;
	invariants_proposed(sim->judge, value);
	sim_act(sim, "n%u is asked to propose %s", node, text);
	control(sim, node, &c);
	return true;
}

static struct world_options world_options_of(struct sim *sim)
{
	struct sim_options *o = &sim->options;

	bool hard = o->policy != POLICY_NONE;

	if (o->nodes == 0)
		o->nodes = (uint8_t)(1 + sim_random(sim, 9));
	if (!o->mode_given)
		o->mode = sim_random(sim, 2) == 0 ? MODE_SINGLE : MODE_MULTI;
	return (struct world_options){
		.nodes = o->nodes,
		.mode = o->mode,
		.seed = random_next(&sim->random),
		.clock = {.num = 1, .den = sim_random(sim, 4) == 0 ? 0 : 1},
		.link = link_rule_default(),
		.quiet = o->event == NULL,
		.sign = o->sign,
		.policy = o->policy,
		.lazy_disks = true,
		.slots_max = SLOTS_MAX,
		.values_max = hard ? HARD_VALUES : SIM_VALUES,
		.values_bytes = hard ? HARD_VALUES_BYTES : VALUES_BYTES,
		.inbox_bytes = hard ? HARD_BYTES : INBOX_BYTES,
		.outbox_bytes = hard ? HARD_BYTES : OUTBOX_BYTES,
		.backlog_bytes = OUTBOX_BYTES,
		.watch = {sim, on_stepped, on_durable, on_sent, on_back,
			  o->event == NULL ? NULL : on_events},
	};
}

static struct invariants_config judge_config(uint8_t nodes, policy_id policy)
{
	return (struct invariants_config){
		.nodes = nodes,
		.quorum = (uint8_t)policy_quorum(policy, nodes),
		.slots = SLOTS_MAX,
		.ballots = BALLOTS_MAX,
		.values = (policy == POLICY_NONE ? SIM_VALUES : HARD_VALUES) + 2,
		.policy = policy,
	};
}

static size_t aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

size_t sim_size(void)
{
	const struct world_options most = {
		.nodes = NODES_MAX,
		.slots_max = SLOTS_MAX,
		.values_max = HARD_VALUES,
		.values_bytes = HARD_VALUES_BYTES,
		.inbox_bytes = HARD_BYTES,
		.outbox_bytes = HARD_BYTES,
		.backlog_bytes = OUTBOX_BYTES,
	};
	struct invariants_config judge = judge_config(NODES_MAX, DEFENCE_SIGN);

	return aligned(sizeof(struct sim)) + aligned(world_size(&most)) + invariants_size(&judge);
}

struct sim *sim_init(void *memory, const struct sim_options *options)
{
	struct sim *sim = memory;
	uint8_t *at = (uint8_t *)memory + aligned(sizeof *sim);

	memset(sim, 0, sizeof *sim);
	sim->options = *options;
	sim->random = options->seed;
	struct world_options world = world_options_of(sim);
	struct invariants_config judge = judge_config(world.nodes, options->policy);
	sim->judge = invariants_init(at, &judge);
	at += aligned(invariants_size(&judge));
	sim->world = world_init(at, &world);
	sim->last_at = SLOT_NONE;
	schedule_init(sim);
	for (node_id id = 1; id <= world.nodes; id++)
		world_start(sim->world, id);
	return sim;
}

/* One node that fails in the middle of an output was counted by nobody when it happened. */
static void run_world(struct sim *sim)
{
	static const enum sim_fault fault_of[] = {
		[CUT_NOTHING] = SIM_CRASH_IDLE,
		[CUT_BEFORE_SYNC] = SIM_CRASH_BEFORE_SYNC,
		[CUT_BEFORE_SENDS] = SIM_CRASH_BEFORE_SENDS,
		[CUT_WITHIN_SENDS] = SIM_CRASH_WITHIN_SENDS,
	};
	struct world *w = sim->world;
	node_id id = 1;

	while (id <= w->options.nodes && w->next_at[id] > w->now)
		id++;
	if (id > w->options.nodes)
		return;
	const struct world_node *n = &w->node[id];
	const struct member_counts before =
		n->cut_short != CUT_NOTHING ? *member_counts(n->member) : (struct member_counts){0};
	world_run(w);
	if (n->up)
		return;
	count_life(sim, &before);
	sim->faults[fault_of[n->cut_short]]++;
	sim_act(sim, "n%u crashes: %s", id, sim_fault_name(fault_of[n->cut_short]));
}

static void fail(struct sim *sim, enum sim_state state, const char *why)
{
	sim->state = state;
	snprintf(sim->why, sizeof sim->why, "%s", why);
}

static void begin_liveness(struct sim *sim)
{
	sim->healed = true;
	sim->last = VALUE_NONE;
	schedule_heal(sim);
	sim->check_at = sim->world->now;
	sim->deadline = sim->world->now + LIVENESS_US;
}

/* Asks a healthy node for one value more; again as long as their queues are full. */
static void propose_last(struct sim *sim)
{
	node_id node;

	do
		node = (node_id)(1 + sim_random(sim, sim->world->options.nodes));
	while (!set_has(sim->healthy, node));
	sim->asked = sim_propose(sim, node, SLOT_NONE);
}

/* SLOT_NONE: the last value is not chosen yet. */
static slot_number slot_of_last(const struct sim *sim)
{
	if (sim->last != VALUE_NONE)
		for (slot_number slot = 0; slot < invariants_chosen_upto(sim->judge); slot++)
			if (invariants_chosen(sim->judge, slot) == sim->last)
				return slot;
	return SLOT_NONE;
}

/* What is chosen up to the last value, and whatever more a healthy node knows. A slot above in
 * which a quorum voted, but of which nobody knows that, waits until somebody wants something. */
static slot_number goal_of(const struct sim *sim)
{
	slot_number goal = sim->last_at + 1;

	for (node_set left = sim->healthy; left != 0; left &= left - 1) {
		slot_number base = member_paxos(sim->world->node[set_lowest(left)].member)->base;
		if (base > goal)
			goal = base;
	}
	return goal;
}

/* What a healthy node still lacks, as a sentence; false if nobody lacks anything. */
static bool lacks(const struct sim *sim, char why[200])
{
	const struct world *w = sim->world;

	if (sim->last_at == SLOT_NONE) {
		snprintf(why, 200,
			 "no progress: no new value was chosen, though %u of %u nodes are healthy",
			 set_count(sim->healthy), w->options.nodes);
		return true;
	}
	for (node_set left = sim->healthy; left != 0; left &= left - 1) {
		const struct paxos *p = member_paxos(w->node[set_lowest(left)].member);

		if (p->base < sim->goal) {
			snprintf(why, 200,
				 "no progress: n%u did not learn slot %llu, which is chosen",
				 p->config.self, (unsigned long long)p->base);
			return true;
		}
		if (p->pending_count != 0) {
			snprintf(why, 200, "no progress: %u values of n%u were never chosen",
				 p->pending_count, p->config.self);
			return true;
		}
	}
	return false;
}

static void check_progress(struct sim *sim)
{
	char why[200];

	sim->check_at = sim->world->now + CHECK_US;
	if (sim->last_at == SLOT_NONE) {
		sim->last_at = slot_of_last(sim);
		sim->goal = sim->last_at == SLOT_NONE ? 0 : goal_of(sim);
	}
	if (!lacks(sim, why))
		sim->state = SIM_PASSED;
	else if (sim->world->now >= sim->deadline)
		fail(sim, SIM_STUCK, why);
	else if (!sim->asked)
		propose_last(sim);
}

/* Nobody lies, so there is nothing to prove against anybody. */
static bool is_anyone_accused(struct sim *sim)
{
	char why[100];

	for (node_id id = 1; id <= sim->world->options.nodes; id++) {
		const struct world_node *n = &sim->world->node[id];

		if (!n->up || member_proven(n->member) == 0)
			continue;
		snprintf(why, sizeof why, "framed: n%u holds evidence against n%u, which is honest",
			 id, set_lowest(member_proven(n->member)));
		fail(sim, SIM_VIOLATED, why);
		return true;
	}
	return false;
}

static bool is_sound(struct sim *sim)
{
	if (sim->options.policy != POLICY_NONE && is_anyone_accused(sim))
		return false;
	if (invariants_why(sim->judge)[0] != 0)
		fail(sim, SIM_VIOLATED, invariants_why(sim->judge));
	else if (invariants_is_full(sim->judge))
		fail(sim, SIM_INCONCLUSIVE, "the run outgrew the memory for its history");
	return sim->state == SIM_RUNNING;
}

enum sim_state sim_step(struct sim *sim)
{
	struct world *w = sim->world;

	if (sim->state != SIM_RUNNING)
		return sim->state;
	time_us mine = sim->healed ? sim->check_at : sim->act_at;
	time_us next = world_next(w);
	if (next <= w->now) {
		run_world(sim);
	} else if (next < mine) {
		w->now = next;
	} else {
		if (mine > w->now)
			w->now = mine;
		if (sim->healed)
			check_progress(sim);
		else if (w->now >= sim->schedule.until)
			begin_liveness(sim);
		else
			schedule_act(sim);
	}
	if (sim->state == SIM_RUNNING)
		is_sound(sim);
	return sim->state;
}

void sim_result(const struct sim *sim, struct sim_result *out)
{
	struct sim sums = {0};
	const struct world *w = sim->world;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up)
			count_life(&sums, member_counts(w->node[id].member));
	*out = (struct sim_result){
		.state = sim->state,
		.nodes = w->options.nodes,
		.mode = w->options.mode,
		.messages = sim->messages,
		.steps = sim->core_steps,
		.proposals = sim->proposals,
		.ended_at = w->now,
	};
	const struct invariants_config judge = judge_config(w->options.nodes, sim->options.policy);
	out->invariants = invariants_judged(&judge);
	if (sim->state == SIM_VIOLATED)
		out->invariant = invariants_broken(sim->judge);
	snprintf(out->why, sizeof out->why, "%s", sim->why);
	for (slot_number slot = 0; slot < SLOTS_MAX; slot++)
		out->chosen += invariants_chosen(sim->judge, slot) != VALUE_NONE;
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		out->faults[i] = sim->faults[i] + sums.faults[i];
	out->faults[SIM_LOST_WRITES] = w->lost_writes;
	out->faults[SIM_BATCH] = w->batches;
}
