/* Attacks and liars as they are typed behind --attack and --liars of what sweeps them. What is
 * wrong is told on stderr, and what may have been meant; then the result is an exit code. */
#ifndef TUI_OPTION_LIAR_OPTIONS_H
#define TUI_OPTION_LIAR_OPTIONS_H

#include <stdbool.h>

/* The name of an attack by its bit number; ATTACKS, the number after the last, is "any". */
const char *attack_word(unsigned attack);
int read_attack(const char *text, unsigned *out);

/* At least one of the nodes must be honest, and if attacks are made, one must lie. */
int read_liars(unsigned liars, bool attacks, unsigned nodes);

#endif
