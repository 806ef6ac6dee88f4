/* Keys of branches: they wish, and the loop does it, for another dashboard may be in front then. */
#include "tui/dashboard/dashboard.h"

void key_branches(struct dashboard *d)
{
	struct scene *s = &d->scene;

	s->view = s->view == VIEW_branches ? VIEW_main : VIEW_branches;
	s->maximised = false;
	s->branch_scroll = 0;
}

void key_fork(struct dashboard *d)
{
	if (d->scene.tree == NULL) {
		dashboard_say(d, true,
			      "no fork: a story is told again from its beginning; fork your own "
			      "cluster");
		return;
	}
	d->wish.what = WISH_FORK;
}

void key_branch_enter(struct dashboard *d)
{
	d->wish = (struct branch_wish){.what = WISH_ENTER, .branch = d->scene.branch_at};
}

void key_branch_drop(struct dashboard *d)
{
	d->wish = (struct branch_wish){.what = WISH_DROP, .branch = d->scene.branch_at};
}

void branch_move(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	unsigned order[BRANCHES_MAX], depth[BRANCHES_MAX];
	int at = 0;

	if (s->tree == NULL)
		return;
	if (by > 1 || by < -1) {
		s->branch_scroll += by;
		if (s->branch_scroll < 0)
			s->branch_scroll = 0;
		if (s->branch_scroll > FUTURE_MAX)
			s->branch_scroll = FUTURE_MAX;
		return;
	}
	branches_order(s->tree, order, depth);
	for (unsigned i = 0; i < s->tree->count; i++)
		if (order[i] == s->branch_at)
			at = (int)i;
	at += by;
	if (at < 0 || at >= (int)s->tree->count)
		return;
	s->branch_at = order[at];
	s->branch_scroll = 0;
}

bool branch_click(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;

	if (code < KEYCODE_BRANCH || code >= KEYCODE_BRANCH + BRANCHES_MAX)
		return false;
	if (s->branch_at == (unsigned)(code - KEYCODE_BRANCH))
		key_branch_enter(d);
	s->branch_at = (unsigned)(code - KEYCODE_BRANCH);
	s->branch_scroll = 0;
	return true;
}
