/* The loop of the dashboard: take what the cluster tells, run what is due, draw if something
 * changed, and sleep until something can. */
#include "tui/dashboard.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/status.h"
#include "tui/view/palette.h"
#include "tui/screen/screen.h"
#include "tui/view/view.h"

#define FRAME_US     50000   /* 20 frames a second while something moves */
#define DRAIN_US     15000   /* so long the cluster may talk before a frame is owed */
#define SIMULATED_US 250000  /* an idle simulated cluster is looked at so often */
#define MESSAGE_US   6000000 /* so long a message stays */

void dashboard_say(struct dashboard *d, bool bad, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->scene.message, sizeof(d->scene.message), format, args);
	va_end(args);
	d->scene.message_bad = bad;
	d->message_until = real_time_us() + MESSAGE_US;
	d->dirty = true;
}

static void on_report(void *user, const struct report *report)
{
	struct dashboard *d = user;

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
		d->scene.view = VIEW_main;
		break;
	case REPORT_ROSTER:
		dashboard_say(d, false, "%u nodes, epoch %u; `paxos-tui ctl` prints their keys",
			      d->model->nodes, d->model->epoch);
		break;
	case REPORT_EVIDENCE:
		dashboard_say(d, false, "%u proofs that somebody lied", d->model->proofs);
		break;
	case REPORT_QUIT:
		d->quit = true;
		break;
	}
}

/* What u would have to do about a command that is about to run. */
static void remember_undo(struct dashboard *d, const struct command *command)
{
	const char *verb = command->kind == COMMAND_CRASH      ? "restart"
			   : command->kind == COMMAND_RESTART  ? "crash"
			   : command->kind == COMMAND_STOP     ? "continue"
			   : command->kind == COMMAND_CONTINUE ? "stop"
							       : NULL;
	size_t used = 0;

	switch (command->kind) {
	case COMMAND_CUT:
	case COMMAND_JOIN:
	case COMMAND_LINK:
	case COMMAND_PARTITION:
	case COMMAND_HEAL:
		if (d->goal_at == 0)
			links_remember(d);
		return;
	default:
		break;
	}
	if (palette_remember(d, command) || verb == NULL || command->nodes == 0)
		return;
	d->undo.links = d->undo.defences = false;
	used = (size_t)snprintf(d->undo.command, sizeof(d->undo.command), "%s ", verb);
	for (node_set left = command->nodes; left != 0 && used < sizeof(d->undo.command);
	     left &= left - 1)
		used += (size_t)snprintf(d->undo.command + used, sizeof(d->undo.command) - used,
					 left == command->nodes ? "%u" : ",%u", set_lowest(left));
	d->scene.can_undo = used < sizeof(d->undo.command);
}

bool dashboard_command(struct dashboard *d, const char *line)
{
	struct cluster_info info;
	struct command command;
	char why[256];

	if (!command_parse(line, d->model->nodes, &command, why, sizeof(why))) {
		dashboard_say(d, true, "%s", why);
		return false;
	}
	if (command.kind == COMMAND_NONE)
		return true;
	if (!d->scene.can_act && command.kind != COMMAND_QUIT && command.kind != COMMAND_STATE &&
	    command.kind != COMMAND_ROSTER && command.kind != COMMAND_WAIT &&
	    command.kind != COMMAND_EXPECT && command.kind != COMMAND_SAY) {
		dashboard_say(d, true, "read-only: %s",
			      d->scene.why_not != NULL ? d->scene.why_not
						       : "this cluster takes no commands");
		return false;
	}
	if (d->queued == QUEUE_MAX) {
		dashboard_say(d, true, "not yet: %u commands still wait for an answer", QUEUE_MAX);
		return false;
	}
	remember_undo(d, &command);
	d->cluster->ops->info(d->cluster, &info);
	again_note(&d->again, d->model, &info, &command, line, d->scene.now);
	d->queue[d->queued++] = command;
	return true;
}

void dashboard_commands(struct dashboard *d, const char *lines)
{
	while (*lines != 0) {
		size_t length = strcspn(lines, "\n");
		char line[COMMAND_TEXT_MAX];

		snprintf(line, sizeof(line), "%.*s", (int)length, lines);
		if (line[0] != 0 && !dashboard_command(d, line))
			return;
		lines += length + (lines[length] == '\n');
	}
}

/* --- time ---------------------------------------------------------------------------------- */

static bool is_simulated(const struct dashboard *d)
{
	return d->scene.kind == CLUSTER_SIMULATED;
}

/* Carries a simulated cluster's virtual time on, at the rate that its clock says. */
static void run_simulated_time(struct dashboard *d, uint64_t real_us)
{
	const struct clock_rule *clock = &d->model->clock;
	time_us now = d->cluster->ops->now(d->cluster, real_us);
	uint64_t passed = real_us - d->simulated_real;

	d->simulated_real = real_us;
	if (d->scene.paused || now > d->simulated_until)
		d->simulated_until = now;
	if (d->scene.paused)
		return;
	if (passed > 1000000)
		passed = 1000000;
	if (clock->den == 0) {
		d->simulated_until += passed;
		return;
	}
	passed = passed * clock->num + d->simulated_rest;
	d->simulated_until += passed / clock->den;
	d->simulated_rest = passed % clock->den;
}

static void refresh_scene(struct dashboard *d, uint64_t real_us)
{
	const struct clock_rule *clock = &d->model->clock;
	struct scene *s = &d->scene;

	s->paused = clock_is_paused(clock);
	if (!s->paused) {
		d->rate_num = clock->num;
		d->rate_den = clock->den;
	}
	s->now = is_simulated(d) ? d->simulated_until : d->cluster->ops->now(d->cluster, real_us);
	if (s->now < d->model->now)
		s->now = d->model->now;
	s->second_us = clock->den == 0 || clock->num == 0
			       ? 1000000
			       : 1000000 * (uint64_t)clock->num / clock->den;
	if (s->paused)
		s->second_us = 10000;
	model_time(d->model, s->now);
}

/* --- the cluster --------------------------------------------------------------------------- */

static void make_room(struct dashboard *d)
{
	struct values *values = d->cluster->values;

	if (values_has_room(values, 64, 4096))
		return;
	values_unmark(values);
	model_mark_values(d->model);
	values_sweep(values);
}

/* Takes what the cluster has to tell, but not for so long that the screen seems to hang. True:
 * there is more. */
static bool drain(struct dashboard *d)
{
	uint64_t begin = real_time_us();
	struct item item;

	for (unsigned count = 1;; count++) {
		enum item_kind kind = d->cluster->ops->next(d->cluster, d->simulated_until, &item);

		if (kind == ITEM_NOTHING)
			return false;
		d->dirty = true;
		if (kind == ITEM_END) {
			d->over = true;
			return false;
		}
		model_item(d->model, &item);
		if (kind == ITEM_EVENT)
			runner_event(&d->runner, item.event);
		if (count % 64 == 0) {
			make_room(d);
			if (real_time_us() - begin > DRAIN_US)
				return true;
		}
	}
}

static void run_commands(struct dashboard *d, uint64_t real_us)
{
	char line[160];

	for (;;) {
		enum runner_state state = runner_step(&d->runner, real_us);

		if (state != RUNNER_READY)
			return;
		if (d->queued == 0 && d->goal_at != 0 && links_next(d, line, sizeof(line)))
			dashboard_command(d, line);
		if (d->queued == 0)
			return;
		runner_give(&d->runner, &d->queue[0]);
		d->queued--;
		memmove(&d->queue[0], &d->queue[1], d->queued * sizeof(d->queue[0]));
		d->dirty = true;
	}
}

/* Listens and commands. Nothing wakes us when a simulated cluster answers, so it is asked again
 * until it has nothing more to say. True: there is more. */
static bool talk(struct dashboard *d, uint64_t real_us)
{
	bool more;
	uint64_t events;

	for (unsigned rounds = 0;; rounds++) {
		events = d->model->events;
		more = drain(d);
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

static void take_keys(struct dashboard *d, const struct picture *p)
{
	int code;

	while ((code = screen_key(&p->canvas)) != KEYCODE_NONE && !d->quit) {
		d->dirty = true;
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
			dashboard_key(d, code);
			break;
		}
	}
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How long nothing needs to be done. */
static uint64_t patience(const struct dashboard *d, uint64_t real_us, uint64_t painted_us)
{
	uint64_t wait = d->cluster->ops->patience(d->cluster, real_us);

	wait = least(wait, runner_patience(&d->runner, real_us));
	if (is_simulated(d) && !d->scene.paused)
		wait = least(wait, d->model->waiting > 0 || wire_count(d->model, &d->scene) > 0
					   ? FRAME_US
					   : SIMULATED_US);
	if (d->dirty || scene_moves(d->model, &d->scene)) {
		uint64_t next = painted_us + FRAME_US;

		wait = least(wait, next > real_us ? next - real_us : 0);
	}
	if (forecaster_is_busy(d->forecaster))
		wait = least(wait, 2 * FRAME_US);
	if (d->scene.message[0] != 0 && d->message_until != 0)
		wait = least(wait, d->message_until > real_us ? d->message_until - real_us : 0);
	return wait;
}

/* Sleeps until a key, the cluster, a signal or the end of patience; true: a key or a signal. */
static bool rest(struct dashboard *d, uint64_t wait_us)
{
	struct pollfd fd[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = screen_signal_fd(), .events = POLLIN},
			       {.fd = d->cluster->ops->fd(d->cluster), .events = POLLIN}};
	struct timespec space;

	if (ppoll(fd, 3, wait_timespec(wait_us, &space), NULL) < 0)
		return errno == EINTR;
	if ((fd[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
		d->quit = true; /* the terminal is gone, and no signal said so */
		d->exit_code = EXIT_INTERRUPTED;
	}
	return (fd[0].revents | fd[1].revents) != 0;
}

/* The open palette's questions go to the simulator, its answers onto the screen. */
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

static void loop(struct dashboard *d, struct picture *p)
{
	uint64_t painted = 0, real_us = real_time_us();
	bool more = false, pressed = true;

	d->simulated_real = real_us;
	while (!d->quit && !d->over) {
		real_us = real_time_us();
		if (is_simulated(d))
			run_simulated_time(d, real_us);
		more = talk(d, real_us);
		refresh_scene(d, real_us);
		palette_watch(d);
		forecast(d);
		if (d->message_until != 0 && real_us >= d->message_until) {
			d->scene.message[0] = 0;
			d->message_until = 0;
			d->dirty = true;
		}
		if ((d->dirty || scene_moves(d->model, &d->scene)) &&
		    (pressed || real_us - painted >= FRAME_US)) {
			paint(d, p);
			painted = real_us;
		}
		pressed = rest(d, more ? 0 : patience(d, real_us, painted));
		if (pressed)
			take_keys(d, p);
	}
}

static void look_first(struct dashboard *d, const struct cluster_info *info,
		       const struct options *options)
{
	struct scene *s = &d->scene;

	s->kind = info->kind;
	snprintf(s->name, sizeof(s->name), "%s", info->name);
	s->can_act = info->can_act;
	s->why_not = info->why_not;
	s->reduce_motion = options->reduce_motion;
	s->selected = 1;
	s->link_from = 1;
	s->link_to = info->nodes > 1 ? 2 : 1;
	s->following = true;
	s->freezes = !options->no_freeze;
	s->forecasts = &d->forecasts;
	d->theme = options->no_color ? THEME_MONO : options->theme;
}

int dashboard_verdict(const struct model *m, int code)
{
	if (code != EXIT_PASS || m->safety != SAFETY_VIOLATED)
		return code;
	status_fail(STATUS_UNAVAILABLE, "%s", m->violation.words);
	return EXIT_VIOLATED;
}

int dashboard_run(struct cluster *c, const struct options *options)
{
	struct dashboard *d = calloc(1, sizeof(*d));
	struct model *model = malloc(model_size());
	struct picture picture = {0};
	struct cluster_info info;
	int code;

	if (d == NULL || model == NULL) {
		free(d);
		free(model);
		return status_exit(status_fail(STATUS_UNAVAILABLE, "not enough memory"));
	}
	c->ops->info(c, &info);
	d->cluster = c;
	d->model = model;
	d->exit_code = EXIT_PASS;
	model_begin(model, c->values, &info);
	runner_init(&d->runner, c, model, on_report, d);
	look_first(d, &info, options);
	again_begin(&d->again, info.kind == CLUSTER_LIVE || info.kind == CLUSTER_SIMULATED);
	c->ops->refresh(c);
	d->dirty = true;
	loop(d, &picture);
	code = dashboard_verdict(model, d->exit_code);
	if (d->over)
		code = status_exit(
			status_fail(STATUS_UNAVAILABLE, "the cluster %s is gone", info.name));
	forecaster_end(d->forecaster);
	free(picture.cells);
	free(model);
	free(d);
	return code;
}
