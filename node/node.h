/* One node process: the operating system's side of one member (proto/member/member.h).
 *
 * node_start makes it whole: directory, key, roster (stored, or by joining), store, sockets,
 * member. node_run is its life: a loop that waits for the data socket, the control socket, a
 * signal, its owner's death or the member's next deadline, and for nothing else. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "node/io/bus.h"
#include "node/io/files.h"
#include "node/store/store.h"
#include "node/load.h"
#include "node/mesh.h"
#include "node/options.h"
#include "node/telemetry.h"

/* Chosen values that laggards asked for and that are still to be read from the store. */
#define LOGS_MAX 64

struct node {
	char dir[PATH_BYTES];
	bool dir_is_fresh; /* made here, and without a roster so far: nobody misses it */
	int pid_file;
	int alive;   /* FIFO, -1 = nobody owns this node */
	int signals; /* signalfd */
	struct public_key key;
	struct secret_key secret;
	struct roster roster;
	struct wire_context context;
	node_id self;
	struct bus data;
	struct mesh mesh;
	struct bus control;
	struct store *store;
	void *memory; /* the member's */
	struct member *member;
	struct clock_rule clock;
	time_us now;     /* virtual, of the last input */
	time_us wake_at; /* virtual */
	struct member_log log[LOGS_MAX];
	unsigned logs;
	uint8_t asked; /* QUERY_*, to be answered at the end of the turn */
	bool talks;    /* in this turn: it sent something, or somebody wants something */
	bool ending;
	struct telemetry telemetry;
	struct load load;
};

/* STATUS_OK with node->ending set: a signal or the owner's death came while it joined. */
enum status node_start(const struct node_options *options, struct node *node);
enum status node_run(struct node *node);

/* Ends in order, from any state after node_start was called, failed or not. */
void node_end(struct node *node);

#endif
