/* A vote that was never cast, at the highest ballot below the one that is prepared: whoever obeys
 * the highest vote told (P2c) must propose its value. It waits until there is something to
 * override: until it knows of a vote for another value. */
#include "proto/fault/attack.h"

/* The highest ballot below, of anybody; none if there is none. */
static struct ballot below(const struct liar *l, struct ballot ballot)
{
	if (ballot.node > 1)
		return (struct ballot){ballot.round, (node_id)(ballot.node - 1)};
	if (ballot.round > 1)
		return (struct ballot){ballot.round - 1, l->means.paxos->config.nodes};
	return BALLOT_NONE;
}

/* The value of the first vote that it would have to tell. */
static value_ref first_vote(const struct message *m)
{
	return m->claims > 0 && m->claim[0].slot == m->slot ? m->claim[0].value : VALUE_NONE;
}

/* A vote that it told once and that is no longer its latest. */
static void remember(struct liar *l, const struct message *m)
{
	if (m->claims == 0 || m->proofs > NODES_MAX ||
	    (l->stale.value != VALUE_NONE && l->stale.slot >= m->claim[0].slot))
		return;
	l->stale = m->claim[0];
	l->stale_proofs = m->proofs;
	for (unsigned i = 0; i < m->proofs; i++)
		l->stale_proof[i] = m->proof_list[i];
}

/* What must be proven cannot be invented: it tells the stale vote, or the state before any. */
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

/* Its own highest ballot below. */
static struct ballot own_below(const struct liar *l, struct ballot ballot)
{
	node_id self = liar_self(l);

	if (self < ballot.node)
		return (struct ballot){ballot.round, self};
	return ballot.round > 1 ? (struct ballot){ballot.round - 1, self} : BALLOT_NONE;
}

/* An invented vote, proven as far as its own key goes: in a ballot of its own, with the Accept and
 * the Echo that it signs for it. */
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

/* In every other round; by the seed, in the odd or the even ones. Colluders forge together and keep
 * silent together: a forger is not counted, and the silence of the others makes up no quorum. */
static bool forges(const struct liar *l, struct ballot ballot)
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
	struct ballot ballot = below(l, m->ballot);
	bool knows = m->claims > 0 || m->low > m->slot;
	if (ballot_is_none(ballot) || !knows)
		return true;
	if (policy_has(l->means.policy(l->means.member, m->slot), DEFENCE_JUSTIFY)) {
		remember(l, m);
		if (!forges(l, m->ballot) || !tell_forged(l, m))
			tell_stale(l, m);
		liar_lied(l, ATTACK_LIE, m, m->to);
		return true;
	}
	/* All colluders invent the same: the twin of what they know. */
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

const struct attack attack_LIE = {.out = lie_out, .in = lie_in};
