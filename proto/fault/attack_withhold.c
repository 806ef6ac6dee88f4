/* "The majority should send the latest proposal back, so this attack cannot succeed" (the origin).
 * It can succeed wherever two quorums may share no node but the liar. That is so with majorities of
 * any odd number of nodes. The liar votes honestly, so that it is in the first quorum. It tells its
 * vote to the ballot's owner only. To the next proposer it promises that it has seen nothing. */
#include "proto/fault/attack_tools.h"

static bool withhold_out(struct liar *l, struct message *m)
{
	switch (m->type) {
	case MSG_PROMISE:
		if (!set_has(liar_victims(l), set_lowest(m->to)) || !liar_wants(l, m->ballot) ||
		    (m->claims == 0 && m->low <= m->slot))
			return true;
		liar_pretend(l, m);
		liar_lied(l, ATTACK_WITHHOLD, m, m->to);
		return true;
	case MSG_ACCEPTED:
		m->to &= set_of(m->ballot.node) | l->order.colluders;
		return true;
	case MSG_COMMIT:
		liar_keep_secret(l, m);
		return true;
	default:
		return true;
	}
}

static bool withhold_in(struct liar *l, const struct liar_heard *h)
{
	return h->m->type != MSG_ACCEPT || !liar_vote(l, ATTACK_WITHHOLD, h->m);
}

const struct attack attack_WITHHOLD = {
	.aim = "The proposer is not told of a vote, and may think that nothing is chosen yet.",
	.out = withhold_out,
	.in = withhold_in,
};
