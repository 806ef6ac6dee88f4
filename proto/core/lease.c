/* Liveness under `lease`: who climbs over every ballot would win for ever, since its Prepare needs
 * two hops and an honest Accept three. So an acceptor that has promised leases itself to that
 * proposer for a while and refuses others; who lets its own lease end with nothing chosen has to
 * wait before the next, longer each time, until something is chosen at a ballot of its own. To be
 * preempted costs nothing. Nothing here can make an unsafe step. */
#include "proto/core/step.h"

/* T0 * 2^k, up to as long as a preempted proposer of five waits at most: beyond that, honest
 * proposers who contend would hardly ever find a quorum that is not cooling one of them down. */
#define COOLINGS_MAX 3

static bool is_on(const struct paxos *p)
{
	return policy_has(paxos_policy_now(p), DEFENCE_LEASE);
}

/* Six message delays of a usual link, and a little more. */
static time_us lease_us(const struct paxos *p)
{
	return p->config.resend_us;
}

/* A lease that ended unused is charged once, to its holder. */
static void expire(struct paxos *p)
{
	struct paxos_lease *l = &p->lease;

	if (ballot_is_none(l->ballot) || l->until > p->now)
		return;
	unsigned holder = l->ballot.node - 1u;
	if (l->ballot.node != p->config.self) {
		l->cool_until[holder] = l->until + (lease_us(p) << l->wasted[holder]);
		if (l->wasted[holder] < COOLINGS_MAX)
			l->wasted[holder]++;
	}
	l->ballot = BALLOT_NONE;
}

/* Its own proposals a node always promises to itself; it waits before it makes them. */
bool lease_refuses(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p) || ballot.node == p->config.self)
		return false;
	expire(p);
	if (!ballot_is_none(p->lease.ballot) && p->lease.ballot.node != ballot.node)
		return true;
	return p->lease.cool_until[ballot.node - 1u] > p->now;
}

/* A second ballot within one's own lease is granted, but does not make it longer. */
void lease_grant(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p))
		return;
	if (p->lease.ballot.node != ballot.node)
		p->lease.until = p->now + lease_us(p);
	p->lease.ballot = ballot;
}

/* Its own ballot has lost: others may try. */
void lease_give_up(struct paxos *p)
{
	if (p->lease.ballot.node == p->config.self)
		p->lease.ballot = BALLOT_NONE;
}

/* Something is chosen at this ballot. */
void lease_earned(struct paxos *p, struct ballot ballot)
{
	if (!is_on(p))
		return;
	p->lease.wasted[ballot.node - 1u] = 0;
	p->lease.cool_until[ballot.node - 1u] = 0;
	if (p->lease.ballot.node == ballot.node)
		p->lease.ballot = BALLOT_NONE;
}

time_us lease_wait(struct paxos *p)
{
	if (!is_on(p))
		return 0;
	expire(p);
	if (ballot_is_none(p->lease.ballot) || p->lease.ballot.node == p->config.self)
		return 0;
	return p->lease.until - p->now;
}
