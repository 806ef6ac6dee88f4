/* The selected node on the whole screen. */
#include <stdio.h>

#include "tui/view/view.h"

void view_node(const struct model *m, const struct scene *s, struct canvas *c)
{
	char title[160];

	snprintf(title, sizeof(title),
		 s->node_filter[0] != 0 ? "NODE n%u of %u, j k among \"%s\"" : "NODE n%u of %u",
		 s->selected, m->nodes, s->node_filter);
	struct canvas inside = pane_frame(c, 0, 0, c->width, c->height, false, title);

	pane_node(m, s, &inside);
}
