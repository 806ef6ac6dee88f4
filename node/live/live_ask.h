/* Questions to nodes: each is asked for a snapshot, again and again until it answers or hope is
 * lost. A node that does not answer may have lost its connection, and is connected to anew.
 *
 * The end of a process of this machine is seen; a node on another machine falls silent and no more,
 * and whether it is down or out of reach nobody here can tell. So such a node is asked when nothing
 * was heard of it for LIVE_BEAT_US. One that owes an answer for LIVE_SILENT_US is silent, an event
 * says so, and it is asked every LIVE_AWAY_US until it is heard. */
#ifndef NODE_LIVE_LIVE_ASK_H
#define NODE_LIVE_LIVE_ASK_H

#include "node/live/live_state.h"

#define LIVE_BEAT_US   10000000
#define LIVE_SILENT_US 1500000
#define LIVE_AWAY_US   2000000

/* The node is to be asked from now on; live_ask_due sends. A node that is known to be down is not
 * asked. */
void live_ask(struct live *l, node_id id);

/* The nodes were told something that they answer at once. */
void live_owes(struct live *l, node_set nodes, uint64_t real_us);

/* Nothing more is expected of the node until it is heard again. */
void live_is_silent(struct live *l, node_id id);

/* A frame of the node came. */
void live_heard(struct live *l, node_id id);

/* The node may have missed standing orders while it was away: it is to ask its peers for them. */
void live_nudge(struct live *l, node_id id);

/* Sends the questions that are due, and tells which nodes are silent. */
void live_ask_due(struct live *l, uint64_t real_us);

/* When live_ask_due must be called again, real time; WAIT_FOREVER = when something has happened. */
uint64_t live_ask_deadline(const struct live *l);

#endif
