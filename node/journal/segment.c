#include "node/journal/segment.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/wire/bytes.h"

static const uint8_t magic[8] = {'p', 'a', 'x', 'o', 's', 'j', 'n', 'l'};

#define CHECKED (SEGMENT_HEAD - 8) /* bytes of a head that its last word is a digest of */

void segment_head_write(const struct segment_head *head, uint8_t bytes[SEGMENT_HEAD])
{
	struct byte_writer w = {bytes, SEGMENT_HEAD, false};

	memset(bytes, 0, SEGMENT_HEAD);
	write_bytes(&w, magic, sizeof(magic));
	write_u16(&w, JOURNAL_FORMAT);
	write_u8(&w, head->node);
	write_bytes(&w, head->cluster, sizeof(head->cluster));
	write_u64(&w, head->number);
	write_u16(&w, head->boot);
	write_u32(&w, head->part);
	write_u64(&w, head->bytes);
	write_u64(&w, head->inputs);
	write_u64(&w, head->chain);
	/* What is left of the head is free. */
	w = (struct byte_writer){bytes + CHECKED, SEGMENT_HEAD - CHECKED, false};
	write_u64(&w, digest64(JOURNAL_FORMAT, bytes, CHECKED));
}

_Static_assert(8 + 2 + 1 + 8 + 8 + 2 + 4 + 8 + 8 + 8 <= CHECKED, "the head has room");

const char *segment_head_read(const uint8_t *bytes, size_t length, struct segment_head *out)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};
	const uint8_t *found = read_bytes(&r, sizeof(magic));
	const uint16_t format = read_u16(&r);

	*out = (struct segment_head){.node = NODE_NONE};
	if (length < SEGMENT_HEAD)
		return "is cut off within its head";
	if (memcmp(found, magic, sizeof(magic)) != 0)
		return "is no journal";
	if (format > JOURNAL_FORMAT)
		return "was written by a newer version of this program";
	out->node = read_u8(&r);
	read_copy(&r, out->cluster, sizeof(out->cluster));
	out->number = read_u64(&r);
	out->boot = read_u16(&r);
	out->part = read_u32(&r);
	out->bytes = read_u64(&r);
	out->inputs = read_u64(&r);
	out->chain = read_u64(&r);
	r = (struct byte_reader){bytes + CHECKED, SEGMENT_HEAD - CHECKED, DROP_NOTHING};
	if (read_u64(&r) != digest64(JOURNAL_FORMAT, bytes, CHECKED) || out->node == NODE_NONE ||
	    out->node > NODES_MAX || out->boot == 0)
		return "is damaged in its head";
	return NULL;
}

/* One flipped bit of the length changes one bit of its check. */
static uint32_t length_check(uint32_t length)
{
	return ((length ^ length >> 8 ^ length >> 16) & 0xff) ^ 0x5a;
}

uint32_t record_word(size_t length)
{
	return (uint32_t)length | length_check((uint32_t)length) << 24;
}

size_t record_length(uint32_t word)
{
	const uint32_t length = word & 0xffffff;

	return word >> 24 == length_check(length) ? length : 0;
}

uint64_t record_chain(uint64_t before, const uint8_t *bytes, size_t length)
{
	return digest64(before, bytes, length);
}

uint64_t segment_head_chain(const struct segment_head *head)
{
	uint8_t bytes[SEGMENT_HEAD];

	segment_head_write(head, bytes);
	return digest64(head->chain, bytes, sizeof(bytes));
}

void segment_path(const char *dir, uint64_t number, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.*s/" JOURNAL_DIR "/%08llu", DIR_BYTES, dir,
		 (unsigned long long)number);
}

/* A name that is a number of eight digits at least; 0: it is none. */
static uint64_t number_of(const char *name)
{
	const size_t length = strlen(name);

	if (length < 8 || length > 18 || strspn(name, "0123456789") != length)
		return 0;
	return strtoull(name, NULL, 10);
}

bool segments_find(const char *dir, uint64_t *first, uint64_t *last)
{
	char path[PATH_BYTES];
	const struct dirent *entry;
	DIR *d;

	*first = *last = 0;
	if (path_join(dir, JOURNAL_DIR, path) != STATUS_OK || (d = opendir(path)) == NULL)
		return false;
	while ((entry = readdir(d)) != NULL) {
		const uint64_t number = number_of(entry->d_name);

		if (number == 0)
			continue;
		if (*first == 0 || number < *first)
			*first = number;
		if (number > *last)
			*last = number;
	}
	closedir(d);
	return *first != 0;
}
