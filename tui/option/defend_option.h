/* The option --defend: sets of defences as the command `defend` has them. What is wrong with one is
 * said on stderr, in the sentence of that command. */
#ifndef TUI_OPTION_DEFEND_OPTION_H
#define TUI_OPTION_DEFEND_OPTION_H

#include "tui/option/options.h"

/* One set, which can be on together in a cluster of so many nodes. */
bool defences_read(const char *text, unsigned nodes, policy_id *out);

/* What --defend says of a cluster that is started; none if it was not given. */
bool defend_option(const struct options *options, unsigned nodes, policy_id *out);

#endif
