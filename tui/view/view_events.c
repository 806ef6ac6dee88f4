/* The event list, and WHY about the one under the cursor. */
#include <stdio.h>

#include "tui/view/view.h"

void view_events(const struct model *m, const struct scene *s, struct canvas *c)
{
	int why = c->height >= 16 ? 5 : 0;
	char title[100];

	snprintf(title, sizeof(title), s->filter[0] != 0 ? "EVENTS with \"%s\"" : "EVENTS%s",
		 s->filter);
	struct canvas list = frame(c, 0, 0, c->width, c->height - why + (why != 0), true, title);

	pane_events(m, s, &list);
	if (why == 0)
		return;
	struct canvas below = frame(c, 0, c->height - why, c->width, why, false, "WHY");

	pane_why(m, s, &below);
}
