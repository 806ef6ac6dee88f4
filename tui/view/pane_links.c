/* The link matrix: the row's node sends, the column's node receives. Link faults happen at the
 * receiver, so a cell shows what the receiver says about the link from that sender to itself. */
#include <stdio.h>

#include "proto/fault/link.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define LEFT  8 /* column of the first receiver */
#define SENDS 7 /* columns behind the last one: how many links of the sender are open */
#define SIDE  28

/* The part of the matrix that there is room for. The cursor is always in it. */
struct part {
	int step;          /* columns from receiver to receiver */
	int first_to, tos; /* receivers */
	int first_from, froms;
	bool side;          /* the link under the cursor is told at the right, else below */
	bool gets, presets; /* lines below that there is room for */
};

/* So many columns make a matrix easy to read; a narrow screen takes fewer. */
static int step_wanted(const struct model *m)
{
	return m->nodes <= 7 ? 7 : m->nodes <= 16 ? 4 : 3;
}

int pane_links_width(const struct model *m)
{
	const int matrix = LEFT + m->nodes * step_wanted(m) + SENDS;

	return m->nodes > 7 ? matrix : matrix < 46 ? 46 + SIDE : matrix + SIDE;
}

int pane_links_height(const struct model *m)
{
	return m->nodes + (m->nodes > 7 ? 7 : 6);
}

/* The first of `shown` of `all`, so that `cursor` is near the middle. */
static int first_of(int cursor, int shown, int all)
{
	const int first = cursor - shown / 2;

	return first < 1 ? 1 : first > all - shown + 1 ? all - shown + 1 : first;
}

static struct part part_for(const struct model *m, const struct scene *s, const struct canvas *c)
{
	struct part p = {.step = step_wanted(m), .tos = m->nodes, .froms = m->nodes};
	const bool cursor = s->popup == POPUP_LINKS;
	int below = 1 + cursor; /* whether a quorum is possible, and the link under the cursor */

	while (p.step > 3 && LEFT + m->nodes * p.step + SENDS > c->width)
		p.step--;
	if (LEFT + m->nodes * p.step + SENDS > c->width)
		p.tos = (c->width - LEFT - SENDS - 1) / p.step;
	if (p.tos < 1)
		p.tos = 1;
	p.side = cursor && c->width >= LEFT + p.tos * p.step + SENDS + SIDE - 6 && m->nodes <= 7;
	below -= p.side;
	p.presets = cursor && c->height > 1 + below + 3;
	below += p.presets;
	/* Not where a row would have to go for it. */
	const int rows = c->height - 1 - below;
	p.gets = rows > m->nodes || (rows < m->nodes && c->height >= 12);
	below += p.gets;
	if (p.froms > c->height - 1 - below)
		p.froms = c->height - 1 - below > 1 ? c->height - 1 - below : 1;
	p.first_to = first_of(s->link_to != 0 ? s->link_to : 1, p.tos, m->nodes);
	p.first_from = first_of(s->link_from != 0 ? s->link_from : 1, p.froms, m->nodes);
	return p;
}

/* The state of a link (cut, slow, lossy), in up to five columns. */
static struct style link_word(const struct link_rule *rule, int width, char out[16])
{
	struct link_rule usual = link_rule_default();

	if (rule->cut) {
		snprintf(out, 16, "╳");
		return STYLE(INK_BAD, ATTR_BOLD);
	}
	if (rule->loss_ppm != 0) {
		snprintf(out, 16, width > 4 ? "%%%u" : "%%", rule->loss_ppm / 10000);
		return STYLE(INK_WARN, ATTR_BOLD);
	}
	if (rule->delay_us > usual.delay_us) {
		snprintf(out, 16, width > 4 ? "~%u" : "~", (unsigned)(rule->delay_us / 1000));
		return STYLE(INK_WARN, 0);
	}
	if (rule->duplicate_ppm != 0 || rule->reorder_ppm != 0) {
		snprintf(out, 16, "%s", rule->duplicate_ppm != 0 ? "2x" : "<>");
		return STYLE(INK_WARN, 0);
	}
	snprintf(out, 16, "●");
	return STYLE(INK_GOOD, 0);
}

static void draw_cell(const struct model *m, const struct scene *s, struct canvas *c, int step,
		      int x, int y, node_id from, node_id to)
{
	char word[16];
	struct style style = STYLE(INK_FAINT, 0);
	bool cursor = s->popup == POPUP_LINKS && s->link_from == from && s->link_to == to;

	if (from == to) {
		canvas_put(c, x, y, style, 0x00b7);
	} else {
		style = link_word(&m->node[to].link[from], step, word);
		canvas_text(c, x, y, style, word);
		canvas_click(c, x - 1, y, step - 1, 1, KEYCODE_LINK + 32u * from + to);
	}
	if (cursor) {
		int width = from == to ? 1 : utf8_columns(word);

		canvas_put(c, x - 1, y, STYLE(INK_KEY, ATTR_BOLD), '[');
		canvas_put(c, x + width, y, STYLE(INK_KEY, ATTR_BOLD), ']');
		canvas_restyle(c, x, y, width, STYLE(style.ink, style.attrs | ATTR_REVERSE));
	}
}

static unsigned open_links(const struct model *m, node_id node, bool sends)
{
	unsigned open = 0;

	for (node_id peer = 1; peer <= m->nodes; peer++)
		if (peer != node)
			open += sends ? !m->node[peer].link[node].cut
				      : !m->node[node].link[peer].cut;
	return open;
}

/* The link under the cursor in words; returns the line below. */
static int draw_side(const struct model *m, const struct scene *s, struct canvas *c)
{
	const node_id a = s->link_from, b = s->link_to;
	const struct link_rule *rule = &m->node[b].link[a];
	int y = 0;

	canvas_print(c, 0, y++, STYLE(INK_TITLE, ATTR_BOLD), "n%u → n%u  %s", a, b,
		     a == b      ? "itself"
		     : rule->cut ? "CUT"
				 : "open");
	if (a == b)
		return y;
	canvas_print(c, 0, y++, PLAIN, "delay %llu.%llu ms  loss %u%%",
		     (unsigned long long)(rule->delay_us / 1000),
		     (unsigned long long)(rule->delay_us / 100 % 10), rule->loss_ppm / 10000);
	canvas_print(c, 0, y++, PLAIN, "lost here so far: %llu",
		     (unsigned long long)m->node[b].lost_from[a]);
	canvas_print(c, 0, y++, PLAIN, "the way back: %s", m->node[a].link[b].cut ? "CUT" : "open");
	return y;
}

/* The same in one line: what matters most comes first. */
static void draw_link_line(const struct model *m, const struct scene *s, struct canvas *c, int y)
{
	const node_id a = s->link_from, b = s->link_to;
	const struct link_rule *rule = &m->node[b].link[a];
	char text[120];
	int x = canvas_print(c, 0, y, STYLE(INK_TITLE, ATTR_BOLD), "n%u → n%u  %s", a, b,
			     a == b      ? "itself"
			     : rule->cut ? "CUT"
					 : "open");

	if (a == b)
		return;
	snprintf(text, sizeof(text), "  lost %llu  back %s  delay %llu.%llu ms  loss %u%%",
		 (unsigned long long)m->node[b].lost_from[a],
		 m->node[a].link[b].cut ? "CUT" : "open",
		 (unsigned long long)(rule->delay_us / 1000),
		 (unsigned long long)(rule->delay_us / 100 % 10), rule->loss_ppm / 10000);
	struct canvas rest = canvas_part(c, x, y, c->width - x, 1);

	canvas_text(&rest, 0, 0, PLAIN, text);
}

/* Where the receivers end; a mark that there are more has a column of its own. */
static int end_of(const struct model *m, const struct part *p)
{
	return LEFT + p->tos * p->step + (p->tos < m->nodes);
}

static void draw_heads(const struct model *m, const struct part *p, struct canvas *c)
{
	const int end = end_of(m, p);

	canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), "to →");
	if (p->first_to > 1)
		canvas_text(c, LEFT - 2, 0, STYLE(INK_KEY, ATTR_BOLD), "◄");
	for (int i = 0; i < p->tos; i++)
		canvas_print(c, LEFT + i * p->step, 0, STYLE(INK_TEXT, ATTR_BOLD),
			     p->step > 3 ? "n%u" : "%u", p->first_to + i);
	if (p->first_to + p->tos - 1 < m->nodes)
		canvas_text(c, end - 2, 0, STYLE(INK_KEY, ATTR_BOLD), "►");
	canvas_text(c, end, 0, STYLE(INK_FAINT, 0), "sends");
}

static void draw_rows(const struct model *m, const struct scene *s, const struct part *p,
		      struct canvas *c)
{
	const int end = end_of(m, p), last = p->first_from + p->froms - 1;

	for (int i = 0; i < p->froms; i++) {
		const node_id from = (node_id)(p->first_from + i);

		draw_node(c, 0, 1 + i, ATTR_BOLD, from);
		for (int k = 0; k < p->tos; k++)
			draw_cell(m, s, c, p->step, LEFT + k * p->step, 1 + i, from,
				  (node_id)(p->first_to + k));
		canvas_print(c, end, 1 + i, STYLE(INK_FAINT, 0), "%u/%u", open_links(m, from, true),
			     m->nodes - 1);
	}
	if (p->first_from > 1)
		canvas_text(c, LEFT - 2, 1, STYLE(INK_KEY, ATTR_BOLD), "↑");
	if (last < m->nodes)
		canvas_text(c, LEFT - 2, p->froms, STYLE(INK_KEY, ATTR_BOLD), "↓");
}

void pane_links(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct part p = part_for(m, s, c);
	const bool possible = model_quorum_possible(m);
	int y = 1 + p.froms;

	draw_heads(m, &p, c);
	draw_rows(m, s, &p, c);
	if (p.gets) {
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "gets");
		for (int i = 0; i < p.tos; i++)
			canvas_print(c, LEFT + i * p.step, y, STYLE(INK_FAINT, 0),
				     p.step > 5 ? "%u/%u" : "%u",
				     open_links(m, (node_id)(p.first_to + i), false), m->nodes - 1);
		y++;
	}
	if (s->popup == POPUP_LINKS && !p.side)
		draw_link_line(m, s, c, y++);
	canvas_text(c, 0, y, PLAIN, "QUORUM POSSIBLE: ");
	canvas_text(c, 17, y++, STYLE(possible ? INK_GOOD : INK_BAD, ATTR_BOLD),
		    possible ? "YES" : "NO");
	if (p.presets) {
		struct canvas line = canvas_part(c, 0, y, c->width, 1);

		canvas_text(&line, 0, 0, STYLE(INK_KEY, ATTR_BOLD), "PRESETS");
		struct canvas names = canvas_part(&line, LEFT, 0, line.width - LEFT, 1);

		canvas_text(&names, 0, 0, PLAIN,
			    "1 heal  2 split  3 island  4 ring  5 chain  6 quorum-loss");
	}
	if (p.side) {
		const int x = end_of(m, &p) + SENDS;
		struct canvas side = canvas_part(c, x, 0, c->width - x, c->height);
		const int below = draw_side(m, s, &side);

		canvas_text(&side, 0,
			    below > m->nodes ? below
			    : m->nodes > 4   ? 5
					     : 4,
			    STYLE(INK_FAINT, 0), "● open ╳ cut ~ slow % loss");
	}
}
