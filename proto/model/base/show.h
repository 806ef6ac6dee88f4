/* The small words that every sentence about a model is made of. */
#ifndef PROTO_MODEL_BASE_SHOW_H
#define PROTO_MODEL_BASE_SHOW_H

#include <stddef.h>

#include "proto/core/text.h"
#include "proto/model/base/model.h"

/* "3.1", "-" for none, "max.3" for the highest round. */
void ballot_show(struct ballot ballot, char out[16]);

/* "n1 n2 n5", "nobody". */
void set_show(node_set set, char *out, size_t size);

/* A value in a sentence, between two marks (proto/core/text.h). */
#define MARKED_MAX (VALUE_SHOWN_MAX + 2)
void value_mark(const struct model *m, value_ref value, char out[MARKED_MAX + 1]);
/* The same in at most BRIEF_MAX bytes without the marks, its middle left out. */
#define BRIEF_MAX        24
#define MARKED_BRIEF_MAX (BRIEF_MAX + 2)
void value_mark_brief(const struct model *m, value_ref value, char out[MARKED_BRIEF_MAX + 1]);

/* "PREPARE 3.1", "ACCEPT 3.1=B", "NACK 3.1 (promised 4.2)". */
void message_show(const struct model *m, const struct event *event, char *out, size_t size);
/* The same with its value between marks. */
void message_show_marked(const struct model *m, const struct event *event, char *out, size_t size);
/* Had the node, when it promised a ballot, a vote in a slot that it knew to be decided? Its Promise
 * lists no vote there: a Commit tells the decision. */
bool vote_is_decided(const struct model *m, node_id node, slot_number slot, struct ballot promised,
		     time_us at);
/* "prepare" as people shout it: "PREPARE". */
void message_shout(enum message_type type, char out[16]);

/* 90 s, 5 min, 3 h, 2 days: two figures at most are enough. */
void span_show(uint64_t seconds, char *out, size_t size);

/* A short time in milliseconds, as it is typed: "5ms", "0.25ms". */
void ms_show(time_us us, char out[24]);

/* A node's own clock against the cluster's: "2x, 5s ahead", "1x, in step", "still
 * for 5s, then 1x". */
void drift_show(const struct drift *drift, time_us now, char *out, size_t size);

/* What a node does now: "PROPOSER", "LEADER", "acceptor", "DOWN", "silent", ... */
const char *node_role(const struct model *m, node_id node);

/* A property's name, and the sentence about what it demands. */
const char *property_name(enum property property);
const char *property_words(enum property property);

/* Which node lacks a slot that its peers know, or which slot is decided and known to nobody:
 * "n3 lags: ...", "no node knows: ...". */
void behind_show(const struct model *m, char *out, size_t size);

/* What the gate of `self` holds: "everything", "PROMISE ACCEPT from n2, and its own". */
void gate_show(const struct gate_rule *gate, node_id self, unsigned nodes, char *out, size_t size);

/* Which copy of which message: "2.1.17", or "2.1.17+1" of a copy. */
void flight_name(const struct flight *f, char out[40]);

#endif
