#include "proto/scenario/runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/scenario/runner_parts.h"

#define ANSWER_US 5000000  /* real: a node that is up answers sooner */
#define WAIT_US   30000000 /* a wait that does not say how long */
#define PAUSED_US 1000000  /* real: how long to wait for something while time stands still */

void runner_init(struct runner *r, struct cluster *c, struct model *m,
		 void (*tell)(void *user, const struct report *report), void *user)
{
	memset(r, 0, sizeof *r);
	r->cluster = c;
	r->model = m;
	r->tell = tell;
	r->user = user;
}

enum act runner_fail(struct runner *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(r->words, sizeof r->words, format, args);
	va_end(args);
	return ACT_FAILED;
}

void runner_stage(struct runner *r, int stage)
{
	r->stage = stage;
	r->stage_at = r->real_us;
}

node_set runner_present(const struct runner *r)
{
	node_set set = 0;
	for (unsigned id = 1; id <= r->model->nodes; id++)
		if (r->model->node[id].life == LIFE_UP)
			set |= set_of((node_id)id);
	return set;
}

bool runner_send(struct runner *r, struct control *control)
{
	control->to &= runner_present(r);
	if (control->to == 0) {
		runner_fail(r, "the node is not up");
		return false;
	}
	if (!r->cluster->ops->control(r->cluster, control)) {
		runner_fail(r, "%s", r->cluster->why);
		return false;
	}
	for (node_set left = control->to; left != 0; left &= left - 1)
		r->awaited[set_lowest(left)] = control->number;
	r->asked_at = r->real_us;
	return true;
}

enum act runner_answers(struct runner *r)
{
	node_set present = runner_present(r), waiting = 0;
	for (unsigned id = 1; id <= r->model->nodes; id++) {
		if (!set_has(present, (node_id)id))
			r->awaited[id] = 0;
		if (r->awaited[id] != 0)
			waiting |= set_of((node_id)id);
	}
	if (waiting == 0)
		return ACT_DONE;
	if (r->real_us > r->asked_at && r->real_us - r->asked_at > ANSWER_US) {
		char who[NODES_MAX * 4];
		set_show(waiting, who, sizeof who);
		return runner_fail(r, "no answer from %s", who);
	}
	return ACT_WAIT;
}

enum act runner_debts(struct runner *r)
{
	node_set back = runner_present(r) & (r->owed_links | r->owed_clock);
	node_set clock = back & r->owed_clock;
	if (clock != 0) {
		const struct clock_rule *rule = &r->model->clock;
		struct control c = runner_clock(r, rule->num, rule->den);
		c.to = clock;
		r->owed_clock &= ~clock;
		if (!runner_send(r, &c))
			return ACT_FAILED;
	}
	enum act answers = runner_answers(r);
	if (answers != ACT_DONE || (back & r->owed_links) == 0)
		return answers;
	/* the goal is only about those who owe; the rest may have been changed by others */
	for (unsigned to = 1; to <= r->model->nodes; to++)
		if (!set_has(r->owed_links, (node_id)to))
			memcpy(r->goal[to], r->model->node[to].link, sizeof r->goal[to]);
	enum act links = runner_links(r);
	if (links == ACT_DONE)
		r->owed_links &= ~back;
	return links;
}

void runner_event(struct runner *r, const struct event *e)
{
	if (r->command.kind == COMMAND_RESTART && r->stage == 2 && e->kind == EVENT_CRASHED &&
	    e->node != NODE_NONE && set_has(r->command.nodes, e->node)) {
		runner_fail(r, "%s", r->cluster->why);
		r->stage = -1;
		return;
	}
	if (e->node == NODE_NONE || e->node > NODES_MAX || r->awaited[e->node] == 0)
		return;
	/* A wish for a slot that cannot be granted is given up before the order is answered. */
	if (r->command.kind == COMMAND_PROPOSE && e->kind == EVENT_LOST &&
	    r->command.slot != SLOT_NONE && e->slot == r->command.slot) {
		char words[200];
		event_words(r->model, e, words, sizeof words);
		r->awaited[e->node] = 0;
		runner_fail(r, "%s", words);
		r->stage = -1;
		return;
	}
	if (e->number != r->awaited[e->node])
		return;
	if (e->kind == EVENT_OBEYED)
		r->awaited[e->node] = 0;
	else if (e->kind == EVENT_DISOBEYED) {
		r->awaited[e->node] = 0;
		if (r->command.kind == COMMAND_DEFEND && e->drop == DROP_REFUSED) {
			r->refused_by |= set_of(e->node);
			return;
		}
		runner_fail(r, "n%u did not obey: %s", e->node, drop_words(e->drop));
		r->stage = -1;
	}
}

static void tell(struct runner *r, enum report_kind kind, const char *words)
{
	struct report report = {kind, &r->command, words, r->model->now};
	r->tell(r->user, &report);
}

/* The clock by which a wait is measured. While time stands still only the real one moves. */
static bool is_real(const struct runner *r)
{
	return r->real_time || clock_is_paused(&r->model->clock);
}

static time_us measure(const struct runner *r)
{
	return is_real(r) ? r->real_us : r->cluster->ops->now(r->cluster, r->real_us);
}

static void set_deadline(struct runner *r, time_us span)
{
	if (!r->real_time && is_real(r) && span > PAUSED_US)
		span = PAUSED_US;
	r->deadline = measure(r) + span;
}

/* "CONDITION; found: ..." */
static void describe(struct runner *r, const char *what, char *out, size_t size)
{
	char condition[200], found[200];
	condition_show(&r->command.condition, r->command.text, condition, sizeof condition);
	condition_found(r->model, &r->command.condition, found, sizeof found);
	if (what == NULL)
		snprintf(out, size, "%s", condition);
	else
		snprintf(out, size, "%s: %s (%s)", what, condition, found);
}

static enum act act_wait(struct runner *r)
{
	const struct command *c = &r->command;
	char words[600];
	if (r->stage == 0) {
		if (c->duration > 0 && !r->real_time && is_real(r))
			return runner_fail(r, "time is paused: this wait would never end");
		set_deadline(r, c->duration > 0 ? c->duration
				: c->within > 0 ? c->within
						: WAIT_US);
		runner_stage(r, 1);
	}
	if (c->condition.kind != CONDITION_NONE &&
	    condition_holds(r->model, &c->condition, c->text))
		return ACT_DONE;
	if (measure(r) < r->deadline)
		return ACT_WAIT;
	if (c->condition.kind == CONDITION_NONE)
		return ACT_DONE;
	describe(r, "waited in vain for", words, sizeof words);
	tell(r, REPORT_TIMEOUT, words);
	r->stage = -2; /* told */
	return ACT_FAILED;
}

static enum act act_expect(struct runner *r)
{
	const struct command *c = &r->command;
	char words[600];
	bool holds = condition_holds(r->model, &c->condition, c->text);
	if (r->stage == 0) {
		set_deadline(r, c->holds > 0 ? c->holds : c->within);
		runner_stage(r, 1);
	}
	bool over = measure(r) >= r->deadline;
	if (!over && holds == (c->holds > 0))
		return ACT_WAIT;
	describe(r, holds ? NULL : "it is not true that", words, sizeof words);
	tell(r, holds ? REPORT_HOLDS : REPORT_VIOLATED, words);
	return ACT_DONE;
}

static enum act act_tell(struct runner *r)
{
	switch (r->command.kind) {
	case COMMAND_SAY:
		tell(r, REPORT_SAY, r->command.text);
		break;
	case COMMAND_STATE:
		tell(r, REPORT_STATE, "");
		break;
	case COMMAND_ROSTER:
		tell(r, REPORT_ROSTER, "");
		break;
	case COMMAND_EVIDENCE:
		tell(r, REPORT_EVIDENCE, "");
		break;
	case COMMAND_QUIT:
		tell(r, REPORT_QUIT, "");
		break;
	default:
		break;
	}
	return ACT_DONE;
}

static enum act act_ask(struct runner *r)
{
	if (r->stage == 0) {
		tell(r, r->command.kind == COMMAND_ASK ? REPORT_ASK : REPORT_BEAT, r->command.text);
		if (r->hurry)
			return ACT_DONE;
		runner_stage(r, 1);
		r->state = RUNNER_ASKING;
	}
	return r->state == RUNNER_ASKING ? ACT_WAIT : ACT_DONE;
}

static act *const acts[COMMANDS] = {
	[COMMAND_NONE] = act_tell,
	[COMMAND_PROPOSE] = act_propose,
	[COMMAND_CUT] = act_link,
	[COMMAND_JOIN] = act_link,
	[COMMAND_PARTITION] = act_partition,
	[COMMAND_HEAL] = act_heal,
	[COMMAND_LINK] = act_link,
	[COMMAND_CRASH] = act_crash,
	[COMMAND_RESTART] = act_restart,
	[COMMAND_STOP] = act_stop,
	[COMMAND_CONTINUE] = act_continue,
	[COMMAND_ATTACK] = act_attack,
	[COMMAND_DEFEND] = act_defend,
	[COMMAND_EPOCH] = act_epoch,
	[COMMAND_EVIDENCE] = act_tell,
	[COMMAND_PAUSE] = act_pause,
	[COMMAND_RESUME] = act_resume,
	[COMMAND_STEP] = act_step,
	[COMMAND_RATE] = act_rate,
	[COMMAND_GATE] = act_gate,
	[COMMAND_DELIVER] = act_pick,
	[COMMAND_DROP] = act_pick,
	[COMMAND_DUPLICATE] = act_pick,
	[COMMAND_WAIT] = act_wait,
	[COMMAND_EXPECT] = act_expect,
	[COMMAND_SAY] = act_tell,
	[COMMAND_ASK] = act_ask,
	[COMMAND_BEAT] = act_ask,
	[COMMAND_STATE] = act_tell,
	[COMMAND_ROSTER] = act_tell,
	[COMMAND_QUIT] = act_tell,
};

bool runner_give(struct runner *r, const struct command *command)
{
	if (r->state != RUNNER_READY)
		return false;
	r->command = *command;
	r->state = RUNNER_BUSY;
	r->stage = 0;
	r->words[0] = 0;
	memset(r->awaited, 0, sizeof r->awaited);
	return true;
}

/* say and expect speak for themselves. */
static bool is_action(enum command_kind kind)
{
	return kind != COMMAND_NONE && acts[kind] != act_tell && acts[kind] != act_ask &&
	       acts[kind] != act_expect;
}

enum runner_state runner_step(struct runner *r, time_us real_us)
{
	r->real_us = real_us;
	model_time(r->model, r->cluster->ops->now(r->cluster, real_us));
	if (r->state == RUNNER_READY)
		return r->state;
	enum act done = r->stage == -1 ? ACT_FAILED : acts[r->command.kind](r);
	if (done == ACT_WAIT)
		return r->state;
	r->state = RUNNER_READY;
	if (done == ACT_FAILED && r->stage != -2)
		tell(r, REPORT_FAILED, r->words);
	else if (done == ACT_DONE && is_action(r->command.kind))
		tell(r, REPORT_DONE, r->words);
	return r->state;
}

time_us runner_until(const struct runner *r, time_us now)
{
	bool waits = r->command.kind == COMMAND_WAIT || r->command.kind == COMMAND_EXPECT;
	if (r->state != RUNNER_BUSY || !waits || r->stage != 1 || is_real(r) || r->deadline < now)
		return now;
	return r->deadline;
}

time_us runner_patience(const struct runner *r, time_us real_us)
{
	if (r->state != RUNNER_BUSY)
		return UINT64_MAX;
	bool waits = r->command.kind == COMMAND_WAIT || r->command.kind == COMMAND_EXPECT;
	if (!waits)
		return ANSWER_US / 10;
	if (is_real(r))
		return r->deadline > real_us ? r->deadline - real_us : 0;
	return clock_until(&r->model->clock, real_us, r->deadline);
}

void runner_answer(struct runner *r)
{
	if (r->state == RUNNER_ASKING)
		r->state = RUNNER_BUSY;
}

void runner_cancel(struct runner *r)
{
	r->state = RUNNER_READY;
}

/* The model refers to values as long as it lives; what it has forgotten makes room. */
static void sweep(struct runner *r)
{
	struct values *values = r->cluster->values;
	if (values_has_room(values, 64, (size_t)64 * VALUE_SHOWN_MAX))
		return;
	values_unmark(values);
	model_mark_values(r->model);
	values_sweep(values);
}

enum runner_state runner_pump(struct runner *r, time_us real_us, bool *over)
{
	const struct cluster_ops *ops = r->cluster->ops;
	struct cluster_info info;
	struct item item;
	*over = false;
	ops->info(r->cluster, &info);
	bool simulated = info.kind == CLUSTER_SIMULATED;
	for (;;) {
		if (!simulated)
			sweep(r);
		time_us now = ops->now(r->cluster, real_us);
		time_us until = runner_until(r, now);
		enum item_kind kind = ops->next(r->cluster, until, &item);
		if (kind == ITEM_NOTHING)
			break;
		if (kind == ITEM_END) {
			*over = true;
			break;
		}
		model_item(r->model, &item);
		if (kind == ITEM_EVENT)
			runner_event(r, item.event);
		/* a simulated cluster must not run past the moment that is waited for */
		if (simulated && until > now && runner_step(r, real_us) != RUNNER_BUSY)
			return r->state;
	}
	return runner_step(r, real_us);
}
