/* The proposer's last decision, and the acceptors that have not answered it yet. */
#include "proto/core/step.h"

/* A value is chosen by this proposer's count. Acceptors that did not vote for it may not hear of
 * the decision if the Commit is lost and no later one follows: it is told again until they answer.
 */
void tail_owe(struct paxos *p, const struct paxos_slot *s)
{
	node_set missing = nodes_others(p) & ~s->accepted_by;

	if (missing == 0 || (p->tail.slot != SLOT_NONE && p->tail.slot > s->slot))
		return;
	p->tail.slot = s->slot;
	p->tail.ballot = p->ballot;
	p->tail.value = s->proposed;
	p->tail.missing = missing;
	p->tail.tries = 0;
	p->tail.at = p->now + round_patience(p);
	p->tail.certs = 0;
	if (!slot_is_under(p, s->slot, DEFENCE_CERT))
		return;
	const struct paxos_hard *h = hard_slot(p, s->slot);
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (ballot_cmp(h->accepted[i].ballot, p->ballot) == 0 &&
		    h->accepted[i].value == s->proposed)
			p->tail.cert[p->tail.certs++] = h->accepted[i].proof;
}

/* `from` has said something that shows that it knows how `slot` was decided. */
void tail_answered(struct paxos *p, node_id from, slot_number slot)
{
	if (p->tail.slot == SLOT_NONE || slot != p->tail.slot)
		return;
	p->tail.missing &= ~set_of(from);
	if (p->tail.missing == 0)
		p->tail.slot = SLOT_NONE;
}
