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

/* How many rows a popup may take from the top so that WHY stays in sight below it, in the main
 * view.
 */
int view_main_above_why(const struct model *m, const struct scene *s, const struct canvas *c);

/* The whole screen: header, view, popup, tape or message or question, key line. Never too small. */
void draw_screen(const struct model *m, const struct scene *s, struct canvas *c);

#endif
