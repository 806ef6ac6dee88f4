/* One Paxos node as a pure function: proposer, acceptor and learner of a log of slots.
 *
 * paxos_step() is total: it cannot fail, block, allocate, read a clock or draw a random number that
 * is not in its state. Equal state and input give equal state and output, in the node process, in
 * the simulator and in the checker. `struct paxos` is a plain value: copy it, compare it, hash it.
 *
 * Lamport, "Paxos Made Simple" (2001), sections 2.2 to 3. The promised ballot is one for all slots:
 * a Prepare covers every slot from its own on. In single mode a proposer runs both phases for every
 * slot; in multi mode it keeps its ballot and pipelines Accepts until somebody takes over.
 *
 * Messages to oneself do not leave: a node that is in its own message's `to` handles it within the
 * same step, after which the output tells only the others. Not so in a slot under `echo`, `justify`
 * or `cert`: there a node's own word is a proof like any other and has to be signed first, so its
 * messages to itself are left in the output (self is in `to`) and the caller hands each back as an
 * input, signed, before anything else.
 *
 * Hardened mode (rules 1 to 6) is BPCon, or Lamport's "Byzantizing Paxos by Refinement": what a
 * slot's policy asks for is read from the lines of policies. Signatures are the caller's: it hands
 * in only what it verified, and names the signed bytes by references which this state hands on. */
#ifndef PROTO_CORE_PAXOS_H
#define PROTO_CORE_PAXOS_H

#include "proto/core/event.h"
#include "proto/core/message.h"
#include "proto/core/types.h"

enum paxos_mode { MODE_SINGLE, MODE_MULTI };

struct paxos_config {
	node_id self;
	uint8_t nodes;  /* 1 .. NODES_MAX */
	uint8_t quorum; /* of promises, and of accepteds; in slots without `quorum` */
	enum paxos_mode mode;
	uint64_t seed;     /* of the back-off; different at each node */
	time_us resend_us; /* first wait for an answer; doubles up to resend_us_max */
	time_us resend_us_max;
	time_us backoff_us; /* a preempted proposer waits a random time below this, doubling */
	time_us backoff_us_max;
	policy_id policy; /* from slot 0 on */
};

/* Sensible times for links of about 5 ms. */
struct paxos_config paxos_config_default(node_id self, uint8_t nodes, enum paxos_mode mode);

/* What one slot of the open window holds. The durable part is `voted*` and `chosen*`. */
struct paxos_slot {
	slot_number slot;
	struct ballot voted_at; /* acceptor: its vote, none if it has not voted */
	value_ref voted;
	struct ballot chosen_at; /* learner; chosen is VALUE_NONE while it does not know */
	value_ref chosen;
	/* proposer, at its current ballot */
	struct ballot claim_at; /* the highest vote that a promise told for this slot */
	value_ref claim;
	node_id claim_by;
	value_ref proposed; /* VALUE_NONE: no Accept sent */
	node_set accepted_by;
	uint8_t pending; /* 1 + place in pending[] of the value that fills it, 0 = none */
};

/* The latest that a node was heard to say in a slot, in an Echo or an Accepted. The ballots of an
 * honest node's words only rise. */
struct paxos_word {
	struct ballot ballot;
	value_ref value;
	proof_ref proof;
};

/* The hardened part of a slot. Durable: echoed*, cert. */
struct paxos_hard {
	struct ballot echoed_at; /* acceptor: the highest ballot in which it echoed */
	value_ref echoed;
	proof_ref asked;                   /* the owner's Accept that it echoed */
	struct paxos_word echo[NODES_MAX]; /* by id - 1 */
	uint8_t certs; /* why it voted as it did: the Echoes, or what justified the Accept */
	proof_ref cert[NODES_MAX];
	struct paxos_word accepted[NODES_MAX]; /* learner; frozen once it knows what is chosen */
	proof_ref chosen_cert;                 /* read back after a restart: what proves it */
	proof_ref claim_cert;                  /* proposer: what proves claim */
	proof_ref rival_cert[2]; /* and other values that a lying owner had in the same ballot */
	struct ballot early_at;  /* an Accept that came before its NewView, none if none */
	value_ref early;
	proof_ref early_proof;
	proof_ref early_view;
};

/* What a quorum of Promises binds a ballot to, as its NewView proves it. */
struct paxos_view {
	struct ballot ballot; /* none: no view */
	proof_ref view;
	slot_number from;  /* slots below are not bound */
	slot_number end;   /* slots from here on are free */
	slot_number known; /* slots below it, down by SLOTS_OPEN_MAX, are told here: */
	value_ref bound[SLOTS_OPEN_MAX]; /* slot s at s % SLOTS_OPEN_MAX; none: a gap */
	proof_ref proofs;                /* its Promises and what proves their claims */
};

/* Liveness only: to whom this node has leased itself, and who has wasted leases. */
struct paxos_lease {
	struct ballot ballot; /* holder and ballot, none = nobody */
	time_us until;
	time_us cool_until[NODES_MAX]; /* by id - 1 */
	uint8_t wasted[NODES_MAX];
};

/* A value that somebody asked this node to propose. */
struct paxos_pending {
	value_ref value;   /* VALUE_NONE: this place is free */
	slot_number asked; /* the slot it must go to, SLOT_NONE = any */
	slot_number slot;  /* the slot in which it is being proposed, SLOT_NONE = it waits */
	uint64_t order;    /* first come, first served */
};

enum paxos_role { ROLE_IDLE, ROLE_PREPARING, ROLE_LEADING, ROLE_WAITING };

struct paxos {
	struct paxos_config config;
	time_us now; /* of the last input */
	uint64_t random;

	/* acceptor; durable */
	struct ballot promised;
	/* learner; every slot below is chosen and stored */
	slot_number base;
	struct paxos_slot open[SLOTS_OPEN_MAX]; /* slot s at s % SLOTS_OPEN_MAX, base <= s < base +
						   SLOTS_OPEN_MAX */

	uint8_t lines;                             /* at least 1 */
	struct policy_line line[POLICY_LINES_MAX]; /* rising by slot, the first from 0 */

	uint16_t unresolved; /* open slots with a vote or a value known to be chosen */

	/* proposer */
	enum paxos_role role;
	struct ballot ballot; /* its own latest */
	struct ballot seen;   /* the highest it was told of */
	slot_number from;     /* its Prepare's slot; in single mode the one slot that it decides */
	slot_number next;     /* leading in multi mode: the first slot without a proposal */
	node_set promised_by;
	node_set refused_by;  /* this ballot */
	uint32_t round_floor; /* under `window`: 1 + what enough others have seen */
	bool exhausted;  /* there is no ballot above the one it has seen, and that was reported */
	uint8_t losses;  /* preempted so often in a row */
	uint8_t resends; /* without an answer, in a row */
	time_us proposer_at; /* when to resend, or to try again; 0 = nothing to do */

	/* what it was asked to propose: `pending` holds it, `queue` has the places of those that
	 * wait */
	struct paxos_pending pending[PENDING_MAX];
	uint8_t queue[PENDING_MAX]; /* a ring, first come first */
	uint8_t queue_first;
	uint8_t queue_count;
	uint8_t pending_count; /* waiting or being proposed */
	uint64_t pending_free; /* bit k: place k is free */
	uint64_t pending_order;

	/* learner: catching up, bounded in tries and in size */
	bool stale; /* just back: what it missed is not known yet, not even that it missed anything
		     */
	uint8_t asks;
	slot_number asked_upto; /* end of the chunk that was asked for */
	slot_number heard_low;  /* the furthest that anybody says to have learned */
	node_id heard_from;     /* and who */
	time_us learner_at;     /* when to ask (again); 0 = nothing to ask */

	/* proposer: tells its last decision again to those that never answered */
	struct {
		slot_number slot; /* SLOT_NONE = nobody is owed anything */
		struct ballot ballot;
		value_ref value;
		node_set missing;
		uint8_t tries;
		time_us at;
		uint8_t certs;
		proof_ref cert[NODES_MAX];
	} tail;

	/* hardened; all zero in a cluster that is not */
	struct paxos_lease lease;
	struct paxos_view view;
	proof_ref promise_proof[NODES_MAX]; /* of those in promised_by, by id - 1 */
	slot_number view_slot;              /* its own NewView, as it is sent again: from here, */
	uint16_t view_claims;               /* so many claims, */
	node_set view_by;                   /* these Promises */
	node_set view_again;                /* told it once more, since they refused */
	struct claim view_claim[SLOTS_OPEN_MAX];
	struct paxos_hard hard[SLOTS_OPEN_MAX]; /* as open[] */
};

enum paxos_input_kind {
	INPUT_START,   /* the first input after paxos_init and paxos_restore_*; again */
	INPUT_MESSAGE, /* message; from and to are believed: admission is the caller's */
	INPUT_PROPOSE, /* value, slot (SLOT_NONE = any) */
	INPUT_TIMER,   /* time has passed; harmless too early */
	INPUT_LINK_UP, /* peer: a link from or to it works again */
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
};

/* What changed in the durable part. */
struct paxos_write {
	enum { WRITE_PROMISED, WRITE_VOTE, WRITE_CHOSEN, WRITE_ECHO } kind;
	slot_number slot; /* not for WRITE_PROMISED */
	struct ballot ballot;
	value_ref value; /* not for WRITE_PROMISED */
	uint8_t proofs;  /* hardened: what makes the vote or the choice believed by others */
	const proof_ref *proof_list; /* valid until the next step */
	value_ref cert;              /* the caller's: the proofs as one value */
};

/* Enough for the busiest step there is: a cluster of one node in single mode whose whole queue is
 * decided in the step that brings its first promise. */
#define OUT_SENDS_MAX  (4 * PENDING_MAX + 2 * SLOTS_OPEN_MAX + 16)
#define OUT_WRITES_MAX (3 * (PENDING_MAX + SLOTS_OPEN_MAX) + 4)
#define OUT_PROOFS_MAX ((SLOTS_OPEN_MAX + 4) * NODES_MAX)
#define OUT_EVENTS_MAX (12 * (PENDING_MAX + SLOTS_OPEN_MAX) + 64)

/* What the caller owes after a step, in this order. */
struct paxos_output {
	/* 1. store these; if must_sync, make them durable before anything below leaves the node */
	bool must_sync;
	uint16_t writes;
	struct paxos_write write[OUT_WRITES_MAX];
	/* 2. send these; claims point into `claim` */
	uint16_t sends;
	struct message send[OUT_SENDS_MAX];
	struct claim claim[SLOTS_OPEN_MAX];
	uint16_t proofs; /* that messages refer to */
	proof_ref proof[OUT_PROOFS_MAX];
	/* 3. if log_to is a node: send it Commits for log_count stored slots from log_from on */
	node_id log_to;
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
/* Behind paxos_restore_vote: what justified it, as one proof. */
void paxos_restore_cert(struct paxos *p, slot_number slot, proof_ref cert);
/* The same of what is chosen. */
void paxos_restore_chosen_cert(struct paxos *p, slot_number slot, proof_ref cert);

/* The policy of a slot, and what holds at once in all of them. */
policy_id paxos_policy(const struct paxos *p, slot_number slot);
policy_id paxos_policy_now(const struct paxos *p);
unsigned paxos_quorum(const struct paxos *p, slot_number slot);

/* The first slot from which on this node has neither voted nor echoed nor proposed nor learned. */
slot_number paxos_untouched(const struct paxos *p);

/* From `from` on, which must be untouched, the policy is this one. False, and nothing is changed:
 * it is touched, or there are too many lines. */
bool paxos_set_policy(struct paxos *p, slot_number from, policy_id policy);

/* `out` is overwritten; it stays valid until the next step. */
void paxos_step(struct paxos *p, const struct paxos_input *in, struct paxos_output *out);

/* The entry of an open slot; NULL outside of the window. */
const struct paxos_slot *paxos_slot(const struct paxos *p, slot_number slot);

/* Calls `use` with every reference that the state holds, for values_mark. */
void paxos_refs(const struct paxos *p, void (*use)(void *context, value_ref ref), void *context);

/* The same for references to proofs. */
void paxos_proofs(const struct paxos *p, void (*use)(void *context, proof_ref ref), void *context);

/* "idle", "preparing", ... */
const char *paxos_role_name(enum paxos_role role);

#endif
