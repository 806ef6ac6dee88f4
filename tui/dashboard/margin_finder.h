/* Finds the safe margin beside the dashboard, in a process of its own and at a lower priority:
 * whatever a search takes of time and memory, and however it may end, the screen goes on. One
 * question at a time: a newer one waits until the one at work is answered. */
#ifndef TUI_DASHBOARD_MARGIN_FINDER_H
#define TUI_DASHBOARD_MARGIN_FINDER_H

#include "proto/model/judge/margin.h"

struct margin_finder;

/* NULL: there is no memory or no process to be had; then nothing is found. */
struct margin_finder *margin_finder_start(void);
/* Ends the process, whatever it does. NULL is fine. */
void margin_finder_end(struct margin_finder *f);

/* The question from now on; nothing happens if it is the one that was asked last. If the process
 * has died, a new question starts another one. */
void margin_finder_ask(struct margin_finder *f, const struct margin_case *c);
/* The answer, if there is a new one. */
bool margin_finder_take(struct margin_finder *f, struct margin *out);
/* To be waited for: an answer comes here. -1: none is under way. */
int margin_finder_fd(const struct margin_finder *f);
/* Of the process; -1: there is none. */
int margin_finder_pid(const struct margin_finder *f);

#endif
