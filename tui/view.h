/* A view fills the body of the screen, from the line below the header to the one above the tape. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/pane.h"

struct view {
	int key;
	const char *name, *title, *help;
	pane *draw;
};

#define VIEW(key, name, title, help) pane view_##name;
#include "tui/views.def"
#undef VIEW

const struct view *view_at(enum view_id id);

/* The whole screen: header, view, popup, tape or message or question, key line. Never too small. */
void draw_screen(const struct model *m, const struct scene *s, struct canvas *c);

#endif
