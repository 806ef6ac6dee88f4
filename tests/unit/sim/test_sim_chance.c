/* A simulated cluster to which chance does whatever a user can do: processes end, stop, come back
 * and are replaced, links get worse, time stands still and is moved by hand, one message is lost
 * for good, slots are let go. Each line of tests/data/runs/sim_chance.txt is one seed: what came
 * of it, and a digest of all items, one after the other. REWRITE=1 build/tests/test_sim_chance
 * writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/sim/sim_cluster.h"
#include "tests/support/lines.h"
#include "tests/support/policy_named.h"

#define SEEDS      70
#define RARE_SEEDS 40 /* all that can be ordered */
#define ACTS       60

static struct cluster *cluster;
static struct sim_cluster_options options;
static struct sim_loss loss;
static uint64_t random_state, digest;
static uint64_t events, snapshots, loads, chosen;
static time_us now;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static node_id any_node(void)
{
	return (node_id)(1 + draw(options.nodes));
}

static node_set any_nodes(void)
{
	return draw(2) == 0 ? set_of(any_node()) : set_first(options.nodes);
}

/* --- what is heard ---------------------------------------------------------------------------- */

static void add(const uint64_t *of, size_t bytes)
{
	digest = digest64(digest, (const uint8_t *)of, bytes);
}

static void add_event(const struct event *e)
{
	const uint64_t of[] = {
		e->kind,         e->node,    e->boot,       e->seq,     e->at,
		e->id.source,    e->copy,    e->type,       e->id.boot, e->id.number,
		e->peer,         e->to,      e->slot,       e->why,     e->ballot.node,
		e->ballot.round, e->value,   e->other.node, e->count,   e->drop,
		e->other.round,  e->because, e->due,        e->number,  e->quorum};

	add(of, sizeof of);
	events++;
	chosen += e->kind == EVENT_CHOSEN;
}

static void add_snapshot(const struct snapshot *s)
{
	const uint64_t of[] = {
		s->node,          s->boot,           s->seq,     s->at,      s->epoch,
		s->quorum,        s->mode,           s->lines,   s->attacks, s->has_lied,
		s->mistake,       s->clock.num,      s->gate.on, s->number,  s->role,
		s->promised.node, s->promised.round, s->from,    s->base,    s->low,
		s->promised_by,   s->ballot.round,   s->pending, s->wake_at, s->sent,
		s->received,      s->part_from,      s->slots,   s->held,    s->events_left_out};

	add(of, sizeof of);
	for (unsigned i = 0; i < s->slots; i++) {
		const uint64_t slot[] = {s->slot[i].slot, s->slot[i].chosen, s->slot[i].voted,
					 s->slot[i].voted_at.round, s->slot[i].voted_at.node};

		add(slot, sizeof slot);
	}
	snapshots++;
}

static void add_load(const struct item_load *l)
{
	const uint64_t of[] = {l->node,
			       l->report.number,
			       l->report.count,
			       l->report.values,
			       l->report.slots,
			       l->report.lost,
			       l->report.behind,
			       l->report.done,
			       l->report.elapsed_us,
			       l->report.latency_p50_us};

	add(of, sizeof of);
	loads++;
}

static void hear(time_us until)
{
	struct item item;

	while (cluster->ops->next(cluster, until, &item) != ITEM_NOTHING) {
		if (item.kind == ITEM_EVENT)
			add_event(item.event);
		else if (item.kind == ITEM_SNAPSHOT)
			add_snapshot(item.snapshot);
		else if (item.kind == ITEM_LOAD)
			add_load(item.load);
		else
			digest = digest64(digest, item.proof->bytes, item.proof->length);
	}
	now = cluster->ops->now(cluster, 0);
}

/* --- what is done ---------------------------------------------------------------------------- */

static void order(struct control c, node_set to)
{
	c.to = to;
	const uint64_t given = cluster->ops->control(cluster, &c);

	add(&given, sizeof given);
	if (!given)
		digest = digest64(digest, (const uint8_t *)cluster->why, strlen(cluster->why));
}

static void propose(void)
{
	char value[24];

	snprintf(value, sizeof value, "v%u", (unsigned)draw(12));
	order((struct control){.kind = CONTROL_PROPOSE,
			       .slot = draw(3) == 0 ? draw(9) : SLOT_NONE,
			       .value = (const uint8_t *)value,
			       .value_length = (uint32_t)strlen(value)},
	      set_of(any_node()));
}

static void shape_link(void)
{
	struct link_rule rule = link_rule_default();

	rule.cut = draw(3) == 0;
	if (draw(3) == 0)
		rule.loss_ppm = (uint32_t)draw(600000);
	if (draw(3) == 0)
		rule.duplicate_ppm = (uint32_t)draw(400000);
	if (draw(4) == 0)
		rule = link_rule_default();
	order((struct control){.kind = CONTROL_LINK, .peer = any_node(), .link = rule},
	      any_nodes());
}

static void shape_time(void)
{
	static const struct clock_rule rules[] = {{.num = 1, .den = 1},
						  {.num = 0, .den = 1},
						  {.num = 1, .den = 0},
						  {.num = 1, .den = 10}};

	order((struct control){.kind = CONTROL_CLOCK, .clock = rules[draw(4)]},
	      set_first(options.nodes));
}

/* What is seldom ordered: nodes lie, crash in the midst of writing, hold what comes in. */
static void act_rarely(void)
{
	static const char *const sets[] = {"none", "sign", "sign+cert", "all", "sign+lease+window"};
	struct control c = {.id = {any_node(), 1, draw(40)}};

	switch (draw(8)) {
	case 0:
		c.kind = CONTROL_POLICY;
		c.slot = draw(30);
		c.count = draw(3) == 0 ? 1 : 0;
		c.policy = policy_named(sets[draw(5)]);
		order(c, any_nodes());
		break;
	case 1:
		c.kind = CONTROL_ATTACK;
		if (draw(3) != 0)
			c.attack = (struct attack_order){
				.attacks = (uint32_t)1 << draw(ATTACKS),
				.colluders = set_of(any_node()),
				.victims = draw(2) == 0 ? set_of(any_node()) : 0,
				.seed = draw(100),
			};
		order(c, set_of(any_node()));
		break;
	case 2:
		c.kind = CONTROL_MISTAKE;
		c.count = (uint32_t)draw(MISTAKES);
		order(c, set_of(any_node()));
		break;
	case 3:
		c.kind = draw(2) == 0 ? CONTROL_EXIT : CONTROL_CRASH;
		order(c, any_nodes());
		break;
	case 4:
		c.kind = CONTROL_CRASH_BEFORE;
		c.count = (uint32_t)draw(4);
		order(c, any_nodes());
		break;
	case 5:
		c.kind = CONTROL_GATE;
		c.count = draw(3) == 0 ? 0 : 1;
		order(c, any_nodes());
		break;
	default:
		c.kind = (enum control_kind[]){CONTROL_DELIVER, CONTROL_DISCARD,
					       CONTROL_DUPLICATE}[draw(3)];
		order(c, any_nodes());
		break;
	}
}

static void act(void)
{
	static const char *const sets[] = {"none", "sign", "sign+cert", "sign+echo"};

	switch (draw(14)) {
	case 0:
		cluster->ops->process(cluster, any_node(), PROCESS_CRASH);
		break;
	case 1:
	case 2:
		cluster->ops->process(cluster, any_node(), PROCESS_RESTART);
		break;
	case 3:
		cluster->ops->process(cluster, any_node(),
				      draw(2) == 0 ? PROCESS_STOP : PROCESS_CONTINUE);
		break;
	case 4:
		cluster->ops->process(cluster, any_node(),
				      draw(4) == 0 ? PROCESS_REPLACE : PROCESS_CONTINUE);
		break;
	case 5:
		shape_link();
		break;
	case 6:
		shape_time();
		break;
	case 7:
		order((struct control){.kind = CONTROL_ADVANCE,
				       .due = now + draw(200000),
				       .peer = any_node()},
		      set_first(options.nodes));
		break;
	case 8:
		order((struct control){.kind = CONTROL_LOAD,
				       .count = (uint32_t)draw(30),
				       .size_bytes = 8,
				       .outstanding = 1 + (uint32_t)draw(8)},
		      set_of(any_node()));
		break;
	case 9:
		if (draw(4) == 0)
			order((struct control){.kind = CONTROL_EPOCH,
					       .count = 2 + (uint32_t)draw(3),
					       .policy = policy_named(sets[draw(4)])},
			      set_first(options.nodes));
		break;
	case 10:
		order((struct control){.kind = CONTROL_READ, .count = (uint32_t)draw(2)},
		      set_of(any_node()));
		break;
	default:
		propose();
		break;
	}
	if (draw(5) == 0)
		cluster->ops->refresh(cluster);
	hear(now + draw(400000));
}

static void run_seed(uint64_t seed)
{
	static const char *const sets[] = {"none", "sign+cert", "sign+quorum+echo", "all",
					   "sign+justify"};
	void *memory;

	random_state = seed;
	digest = events = snapshots = loads = chosen = 0;
	loss = (struct sim_loss){.at = draw(3) == 0 ? 0 : 1 + draw(60)};
	options = (struct sim_cluster_options){
		.nodes = (uint8_t)(1 + draw(5)),
		.mode = draw(2) == 0 ? MODE_SINGLE : MODE_MULTI,
		.seed = seed,
		.clock = {.num = 1, .den = 1},
		.link = link_rule_default(),
		.policy = policy_named(sets[draw(5)]),
		.keep = draw(3) == 0 ? 0 : 1 + draw(6),
		.loss = draw(2) == 0 ? &loss : NULL,
	};
	if (seed > SEEDS && draw(2) == 0)
		options.batch = (struct batch_rule){.count = 1 + (uint32_t)draw(9), .bytes = 200};
	memory = malloc(sim_cluster_size(&options));
	assert_non_null(memory);
	cluster = sim_cluster_init(memory, &options);
	hear(0);
	if (seed > SEEDS)
		order((struct control){.kind = CONTROL_GATE, .count = 1}, any_nodes());
	for (unsigned i = 0; i < ACTS; i++) {
		if (seed > SEEDS && draw(3) == 0)
			act_rarely();
		act();
	}
	/* everybody is there again */
	for (node_id id = 1; id <= options.nodes; id++) {
		cluster->ops->process(cluster, id, PROCESS_CONTINUE);
		cluster->ops->process(cluster, id, PROCESS_RESTART);
	}
	order((struct control){.kind = CONTROL_CLOCK, .clock = {.num = 1, .den = 1}},
	      set_first(options.nodes));
	hear(now + 3000000);
	cluster->ops->refresh(cluster);
	hear(now);
	lines_add("%2llu: n=%u %s: %llu events, %llu chosen, %llu inputs, %llu snapshots, %llu of "
		  "loads, %llu "
		  "us, %016llx",
		  (unsigned long long)seed, options.nodes,
		  options.mode == MODE_SINGLE ? "single" : "multi", (unsigned long long)events,
		  (unsigned long long)chosen, (unsigned long long)sim_cluster_steps(cluster),
		  (unsigned long long)snapshots, (unsigned long long)loads, (unsigned long long)now,
		  (unsigned long long)digest);
	if (loss.lost)
		lines_add(", %llu lost of %llu: n%u to n%u %s %u.%u slot %llu %s at %llu",
			  (unsigned long long)loss.at, (unsigned long long)loss.deliveries,
			  loss.from, loss.to, message_name(loss.type), loss.ballot.round,
			  loss.ballot.node, (unsigned long long)loss.slot, loss.value,
			  (unsigned long long)loss.when);
	lines_add("\n");
	cluster->ops->close(cluster);
	free(memory);
}

static void a_seed_keeps_what_comes_of_it(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/sim_chance.txt");
	for (uint64_t seed = 1; seed <= SEEDS + RARE_SEEDS; seed++)
		run_seed(seed);
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_keeps_what_comes_of_it),
	};

	return cmocka_run_group_tests_name("simulated cluster by chance", tests, NULL, NULL);
}
