/* A fork of a cluster of processes: every member is run again from its journal up to the moment,
 * and then they go on together in a simulated cluster, with what was on its way between them
 * (node/prove/fork_scan.h). What was recorded until then is told first, and behind it what the last
 * steps told that nobody had heard yet. */
#ifndef NODE_PROVE_FORK_LIVE_H
#define NODE_PROVE_FORK_LIVE_H

#include "node/prove/fork.h"

struct fork_live;

/* The reader is the fork's from now on, also if it fails. */
enum status fork_live_open(struct reader *reader, const struct fork_point *point,
			   struct fork_live **out);
void fork_live_close(struct fork_live *f);

struct cluster *fork_live_cluster(struct fork_live *f);
/* The one in which they go on. */
const struct cluster *fork_live_simulated(const struct fork_live *f);
unsigned fork_live_flights(const struct fork_live *f);
enum status fork_live_relive(struct fork_live *f, const struct resim_watcher *watcher);

#endif
