/* What a person sees of a value's bytes, whichever table they are in. */
#include "proto/core/value_show.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/batch.h"
#include "proto/core/digest.h"
#include "proto/core/letter.h"
#include "proto/core/read_entry.h"

#define DIGEST_SHOWN 12 /* hexadecimal digits */

static bool is_printable(uint8_t byte)
{
	return byte >= ' ' && byte <= '~';
}

bool value_is_shown_form(const uint8_t *bytes, uint32_t length)
{
	if (length <= 1 + DIGEST_SHOWN || length > VALUE_PREFIX_SHOWN + 1 + DIGEST_SHOWN)
		return false;
	const uint32_t prefix = length - 1 - DIGEST_SHOWN;
	if (bytes[prefix] != '~')
		return false;
	for (uint32_t i = 0; i < prefix; i++)
		if (!is_printable(bytes[i]))
			return false;
	for (uint32_t i = prefix + 1; i < length; i++)
		if (memchr("0123456789abcdef", bytes[i], 16) == NULL)
			return false;
	return true;
}

/* Would a reader take the value for something else, if it were shown as it is? So of a word that
 * stands for the lack of a value, of what looks like a value that is cut short, and of a space at
 * an end, which goes unseen. */
static bool misleads(const uint8_t *bytes, uint32_t length)
{
	return bytes[0] == ' ' || bytes[length - 1] == ' ' ||
	       (length == 1 && memcmp(bytes, "-", 1) == 0) ||
	       (length == 5 && memcmp(bytes, "no-op", 5) == 0) ||
	       value_is_shown_form(bytes, length);
}

/* Does "\xNN" begin here, as text? Then its backslash is shown as a byte, too. */
static bool is_escape(const uint8_t *bytes, uint32_t length)
{
	return length >= 4 && bytes[0] == '\\' && bytes[1] == 'x' &&
	       memchr("0123456789abcdef", bytes[2], 16) != NULL &&
	       memchr("0123456789abcdef", bytes[3], 16) != NULL;
}

/* A value whose own text looks like a batch: its first byte is shown as a byte. */
static bool looks_like_batch(const uint8_t *bytes, uint32_t length)
{
	return length >= 2 && bytes[0] == '[' && bytes[length - 1] == ']';
}

/* Writes bytes behind `used` that are there, as letters of any script, or of ASCII only, and of
 * what a terminal does not draw in cells of its own, or of `but`, the bytes as \xNN. Returns how
 * many are there then; SHOWN_TOO_LONG: it is too long. */
#define SHOWN_TOO_LONG UINT32_MAX
static uint32_t show_letters(const uint8_t *bytes, uint32_t length, bool ascii, char but,
			     uint32_t used, char out[VALUE_SHOWN_MAX + 1])
{
	uint32_t count, code;

	for (uint32_t i = 0; i < length; i += count) {
		count = letter_read(bytes + i, length - i, &code);
		bool drawn = count > 0 && letter_cells(code) > 0 && !(ascii && code >= 0x80) &&
			     !is_escape(bytes + i, length - i) &&
			     (but == '\0' || bytes[i] != (uint8_t)but);
		count = count > 0 ? count : 1;
		if (used + (drawn ? count : 4 * count) > VALUE_SHOWN_MAX)
			return SHOWN_TOO_LONG;
		if (drawn)
			memcpy(out + used, bytes + i, count);
		for (uint32_t k = 0; k < count && !drawn; k++)
			snprintf(out + used + 4 * k, 5, "\\x%02x", bytes[i + k]);
		used += drawn ? count : 4 * count;
	}
	out[used] = '\0';
	return used;
}

/* "[pear, plum]". A comma of a value itself is shown as a byte. False: that is too long, or a read
 * is among them. */
static bool show_list(const uint8_t *bytes, uint32_t length, bool ascii,
		      char out[VALUE_SHOWN_MAX + 1])
{
	struct batch_reader r = batch_read(bytes, length);
	const uint8_t *value;
	uint32_t value_length, used = 0;

	while (batch_next(&r, &value, &value_length)) {
		const char *before = r.place == 1 ? "[" : ", ";
		if (used + strlen(before) > VALUE_SHOWN_MAX || is_read_entry(value, value_length))
			return false;
		memcpy(out + used, before, strlen(before));
		used = show_letters(value, value_length, ascii, ',',
				    used + (uint32_t)strlen(before), out);
		if (used == SHOWN_TOO_LONG)
			return false;
	}
	if (used == VALUE_SHOWN_MAX)
		return false;
	memcpy(out + used, "]", 2);
	return true;
}

/* "a long value wit~0123456789ab": a prefix of the value, and a digest of the whole. */
static void show_short(const uint8_t *bytes, uint32_t length, uint64_t digest,
		       char out[VALUE_SHOWN_MAX + 1])
{
	uint32_t shown = length < VALUE_PREFIX_SHOWN ? length : VALUE_PREFIX_SHOWN;

	for (uint32_t i = 0; i < shown; i++)
		out[i] = is_printable(bytes[i]) ? (char)bytes[i] : '.';
	snprintf(out + shown, VALUE_SHOWN_MAX + 1 - shown, "~%0*llx", DIGEST_SHOWN,
		 (unsigned long long)(digest >> (64 - 4 * DIGEST_SHOWN)));
}

/* "62 values~0123456789ab" */
static void show_many(uint32_t count, uint64_t digest, char out[VALUE_SHOWN_MAX + 1])
{
	char words[VALUE_PREFIX_SHOWN + 1];

	const int length =
		snprintf(words, sizeof words, "%u value%s", count, count == 1 ? "" : "s");
	show_short((const uint8_t *)words, (uint32_t)length, digest, out);
}

/* "read by n2~0123456789ab" */
static void show_read(const uint8_t *bytes, uint32_t length, uint64_t digest,
		      char out[VALUE_SHOWN_MAX + 1])
{
	char words[VALUE_PREFIX_SHOWN + 1];
	struct read_entry entry;

	read_entry_read(bytes, length, &entry);
	const int used = snprintf(words, sizeof words, "read by n%u", entry.node);
	show_short((const uint8_t *)words, (uint32_t)used, digest, out);
}

static void show_plain(const uint8_t *bytes, uint32_t length, uint64_t digest, bool ascii,
		       char out[VALUE_SHOWN_MAX + 1])
{
	const char but = looks_like_batch(bytes, length) ? '[' : '\0';

	if (misleads(bytes, length) ||
	    show_letters(bytes, length, ascii, but, 0, out) == SHOWN_TOO_LONG)
		show_short(bytes, length, digest, out);
}

void value_show_bytes(const uint8_t *bytes, uint32_t length, uint64_t digest, bool ascii,
		      char out[VALUE_SHOWN_MAX + 1])
{
	const uint32_t count = batch_count(bytes, length);

	if (is_read_entry(bytes, length))
		show_read(bytes, length, digest, out);
	else if (count == 0)
		show_plain(bytes, length, digest, ascii, out);
	else if (!show_list(bytes, length, ascii, out))
		show_many(count, digest, out);
}

/* Of a sketch there is the head of a batch, if it is one: how many values it holds. 0: it is not.
 */
static uint32_t sketched_count(const struct value_sketch *sketch)
{
	const uint8_t *count = sketch->prefix + 4;
	const uint32_t values = (uint32_t)count[0] | (uint32_t)count[1] << 8 |
				(uint32_t)count[2] << 16 | (uint32_t)count[3] << 24;

	if (memcmp(sketch->prefix, BATCH_MARK, 4) != 0 || values > sketch->length)
		return 0;
	return values;
}

void value_show_sketch(const struct value_sketch *sketch, char out[VALUE_SHOWN_MAX + 1])
{
	const uint32_t count = sketched_count(sketch);

	if (count > 0)
		show_many(count, sketch->digest[0], out);
	else
		show_short(sketch->prefix, VALUE_PREFIX_SHOWN, sketch->digest[0], out);
}

void value_show(const uint8_t *bytes, uint32_t length, char out[VALUE_SHOWN_MAX + 1])
{
	if (length == 0)
		strcpy(out, "no-op");
	else
		value_show_bytes(bytes, length, digest64(0, bytes, length), false, out);
}
