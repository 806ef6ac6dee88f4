/* The views, from their rows. */
#include "tui/view/view.h"

static const struct view views[VIEWS] = {
#define VIEW(key, name, cursor, title, help) {key, #name, cursor, title, help, view_##name},
#include "tui/view/views.def"
#undef VIEW
};

const struct view *view_at(enum view_id id)
{
	return &views[id < VIEWS ? id : VIEW_main];
}
