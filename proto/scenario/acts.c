#include "proto/scenario/acts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/show.h"

#define ANSWER_US 5000000 /* real time; a node that is up answers sooner */
#define PAUSED_US 1000000 /* real: how long to wait for something while time is paused */

enum act_progress runner_fail(struct runner *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text_write_list(r->words, sizeof r->words, format, args);
	va_end(args);
	return ACT_FAILED;
}

void runner_stage(struct runner *r, int stage)
{
	r->stage = stage;
	r->stage_at = r->real_us;
}

void runner_report(struct runner *r, enum report_kind kind, const char *words)
{
	struct report report = {kind, &r->command, words, r->model->now};
	r->tell(r->user, &report);
}

node_set runner_present(const struct runner *r)
{
	node_set set = 0;
	for (unsigned id = 1; id <= r->model->nodes; id++)
		if (r->model->node[id].life == LIFE_UP)
			set |= set_of((node_id)id);
	return set;
}

node_set runner_away(const struct runner *r)
{
	return set_first(r->model->nodes) & ~runner_present(r);
}

const char *runner_why_away(const struct runner *r, node_id node)
{
	switch (r->model->node[node].life) {
	case LIFE_DOWN:
		return "down";
	case LIFE_STOPPED:
		return "stopped";
	default:
		return "out of reach from here";
	}
}

enum act_progress runner_tell_present(struct runner *r, const char *lacks,
				      const struct control *control)
{
	const node_set away = control->to & ~runner_present(r);
	struct control c = *control;

	if (r->stage > 0)
		return runner_answers(r);
	if (away != 0)
		return runner_fail(r, "n%u is %s: it %s", set_lowest(away),
				   runner_why_away(r, set_lowest(away)), lacks);
	if (!runner_send(r, &c))
		return ACT_FAILED;
	runner_stage(r, 1);
	return runner_answers(r);
}

const char *runner_why_none(const struct runner *r)
{
	for (unsigned id = 1; id <= r->model->nodes; id++)
		if (r->model->node[id].life == LIFE_UNKNOWN)
			return "no node is heard: they are down, or out of reach from here";
	return "no node is up";
}

void runner_note_away(struct runner *r, node_set to)
{
	const node_set away = to & runner_away(r);
	const size_t used = strlen(r->words);
	char who[NODES_MAX * 4];
	if (away == 0)
		return;
	set_show(away, who, sizeof who);
	snprintf(r->words + used, sizeof r->words - used, "%s%s will be told on return",
		 used > 0 ? "; " : "", who);
}

/* Disks that were made slow are waited for: each order after some syncs. */
static time_us slowest_answer(const struct runner *r)
{
	time_us slowest = 0;
	for (node_id id = 1; id <= r->model->nodes; id++)
		slowest = higher_of(slowest, r->model->node[id].sync_us);
	return runner_now(r) + 4 * slowest;
}

static void note_asked(struct runner *r)
{
	r->asked_at = r->real_us;
	r->answer_by = slowest_answer(r);
}

bool runner_send(struct runner *r, struct control *control)
{
	const node_set present = runner_present(r);
	if (!control_stands(control->kind))
		control->to &= present;
	if (control->to == 0 || present == 0) {
		runner_fail(r, "%s", control->to == 0 ? "the node is not up" : runner_why_none(r));
		return false;
	}
	if (!r->cluster->ops->control(r->cluster, control)) {
		runner_fail(r, "%s", r->cluster->why);
		return false;
	}
	/* Nodes that keep an order for one that is away answer for it. */
	for (node_set left = (control->to | control->asked) & present; left != 0; left &= left - 1)
		r->awaited[set_lowest(left)] = control->number;
	r->number = control->number;
	r->stands = control_stands(control->kind);
	note_asked(r);
	return true;
}

node_set runner_silent(const struct runner *r)
{
	node_set silent = 0;
	for (unsigned id = 1; id <= r->model->nodes; id++)
		if (r->awaited[id] != 0)
			silent |= set_of((node_id)id);
	return silent & runner_present(r);
}

/* A node that went away while it was asked is not waited for. */
static void lose_those_away(struct runner *r)
{
	for (node_set left = runner_away(r); left != 0; left &= left - 1) {
		if (r->awaited[set_lowest(left)] != 0) {
			r->lost |= set_of(set_lowest(left));
			r->number = r->awaited[set_lowest(left)];
		}
		r->awaited[set_lowest(left)] = 0;
	}
}

/* The cluster asks all that are left to keep an order that nobody has answered. */
static enum act_progress await_keepers(struct runner *r)
{
	for (node_set left = runner_present(r); left != 0; left &= left - 1)
		r->awaited[set_lowest(left)] = r->number;
	r->keepers_are_asked = true;
	note_asked(r);
	return ACT_WAIT;
}

/* All have answered but those that were lost. A standing order reaches these when they are back, if
 * any node is left that keeps it. */
static enum act_progress end_answers(struct runner *r)
{
	const bool is_kept = r->stands && (r->obeyed | r->refused_by | r->silent) != 0;
	char who[NODES_MAX * 4];
	if (r->lost == 0)
		return ACT_DONE;
	if (!is_kept && r->stands && runner_present(r) != 0 && !r->keepers_are_asked)
		return await_keepers(r);
	set_show(r->lost, who, sizeof who);
	r->lost = 0;
	if (!is_kept)
		return runner_fail(r, "%s went away and did not answer: this may not be done", who);
	text_append(r->words, sizeof r->words, "%s%s went away and will be told on return",
		    r->words[0] != 0 ? "; " : "", who);
	return ACT_DONE;
}

enum act_progress runner_answers(struct runner *r)
{
	lose_those_away(r);
	const node_set waiting = runner_silent(r);
	if (waiting == 0)
		return end_answers(r);
	if (r->real_us > r->asked_at + ANSWER_US && runner_now(r) >= r->answer_by) {
		char who[NODES_MAX * 4];
		set_show(waiting, who, sizeof who);
		return runner_fail(r, "no answer from %s", who);
	}
	return ACT_WAIT;
}

time_us runner_now(const struct runner *r)
{
	time_us now = r->cluster->ops->now(r->cluster, r->real_us);
	/* Steps take a paused cluster further than its clock rule says. */
	return now > r->model->now ? now : r->model->now;
}

struct control runner_clock(const struct runner *r, uint32_t num, uint32_t den)
{
	return (struct control){
		.kind = CONTROL_CLOCK,
		.to = set_first(r->model->nodes),
		.clock = {r->real_us, runner_now(r), num, den},
	};
}

bool runner_is_real(const struct runner *r)
{
	return r->real_time || clock_is_paused(&r->model->clock);
}

/* While the cluster's time is paused, only the real time moves. */
static time_us clock_that_counts(const struct runner *r)
{
	return runner_is_real(r) ? r->real_us : r->cluster->ops->now(r->cluster, r->real_us);
}

void runner_set_deadline(struct runner *r, time_us span)
{
	if (!r->real_time && runner_is_real(r) && span > PAUSED_US)
		span = PAUSED_US;
	r->deadline = clock_that_counts(r) + span;
	r->has_deadline = true;
}

bool runner_is_late(const struct runner *r)
{
	return clock_that_counts(r) >= r->deadline;
}
