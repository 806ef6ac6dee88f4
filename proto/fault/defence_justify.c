/* justify: a proposer shows the promises that its value follows from (P2c). The rule is part of the
 * acceptor (proto/core/on_accept.c, on_new_view.c); here are its words. */
#include "proto/fault/defence.h"

const struct defence_rule defence_JUSTIFY = {
	.why = ": the promises do not lead to this value.\n"
	       "A proposal must show a quorum of signed promises that allow it (justify).",
	.stalled = {"justify: ", " know no promises that allow what n", " proposes"},
	.rank = 1,
};
