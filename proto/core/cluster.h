/* One interface to a cluster. Behind it stand processes that this one started (live), processes
 * that run already (attached), a virtual world (simulated) or a file (recorded); code that draws,
 * judges or scripts cannot tell them apart and has no need to.
 *
 * A cluster is a stream of items (events and snapshots) that comes out and of controls that go in.
 * The caller owns nothing of it but the handle; items are valid until the next call. */
#ifndef PROTO_CORE_CLUSTER_H
#define PROTO_CORE_CLUSTER_H

#include "proto/core/control.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"

struct cluster;

enum cluster_kind { CLUSTER_LIVE, CLUSTER_ATTACHED, CLUSTER_SIMULATED, CLUSTER_RECORDED };

struct cluster_info {
	enum cluster_kind kind;
	char name[64]; /* what the header calls it: the directory's last part, "sim seed 7", ... */
	uint8_t nodes;
	bool can_act; /* it takes controls; else why_not says why it cannot act */
	const char *why_not;
	uint32_t epoch;
	enum paxos_mode mode;
	uint8_t quorum; /* of slots without the defence `quorum`; 0 = not known */
	uint32_t policy;
	uint64_t seed; /* simulated only */
};

enum item_kind {
	ITEM_NOTHING, /* nothing more for now: live: wait for fd; simulated: `until` is reached */
	ITEM_EVENT,
	ITEM_SNAPSHOT,
	ITEM_PROOF,
	ITEM_LOAD,
	ITEM_END, /* the cluster is gone, or the recording is at its end */
};

/* A transferable proof that a node lied (proto/wire/evidence.h), and the node that holds it. The
 * cluster has checked the proof with the keys of its nodes: `verdict` DROP_NOTHING says that it
 * holds, whichever node brought it. */
struct item_proof {
	node_id holder;
	const uint8_t *bytes;
	uint32_t length;
	enum drop verdict;
};

/* What a node measured so far of the load that it was told last. While it runs the node tells that
 * now and then, and when it is done for certain. */
struct item_load {
	node_id node;
	struct load_report report;
};

struct item {
	enum item_kind kind;
	const struct event *event;
	const struct snapshot *snapshot;
	const struct item_proof *proof;
	const struct item_load *load;
};

/* What is done to a process rather than told to a node. */
enum process_act {
	PROCESS_CRASH,
	PROCESS_RESTART,
	PROCESS_STOP,
	PROCESS_CONTINUE,
	PROCESS_REPLACE,     /* starts it with an empty store, in its seat */
	PROCESS_MAY_RESTART, /* does nothing: could it be started from here, if it were down? */
	PROCESS_WIPE,        /* its store is lost while it is down */
	PROCESS_COPY,        /* a copy of its store is kept, while it is down */
	PROCESS_ROLL_BACK,   /* its store is that copy again, while it is down */
};

/* What is known of a node that is away, from what it left behind and from what it is owed. */
struct away {
	struct link_rule link[NODES_MAX + 1]; /* from each peer, when it is back */
	struct gate_rule gate;
	bool touched_is_known;
	slot_number untouched; /* it has touched no slot of the present epoch from here on */
};

struct cluster_ops {
	void (*info)(const struct cluster *c, struct cluster_info *out);

	/* The next item. A simulated cluster runs on to the next thing that happens at virtual time
	 * `until` or earlier; a live one ignores `until` and never blocks. */
	enum item_kind (*next)(struct cluster *c, time_us until, struct item *out);

	/* Virtual time now. `real_us`: microseconds since 1970, ignored by a simulated cluster. */
	time_us (*now)(const struct cluster *c, time_us real_us);

	/* Sends a control to the nodes in its `to`; the cluster numbers and signs it. A live
	 * cluster repeats it until each node that is up answers by an event "obeyed" or "disobeyed"
	 * of that number, which is returned in control->number. A standing order reaches the nodes
	 * that are away when they are back. False: it cannot, and c->why says why. */
	bool (*control)(struct cluster *c, struct control *control);

	/* False: it cannot, and c->why says why. */
	bool (*process)(struct cluster *c, node_id node, enum process_act act);

	/* Asks every node for a snapshot, and for the proofs that it holds. */
	void (*refresh)(struct cluster *c);

	/* To poll(2) for POLLIN; -1 for a simulated cluster. And how many real microseconds may
	 * pass before next() must be called again even so, UINT64_MAX = for ever. */
	int (*fd)(const struct cluster *c);
	time_us (*patience)(const struct cluster *c, time_us real_us);

	/* Ends what belongs to it: a live cluster ends its processes. */
	void (*close)(struct cluster *c);

	/* Of a node that does not answer. NULL, or false: nothing is known of it. */
	bool (*away)(struct cluster *c, node_id node, struct away *out);
};

struct cluster {
	const struct cluster_ops *ops;
	struct values *values; /* what references in items refer to; swept by its user only */
	char why[256];         /* the sentence that explains the last refusal */
};

#endif
