#include "proto/scenario/runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "proto/scenario/acts.h"

#define LOOK_US 500000 /* real: a command that waits for nodes is looked at so often */

void runner_init(struct runner *r, struct cluster *c, struct model *m,
		 void (*tell)(void *user, const struct report *report), void *user)
{
	memset(r, 0, sizeof *r);
	r->cluster = c;
	r->model = m;
	r->tell = tell;
	r->user = user;
}

/* Lets the command fail with r->words; its act is not called again. */
static void give_up(struct runner *r, node_id node)
{
	r->awaited[node] = 0;
	r->failed = true;
}

static void on_disobeyed(struct runner *r, const struct event *e)
{
	if (r->may_refuse && e->drop == DROP_REFUSED) {
		r->awaited[e->node] = 0;
		r->refused_by |= set_of(e->node);
		return;
	}
	if (r->may_refuse && e->drop == DROP_LOSS) {
		r->awaited[e->node] = 0;
		r->silent |= set_of(e->node);
		return;
	}
	runner_fail(r, "n%u refused the command: %s", e->node, drop_words(e->drop));
	give_up(r, e->node);
}

/* A node that cannot propose in the slot that was wished for says so before it answers the control.
 * Another value may also be chosen there while the command waits for the decision. */
static bool loses_wish(const struct runner *r, const struct event *e)
{
	return e->kind == EVENT_LOST && r->wished_slot != SLOT_NONE && e->slot == r->wished_slot &&
	       (r->awaited[e->node] != 0 || (r->state == RUNNER_BUSY && r->command.wait &&
					     r->stage == 2 && e->node == r->command.a));
}

void runner_event(struct runner *r, const struct event *e)
{
	if (e->node == NODE_NONE || e->node > NODES_MAX)
		return;
	r->been[r->model->node[e->node].life] |= set_of(e->node);
	if (e->kind == EVENT_CRASHED && set_has(r->starting, e->node)) {
		if (r->cluster->why[0] != 0)
			runner_fail(r, "%s", r->cluster->why);
		else
			runner_fail(r, "n%u ended as soon as it was started", e->node);
		r->failed = true;
		return;
	}
	if (loses_wish(r, e)) {
		char words[200];
		event_words(r->model, e, words, sizeof words);
		runner_fail(r, "%s", words);
		give_up(r, e->node);
		return;
	}
	if (e->kind == EVENT_OBEYED && e->number != 0 &&
	    (e->number == r->number || e->number == r->awaited[e->node]))
		r->obeyed |= set_of(e->node);
	if (r->awaited[e->node] == 0)
		return;
	if (e->number != r->awaited[e->node])
		return;
	if (e->kind == EVENT_OBEYED)
		r->awaited[e->node] = 0;
	else if (e->kind == EVENT_DISOBEYED)
		on_disobeyed(r, e);
}

static act *const acts[COMMANDS] = {
#define COMMAND(name, text, args, does, effect, usage, help) [COMMAND_##name] = does,
#include "proto/scenario/commands.def"
#undef COMMAND
};

bool runner_give(struct runner *r, const struct command *command)
{
	if (r->state != RUNNER_READY)
		return false;
	r->command = *command;
	r->state = RUNNER_BUSY;
	r->stage = 0;
	r->given_at = r->model->now;
	r->refused_by = r->silent = 0;
	r->failed = r->has_deadline = r->may_refuse = false;
	r->starting = r->obeyed = r->lost = 0;
	r->number = 0;
	r->keepers_are_asked = false;
	r->wished_slot = SLOT_NONE;
	r->words[0] = 0;
	memset(r->awaited, 0, sizeof r->awaited);
	memset(r->been, 0, sizeof r->been);
	return true;
}

/* Of a command that is expected to fail. */
static void report_failure(struct runner *r, bool failed)
{
	char words[sizeof r->words + 60];

	if (failed)
		text_write(words, sizeof words, "%s fails: %s", command_name(r->command.kind),
			   r->words);
	else
		text_write(words, sizeof words, "\"%s\" was to fail, and was carried out%s%s",
			   command_name(r->command.kind), r->words[0] == 0 ? "" : ": ", r->words);
	runner_report(r, failed ? REPORT_HOLDS : REPORT_VIOLATED, words);
}

enum runner_state runner_step(struct runner *r, time_us real_us)
{
	r->real_us = real_us;
	model_real_time(r->model, real_us);
	model_time(r->model, r->cluster->ops->now(r->cluster, real_us));
	if (r->state == RUNNER_READY)
		return r->state;
	act *does = acts[r->command.kind];
	enum act_progress progress = r->failed ? ACT_FAILED : does == NULL ? ACT_TOLD : does(r);
	if (progress == ACT_WAIT)
		return r->state;
	r->state = RUNNER_READY;
	if (progress == ACT_FAILED && r->words[0] == 0)
		runner_fail(r, "it could not be done, and nobody said why");
	if (progress != ACT_TOLD && r->command.fails)
		report_failure(r, progress == ACT_FAILED);
	else if (progress != ACT_TOLD)
		runner_report(r, progress == ACT_DONE ? REPORT_DONE : REPORT_FAILED, r->words);
	return r->state;
}

time_us runner_until(const struct runner *r, time_us now)
{
	if (r->state != RUNNER_BUSY || runner_is_real(r))
		return now;
	if (runner_silent(r) != 0)
		return higher_of(now, r->answer_by);
	return r->has_deadline ? higher_of(now, r->deadline) : now;
}

time_us runner_patience(const struct runner *r, time_us real_us)
{
	if (r->state != RUNNER_BUSY)
		return UINT64_MAX;
	if (!r->has_deadline)
		return LOOK_US;
	if (runner_is_real(r))
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
