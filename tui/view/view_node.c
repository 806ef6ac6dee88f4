/* The selected node on the whole screen. */
#include <stdio.h>

#include "tui/view/view.h"

void view_node(const struct model *m, const struct scene *s, struct canvas *c)
{
	char title[40];

	snprintf(title, sizeof(title), "NODE n%u of %u", s->selected, m->nodes);
	struct canvas inside = frame(c, 0, 0, c->width, c->height, false, title);

	pane_node(m, s, &inside);
}
