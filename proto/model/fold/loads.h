/* What nodes measure of the loads that they were told. */
#ifndef PROTO_MODEL_FOLD_LOADS_H
#define PROTO_MODEL_FOLD_LOADS_H

#include "proto/model/base/model.h"

void loads_report(struct model *m, const struct item_load *load);
/* The node's process is gone, and with it the load that ran there. */
void loads_end_life(struct model_node *n);

#endif
