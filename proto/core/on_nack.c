#include "proto/core/step.h"

/* Without defences one refusal ends a ballot. Where liars are reckoned with, one refusal proves
 * nothing: the ballot is lost when the acceptors that have not refused it are no quorum any more.
 */
static bool is_lost(struct paxos *p, node_id from)
{
	slot_number slot = higher_of(p->from, p->base);

	if (!slot_is_under(p, slot, HARDENED | DEFENCE_QUORUM | DEFENCE_REJECT | DEFENCE_LEASE))
		return true;
	p->refused_by |= set_of(from);
	const unsigned left = p->config.nodes - set_count(p->refused_by);
	return left < (p->role == ROLE_LEADING ? paxos_quorum(p, slot) : paxos_promises(p, slot));
}

/* "if an acceptor ignores a prepare or accept request because it has already received a prepare
 * request with a higher number, then it should probably inform the proposer, who should then
 * abandon its proposal. This is a performance optimization that does not affect correctness."
 * (Paxos Made Simple, 2.2)
 *
 * A Nack is that information; the proposer's next ballot must be above the promise that it tells.
 * An acceptor that does not have the ballot's NewView gets it. Other refusals need no answer. */
void on_nack(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (ballot_cmp(m->ballot, p->ballot) != 0)
		return;
	if (m->why == REFUSE_UNJUSTIFIED && p->role == ROLE_LEADING &&
	    slot_is_under(p, m->slot, DEFENCE_JUSTIFY)) {
		/* Once: an acceptor that has the NewView and still refuses will not be convinced.
		 */
		if (m->from != p->config.self && !set_has(p->view_again, m->from)) {
			p->view_again |= set_of(m->from);
			view_send(p, set_of(m->from), out);
		} else if (is_lost(p, m->from)) {
			note_preempted(p, p->ballot, out);
		}
		return;
	}
	/* The acceptor is leased to another proposer, or bound to another value. A proposer that
	 * cannot get a quorum now makes room and tries again. */
	if ((m->why == REFUSE_REJECTED && slot_is_under(p, m->slot, DEFENCE_REJECT)) ||
	    m->why == REFUSE_BUSY) {
		if (is_lost(p, m->from))
			note_preempted(p, p->ballot, out);
		return;
	}
	if (m->why != REFUSE_PROMISED || ballot_cmp(m->promised, m->ballot) <= 0)
		return;
	p->seen = ballot_higher(p->seen, m->promised);
	if (is_lost(p, m->from))
		note_preempted(p, m->promised, out);
}
