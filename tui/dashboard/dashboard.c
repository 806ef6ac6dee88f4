/* The loop of the dashboard: take what the cluster tells, run what is due, draw if something
 * changed, and sleep until something can. */
#include "tui/dashboard/dashboard.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/status.h"
#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tui/screen/screen.h"
#include "tui/view/palette.h"
#include "tui/view/view.h"

#define FRAME_US        50000 /* 20 frames a second while something moves */
#define LOADED_FRAME_US 200000
#define MARGIN_EVERY_US 300000 /* the safe margin is asked for that often at most */
#define DRAIN_US        15000  /* so long the cluster may talk before a frame is owed */
#define SIMULATED_US    250000 /* an idle simulated cluster is looked at so often */

#define HASTY_US      1000    /* two keys within this time no hand has typed */
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

static bool is_simulated(const struct dashboard *d)
{
	return d->scene.kind == CLUSTER_SIMULATED;
}

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
	s->now = is_simulated(d) ? d->pump.until : d->cluster->ops->now(d->cluster, real_us);
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
	const struct undo *before = d->undo;
	undo_remember(d, &d->queue[0].command, d->queue[0].batch);
	d->undoing = d->undo != before ? d->undo : NULL;
	d->failed = false;
	runner_give(&d->runner, &d->queue[0].command);
	d->queued--;
	memmove(&d->queue[0], &d->queue[1], d->queued * sizeof(d->queue[0]));
	d->dirty = true;
}

static void run_commands(struct dashboard *d, uint64_t real_us)
{
	char line[160];

	for (;;) {
		enum runner_state state = runner_step(&d->runner, real_us);

		if (state != RUNNER_READY)
			return;
		/* A proposal that is refused changes nothing, however far it came. */
		const bool touched =
			d->runner.stage > 0 && d->runner.command.kind != COMMAND_PROPOSE;

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
		if (!is_simulated(d) || more || (rounds > 0 && d->model->events == events))
			return more;
		if (rounds == 64)
			return true;
	}
}

/* --- the screen ---------------------------------------------------------------------------- */

struct picture {
	struct canvas canvas;
	struct cell *cells;
};

static void paint(struct dashboard *d, struct picture *p)
{
	int width, height;

	screen_size(&width, &height);
	if (p->cells == NULL || p->canvas.width != width || p->canvas.height != height) {
		free(p->cells);
		p->cells = calloc((size_t)width * (size_t)height, sizeof(struct cell));
		if (p->cells == NULL)
			return;
		p->canvas = canvas_over(p->cells, width, height);
	}
	draw_screen(d->model, &d->scene, &p->canvas);
	screen_show(&p->canvas);
	d->dirty = false;
}

/* --- input --------------------------------------------------------------------------------- */

static void take_key(struct dashboard *d, int code, uint64_t real_us)
{
	switch (code) {
	case KEYCODE_INTERRUPT:
	case KEYCODE_HANGUP:
		d->quit = true;
		d->exit_code = EXIT_INTERRUPTED;
		break;
	case KEYCODE_SUSPEND:
		screen_suspend();
		break;
	case KEYCODE_RESIZE:
		break;
	default:
		d->hasty = real_us < d->key_us + HASTY_US;
		d->key_us = real_us;
		if (d->scene.ask != ASK_YES || d->question_drawn)
			dashboard_key(d, code);
		break;
	}
}

/* The terminal has said what its background is like. */
static void take_background(struct dashboard *d, bool light, uint64_t real_us)
{
	if (real_us >= d->theme_open_until)
		return;
	d->theme = light ? THEME_LIGHT : THEME_DEFAULT;
	screen_theme(d->theme);
}

static void take_input(struct dashboard *d, const struct picture *p)
{
	struct input in;

	while (!d->quit && screen_input(&p->canvas, &in)) {
		const uint64_t real_us = real_time_us();

		d->dirty = true;
		if (in.kind == INPUT_PASTE)
			dashboard_paste(d, in.text, in.cut);
		else if (in.kind == INPUT_BACKGROUND)
			take_background(d, in.light, real_us);
		else if (in.kind == INPUT_ALT)
			dashboard_alt_key(d, in.code);
		else
			take_key(d, in.code, real_us);
	}
}

/* What was typed before a question is drawn answers nothing: nobody can have read it. What comes
 * once it can be seen does, however soon: a program at the keyboard is quick, and a process that is
 * kept from the processor does not know when a key came. */
static void show(struct dashboard *d, struct picture *p)
{
	if (d->scene.ask == ASK_YES && !d->question_drawn) {
		take_input(d, p);
		d->question_drawn = d->scene.ask == ASK_YES;
	}
	paint(d, p);
	d->events_drawn = d->model->events;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* While processes carry a load at full speed nobody can follow single messages, and drawing takes
 * from the nodes what they could use. A key is answered at once all the same. */
static uint64_t frame_us(const struct dashboard *d)
{
	const node_id id = model_load_shown(d->model);
	const struct model_load *load = &d->model->node[id].load;
	const bool races = id != NODE_NONE && !load->report.done && !load->cut &&
			   !is_simulated(d) && clock_is_unlimited(&d->model->clock);

	return races ? LOADED_FRAME_US : FRAME_US;
}

/* How long the cluster needs nobody. */
static uint64_t cluster_patience(const struct dashboard *d, uint64_t real_us)
{
	return lesser(d->cluster->ops->patience(d->cluster, real_us),
		      runner_patience(&d->runner, real_us));
}

/* The longest sleep after which nothing is late. */
static uint64_t patience(const struct dashboard *d, uint64_t real_us, uint64_t painted_us)
{
	uint64_t wait = cluster_patience(d, real_us);

	wait = lesser(wait, screen_patience_us(real_us));
	wait = lesser(wait, past_patience(&d->past));
	if (d->play != NULL)
		wait = lesser(wait, play_patience(d->play, real_us));
	if (is_simulated(d) && !d->scene.paused)
		wait = lesser(wait, d->model->waiting > 0 || model_flights_open(d->model) > 0
					    ? FRAME_US
					    : SIMULATED_US);
	if (d->dirty || scene_moves(d->model, &d->scene)) {
		uint64_t next = painted_us + frame_us(d);

		wait = lesser(wait, next > real_us ? next - real_us : 0);
	}
	if (forecaster_is_busy(d->forecaster))
		wait = lesser(wait, 2 * FRAME_US);
	if (margin_finder_is_busy(d->margin_finder))
		wait = lesser(wait, 2 * FRAME_US);
	if (d->margin_waits)
		wait = lesser(wait, d->margin_next_us > real_us ? d->margin_next_us - real_us : 0);
	if (d->scene.message[0] != 0 && d->message_until != 0)
		wait = lesser(wait, d->message_until > real_us ? d->message_until - real_us : 0);
	return wait;
}

/* Sleeps until a key, the cluster of `d`, a signal or the end of patience; true: a key or a signal.
 */
static bool sleep_until_due(struct dashboard *top, const struct dashboard *d, uint64_t wait_us)
{
	struct pollfd fd[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = screen_signal_fd(), .events = POLLIN},
			       {.fd = d->cluster->ops->fd(d->cluster), .events = POLLIN}};
	struct timespec space;

	if (ppoll(fd, 3, wait_timespec(wait_us, &space), NULL) < 0)
		return errno == EINTR;
	if ((fd[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
		top->quit = true; /* the terminal is gone, and no signal said so */
		top->exit_code = EXIT_INTERRUPTED;
	}
	return (fd[0].revents | fd[1].revents) != 0;
}

/* Asks the simulator what the open palette wants to know, and takes the answers that are there. */
static void forecast(struct dashboard *d)
{
	struct forecast wanted[FORECASTS_MAX / 2];
	unsigned count = forecast_wanted(d->model, &d->scene, wanted, FORECASTS_MAX / 2);

	if (count > 0 && d->forecaster == NULL)
		d->forecaster = forecaster_start();
	if (forecaster_take(d->forecaster, &d->forecasts))
		d->dirty = true;
	forecaster_ask(d->forecaster, wanted, count, &d->forecasts);
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

/* The story above is over: what was seen of the terminal and typed there holds here, too. */
static void leave_story(struct dashboard *d)
{
	struct dashboard *above = d->above;

	if (above == NULL)
		return;
	d->theme = above->theme;
	d->theme_open_until = above->theme_open_until;
	d->command = above->command;
	d->key_us = above->key_us;
	play_close(above->play);
	dashboard_end(above);
	d->above = NULL;
	d->dirty = true;
}

/* Has the story `path` told above `d`, in place of one that is told there. */
static void enter_story(struct dashboard *d, const char *path)
{
	struct dashboard *from = d->above != NULL ? d->above : d;
	char why[MESSAGE_MAX];
	struct play *play = play_open(path, d->options, why, sizeof(why));
	struct dashboard *above =
		play != NULL ? dashboard_new(play_cluster(play), d->options, play, NULL) : NULL;

	if (play != NULL && above == NULL) {
		play_close(play);
		text_write(why, sizeof(why), "not enough memory");
	}
	if (above == NULL) {
		dashboard_say(from, true, "%s", why);
		return;
	}
	above->theme = from->theme;
	above->theme_open_until = from->theme_open_until;
	above->command = from->command;
	leave_story(d);
	above->scene.story_returns = true;
	d->above = above;
}

/* Begins the story that was asked for, or ends the one that is to be left. True: there was one. */
static bool change_story(struct dashboard *d)
{
	struct dashboard *top = d->above != NULL ? d->above : d;
	char path[PATH_BYTES];

	if (top->wanted[0] != 0) {
		snprintf(path, sizeof(path), "%s", top->wanted);
		top->wanted[0] = 0;
		enter_story(d, path);
		return true;
	}
	if (d->above != NULL && d->above->leaves) {
		leave_story(d);
		dashboard_say(d, false,
			      d->pump.simulated ? "back: your own cluster has waited for you"
						: "back: your own cluster has run on meanwhile");
		return true;
	}
	return false;
}

/* The cluster of a story that is told stands in front of ours, which runs on if it is live. */
static bool take_turns(struct dashboard *d, struct dashboard *top, uint64_t real_us)
{
	bool more = false;

	if (top != d && d->pump.simulated)
		d->pump.real_us = real_us;
	else if (top != d)
		more = dashboard_turn(d, real_us);
	return dashboard_turn(top, real_us) || more;
}

static void loop(struct dashboard *d, struct picture *p)
{
	uint64_t painted = 0, real_us, wait_us;
	bool more = false, pressed = true;

	while (!d->quit && !d->pump.over) {
		struct dashboard *top = d->above != NULL ? d->above : d;

		real_us = real_time_us();
		more = take_turns(d, top, real_us);
		if (change_story(d))
			continue;
		forecast(top);
		if ((top->dirty || scene_moves(top->model, &top->scene)) &&
		    (pressed || real_us - painted >= frame_us(top))) {
			show(top, p);
			painted = real_us;
		}
		wait_us = patience(top, real_us, painted);
		if (top != d && !d->pump.simulated)
			wait_us = lesser(wait_us, cluster_patience(d, real_us));
		pressed = sleep_until_due(top, d, more ? 0 : wait_us);
		if (pressed || screen_patience_us(real_time_us()) == 0)
			take_input(top, p);
		if (top->quit) {
			d->quit = true;
			d->exit_code = top->exit_code;
		}
	}
}

static int run(struct dashboard *d)
{
	struct picture picture = {0};
	struct cluster_info info;
	int code;

	if (d == NULL)
		return status_exit(status_fail(STATUS_UNAVAILABLE, "not enough memory"));
	d->cluster->ops->info(d->cluster, &info);
	loop(d, &picture);
	leave_story(d);
	code = d->play != NULL ? d->exit_code : dashboard_verdict(d->model, d->exit_code);
	if (d->pump.over)
		code = status_exit(
			status_fail(STATUS_UNAVAILABLE, "the cluster %s is gone", info.name));
	free(picture.cells);
	return code;
}

int dashboard_run(struct cluster *c, const struct options *options,
		  const struct dashboard_past *past)
{
	struct dashboard *d = dashboard_new(c, options, NULL, past);
	const int code = run(d);

	dashboard_end(d);
	return code;
}

int dashboard_replay(struct cluster *c, const char *path, const struct options *options)
{
	const struct dashboard_past past = {.replay = path};
	struct dashboard *d = dashboard_new(c, options, NULL, &past);
	int code;

	if (d != NULL)
		dashboard_go(d, 0);
	code = run(d);
	dashboard_end(d);
	return code;
}

int dashboard_play(struct play *play, const struct options *options)
{
	struct dashboard *d = dashboard_new(play_cluster(play), options, play, NULL);
	int code = run(d);
	char why[400];

	if (d != NULL && code == EXIT_PASS) {
		code = play_verdict(play, why, sizeof(why));
		if (code != EXIT_PASS)
			status_fail(STATUS_UNAVAILABLE, "%s", why);
	}
	dashboard_end(d);
	return code;
}
