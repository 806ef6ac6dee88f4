/* As a proposer it asks nobody for a vote and announces its value as chosen, to half of the nodes;
 * the others are free to choose another: it hides that it voted for the value itself. */
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

static bool is_alone(const struct liar *l, slot_number slot, struct ballot ballot)
{
	for (unsigned i = 0; i < LIAR_SWAPS_MAX && i < l->alones; i++)
		if (l->alone[i].slot == slot && ballot_cmp(l->alone[i].ballot, ballot) == 0)
			return true;
	return false;
}

/* Its honest half votes for the value, alone. Who heard of that vote would have to take the value
 * up, and what was announced would become true: it keeps the vote to itself. */
static void hide_own_votes(struct liar *l, struct message *m)
{
	uint16_t kept = 0;

	for (unsigned i = 0; i < m->claims; i++)
		if (!is_alone(l, m->claim[i].slot, m->claim[i].ballot))
			l->claim[kept++] = m->claim[i];
	if (kept == m->claims)
		return;
	m->claim = l->claim;
	m->claims = kept;
	if (kept == 0)
		m->proofs = 0;
	liar_lied(l, ATTACK_FALSE_COMMIT, m, m->to);
}

static void announce(struct liar *l, const struct message *accept)
{
	struct message announced = *accept;

	/* What was asked for before it was armed may have got votes. */
	if (l->means.paxos->resends == 0 && !is_alone(l, accept->slot, accept->ballot))
		l->alone[l->alones++ % LIAR_SWAPS_MAX] =
			(struct liar_alone){accept->slot, accept->ballot};
	announced.view = PROOF_NONE;
	announced.proofs = 0;
	announced.to = half(l);
	/* Its own vote is the one that it can show. */
	if (policy_has(l->means.policy(l->means.member, accept->slot), DEFENCE_CERT)) {
		announced.type = MSG_ACCEPTED;
		l->proof[0] = liar_say(l, ATTACK_FALSE_COMMIT, &announced);
		announced.proofs = l->proof[0] != PROOF_NONE;
		announced.proof_list = l->proof;
	}
	announced.type = MSG_COMMIT;
	announced.low = accept->slot;
	liar_say(l, ATTACK_FALSE_COMMIT, &announced);
}

static bool false_commit_out(struct liar *l, struct message *m)
{
	switch (m->type) {
	case MSG_ACCEPT:
		if (!liar_wants(l, m->ballot))
			return true;
		announce(l, m);
		return false;
	case MSG_PROMISE:
		hide_own_votes(l, m);
		return true;
	case MSG_ACCEPTED:
		return !is_alone(l, m->slot, m->ballot);
	default:
		return true;
	}
}

const struct attack attack_FALSE_COMMIT = {.out = false_commit_out};
