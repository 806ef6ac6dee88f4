/* A digest of all that a model says, field by field, for tests that compare whole models. */
#ifndef TESTS_SUPPORT_MODEL_DIGEST_H
#define TESTS_SUPPORT_MODEL_DIGEST_H

#include "proto/model/base/model.h"

/* Slots from the newest that are looked at. */
#define MODEL_DIGEST_SLOTS 12

/* Of what the model says now, mixed with `seed`. */
uint64_t model_digest(uint64_t seed, const struct model *m);

/* The same of what model_digest leaves out: clients, disks, seats, gates, loads in words, and what
 * a reader who does not point at anything is told. */
uint64_t model_digest_rest(uint64_t seed, const struct model *m);

/* The same of every sentence about the model: events, their explanations, remarks, the walk of a
 * violation, roles and clocks. */
uint64_t model_digest_words(uint64_t seed, const struct model *m);

/* The same of what a reader is told of steps that decide nothing. */
uint64_t model_digest_asides(uint64_t seed, const struct model *m);

#endif
