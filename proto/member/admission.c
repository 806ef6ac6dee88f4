/* Admission: which frames reach the protocol at all. What stands here holds in every cluster,
 * whatever its defences; signatures where the slot's policy, or the cluster, asks for them. */
#include "proto/member/parts.h"

/* Only its owner may begin or push a ballot (Paxos Made Simple, 2.2). */
static bool is_owners(const struct message *m)
{
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT && m->type != MSG_NEW_VIEW)
		return true;
	return m->ballot.node == m->from;
}

struct believing believing(const struct member *m)
{
	return (struct believing){
		.wire = &m->config.wire,
		.crypto = m->config.crypto,
		.keys = m->config.keys,
		.paxos = &m->paxos,
		.values = m->values,
	};
}

static enum drop admit_signature(struct member *m)
{
	struct frame *frame = &m->frame;
	const struct believing b = believing(m);

	if (!m->config.sign && !policy_has(frame->policy, DEFENCE_SIGN))
		return DROP_NOTHING;
	if (!frame->is_signed)
		return DROP_UNSIGNED;
	frame->message.proof = proofs_take(&m->proofs, &b, frame);
	if (frame->message.proof != PROOF_NONE)
		return DROP_NOTHING;
	return frame_verify(frame, m->config.crypto, &m->config.keys[frame->message.from])
		       ? DROP_FULL
		       : DROP_SIGNATURE;
}

/* A slot is decided under one policy. Evidence is about no slot. */
static bool has_slots_policy(const struct member *m)
{
	return m->frame.message.type == MSG_EVIDENCE ||
	       m->frame.policy == paxos_policy(&m->paxos, m->frame.message.slot);
}

enum drop admit(struct member *m, const uint8_t *bytes, size_t length, bool *known)
{
	struct frame *frame = &m->frame;
	enum drop why = frame_decode(&m->config.wire, bytes, length, m->values, frame);

	*known = why == DROP_NOTHING;
	if (why != DROP_NOTHING)
		return why;
	if (frame->sender == m->config.paxos.self)
		return DROP_SENDER;
	if (!is_owners(&frame->message))
		return DROP_OWNER;
	if (!has_slots_policy(m))
		return DROP_POLICY;
	return admit_signature(m);
}

enum drop admit_proofs(struct member *m)
{
	const struct believing b = believing(m);

	/* Who asks for no signatures knows no proofs. */
	if (m->frame.message.proof == PROOF_NONE)
		return m->frame.proofs_length > 0 ? DROP_PROOF : DROP_NOTHING;
	return proofs_read(&m->proofs, &b, &m->frame);
}

bool admit_own(struct member *m, const uint8_t *bytes, size_t length)
{
	struct frame *frame = &m->frame;

	if (frame_decode(&m->config.wire, bytes, length, m->values, frame) != DROP_NOTHING)
		return false;
	if (frame->is_signed)
		frame->message.proof = proofs_own(&m->proofs, frame);
	return admit_proofs(m) == DROP_NOTHING;
}
