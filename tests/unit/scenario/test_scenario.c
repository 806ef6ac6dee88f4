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
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/runner.h"
#include "tests/support/parsed.h"

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
	node_set fatal; /* nodes that die of a control, and do not answer */
	node_set down;
	node_set elsewhere;                                  /* they cannot be started */
	struct link_rule link[NODES_MAX + 1][NODES_MAX + 1]; /* to, from; as was ordered */
	struct control missed[NODES_MAX + 1]; /* the order that a node that was down is owed */
	struct snapshot snapshot;
	node_set to_tell; /* snapshots asked for */
	struct clock_rule clock;
	bool keeps;                /* snapshots tell of more held messages than fit */
	enum event_kind meanwhile; /* happens to a node right after what is done to its process */
	bool ends_unseen;          /* a node's next life is seen before its end */
	node_set dying;            /* nodes that die when they are asked for their state */
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
			f->snapshot.link[from] = f->link[id][from];
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

static void obey(struct fake *f, node_id id, const struct control *control)
{
	for (node_id from = 1; control->kind == CONTROL_LINK && from <= NODES_MAX; from++)
		if (control->peer == NODE_NONE || control->peer == from)
			f->link[id][from] = control->link;
	if (control->kind == CONTROL_LINK)
		push(f, (struct event){.kind = EVENT_LINKED,
				       .node = id,
				       .peer = control->peer,
				       .link = control->link});
	if (control->kind == CONTROL_CLOCK)
		push(f, (struct event){.kind = EVENT_TIMED, .node = id, .clock = control->clock});
	push(f, (struct event){.kind = EVENT_OBEYED, .node = id, .number = control->number});
}

static bool fake_control(struct cluster *c, struct control *control)
{
	struct fake *f = fake_of(c);
	control->number = ++f->number;
	f->controls++;
	f->last = *control;
	if (control->kind == CONTROL_CLOCK)
		f->clock = control->clock;
	for (node_set left = control->to & ~f->deaf; left != 0; left &= left - 1)
		if (set_has(f->down, set_lowest(left)))
			f->missed[set_lowest(left)] = *control;
		else
			obey(f, set_lowest(left), control);
	for (node_set left = control->to & f->fatal; left != 0; left &= left - 1)
		push(f, (struct event){.kind = EVENT_CRASHED,
				       .node = set_lowest(left),
				       .seq = UINT64_MAX});
	/* If all that it is for have died of it, the others keep it. */
	const node_set others = set_first(5) & ~f->fatal;
	if ((control->to & f->fatal) == control->to && control_stands(control->kind))
		for (node_set left = others; left != 0; left &= left - 1)
			push(f, (struct event){.kind = EVENT_OBEYED,
					       .node = set_lowest(left),
					       .number = control->number});
	return true;
}

static void fake_start(struct fake *f, node_id node)
{
	f->boot[node]++;
	f->seq[node] = 0;
	push(f, (struct event){.kind = EVENT_STARTED, .node = node});
	f->down &= ~set_of(node);
	if (f->missed[node].kind != CONTROL_NONE)
		obey(f, node, &f->missed[node]);
}

static bool fake_process(struct cluster *c, node_id node, enum process_act act)
{
	struct fake *f = fake_of(c);
	if (act == PROCESS_MAY_RESTART) {
		snprintf(c->why, sizeof c->why, "n%u is elsewhere", node);
		return !set_has(f->elsewhere, node);
	}
	if (act == PROCESS_RESTART) {
		fake_start(f, node);
		return true;
	}
	if (act == PROCESS_CRASH && f->ends_unseen) {
		fake_start(f, node);
		return true;
	}
	if (act == PROCESS_CRASH)
		f->down |= set_of(node);
	static const enum event_kind kinds[] = {[PROCESS_CRASH] = EVENT_CRASHED,
						[PROCESS_STOP] = EVENT_STOPPED,
						[PROCESS_CONTINUE] = EVENT_CONTINUED};
	push(f, (struct event){.kind = kinds[act], .node = node, .seq = UINT64_MAX});
	if (f->meanwhile == EVENT_STARTED)
		fake_start(f, node);
	else if (f->meanwhile != EVENT_NONE)
		push(f, (struct event){.kind = f->meanwhile, .node = node, .seq = UINT64_MAX});
	return true;
}

static void fake_refresh(struct cluster *c)
{
	struct fake *f = fake_of(c);
	f->to_tell = set_first(5) & ~f->dying;
	for (node_set left = f->dying; left != 0; left &= left - 1)
		push(f, (struct event){.kind = EVENT_CRASHED,
				       .node = set_lowest(left),
				       .seq = UINT64_MAX});
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
	struct pump pump;
	void *memory;
	value_ref a, b;
	unsigned reports;
	uint64_t heard; /* events of the model, as a listener counts them */
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
	pump_init(&s->pump, s->r, 1);
	for (node_id id = 1; id <= 5; id++) {
		s->fake.boot[id] = 1;
		for (node_id from = 0; from <= NODES_MAX; from++)
			s->fake.link[id][from] = link_rule_default();
		push(&s->fake, (struct event){.kind = EVENT_STARTED, .node = id});
	}
	s->fake.to_tell = set_first(5);
	pump_run(&s->pump, 1);
	pump_run(&s->pump, 1);
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
	time_us real_us = 1;
	s->words[0] = 0;
	assert_true(runner_give(s->r, &c));
	for (unsigned i = 0; pump_run(&s->pump, real_us) != RUNNER_READY; i++) {
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

/* A rule that a node has is not told again: only what changes is. */
static void a_link_rule_that_holds_is_not_written_again(void **state)
{
	struct stage *s = *state;
	play(s, "cut 1 4");
	assert_int_equal(s->fake.controls, 1);
	assert_int_equal(play(s, "cut 1 4"), REPORT_DONE);
	assert_int_equal(s->fake.controls, 1);
	play(s, "cut 1,2 4");
	assert_int_equal(s->fake.controls, 2);
	play(s, "cut 1 4 both");
	assert_int_equal(s->fake.controls, 3);
	assert_int_equal(s->fake.last.to, set_of(1));
	assert_int_equal(s->fake.last.peer, 4);
	play(s, "join 1 4 both");
	assert_int_equal(s->fake.controls, 5);
	assert_true(s->m->node[4].link[2].cut);
	play(s, "link 1 4 delay 5ms");
	assert_int_equal(s->fake.controls, 5);
	play(s, "link 1 4 delay 6ms jitter 2ms loss 1% dup 2% reorder 3%");
	assert_int_equal(s->fake.controls, 6);
	const struct link_rule *rule = &s->m->node[4].link[1];
	assert_int_equal(rule->delay_us, 6000);
	assert_int_equal(rule->jitter_us, 2000);
	assert_int_equal(rule->loss_ppm, 10000);
	assert_int_equal(rule->duplicate_ppm, 20000);
	assert_int_equal(rule->reorder_ppm, 30000);
	assert_false(rule->cut);
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

/* Another operator, or a fault, may do something else to a node before the command has seen what it
 * did. None of these waits for what will not come. */
static void what_happens_to_a_process_meanwhile_ends_the_command(void **state)
{
	static const struct {
		const char *line;
		enum event_kind meanwhile;
		bool dies_when_asked;
		enum report_kind kind;
		const char *words;
	} tries[] = {
		{"stop 2", EVENT_CONTINUED, false, REPORT_DONE, ""},
		{"stop 2", EVENT_CRASHED, false, REPORT_FAILED, "n2 died meanwhile"},
		{"crash 2", EVENT_STARTED, false, REPORT_DONE, ""},
		{"restart 2", EVENT_STARTED, false, REPORT_DONE,
		 "n2 ran: killed and started again"},
		{"restart 2", EVENT_NONE, true, REPORT_FAILED,
		 "n2 ended as soon as it was started"},
		{"continue 2", EVENT_STOPPED, false, REPORT_DONE, ""},
		{"continue 2", EVENT_CRASHED, false, REPORT_FAILED, "n2 died meanwhile"},
		{"continue 2", EVENT_NONE, true, REPORT_FAILED, "n2 died meanwhile"},
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct stage *s = *state;
		if (tries[i].line[0] == 'c' && tries[i].line[1] == 'o')
			play(s, "stop 2");
		s->fake.meanwhile = tries[i].meanwhile;
		s->fake.dying = tries[i].dies_when_asked ? set_of(2) : 0;
		assert_int_equal(play(s, tries[i].line), tries[i].kind);
		assert_string_equal(s->words, tries[i].words);
		end(state);
		begin(state);
	}
}

static void a_life_that_followed_shows_that_the_one_before_has_ended(void **state)
{
	struct stage *s = *state;
	s->fake.ends_unseen = true;
	assert_int_equal(play(s, "crash 2,5"), REPORT_DONE);
	assert_int_equal(play(s, "restart 2,5"), REPORT_DONE);
	assert_string_equal(s->words, "n2 n5 ran: killed and started again");
	assert_int_equal(s->fake.boot[2], 3);
}

/* An order is told to a node that died of it if another node keeps it, and else is lost. */
static void an_order_that_nobody_lived_to_keep_is_no_success(void **state)
{
	static const struct {
		const char *line;
		node_set fatal;
		enum report_kind kind;
		const char *words;
	} tries[] = {
		{"epoch none", 0x0e, REPORT_DONE,
		 "epoch 1; n1 n2 n3 went away and will be told on return"},
		{"epoch none", 0x3e, REPORT_FAILED,
		 "n1 n2 n3 n4 n5 went away and did not answer: this may not be done"},
		{"gate on 2", 0x04, REPORT_DONE, "n2 went away and will be told on return"},
		{"gate on 2,3", 0x04, REPORT_DONE, "n2 went away and will be told on return"},
		{"defend sign", 0x3e, REPORT_FAILED,
		 "n1 n2 n3 n4 n5 went away and did not answer: this may not be done"},
		{"propose 2 x", 0x04, REPORT_FAILED,
		 "n2 went away and did not answer: this may not be done"},
		{"attack 1,2 mute", 0x04, REPORT_FAILED,
		 "n2 went away and did not answer: this may not be done"},
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct stage *s = *state;
		s->fake.fatal = s->fake.deaf = tries[i].fatal >> 1;
		assert_int_equal(play(s, tries[i].line), tries[i].kind);
		if (strstr(s->words, tries[i].words) == NULL)
			fail_msg("%s: %s", tries[i].line, s->words);
		end(state);
		begin(state);
	}
}

static void nobody_is_killed_or_continued_if_not_all_can_be(void **state)
{
	struct stage *s = *state;
	s->fake.elsewhere = set_of(4);
	assert_int_equal(play(s, "restart 2,4"), REPORT_FAILED);
	assert_string_equal(s->words, "n4 is elsewhere");
	assert_int_equal(s->fake.down, 0);
	play(s, "stop 2,4");
	assert_int_equal(play(s, "continue 2,3,4"), REPORT_FAILED);
	assert_string_equal(s->words, "n3 is not stopped");
	assert_int_equal(s->m->node[2].life, LIFE_STOPPED);
	assert_int_equal(s->m->node[4].life, LIFE_STOPPED);
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
	pump_init(&s->pump, s->r, 1);
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
	assert_int_equal(s->fake.last.peer, 3);
	assert_int_equal(play(s, "heal"), REPORT_DONE);
	/* of what is due at the same time the lower node is first, then the lower message */
	static const struct {
		node_id node;
		uint64_t number;
	} same[] = {{3, 1}, {2, 9}, {4, 2}, {2, 7}};

	for (unsigned i = 0; i < 4; i++)
		push(&s->fake, (struct event){.kind = EVENT_HELD,
					      .node = same[i].node,
					      .peer = 1,
					      .id = {1, 1, same[i].number},
					      .due = 700,
					      .type = MSG_ACCEPT});
	if (play(s, "step") != REPORT_DONE)
		fail_msg("%s", s->words);
	assert_int_equal(s->fake.last.due, 700);
	assert_int_equal(s->fake.last.peer, 2);
	assert_int_equal(s->fake.last.id.number, 7);
}

static void a_message_is_moved_before_another(void **state)
{
	struct stage *s = *state;
	for (unsigned number = 1; number <= 3; number++)
		push(&s->fake, (struct event){.kind = EVENT_HELD,
					      .node = 2,
					      .peer = 1,
					      .id = {1, 1, number},
					      .due = UINT64_MAX,
					      .type = MSG_ACCEPT});
	assert_int_equal(play(s, "expect held 2"), REPORT_HOLDS);
	if (play(s, "move 1.1.3 before 1.1.2") != REPORT_DONE)
		fail_msg("%s", s->words);
	assert_int_equal(s->fake.last.kind, CONTROL_MOVE);
	assert_int_equal(s->fake.last.to, set_of(2));
	assert_int_equal(s->fake.last.id.number, 3);
	assert_int_equal(s->fake.last.other.source, 1);
	assert_int_equal(s->fake.last.other.number, 2);
	assert_int_equal(s->fake.last.other_copy, 0);
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
	runner_give(s->r, &c);
	pump_run(&s->pump, 1);
	push(&s->fake, (struct event){.kind = EVENT_DISOBEYED,
				      .node = 4,
				      .number = s->fake.number,
				      .drop = DROP_NUMBER});
	assert_int_equal(pump_run(&s->pump, 2), RUNNER_READY);
	assert_int_equal(s->kind, REPORT_FAILED);
	assert_string_equal(s->words,
			    "n4 refused the command: its number is not above the last one: a "
			    "repetition");
}

/* What is true holds, and the same with a planted falsehood fails. */
/* A cluster that runs for ever brings ever more values: those that the model has forgotten make
 * room in time, and those that it shows stay what they are. */
static void values_that_nobody_refers_to_make_room(void **state)
{
	struct stage *s = *state;
	char text[32], shown[VALUE_SHOWN_MAX + 1];
	unsigned length = 0;

	choose(s, s->a, 1, 3);
	pump_run(&s->pump, 1);
	for (unsigned i = 0; i < 1000; i++) {
		length = (unsigned)snprintf(text, sizeof text, "a value that is gone %u", i);
		assert_int_not_equal(
			values_intern(s->fake.cluster.values, (const uint8_t *)text, length),
			VALUE_NONE);
		push(&s->fake, (struct event){.kind = EVENT_GATED, .node = 1});
		pump_run(&s->pump, 1);
		assert_true(values_has_room(s->fake.cluster.values, 32, 1024));
	}
	values_show(s->fake.cluster.values, model_slot(s->m, 0)->vote[1].chosen, shown);
	assert_string_equal(shown, "A");
	values_intern(s->fake.cluster.values, (const uint8_t *)"another", 7);
	values_show(s->fake.cluster.values, model_slot(s->m, 0)->decided, shown);
	assert_string_equal(shown, "A");
	length = (unsigned)snprintf(text, sizeof text, "a value that is gone 0");
	assert_int_equal(values_find(s->fake.cluster.values, (const uint8_t *)text, length),
			 VALUE_NONE);
}

static void send(struct stage *s, enum message_type type, slot_number slot, node_set to)
{
	push(&s->fake, (struct event){.kind = EVENT_SENT,
				      .node = 1,
				      .id = {1, 1, ++s->fake.number},
				      .type = type,
				      .slot = slot,
				      .to = to});
}

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
		{"accepted 0 A at 1.1 on 1,2", "accepted 0 A at 1.2"},
		{"chosen 0 A at 1.1", "chosen 0 A at 2.1 on 1"},
		{"decided 0 A", "decided 0 B"},
		{"decided 0 * at 1.1", "decided 0 A at 2.1"},
		{"not decided 1 *", "decided 1 A"},
		{"chosen 0 B or chosen 0 A", "chosen 0 B or not agreement"},
		{"down 1 or stopped 2 or idle or violation", "down 1 or stopped 2 or chosen 1 *"},
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
		{"messages prepare = 3", "messages prepare = 4"},
		{"messages prepare <= 3", "messages prepare <= 2"},
		{"messages prepare >= 3", "messages prepare >= 4"},
		{"messages prepare = 2 for 0", "messages prepare >= 3 for 0"},
		{"messages prepare = 1 for 1", "messages prepare = 0 for 1"},
		{"messages accept = 0", "not messages accept = 0"},
	};
	struct stage *s = *state;
	choose(s, s->a, 1, 3);
	send(s, MSG_PREPARE, 0, 0x6 /* n2 n3 */);
	send(s, MSG_PREPARE, 1, 0x5 /* n1, which is itself, and n3 */);
	pump_run(&s->pump, 1);
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

static void what_was_sent_for_a_slot_long_ago_is_not_told_as_none(void **state)
{
	struct stage *s = *state;
	send(s, MSG_SYNC, 0, 0x2);
	send(s, MSG_SYNC, 256, 0x1e);
	send(s, MSG_SYNC, 0, 0x2);
	send(s, MSG_EVIDENCE, SLOT_NONE, 0x2);
	pump_run(&s->pump, 1);
	assert_int_equal(play(s, "expect messages sync = 6"), REPORT_HOLDS);
	assert_int_equal(play(s, "expect messages sync = 4 for 256"), REPORT_HOLDS);
	assert_int_equal(play(s, "expect messages sync <= 9 for 0"), REPORT_VIOLATED);
	assert_non_null(strstr(s->words, "what was sent for that slot is forgotten"));
	assert_int_equal(play(s, "expect messages evidence = 1"), REPORT_HOLDS);
}

static void a_command_that_is_to_fail_must(void **state)
{
	struct stage *s = *state;
	s->fake.deaf = set_of(4);
	assert_int_equal(play(s, "fails propose 4 A"), REPORT_HOLDS);
	assert_string_equal(s->words, "propose fails: no answer from n4");
	assert_int_equal(play(s, "fails crash 2"), REPORT_VIOLATED);
	assert_string_equal(s->words, "\"crash\" was to fail, and was carried out");
	assert_int_equal(play(s, "fails restart 2"), REPORT_VIOLATED);
}

static void forged_votes_are_seen_by_the_expectation_of_agreement(void **state)
{
	struct stage *s = *state;
	choose(s, s->a, 1, 3);
	choose(s, s->b, 3, 5);
	pump_run(&s->pump, 1);
	assert_int_equal(play(s, "expect agreement"), REPORT_VIOLATED);
	assert_int_equal(play(s, "expect violation agreement"), REPORT_HOLDS);
	assert_int_equal(play(s, "expect decided 0 A"), REPORT_HOLDS);
	assert_int_equal(play(s, "expect decided 0 B"), REPORT_HOLDS);
}

static void a_wait_stops_at_the_moment_it_is_true(void **state)
{
	struct stage *s = *state;
	struct command c = parsed("wait chosen 0 A within 10s");
	choose(s, s->a, 1, 3);
	time_us before = s->fake.now;
	assert_true(runner_give(s->r, &c));
	assert_int_equal(pump_run(&s->pump, 1), RUNNER_READY);
	assert_int_equal(s->fake.now, before);
	assert_int_equal(s->kind, REPORT_DONE);
	play(s, "wait 2s");
	assert_int_equal(s->fake.now, before + 2000000);
}

static void a_question_waits_for_its_answer(void **state)
{
	struct stage *s = *state;
	struct command c = parsed("ask \"what now?\"");
	assert_true(runner_give(s->r, &c));
	assert_int_equal(pump_run(&s->pump, 1), RUNNER_ASKING);
	assert_string_equal(s->words, "what now?");
	assert_false(runner_give(s->r, &c));
	runner_answer(s->r);
	assert_int_equal(pump_run(&s->pump, 1), RUNNER_READY);
	s->r->hurry = true;
	assert_true(runner_give(s->r, &c));
	assert_int_equal(pump_run(&s->pump, 1), RUNNER_READY);
}

static void what_was_found_instead_is_told(void **state)
{
	static const struct {
		const char *line, *words;
	} tries[] = {
		{"chosen 0 B on 1,2", "chosen 0 B on n1 n2 (n1 A, n2 A, n3 A, n4 -, n5 -)"},
		{"not accepted 0 A", "not accepted 0 A (n1 A, n2 A, n3 A, n4 -, n5 -)"},
		{"accepted 0 A at 2.1",
		 "accepted 0 A at 2.1 (n1 A at 1.1, n2 A at 1.1, n3 A at 1.1, n4 -, n5 -)"},
		{"chosen 0 B on 1 or not chosen 0 * or leader 2",
		 "chosen 0 B on n1 or not chosen 0 * or leader n2 (n1 A, n2 A, n3 A, n4 -, n5 -; "
		 "n2 "
		 "is idle)"},
		{"decided 0 B", "decided 0 B (A at 1.1 by n1 n2 n3)"},
		{"decided 1 A", "decided 1 A (no quorum is known to have voted: n1 -, n2 -, n3 -, "
				"n4 -, n5 -)"},
		{"promised 1 3.1", "promised n1 3.1 (n1 promised 1.1)"},
		{"leader 2", "leader n2 (n2 is idle)"},
		{"not up 1", "not up n1 (n1 is up)"},
		{"caught-up", "caught-up (n4 lags: it does not know slot 0, which n1 n2 n3 know)"},
		{"lied 2 equivocate",
		 "lied n2 equivocate (n2 lied 0 times, armed: none; nothing is proven)"},
		{"evidence * 2", "evidence * n2 (n2 lied 0 times, armed: none; nothing is proven)"},
		{"defence sign+cert", "defence sign+cert (on: none)"},
		{"refused 2 busy", "refused n2 busy (nobody refused n2)"},
		{"held 2 promise 1", "held n2 promise n1 (nothing is held at n2)"},
		{"violation agreement", "violation agreement (no violation)"},
		{"stuck", "stuck (0 values wait)"},
	};
	struct stage *s = *state;
	choose(s, s->a, 1, 3);
	pump_run(&s->pump, 1);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		char line[80], words[300];
		snprintf(line, sizeof line, "expect %s", tries[i].line);
		snprintf(words, sizeof words, "it is not true that: %s", tries[i].words);
		assert_int_equal(play(s, line), REPORT_VIOLATED);
		assert_string_equal(s->words, words);
	}
}

static void simulated_time_runs_at_the_rate_of_the_clock_and_loses_no_microsecond(void **state)
{
	struct stage *s = *state;
	play(s, "rate 1/3");
	pump_time(&s->pump, 1000000);
	time_us before = s->pump.until;
	for (unsigned i = 1; i <= 3000; i++)
		pump_time(&s->pump, 1000000 + i);
	assert_int_equal(s->pump.until, before + 1000);
	play(s, "pause");
	pump_time(&s->pump, 1900000);
	assert_int_equal(s->pump.until, s->fake.now);
	pump_time(&s->pump, 2000000);
	assert_int_equal(s->pump.until, s->fake.now);
}

static void a_program_that_slept_for_long_makes_up_for_one_second(void **state)
{
	struct stage *s = *state;
	play(s, "rate 1x");
	pump_time(&s->pump, 1000000);
	time_us before = s->pump.until;
	pump_time(&s->pump, UINT64_C(3600000000));
	assert_int_equal(s->pump.until, before + 1000000);
}

/* Who watches sleeps while a command waits for simulated time, and no longer than that takes. */
static void one_sleeps_until_simulated_time_is_there(void **state)
{
	struct stage *s = *state;
	const struct command command = parsed("wait 10ms");

	play(s, "rate 1/3");
	pump_time(&s->pump, 1000000);
	pump_take(&s->pump, s->pump.until, 100);
	assert_true(pump_patience(&s->pump, 1000000) == UINT64_MAX);
	assert_true(runner_give(s->r, &command));
	runner_step(s->r, 1000000);
	assert_int_equal(s->r->state, RUNNER_BUSY);
	assert_int_equal(pump_patience(&s->pump, 1000000), 30000);
	pump_time(&s->pump, 1000000 + 29999);
	assert_int_equal(pump_patience(&s->pump, 1000000 + 29999), 3);
	pump_time(&s->pump, 1000000 + 30000);
	assert_int_equal(pump_patience(&s->pump, 1000000 + 30000), 0);
	s->pump.until -= 10000;
	s->pump.times = 4;
	assert_int_equal(pump_patience(&s->pump, 1000000), 7500);
	s->m->clock.den = 0;
	assert_int_equal(pump_patience(&s->pump, 1000000), 2500);
}

static void note_item(void *user, const struct item *item)
{
	struct stage *s = user;
	assert_int_equal(item->kind, ITEM_EVENT);
	assert_int_equal(s->m->events, ++s->heard);
}

static void a_listener_hears_of_an_event_when_the_model_has_it(void **state)
{
	struct stage *s = *state;
	s->heard = s->m->events;
	const uint64_t before = s->heard;
	s->pump.hear = note_item;
	s->pump.user = s;
	choose(s, s->a, 1, 3);
	assert_true(pump_take(&s->pump, 0, 4));
	assert_int_equal(s->heard, before + 4);
	assert_false(pump_take(&s->pump, 0, 4));
	assert_int_equal(s->heard, before + 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_partition_cuts_between_groups_and_nowhere_else),
		TEST(a_cut_is_one_way_and_a_link_keeps_what_is_not_named),
		TEST(a_link_rule_that_holds_is_not_written_again),
		TEST(who_was_down_is_told_on_return),
		TEST(what_happens_to_a_process_meanwhile_ends_the_command),
		TEST(a_life_that_followed_shows_that_the_one_before_has_ended),
		TEST(an_order_that_nobody_lived_to_keep_is_no_success),
		TEST(nobody_is_killed_or_continued_if_not_all_can_be),
		TEST(pause_remembers_the_rate_for_resume),
		TEST(a_step_goes_to_the_least_that_is_due),
		TEST(a_message_is_moved_before_another),
		TEST(who_does_not_answer_is_named),
		TEST(a_refused_order_is_told_with_its_reason),
		TEST(values_that_nobody_refers_to_make_room),
		TEST(expectations_fail_when_they_are_false),
		TEST(what_was_sent_for_a_slot_long_ago_is_not_told_as_none),
		TEST(a_command_that_is_to_fail_must),
		TEST(forged_votes_are_seen_by_the_expectation_of_agreement),
		TEST(a_wait_stops_at_the_moment_it_is_true),
		TEST(a_question_waits_for_its_answer),
		TEST(what_was_found_instead_is_told),
		TEST(simulated_time_runs_at_the_rate_of_the_clock_and_loses_no_microsecond),
		TEST(a_program_that_slept_for_long_makes_up_for_one_second),
		TEST(one_sleeps_until_simulated_time_is_there),
		TEST(a_listener_hears_of_an_event_when_the_model_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
