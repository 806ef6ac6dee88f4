/* One Paxos node as a pure function: proposer, acceptor and learner of a log of slots.
 *
 * paxos_step() is total: it cannot fail, block, allocate, read a clock or draw a random number that
 * is not in its state. Equal state and input give equal state and output, in the node process, in
 * the simulator and in the checker. `struct paxos` is a plain value: copy it, compare it, hash it.
 *
 * Lamport, "Paxos Made Simple" (2001), sections 2.2 to 3. The promised ballot is one for all slots:
 * a Prepare covers every slot from its own on. In single mode a proposer runs both phases for every
 * slot; in multi mode it keeps its ballot and pipelines Accepts until another proposer takes over.
 *
 * A node's messages to itself do not leave: a node that is in its own message's `to` handles the
 * message within the same step, after which the output has only the messages to other nodes. Not so
 * in a slot under `echo`, `justify` or `cert`. There a node's own word is a proof like any other
 * and has to be signed first. So its messages to itself stay in the output (self is in `to`), and
 * the caller hands each back as an input, signed, before anything else.
 *
 * Hardened mode (rules 1 to 6, quoted above their handlers) is BPCon, or Lamport's "Byzantizing
 * Paxos by Refinement". Which rules hold in a slot is said by the slot's policy. Signatures are the
 * caller's: it hands in only messages that it has verified, and names signed bytes by references,
 * which this state keeps and hands on.
 *
 * Words: the owner of a ballot is the one proposer that may use it. A slot is open from the base
 * (the first slot that this node does not know to be decided) on, SLOTS_OPEN_MAX of them; slots
 * below the base are closed. A claim is a vote as a Promise tells it. */
#ifndef PROTO_CORE_PAXOS_H
#define PROTO_CORE_PAXOS_H

#include "proto/core/event.h"
#include "proto/core/gate_rule.h"
#include "proto/core/message.h"
#include "proto/core/types.h"

enum paxos_mode { MODE_SINGLE, MODE_MULTI };

struct paxos_config {
	node_id self;
	uint8_t nodes; /* 1 .. NODES_MAX */
	/* In slots without `quorum`: so many accepteds decide, and so many promises begin a ballot,
	 * 0 = as many as accepteds. Two quorums need to meet across the phases only (Howard,
	 * Malkhi, Spiegelman: Flexible Paxos, 2016). */
	uint8_t quorum, promises;
	enum paxos_mode mode;
	uint64_t seed;     /* of the back-off; different at each node */
	time_us resend_us; /* first wait for an answer; doubles up to resend_us_max */
	time_us resend_us_max;
	time_us backoff_us; /* a preempted proposer waits a random time below this, doubling */
	time_us backoff_us_max;
	time_us gossip_us; /* how far it knows is told so long after a change; 0 = never */
	time_us gossip_us_max;
	policy_id policy; /* from slot 0 on */
	slot_number keep; /* decided slots that it keeps at least, 0 = all (proto/core/summary.c) */
};

/* Sensible times for links of about 5 ms. */
struct paxos_config paxos_config_default(node_id self, uint8_t nodes, enum paxos_mode mode);

enum paxos_role { ROLE_IDLE, ROLE_PREPARING, ROLE_LEADING, ROLE_WAITING };

struct paxos; /* proto/core/paxos_state.h: for code that keeps a node, and for its judges */

enum paxos_input_kind {
	INPUT_START,   /* the first input after paxos_init and paxos_restore_*; again */
	INPUT_MESSAGE, /* message; from and to are believed: admission is the caller's */
	INPUT_PROPOSE, /* value, slot (SLOT_NONE = any) */
	INPUT_TIMER,   /* time has passed; harmless too early */
	INPUT_LINK_UP, /* peer: a link from or to it works again */
	INPUT_CHAIN,   /* slot, value: the chain over all that was chosen up to this slot */
};

struct paxos_input {
	enum paxos_input_kind kind;
	time_us now; /* never falls */
	const struct message *message;
	value_ref value;
	slot_number slot;
	node_id peer;
	uint32_t round_floor; /* under `window`: 1 + what enough others have seen; 0 = off */
	bool again;           /* not the first life of this node: it asks what it missed */
	type_set gated; /* messages to itself of these types are not handled: the caller holds them
			 */
};

/* What changed in the durable part. */
struct paxos_write {
	enum {
		WRITE_PROMISED,
		WRITE_VOTE,
		WRITE_CHOSEN,
		WRITE_ECHO,
		WRITE_SUMMARY, /* of every slot up to this one; value: the chain */
		WRITE_LOW, /* no slot below this one is kept. If it is above the base, the base is
			      there now. The summary up to there was written before */
	} kind;
	slot_number slot; /* not for WRITE_PROMISED */
	struct ballot ballot;
	value_ref value; /* not for WRITE_PROMISED and WRITE_LOW */
	uint8_t proofs;  /* hardened: what makes the vote or the choice believed by others */
	const proof_ref *proof_list; /* valid until the next step */
	value_ref cert;              /* the caller's: the proofs as one value */
};

/* Enough for the busiest step there is: a cluster of one node in single mode whose whole queue is
 * decided in the step that brings its first promise. */
#define OUT_SENDS_MAX  (4 * PENDING_MAX + 2 * SLOTS_OPEN_MAX + 16)
#define OUT_WRITES_MAX (3 * (PENDING_MAX + SLOTS_OPEN_MAX) + SUMMARIES_MAX + 4)
#define OUT_PROOFS_MAX ((SLOTS_OPEN_MAX + SUMMARIES_MAX + 4) * NODES_MAX)
#define OUT_EVENTS_MAX (12 * (PENDING_MAX + SLOTS_OPEN_MAX) + 64)

/* What the caller owes after a step, in this order. */
struct paxos_output {
	/* 1. store these; if must_sync, make them durable before anything below leaves the node,
	 * but for what paxos_is_early names */
	bool must_sync;
	uint16_t writes;
	struct paxos_write write[OUT_WRITES_MAX];
	/* 2. send these; claims point into `claim` */
	uint16_t sends;
	struct message send[OUT_SENDS_MAX];
	struct claim claim[SLOTS_OPEN_MAX];
	uint16_t proofs; /* that messages refer to */
	proof_ref proof[OUT_PROOFS_MAX];
	/* 3. if log_to is not empty: send these nodes Commits for log_count stored slots from
	 * log_from on */
	node_set log_to;
	slot_number log_from;
	uint16_t log_count;
	/* 4. report these; node, boot, seq, at are the caller's to fill in */
	uint16_t events;
	struct event event[OUT_EVENTS_MAX];
	/* 5. come back with INPUT_TIMER at this time; 0 = no need */
	time_us wake_at;
};

void paxos_init(struct paxos *p, const struct paxos_config *config);

/* Puts stored state back, before INPUT_START: first base, then the rest in any order. A slot
 * outside of the open window is ignored: below base there is nothing to remember. */
void paxos_restore(struct paxos *p, slot_number base, struct ballot promised);
void paxos_restore_vote(struct paxos *p, slot_number slot, struct ballot at, value_ref value);
void paxos_restore_chosen(struct paxos *p, slot_number slot, struct ballot at, value_ref value);

void paxos_restore_echo(struct paxos *p, slot_number slot, struct ballot at, value_ref value);
/* After paxos_restore_vote: the proof, as one, that justified the vote. */
void paxos_restore_cert(struct paxos *p, slot_number slot, proof_ref cert);
/* After paxos_restore_chosen: the proof that the value is chosen. */
void paxos_restore_chosen_cert(struct paxos *p, slot_number slot, proof_ref cert);

/* Behind paxos_restore: a summary of every slot below `end`, VALUE_NONE: none. `low`: the slots
 * below are not kept. Else it is as it was stored (proven), or as it was counted again. */
void paxos_restore_low(struct paxos *p, slot_number end, value_ref chain, proof_ref cert);
void paxos_restore_summary(struct paxos *p, slot_number end, value_ref chain, bool proven,
			   proof_ref cert);

/* The log is summarized wherever the number of slots is a multiple of this; 0 = never. */
slot_number paxos_interval(const struct paxos *p);

/* The policy of a slot, and what holds at once in all of them. */
policy_id paxos_policy(const struct paxos *p, slot_number slot);
policy_id paxos_policy_now(const struct paxos *p);
unsigned paxos_quorum(const struct paxos *p, slot_number slot);   /* of accepteds */
unsigned paxos_promises(const struct paxos *p, slot_number slot); /* a quorum of these */

/* The first slot from which on this node has neither voted nor echoed nor proposed nor learned, nor
 * heard an Echo or an Accepted that counts there. */
slot_number paxos_untouched(const struct paxos *p);

/* From `from` on, which must be untouched, the policy is this one. False, and nothing is changed:
 * it is touched, or there are too many lines. */
bool paxos_set_policy(struct paxos *p, slot_number from, policy_id policy);

/* The same heard late, by a node that the others did not wait for: these are the lines, whatever
 * this node has touched (proto/core/lines.c). The acceptor keeps out of slots in which it has voted
 * under another policy; the caller stores paxos_out_of with the lines, gives it back by
 * paxos_keep_out after a restart, and goes on with INPUT_TIMER. */
void paxos_follow_lines(struct paxos *p, const struct policy_line *line, unsigned lines);
struct slot_bits paxos_out_of(const struct paxos *p);

/* The acceptor neither promises nor votes in slots below `part_from`, where it may have voted and
 * forgotten it, nor in those of `out_of`. */
void paxos_keep_out(struct paxos *p, slot_number part_from, struct slot_bits out_of);
bool paxos_keeps_out_of(const struct paxos *p, const struct message *m);

/* `out` is overwritten; it stays valid until the next step. */
void paxos_step(struct paxos *p, const struct paxos_input *in, struct paxos_output *out);

/* May the message leave before what this node owes is stored (proto/core/early.c)? `stored`: its
 * promise as the disk has it. `waits_from`: its votes in this slot and above may not be stored yet;
 * SLOT_NONE: all are. */
bool paxos_is_early(const struct paxos *p, const struct message *m, struct ballot stored,
		    slot_number waits_from);

/* An Echo or an Accepted that changes nothing, if it is what it seems to be: the node has voted so
 * in this ballot, or knows that this was chosen in it. It may be handed in without its proof, and
 * unverified, as `late`: then it ends a wait at most. An Echo that comes again is not late, for it
 * asks for an answer. */
bool paxos_is_late(const struct paxos *p, const struct message *m);

/* The values that were asked for, echoed or voted for in an open slot at this ballot, as far as
 * this node heard: one of them is meant by a message that names its value by a digest. Returns how
 * many. */
#define VALUES_AT_MAX 8
unsigned paxos_values_at(const struct paxos *p, slot_number slot, struct ballot ballot,
			 value_ref out[VALUES_AT_MAX]);

/* What others ask of a node's state. */
node_id paxos_self(const struct paxos *p);
enum paxos_role paxos_role(const struct paxos *p);
slot_number paxos_base(const struct paxos *p);       /* every slot below is known to be chosen */
slot_number paxos_low(const struct paxos *p);        /* and no slot below this one is kept */
unsigned paxos_pending_count(const struct paxos *p); /* values that wait or are being proposed */

/* Calls `use` with every reference that the state holds, for values_mark. */
void paxos_refs(const struct paxos *p, void (*use)(void *context, value_ref ref), void *context);

/* The same for references to proofs. */
void paxos_proofs(const struct paxos *p, void (*use)(void *context, proof_ref ref), void *context);

/* "idle", "preparing", ... */
const char *paxos_role_name(enum paxos_role role);

#endif
