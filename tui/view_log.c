/* The log of slots on the whole screen. */
#include "tui/view/view.h"

void view_log(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct canvas inside = frame(c, 0, 0, c->width, c->height, false,
				     "LOG  votes; reverse = known to be chosen");

	pane_log(m, s, &inside);
}
