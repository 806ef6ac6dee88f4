/* A virtual world of whole members: their clock, their disks and the wire between them. The wire
 * itself loses nothing and takes no time; faults and delays are the members' own links
 * (proto/fault/link.h), as on real sockets. Nodes that never rest are slowed down, so that time
 * always moves. A crash may come at any point of what a node owes.
 *
 * Everything happens in an order that only the options and the calls decide. Memory is the
 * caller's. */
#ifndef PROTO_SIM_WORLD_H
#define PROTO_SIM_WORLD_H

#include "proto/core/control.h"
#include "proto/member/load.h"
#include "proto/member/member.h"
#include "proto/sim/disk.h"
#include "proto/sim/loss.h"

#define NEVER UINT64_MAX

/* The watcher of a world; any of the functions may be NULL. */
struct world_watch {
	void *user;
	/* after each step of each core */
	void (*stepped)(void *user, const struct paxos *p, const struct paxos_input *in,
			const struct paxos_output *out);
	/* each event of each node, whether it is told or not */
	void (*told)(void *user, const struct event *event);
	/* a write is carried out: it is on the disk, or for one that need not be, on its way */
	void (*durable)(void *user, node_id node, const struct paxos_write *write);
	/* a message leaves a node; a liar may have put another sender into it */
	void (*sent)(void *user, node_id sender, const struct message *message);
	/* a node is back from its disk */
	void (*back)(void *user, const struct paxos *p);
	/* a node has carried out all that it owed; the output is valid during the call */
	void (*carried)(void *user, node_id node, const struct member_output *out);
	/* what nodes report, in order */
	void (*events)(void *user, const struct event *event, unsigned events);
};

struct world_options {
	uint8_t nodes;
	enum paxos_mode mode;
	uint64_t seed;
	struct clock_rule clock;
	struct link_rule link;
	bool quiet;
	bool sign;               /* by symbols, whatever the policy */
	policy_id policy;        /* from slot 0 on */
	slot_number keep;        /* decided slots that each node keeps at least; 0 = all */
	struct batch_rule batch; /* how values that nodes are asked to propose share slots */
	bool lazy_disks;         /* what need not be synced stays in the journal for a while */
	slot_number slots_max;   /* of the log, on each disk */
	bool copies;             /* there is room for a copy of each disk */
	uint32_t values_max;
	size_t values_bytes;
	size_t inbox_bytes; /* of each member; 0 = the most */
	size_t outbox_bytes;
	size_t backlog_bytes; /* of what waits for a stopped node */
	struct world_watch watch;
	struct sim_loss *loss; /* NULL: no message is lost but by links */
};

/* What a node owes and did not get done before it crashed. */
enum cut_short { CUT_NOTHING, CUT_BEFORE_SYNC, CUT_BEFORE_SENDS, CUT_WITHIN_SENDS };

struct world_node {
	struct member *member;
	void *memory; /* of the member */
	struct disk disk;
	struct member_config config; /* for the next life; its settings are what the disk keeps */
	bool up;
	bool stopped;
	bool lost;        /* its disk, while it was down: it must not start again */
	bool old;         /* its disk is a copy of what was there before */
	bool copied;      /* a copy is kept: */
	struct disk copy; /* with its slots, */
	struct member_config copied_config;
	bool owes;                /* its output is to be carried out, */
	time_us carry_at;         /* then */
	bool waits;               /* till then for a slow disk */
	time_us wake_at;          /* or NEVER */
	enum cut_short cut_short; /* it crashes while it next carries out something to sync */
	unsigned cut_after;       /* CUT_WITHIN_SENDS: so many copies leave */
	uint8_t *backlog;         /* what waits for it while it is stopped: length u32, bytes */
	size_t backlog_used;
};

struct world {
	struct world_options options;
	time_us now;
	time_us busy_until; /* when the nodes are through with what they did, if it took time */
	uint64_t random;
	struct values *values;
	struct wire_context wire;
	struct world_node node[NODES_MAX + 1];
	time_us next_at[NODES_MAX + 1]; /* when the node has something to do, NEVER = nothing */
	uint64_t steps;                 /* inputs that members took */
	uint64_t lost_writes;           /* unsynced writes that crashes took */
	uint64_t batches;               /* syncs that served more than one write */
	struct frame frame;             /* of the message that leaves */
};

size_t world_size(const struct world_options *options);
struct world *world_init(void *memory, const struct world_options *options);

/* Starts a node that is not up: from its disk, if it was up before. */
void world_start(struct world *w, node_id node);

/* Ends a node at once; `kept`: so many of its unsynced writes reached the disk. */
void world_crash(struct world *w, node_id node, unsigned kept);
void world_stop(struct world *w, node_id node);
/* A stopped node goes on: first it can be given controls, then it hears what came meanwhile. */
void world_wake(struct world *w, node_id node);
void world_continue(struct world *w, node_id node);

/* A node that lived elsewhere until now: `member`, which it has from `memory`, began by `config`.
 * What it owes is carried out by world_adopt_output, whole and synced, until world_adopt_end; from
 * then on it lives here. Its frames are delivered by world_bring. */
void world_adopt(struct world *w, node_id node, struct member *member, void *memory,
		 const struct member_config *config);
void world_adopt_output(struct world *w, node_id node, const struct member_output *out);
void world_adopt_end(struct world *w, node_id node);
void world_bring(struct world *w, node_id node, const uint8_t *bytes, size_t length);

/* A value of a node's member, as a value of the world. */
value_ref world_value(struct world *w, node_id node, value_ref value);

/* Gives a control to a node that is up and not stopped. */
void world_control(struct world *w, node_id node, const struct control *control);

/* The same for the policies of its epoch, which it hears of late: member_lines_in. */
void world_lines(struct world *w, node_id node, const struct policy_line *line, unsigned lines);

/* Lets a load propose at a node that is up and not stopped, unless the node still has to carry
 * something out. */
void world_load(struct world *w, node_id node, struct load *load);

/* When something is to be done next; NEVER. */
time_us world_next(const struct world *w);

/* The node that has something to do at `now`, the longest due first; NODE_NONE. */
node_id world_due(const struct world *w);

/* Does one thing that is due at `now` or before: carries out one node's output, or lets one node
 * take in what is due. False: there was nothing to do. It may move `now` on: no world does
 * boundlessly much in one instant. */
bool world_run(struct world *w);

/* Carries out what a node owes, now. Its control "crash" and "exit" take effect at the end. */
void world_carry(struct world *w, node_id node);

/* Makes room in the table of values, but for what `mark` marks besides. */
void world_sweep(struct world *w, void (*mark)(void *user), void *user);

#endif
