/* Text that does nothing to a terminal. What both programs print holds names, values, scenarios and
 * sentences that others wrote, and somebody's file may hold a sequence that clears the screen,
 * moves the cursor or turns the line around. So all that either program prints passes here.
 *
 * Harmful are control characters (C0 but for newline and tab, DEL, C1), characters that set the
 * direction of text (Unicode's bidi controls), separators of lines and paragraphs, and bytes that
 * are no UTF-8. Each is shown as what it is: \x1b, \u202e. */
#ifndef NODE_IO_HARMLESS_H
#define NODE_IO_HARMLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A character may come in parts: the bytes of it that came so far. */
struct harmless {
	uint8_t part[4];
	unsigned parts;
};

/* So much room what is written for `length` bytes may need. */
#define HARMLESS_SIZE(length) (6 * ((size_t)(length) + 4))

/* Makes the next bytes of a text harmless; returns the length of what it wrote. */
size_t harmless_write(struct harmless *h, const char *bytes, size_t length, char *out);

/* What is left of a text that ends within a character. */
size_t harmless_end(struct harmless *h, char *out);

/* A whole text, cut to `size` with its 0. */
void harmless_text(const char *text, char *out, size_t size);

/* A stream to a descriptor, which it closes in the end, that makes harmless what is printed to it;
 * NULL if there is no memory. */
FILE *harmless_stream(int fd);

/* From here on stdout and stderr are such streams, and a standard descriptor that was closed is
 * held by /dev/null, so that no file takes its place. First of all in main. */
void harmless_output(void);

/* errno of the first write to stdout that failed; 0: none did. */
int harmless_output_error(void);

#endif
