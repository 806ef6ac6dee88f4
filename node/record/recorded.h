/* A recording behind the cluster interface: it tells all that was recorded, one item after the
 * other, and takes no controls. */
#ifndef NODE_RECORD_RECORDED_H
#define NODE_RECORD_RECORDED_H

#include "node/io/status.h"
#include "proto/core/cluster.h"

/* `*out` is freed by its ops->close. */
enum status recorded_open(const char *path, struct cluster **out);

/* The file, as it was opened. */
const char *recorded_path(const struct cluster *c);

/* After ITEM_END: why the recording ends there, if it is damaged; NULL: it ends there. */
const char *recorded_trouble(const struct cluster *c);

#endif
