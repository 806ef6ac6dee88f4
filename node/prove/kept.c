#include "node/prove/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/core/digest.h"

/* One cell of the store: its latest write, and the one before that was synced last. */
struct cell {
	uint64_t is;     /* digest of ballot and value; 0 = nothing was written */
	uint64_t before; /* the same, of what it was when it was synced last; 0 = nothing */
	uint64_t number; /* of the write */
	struct ballot at;
	bool shown;
};

#define TABLES 3

struct kept_slot {
	slot_number slot;
	bool used;
	struct cell of[TABLES];
};

struct kept {
	bool whole;
	uint32_t epoch;
	struct kept_slot *slot; /* open addressed by slot; `places` is a power of two */
	size_t places, used;
	uint64_t written, synced; /* writes, and how many of them are on the disk */
	struct ballot promised, promised_synced;
	bool has_promised;
	uint64_t compared;
};

static const char *const tables[TABLES] = {"vote", "choice", "echo"};

#define PLACES_FIRST 1024

struct kept *kept_make(bool whole)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->whole = whole;
	k->places = PLACES_FIRST;
	k->slot = calloc(k->places, sizeof(*k->slot));
	if (k->slot == NULL) {
		free(k);
		return NULL;
	}
	return k;
}

void kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	free(k->slot);
	free(k);
}

static struct kept_slot *place_of(struct kept_slot *slots, size_t places, slot_number slot)
{
	size_t at = (size_t)(slot * UINT64_C(0x9e3779b97f4a7c15)) & (places - 1);

	while (slots[at].used && slots[at].slot != slot)
		at = (at + 1) & (places - 1);
	return &slots[at];
}

static bool grow(struct kept *k)
{
	const size_t places = 2 * k->places;
	struct kept_slot *slots = calloc(places, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < k->places; i++)
		if (k->slot[i].used)
			*place_of(slots, places, k->slot[i].slot) = k->slot[i];
	free(k->slot);
	k->slot = slots;
	k->places = places;
	return true;
}

static struct kept_slot *take_place(struct kept *k, slot_number slot)
{
	struct kept_slot *place;

	if (2 * k->used >= k->places && !grow(k))
		return NULL;
	place = place_of(k->slot, k->places, slot);
	if (!place->used) {
		*place = (struct kept_slot){.slot = slot, .used = true};
		k->used++;
	}
	return place;
}

static uint64_t cell_digest(struct ballot at, const uint8_t *value, uint32_t length)
{
	const uint64_t seed = (uint64_t)at.round << 8 | at.node;
	const uint64_t digest = digest64(seed, value, length);

	return digest != 0 ? digest : 1;
}

void kept_epoch(struct kept *k, uint32_t epoch)
{
	if (epoch == k->epoch)
		return;
	if (k->epoch != 0) {
		memset(k->slot, 0, k->places * sizeof(*k->slot));
		k->used = 0;
		k->promised = k->promised_synced = BALLOT_NONE;
		k->whole = true;
	}
	k->epoch = epoch;
}

bool kept_write(struct kept *k, const struct member_write *write)
{
	static const int table_of[] = {[MEMBER_PROMISED] = -1,         [MEMBER_VOTE] = STORE_VOTE,
				       [MEMBER_CHOSEN] = STORE_CHOSEN, [MEMBER_ECHO] = STORE_ECHO,
				       [MEMBER_SUMMARY] = -1,          [MEMBER_LOW] = -1};
	struct kept_slot *slot;

	kept_epoch(k, write->epoch);
	if (write->kind == MEMBER_PROMISED) {
		k->promised = write->ballot;
		k->has_promised = true;
	}
	if (table_of[write->kind] < 0)
		return true;
	slot = take_place(k, write->slot);
	if (slot == NULL)
		return false;
	struct cell *cell = &slot->of[table_of[write->kind]];
	if (cell->number <= k->synced)
		cell->before = cell->is;
	cell->number = ++k->written;
	cell->is = cell_digest(write->ballot, write->value, write->value_length);
	cell->at = write->ballot;
	return true;
}

void kept_sync(struct kept *k)
{
	k->synced = k->written;
	k->promised_synced = k->promised;
}

/* A write that need not be on the disk. */
static bool is_pending(const struct kept *k, const struct cell *cell)
{
	return cell->number > k->synced;
}

bool kept_row(struct kept *k, const struct store_row *row, char *why, size_t size)
{
	const uint64_t digest = cell_digest(row->at, row->value, row->length);
	struct kept_slot *slot = place_of(k->slot, k->places, row->slot);
	struct cell *cell = &slot->of[row->table];

	if (!slot->used || cell->is == 0) {
		/* From a life that nobody kept. */
		if (!k->whole)
			return true;
		snprintf(why, size, "slot %llu: there is a %s %u.%u, and none was written",
			 (unsigned long long)row->slot, tables[row->table], row->at.round,
			 row->at.node);
		return false;
	}
	cell->shown = true;
	k->compared++;
	if (digest == cell->is)
		return true;
	if (is_pending(k, cell) && cell->before != 0 && digest == cell->before)
		return true;
	if (ballot_cmp(row->at, cell->at) == 0)
		snprintf(why, size, "slot %llu: the %s %u.%u is for another value than was written",
			 (unsigned long long)row->slot, tables[row->table], row->at.round,
			 row->at.node);
	else
		snprintf(why, size, "slot %llu: the %s is %u.%u, and %u.%u was written",
			 (unsigned long long)row->slot, tables[row->table], row->at.round,
			 row->at.node, cell->at.round, cell->at.node);
	return false;
}

bool kept_promise(struct kept *k, struct ballot promised, char *why, size_t size)
{
	if ((!k->whole && !k->has_promised) || ballot_cmp(promised, k->promised) == 0 ||
	    ballot_cmp(promised, k->promised_synced) == 0)
		return true;
	snprintf(why, size, "the promise is %u.%u, and %u.%u was written", promised.round,
		 promised.node, k->promised.round, k->promised.node);
	return false;
}

bool kept_all_shown(struct kept *k, slot_number low, char *why, size_t size)
{
	for (size_t i = 0; i < k->places; i++)
		for (unsigned t = 0; k->slot[i].used && t < TABLES; t++) {
			const struct kept_slot *slot = &k->slot[i];

			const bool is_owed = slot->of[t].is != 0 && (!is_pending(k, &slot->of[t]) ||
								     slot->of[t].before != 0);
			if (!is_owed || slot->of[t].shown || slot->slot < low)
				continue;
			snprintf(why, size, "slot %llu: the %s %u.%u was written and is not there",
				 (unsigned long long)slot->slot, tables[t], slot->of[t].at.round,
				 slot->of[t].at.node);
			return false;
		}
	return true;
}

void kept_show_none(struct kept *k)
{
	for (size_t i = 0; i < k->places; i++)
		for (unsigned t = 0; t < TABLES; t++)
			k->slot[i].of[t].shown = false;
}

void kept_restored(struct kept *k, slot_number base)
{
	for (size_t i = 0; i < k->places; i++)
		for (unsigned t = 0; k->slot[i].used && t < TABLES; t++) {
			struct cell *cell = &k->slot[i].of[t];

			if (is_pending(k, cell) && !cell->shown && k->slot[i].slot >= base)
				cell->is = cell->before;
		}
	kept_sync(k);
}

uint64_t kept_compared(const struct kept *k)
{
	return k->compared;
}
