#include "proto/member/testimony.h"

#include "proto/member/reporter.h"
#include "proto/member/sender.h"

/* A node that never brings a proof itself may have it all the same. */
#define TOLD_AGAIN_MAX 3

static void hear_frame(struct member *m, const struct frame *frame)
{
	const struct verifier v = {
		.wire = &m->config.wire, .crypto = m->config.crypto, .keys = m->config.keys};
	struct evidence proof;

	if (frame->message.from != m->config.paxos.self &&
	    witness_hear(m->witness, &v, frame, &proof))
		witness_hold(m->witness, &proof, NODE_NONE);
}

/* The messages attached to a frame were signed by other nodes, and were verified with it. They tell
 * what those nodes said elsewhere: an Echo brings the Accept that the ballot's owner sent to
 * another acceptor, a Commit the votes that went to another learner. With a late word nothing was
 * verified. */
void testimony_hear(struct member *m, const struct frame *frame)
{
	struct proof_list left = {frame->proofs, frame->proofs_length};
	struct proof_entry entry;
	struct frame told;

	/* A liar does not give its colluders away. */
	if (liar_is_armed(&m->liar))
		return;
	hear_frame(m, frame);
	if (frame->message.late)
		return;
	while (proof_next(&m->config.wire, &left, m->values, NULL, 0, &told, &entry) ==
	       DROP_NOTHING)
		hear_frame(m, &told);
}

enum drop testimony_take(struct member *m, const struct frame *frame)
{
	const node_id from = frame->message.from;
	uint8_t brief[BRIEF_BYTES_MAX];
	struct evidence proof;
	uint32_t length;

	if (!frame->is_signed)
		return DROP_UNSIGNED;
	if (!frame_verify(frame, m->config.crypto, &m->config.keys[from]))
		return DROP_SIGNATURE;
	const uint8_t *bytes = values_bytes(m->values, frame->message.value, &length);
	if (evidence_decode(bytes, length, &proof) == DROP_NOTHING &&
	    evidence_verify(&proof, &m->config.wire, m->config.crypto, m->config.keys) ==
		    DROP_NOTHING) {
		witness_hold(m->witness, &proof, from);
		return DROP_NOTHING;
	}
	const struct signed_body said = {brief, (uint32_t)frame_brief(frame, brief),
					 frame->signature};
	proof = evidence_of_accusation(from, &said, bytes, length);
	/* An accusation that is too long to be shown to others, or that is about an accusation, is
	 * only thrown away. */
	if (evidence_verify(&proof, &m->config.wire, m->config.crypto, m->config.keys) ==
	    DROP_NOTHING)
		witness_hold(m->witness, &proof, NODE_NONE);
	return DROP_PROOF;
}

/* One of the witness's proofs, as a message EVIDENCE. */
static void send_proof(struct member *m, unsigned i, node_set to)
{
	uint32_t length;
	const uint8_t *bytes = witness_proof(m->witness, i, &length);
	const struct message message = {
		.type = MSG_EVIDENCE,
		.from = m->config.paxos.self,
		.to = to,
		.value = values_intern(m->values, bytes, length),
	};

	/* Without room the proof is lost like any message. A node that lacks it gets it when it
	 * comes back and says Sync. */
	if (to != 0 && message.value != VALUE_NONE)
		sender_send(m, &message);
}

/* Tells the same as an event, for dashboards. */
static void report_proof(struct member *m, unsigned i)
{
	struct event e = {.kind = EVENT_EVIDENCE};
	struct evidence proof;
	uint32_t length;
	const uint8_t *bytes = witness_proof(m->witness, i, &length);

	if (evidence_decode(bytes, length, &proof) != DROP_NOTHING)
		return;
	e.peer = proof.accused;
	e.slot = proof.slot;
	e.count = proof.kind;
	e.type = evidence_part_type(&proof, 0, &e.ballot);
	evidence_part_type(&proof, 1, &e.other);
	reporter_tell(m, &e);
}

void testimony_share(struct member *m)
{
	struct witness *w = m->witness;
	const node_set others = set_first(m->config.paxos.nodes) & ~set_of(m->config.paxos.self);

	for (; m->proofs_shared < w->proofs; m->proofs_shared++) {
		report_proof(m, m->proofs_shared);
		send_proof(m, m->proofs_shared, others & ~w->proof[m->proofs_shared].known_to);
	}
}

void testimony_share_again(struct member *m, node_id with, uint16_t boot)
{
	struct witness *w = m->witness;

	witness_reborn(w, with, boot);
	for (unsigned i = 0; i != w->proofs; i++)
		if (!set_has(w->proof[i].known_to, with) &&
		    w->proof[i].told_again[with] < TOLD_AGAIN_MAX) {
			w->proof[i].told_again[with]++;
			send_proof(m, i, set_of(with));
		}
}

node_set member_proven(const struct member *m)
{
	return m->witness->proven;
}

unsigned member_proofs(const struct member *m)
{
	return m->witness->proofs;
}

const uint8_t *member_proof(const struct member *m, unsigned i, uint32_t *length)
{
	return witness_proof(m->witness, i, length);
}
