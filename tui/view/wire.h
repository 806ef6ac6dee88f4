/* The messages that the WIRE pane shows, and the one under its cursor. */
#ifndef TUI_VIEW_WIRE_H
#define TUI_VIEW_WIRE_H

#include "tui/view/scene.h"

#define WIRE_MAX MODEL_FLIGHTS

/* In the view of gates: all messages that are held, those to one node in their order. Elsewhere:
 * messages in flight and those that have just ended, of these what the filter lets pass, and the
 * one under the cursor: the oldest first. Returns how many. */
unsigned wire_list(const struct model *m, const struct scene *s,
		   const struct flight *out[WIRE_MAX]);

/* Is the cursor at a message of the list? Then at which, from 0. False: the pane shows the newest,
 * or the message is not kept any more (scene.wire_held). */
bool wire_cursor(const struct scene *s, const struct flight *const *list, unsigned count,
		 unsigned *at);

/* Puts the cursor at a message. */
void wire_hold(struct scene *s, const struct flight *flight);

/* Does a query hold of the message (tui/view/match.h)? */
bool wire_matches(const struct model *m, const struct flight *flight, const char *query);

/* "WIRE  4 in flight", and where the cursor is. */
void wire_title(const struct model *m, const struct scene *s, char *out, size_t size);

#endif
