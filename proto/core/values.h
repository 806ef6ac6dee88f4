/* The values that one holder (a node, a virtual cluster, a dashboard) knows, each kept once, so
 * that everything else can name a value by a small number and compare it in one instruction.
 *
 * The table lives in memory that its owner gives it and never grows. When it is full, values_sweep
 * forgets all that the owner did not mark since values_unmark: a holder that runs for ever marks
 * what it still refers to and sweeps; references to marked values stay as they are. */
#ifndef PROTO_CORE_VALUES_H
#define PROTO_CORE_VALUES_H

#include <stddef.h>

#include "proto/core/types.h"

struct values; /* opaque: its size depends on its capacity */

/* Bytes of memory that a table for `count` values with `bytes` bytes in all needs. */
size_t values_size(uint32_t count, size_t bytes);

/* Makes an empty table in `memory`, which the caller owns and keeps for as long as the table is
 * used; it must be aligned for a pointer. */
struct values *values_init(void *memory, uint32_t count, size_t bytes);

/* The reference of a value, equal for equal bytes; VALUE_NONE if the table is full or length is
 * above VALUE_BYTES_MAX. The bytes are copied. The empty value is VALUE_NOOP. */
value_ref values_intern(struct values *values, const uint8_t *bytes, uint32_t length);

/* The reference of a value that is there; VALUE_NONE if it is not. */
value_ref values_find(const struct values *values, const uint8_t *bytes, uint32_t length);

/* The bytes of a value, valid until the next sweep. VALUE_NONE and VALUE_NOOP have length 0. */
const uint8_t *values_bytes(const struct values *values, value_ref ref, uint32_t *length);

/* Bytes still free, and entries: to sweep before there is no room left. */
bool values_has_room(const struct values *values, uint32_t count, size_t bytes);

void values_unmark(struct values *values);
void values_mark(struct values *values, value_ref ref);
void values_sweep(struct values *values);

/* What a person sees of a value, at most VALUE_SHOWN_MAX bytes and a 0: the bytes if they are few
 * and are text (ASCII, or Latin, Greek and Cyrillic in UTF-8); otherwise a prefix and a digest of
 * the whole, so that different values look different. VALUE_NONE is "-", VALUE_NOOP is "no-op". */
void values_show(const struct values *values, value_ref ref, char out[VALUE_SHOWN_MAX + 1]);

/* Bytes of a value that is too long to show that stand in front of its digest. */
#define VALUE_PREFIX_SHOWN 16

/* Are these bytes what values_show makes of a long value? Interned as they are (a dashboard gets
 * no more of a long value), they show as themselves. */
bool value_is_shown_form(const uint8_t *bytes, uint32_t length);

#endif
