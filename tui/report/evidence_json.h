/* What `ctl evidence` prints and `verify` reads: which nodes are proven liars, and by what. */
#ifndef TUI_REPORT_EVIDENCE_JSON_H
#define TUI_REPORT_EVIDENCE_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "proto/model/base/model.h"
#include "proto/wire/control_frame.h"

/* {"cluster", "epoch", "roster", "evidence": [{"accused", "kind", "attacks": [NAME], "slot",
 * "words", "held_by": [NODE], "messages": [{"words", "bytes", "signature"}], "bytes"}]}. Bytes are
 * hexadecimal: the roster is signed by the cluster's operator and has the keys, `bytes` is the
 * proof (proto/wire/evidence.h); the rest is for people. A new object that the caller owns. */
json_t *evidence_json(const struct model *m, const struct roster *roster);
/* One of the list, from its bytes; NULL if they are no proof. */
json_t *proof_json(const uint8_t *bytes, size_t length, node_set holders);
void evidence_print(const struct model *m, FILE *to);

#endif
