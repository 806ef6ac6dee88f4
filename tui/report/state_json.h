/* What `ctl state` and `ctl roster` print: as JSON in a fixed shape, or as a table for people. */
#ifndef TUI_REPORT_STATE_JSON_H
#define TUI_REPORT_STATE_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "proto/model/base/model.h"
#include "proto/wire/control_frame.h"

/* {"epoch", "mode", "quorum", "policy", "nodes": [{"id", "up", "pid", "role", "attacks",
 * "promised", "chosen_upto", "low", "slots": [{"slot", "accepted_at", "accepted", "chosen"}],
 * "received", "sent", "dropped": {REASON: COUNT}, "clock_ahead_us"}], "remarks"}. What is not is
 * null. A new object that the caller owns, NULL without memory. */
json_t *state_json(const struct model *m);
void state_print(const struct model *m, FILE *to);

/* {"cluster", "epoch", "operator", "nodes": [{"id", "public_key", "data", "control"}]} */
json_t *roster_json(const struct roster *roster);
void roster_print(const struct roster *roster, FILE *to);

#endif
