/* A store that forgets: what is chosen is kept, to answer laggards, and nothing else. Memory is
 * taken in large pieces, so that most writes take none; where there is much to keep, in pages as
 * large as there are, for each page that is touched first costs more than what is copied into it.
 */
#include "node/store/store_kind.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PIECE_BYTES ((size_t)256 * 1024)
/* When there is so much already; of whole pages of the largest kind. */
#define MUCH_BYTES  ((size_t)2 << 20)
#define LATER_BYTES ((size_t)4 << 20)
#define LARGE_PAGE  ((size_t)2 << 20)
#define PIECE_SLOTS 4096

struct piece {
	struct piece *before;
	slot_number end; /* no slot from here on has bytes in it */
	size_t used;
	size_t size;
	uint8_t bytes[];
};

struct entry {
	struct ballot at;
	uint32_t length;
	const uint8_t *value; /* NULL: not known to be chosen */
	uint32_t proofs_length;
	const uint8_t *proofs;
};

struct memory {
	struct store store;
	struct piece *piece;
	size_t bytes;        /* room in all pieces */
	struct entry **page; /* slot s is page[s / PIECE_SLOTS - first][s % PIECE_SLOTS] */
	uint64_t first;
	uint64_t pages;
	slot_number low; /* entries below are deleted */
	uint32_t epoch;
};

/* A piece with room for so many bytes. NULL: there is no memory. */
static struct piece *take_piece(const struct memory *memory, size_t length)
{
	const size_t least = sizeof(struct piece) + length;
	size_t size = memory->bytes >= MUCH_BYTES ? LATER_BYTES : PIECE_BYTES;
	struct piece *piece;
	if (size < least)
		size = least;
	if (size == LATER_BYTES) {
		piece = aligned_alloc(LARGE_PAGE, size);
		if (piece != NULL)
			(void)!madvise(piece, size, MADV_HUGEPAGE);
	} else {
		piece = malloc(size);
	}
	if (piece != NULL)
		*piece = (struct piece){.size = size - sizeof(*piece)};
	return piece;
}

static uint8_t *take_bytes(struct memory *memory, size_t length, slot_number slot)
{
	if (memory->piece == NULL || memory->piece->size - memory->piece->used < length) {
		struct piece *next = take_piece(memory, length);
		if (next == NULL)
			return NULL;
		next->before = memory->piece;
		memory->piece = next;
		memory->bytes += next->size;
	}
	uint8_t *bytes = memory->piece->bytes + memory->piece->used;
	memory->piece->used += length;
	if (memory->piece->end <= slot)
		memory->piece->end = slot + 1;
	return bytes;
}

static struct entry *entry_of(struct memory *memory, slot_number slot)
{
	const uint64_t page = slot / PIECE_SLOTS - memory->first;
	if (page >= UINT32_MAX)
		return NULL;
	if (page >= memory->pages) {
		const uint64_t pages = 2 * page + 16;
		struct entry **next = realloc(memory->page, pages * sizeof(struct entry *));
		if (next == NULL)
			return NULL;
		memset(next + memory->pages, 0, (pages - memory->pages) * sizeof(struct entry *));
		memory->page = next;
		memory->pages = pages;
	}
	if (memory->page[page] == NULL)
		memory->page[page] = calloc(PIECE_SLOTS, sizeof(struct entry));
	return memory->page[page] == NULL ? NULL : &memory->page[page][slot % PIECE_SLOTS];
}

/* No laggard asks for slots of an earlier epoch any more. */
static void forget_all(struct memory *memory)
{
	while (memory->piece != NULL) {
		struct piece *before = memory->piece->before;
		free(memory->piece);
		memory->piece = before;
	}
	for (uint64_t i = 0; i < memory->pages; i++)
		free(memory->page[i]);
	free(memory->page);
	memory->page = NULL;
	memory->bytes = 0;
	memory->pages = 0;
	memory->first = memory->low = 0;
}

static const uint8_t *copy_of(struct memory *memory, slot_number slot, const uint8_t *bytes,
			      uint32_t length)
{
	/* One more than the length, so that the empty value has an address too. */
	uint8_t *copy = take_bytes(memory, (size_t)length + 1, slot);
	if (copy != NULL && length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

/* Frees the pages and pieces that have only slots below `low`; the newest piece stays. */
static void delete_below(struct memory *memory, slot_number low)
{
	const uint64_t gone = low / PIECE_SLOTS - memory->first;
	const uint64_t freed = gone < memory->pages ? gone : memory->pages;
	memory->low = low;
	memory->first = low / PIECE_SLOTS;
	for (uint64_t i = 0; i < freed; i++)
		free(memory->page[i]);
	memory->pages -= freed;
	if (freed > 0)
		memmove(memory->page, memory->page + freed, memory->pages * sizeof(struct entry *));
	for (struct piece **at = &memory->piece; *at != NULL && (*at)->before != NULL;) {
		struct piece *before = (*at)->before;
		if (before->end > low) {
			at = &(*at)->before;
			continue;
		}
		(*at)->before = before->before;
		memory->bytes -= before->size;
		free(before);
	}
}

static enum status keep_choice(struct memory *memory, const struct member_write *write)
{
	if (write->slot < memory->low)
		return STATUS_OK;
	struct entry *entry = entry_of(memory, write->slot);
	if (entry == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory for what is chosen");
	*entry = (struct entry){
		.at = write->ballot,
		.length = write->value_length,
		.value = copy_of(memory, write->slot, write->value, write->value_length),
		.proofs_length = write->proofs_length,
		.proofs = copy_of(memory, write->slot, write->proofs, write->proofs_length)};
	if (entry->value == NULL || entry->proofs == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory for what is chosen");
	return STATUS_OK;
}

static enum status memory_write(struct store *store, const struct member_write *write,
				unsigned writes, const struct store_settings *settings, bool sync)
{
	(void)settings;
	(void)sync;
	enum status status = STATUS_OK;
	struct memory *memory = (struct memory *)store;
	for (unsigned i = 0; i < writes && status == STATUS_OK; i++) {
		if (write[i].epoch > memory->epoch) {
			forget_all(memory);
			memory->epoch = write[i].epoch;
		}
		if (write[i].kind == MEMBER_CHOSEN)
			status = keep_choice(memory, &write[i]);
		else if (write[i].kind == MEMBER_LOW)
			delete_below(memory, write[i].slot);
	}
	return status;
}

static enum status memory_chosen(struct store *store, slot_number slot, struct store_choice *out)
{
	const struct memory *memory = (const struct memory *)store;
	const uint64_t page = slot / PIECE_SLOTS - memory->first;
	*out = (struct store_choice){.value = NULL};
	if (slot < memory->low || page >= memory->pages || memory->page[page] == NULL)
		return STATUS_OK;
	const struct entry *entry = &memory->page[page][slot % PIECE_SLOTS];
	*out = (struct store_choice){entry->at, entry->value, entry->length, entry->proofs,
				     entry->proofs_length};
	return STATUS_OK;
}

static struct store_past memory_past(const struct store *store, uint16_t boot)
{
	(void)store;
	(void)boot;
	return (struct store_past){0};
}

static enum status memory_keep_lives(struct store *store, const struct known_life *lives)
{
	(void)store;
	(void)lives;
	return STATUS_OK;
}

static bool memory_settings(const struct store *store, struct store_settings *out)
{
	(void)store;
	(void)out;
	return false;
}

static enum status memory_restore(struct store *store, struct member *member)
{
	(void)store;
	(void)member;
	return STATUS_OK;
}

static enum status memory_flush(struct store *store)
{
	(void)store;
	return STATUS_OK;
}

static void memory_close(struct store *store)
{
	struct memory *memory = (struct memory *)store;
	forget_all(memory);
	free(memory);
}

static const struct store_kind kind = {.past = memory_past,
				       .keep_lives = memory_keep_lives,
				       .settings = memory_settings,
				       .restore = memory_restore,
				       .write = memory_write,
				       .chosen = memory_chosen,
				       .flush = memory_flush,
				       .close = memory_close};

enum status store_open_memory(struct store **out)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	if (memory == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	memory->store.kind = &kind;
	memory->store.boot = 1;
	memory->store.life = store_draw_life();
	*out = &memory->store;
	return STATUS_OK;
}
