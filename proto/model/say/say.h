/* A model in words: what happened, why, and which node is not believed. */
#ifndef PROTO_MODEL_SAY_SAY_H
#define PROTO_MODEL_SAY_SAY_H

#include <stddef.h>

#include "proto/model/base/model.h"

/* The step that event number i is, in plain words for the WHY pane: what happened, a newline, and
 * why it is so or what it means; lines are not broken to any width. False: there is nothing to
 * say about it. */
bool why_explain(const struct model *m, uint64_t i, char *out, size_t size);
/* The same for steps that decide nothing, of which why_explain is silent. */
bool why_aside(const struct model *m, uint64_t i, char *out, size_t size);
/* What WHY is about now: of the newest instant in which something can be explained the event that
 * says most, of several the newest. What nodes do again and again though they lack nothing is left
 * out while there is anything else. `asides`, for a reader who goes on by steps: of the newest
 * step, also one that decides nothing. EVENT_UNSEEN if there is none. */
uint64_t why_newest(const struct model *m, bool asides);

/* One line for the event list: "n1 got PROMISE 3.1 from n3 (accepted 2.2=B)". */
void event_words(const struct model *m, const struct event *event, char *out, size_t size);

/* The same of event i of the model, and of the nodes that said the same, where all were told it. */
void event_line(const struct model *m, uint64_t i, char *out, size_t size);
/* Did another node say just before what event i says, because all were told it? `nodes`: the nodes
 * that say so, this event's and those after it. */
bool event_is_repeated(const struct model *m, uint64_t i, node_set *nodes);

/* "time is paused", "time runs at 1/100": what every node says that was told it. */
void clock_words(const struct clock_rule *clock, char *out, size_t size);

/* Events and reasons with their values between marks (proto/model/base/show.h), for whoever draws
 * them.
 */
bool why_explain_marked(const struct model *m, uint64_t i, char *out, size_t size);
bool why_aside_marked(const struct model *m, uint64_t i, char *out, size_t size);
void event_words_marked(const struct model *m, const struct event *event, char *out, size_t size);
void event_line_marked(const struct model *m, uint64_t i, char *out, size_t size);

/* The i-th sentence about a node whose word is not believed, from 0; false: there are no more. */
bool model_remark(const struct model *m, unsigned i, char *out, size_t size);
/* The same with its values between marks. */
bool model_remark_marked(const struct model *m, unsigned i, char *out, size_t size);

/* Says by how much this node's wall clock differs from that of the process that watches, or else
 * how far its virtual clock is behind those of nodes from which it heard, or so far ahead of all
 * others that it is not believed; false: by less than a
 * second, or it is not known. */
bool model_skew(const struct model *m, node_id id, char *out, size_t size);

/* Says what is wrong with the node itself: it is silent, or it missed an epoch or a change of
 * defences; false: nothing is known to be. */
bool model_trouble(const struct model *m, node_id id, char *out, size_t size);

/* Says how far the load of a node is that it was told last; false: it was told none. */
#define LOAD_WORDS_MAX 240
bool load_words(const struct model *m, node_id id, char *out, size_t size);
/* Is the event about a value of a load that is too long for its values to be told one by one? Very
 * short values do not say that they are a load's. */
bool event_is_of_load(const struct model *m, const struct event *event);
/* Do values wait for their turn much longer than they may where a cluster keeps up? */
bool load_is_behind(const struct load_report *report);
/* "850 us", "4.1 ms", "1.2 s"; "3.4", "120", "12.3k" values a second; "8.1" values in a slot. */
void latency_words(uint64_t us, char *out, size_t size);
void speed_words(uint64_t values, uint64_t elapsed_us, char *out, size_t size);
void per_slot_words(uint64_t values, uint64_t slots, char *out, size_t size);

#endif
