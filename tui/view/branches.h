/* The branches of a run, as they are drawn: the trunk and the forks that left it or left each
 * other, and how two of them differ since they parted. */
#ifndef TUI_VIEW_BRANCHES_H
#define TUI_VIEW_BRANCHES_H

#include "proto/model/base/model.h"

#define BRANCHES_MAX 16 /* with the trunk, which is branch 0 */

struct branch_shown {
	unsigned from;   /* the branch that it left, which has a lower number */
	uint64_t moment; /* when it left, as moments of that branch are counted: */
	uint64_t events; /* so many events had happened, */
	time_us at;      /* and it was then */
	/* The last event of each node before that: what comes behind is another future. */
	struct branch_last {
		uint16_t boot;
		uint64_t seq;
	} last[NODES_MAX + 1];
	const char *changed;       /* the first thing that was done in it; "" = nothing yet */
	const struct model *model; /* as far as it has come */
};

struct branch_tree {
	unsigned count;
	unsigned here; /* the one that is shown */
	struct branch_shown branch[BRANCHES_MAX];
};

/* The branches in the order in which they are drawn: each below the one that it left. Returns how
 * deep each one stands, by its place in that order. */
void branches_order(const struct branch_tree *tree, unsigned order[BRANCHES_MAX],
		    unsigned depth[BRANCHES_MAX]);

/* The branch with which the one that is shown is compared: the one under the cursor, or if that is
 * itself, the one that it left; for the trunk the newest. BRANCHES_MAX: there is no other. */
unsigned branches_other(const struct branch_tree *tree, unsigned cursor);

/* Where two branches parted: the one of them, or of those that they left, whose leaving it was. */
unsigned branches_parted(const struct branch_tree *tree, unsigned a, unsigned b);

/* "slot 0: pear, 1: apple", "nothing is chosen", "VIOLATED: agreement". True: it is violated. */
bool branch_outcome(const struct model *m, char *out, size_t size);

#define FUTURE_MAX 2048 /* newest events of a future that are compared */

/* What happened in a branch since it parted from another: events that make a story, in the order in
 * which they are told. */
struct future {
	unsigned count;
	uint64_t event[FUTURE_MAX];
	bool differs[FUTURE_MAX]; /* nothing like it happened in the other */
};

/* Both futures; returns how many events stand before the first that differs in either. */
unsigned futures_compare(const struct model *a, const struct model *b,
			 const struct branch_shown *parted, struct future *of_a,
			 struct future *of_b);

/* Does the node stand otherwise: another promise, or another vote or value in the slot? */
bool node_differs(const struct model *a, const struct model *b, slot_number slot, node_id node);
/* Do they hold another value to be chosen in the slot, by the votes or by any node's word? */
bool slot_differs(const struct model *a, const struct model *b, slot_number slot);
/* The lowest slot in which any node stands otherwise or another value is chosen; if there is none,
 * the newest that both know. */
slot_number slot_that_differs(const struct model *a, const struct model *b);
/* The value that is chosen in the slot, by the votes or else by a node's word; VALUE_NONE. */
value_ref slot_value(const struct model *m, slot_number slot);

#endif
