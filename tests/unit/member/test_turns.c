/* A load and its member, turn by turn: what the load proposes in a turn shares a slot, and what had
 * no room waits for what the load proposes next. So slots are as full as the rule lets them be:
 * chance draws the rule, and how many slots there must be is counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/member/load.h"

#define NODES 3
#define SEEDS 60

static struct member *m[NODES + 1];
static struct load load;
static time_us now;

static void start(node_id self)
{
	struct member_config c = {
		.paxos = paxos_config_default(self, NODES, MODE_MULTI),
		.wire = {.cluster = "test", .epoch = 1, .nodes = NODES},
		.crypto = &crypto_symbolic,
		.boot = 1,
		.clock = {.num = 1, .den = 0},
		.random = self,
		.quiet = true,
	};

	for (node_id peer = 1; peer <= NODES; peer++)
		c.link[peer] = link_rule_default();
	m[self] = member_init(malloc(member_size(&c)), &c);
	member_start(m[self], now);
	member_clear(m[self]);
}

static void deliver(node_id from, const struct member_output *out)
{
	for (unsigned i = 0; i < out->frames; i++)
		for (node_id to = 1; to <= NODES; to++)
			if (to != from && set_has(out->frame[i].to, to))
				member_frame_in(m[to], now, out->frame[i].bytes,
						out->frame[i].length);
}

/* What a driver does in a turn of this member. Its frames leave when it owes nothing more. */
static void take_turn(node_id id)
{
	bool goes_on = true;

	while (goes_on) {
		const struct member_output *out = member_output(m[id]);
		load_observe(&load, out->write, id == 1 ? out->writes : 0, now);
		deliver(id, out);
		member_clear(m[id]);
		goes_on = id == 1 && load_propose(&load, m[1], now);
	}
}

/* Runs a load to its end; the slots that it took. */
static uint64_t slots_of(uint32_t count, uint32_t outstanding, const struct batch_rule *rule)
{
	struct control control = {.kind = CONTROL_LOAD,
				  .to = set_of(1),
				  .number = 1,
				  .count = count,
				  .size_bytes = 24,
				  .outstanding = outstanding,
				  .batch = *rule};
	struct load_report report;

	for (node_id id = 1; id <= NODES; id++)
		start(id);
	member_control_in(m[1], now, &control);
	load_begin(&load, &member_output(m[1])->load, 1, now);
	for (unsigned turn = 0; load.running && turn < 10000; turn++, now += 10)
		for (node_id id = 1; id <= NODES; id++)
			take_turn(id);
	load_report_make(&load, &report);
	assert_true(report.done);
	assert_int_equal(report.values, count);
	assert_int_equal(paxos_base(member_paxos(m[2])), report.slots);
	for (node_id id = 1; id <= NODES; id++)
		free(m[id]);
	return report.slots;
}

static uint64_t draw(uint64_t *random, uint64_t below)
{
	return random_next(random) % below;
}

static void slots_are_full(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t random = seed;
		const uint32_t count = 1 + (uint32_t)draw(&random, 2000);
		const uint32_t outstanding = 1 + (uint32_t)draw(&random, 500);
		const struct batch_rule rule = {.count = 2 + (uint32_t)draw(&random, 600),
						.pipeline = 1};
		const uint32_t full = (uint32_t)lower_of(outstanding, rule.count);

		assert_int_equal(slots_of(count, outstanding, &rule), (count + full - 1) / full);
	}
}

/* However many slots may be under way, a turn's values share one. */
static void a_turn_takes_one_slot(void **state)
{
	static const struct batch_rule usual = {0}, none = {.count = 1};

	(void)state;
	assert_int_equal(slots_of(1000, 100, &usual), 10);
	assert_int_equal(slots_of(50, 1, &usual), 50);
	assert_int_equal(slots_of(50, 10, &none), 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_full),
		cmocka_unit_test(a_turn_takes_one_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
