/* Attacks and sets of defences as they are typed behind --attack and --defend of what sweeps them.
 * What is wrong is told on stderr, and what may have been meant; then the result is an exit code.
 */
#ifndef TUI_LIAR_OPTIONS_H
#define TUI_LIAR_OPTIONS_H

#include "proto/core/policy.h"

/* By number; the one behind the last row is "any". */
const char *attack_word(unsigned attack);
int read_attack(const char *text, unsigned *out);

/* One set of defences that can be on together. */
int read_defences(const char *text, policy_id *out);

/* Somebody must be honest. */
int read_liars(unsigned liars, unsigned nodes);

#endif
