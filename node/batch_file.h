/* How a node lets proposals share slots: it is told once, and files in its directory say so ever
 * after (node/word_file.h). */
#ifndef NODE_BATCH_FILE_H
#define NODE_BATCH_FILE_H

#include "node/io/status.h"
#include "proto/core/batch_rule.h"

/* What is told, as it was typed, is written; of what is not, NULL, the files say what it is. */
enum status batch_file_take(const char *dir, const char *batch, const char *pipeline,
			    struct batch_rule *rule);

#endif
