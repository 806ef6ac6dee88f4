/* The link matrix: row sends, column receives. Rules are the receivers', so each cell is what the
 * receiver says about the direction towards it. */
#include <stdio.h>

#include "proto/fault/link.h"
#include "tui/view/identity.h"
#include "tui/pane.h"

#define LEFT 8 /* column of the first receiver */

static int column_step(const struct model *m)
{
	return m->nodes <= 7 ? 7 : m->nodes <= 16 ? 4 : 3;
}

int pane_links_width(const struct model *m)
{
	int matrix = LEFT + m->nodes * column_step(m) + 8;

	return matrix < 46 ? 46 + 28 : m->nodes <= 7 ? matrix + 28 : matrix;
}

int pane_links_height(const struct model *m)
{
	return m->nodes + 6;
}

/* What a link is, in up to five columns. */
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

static void draw_cell(const struct model *m, const struct scene *s, struct canvas *c, int x, int y,
		      node_id from, node_id to)
{
	char word[16];
	struct style style = STYLE(INK_FAINT, 0);
	bool cursor = s->popup == POPUP_LINKS && s->link_from == from && s->link_to == to;

	if (from == to) {
		canvas_put(c, x, y, style, 0x00b7);
	} else {
		style = link_word(&m->node[to].link[from], column_step(m), word);
		canvas_text(c, x, y, style, word);
		canvas_click(c, x - 1, y, column_step(m) - 1, 1, KEYCODE_LINK + 32u * from + to);
	}
	if (cursor) {
		int width = from == to ? 1 : text_width(word);

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

/* Some proposer that is up reaches, both ways, a quorum of nodes that are up. */
static bool quorum_possible(const struct model *m)
{
	for (node_id p = 1; p <= m->nodes; p++) {
		unsigned reach = 0;

		if (m->node[p].life != LIFE_UP)
			continue;
		for (node_id a = 1; a <= m->nodes; a++)
			reach += m->node[a].life == LIFE_UP &&
				 (a == p || (!m->node[a].link[p].cut && !m->node[p].link[a].cut));
		if (reach >= m->quorum)
			return true;
	}
	return false;
}

/* The selected direction in words, the legend, and whether anything can be chosen at all. */
static void draw_side(const struct model *m, const struct scene *s, struct canvas *c)
{
	node_id a = s->link_from, b = s->link_to;
	const struct link_rule *rule = &m->node[b].link[a];
	char delay[24];
	int y = 0;

	canvas_print(c, 0, y++, STYLE(INK_TITLE, ATTR_BOLD), "n%u → n%u  %s", a, b,
		     a == b      ? "itself"
		     : rule->cut ? "CUT"
				 : "open");
	if (a != b) {
		snprintf(delay, sizeof(delay), "%llu.%llu ms",
			 (unsigned long long)(rule->delay_us / 1000),
			 (unsigned long long)(rule->delay_us / 100 % 10));
		canvas_print(c, 0, y++, PLAIN, "delay %s  loss %u%%", delay,
			     rule->loss_ppm / 10000);
		canvas_print(c, 0, y++, PLAIN, "lost here so far: %llu",
			     (unsigned long long)m->node[b].lost_from[a]);
		canvas_print(c, 0, y++, PLAIN, "the way back: %s",
			     m->node[a].link[b].cut ? "CUT" : "open");
	}
	y = m->nodes > 4 ? 5 : 4;
	canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "● open ╳ cut ~ slow % loss");
}

void pane_links(const struct model *m, const struct scene *s, struct canvas *c)
{
	int step = column_step(m), end = LEFT + m->nodes * step, y = 1;

	canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), "to →");
	for (node_id to = 1; to <= m->nodes; to++)
		canvas_print(c, LEFT + (to - 1) * step, 0, STYLE(INK_TEXT, ATTR_BOLD),
			     step > 3 ? "n%u" : "%u", to);
	canvas_text(c, end, 0, STYLE(INK_FAINT, 0), "sends");
	for (node_id from = 1; from <= m->nodes; from++, y++) {
		draw_node(c, 0, y, ATTR_BOLD, from);
		for (node_id to = 1; to <= m->nodes; to++)
			draw_cell(m, s, c, LEFT + (to - 1) * step, y, from, to);
		canvas_print(c, end, y, STYLE(INK_FAINT, 0), "%u/%u", open_links(m, from, true),
			     m->nodes - 1);
	}
	canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "gets");
	for (node_id to = 1; to <= m->nodes; to++)
		canvas_print(c, LEFT + (to - 1) * step, y, STYLE(INK_FAINT, 0),
			     step > 4 ? "%u/%u" : "%u", open_links(m, to, false), m->nodes - 1);
	bool possible = quorum_possible(m);

	canvas_text(c, 0, y + 1, PLAIN, "QUORUM POSSIBLE: ");
	canvas_text(c, 17, y + 1, STYLE(possible ? INK_GOOD : INK_BAD, ATTR_BOLD),
		    possible ? "YES" : "NO");
	if (s->popup != POPUP_LINKS)
		return;
	canvas_text(c, 0, y + 2, STYLE(INK_KEY, ATTR_BOLD), "PRESETS");
	canvas_text(c, LEFT, y + 2, PLAIN,
		    "1 heal  2 split  3 island  4 ring  5 chain  6 quorum-loss");
	if (m->nodes <= 7 && c->width >= end + 10 + 20) {
		struct canvas side = canvas_part(c, end + 7, 0, c->width - end - 7, c->height);

		draw_side(m, s, &side);
	}
}
