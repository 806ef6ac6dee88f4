/* What the parts of a live cluster's handle share:
 *   live_start.c    directories, processes, joining        live_feed.c     what nodes say
 *   live_control.c  what they are told, and told again     live_process.c  what is done to them
 *   live.c          the interface */
#ifndef NODE_IO_LIVE_PRIVATE_H
#define NODE_IO_LIVE_PRIVATE_H

#include "node/io/bus.h"
#include "node/io/files.h"
#include "node/live/live.h"
#include "node/io/spawn.h"
#include "proto/wire/evidence.h"

#define PENDING_CONTROLS_MAX 64

/* Settings that a node missed while it was down or stopped, given to it when it is back. */
struct live_owed {
	bool clock_is_owed;
	struct clock_rule clock;
	bool gate_is_owed;
	uint32_t gate;
	node_set links_owed; /* from these peers */
	struct link_rule link[NODES_MAX + 1];
};

struct live_node {
	char dir[PATH_BYTES]; /* "": on another machine */
	struct process process;
	bool down; /* its process is gone, as far as we know */
	bool stopped;
	uint32_t epoch; /* in which it says it is */
	bool known;     /* a snapshot came in its present life */
	uint16_t boot;
	uint16_t over;   /* its lives up to this one have ended; what they said may come late */
	uint64_t seq;    /* of the last event that was seen or told missing */
	uint64_t ask_us; /* ask for a snapshot at this real time; 0 = no need */
	uint64_t ask_wait_us; /* and again so much later */
	uint64_t asked_until_us;
	uint64_t renew_us; /* if it is still silent then, connect to it anew */
	int connection;
	uint32_t forged;    /* reports in its name that were thrown away and not yet told of */
	uint64_t forged_us; /* when that was last told, real time */
	uint64_t missed_us; /* when events of it were last seen to be missing, real time */
	bool load_is_due;   /* a load was ordered, and is not yet known to be obeyed */
	uint64_t load_number;
	bool has_load;
	struct load_report load;
	struct live_owed owed;
};

/* A control that somebody still has to answer. */
struct live_pending {
	struct control control; /* value is our copy */
	uint64_t told;          /* the number by which its giver knows it */
	uint64_t since_us;      /* sent with its present number since then, real time */
	uint8_t *value;
	node_set waiting;
	uint64_t send_us; /* next, real time */
	uint64_t wait_us;
	uint64_t until_us;
};

struct live {
	struct cluster cluster; /* first: a cluster's handle is a live's */
	enum cluster_kind kind;
	char dir[PATH_BYTES]; /* "": not known */
	char name[64];
	bool dir_is_private;
	bool owned;
	bool can_act;
	const char *why_not;
	int lock;
	int alive;
	int epoll;
	struct bus bus;
	struct roster roster;
	struct wire_context context;
	struct public_key keys[NODES_MAX + 1]; /* of the nodes, by id */
	struct public_key operator_key;
	struct secret_key operator_secret;
	struct live_node node[NODES_MAX + 1];
	struct clock_rule clock; /* as last heard */
	uint64_t number;         /* of the last control, anybody's */
	struct live_pending pending[PENDING_CONTROLS_MAX];
	unsigned pendings;
	/* what next() has to give */
	struct event *event;
	size_t events, events_given, events_max;
	struct snapshot snapshot;
	bool has_snapshot;
	struct item_proof proof;
	bool has_proof;
	uint8_t proof_bytes[EVIDENCE_BYTES_MAX];
	struct event given;
	void *values_memory;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
};

/* live.c: a fresh handle without a cluster in it, and its end. */
enum status live_make(enum cluster_kind kind, struct live **out);
void live_free(struct live *l);

/* Takes the roster, connects to every node and asks each for a snapshot. With a local directory it
 * watches the processes too. */
enum status live_connect(struct live *l, const struct roster *roster);

/* live_feed.c */
void live_push(struct live *l, const struct event *event);
/* Something that happened to a node and that it did not say itself. */
void live_say(struct live *l, node_id id, struct event event);
uint32_t live_epoch(const struct live *l);
void live_take_frame(struct live *l, const uint8_t *bytes, size_t length);
void live_ask(struct live *l, node_id id);
/* Sends what is due to be asked. */
void live_ask_due(struct live *l, uint64_t real_us);
time_us live_virtual_now(const struct live *l);

/* live_control.c */
bool live_control(struct cluster *c, struct control *control);
/* An event "obeyed" or "disobeyed": gives it the number that the control's giver knows, or none
 * when the control is given once more under a new one. */
void live_answered(struct live *l, struct event *answer);
/* The last number that the node has obeyed, as its snapshot says. */
void live_answered_upto(struct live *l, node_id id, uint64_t number);
/* It is gone or stopped: nobody waits for its answers any more. */
void live_excuse(struct live *l, node_id id);
/* It is back: it is told what it missed. */
void live_settle_owed(struct live *l, node_id id);
void live_send_due(struct live *l, uint64_t real_us);
void live_drop_pending(struct live *l);

/* live_process.c */
bool live_process(struct cluster *c, node_id id, enum process_act act);
/* Finds and watches the process that lives in a node's directory, if one does. */
void live_track(struct live *l, node_id id);
void live_watch(struct live *l, node_id id, const struct process *process);
/* Its process is gone: says so, once. */
void live_has_ended(struct live *l, node_id id);
/* Takes note of processes that have ended. */
void live_check_processes(struct live *l);
enum status live_spawn(struct live *l, node_id id, const char *coordinator, bool memory_store,
		       struct process *out);
/* "n3 ended: what it said last" */
enum status live_why_ended(const struct live *l, node_id id);

/* live_start.c: removes what processes that were killed leave behind. */
void live_tidy(const char *dir);

static inline struct live *live_of(struct cluster *c)
{
	return (struct live *)c;
}

#endif
