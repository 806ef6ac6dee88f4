/* As a proposer it does not obey the votes that its promises report (P2c) and proposes a value of
 * its own. Its honest half keeps the books with the value that it should have proposed. */
#include "proto/fault/attack.h"

/* What it would rather have: what it was asked to propose, else the twin of what is forced. */
static value_ref wish(struct liar *l, value_ref forced)
{
	const struct paxos *p = l->means.paxos;

	if (p->queue_count > 0) {
		value_ref value = p->pending[p->queue[p->queue_first]].value;
		if (value != forced)
			return value;
	}
	return liar_twin(l, forced);
}

static bool override_out(struct liar *l, struct message *m)
{
	const struct paxos *p = l->means.paxos;
	const struct paxos_slot *s = paxos_slot(p, m->slot);
	bool votes = m->type == MSG_ACCEPT || m->type == MSG_ECHO || m->type == MSG_ACCEPTED ||
		     m->type == MSG_COMMIT;

	/* Its vote is for the one who asked: who does not know what is chosen can be led astray. */
	if (m->type == MSG_ACCEPTED && !liar_is_ours(l, m->ballot.node))
		m->to &= set_of(m->ballot.node) | l->order.colluders;
	if (!votes || m->ballot.node != liar_self(l) || !liar_wants(l, m->ballot))
		return true;
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	bool forced = m->type == MSG_ACCEPT && s != NULL && s->claim != VALUE_NONE &&
		      s->claim == m->value && ballot_cmp(p->ballot, m->ballot) == 0;
	if (swap == NULL && forced)
		swap = liar_swap(l, m->slot, m->ballot, m->value, wish(l, m->value));
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
	return false;
}

/* Votes for its own value count at home as votes for the forced one; of other ballots' votes its
 * honest half hears nothing, so that it does not learn too early what is chosen. */
static bool override_in(struct liar *l, const struct liar_heard *h)
{
	struct message *m = h->m;

	if (m->type != MSG_ACCEPTED && m->type != MSG_ECHO)
		return true;
	if (m->ballot.node != liar_self(l))
		return m->type == MSG_ECHO;
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	if (swap != NULL && m->value == swap->said)
		m->value = swap->meant;
	return true;
}

const struct attack attack_OVERRIDE = {.out = override_out, .in = override_in};
