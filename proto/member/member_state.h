/* The state of a member. Inside proto/member only: others see proto/member/member.h. */
#ifndef PROTO_MEMBER_MEMBER_STATE_H
#define PROTO_MEMBER_MEMBER_STATE_H

#include "proto/core/paxos_state.h"
#include "proto/fault/attack.h"
#include "proto/fault/defence.h"
#include "proto/core/drift.h"
#include "proto/member/batcher.h"
#include "proto/member/chain.h"
#include "proto/member/history.h"
#include "proto/member/inbox.h"
#include "proto/member/lives.h"
#include "proto/member/member.h"
#include "proto/member/outbox.h"
#include "proto/member/proofs.h"
#include "proto/member/reads.h"
#include "proto/member/witness.h"

/* The latest message that came in, as its sender signed it: a liar that frames others puts it into
 * a false accusation. */
struct heard_words {
	enum message_type type;
	node_id from;
	slot_number slot;
	uint32_t length; /* 0: it was not signed */
	uint8_t signature[SIGNATURE_BYTES];
	uint8_t brief[BRIEF_BYTES_MAX];
};

/* A value that the operator asked this member to propose, and the number of that control. */
struct asked {
	uint64_t number;
	slot_number slot;
	value_ref value;
};

/* Messages of this member to itself that wait for their turn within one step. */
#define LOOPS_MAX 512

struct loop {
	const uint8_t *bytes; /* the frame, in the outbox */
	size_t length;
};

struct member {
	struct member_config config; /* clock, links and gate as they are now */
	struct values *values;

	/* time */
	time_us now;
	time_us core_wake; /* when the core wants INPUT_TIMER; 0 = never */
	bool advancing;    /* paused, but frames up to this order of arrival may come in */
	uint64_t advance_order;

	/* links */
	struct inbox inbox;
	node_set links_up; /* links that work better than before; the core is still to be told */
	uint64_t random;   /* of the link faults */
	uint64_t kept_changes; /* inbox.changes as of the last output, */
	bool kept;             /* and whether the gate kept anything then */

	/* numbers and counts */
	uint64_t message_number;  /* of the last message sent */
	uint64_t event_seq;       /* of the last event, told or left out */
	uint64_t number;          /* of the last control that was answered, */
	enum drop number_verdict; /* and with what */
	struct member_counts counts;
	struct lives lives;
	struct ballot stored;   /* the promise, as of the last output that was carried out */
	slot_number waits_from; /* no vote in a slot below this one waits to be stored */
	bool life_waits;        /* a peer's new life waits to be stored, with what rests on it */
	uint64_t newest[NODES_MAX + 1];  /* boot and number of the latest message, by sender */
	struct asked asked[PENDING_MAX]; /* the latest, number k in place k % PENDING_MAX */
	unsigned asked_count;

	/* the core, and what is remembered about it */
	struct paxos paxos;
	struct history history;
	struct chain chain; /* over the slots below the base, where not everything is kept */
	struct reads reads;

	/* defences and evidence */
	struct witness *witness;
	unsigned proofs_shared;         /* so many of the witness's proofs are told to everybody */
	struct defence_memory defences; /* what the rules of proto/fault remember */
	struct ballot view_ballot;      /* of its own latest NewView, which has this name: */
	uint8_t view_digest[DIGEST_BYTES];
	bool has_lied; /* in this life */

	size_t values_kept; /* bytes of values that the last sweep of the table left */

	unsigned mistake;     /* that its program makes; MISTAKE_NONE */
	unsigned crash_point; /* before the sync of which it is to crash: CRASH_POINT_NONE */
	uint32_t sync_us;     /* so much longer a sync of its disk takes */
	struct drift drift;   /* its own clock, by which its core acts: core_wake is in its time */
	struct outbox_mark step_began; /* what was owed before the step at hand */
	bool has_no_value;   /* its table had no room for what waits: not before the next input */
	unsigned loops;      /* messages to itself in this step, */
	unsigned loops_done; /* so many of which the core has heard */

	/* Large, and written before they are read: member_init clears what stands above. */
	struct frame frame; /* the message at hand */
	struct paxos_output step;
	struct liar liar;
	struct heard_words heard;
	struct loop loop[LOOPS_MAX];
	struct proofs proofs;
	struct batcher batcher;
	struct outbox outbox; /* last: most of it is never touched */
};

#endif
