/* The tree of branches, and below it two futures side by side. */
#include "tui/view/view.h"

void view_branches(const struct model *m, const struct scene *s, struct canvas *c)
{
	const int tree = pane_branches_height(s, c->height / 2) + 2;
	struct canvas above = pane_frame(c, 0, 0, c->width, tree, true, "BRANCHES");
	struct canvas below = pane_frame(c, 0, tree - 1, c->width, c->height - tree + 1, false,
					 "FUTURES  side by side");

	pane_branches(m, s, &above);
	pane_futures(m, s, &below);
}
