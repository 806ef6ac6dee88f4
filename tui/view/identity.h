/* How a node and a ballot are known on the screen: a node is a number and a shape; a hue belongs to
 * the owner of a ballot, so that a takeover sweeps visibly across the screen. */
#ifndef TUI_VIEW_IDENTITY_H
#define TUI_VIEW_IDENTITY_H

#include "proto/core/types.h"
#include "tui/screen/canvas.h"

/* A glyph one cell wide, different for each node; '?' for none. */
uint32_t node_shape(node_id node);
enum ink node_ink(node_id node);

/* "n1 ◆" in the node's hue; returns the column after it. */
int draw_node(struct canvas *c, int x, int y, unsigned attrs, node_id node);

/* The ballot in its owner's hue, right-aligned or left-aligned in `width` columns. */
int draw_ballot(struct canvas *c, int x, int y, unsigned attrs, struct ballot ballot);

/* A sentence in which node names and ballots have their hues and words of harm stand out, but not
 * within values that are marked (proto/model/base/show.h); marks take no column. */
int draw_words(struct canvas *c, int x, int y, struct style style, const char *text, uint8_t nodes);

/* The same, broken at blanks into lines of the canvas's width; a newline in the text is kept.
 * Returns how many lines the text takes, also beyond the canvas. */
int draw_paragraph(struct canvas *c, struct style style, const char *text, uint8_t nodes);

#endif
