/* Proves that a cluster is stuck for good: whatever the nodes do from here on, no value that waits
 * can ever be chosen. */
#ifndef PROTO_MODEL_JUDGE_STUCK_H
#define PROTO_MODEL_JUDGE_STUCK_H

#include "proto/model/base/model.h"

/* None of the values that wait at `waiting` can ever be chosen: m->progress_why proves it then. */
bool stuck_for_good(struct model *m, node_set waiting);

#endif
