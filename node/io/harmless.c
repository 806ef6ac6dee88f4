#include "node/io/harmless.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/files.h"

/* Bytes at a time through a stream. */
#define BLOCK_BYTES 1024

struct stream {
	int fd;
	bool is_allocated;
	int error; /* errno of the first write that failed; 0: none did */
	struct harmless text;
};

/* Those of stdout and stderr last as long as the program. */
static struct stream standard[2];

static bool is_harmful(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* How many bytes a character has that begins so; 0: none does. */
static unsigned length_of(uint8_t first)
{
	return first < 0x80    ? 1
	       : first < 0xc2  ? 0
	       : first < 0xe0  ? 2
	       : first < 0xf0  ? 3
	       : first <= 0xf4 ? 4
			       : 0;
}

static size_t write_byte(uint8_t byte, char *out)
{
	return (size_t)sprintf(out, "\\x%02x", byte);
}

/* The parts make a character of `length` bytes; a number that UTF-8 does not write so is none. */
static size_t write_character(const uint8_t *part, unsigned length, char *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t c = length == 1 ? part[0] : part[0] & (0x7fu >> length);
	size_t wrote = 0;
	for (unsigned i = 1; i < length; i++)
		c = c << 6 | (part[i] & 0x3f);
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		for (unsigned i = 0; i < length; i++)
			wrote += write_byte(part[i], out + wrote);
		return wrote;
	}
	if (is_harmful(c))
		return (size_t)sprintf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	memcpy(out, part, length);
	return length;
}

size_t harmless_end(struct harmless *h, char *out)
{
	size_t wrote = 0;
	for (unsigned i = 0; i < h->parts; i++)
		wrote += write_byte(h->part[i], out + wrote);
	h->parts = 0;
	return wrote;
}

size_t harmless_write(struct harmless *h, const char *bytes, size_t length, char *out)
{
	size_t wrote = 0;
	for (size_t i = 0; i < length; i++) {
		const uint8_t byte = (uint8_t)bytes[i];
		const bool follows = (byte & 0xc0) == 0x80;
		if (h->parts > 0 && !follows)
			wrote += harmless_end(h, out + wrote);
		if (h->parts == 0 && length_of(byte) == 0) {
			wrote += write_byte(byte, out + wrote);
			continue;
		}
		h->part[h->parts++] = byte;
		if (h->parts < length_of(h->part[0]))
			continue;
		wrote += write_character(h->part, h->parts, out + wrote);
		h->parts = 0;
	}
	return wrote;
}

void harmless_text(const char *text, char *out, size_t size)
{
	struct harmless h = {.parts = 0};
	char piece[HARMLESS_SIZE(1)];
	size_t used = 0;
	for (bool ends = false; !ends; text++) {
		ends = *text == '\0';
		const size_t length =
			ends ? harmless_end(&h, piece) : harmless_write(&h, text, 1, piece);
		if (used + length >= size)
			break;
		memcpy(out + used, piece, length);
		used += length;
	}
	out[used] = '\0';
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t length)
{
	struct stream *s = cookie;
	char out[HARMLESS_SIZE(BLOCK_BYTES)];
	for (size_t done = 0; done < length; done += BLOCK_BYTES) {
		const size_t left = length - done;
		const size_t wrote = harmless_write(&s->text, bytes + done,
						    left < BLOCK_BYTES ? left : BLOCK_BYTES, out);
		if (!fd_write_all(s->fd, out, wrote)) {
			s->error = s->error != 0 ? s->error : errno;
			return 0; /* that is how such a stream says that it failed */
		}
	}
	return (ssize_t)length;
}

static int stream_close(void *cookie)
{
	struct stream *s = cookie;
	char out[HARMLESS_SIZE(0)];
	const bool ended = fd_write_all(s->fd, out, harmless_end(&s->text, out));
	const bool closed = close(s->fd) == 0;
	if (s->is_allocated)
		free(s);
	return ended && closed ? 0 : -1;
}

static FILE *open_stream(struct stream *s, int fd)
{
	const cookie_io_functions_t functions = {.write = stream_write, .close = stream_close};
	s->fd = fd;
	return fopencookie(s, "w", functions);
}

FILE *harmless_stream(int fd)
{
	struct stream *s = calloc(1, sizeof(*s));
	FILE *file = s == NULL ? NULL : open_stream(s, fd);
	if (file == NULL)
		free(s);
	else
		s->is_allocated = true;
	return file;
}

/* A descriptor that the caller closed would be the next file that is opened, and what is printed
 * would go into it. Nothing can be read from these, and to write to them fails. */
static void hold_closed_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

void harmless_output(void)
{
	hold_closed_descriptors();
	FILE *out = open_stream(&standard[0], STDOUT_FILENO);
	FILE *err = open_stream(&standard[1], STDERR_FILENO);
	if (out == NULL || err == NULL)
		_exit(2);
	setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
	setvbuf(err, NULL, _IOLBF, BUFSIZ);
	stdout = out;
	stderr = err;
}

int harmless_output_error(void)
{
	return standard[0].error;
}
