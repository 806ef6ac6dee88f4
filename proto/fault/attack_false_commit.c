/* As a proposer the liar asks no acceptor for a vote. It announces its value as chosen to half of
 * the nodes. The other half is free to choose another value: the liar hides its own vote. */
#include "proto/fault/attack_tools.h"

static node_set half_of_honest(const struct liar *l)
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

/* The liar's honest half votes for the value, alone. A proposer that heard of this vote would have
 * to propose the value (P2c), and the announcement would become true. So the liar hides it. */
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

static void send_false_commit(struct liar *l, const struct message *accept)
{
	struct message announced = *accept;

	/* An Accept that is sent again left before the attack too: acceptors may have voted. */
	if (l->means.paxos->resends == 0 && !is_alone(l, accept->slot, accept->ballot))
		l->alone[l->alones++ % LIAR_SWAPS_MAX] =
			(struct liar_alone){accept->slot, accept->ballot};
	announced.view = PROOF_NONE;
	announced.proofs = 0;
	announced.to = half_of_honest(l);
	/* A Commit must show votes. The liar has only its own. */
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
		send_false_commit(l, m);
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

const struct attack attack_FALSE_COMMIT = {
	.aim = "Nothing of the kind was decided. A node that believes it stops asking the others.",
	.out = false_commit_out,
};
