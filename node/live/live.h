/* Clusters of real processes: started here and owned, or somebody else's.
 *
 * A cluster's directory (mode 0700) holds
 *   operator.key   the operator's secret, 0600: who has it may act
 *   roster         the signed roster, as bytes
 *   coordinator    socket of the coordinator while nodes join
 *   alive          a FIFO that the owner holds open: nodes of an owned cluster end when it closes
 *   n1 .. nN       a node's own directory: key (0600), store, data and control sockets, pid, log */
#ifndef NODE_IO_LIVE_H
#define NODE_IO_LIVE_H

#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "proto/wire/control_frame.h"

struct live_options {
	const char *dir;      /* NULL: a private one is made and removed at the end */
	const char *listen;   /* tcp://HOST:PORT: wait for nodes from elsewhere, start none */
	uint8_t nodes;        /* 0: as many as a cluster that comes back has, 5 for a new one */
	enum paxos_mode mode; /* a cluster that comes back keeps its own */
	bool memory_store;
	struct clock_rule clock; /* num and den count; the rest is filled in */
	struct link_rule link;
	policy_id policy;    /* at the beginning; a cluster that comes back keeps its own */
	bool owned;          /* its nodes end with this process, however it ends */
	uint64_t timeout_us; /* real time that the nodes have to join, 0 = 10 s */
};

/* Starts the nodes, has them join, and returns when every node answers. On failure everything that
 * was started is ended again. `*out` is freed by its ops->close. */
enum status live_start(const struct live_options *options, struct cluster **out);

/* Connects to a running cluster: `where` is its directory, or the control endpoint of any node.
 * Without the operator's key (or with read_only) it can only watch. */
enum status live_attach(const char *where, bool read_only, struct cluster **out);

/* Leaves a cluster that this process started running, and frees the handle. */
void live_leave(struct cluster *c);

/* Ends every process of the cluster in `dir` and waits until they are gone; removes sockets and
 * pid files, keeps keys, roster and stores (so that `up` resumes). */
enum status live_down(const char *dir);

/* The roster of a live or attached cluster; NULL for other kinds. Valid while the cluster is. */
const struct roster *live_roster(const struct cluster *c);

/* What a node said it measured for the last CONTROL_LOAD that was given to it through this handle;
 * NULL while it has said nothing, or for another kind of cluster. Valid until the next call of any
 * operation. Its `done` is true in the last word. */
const struct load_report *live_load(const struct cluster *c, node_id node);

#endif
