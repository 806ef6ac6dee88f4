/* Space-time: a lane for each node, time downwards, a row an event. A message is an arrow at the
 * time it arrived, from its sender's lane to its receiver's; a lost one ends in ╳ before it. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/crash_point.h"
#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/list.h"
#include "tui/view/pane.h"

struct lanes {
	node_id node[NODES_MAX];
	int x[NODES_MAX + 1]; /* by node; -1 = not shown */
	unsigned count;
	int left, step, right; /* columns of the first lane, between lanes, of the margin */
	const struct alike *alike;
};

/* As many lanes as find room, 7 columns each at least; the right margin only on a wide screen. */
static struct lanes lanes_for(const struct model *m, const struct scene *s, int width)
{
	struct lanes l = {.left = 12, .right = width >= 78 ? 12 : 0};
	int most = (width - l.left - l.right) / 7;

	l.count = scene_lanes(m, s, most > 1 ? (unsigned)most : 1, l.node);
	l.step = l.count != 0 ? (width - l.left - l.right) / (int)l.count : width;
	memset(l.x, -1, sizeof(l.x));
	for (unsigned i = 0; i < l.count; i++)
		l.x[l.node[i]] = l.left + (int)i * l.step;
	return l;
}

/* The lanes of this row: a line for a node that was up at the time of the row, else a dot. */
static void draw_lanes(struct canvas *c, const struct lanes *l, int y, node_set up)
{
	for (unsigned i = 0; i < l->count; i++)
		canvas_put(
			c, l->x[l->node[i]], y,
			STYLE(set_has(up, l->node[i]) ? node_ink(l->node[i]) : INK_FRAME, ATTR_DIM),
			set_has(up, l->node[i]) ? 0x2502 : 0x00b7);
}

/* The columns that a lane has for words. */
static struct canvas lane_room(struct canvas *c, const struct lanes *l, int y, node_id node)
{
	bool last = node == l->node[l->count - 1];

	return canvas_part(c, l->x[node], y, last ? l->step + l->right : l->step, 1);
}

/* A message of which one end only has a lane, in words at that end. */
static void draw_stub(struct canvas *c, const struct lanes *l, int y, const struct event *event)
{
	bool comes = l->x[event->node] >= 0, lost = event->kind == EVENT_DROPPED;
	node_id here = comes ? event->node : event->peer, there = comes ? event->peer : event->node;
	node_id owner = event->ballot.node != NODE_NONE ? event->ballot.node : event->peer;
	struct style style = STYLE(lost ? INK_BAD : (int)node_ink(owner), ATTR_BOLD);
	char type[16], text[60];

	if (l->x[here] < 0)
		return;
	struct canvas room = lane_room(c, l, y, here);

	message_shout(event->type, type);
	snprintf(text, sizeof(text), "%s n%u %s", type, there, lost ? "lost" : "");
	if (utf8_columns(text) + 2 > room.width)
		snprintf(text, sizeof(text), "n%u", there);
	canvas_put(&room, 0, 0, style, lost ? 0x2573 : comes ? 0x25c4 : 0x25ba);
	canvas_text(&room, 2, 0, style, text);
}

static void draw_arrow(const struct model *m, struct canvas *c, const struct lanes *l, int y,
		       const struct event *event)
{
	int from = l->x[event->peer], to = l->x[event->node];
	bool lost = event->kind == EVENT_DROPPED;
	node_id owner = event->ballot.node != NODE_NONE ? event->ballot.node : event->peer;
	struct style style = STYLE(lost ? INK_BAD : (int)node_ink(owner), 0);
	char label[200], type[16], ballot[16], value[FITTED_MAX];

	if (from < 0 || to < 0) {
		draw_stub(c, l, y, event);
		return;
	}
	int step = from < to ? 1 : -1, x0 = from < to ? from + 1 : to + 1,
	    x1 = from < to ? to - 1 : from - 1;
	int stop = lost ? to - 2 * step : to - step;

	for (int x = from + step; x != stop; x += step)
		canvas_put(c, x, y, style, 0x2500);
	canvas_put(c, stop, y, STYLE(style.ink, ATTR_BOLD),
		   lost       ? 0x2573
		   : step > 0 ? 0x25ba
			      : 0x25c4);
	if (lost && step > 0)
		x1 -= 2;
	else if (lost)
		x0 += 2;
	message_shout(event->type, type);
	ballot_show(event->ballot, ballot);
	alike_fit(m, l->alike, event->value, event->type == MSG_PROMISE ? 8 : 12, value);
	int room = x1 - x0 - 1;
	bool has_value = event->value != VALUE_NONE && event->type != MSG_PROMISE &&
			 event->type != MSG_EVIDENCE;

	snprintf(label, sizeof(label), "%s %s%s%s", type, ballot, has_value ? "=" : "",
		 has_value ? value : "");
	if (event->type == MSG_PROMISE && !ballot_is_none(event->other)) {
		char other[16];
		size_t used = strlen(label);

		ballot_show(event->other, other);
		snprintf(label + used, sizeof(label) - used, " voted %s=%s", other, value);
	}
	if (utf8_columns(label) > room)
		snprintf(label, sizeof(label), "%s %s", type, ballot);
	if (utf8_columns(label) > room || ballot_is_none(event->ballot))
		snprintf(label, sizeof(label), "%s", type);
	const int columns = utf8_columns(label) < room ? utf8_columns(label) : room;
	struct canvas middle = canvas_part(c, x0 + (x1 - x0 + 1 - columns) / 2, y, columns, 1);

	canvas_text(&middle, 0, 0, STYLE(style.ink, ATTR_BOLD), label);
}

/* "! LIE ACCEPTED 1.1=B", or as much of it as there is room for. */
static void draw_lie(struct canvas *room, const struct event *event, const char *value,
		     const char *ballot)
{
	char type[16], text[200];
	int end = canvas_text(room, 0, 0, STYLE(INK_BAD, ATTR_BOLD | ATTR_REVERSE), "! LIE");

	message_shout(event->type, type);
	if (event->type == MSG_NONE)
		snprintf(text, sizeof(text), " silent");
	else
		snprintf(text, sizeof(text), " %s %s%s%s", type, ballot,
			 event->value != VALUE_NONE ? "=" : "",
			 event->value != VALUE_NONE ? value : "");
	if (end + utf8_columns(text) > room->width)
		snprintf(text, sizeof(text), " %s", ballot);
	if (end + utf8_columns(text) <= room->width)
		canvas_text(room, end, 0, STYLE(INK_BAD, 0), text);
}

/* Columns for a value beside the words of a lane. */
static int value_room(enum event_kind kind, int width)
{
	if (kind == EVENT_LIED)
		return 12;
	return width - (kind == EVENT_QUEUED ? 9 : 3);
}

static void draw_local(const struct model *m, struct canvas *c, const struct lanes *l, int y,
		       const struct event *event)
{
	int x = l->x[event->node];
	char value[FITTED_MAX], ballot[16];

	if (x < 0)
		return;
	struct canvas room = lane_room(c, l, y, event->node);

	alike_fit(m, l->alike, event->value, value_room(event->kind, room.width), value);
	ballot_show(event->ballot, ballot);
	struct style own = STYLE(node_ink(event->ballot.node), ATTR_BOLD);

	switch (event->kind) {
	case EVENT_ACCEPTED:
		canvas_print(&room, 0, 0, own,
			     utf8_columns(value) + 9 <= room.width ? "● voted %s" : "● %s", value);
		break;
	case EVENT_CHOSEN:
		canvas_put(&room, 0, 0, STYLE(INK_GOOD, ATTR_BOLD), 0x2593);
		canvas_print(&room, 1, 0, STYLE(INK_GOOD, ATTR_BOLD | ATTR_REVERSE),
			     utf8_columns(value) + 9 <= room.width ? " %s CHOSEN" : " %s", value);
		break;
	case EVENT_PREPARING:
		canvas_print(&room, 0, 0, own, "● starts %s", ballot);
		break;
	case EVENT_PREEMPTED:
		ballot_show(event->other, ballot);
		canvas_print(&room, 0, 0, STYLE(INK_WARN, 0),
			     room.width >= 13 ? "× lost to %s" : "× lost: %s", ballot);
		break;
	case EVENT_QUEUED:
		canvas_print(&room, 0, 0, PLAIN, "○ wants %s", value);
		break;
	case EVENT_LIED:
		draw_lie(&room, event, value, ballot);
		break;
	case EVENT_ARMED:
		canvas_text(&room, 0, 0, STYLE(event->attack != 0 ? INK_BAD : INK_GOOD, ATTR_BOLD),
			    event->attack != 0 ? "! armed" : "○ honest");
		break;
	case EVENT_DOOMED:
		canvas_text(&room, 0, 0, STYLE(event->count != 0 ? INK_BAD : INK_GOOD, ATTR_BOLD),
			    event->count == CRASH_POINT_FULL ? "! full disk"
			    : event->count != 0              ? "! doomed"
							     : "○ spared");
		break;
	case EVENT_SLOWED:
		canvas_text(&room, 0, 0, STYLE(event->count != 0 ? INK_WARN : INK_GOOD, ATTR_BOLD),
			    event->count != 0 ? "! slow disk" : "○ fast disk");
		break;
	case EVENT_DRIFTED:
		canvas_text(&room, 0, 0, STYLE(INK_WARN, ATTR_BOLD), "! own clock");
		break;
	case EVENT_DISK:
		canvas_text(&room, 0, 0,
			    STYLE(event->count == DISK_COPIED ? INK_TEXT : INK_BAD, ATTR_BOLD),
			    event->count == DISK_WIPED    ? "! wiped disk"
			    : event->count == DISK_COPIED ? "○ disk copied"
							  : "! old disk");
		break;
	case EVENT_SEATED:
		canvas_text(&room, 0, 0, PLAIN, "○ new seat");
		break;
	case EVENT_FORGOT:
		canvas_print(&room, 0, 0, STYLE(INK_BAD, ATTR_BOLD),
			     room.width >= 16 ? "╳ forgets %s" : "╳ forgets",
			     crash_point_name(event->count));
		break;
	case EVENT_EVIDENCE:
		canvas_print(&room, 0, 0, STYLE(INK_BAD, ATTR_BOLD), "! proof: n%u", event->peer);
		break;
	case EVENT_CRASHED:
		canvas_text(&room, 0, 0, STYLE(INK_BAD, ATTR_BOLD), "╳ DOWN");
		break;
	case EVENT_STOPPED:
		canvas_text(&room, 0, 0, STYLE(INK_BAD, ATTR_BOLD), "× STOPPED");
		break;
	case EVENT_SILENT:
		canvas_text(&room, 0, 0, STYLE(INK_WARN, ATTR_BOLD), "? silent");
		break;
	case EVENT_STARTED:
		canvas_text(&room, 0, 0, STYLE(INK_GOOD, 0),
			    event->boot > 1 ? "○ UP again" : "○ UP");
		break;
	default:
		canvas_text(&room, 0, 0, STYLE(INK_GOOD, 0), "○ runs on");
		break;
	}
}

/* `back`: the event under the cursor. */
static void draw_event(const struct model *m, struct canvas *c, const struct lanes *l, int y,
		       uint64_t i, node_set up, uint64_t back)
{
	const struct event *event = model_event_at(m, i);
	bool message = event->kind == EVENT_RECEIVED || event->kind == EVENT_DROPPED;
	char when[24], ballot[16];

	time_show(model_event_time(m, i), when);
	canvas_print(c, 0, y, STYLE(INK_FAINT, 0), "%9s", when);
	if (back == i)
		canvas_put(c, 10, y, STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
	draw_lanes(c, l, y, up);
	if (message)
		draw_arrow(m, c, l, y, event);
	else if (event_is_drawn(event))
		draw_local(m, c, l, y, event);
	if (l->right == 0 || !message)
		return;
	struct canvas margin = canvas_part(c, c->width - l->right + 1, y, l->right - 1, 1);

	if (event->kind == EVENT_DROPPED) {
		canvas_print(&margin, 0, 0, STYLE(INK_BAD, 0), "%s", drop_name(event->drop));
		return;
	}
	ballot_show(event->ballot, ballot);
	const int x = canvas_text(&margin, 0, 0, STYLE(node_ink(event->ballot.node), 0), ballot);
	char slot[24];

	snprintf(slot, sizeof(slot), "s%llu", (unsigned long long)event->slot);
	if (event->slot != SLOT_NONE && (x < 5 ? 5 : x + 1) + utf8_columns(slot) <= margin.width)
		canvas_text(&margin, x < 5 ? 5 : x + 1, 0, STYLE(INK_FAINT, 0), slot);
}

static void draw_heads(const struct model *m, struct canvas *c, const struct lanes *l)
{
	if (l->count < m->nodes)
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "%u of %u <>", l->count, m->nodes);
	else
		canvas_text(c, 5, 0, STYLE(INK_FAINT, 0), "time");
	for (unsigned k = 0; k < l->count; k++) {
		int x = draw_node(c, l->x[l->node[k]], 0, ATTR_BOLD, l->node[k]);

		if (m->node[l->node[k]].attacks != 0 || m->node[l->node[k]].has_lied)
			canvas_text(c, x, 0, STYLE(INK_BAD, ATTR_BOLD),
				    l->step >= 11 ? " LIAR" : "!");
	}
	if (l->right != 0)
		canvas_text(c, c->width - l->right + 1, 0, STYLE(INK_FAINT, 0), "BALLOT");
}

void pane_lanes(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct lanes l = lanes_for(m, s, c->width);
	struct list list = list_lanes(m, s);
	struct alike alike;
	node_set up = 0;
	int y = c->height;

	draw_heads(m, c, &l);
	for (unsigned k = 0; k < l.count && l.count < m->nodes; k++)
		list.lanes |= set_of(l.node[k]);
	for (node_id n = 1; n <= m->nodes; n++)
		if (m->node[n].life == LIFE_UP || m->node[n].life == LIFE_STOPPED)
			up |= set_of(n);
	const uint64_t bottom = list_bottom(&list, c->height - 1);
	uint64_t row = bottom;

	alike_collect(m, s, &alike);
	for (int k = 0; k < c->height && row != LIST_NONE; k++, row = list.earlier(m, row))
		alike_add(m, &alike, model_event_at(m, row)->value);
	l.alike = &alike;

	bool reached = false;

	for (uint64_t i = list.last; i != LIST_NONE && y > 1; i = list.earlier(m, i)) {
		const struct event *event = model_event_at(m, i);

		reached = reached || i == bottom;
		if (reached && list.shows(&list, i)) {
			draw_event(m, c, &l, --y, i, up, list.cursor);
			canvas_click(c, 0, y, c->width, 1,
				     KEYCODE_EVENT + (unsigned)(m->events - 1 - i));
		}
		/* Rows are drawn upwards, backwards in time: above its start a node was down, and
		 * above its crash it was up. */
		if (event->kind == EVENT_STARTED)
			up &= ~set_of(event->node);
		if (event->kind == EVENT_CRASHED)
			up |= set_of(event->node);
	}
	if (y == c->height)
		list_nothing(&list, c, 12, "Nothing has been sent yet.");
}
