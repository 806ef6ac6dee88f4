/* Panes: the parts that views are made of. Each draws into the whole of the canvas that it is
 * given, without a frame, and leaves out what does not fit. */
#ifndef TUI_PANE_H
#define TUI_PANE_H

#include "tui/screen/canvas.h"
#include "tui/scene.h"

typedef void pane(const struct model *m, const struct scene *s, struct canvas *c);

pane pane_header, pane_nodes, pane_ballot, pane_wire, pane_why, pane_events, pane_tape, pane_log,
	pane_lanes, pane_node, pane_links, pane_keys, pane_help, pane_ballots, pane_proof,
	pane_attacks, pane_defences, pane_evidence, pane_walk;

/* Rows of the node table, its head included. */
int pane_nodes_height(const struct model *m, int most);
/* How many messages are on the wire now. */
unsigned wire_count(const struct model *m, const struct scene *s);
/* Columns and rows that the link matrix wants. */
int pane_links_width(const struct model *m);
int pane_links_height(const struct model *m);
/* Rows that the palettes and the walk through a proof want, at most `most`. */
int pane_attacks_height(const struct model *m, int most);
int pane_defences_height(const struct model *m, int most);
int pane_walk_height(const struct model *m, int most);

/* Draws a frame with a title and returns what is inside, one column of air at either side. */
struct canvas frame(struct canvas *c, int x, int y, int width, int height, bool focus,
		    const char *title);

#endif
