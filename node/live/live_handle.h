/* A handle of a live cluster, behind the cluster interface (proto/core/cluster.h). */
#ifndef NODE_LIVE_LIVE_HANDLE_H
#define NODE_LIVE_LIVE_HANDLE_H

#include "node/live/live_state.h"

/* A fresh handle without a cluster in it; freed by live_free. */
enum status live_make(enum cluster_kind kind, struct live **out);

/* Frees the handle and lets go of the nodes, which go on. */
void live_free(struct live *l);

/* Ends the nodes that were started, leaves the directory as it was, and frees the handle. */
void live_abandon(struct live *l);

/* Takes the roster, connects to every node and asks each for a snapshot. With a local directory it
 * watches the processes too. */
void live_connect(struct live *l, const struct roster *roster);

/* Every node of an attached cluster has ended in order: the cluster was taken down. */
bool live_is_gone(const struct live *l);

#endif
