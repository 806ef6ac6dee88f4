/* What the parts of a member share. Inside proto/member only. */
#ifndef PROTO_MEMBER_PARTS_H
#define PROTO_MEMBER_PARTS_H

#include "proto/fault/attack.h"
#include "proto/fault/defence.h"
#include "proto/member/history.h"
#include "proto/member/inbox.h"
#include "proto/member/member.h"
#include "proto/member/outbox.h"
#include "proto/member/proofs.h"
#include "proto/member/witness.h"

/* What a liar that frames others needs of the message that just came in. */
struct heard_words {
	enum message_type type;
	node_id from;
	slot_number slot;
	uint32_t length; /* 0: it was not signed */
	uint8_t signature[SIGNATURE_BYTES];
	uint8_t brief[BRIEF_BYTES_MAX];
};

/* A node's word to itself that is to be signed first, as the frame that it would be. */
#define LOOPS_MAX 512

struct loop {
	const uint8_t *bytes; /* in the outbox */
	size_t length;
};

struct member {
	struct member_config config; /* clock, links and gate as they are now */
	struct values *values;
	time_us now;
	time_us core_wake;
	uint64_t random;
	uint64_t message_number;  /* of the last message sent */
	uint64_t event_seq;       /* of the last event, told or not */
	uint64_t number;          /* of the last control that was answered, */
	enum drop number_verdict; /* and how */
	node_set links_up;        /* links that work again, which the core is to be told */
	bool advancing;           /* paused, but what came before this order is let through */
	uint64_t advance_order;
	struct member_counts counts;
	uint64_t newest[NODES_MAX +
			1]; /* boot and number of the latest message received, by sender */

	struct paxos paxos;
	struct inbox inbox;
	struct history history;
	struct witness *witness;
	bool has_lied; /* in this life */
	struct window window;
	struct budget budget;
	bool out_of_window;        /* its Prepare was refused so: the next brings evidence */
	struct ballot view_ballot; /* its own latest NewView, */
	uint8_t view_digest[DIGEST_BYTES];
	unsigned loops;         /* words to itself, */
	unsigned loops_done;    /* of which it has heard so many */
	unsigned proofs_shared; /* of the witness's proofs, told to everybody so far */
	struct frame frame;     /* of the message at hand */
	struct paxos_output step;
	struct liar liar;
	struct heard_words heard;
	struct loop loop[LOOPS_MAX];
	struct proofs proofs;
	struct outbox outbox; /* last: most of it is never touched */
};

/* Numbers the event and tells it, or counts it as left out. */
void tell(struct member *m, const struct event *event);
void tell_frame(struct member *m, enum event_kind kind, const struct frame *frame, uint8_t copy,
		time_us due);
/* Counts and tells a frame that is thrown away; `frame` NULL: its bytes are no message. */
void tell_dropped(struct member *m, const struct frame *frame, uint8_t copy, enum drop why);

/* A message as a frame, once for all it is addressed to; a liar may make another of it. Writes into
 * m->frame. */
void send_message(struct member *m, const struct message *message);
/* The same whether it is true or not; the message as a proof. */
proof_ref put_on_wire(struct member *m, const struct message *message);

/* One input for the core, and its output into the outbox; then all that comes of it by what the
 * node tells itself. */
void step(struct member *m, struct paxos_input *in);

/* Takes in what is held, now. */
void take_in(struct member *m, struct held *held);

/* Does what can be done now: links that came up, what is due, the core's timer. */
void work(struct member *m);

/* admit.c: DROP_NOTHING and m->frame, or why these bytes change nothing. *known: m->frame tells
 * whose message it is all the same. */
enum drop admit(struct member *m, const uint8_t *bytes, size_t length, bool *known);

/* What is needed to believe a message. */
struct believing believing(const struct member *m);
/* The facts that the proofs of m->frame give it; DROP_NOTHING, or why it is not to be believed. */
enum drop admit_proofs(struct member *m);
/* m->frame is this member's own word to itself; false: it makes no sense. */
bool admit_own(struct member *m, const uint8_t *bytes, size_t length);

/* defend.c: true: m->frame was refused, and its sender told so. */
bool defend(struct member *m);

/* testify.c: notices what a signed and verified message of somebody else, and what is attached to
 * it, contradicts. */
void hear_words(struct member *m, const struct frame *frame);
/* A message EVIDENCE: keeps a proof that holds; DROP_NOTHING or why it holds not. */
enum drop take_evidence(struct member *m, const struct frame *frame);
/* Tells everybody of proofs that are new; one node, in its life `boot`, of all that it may lack.
 * Both write into m->frame. */
void share_proofs(struct member *m);
void share_again(struct member *m, node_id with, uint16_t boot);

/* controls.c: does what the operator tells; DROP_NOTHING or why not. */
enum drop obey(struct member *m, const struct control *control);

/* liar.c: m->frame, which came in as these bytes, before the core hears it; false: it does not. */
bool liar_hears(struct member *m, const uint8_t *bytes, size_t length);
enum drop become_liar(struct member *m, const struct attack_order *order);

#endif
