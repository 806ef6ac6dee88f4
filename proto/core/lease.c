/* Liveness under `lease`. A liar that answers every ballot with a higher one would win for ever:
 * its Prepare needs two hops, and an honest proposer's Accept needs three.
 *
 * So an acceptor that has promised leases itself to the ballot's owner for a while and refuses
 * other proposers. A proposer whose own lease ends with nothing chosen has to wait before it gets
 * the next one, longer each time, until something is chosen at a ballot of its own. A proposer that
 * was preempted is not charged. Nothing here can make an unsafe step. */
#include "proto/core/step.h"

/* T0 * 2^k, up to as long as a preempted proposer of five waits at most: beyond that, honest
 * proposers that contend would hardly ever find a quorum that is not cooling one of them down. */
#define COOLINGS_MAX 3

static bool is_on(const struct paxos *p)
{
	return policy_has(paxos_policy_now(p), DEFENCE_LEASE);
}

/* A lease that ended unused is charged once, to its holder. */
static void charge_unused_lease(struct paxos *p)
{
	struct paxos_lease *l = &p->lease;

	if (ballot_is_none(l->ballot) || l->until > p->now)
		return;
	unsigned holder = l->ballot.node - 1u;
	if (l->ballot.node != p->config.self) {
		l->cool_until[holder] = l->until + (round_ballot(p) << l->wasted[holder]);
		if (l->wasted[holder] < COOLINGS_MAX)
			l->wasted[holder]++;
	}
	l->ballot = BALLOT_NONE;
}

/* Does this acceptor refuse the ballot now? Never its own: a node waits before it proposes, not
 * after. */
bool lease_refuses(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p) || ballot.node == p->config.self)
		return false;
	charge_unused_lease(p);
	if (!ballot_is_none(p->lease.ballot) && p->lease.ballot.node != ballot.node)
		return true;
	return p->lease.cool_until[ballot.node - 1u] > p->now;
}

/* The acceptor leases itself to the ballot's owner. A second ballot of the same owner is granted,
 * but does not make its lease longer. */
void lease_grant(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p))
		return;
	if (p->lease.ballot.node != ballot.node)
		p->lease.until = p->now + round_ballot(p);
	p->lease.ballot = ballot;
}

/* This node's own ballot has lost: other proposers may try. */
void lease_give_up(struct paxos *p)
{
	if (p->lease.ballot.node == p->config.self)
		p->lease.ballot = BALLOT_NONE;
}

/* Something is chosen at this ballot: its owner is forgiven, and needs the lease no longer. */
void lease_earned(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p))
		return;
	p->lease.wasted[ballot.node - 1u] = 0;
	p->lease.cool_until[ballot.node - 1u] = 0;
	if (p->lease.ballot.node == ballot.node)
		p->lease.ballot = BALLOT_NONE;
}

/* How long this node must wait before it proposes, since it has leased itself to another. */
time_us lease_wait(struct paxos *p)
{
	if (!is_on(p))
		return 0;
	charge_unused_lease(p);
	if (ballot_is_none(p->lease.ballot) || p->lease.ballot.node == p->config.self)
		return 0;
	return p->lease.until - p->now;
}
