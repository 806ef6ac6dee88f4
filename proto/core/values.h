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

/* The reference of these bytes if they are in the table; else VALUE_NONE. */
value_ref values_find(const struct values *values, const uint8_t *bytes, uint32_t length);

/* The same, or of their sketch. */
value_ref values_find_shown(const struct values *values, const uint8_t *bytes, uint32_t length);

/* The bytes of a value, valid until the next sweep. VALUE_NONE and VALUE_NOOP have length 0. Of a
 * sketch there is only the prefix. */
const uint8_t *values_bytes(const struct values *values, value_ref ref, uint32_t *length);

/* What a dashboard gets of a long value: its first bytes, its length, and two digests of the whole.
 * A sketch stands in a table in place of its value, and is never equal to a literal value of the
 * same bytes. Two long values have the same sketch only if they were made alike on purpose. */
#define VALUE_PREFIX_SHOWN 16

struct value_sketch {
	uint8_t prefix[VALUE_PREFIX_SHOWN];
	uint64_t length;    /* bytes of the whole value, above VALUE_SHOWN_MAX */
	uint64_t digest[2]; /* no padding: sketches are compared as bytes */
};

/* The sketch of a value longer than VALUE_SHOWN_MAX, which the table has whole or as its sketch.
 * False: the value is not so long. */
bool values_sketch(const struct values *values, value_ref ref, struct value_sketch *out);
/* The reference of the value with this sketch, if it is there in whole or as a sketch; else the
 * sketch is interned. VALUE_NONE if the table is full. */
value_ref values_intern_sketch(struct values *values, const struct value_sketch *sketch);
/* As values_intern; but where only the sketch of the value is there, the reference stays the same,
 * and names the whole value from now on: so a watcher has the values that were given to itself. */
value_ref values_complete(struct values *values, const uint8_t *bytes, uint32_t length);
/* Does `ref` name the value with these bytes, as far as a sketch can tell? Never for VALUE_NONE. */
bool values_equal(const struct values *values, value_ref ref, const uint8_t *bytes,
		  uint32_t length);

/* The caller's digest of a whole value, which is computed once and kept with it; valid until the
 * next sweep. Not for VALUE_NONE and sketches. */
#define VALUE_DIGEST_BYTES 32

typedef void value_digest(const uint8_t *bytes, size_t length, uint8_t digest[VALUE_DIGEST_BYTES]);
const uint8_t *values_digest(const struct values *values, value_ref ref, value_digest *digest);

/* Are so many entries and so many bytes still free? Asked before an intern, to sweep in time. */
bool values_has_room(const struct values *values, uint32_t count, size_t bytes);
/* The next value behind this one, sketches left out: all of them, from VALUE_NOOP on. VALUE_NONE:
 * there is none. */
value_ref values_after(const struct values *values, value_ref ref);
/* Bytes of all values that are in the table. */
size_t values_filled(const struct values *values);

/* To sweep: unmark all, mark each reference that is still held, then sweep. Every value that was
 * not marked is forgotten, and its reference must not be used again. */
void values_unmark(struct values *values);
void values_mark(struct values *values, value_ref ref);
void values_sweep(struct values *values);
/* How many sweeps there were: a reference that was noted before the last of them may be gone. */
uint64_t values_sweeps(const struct values *values);

/* A table as bytes, to come back to what it is now: the values, and the references that name them.
 * Saving needs values_saved_size bytes; restoring forgets what the table has, which must be as
 * large as the one that was saved. For this process only. */
size_t values_saved_size(const struct values *values);
void values_save(const struct values *values, uint8_t *out);
void values_restore(struct values *values, const uint8_t *saved);

/* What a person sees of a value, at most VALUE_SHOWN_MAX bytes and a 0: its letters, of any script,
 * and \xNN for each byte that is part of none or that a terminal does not draw in a cell of its own
 * (proto/core/letters.def); if that is too long, a prefix, '~' and a digest of the whole, so that
 * different values look different. A value whose own text has that form is shown by a digest, too.
 * A batch is shown as its values, "[pear, plum]", or how many they are, "62 values~0123456789ab".
 * VALUE_NONE is "-", VALUE_NOOP is "no-op". */
void values_show(const struct values *values, value_ref ref, char out[VALUE_SHOWN_MAX + 1]);
/* From now on values_show shows bytes outside of ASCII as \xNN, or by a digest, for a terminal that
 * draws no other letters: there, too, different values look different. */
void values_ascii(struct values *values, bool ascii);
/* As values_show, of bytes that are in no table, in letters of any script; length 0: "no-op". */
void value_show(const uint8_t *bytes, uint32_t length, char out[VALUE_SHOWN_MAX + 1]);

/* Have these bytes the form of a prefix with a digest, as values_show writes it? */
bool value_is_shown_form(const uint8_t *bytes, uint32_t length);

#endif
