/* Clusters of real processes: started here and owned, or somebody else's.
 *
 * A cluster's directory (mode 0700) holds
 *   operator.key   the operator's secret, 0600: a process that can read it may act
 *   roster         the signed roster, as bytes
 *   formed         empty: every node has answered once, so none may come back with an empty store
 *   coordinator    socket of the coordinator while nodes join
 *   join-token     what nodes from elsewhere must know, 0600, if it was made here
 *   starting       there while a cluster is started, and still there if its starter was killed
 *   alive          a FIFO that the owner holds open: nodes of an owned cluster end when it closes
 *   recording      a link to what is recorded of it now (node/record/shared.h)
 *   n1 .. nN       a node's own directory: key (0600), store, data and control sockets, pid, log */
#ifndef NODE_LIVE_LIVE_H
#define NODE_LIVE_LIVE_H

#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "proto/wire/control_frame.h"

struct live_options {
	const char *dir;        /* NULL: a private one is made and removed at the end */
	const char *listen;     /* tcp://HOST:PORT: wait for nodes from elsewhere, start none */
	const char *token_file; /* with the join token; NULL: the environment, else one is made */
	bool open_to_all;       /* nodes from elsewhere need no join token */
	void (*tell)(const char *sentence); /* what people want to know while nodes join, or NULL */
	uint8_t nodes; /* 0: as a cluster that comes back has, NODES_DEFAULT for a new one */
	/* A cluster that comes back keeps its own mode, store and policy; one that was _given, and
	 * would be ignored, is refused. */
	enum paxos_mode mode;
	bool mode_given, policy_given;
	bool memory_store;
	bool journal;     /* nodes keep journals; those that have one go on with it anyway */
	const char *keep; /* decided slots that each node keeps, as it is typed; NULL: as before */
	const char *batch,
		*pipeline;       /* how values share slots, as they are typed; NULL: as before */
	struct clock_rule clock; /* num and den count; the rest is filled in */
	struct link_rule link;
	policy_id policy;    /* at the beginning */
	bool owned;          /* its nodes end with this process, however it ends */
	uint64_t timeout_us; /* real time that nodes have to join; 0 = 10 s, with `listen` 10 min */
	bool (*gives_up)(void); /* asked often: true ends the start; NULL = never */
};

/* Starts the nodes, has them join, and returns when every node answers. On failure everything that
 * was started is ended again, and the directory is as it was. `*out` is freed by its ops->close. */
enum status live_start(const struct live_options *options, struct cluster **out);

/* Connects to a running cluster: `where` is its directory, or the control endpoint of any node.
 * Without the operator's key (or with read_only) it can only watch. */
enum status live_attach(const char *where, bool read_only, struct cluster **out);

/* Leaves a cluster that this process started running, and frees the handle. */
void live_leave(struct cluster *c);

/* Ends every process of the cluster in `dir` and waits until they are gone; removes sockets and
 * pid files, keeps keys, roster and stores (so that `up` resumes). Of a cluster whose start was not
 * finished nothing is kept. */
enum status live_down(const char *dir);

/* The roster of a live or attached cluster; NULL for other kinds. Valid while the cluster is. */
const struct roster *live_roster(const struct cluster *c);

/* The directory of a live or attached cluster; NULL where there is none, or it is not known. */
const char *live_directory(const struct cluster *c);

/* What a node said it measured for the last CONTROL_LOAD that was given to it through this handle;
 * NULL while it has said nothing, or for another kind of cluster. Valid until the next call of any
 * operation. Its `done` is true in the last word. */
const struct load_report *live_load(const struct cluster *c, node_id node);

#endif
