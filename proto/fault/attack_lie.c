/* The liar's Promise tells a vote that was never cast, at the highest ballot below the one that is
 * prepared. A proposer obeys the highest vote that it is told (P2c), and must propose the value of
 * the invented one. The liar waits until it knows of a vote for another value: until there is
 * something to override. */
#include "proto/fault/attack_tools.h"

/* The highest ballot below this one, of any owner; none if there is none. */
static struct ballot ballot_below(const struct liar *l, struct ballot ballot)
{
	if (ballot.node > 1)
		return (struct ballot){ballot.round, (node_id)(ballot.node - 1)};
	if (ballot.round > 1)
		return (struct ballot){ballot.round - 1, l->means.paxos->config.nodes};
	return BALLOT_NONE;
}

/* The value of the first vote that an honest Promise would tell. */
static value_ref first_vote(const struct message *m)
{
	return m->claims > 0 && m->claim[0].slot == m->slot ? m->claim[0].value : VALUE_NONE;
}

/* Keeps a vote that the liar told, for the time when it is no longer the latest. */
static void remember_stale_vote(struct liar *l, const struct message *m)
{
	if (m->claims == 0 || m->proofs > NODES_MAX ||
	    (l->stale.value != VALUE_NONE && l->stale.slot >= m->claim[0].slot))
		return;
	l->stale = m->claim[0];
	l->stale_proofs = m->proofs;
	for (unsigned i = 0; i < m->proofs; i++)
		l->stale_proof[i] = m->proof_list[i];
}

/* Where votes must be proven, none can be invented. The liar tells its stale vote, or none. */
static void tell_stale(struct liar *l, struct message *m)
{
	bool has = l->stale.value != VALUE_NONE && l->stale.slot == m->slot && m->claims > 0 &&
		   ballot_cmp(l->stale.ballot, m->claim[0].ballot) < 0;

	liar_pretend(l, m);
	if (!has)
		return;
	l->claim[0] = l->stale;
	m->claim = l->claim;
	m->claims = 1;
	m->proof_list = l->stale_proof;
	m->proofs = l->stale_proofs;
}

/* The highest ballot below this one that the liar owns. */
static struct ballot own_below(const struct liar *l, struct ballot ballot)
{
	node_id self = liar_self(l);

	if (self < ballot.node)
		return (struct ballot){ballot.round, self};
	return ballot.round > 1 ? (struct ballot){ballot.round - 1, self} : BALLOT_NONE;
}

/* An invented vote, proven as far as one key goes. The liar votes in a ballot that it owns, and
 * signs the Accept and the Echo for it. */
static bool tell_forged(struct liar *l, struct message *m)
{
	const struct ballot ballot = own_below(l, m->ballot);
	value_ref known = first_vote(m);
	struct message word = {
		.type = MSG_ACCEPT,
		.from = liar_self(l),
		.to = m->to,
		.ballot = ballot,
		.slot = m->slot,
		.value = liar_twin(l, known == VALUE_NONE ? VALUE_NOOP : known),
	};

	if (ballot_is_none(ballot) || word.value == VALUE_NONE)
		return false;
	l->proof[0] = liar_say(l, ATTACK_LIE, &word);
	if (policy_has(l->means.policy(l->means.member, m->slot), DEFENCE_ECHO)) {
		word.type = MSG_ECHO;
		word.proofs = 1;
		word.proof_list = l->proof;
		l->proof[0] = liar_say(l, ATTACK_LIE, &word);
	}
	if (l->proof[0] == PROOF_NONE)
		return false;
	liar_pretend(l, m);
	l->claim[0] = (struct claim){.slot = m->slot, .ballot = ballot, .value = word.value};
	m->claim = l->claim;
	m->claims = 1;
	m->proof_list = l->proof;
	m->proofs = 1;
	return true;
}

/* Does the liar forge in this round? In every other one; the seed says in the odd or in the even
 * ones, so that colluders forge together. A forged Promise is not counted. Liars that forge in
 * different rounds would leave the proposer its quorum. */
static bool forges_in_round(const struct liar *l, struct ballot ballot)
{
	return (l->order.seed / 2 + ballot.round) % 2 != 0;
}

static bool lie_out(struct liar *l, struct message *m)
{
	if (m->type == MSG_ACCEPTED) {
		m->to &= set_of(m->ballot.node) | l->order.colluders;
		return true;
	}
	if (m->type == MSG_COMMIT)
		liar_keep_secret(l, m);
	if (m->type != MSG_PROMISE || !set_has(liar_victims(l), set_lowest(m->to)) ||
	    !liar_wants(l, m->ballot))
		return true;
	struct ballot ballot = ballot_below(l, m->ballot);
	bool knows = m->claims > 0 || m->low > m->slot;
	if (ballot_is_none(ballot) || !knows)
		return true;
	if (policy_has(l->means.policy(l->means.member, m->slot), DEFENCE_JUSTIFY)) {
		remember_stale_vote(l, m);
		if (!forges_in_round(l, m->ballot) || !tell_forged(l, m))
			tell_stale(l, m);
		liar_lied(l, ATTACK_LIE, m, m->to);
		return true;
	}
	/* All colluders invent the same value: the twin of the one that they know. */
	value_ref known = first_vote(m);
	value_ref invented = liar_twin(l, known == VALUE_NONE ? VALUE_NOOP : known);
	if (invented == VALUE_NONE)
		return true;
	liar_pretend(l, m);
	l->claim[0] = (struct claim){.slot = m->slot, .ballot = ballot, .value = invented};
	m->claim = l->claim;
	m->claims = 1;
	liar_lied(l, ATTACK_LIE, m, m->to);
	return true;
}

static bool lie_in(struct liar *l, const struct liar_heard *h)
{
	return h->m->type != MSG_ACCEPT || !liar_vote(l, ATTACK_LIE, h->m);
}

const struct attack attack_LIE = {
	.aim = "A vote that no node cast forces a value that no node proposed.",
	.out = lie_out,
	.in = lie_in,
};
