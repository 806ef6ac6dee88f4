/* What the keys of the palette's page of mistakes do. */
#include <stdio.h>

#include "proto/fault/mistake.h"
#include "tui/dashboard/dashboard.h"

#define ROWS (MISTAKES - 1) /* row 0 is no mistake */

void key_page(struct dashboard *d)
{
	struct scene *s = &d->scene;

	s->popup = s->popup == POPUP_MISTAKES ? POPUP_ATTACKS : POPUP_MISTAKES;
	if (s->mistake_at == MISTAKE_NONE)
		s->mistake_at = MISTAKE_NONE + 1;
}

/* These nodes run a program with that mistake. */
static void run_program(struct dashboard *d, node_set nodes, unsigned mistake)
{
	char line[NODES_MAX * 3 + 64], who[NODES_MAX * 3] = "";
	size_t used = 0;

	for (node_set left = nodes; left != 0; left &= left - 1)
		used += (size_t)snprintf(who + used, sizeof(who) - used,
					 left == nodes ? "%u" : ",%u", set_lowest(left));
	if (nodes == 0)
		return;
	snprintf(line, sizeof(line), "mistake %s %s", who, mistake_name(mistake));
	dashboard_command(d, line);
}

static node_set nodes_up(const struct dashboard *d)
{
	node_set up = 0;

	for (node_id n = 1; n <= d->model->nodes; n++)
		if (d->model->node[n].life == LIFE_UP)
			up |= set_of(n);
	return up;
}

void key_err(struct dashboard *d)
{
	const node_id node = d->scene.selected;

	run_program(d, set_of(node),
		    d->model->node[node].mistake == d->scene.mistake_at ? MISTAKE_NONE
									: d->scene.mistake_at);
}

void key_err_all(struct dashboard *d)
{
	run_program(d, nodes_up(d), d->scene.mistake_at);
}

void key_right_all(struct dashboard *d)
{
	run_program(d, nodes_up(d), MISTAKE_NONE);
}

/* Its story, told on another cluster. */
void key_show_mistake(struct dashboard *d)
{
	char name[64];

	snprintf(name, sizeof(name), "mistake-%s", mistake_name(d->scene.mistake_at));
	dashboard_tell(d, name);
}

static void mistake_move(struct dashboard *d, unsigned by)
{
	d->scene.mistake_at = (d->scene.mistake_at - 1 + by) % ROWS + 1;
}

void key_mistake_down(struct dashboard *d)
{
	mistake_move(d, 1);
}

void key_mistake_up(struct dashboard *d)
{
	mistake_move(d, ROWS - 1);
}

/* From one column of the list to the other. */
static void mistake_across(struct dashboard *d)
{
	const unsigned half = (ROWS + 1) / 2, at = d->scene.mistake_at - 1;
	const unsigned to = at < half ? at + half : at - half;

	d->scene.mistake_at = (to < ROWS ? to : ROWS - 1) + 1;
}

void key_mistake_left(struct dashboard *d)
{
	mistake_across(d);
}

void key_mistake_right(struct dashboard *d)
{
	mistake_across(d);
}

bool mistakes_click(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;

	if (code <= KEYCODE_MISTAKE || code >= KEYCODE_MISTAKE + (int)MISTAKES)
		return false;
	if (s->mistake_at == (unsigned)(code - KEYCODE_MISTAKE) && s->can_act)
		key_err(d);
	s->mistake_at = (unsigned)(code - KEYCODE_MISTAKE);
	return true;
}
