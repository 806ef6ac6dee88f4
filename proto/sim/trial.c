#include "proto/sim/trial.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/sim/trial_parts.h"

#define SLOTS_MAX    512
#define VALUES_MAX   16384
#define VALUES_BYTES (4 << 20)
#define INBOX_BYTES  (1 << 20)
#define OUTBOX_BYTES (256 * 1024)
#define BALLOTS_MAX  16384

/* Long against every back-off, lease and cool-down of honest nodes. */
#define PROGRESS_US 30000000
#define AGAIN_US    1500000

/* Every script in both modes, twice: jitter may decide. */
#define VARIANTS 4

static const char *const state_names[] = {"running", "held", "stalled", "broken", "inconclusive"};

const char *trial_state_name(enum trial_state state)
{
	return state_names[state];
}

uint64_t trial_scripted(void)
{
	return (uint64_t)scripts_count * VARIANTS;
}

uint64_t trial_draw(struct trial *t, uint64_t below)
{
	return random_next(&t->random) % below;
}

void trial_act(struct trial *t, const char *format, ...)
{
	char line[160];
	va_list args;

	if (t->options.act == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	t->options.act(t->options.user, t->world->now, line);
}

static void control(struct trial *t, node_id node, struct control *c)
{
	c->to = set_of(node);
	c->number = ++t->control_number;
	world_control(t->world, node, c);
}

static bool same_rule(const struct link_rule *a, const struct link_rule *b)
{
	return a->cut == b->cut && a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}

void trial_link(struct trial *t, node_id from, node_id to, const struct link_rule *rule)
{
	struct control c = {.kind = CONTROL_LINK, .peer = from, .link = *rule};
	struct link_rule now[NODES_MAX + 1];
	struct clock_rule clock;
	uint64_t number;
	bool gated;

	if (from == to)
		return;
	/* A node that is down has the rule when it comes back. */
	if (!t->world->node[to].up) {
		t->world->node[to].config.link[from] = *rule;
		return;
	}
	member_settings(t->world->node[to].member, &clock, now, &gated, &number);
	if (same_rule(&now[from], rule))
		return;
	trial_act(t, "n%u -> n%u: %s, %llu us", from, to, rule->cut ? "cut" : "open",
		  (unsigned long long)rule->delay_us);
	control(t, to, &c);
}

value_ref trial_propose(struct trial *t, node_id node, slot_number slot)
{
	char text[24];
	int length = snprintf(text, sizeof text, "%c%llu", 'A' + (node - 1) % 26,
			      (unsigned long long)++t->proposals);
	struct control c = {
		.kind = CONTROL_PROPOSE,
		.slot = slot,
		.value = (const uint8_t *)text,
		.value_length = (uint32_t)length,
	};
	value_ref value = values_intern(t->world->values, c.value, c.value_length);

	if (value == VALUE_NONE || !t->world->node[node].up ||
	    member_paxos(t->world->node[node].member)->pending_count == PENDING_MAX)
		return VALUE_NONE;
	invariants_proposed(t->judge, value);
	trial_act(t, "n%u is asked to propose %s", node, text);
	control(t, node, &c);
	return value;
}

void trial_restart(struct trial *t, node_id node)
{
	trial_act(t, "n%u restarts", node);
	t->restarts++;
	world_start(t->world, node);
}

static void on_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		       const struct paxos_output *out)
{
	struct trial *t = user;

	t->messages += in->kind == INPUT_MESSAGE;
	t->steps++;
	invariants_step(t->judge, p, in, out);
	t->phase_over |= p->config.self == t->at.till_leading && p->role == ROLE_LEADING;
}

static void on_durable(void *user, node_id node, const struct paxos_write *write)
{
	struct trial *t = user;

	invariants_durable(t->judge, node, write);
	t->phase_over |= node == t->at.till_learned && write->kind == WRITE_CHOSEN;
	if (write->kind == WRITE_VOTE && t->at.till_votes > 0) {
		t->voted |= set_of(node) & t->cast.honest;
		t->phase_over |= set_count(t->voted) >= t->at.till_votes;
	}
}

static void on_sent(void *user, node_id sender, const struct message *message)
{
	invariants_sent(((struct trial *)user)->judge, sender, message);
}

static void on_back(void *user, const struct paxos *p)
{
	invariants_back(((struct trial *)user)->judge, p);
}

static void on_events(void *user, const struct event *event, unsigned events)
{
	struct trial *t = user;

	for (unsigned i = 0; i < events; i++) {
		if (t->why[0] == '\0')
			judge_is_framed(&event[i], t->cast.honest, t->why, sizeof t->why);
		if (t->options.event != NULL)
			t->options.event(t->options.user, &event[i], t->world->values);
	}
}

static struct world_options world_options_of(struct trial *t)
{
	bool tells = t->options.event != NULL || policy_has(t->options.policy, DEFENCE_SIGN);

	return (struct world_options){
		.nodes = t->options.nodes,
		.mode = t->options.mode,
		.seed = random_next(&t->random),
		.clock = {.num = 1, .den = 1},
		.link = link_rule_default(),
		.quiet = !tells,
		.sign = policy_has(t->options.policy, DEFENCE_SIGN),
		.lazy_disks = t->fragile,
		.slots_max = SLOTS_MAX,
		.values_max = VALUES_MAX,
		.values_bytes = VALUES_BYTES,
		.inbox_bytes = INBOX_BYTES,
		.outbox_bytes = OUTBOX_BYTES,
		.backlog_bytes = 4096,
		.watch = {.user = t,
			  .stepped = on_stepped,
			  .durable = on_durable,
			  .sent = on_sent,
			  .back = on_back,
			  .events = tells ? on_events : NULL},
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
	};
}

static size_t aligned(size_t size)
{
	return (size + 15) / 16 * 16;
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
		.backlog_bytes = 4096,
	};

	const struct trial_options options = {.nodes = NODES_MAX};
	const struct invariants_config judge = judge_config(&options, &(struct cast){0});

	return aligned(sizeof(struct trial)) + aligned(invariants_size(&judge)) + world_size(&most);
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

/* By chance: some kinds of lies at once. Noise only drowns the others; races for ballots would too,
 * but where they are defended against. */
static uint32_t any_attacks(struct trial *t)
{
	const bool raced = policy_has(t->options.policy, DEFENCE_WINDOW) &&
			   policy_has(t->options.policy, DEFENCE_LEASE);
	const uint32_t noise = ATTACK_MUTE | ATTACK_GARBLE | ATTACK_FLOOD;
	const uint32_t races = ATTACK_CLIMB | ATTACK_MAX_BALLOT;
	uint32_t attacks = 0;

	for (uint64_t count = 1 + trial_draw(t, 4); count > 0; count--)
		attacks |= (uint32_t)1 << trial_draw(t, ATTACKS);
	if (trial_draw(t, 4) != 0)
		attacks &= ~noise;
	if (!raced)
		attacks &= ~races;
	return attacks == 0 ? ATTACK_EQUIVOCATE : attacks;
}

/* Liars agree on everything, but in some trials of any lies each has its own. */
static void arm(struct trial *t)
{
	char names[ATTACKS_SHOWN_MAX];
	struct control c = {.kind = CONTROL_ATTACK};

	c.attack = (struct attack_order){
		.attacks = t->options.attacks, .colluders = t->cast.liars, .seed = t->options.seed};
	if (t->script == NULL && trial_draw(t, 2) == 0)
		c.attack.victims = (node_set)trial_draw(t, (uint64_t)1 << t->cast.nodes);
	bool alike = trial_draw(t, 2) == 0;
	if (t->options.attacks == 0)
		c.attack.attacks = any_attacks(t);
	for (node_set left = t->cast.liars; left != 0; left &= left - 1) {
		if (t->options.attacks == 0 && !alike)
			c.attack.attacks = any_attacks(t);
		attacks_show(c.attack.attacks, names);
		trial_act(t, "n%u is a liar: %s", set_lowest(left), names);
		control(t, set_lowest(left), &c);
	}
}

/* A third of those that are left to chance. */
static bool is_fragile(const struct trial *t)
{
	return t->script == NULL && t->options.seed / 2 % 3 == 1;
}

static void start(struct trial *t)
{
	for (node_id id = 1; id <= t->cast.nodes; id++) {
		struct member_config *config = &t->world->node[id].config;

		config->policy = t->options.policy;
		config->paxos.quorum = (uint8_t)t->cast.quorum;
		world_start(t->world, id);
	}
}

struct trial *trial_init(void *memory, const struct trial_options *options)
{
	struct trial *t = memory;
	uint8_t *at = (uint8_t *)memory + aligned(sizeof *t);

	assert(options->liars < options->nodes && options->nodes <= NODES_MAX);
	memset(t, 0, sizeof *t);
	t->options = *options;
	if (t->options.patience_us == 0)
		t->options.patience_us = PROGRESS_US;
	t->cast = cast_of(options);
	t->random = options->seed ^ (uint64_t)options->attacks << 40;
	if (options->seed < trial_scripted())
		t->script = &scripts[options->seed / VARIANTS];
	t->fragile = is_fragile(t);
	if (!options->mode_given)
		t->options.mode = options->seed % 2 == 0 ? MODE_SINGLE : MODE_MULTI;
	struct world_options world = world_options_of(t);
	struct invariants_config judge = judge_config(options, &t->cast);
	t->world = world_init(at + aligned(invariants_size(&judge)), &world);
	judge.table = t->world->values;
	t->judge = invariants_init(at, &judge);
	t->until = 200000 + trial_draw(t, 800000);
	t->act_every = 2000 + trial_draw(t, 25000);
	start(t);
	arm(t);
	return t;
}

static void end(struct trial *t, enum trial_state state, const char *why)
{
	t->state = state;
	snprintf(t->why, sizeof t->why, "%s", why);
}

/* All links as the phase has them. */
static void arrange(struct trial *t)
{
	const struct phase *at = &t->at;

	for (node_id from = 1; from <= t->cast.nodes; from++)
		for (node_id to = 1; to <= t->cast.nodes; to++) {
			node_set pair = set_of(from) | set_of(to);
			struct link_rule rule = link_rule_default();

			rule.cut = (at->group[0] & pair) != pair && (at->group[1] & pair) != pair;
			if (to == at->hears_last && !rule.cut)
				rule.delay_us = set_has(t->cast.liars, from) ? 2000 : 15000;
			trial_link(t, from, to, &rule);
		}
}

static slot_number base_of(const struct trial *t, node_id node)
{
	return member_paxos(t->world->node[node].member)->base;
}

static void come_back(struct trial *t)
{
	for (node_set left = t->cast.honest; left != 0; left &= left - 1) {
		struct world_node *n = &t->world->node[set_lowest(left)];

		n->cut_short = CUT_NOTHING;
		if (!n->up)
			trial_restart(t, set_lowest(left));
	}
}

/* Links are good and every honest node is up; liars go on, or nobody hears them any more. */
static void mend(struct trial *t)
{
	node_set all = t->cast.honest | t->cast.liars;

	t->mended = true;
	t->silent = t->script != NULL ? t->script->liars_fall_silent : trial_draw(t, 3) == 0;
	trial_act(t, "links are good again%s", t->silent ? ", and liars fall silent" : "");
	t->at = (struct phase){.group = {t->silent ? t->cast.honest : all}};
	come_back(t);
	arrange(t);
	t->next_at = t->world->now;
	t->deadline = t->world->now + t->options.patience_us;
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
	/* What it sent when it got its promises is lost, or the votes that were cast. */
	for (; silenced != 0; silenced &= silenced - 1)
		lose_words(t, set_lowest(silenced));
	if (!t->script->phase(&t->cast, t->phase++, &t->at)) {
		mend(t);
		return;
	}
	t->next_at = t->world->now + t->at.at_most;
	arrange(t);
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
	const struct world *w = t->world;

	if (has_progressed(t)) {
		t->state = TRIAL_HELD;
		return;
	}
	if (w->now >= t->deadline) {
		end(t, TRIAL_STALLED,
		    t->silent ? "progress: nothing new was chosen and learned in 30 s of virtual "
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

static void act(struct trial *t)
{
	if (t->mended)
		look_for_progress(t);
	else if (t->script != NULL)
		next_phase(t);
	else if (t->world->now >= t->until)
		mend(t);
	else
		chance_act(t);
}

static void judge(struct trial *t)
{
	if (invariants_broken(t->judge) != INVARIANT_NONE)
		end(t, TRIAL_BROKEN, invariants_why(t->judge));
	else if (t->state == TRIAL_RUNNING && t->why[0] != '\0')
		t->state = TRIAL_BROKEN;
	else if (invariants_is_full(t->judge))
		end(t, TRIAL_INCONCLUSIVE, "the run outgrew the judge's memory");
}

enum trial_state trial_step(struct trial *t)
{
	struct world *w = t->world;

	if (t->state != TRIAL_RUNNING)
		return t->state;
	time_us next = world_next(w);
	if (t->phase_over && !t->mended) {
		act(t);
	} else if (next <= w->now) {
		world_run(w);
	} else if (next < t->next_at) {
		w->now = next;
	} else {
		if (t->next_at > w->now)
			w->now = t->next_at;
		act(t);
	}
	judge(t);
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
		.messages = t->messages,
		.steps = t->steps,
		.proposals = t->proposals,
		/* Whoever went down was brought back, but those that are down now. */
		.crashes = t->restarts,
		.restarts = t->restarts,
		.ended_at = t->world->now,
	};
	snprintf(out->why, sizeof out->why, "%s", t->why);
	for (node_id id = 1; id <= t->cast.nodes; id++)
		out->crashes += !t->world->node[id].up;
	for (slot_number slot = 0; slot < SLOTS_MAX; slot++)
		out->chosen += invariants_chosen(t->judge, slot) != VALUE_NONE;
}
