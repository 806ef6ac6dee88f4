/* The branches of the run that a dashboard shows. Each fork is a simulated cluster with a dashboard
 * of its own, which stands in front of the trunk's; a trunk of processes runs on meanwhile, what is
 * simulated waits. All that is done in a branch is recorded as the run is, so a branch can be
 * forked, too. */
#ifndef TUI_DASHBOARD_DASHBOARD_BRANCHES_H
#define TUI_DASHBOARD_DASHBOARD_BRANCHES_H

#include "tui/dashboard/dashboard.h"

struct branches;

/* The trunk's, which from now on can be forked. NULL: there is not enough memory. */
struct branches *branches_new(struct dashboard *trunk);
/* Ends every branch but the trunk. NULL is allowed. */
void branches_end(struct branches *b);

/* The one that is shown. */
struct dashboard *branches_front(const struct branches *b);

/* Carries out what the one in front wishes: a fork, another branch. True: it wished something. */
bool branches_change(struct branches *b, uint64_t real_us);

/* The trunk has gone on by itself. */
void branches_grown(struct branches *b);

#endif
