/* Real processes on real sockets: they choose, they die, they come back with what they promised. */
#include "tests/support/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/live/live_state.h"

static void a_cluster_chooses(unsigned nodes, enum paxos_mode mode)
{
	struct cluster *c = processes_start(nodes, mode);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, set_first(nodes), 0, "apple"));
	processes_propose(c, (node_id)nodes, "pear");
	assert_true(processes_chosen(c, set_first(nodes), 1, "pear"));
	c->ops->close(c);
}

static void three_processes_choose_a_value(void **state)
{
	(void)state;
	a_cluster_chooses(3, MODE_SINGLE);
}

static void five_processes_choose_a_value(void **state)
{
	(void)state;
	a_cluster_chooses(5, MODE_MULTI);
}

static void one_process_chooses_alone(void **state)
{
	(void)state;
	a_cluster_chooses(1, MODE_SINGLE);
}

static bool crashed_once(const struct seen *seen, const void *what)
{
	(void)what;
	return seen->crashed == 1;
}

static void assert_same_memory(const struct snapshot *before, const struct snapshot *after)
{
	assert_int_equal(ballot_cmp(before->promised, after->promised), 0);
	assert_int_equal(before->base, after->base);
	assert_int_equal(before->slots, after->slots);
	for (unsigned i = 0; i < before->slots; i++) {
		const struct snapshot_slot *a = &before->slot[i], *b = &after->slot[i];
		assert_int_equal(a->slot, b->slot);
		assert_int_equal(ballot_cmp(a->voted_at, b->voted_at), 0);
		assert_int_equal(a->voted, b->voted);
		assert_int_equal(a->chosen, b->chosen);
	}
}

static void kill_9_of_each_in_turn_forgets_nothing(void **state)
{
	(void)state;
	static struct seen before, after;
	struct cluster *c = processes_start(3, MODE_SINGLE);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, 7, 0, "apple"));
	processes_propose(c, 3, "pear");
	assert_true(processes_chosen(c, 7, 1, "pear"));
	for (node_id id = 1; id <= 3; id++) {
		before = after = (struct seen){0};
		assert_true(processes_snapshots(c, 7, &before));
		assert_true(c->ops->process(c, id, PROCESS_CRASH));
		assert_true(processes_until(c, &after, crashed_once, NULL));
		assert_false(c->ops->process(c, id, PROCESS_CRASH));
		assert_true(c->ops->process(c, id, PROCESS_RESTART));
		/* Promise and votes were durable before anybody heard of them. That a value is
		 * chosen may not have been yet: then its peers tell it again. */
		do {
			assert_true(processes_snapshots(c, 7, &after));
			assert_int_equal(ballot_cmp(before.snapshot[id].promised,
						    after.snapshot[id].promised),
					 0);
		} while (after.snapshot[id].base < before.snapshot[id].base);
		assert_same_memory(&before.snapshot[id], &after.snapshot[id]);
		assert_int_equal(after.snapshot[id].boot, before.snapshot[id].boot + 1);
	}
	c->ops->close(c);
}

static void a_minority_chooses_nothing_until_the_others_are_back(void **state)
{
	(void)state;
	static struct seen seen;
	struct cluster *c = processes_start(3, MODE_SINGLE);
	seen = (struct seen){0};
	assert_true(c->ops->process(c, 2, PROCESS_CRASH));
	assert_true(processes_until(c, &seen, crashed_once, NULL));
	assert_true(c->ops->process(c, 3, PROCESS_STOP));
	processes_propose(c, 1, "apple");
	assert_true(processes_snapshots(c, 1, &seen));
	assert_int_equal(seen.snapshot[1].base, 0);
	assert_true(c->ops->process(c, 3, PROCESS_CONTINUE));
	assert_true(processes_chosen(c, 5, 0, "apple"));
	assert_true(c->ops->process(c, 2, PROCESS_RESTART));
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

static bool answered_by_three(const struct seen *seen, const void *what)
{
	(void)what;
	return seen->obeyed + seen->disobeyed >= 3;
}

static void a_cut_given_while_a_node_is_down_holds_when_it_is_back(void **state)
{
	(void)state;
	static struct seen seen;
	struct cluster *c = processes_start(3, MODE_SINGLE);
	struct control control = {
		.kind = CONTROL_LINK, .to = set_of(2), .peer = 1, .link = {.cut = true}};
	seen = (struct seen){0};
	assert_true(c->ops->process(c, 2, PROCESS_CRASH));
	assert_true(processes_until(c, &seen, crashed_once, NULL));
	assert_true(c->ops->control(c, &control));
	assert_true(c->ops->process(c, 2, PROCESS_RESTART));
	do {
		assert_true(processes_snapshots(c, set_of(2), &seen));
	} while (!seen.snapshot[2].link[1].cut);
	c->ops->close(c);
}

static void a_paused_cluster_does_nothing_until_it_runs_again(void **state)
{
	(void)state;
	static struct seen seen;
	struct cluster *c = processes_start(3, MODE_SINGLE);
	struct control control = {.kind = CONTROL_CLOCK, .to = 7, .clock = {.num = 0, .den = 1}};
	seen = (struct seen){0};
	assert_true(c->ops->control(c, &control));
	assert_true(processes_until(c, &seen, answered_by_three, NULL));
	assert_int_equal(seen.obeyed, 3);
	assert_int_equal(seen.obeyed_number, control.number);
	processes_propose(c, 1, "apple");
	assert_true(processes_snapshots(c, 7, &seen));
	assert_int_equal(seen.snapshot[2].base, 0);
	control.clock.num = 1;
	control.clock.den = 0;
	assert_true(c->ops->control(c, &control));
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

static void a_cluster_that_was_ended_comes_back(void **state)
{
	(void)state;
	char dir[PATH_BYTES];
	struct live_options options = {.dir = dir, .nodes = 3, .clock = {.num = 1, .den = 0}};
	assert_int_equal(path_join(test_dir, "c", dir), STATUS_OK);
	struct cluster *c = processes_start_with(&options);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, 7, 0, "apple"));
	live_leave(c);
	for (node_id id = 1; id <= 3; id++)
		assert_int_not_equal(processes_pid(dir, id), 0);
	assert_int_equal(live_start(&options, &c), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "in use"));
	assert_int_equal(live_down(dir), STATUS_OK);
	for (node_id id = 1; id <= 3; id++)
		assert_int_equal(processes_pid(dir, id), 0);
	options.nodes = 0;
	c = processes_start_with(&options);
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

static void two_watch_the_same_and_one_without_the_key_cannot_act(void **state)
{
	(void)state;
	char dir[PATH_BYTES], endpoint[PATH_BYTES + 32];
	struct cluster *c = processes_start(3, MODE_SINGLE);
	struct cluster *watcher, *far;
	struct control control = {.kind = CONTROL_EXIT, .to = 1};
	assert_int_equal(path_join(test_dir, "c", dir), STATUS_OK);
	assert_int_equal(live_attach(dir, true, &watcher), STATUS_OK);
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/n2/control", dir);
	if (live_attach(endpoint, false, &far) != STATUS_OK)
		fail_msg("%s", status_text());
	processes_propose(far, 1, "apple");
	assert_true(processes_chosen(far, 7, 0, "apple"));
	assert_true(processes_chosen(watcher, 7, 0, "apple"));
	assert_true(processes_chosen(c, 7, 0, "apple"));
	assert_false(watcher->ops->control(watcher, &control));
	assert_non_null(strstr(watcher->why, "read-only"));
	assert_false(watcher->ops->process(watcher, 1, PROCESS_CRASH));
	watcher->ops->close(watcher);
	far->ops->close(far);
	for (node_id id = 1; id <= 3; id++)
		assert_int_not_equal(processes_pid(dir, id), 0);
	c->ops->close(c);
}

static bool answered(const struct seen *seen, const void *what)
{
	const struct control *control = what;
	return seen->obeyed_number == control->number || seen->disobeyed_number == control->number;
}

/* Another operator whose clock is ahead, of whom we have heard nothing when we give an order. */
static void an_operator_ahead(struct cluster *other, struct control *control)
{
	static struct seen seen;
	live_of(other)->number = real_time_us() + 3600u * 1000000u;
	seen = (struct seen){0};
	assert_true(other->ops->control(other, control));
	assert_true(processes_until(other, &seen, answered, control));
	assert_int_equal(seen.obeyed, 1);
}

static void of_two_operators_both_are_obeyed_and_each_once(void **state)
{
	(void)state;
	static struct seen seen;
	char dir[PATH_BYTES];
	struct cluster *c = processes_start(3, MODE_SINGLE);
	struct cluster *other;
	struct control theirs = {.kind = CONTROL_PROPOSE,
				 .to = set_of(2),
				 .slot = SLOT_NONE,
				 .value = (const uint8_t *)"theirs",
				 .value_length = 6};
	struct control ours = theirs;
	ours.value = (const uint8_t *)"ours";
	ours.value_length = 4;
	assert_int_equal(path_join(test_dir, "c", dir), STATUS_OK);
	assert_int_equal(live_attach(dir, false, &other), STATUS_OK);
	assert_true(processes_snapshots(other, 7, &seen));
	assert_true(processes_snapshots(c, 7, &seen));
	an_operator_ahead(other, &theirs);
	seen = (struct seen){0};
	assert_true(c->ops->control(c, &ours));
	assert_true(processes_until(c, &seen, answered, &ours));
	assert_true(seen.obeyed_number == ours.number);
	assert_true(processes_chosen(c, 7, 0, "theirs"));
	assert_true(processes_chosen(c, 7, 1, "ours"));
	assert_true(processes_snapshots(c, 7, &seen));
	assert_int_equal(seen.snapshot[2].base, 2);
	assert_int_equal(seen.snapshot[2].pending, 0);
	other->ops->close(other);
	c->ops->close(c);
}

static bool has_report(const struct seen *seen, const void *what)
{
	(void)seen;
	const struct load_report *report = live_load(what, 1);
	return report != NULL && report->done;
}

static void a_load_is_chosen_and_reported(void **state)
{
	(void)state;
	static struct seen seen;
	for (uint32_t size = 1; size <= 1024; size *= 32) {
		struct cluster *c = processes_start(3, MODE_MULTI);
		struct control control = {.kind = CONTROL_LOAD,
					  .to = 1,
					  .count = 500,
					  .size_bytes = size,
					  .outstanding = 16};
		seen = (struct seen){0};
		assert_true(c->ops->control(c, &control));
		assert_true(processes_until(c, &seen, has_report, c));
		const struct load_report *report = live_load(c, 1);
		assert_int_equal(report->values, 500);
		assert_true(report->latency_p50_us > 0);
		assert_true(report->latency_p50_us <= report->latency_max_us);
		c->ops->close(c);
		dir_remove(test_dir);
		assert_int_equal(test_dir_make(state), 0);
	}
}

static void a_private_directory_is_gone_afterwards(void **state)
{
	(void)state;
	const struct live_options options = {.nodes = 3, .owned = true, .clock = {.num = 1}};
	char dir[PATH_BYTES];
	struct cluster *c = processes_start_with(&options);
	const struct roster *roster = live_roster(c);
	snprintf(dir, sizeof(dir), "%s", roster->node[1].control + strlen("ipc://"));
	assert_true(file_exists(dir));
	*strstr(dir, "/n1/control") = '\0';
	c->ops->close(c);
	assert_false(file_exists(dir));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_process_chooses_alone),
		TEST(three_processes_choose_a_value),
		TEST(five_processes_choose_a_value),
		TEST(kill_9_of_each_in_turn_forgets_nothing),
		TEST(a_minority_chooses_nothing_until_the_others_are_back),
		TEST(a_cut_given_while_a_node_is_down_holds_when_it_is_back),
		TEST(a_paused_cluster_does_nothing_until_it_runs_again),
		TEST(a_cluster_that_was_ended_comes_back),
		TEST(two_watch_the_same_and_one_without_the_key_cannot_act),
		TEST(of_two_operators_both_are_obeyed_and_each_once),
		TEST(a_load_is_chosen_and_reported),
		TEST(a_private_directory_is_gone_afterwards),
	};
	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
