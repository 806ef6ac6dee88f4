/* What a runner does with commands, on a cluster that obeys at once (or not at all). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/scenario/runner.h"

static struct command parsed(const char *line)
{
	struct command c;
	char why[400];
	if (!command_parse(line, 5, &c, why, sizeof why))
		fail_msg("%s: %s", line, why);
	return c;
}

/* A cluster of five that obeys at once; nodes of `deaf` never answer. */
struct fake {
	struct cluster cluster;
	struct event queue[256];
	unsigned first, end;
	uint64_t seq[NODES_MAX + 1];
	uint16_t boot[NODES_MAX + 1];
	time_us now;
	uint64_t number;
	unsigned controls;
	struct control last;
	node_set deaf;
	struct snapshot snapshot;
	node_set to_tell; /* snapshots asked for */
	struct clock_rule clock;
	bool keeps; /* snapshots tell of more held messages than fit */
};

static struct fake *fake_of(const struct cluster *c)
{
	return (struct fake *)(uintptr_t)c;
}

static void push(struct fake *f, struct event e)
{
	e.boot = f->boot[e.node];
	e.seq = e.seq == UINT64_MAX ? 0 : ++f->seq[e.node];
	e.at = f->now;
	f->queue[f->end++ % 256] = e;
}

static void fake_info(const struct cluster *c, struct cluster_info *out)
{
	(void)c;
	*out = (struct cluster_info){.kind = CLUSTER_SIMULATED, .nodes = 5, .can_act = true};
}

static enum item_kind fake_next(struct cluster *c, time_us until, struct item *out)
{
	struct fake *f = fake_of(c);
	*out = (struct item){0};
	if (f->first != f->end) {
		out->event = &f->queue[f->first++ % 256];
		return out->kind = ITEM_EVENT;
	}
	if (f->to_tell != 0) {
		node_id id = set_lowest(f->to_tell);
		f->to_tell &= f->to_tell - 1;
		f->snapshot = (struct snapshot){.node = id,
						.boot = f->boot[id],
						.seq = f->seq[id],
						.nodes = 5,
						.quorum = 3,
						.clock = f->clock};
		for (unsigned from = 0; from <= NODES_MAX; from++)
			f->snapshot.link[from] = link_rule_default();
		out->snapshot = &f->snapshot;
		f->snapshot.held = f->keeps ? SNAPSHOT_HELD_MAX : 0;
		for (unsigned i = 0; i < f->snapshot.held; i++)
			f->snapshot.held_message[i] = (struct event){.kind = EVENT_HELD,
								     .node = id,
								     .peer = 5,
								     .id = {5, 1, i + 1},
								     .due = 5000};
		return out->kind = ITEM_SNAPSHOT;
	}
	if (until > f->now)
		f->now = until;
	return out->kind = ITEM_NOTHING;
}

static time_us fake_now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return fake_of(c)->now;
}

static bool fake_control(struct cluster *c, struct control *control)
{
	struct fake *f = fake_of(c);
	control->number = ++f->number;
	f->controls++;
	f->last = *control;
	if (control->kind == CONTROL_CLOCK)
		f->clock = control->clock;
	for (node_set left = control->to & ~f->deaf; left != 0; left &= left - 1) {
		node_id id = set_lowest(left);
		if (control->kind == CONTROL_LINK)
			push(f, (struct event){.kind = EVENT_LINKED,
					       .node = id,
					       .peer = control->peer,
					       .link = control->link});
		if (control->kind == CONTROL_CLOCK)
			push(f, (struct event){
					.kind = EVENT_TIMED, .node = id, .clock = control->clock});
		push(f,
		     (struct event){.kind = EVENT_OBEYED, .node = id, .number = control->number});
	}
	return true;
}

static bool fake_process(struct cluster *c, node_id node, enum process_act act)
{
	struct fake *f = fake_of(c);
	if (act == PROCESS_RESTART) {
		f->boot[node]++;
		f->seq[node] = 0;
		push(f, (struct event){.kind = EVENT_STARTED, .node = node});
		return true;
	}
	static const enum event_kind kinds[] = {[PROCESS_CRASH] = EVENT_CRASHED,
						[PROCESS_STOP] = EVENT_STOPPED,
						[PROCESS_CONTINUE] = EVENT_CONTINUED};
	push(f, (struct event){.kind = kinds[act], .node = node, .seq = UINT64_MAX});
	return true;
}

static void fake_refresh(struct cluster *c)
{
	fake_of(c)->to_tell = set_first(5);
}

static const struct cluster_ops fake_ops = {
	.info = fake_info,
	.next = fake_next,
	.now = fake_now,
	.control = fake_control,
	.process = fake_process,
	.refresh = fake_refresh,
};

struct stage {
	struct fake fake;
	struct model *m;
	struct runner *r;
	void *memory;
	value_ref a, b;
	unsigned reports;
	enum report_kind kind;
	char words[400];
};

static void on_report(void *user, const struct report *report)
{
	struct stage *s = user;
	s->reports++;
	s->kind = report->kind;
	snprintf(s->words, sizeof s->words, "%s", report->words);
}

static int begin(void **state)
{
	struct stage *s = calloc(1, sizeof *s);
	s->memory = malloc(values_size(256, 16384));
	s->fake.cluster.ops = &fake_ops;
	s->fake.clock.num = 1;
	s->fake.cluster.values = values_init(s->memory, 256, 16384);
	s->a = values_intern(s->fake.cluster.values, (const uint8_t *)"A", 1);
	s->b = values_intern(s->fake.cluster.values, (const uint8_t *)"B", 1);
	s->m = malloc(model_size());
	s->r = malloc(sizeof *s->r);
	model_init(s->m, s->fake.cluster.values, 5);
	runner_init(s->r, &s->fake.cluster, s->m, on_report, s);
	for (node_id id = 1; id <= 5; id++) {
		s->fake.boot[id] = 1;
		push(&s->fake, (struct event){.kind = EVENT_STARTED, .node = id});
	}
	bool over;
	s->fake.to_tell = set_first(5);
	runner_pump(s->r, 1, &over);
	runner_pump(s->r, 1, &over);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct stage *s = *state;
	free(s->r);
	free(s->m);
	free(s->memory);
	free(s);
	return 0;
}

/* Carries a line out; what was reported last. */
static enum report_kind play(struct stage *s, const char *line)
{
	struct command c = parsed(line);
	bool over;
	time_us real_us = 1;
	s->words[0] = 0;
	assert_true(runner_give(s->r, &c));
	for (unsigned i = 0; runner_pump(s->r, real_us, &over) != RUNNER_READY; i++) {
		real_us += 100000;
		assert_true(i < 1000);
	}
	return s->kind;
}

static void choose(struct stage *s, value_ref value, node_id first, node_id last)
{
	for (node_id id = first; id <= last; id++)
		push(&s->fake, (struct event){.kind = EVENT_ACCEPTED,
					      .node = id,
					      .ballot = {1, first},
					      .value = value});
	for (node_id id = first; id <= last; id++)
		push(&s->fake, (struct event){.kind = EVENT_CHOSEN,
					      .node = id,
					      .ballot = {1, first},
					      .value = value});
}

static void a_partition_cuts_between_groups_and_nowhere_else(void **state)
{
	struct stage *s = *state;
	assert_int_equal(play(s, "partition 1,2 | 3,4,5"), REPORT_DONE);
	for (unsigned to = 1; to <= 5; to++)
		for (unsigned from = 1; from <= 5; from++)
			if (to != from)
				assert_int_equal(s->m->node[to].link[from].cut,
						 (to <= 2) != (from <= 2));
	assert_int_equal(s->fake.controls, 12);
	assert_int_equal(play(s, "heal"), REPORT_DONE);
	for (unsigned to = 1; to <= 5; to++)
		for (unsigned from = 1; from <= 5; from++)
			assert_false(s->m->node[to].link[from].cut);
	assert_int_equal(s->fake.controls, 13);
}

static void a_cut_is_one_way_and_a_link_keeps_what_is_not_named(void **state)
{
	struct stage *s = *state;
	play(s, "cut 1 4");
	assert_true(s->m->node[4].link[1].cut);
	assert_false(s->m->node[1].link[4].cut);
	play(s, "join 1 4");
	play(s, "link 1 4 loss 25%");
	assert_int_equal(s->m->node[4].link[1].loss_ppm, 250000);
	assert_int_equal(s->m->node[4].link[1].delay_us, link_rule_default().delay_us);
}

static void who_was_down_is_told_on_return(void **state)
{
	struct stage *s = *state;
	play(s, "crash 3");
	assert_int_equal(s->m->node[3].life, LIFE_DOWN);
	play(s, "cut 1 3");
	assert_string_equal(s->words, "n3 will be told on return");
	assert_false(s->m->node[3].link[1].cut);
	play(s, "restart 3");
	assert_int_equal(s->m->node[3].life, LIFE_UP);
	assert_true(s->m->node[3].link[1].cut);
}

static void pause_remembers_the_rate_for_resume(void **state)
{
	struct stage *s = *state;
	play(s, "rate 1/100");
	play(s, "pause");
	assert_true(clock_is_paused(&s->m->clock));
	assert_int_equal(play(s, "wait 2s"), REPORT_FAILED);
	assert_string_equal(s->words, "time is paused: this wait would never end");
	/* another program, which did not see the pause */
	runner_init(s->r, &s->fake.cluster, s->m, on_report, s);
	play(s, "resume");
	assert_int_equal(s->m->clock.num, 1);
	assert_int_equal(s->m->clock.den, 100);
	assert_int_equal(play(s, "step"), REPORT_FAILED);
	assert_string_equal(s->words, "time runs: pause before you step");
}

static void a_step_goes_to_the_least_that_is_due(void **state)
{
	struct stage *s = *state;
	play(s, "pause");
	assert_int_equal(play(s, "step"), REPORT_FAILED);
	push(&s->fake, (struct event){.kind = EVENT_HELD,
				      .node = 2,
				      .peer = 1,
				      .id = {1, 1, 1},
				      .due = 900,
				      .type = MSG_PREPARE});
	push(&s->fake, (struct event){.kind = EVENT_HELD,
				      .node = 3,
				      .peer = 1,
				      .id = {1, 1, 1},
				      .due = 800,
				      .type = MSG_PREPARE});
	assert_int_equal(play(s, "expect held 2"), REPORT_HOLDS);
	/* a snapshot says what is held; this cluster's say nothing is */
	s->fake.keeps = true;
	if (play(s, "step") != REPORT_DONE)
		fail_msg("%s", s->words);
	assert_int_equal(s->fake.last.kind, CONTROL_ADVANCE);
	assert_int_equal(s->fake.last.due, 800);
	assert_int_equal(play(s, "heal"), REPORT_DONE);
}

static void who_does_not_answer_is_named(void **state)
{
	struct stage *s = *state;
	s->fake.deaf = set_of(4);
	assert_int_equal(play(s, "propose 4 A"), REPORT_FAILED);
	assert_string_equal(s->words, "no answer from n4");
	play(s, "crash 2");
	assert_int_equal(play(s, "propose 2 A"), REPORT_FAILED);
	assert_string_equal(s->words, "n2 is down: it cannot propose");
}

static void a_refused_order_is_told_with_its_reason(void **state)
{
	struct stage *s = *state;
	s->fake.deaf = set_of(4);
	struct command c = parsed("propose 4 A");
	bool over;
	runner_give(s->r, &c);
	runner_pump(s->r, 1, &over);
	push(&s->fake, (struct event){.kind = EVENT_DISOBEYED,
				      .node = 4,
				      .number = s->fake.number,
				      .drop = DROP_NUMBER});
	assert_int_equal(runner_pump(s->r, 2, &over), RUNNER_READY);
	assert_int_equal(s->kind, REPORT_FAILED);
	assert_string_equal(s->words, "n4 did not obey: its number is not above the last one: a "
				      "repetition");
}

/* What is true holds, and the same with a planted falsehood fails. */
static void expectations_fail_when_they_are_false(void **state)
{
	static const struct {
		const char *truth, *falsehood;
	} pairs[] = {
		{"chosen 0 A", "chosen 0 B"},
		{"chosen 0 A on 1,2,3", "chosen 0 A on 1,2,3,4"},
		{"chosen 0 *", "not chosen 0 *"},
		{"not chosen 0 A on 4", "chosen 0 A on 4"},
		{"not chosen 1 *", "chosen 1 *"},
		{"accepted 0 A on 1,2", "accepted 0 A on 5"},
		{"agreement", "violation"},
		{"not violation integrity", "violation integrity"},
		{"promised 1 1.1", "promised 1 2.1"},
		{"up 1", "down 1"},
		{"not stopped 1", "stopped 1"},
		{"not leader 1", "leader 1"},
		{"idle", "not idle"},
		{"progress", "stalled"},
		{"not caught-up", "caught-up"},
		{"not held 2", "held 2"},
	};
	struct stage *s = *state;
	bool over;
	choose(s, s->a, 1, 3);
	runner_pump(s->r, 1, &over);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char line[80];
		snprintf(line, sizeof line, "expect %s", pairs[i].truth);
		if (play(s, line) != REPORT_HOLDS)
			fail_msg("%s: %s", line, s->words);
		snprintf(line, sizeof line, "expect %s", pairs[i].falsehood);
		if (play(s, line) != REPORT_VIOLATED)
			fail_msg("%s: %s", line, s->words);
		snprintf(line, sizeof line, "expect %s for 1s", pairs[i].falsehood);
		if (play(s, line) != REPORT_VIOLATED)
			fail_msg("%s: %s", line, s->words);
		snprintf(line, sizeof line, "wait %s within 10ms", pairs[i].falsehood);
		if (play(s, line) != REPORT_TIMEOUT)
			fail_msg("%s: %s", line, s->words);
	}
}

static void forged_votes_are_seen_by_the_expectation_of_agreement(void **state)
{
	struct stage *s = *state;
	bool over;
	choose(s, s->a, 1, 3);
	choose(s, s->b, 3, 5);
	runner_pump(s->r, 1, &over);
	assert_int_equal(play(s, "expect agreement"), REPORT_VIOLATED);
	assert_int_equal(play(s, "expect violation agreement"), REPORT_HOLDS);
}

static void a_wait_stops_at_the_moment_it_is_true(void **state)
{
	struct stage *s = *state;
	struct command c = parsed("wait chosen 0 A within 10s");
	bool over;
	choose(s, s->a, 1, 3);
	time_us before = s->fake.now;
	assert_true(runner_give(s->r, &c));
	assert_int_equal(runner_pump(s->r, 1, &over), RUNNER_READY);
	assert_int_equal(s->fake.now, before);
	assert_int_equal(s->kind, REPORT_DONE);
	play(s, "wait 2s");
	assert_int_equal(s->fake.now, before + 2000000);
}

static void a_question_waits_for_its_answer(void **state)
{
	struct stage *s = *state;
	struct command c = parsed("ask \"what now?\"");
	bool over;
	assert_true(runner_give(s->r, &c));
	assert_int_equal(runner_pump(s->r, 1, &over), RUNNER_ASKING);
	assert_string_equal(s->words, "what now?");
	assert_false(runner_give(s->r, &c));
	runner_answer(s->r);
	assert_int_equal(runner_pump(s->r, 1, &over), RUNNER_READY);
	s->r->hurry = true;
	assert_true(runner_give(s->r, &c));
	assert_int_equal(runner_pump(s->r, 1, &over), RUNNER_READY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_partition_cuts_between_groups_and_nowhere_else),
		TEST(a_cut_is_one_way_and_a_link_keeps_what_is_not_named),
		TEST(who_was_down_is_told_on_return),
		TEST(pause_remembers_the_rate_for_resume),
		TEST(a_step_goes_to_the_least_that_is_due),
		TEST(who_does_not_answer_is_named),
		TEST(a_refused_order_is_told_with_its_reason),
		TEST(expectations_fail_when_they_are_false),
		TEST(forged_votes_are_seen_by_the_expectation_of_agreement),
		TEST(a_wait_stops_at_the_moment_it_is_true),
		TEST(a_question_waits_for_its_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
