/* Keys of gates and of the messages that wait there: each gives a command. */
#include <stdio.h>
#include <string.h>

#include "tui/dashboard/dashboard.h"
#include "tui/view/wire.h"

void key_gate(struct dashboard *d)
{
	char line[64];

	snprintf(line, sizeof(line), "gate %s %u",
		 d->model->node[d->scene.selected].gate.on ? "off" : "on", d->scene.selected);
	dashboard_command(d, line);
}

void key_gate_own(struct dashboard *d)
{
	const node_id id = d->scene.selected;
	char line[64];

	snprintf(line, sizeof(line), "gate %s %u>%u",
		 d->model->node[id].gate.types[GATE_OWN] != 0 ? "off" : "on", id, id);
	dashboard_command(d, line);
}

void key_gate_node(struct dashboard *d)
{
	d->scene.selected = (node_id)(d->scene.selected % d->model->nodes + 1);
}

/* Of the view of gates: the messages, and the place of the one that keys are about, the first if
 * the cursor is at none. */
static unsigned gate_list(const struct dashboard *d, const struct flight *list[WIRE_MAX],
			  unsigned *at)
{
	const unsigned count = wire_list(d->model, &d->scene, list);

	if (!wire_cursor(&d->scene, list, count, at))
		*at = 0;
	return count;
}

/* The message that has stood longest at the gate of the selected node. */
static const struct flight *first_held(const struct dashboard *d)
{
	const struct model *m = d->model;
	const struct flight *first = NULL;

	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];

		if (f->to == d->scene.selected && f->state == FLIGHT_HELD && f->due == 0 &&
		    (first == NULL || f->held_order < first->held_order))
			first = f;
	}
	return first;
}

/* `leaves`: it will not be held any more, so the cursor goes on to the next one. */
static void with_held(struct dashboard *d, const char *verb, bool leaves)
{
	const struct flight *list[WIRE_MAX], *f;
	unsigned at = 0, count = 0;
	char line[100], name[40];

	if (d->scene.view == VIEW_gate)
		count = gate_list(d, list, &at);
	f = d->scene.view != VIEW_gate ? first_held(d) : count > 0 ? list[at] : NULL;
	if (f == NULL) {
		dashboard_say(d, true, "n%u holds no message", d->scene.selected);
		return;
	}
	flight_name(f, name);
	snprintf(line, sizeof(line), "%s %s at %u", verb, name, f->to);
	dashboard_command(d, line);
	if (!leaves || d->scene.view != VIEW_gate)
		return;
	d->scene.wire_held = count > 1;
	if (count > 1)
		wire_hold(&d->scene, list[at + 1 < count ? at + 1 : at - 1]);
}

void key_deliver(struct dashboard *d)
{
	with_held(d, "deliver", true);
}

void key_drop(struct dashboard *d)
{
	with_held(d, "drop", true);
}

void key_duplicate(struct dashboard *d)
{
	with_held(d, "duplicate", false);
}

static bool may_change_places(const struct flight *a, const struct flight *b)
{
	return a->to == b->to && a->due == 0 && b->due == 0;
}

/* The message under the cursor changes places with the one above it, or below it. */
static void reorder(struct dashboard *d, int by)
{
	const struct flight *list[WIRE_MAX];
	unsigned at;
	const unsigned count = gate_list(d, list, &at);
	const unsigned other = by < 0 ? at - 1 : at + 1;
	char line[120], first[40], second[40];

	if (count == 0 || other >= count || !may_change_places(list[at], list[other])) {
		dashboard_say(d, false,
			      "only what waits at one gate has an order there: this is the %s",
			      by < 0 ? "first" : "last");
		return;
	}
	wire_hold(&d->scene, list[at]);
	flight_name(list[by < 0 ? at : other], first);
	flight_name(list[by < 0 ? other : at], second);
	snprintf(line, sizeof(line), "move %s at %u before %s", first, list[at]->to, second);
	dashboard_command(d, line);
}

void key_sooner(struct dashboard *d)
{
	reorder(d, -1);
}

void key_later(struct dashboard *d)
{
	reorder(d, 1);
}

void key_drop_all(struct dashboard *d)
{
	const struct flight *list[WIRE_MAX];
	unsigned at;
	const unsigned count = gate_list(d, list, &at);
	char lines[CONFIRMED_MAX], name[40];
	size_t used = 0;

	if (d->scene.wire_filter[0] == 0) {
		dashboard_confirm(d, "drop all", "Throw all held messages away?  y/n");
		return;
	}
	for (unsigned i = 0; i < count && used + 64 < sizeof(lines); i++) {
		flight_name(list[i], name);
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "drop %s at %u\n",
					 name, list[i]->to);
	}
	dashboard_confirm(d, lines, "Throw away the %u that pass \"%s\"?  y/n", count,
			  d->scene.wire_filter);
}
