/* The tree of branches: where each left, what was done first in it, and what came of it. */
#include <stdio.h>

#include "proto/core/text.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define ROWS_MOST 7 /* more scroll */
#define INDENT    2

int pane_branches_height(const struct scene *s, int most)
{
	const int rows = s->tree == NULL ? 1 : (int)s->tree->count;
	const int height = rows < ROWS_MOST ? rows : ROWS_MOST;

	return height < most ? height : most;
}

/* Where the columns begin: with the screen's width they move apart. */
struct columns {
	int moment, changed, outcome;
};

static struct columns columns_of(int width)
{
	struct columns of = {.moment = 18};

	of.changed = of.moment + (width >= 70 ? 24 : 12);
	of.outcome = of.changed + (width - of.changed) / 2;
	return of;
}

static void branch_name(unsigned branch, char out[16])
{
	if (branch == 0)
		snprintf(out, 16, "trunk");
	else
		snprintf(out, 16, "fork %u", branch);
}

static void draw_branch(const struct scene *s, struct canvas *c, const struct columns *of, int y,
			unsigned i, unsigned depth)
{
	const struct branch_shown *b = &s->tree->branch[i];
	const bool here = i == s->tree->here;
	const int x = 2 + INDENT * (int)(depth < 4 ? depth : 4);
	const unsigned attrs = here ? ATTR_BOLD : 0;
	struct canvas moment = canvas_part(c, of->moment, y, of->changed - of->moment - 1, 1);
	struct canvas changed = canvas_part(c, of->changed, y, of->outcome - of->changed - 1, 1);
	struct canvas outcome = canvas_part(c, of->outcome, y, c->width - of->outcome, 1);
	char name[16], when[24], text[200];

	branch_name(i, name);
	if (s->branch_at == i)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	if (depth > 0)
		canvas_text(c, x - 2, y, STYLE(INK_FRAME, 0), "└─");
	canvas_text(c, x, y, STYLE(INK_TEXT, attrs | (here ? ATTR_REVERSE : 0)), name);
	if (i > 0) {
		time_show(b->at, when);
		snprintf(text, sizeof(text),
			 of->changed - of->moment >= 24 ? "moment %llu at %s" : "%llu",
			 (unsigned long long)b->moment, when);
		canvas_text(&moment, 0, 0, PLAIN, text);
		canvas_text(&changed, 0, 0, STYLE(b->changed[0] != 0 ? INK_TEXT : INK_FAINT, 0),
			    b->changed[0] != 0 ? b->changed : "nothing else was done");
	} else {
		canvas_text(c, of->moment, y, STYLE(INK_FAINT, 0),
			    of->changed - of->moment >= 24 ? "the run itself" : "the run");
	}
	const bool bad = branch_outcome(b->model, text, sizeof(text));

	canvas_text(&outcome, 0, 0, STYLE(bad ? INK_BAD : INK_TEXT, attrs), text);
	canvas_click(c, 0, y, c->width, 1, KEYCODE_BRANCH + i);
}

void pane_branches(const struct model *m, const struct scene *s, struct canvas *c)
{
	unsigned order[BRANCHES_MAX], depth[BRANCHES_MAX], at = 0, first;
	const struct columns of = columns_of(c->width);

	(void)m;
	if (s->tree == NULL) {
		draw_paragraph(c, STYLE(INK_FAINT, 0),
			       "Nothing can be forked here: a story is told again from its "
			       "beginning.",
			       0);
		return;
	}
	branches_order(s->tree, order, depth);
	for (unsigned i = 0; i < s->tree->count; i++)
		if (order[i] == s->branch_at)
			at = i;
	first = at < (unsigned)c->height ? 0 : at + 1 - (unsigned)c->height;
	for (unsigned i = first; i < s->tree->count && i - first < (unsigned)c->height; i++)
		draw_branch(s, c, &of, (int)(i - first), order[i], depth[i]);
}
