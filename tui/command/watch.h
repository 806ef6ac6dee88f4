/* A dashboard or lines of text over a cluster that runs, and what is recorded of it. */
#ifndef TUI_COMMAND_WATCH_H
#define TUI_COMMAND_WATCH_H

#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "tui/option/options.h"

/* Opens the screen unless `plain`; the caller closes it. */
enum status watch_cluster(struct cluster *c, const struct options *options, bool plain, int *code);

#endif
