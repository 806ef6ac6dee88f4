/* The state behind proto/core/paxos.h: what a node knows of each slot and of its own roles.
 *
 * It is a plain value without pointers: copy it, compare it, hash it. Code that
 * embeds a node includes this header (proto/member, and proto/fault for a liar's second face), and
 * so do the judges of a node's state (the invariants, the explorers, the tests). All other code
 * asks through proto/core/paxos.h. Only proto/core writes to it. */
#ifndef PROTO_CORE_PAXOS_STATE_H
#define PROTO_CORE_PAXOS_STATE_H

#include "proto/core/paxos.h"

/* What one slot of the open window holds. The durable part is `voted*` and `chosen*`. */
struct paxos_slot {
	slot_number slot;
	struct ballot voted_at; /* acceptor: the ballot of its vote, none if it has not voted */
	value_ref voted;
	struct ballot chosen_at; /* learner; chosen is VALUE_NONE until it has learned it */
	value_ref chosen;
	node_set said; /* learner: whose Accepteds are at hand (paxos_hard.accepted) */
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
	node_set late; /* whose Echoes came when it had voted for them, and were not looked at */
	uint8_t certs; /* proof of its vote: the Echoes, or what justified the Accept */
	proof_ref cert[NODES_MAX];
	struct paxos_word accepted[NODES_MAX]; /* learner; frozen once it knows what is chosen */
	proof_ref chosen_cert;                 /* proof of `chosen`, read back after a restart */
	proof_ref claim_cert;                  /* proposer: proof of `claim` */
	proof_ref rival_cert[2]; /* proofs of other values of the same, lying owner's ballot */
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

/* Liveness only: the proposer to which this acceptor has leased itself, and the leases that
 * proposers have wasted. */
struct paxos_lease {
	struct ballot ballot; /* its owner holds the lease; none = no lease */
	time_us until;
	time_us cool_until[NODES_MAX]; /* by id - 1 */
	uint8_t wasted[NODES_MAX];
};

/* How far a node knows. Bit k of a word is about the slot base + k. */
struct paxos_level {
	slot_number base; /* every slot below is known to be chosen, the slot itself is not */
	uint64_t known;   /* slots above that are known to be chosen, too */
	uint64_t voted;   /* slots in which the node voted, and knows no decision */
};

/* Liveness only: what nodes tell each other of their levels (proto/core/gossip.c). */
struct paxos_gossip {
	struct paxos_level level[NODES_MAX]; /* by id - 1: as that peer was heard last */
	node_set wonder;    /* peers that may know more by now than was heard of them */
	node_set heard;     /* peers that said something since this node's last turn to tell */
	bool told;          /* its own level is as it told all nodes */
	bool back;          /* it was away, or out of reach: it tells and asks at once */
	bool missed;        /* the same: what others are ahead by is not on its way here */
	uint32_t turns;     /* to tell, in a row, with nothing new */
	time_us at;         /* its next turn; 0 = all nodes are level, as far as it knows */
	time_us told_at;    /* its last one */
	time_us changed_at; /* its level */
	slot_number push;   /* the next decision that it tells to silent nodes */
	time_us votes_at;   /* when it last told its votes */
	struct {
		slot_number slot; /* the last chunk of decisions that the peer was given */
		time_us at;
		time_us level_at; /* when the peer was told this node's level */
	} answered[NODES_MAX];    /* by id - 1 */
	/* what it asks for itself */
	node_id asked; /* for decisions, up to this slot: */
	slot_number asked_upto;
	time_us asked_at;
	uint8_t asks;   /* in a row without learning anything */
	time_us ask_at; /* when to ask (again); 0 = nothing to ask for */
	/* a slot in which a quorum may have voted: */
	time_us settle_at; /* when to find out by a ballot; 0 = there is no such slot */
	bool settles;      /* its turn was drawn */
};

/* Liveness only: how long a round takes (proto/core/round.c). */
struct paxos_round {
	bool measured;
	time_us mean_us;
	time_us deviation_us;
	time_us prepared_at;
	bool repeated; /* the Prepare was sent again */
	bool waits;    /* for the decision of this slot: */
	slot_number slot;
	time_us voted_at;
};

/* A value that this node was asked to propose. */
struct paxos_pending {
	value_ref value;   /* VALUE_NONE: this place is free */
	slot_number asked; /* the slot it must go to, SLOT_NONE = any */
	slot_number slot;  /* the slot in which it is being proposed, SLOT_NONE = it waits */
	uint64_t order;    /* first come, first served */
};

/* What nodes say of the log below a slot (proto/core/summary.c). */
struct paxos_summary {
	slot_number end; /* of every slot below it; 0: there is no such summary */
	value_ref chain; /* as this node counted or was told; VALUE_NONE: it is not so far yet */
	bool proven;     /* others would believe it, and it is stored */
	proof_ref cert;  /* the words of others in one, taken over or read back */
	struct {
		value_ref chain;
		proof_ref proof; /* never PROOF_NONE where there is a chain */
	} word[NODES_MAX];       /* by id - 1: what that node signed */
};

/* What a handler leaves for the proposer and for patience: proto/core/note.c. All zero between two
 * steps. */
struct paxos_note {
	uint16_t preempted; /* 1 + place of the event that tells that its ballot has lost */
	bool base_moved;    /* the learner closed slots */
	bool learned;       /* the learner knows more than before */
	bool open_end;      /* a vote stands open: the learner does not know how it ends */
	node_set heard;     /* these nodes said how far they know */
	node_id asked_by;   /* this one asks how far this node knows */
	node_id lacks;      /* this one knows a decision whose value this node does not have */
	bool has_quorum;    /* a quorum has promised: the proposer can lead */
	bool pursue;        /* the proposer may be able to do more */
};

struct paxos {
	struct paxos_config config;
	time_us now; /* of the last input */
	uint64_t random;

	/* acceptor; durable */
	struct ballot promised;
	slot_number part_from;   /* it neither promises nor votes in slots below this one, */
	struct slot_bits out_of; /* nor in these */
	/* learner; every slot below is chosen and stored */
	slot_number base;
	struct paxos_slot open[SLOTS_OPEN_MAX]; /* slot s at s % SLOTS_OPEN_MAX, base <= s < base +
						   SLOTS_OPEN_MAX */

	/* The slots below `low` are decided, and not kept: the summary is all that is left of them.
	 * Durable, as are summaries that are proven. All zero where everything is kept. */
	slot_number low;
	struct paxos_summary low_summary;
	struct paxos_summary summary[SUMMARIES_MAX]; /* up to slots above low, by end / interval */

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
	bool settling;        /* this ballot began without a value to propose */
	bool exhausted;  /* there is no ballot above the one it has seen, and that was reported */
	uint8_t unheard; /* ballots that no quorum promised, in a row */
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

	struct paxos_gossip gossip;
	struct paxos_round round;

	/* proposer: tells its last decision again to acceptors that never answered */
	struct {
		slot_number slot; /* SLOT_NONE = no acceptor is owed anything */
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

	struct paxos_note note; /* within a step only */
};

/* The entry of an open slot; NULL outside of the window. */
const struct paxos_slot *paxos_slot(const struct paxos *p, slot_number slot);

#endif
