#include "proto/member/sender.h"

#include <string.h>

#include "proto/member/incoming.h"
#include "proto/member/reporter.h"

/* Where the slot's policy has `sign`, or in all slots of a cluster that signs. */
static bool must_sign(const struct member *m, policy_id policy)
{
	return m->config.sign || policy_has(policy, DEFENCE_SIGN);
}

/* An Accept names the NewView that it rests on. The core may say which one (a liar does); else it
 * is this member's own, if that is of the same ballot. */
static void fill_view(struct member *m, struct frame *frame)
{
	uint32_t length = 0;
	const uint8_t *digest = values_bytes(m->proofs.table.kept, frame->message.view, &length);

	memset(frame->view, 0, DIGEST_BYTES);
	if (length == DIGEST_BYTES)
		memcpy(frame->view, digest, DIGEST_BYTES);
	else if (ballot_cmp(m->view_ballot, frame->message.ballot) == 0)
		memcpy(frame->view, m->view_digest, DIGEST_BYTES);
}

/* The proofs that the core attaches. Under `window` a Prepare that was refused as too high comes
 * again with evidence that enough nodes have seen such rounds; in a slot where nobody signs nobody
 * refuses it so, nor asks for evidence. */
static void fill_proofs(struct member *m, struct frame *frame)
{
	const struct message *message = &frame->message;
	const policy_id now = paxos_policy_now(&m->paxos);

	frame->proofs = m->proofs.table.bytes;
	frame->proofs_length =
		proof_table_write(&m->proofs.table, message->proof_list, message->proofs);
	if (message->type == MSG_PREPARE && m->defences.window.refused_here &&
	    policy_has(now, DEFENCE_WINDOW) && must_sign(m, frame->policy)) {
		proof_ref list[NODES_MAX];
		unsigned count = window_evidence(&m->defences.window,
						 policy_f(now, m->config.paxos.nodes), list);
		frame->proofs_length = proof_table_write(&m->proofs.table, list, count);
	}
}

/* The frame that this member just signed joins its table of proofs. It may have signed in another
 * node's name, if it is a liar: then it is no NewView and no round of its own. */
static proof_ref keep_own(struct member *m, const uint8_t *bytes, size_t length)
{
	struct frame *frame = &m->frame;

	frame_point(frame, m->values, bytes, length);
	if (frame->message.type == MSG_NEW_VIEW && frame->message.from == m->config.paxos.self) {
		m->view_ballot = frame->message.ballot;
		frame_view_digest(frame, m->view_digest);
	}
	frame->message.proof = proof_table_take_own(&m->proofs.table, frame);
	if (frame->message.from == m->config.paxos.self)
		window_note(&m->defences.window, &frame->message);
	return frame->message.proof;
}

/* Writes the message as a frame to `bytes`. Returns its length, 0: there is no room. */
static size_t write_frame(struct member *m, const struct message *message, node_set to,
			  uint8_t *bytes, size_t capacity, proof_ref *proof)
{
	struct frame *frame = &m->frame;
	bool sign;

	frame->sender = m->config.paxos.self;
	frame->to = to;
	frame->policy = message->type == MSG_EVIDENCE ? paxos_policy_now(&m->paxos)
						      : paxos_policy(&m->paxos, message->slot);
	frame->id = (struct message_id){frame->sender, m->config.boot, m->message_number + 1};
	frame->life = m->config.life;
	frame->stored = 0; /* the driver stamps it: member_stamp */
	lives_tell(&m->lives, to & ~set_of(m->config.paxos.self), &frame->hearsay);
	frame->message = *message;
	frame->message.to = to;
	sign = must_sign(m, frame->policy);
	fill_proofs(m, frame);
	if (message_fields_under(message->type, frame->policy) & FIELD_VIEW)
		fill_view(m, frame);
	size_t length = frame_encode(&m->config.wire, frame, m->values, m->config.crypto,
				     sign ? &m->config.key : NULL, bytes, capacity);
	*proof = length > 0 && sign ? keep_own(m, bytes, length) : PROOF_NONE;
	return length;
}

/* A liar's words are nobody's to vouch for, and wait. */
static bool is_early(const struct member *m, const struct message *message)
{
	return !m->life_waits && !liar_is_armed(&m->liar) &&
	       paxos_is_early(&m->paxos, message, m->stored, m->waits_from);
}

static void loop_back(struct member *m, const uint8_t *bytes, size_t length)
{
	/* Without room it is lost like any message, and like any message it is sent again. */
	if (m->loops < LOOPS_MAX)
		m->loop[m->loops++] = (struct loop){bytes, length};
}

proof_ref sender_put_on_wire(struct member *m, const struct message *message)
{
	const node_set self = set_of(m->config.paxos.self);
	const node_set others = message->to & ~self;
	size_t capacity;
	uint8_t *bytes = outbox_frame_room(&m->outbox, &capacity);
	proof_ref proof;
	size_t length =
		write_frame(m, message, others != 0 ? others : self, bytes, capacity, &proof);

	if (length == 0)
		return PROOF_NONE;
	if ((message->to & self) != 0)
		loop_back(m, bytes, length);
	if (others == 0) {
		/* What is held at its own gate needs a name. */
		m->message_number += incoming_is_gated_frame(m);
		outbox_keep(&m->outbox, length);
		return proof;
	}
	m->message_number++;
	m->counts.sent++;
	outbox_frame(&m->outbox, others, length, is_early(m, message));
	if (m->config.quiet) {
		reporter_keep_quiet(m, 1);
		return proof;
	}
	struct event e = reporter_event_of(m, EVENT_SENT, &m->frame, 0, 0);
	e.peer = set_count(others) == 1 ? set_lowest(others) : NODE_NONE;
	reporter_tell(m, &e);
	return proof;
}

void sender_send(struct member *m, const struct message *message)
{
	const node_set self = set_of(m->config.paxos.self);
	struct message part = *message;

	if (!liar_is_armed(&m->liar)) {
		sender_put_on_wire(m, message);
		return;
	}
	/* It may tell who never had an Accept, or had another one. */
	part.refers = false;
	part.to = message->to & self;
	if (part.to != 0 && part.type == MSG_PROMISE)
		liar_own_promise(&m->liar, &part, m->now);
	if (part.to != 0)
		sender_put_on_wire(m, &part);
	part.to = message->to & ~self;
	if (part.to != 0)
		liar_out(&m->liar, &part, m->now);
}

void sender_send_early(struct member *m, const struct message *message)
{
	struct message part = *message;

	part.to &= ~set_of(m->config.paxos.self);
	if (part.to != 0 && is_early(m, &part))
		sender_put_on_wire(m, &part);
}
