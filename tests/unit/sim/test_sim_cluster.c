#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"

struct fixture {
	void *memory;
	struct cluster *c;
	/* folded from the items */
	uint64_t items;
	uint64_t hash;
	uint64_t kinds[EVENT_KINDS];
	struct event last[EVENT_KINDS];
	struct snapshot snapshot[NODES_MAX + 1];
	struct load_report load[NODES_MAX + 1];
	uint64_t loads; /* reports of them */
};

static const struct clock_rule real_time = {.num = 1, .den = 1};
static const struct clock_rule unlimited = {.num = 1, .den = 0};

static struct fixture *open_cluster(uint8_t nodes, uint64_t seed, struct clock_rule clock)
{
	const struct sim_cluster_options options = {
		.nodes = nodes, .seed = seed, .clock = clock, .link = link_rule_default()};
	struct fixture *f = calloc(1, sizeof *f);

	f->memory = malloc(sim_cluster_size(&options));
	assert_non_null(f->memory);
	f->c = sim_cluster_init(f->memory, &options);
	return f;
}

static void close_cluster(struct fixture *f)
{
	f->c->ops->close(f->c);
	free(f->memory);
	free(f);
}

/* Takes every item until a time; snapshots come first. */
static void run(struct fixture *f, time_us until)
{
	struct item item;

	while (f->c->ops->next(f->c, until, &item) != ITEM_NOTHING) {
		f->items++;
		if (item.kind == ITEM_SNAPSHOT) {
			f->snapshot[item.snapshot->node] = *item.snapshot;
			continue;
		}
		if (item.kind == ITEM_LOAD) {
			f->load[item.load->node] = item.load->report;
			f->loads++;
			f->hash = f->hash * 31 + item.load->report.values;
			continue;
		}
		const struct event *e = item.event;
		f->kinds[e->kind]++;
		f->last[e->kind] = *e;
		f->hash = f->hash * 1099511628211u + (unsigned)e->kind * 31u + e->node * 7u +
			  e->at + e->seq + e->value + e->due;
	}
}

static bool give(struct fixture *f, struct control c, node_set to)
{
	c.to = to;
	return f->c->ops->control(f->c, &c);
}

static bool propose(struct fixture *f, node_id node, const char *value)
{
	return give(f,
		    (struct control){.kind = CONTROL_PROPOSE,
				     .slot = SLOT_NONE,
				     .value = (const uint8_t *)value,
				     .value_length = (uint32_t)strlen(value)},
		    set_of(node));
}

static void look(struct fixture *f, time_us now)
{
	run(f, now);
	f->c->ops->refresh(f->c);
	run(f, now);
}

static bool process(struct fixture *f, node_id node, enum process_act act)
{
	return f->c->ops->process(f->c, node, act);
}

static void it_says_what_it_begins_with(void **state)
{
	const struct sim_cluster_options options = {.nodes = 5,
						    .clock = real_time,
						    .link = link_rule_default(),
						    .policy = DEFENCE_SIGN | DEFENCE_QUORUM};
	void *memory = malloc(sim_cluster_size(&options));
	struct cluster *c = sim_cluster_init(memory, &options);
	struct cluster_info info;

	c->ops->info(c, &info);
	assert_int_equal(info.nodes, 5);
	assert_int_equal(info.quorum, 3); /* of slots without the defence */
	assert_int_equal(info.policy, DEFENCE_SIGN | DEFENCE_QUORUM);
	c->ops->close(c);
	free(memory);
	(void)state;
}

/* What a simulated disk forgets at an epoch is what a store forgets: all of the log. */
static void the_log_of_an_epoch_that_is_over_does_not_come_back(void **state)
{
	const struct control epoch = {.kind = CONTROL_EPOCH, .count = 2};

	(void)state;
	for (uint8_t nodes = 1; nodes <= 5; nodes++) {
		struct fixture *f = open_cluster(nodes, 1, real_time);
		struct cluster_info info;

		assert_true(propose(f, 1, "old"));
		run(f, 1000000);
		assert_int_equal(f->kinds[EVENT_CHOSEN], nodes);
		assert_true(give(f, epoch, set_first(nodes)));
		run(f, 1000000);
		assert_int_equal(f->kinds[EVENT_EPOCH], nodes);
		f->c->ops->info(f->c, &info);
		assert_int_equal(info.epoch, 2);
		for (node_id id = 1; id <= nodes; id++) {
			assert_true(process(f, id, PROCESS_CRASH));
			assert_true(process(f, id, PROCESS_RESTART));
		}
		look(f, 1000000);
		for (node_id id = 1; id <= nodes; id++) {
			assert_int_equal(f->snapshot[id].epoch, 2);
			assert_int_equal(f->snapshot[id].base, 0);
			assert_int_equal(f->snapshot[id].slots, 0);
			assert_true(ballot_is_none(f->snapshot[id].promised));
		}
		assert_true(propose(f, nodes, "new"));
		run(f, 3000000);
		assert_int_equal(f->kinds[EVENT_CHOSEN], 2 * nodes);
		assert_int_equal(f->last[EVENT_CHOSEN].slot, 0);
		close_cluster(f);
	}
}

/* Whichever node is the only one left when a new epoch is begun. */
static void a_cluster_is_in_the_latest_epoch_of_its_nodes(void **state)
{
	const struct control epoch = {.kind = CONTROL_EPOCH, .count = 2, .policy = DEFENCE_SIGN};

	(void)state;
	for (node_id left = 1; left <= 5; left++) {
		struct fixture *f = open_cluster(5, left, real_time);
		struct cluster_info info;

		for (node_id id = 1; id <= 5; id++)
			assert_true(id == left || process(f, id, PROCESS_CRASH));
		assert_true(give(f, epoch, set_of(left)));
		run(f, 1000000);
		f->c->ops->info(f->c, &info);
		assert_int_equal(info.epoch, 2);
		assert_int_equal(info.policy, DEFENCE_SIGN);
		close_cluster(f);
	}
}

/* Two liars that outbid each other over links without delay never rest. */
static void time_moves_where_nobody_rests(void **state)
{
	for (uint8_t nodes = 3; nodes <= 5; nodes++) {
		struct fixture *f = open_cluster(nodes, 1, unlimited);
		struct control climb = {.kind = CONTROL_ATTACK};

		climb.attack.attacks = ATTACK_CLIMB;
		for (node_id liar = 1; liar <= 2; liar++) {
			climb.attack.seed = liar;
			climb.attack.colluders = set_of(liar);
			assert_true(give(f, climb, set_of(liar)));
		}
		assert_true(propose(f, nodes, "apple"));
		run(f, 300000);
		assert_true(f->c->ops->now(f->c, 0) >= 300000);
		assert_true(f->last[EVENT_SENT].at > 200000);
		close_cluster(f);
	}
	(void)state;
}

static void a_value_is_chosen_by_all(void **state)
{
	struct fixture *f = open_cluster(5, 1, real_time);
	uint32_t length;

	(void)state;
	assert_true(propose(f, 1, "apple"));
	run(f, 1000000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 5);
	assert_memory_equal(values_bytes(f->c->values, f->last[EVENT_CHOSEN].value, &length),
			    "apple", 5);
	assert_true(f->last[EVENT_CHOSEN].at > 20000 && f->last[EVENT_CHOSEN].at < 40000);
	assert_int_equal(f->c->ops->now(f->c, 0), 1000000);
	close_cluster(f);
}

static void unlimited_takes_no_virtual_time(void **state)
{
	struct fixture *f = open_cluster(5, 1, unlimited);

	(void)state;
	assert_true(propose(f, 1, "apple"));
	run(f, 0);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 5);
	close_cluster(f);
}

static uint64_t hash_of_run(uint64_t seed)
{
	struct fixture *f = open_cluster(5, seed, real_time);

	propose(f, 1, "apple");
	propose(f, 2, "pear");
	run(f, 12000);
	give(f, (struct control){.kind = CONTROL_LINK, .peer = 1, .link = {.loss_ppm = 500000}},
	     set_of(3));
	process(f, 2, PROCESS_CRASH);
	run(f, 400000);
	process(f, 2, PROCESS_RESTART);
	look(f, 2000000);
	uint64_t hash = f->hash;
	close_cluster(f);
	return hash;
}

static void equal_seeds_and_controls_give_equal_items(void **state)
{
	(void)state;
	assert_true(hash_of_run(7) == hash_of_run(7));
	assert_true(hash_of_run(7) != hash_of_run(8));
}

static void a_sender_is_told_before_its_receivers(void **state)
{
	struct fixture *f = open_cluster(3, 1, unlimited);
	struct item item;
	bool sent = false;

	(void)state;
	propose(f, 1, "apple");
	while (f->c->ops->next(f->c, 0, &item) != ITEM_NOTHING) {
		sent |= item.event->kind == EVENT_SENT;
		if (item.event->kind == EVENT_RECEIVED)
			assert_true(sent);
	}
	assert_true(sent);
	close_cluster(f);
}

/* Or a wait for a node that is to come back would never end. */
static void time_goes_on_where_no_node_runs(void **state)
{
	static const enum process_act acts[] = {PROCESS_STOP, PROCESS_CRASH};
	const struct control pause = {.kind = CONTROL_CLOCK, .clock = {.num = 0, .den = 1}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const bool paused = i >= 2;
		struct fixture *f = open_cluster(3, 1, real_time);
		run(f, 5000);
		if (paused)
			assert_true(give(f, pause, set_first(3)));
		for (node_id id = 1; id <= 3; id++)
			assert_true(f->c->ops->process(f->c, id, acts[i % 2]));
		run(f, 1000000);
		assert_int_equal(f->c->ops->now(f->c, 0), paused ? 5000 : 1000000);
		close_cluster(f);
	}
}

static void a_paused_world_stands_still_until_advanced(void **state)
{
	struct fixture *f = open_cluster(3, 1, real_time);
	const struct control pause = {.kind = CONTROL_CLOCK, .clock = {.num = 0, .den = 1}};

	(void)state;
	run(f, 5000);
	assert_true(give(f, pause, set_first(3)));
	assert_true(propose(f, 1, "apple"));
	run(f, 1000000);
	assert_int_equal(f->c->ops->now(f->c, 0), 5000);
	assert_int_equal(f->kinds[EVENT_HELD], 2);
	assert_int_equal(f->kinds[EVENT_RECEIVED], 0);
	time_us due = f->last[EVENT_HELD].due;
	assert_true(give(f, (struct control){.kind = CONTROL_ADVANCE, .due = due}, set_first(3)));
	run(f, 1000000);
	assert_int_equal(f->c->ops->now(f->c, 0), due);
	assert_true(f->kinds[EVENT_RECEIVED] >= 1);
	assert_true(
		give(f, (struct control){.kind = CONTROL_CLOCK, .clock = real_time}, set_first(3)));
	run(f, 1000000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 3);
	close_cluster(f);
}

static void a_crashed_node_comes_back_with_what_it_promised(void **state)
{
	struct fixture *f = open_cluster(3, 1, real_time);

	(void)state;
	propose(f, 1, "apple");
	run(f, 500000);
	look(f, 500000);
	struct ballot promised = f->snapshot[2].promised;
	struct ballot voted = f->snapshot[2].slot[0].voted_at;
	assert_true(process(f, 2, PROCESS_CRASH));
	assert_false(process(f, 2, PROCESS_CRASH));
	assert_string_equal(f->c->why, "n2 is down already");
	assert_false(propose(f, 2, "pear"));
	run(f, 600000);
	assert_int_equal(f->last[EVENT_CRASHED].node, 2);
	assert_int_equal(f->last[EVENT_CRASHED].seq, 0);
	assert_true(process(f, 2, PROCESS_RESTART));
	look(f, 700000);
	assert_int_equal(f->snapshot[2].boot, 2);
	assert_int_equal(ballot_cmp(f->snapshot[2].promised, promised), 0);
	assert_int_equal(ballot_cmp(f->snapshot[2].slot[0].voted_at, voted), 0);
	assert_int_equal(f->snapshot[2].base, 1);
	close_cluster(f);
}

static void a_crash_control_is_seen_as_a_crash(void **state)
{
	struct fixture *f = open_cluster(3, 1, real_time);

	(void)state;
	assert_true(give(f, (struct control){.kind = CONTROL_CRASH}, set_of(3)));
	run(f, 1000);
	assert_int_equal(f->kinds[EVENT_CRASHED], 1);
	assert_int_equal(f->last[EVENT_CRASHED].node, 3);
	assert_true(process(f, 3, PROCESS_RESTART));
	run(f, 2000);
	assert_int_equal(f->last[EVENT_STARTED].node, 3);
	close_cluster(f);
}

static void a_stopped_node_catches_up_when_it_continues(void **state)
{
	struct fixture *f = open_cluster(3, 1, real_time);

	(void)state;
	assert_true(process(f, 3, PROCESS_STOP));
	assert_false(process(f, 3, PROCESS_STOP));
	propose(f, 1, "apple");
	run(f, 200000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 2);
	assert_true(process(f, 3, PROCESS_CONTINUE));
	run(f, 400000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 3);
	assert_int_equal(f->kinds[EVENT_STOPPED], 1);
	assert_int_equal(f->kinds[EVENT_CONTINUED], 1);
	close_cluster(f);
}

static void a_minority_cannot_choose_and_learns_when_it_is_joined(void **state)
{
	struct fixture *f = open_cluster(5, 1, real_time);
	const struct control cut = {.kind = CONTROL_LINK, .link = {.cut = true}};
	struct control join = {.kind = CONTROL_LINK, .link = link_rule_default()};

	(void)state;
	for (node_id a = 1; a <= 2; a++)
		for (node_id b = 3; b <= 5; b++) {
			struct control c = cut;
			c.peer = a;
			give(f, c, set_of(b));
			c.peer = b;
			give(f, c, set_of(a));
		}
	propose(f, 1, "apple");
	run(f, 3000000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 0);
	propose(f, 3, "pear");
	run(f, 6000000);
	assert_int_equal(f->kinds[EVENT_CHOSEN], 3);
	give(f, join, set_first(5));
	look(f, 10000000);
	for (node_id id = 1; id <= 5; id++)
		assert_int_equal(f->snapshot[id].base, 2);
	close_cluster(f);
}

static void a_gate_holds_messages_to_be_delivered_by_hand(void **state)
{
	struct fixture *f = open_cluster(2, 1, real_time);

	(void)state;
	give(f, (struct control){.kind = CONTROL_GATE, .count = 1}, set_of(2));
	propose(f, 1, "apple");
	run(f, 20000);
	assert_int_equal(f->last[EVENT_HELD].due, 0);
	assert_int_equal(f->kinds[EVENT_RECEIVED], 0);
	give(f, (struct control){.kind = CONTROL_DELIVER, .id = f->last[EVENT_HELD].id}, set_of(2));
	run(f, 20000);
	assert_int_equal(f->kinds[EVENT_RECEIVED], 1);
	close_cluster(f);
}

static void what_cannot_be_done_is_said(void **state)
{
	struct fixture *f = open_cluster(3, 9, real_time);
	struct cluster_info info;

	(void)state;
	assert_false(propose(f, 4, "apple"));
	assert_string_equal(f->c->why, "there is no n4");
	assert_false(process(f, 0, PROCESS_CRASH));
	assert_false(process(f, 1, PROCESS_RESTART));
	assert_string_equal(f->c->why, "n1 is up already");
	assert_false(give(f, (struct control){.kind = CONTROL_LOAD, .count = 40000}, set_of(1)));
	assert_string_equal(f->c->why,
			    "simulated disks have room for 32768 more values in this epoch, "
			    "not 40000");
	assert_false(
		give(f, (struct control){.kind = CONTROL_LOAD, .count = 1000, .size_bytes = 65536},
		     set_of(1)));
	assert_string_equal(f->c->why, "simulated disks have room for 16 MiB of values");
	f->c->ops->info(f->c, &info);
	assert_int_equal(info.kind, CLUSTER_SIMULATED);
	assert_string_equal(info.name, "sim seed 9");
	assert_true(info.can_act);
	assert_int_equal(f->c->ops->fd(f->c), -1);
	close_cluster(f);
}

/* What a node that is away left behind, and what it is owed since: the links that it will have, and
 * the slots that it may have touched. */
static void of_a_node_that_is_away_is_known_what_it_will_find(void **state)
{
	struct fixture *f = open_cluster(3, 9, unlimited);
	struct link_rule cut = link_rule_default(), slow = link_rule_default();
	struct away away;

	(void)state;
	cut.cut = true;
	slow.delay_us = 77000;
	assert_true(propose(f, 1, "apple"));
	run(f, 1000000);
	assert_true(f->c->ops->away(f->c, 3, &away));
	assert_false(away.touched_is_known); /* it is up, and can be asked itself */
	/* before it went, and since: */
	give(f, (struct control){.kind = CONTROL_LINK, .peer = 1, .link = slow}, set_of(3));
	run(f, 1000000);
	assert_true(process(f, 3, PROCESS_CRASH));
	run(f, 1000000);
	give(f, (struct control){.kind = CONTROL_LINK, .peer = 2, .link = cut}, set_of(3));
	give(f, (struct control){.kind = CONTROL_LINK, .peer = 1, .link = cut}, set_of(2));
	assert_true(f->c->ops->away(f->c, 3, &away));
	assert_int_equal(away.link[1].delay_us, 77000);
	assert_false(away.link[1].cut);
	assert_true(away.link[2].cut);
	assert_true(away.touched_is_known);
	assert_int_equal(away.untouched, 1);
	give(f, (struct control){.kind = CONTROL_LINK, .link = slow}, set_of(3));
	assert_true(f->c->ops->away(f->c, 3, &away));
	assert_true(away.link[1].delay_us == 77000 && away.link[2].delay_us == 77000);
	assert_false(away.link[2].cut);
	/* an epoch begins with an empty log, at all that are to begin it */
	give(f, (struct control){.kind = CONTROL_EPOCH, .count = 2}, set_of(1) | set_of(2));
	assert_true(f->c->ops->away(f->c, 3, &away));
	assert_int_equal(away.untouched, 1);
	give(f, (struct control){.kind = CONTROL_EPOCH, .count = 2}, set_of(3));
	assert_true(f->c->ops->away(f->c, 3, &away));
	assert_int_equal(away.untouched, 0);
	close_cluster(f);
}

/* What was heard of each node, what was left out, and the number of its last event. */
struct ledger {
	uint64_t heard[4], missed[4], last[4];
};

static void drain(struct fixture *f, struct ledger *l)
{
	struct item item;

	while (f->c->ops->next(f->c, 1000000, &item) != ITEM_NOTHING) {
		const struct event *e = item.event;

		if (item.kind != ITEM_EVENT)
			continue;
		if (e->kind == EVENT_MISSED) {
			l->missed[e->node] += e->count;
			continue;
		}
		l->heard[e->node]++;
		l->last[e->node] = e->seq;
	}
}

/* More than its user can take: what is left out is counted, node by node, and said. */
static void events_that_were_left_out_are_counted(void **state)
{
	struct fixture *f = open_cluster(3, 9, unlimited);
	struct ledger l = {.heard = {0}};

	(void)state;
	drain(f, &l);
	for (unsigned i = 0; i < 20000; i++)
		give(f, (struct control){.kind = CONTROL_GATE, .count = i % 2},
		     set_of((node_id)(1 + i % 3)));
	drain(f, &l);
	give(f, (struct control){.kind = CONTROL_GATE}, set_first(3));
	drain(f, &l);
	for (node_id id = 1; id <= 3; id++) {
		assert_true(l.heard[id] > 1000 && l.missed[id] > 1000);
		assert_int_equal(l.heard[id] + l.missed[id], l.last[id]);
	}
	assert_int_equal(l.missed[0], 0);
	close_cluster(f);
}

/* More slots than are open at once, so that members and disks forget and remember in turn. */
static void a_long_log_survives_a_restart_of_everybody(void **state)
{
	struct fixture *f = open_cluster(3, 1, unlimited);
	char value[16];

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		snprintf(value, sizeof value, "v%u", i);
		assert_true(propose(f, (node_id)(1 + i % 3), value));
		run(f, 1000000 * (i + 1));
	}
	for (node_id id = 1; id <= 3; id++)
		assert_true(process(f, id, PROCESS_CRASH));
	for (node_id id = 1; id <= 3; id++)
		assert_true(process(f, id, PROCESS_RESTART));
	look(f, 401000000);
	for (node_id id = 1; id <= 3; id++) {
		assert_int_equal(f->snapshot[id].base, 400);
		assert_int_equal(f->snapshot[id].slots, SNAPSHOT_SLOTS_MAX);
		assert_int_equal(f->snapshot[id].slot[SNAPSHOT_SLOTS_MAX - 1].slot, 399);
		assert_true(f->snapshot[id].slot[0].chosen != VALUE_NONE);
	}
	close_cluster(f);
}

/* In every mode and with every set of defences: once all nodes know as much, nobody says anything,
 * until there is something to say. */
static void a_cluster_that_is_level_is_silent_for_ever(void **state)
{
	static const char *const sets[] = {"none",      "sign",   "sign+echo", "sign+justify",
					   "sign+cert", "origin", "all"};

	(void)state;
	for (unsigned i = 0; i < 2 * sizeof sets / sizeof sets[0]; i++) {
		struct sim_cluster_options options = {
			.nodes = 4, .seed = i, .clock = real_time, .link = link_rule_default()};
		const char *bad;
		size_t bad_length;
		struct fixture *f = calloc(1, sizeof *f);

		options.mode = i % 2 == 0 ? MODE_SINGLE : MODE_MULTI;
		assert_true(policy_parse(sets[i / 2], &options.policy, &bad, &bad_length));
		f->memory = malloc(sim_cluster_size(&options));
		assert_non_null(f->memory);
		f->c = sim_cluster_init(f->memory, &options);
		assert_true(propose(f, 1, "apple"));
		assert_true(propose(f, 1, "pear"));
		run(f, 20000000);
		assert_true(f->kinds[EVENT_CHOSEN] >= 8);
		uint64_t before = f->items;
		run(f, 20000000000);
		assert_int_equal(f->items, before);
		close_cluster(f);
	}
}

static bool give_load(struct fixture *f, node_id node, uint32_t count, uint32_t outstanding,
		      uint32_t rate)
{
	return give(f,
		    (struct control){.kind = CONTROL_LOAD,
				     .count = count,
				     .size_bytes = 64,
				     .outstanding = outstanding,
				     .rate = rate,
				     .batch = {.count = 1}},
		    set_of(node));
}

static void a_load_is_measured_in_virtual_time(void **state)
{
	struct fixture *f = open_cluster(3, 4, real_time);

	(void)state;
	assert_true(give_load(f, 1, 30, 4, 0));
	run(f, 0);
	assert_int_equal(f->load[1].number, 1);
	assert_int_equal(f->load[1].count, 30);
	run(f, 20000000);
	assert_true(f->load[1].done);
	assert_int_equal(f->load[1].values, 30);
	assert_int_equal(f->load[1].lost, 0);
	assert_true(f->load[1].latency_p50_us >= 2 * link_rule_default().delay_us);
	assert_true(f->load[1].elapsed_us > 30 / 4 * f->load[1].latency_p50_us / 2);
	assert_true(f->kinds[EVENT_WON] == 30);
	/* twenty a second for a second, from another node */
	const time_us begin = f->c->ops->now(f->c, 0);
	assert_true(give_load(f, 2, 21, 100, 20));
	run(f, begin + 900000);
	assert_false(f->load[2].done);
	assert_true(f->load[2].values >= 15 && f->load[2].values <= 19);
	assert_int_equal(f->load[2].behind, 0);
	run(f, begin + 5000000);
	assert_true(f->load[2].done);
	assert_true(f->load[2].elapsed_us >= 1000000 && f->load[2].elapsed_us < 2000000);
	close_cluster(f);
}

static void a_load_stands_still_with_time_and_ends_with_its_node(void **state)
{
	struct fixture *f = open_cluster(3, 4, real_time);

	(void)state;
	assert_true(give_load(f, 1, 1000, 4, 0));
	run(f, 500000);
	give(f, (struct control){.kind = CONTROL_CLOCK, .clock = {0, 500000, 0, 1}}, set_first(3));
	run(f, 500000);
	const struct load_report before = f->load[1];
	run(f, 50000000);
	assert_int_equal(f->load[1].values, before.values);
	assert_false(before.done);
	give(f, (struct control){.kind = CONTROL_CLOCK, .clock = {0, 500000, 1, 1}}, set_first(3));
	run(f, 700000);
	assert_true(f->load[1].values > before.values);
	assert_true(process(f, 1, PROCESS_CRASH));
	run(f, 800000);
	const uint64_t loads = f->loads;
	assert_false(give_load(f, 1, 5, 1, 0));
	assert_string_equal(f->c->why, "n1 is down");
	assert_true(process(f, 1, PROCESS_RESTART));
	run(f, 30000000);
	assert_int_equal(f->loads, loads);
	/* in its next life it can be told another one */
	assert_true(give_load(f, 1, 5, 1, 0));
	run(f, 60000000);
	assert_true(f->load[1].done);
	assert_int_equal(f->load[1].values, 5);
	/* and a stopped one goes on where it was */
	assert_true(give_load(f, 2, 40, 1, 0));
	run(f, 60100000);
	assert_true(process(f, 2, PROCESS_STOP));
	run(f, 70000000);
	assert_false(f->load[2].done);
	assert_true(process(f, 2, PROCESS_CONTINUE));
	run(f, 90000000);
	assert_true(f->load[2].done);
	assert_int_equal(f->load[2].values, 40);
	close_cluster(f);
}

static void what_a_load_waits_for_is_given_up_with_its_epoch(void **state)
{
	struct fixture *f = open_cluster(3, 4, real_time);

	(void)state;
	assert_true(give_load(f, 1, 100, 8, 0));
	run(f, 300000);
	assert_true(give(f, (struct control){.kind = CONTROL_EPOCH, .count = 2}, set_first(3)));
	run(f, 60000000);
	assert_true(f->load[1].done);
	assert_true(f->load[1].lost > 0 && f->load[1].lost <= 8);
	assert_int_equal(f->load[1].values + f->load[1].lost, 100);
	/* one that is ended says so at once */
	assert_true(give_load(f, 1, 100, 8, 0));
	run(f, 60200000);
	assert_true(give_load(f, 1, 0, 0, 0));
	run(f, 60200000);
	assert_true(f->load[1].done);
	assert_true(f->load[1].values < 100);
	close_cluster(f);
}

/* Nodes that lead against each other, at full speed, alone: it ends, and equal seeds are equal. */
static void loads_end_in_any_company(void **state)
{
	uint64_t hash[2];

	(void)state;
	for (unsigned nodes = 1; nodes <= 5; nodes += 2)
		for (unsigned slow = 0; slow < 2; slow++) {
			for (unsigned again = 0; again < 2; again++) {
				struct fixture *f = open_cluster((uint8_t)nodes, 11,
								 slow ? real_time : unlimited);

				for (node_id id = 1; id <= nodes; id++)
					assert_true(give_load(f, id, 200, 1u << id, id * 100));
				run(f, 120000000);
				for (node_id id = 1; id <= nodes; id++) {
					assert_true(f->load[id].done);
					assert_int_equal(f->load[id].values + f->load[id].lost,
							 200);
				}
				hash[again] = f->hash;
				close_cluster(f);
			}
			assert_int_equal(hash[0], hash[1]);
		}
}

/* A snapshot counts the events of its node. One that is asked for before something is done, and
 * taken after, would have whoever hears it leave those events out. */
static void what_a_snapshot_counts_is_told_before_it(void **state)
{
	struct fixture *f = open_cluster(3, 1, real_time);
	uint64_t told[4] = {0};
	unsigned snapshots = 0;
	struct item item;

	(void)state;
	run(f, 0);
	f->c->ops->refresh(f->c);
	assert_true(propose(f, 1, "apple"));
	for (node_id id = 1; id <= 3; id++)
		told[id] = f->last[EVENT_STARTED].seq;
	while (f->c->ops->next(f->c, 0, &item) != ITEM_NOTHING) {
		if (item.kind == ITEM_EVENT)
			told[item.event->node] = item.event->seq;
		if (item.kind != ITEM_SNAPSHOT)
			continue;
		assert_int_equal(item.snapshot->seq, told[item.snapshot->node]);
		snapshots++;
	}
	assert_int_equal(snapshots, 3);
	assert_true(told[1] > f->last[EVENT_STARTED].seq);
	close_cluster(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cluster_that_is_level_is_silent_for_ever),
		cmocka_unit_test(it_says_what_it_begins_with),
		cmocka_unit_test(a_cluster_is_in_the_latest_epoch_of_its_nodes),
		cmocka_unit_test(the_log_of_an_epoch_that_is_over_does_not_come_back),
		cmocka_unit_test(time_moves_where_nobody_rests),
		cmocka_unit_test(a_value_is_chosen_by_all),
		cmocka_unit_test(unlimited_takes_no_virtual_time),
		cmocka_unit_test(equal_seeds_and_controls_give_equal_items),
		cmocka_unit_test(a_sender_is_told_before_its_receivers),
		cmocka_unit_test(time_goes_on_where_no_node_runs),
		cmocka_unit_test(a_paused_world_stands_still_until_advanced),
		cmocka_unit_test(a_crashed_node_comes_back_with_what_it_promised),
		cmocka_unit_test(a_crash_control_is_seen_as_a_crash),
		cmocka_unit_test(a_stopped_node_catches_up_when_it_continues),
		cmocka_unit_test(a_minority_cannot_choose_and_learns_when_it_is_joined),
		cmocka_unit_test(a_gate_holds_messages_to_be_delivered_by_hand),
		cmocka_unit_test(what_cannot_be_done_is_said),
		cmocka_unit_test(of_a_node_that_is_away_is_known_what_it_will_find),
		cmocka_unit_test(events_that_were_left_out_are_counted),
		cmocka_unit_test(a_long_log_survives_a_restart_of_everybody),
		cmocka_unit_test(a_load_is_measured_in_virtual_time),
		cmocka_unit_test(a_load_stands_still_with_time_and_ends_with_its_node),
		cmocka_unit_test(what_a_load_waits_for_is_given_up_with_its_epoch),
		cmocka_unit_test(loads_end_in_any_company),
		cmocka_unit_test(what_a_snapshot_counts_is_told_before_it),
	};

	return cmocka_run_group_tests_name("sim cluster", tests, NULL, NULL);
}
