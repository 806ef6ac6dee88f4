/* The page of mistakes of the palette: what programmers get wrong, and which nodes run such a
 * program. */
#include <stdio.h>

#include "proto/fault/mistake.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define ROWS  ((int)MISTAKES - 1) /* row 0 is no mistake */
#define BELOW 4                   /* lines about the mistake under the cursor */

static node_set makers(const struct model *m, unsigned mistake)
{
	node_set out = 0;

	for (node_id n = 1; n <= m->nodes; n++)
		if (m->node[n].mistake == mistake)
			out |= set_of(n);
	return out;
}

static void mistake_row(const struct model *m, const struct scene *s, struct canvas *c, int y,
			unsigned mistake)
{
	const bool made = m->node[s->selected].mistake == mistake;
	const bool cursor = s->mistake_at == mistake;
	const node_set all = makers(m, mistake);
	const int right = c->width >= 70 ? c->width - 17 : c->width;

	if (cursor)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	canvas_text(c, 2, y, made ? STYLE(INK_BAD, ATTR_BOLD) : PLAIN, made ? "[x]" : "[ ]");
	canvas_text(c, 6, y, STYLE(made ? INK_BAD : INK_TEXT, cursor || made ? ATTR_BOLD : 0),
		    mistake_name(mistake));
	if (right > 40) {
		struct canvas help = canvas_part(c, 24, y, right - 25, 1);

		canvas_text(&help, 0, 0, STYLE(INK_FAINT, 0), mistake_help(mistake));
	}
	if (all != 0 && right < c->width) {
		char who[NODES_MAX * 4];

		set_show(all, who, sizeof(who));
		canvas_text(c, right, y, STYLE(INK_BAD, ATTR_BOLD),
			    all == set_first(m->nodes) ? "all nodes" : who);
	}
	canvas_click(c, 0, y, c->width, 1, KEYCODE_MISTAKE + mistake);
}

static void cursor_lines(const struct scene *s, struct canvas *c)
{
	char text[300];

	snprintf(text, sizeof(text), "%s: %s.", mistake_name(s->mistake_at),
		 mistake_help(s->mistake_at));
	const int used = draw_paragraph(c, STYLE(INK_TEXT, ATTR_BOLD), text, 0);
	if (used >= c->height)
		return;
	struct canvas see = canvas_part(c, 0, used, c->width, c->height - used);

	snprintf(text, sizeof(text),
		 "No liar: the node keeps its word, and its program is wrong. 'paxos-tui check "
		 "--mistake %s' finds a shortest schedule that breaks it. A restart ends it.",
		 mistake_name(s->mistake_at));
	draw_paragraph(&see, STYLE(INK_FAINT, 0), text, 0);
}

/* One list if that fits; else two side by side, which have no room for the help. */
int pane_mistakes_height(int most)
{
	const int height = most >= ROWS + 2 ? ROWS + 2 + BELOW : (ROWS + 1) / 2 + BELOW + 2;

	return height < most ? height : most;
}

void pane_mistakes(const struct model *m, const struct scene *s, struct canvas *c)
{
	const bool one = c->height >= ROWS;
	const int rows = one ? ROWS : (ROWS + 1) / 2;
	const int width = one ? c->width : c->width / 2;
	struct canvas below = canvas_part(c, 0, rows, c->width, c->height - rows);

	for (int i = 0; i < ROWS; i++) {
		struct canvas list =
			canvas_part(c, i / rows * (width + 1), 0, width - (one ? 0 : 1), rows);

		mistake_row(m, s, &list, i % rows, (unsigned)i + 1);
	}
	cursor_lines(s, &below);
}
