/* The judges of single properties, the functions that the rows of properties.def name. */
#ifndef PROTO_MODEL_JUDGE_PROPERTY_H
#define PROTO_MODEL_JUDGE_PROPERTY_H

#include "proto/model/base/model.h"

/* Looks at an event of an honest node before the model believes it: `m` still says what the node
 * had said until then. Calls property_broken if the event breaks the property. */
typedef void property_judge(struct model *m, const struct event *event, uint64_t index);

#define PROPERTY(name, text, judge, help) property_judge judge;
#include "proto/model/base/properties.def"
#undef PROPERTY

/* Looks at all that an honest node says it keeps, before the model believes it (persist). */
void judge_memory(struct model *m, const struct snapshot *snapshot);

/* The event breaks the property, and `words` say how. Only the first violation is kept, for it
 * explains the rest. */
void property_broken(struct model *m, enum property property, const struct event *event,
		     uint64_t index, const char *words);

#endif
