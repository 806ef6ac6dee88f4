/* The directory of a cluster (its files: live.h): taking one, tidying one, and which
 * processes live in it. */
#ifndef NODE_LIVE_LIVE_DIR_H
#define NODE_LIVE_LIVE_DIR_H

#include "node/live/live_state.h"

/* DIR/nID/NAME, or DIR/nID if the name is "". */
void live_node_path(const char *dir, node_id id, const char *name, char out[PATH_BYTES]);

/* The process that lives in the node's directory; 0 = none. */
pid_t live_node_holder(const char *dir, node_id id);
unsigned live_count_running(const char *dir);

/* A directory is half made from live_mark to live_unmark: its starter works in it, or was killed.
 */
enum status live_mark(const char *dir);
void live_unmark(const char *dir);
bool live_is_half_made(const char *dir);

/* The directory's lock, as dir_lock; waits a moment for it. */
enum status live_lock(const char *dir, int *lock);

/* Ends every process that lives in the directory and waits until they are gone. */
void live_end_nodes(const char *dir);

/* Removes what a starter made in a directory without a roster: no cluster ever ran in it. */
void live_undo(const char *dir);

/* After live_take_dir succeeded or failed: the directory is again as it was. The nodes that were
 * started in it have ended. */
void live_give_up_dir(struct live *l);

/* Makes or takes the directory that the options name, or a private one; locks it; and owns `alive`
 * in it if the handle owns its nodes. Refuses one that is in use or that holds other things. */
enum status live_take_dir(struct live *l, const struct live_options *options);

/* Removes what processes that were killed leave behind: sockets, pid files, `alive`. */
void live_tidy(const char *dir);

#endif
