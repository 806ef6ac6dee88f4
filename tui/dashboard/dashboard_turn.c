/* One turn of a dashboard: takes what the cluster tells, and runs what is due. And how one is made
 * and ends. */
#include "tui/dashboard/dashboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/io/status.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tui/screen/screen.h"
#include "tui/view/view.h"

#define MARGIN_EVERY_US 300000 /* the safe margin is asked for that often at most */
#define DRAIN_US        15000  /* so long the cluster may talk before a frame is owed */

#define BACKGROUND_US 5000000 /* what the terminal says of its background later is not heard */

static void on_report(void *user, const struct report *report)
{
	struct dashboard *d = user;
	struct model *past = past_model(&d->past);

	/* What is printed is about what is shown. */
	d->model = past != NULL ? past : d->live;
	d->failed = d->failed || report->kind == REPORT_FAILED;
	switch (report->kind) {
	case REPORT_DONE:
		if (report->words[0] != 0)
			dashboard_say(d, false, "%s", report->words);
		break;
	case REPORT_SAY:
		dashboard_say(d, false, "%s", report->words);
		break;
	case REPORT_ASK:
	case REPORT_BEAT:
		dashboard_say(d, false, "%s  Enter goes on", report->words);
		d->message_until = 0; /* it stays */
		break;
	case REPORT_HOLDS:
		dashboard_say(d, false, "holds: %s", report->words);
		break;
	case REPORT_VIOLATED:
	case REPORT_TIMEOUT:
	case REPORT_FAILED:
		dashboard_say(d, true, "%s", report->words);
		break;
	case REPORT_STATE:
		dashboard_show_state(d);
		break;
	case REPORT_ROSTER:
		dashboard_show_roster(d);
		break;
	case REPORT_EVIDENCE:
		d->scene.view = VIEW_evidence;
		d->scene.popup = POPUP_NONE;
		break;
	case REPORT_MARGIN:
		key_margin(d);
		break;
	case REPORT_PLAY:
		dashboard_tell(d, report->words);
		break;
	case REPORT_FORK:
		key_fork(d);
		break;
	case REPORT_HELP:
		dashboard_explain(d, report->words);
		break;
	case REPORT_QUIT:
		d->quit = true;
		break;
	}
	d->model = d->live;
}

/* --- time ---------------------------------------------------------------------------------- */

static void refresh_scene(struct dashboard *d, uint64_t real_us)
{
	const struct clock_rule *clock = &d->model->clock;
	struct scene *s = &d->scene;

	s->paused = clock_is_paused(clock);
	s->waits = d->runner.state == RUNNER_ASKING;
	s->waits_long = dashboard_waits(d);
	s->can_undo = d->undo != NULL || d->queued > 0;
	if (!s->paused) {
		d->rate_num = clock->num;
		d->rate_den = clock->den;
	}
	s->now = d->pump.simulated ? d->pump.until : d->cluster->ops->now(d->cluster, real_us);
	if (s->now < d->model->now)
		s->now = d->model->now;
	s->second_us = clock->den == 0 || clock->num == 0
			       ? 1000000
			       : 1000000 * (uint64_t)clock->num / clock->den;
	if (s->paused)
		s->second_us = 10000;
	model_time(d->model, s->now);
	if (d->play == NULL)
		return;
	d->dirty = play_show(d->play, s) || d->dirty;
	s->paused = s->paused || play_holds(d->play);
	s->waits = s->waits || s->story == STORY_WAITS;
}

/* --- the cluster --------------------------------------------------------------------------- */

/* Takes what the cluster has to tell, but not for so long that the screen seems to hang. True:
 * there is more. */
static bool take_items(struct dashboard *d)
{
	uint64_t begin = real_time_us(), items = d->pump.items;
	bool more;

	if (d->past.is_replay)
		return false;
	do
		more = d->play != NULL ? play_take(d->play, begin)
				       : pump_take(&d->pump, d->pump.until, 64);
	while (more && real_time_us() - begin <= DRAIN_US);
	d->dirty = d->dirty || d->pump.items > items;
	return more;
}

/* Gives the first command of the queue to the runner. */
static void give_command(struct dashboard *d, uint64_t real_us)
{
	struct cluster_info info;
	time_us now = d->cluster->ops->now(d->cluster, real_us);

	if (now < d->model->now)
		now = d->model->now;
	d->cluster->ops->info(d->cluster, &info);
	recorder_command(d->past.recorder, d->queue[0].line);
	session_note(&d->session, d->model, &info, &d->queue[0].command, d->queue[0].line, now);
	if (d->changed[0] == 0 && command_effect(d->queue[0].command.kind) == EFFECT_CHANGES)
		snprintf(d->changed, sizeof(d->changed), "%.59s", d->queue[0].line);
	const struct undo *before = d->undo;
	undo_remember(d, &d->queue[0].command, d->queue[0].batch);
	d->undoing = d->undo != before ? d->undo : NULL;
	d->failed = false;
	runner_give(&d->runner, &d->queue[0].command);
	d->queued--;
	memmove(&d->queue[0], &d->queue[1], d->queued * sizeof(d->queue[0]));
	d->dirty = true;
}

/* A proposal that is refused changes nothing, however far it came, nor does a node that did not
 * come up. */
static bool is_undone(const struct dashboard *d, const struct command *failed)
{
	node_set up = 0;

	for (node_id id = 1; id <= d->model->nodes; id++)
		up |= d->model->node[id].life != LIFE_DOWN ? set_of(id) : 0;
	return failed->kind == COMMAND_PROPOSE ||
	       (failed->kind == COMMAND_RESTART && (failed->nodes & up) == 0);
}

static void run_commands(struct dashboard *d, uint64_t real_us)
{
	char line[160];

	for (;;) {
		const bool was_busy = d->runner.state != RUNNER_READY;
		enum runner_state state = runner_step(&d->runner, real_us);

		if (state != RUNNER_READY)
			return;
		d->answered = d->answered || was_busy;
		const bool touched = d->runner.stage > 0 && !is_undone(d, &d->runner.command);

		session_settle(&d->session, d->model, d->failed, touched);
		if (d->failed && !touched && d->undoing != NULL && d->undoing == d->undo)
			undo_forget(d);
		d->undoing = NULL;
		d->taking_back = true;
		if (d->queued == 0 && d->goal_at != 0 && links_next(d, line, sizeof(line)))
			dashboard_command(d, line);
		d->taking_back = false;
		if (d->queued == 0)
			return;
		give_command(d, real_us);
	}
}

void dashboard_give(struct dashboard *d, const char *line, uint64_t real_us)
{
	dashboard_command(d, line);
	run_commands(d, real_us);
}

/* Takes items and carries out commands. A live cluster that answers a command wakes the loop; a
 * simulated one answers at once and wakes nobody, so its items are taken again until there are
 * none. True: there is more. */
static bool take_items_and_act(struct dashboard *d, uint64_t real_us)
{
	bool more;
	uint64_t events;

	for (unsigned rounds = 0;; rounds++) {
		events = d->model->events;
		more = take_items(d);
		run_commands(d, real_us);
		if (!d->pump.simulated || more || (rounds > 0 && d->model->events == events))
			return more;
		if (rounds == 64)
			return true;
	}
}

/* Asks for the margin of what is shown, a few times a second at most, and takes the answer. */
static void find_margin(struct dashboard *d, uint64_t real_us)
{
	struct margin_case now;

	if (margin_finder_take(d->margin_finder, &d->margin)) {
		d->scene.margin = &d->margin;
		d->dirty = true;
	}
	d->margin_waits = real_us < d->margin_next_us;
	if (d->margin_waits)
		return;
	d->margin_next_us = real_us + MARGIN_EVERY_US;
	margin_look(d->model, &now);
	if (d->margin_finder == NULL)
		d->margin_finder = margin_finder_start();
	margin_finder_ask(d->margin_finder, &now);
}

/* A recording that ends early is said once; the cluster goes on. */
static void say_end_of_recording(struct dashboard *d)
{
	const struct recorder *r = d->past.recorder;

	if (r == NULL || d->said_end || recorder_trouble(r) == NULL)
		return;
	d->said_end = true;
	dashboard_say(d, true, "%s", recorder_trouble(r));
}

bool dashboard_turn(struct dashboard *d, uint64_t real_us)
{
	bool more;

	d->model = d->live;

	if (d->play != NULL)
		play_time(d->play, real_us);
	else
		pump_time(&d->pump, real_us);
	more = take_items_and_act(d, real_us);
	refresh_scene(d, real_us);
	if (!d->past.back)
		palette_watch(d);
	say_end_of_recording(d);
	d->dirty = past_turn(&d->past, real_us) || d->dirty;
	dashboard_see(d);
	find_margin(d, real_us);
	rescue_watch(d);
	session_test_watch(d);
	if (d->message_until != 0 && real_us >= d->message_until) {
		d->scene.message[0] = 0;
		d->message_until = 0;
		d->dirty = true;
	}
	return more;
}

static void look_first(struct dashboard *d, const struct cluster_info *info,
		       const struct options *options)
{
	struct scene *s = &d->scene;

	s->kind = info->kind;
	snprintf(s->name, sizeof(s->name), "%s", info->name);
	s->can_act = d->acts = info->can_act;
	s->why_not = d->acts_not = info->why_not;
	s->reduce_motion = options->reduce_motion;
	s->selected = 1;
	s->link_from = 1;
	s->link_to = info->nodes > 1 ? 2 : 1;
	s->following = true;
	s->freezes = !options->no_freeze;
	s->forecasts = &d->forecasts;
	d->theme = options_screen(options).theme;
	if (options_screen(options).asks)
		d->theme_open_until = real_time_us() + BACKGROUND_US;
}

int dashboard_verdict(const struct model *m, int code)
{
	if (code != EXIT_PASS || m->safety != SAFETY_VIOLATED)
		return code;
	status_fail(STATUS_UNAVAILABLE, "%s", m->violation.words);
	return EXIT_VIOLATED;
}

/* --- dashboards ---------------------------------------------------------------------------- */

void dashboard_end(struct dashboard *d)
{
	if (d == NULL)
		return;
	forecaster_end(d->forecaster);
	margin_finder_end(d->margin_finder);
	while (d->undo != NULL)
		undo_forget(d);
	rescuer_end(&d->rescuer);
	session_test_end(&d->session_test);
	free(d->rescue);
	free(d->text);
	past_end(&d->past);
	free(d->live);
	free(d);
}

struct dashboard *dashboard_new(struct cluster *c, const struct options *options, struct play *play,
				const struct dashboard_past *past)
{
	struct dashboard *d = calloc(1, sizeof(*d));
	struct cluster_info info;

	if (d == NULL)
		return NULL;
	d->model = d->live = malloc(model_size());
	if (d->model == NULL) {
		dashboard_end(d);
		return NULL;
	}
	c->ops->info(c, &info);
	d->cluster = c;
	d->options = options;
	d->exit_code = EXIT_PASS;
	model_begin(d->model, c->values, &info);
	values_ascii(c->values, screen_is_ascii());
	runner_init(&d->runner, c, d->model, on_report, d);
	d->runner.watched = true;
	past_begin(&d->past, past);
	look_first(d, &info, options);
	pump_init(&d->pump, &d->runner, real_time_us());
	d->play = play;
	if (play != NULL)
		play_begin(play, &d->pump, d->model, d->scene.freezes);
	/* The commands of a story are not noted: its file has them. */
	session_begin(&d->session, play == NULL && (info.kind == CLUSTER_LIVE ||
						    info.kind == CLUSTER_SIMULATED));
	c->ops->refresh(c);
	d->dirty = true;
	return d;
}
