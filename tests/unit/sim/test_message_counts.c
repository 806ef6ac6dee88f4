/* How many messages a decision takes, counted where time passes: links take their time, timers run,
 * and n is anything up to 31. Nothing is said twice that one time is enough for, and who lags is
 * helped by one node at a time. A timer that is shorter than a round would show here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"

#define VALUES      300
#define OUTSTANDING 10
#define LAGGED      200 /* slots */

static const uint8_t counts[] = {3, 5, 9, 15, 31};

static struct cluster *cluster;
static void *memory;
static uint64_t sent[MSG_TYPES];       /* a message to three nodes is three */
static uint64_t chosen[NODES_MAX + 1]; /* slots that this node learned */
static time_us chosen_at;              /* the last of all */
static node_id lagging;                /* it was told so many decisions, */
static uint64_t commits_to_lagging;
static uint64_t commits_by[NODES_MAX + 1]; /* by these */
static struct load_report report;

static void forget_counts(void)
{
	memset(sent, 0, sizeof sent);
	memset(chosen, 0, sizeof chosen);
	memset(commits_by, 0, sizeof commits_by);
	commits_to_lagging = 0;
}

static void open_cluster(uint8_t nodes, uint64_t seed, time_us delay_us)
{
	struct sim_cluster_options options = {.nodes = nodes,
					      .seed = seed,
					      .clock = {.num = 1, .den = 1},
					      .link = link_rule_default(),
					      .mode = MODE_MULTI};

	options.link.delay_us = delay_us;
	memory = malloc(sim_cluster_size(&options));
	assert_non_null(memory);
	cluster = sim_cluster_init(memory, &options);
	forget_counts();
	memset(&report, 0, sizeof report);
}

static void close_cluster(void)
{
	cluster->ops->close(cluster);
	free(memory);
}

static void count(const struct event *e)
{
	if (e->kind == EVENT_CHOSEN) {
		chosen[e->node]++;
		chosen_at = e->at;
	}
	if (e->kind != EVENT_SENT)
		return;
	sent[e->type] += set_count(e->to);
	if (e->type != MSG_COMMIT || !set_has(e->to, lagging))
		return;
	commits_to_lagging++;
	commits_by[e->node]++;
}

static void run_until(time_us until)
{
	struct item item;

	while (cluster->ops->next(cluster, until, &item) != ITEM_NOTHING) {
		if (item.kind == ITEM_EVENT)
			count(item.event);
		if (item.kind == ITEM_LOAD)
			report = item.load->report;
	}
}

static void load(node_id node, uint32_t values)
{
	struct control order = {.kind = CONTROL_LOAD,
				.to = set_of(node),
				.count = values,
				.size_bytes = 24,
				.outstanding = OUTSTANDING,
				.batch = {.count = 1}};

	assert_true(cluster->ops->control(cluster, &order));
}

static void run_load(uint8_t nodes, time_us delay_us)
{
	open_cluster(nodes, 1, delay_us);
	load(1, VALUES);
	run_until(20000000);
	assert_true(report.done);
	assert_int_equal(report.slots, VALUES);
	for (node_id id = 1; id <= nodes; id++)
		assert_int_equal(chosen[id], VALUES);
	/* once all is over each node has told all others how far it knows */
	assert_true(sent[MSG_SYNC] <= (uint64_t)nodes * (nodes - 1));
	assert_int_equal(sent[MSG_NACK], 0);
	close_cluster();
}

/* For each slot n - 1 messages of each kind, to the others or from them; for the one ballot n - 1
 * of each kind. */
static void a_decision_takes_the_messages_of_the_paper(void **state)
{
	static const time_us delays[] = {500, 1000, 5000};

	(void)state;
	for (unsigned i = 0; i < sizeof counts; i++)
		for (unsigned k = 0; k < sizeof delays / sizeof delays[0]; k++) {
			const uint64_t others = counts[i] - 1;

			run_load(counts[i], delays[k]);
			assert_int_equal(sent[MSG_PREPARE], others);
			assert_int_equal(sent[MSG_PROMISE], others);
			assert_int_equal(sent[MSG_ACCEPT], VALUES * others);
			assert_int_equal(sent[MSG_ACCEPTED], VALUES * others);
			assert_int_equal(sent[MSG_COMMIT], VALUES * others);
		}
}

/* Rounds that take three times as long as a node waits at first: what is said again before it has
 * measured one is a window's worth or three, however many nodes and values there are. */
static void slow_links_are_measured_and_waited_for(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof counts; i++) {
		const uint64_t others = counts[i] - 1;

		run_load(counts[i], 60000);
		assert_in_range(sent[MSG_PREPARE], others, 3 * others);
		assert_in_range(sent[MSG_ACCEPT], VALUES * others,
				(VALUES + 3 * OUTSTANDING) * others);
		assert_true(sent[MSG_ACCEPTED] <= sent[MSG_ACCEPT]);
		assert_in_range(sent[MSG_COMMIT], VALUES * others, (VALUES + 3) * others);
	}
}

/* A node that was down asks one node at a time, and is told each decision once. */
static void who_lags_is_told_once_by_one(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		unsigned helpers = 0;

		open_cluster(31, seed, 5000);
		lagging = 31;
		assert_true(cluster->ops->process(cluster, lagging, PROCESS_CRASH));
		load(1, LAGGED);
		run_until(10000000);
		assert_int_equal(report.values, LAGGED);
		forget_counts();
		assert_true(cluster->ops->process(cluster, lagging, PROCESS_RESTART));
		run_until(20000000);
		assert_int_equal(chosen[lagging], LAGGED);
		assert_int_equal(commits_to_lagging, LAGGED);
		for (node_id id = 1; id <= 31; id++)
			helpers += commits_by[id] > 0;
		assert_int_equal(helpers, 1);
		close_cluster();
	}
	lagging = NODE_NONE;
}

/* Two honest proposers pre-empt each other, and yet both come to an end. */
static void two_proposers_do_not_starve(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		open_cluster(31, seed, 5000);
		load(1, 100);
		load(2, 100);
		run_until(20000000);
		for (node_id id = 1; id <= 31; id++)
			assert_int_equal(chosen[id], 200);
		assert_true(chosen_at < 5000000);
		assert_true(sent[MSG_PREPARE] < 30 * 30);
		close_cluster();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_takes_the_messages_of_the_paper),
		cmocka_unit_test(slow_links_are_measured_and_waited_for),
		cmocka_unit_test(who_lags_is_told_once_by_one),
		cmocka_unit_test(two_proposers_do_not_starve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
