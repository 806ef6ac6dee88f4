/* A table of values: entries by reference, an open-addressed index by digest, and the bytes one
 * behind the other in an arena. References are places in the entries and so never move; a sweep
 * slides the bytes of what stays together and builds the index anew. */
#include "proto/core/values.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/digest.h"

#define FIRST_REF 2 /* VALUE_NONE and VALUE_NOOP have no entry */
#define NOWHERE   UINT32_MAX

struct entry {
	uint64_t digest;
	size_t offset; /* of its bytes in the arena */
	uint32_t length;
	uint32_t next_free; /* place of the next free entry, when this one is free */
	bool used;
	bool marked;
};

/* Half of the buckets stay empty, so a search ends soon. */
struct bucket {
	uint32_t tag; /* the digest's upper half: spares most looks at an entry */
	uint32_t ref; /* VALUE_NONE: empty */
};

struct values {
	uint32_t count; /* of entries */
	uint32_t used;
	uint32_t first_free; /* place, or NOWHERE */
	uint32_t bucket_mask;
	size_t bytes; /* of the arena */
	size_t filled;
	struct entry *entry;
	struct bucket *bucket;
	uint32_t *order; /* places of used entries, rising by offset */
	uint8_t *arena;
};

static uint32_t buckets_for(uint32_t count)
{
	uint32_t buckets = 4;

	while (buckets / 2 < count)
		buckets *= 2;
	return buckets;
}

size_t values_size(uint32_t count, size_t bytes)
{
	assert(count <= UINT32_MAX / 8);
	return sizeof(struct values) + count * sizeof(struct entry) +
	       buckets_for(count) * sizeof(struct bucket) + count * sizeof(uint32_t) + bytes;
}

/* Chains the free entries so that the lowest is taken first: references depend on what was interned
 * and swept, never on digests. */
static void chain_free(struct values *values)
{
	values->first_free = NOWHERE;
	for (uint32_t place = values->count; place-- > 0;) {
		if (values->entry[place].used)
			continue;
		values->entry[place].next_free = values->first_free;
		values->first_free = place;
	}
}

struct values *values_init(void *memory, uint32_t count, size_t bytes)
{
	struct values *values = memory;
	uint32_t buckets = buckets_for(count);

	assert(memory != NULL);
	assert((uintptr_t)memory % _Alignof(struct values) == 0);
	memset(values, 0, values_size(count, 0));
	values->count = count;
	values->bytes = bytes;
	values->bucket_mask = buckets - 1;
	values->entry = (void *)(values + 1);
	values->bucket = (void *)(values->entry + count);
	values->order = (void *)(values->bucket + buckets);
	values->arena = (void *)(values->order + count);
	chain_free(values);
	return values;
}

static const struct entry *entry_of(const struct values *values, value_ref ref)
{
	assert(ref - FIRST_REF < values->count);
	assert(values->entry[ref - FIRST_REF].used);
	return &values->entry[ref - FIRST_REF];
}

/* The bucket of an equal value, or the empty one where it belongs. */
static struct bucket *find_bucket(const struct values *values, uint64_t digest,
				  const uint8_t *bytes, uint32_t length)
{
	uint32_t tag = (uint32_t)(digest >> 32);

	for (uint32_t at = (uint32_t)digest;; at++) {
		struct bucket *bucket = &values->bucket[at & values->bucket_mask];

		if (bucket->ref == VALUE_NONE)
			return bucket;
		if (bucket->tag != tag)
			continue;

		const struct entry *entry = entry_of(values, bucket->ref);

		if (entry->digest == digest && entry->length == length &&
		    memcmp(values->arena + entry->offset, bytes, length) == 0)
			return bucket;
	}
}

value_ref values_intern(struct values *values, const uint8_t *bytes, uint32_t length)
{
	if (length == 0)
		return VALUE_NOOP;
	if (length > VALUE_BYTES_MAX)
		return VALUE_NONE;

	uint64_t digest = digest64(0, bytes, length);
	struct bucket *bucket = find_bucket(values, digest, bytes, length);

	if (bucket->ref != VALUE_NONE)
		return bucket->ref;
	if (!values_has_room(values, 1, length))
		return VALUE_NONE;

	uint32_t place = values->first_free;
	struct entry *entry = &values->entry[place];

	values->first_free = entry->next_free;
	*entry = (struct entry){
		.digest = digest, .offset = values->filled, .length = length, .used = true};
	memcpy(values->arena + values->filled, bytes, length);
	values->filled += length;
	values->order[values->used++] = place;
	*bucket = (struct bucket){.tag = (uint32_t)(digest >> 32), .ref = place + FIRST_REF};
	return place + FIRST_REF;
}

value_ref values_find(const struct values *values, const uint8_t *bytes, uint32_t length)
{
	if (length == 0)
		return VALUE_NOOP;
	return find_bucket(values, digest64(0, bytes, length), bytes, length)->ref;
}

const uint8_t *values_bytes(const struct values *values, value_ref ref, uint32_t *length)
{
	if (ref < FIRST_REF) {
		*length = 0;
		return (const uint8_t *)"";
	}

	const struct entry *entry = entry_of(values, ref);

	*length = entry->length;
	return values->arena + entry->offset;
}

bool values_has_room(const struct values *values, uint32_t count, size_t bytes)
{
	return values->count - values->used >= count && values->bytes - values->filled >= bytes;
}

void values_unmark(struct values *values)
{
	for (uint32_t i = 0; i < values->used; i++)
		values->entry[values->order[i]].marked = false;
}

void values_mark(struct values *values, value_ref ref)
{
	if (ref < FIRST_REF)
		return;
	entry_of(values, ref);
	values->entry[ref - FIRST_REF].marked = true;
}

void values_sweep(struct values *values)
{
	uint32_t kept = 0;

	values->filled = 0;
	memset(values->bucket, 0, ((size_t)values->bucket_mask + 1) * sizeof *values->bucket);
	for (uint32_t i = 0; i < values->used; i++) {
		uint32_t place = values->order[i];
		struct entry *entry = &values->entry[place];

		if (!entry->marked) {
			entry->used = false;
			continue;
		}
		memmove(values->arena + values->filled, values->arena + entry->offset,
			entry->length);
		entry->offset = values->filled;
		values->filled += entry->length;
		values->order[kept++] = place;
		*find_bucket(values, entry->digest, values->arena + entry->offset, entry->length) =
			(struct bucket){.tag = (uint32_t)(entry->digest >> 32),
					.ref = place + FIRST_REF};
	}
	values->used = kept;
	chain_free(values);
}

static bool is_printable(uint8_t byte)
{
	return byte >= ' ' && byte <= '~';
}

/* How many bytes the character there has, 0 when it is none that every screen shows in one cell of
 * its own: ASCII, and of UTF-8 what Latin, Greek and Cyrillic scripts need. */
static uint32_t character(const uint8_t *bytes, uint32_t length)
{
	if (is_printable(bytes[0]))
		return 1;
	if (length < 2 || bytes[0] < 0xc2 || bytes[0] > 0xd2 || (bytes[1] & 0xc0) != 0x80)
		return 0;
	uint32_t code = (bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu);
	bool is_latin = code >= 0xa1 && code < 0x300 && code != 0xad;
	bool is_greek_or_cyrillic =
		code >= 0x384 && code < 0x483 && code != 0x38b && code != 0x38d && code != 0x3a2;
	return is_latin || is_greek_or_cyrillic ? 2 : 0;
}

/* A value shows as itself only if that cannot be taken for something else: not if it is a word that
 * stands for the lack of a value, nor if a space at its end would go unseen. */
static bool shows_itself(const uint8_t *bytes, uint32_t length)
{
	if (length > VALUE_SHOWN_MAX || bytes[0] == ' ' || bytes[length - 1] == ' ')
		return false;
	if ((length == 1 && memcmp(bytes, "-", 1) == 0) ||
	    (length == 5 && memcmp(bytes, "no-op", 5) == 0))
		return false;
	for (uint32_t i = 0, more; i < length; i += more) {
		more = character(bytes + i, length - i);
		if (more == 0)
			return false;
	}
	return true;
}

void values_show(const struct values *values, value_ref ref, char out[VALUE_SHOWN_MAX + 1])
{
	if (ref < FIRST_REF) {
		strcpy(out, ref == VALUE_NONE ? "-" : "no-op");
		return;
	}

	const struct entry *entry = entry_of(values, ref);
	const uint8_t *bytes = values->arena + entry->offset;
	uint32_t shown = entry->length;

	if (shows_itself(bytes, entry->length)) {
		memcpy(out, bytes, shown);
		out[shown] = '\0';
		return;
	}
	if (shown > VALUE_PREFIX_SHOWN)
		shown = VALUE_PREFIX_SHOWN;
	for (uint32_t i = 0; i < shown; i++)
		out[i] = is_printable(bytes[i]) ? (char)bytes[i] : '.';
	snprintf(out + shown, VALUE_SHOWN_MAX + 1 - shown, "~%012llx",
		 (unsigned long long)(entry->digest >> 16));
}

bool value_is_shown_form(const uint8_t *bytes, uint32_t length)
{
	if (length != VALUE_PREFIX_SHOWN + 1 + 12 || bytes[VALUE_PREFIX_SHOWN] != '~')
		return false;
	for (uint32_t i = 0; i < VALUE_PREFIX_SHOWN; i++)
		if (!is_printable(bytes[i]))
			return false;
	for (uint32_t i = VALUE_PREFIX_SHOWN + 1; i < length; i++)
		if (memchr("0123456789abcdef", bytes[i], 16) == NULL)
			return false;
	return true;
}
