/* How a dashboard that comes late finds what was told before it came: in the directory of the
 * cluster stands a link, "recording", to the file to which somebody who was there records. Who may
 * read the directory and the file may go back in it; there is one such file at a time. */
#ifndef NODE_RECORD_SHARED_H
#define NODE_RECORD_SHARED_H

#include <stdbool.h>

#include "node/io/files.h"

/* The recording to which the link in `dir` leads, if it is being written now and can be read. */
bool shared_find(const char *dir, char path[PATH_BYTES]);

/* Makes the link, unless another recording is shared. What cannot be shared is just not shared. */
void shared_offer(const char *dir, const char *recording);

/* Removes the link if it leads there: the recording ends. */
void shared_end(const char *dir, const char *recording);

#endif
