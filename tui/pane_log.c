/* The log: a row a slot, a column a node. A cell is the node's vote, "3.1 B"; reverse once the node
 * knows the value to be chosen. The last column is judged from the votes alone. */
#include <stdio.h>

#include "tui/view/identity.h"
#include "tui/pane.h"

static void draw_cell(const struct model *m, const struct scene *s, struct canvas *c, int y,
		      const struct model_vote *v, node_id node)
{
	char value[VALUE_SHOWN_MAX + 1];
	unsigned attrs = m->node[node].life == LIFE_DOWN ? ATTR_DIM : 0;
	bool chosen = v->chosen != VALUE_NONE;
	value_ref shown = chosen ? v->chosen : v->voted;
	struct ballot at = ballot_is_none(v->voted_at) ? v->chosen_at : v->voted_at;
	int x = 0;

	if (shown == VALUE_NONE) {
		canvas_put(c, 0, y, STYLE(INK_FAINT, 0), 0x00b7);
		return;
	}
	values_show(m->values, shown, value);
	if (scene_flashes(s, v->voted_changed_at) && !chosen)
		attrs |= ATTR_REVERSE;
	if (c->width >= 8) {
		x = draw_ballot(c, 0, y, attrs, at) + 1;
		if (x < 4)
			x = 4;
	}
	struct canvas rest = canvas_part(c, x, y, c->width - x - 1, 1);
	struct style style = chosen ? STYLE(INK_GOOD, attrs | ATTR_REVERSE | ATTR_BOLD)
				    : STYLE(node_ink(at.node), attrs | ATTR_BOLD);

	if (canvas_text(&rest, 0, 0, style, value) > rest.width && rest.width > 0)
		canvas_put(&rest, rest.width - 1, 0, style, 0x2026);
}

static void draw_decided(const struct model *m, const struct model_slot *slot, struct canvas *c,
			 int y)
{
	char who[100], value[VALUE_SHOWN_MAX + 1];
	int x = 0;

	if (slot->decided == VALUE_NONE) {
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "open");
		return;
	}
	values_show(m->values, slot->decided, value);
	x = canvas_text(c, x, y, STYLE(INK_GOOD, ATTR_BOLD), value);
	x = canvas_text(c, x, y, STYLE(INK_FAINT, 0), " at ");
	x = draw_ballot(c, x, y, 0, slot->decided_at);
	if (c->width < 24)
		return;
	x = canvas_text(c, x, y, STYLE(INK_FAINT, 0), " by ");
	set_show(slot->decided_by, who, sizeof(who));
	canvas_text(c, x, y, PLAIN, who);
}

void pane_log(const struct model *m, const struct scene *s, struct canvas *c)
{
	node_id node[NODES_MAX];
	unsigned most = (unsigned)((c->width - 6 - 10) / 6 > 1 ? (c->width - 6 - 10) / 6 : 1);
	unsigned count = scene_nodes(m, s, most, node);
	int decided = c->width >= 6 + (int)count * 12 + 36 ? 36 : c->width >= 60 ? 15 : 10;
	int step = count != 0 ? (c->width - 6 - decided) / (int)count : 8;
	slot_number end = m->slot_end;

	if (step > 16) {
		step = 16;
		decided = c->width - 6 - step * (int)count;
	}
	canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), " SLOT");
	for (unsigned i = 0; i < count; i++)
		draw_node(c, 6 + (int)i * step, 0, 0, node[i]);
	canvas_text(c, 6 + (int)count * step, 0, STYLE(INK_FAINT, 0), "DECIDED");
	if (end == m->slot_first) {
		canvas_text(c, 6, 1, STYLE(INK_FAINT, 0), "No slot has a vote yet.");
		return;
	}
	end -= s->slots_back < end - m->slot_first ? s->slots_back : end - m->slot_first - 1;
	slot_number rows = (slot_number)(c->height > 1 ? c->height - 1 : 0);
	slot_number first = end - m->slot_first > rows ? end - rows : m->slot_first;

	for (slot_number i = first; i < end; i++) {
		const struct model_slot *slot = model_slot(m, i);
		int y = 1 + (int)(i - first);

		canvas_print(c, 0, y, STYLE(INK_FAINT, 0), "%5llu", (unsigned long long)i);
		if (slot == NULL)
			continue;
		for (unsigned k = 0; k < count; k++) {
			struct canvas cell = canvas_part(c, 6 + (int)k * step, y, step, 1);

			draw_cell(m, s, &cell, 0, &slot->vote[node[k]], node[k]);
		}
		struct canvas last = canvas_part(c, 6 + (int)count * step, y, decided, 1);

		draw_decided(m, slot, &last, 0);
	}
}
