/* Keys that act on the selected node and on time: each gives a command. */
#include <stdio.h>

#include "tui/dashboard/dashboard.h"
#include "tui/view/keys.h"

static const struct {
	uint32_t num, den;
} rates[] = {{1, 1000}, {1, 500}, {1, 200}, {1, 100}, {1, 50}, {1, 20},
	     {1, 10},   {1, 5},   {1, 2},   {1, 1},   {1, 0}};

#define RATES (sizeof(rates) / sizeof(rates[0]))

static void node_command(struct dashboard *d, const char *verb)
{
	char line[64];

	snprintf(line, sizeof(line), "%s %u", verb, d->scene.selected);
	dashboard_command(d, line);
}

void key_pause(struct dashboard *d)
{
	if (d->play != NULL && (play_holds(d->play) || play_has_just_gone_on(d->play))) {
		d->scene.popup = POPUP_NONE; /* what broke, perhaps */
		play_go_on(d->play);
		return;
	}
	dashboard_command(d, d->scene.paused ? "resume" : "pause");
}

void key_step(struct dashboard *d)
{
	if (!clock_is_paused(&d->model->clock))
		dashboard_command(d, "pause");
	dashboard_command(d, "step");
}

void key_decision(struct dashboard *d)
{
	char line[64];

	snprintf(line, sizeof(line), "until decisions >= %llu",
		 (unsigned long long)d->model->decisions + 1);
	dashboard_command(d, line);
}

/* Goes one rung up or down the ladder of rates, from the rate at which time runs or, in a pause, at
 * which it ran before. */
static void change_rate(struct dashboard *d, int by)
{
	uint64_t num = d->rate_num, den = d->rate_den;
	size_t i = 0;
	char line[40];

	while (i + 1 < RATES && (den == 0 || (rates[i].num * den < num * rates[i].den)))
		i++;
	if ((by < 0 && i == 0) || (by > 0 && i == RATES - 1))
		return;
	i = by < 0 ? i - 1 : i + 1;
	if (rates[i].den == 0)
		snprintf(line, sizeof(line), "rate unlimited");
	else
		snprintf(line, sizeof(line), "rate %u/%u", rates[i].num, rates[i].den);
	dashboard_command(d, line);
}

void key_slower(struct dashboard *d)
{
	change_rate(d, -1);
}

void key_faster(struct dashboard *d)
{
	change_rate(d, 1);
}

void key_propose(struct dashboard *d)
{
	static char label[40];

	if (d->model->node[d->scene.selected].life == LIFE_DOWN) {
		dashboard_say(d, true, "n%u is down: K restarts it, j and k go to another node",
			      d->scene.selected);
		return;
	}
	if (d->model->node[d->scene.selected].life == LIFE_STOPPED) {
		dashboard_say(d, true,
			      "n%u is stopped: S lets it run on, j and k go to another node",
			      d->scene.selected);
		return;
	}
	snprintf(label, sizeof(label), "n%u proposes the value: ", d->scene.selected);
	dashboard_ask(d, ASK_VALUE, label, "");
}

void key_crash(struct dashboard *d)
{
	bool down = d->model->node[d->scene.selected].life == LIFE_DOWN;
	char line[64];

	snprintf(line, sizeof(line), "%s %u", down ? "restart" : "crash", d->scene.selected);
	dashboard_confirm(d, line,
			  down ? "Restart n%u with what its disk holds?  y/n"
			       : "Crash n%u, as by kill -9?  y/n",
			  d->scene.selected);
}

void key_stop(struct dashboard *d)
{
	node_command(d,
		     d->model->node[d->scene.selected].life == LIFE_STOPPED ? "continue" : "stop");
}

/* Commands that were given last and still wait are taken back by not being carried out. */
static bool undo_waiting(struct dashboard *d)
{
	const unsigned batch = d->queued > 0 ? d->queue[d->queued - 1].batch : 0;

	if (batch == 0)
		return false;
	while (d->queued > 0 && d->queue[d->queued - 1].batch == batch)
		d->queued--;
	return true;
}

void key_undo(struct dashboard *d)
{
	bool done = true;

	if (undo_waiting(d) || d->undo == NULL)
		return;
	if (d->undo->kind == UNDO_NOTHING) {
		dashboard_say(d, true,
			      "what was done to a disk is not taken back, nor what was "
			      "done before");
		return;
	}
	d->taking_back = true;
	if (d->undo->kind == UNDO_LINKS)
		links_undo(d);
	else
		done = palette_undo(d);
	d->taking_back = false;
	if (done)
		undo_forget(d);
}
