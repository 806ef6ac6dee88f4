#include "proto/sim/sim.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/batch.h"
#include "proto/core/memory.h"
#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_run.h"

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

/* Virtual time in which a node learns what it can hear, over all others if need be: a silent node
 * gets SYNC_CHUNK_MAX decisions from each that knows them, in turn, every GOSSIP_US_MAX. */
#define LEFT_BEHIND_US 3600000000

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

/* Two of three runs keep everything. */
slot_number sim_keep_by_seed(uint64_t seed)
{
	const uint64_t draw = random_next(&seed);

	return draw % 3 == 0 ? 1 + draw / 3 % 24 : 0;
}

/* In one of four runs values share slots: a few, or as many as fit in a few bytes. */
struct batch_rule sim_batch_by_seed(uint64_t seed)
{
	uint64_t own = ~seed; /* keep_by_seed has its draws from the seed itself */
	const uint64_t draw = random_next(&own);

	if (draw % 4 != 0)
		return (struct batch_rule){.count = 1};
	return (struct batch_rule){
		.count = draw / 4 % 4 == 0 ? BATCH_VALUES_MAX : 2 + (uint32_t)(draw / 16 % 7),
		.bytes = draw / 112 % 3 == 0 ? 64 + (uint32_t)(draw / 336 % 64) : 0,
		.pipeline = 1 + (uint32_t)(draw / 21504 % 4),
	};
}

/* In half of all runs. */
bool sim_reads_by_seed(uint64_t seed)
{
	uint64_t own = seed ^ UINT64_C(0x72656164);

	return random_next(&own) % 2 == 0;
}

/* Is it the last value that was asked for, or a batch that holds it? */
static bool holds_last(const struct sim *sim, value_ref value)
{
	const struct values *values = sim->stage.world->values;
	uint32_t length, last_length;
	const uint8_t *bytes = values_bytes(values, value, &length);
	const uint8_t *last = values_bytes(values, sim->last, &last_length);

	return sim->last != VALUE_NONE &&
	       (value == sim->last || (batch_count(bytes, length) > 0 &&
				       batch_place(bytes, length, last, last_length) > 0));
}

static bool is_batch(const struct sim *sim, value_ref value)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(sim->stage.world->values, value, &length);

	return batch_count(bytes, length) > 0;
}

/* Counts what happens inside of cores. */
static void on_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		       const struct paxos_output *out)
{
	struct sim *sim = user;

	for (unsigned i = 0; i < out->events; i++) {
		const struct event *e = &out->event[i];

		sim->faults[SIM_LET_GO] += e->kind == EVENT_LET_GO;
		sim->faults[SIM_BROUGHT] += e->kind == EVENT_BROUGHT;
		/* Its node was brought over the slot: another value must be the last. */
		if (e->kind == EVENT_LOST && e->because == BECAUSE_SKIPPED &&
		    holds_last(sim, e->value))
			sim->asked = false;
	}
	sim->faults[SIM_SHARED] += in->kind == INPUT_PROPOSE && is_batch(sim, in->value);
	stage_stepped(user, p, in, out);
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	struct sim *sim = user;

	for (unsigned i = 0; i < events; i++)
		sim->options.event(sim->options.user, &event[i], sim->stage.world->values);
}

static struct world_options world_options_of(struct sim *sim)
{
	struct sim_options *o = &sim->options;

	struct world_watch watch = stage_watch(&sim->stage);
	sim->changes = stage_draw(&sim->stage, 4) == 0;
	if (!o->keep_given)
		o->keep = sim_keep_by_seed(o->seed);
	if (!o->batch_given)
		o->batch = sim_batch_by_seed(o->seed);
	if (!o->reads_given)
		o->reads = sim_reads_by_seed(o->seed);
	sim->read_draws = ~o->seed ^ UINT64_C(0x72656164);
	bool hard = sim->changes || o->policy != POLICY_NONE || o->keep != 0 || o->batch.count > 1;

	watch.stepped = on_stepped;
	if (o->event != NULL)
		watch.events = on_events;
	if (o->nodes == 0)
		o->nodes = (uint8_t)(1 + stage_draw(&sim->stage, 9));
	if (!o->mode_given)
		o->mode = stage_draw(&sim->stage, 2) == 0 ? MODE_SINGLE : MODE_MULTI;
	return (struct world_options){
		.nodes = o->nodes,
		.mode = o->mode,
		.seed = random_next(&sim->stage.random),
		.clock = {.num = 1, .den = stage_draw(&sim->stage, 4) == 0 ? 0 : 1},
		.link = link_rule_default(),
		.quiet = o->event == NULL,
		.sign = o->sign,
		.policy = o->policy,
		.keep = o->keep,
		.batch = o->batch,
		.lazy_disks = true,
		.slots_max = SLOTS_MAX,
		.values_max = hard ? HARD_VALUES : SIM_VALUES,
		.values_bytes = hard ? HARD_VALUES_BYTES : VALUES_BYTES,
		.inbox_bytes = hard ? HARD_BYTES : INBOX_BYTES,
		.outbox_bytes = hard ? HARD_BYTES : OUTBOX_BYTES,
		.backlog_bytes = OUTBOX_BYTES,
		.watch = watch,
	};
}

static struct invariants_config judge_config(uint8_t nodes, policy_id policy, bool changes,
					     bool hard)
{
	return (struct invariants_config){
		.nodes = nodes,
		.quorum = (uint8_t)policy_quorum(policy, nodes),
		.slots = SLOTS_MAX,
		.ballots = BALLOTS_MAX,
		.values = (hard ? HARD_VALUES : SIM_VALUES) + 2,
		.policy = policy,
		.policy_changes = changes,
	};
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
	struct invariants_config judge = judge_config(NODES_MAX, DEFENCE_SIGN, true, true);

	return memory_aligned(sizeof(struct sim)) + memory_aligned(world_size(&most)) +
	       stage_judges_size(&judge, STAGE_EPOCHS_MAX);
}

struct sim *sim_init(void *memory, const struct sim_options *options)
{
	struct sim *sim = memory;
	uint8_t *at = (uint8_t *)memory + memory_aligned(sizeof *sim);

	memset(sim, 0, sizeof *sim);
	sim->options = *options;
	sim->stage.random = options->seed;
	sim->stage.act = options->act;
	sim->stage.act_user = options->user;
	struct world_options world = world_options_of(sim);
	const unsigned epochs = sim->changes ? STAGE_EPOCHS_MAX : 1;
	struct invariants_config judge = judge_config(world.nodes, options->policy, sim->changes,
						      world.values_max == HARD_VALUES);
	sim->stage.world = world_init(at + stage_judges_size(&judge, epochs), &world);
	judge.table = sim->stage.world->values;
	stage_begin(&sim->stage, at, &judge, epochs);
	sim->last_at = SLOT_NONE;
	schedule_init(sim);
	for (node_id id = 1; id <= world.nodes; id++) {
		sim->stage.world->node[id].config.mistake = options->mistake;
		world_start(sim->stage.world, id);
	}
	return sim;
}

/* A node that crashes in the middle of its output is counted here, after the crash. */
static void run_world(struct sim *sim)
{
	static const enum sim_fault fault_of[] = {
		[CUT_NOTHING] = SIM_CRASH_IDLE,
		[CUT_BEFORE_SYNC] = SIM_CRASH_BEFORE_SYNC,
		[CUT_BEFORE_SENDS] = SIM_CRASH_BEFORE_SENDS,
		[CUT_WITHIN_SENDS] = SIM_CRASH_WITHIN_SENDS,
	};
	struct world *w = sim->stage.world;
	const node_id id = world_due(w);

	if (id == NODE_NONE)
		return;
	const struct world_node *n = &w->node[id];
	const struct member_counts before =
		n->cut_short != CUT_NOTHING ? *member_counts(n->member) : (struct member_counts){0};
	world_run(w);
	if (n->up)
		return;
	sim_count_life(sim, &before);
	sim->faults[fault_of[n->cut_short]]++;
	stage_narrate(&sim->stage, "n%u crashes: %s", id, sim_fault_name(fault_of[n->cut_short]));
}

static void end_run(struct sim *sim, enum sim_state state, const char *why)
{
	sim->state = state;
	text_write(sim->why, sizeof sim->why, "%s", why);
}

static void begin_liveness(struct sim *sim)
{
	sim->healed = true;
	sim->last = VALUE_NONE;
	schedule_heal(sim);
	sim->check_at = sim->stage.world->now;
	sim->deadline = sim->stage.world->now + LIVENESS_US;
}

/* Asks a healthy node for one value more; sim->asked stays false while its queue is full. */
static void propose_last(struct sim *sim)
{
	node_id node;

	do
		node = (node_id)(1 + stage_draw(&sim->stage, sim->stage.world->options.nodes));
	while (!set_has(sim->healthy, node));
	sim->asked = sim_propose(sim, node, SLOT_NONE);
}

/* SLOT_NONE: the last value is not chosen yet. */
static slot_number slot_of_last(const struct sim *sim)
{
	if (sim->last != VALUE_NONE)
		for (slot_number slot = 0; slot < invariants_chosen_upto(sim->stage.judge); slot++)
			if (holds_last(sim, invariants_chosen(sim->stage.judge, slot)))
				return slot;
	return SLOT_NONE;
}

/* What is chosen up to the last value, and whatever more a healthy node knows. A slot above in
 * which a quorum voted, but which no node knows to be chosen, waits until a node proposes again. */
static slot_number goal_of(const struct sim *sim)
{
	slot_number goal = sim->last_at + 1;

	for (node_set left = sim->healthy; left != 0; left &= left - 1) {
		slot_number base =
			paxos_base(member_paxos(sim->stage.world->node[set_lowest(left)].member));
		if (base > goal)
			goal = base;
	}
	return goal;
}

/* What a healthy node still lacks, as a sentence; false if no node lacks anything. */
static bool what_is_lacking(const struct sim *sim, char why[STUCK_WORDS_MAX])
{
	const struct world *w = sim->stage.world;

	if (sim->last_at == SLOT_NONE) {
		snprintf(why, STUCK_WORDS_MAX,
			 "no progress: no new value was chosen, though %u of %u nodes are healthy",
			 set_count(sim->healthy), w->options.nodes);
		return true;
	}
	for (node_set left = sim->healthy; left != 0; left &= left - 1) {
		const struct member *m = w->node[set_lowest(left)].member;
		const struct paxos *p = member_paxos(m);

		if (paxos_base(p) < sim->goal) {
			snprintf(why, STUCK_WORDS_MAX,
				 "no progress: n%u did not learn slot %llu, which is chosen",
				 paxos_self(p), (unsigned long long)paxos_base(p));
			return true;
		}
		if (member_waiting(m) != 0) {
			snprintf(why, STUCK_WORDS_MAX,
				 "no progress: n%u still has values to propose: %u", paxos_self(p),
				 member_waiting(m));
			return true;
		}
	}
	return false;
}

/* Changes of defences that nodes heard of late have left a slot with too few acceptors that may
 * vote there: no ballot ever decides it. The operator begins another epoch, which must go on. */
static bool give_up_slots(struct sim *sim)
{
	const policy_id policy = sim->stage.line[sim->stage.lines - 1].policy;

	if (sim->gave_up || (schedule_who_keeps_out(sim) & sim->healthy) == 0 ||
	    !stage_epoch(&sim->stage, policy))
		return false;
	stage_narrate(&sim->stage, "a new epoch: too many keep out of a slot");
	sim->faults[SIM_GIVEN_UP]++;
	sim->gave_up = true;
	sim->asked = false;
	sim->last = VALUE_NONE;
	sim->last_at = SLOT_NONE;
	sim->deadline = sim->stage.world->now + LIVENESS_US;
	return true;
}

static void check_left_behind(struct sim *sim)
{
	char why[STUCK_WORDS_MAX] = "";

	sim->check_at = sim->stage.world->now + CHECK_US * 10;
	if (left_behind_is_over(sim, why))
		sim->state = SIM_PASSED;
	else if (sim->stage.world->now >= sim->deadline)
		end_run(sim, SIM_STUCK, why);
}

static void begin_left_behind(struct sim *sim)
{
	left_behind_begin(sim);
	sim->deadline = sim->behind.judge_at + LEFT_BEHIND_US;
}

static void check_progress(struct sim *sim)
{
	char why[STUCK_WORDS_MAX];

	if (sim->behind.begun) {
		check_left_behind(sim);
		return;
	}
	sim->check_at = sim->stage.world->now + CHECK_US;
	if (sim->last_at == SLOT_NONE) {
		sim->last_at = slot_of_last(sim);
		sim->goal = sim->last_at == SLOT_NONE ? 0 : goal_of(sim);
	}
	if (!what_is_lacking(sim, why))
		begin_left_behind(sim);
	else if (sim->stage.world->now >= sim->deadline && !give_up_slots(sim))
		end_run(sim, SIM_STUCK, why);
	else if (!sim->asked)
		propose_last(sim);
}

/* No node lies, so there is nothing to prove against any. */
static bool is_anyone_accused(const struct sim *sim, char *why, size_t size)
{
	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++) {
		const struct world_node *n = &sim->stage.world->node[id];

		if (!n->up || member_proven(n->member) == 0)
			continue;
		stage_say_framed(id, set_lowest(member_proven(n->member)), why, size);
		return true;
	}
	return false;
}

static void look_for_harm(struct sim *sim)
{
	char why[320];

	if ((sim->changes || sim->options.policy != POLICY_NONE) &&
	    is_anyone_accused(sim, why, sizeof why))
		end_run(sim, SIM_VIOLATED, why);
	else if (invariants_why(stage_verdict(&sim->stage))[0] != 0)
		end_run(sim, SIM_VIOLATED, invariants_why(stage_verdict(&sim->stage)));
	else if (stage_is_stale(&sim->stage, why, sizeof why))
		end_run(sim, SIM_VIOLATED, why);
	else if (stage_is_full(&sim->stage))
		end_run(sim, SIM_INCONCLUSIVE, "the run outgrew the memory for its history");
}

enum sim_state sim_step(struct sim *sim)
{
	struct world *w = sim->stage.world;

	if (sim->state != SIM_RUNNING)
		return sim->state;
	time_us mine = sim->healed ? sim->check_at : sim->act_at;
	time_us next = world_next(w);
	if (next <= w->now && w->now <= mine) {
		run_world(sim);
	} else if (next < mine && w->now < mine) {
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
		look_for_harm(sim);
	return sim->state;
}

void sim_result(const struct sim *sim, struct sim_result *out)
{
	struct sim sums = {0};
	const struct world *w = sim->stage.world;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up)
			sim_count_life(&sums, member_counts(w->node[id].member));
	*out = (struct sim_result){
		.state = sim->state,
		.nodes = w->options.nodes,
		.mode = w->options.mode,
		.messages = sim->stage.messages,
		.steps = sim->stage.core_steps,
		.proposals = sim->stage.proposals,
		.chosen = stage_count_chosen(&sim->stage),
		.reads = sim->stage.reads,
		.ended_at = w->now,
	};
	const struct invariants_config judge =
		judge_config(w->options.nodes, sim->options.policy, sim->changes, false);
	out->invariants = invariants_judged(&judge);
	if (sim->state == SIM_VIOLATED)
		out->invariant = invariants_broken(stage_verdict(&sim->stage));
	text_write(out->why, sizeof out->why, "%s", sim->why);
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		out->faults[i] = sim->faults[i] + sums.faults[i];
	out->faults[SIM_LOST_WRITES] = w->lost_writes;
	out->faults[SIM_BATCH] = w->batches;
	out->faults[SIM_LATE] = sim->stage.late;
}
