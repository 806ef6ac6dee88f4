#include "node/journal/journal_reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct journal_reader {
	char dir[PATH_BYTES];
	char path[PATH_BYTES]; /* of the segment at hand */
	uint64_t number, last; /* of it, and of the last one that is there */
	const uint8_t *bytes;  /* it, mapped; NULL: none */
	size_t length;
	size_t at;
	struct segment_head head;
	uint64_t chain;
	uint64_t inputs; /* read, of this life */
	unsigned left;
	bool finished; /* nothing comes any more */
	struct member_input_room room;
};

static void unmap(struct journal_reader *r)
{
	if (r->bytes != NULL)
		munmap((void *)(uintptr_t)r->bytes, r->length);
	r->bytes = NULL;
}

static enum status map(struct journal_reader *r, uint64_t number)
{
	struct stat is;
	const char *wrong;
	void *bytes;
	int file;

	unmap(r);
	segment_path(r->dir, number, r->path);
	file = open(r->path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &is) < 0) {
		const enum status status =
			status_fail_errno(STATUS_CORRUPT, "cannot read the journal %s", r->path);
		if (file >= 0)
			close(file);
		return status;
	}
	r->length = (size_t)is.st_size;
	bytes = r->length == 0 ? NULL : mmap(NULL, r->length, PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if (bytes == MAP_FAILED)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory to read %s", r->path);
	r->bytes = bytes;
	r->number = number;
	wrong = segment_head_read(r->bytes, r->length, &r->head);
	if (wrong == NULL && r->head.number != number)
		wrong = "is not the segment that its name says";
	if (wrong != NULL)
		return status_fail(STATUS_CORRUPT, "the journal %s %s", r->path, wrong);
	r->at = SEGMENT_HEAD;
	return STATUS_OK;
}

/* On to the first segment from this one on that begins a life. False: there is none, or `status`
 * says what is wrong. */
static bool find_life(struct journal_reader *r, uint64_t from, enum status *status)
{
	uint16_t boot = 0;

	for (uint64_t number = from; number <= r->last; number++) {
		*status = map(r, number);
		if (*status != STATUS_OK)
			return false;
		if (r->head.part == 0) {
			r->chain = segment_head_chain(&r->head);
			r->inputs = 0;
			return true;
		}
		r->left += number == from || r->head.boot != boot;
		boot = r->head.boot;
	}
	return false;
}

enum status journal_reader_open(const char *dir, struct journal_reader **out)
{
	struct journal_reader *r = calloc(1, sizeof(*r));
	enum status status = STATUS_OK;
	uint64_t first;

	*out = r;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	snprintf(r->dir, sizeof(r->dir), "%s", dir);
	if (!file_exists(dir))
		status = status_fail(STATUS_UNAVAILABLE,
				     "the directory %s is gone, and the journal with it", dir);
	else if (!segments_find(dir, &first, &r->last))
		status = status_fail(STATUS_UNAVAILABLE,
				     "there is no journal in %s: nodes keep one if they are "
				     "started with --journal",
				     dir);
	else if (!find_life(r, first, &status) && status == STATUS_OK)
		status = status_fail(STATUS_UNAVAILABLE,
				     "the journal in %s has no life from its beginning", dir);
	if (status != STATUS_OK) {
		journal_reader_close(r);
		*out = NULL;
	}
	return status;
}

void journal_reader_close(struct journal_reader *r)
{
	if (r == NULL)
		return;
	unmap(r);
	free(r);
}

const struct segment_head *journal_reader_head(const struct journal_reader *r)
{
	return &r->head;
}

unsigned journal_reader_left(const struct journal_reader *r)
{
	return r->left;
}

uint64_t journal_reader_inputs(const struct journal_reader *r)
{
	return r->inputs;
}

/* --- records ------------------------------------------------------------------------------- */

enum record { RECORD_WHOLE, RECORD_NONE, RECORD_CUT, RECORD_WRONG };

static bool is_zero(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* The record at hand: RECORD_NONE where zeros stand, or the segment is full. What a power cut left
 * half written lacks its mark, and nothing stands behind it. */
static enum record look(const struct journal_reader *r, size_t *length)
{
	const uint8_t *record = r->bytes + r->at;
	const size_t left = r->length - r->at;

	if (left < RECORD_HEAD)
		return r->length < r->head.bytes ? RECORD_CUT : RECORD_NONE;
	(void)__atomic_load_n((const uint64_t *)(const void *)record, __ATOMIC_ACQUIRE);
	*length = record_length(word_at(record));
	if (*length == 0)
		return is_zero(record, r->length - r->at) ? RECORD_NONE : RECORD_WRONG;
	if (*length > MEMBER_INPUT_BYTES_MAX || RECORD_BYTES(*length) > r->head.bytes - r->at)
		return RECORD_WRONG;
	if (RECORD_BYTES(*length) > left)
		return RECORD_CUT;
	const uint64_t chain = record_chain(r->chain, record + RECORD_HEAD, *length);
	const size_t used = RECORD_HEAD + *length + 1;
	if ((uint32_t)chain == word_at(record + 4) && record[used - 1] == RECORD_MARK &&
	    is_zero(record + used, RECORD_BYTES(*length) - used))
		return RECORD_WHOLE;
	return is_zero(record + RECORD_HEAD + *length, left - RECORD_HEAD - *length) ? RECORD_CUT
										     : RECORD_WRONG;
}

static enum journal_found damaged(struct journal_reader *r)
{
	r->finished = true;
	status_fail(STATUS_CORRUPT,
		    "the journal %s is damaged at byte %zu: input %llu in life %u of n%u is not "
		    "what was written",
		    r->path, r->at, (unsigned long long)(r->inputs + 1), r->head.boot,
		    r->head.node);
	return JOURNAL_DAMAGED;
}

/* The life goes on in the next segment, if that is there. */
static bool goes_on(struct journal_reader *r, enum status *status)
{
	const struct segment_head before = r->head;

	*status = STATUS_OK;
	if (r->number >= r->last)
		return false;
	*status = map(r, r->number + 1);
	if (*status != STATUS_OK)
		return false;
	if (r->head.part == 0)
		return false;
	if (r->head.boot != before.boot || r->head.part != before.part + 1 ||
	    r->head.chain != r->chain || r->head.inputs != r->inputs) {
		*status = status_fail(STATUS_CORRUPT,
				      "the journal %s does not follow the one before it", r->path);
		return false;
	}
	r->chain = segment_head_chain(&r->head);
	return true;
}

/* Behind the end of a life: on to the next one. `from`: it is looked for there. */
static void to_next_life(struct journal_reader *r, uint64_t from)
{
	enum status status = STATUS_OK;
	const unsigned left = r->left;

	/* Parts of a life that was cut off are no lives whose beginning has left. */
	if (!find_life(r, from, &status) && status == STATUS_OK)
		r->finished = true;
	r->left = left;
}

static enum journal_found cut(struct journal_reader *r)
{
	status_fail(STATUS_CORRUPT,
		    "the journal %s is cut off at byte %zu: %llu inputs in life %u of n%u are "
		    "whole",
		    r->path, r->at < r->length ? r->at : r->length, (unsigned long long)r->inputs,
		    r->head.boot, r->head.node);
	to_next_life(r, r->number + 1);
	return JOURNAL_LIFE_CUT;
}

static enum journal_found ended_early(struct journal_reader *r)
{
	status_fail(STATUS_CORRUPT,
		    "the journal %s ended early, for want of room, after %llu inputs of life %u of "
		    "n%u",
		    r->path, (unsigned long long)r->inputs, r->head.boot, r->head.node);
	to_next_life(r, r->number + 1);
	return JOURNAL_LIFE_CUT;
}

static enum journal_found life_ends(struct journal_reader *r, uint64_t from)
{
	to_next_life(r, from);
	return JOURNAL_LIFE_END;
}

enum journal_found journal_reader_next(struct journal_reader *r, struct member_input *out)
{
	size_t length = 0;
	enum record found;

	if (r->finished)
		return JOURNAL_END;
	found = look(r, &length);
	if (found == RECORD_NONE) {
		enum status status;
		const uint64_t behind = r->number + 1;

		const bool more = goes_on(r, &status);
		if (!more && status == STATUS_OK)
			return life_ends(r, behind);
		if (!more) {
			r->finished = true;
			return JOURNAL_DAMAGED;
		}
		/* A segment begins with a record, but where the node was killed meanwhile. */
		found = look(r, &length);
		if (found == RECORD_NONE)
			return life_ends(r, r->number + 1);
	}
	if (found == RECORD_CUT)
		return cut(r);
	if (found == RECORD_WRONG)
		return damaged(r);
	struct byte_reader reader = {r->bytes + r->at + RECORD_HEAD, length, DROP_NOTHING};
	if (length == 1 && *reader.at == RECORD_ENDED)
		return life_ends(r, r->number + 1);
	if (length == 1 && *reader.at == RECORD_ENDED_EARLY)
		return ended_early(r);
	if (!member_input_read(&reader, &r->room, out) ||
	    (out->kind == IN_CONFIG) != (r->inputs == 0))
		return damaged(r);
	r->chain = record_chain(r->chain, r->bytes + r->at + RECORD_HEAD, length);
	r->at += RECORD_BYTES(length);
	r->inputs += member_input_counts(out->kind);
	return JOURNAL_INPUT;
}
