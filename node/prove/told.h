/* Compares the events of a recording with those that recomputed members tell. */
#ifndef NODE_PROVE_TOLD_H
#define NODE_PROVE_TOLD_H

#include "proto/core/event.h"
#include "proto/core/values.h"

/* NULL: they are the same. Else the name of the first column of a recording in which they differ.
 */
const char *told_differs(const struct event *a, const struct values *of_a, const struct event *b,
			 const struct values *of_b);

#endif
