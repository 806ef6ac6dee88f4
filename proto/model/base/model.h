/* What a cluster looks like, folded from its events: the one thing that views draw, monitors judge,
 * scenarios ask and `state --json` prints. A pure fold: equal items give an equal model, whether
 * they come from processes, from the simulator or from a file. It believes a node about itself
 * only: a message has arrived when its receiver says so. And where other nodes' words, what they
 * received or what it signed stand against a node's own, it does not believe that, and says so
 * (model_remark).
 *
 * One model is one block of memory (model_size), made once; feeding it allocates nothing and costs
 * the same however long the history is. */
#ifndef PROTO_MODEL_MODEL_H
#define PROTO_MODEL_MODEL_H

#include <stddef.h>

#include "proto/core/cluster.h"
#include "proto/core/event.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"
#include "proto/wire/evidence.h"

#define MODEL_SLOTS       256  /* newest slots kept, a power of two */
#define MODEL_FLIGHTS     1024 /* messages on the wire, or just landed, that are kept */
#define MODEL_EVENTS      8192 /* newest events kept, a power of two */
#define MODEL_TALLIES     8    /* ballots of a slot whose votes are counted, the highest */
#define MODEL_DOUBTS      16
#define MODEL_CLAIMS      16
#define MODEL_LINES       POLICY_LINES_MAX /* newest changes of the policy that are kept */
#define MODEL_PROOFS      64 /* proofs of lies that are kept, one of each kind against each node */
#define MODEL_PROOF_BYTES (256 * 1024)

#define EVENT_UNSEEN UINT64_MAX /* the index of an event that this model has not seen */

/* Nothing chosen for so long though values wait: stalled. Sooner when the cause can be proved. */
#define STALLED_AFTER_US 2000000
#define BLOCKED_AFTER_US 50000

/* Since when, in virtual time, and on what grounds somebody is as they are. */
enum node_life { LIFE_UNKNOWN, LIFE_UP, LIFE_DOWN, LIFE_STOPPED };

#define REMARK_WORDS_MAX 240

/* What speaks against a node's word. */
enum remark {
	REMARK_UNFOUNDED,    /* it says that something is chosen, and nobody voted for it */
	REMARK_HIDDEN_VOTE,  /* others received a vote that it says nothing of */
	REMARK_DENIAL,       /* a proof holds against it, and it says that it has not lied */
	REMARK_FORGED,       /* reports in its name that it did not sign */
	REMARK_FALSE_PROOFS, /* proofs that it brought and that prove nothing */
	REMARKS
};

struct model_remark {
	uint32_t count; /* 0: nothing does; else the last: */
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	node_set by; /* who voted so all the same, or who received it */
};

struct model_node {
	enum node_life life;
	uint32_t pid;
	uint16_t boot;
	uint32_t epoch;  /* in which it says it is; 0 = it has not */
	uint64_t seq;    /* of its last event */
	time_us told_at; /* when that was, or its last snapshot */
	uint64_t missed; /* events of it that never came */
	enum paxos_role role;
	struct ballot promised; /* durable: still true while the node is down */
	time_us promised_changed_at;
	struct ballot ballot; /* its own latest as proposer */
	slot_number from;
	slot_number base;   /* every slot below is chosen, it says */
	uint32_t pending;   /* values that wait at it to be chosen */
	value_ref wanted;   /* the newest of them; VALUE_NONE when none waits */
	time_us wake_at;    /* as of its last snapshot; 0 = no timer runs */
	uint32_t snapshots; /* of it that came */
	uint32_t preempted; /* so often since anything was chosen */
	node_id preempted_by;
	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	bool gated;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */
	uint64_t lost_from[NODES_MAX + 1];    /* messages lost on each link */
	bool behind;  /* a new run has begun, and it has told of the run before only */
	bool blurred; /* events are missing since its last snapshot: what it had before it said
			 something is not known */
	/* refusals that it met since anything was chosen, by reason, and by whom */
	uint32_t refused[REFUSALS];
	node_set refused_by[REFUSALS];
	/* as a liar */
	uint32_t attacks;   /* armed here: bits of proto/fault/attacks.def */
	node_set colluders; /* with whom */
	bool has_lied;      /* in this run, it says so itself */
	bool past_unknown;  /* what it did before this model saw it */
	uint64_t lies;
	uint32_t lied_in; /* all attacks that it lied by */
	uint32_t lied_by; /* the attack of the latest */
	time_us lied_at;
	struct model_remark remark[REMARKS];
};

/* From a slot on, these defences. */
struct model_line {
	slot_number from;
	policy_id policy;
};

/* A proof that somebody lied, checked. */
struct model_proof {
	enum proof_kind kind;
	node_id accused;
	slot_number slot;
	node_set holders;
	time_us at;
	bool judged;               /* against what the accused says it did until then */
	uint32_t bytes_at, length; /* in proof_bytes */
	char words[EVIDENCE_WORDS_MAX];
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
	struct model_tally { /* votes of the highest ballots, as they came */
		struct ballot ballot;
		value_ref value;
		node_set voters;
		node_set liars;    /* who said so too, and had lied by then: no votes */
		node_set said;     /* of both, who said so itself */
		node_set heard_of; /* whose vote somebody else received, and who did */
		node_set heard[NODES_MAX + 1];
		uint64_t event[NODES_MAX + 1]; /* in which each said so; EVENT_UNSEEN: a snapshot */
	} tally[MODEL_TALLIES];
	/* what a quorum of votes in one ballot makes chosen, judged from the voters' own words */
	value_ref decided;
	struct ballot decided_at;
	node_set decided_by;
	uint64_t decided_event; /* index of the event that completed it; EVENT_UNSEEN: a snapshot */
};

enum lamp { LAMP_OFF, LAMP_ASKED, LAMP_YES, LAMP_NO, LAMP_LOST, LAMP_DOWN };

/* One proposer's newest ballot: what the quorum lamps show. */
struct model_ballot {
	struct ballot ballot; /* none: it has not prepared anything yet */
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
	bool finished; /* preempted, resigned, or its owner is down: nobody works on it any more */
	time_us since;
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

enum property {
#define PROPERTY(name, text, help) PROPERTY_##name,
#include "proto/model/properties.def"
#undef PROPERTY
	PROPERTIES
};

/* Proof that a property is broken. Agreement: two values, the quorum of each and who is in both.
 * Integrity: one node, what it knew and what it knows now. */
struct model_violation {
	enum property property;
	slot_number slot;
	value_ref value[2];
	struct ballot ballot[2];
	node_set quorum[2];
	node_set liars;                        /* of those in both: who had lied */
	uint64_t event[2];                     /* index of the events that completed them */
	uint64_t vote_event[2][NODES_MAX + 1]; /* and in which each of the quorum voted */
	time_us at;
	char words[340]; /* a sentence: which property, which slot, who */
};

struct model {
	struct values *values;
	uint8_t nodes;
	uint8_t quorum;
	uint8_t plain_quorum; /* of slots without the defence `quorum` */
	bool quorum_is_known; /* the roster says so, whatever a node says */
	enum paxos_mode mode;
	uint32_t epoch;
	policy_id policy; /* the newest */
	unsigned policy_lines;
	struct model_line policy_line[MODEL_LINES]; /* rising */
	struct clock_rule clock;
	time_us now; /* latest virtual time seen in an event */
	struct model_node node[NODES_MAX + 1];
	slot_number slot_first,
		slot_end; /* slots that anybody spoke of, within the last MODEL_SLOTS */
	struct model_slot slot[MODEL_SLOTS];
	struct model_ballot ballot;                 /* the newest that anybody works on */
	struct model_ballot ballots[NODES_MAX + 1]; /* by owner */
	struct flight flight[MODEL_FLIGHTS];
	uint32_t flights; /* in use; unordered */
	uint64_t events; /* ever; event i is at i % MODEL_EVENTS while i + MODEL_EVENTS >= events */
	struct event event[MODEL_EVENTS];
	node_set liars;  /* who lied in this run */
	node_set proven; /* against whom a proof holds */
	unsigned proofs;
	struct model_proof proof[MODEL_PROOFS];
	uint32_t proofs_end;
	enum safety safety;
	struct model_violation violation; /* the first */
	enum progress progress;
	time_us progress_since;
	char progress_why[200]; /* why nothing is chosen although values wait, once it can be
				   proved: also before it counts as stalled; "" = nothing is proved
				 */
	bool stuck; /* that nothing that waits can ever be chosen is proven by what was stored */
	time_us blocked_since; /* stuck, or no quorum can be reached by who waits; 0 = neither */
	time_us waiting_since;
	uint32_t waiting; /* values that somebody wants chosen */
	time_us chosen_last_at;
	/* chosen values that nobody proposed, as far as was told until now */
	struct model_doubt {
		value_ref value; /* VALUE_NONE: this place is free */
		slot_number slot;
		node_id node;
		uint64_t event;
		time_us at;
	} doubt[MODEL_DOUBTS];
	/* what somebody says is chosen, or voted for by somebody else, and nobody bears out yet */
	struct model_claim {
		node_id node;
		slot_number slot;
		struct ballot ballot;
		value_ref value;
		enum because because;
		node_id peer;
		time_us at;
		uint64_t event;
		value_ref before; /* what it said before */
		struct ballot before_at;
	} claim[MODEL_CLAIMS], unsaid[MODEL_CLAIMS];
	unsigned claims, unsaids;
	bool words_are_true;           /* simulated: no node lies about what it did */
	bool asked;                    /* somebody was asked to propose something */
	uint32_t proposed[65536 / 32]; /* values that somebody was asked to propose, or pushed */
	uint8_t proof_bytes[MODEL_PROOF_BYTES];
	/* finds flights in O(1); nobody else's affair */
	struct model_index {
		uint16_t bucket[2 * MODEL_FLIGHTS]; /* 1 + place in flight[], 0 = empty */
		uint16_t chain[MODEL_FLIGHTS];
	} index;
};

size_t model_size(void);
void model_init(struct model *m, struct values *values, uint8_t nodes);
/* The same for a cluster, with what its handle knows before any node has said a word. */
void model_begin(struct model *m, struct values *values, const struct cluster_info *info);

void model_event(struct model *m, const struct event *event);
void model_snapshot(struct model *m, const struct snapshot *snapshot);
void model_proof(struct model *m, const struct item_proof *proof);
/* Any of them. */
void model_item(struct model *m, const struct item *item);
/* Virtual time has come to `now`: what is judged by time (progress) is judged again, old flights
 * are forgotten. */
void model_time(struct model *m, time_us now);

/* Marks every value that the model refers to, for values_sweep: who feeds a model for ever unmarks,
 * calls this and sweeps when values_has_room says no. */
void model_mark_values(const struct model *m);

/* NULL when nothing is known about the slot (any more). */
const struct model_slot *model_slot(const struct model *m, slot_number slot);
/* Event number i of this model, NULL when it is too old. */
const struct event *model_event_at(const struct model *m, uint64_t i);

/* The defences of a slot, and how many votes it takes there. */
policy_id model_policy_at(const struct model *m, slot_number slot);
unsigned model_quorum_at(const struct model *m, slot_number slot);
/* How many liars the newest policy can bear, safe and live; and who is armed now. */
unsigned model_tolerated(const struct model *m);
node_set model_armed(const struct model *m);

/* The i-th sentence about a node whose word is not believed, from 0; false: there are no more. */
bool model_remark(const struct model *m, unsigned i, char *out, size_t size);

/* "3.1", "-" for none, "max.3" for the highest round. */
void ballot_show(struct ballot ballot, char out[16]);

/* "n1 n2 n5", "nobody". */
void set_show(node_set set, char *out, size_t size);
/* "PREPARE 3.1", "ACCEPT 3.1=B", "NACK 3.1 (promised 4.2)". */
void message_show(const struct model *m, const struct event *event, char *out, size_t size);
/* "prepare" as people shout it: "PREPARE". */
void message_shout(enum message_type type, char out[16]);
/* The sentence about what a property demands, and its name. */
const char *property_name(enum property property);
const char *property_words(enum property property);

/* The step that event number i is, in plain words for the WHY pane: what happened, a newline, and
 * why it is so or what it means; lines are not broken to any width. False: there is nothing to
 * say about it. */
bool why_explain(const struct model *m, uint64_t i, char *out, size_t size);
/* The newest event that why_explain has something to say about; EVENT_UNSEEN if none. */
uint64_t why_newest(const struct model *m);

/* One line for the event list: "n1 got PROMISE 3.1 from n3 (accepted 2.2=B)". */
void event_words(const struct model *m, const struct event *event, char *out, size_t size);

#endif
