/* For tests of clusters of real processes in a private directory (test_dir.h): reading until
 * something holds. */
#ifndef TESTS_SUPPORT_PROCESSES_H
#define TESTS_SUPPORT_PROCESSES_H

#include <sys/types.h>

#include "node/live/live.h"
#include "tests/support/test_dir.h"

/* What the cluster last said about each node. */
struct seen {
	struct snapshot snapshot[NODES_MAX + 1];
	bool has_snapshot[NODES_MAX + 1];
	unsigned crashed, started, missed, obeyed, disobeyed;
	uint64_t obeyed_number, disobeyed_number;
	enum drop disobeyed_why;
};

/* A cluster in test_dir/c, rate unlimited; fails the test if it does not come up. */
struct cluster *processes_start(unsigned nodes, enum paxos_mode mode);
struct cluster *processes_start_with(const struct live_options *options);

/* Reads items until `holds` says so; false after 10 s of real time. Asks for snapshots when it has
 * heard nothing new, so `holds` may look at them. */
bool processes_until(struct cluster *c, struct seen *seen,
		     bool (*holds)(const struct seen *seen, const void *what), const void *what);

void processes_propose(struct cluster *c, node_id id, const char *value);

/* Is `value` chosen in slot at all nodes of `on`? Asks and waits. */
bool processes_chosen(struct cluster *c, node_set on, slot_number slot, const char *value);

/* A new snapshot of every node in `on`. */
bool processes_snapshots(struct cluster *c, node_set on, struct seen *seen);

pid_t processes_pid(const char *cluster_dir, node_id id);

/* Runs paxos-node with these arguments until it ends by itself; its exit code, and what it printed
 * in `text`. Killed after 10 s: -1. */
int processes_run_node(const char *const argument[], char *text, size_t size);

#endif
