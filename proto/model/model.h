/* What a cluster looks like, folded from its events: the one thing that views draw, monitors judge,
 * scenarios ask and `state --json` prints. A pure fold: equal items give an equal model, whether
 * they come from processes, from the simulator or from a file. It believes a node about itself
 * only: a message has arrived when its receiver says so.
 *
 * One model is one block of memory (model_size), made once; feeding it allocates nothing and costs
 * the same however long the history is. */
#ifndef PROTO_MODEL_MODEL_H
#define PROTO_MODEL_MODEL_H

#include "proto/core/cluster.h"
#include "proto/core/event.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"

#define MODEL_SLOTS   256  /* newest slots kept, a power of two */
#define MODEL_FLIGHTS 1024 /* messages on the wire, or just landed, that are kept */
#define MODEL_EVENTS  8192 /* newest events kept, a power of two */

/* Since when, in virtual time, and on what grounds somebody is as they are. */
enum node_life { LIFE_UNKNOWN, LIFE_UP, LIFE_DOWN, LIFE_STOPPED };

struct model_node {
	enum node_life life;
	uint32_t pid;
	uint16_t boot;
	uint64_t seq;    /* of its last event */
	uint64_t missed; /* events of it that never came */
	enum paxos_role role;
	struct ballot promised;
	time_us promised_changed_at;
	struct ballot ballot; /* its own latest as proposer */
	slot_number from;
	slot_number base; /* every slot below is chosen, it says */
	uint32_t pending;
	time_us wake_at;
	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	bool gated;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */
	uint64_t lost_from[NODES_MAX + 1];    /* messages lost on each link */
};

/* What one node says about one slot. */
struct model_vote {
	struct ballot voted_at;
	value_ref voted;
	time_us voted_changed_at;
	struct ballot chosen_at;
	value_ref chosen;
	time_us chosen_changed_at;
};

struct model_slot {
	slot_number slot; /* SLOT_NONE: nothing is known */
	struct model_vote vote[NODES_MAX + 1];
	/* what a quorum of votes in one ballot makes chosen, judged from "accepted" events alone */
	value_ref decided;
	struct ballot decided_at;
	node_set decided_by;
	uint64_t decided_event; /* index of the event that completed it */
};

enum lamp { LAMP_OFF, LAMP_ASKED, LAMP_YES, LAMP_NO, LAMP_LOST, LAMP_DOWN };

/* The newest ballot that anybody works on: what the quorum lamps show. */
struct model_ballot {
	struct ballot ballot; /* none: nobody has prepared anything yet */
	slot_number slot;     /* the one that it decides now */
	enum lamp promise[NODES_MAX + 1];
	enum lamp accept[NODES_MAX + 1];
	uint8_t promises, accepts, quorum;
	value_ref value; /* VALUE_NONE: no Accept yet */
	enum because because;
	struct ballot forced_at; /* BECAUSE_FORCED: the vote that forces it */
	node_id forced_by;
	bool preempted;
	struct ballot preempted_by;
};

enum flight_state { FLIGHT_SENT, FLIGHT_HELD, FLIGHT_ARRIVED, FLIGHT_LOST };

/* One copy of a message on its way to one receiver. */
struct flight {
	struct message_id id;
	uint8_t copy;
	node_id from, to;
	enum flight_state state;
	enum message_type type;
	slot_number slot;
	struct ballot ballot;
	struct ballot other;
	value_ref value;
	time_us sent_at;
	time_us due;      /* when it will arrive; 0 = unknown, or when told to */
	time_us ended_at; /* arrived or lost */
	enum drop drop;
};

enum safety { SAFETY_OK, SAFETY_VIOLATED };
enum progress { PROGRESS_IDLE, PROGRESS_OK, PROGRESS_STALLED };

/* Proof that two values were chosen in one slot: two quorums and a node in both. */
struct model_violation {
	slot_number slot;
	value_ref value[2];
	struct ballot ballot[2];
	node_set quorum[2];
	uint64_t event[2]; /* index of the events that completed them */
	time_us at;
	char words[256]; /* a sentence: which property, which slot, who */
};

struct model {
	struct values *values;
	uint8_t nodes;
	uint8_t quorum;
	enum paxos_mode mode;
	uint32_t epoch;
	uint32_t policy;
	struct clock_rule clock;
	time_us now; /* latest virtual time seen in an event */
	struct model_node node[NODES_MAX + 1];
	slot_number slot_first,
		slot_end; /* slots that anybody spoke of, within the last MODEL_SLOTS */
	struct model_slot slot[MODEL_SLOTS];
	struct model_ballot ballot;
	struct flight flight[MODEL_FLIGHTS];
	uint32_t flights; /* in use; unordered */
	uint64_t events; /* ever; event i is at i % MODEL_EVENTS while i + MODEL_EVENTS >= events */
	struct event event[MODEL_EVENTS];
	enum safety safety;
	struct model_violation violation; /* the first */
	enum progress progress;
	time_us progress_since;
	char progress_why[200]; /* the cause, when it is stalled and the cause can be proved */
	uint32_t waiting;       /* values that somebody wants chosen */
	time_us chosen_last_at;
	/* indexes that make every update O(1); nobody else's affair */
	struct model_index {
		uint16_t bucket[2 * MODEL_FLIGHTS];
		uint16_t chain[MODEL_FLIGHTS];
		uint32_t oldest;
	} index;
};

size_t model_size(void);
void model_init(struct model *m, struct values *values, uint8_t nodes);

void model_event(struct model *m, const struct event *event);
void model_snapshot(struct model *m, const struct snapshot *snapshot);
/* Virtual time has come to `now`: what is judged by time (progress) is judged again, old flights
 * are forgotten. */
void model_time(struct model *m, time_us now);

/* NULL when nothing is known about the slot (any more). */
const struct model_slot *model_slot(const struct model *m, slot_number slot);
/* Event number i of this model, NULL when it is too old. */
const struct event *model_event_at(const struct model *m, uint64_t i);

/* "3.1", "-" for none, "max.3" for the highest round. */
void ballot_show(struct ballot ballot, char out[16]);

/* The newest step in plain words, for the WHY pane: up to two lines of at most `width` columns of
 * what and why. `i` is the event to explain; false if there is nothing to say about it. */
bool why_explain(const struct model *m, uint64_t i, char *out, size_t size);

/* One line for the event list: "n1 got PROMISE 3.1 from n3 (accepted 2.2=B)". */
void event_words(const struct model *m, const struct event *event, char *out, size_t size);

#endif
