#include "proto/member/referral.h"

#include "proto/member/member_step.h"
#include "proto/member/reporter.h"
#include "proto/member/testimony.h"

bool referral_find(const struct member *m, struct frame *frame)
{
	const struct message *named = &frame->message;
	value_ref list[VALUES_AT_MAX];
	unsigned count;

	if (!frame->is_brief)
		return true;
	count = paxos_values_at(&m->paxos, named->slot, named->ballot, list);
	/* A vote may come when its slot is closed. */
	if (named->slot < paxos_base(&m->paxos)) {
		list[0] = history_chosen_in(&m->history, named->slot);
		count = history_is_chosen(&m->history, named->slot, named->ballot, list[0]);
	}
	return frame_refer(frame, m->values, list, count);
}

void referral_lacks(struct member *m, uint8_t copy)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &m->frame.message};

	reporter_tell_dropped(m, &m->frame, copy, DROP_LACKS);
	if (m->frame.message.proof != PROOF_NONE)
		testimony_hear(m, &m->frame);
	if (m->frame.message.type == MSG_COMMIT)
		member_step(m, &in);
	testimony_share(m);
	member_hear_strays(m);
}
