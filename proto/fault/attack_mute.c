/* The liar says nothing. No node can tell it from one that is down. */
#include "proto/fault/attack_tools.h"

static bool mute_out(struct liar *l, struct message *m)
{
	node_set silenced = m->to & (l->order.victims == 0 ? m->to : liar_victims(l));

	if (silenced != 0)
		liar_lied(l, ATTACK_MUTE, NULL, silenced);
	m->to &= ~silenced;
	return true;
}

const struct attack attack_MUTE = {
	.aim = "It looks like a crash. A quorum must do without it.",
	.out = mute_out,
};
