/* A table of values: entries by reference, an open-addressed index by digest, and the bytes of all
 * values one behind the other in an arena. A reference is the place of an entry, and an entry never
 * moves. A sweep slides together the bytes of the values that stay, and builds the index anew. */
#include "proto/core/values.h"

#include <assert.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/value_show.h"

#define FIRST_REF     2 /* VALUE_NONE and VALUE_NOOP have no entry */
#define NOWHERE       UINT32_MAX
#define FIRST_BUCKETS 256

struct entry {
	uint64_t digest;
	uint64_t second;    /* of a long value: digest[1] of its sketch, once somebody asked, */
	bool has_second;    /* for it is told often, in every event and snapshot */
	size_t offset;      /* of the value's bytes in the arena */
	uint32_t length;    /* bytes */
	uint32_t next_free; /* place of the next free entry, when this one is free */
	bool is_sketch;     /* the bytes are a struct value_sketch, `digest` is its digest[0] */
	bool used;
	bool marked;
	bool has_named; /* the same of the caller's digest: */
	uint8_t named[VALUE_DIGEST_BYTES];
};

/* Half of the buckets at least stay empty, so a search ends soon. Few are in use at first, and
 * twice as many whenever half of them are full: memory that a table does not need is not touched.
 */
struct bucket {
	uint32_t tag; /* upper half of the value's digest: spares most looks at an entry */
	uint32_t ref; /* VALUE_NONE: empty */
};

struct values {
	uint32_t count;       /* entries, used and free */
	uint32_t used;        /* entries that hold a value */
	uint32_t touched;     /* the first place that has never held a value */
	uint32_t first_free;  /* a place below `touched`, or NOWHERE */
	uint32_t bucket_mask; /* buckets in use - 1; their number is a power of two */
	size_t bytes;         /* of the arena */
	size_t filled;        /* of these, bytes in use */
	struct entry *entry;
	struct bucket *bucket;
	uint32_t *order; /* places of used entries, rising by offset */
	uint8_t *arena;
	uint64_t sweeps;
	bool ascii; /* values are shown in ASCII */
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

/* Chains the free entries so that the lowest is taken first: a value's reference depends on what
 * was interned and swept before, never on digests. */
static void chain_free(struct values *values)
{
	values->first_free = NOWHERE;
	for (uint32_t place = values->touched; place-- > 0;) {
		if (values->entry[place].used)
			continue;
		values->entry[place].next_free = values->first_free;
		values->first_free = place;
	}
}

/* Empties the index, and has so many buckets in use. */
static void clear_index(struct values *values, uint32_t buckets)
{
	values->bucket_mask = buckets - 1;
	memset(values->bucket, 0, buckets * sizeof *values->bucket);
}

struct values *values_init(void *memory, uint32_t count, size_t bytes)
{
	struct values *values = memory;
	uint32_t buckets = buckets_for(count);

	assert(memory != NULL);
	assert((uintptr_t)memory % _Alignof(struct values) == 0);
	memset(values, 0, sizeof *values);
	values->count = count;
	values->bytes = bytes;
	values->first_free = NOWHERE;
	values->entry = (void *)(values + 1);
	values->bucket = (void *)(values->entry + count);
	values->order = (void *)(values->bucket + buckets);
	values->arena = (void *)(values->order + count);
	clear_index(values, buckets < FIRST_BUCKETS ? buckets : FIRST_BUCKETS);
	return values;
}

static const struct entry *entry_of(const struct values *values, value_ref ref)
{
	assert(ref - FIRST_REF < values->touched);
	assert(values->entry[ref - FIRST_REF].used);
	return &values->entry[ref - FIRST_REF];
}

/* The bucket of an equal value; without one, the empty bucket where this value belongs. */
static struct bucket *find_bucket(const struct values *values, uint64_t digest,
				  const uint8_t *bytes, uint32_t length, bool is_sketch)
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
		    entry->is_sketch == is_sketch &&
		    memcmp(values->arena + entry->offset, bytes, length) == 0)
			return bucket;
	}
}

/* Has the index find a value that it does not have yet. */
static void put_in_index(struct values *values, uint32_t place)
{
	const uint64_t digest = values->entry[place].digest;
	uint32_t at = (uint32_t)digest & values->bucket_mask;

	while (values->bucket[at].ref != VALUE_NONE)
		at = (at + 1) & values->bucket_mask;
	values->bucket[at] =
		(struct bucket){.tag = (uint32_t)(digest >> 32), .ref = place + FIRST_REF};
}

/* The value in this place is the last one, so far. */
static void add_to_order(struct values *values, uint32_t place)
{
	values->order[values->used++] = place;
	if (values->used > values->bucket_mask / 2 + 1) {
		clear_index(values, 2 * (values->bucket_mask + 1));
		for (uint32_t i = 0; i < values->used; i++)
			put_in_index(values, values->order[i]);
	} else {
		put_in_index(values, place);
	}
}

/* Places up to this one may hold values. */
static void touch(struct values *values, uint32_t place)
{
	while (values->touched <= place)
		values->entry[values->touched++].used = false;
}

/* The lowest free place. */
static uint32_t take_place(struct values *values)
{
	const uint32_t place = values->first_free;

	if (place != NOWHERE) {
		values->first_free = values->entry[place].next_free;
		return place;
	}
	touch(values, values->touched);
	return values->touched - 1;
}

static value_ref intern(struct values *values, uint64_t digest, const uint8_t *bytes,
			uint32_t length, bool is_sketch)
{
	const value_ref known = find_bucket(values, digest, bytes, length, is_sketch)->ref;

	if (known != VALUE_NONE)
		return known;
	if (!values_has_room(values, 1, length))
		return VALUE_NONE;

	const uint32_t place = take_place(values);

	values->entry[place] = (struct entry){.digest = digest,
					      .offset = values->filled,
					      .length = length,
					      .is_sketch = is_sketch,
					      .used = true};
	memcpy(values->arena + values->filled, bytes, length);
	values->filled += length;
	add_to_order(values, place);
	return place + FIRST_REF;
}

value_ref values_intern(struct values *values, const uint8_t *bytes, uint32_t length)
{
	if (length == 0)
		return VALUE_NOOP;
	if (length > VALUE_BYTES_MAX)
		return VALUE_NONE;
	return intern(values, digest64(0, bytes, length), bytes, length, false);
}

value_ref values_find(const struct values *values, const uint8_t *bytes, uint32_t length)
{
	if (length == 0)
		return VALUE_NOOP;
	return find_bucket(values, digest64(0, bytes, length), bytes, length, false)->ref;
}

static struct value_sketch sketch_of(const uint8_t *bytes, uint32_t length)
{
	struct value_sketch sketch;

	memcpy(sketch.prefix, bytes, VALUE_PREFIX_SHOWN);
	sketch.length = length;
	sketch.digest[0] = digest64(0, bytes, length);
	sketch.digest[1] = digest64(1, bytes, length);
	return sketch;
}

/* Of a whole value that is kept. What was computed is kept as well, which changes nothing that
 * anybody sees. */
static struct value_sketch sketch_of_entry(const struct values *values, const struct entry *whole)
{
	struct entry *entry = &values->entry[whole - values->entry];
	const uint8_t *bytes = values->arena + entry->offset;
	struct value_sketch sketch = {.length = entry->length,
				      .digest = {entry->digest, entry->second}};

	if (!entry->has_second)
		sketch.digest[1] = entry->second = digest64(1, bytes, entry->length);
	entry->has_second = true;
	memcpy(sketch.prefix, bytes, VALUE_PREFIX_SHOWN);
	return sketch;
}

static struct value_sketch sketch_at(const struct values *values, const struct entry *entry)
{
	struct value_sketch sketch;

	memcpy(&sketch, values->arena + entry->offset, sizeof sketch);
	return sketch;
}

bool values_sketch(const struct values *values, value_ref ref, struct value_sketch *out)
{
	if (ref < FIRST_REF)
		return false;
	const struct entry *entry = entry_of(values, ref);
	if (!entry->is_sketch && entry->length <= VALUE_SHOWN_MAX)
		return false;
	*out = entry->is_sketch ? sketch_at(values, entry) : sketch_of_entry(values, entry);
	return true;
}

static bool has_sketch(const struct values *values, const struct entry *whole,
		       const struct value_sketch *sketch)
{
	const struct value_sketch its = sketch_of_entry(values, whole);

	return memcmp(&its, sketch, sizeof its) == 0;
}

/* The whole value with this sketch; VALUE_NONE if the table has only the sketch, or neither. */
static value_ref find_whole(const struct values *values, const struct value_sketch *sketch)
{
	for (uint32_t at = (uint32_t)sketch->digest[0];; at++) {
		const struct bucket *bucket = &values->bucket[at & values->bucket_mask];

		if (bucket->ref == VALUE_NONE)
			return VALUE_NONE;
		const struct entry *entry = entry_of(values, bucket->ref);
		if (!entry->is_sketch && entry->digest == sketch->digest[0] &&
		    has_sketch(values, entry, sketch))
			return bucket->ref;
	}
}

value_ref values_intern_sketch(struct values *values, const struct value_sketch *sketch)
{
	const value_ref whole = find_whole(values, sketch);
	if (whole != VALUE_NONE)
		return whole;
	return intern(values, sketch->digest[0], (const uint8_t *)sketch, sizeof *sketch, true);
}

value_ref values_find_shown(const struct values *values, const uint8_t *bytes, uint32_t length)
{
	const value_ref whole = values_find(values, bytes, length);
	if (whole != VALUE_NONE || length <= VALUE_SHOWN_MAX)
		return whole;
	const struct value_sketch sketch = sketch_of(bytes, length);
	return find_bucket(values, sketch.digest[0], (const uint8_t *)&sketch, sizeof sketch, true)
		->ref;
}

/* Entries stand in order by their bytes: one with new bytes is the last. */
static void move_to_end(struct values *values, uint32_t place)
{
	uint32_t at = 0;

	while (values->order[at] != place)
		at++;
	memmove(&values->order[at], &values->order[at + 1],
		(values->used - at - 1) * sizeof values->order[0]);
	values->order[values->used - 1] = place;
}

value_ref values_complete(struct values *values, const uint8_t *bytes, uint32_t length)
{
	if (length <= VALUE_SHOWN_MAX || length > VALUE_BYTES_MAX)
		return values_intern(values, bytes, length);
	const struct value_sketch sketch = sketch_of(bytes, length);
	const struct bucket *bucket = find_bucket(values, sketch.digest[0],
						  (const uint8_t *)&sketch, sizeof sketch, true);
	if (bucket->ref == VALUE_NONE)
		return values_intern(values, bytes, length);
	if (values->bytes - values->filled < length)
		return bucket->ref;
	/* The digest by which the entry is found is that of the whole value, in a sketch, too. */
	struct entry *entry = &values->entry[bucket->ref - FIRST_REF];
	entry->offset = values->filled;
	entry->length = length;
	entry->is_sketch = entry->has_second = false;
	memcpy(values->arena + values->filled, bytes, length);
	values->filled += length;
	move_to_end(values, bucket->ref - FIRST_REF);
	return bucket->ref;
}

bool values_equal(const struct values *values, value_ref ref, const uint8_t *bytes, uint32_t length)
{
	if (ref < FIRST_REF)
		return ref == VALUE_NOOP && length == 0;
	const struct entry *entry = entry_of(values, ref);
	if (!entry->is_sketch)
		return entry->length == length &&
		       memcmp(values->arena + entry->offset, bytes, length) == 0;
	const struct value_sketch sketch = sketch_at(values, entry);
	if (length <= VALUE_SHOWN_MAX || length != sketch.length)
		return false;
	const struct value_sketch other = sketch_of(bytes, length);
	return memcmp(&sketch, &other, sizeof sketch) == 0;
}

const uint8_t *values_bytes(const struct values *values, value_ref ref, uint32_t *length)
{
	if (ref < FIRST_REF) {
		*length = 0;
		return (const uint8_t *)"";
	}

	const struct entry *entry = entry_of(values, ref);

	*length = entry->is_sketch ? VALUE_PREFIX_SHOWN : entry->length;
	return values->arena + entry->offset;
}

value_ref values_after(const struct values *values, value_ref ref)
{
	for (uint32_t place = ref + 1 - FIRST_REF; place < values->count; place++)
		if (values->entry[place].used && !values->entry[place].is_sketch)
			return place + FIRST_REF;
	return VALUE_NONE;
}

const uint8_t *values_digest(const struct values *values, value_ref ref, value_digest *digest)
{
	const struct entry *whole = entry_of(values, ref);
	struct entry *entry = &values->entry[whole - values->entry];

	assert(!entry->is_sketch);
	if (!entry->has_named)
		digest(values->arena + entry->offset, entry->length, entry->named);
	entry->has_named = true;
	return entry->named;
}

bool values_has_room(const struct values *values, uint32_t count, size_t bytes)
{
	return values->count - values->used >= count && values->bytes - values->filled >= bytes;
}

size_t values_filled(const struct values *values)
{
	return values->filled;
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
	clear_index(values, values->bucket_mask + 1);
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
		put_in_index(values, place);
	}
	values->used = kept;
	values->sweeps++;
	chain_free(values);
}

uint64_t values_sweeps(const struct values *values)
{
	return values->sweeps;
}

/* What is saved of an entry, before the bytes of all of them, in order. */
struct saved_entry {
	uint64_t digest;
	uint32_t place;
	uint32_t length;
	uint32_t is_sketch;
	uint32_t unused; /* no padding: what is saved is compared as bytes */
};

struct saved_table {
	uint64_t filled;
	uint64_t used;
};

size_t values_saved_size(const struct values *values)
{
	return sizeof(struct saved_table) + values->used * sizeof(struct saved_entry) +
	       values->filled;
}

void values_save(const struct values *values, uint8_t *out)
{
	const struct saved_table table = {values->filled, values->used};
	uint8_t *bytes = out + sizeof table + values->used * sizeof(struct saved_entry);

	memcpy(out, &table, sizeof table);
	out += sizeof table;
	for (uint32_t i = 0; i < values->used; i++) {
		const struct entry *entry = &values->entry[values->order[i]];
		const struct saved_entry saved = {.digest = entry->digest,
						  .place = values->order[i],
						  .length = entry->length,
						  .is_sketch = entry->is_sketch};

		memcpy(out, &saved, sizeof saved);
		out += sizeof saved;
		memcpy(bytes, values->arena + entry->offset, entry->length);
		bytes += entry->length;
	}
}

/* What a completed sketch has left behind in the arena is not saved, so the bytes that are may be
 * fewer than were filled. */
void values_restore(struct values *values, const uint8_t *saved_bytes)
{
	const uint32_t count = values->count;
	const uint64_t sweeps = values->sweeps;
	const bool ascii = values->ascii;
	struct saved_table table;

	memcpy(&table, saved_bytes, sizeof table);
	const uint8_t *entries = saved_bytes + sizeof table;
	const uint8_t *bytes = entries + table.used * sizeof(struct saved_entry);
	values_init(values, count, values->bytes);
	values->sweeps = sweeps + 1;
	values->ascii = ascii;
	for (uint64_t i = 0; i < table.used; i++) {
		struct saved_entry saved;

		memcpy(&saved, entries + i * sizeof saved, sizeof saved);
		touch(values, saved.place);
		values->entry[saved.place] = (struct entry){.digest = saved.digest,
							    .offset = values->filled,
							    .length = saved.length,
							    .is_sketch = saved.is_sketch != 0,
							    .used = true};
		memcpy(values->arena + values->filled, bytes, saved.length);
		bytes += saved.length;
		values->filled += saved.length;
		add_to_order(values, saved.place);
	}
	chain_free(values);
}

void values_ascii(struct values *values, bool ascii)
{
	values->ascii = ascii;
}

void values_show(const struct values *values, value_ref ref, char out[VALUE_SHOWN_MAX + 1])
{
	if (ref < FIRST_REF) {
		strcpy(out, ref == VALUE_NONE ? "-" : "no-op");
		return;
	}

	const struct entry *entry = entry_of(values, ref);
	const uint8_t *bytes = values->arena + entry->offset;

	const struct value_sketch sketch =
		entry->is_sketch ? sketch_at(values, entry) : (struct value_sketch){.length = 0};

	if (entry->is_sketch)
		value_show_sketch(&sketch, out);
	else
		value_show_bytes(bytes, entry->length, entry->digest, values->ascii, out);
}
