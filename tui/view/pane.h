/* Panes: the parts that views are made of. Each draws into the whole of the canvas that it is
 * given, without a frame, and leaves out what does not fit. */
#ifndef TUI_VIEW_PANE_H
#define TUI_VIEW_PANE_H

#include "tui/screen/canvas.h"
#include "tui/view/scene.h"

typedef void pane(const struct model *m, const struct scene *s, struct canvas *c);

pane pane_header, pane_nodes, pane_ballot, pane_wire, pane_why, pane_events, pane_tape, pane_log,
	pane_lanes, pane_node, pane_links, pane_keys, pane_help, pane_ballots, pane_proof,
	pane_attacks, pane_mistakes, pane_defences, pane_evidence, pane_walk, pane_story,
	pane_offers, pane_page, pane_load, pane_history, pane_gate, pane_branches, pane_futures;

/* Rows of the load that people look at now, in a body of so many; 0: there is none. */
int pane_load_height(const struct model *m, int body);
void load_title(const struct model *m, node_id id, char *out, size_t size);

/* Rows of the clients' history of a violation. */
int pane_history_height(const struct model *m);

/* Rows of the tree of branches. */
int pane_branches_height(const struct scene *s, int most);

/* Rows of the node table, its head included. */
int pane_nodes_height(const struct model *m, int most);
/* Rows that a story takes for what it says, on a screen of so many columns and rows. */
int pane_story_height(const struct scene *s, int width, int height);
/* How many bytes of the text go into a line of so many columns: up to a blank, or all of the line
 * where a word is longer than that; never over a newline. */
size_t line_bytes(const char *text, int columns);
/* What is looked for in a popup that scrolls, a text or the help. Its lines, of the help its items,
 * have numbers from 1 on, and rows from 0 on, where they begin. */
struct page_search {
	const char *query;
	int by;         /* > 0: on; < 0: back */
	unsigned after; /* from this line, which does not count; 0: */
	int row;        /* from this row, which counts on the way on */
	unsigned found; /* the line; 0 = there is none */
	int found_row;
};
/* Takes a line that has what is looked for, if it is a better one than that before. */
void page_take(struct page_search *search, unsigned line, int row);
/* How many rows the text that is open has in so many columns; the same of the help, in one of its
 * columns. `search` or NULL. */
int page_rows(const struct scene *s, int width, struct page_search *search);
int help_rows(const struct model *m, const struct scene *s, int width, struct page_search *search);
/* How many columns of the help there are in so many columns of the screen: 1 or 2. */
int help_columns(int width);
/* Rows that the offers of the : prompt want, and their title. */
int pane_offers_height(const struct scene *s, int width, int most);
const char *offers_title(const struct scene *s);
/* Columns and rows that the link matrix wants. */
int pane_links_width(const struct model *m);
int pane_links_height(const struct model *m);
/* Rows that the palettes and the walk through a proof want, at most `most`. */
int pane_attacks_height(const struct model *m, int most);
int pane_mistakes_height(int most);
int pane_defences_height(const struct model *m, int most);
int pane_walk_height(const struct model *m, int most);

/* The titles of event lists and of WHY: where one looks back, at what, and which key returns. */
void events_title(const struct model *m, const struct scene *s, const char *name, char *out,
		  size_t size);
void why_title(const struct model *m, const struct scene *s, char *out, size_t size);

struct list;
/* Says that a list has no row to show: `empty`, or how far back the filter was asked. */
void list_nothing(const struct list *l, struct canvas *c, int x, const char *empty);

/* Writes a title into the upper edge of a frame that begins at x, y. */
void pane_title(struct canvas *c, int x, int y, int width, bool focus, const char *title);
/* Draws a frame with a title and returns what is inside, one column of air at either side. */
struct canvas pane_frame(struct canvas *c, int x, int y, int width, int height, bool focus,
			 const char *title);

#endif
