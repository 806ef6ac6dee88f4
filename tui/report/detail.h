/* Everything that a model knows about one thing, in lines for a popup, a file or the clipboard:
 * every field with its name, and every value whole. */
#ifndef TUI_REPORT_DETAIL_H
#define TUI_REPORT_DETAIL_H

#include <stdio.h>

#include "proto/model/base/model.h"

/* Event i, which is kept: its fields, the way of its message with its copies, why it happened, and
 * the events that it follows from, as far back as they are kept. */
void detail_event(const struct model *m, uint64_t i, FILE *to);
/* A slot: what is decided, and every node's vote. */
void detail_slot(const struct model *m, slot_number slot, FILE *to);
/* A node: what it has told of itself. */
void detail_node(const struct model *m, node_id node, FILE *to);
/* A node's vote in a slot: what it voted, which event told of it, from what that follows, and which
 * nodes have received it. */
void detail_vote(const struct model *m, slot_number slot, node_id node, FILE *to);
/* One copy of a message on its way to one receiver: its fields, its other copies, from what it
 * follows, and its way. */
void detail_message(const struct model *m, const struct flight *flight, FILE *to);
/* The messages that are on the wire. */
void detail_wire(const struct model *m, FILE *to);
/* Proof i of a lie, with the bytes that the liar signed. */
void detail_proof(const struct model *m, unsigned i, FILE *to);

#endif
