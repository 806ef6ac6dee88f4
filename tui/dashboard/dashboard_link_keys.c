/* Keys of the link matrix. */
#include <stdio.h>

#include "tui/dashboard/dashboard.h"
#include "tui/view/keys.h"

void key_links(struct dashboard *d)
{
	struct scene *s = &d->scene;

	if (s->popup == POPUP_LINKS) {
		s->popup = POPUP_NONE;
		return;
	}
	s->popup = POPUP_LINKS;
	s->link_from = s->selected;
	if (s->link_to == s->link_from)
		s->link_to = s->link_from == 1 ? 2 : 1;
	if (s->link_to > d->model->nodes)
		s->link_to = 1;
}

static void move_link(struct dashboard *d, int down, int right)
{
	struct scene *s = &d->scene;
	int n = d->model->nodes;

	do {
		s->link_from = (node_id)((s->link_from - 1 + down + n) % n + 1);
		s->link_to = (node_id)((s->link_to - 1 + right + n) % n + 1);
	} while (s->link_from == s->link_to && n > 1);
}

void key_link_down(struct dashboard *d)
{
	move_link(d, 1, 0);
}

void key_link_up(struct dashboard *d)
{
	move_link(d, -1, 0);
}

void key_link_left(struct dashboard *d)
{
	move_link(d, 0, -1);
}

void key_link_right(struct dashboard *d)
{
	move_link(d, 0, 1);
}

static void cut_or_join(struct dashboard *d, const char *both)
{
	const struct scene *s = &d->scene;
	char line[64];

	if (s->link_from == s->link_to) {
		dashboard_say(d, true, "a node has no link to itself");
		return;
	}
	snprintf(line, sizeof(line), "%s %u %u%s",
		 d->model->node[s->link_to].link[s->link_from].cut ? "join" : "cut", s->link_from,
		 s->link_to, both);
	dashboard_command(d, line);
}

void key_link_cut(struct dashboard *d)
{
	cut_or_join(d, "");
}

void key_link_both(struct dashboard *d)
{
	cut_or_join(d, " both");
}

void key_p_split(struct dashboard *d)
{
	links_split(d);
}

void key_p_island(struct dashboard *d)
{
	links_island(d);
}

void key_p_ring(struct dashboard *d)
{
	links_ring(d, true);
}

void key_p_chain(struct dashboard *d)
{
	links_ring(d, false);
}

void key_p_lonely(struct dashboard *d)
{
	links_lonely(d);
}
