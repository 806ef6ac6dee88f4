/* Two futures side by side, on the left the one that is shown: how nodes stand, what is chosen, and
 * what happened since they parted. What differs is marked between and before them. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/say/say.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define SLOTS_MOST 3
#define DIFFERENT  0x2260

struct side {
	const struct model *m;
	unsigned branch;
	struct canvas c;
	struct future future;
};

static void head(const struct side *side, struct canvas *c, slot_number slot, bool here)
{
	char when[24], name[16];

	time_show(side->m->now, when);
	if (side->branch == 0)
		snprintf(name, sizeof(name), "trunk");
	else
		snprintf(name, sizeof(name), "fork %u", side->branch);
	const int x =
		canvas_print(c, 0, 0, STYLE(INK_TITLE, here ? ATTR_BOLD | ATTR_REVERSE : ATTR_BOLD),
			     " %s ", name);

	canvas_print(c, x + 1, 0, STYLE(INK_FAINT, 0), "t=%s  slot %llu%s", when,
		     (unsigned long long)slot,
		     side->m->safety == SAFETY_VIOLATED ? "  VIOLATED" : "");
}

static void mark(struct canvas *between, int y, bool differs)
{
	if (differs)
		canvas_put(between, 0, y, STYLE(INK_WARN, ATTR_BOLD), DIFFERENT);
}

/* Where all nodes have a row, the rows of both are of the same nodes. */
static void draw_nodes(struct side side[2], const struct scene *s, struct canvas *between, int y,
		       int rows)
{
	const struct model *m = side[0].m;

	for (unsigned i = 0; i < 2; i++) {
		struct canvas part = canvas_part(&side[i].c, 0, y, side[i].c.width, rows);

		pane_nodes(side[i].m, s, &part);
	}
	for (node_id id = 1; id <= m->nodes && rows > m->nodes; id++)
		mark(between, y + id, node_differs(m, side[1].m, s->slot_shown, id));
}

/* The newest slots in which anything is chosen in either; those that differ first. Returns how many
 * rows they take. */
static int draw_slots(struct side side[2], struct canvas *between, int y, int rows)
{
	const struct model *a = side[0].m, *b = side[1].m;
	const slot_number first = a->slot_first < b->slot_first ? a->slot_first : b->slot_first;
	const slot_number end = a->slot_end > b->slot_end ? a->slot_end : b->slot_end;
	int used = 0;

	for (unsigned same = 0; same < 2; same++)
		for (slot_number i = end; i > first && used < rows; i--) {
			const slot_number slot = i - 1;
			const bool differs = slot_differs(a, b, slot);

			if (differs != (same == 0) || (slot_value(a, slot) == VALUE_NONE &&
						       slot_value(b, slot) == VALUE_NONE))
				continue;
			for (unsigned k = 0; k < 2; k++) {
				const value_ref value = slot_value(side[k].m, slot);
				char text[VALUE_SHOWN_MAX + 1] = "not chosen";

				if (value != VALUE_NONE)
					values_show(side[k].m->values, value, text);
				const int x =
					canvas_print(&side[k].c, 0, y + used, STYLE(INK_FAINT, 0),
						     "slot %llu  ", (unsigned long long)slot);
				canvas_text(&side[k].c, x, y + used,
					    value == VALUE_NONE
						    ? STYLE(INK_FAINT, 0)
						    : STYLE(INK_GOOD, ATTR_BOLD | ATTR_REVERSE),
					    text);
			}
			mark(between, y + used++, differs);
		}
	return used;
}

static void draw_event(const struct side *side, struct canvas *c, int y, unsigned i)
{
	const uint64_t event = side->future.event[i];
	const bool differs = side->future.differs[i];
	char when[24], words[256];

	time_show(model_event_time(side->m, event), when);
	event_words_marked(side->m, model_event_at(side->m, event), words, sizeof(words));
	mark(c, y, differs);
	const int x = canvas_print(c, 2, y, STYLE(INK_FAINT, 0), "%s ", when);

	draw_words(c, x, y, STYLE(differs ? INK_TEXT : INK_FAINT, differs ? ATTR_BOLD : 0), words,
		   side->m->nodes);
}

/* From the first difference on. */
static void draw_events(const struct scene *s, struct side side[2], unsigned same, int y)
{
	const int rows = side[0].c.height - y;

	for (unsigned k = 0; k < 2; k++) {
		const struct future *f = &side[k].future;
		const unsigned first = same + (unsigned)s->branch_scroll;

		for (int row = 0; row < rows; row++) {
			const unsigned i = first + (unsigned)row;

			if (i >= f->count) {
				if (row == 0)
					canvas_text(&side[k].c, 2, y, STYLE(INK_FAINT, 0),
						    "nothing more has happened");
				break;
			}
			if (row == rows - 1 && i + 1 < f->count) {
				canvas_print(&side[k].c, 2, y + row, STYLE(INK_FAINT, 0),
					     "%u more: PgDn", f->count - i);
				break;
			}
			draw_event(&side[k], &side[k].c, y + row, i);
		}
	}
}

static void no_other(const struct scene *s, struct canvas *c)
{
	draw_paragraph(c, STYLE(INK_FAINT, 0),
		       s->recorded
			       ? "There is one future only.  ← goes back to a moment, and f forks "
				 "there: a simulated cluster that stands exactly at that event "
				 "goes on, do to it what you like, and both futures stand here "
				 "side by side."
			       : "There is one future only, and nothing is recorded from which a "
				 "second one could begin.",
		       0);
}

void pane_futures(const struct model *m, const struct scene *s, struct canvas *c)
{
	const unsigned other =
		s->tree != NULL ? branches_other(s->tree, s->branch_at) : BRANCHES_MAX;
	const int width = (c->width - 3) / 2;
	struct side side[2];
	int y = 0;

	(void)m;
	if (other == BRANCHES_MAX) {
		no_other(s, c);
		return;
	}
	for (unsigned k = 0; k < 2; k++) {
		side[k].branch = k == 0 ? s->tree->here : other;
		side[k].m = s->tree->branch[side[k].branch].model;
		side[k].c = canvas_part(c, k == 0 ? 0 : width + 3, 0, width, c->height);
	}
	const unsigned parted = branches_parted(s->tree, s->tree->here, other);
	const unsigned same = futures_compare(side[0].m, side[1].m, &s->tree->branch[parted],
					      &side[0].future, &side[1].future);
	struct canvas between = canvas_part(c, width + 1, 0, 1, c->height);
	const int nodes = pane_nodes_height(side[0].m, c->height - 6);

	struct scene of = *s;

	of.slot_given = true;
	of.slot_shown = slot_that_differs(side[0].m, side[1].m);
	for (unsigned k = 0; k < 2; k++)
		head(&side[k], &side[k].c, of.slot_shown, k == 0);
	if (nodes > 1)
		draw_nodes(side, &of, &between, y + 1, nodes);
	y = 1 + (nodes > 1 ? nodes : 0);
	y += draw_slots(side, &between, y, c->height - y > 6 ? SLOTS_MOST : 1);
	if (y >= c->height)
		return;
	canvas_print(&side[0].c, 0, y, STYLE(INK_FAINT, 0),
		     same == 0 ? "since they parted" : "since they parted: %u alike, then", same);
	draw_events(s, side, same, y + 1);
}
