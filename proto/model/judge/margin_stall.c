/* The safe margin to a stall: the fewest crashes, and the fewest links cut, after which no node
 * that is up reaches a quorum. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/margin.h"

/* Who hears whom, while some are down and some links are cut. */
struct reach {
	unsigned nodes, quorum;
	node_set up;
	node_set hears[NODES_MAX + 1];
};

/* The nodes that a proposer asks and hears, itself included. */
static node_set reached(const struct reach *r, node_id p)
{
	node_set out = set_of(p);

	for (node_id a = 1; a <= r->nodes; a++)
		if (a != p && set_has(r->up, a) && set_has(r->hears[a], p) &&
		    set_has(r->hears[p], a))
			out |= set_of(a);
	return out;
}

/* The first node that can still get a value chosen; NODE_NONE. */
static node_id able(const struct reach *r)
{
	for (node_id p = 1; p <= r->nodes; p++)
		if (set_has(r->up, p) && set_count(reached(r, p)) >= r->quorum)
			return p;
	return NODE_NONE;
}

static node_set next_of_size(node_set set)
{
	const node_set lowest = set & (~set + 1), carried = set + lowest;

	return carried == 0 ? 0 : (((carried ^ set) >> 2) / lowest) | carried;
}

/* The lowest set of so many nodes that are up without which no node is able; 0: there is none. */
static node_set fatal_set(const struct reach *r, unsigned size)
{
	const node_set all = set_first(r->nodes);
	struct reach without = *r;

	for (node_set s = set_first(size); s != 0 && s <= all; s = next_of_size(s)) {
		without.up = r->up & ~s;
		if ((s & ~r->up) == 0 && able(&without) == NODE_NONE)
			return s;
	}
	return 0;
}

static void by_crashes(const struct reach *r, struct margin_way *way)
{
	char who[NODES_MAX * 4];

	for (unsigned count = 1; count <= MARGIN_BOUND && count <= r->nodes; count++) {
		const node_set dead = fatal_set(r, count);

		if (dead == 0)
			continue;
		way->found = true;
		way->count = count;
		set_show(dead, who, sizeof who);
		text_write(way->step[0], sizeof way->step[0], "%s crash%s.", who,
			   count == 1 ? "es" : "");
		set_show(r->up & ~dead, who, sizeof who);
		text_write(way->step[1], sizeof way->step[1],
			   "Then %s are up, and no node reaches a quorum of %u.", who, r->quorum);
		way->steps = 2;
		return;
	}
}

/* --- cuts ------------------------------------------------------------------------------------
 *
 * While some proposer is able, one of its links must be cut: the first such proposer's links are
 * tried one after the other. */

struct cut {
	node_id p, peer;
};

static void set_link(struct reach *r, const struct reach *whole, struct cut cut, bool works)
{
	r->hears[cut.p] &= ~set_of(cut.peer);
	r->hears[cut.peer] &= ~set_of(cut.p);
	if (works) {
		r->hears[cut.p] |= whole->hears[cut.p] & set_of(cut.peer);
		r->hears[cut.peer] |= whole->hears[cut.peer] & set_of(cut.p);
	}
}

/* The next link of the proposer behind `peer` that is left; NODE_NONE. */
static node_id next_peer(const struct reach *r, node_id p, node_id peer)
{
	const node_set left = reached(r, p) & ~set_of(p) & ~set_first(peer);

	return left == 0 ? NODE_NONE : set_lowest(left);
}

/* Exactly `count` cuts; those that are found are in `cut`. */
static bool cuts_suffice(const struct reach *whole, unsigned count, struct cut cut[MARGIN_BOUND])
{
	struct reach r = *whole;
	unsigned depth = 0;

	cut[0] = (struct cut){able(&r), NODE_NONE};
	for (;;) {
		struct cut *at = &cut[depth];

		if (at->peer != NODE_NONE)
			set_link(&r, whole, *at, true);
		const unsigned needed = set_count(reached(&r, at->p)) - r.quorum + 1;

		at->peer = needed > count - depth ? NODE_NONE : next_peer(&r, at->p, at->peer);
		if (at->peer == NODE_NONE) {
			if (depth-- == 0)
				return false;
			continue;
		}
		set_link(&r, whole, *at, false);
		const node_id next = able(&r);

		if (next == NODE_NONE)
			return true;
		if (depth + 1 < count)
			cut[++depth] = (struct cut){next, NODE_NONE};
	}
}

static void by_cuts(const struct reach *r, struct margin_way *way)
{
	struct cut cut[MARGIN_BOUND];

	for (unsigned count = 1; count <= MARGIN_BOUND; count++) {
		memset(cut, 0, sizeof cut);
		if (!cuts_suffice(r, count, cut))
			continue;
		way->found = true;
		way->count = count;
		/* Where fewer sufficed, `count` would have been fewer: all are used. */
		for (unsigned i = 0; i < count; i++)
			text_write(way->step[i], sizeof way->step[i],
				   "The link between n%u and n%u is cut.", cut[i].p, cut[i].peer);
		text_write(way->step[count], sizeof way->step[count],
			   "Then no node that is up reaches a quorum of %u, both ways.", r->quorum);
		way->steps = count + 1;
		return;
	}
}

/* --- liars ------------------------------------------------------------------------------------ */

/* The highest ballot there is: above it no other node has one, if the liar's number is the highest
 * of those that are up. */
static void by_highest_round(const struct margin_case *c, struct margin_way *way)
{
	node_id last = NODE_NONE;

	for (node_id id = 1; id <= c->nodes; id++)
		if (set_has(c->up, id))
			last = id;
	if (last == NODE_NONE || policy_has(c->policy, DEFENCE_WINDOW))
		return;
	way->found = true;
	way->count = set_has(c->liars, last) ? 0 : 1;
	text_write(way->step[0], sizeof way->step[0],
		   "n%u lies: it prepares the highest round there is (max-ballot).", last);
	text_write(way->step[1], sizeof way->step[1],
		   "Acceptors promise it, and no other node that is up has a ballot above. Without "
		   "the defence window nothing can be chosen any more.");
	way->steps = 2;
}

static void by_silence(const struct margin_case *c, const struct reach *r, struct margin_way *way)
{
	struct reach silent = *r;
	char who[NODES_MAX * 4];

	silent.up &= ~c->liars;
	for (unsigned count = 0; count <= MARGIN_BOUND; count++) {
		const node_set mute = count == 0 ? 0 : fatal_set(&silent, count);

		if (way->found && way->count <= count)
			return;
		if (count == 0 ? able(&silent) != NODE_NONE : mute == 0)
			continue;
		way->found = true;
		way->count = count;
		set_show(mute | (c->liars & c->up), who, sizeof who);
		text_write(way->step[0], sizeof way->step[0], "%s lie: they say nothing (mute).",
			   who);
		text_write(way->step[1], sizeof way->step[1],
			   "Then no honest node that is up reaches a quorum of %u that answers.",
			   r->quorum);
		way->steps = 2;
		return;
	}
}

static void is_so_now(struct margin_way *way, const char *why)
{
	*way = (struct margin_way){.found = true, .steps = 1};
	text_write(way->step[0], sizeof way->step[0], "%s", why);
}

void margin_stall(const struct margin_case *c, struct margin *out)
{
	struct reach r = {.nodes = c->nodes, .quorum = c->quorum, .up = c->up};

	memcpy(r.hears, c->hears, sizeof r.hears);
	for (unsigned kind = MARGIN_CRASHES; kind <= MARGIN_MUTE; kind++) {
		if (c->stuck)
			is_so_now(&out->way[kind], "It is stalled: what nodes promised and voted "
						   "proves that what waits is never chosen.");
		else if (able(&r) == NODE_NONE)
			is_so_now(&out->way[kind], "It is stalled: no node that is up reaches a "
						   "quorum of nodes that are up.");
	}
	if (c->stuck || able(&r) == NODE_NONE)
		return;
	by_crashes(&r, &out->way[MARGIN_CRASHES]);
	by_cuts(&r, &out->way[MARGIN_CUTS]);
	by_highest_round(c, &out->way[MARGIN_MUTE]);
	by_silence(c, &r, &out->way[MARGIN_MUTE]);
}
