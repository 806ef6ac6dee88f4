/* Availability 1 of the origin: whoever prepares is outbid at once. The liar's Prepare needs two
 * hops, the honest Accept three: it always comes too late. */
#include "proto/fault/attack.h"

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

	/* It has prepared higher: an acceptor that has promised itself something has no vote left.
	 */
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

const struct attack attack_CLIMB = {.in = climb_in};
