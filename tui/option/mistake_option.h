/* A mistake as it is typed behind --mistake. What is wrong is told on stderr, and what may have
 * been meant; then the result is an exit code. */
#ifndef TUI_OPTION_MISTAKE_OPTION_H
#define TUI_OPTION_MISTAKE_OPTION_H

#include <stdbool.h>

/* Does it ask which mistakes there are? */
bool asks_for_mistakes(const char *text);
int list_mistakes(void);

int read_mistake(const char *text, unsigned *out);

#endif
