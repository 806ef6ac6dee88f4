#include "proto/member/lives.h"

static bool is_of(const struct known_life *life, const struct frame *frame)
{
	return life->boot == frame->id.boot && life->number == frame->life;
}

bool lives_greet(struct lives *lives, node_id peer, const struct known_life *begun, uint32_t past)
{
	const struct known_life *known = &lives->known[peer];

	if (known->boot != 0 && known->number == begun->number)
		return true;
	if (known->boot != 0 && (known->number != past || known->stored > begun->stored))
		return false;
	lives->greeted[peer] = *begun;
	return true;
}

enum drop lives_judge(struct lives *lives, const struct frame *frame, bool *is_new)
{
	struct known_life *known = &lives->known[frame->sender];
	struct known_life *greeted = &lives->greeted[frame->sender];

	*is_new = false;
	if (frame->id.source != frame->sender)
		return DROP_NOTHING;
	/* Something of the life before may have been overheard since the greeting. */
	if (is_of(greeted, frame) && greeted->stored >= known->stored) {
		*is_new = true;
		*known = *greeted;
		*greeted = (struct known_life){.boot = 0};
	}
	if (!is_of(known, frame))
		return DROP_LIFE;
	if (frame->stored > known->stored)
		known->stored = frame->stored;
	return DROP_NOTHING;
}
