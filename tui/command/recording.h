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

/* What somebody records who was at the cluster before, if a dashboard that comes late may go back
 * in it. Then it records nothing itself, unless it was told to. */
bool recording_of_others(const struct options *options, const struct cluster *c,
			 char path[PATH_BYTES]);

/* Ends it, before the cluster's own end, and says on stderr what was wrong with it. */
void recording_end(struct recorder *r, const struct cluster *c);

#endif
