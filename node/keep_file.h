/* How many decided slots a node keeps: it is told once, and a file in its directory says so ever
 * after, whatever becomes of its store. */
#ifndef NODE_KEEP_FILE_H
#define NODE_KEEP_FILE_H

#include "node/io/status.h"
#include "proto/core/types.h"

/* The number that was written last to the file in `dir`; 0, all, if nothing was. */
enum status keep_file_read(const char *dir, slot_number *keep);
enum status keep_file_write(const char *dir, slot_number keep);

#endif
