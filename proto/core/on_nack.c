#include "proto/core/step.h"

/* Where liars are reckoned with, one refusal proves nothing: a ballot is lost when those who have
 * not refused it are no quorum any more. */
static bool is_lost(struct paxos *p, node_id from)
{
	slot_number slot = p->from > p->base ? p->from : p->base;

	if (!under(p, slot, HARDENED | DEFENCE_QUORUM | DEFENCE_REJECT | DEFENCE_LEASE))
		return true;
	p->refused_by |= set_of(from);
	return p->config.nodes - set_count(p->refused_by) < paxos_quorum(p, slot);
}

/* An acceptor has promised a higher ballot: ours has lost, and the next must be above that one. One
 * that does not know what our ballot rests on is told. Other refusals pass by themselves. */
void on_nack(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (ballot_cmp(m->ballot, p->ballot) != 0)
		return;
	if (m->why == REFUSE_UNJUSTIFIED && p->role == ROLE_LEADING &&
	    under(p, m->slot, DEFENCE_JUSTIFY)) {
		/* Once: whoever has it and refuses still will not be convinced. */
		if (m->from != p->config.self && !set_has(p->view_again, m->from)) {
			p->view_again |= set_of(m->from);
			send_new_view(p, set_of(m->from), out);
		} else if (is_lost(p, m->from)) {
			preempt(p, p->ballot, out);
		}
		return;
	}
	/* Leased to others: who cannot get a quorum now makes room and tries again. */
	if ((m->why == REFUSE_REJECTED && under(p, m->slot, DEFENCE_REJECT)) ||
	    m->why == REFUSE_BUSY) {
		if (is_lost(p, m->from))
			preempt(p, p->ballot, out);
		return;
	}
	if (m->why != REFUSE_PROMISED || ballot_cmp(m->promised, m->ballot) <= 0)
		return;
	if (ballot_cmp(m->promised, p->seen) > 0)
		p->seen = m->promised;
	if (is_lost(p, m->from))
		preempt(p, m->promised, out);
}
