/* How far nodes know: this node itself, and its peers as it heard last. */
#include <assert.h>

#include "proto/core/step.h"

static_assert(SLOTS_OPEN_MAX <= 64, "a level has a bit for each open slot");

/* Bits that begin at slot `base`, as bits that begin at slot `from`. */
static uint64_t bits_from(uint64_t bits, slot_number base, slot_number from)
{
	if (from >= base)
		return from - base < 64 ? bits >> (from - base) : 0;
	return base - from < 64 ? bits << (base - from) : 0;
}

/* One form for each level: the slot at the base is not known. */
static void move_base(struct paxos_level *l, slot_number base)
{
	l->known = bits_from(l->known, l->base, base);
	l->voted = bits_from(l->voted, l->base, base);
	l->base = base;
	while ((l->known & 1) != 0) {
		l->known >>= 1;
		l->voted >>= 1;
		l->base++;
	}
}

struct paxos_level level_own(const struct paxos *p)
{
	struct paxos_level own = {.base = p->base};

	for (unsigned k = 0; k < SLOTS_OPEN_MAX && p->unresolved > 0; k++) {
		const struct paxos_slot *s = &p->open[(p->base + k) % SLOTS_OPEN_MAX];
		if (s->chosen != VALUE_NONE)
			own.known |= (uint64_t)1 << k;
		else if (s->voted != VALUE_NONE && !slots_are_left(p, p->base + k, p->base + k + 1))
			own.voted |= (uint64_t)1 << k;
	}
	return own;
}

bool level_knows(const struct paxos_level *l, slot_number slot)
{
	return slot < l->base || (slot - l->base < 64 && (l->known >> (slot - l->base) & 1) != 0);
}

/* Does this node know all slots of `known`, bits that begin at its base? */
static bool knows_all(const struct paxos *p, uint64_t known)
{
	for (; known != 0; known &= known - 1) {
		const unsigned k = (unsigned)__builtin_ctzll(known);
		if (k >= SLOTS_OPEN_MAX ||
		    p->open[(p->base + k) % SLOTS_OPEN_MAX].chosen == VALUE_NONE)
			return false;
	}
	return true;
}

static bool is_ahead(const struct paxos *p, const struct paxos_level *theirs)
{
	return theirs->base > p->base ||
	       !knows_all(p, bits_from(theirs->known, theirs->base, p->base));
}

node_set levels_ahead(const struct paxos *p)
{
	node_set ahead = 0;

	for (node_set left = nodes_others(p); left != 0; left &= left - 1)
		if (is_ahead(p, &p->gossip.level[set_lowest(left) - 1]))
			ahead |= set_of(set_lowest(left));
	return ahead;
}

node_set levels_unlike(const struct paxos *p)
{
	const struct paxos_level own = level_own(p);
	node_set unlike = p->gossip.wonder;

	for (node_set left = nodes_others(p); left != 0; left &= left - 1) {
		const struct paxos_level *l = &p->gossip.level[set_lowest(left) - 1];
		if (l->base != own.base || l->known != own.known)
			unlike |= set_of(set_lowest(left));
	}
	return unlike;
}

void level_heard(struct paxos *p, node_id from, const struct paxos_level *level)
{
	struct paxos_level *l = &p->gossip.level[from - 1];

	*l = *level;
	move_base(l, l->base);
	p->gossip.wonder &= ~set_of(from);
	p->gossip.heard |= set_of(from);
	p->note.heard |= set_of(from);
}

void level_heard_low(struct paxos *p, node_id from, slot_number low, slot_number slot)
{
	struct paxos_level *l = &p->gossip.level[from - 1];

	if (from == p->config.self)
		return;
	move_base(l, higher_of(low, l->base));
	if (slot != SLOT_NONE && slot >= l->base && slot - l->base < 64) {
		l->known |= (uint64_t)1 << (slot - l->base);
		move_base(l, l->base);
	}
	p->gossip.heard |= set_of(from);
	p->note.heard |= set_of(from);
}

/* The nodes of `told` whose vote in this ballot may not be at hand: nothing was heard of them, or a
 * vote of theirs in a ballot below, and they may have voted again since. */
static unsigned count_unknown(const struct paxos *p, const struct paxos_word *word, node_set told,
			      struct ballot ballot)
{
	unsigned unknown = 0;

	for (unsigned i = 0; i < p->config.nodes; i++)
		unknown += set_has(told, (node_id)(i + 1)) &&
			   (word[i].value == VALUE_NONE || ballot_cmp(word[i].ballot, ballot) < 0);
	return unknown;
}

/* Could it be that a quorum voted in this slot in one ballot? `told` are the nodes that say that
 * they voted. */
static bool may_be_decided(const struct paxos *p, const struct paxos_word *word, node_set told,
			   unsigned quorum)
{
	if (count_unknown(p, word, told, BALLOT_NONE) >= quorum)
		return true;
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (word[i].value != VALUE_NONE &&
		    words_count(p, word, word[i].ballot, word[i].value) +
				    count_unknown(p, word, told, word[i].ballot) >=
			    quorum)
			return true;
	return false;
}

/* For each open slot base + k: the nodes that say that they voted in it. */
static void voters_told(const struct paxos *p, const struct paxos_level *own,
			node_set told[SLOTS_OPEN_MAX])
{
	for (unsigned k = 0; k < SLOTS_OPEN_MAX; k++) {
		told[k] = p->open[(p->base + k) % SLOTS_OPEN_MAX].said;
		if ((own->voted >> k & 1) != 0)
			told[k] |= set_of(p->config.self);
	}
	for (unsigned i = 0; i < p->config.nodes; i++) {
		const struct paxos_level *l = &p->gossip.level[i];
		uint64_t bits = bits_from(l->voted, l->base, p->base);
		for (unsigned k = 0; k < SLOTS_OPEN_MAX && bits >> k != 0; k++)
			if ((bits >> k & 1) != 0)
				told[k] |= set_of((node_id)(i + 1));
	}
}

/* The owners of the ballots in which votes are known to be cast: each was the first to vote in its
 * own. Only those that have said nothing since; the others say themselves whether they voted. */
static node_set owners_of_votes(const struct paxos *p, const struct paxos_level *own, unsigned k)
{
	const slot_number slot = p->base + k;
	const struct paxos_word *word = p->hard[slot % SLOTS_OPEN_MAX].accepted;
	node_set owners = 0;

	if ((own->voted >> k & 1) != 0)
		owners |= set_of(p->open[slot % SLOTS_OPEN_MAX].voted_at.node);
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (word[i].value != VALUE_NONE)
			owners |= set_of(word[i].ballot.node);
	return owners & p->gossip.wonder;
}

uint64_t level_unsettled(const struct paxos *p)
{
	const struct paxos_level own = level_own(p);
	node_set told[SLOTS_OPEN_MAX];
	uint64_t slots = 0;

	voters_told(p, &own, told);
	for (unsigned k = 0; k < SLOTS_OPEN_MAX; k++) {
		const slot_number slot = p->base + k;

		if ((own.known >> k & 1) != 0 || told[k] == 0 ||
		    slot_is_under(p, slot, DEFENCE_REJECT))
			continue;
		if (set_count(told[k] | owners_of_votes(p, &own, k)) >= paxos_quorum(p, slot))
			slots |= (uint64_t)1 << k;
	}
	return slots;
}

/* Has any other node said that it voted in an open slot? */
static bool others_have_voted(const struct paxos *p)
{
	for (unsigned i = 0; i < p->config.nodes; i++) {
		const struct paxos_level *l = &p->gossip.level[i];
		if (l->voted != 0 && bits_from(l->voted, l->base, p->base) != 0)
			return true;
	}
	for (unsigned k = 0; k < SLOTS_OPEN_MAX; k++)
		if (p->open[k].said != 0)
			return true;
	return false;
}

uint64_t level_undecided(const struct paxos *p)
{
	/* Under a load every decision asks this: a node that has heard of no vote but its own need
	 * not count. */
	if (p->config.quorum > 1 && !others_have_voted(p))
		return 0;
	const struct paxos_level own = level_own(p);
	node_set told[SLOTS_OPEN_MAX];
	uint64_t slots = 0;

	voters_told(p, &own, told);
	for (unsigned k = 0; k < SLOTS_OPEN_MAX; k++) {
		const slot_number slot = p->base + k;
		const struct paxos_word *word = p->hard[slot % SLOTS_OPEN_MAX].accepted;

		if ((own.known >> k & 1) != 0 || told[k] == 0)
			continue;
		if (set_count(told[k]) >= paxos_quorum(p, slot) &&
		    may_be_decided(p, word, told[k], paxos_quorum(p, slot)))
			slots |= (uint64_t)1 << k;
	}
	return slots;
}
