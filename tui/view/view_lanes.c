/* Space-time on the whole screen; below it WHY, or the proof when safety is violated. */
#include <stdio.h>

#include "tui/view/view.h"

void view_lanes(const struct model *m, const struct scene *s, struct canvas *c)
{
	uint64_t event;
	bool proves = m->safety == SAFETY_VIOLATED && !scene_looks_back(m, s, &event);
	int below = c->height >= 16 ? 5 : 0;
	char title[160];

	events_title(m, s, "SPACE-TIME", title, sizeof(title));
	struct canvas lanes =
		pane_frame(c, 0, 0, c->width, c->height - below + (below != 0), true, title);

	pane_lanes(m, s, &lanes);
	if (below == 0)
		return;
	why_title(m, s, title, sizeof(title));
	struct canvas words = pane_frame(c, 0, c->height - below, c->width, below, false,
					 proves ? "PROOF" : title);

	if (proves)
		pane_proof(m, s, &words);
	else
		pane_why(m, s, &words);
}
