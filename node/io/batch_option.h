/* --batch SIZE: how many values may share a slot, of both programs. "64": so many values;
 * "16KiB" or "4096B": as many as fit in so many bytes. */
#ifndef NODE_IO_BATCH_OPTION_H
#define NODE_IO_BATCH_OPTION_H

#include "proto/core/batch_rule.h"

#define BATCH_OPTION_BYTES_MIN 64

/* Ends the sentence "--batch takes ...". */
#define BATCH_OPTION_WANTS                                                                         \
	"a number of values from 1 to 13105, or of bytes like 16KiB, from 64B to 64KiB"

/* Sets count and bytes of the rule. False: the text is no such thing, and nothing is set. */
bool batch_option_parse(const char *text, struct batch_rule *rule);

#endif
