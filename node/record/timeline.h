/* A recording as a line of moments: the model after any number of its items. Every moment is the
 * same fold over the same items, so going back and coming again shows the same; keyframes on the
 * way make it quick. Memory is bounded, however long the recording is: when the keyframes have used
 * up TIMELINE_BYTES, every other one is forgotten. */
#ifndef NODE_RECORD_TIMELINE_H
#define NODE_RECORD_TIMELINE_H

#include "node/record/reader.h"
#include "proto/model/base/model.h"

#define TIMELINE_STRIDE 4096 /* items between places where a keyframe may be */
#define TIMELINE_BYTES  ((size_t)112 << 20)

struct timeline;

enum status timeline_open(const char *path, struct timeline **out);
void timeline_close(struct timeline *t);

/* The recording's reader, for questions about what it has; reading items and seeking is the
 * timeline's. */
struct reader *timeline_reader(struct timeline *t);

/* How many items there are by now. */
uint64_t timeline_end(struct timeline *t);

/* The model after timeline_at items. It stays where it is. */
struct model *timeline_model(struct timeline *t);
uint64_t timeline_at(const struct timeline *t);

/* Goes towards the moment after `to` items, by `items` steps at most. True: it is there. Else it is
 * not, or *failed: what is there is damaged, and status_text() says where. */
bool timeline_go(struct timeline *t, uint64_t to, uint64_t items, bool *failed);

/* The latest moment to which it can go at once: everything before was seen. */
uint64_t timeline_seen(const struct timeline *t);
/* After how many items safety was first violated, as far as it was seen; 0 = it was not. */
uint64_t timeline_violated(const struct timeline *t);

#endif
