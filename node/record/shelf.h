/* Where recordings stand that nobody gave a name: the state directory of the user. They may take so
 * many bytes together, and the oldest leave first. */
#ifndef NODE_RECORD_SHELF_H
#define NODE_RECORD_SHELF_H

#include "node/io/files.h"
#include "node/io/status.h"

#define SHELF_BYTES_MAX ((uint64_t)1 << 30)
/* One recording ends when it has so many. */
#define SHELF_RECORDING_MAX (SHELF_BYTES_MAX / 2)

/* The path of a new recording, once there is room for it. A recording that is being written stays.
 */
enum status shelf_new(char path[PATH_BYTES]);

/* The newest recording. */
enum status shelf_newest(char path[PATH_BYTES]);

#endif
