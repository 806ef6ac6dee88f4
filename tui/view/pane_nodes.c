/* The node table: what each node has promised, accepted and knows to be chosen in the slot that is
 * being decided. Bold is durable on disk, dim volatile, reverse chosen; a hue is a ballot owner's.
 */
#include <stdio.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/match.h"
#include "tui/view/pane.h"

/* Where each column begins, by width of the pane; 0 = the column is left out. */
struct columns {
	int role, promised, accepted, chosen, trouble;
	int accepted_width, chosen_width;
};

static const struct model_slot *slot_of(const struct model *m, const struct scene *s)
{
	return model_slot(m, s->slot_given ? s->slot_shown : scene_slot(m));
}

/* Columns of the widest ballot that is shown. */
static int ballot_width(const struct model *m, const struct scene *s)
{
	const struct model_slot *slot = slot_of(m, s);
	int widest = 3;

	for (node_id id = 1; id <= m->nodes; id++) {
		struct ballot ballot[2] = {m->node[id].promised,
					   slot != NULL ? slot->vote[id].voted_at : BALLOT_NONE};

		for (unsigned i = 0; i < 2; i++) {
			char text[16];

			ballot_show(ballot[i], text);
			if (utf8_columns(text) > widest)
				widest = utf8_columns(text);
		}
	}
	return widest;
}

/* Wide ballots need the room of the roles; where there is none of that, the promised ballot goes:
 * a vote says as much. */
static struct columns columns_wide(int width, int ballot)
{
	struct columns col = {.trouble = width >= 24 ? width - 4 : 0};
	int end = col.trouble != 0 ? col.trouble - 1 : width;

	col.promised = 8;
	col.accepted = col.promised + ballot + 2;
	if (col.accepted + ballot + 4 > end)
		col.accepted = 0;
	else if (col.accepted + ballot + 14 <= end)
		col.chosen = end - 8;
	col.accepted_width = (col.chosen != 0 ? col.chosen - 1 : end) - col.accepted;
	col.chosen_width = end - col.chosen;
	return col;
}

static struct columns columns_for(int width, int ballot)
{
	struct columns col = {0};

	if (ballot > (width >= 48 ? 7 : width >= 30 ? 5 : 4))
		return columns_wide(width, ballot);
	col.trouble = width >= 24 ? width - 4 : 0;
	if (width >= 48) {
		int spare = width - 48;

		col.role = 9;
		col.promised = 19 + spare / 6;
		col.accepted = 28 + spare / 3;
		col.chosen = col.accepted + (col.trouble - col.accepted) * 9 / 16;
	} else if (width >= 30) {
		col.promised = 8;
		col.accepted = 14;
		col.chosen = width >= 38 ? col.trouble - 8 : 0;
	} else {
		col.promised = 7;
		col.accepted = width >= 18 ? 12 : 0;
	}
	int end = col.trouble != 0 ? col.trouble - 1 : width;

	col.accepted_width = (col.chosen != 0 ? col.chosen - 1 : end) - col.accepted;
	col.chosen_width = end - col.chosen;
	return col;
}

static void draw_value(const struct model *m, const struct alike *alike, struct canvas *c, int x,
		       int y, int width, struct style style, value_ref value)
{
	struct canvas part = canvas_part(c, x, y, width, 1);
	char text[FITTED_MAX];

	alike_fit(m, alike, value, width, text);
	canvas_text(&part, 0, 0, style, text);
}

/* The promised ballot; of a node that is down, for which only its disk speaks, as (2.2). */
static void promised(const struct model *m, const struct scene *s, struct canvas *c, int x, int y,
		     node_id node)
{
	const struct model_node *n = &m->node[node];
	unsigned attrs = ATTR_BOLD;

	if (scene_flashes(s, n->promised_changed_at))
		attrs |= ATTR_REVERSE;
	if (ballot_is_none(n->promised)) {
		canvas_text(c, x, y, STYLE(INK_FAINT, 0), "-");
	} else if (n->life == LIFE_DOWN) {
		canvas_put(c, x - 1, y, STYLE(INK_FAINT, 0), '(');
		int end = draw_ballot(c, x, y, ATTR_DIM, n->promised);
		canvas_put(c, end, y, STYLE(INK_FAINT, 0), ')');
	} else {
		draw_ballot(c, x, y, attrs, n->promised);
	}
}

static void vote(const struct model *m, const struct scene *s, struct canvas *c,
		 const struct columns *col, const struct alike *alike, int y, node_id node)
{
	const struct model_slot *slot = slot_of(m, s);
	static const struct model_vote nothing;
	const struct model_vote *v = slot != NULL ? &slot->vote[node] : &nothing;
	unsigned attrs = m->node[node].life == LIFE_DOWN ? ATTR_DIM : ATTR_BOLD;
	unsigned flash = scene_flashes(s, v->voted_changed_at) ? ATTR_REVERSE : 0;

	if (col->accepted != 0) {
		if (ballot_is_none(v->voted_at)) {
			canvas_text(c, col->accepted, y, STYLE(INK_FAINT, 0), "-");
		} else {
			struct style style = STYLE(node_ink(v->voted_at.node), attrs | flash);
			int x = 1 + draw_ballot(c, col->accepted, y, attrs | flash, v->voted_at);

			draw_value(m, alike, c, x, y, col->accepted + col->accepted_width - x,
				   style, v->voted);
		}
	}
	if (col->chosen == 0)
		return;
	if (v->chosen == VALUE_NONE)
		canvas_text(c, col->chosen, y, STYLE(INK_FAINT, 0), "-");
	else
		draw_value(m, alike, c, col->chosen, y, col->chosen_width,
			   STYLE(INK_GOOD, attrs | ATTR_REVERSE), v->chosen);
}

static void node_row(const struct model *m, const struct scene *s, struct canvas *c,
		     const struct columns *col, const struct alike *alike, int y, node_id node)
{
	const struct model_node *n = &m->node[node];
	const char *role = node_role(m, node), *trouble = node_trouble(m, node);
	bool gone = n->life != LIFE_UP;
	struct style role_style;

	if (s->selected == node)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	int end = draw_node(c, 2, y, ATTR_BOLD, node);

	if (n->attacks != 0)
		canvas_put(c, end, y, STYLE(INK_BAD, ATTR_BOLD), '!');
	if (n->life == LIFE_UNKNOWN)
		role_style = STYLE(INK_WARN, ATTR_BOLD);
	else if (gone)
		role_style = STYLE(INK_BAD, ATTR_BOLD);
	else if (n->role != ROLE_IDLE)
		role_style = STYLE(node_ink(node), n->role == ROLE_WAITING ? 0 : ATTR_BOLD);
	else
		role_style = STYLE(INK_FAINT, 0);
	if (col->role != 0)
		canvas_text(c, col->role, y, role_style, role);
	promised(m, s, c, col->promised, y, node);
	vote(m, s, c, col, alike, y, node);
	if (col->trouble != 0 && *trouble != 0)
		canvas_text(c, col->trouble, y, STYLE(INK_BAD, ATTR_BOLD), trouble);
	else if (col->role == 0 && col->trouble != 0 && gone)
		canvas_text(c, col->trouble, y,
			    STYLE(n->life == LIFE_UNKNOWN ? INK_WARN : INK_BAD, ATTR_BOLD),
			    n->life == LIFE_DOWN      ? "DOWN"
			    : n->life == LIFE_STOPPED ? "STOP"
						      : "AWAY");
	canvas_click(c, 0, y, c->width, 1, KEYCODE_NODE + node);
}

/* The nodes that found no row, in one line: how many, and how they are. */
static void draw_folded(const struct model *m, const struct scene *s, struct canvas *c, int y,
			node_set rest)
{
	unsigned same = 0, voted = 0, down = 0, liars = 0;
	const struct model_slot *slot = slot_of(m, s);
	int x;

	for (node_set left = rest; left != 0; left &= left - 1) {
		node_id n = set_lowest(left);

		down += m->node[n].life == LIFE_DOWN;
		liars += node_is_liar(m, n);
		same += !ballot_is_none(m->ballot.ballot) &&
			ballot_cmp(m->node[n].promised, m->ballot.ballot) == 0;
		voted += slot != NULL && !ballot_is_none(slot->vote[n].voted_at);
	}
	x = canvas_print(c, 2, y, STYLE(INK_FAINT, 0), "%u more: %u promised, %u voted, %u down",
			 set_count(rest), same, voted, down);
	if (liars > 0)
		canvas_print(c, x, y, STYLE(INK_BAD, 0), ", %u liar%s", liars,
			     liars == 1 ? "" : "s");
}

int pane_nodes_height(const struct model *m, int most)
{
	int rows = m->nodes <= 9 ? m->nodes + 1 : 10;

	return rows < most ? rows : most;
}

void pane_nodes(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct columns col = columns_for(c->width, ballot_width(m, s));
	struct alike alike;
	struct style head = STYLE(INK_FAINT, 0);
	node_id node[NODES_MAX];
	const node_set passes = match_nodes(m, s->node_filter);
	node_set shown = 0;
	unsigned rows = (unsigned)(c->height > 1 ? c->height - 1 : 0), count;

	canvas_text(c, 2, 0, head, "NODE");
	if (col.role != 0)
		canvas_text(c, col.role, 0, head, "ROLE");
	canvas_text(c, col.promised, 0, head, col.role != 0 ? "PROMISED" : "PROM");
	if (col.accepted != 0)
		canvas_text(c, col.accepted, 0, head, col.role != 0 ? "ACCEPTED" : "ACC");
	if (col.chosen != 0)
		canvas_text(c, col.chosen, 0, head, "CHOSEN");
	if (set_count(passes) > rows && rows > 1)
		rows--;
	count = scene_nodes_of(m, s, passes, rows, node);
	alike_collect(m, s, &alike);
	for (unsigned i = 0; i < count; i++) {
		node_row(m, s, c, &col, &alike, 1 + (int)i, node[i]);
		shown |= set_of(node[i]);
	}
	if (count < set_count(passes))
		draw_folded(m, s, c, 1 + (int)count, passes & ~shown);
	if (passes == 0)
		canvas_text(c, 2, 1, STYLE(INK_FAINT, 0), "No node passes: & and Enter show all.");
}
