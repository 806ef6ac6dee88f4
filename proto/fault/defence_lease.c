/* lease: a promise is for a while, so that a proposer can finish what it began. The rule is part of
 * the acceptor (proto/core/lease.c); here are its words. */
#include "proto/fault/defence.h"

const struct defence_rule defence_LEASE = {
	.why = ": it has leased itself to another proposer for a while.\n"
	       "A node in the middle of a proposal gets the time to finish it (lease).",
	.stalled = {"lease held: ", " will not listen to n", " yet"},
	.rank = 5,
};
