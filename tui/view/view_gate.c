/* Gates, and all messages that are held, on the whole screen; WHY below them. */
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/wire.h"

void view_gate(const struct model *m, const struct scene *s, struct canvas *c)
{
	const int why = c->height >= 16 ? 5 : 0;
	const struct flight *list[WIRE_MAX];
	const unsigned count = wire_list(m, s, list);
	char title[160];
	const char *has = s->wire_filter[0] != 0 ? " with \"" : "";

	snprintf(title, sizeof(title), "GATE%s%s%s  %u message%s held", has, s->wire_filter,
		 has[0] != 0 ? "\"" : "", count, count == 1 ? "" : "s");
	struct canvas inside =
		pane_frame(c, 0, 0, c->width, c->height - why + (why != 0), true, title);

	pane_gate(m, s, &inside);
	if (why == 0)
		return;
	why_title(m, s, title, sizeof(title));
	struct canvas below = pane_frame(c, 0, c->height - why, c->width, why, false, title);

	pane_why(m, s, &below);
}
