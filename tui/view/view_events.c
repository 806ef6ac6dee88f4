/* The event list, and WHY about the one under the cursor. */
#include "tui/view/view.h"

void view_events(const struct model *m, const struct scene *s, struct canvas *c)
{
	int why = c->height >= 16 ? 5 : 0;
	char title[160];

	events_title(m, s, "EVENTS", title, sizeof(title));
	struct canvas list =
		pane_frame(c, 0, 0, c->width, c->height - why + (why != 0), true, title);

	pane_events(m, s, &list);
	if (why == 0)
		return;
	why_title(m, s, title, sizeof(title));
	struct canvas below = pane_frame(c, 0, c->height - why, c->width, why, false, title);

	pane_why(m, s, &below);
}
