/* As a proposer it asks nobody for a vote and announces its value as chosen, to half of the nodes;
 * the others are free to choose another. */
#include "proto/fault/attack.h"

static node_set half(const struct liar *l)
{
	node_set honest = liar_honest(l);
	node_set half = honest;

	if (l->order.victims != 0)
		return l->order.victims & honest;
	for (unsigned i = 0; i < set_count(honest) / 2; i++)
		half &= half - 1;
	return set_count(honest) == 1 ? honest : honest & ~half;
}

static bool false_commit_out(struct liar *l, struct message *m)
{
	struct message announced = *m;

	if (m->type != MSG_ACCEPT || !liar_wants(l, m->ballot))
		return true;
	announced.view = PROOF_NONE;
	announced.proofs = 0;
	announced.to = half(l);
	/* Its own vote is the one that it can show. */
	if (policy_has(l->means.policy(l->means.member, m->slot), DEFENCE_CERT)) {
		announced.type = MSG_ACCEPTED;
		l->proof[0] = liar_say(l, ATTACK_FALSE_COMMIT, &announced);
		announced.proofs = l->proof[0] != PROOF_NONE;
		announced.proof_list = l->proof;
	}
	announced.type = MSG_COMMIT;
	announced.low = m->slot;
	liar_say(l, ATTACK_FALSE_COMMIT, &announced);
	return false;
}

const struct attack attack_FALSE_COMMIT = {.out = false_commit_out};
