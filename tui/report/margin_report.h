/* The safe margin as people and programs read it. */
#ifndef TUI_REPORT_MARGIN_REPORT_H
#define TUI_REPORT_MARGIN_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "proto/model/judge/margin.h"

/* A line a kind, under it the way there, and at last what was explored. */
void margin_print(const struct margin *m, FILE *to);
/* {"bound", "ballots", "states", "crashes", "cuts", "silence", "lies": {"to", "count", "slot",
 * "story"}}; a new object that the caller owns. */
json_t *margin_json(const struct margin *m);

/* The same of what a model shows now; NULL and false: there is no memory for the search. */
bool margin_print_now(const struct model *m, FILE *to);
json_t *margin_json_now(const struct model *m);

#endif
