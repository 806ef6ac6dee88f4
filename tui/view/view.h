/* A view fills the body of the screen, from the line below the header to the one above the tape. */
#ifndef TUI_VIEW_VIEW_H
#define TUI_VIEW_VIEW_H

#include "tui/view/pane.h"

/* What j, k and the pages move. */
enum view_cursor {
	CURSOR_FOCUS, /* what the pane with the focus is about: a node, a message or an event */
	CURSOR_NODE,
	CURSOR_WIRE,
	CURSOR_EVENT,
	CURSOR_SLOT,
	CURSOR_EVIDENCE,
	CURSOR_BRANCH,
};

/* That of the view, or of the pane with the focus; never CURSOR_FOCUS. */
enum view_cursor scene_cursor(const struct scene *s);

struct view {
	int key;
	const char *name;
	enum view_cursor cursor;
	const char *title, *help;
	pane *draw;
};

#define VIEW(key, name, cursor, title, help) pane view_##name;
#include "tui/view/views.def"
#undef VIEW

/* Row `id` of views.def (tui/view/views.c). */
const struct view *view_at(enum view_id id);

/* How many rows a popup may take from the top so that WHY stays in sight below it, in the main
 * view.
 */
int view_main_above_why(const struct model *m, const struct scene *s, const struct canvas *c);

/* How far the popup that scrolls, a text or the help, does so on a screen of that size: its rows,
 * and how many of them are seen at once. Looks for something in it besides; `search` or NULL. */
struct page_reach {
	int rows, seen;
};
struct page_reach view_page(const struct model *m, const struct scene *s, int width, int height,
			    struct page_search *search);

/* The whole screen: header, view, popup, tape or message or question, key line. Never too small. */
void draw_screen(const struct model *m, const struct scene *s, struct canvas *c);

#endif
