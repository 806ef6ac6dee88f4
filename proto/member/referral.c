#include "proto/member/referral.h"

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
