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

/* Of some nodes alone. */
enum act_progress act_clock(struct runner *r)
{
	return runner_tell_present(r, "has no clock",
				   &(struct control){
					   .kind = CONTROL_DRIFT,
					   .to = r->command.nodes,
					   .count = r->command.drift,
					   .due = (time_us)r->command.jump_us,
				   });
}

enum act_progress act_rate(struct runner *r)
{
	if (r->stage == 0)
		r->num_before = 0;
	return set_clock(r, r->command.rate_num, r->command.rate_den);
}
