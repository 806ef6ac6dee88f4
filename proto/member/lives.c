#include "proto/member/lives.h"

static bool is_same(const struct known_life *life, const struct known_life *other)
{
	return life->boot == other->boot && life->number == other->number;
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

/* The node was in this life when it had stored so much. False: that life is not known here. *more:
 * that is more than was known. */
static bool lives_note(struct lives *lives, node_id node, const struct known_life *life,
		       bool *is_new, bool *more)
{
	struct known_life *known = &lives->known[node];
	struct known_life *greeted = &lives->greeted[node];

	*more = false;
	/* Something of the life before may have been heard since the greeting. */
	if (is_same(greeted, life) && greeted->stored >= known->stored) {
		*is_new = *more = true;
		*known = *greeted;
		*greeted = (struct known_life){.boot = 0};
	}
	if (!is_same(known, life))
		return false;
	if (life->stored > known->stored) {
		*more = true;
		known->stored = life->stored;
	}
	return true;
}

enum drop lives_judge(struct lives *lives, const struct frame *frame, bool *is_new)
{
	const struct known_life life = {frame->id.boot, frame->life, frame->stored};
	bool more;

	*is_new = false;
	if (frame->id.source != frame->sender)
		return DROP_NOTHING;
	if (!lives_note(lives, frame->sender, &life, is_new, &more))
		return DROP_LIFE;
	for (node_id peer = 1; peer <= NODES_MAX && more; peer++)
		if (peer != frame->sender)
			lives->untold[peer] |= set_of(frame->sender);
	return DROP_NOTHING;
}

/* It is not handed on further: who heard it first tells all. */
void lives_hear(struct lives *lives, node_id self, const struct hearsay *heard, bool *is_new)
{
	for (unsigned i = 0; i < heard->count; i++) {
		bool more;
		if (heard->of[i].node != self)
			lives_note(lives, heard->of[i].node, &heard->of[i].life, is_new, &more);
	}
}

void lives_tell(struct lives *lives, node_set to, struct hearsay *out)
{
	node_set tell = 0;

	out->count = 0;
	for (; to != 0; to &= to - 1) {
		tell |= lives->untold[set_lowest(to)];
		lives->untold[set_lowest(to)] = 0;
	}
	for (; tell != 0; tell &= tell - 1) {
		out->of[out->count].node = set_lowest(tell);
		out->of[out->count++].life = lives->known[set_lowest(tell)];
	}
}
