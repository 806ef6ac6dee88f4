/* A setting of a node that it is told once: a file of one word in its directory says so ever after,
 * whatever becomes of its store. */
#ifndef NODE_WORD_FILE_H
#define NODE_WORD_FILE_H

#include "node/io/files.h"
#include "node/io/status.h"

#define WORD_BYTES 24

/* The word that was written last; "" if none was. `path` is where it stands. */
enum status word_file_read(const char *dir, const char *name, char path[PATH_BYTES],
			   char word[WORD_BYTES + 1]);
enum status word_file_write(const char *dir, const char *name, const char *word);

#endif
