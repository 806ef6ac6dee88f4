/* Space-time on the whole screen; the proof below it when safety is violated. */
#include "tui/view/view.h"

void view_lanes(const struct model *m, const struct scene *s, struct canvas *c)
{
	bool violated = m->safety == SAFETY_VIOLATED && c->height >= 16;
	int below = c->height >= 16 ? 5 : 0;
	struct canvas lanes =
		frame(c, 0, 0, c->width, c->height - below + (below != 0), true, "SPACE-TIME");

	pane_lanes(m, s, &lanes);
	if (below == 0)
		return;
	struct canvas words =
		frame(c, 0, c->height - below, c->width, below, false, violated ? "PROOF" : "WHY");

	if (violated)
		pane_proof(m, s, &words);
	else
		pane_why(m, s, &words);
}
