/* Characters as terminals show them. */
#ifndef PROTO_CORE_LETTER_H
#define PROTO_CORE_LETTER_H

#include <stddef.h>
#include <stdint.h>

/* How many cells a code point takes: 1 or 2; 0 = it is never drawn (proto/core/letters.def). */
unsigned letter_cells(uint32_t code);

/* The character that UTF-8 begins with; returns its bytes, 0 if they are not UTF-8, or not the
 * shortest form of it. */
unsigned letter_read(const uint8_t *bytes, size_t length, uint32_t *code);

#endif
