#include "proto/core/step.h"

/* Decisions that the learner lacks: closed slots, which the caller reads from the store, or else
 * what is known above a gap, from the window. */
static void give_decisions(struct paxos *p, node_id to, struct paxos_output *out)
{
	const struct paxos_level *theirs = &p->gossip.level[to - 1];
	unsigned told = 0;

	output_log(p, set_of(to), theirs->base, SYNC_CHUNK_MAX, out);
	if (theirs->base + SYNC_CHUNK_MAX < p->base)
		return;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->chosen == VALUE_NONE || level_knows(theirs, slot) || told == SYNC_CHUNK_MAX)
			continue;
		decision_send(p, s, set_of(to), out);
		told++;
	}
}

/* Once in a round trip, or when the learner has got what it asked for before. */
static bool may_give(struct paxos *p, node_id to)
{
	const slot_number base = p->gossip.level[to - 1].base;
	const time_us last = p->gossip.answered[to - 1].at;

	if (last != 0 && base <= p->gossip.answered[to - 1].slot &&
	    p->now < last + round_patience(p))
		return false;
	p->gossip.answered[to - 1].slot = base;
	p->gossip.answered[to - 1].at = p->now;
	return true;
}

/* "Because of message loss, a value could be chosen with no learner ever finding out. The learner
 * could ask the acceptors what proposals they have accepted" (Paxos Made Simple, 2.3). All learners
 * that may count are told at once. */
static void give_votes(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;

	if (m->wanted == 0 || (g->votes_at != 0 && p->now < g->votes_at + round_patience(p)))
		return;
	if (acceptor_tell_votes(p, nodes_all(p), m->slot, m->wanted, out))
		g->votes_at = p->now;
}

/* A node tells how far it knows, and asks others for what they know. Every answer is bounded: the
 * `low` of each Commit says how much more there is. To know more than the owner's last decision is
 * also to confirm that decision. */
void on_sync(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	const struct paxos_level level = {m->slot, m->known, m->voted};

	if (m->from == p->config.self)
		return;
	if (p->tail.slot != SLOT_NONE && level_knows(&level, p->tail.slot))
		tail_answered(p, m->from, p->tail.slot);
	level_heard(p, m->from, &level);
	if (set_has(m->ask, p->config.self) && may_give(p, m->from))
		give_decisions(p, m->from, out);
	give_votes(p, m, out);
	if (set_has(m->unsure, p->config.self))
		p->note.asked_by = m->from;
}
