/* The main view. 80x24 is the lecture layout; a larger screen adds panes beside and below it and
 * never shrinks the core; a smaller one keeps the node table, then WHY. */
#include <stdio.h>

#include "tui/view/identity.h"
#include "tui/view/view.h"
#include "tui/view/wire.h"

#define TITLE_MAX 160

static void nodes_title(const struct model *m, const struct scene *s, char out[TITLE_MAX])
{
	const bool filtered = s->node_filter[0] != 0;
	size_t used = (size_t)snprintf(out, TITLE_MAX, filtered ? "NODES with \"%s\"" : "NODES",
				       s->node_filter);

	if (m->slot_end != m->slot_first || !ballot_is_none(m->ballot.ballot))
		snprintf(out + used, TITLE_MAX - used, "  slot %llu",
			 (unsigned long long)scene_slot(m));
}

static void ballot_title(const struct model *m, char out[TITLE_MAX])
{
	char ballot[16];

	ballot_show(m->ballot.ballot, ballot);
	if (ballot_is_none(m->ballot.ballot))
		snprintf(out, TITLE_MAX, "BALLOT none yet");
	else
		snprintf(out, TITLE_MAX, "BALLOT %s by n%u%s", ballot, m->ballot.ballot.node,
			 m->ballot.preempted ? " LOST" : "");
}

static void draw_boxed(const struct model *m, const struct scene *s, struct canvas *c, int x, int y,
		       int width, int height, bool focus, const char *title, pane *draw)
{
	struct canvas inside = pane_frame(c, x, y, width, height, focus, title);

	draw(m, s, &inside);
}

/* How many rows each pane of the core gets, without frames. */
struct rows {
	int table, load, wire, why, events;
};

static struct rows main_rows(const struct model *m, int height)
{
	int nodes = pane_nodes_height(m, height / 2);
	int table = nodes > 6 ? nodes : 6;
	int load = pane_load_height(m, height);
	int rest = height - table - 5 - (load > 0 ? load + 1 : 0);
	int why = rest >= 8 ? 3 : 2;
	int events = rest - why >= 14 ? (rest - why) / 2 : rest - why >= 6 ? 2 : 1;
	int wire = rest - why - events;

	if (wire > 2 * m->nodes + 2 && wire > 10) {
		events += wire - (2 * m->nodes + 2 > 10 ? 2 * m->nodes + 2 : 10);
		wire = rest - why - events;
	}
	return (struct rows){table, load, wire, why, events};
}

/* The core: nodes and ballot side by side, then wire, why and events, the full width of `c`. */
static void main_core(const struct model *m, const struct scene *s, struct canvas *c)
{
	int width = c->width;
	int right = width >= 100 ? 34 : 27, left = width - right + 1, y;
	struct rows rows = main_rows(m, c->height);
	int table = rows.table, wire = rows.wire, why = rows.why;
	char title[TITLE_MAX];

	nodes_title(m, s, title);
	draw_boxed(m, s, c, 0, 0, left, table + 2, s->focus == FOCUS_NODES && s->ask == ASK_NOTHING,
		   title, pane_nodes);
	ballot_title(m, title);
	draw_boxed(m, s, c, left - 1, 0, right, table + 2, false, title, pane_ballot);
	if (!ballot_is_none(m->ballot.ballot)) {
		int x = left - 1 + 2 + utf8_columns(title) + 1;

		canvas_put(c, x, 0, STYLE(node_ink(m->ballot.ballot.node), ATTR_BOLD),
			   node_shape(m->ballot.ballot.node));
		canvas_put(c, x + 1, 0, PLAIN, ' ');
	}
	y = table + 1;
	if (rows.load > 0) {
		load_title(m, model_load_shown(m), title, sizeof(title));
		draw_boxed(m, s, c, 0, y, width, rows.load + 2, false, title, pane_load);
		y += rows.load + 1;
	}
	wire_title(m, s, title, sizeof(title));
	draw_boxed(m, s, c, 0, y, width, wire + 2, s->focus == FOCUS_WIRE, title, pane_wire);
	y += wire + 1;
	why_title(m, s, title, sizeof(title));
	draw_boxed(m, s, c, 0, y, width, why + 2, false, title, pane_why);
	y += why + 1;
	events_title(m, s, "EVENTS", title, sizeof(title));
	draw_boxed(m, s, c, 0, y, width, c->height - y, s->focus == FOCUS_EVENTS, title,
		   pane_events);
}

/* 56 columns and more: the node table and WHY. */
static void main_small(const struct model *m, const struct scene *s, struct canvas *c)
{
	int nodes = pane_nodes_height(m, c->height - 5);
	char title[TITLE_MAX];

	nodes_title(m, s, title);
	draw_boxed(m, s, c, 0, 0, c->width, nodes + 2, false, title, pane_nodes);
	why_title(m, s, title, sizeof(title));
	draw_boxed(m, s, c, 0, nodes + 1, c->width, c->height - nodes - 1, false, title, pane_why);
}

static void main_maximised(const struct model *m, const struct scene *s, struct canvas *c)
{
	char title[TITLE_MAX];

	switch (s->focus) {
	case FOCUS_WIRE:
		wire_title(m, s, title, sizeof(title));
		draw_boxed(m, s, c, 0, 0, c->width, c->height, true, title, pane_wire);
		break;
	case FOCUS_EVENTS:
		events_title(m, s, "EVENTS", title, sizeof(title));
		draw_boxed(m, s, c, 0, 0, c->width, c->height, true, title, pane_events);
		break;
	default:
		nodes_title(m, s, title);
		draw_boxed(m, s, c, 0, 0, c->width, c->height, true, title, pane_nodes);
		break;
	}
}

/* Rows of the log below the core, where there is one. */
static int below_height(const struct canvas *c)
{
	return c->height >= 50 ? 14 : 9;
}

/* 120x40: the selected node at the right, the log below. */
static void main_large(const struct model *m, const struct scene *s, struct canvas *c)
{
	int side = c->width >= 140 ? 48 : 36, below = below_height(c);
	struct canvas main = canvas_part(c, 0, 0, c->width - side + 1, c->height - below + 1);
	char title[TITLE_MAX];

	main_core(m, s, &main);
	snprintf(title, sizeof(title), "NODE n%u", s->selected);
	draw_boxed(m, s, c, c->width - side, 0, side, c->height - below + 1, false, title,
		   pane_node);
	draw_boxed(m, s, c, 0, c->height - below, c->width, below, false, "LOG", pane_log);
}

/* 200x60: space-time and every proposer's ballot besides. */
static void main_huge(const struct model *m, const struct scene *s, struct canvas *c)
{
	int lanes = c->width - 119;
	struct canvas left = canvas_part(c, 0, 0, 120, c->height);
	int ballots = 27;

	main_large(m, s, &left);
	draw_boxed(m, s, c, 119, 0, lanes, c->height - ballots, false, "SPACE-TIME", pane_lanes);
	draw_boxed(m, s, c, 119, c->height - ballots - 1, 31, ballots + 1, false, "BALLOTS",
		   pane_ballots);
	draw_boxed(m, s, c, 149, c->height - ballots - 1, c->width - 149, ballots + 1, false,
		   "LINKS", pane_links);
}

static bool is_huge(const struct canvas *c)
{
	return c->width >= 190 && c->height >= 52;
}

static bool is_large(const struct canvas *c)
{
	return c->width >= 116 && c->height >= 34;
}

static bool is_core(const struct canvas *c)
{
	return c->width >= 76 && c->height >= 19;
}

int view_main_above_why(const struct model *m, const struct scene *s, const struct canvas *c)
{
	struct rows rows;

	if (s->maximised || !is_core(c))
		return c->height;
	rows = main_rows(m, is_large(c) ? c->height - below_height(c) + 1 : c->height);
	return rows.table + rows.wire + 3 + (rows.load > 0 ? rows.load + 1 : 0);
}

void view_main(const struct model *m, const struct scene *s, struct canvas *c)
{
	/* where not all panes fit, the one in which j and k move takes the place of the others */
	if (s->maximised || (!is_core(c) && s->focus != FOCUS_NODES))
		main_maximised(m, s, c);
	else if (is_huge(c))
		main_huge(m, s, c);
	else if (is_large(c))
		main_large(m, s, c);
	else if (is_core(c))
		main_core(m, s, c);
	else if (c->width >= 40 && c->height >= m->nodes + 6 && c->height >= 8)
		main_small(m, s, c);
	else
		pane_nodes(m, s, c);
}
