#include "proto/core/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char more[] = "...";

/* Puts the dots at the end, in place of whole characters. */
static void text_shorten(char *out, size_t size)
{
	size_t end = size - sizeof more;
	while (end > 0 && ((unsigned char)out[end] & 0xc0) == 0x80)
		end--;
	memcpy(out + end, more, sizeof more);
}

void text_write_list(char *out, size_t size, const char *format, va_list list)
{
	assert(size >= sizeof more);
	const int length = vsnprintf(out, size, format, list);
	if (length >= (int)size)
		text_shorten(out, size);
}

void text_write(char *out, size_t size, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	text_write_list(out, size, format, list);
	va_end(list);
}

void text_append(char *out, size_t size, const char *format, ...)
{
	const size_t used = strlen(out);
	va_list list;
	assert(used < size && size >= sizeof more);
	va_start(list, format);
	const int length = vsnprintf(out + used, size - used, format, list);
	va_end(list);
	if (length >= (int)(size - used))
		text_shorten(out, size);
}

void text_squeeze(char *text, size_t most)
{
	const size_t length = strlen(text);
	size_t head = (most - 3) / 2, tail;

	assert(most >= 8);
	if (length <= most)
		return;
	tail = length - (most - 3 - head);
	while (head > 0 && ((unsigned char)text[head] & 0xc0) == 0x80)
		head--;
	while (((unsigned char)text[tail] & 0xc0) == 0x80)
		tail++;
	memcpy(text + head, "...", 3);
	memmove(text + head + 3, text + tail, length - tail + 1);
}

void marks_leave_out(const char *marked, char *out, size_t size)
{
	size_t used = 0;
	for (; *marked != 0 && used + 1 < size; marked++)
		if (*marked != MARK_VALUE && *marked != MARK_VALUE_END)
			out[used++] = *marked;
	out[used] = 0;
}

void marks_remove(char *text)
{
	char *to = text;
	for (; *text != 0; text++)
		if (*text != MARK_VALUE && *text != MARK_VALUE_END)
			*to++ = *text;
	*to = 0;
}
