/* The quorum lamps of each proposer. */
#ifndef PROTO_MODEL_FOLD_LAMPS_H
#define PROTO_MODEL_FOLD_LAMPS_H

#include "proto/model/base/model.h"

void lamps_event(struct model *m, const struct event *event);
void lamps_snapshot(struct model *m, const struct snapshot *snapshot);
/* The node went down or came up. */
void lamps_life(struct model *m, node_id node, bool up);
void lamps_forget(struct model *m);

#endif
