#include "proto/member/inbox.h"

#include <assert.h>
#include <string.h>

#define BLOCK_BYTES 252

struct inbox_block {
	uint32_t next; /* 1 + the next, 0 = the last */
	uint8_t bytes[BLOCK_BYTES];
};

static size_t blocks_for(size_t length)
{
	return length == 0 ? 1 : (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
}

static size_t held_for(size_t bytes)
{
	size_t blocks = blocks_for(bytes);

	return blocks < HELD_MAX ? blocks : HELD_MAX;
}

size_t inbox_size(size_t bytes)
{
	size_t held = held_for(bytes);
	size_t heap = (held * sizeof(uint16_t) + 7) / 8 * 8;

	return held * sizeof(struct held) + heap + blocks_for(bytes) * sizeof(struct inbox_block) +
	       bytes;
}

void inbox_init(struct inbox *inbox, void *memory, size_t bytes)
{
	size_t held = held_for(bytes);
	uint8_t *at = memory;

	*inbox = (struct inbox){.held_max = (uint16_t)held, .blocks = (uint32_t)blocks_for(bytes)};
	inbox->free_blocks = inbox->blocks;
	inbox->held = memory;
	at += held * sizeof(struct held);
	inbox->heap = (void *)at;
	at += (held * sizeof(uint16_t) + 7) / 8 * 8;
	inbox->block = (void *)at;
	at += inbox->blocks * sizeof(struct inbox_block);
	inbox->scratch = at;
}

static bool is_sooner(const struct held *a, const struct held *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void set_place(struct inbox *inbox, unsigned place, uint16_t held)
{
	inbox->heap[place] = held;
	inbox->held[held].place = (uint16_t)place;
}

/* Moves one frame up or down in the heap until it stands between earlier and later ones. */
static void heap_sift(struct inbox *inbox, unsigned place)
{
	uint16_t moving = inbox->heap[place];
	const struct held *held = &inbox->held[moving];

	while (place > 0 && is_sooner(held, &inbox->held[inbox->heap[(place - 1) / 2]])) {
		set_place(inbox, place, inbox->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	for (;;) {
		unsigned child = 2 * place + 1;

		if (child >= inbox->count)
			break;
		if (child + 1 < inbox->count && is_sooner(&inbox->held[inbox->heap[child + 1]],
							  &inbox->held[inbox->heap[child]]))
			child++;
		if (!is_sooner(&inbox->held[inbox->heap[child]], held))
			break;
		set_place(inbox, place, inbox->heap[child]);
		place = child;
	}
	set_place(inbox, place, moving);
}

static uint32_t take_block(struct inbox *inbox)
{
	uint32_t block = inbox->free_block;

	assert(inbox->free_blocks > 0);
	inbox->free_blocks--;
	if (block == 0)
		return ++inbox->fresh_block;
	inbox->free_block = inbox->block[block - 1].next;
	return block;
}

static uint32_t store_bytes(struct inbox *inbox, const uint8_t *bytes, size_t length)
{
	uint32_t first = take_block(inbox);
	struct inbox_block *block = &inbox->block[first - 1];

	for (;;) {
		size_t here = length < BLOCK_BYTES ? length : BLOCK_BYTES;

		memcpy(block->bytes, bytes, here);
		bytes += here;
		length -= here;
		block->next = 0;
		if (length == 0)
			return first;
		block->next = take_block(inbox);
		block = &inbox->block[block->next - 1];
	}
}

struct held *inbox_put(struct inbox *inbox, time_us due, const uint8_t *bytes, size_t length,
		       const struct event *event)
{
	if (inbox->count == inbox->held_max || blocks_for(length) > inbox->free_blocks)
		return NULL;
	/* Behind its first `count` entries the heap keeps the places that are free again. */
	if (inbox->fresh_held == inbox->count)
		inbox->heap[inbox->count] = inbox->fresh_held++;

	struct held *held = &inbox->held[inbox->heap[inbox->count]];

	held->due = due;
	held->order = ++inbox->order;
	held->block = store_bytes(inbox, bytes, length);
	held->length = (uint32_t)length;
	held->copies = 0;
	held->event = *event;
	heap_sift(inbox, inbox->count++);
	inbox->changes++;
	return held;
}

struct held *inbox_first(const struct inbox *inbox)
{
	return inbox->count == 0 ? NULL : &inbox->held[inbox->heap[0]];
}

struct held *inbox_at(const struct inbox *inbox, unsigned i)
{
	assert(i < inbox->count);
	return &inbox->held[inbox->heap[i]];
}

struct held *inbox_find(const struct inbox *inbox, struct message_id id, uint8_t copy)
{
	for (unsigned i = 0; i < inbox->count; i++) {
		struct held *held = inbox_at(inbox, i);

		if (held->event.id.source == id.source && held->event.id.boot == id.boot &&
		    held->event.id.number == id.number && held->event.copy == copy)
			return held;
	}
	return NULL;
}

const uint8_t *inbox_bytes(struct inbox *inbox, const struct held *held)
{
	uint32_t block = held->block;

	if (held->length <= BLOCK_BYTES)
		return inbox->block[block - 1].bytes;
	for (size_t done = 0; done < held->length; done += BLOCK_BYTES) {
		size_t left = held->length - done;

		memcpy(inbox->scratch + done, inbox->block[block - 1].bytes,
		       left < BLOCK_BYTES ? left : BLOCK_BYTES);
		block = inbox->block[block - 1].next;
	}
	return inbox->scratch;
}

void inbox_set_due(struct inbox *inbox, struct held *held, time_us due)
{
	held->due = due;
	inbox->changes++;
	heap_sift(inbox, held->place);
}

void inbox_move(struct inbox *inbox, struct held *held, const struct held *before)
{
	const uint64_t order = before->order;

	/* All that came with `before` or later moves on by one, so the heap keeps its order. */
	for (unsigned i = 0; i < inbox->count; i++)
		if (inbox_at(inbox, i)->order >= order)
			inbox_at(inbox, i)->order++;
	inbox->order++;
	inbox->changes++;
	held->order = order;
	heap_sift(inbox, held->place);
}

void inbox_remove(struct inbox *inbox, struct held *held)
{
	unsigned place = held->place;
	uint32_t last = held->block;
	uint16_t gone = inbox->heap[place];

	for (inbox->free_blocks++; inbox->block[last - 1].next != 0; inbox->free_blocks++)
		last = inbox->block[last - 1].next;
	inbox->block[last - 1].next = inbox->free_block;
	inbox->free_block = held->block;

	inbox->count--;
	inbox->changes++;
	if (place != inbox->count) {
		set_place(inbox, place, inbox->heap[inbox->count]);
		heap_sift(inbox, place);
	}
	inbox->heap[inbox->count] = gone;
}
