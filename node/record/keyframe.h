/* A model as it was at one moment, in as few bytes as is quick: most words of a model are 0. In
 * memory only, for the process that made it. Its values are not part of it: their references mean
 * what they meant as long as the table was not swept. */
#ifndef NODE_RECORD_KEYFRAME_H
#define NODE_RECORD_KEYFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/model/base/model.h"

struct keyframe {
	uint64_t at; /* how many items it has had */
	uint8_t *bytes;
	size_t length;
};

/* False: there is not enough memory. */
bool keyframe_make(struct keyframe *k, uint64_t at, const struct model *m);
void keyframe_free(struct keyframe *k);

/* Makes the model that the keyframe was made of what it was. */
void keyframe_restore(const struct keyframe *k, struct model *m);

#endif
