/* The option --defend of a cluster that is started: the defences that it begins with. */
#ifndef TUI_DEFEND_OPTION_H
#define TUI_DEFEND_OPTION_H

#include "tui/option/options.h"

/* None if it was not given. False: what was typed is no set of defences, which was said on stderr.
 */
bool defend_option(const struct options *options, unsigned nodes, policy_id *out);

#endif
