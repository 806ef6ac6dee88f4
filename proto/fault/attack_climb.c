/* Availability 1 of the origin: the liar outbids every proposer at once. An acceptor gets the
 * liar's higher Prepare after two hops (proposer, liar, acceptor) and the proposer's Accept after
 * three (Prepare, Promise, Accept). So the Accept always comes after a higher promise, and is
 * refused. */
#include "proto/fault/attack_tools.h"

static bool climb_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;
	struct message higher = {
		.type = MSG_PREPARE,
		.from = liar_self(l),
		.to = liar_honest(l),
		.ballot = {m->ballot.round + 1, liar_self(l)},
		.slot = m->slot,
	};

	/* The liar is an acceptor too. It has prepared a higher ballot, so it has no vote here. */
	if (m->type == MSG_ACCEPT && ballot_cmp(m->ballot, l->climbed) < 0)
		return false;
	if (m->type != MSG_PREPARE || liar_is_ours(l, m->from) || !liar_wants(l, m->ballot) ||
	    m->ballot.round == ROUND_MAX)
		return true;
	if (ballot_cmp(higher.ballot, l->climbed) > 0)
		l->climbed = higher.ballot;
	liar_say(l, ATTACK_CLIMB, &higher);
	return false;
}

const struct attack attack_CLIMB = {
	.aim = "Each of its ballots overtakes that of a node that wants to get something done.",
	.in = climb_in,
};
