/* The loop of the dashboard: take what the cluster tells, run what is due, draw if something
 * changed, and sleep until something can. */
#include "tui/dashboard/dashboard_branches.h"

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
#define ANSWER_US       8000 /* what a command did is shown as soon */
#define RESCUE_US       300000 /* a search for what would have kept a property is looked at so often */
#define SIMULATED_US    250000 /* an idle simulated cluster is looked at so often */

#define HASTY_US 1000 /* two keys within this time no hand has typed */

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
	d->dirty = d->answered = false;
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
			   !d->pump.simulated && clock_is_unlimited(&d->model->clock);

	if (d->answered)
		return ANSWER_US;
	return races ? LOADED_FRAME_US : FRAME_US;
}

/* How long the cluster needs nobody. */
static uint64_t cluster_patience(const struct dashboard *d, uint64_t real_us)
{
	return lesser(d->cluster->ops->patience(d->cluster, real_us),
		      pump_patience(&d->pump, real_us));
}

/* The longest sleep after which nothing is late. */
static uint64_t patience(const struct dashboard *d, uint64_t real_us, uint64_t painted_us)
{
	uint64_t wait = cluster_patience(d, real_us);

	wait = lesser(wait, screen_patience_us(real_us));
	wait = lesser(wait, past_patience(&d->past));
	if (d->play != NULL)
		wait = lesser(wait, play_patience(d->play, real_us));
	if (d->pump.simulated && !d->scene.paused)
		wait = lesser(wait, d->model->waiting > 0 || model_flights_open(d->model) > 0
					    ? FRAME_US
					    : SIMULATED_US);
	if (d->dirty || scene_moves(d->model, &d->scene)) {
		uint64_t next = painted_us + frame_us(d);

		wait = lesser(wait, next > real_us ? next - real_us : 0);
	}
	if (forecaster_is_busy(d->forecaster))
		wait = lesser(wait, 2 * FRAME_US);
	if (rescuer_fd(&d->rescuer) >= 0)
		wait = lesser(wait, RESCUE_US);
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
	struct pollfd fd[6] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = screen_signal_fd(), .events = POLLIN},
			       {.fd = d->cluster->ops->fd(d->cluster), .events = POLLIN},
			       {.fd = rescuer_fd(&top->rescuer), .events = POLLIN},
			       {.fd = session_test_fd(&top->session_test), .events = POLLIN},
			       {.fd = margin_finder_fd(d->margin_finder), .events = POLLIN}};
	struct timespec space;

	if (ppoll(fd, 6, wait_timespec(wait_us, &space), NULL) < 0)
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
			      d->pump.simulated || clock_is_paused(&d->live->clock)
				      ? "back: your own cluster has waited for you"
				      : "back: your own cluster has run on meanwhile");
		return true;
	}
	return false;
}

static struct dashboard *front_of(struct dashboard *trunk, const struct branches *branches)
{
	return branches != NULL ? branches_front(branches) : trunk;
}

/* What stands behind the one that is shown waits if it is simulated, and else runs on. */
static bool run_on_behind(struct dashboard *d, const struct dashboard *top, uint64_t real_us)
{
	if (d != top && d->pump.simulated)
		d->pump.real_us = real_us;
	return d != top && !d->pump.simulated && dashboard_turn(d, real_us);
}

static bool take_turns(struct dashboard *trunk, struct dashboard *front, struct dashboard *top,
		       struct branches *branches, uint64_t real_us)
{
	const bool more = run_on_behind(trunk, top, real_us);

	if (front != trunk)
		(void)run_on_behind(front, top, real_us);
	if (trunk != top && trunk->dirty && branches != NULL)
		branches_grown(branches);
	trunk->dirty = trunk->dirty && trunk == top;
	return dashboard_turn(top, real_us) || more;
}

static void loop(struct dashboard *trunk, struct branches *branches, struct picture *p)
{
	uint64_t painted = 0, real_us, wait_us;
	bool more = false, pressed = true;

	while (!trunk->quit && !trunk->pump.over) {
		struct dashboard *front = front_of(trunk, branches);
		struct dashboard *top = front->above != NULL ? front->above : front;

		real_us = real_time_us();
		more = take_turns(trunk, front, top, branches, real_us);
		if (change_story(front) || (branches != NULL && branches_change(branches, real_us)))
			continue;
		forecast(top);
		if ((top->dirty || scene_moves(top->model, &top->scene)) &&
		    (pressed || real_us - painted >= frame_us(top))) {
			show(top, p);
			painted = real_us;
		}
		wait_us = patience(top, real_us, painted);
		if (top != trunk && !trunk->pump.simulated)
			wait_us = lesser(wait_us, cluster_patience(trunk, real_us));
		pressed = sleep_until_due(top, trunk, more ? 0 : wait_us);
		if (pressed || screen_patience_us(real_time_us()) == 0)
			take_input(top, p);
		if (top->quit) {
			trunk->quit = true;
			trunk->exit_code = top->exit_code;
		}
	}
}

static int run(struct dashboard *d)
{
	struct branches *branches = NULL;
	struct picture picture = {0};
	struct cluster_info info;
	int code;

	if (d != NULL && d->play == NULL)
		branches = branches_new(d);
	if (d == NULL || (d->play == NULL && branches == NULL))
		return status_exit(status_fail(STATUS_UNAVAILABLE, "not enough memory"));
	d->cluster->ops->info(d->cluster, &info);
	loop(d, branches, &picture);
	leave_story(front_of(d, branches));
	branches_end(branches);
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
