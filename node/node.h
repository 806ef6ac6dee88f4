/* One node process: the operating system's side of one member (proto/member/member.h).
 *
 * node_start makes it whole: directory, key, roster (stored, or by joining), store, sockets,
 * member. node_run is its life: a loop that waits for its own data socket, the control socket, a
 * signal, its owner's death or the member's next deadline, and for nothing else. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "node/endpoint.h"
#include "node/greeter.h"
#include "node/io/bus.h"
#include "node/io/files.h"
#include "node/journal/journal.h"
#include "node/store/store.h"
#include "proto/member/load.h"
#include "node/mailbox.h"
#include "node/mesh.h"
#include "node/options.h"
#include "node/telemetry.h"
#include "proto/wire/orders.h"

/* Chosen values that laggards asked for and that are still to be read from the store. */
#define LOGS_MAX 64

/* See node/keeper.h. Times are real. */
struct keeper {
	struct orders *orders; /* owned */
	node_set unanswered;   /* peers that have not answered the greeting */
	uint64_t greet_us;     /* they are greeted again then */
	uint64_t greet_wait_us;
	uint64_t suspected_us[NODES_MAX + 1];
	uint64_t given_us[NODES_MAX + 1];
	uint64_t save_us;   /* write the file then; 0 = it is as it should be */
	node_set connected; /* when it was looked last */
};

struct node {
	char dir[PATH_BYTES];
	bool dir_is_fresh; /* made here, and without a roster so far: it is removed at the end */
	int pid_file;
	int alive;     /* FIFO, -1 = no process owns this node */
	int leash;     /* -1 = the starter has finished, or this node does not depend on that */
	int signals;   /* signalfd */
	int continued; /* readable when the process goes on after it was stopped */
	struct public_key key;
	struct secret_key secret;
	struct roster roster;
	struct wire_context context;
	struct public_key keys[NODES_MAX + 1]; /* of the nodes, by id */
	node_id self;
	struct endpoints endpoints; /* until they are bound */
	struct mesh mesh;
	struct mailbox mailbox;  /* of the mesh */
	slot_number keep;        /* decided slots, 0 = all */
	struct batch_rule batch; /* of what the operator asks for */
	struct greeter greeter;
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
	bool talks;    /* in this turn: it sent something, or an operator wants something of it */
	bool goes_on;  /* it has more to carry out than in one turn */
	bool ending;
	struct telemetry telemetry;
	struct load load;
	struct keeper keeper;
	struct journal *journal; /* NULL: it keeps none */
	bool journal_ended;      /* that is told */
};

/* STATUS_OK with node->ending set: a signal or the owner's death came while it joined. */
enum status node_start(const struct node_options *options, struct node *node);
enum status node_run(struct node *node);

/* Has the node's starter ended before it had finished? Then the node ends too (node->ending). */
bool node_is_left(struct node *node);

/* Ends in order, from any state after node_start was called, failed or not. */
void node_end(struct node *node);

#endif
