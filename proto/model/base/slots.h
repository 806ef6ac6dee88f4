/* The entries of slots, for code that changes a model. */
#ifndef PROTO_MODEL_BASE_SLOTS_H
#define PROTO_MODEL_BASE_SLOTS_H

#include "proto/model/base/model.h"

/* The entry of a slot, made when the slot is new; NULL when the slot is too old to be kept. */
struct model_slot *model_slot_make(struct model *m, slot_number slot);

/* Nothing is known about any slot (any more), and nothing of what was said of one is in doubt. */
void model_slots_forget(struct model *m);

#endif
