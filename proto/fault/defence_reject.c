/* reject, the origin's remedy for a proposer that changes its mind: an acceptor never votes for
 * another value than before. The rule is part of the acceptor (proto/core/on_accept.c); here are
 * its words. */
#include "proto/fault/defence.h"

const struct defence_rule defence_REJECT = {
	.why = ": it voted for another value before.\n"
	       "That is the origin's remedy. It is safe, and honest nodes can block each other for "
	       "ever.",
	.stalled = {"stuck by reject: ", " refused n", ", for they voted for another value before"},
	.rank = 6,
};
