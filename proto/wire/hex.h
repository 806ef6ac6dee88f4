/* Bytes as text, two small hexadecimal digits a byte: what people read, and what JSON can carry. */
#ifndef PROTO_WIRE_HEX_H
#define PROTO_WIRE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Room for the text of so many bytes, with its 0. */
#define HEX_SIZE(bytes) (2 * (size_t)(bytes) + 1)

/* Writes HEX_SIZE(length) characters. */
void hex_write(const uint8_t *bytes, size_t length, char *out);

/* The bytes of a text that hex_write could have written; how many they are, 0 if it is no such text
 * or they are more than `capacity`. */
size_t hex_read(const char *text, uint8_t *out, size_t capacity);

#endif
