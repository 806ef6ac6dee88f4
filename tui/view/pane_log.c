/* The log: a row a slot, a column a node. A cell is the node's vote, "3.1 B", in reverse once the
 * node knows the value to be chosen. The last column, DECIDED, is what the model concludes from the
 * votes alone, whether a node knows it or not. */
#include <stdio.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/list.h"
#include "tui/view/pane.h"

static void draw_cell(const struct model *m, const struct scene *s, const struct alike *alike,
		      struct canvas *c, int y, const struct model_slot *slot, node_id node)
{
	const struct model_vote *v = &slot->vote[node];
	char value[FITTED_MAX], ballot[16];
	unsigned attrs = m->node[node].life == LIFE_DOWN ? ATTR_DIM : 0;
	bool chosen = v->chosen != VALUE_NONE;
	value_ref shown = chosen ? v->chosen : v->voted;
	struct ballot at = ballot_is_none(v->voted_at) ? v->chosen_at : v->voted_at;
	int x = 0;

	if (!chosen && slot->slot < m->node[node].low) {
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "not kept");
		return;
	}
	if (shown == VALUE_NONE) {
		canvas_put(c, 0, y, STYLE(INK_FAINT, 0), 0x00b7);
		return;
	}
	ballot_show(at, ballot);
	if (scene_flashes(s, v->voted_changed_at) && !chosen)
		attrs |= ATTR_REVERSE;
	if (c->width >= 5 + utf8_columns(ballot)) {
		x = draw_ballot(c, 0, y, attrs, at) + 1;
		if (x < 4)
			x = 4;
	}
	struct canvas rest = canvas_part(c, x, y, c->width - x - 1, 1);
	struct style style = chosen ? STYLE(INK_GOOD, attrs | ATTR_REVERSE | ATTR_BOLD)
				    : STYLE(node_ink(at.node), attrs | ATTR_BOLD);

	alike_fit(m, alike, shown, rest.width, value);
	canvas_text(&rest, 0, 0, style, value);
}

static void draw_decided(const struct model *m, const struct alike *alike,
			 const struct model_slot *slot, struct canvas *c, int y)
{
	char who[NODES_MAX * 4], value[FITTED_MAX], ballot[16];
	int x = 0, room;

	if (slot->decided == VALUE_NONE) {
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "open");
		return;
	}
	ballot_show(slot->decided_at, ballot);
	room = c->width - 4 - utf8_columns(ballot);
	alike_fit(m, alike, slot->decided, room >= 4 ? room : c->width, value);
	x = canvas_text(c, x, y, STYLE(INK_GOOD, ATTR_BOLD), value);
	if (room < 4)
		return;
	x = canvas_text(c, x, y, STYLE(INK_FAINT, 0), " at ");
	x = draw_ballot(c, x, y, 0, slot->decided_at);
	if (c->width < 24 || x + 6 > c->width)
		return;
	x = canvas_text(c, x, y, STYLE(INK_FAINT, 0), " by ");
	set_show(slot->decided_by, who, sizeof(who));
	canvas_text(c, x, y, PLAIN, who);
}

/* Columns of the slots' numbers and the blank behind them. */
static int number_width(const struct model *m)
{
	char text[24];
	int width = snprintf(text, sizeof(text), "%llu", (unsigned long long)m->slot_end);

	return width < 5 ? 6 : width + 1;
}

/* Where the columns are: of so many nodes, and of what is decided. */
struct log_columns {
	node_id node[NODES_MAX];
	unsigned count;
	int left, step, decided;
};

/* All nodes if they fit; else as many as have room for ballot and value. */
static struct log_columns log_columns(const struct model *m, const struct scene *s, int width)
{
	struct log_columns col = {.left = number_width(m)};
	const int free = width - col.left;
	const bool folds = m->nodes * 6 + 10 > free;
	int most = folds ? (free - (width >= 60 ? 22 : 10)) / 8 : m->nodes;

	col.count = scene_lanes(m, s, most > 1 ? (unsigned)most : 1, col.node);
	col.decided = free >= (int)col.count * 12 + 36 ? 36 : width < 60 ? 10 : folds ? 22 : 15;
	col.step = (free - col.decided) / (int)col.count;
	if (col.step < 3) { /* no room for votes */
		col.count = 0;
		col.decided = free;
	}
	if (col.step > 16) {
		col.step = 16;
		col.decided = free - col.step * (int)col.count;
	}
	return col;
}

static void draw_log_head(const struct model *m, const struct scene *s, struct canvas *c,
			  const struct log_columns *col)
{
	const int last = col->left + (int)col->count * col->step;

	canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "%*s", col->left - 1, "SLOT");
	for (unsigned i = 0; i < col->count; i++) {
		const int x = col->left + (int)i * col->step;
		const int end = draw_node(c, x, 0, 0, col->node[i]);

		if (col->node[i] == s->vote_at)
			canvas_restyle(c, x, 0, end - x, STYLE(INK_KEY, ATTR_BOLD | ATTR_REVERSE));
	}
	if (col->count < m->nodes && col->decided >= 20)
		canvas_print(c, last, 0, STYLE(INK_FAINT, 0), "DECIDED  %u of %u <>", col->count,
			     m->nodes);
	else
		canvas_text(c, last, 0, STYLE(INK_FAINT, 0),
			    col->count < m->nodes ? "DECIDED <>" : "DECIDED");
}

static void draw_slot(const struct model *m, const struct scene *s, const struct alike *alike,
		      struct canvas *c, int y, const struct log_columns *col, slot_number number)
{
	const struct model_slot *slot = model_slot(m, number);
	slot_number vote_slot;

	if (!scene_holds_slot(m, s, &vote_slot))
		vote_slot = m->slot_end - 1;

	if (slot == NULL)
		return;
	for (unsigned k = 0; k < col->count; k++) {
		struct canvas cell =
			canvas_part(c, col->left + (int)k * col->step, y, col->step, 1);

		draw_cell(m, s, alike, &cell, 0, slot, col->node[k]);
		if (col->node[k] == s->vote_at && number == vote_slot)
			canvas_put(&cell, cell.width - 1, 0, STYLE(INK_KEY, ATTR_BOLD), 0x25c4);
	}
	struct canvas last =
		canvas_part(c, col->left + (int)col->count * col->step, y, col->decided, 1);

	draw_decided(m, alike, slot, &last, 0);
}

void pane_log(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct log_columns col = log_columns(m, s, c->width);
	const struct list list = list_slots(m, s);
	const uint64_t bottom = list_bottom(&list, c->height - 1);
	struct alike alike;

	draw_log_head(m, s, c, &col);
	if (m->slot_end == m->slot_first) {
		canvas_text(c, col.left, 1, STYLE(INK_FAINT, 0), "No slot has a vote yet.");
		return;
	}
	if (bottom == LIST_NONE)
		list_nothing(&list, c, col.left, "");
	if (bottom == LIST_NONE || c->height < 2)
		return;
	uint64_t first = list_move(&list, bottom, 2 - c->height);
	alike_collect(m, s, &alike);
	for (int y = 1; y < c->height && first != LIST_NONE && first <= bottom; y++) {
		bool at = first == list.cursor;

		canvas_print(c, 0, y, at ? STYLE(INK_KEY, ATTR_BOLD) : STYLE(INK_FAINT, 0), "%*llu",
			     col.left - 1, (unsigned long long)first);
		if (at)
			canvas_put(c, col.left - 1, y, STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
		draw_slot(m, s, &alike, c, y, &col, first);
		first = list_move(&list, first, 1);
	}
}
