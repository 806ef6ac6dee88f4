/* Finds the safe margin beside the dashboard, in a thread of its own and at a lower priority. One
 * question at a time: a newer one waits until the one at work is answered. */
#ifndef TUI_DASHBOARD_MARGIN_FINDER_H
#define TUI_DASHBOARD_MARGIN_FINDER_H

#include "proto/model/judge/margin.h"

struct margin_finder;

/* NULL: there is no memory or no thread to be had; then nothing is found. */
struct margin_finder *margin_finder_start(void);
/* Does not wait for a search that runs: its thread ends by itself. NULL is fine. */
void margin_finder_end(struct margin_finder *f);

/* The question from now on; nothing happens if it is the one that was asked last. */
void margin_finder_ask(struct margin_finder *f, const struct margin_case *c);
/* The answer, if there is a new one. */
bool margin_finder_take(struct margin_finder *f, struct margin *out);
/* Does it have a question, or an answer that was not taken? */
bool margin_finder_is_busy(struct margin_finder *f);

#endif
