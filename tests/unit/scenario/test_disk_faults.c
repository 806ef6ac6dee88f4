/* Nodes that crash before a write is synced, that wait for a slow disk, and that lose it and are
 * replaced, in scenarios that chance makes up: what a node forgets nobody was told, it knows it no
 * longer when it is back, and no two values are chosen; whatever their clocks show meanwhile.
 * SEEDS=1..1000 tries more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/text.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/sim_cluster.h"

#define EVENTS_KEPT 40000

static struct scenario scenario;
static struct runner runner;
static struct event heard[EVENTS_KEPT];
static unsigned heards;
static unsigned forgotten[CRASH_POINTS], replaced, slowed, drifted; /* in all scenarios */
static char trouble[600];

/* --- a scenario ------------------------------------------------------------------------------- */

static uint64_t draws;

static unsigned draw(unsigned below)
{
	return (unsigned)(random_next(&draws) % below);
}

static void draw_line(char *text, size_t size, unsigned nodes)
{
	static const char *const settings[] = {"rate 10x", "gate off", "heal", "gate on 1 echo"};
	static const char *const links[] = {"delay 20ms jitter 15ms", "loss 20%", "dup 30%"};

	const unsigned node = 1 + draw(nodes);

	switch (draw(17)) {
	case 0:
	case 1:
		text_append(text, size, "disk %u crash-before %s\n", node,
			    crash_point_name(1 + draw(CRASH_POINT_FULL - 1)));
		break;
	case 2:
		text_append(text, size, "disk all crash-before %s\n",
			    crash_point_name(draw(CRASH_POINT_FULL)));
		break;
	case 8:
		text_append(text, size, "disk %u full\n", node);
		break;
	case 11:
		text_append(text, size, "stop %u\n", node);
		break;
	case 12:
		text_append(text, size, "continue %u\n", node);
		break;
	case 13:
		text_append(text, size, "%s\n", settings[draw(4)]);
		break;
	case 9:
		text_append(text, size, "clock %u rate %u/100\n", node, 1 + draw(1000));
		break;
	case 10:
		text_append(text, size, "clock %u jump %s%ums\n", node, draw(2) != 0 ? "-" : "",
			    1 + draw(2000));
		break;
	case 3:
		text_append(text, size, "link all all %s\n",
			    links[draw(sizeof links / sizeof links[0])]);
		break;
	case 4:
		text_append(text, size, "restart all\n");
		break;
	case 5:
		text_append(text, size, "disk %u slow %ums\n", node, draw(3) * draw(50));
		break;
	case 6:
		text_append(text, size, "crash %u\ndisk %u wipe\n", node, node);
		break;
	case 7:
		text_append(text, size, "replace %u\n", node);
		break;
	default:
		text_append(text, size, "propose %u v%u\n", node, draw(1000));
		break;
	}
	if (draw(2) != 0)
		text_append(text, size, "wait %ums\n", 1 + draw(400));
}

static void draw_scenario(uint64_t seed, char *text, size_t size)
{
	draws = seed;
	const unsigned nodes = 3 + draw(3);

	text_write(text, size, "nodes %u\nmode %s\n", nodes, draw(2) != 0 ? "single" : "multi");
	if (draw(4) == 0)
		text_append(text, size, "defend %s\n", draw(2) != 0 ? "sign" : "all");
	for (unsigned lines = 8 + draw(20); lines > 0; lines--)
		draw_line(text, size, nodes);
	text_append(text, size, "heal\ngate off\n");
	for (unsigned node = 1; node <= nodes; node++)
		text_append(text, size, "continue %u\n", node);
	for (unsigned node = 1; node <= nodes; node++)
		text_append(text, size, "restart %u\n", node);
	for (unsigned node = 1; node <= nodes; node++)
		text_append(text, size, "replace %u\n", node);
	text_append(text, size, "propose 1 last\nwait 3s\n");
}

/* --- playing it ------------------------------------------------------------------------------- */

static void on_item(void *user, const struct item *item)
{
	(void)user;
	if (item->kind != ITEM_EVENT || heards == EVENTS_KEPT)
		return;
	heard[heards++] = *item->event;
}

/* A node that is down takes no command: such a line does nothing. */
static void on_report(void *user, const struct report *report)
{
	(void)user;
	if (report->kind == REPORT_VIOLATED)
		text_write(trouble, sizeof trouble, "line %u: %s", report->command->line,
			   report->words);
}

static void play(const char *text, uint64_t seed, void (*judge)(const struct model *m))
{
	char why[300];

	heards = 0;
	trouble[0] = 0;
	if (!scenario_parse("drawn", text, &scenario, why, sizeof why))
		fail_msg("%s\n%s", why, text);
	const struct sim_cluster_options options = {
		.nodes = scenario.nodes,
		.mode = scenario.mode,
		.seed = seed,
		.clock = {.num = 1, .den = 1},
		.link = link_rule_default(),
		.policy = scenario.policy,
	};
	void *memory = calloc(1, sim_cluster_size(&options));
	struct model *m = malloc(model_size());
	struct cluster_info info;
	struct pump pump;

	assert_non_null(memory);
	assert_non_null(m);
	struct cluster *c = sim_cluster_init(memory, &options);
	c->ops->info(c, &info);
	model_begin(m, c->values, &info);
	runner_init(&runner, c, m, on_report, NULL);
	runner.hurry = true;
	pump_init(&pump, &runner, 1);
	pump.hear = on_item;
	c->ops->refresh(c);
	pump_run(&pump, 1);
	for (unsigned i = 0; i < scenario.commands; i++) {
		assert_true(runner_give(&runner, &scenario.command[i]));
		for (unsigned k = 0; k < 1000000 && pump_run(&pump, 1) == RUNNER_BUSY; k++)
			continue;
		/* every state is asked for at any moment: it may hold nothing that will be
		 * forgotten */
		c->ops->refresh(c);
		pump_run(&pump, 1);
	}
	judge(m);
	c->ops->close(c);
	free(m);
	free(memory);
}

/* --- the judge -------------------------------------------------------------------------------- */

/* Does the event tell of what was forgotten, in the same life? */
static bool tells_of(const struct event *e, const struct event *lost)
{
	if (e->node != lost->node || e->boot != lost->boot)
		return false;
	const bool same = ballot_cmp(e->ballot, lost->ballot) == 0;
	switch (lost->count == CRASH_POINT_FULL && lost->value == VALUE_NONE ? CRASH_POINT_PROMISE
									     : lost->count) {
	case CRASH_POINT_PROMISE:
		return same && (e->kind == EVENT_PROMISED ||
				(e->kind == EVENT_SENT && e->type == MSG_PROMISE) ||
				/* an own ballot is remembered as the promise */
				(e->kind == EVENT_SENT && lost->ballot.node == lost->node));
	case CRASH_POINT_VOTE:
		return same && e->slot == lost->slot &&
		       (e->kind == EVENT_ACCEPTED ||
			(e->kind == EVENT_SENT && e->type == MSG_ACCEPTED));
	default:
		return e->kind == EVENT_CHOSEN && e->slot == lost->slot;
	}
}

static void nothing_forgotten_was_told(const struct model *m)
{
	if (m->safety == SAFETY_VIOLATED)
		text_write(trouble, sizeof trouble, "%s", m->violation.words);
	for (unsigned i = 0; i < heards; i++) {
		const struct event *lost = &heard[i];

		replaced += lost->kind == EVENT_SEATED;
		drifted += lost->kind == EVENT_DRIFTED;
		slowed += lost->kind == EVENT_SLOWED && lost->count > 0;
		if (lost->kind != EVENT_FORGOT)
			continue;
		forgotten[lost->count]++;
		for (unsigned k = 0; k < heards; k++)
			if (tells_of(&heard[k], lost))
				text_write(trouble, sizeof trouble,
					   "n%u forgot %s and told of it: %s", lost->node,
					   crash_point_lost(lost->count),
					   event_name(heard[k].kind));
		unsigned next = i + 1;
		while (next < heards &&
		       (heard[next].node != lost->node || heard[next].kind == EVENT_OBEYED))
			next++;
		if (next < heards && heard[next].kind != EVENT_CRASHED)
			text_write(trouble, sizeof trouble, "n%u lives on and says %s", lost->node,
				   event_name(heard[next].kind));
	}
}

static void what_is_forgotten_was_told_to_nobody(void **state)
{
	const char *seeds = getenv("SEEDS");
	unsigned first = 1, last = 150;
	static char text[4000];

	(void)state;
	if (seeds != NULL && sscanf(seeds, "%u..%u", &first, &last) == 1)
		last = first;
	for (unsigned seed = first; seed <= last; seed++) {
		draw_scenario(seed, text, sizeof text);
		play(text, seed, nothing_forgotten_was_told);
		if (trouble[0] != 0)
			fail_msg("SEEDS=%u: %s\n%s", seed, trouble, text);
	}
	for (unsigned point = 1; point < CRASH_POINTS && first != last; point++)
		assert_true(forgotten[point] > (last - first) / 10);
	if (first != last)
		assert_true(replaced > (last - first) / 10 && slowed > (last - first) / 10 &&
			    drifted > (last - first) / 10);
}

static void is_down_2(const struct model *m)
{
	assert_int_equal(m->node[2].life, LIFE_DOWN);
	assert_int_equal(m->node[2].forgot, 1);
}

/* It was stopped when its disk was full, and is told of two settings when it goes on. */
static void who_dies_of_the_first_setting_that_it_missed_is_owed_the_others(void **state)
{
	(void)state;
	play("nodes 2\ndisk 2 full\nrate unlimited\nstop 2\npropose 1 a\nrate 10x\ngate "
	     "off\ncontinue 2\n",
	     1, is_down_2);
}

/* --- by hand ---------------------------------------------------------------------------------- */

static void knows_its_promise_but_not_its_vote(const struct model *m)
{
	assert_int_equal(m->node[2].boot, 2);
	assert_int_equal(ballot_cmp(m->node[2].promised, (struct ballot){1, 1}), 0);
	assert_int_equal(m->node[2].crash_point, CRASH_POINT_NONE);
	assert_int_equal(m->node[2].forgot, 1);
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		if (m->slot[i].slot == 0) {
			assert_true(m->slot[i].vote[1].voted != VALUE_NONE);
			assert_int_equal(m->slot[i].vote[2].voted, VALUE_NONE);
			assert_int_equal(m->slot[i].decided, VALUE_NONE);
		}
	assert_int_equal(m->safety != SAFETY_VIOLATED, true);
}

static void a_vote_that_is_not_synced_is_gone_after_the_crash(void **state)
{
	(void)state;
	play("nodes 3\ncut 1 3\ndisk 2 crash-before vote\npropose 1 A\nwait down 2 within 5s\n"
	     "crash 1\nrestart 2\nexpect not accepted 0 * on 2\nexpect promised 2 1.1\n",
	     1, knows_its_promise_but_not_its_vote);
	assert_string_equal(trouble, "");
}

static void lives_on(const struct model *m)
{
	assert_int_equal(m->node[2].boot, 1);
	assert_int_equal(m->node[2].life, LIFE_UP);
	assert_int_equal(m->node[2].forgot, 0);
	assert_int_equal(m->node[3].boot, 2);
}

/* The order is taken back, or ends with the node's life. */
static void an_order_to_crash_is_taken_back(void **state)
{
	(void)state;
	play("nodes 3\ndisk 2 crash-before vote\ndisk 2 crash-before none\n"
	     "disk 3 crash-before vote\nrestart 3\n"
	     "propose 1 A\nwait chosen 0 A on 1,2,3 within 5s\nexpect up 3\n",
	     1, lives_on);
	assert_string_equal(trouble, "");
}

/* --- slow disks, and lost ones ---------------------------------------------------------------- */

static time_us first_sent(node_id node, enum message_type type)
{
	for (unsigned i = 0; i < heards; i++)
		if (heard[i].kind == EVENT_SENT && heard[i].node == node && heard[i].type == type)
			return heard[i].at;
	return UINT64_MAX;
}

static time_us first_counted(node_id from, enum message_type type)
{
	for (unsigned i = 0; i < heards; i++)
		if (heard[i].kind == EVENT_COUNTED && heard[i].peer == from &&
		    heard[i].type == type)
			return heard[i].at;
	return UINT64_MAX;
}

static void is_slow(const struct model *m)
{
	assert_int_equal(m->node[2].sync_us, 400000);
	assert_int_equal(m->node[1].sync_us, 0);
	assert_in_range(first_counted(2, MSG_PROMISE), 400000, 450000);
	assert_in_range(first_counted(2, MSG_ACCEPTED), 800000, 850000);
	assert_in_range(first_counted(1, MSG_ACCEPTED), 400000, 450000);
}

static void what_waits_for_a_slow_disk_leaves_late(void **state)
{
	(void)state;
	play("nodes 3\ncrash 3\ndisk 2 slow 400ms\npropose 1 A\nexpect not chosen 0 A for 790ms\n"
	     "wait chosen 0 A on 1 within 100ms\n",
	     1, is_slow);
	assert_string_equal(trouble, "");
}

static void has_voted_and_not_told(const struct model *m)
{
	assert_int_equal(m->node[2].boot, 2);
	assert_int_equal(first_sent(2, MSG_ACCEPTED), UINT64_MAX);
	assert_true(m->slot[0].vote[2].voted != VALUE_NONE);
	assert_int_equal(m->node[2].sync_us, 0);
}

/* What the disk got it holds, and nobody was told. */
static void a_crash_takes_what_waits_for_a_slow_disk(void **state)
{
	(void)state;
	play("nodes 3\ncrash 3\ndisk 2 slow 400ms\npropose 1 A\nwait 600ms\ncrash 2\ncrash 1\n"
	     "restart 2\nwait accepted 0 A on 2 within 1s\n",
	     1, has_voted_and_not_told);
	assert_string_equal(trouble, "");
}

static void is_fast(const struct model *m)
{
	assert_int_equal(m->node[2].sync_us, 0);
	assert_in_range(first_sent(2, MSG_ACCEPTED), 0, 100000);
	assert_int_equal(m->node[3].sync_us, 0); /* it was started anew */
}

static void a_disk_is_fast_again(void **state)
{
	(void)state;
	play("nodes 3\ndisk 2,3 slow 1s\ndisk 2 slow none\nrestart 3\npropose 1 A\n"
	     "wait chosen 0 A on 2 within 100ms\n",
	     1, is_fast);
	assert_string_equal(trouble, "");
}

/* Time stands still, and so does the disk. */
static void a_slow_disk_takes_no_time_while_there_is_none(void **state)
{
	(void)state;
	play("nodes 3\npause\ndisk all slow 1s\npropose 1 A\nuntil chosen 0 A within 200ms\n", 1,
	     nothing_forgotten_was_told);
	assert_string_equal(trouble, "");
}

static const struct event *seated;

static void has_a_seat(const struct model *m)
{
	assert_int_equal(m->node[2].boot, 2);
	assert_int_equal(m->node[2].part_from, 1 + SLOTS_OPEN_MAX);
	assert_int_equal(m->safety, SAFETY_OK);
	seated = NULL;
	for (unsigned i = 0; i < heards; i++)
		if (heard[i].kind == EVENT_SEATED)
			seated = &heard[i];
	assert_non_null(seated);
	assert_int_equal(seated->slot, 1 + SLOTS_OPEN_MAX);
	/* no ballot of the node before is begun again */
	for (unsigned i = 0; i < heards; i++)
		if (heard[i].kind == EVENT_PREPARING && heard[i].node == 2 && heard[i].boot == 2)
			assert_true(heard[i].ballot.round > 1);
}

static void an_empty_disk_keeps_out_of_what_the_lost_one_may_have_held(void **state)
{
	(void)state;
	play("nodes 3\npropose 2 A\nwait chosen 0 A on all within 5s\ncrash 2\ndisk 2 wipe\n"
	     "replace 2\nwait chosen 0 A on 2 within 20s\ncrash 3\npropose 2 B\n"
	     "expect not chosen 1 B for 2s\nrestart 3\nwait chosen 1 B on all within 20s\n",
	     1, has_a_seat);
	assert_string_equal(trouble, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vote_that_is_not_synced_is_gone_after_the_crash),
		cmocka_unit_test(an_order_to_crash_is_taken_back),
		cmocka_unit_test(what_waits_for_a_slow_disk_leaves_late),
		cmocka_unit_test(a_crash_takes_what_waits_for_a_slow_disk),
		cmocka_unit_test(a_disk_is_fast_again),
		cmocka_unit_test(a_slow_disk_takes_no_time_while_there_is_none),
		cmocka_unit_test(an_empty_disk_keeps_out_of_what_the_lost_one_may_have_held),
		cmocka_unit_test(who_dies_of_the_first_setting_that_it_missed_is_owed_the_others),
		cmocka_unit_test(what_is_forgotten_was_told_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
