/* The processes of nodes on this machine. A node's process is found by the lock on its pid file and
 * held by a descriptor, so its end is seen at once. */
#ifndef NODE_LIVE_LIVE_PROCESS_H
#define NODE_LIVE_LIVE_PROCESS_H

#include "node/live/live_state.h"

/* Watches a process as the node's; takes it over. */
void live_watch(struct live *l, node_id id, const struct process *process);

/* Finds and watches the process that lives in a node's directory, if one does; else the node is
 * down. */
void live_track(struct live *l, node_id id);

/* The node's process is gone: says so, once, and waits for none of its answers. */
void live_has_ended(struct live *l, node_id id);

/* Takes note of processes that have ended. */
void live_check_processes(struct live *l);

/* Starts the node's process; `coordinator` is NULL for a node that has its roster. */
enum status live_spawn(struct live *l, node_id id, const char *coordinator, bool memory_store,
		       struct process *out);

/* "n3 ended: what it said last", as a status. */
enum status live_why_ended(const struct live *l, node_id id);

#endif
