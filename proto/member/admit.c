/* Admission: which frames reach the protocol at all. What stands here holds in every cluster,
 * whatever its defences. */
#include "proto/member/parts.h"

/* Only its owner may begin or push a ballot (Paxos Made Simple, 2.2). */
static bool is_owners(const struct message *m)
{
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT)
		return true;
	return m->ballot.node == m->from;
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
	if (!m->config.sign)
		return DROP_NOTHING;
	if (!frame->is_signed)
		return DROP_UNSIGNED;
	if (!frame_verify(frame, m->config.crypto, &m->config.keys[frame->message.from]))
		return DROP_SIGNATURE;
	return DROP_NOTHING;
}
