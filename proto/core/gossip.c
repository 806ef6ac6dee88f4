/* Liveness: nobody is left behind. "Because of message loss, a value could be chosen with no
 * learner ever finding out." (Paxos Made Simple, 2.3)
 *
 * Every node tells all others how far it knows, a while after that has changed, and again with
 * doubling waits until it has heard from each of them that it knows as much: then all are level,
 * and nobody says anything more. A node that hears that another is ahead asks it for decisions, one
 * node at a time. A node that hears that a quorum has voted in a slot asks for the votes, and
 * counts them itself.
 *
 * A node that hears without being heard cannot ask. To nodes that are silent the others tell
 * decisions and their votes unasked, a few at a time, over and over. So knowledge travels along
 * every path of links that work, whichever way. Dead nodes look just like that: for them, it is a
 * few messages every GOSSIP_US_MAX.
 *
 * Nothing here can make an unsafe step. */
#include "proto/core/step.h"

/* At the first turns every node tells the silent unasked; later those that know take turns. */
#define EAGER_TURNS 3

static time_us first_wait(struct paxos *p)
{
	return p->config.gossip_us / 2 + backoff_draw(p) % p->config.gossip_us;
}

static bool has_company(const struct paxos *p)
{
	return nodes_others(p) != 0 && p->config.gossip_us != 0;
}

/* This node knows more than before, which is news to the others. Under a load it always does: then
 * its level is told only now and then. */
static void level_changed(struct paxos *p)
{
	struct paxos_gossip *g = &p->gossip;

	g->told = false;
	if (!has_company(p))
		return;
	g->changed_at = p->now;
	if (g->at != 0 && g->turns == 0)
		return;
	time_us soon = p->now + first_wait(p);
	if (g->at == 0 || soon < g->at)
		g->at = soon;
	g->turns = 0;
}

/* Something has changed within the last round trip: more is on its way. */
static bool is_moving(const struct paxos *p)
{
	return !p->gossip.told && !p->gossip.back &&
	       p->now < p->gossip.changed_at + round_patience(p);
}

static struct message *send_level(struct paxos *p, node_set to, struct paxos_output *out)
{
	const struct paxos_level own = level_own(p);
	struct message *m = output_send(p, out, MSG_SYNC, to);

	m->slot = own.base;
	m->known = own.known;
	m->voted = own.voted;
	return m;
}

static void report_asking(const struct paxos *p, node_set whom, struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_SYNCING);

	e->slot = p->base;
	e->peer = set_count(whom) == 1 ? set_lowest(whom) : NODE_NONE;
}

/* What it knows in open slots from `from` on: decisions, and its votes where it knows none, a chunk
 * of each at most. Returns the first slot of which nothing is told, SLOT_NONE when that was all. */
static slot_number push_open(struct paxos *p, node_set silent, slot_number from,
			     struct paxos_output *out)
{
	unsigned decisions = 0, votes = 0;
	uint64_t voted = 0;
	slot_number slot = from;

	for (; slot_is_open(p, slot); slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		const bool chosen = s->chosen != VALUE_NONE;
		if (!chosen && s->voted == VALUE_NONE)
			continue;
		if ((chosen ? decisions : votes) == SYNC_CHUNK_MAX)
			break;
		if (chosen) {
			decision_send(p, s, silent, out);
			decisions++;
		} else {
			voted |= (uint64_t)1 << (slot - from);
			votes++;
		}
	}
	acceptor_tell_votes(p, silent, from, voted, out);
	return slot_is_open(p, slot) ? slot : SLOT_NONE;
}

/* The next decisions for nodes that say nothing: from where the last ones ended, over and over. */
static void push_to(struct paxos *p, node_set silent, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	slot_number first = p->base;

	for (node_set left = silent; left != 0; left &= left - 1)
		first = lower_of(first, g->level[set_lowest(left) - 1].base);
	if (g->push < first || !(g->push < p->base || slot_is_open(p, g->push)))
		g->push = first;
	if (g->push <= p->base) {
		output_log(p, silent, g->push, SYNC_CHUNK_MAX, out);
		g->push = higher_of(g->push, p->low) + SYNC_CHUNK_MAX;
		if (g->push < p->base)
			return;
		g->push = p->base;
	}
	g->push = push_open(p, silent, g->push, out);
}

/* When the votes in a slot were counted, and did not decide, since some are heard no more, be it
 * that the voter is dead or voted again: then the node finds out by a ballot, unless others do. */
static void look_for_unsettled(struct paxos *p)
{
	struct paxos_gossip *g = &p->gossip;

	if (level_unsettled(p) == 0) {
		g->settle_at = 0;
		g->settles = false;
	} else if (g->settle_at == 0) {
		g->settle_at = p->now + SETTLE_US;
	}
}

/* The nodes that wait for the same draw when they begin, so that one is first. */
static void settle_timer(struct paxos *p, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	const uint64_t slots = level_unsettled(p);
	const time_us drawn = p->now + 1 + backoff_draw(p) % p->config.gossip_us_max;

	g->settle_at = 0;
	if (slots == 0) {
		g->settles = false;
	} else if (!g->settles) {
		g->settles = true;
		g->settle_at = drawn;
	} else {
		g->settle_at = drawn + p->config.gossip_us_max;
		proposer_settle(p, p->base + (unsigned)__builtin_ctzll(slots), out);
	}
}

static bool is_its_turn(const struct paxos *p, node_set unlike)
{
	const struct paxos_gossip *g = &p->gossip;
	unsigned know = p->config.nodes - set_count(unlike);

	return g->turns <= EAGER_TURNS || (g->turns + p->config.self) % know == 0;
}

void gossip_turn(struct paxos *p, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	node_set unlike = levels_unlike(p);
	bool moves = is_moving(p);

	g->at = 0;
	if (has_company(p))
		look_for_unsettled(p);
	if (!has_company(p) || (unlike == 0 && g->told && !g->back)) {
		g->turns = 0;
		return;
	}
	if (moves && p->now < g->told_at + p->config.gossip_us_max) {
		g->at = p->now + first_wait(p);
		return;
	}
	send_level(p, nodes_others(p), out)->unsure = moves ? 0 : unlike;
	if (g->back)
		report_asking(p, unlike, out);
	if (g->turns > 0 && (unlike & ~g->heard) != 0 && is_its_turn(p, unlike))
		push_to(p, unlike & ~g->heard, out);
	g->told = true;
	g->back = false;
	g->told_at = p->now;
	g->heard = 0;
	if (unlike == 0) {
		g->turns = 0;
		return;
	}
	g->at = p->now + backoff_doubled(first_wait(p), g->turns, p->config.gossip_us_max);
	g->turns++;
}

static time_us ask_wait(const struct paxos *p)
{
	return backoff_doubled(2 * round_patience(p), p->gossip.asks, p->config.gossip_us_max);
}

static void ask_for_decisions(struct paxos *p, node_id peer, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	slot_number there = g->level[peer - 1].base;

	g->missed = false;
	send_level(p, set_of(peer), out)->ask = set_of(peer);
	report_asking(p, set_of(peer), out);
	g->asked = peer;
	g->asked_at = p->now;
	g->asked_upto = there < p->base + SYNC_CHUNK_MAX ? there : p->base + SYNC_CHUNK_MAX;
	g->ask_at = p->now + ask_wait(p);
	if (g->asks < UINT8_MAX)
		g->asks++;
}

/* A chunk of the slots in which votes are to be told; another chunk each time. */
static uint64_t next_wanted(const struct paxos *p)
{
	const uint64_t chunk =
		SYNC_CHUNK_MAX < 64 ? ((uint64_t)1 << SYNC_CHUNK_MAX % 64) - 1 : UINT64_MAX;
	uint64_t slots = level_undecided(p);

	for (unsigned i = 0; i < 64; i += SYNC_CHUNK_MAX) {
		unsigned shift = (i + p->gossip.asks * SYNC_CHUNK_MAX) % 64;
		if ((slots & chunk << shift) != 0)
			return slots & chunk << shift;
	}
	return 0;
}

/* A leader's open votes are for its own proposals, and the proposer sends those again. */
static uint64_t wanted_now(const struct paxos *p)
{
	return p->role == ROLE_LEADING ? 0 : next_wanted(p);
}

static void ask_for_votes(struct paxos *p, uint64_t wanted, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;

	send_level(p, nodes_others(p), out)->wanted = wanted;
	report_asking(p, nodes_others(p), out);
	acceptor_tell_votes(p, nodes_all(p), p->base, wanted, out);
	g->ask_at = p->now + ask_wait(p);
	if (g->asks < UINT8_MAX)
		g->asks++;
}

/* The next node in turn: one that was asked and did not answer may not hear this node. */
static node_id next_after(node_set set, node_id id)
{
	node_set above = set & ~set_first(id);

	return set_lowest(above != 0 ? above : set);
}

static void ask_timer(struct paxos *p, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	node_set ahead = levels_ahead(p);
	uint64_t wanted;

	g->ask_at = 0;
	if (ahead != 0)
		ask_for_decisions(
			p, next_after(ahead, g->asked == NODE_NONE ? p->config.self : g->asked),
			out);
	else if ((wanted = wanted_now(p)) != 0)
		ask_for_votes(p, wanted, out);
	else
		g->asks = 0;
}

/* What a peer is ahead by may be on its way here: the node asks when it has not come in time. */
static void ask_unless_it_comes(struct paxos *p)
{
	struct paxos_gossip *g = &p->gossip;

	if (g->ask_at == 0 && (levels_ahead(p) != 0 || wanted_now(p) != 0))
		g->ask_at = p->now + ask_wait(p);
}

/* Decisions have come: waiting starts afresh, and when all that was asked for is there, the node
 * asks for more. */
static void ask_for_the_rest(struct paxos *p, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;

	g->asks = 0;
	g->ask_at = 0;
	g->settle_at = 0;
	g->settles = false;
	if (p->unresolved == 0)
		g->wonder = 0;
	if (g->asked != NODE_NONE && p->base >= g->asked_upto) {
		if (set_has(levels_ahead(p), g->asked))
			ask_for_decisions(p, g->asked, out);
		else
			g->asked = NODE_NONE;
	}
	level_changed(p);
	ask_unless_it_comes(p);
}

void gossip_ask_at_once(struct paxos *p, node_id peer, struct paxos_output *out)
{
	const struct paxos_gossip *g = &p->gossip;

	if (g->asked_at == 0 || p->now - g->asked_at >= round_patience(p))
		ask_for_decisions(p, peer, out);
}

/* `peer` asks how far this node knows. If that is to be told to all anyhow, it is told soon; what
 * was told within a round trip is on its way. */
static void answer_how_far(struct paxos *p, node_id peer, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;
	time_us soon = p->now + backoff_draw(p) % round_patience(p);

	if (!g->told && g->at != 0) {
		if (!is_moving(p) && soon < g->at)
			g->at = soon;
		return;
	}
	if (g->told_at != 0 && p->now < g->told_at + round_patience(p))
		return;
	if (g->answered[peer - 1].level_at != 0 &&
	    p->now < g->answered[peer - 1].level_at + round_patience(p))
		return;
	g->answered[peer - 1].level_at = p->now;
	send_level(p, set_of(peer), out);
}

void gossip_read(struct paxos *p, const struct paxos_note *note, struct paxos_output *out)
{
	struct paxos_gossip *g = &p->gossip;

	if (note->open_end) {
		g->wonder = nodes_others(p);
		level_changed(p);
	}
	if (note->learned)
		ask_for_the_rest(p, out);
	if (note->lacks != NODE_NONE)
		gossip_ask_at_once(p, note->lacks, out);
	if (note->heard != 0) {
		node_set ahead = note->heard & levels_ahead(p);
		if (g->missed && ahead != 0)
			gossip_ask_at_once(p, set_lowest(ahead), out);
		ask_unless_it_comes(p);
		if (g->at == 0 && has_company(p) && (levels_unlike(p) & note->heard) != 0) {
			g->turns = 0;
			g->at = p->now + first_wait(p);
		}
	}
	if (note->asked_by != NODE_NONE)
		answer_how_far(p, note->asked_by, out);
}

/* The node was away, or a link works again: at its next turn, which is now, it asks how far the
 * others are. */
void gossip_wake_up(struct paxos *p, node_set whom)
{
	struct paxos_gossip *g = &p->gossip;

	if (whom == 0 || !has_company(p))
		return;
	g->wonder |= whom;
	g->back = g->missed = true;
	g->turns = 0;
	g->at = p->now > 0 ? p->now : 1;
}

void gossip_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->gossip.ask_at != 0 && p->gossip.ask_at <= p->now)
		ask_timer(p, out);
	if (p->gossip.at != 0 && p->gossip.at <= p->now)
		gossip_turn(p, out);
	if (p->gossip.settle_at != 0 && p->gossip.settle_at <= p->now)
		settle_timer(p, out);
}

time_us gossip_wake(const struct paxos *p)
{
	return time_sooner(time_sooner(p->gossip.at, p->gossip.ask_at), p->gossip.settle_at);
}
