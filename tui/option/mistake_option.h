/* Mistakes of programmers as they are typed behind --mistake. What is wrong is told on stderr, and
 * what may have been meant; then the result is an exit code. */
#ifndef TUI_OPTION_MISTAKE_OPTION_H
#define TUI_OPTION_MISTAKE_OPTION_H

#include <stdbool.h>

int read_mistake(const char *text, unsigned *out);

/* "list" was typed: the mistakes are printed, and nothing else is to be done. */
bool mistakes_listed(const char *text);

#endif
