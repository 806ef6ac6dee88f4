/* Makes a model and feeds it: the one way in which a model changes. A fold: each item is believed
 * as far as the judges let it (proto/model/judge), in the order in which items come. */
#ifndef PROTO_MODEL_FOLD_FOLD_H
#define PROTO_MODEL_FOLD_FOLD_H

#include "proto/model/base/model.h"

size_t model_size(void);
void model_init(struct model *m, struct values *values, uint8_t nodes);
/* The same for a cluster, with what its handle knows before any node has said a word. */
void model_begin(struct model *m, struct values *values, const struct cluster_info *info);

void model_event(struct model *m, const struct event *event);
void model_snapshot(struct model *m, const struct snapshot *snapshot);
void model_proof(struct model *m, const struct item_proof *proof);
void model_load(struct model *m, const struct item_load *load);
/* Any of them. */
void model_item(struct model *m, const struct item *item);
/* Virtual time has come to `now`: what is judged by time (progress) is judged again, old flights
 * are forgotten. */
void model_time(struct model *m, time_us now);
/* Real time has come to `real_us` (microseconds since 1970). It only tells how long a node is
 * silent.
 */
void model_real_time(struct model *m, uint64_t real_us);

/* Marks every value that the model refers to, for values_sweep. A caller that feeds a model for
 * ever unmarks, calls this, and sweeps whenever values_has_room says no. */
void model_mark_values(const struct model *m);

#endif
