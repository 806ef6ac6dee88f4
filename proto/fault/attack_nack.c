/* An acceptor should tell a proposer whose ballot has lost, which "is a performance optimization
 * that does not affect correctness" (Paxos Made Simple, 2.2). So a proposer that believes every
 * Nack gives up a ballot that all other acceptors would have promised. The liar refuses every
 * ballot of others: it says that it is busy, or that it promised a higher one. It never did. */
#include "proto/fault/attack_tools.h"

static bool nack_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;
	struct message refusal = {
		.type = MSG_NACK,
		.from = liar_self(l),
		.to = set_of(m->from),
		.ballot = m->ballot,
		.slot = m->slot,
		.promised = l->means.paxos->promised,
		.why = REFUSE_BUSY,
	};

	if ((m->type != MSG_PREPARE && m->type != MSG_ACCEPT) || !liar_wants(l, m->ballot) ||
	    !set_has(liar_victims(l), m->from))
		return true;
	if (m->ballot.round < ROUND_MAX && liar_draw(l, 2) == 0) {
		refusal.promised = (struct ballot){m->ballot.round + 1, liar_self(l)};
		refusal.why = REFUSE_PROMISED;
	}
	liar_say(l, ATTACK_NACK, &refusal);
	return false;
}

const struct attack attack_NACK = {
	.aim = "A proposer that believes one refusal gives up a ballot that all others would "
	       "promise.",
	.in = nack_in,
};
