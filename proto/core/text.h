/* Texts for people, of a bounded length. What does not fit ends in "...", so that nobody takes a
 * part for the whole; a character of UTF-8 is not torn apart. */
#ifndef PROTO_CORE_TEXT_H
#define PROTO_CORE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* As snprintf, but for the end of what does not fit. `size`: at least 4, of `out` with its 0. */
__attribute__((format(printf, 3, 4))) void text_write(char *out, size_t size, const char *format,
						      ...);
__attribute__((format(printf, 3, 0))) void text_write_list(char *out, size_t size,
							   const char *format, va_list list);

/* The same behind the text that `out` holds. */
__attribute__((format(printf, 3, 4))) void text_append(char *out, size_t size, const char *format,
						       ...);

/* Shortens a text in its middle to at most `most` bytes (8 or more) without its 0: "begin...end",
 * so that texts that differ at their ends still do. */
void text_squeeze(char *text, size_t most);

/* A value stands in a sentence between two marks: who draws the sentence then takes no word of the
 * value for one of its own. A value that is shown has neither of them in it. */
#define MARK_VALUE     '\001'
#define MARK_VALUE_END '\002'
/* Takes the marks out again. */
void marks_remove(char *text);
/* The text without its marks, as far as it fits. */
void marks_leave_out(const char *marked, char *out, size_t size);

#endif
