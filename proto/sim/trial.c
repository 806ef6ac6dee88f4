#include "proto/sim/trial.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/memory.h"
#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/sim/trial_chance.h"
#include "proto/sim/trial_run.h"

#define SLOTS_MAX     512
#define VALUES_MAX    16384
#define VALUES_BYTES  (4 << 20)
#define INBOX_BYTES   (1 << 20)
#define OUTBOX_BYTES  (256 * 1024)
#define BACKLOG_BYTES 4096
#define BALLOTS_MAX   16384

/* Long against every back-off, lease and cool-down of honest nodes. */
#define PROGRESS_US 30000000
#define AGAIN_US    1500000

/* Every script in both modes, twice: jitter may decide. */
#define VARIANTS 4

static const char *const state_names[] = {"running", "held", "inconclusive", "stalled", "broken"};

const char *trial_state_name(enum trial_state state)
{
	return state_names[state];
}

uint64_t trial_scripted(void)
{
	return (uint64_t)trial_scripts_count * VARIANTS;
}

/* A phase may end with what a node thinks, */
static void on_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		       const struct paxos_output *out)
{
	struct trial *t = user;

	stage_stepped(&t->stage, p, in, out);
	t->phase_over |= paxos_self(p) == t->at.till_leading && paxos_role(p) == ROLE_LEADING;
}

/* A phase of a script may also end with what a node stores. */
static void on_durable(void *user, node_id node, const struct paxos_write *write)
{
	struct trial *t = user;

	stage_durable(&t->stage, node, write);
	t->phase_over |= node == t->at.till_learned && write->kind == WRITE_CHOSEN;
	if (write->kind == WRITE_VOTE && t->at.till_votes > 0) {
		t->voted |= set_of(node) & t->cast.honest;
		t->phase_over |= set_count(t->voted) >= t->at.till_votes;
	}
}

/* No invariant of the core, but never to happen: the honest are safe from evidence. */
static void look_for_framed(struct trial *t, const struct event *e)
{
	if (t->why[0] == '\0' && e->kind == EVENT_EVIDENCE && set_has(t->cast.honest, e->node) &&
	    set_has(t->cast.honest, e->peer))
		stage_say_framed(e->node, e->peer, t->why, sizeof t->why);
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	struct trial *t = user;

	for (unsigned i = 0; i < events; i++) {
		look_for_framed(t, &event[i]);
		if (t->options.event != NULL)
			t->options.event(t->options.user, &event[i], t->stage.world->values);
	}
}

static struct world_options world_options_of(struct trial *t)
{
	bool tells = t->options.event != NULL || policy_has(t->options.policy, DEFENCE_SIGN);
	struct world_watch watch = stage_watch(&t->stage);

	watch.stepped = on_stepped;
	watch.durable = on_durable;
	watch.events = tells ? on_events : NULL;
	return (struct world_options){
		.nodes = t->options.nodes,
		.mode = t->options.mode,
		.seed = random_next(&t->stage.random),
		.clock = {.num = 1, .den = 1},
		.link = link_rule_default(),
		.quiet = !tells,
		.sign = policy_has(t->options.policy, DEFENCE_SIGN),
		.keep = t->options.keep,
		.batch = t->options.batch,
		.lazy_disks = t->fragile,
		.slots_max = SLOTS_MAX,
		.values_max = VALUES_MAX,
		.values_bytes = VALUES_BYTES,
		.inbox_bytes = INBOX_BYTES,
		.outbox_bytes = OUTBOX_BYTES,
		.backlog_bytes = BACKLOG_BYTES,
		.watch = watch,
	};
}

static struct invariants_config judge_config(const struct trial_options *o, const struct cast *c)
{
	return (struct invariants_config){
		.nodes = o->nodes,
		.quorum = (uint8_t)c->quorum,
		.slots = SLOTS_MAX,
		.ballots = BALLOTS_MAX,
		.values = VALUES_MAX + 2,
		.liars = c->liars,
		.policy = o->policy,
		.policy_changes = true,
	};
}

size_t trial_size(void)
{
	const struct world_options most = {
		.nodes = NODES_MAX,
		.slots_max = SLOTS_MAX,
		.values_max = VALUES_MAX,
		.values_bytes = VALUES_BYTES,
		.inbox_bytes = INBOX_BYTES,
		.outbox_bytes = OUTBOX_BYTES,
		.backlog_bytes = BACKLOG_BYTES,
	};

	const struct trial_options options = {.nodes = NODES_MAX};
	const struct invariants_config judge = judge_config(&options, &(struct cast){0});

	return memory_aligned(sizeof(struct trial)) + stage_judges_size(&judge, STAGE_EPOCHS_MAX) +
	       world_size(&most);
}

/* The `count` lowest, or highest, of a set. */
static node_set some_of(node_set set, unsigned count, bool lowest)
{
	while (set_count(set) > count)
		set &= lowest ? ~((node_set)1 << (31 - __builtin_clz(set))) : set - 1;
	return set;
}

static struct cast cast_of(const struct trial_options *o)
{
	unsigned honest = o->nodes - o->liars;
	struct cast c = {.nodes = o->nodes, .quorum = policy_quorum(o->policy, o->nodes)};
	unsigned needed = c.quorum > o->liars ? c.quorum - o->liars : 1;

	c.honest = set_first(honest);
	c.liars = set_first(o->nodes) & ~c.honest;
	c.first = some_of(c.honest, needed, true);
	c.last = some_of(c.honest, needed, false);
	c.first_one = 1;
	c.last_one = (node_id)honest;
	c.liar = o->liars == 0 ? NODE_NONE : (node_id)(honest + 1);
	return c;
}

/* What suits the script, or by chance some kinds of lies at once. Noise only drowns the others;
 * races for ballots would too, but where they are defended against. */
static uint32_t any_attacks(struct trial *t)
{
	const bool raced = policy_has(t->options.policy, DEFENCE_WINDOW) &&
			   policy_has(t->options.policy, DEFENCE_LEASE);
	uint32_t attacks = 0, noise = 0, races = 0;

	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		noise |= (uint32_t)attack_is_noise(bit) << bit;
		races |= (uint32_t)(attack_breaks(bit) == BREAKS_PROGRESS) << bit;
	}
	if (t->script != NULL && t->script->suits != 0 && t->options.seed % 4 < 2)
		return t->script->suits;
	for (uint64_t count = 1 + stage_draw(&t->stage, 4); count > 0; count--)
		attacks |= (uint32_t)1 << stage_draw(&t->stage, ATTACKS);
	if (stage_draw(&t->stage, 4) != 0)
		attacks &= ~noise;
	if (!raced)
		attacks &= ~races;
	return attacks == 0 ? ATTACK_EQUIVOCATE : attacks;
}

/* Liars agree on everything, but in some trials of any lies each has its own. */
static void arm_liars(struct trial *t)
{
	char names[ATTACKS_SHOWN_MAX];
	struct control c = {.kind = CONTROL_ATTACK};

	c.attack = (struct attack_order){
		.attacks = t->options.attacks, .colluders = t->cast.liars, .seed = t->options.seed};
	if (t->script == NULL && stage_draw(&t->stage, 2) == 0)
		c.attack.victims = (node_set)stage_draw(&t->stage, (uint64_t)1 << t->cast.nodes);
	bool alike = stage_draw(&t->stage, 2) == 0;
	if (t->options.attacks == 0)
		c.attack.attacks = any_attacks(t);
	for (node_set left = t->cast.liars; left != 0; left &= left - 1) {
		if (t->options.attacks == 0 && !alike)
			c.attack.attacks = any_attacks(t);
		attacks_show(c.attack.attacks, names);
		stage_narrate(&t->stage, "n%u is a liar: %s", set_lowest(left), names);
		stage_control(&t->stage, set_lowest(left), &c);
	}
}

/* A third of those that are left to chance. */
static bool is_fragile(const struct trial *t)
{
	return t->script == NULL && t->options.seed / 2 % 3 == 1;
}

static void start_nodes(struct trial *t)
{
	for (node_id id = 1; id <= t->cast.nodes; id++) {
		struct member_config *config = &t->stage.world->node[id].config;

		config->policy = t->options.policy;
		config->paxos.quorum = (uint8_t)t->cast.quorum;
		world_start(t->stage.world, id);
	}
}

struct trial *trial_init(void *memory, const struct trial_options *options)
{
	struct trial *t = memory;
	uint8_t *at = (uint8_t *)memory + memory_aligned(sizeof *t);

	assert(options->liars < options->nodes && options->nodes <= NODES_MAX);
	memset(t, 0, sizeof *t);
	t->options = *options;
	t->stage.act = options->act;
	t->stage.act_user = options->user;
	if (t->options.patience_us == 0)
		t->options.patience_us = PROGRESS_US;
	t->cast = cast_of(options);
	t->stage.random = options->seed ^ (uint64_t)options->attacks << 40;
	if (options->seed < trial_scripted())
		t->script = &trial_scripts[options->seed / VARIANTS];
	t->fragile = is_fragile(t);
	if (!options->mode_given)
		t->options.mode = options->seed % 2 == 0 ? MODE_SINGLE : MODE_MULTI;
	struct world_options world = world_options_of(t);
	struct invariants_config judge = judge_config(options, &t->cast);
	const unsigned epochs = t->fragile ? STAGE_EPOCHS_MAX : 1;
	t->stage.world = world_init(at + stage_judges_size(&judge, epochs), &world);
	judge.table = t->stage.world->values;
	stage_begin(&t->stage, at, &judge, epochs);
	t->until = 200000 + stage_draw(&t->stage, 800000);
	t->act_every = 2000 + stage_draw(&t->stage, 25000);
	start_nodes(t);
	arm_liars(t);
	return t;
}

static void end_as(struct trial *t, enum trial_state state, const char *why)
{
	t->state = state;
	text_write(t->why, sizeof t->why, "%s", why);
}

static bool is_near(const struct trial *t, node_set pair)
{
	return t->script != NULL && t->script->liars_are_near && (pair & t->cast.liars) != 0;
}

/* All links as the phase has them. */
static void arrange_links(struct trial *t)
{
	const struct phase *at = &t->at;

	for (node_id from = 1; from <= t->cast.nodes; from++)
		for (node_id to = 1; to <= t->cast.nodes; to++) {
			node_set pair = set_of(from) | set_of(to);
			struct link_rule rule = link_rule_default();

			rule.cut = (at->group[0] & pair) != pair && (at->group[1] & pair) != pair;
			if (to == at->hears_last && !rule.cut)
				rule.delay_us = set_has(t->cast.liars, from) ? 2000 : 15000;
			if (t->mended && is_near(t, pair) && !rule.cut)
				rule = (struct link_rule){.delay_us = 1000};
			trial_link(t, from, to, &rule);
		}
}

static slot_number base_of(const struct trial *t, node_id node)
{
	return paxos_base(member_paxos(t->stage.world->node[node].member));
}

static void come_back(struct trial *t)
{
	for (node_set left = t->cast.honest; left != 0; left &= left - 1) {
		struct world_node *n = &t->stage.world->node[set_lowest(left)];

		n->cut_short = CUT_NOTHING;
		if (!n->up)
			trial_restart(t, set_lowest(left));
	}
}

/* From here on links are good and every honest node is up. Liars go on, or no node hears them. */
static void end_safety_phase(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;

	t->mended = true;
	t->silent =
		t->script != NULL ? t->script->liars_fall_silent : stage_draw(&t->stage, 3) == 0;
	stage_narrate(&t->stage, "links are good again%s",
		      t->silent ? ", and liars fall silent" : "");
	t->at = (struct phase){.group = {t->silent ? t->cast.honest : all}};
	come_back(t);
	stage_come_near(&t->stage);
	if (t->fragile)
		stage_defend(&t->stage, t->options.policy);
	arrange_links(t);
	t->next_at = t->stage.world->now;
	t->deadline = t->stage.world->now + t->options.patience_us;
	for (node_set left = t->cast.honest; left != 0; left &= left - 1)
		if (base_of(t, set_lowest(left)) > t->base_before)
			t->base_before = base_of(t, set_lowest(left));
}

/* Of what a node has sent nothing arrives. */
static void lose_words(struct trial *t, node_id from)
{
	struct link_rule rule = link_rule_default();

	rule.cut = true;
	for (node_id to = 1; to <= t->cast.nodes; to++)
		trial_link(t, from, to, &rule);
}

static void next_phase(struct trial *t)
{
	node_set silenced = set_of(t->at.till_leading);

	if (t->at.till_votes > 0)
		silenced = t->cast.honest;
	t->phase_over = false;
	t->voted = 0;
	t->at.till_leading = t->at.till_learned = NODE_NONE;
	t->at.till_votes = 0;
	/* What the proposer sent when it got its promises is lost, or the votes that were cast. */
	for (; silenced != 0; silenced &= silenced - 1)
		lose_words(t, set_lowest(silenced));
	if (!t->script->phase(&t->cast, t->phase++, &t->at)) {
		end_safety_phase(t);
		return;
	}
	t->next_at = t->stage.world->now + t->at.at_most;
	arrange_links(t);
	if (t->at.proposer != NODE_NONE)
		trial_propose(t, t->at.proposer, 0);
}

/* Has something been chosen since, and does every honest node know it and all before it? Whose
 * value it is does not matter: Paxos promises nobody a turn. */
static bool has_progressed(const struct trial *t)
{
	for (node_set left = t->cast.honest; left != 0; left &= left - 1)
		if (base_of(t, set_lowest(left)) <= t->base_before)
			return false;
	return t->freshs > 0;
}

static void look_for_progress(struct trial *t)
{
	const struct world *w = t->stage.world;

	if (has_progressed(t)) {
		t->state = TRIAL_HELD;
		return;
	}
	if (w->now >= t->deadline) {
		end_as(t, TRIAL_STALLED,
		       t->silent
			       ? "progress: nothing new was chosen and learned in 30 s of virtual "
				 "time, though all links are good; the liars are silent"
			       : "progress: nothing new was chosen and learned in 30 s of virtual "
				 "time, though all links are good");
		return;
	}
	t->next_at = w->now + 20000;
	if (w->now < t->deadline - t->options.patience_us + t->freshs * AGAIN_US ||
	    t->freshs > NODES_MAX)
		return;
	node_id node = (node_id)(1 + t->freshs % set_count(t->cast.honest));
	t->freshs++;
	trial_propose(t, node, SLOT_NONE);
}

static void act_next(struct trial *t)
{
	if (t->mended)
		look_for_progress(t);
	else if (t->script != NULL)
		next_phase(t);
	else if (t->stage.world->now >= t->until)
		end_safety_phase(t);
	else
		trial_chance_act(t);
}

static void ask_judge(struct trial *t)
{
	const struct invariants *judge = stage_verdict(&t->stage);

	if (invariants_broken(judge) != INVARIANT_NONE)
		end_as(t, TRIAL_BROKEN, invariants_why(judge));
	else if (t->state == TRIAL_RUNNING && t->why[0] != '\0')
		t->state = TRIAL_BROKEN;
	else if (stage_is_full(&t->stage))
		end_as(t, TRIAL_INCONCLUSIVE, "the run outgrew the judge's memory");
}

enum trial_state trial_step(struct trial *t)
{
	struct world *w = t->stage.world;

	if (t->state != TRIAL_RUNNING)
		return t->state;
	time_us next = world_next(w);
	if (t->phase_over && !t->mended) {
		act_next(t);
	} else if (next <= w->now && w->now <= t->next_at) {
		world_run(w);
	} else if (next < t->next_at && w->now < t->next_at) {
		w->now = next;
	} else {
		if (t->next_at > w->now)
			w->now = t->next_at;
		act_next(t);
	}
	ask_judge(t);
	return t->state;
}

void trial_result(const struct trial *t, struct trial_result *out)
{
	const struct invariants_config judge = judge_config(&t->options, &t->cast);

	*out = (struct trial_result){
		.state = t->state,
		.script = t->script != NULL ? t->script->name : "chance",
		.mode = t->options.mode,
		.invariants = invariants_judged(&judge),
		.messages = t->stage.messages,
		.steps = t->stage.core_steps,
		.proposals = t->stage.proposals,
		.chosen = stage_count_chosen(&t->stage),
		/* Each node that crashed was brought back, but those that are down now. */
		.crashes = t->restarts,
		.restarts = t->restarts,
		.ended_at = t->stage.world->now,
	};
	text_write(out->why, sizeof out->why, "%s", t->why);
	for (node_id id = 1; id <= t->cast.nodes; id++)
		out->crashes += !t->stage.world->node[id].up;
}
