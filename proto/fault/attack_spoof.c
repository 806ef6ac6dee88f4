/* A proposer gets promises and votes from all nodes at once: the liar writes them all, in the names
 * of the others. Where nothing is signed, the proposer cannot know. */
#include "proto/fault/attack_tools.h"

static bool spoof_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;
	struct message forged = {
		.type = m->type == MSG_PREPARE ? MSG_PROMISE : MSG_ACCEPTED,
		.to = set_of(m->from),
		.ballot = m->ballot,
		.slot = m->slot,
		.low = m->slot,
		.value = m->value,
	};

	if ((m->type != MSG_PREPARE && m->type != MSG_ACCEPT) || !set_has(liar_victims(l), m->from))
		return true;
	/* The liar's own Promise would tell votes that the forged ones hide, so it is not sent.
	 * Where the others are believed, one like theirs is. */
	const bool own = m->type == MSG_PREPARE &&
			 !policy_has(l->means.policy(l->means.member, m->slot), DEFENCE_SIGN);
	node_set names = set_first(l->means.paxos->config.nodes) & ~set_of(m->from);

	if (!own)
		names &= ~set_of(liar_self(l));
	for (node_set left = names; left != 0; left &= left - 1) {
		forged.from = set_lowest(left);
		liar_say(l, ATTACK_SPOOF, &forged);
	}
	return m->type == MSG_ACCEPT;
}

const struct attack attack_SPOOF = {
	.aim = "A node that checks no signatures cannot tell that another node said that.",
	.in = spoof_in,
};
