/* The liar accuses honest nodes. Its proof is made of a message that the accused signed and one
 * that it did not sign, or of messages that do not contradict each other. Each node is accused
 * once. */
#include "proto/fault/attack_tools.h"

static bool frame_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;
	bool vote = m->type == MSG_ACCEPTED || m->type == MSG_PROMISE || m->type == MSG_ACCEPT;

	if (!vote || h->sender != m->from || !set_has(liar_victims(l), m->from) ||
	    set_has(l->framed, m->from))
		return true;
	if (l->means.accuse(l->means.member, (unsigned)liar_draw(l, 2), liar_honest(l))) {
		l->framed |= set_of(m->from);
		liar_lied(l, ATTACK_FRAME, m, liar_honest(l));
	}
	return true;
}

const struct attack attack_FRAME = {
	.aim = "It wants the others to stop listening to an honest node.",
	.in = frame_in,
};
