/* The cluster's time: a straight line over real time, of which every node is told. */
#include <stdio.h>

#include "proto/scenario/acts.h"

static enum act_progress set_clock(struct runner *r, uint32_t num, uint32_t den)
{
	if (r->stage == 0) {
		struct control c = runner_clock(r, num, den);
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_note_away(r, c.to);
		runner_stage(r, 1);
	}
	return runner_answers(r);
}

/* A rule that pauses time has no need of its den. It keeps the rate there, so that a dashboard that
 * has not seen the pause can resume: den of a rate of 1/den, 1 of any other rate. */
enum act_progress act_pause(struct runner *r)
{
	const struct clock_rule *clock = &r->model->clock;
	if (r->stage == 0) {
		if (clock_is_paused(clock)) {
			snprintf(r->words, sizeof r->words, "time is paused already");
			return ACT_DONE;
		}
		r->num_before = clock->num;
		r->den_before = clock->den;
	}
	return set_clock(r, 0, r->num_before == 1 ? r->den_before : 1);
}

enum act_progress act_resume(struct runner *r)
{
	const struct clock_rule *clock = &r->model->clock;
	if (r->stage == 0) {
		if (!clock_is_paused(clock)) {
			snprintf(r->words, sizeof r->words, "time runs already");
			return ACT_DONE;
		}
		if (r->num_before == 0) {
			r->num_before = 1;
			r->den_before = clock->den;
		}
	}
	return set_clock(r, r->num_before, r->den_before);
}

enum act_progress act_rate(struct runner *r)
{
	if (r->stage == 0)
		r->num_before = 0;
	return set_clock(r, r->command.rate_num, r->command.rate_den);
}

/* The least time at which anything is due; 0 if nothing is. */
static time_us least_due(const struct runner *r)
{
	const struct model *m = r->model;
	node_set present = runner_present(r);
	time_us least = 0;
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (f->state == FLIGHT_HELD && f->due > 0 && set_has(present, f->to) &&
		    (least == 0 || f->due < least))
			least = f->due;
	}
	for (unsigned id = 1; id <= m->nodes; id++) {
		time_us due = m->node[id].wake_at;
		if (set_has(present, (node_id)id) && due > 0 && (least == 0 || due < least))
			least = due;
	}
	return least;
}

/* Has every node told its state since the last step? A snapshot that was asked for earlier may come
 * late, and tell of the time before the step. */
static bool have_all_told(const struct runner *r)
{
	for (node_set left = runner_present(r); left != 0; left &= left - 1) {
		const struct model_node *n = &r->model->node[set_lowest(left)];
		if (n->snapshots == r->snapshots_before[set_lowest(left)] ||
		    n->told_at < r->stepped_to)
			return false;
	}
	return true;
}

/* A node that heard of the pause late has come further than the others. No node goes back in time,
 * so a step leads at least to where the furthest node is. */
static time_us not_before(const struct runner *r, time_us due)
{
	for (node_set left = runner_present(r); left != 0 && due != 0; left &= left - 1)
		if (r->model->node[set_lowest(left)].told_at > due)
			due = r->model->node[set_lowest(left)].told_at;
	return due;
}

static enum act_progress ask_for_snapshots(struct runner *r)
{
	for (unsigned id = 1; id <= r->model->nodes; id++)
		r->snapshots_before[id] = r->model->node[id].snapshots;
	r->cluster->ops->refresh(r->cluster);
	runner_stage(r, 1);
	return ACT_WAIT;
}

enum act_progress act_step(struct runner *r)
{
	if (r->stage == 0) {
		if (!clock_is_paused(&r->model->clock))
			return runner_fail(r, "time runs: pause before you step");
		r->steps_left = r->command.count;
		r->stepped_to = 0;
		return ask_for_snapshots(r);
	}
	if (r->stage == 1) {
		if (!have_all_told(r))
			return r->real_us > r->stage_at + 5000000
				       ? runner_fail(r, "a node does not tell its state")
				       : ACT_WAIT;
		struct control c = {
			.kind = CONTROL_ADVANCE,
			.to = set_first(r->model->nodes),
			.due = not_before(r, least_due(r)),
		};
		if (c.due == 0)
			return runner_fail(r, "nothing is on its way and no timer runs: there is "
					      "nothing to step to");
		r->stepped_to = c.due;
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, 2);
	}
	enum act_progress answers = runner_answers(r);
	if (answers != ACT_DONE || --r->steps_left == 0)
		return answers;
	return ask_for_snapshots(r);
}
