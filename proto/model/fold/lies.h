/* Liars, defences and proofs. */
#ifndef PROTO_MODEL_FOLD_LIES_H
#define PROTO_MODEL_FOLD_LIES_H

#include "proto/model/base/model.h"

/* The defences that a cluster begins with. */
void lies_begin(struct model *m, policy_id policy);
void lies_event(struct model *m, const struct event *event, uint64_t index);
/* Before the rest of the model believes what the snapshot says of its node. */
void lies_snapshot(struct model *m, const struct snapshot *snapshot);
void lies_proof(struct model *m, const struct item_proof *proof);

#endif
