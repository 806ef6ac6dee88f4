/* As a proposer the liar does not obey the votes that its promises report (P2c). It proposes a
 * value of its own. Its honest half goes on as if it had proposed the value that P2c forces. */
#include "proto/fault/attack_tools.h"

/* The value that the liar wants: one that it was asked to propose, or the twin of the forced one.
 */
static value_ref value_wanted(struct liar *l, value_ref forced)
{
	const struct paxos *p = l->means.paxos;

	if (p->queue_count > 0) {
		value_ref value = p->pending[p->queue[p->queue_first]].value;
		if (value != forced)
			return value;
	}
	return liar_twin(l, forced);
}

/* Several promises of the liar take the place of those that it leaves out. Perhaps an acceptor
 * counts promises and not the nodes that signed them. */
static uint16_t stand_in(struct liar *l, const struct message *view, uint16_t count)
{
	const struct paxos *p = l->means.paxos;
	struct message promise = {
		.type = MSG_PROMISE,
		.from = liar_self(l),
		.to = view->to,
		.ballot = view->ballot,
		.slot = view->slot,
	};

	for (; promise.low <= view->slot && count < paxos_quorum(p, view->slot); promise.low++) {
		l->picked[count] = liar_say(l, ATTACK_OVERRIDE, &promise);
		if (l->picked[count] != PROOF_NONE)
			count++;
	}
	return count;
}

/* Under `justify` a ballot rests on a NewView, which shows a quorum of promises. The liar leaves
 * out the promises that bind it. What it says of its own votes stays true. */
static void free_view(struct liar *l, struct message *m)
{
	const struct paxos *p = l->means.paxos;
	const struct paxos_slot *s = paxos_slot(p, m->slot);
	node_set free = l->unbound & p->promised_by;
	const bool unvoted = s != NULL && s->voted == VALUE_NONE;
	uint16_t count = 0;

	if (unvoted)
		free |= set_of(liar_self(l));
	for (node_set left = free; left != 0; left &= left - 1)
		l->picked[count++] = p->promise_proof[set_lowest(left) - 1];
	if (unvoted && liar_draw(l, 2) == 0)
		count = stand_in(l, m, count);
	if (count == 0)
		return;
	l->freed = m->ballot;
	m->claims = 0;
	m->proof_list = l->picked;
	m->proofs = count;
	liar_lied(l, ATTACK_OVERRIDE, m, m->to);
}

/* The honest half does not know the freed NewView and would not vote, so the liar votes for it. */
static void vote_alone(struct liar *l, const struct message *accept, struct liar_swap *swap)
{
	struct message m = *accept;

	m.to = liar_honest(l);
	m.view = PROOF_NONE;
	if (policy_has(l->means.policy(l->means.member, m.slot), DEFENCE_ECHO)) {
		m.type = MSG_ECHO;
		m.proofs = 1;
		m.proof_list = &swap->accept;
		liar_say(l, ATTACK_OVERRIDE, &m);
	}
	m.type = MSG_ACCEPTED;
	m.proofs = 0;
	liar_say(l, ATTACK_OVERRIDE, &m);
}

static bool override_out(struct liar *l, struct message *m)
{
	const struct paxos *p = l->means.paxos;
	const struct paxos_slot *s = paxos_slot(p, m->slot);
	bool votes = m->type == MSG_ACCEPT || m->type == MSG_ECHO || m->type == MSG_ACCEPTED ||
		     m->type == MSG_COMMIT;

	if (m->type == MSG_NEW_VIEW && m->claims > 0 && liar_wants(l, m->ballot) &&
	    (ballot_cmp(l->freed, m->ballot) == 0 || liar_draw(l, 2) == 0))
		free_view(l, m);
	/* Only the owner hears of the vote: a node that does not know the chosen value can be
	 * misled. */
	if (m->type == MSG_ACCEPTED && !liar_is_ours(l, m->ballot.node))
		m->to &= set_of(m->ballot.node) | l->order.colluders;
	if (!votes || m->ballot.node != liar_self(l) || !liar_wants(l, m->ballot))
		return true;
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	bool forced = m->type == MSG_ACCEPT && s != NULL && s->claim != VALUE_NONE &&
		      s->claim == m->value && ballot_cmp(p->ballot, m->ballot) == 0;
	if (swap == NULL && forced)
		swap = liar_swap(l, m->slot, m->ballot, m->value, value_wanted(l, m->value));
	if (swap == NULL || m->value != swap->meant)
		return true;
	m->value = swap->said;
	if (m->type == MSG_ECHO && swap->accept != PROOF_NONE) {
		m->proof_list = &swap->accept;
		m->proofs = 1;
	}
	proof_ref proof = liar_say(l, ATTACK_OVERRIDE, m);
	if (m->type == MSG_ACCEPT && proof != PROOF_NONE)
		swap->accept = proof;
	if (m->type == MSG_ACCEPT && ballot_cmp(l->freed, m->ballot) == 0)
		vote_alone(l, m, swap);
	return false;
}

/* Votes for the liar's value count at its honest half as votes for the forced one. Of votes in
 * other ballots the honest half hears nothing, so that it does not learn too early. */
static bool override_in(struct liar *l, const struct liar_heard *h)
{
	struct message *m = h->m;

	if (m->type == MSG_PROMISE && m->ballot.node == liar_self(l)) {
		l->unbound &= ~set_of(m->from);
		l->unbound |= m->claims == 0 ? set_of(m->from) : 0;
	}
	if (m->type == MSG_ACCEPT)
		return !liar_vote(l, ATTACK_OVERRIDE, m);
	if (m->type != MSG_ACCEPTED && m->type != MSG_ECHO)
		return true;
	if (m->ballot.node != liar_self(l))
		return m->type == MSG_ECHO;
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	if (swap != NULL && m->value == swap->said)
		m->value = swap->meant;
	return true;
}

const struct attack attack_OVERRIDE = {
	.aim = "A vote that it was told of forces a value (P2c). It proposes another one.",
	.out = override_out,
	.in = override_in,
};
