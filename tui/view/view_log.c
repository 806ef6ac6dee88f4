/* The log of slots on the whole screen. */
#include <stdio.h>

#include "tui/view/view.h"

void view_log(const struct model *m, const struct scene *s, struct canvas *c)
{
	char title[240], vote[24] = "";
	const char *has = s->log_filter[0] != 0 ? " with \"" : "";
	const char *end = s->log_filter[0] != 0 ? "\"" : "";
	slot_number at;

	if (s->vote_at != NODE_NONE)
		snprintf(vote, sizeof(vote), "vote of n%u in ", s->vote_at);
	if (scene_holds_slot(m, s, &at) && m->slot_first > 0)
		snprintf(title, sizeof(title),
			 "LOG%s%s%s  back at %sslot %llu of %llu: G live, oldest kept %llu", has,
			 s->log_filter, end, vote, (unsigned long long)at,
			 (unsigned long long)m->slot_end - 1, (unsigned long long)m->slot_first);
	else if (scene_holds_slot(m, s, &at))
		snprintf(title, sizeof(title), "LOG%s%s%s  back at %sslot %llu of %llu: G live",
			 has, s->log_filter, end, vote, (unsigned long long)at,
			 (unsigned long long)m->slot_end - 1);
	else if (s->vote_at != NODE_NONE)
		snprintf(title, sizeof(title),
			 "LOG%s%s%s  at the %sthe newest slot: Enter opens it", has, s->log_filter,
			 end, vote);
	else
		snprintf(title, sizeof(title), "LOG%s%s%s  votes; reverse = known to be chosen",
			 has, s->log_filter, end);
	struct canvas inside = pane_frame(c, 0, 0, c->width, c->height, false, title);

	pane_log(m, s, &inside);
}
