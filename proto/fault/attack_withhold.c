/* "The majority should send the latest proposal back, so this attack cannot succeed" (the origin).
 * It can, wherever the only node in two quorums may be the liar: that is at every odd number of
 * nodes with majorities. It votes honestly, so that it is in the first quorum, tells nobody but the
 * ballot's owner, and promises the next proposer that it has seen nothing. */
#include "proto/fault/attack.h"

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

const struct attack attack_WITHHOLD = {.out = withhold_out, .in = withhold_in};
