/* What --record and --no-record ask for. */
#ifndef TUI_COMMAND_RECORDING_H
#define TUI_COMMAND_RECORDING_H

#include "node/record/recorder.h"
#include "tui/option/options.h"

/* Begins the recording that is asked for; *out is NULL if none is. One that was named must succeed.
 */
enum status recording_begin(const struct options *options, struct cluster *c,
			    struct recorder **out);

/* The same for a dashboard, which records to the state directory when nothing else is said. Where
 * that cannot be, there is no recording, and `why` says why not. */
enum status recording_usual(const struct options *options, struct cluster *c, struct recorder **out,
			    char *why, size_t size);

/* Ends it, before the cluster's own end, and says on stderr what was wrong with it. */
void recording_end(struct recorder *r);

#endif
