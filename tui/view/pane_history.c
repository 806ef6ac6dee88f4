/* What clients did, as bars over time: each operation from its call to its answer. Of a history
 * that no order explains, its shortest impossible part. */
#include "proto/model/base/query.h"
#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define BARS      28 /* the column where time begins */
#define VALUE_FIT 16

/* The column of a moment. */
static int column_of(const struct model_violation *v, time_us at, int width)
{
	const time_us first = v->op[0].called_at;
	const time_us span = v->at > first ? v->at - first : 1;
	const time_us since = at > first ? at - first : 0;

	return BARS + (int)(lower_of(since, span) * (unsigned)(width - BARS - 1) / span);
}

/* "├────┤", or "│" where call and answer are one moment, or "├────►" without an answer. */
static void draw_bar(const struct model_violation *v, const struct client_op *op, struct canvas *c,
		     int y)
{
	const struct style style = STYLE(node_ink(op->node), ATTR_BOLD);
	const int from = column_of(v, op->called_at, c->width);
	const int to = op->answered ? column_of(v, op->answered_at, c->width) : c->width - 1;

	for (int x = BARS; x < c->width; x++)
		canvas_put(c, x, y, STYLE(INK_FAINT, 0), 0x00b7);
	for (int x = from + 1; x < to; x++)
		canvas_put(c, x, y, style, 0x2500);
	canvas_put(c, from, y, style, from == to ? 0x2502 : 0x251c);
	if (from != to)
		canvas_put(c, to, y, style, op->answered ? 0x2524 : 0x25ba);
}

int pane_history_height(const struct model *m)
{
	return 1 + (int)m->violation.ops;
}

void pane_history(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct model_violation *v = &m->violation;
	struct alike alike;
	char value[FITTED_MAX];

	alike_collect(m, s, &alike);
	canvas_text(c, 0, 0, STYLE(INK_BAD, ATTR_BOLD),
		    "No order of these explains what was read:");
	for (unsigned i = 0; i < v->ops; i++) {
		const struct client_op *op = &v->op[i];
		const int y = 1 + (int)i;
		int x = draw_node(c, 0, y, ATTR_BOLD, op->node);

		x = canvas_text(c, x, y, PLAIN, op->writes ? " wrote " : " read  ");
		alike_fit(m, &alike, op->value, VALUE_FIT, value);
		canvas_text(c, x, y, STYLE(INK_TEXT, ATTR_BOLD),
			    op->value == VALUE_NONE ? "nothing" : value);
		if (c->width > BARS + 10)
			draw_bar(v, op, c, y);
	}
}
