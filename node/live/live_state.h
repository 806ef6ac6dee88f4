/* The state of a handle of a live cluster. Its parts, each of which calls only parts above it here:
 *   live_event.c     events that ops->next gives
 *   live_pending.c   controls that are not answered yet
 *   live_ask.c       questions to nodes
 *   live_process.c   processes, watched and started
 *   live_control.c   giving controls
 *   live_replace.c   giving the seat of a node that lost its store to an empty one
 *   live_act.c       crash, restart, stop, continue, replace
 *   live_away.c      what a node that is away left behind
 *   live_feed.c      frames of nodes, taken in
 *   live_dir.c       the cluster's directory
 *   live_handle.c    the cluster interface
 *   live_attach.c, live_start.c, live_down.c
 * Times in *_us are real unless time_us says virtual. */
#ifndef NODE_LIVE_LIVE_STATE_H
#define NODE_LIVE_LIVE_STATE_H

#include "node/io/bus.h"
#include "node/io/files.h"
#include "node/io/leash.h"
#include "node/io/spawn.h"
#include "node/live/live.h"
#include "proto/wire/evidence.h"

#define PENDING_CONTROLS_MAX 64

struct live_node {
	char dir[PATH_BYTES]; /* "": on another machine */
	struct process process;
	bool down; /* its process is gone, as far as is known here */
	bool stopped;
	uint32_t epoch;        /* in which the node says it is */
	slot_number part_from; /* it has the seat of another from this slot on, as it said last */
	bool known;            /* a snapshot of the node's present life came */
	uint16_t boot;
	int64_t real_ahead_us; /* the node's real clock minus the one here; 0 = they are near */
	uint16_t over; /* lives up to this one have ended; what the node said then may come late */
	/* as its last snapshot told */
	slot_number touched; /* every slot from here on is untouched */
	uint32_t round;      /* the highest that it promised or proposed at */
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
	struct known_life life[NODES_MAX + 1]; /* of its peers */
	uint64_t seq;                          /* of the last event that was seen or told missing */
	uint64_t ask_us;      /* ask for a snapshot at this real time; 0 = no need */
	uint64_t ask_wait_us; /* and again so much later */
	uint64_t asked_until_us;
	uint64_t renew_us; /* a node that is still silent then is connected to anew */
	/* Of a node on another machine, whose end nobody here sees. Real times. */
	uint64_t heard_us; /* of it, or it was asked first */
	uint64_t owed_us;  /* it owes an answer since then; 0 = it owes none */
	bool silent;       /* it has owed one for too long, and that was said */
	int connection;
	uint32_t forged;      /* reports in its name that were thrown away and not yet told of */
	uint64_t forged_us;   /* when they were last told of, real time */
	uint64_t missed_us;   /* when events of it were last seen to be missing, real time */
	uint64_t load_number; /* of the load that was ordered last through this handle */
	bool has_load;
	struct load_report load;
};

/* A control that some nodes still have to answer. */
struct live_pending {
	struct control control; /* its value is `value` below */
	uint64_t told;          /* the number by which the operator here knows it */
	uint64_t since_us;      /* sent with its present number since then, real time */
	unsigned peers;         /* that were connected then, */
	unsigned renewals;      /* and so many connections had been given up by then */
	uint8_t *value;         /* owned */
	node_set waiting;       /* the nodes that have not answered */
	node_set answered;      /* those that have */
	uint64_t send_us;       /* next, real time */
	uint64_t wait_us;
	uint64_t until_us;
};

struct live {
	struct cluster cluster; /* first: a cluster's handle is a live's */
	enum cluster_kind kind;
	char dir[PATH_BYTES]; /* "": not known */
	char name[64];
	bool dir_is_private;
	bool dir_is_fresh; /* it was made by this handle */
	bool has_marked;   /* what is in it was made by this handle, or its starter is dead */
	bool owned;
	bool can_act;
	const char *why_not;
	int lock;
	int alive;
	int epoll;
	/* of nodes that are started, the starter's; NULL: as they did before */
	const char *keep, *batch, *pipeline;
	bool journal;       /* nodes that are started here keep journals */
	struct leash leash; /* of nodes while they are started; LEASH_NONE otherwise */
	struct bus bus;
	unsigned renewals; /* connections that were given up and made anew */
	struct roster roster;
	struct wire_context context;
	struct public_key keys[NODES_MAX + 1]; /* of the nodes, by id */
	struct public_key operator_key;
	struct secret_key operator_secret;
	struct live_node node[NODES_MAX + 1];
	uint32_t ordered_epoch; /* the last one, where no node was there to tell it; 0 = not read */
	policy_id ordered_policy;
	struct clock_rule clock; /* as last heard */
	uint64_t number;         /* of the last control, whichever operator gave it */
	struct live_pending pending[PENDING_CONTROLS_MAX];
	unsigned pendings;
	/* what ops->next still has to give */
	struct event *event;
	size_t events, events_given, events_max;
	struct snapshot snapshot;
	bool has_snapshot;
	struct item_proof proof;
	bool has_proof;
	struct item_load load;
	bool has_load;
	uint8_t proof_bytes[EVIDENCE_BYTES_MAX];
	struct event given;
	void *values_memory;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
};

static inline struct live *live_of(struct cluster *c)
{
	return (struct live *)c;
}

#endif
