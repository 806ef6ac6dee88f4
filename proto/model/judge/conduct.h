/* The judge of single nodes and single values. Each before the model believes what it is given. */
#ifndef PROTO_MODEL_JUDGE_CONDUCT_H
#define PROTO_MODEL_JUDGE_CONDUCT_H

#include "proto/model/base/model.h"

void conduct_event(struct model *m, const struct event *event, uint64_t index);
/* The node tells all that it keeps, in the run that the model is in. */
void conduct_snapshot(struct model *m, const struct snapshot *snapshot);
/* Proofs against a node that has now told of what it did until `at`. */
void conduct_proofs(struct model *m, node_id accused, time_us at);
/* Some node proposed the value, or was asked to: it may be chosen. */
void conduct_proposed(struct model *m, value_ref value);

#endif
