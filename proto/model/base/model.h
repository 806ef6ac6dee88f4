/* What a cluster looks like, folded from its events: the one thing that views draw, monitors judge,
 * scenarios ask and `state --json` prints. A pure fold: equal items give an equal model, whether
 * they come from processes, from the simulator or from a file. The model believes a node about
 * itself only: a message has arrived when its receiver says so. Where other nodes' words, other
 * nodes' receipts or the node's own signature stand against a node's word, the model does not
 * believe that word, and says so (model_remark).
 *
 * The rooms: base is what a model is and what it answers, judge what must never happen, fold
 * changes a model item by item, say puts it into words.
 *
 * One model is one block of memory (model_size), made once; feeding it allocates nothing and costs
 * the same however long the history is. */
#ifndef PROTO_MODEL_BASE_MODEL_H
#define PROTO_MODEL_BASE_MODEL_H

#include <stddef.h>

#include "proto/core/cluster.h"
#include "proto/core/event.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"
#include "proto/core/drift.h"
#include "proto/model/base/clients.h"
#include "proto/wire/evidence.h"

#define MODEL_SLOTS       256  /* newest slots kept, a power of two */
#define MODEL_FLIGHTS     1024 /* messages on the wire, or just landed, that are kept */
#define MODEL_EVENTS      8192 /* newest events kept, a power of two */
#define MODEL_TALLIES     8    /* ballots of a slot whose votes are counted, the highest */
#define MODEL_LINES       POLICY_LINES_MAX /* newest changes of the policy that are kept */
#define MODEL_CHAINS      32               /* newest places at which nodes sum up the log */
#define MODEL_PROOFS      64 /* proofs of lies that are kept, one of each kind against each node */
#define MODEL_PROOF_BYTES (256 * 1024)

#define MODEL_LOST        8     /* proposals of a node that were given up, the newest */
#define MODEL_PROPOSED    65536 /* values of which it is kept whether they were proposed */
#define VIOLATION_OPS_MAX 6     /* operations of clients that a proof tells */

#define MODEL_SAMPLES 64 /* newest stretches of a load that are kept */

#define EVENT_UNSEEN UINT64_MAX /* the index of an event that this model has not seen */

/* Nothing chosen for so long though values wait: stalled. Sooner when the cause can be proved. */
#define STALLED_AFTER_US 2000000
#define BLOCKED_AFTER_US 50000

enum node_life { LIFE_UNKNOWN, LIFE_UP, LIFE_DOWN, LIFE_STOPPED };

#define REMARK_WORDS_MAX 240

/* What speaks against a node's word. */
enum remark {
	REMARK_UNFOUNDED,    /* the learner says that something is chosen; no quorum voted so */
	REMARK_HIDDEN_VOTE,  /* others received a vote that the voter says nothing of */
	REMARK_DENIAL,       /* a proof holds against a node that says it has not lied */
	REMARK_FORGED,       /* reports in the node's name that the node did not sign */
	REMARK_FALSE_PROOFS, /* proofs that the node brought and that prove nothing */
	REMARK_OTHER_CHAIN,  /* it sums up the log otherwise than others do */
	REMARKS
};

/* From a slot on, these defences. */
struct model_line {
	slot_number from;
	policy_id policy;
};

struct model_remark {
	uint32_t count; /* 0: nothing does; else the last: */
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	node_set by; /* the voters for the value, or the receivers of the vote */
};

/* The load that a node was told last, as far as the node has said what it measured. */
struct model_load {
	struct load_report report; /* number 0: there was none */
	bool cut;         /* the node's process ended before the load did; it will not go on */
	time_us told_at;  /* the newest report */
	unsigned samples; /* ever; the newest is at (samples - 1) % MODEL_SAMPLES */
	struct load_sample sample[MODEL_SAMPLES];
};

struct model_node {
	enum node_life life;
	uint32_t pid;
	/* while its life is not known, after its watcher missed a word of it: since then, in real
	 * and in virtual time; 0 = the watcher has not said so */
	uint64_t silent_since_us;
	time_us silent_since;
	uint64_t journal_end; /* its journal ended early, after so many inputs of this life, plus 1;
				 0 = not */
	int64_t ahead_us; /* its wall clock minus that of the process that watches; 0 = not told */
	uint16_t boot;
	uint32_t epoch;  /* in which the node says it is; 0 = it has not said */
	uint64_t seq;    /* of its last event */
	time_us told_at; /* when that was, or its last snapshot */
	uint64_t missed; /* events of it that never came */
	enum paxos_role role;
	struct ballot promised; /* durable: still true while the node is down */
	time_us promised_changed_at;
	struct ballot ballot; /* its own latest as proposer */
	slot_number from;
	slot_number base;      /* every slot below is chosen, it says, */
	slot_number low;       /* and it keeps none of the slots below this one */
	slot_number part_from; /* below it, it has no part: another had its seat, whose votes it
				  lacks */
	slot_number keeps_out; /* it answered no Prepare from this slot (plus 1; 0 = none), as it
				  keeps out of it or of one behind it */
	uint32_t pending;      /* values that wait at it to be chosen */
	uint32_t lost;         /* proposals that it gave up in this run; the newest: */
	value_ref lost_value[MODEL_LOST];
	value_ref wanted;   /* the newest of them; VALUE_NONE when none waits */
	time_us wake_at;    /* as of its last snapshot; 0 = no timer runs */
	uint32_t snapshots; /* of it that came */
	uint32_t preempted; /* so often since anything was chosen */
	node_id preempted_by;
	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	struct gate_rule gate;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */
	uint64_t lost_from[NODES_MAX + 1];    /* messages lost on each link */
	bool behind;  /* a new run has begun, and it has told of the run before only */
	bool blurred; /* events are missing since its last snapshot: what it had before it said
			 something is not known */
	/* refusals that it met since anything was chosen, by reason: how many, of which nodes */
	uint32_t refused[REFUSALS];
	node_set refused_by[REFUSALS];
	bool tells_line; /* it has told which defences it is under, and these are the latest: */
	struct model_line line;
	uint32_t mistake; /* that its program makes: a row of proto/fault/mistakes.def; 0 = none */
	uint32_t disk;    /* enum disk_act: wiped, or put back, before it last started; 0 */
	bool disk_used;   /* and it has started from that */
	uint32_t crash_point; /* before what it is to crash: proto/fault/crash_points.def; 0 */
	uint64_t forgot;      /* so often it did */
	uint32_t sync_us;     /* so much longer a sync of its disk takes */
	struct drift drift;   /* its own clock, as it said last; rate 0: it is the cluster's */
	/* as a liar */
	uint32_t attacks;   /* armed here: bits of proto/fault/attacks.def */
	node_set colluders; /* the nodes with which it lies */
	bool has_lied;      /* in this run, it says so itself */
	bool past_unknown;  /* what it did before this model saw it */
	uint64_t lies;
	uint32_t lied_in; /* all attacks that it lied by */
	uint32_t lied_by; /* the attack of the latest */
	time_us lied_at;
	struct model_remark remark[REMARKS];
	struct model_load load;
};

/* What nodes say of all slots up to one: the chain over what was chosen there
 * (proto/member/chain.h). Two chains are two different logs. */
struct model_chain {
	slot_number slot; /* SLOT_NONE: nothing is said */
	value_ref value[2];
	node_set by[2];
	uint64_t event[2]; /* in which it was said first */
};

/* A proof that a node lied, checked. */
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

/* A learner says that a value is chosen, and no other node bears it out yet. */
struct model_claim {
	node_id node;
	slot_number slot;
	struct ballot ballot;
	value_ref value; /* VALUE_NONE: there is no such claim */
	enum because because;
	node_id peer;
	time_us at;
	uint64_t event;
	value_ref before; /* what it said before */
	struct ballot before_at;
};

/* What one node says about one slot. Whatever is in doubt has its place here, so no node can use up
 * the places of other nodes. */
struct model_vote {
	struct ballot voted_at;
	value_ref voted;
	uint16_t voted_boot; /* the life in which the node told of it first */
	time_us voted_changed_at;
	struct ballot echoed_at;
	value_ref echoed; /* VALUE_NONE: it has told of no echo */
	struct ballot chosen_at;
	value_ref chosen;
	time_us chosen_changed_at;
	node_set chosen_by;        /* whose votes for `chosen` it counted, it says; 0: none */
	node_id chosen_from;       /* the node that told it, it says */
	node_set counted;          /* in the latest ballot in which it counted votes: whose, */
	struct ballot counted_at;  /* in which, */
	value_ref counted_value;   /* for what */
	struct model_claim claim;  /* `chosen`, while it is in doubt */
	value_ref unproposed;      /* chosen, it says, and nobody is known to have proposed it */
	uint64_t unproposed_event; /* in which it said so, */
	time_us unproposed_at;     /* and when */
};

struct model_slot {
	slot_number slot; /* SLOT_NONE: nothing is known */
	struct model_vote vote[NODES_MAX + 1];
	struct model_tally { /* votes of the highest ballots, as they came */
		struct ballot ballot;
		value_ref value;
		node_set voters;
		node_set liars;    /* nodes that said so too and had lied by then: no votes */
		node_set said;     /* of both, those that told of their vote themselves */
		node_set heard_of; /* those whose vote another node received, and which did */
		node_set heard[NODES_MAX + 1];
		node_set unsaid;   /* of those, voters that may not have told of it yet, */
		time_us unsaid_at; /* of a vote that was received then at the latest */
		uint64_t event[NODES_MAX + 1]; /* in which each said so; EVENT_UNSEEN: a snapshot */
	} tally[MODEL_TALLIES];
	/* votes for which there is no place any more: whose, up to which ballot, how many came late
	 */
	node_set uncounted;
	struct ballot uncounted_at;
	uint32_t late_votes;
	node_set claimed;    /* nodes whose claim is in doubt */
	node_set unproposed; /* nodes that know a value that nobody is known to have proposed */
	bool is_unsaid;      /* a tally has voters that may not have told of their votes */
	/* what a quorum of votes in one ballot makes chosen, judged from the voters' own words */
	value_ref decided;
	struct ballot decided_at;
	node_set decided_by;
	uint64_t decided_event; /* index of the event that completed it; EVENT_UNSEEN: a snapshot */
};

/* Messages about a slot that were sent, by type: one to each receiver. */
struct model_sent {
	slot_number slot;
	uint32_t count[MSG_TYPES];
};

enum lamp { LAMP_OFF, LAMP_ASKED, LAMP_YES, LAMP_NO, LAMP_LOST, LAMP_DOWN };

/* One proposer's newest ballot: what the quorum lamps show. */
struct model_ballot {
	struct ballot ballot; /* none: it has not prepared anything yet */
	slot_number slot;     /* the one that it decides now */
	enum lamp promise[NODES_MAX + 1];
	enum lamp accept[NODES_MAX + 1];
	uint8_t promises, accepts, quorum; /* given, by the acceptors' own words */
	node_set promised_to, accepted_to; /* acceptors whose answers the owner has received */
	value_ref value;                   /* VALUE_NONE: no Accept yet */
	enum because because;
	struct ballot forced_at; /* BECAUSE_FORCED: the vote that forces it */
	node_id forced_by;
	bool preempted;
	struct ballot preempted_by;
	bool finished; /* preempted, resigned, or its owner is down: no node works on it */
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
	time_us due;         /* when it will arrive; 0 = unknown, or when told to */
	time_us ended_at;    /* arrived or lost */
	uint64_t held_order; /* at a gate: rising in the order in which its messages stand there */
	enum drop drop;
};

enum safety { SAFETY_OK, SAFETY_VIOLATED };
/* BEHIND: no value waits, and yet there is a slot for some node to learn, since STALLED_AFTER_US.
 */
enum progress { PROGRESS_IDLE, PROGRESS_OK, PROGRESS_BEHIND, PROGRESS_STALLED };

/* The lowest slot that is chosen and that a node which is up does not know to be chosen. */
struct model_behind {
	node_id node; /* NODE_NONE: there is no such slot */
	slot_number slot;
	node_set knowing; /* empty: votes decide the slot, and no node knows it */
	time_us since;
};

enum property {
#define PROPERTY(name, text, judge, help) PROPERTY_##name,
#include "proto/model/base/properties.def"
#undef PROPERTY
	PROPERTIES
};

/* Proof that a property is broken. Agreement: two values and the quorum of each; a node in both
 * quorums voted for both. Integrity: one node, what it knew and what it knows now. */
struct model_violation {
	enum property property;
	slot_number slot;
	value_ref value[2];
	struct ballot ballot[2];
	node_set quorum[2];  /* the voters; where no quorum is known to have voted, the learner */
	bool voted[2];       /* a whole quorum is known */
	bool by_chain;       /* the values are chains, and the quorums those that said so */
	node_set votes[2];   /* that are known, of liars too */
	node_set counted[2]; /* of those, votes that only a learner tells of, which counted them */
	node_set said[2];    /* learners that say that it is chosen */
	node_set liars;      /* the nodes in the quorums that had lied */
	uint64_t event[2];   /* index of the events that completed them */
	uint64_t vote_event[2][NODES_MAX + 1]; /* and in which each of the quorum voted */
	unsigned ops; /* linearizability: the operations that no order explains, by their calls */
	struct client_op op[VIOLATION_OPS_MAX];
	time_us at;
	char words[600];  /* a sentence: which property, slot and nodes */
	char marked[620]; /* the same with its values between marks (proto/model/base/show.h) */
};

/* The order in which events are told: causes first, and else by time. Kept by
 * proto/model/fold/order.c, asked by model_event_earlier and its like. Places are those of the
 * ring, + 1; 0 = none. */
struct model_order {
	uint16_t first, last;
	uint16_t earlier[MODEL_EVENTS], later[MODEL_EVENTS];
	time_us believed[MODEL_EVENTS];        /* the event's own, but for one that no other clock
						  is near */
	time_us shown[MODEL_EVENTS];           /* the time that is told: rising along the list */
	time_us floor;                         /* the one of the latest that has left the front */
	struct message_id sent[NODES_MAX + 1]; /* by sender: the newest that it says it sent */
	uint32_t orphans[NODES_MAX + 1];       /* receipts and losses of newer ones */
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
	time_us now;     /* latest virtual time seen in an event */
	time_us since;   /* of the first word that this model heard; 0 = it has heard none */
	time_us watched; /* virtual time by the clock of the process that watches; 0 = not told */
	/* real time where the model is, as it was told first and last; 0 = it was not told */
	uint64_t real_begin_us, real_us;
	struct model_node node[NODES_MAX + 1];
	slot_number slot_first,
		slot_end; /* slots that anybody spoke of, within the last MODEL_SLOTS */
	struct model_slot slot[MODEL_SLOTS];
	struct model_sent sent_about[MODEL_SLOTS]; /* slot s at s % MODEL_SLOTS, if it is there */
	uint64_t decisions; /* slots whose votes decide them, in this run, as far as it heard */
	uint64_t sent[MSG_TYPES]; /* in this run, as far as this model heard of it */
	struct model_chain chain[MODEL_CHAINS];
	unsigned chains;            /* ever; the newest is at (chains - 1) % MODEL_CHAINS */
	struct model_ballot ballot; /* the newest that anybody works on */
	struct model_ballot ballots[NODES_MAX + 1]; /* by owner */
	struct flight flight[MODEL_FLIGHTS];
	uint32_t flights; /* in use; unordered */
	uint64_t held_order;
	uint64_t events; /* ever; event i is at i % MODEL_EVENTS while i + MODEL_EVENTS >= events */
	struct event event[MODEL_EVENTS];
	struct model_order order;
	struct clients clients; /* of nodes that had not lied */
	node_set liars;         /* nodes that lied in this run */
	node_set proven;        /* nodes against which a proof holds */
	unsigned proofs;
	struct model_proof proof[MODEL_PROOFS];
	uint32_t proofs_end;
	enum safety safety;
	struct model_violation violation; /* the first */
	enum progress progress;
	struct model_behind behind;
	time_us progress_since;
	char progress_why[200];    /* why nothing is chosen although values wait, once it can be
				      proved: also before it counts as stalled; "" = nothing is proved
				    */
	char progress_marked[220]; /* the same with its values between marks */
	bool stuck; /* what nodes stored proves that no value that waits can ever be chosen */
	time_us blocked_since; /* stuck, or no waiting node reaches a quorum; 0 = neither */
	time_us waiting_since;
	uint32_t waiting; /* values that somebody wants chosen */
	time_us chosen_last_at;
	/* some slot may hold a claim, a vote or a value that is in doubt */
	bool has_claims, has_unsaid, has_unproposed;
	bool words_are_true;           /* simulated: no node lies about what it did */
	bool asked;                    /* some node was asked to propose something */
	bool proposed[MODEL_PROPOSED]; /* values that some node was asked to propose, or proposed */
	uint8_t proof_bytes[MODEL_PROOF_BYTES];
	/* finds flights in O(1); for proto/model/fold/flights.c only */
	struct model_index {
		uint16_t bucket[2 * MODEL_FLIGHTS]; /* 1 + place in flight[], 0 = empty */
		uint16_t chain[MODEL_FLIGHTS];
	} index;
};

#endif
