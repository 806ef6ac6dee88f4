/* Well-formed frames of this cluster, from the owner of the ballot, under the policy of their slot:
 * that is asked of every frame, whatever the defences. A signature is asked for where the slot's
 * policy has `sign`, or the whole cluster signs. */
#include "proto/member/admission.h"

#include "proto/member/referral.h"

static struct verifier verifier_of(const struct member *m)
{
	return (struct verifier){
		.wire = &m->config.wire,
		.crypto = m->config.crypto,
		.keys = m->config.keys,
		.paxos = &m->paxos,
		.values = m->values,
	};
}

/* To verify a signature takes longer than all else that a message asks for. Of the words of n nodes
 * those of a quorum are needed. One that comes behind them and says the same is not verified; one
 * that says anything else is. Nobody believes it: the core takes it for nothing new, and the
 * witness remembers that it is not verified. */
static bool is_late(const struct member *m)
{
	const struct message *word = &m->frame.message;

	if ((word->type != MSG_ECHO && word->type != MSG_ACCEPTED) || liar_is_armed(&m->liar))
		return false;
	return paxos_is_late(&m->paxos, word) ||
	       (word->slot < paxos_base(&m->paxos) &&
		history_is_chosen(&m->history, word->slot, word->ballot, word->value));
}

static enum drop judge_signature(struct member *m)
{
	struct frame *frame = &m->frame;
	const struct verifier b = verifier_of(m);

	if (!m->config.sign && !policy_has(frame->policy, DEFENCE_SIGN))
		return DROP_NOTHING;
	if (!frame->is_signed)
		return DROP_UNSIGNED;
	frame->message.late = is_late(m);
	if (frame->message.late)
		return DROP_NOTHING;
	frame->message.proof = proof_table_take(&m->proofs.table, &b, frame);
	if (frame->message.proof != PROOF_NONE)
		return DROP_NOTHING;
	return frame_verify(frame, m->config.crypto, &m->config.keys[frame->message.from])
		       ? DROP_FULL
		       : DROP_SIGNATURE;
}

/* All nodes decide a slot under one policy. A message EVIDENCE is about no slot. */
static bool has_slots_policy(const struct member *m)
{
	return m->frame.message.type == MSG_EVIDENCE ||
	       m->frame.policy == paxos_policy(&m->paxos, m->frame.message.slot);
}

/* A summary tells a chain, which is a digest. */
static bool has_chain(const struct member *m)
{
	uint32_t length = DIGEST_BYTES;

	if (m->frame.message.type == MSG_SUMMARY)
		values_bytes(m->values, m->frame.message.value, &length);
	return length == DIGEST_BYTES;
}

enum drop admission_judge(struct member *m, const uint8_t *bytes, size_t length, bool *known)
{
	struct frame *frame = &m->frame;
	enum drop why = frame_decode(&m->config.wire, bytes, length, m->values, frame);

	if (why != DROP_NOTHING)
		return why;
	*known = true;
	referral_find(m, frame);
	if (frame->sender == m->config.paxos.self)
		return DROP_SENDER;
	/* What it says itself it hears within its step (outbox.h), and nowhere else. */
	if (frame->message.from == m->config.paxos.self)
		return DROP_OWN_NAME;
	if (!message_is_owners(&frame->message))
		return DROP_OWNER;
	if (!has_chain(m))
		return DROP_MALFORMED;
	if (!has_slots_policy(m))
		return DROP_POLICY;
	if (paxos_keeps_out_of(&m->paxos, &m->frame.message))
		return DROP_SEAT;
	return judge_signature(m);
}

enum drop admission_read_proofs(struct member *m)
{
	const struct verifier b = verifier_of(m);

	if (m->frame.message.late)
		return DROP_NOTHING;
	/* A frame whose signature was not asked for has no use for proofs. */
	if (m->frame.message.proof == PROOF_NONE)
		return m->frame.proofs_length > 0 ? DROP_PROOF : DROP_NOTHING;
	return proofs_read(&m->proofs, &b, &m->frame);
}

bool admission_judge_own(struct member *m, const uint8_t *bytes, size_t length)
{
	struct frame *frame = &m->frame;

	if (frame_decode(&m->config.wire, bytes, length, m->values, frame) != DROP_NOTHING ||
	    !referral_find(m, frame))
		return false;
	if (frame->is_signed)
		frame->message.proof = proof_table_take_own(&m->proofs.table, frame);
	return admission_read_proofs(m) == DROP_NOTHING;
}
