/* The walk through the proof of a violation: the two quorums, the nodes that are in both, then one
 * by one the events that led to it, and the command that runs the same again. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/judge/walk.h"
#include "proto/model/say/say.h"
#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define COLUMN 34 /* of the first node's lamp */

static int lamp_step(const struct model *m, int width)
{
	return COLUMN + m->nodes * 3 + 12 <= width ? 3 : 0;
}

static void draw_heads(const struct model *m, struct canvas *c, int y)
{
	int step = lamp_step(m, c->width);

	for (node_id n = 1; n <= m->nodes && step != 0; n++)
		canvas_print(c, COLUMN + (n - 1) * step, y, STYLE(INK_TEXT, ATTR_BOLD), "n%u", n);
}

/* "A chosen at 1.1   ● · ● ● ·   event 181" */
static void side_row(const struct model *m, const struct alike *alike, struct canvas *c, int y,
		     unsigned side)
{
	const struct model_violation *v = &m->violation;
	int step = lamp_step(m, c->width), x;
	char value[FITTED_MAX], who[NODES_MAX * 4];
	struct style own = STYLE(node_ink(v->ballot[side].node), ATTR_BOLD);

	alike_fit(m, alike, v->value[side], 14, value);
	x = canvas_text(c, 0, y, own, value);
	x = canvas_text(c, x, y, PLAIN,
			v->property == PROPERTY_INTEGRITY
				? (side == 0 ? " was known, at " : " is known now, at ")
			: v->by_chain ? " is their chain"
				      : " chosen at ");
	if (!v->by_chain)
		x = draw_ballot(c, x, y, ATTR_BOLD, v->ballot[side]);
	if (step == 0) {
		set_show(v->quorum[side], who, sizeof(who));
		x = canvas_text(c, x, y, PLAIN, " by ");
		draw_words(c, x, y, PLAIN, who, m->nodes);
		return;
	}
	for (node_id n = 1; n <= m->nodes; n++)
		canvas_put(c, COLUMN + (n - 1) * step, y,
			   set_has(v->quorum[side], n) ? own : STYLE(INK_FAINT, 0),
			   set_has(v->quorum[side], n) ? 0x25cf : 0x00b7);
	x = COLUMN + m->nodes * step + 1;
	if (v->property == PROPERTY_AGREEMENT && !v->by_chain && !v->voted[side])
		canvas_text(c, x, y, STYLE(INK_BAD, 0), "says so; no quorum voted");
	else if (v->event[side] != EVENT_UNSEEN)
		canvas_print(c, x, y, STYLE(INK_FAINT, 0), "event %llu",
			     (unsigned long long)v->event[side] + 1);
}

static void both_row(const struct model *m, struct canvas *c, int y, node_set both)
{
	int step = lamp_step(m, c->width);
	char who[NODES_MAX * 4];

	canvas_text(c, 0, y, PLAIN,
		    both != 0                    ? "in both quorums:"
		    : model_violation_is_open(m) ? "not every voter is known"
		    : m->violation.by_chain      ? "no node tells both"
						 : "no node is in both quorums");
	if (step == 0 && both != 0) {
		set_show(both, who, sizeof(who));
		canvas_text(c, 17, y, STYLE(INK_BAD, ATTR_BOLD), who);
		return;
	}
	for (node_set left = both; left != 0; left &= left - 1) {
		node_id n = set_lowest(left);

		canvas_put(c, COLUMN + (n - 1) * step, y, STYLE(INK_BAD, ATTR_BOLD), node_shape(n));
	}
	if (both == 0)
		return;
	set_show(both, who, sizeof(who));
	struct canvas rest = canvas_part(c, COLUMN + m->nodes * step + 1, y, c->width, 1);

	draw_words(&rest, 0, 0, STYLE(INK_BAD, ATTR_BOLD), who, m->nodes);
}

static void step_row(const struct model *m, const struct alike *alike, struct canvas *c, int y,
		     const struct walk_step *step, bool cursor)
{
	const struct event *e = model_event_at(m, step->event);
	const bool reads = m->violation.property == PROPERTY_LINEARIZABLE;
	const char *mark = !step->completes ? "" : reads ? "  ◄ impossible" : "  ◄ quorum";
	char when[24], words[256];
	int x;

	if (e == NULL)
		return;
	if (!step->completes && e->kind == EVENT_LIED)
		mark = "  ◄ LIE";
	time_show(model_event_time(m, step->event), when);
	event_words_marked(m, e, words, sizeof(words));
	if (cursor)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	x = canvas_print(c, 1, y, STYLE(INK_FAINT, 0), "%9s ", when);
	alike_fit_line(m, alike, e->value, c->width - x - utf8_columns(mark), words, sizeof(words));
	x = draw_words(c, x, y, STYLE(INK_TEXT, cursor ? ATTR_BOLD : 0), words, m->nodes);
	canvas_text(c, x, y, STYLE(INK_BAD, ATTR_BOLD), mark);
}

int pane_walk_height(const struct model *m, int most)
{
	struct walk p;
	int height;

	walk_through_violation(m, &p);
	height = 2 + 5 + (int)p.steps + 1;
	if (m->violation.property == PROPERTY_LINEARIZABLE)
		height = 2 + pane_history_height(m) + 1 + (int)p.steps + 1;
	if (height < 10)
		height = 10;
	return height < most ? height : most;
}

void pane_walk(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct model_violation *v = &m->violation;
	struct walk p;
	int y = 0, rows, first;
	struct alike alike;

	if (m->safety != SAFETY_VIOLATED) {
		canvas_text(c, 0, 0, STYLE(INK_GOOD, ATTR_BOLD), "Nothing is violated.");
		return;
	}
	walk_through_violation(m, &p);
	alike_collect(m, s, &alike);
	for (unsigned i = 0; i < p.steps; i++)
		alike_add(m, &alike, model_event_at(m, p.step[i].event)->value);
	if (v->property == PROPERTY_AGREEMENT || v->property == PROPERTY_INTEGRITY) {
		canvas_print(c, 0, y, PLAIN, "Slot %llu", (unsigned long long)v->slot);
		draw_heads(m, c, y++);
		side_row(m, &alike, c, y++, 0);
		side_row(m, &alike, c, y++, 1);
		both_row(m, c, y++, p.both);
	} else if (v->property == PROPERTY_LINEARIZABLE) {
		pane_history(m, s, c);
		y = pane_history_height(m) + 1;
	} else {
		struct canvas words = canvas_part(c, 0, 0, c->width, 2);

		y = draw_paragraph(&words, STYLE(INK_BAD, ATTR_BOLD), v->marked, m->nodes);
		y = y < 2 ? y : 2;
	}
	rows = c->height - y - (s->replay[0] != 0);
	first = (int)s->proof_at >= rows ? (int)s->proof_at - rows + 1 : 0;
	if (p.steps == 0)
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "Its events are too old to be kept.");
	for (int i = 0; i < rows && first + i < (int)p.steps; i++) {
		const unsigned at = (unsigned)(first + i);

		step_row(m, &alike, c, y + i, &p.step[at], at == s->proof_at);
		canvas_click(c, 0, y + i, c->width, 1, KEYCODE_STEP + at);
	}
	if (s->replay[0] != 0) {
		int x = canvas_text(c, 0, c->height - 1, STYLE(INK_KEY, ATTR_BOLD), "again: ");

		canvas_text(c, x, c->height - 1, PLAIN, s->replay);
	}
}
