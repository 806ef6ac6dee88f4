/* Writes a recording: everything that a cluster tells, as it passes through the cluster's handle,
 * and what is told to the cluster.
 *
 * Items go into a transaction that is committed when the cluster has nothing more to tell, and at
 * least every RECORDER_COMMIT_US while it has: whatever happens to the process, the file opens and
 * holds all but the last moment. A cluster that tells nothing costs nothing: no write, no wake.
 *
 * What goes wrong with the file never stops the cluster: the recording ends there, and
 * recorder_trouble says why. */
#ifndef NODE_RECORD_RECORDER_H
#define NODE_RECORD_RECORDER_H

#include "node/io/files.h"
#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "proto/wire/control_frame.h"

#define RECORDER_COMMIT_US 250000 /* real time that items may wait for their commit */
#define RECORDER_BATCH     1024   /* items that one row of `batch` closes, at most */

struct recorder;

struct recorder_options {
	const char *path;
	uint64_t bytes_max; /* the file ends there; 0 = no limit */
	/* What goes on in the simulator from a recording of processes: from where, and the
	 * simulated cluster behind `c`. NULL: nothing does. */
	const struct given_base *base;
	const struct cluster *simulated;
};

/* Begins a recording of the cluster in a file that must not exist. The cluster's operations are
 * the recorder's from now on, until recorder_close. `roster`: NULL if the cluster has none. */
enum status recorder_open(const struct recorder_options *options, struct cluster *c,
			  const struct roster *roster, struct recorder **out);

/* Commits what there is, and gives the cluster its own operations back. Must come before the
 * cluster's own close. NULL is allowed. */
void recorder_close(struct recorder *r);

/* A line of the command language that the user gave. */
void recorder_command(struct recorder *r, const char *line);
/* A name for the moment after so many items; another moment of that name is forgotten. */
void recorder_mark(struct recorder *r, const char *name, uint64_t after);

/* Commits what there is, for a reader that wants to see it. */
void recorder_flush(struct recorder *r);

/* How many items were taken. */
uint64_t recorder_items(const struct recorder *r);
const char *recorder_path(const struct recorder *r);
/* Why the recording has ended early; NULL: it goes on. */
const char *recorder_trouble(const struct recorder *r);

#endif
