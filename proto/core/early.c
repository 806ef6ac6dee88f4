/* Which messages may leave before what their sender owes is stored.
 *
 * "An acceptor records its intended response in stable storage before actually sending the
 * response." (Paxos Made Simple, 2.5) An Accept and a Commit are no responses of an acceptor. While
 * this node's disk stores its own vote, the other acceptors may vote already. */
#include "proto/core/step.h"

/* An Accept rests on its ballot: "different proposers choose their numbers from disjoint sets of
 * numbers, so two different proposers never issue a proposal with the same number", and a proposer
 * "remembers (in stable storage) the highest-numbered proposal it has tried to issue" (2.5). Here
 * it remembers it as its own promise. Once that is stored, the proposer begins no ballot up to that
 * one again, whatever a crash takes of its vote; nobody has counted that vote, for the answers to
 * the Accept are read after the sync.
 *
 * A Commit rests on votes: those of others were stored before they were told, and this node's own
 * must be, in its slot and in all that it calls decided by its `low`.
 *
 * In a hardened slot a node's word to itself is signed first and may be shown to others: there
 * nothing leaves early. */
bool paxos_is_early(const struct paxos *p, const struct message *m, struct ballot stored,
		    slot_number waits_from)
{
	if (slot_is_under(p, m->slot, HARDENED))
		return false;
	switch (m->type) {
	case MSG_ACCEPT:
		return m->ballot.node == p->config.self && ballot_cmp(stored, m->ballot) >= 0;
	case MSG_COMMIT:
		return m->slot < waits_from && m->low <= waits_from;
	default:
		return false;
	}
}
