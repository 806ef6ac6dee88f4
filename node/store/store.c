#include "node/store/store_kind.h"

#include <string.h>

#include "node/io/keys.h"

/* After a write that failed nothing more is written, so its sentence, which is the true one, stays
 * the last. What was not committed ends with the process. */
static enum status end_after_failure(struct store *store, enum status status)
{
	if (status != STATUS_OK)
		store->dirty = false;
	return status;
}

uint32_t store_draw_life(void)
{
	uint32_t life;
	random_fill(&life, sizeof(life));
	return life != 0 ? life : 1;
}

uint16_t store_boot(const struct store *store)
{
	return store->boot;
}

bool store_syncs(const struct store *store)
{
	return store->kind->syncs;
}

uint64_t store_stored(const struct store *store)
{
	return store->stored;
}

void store_seat(const struct store *store, uint32_t *epoch, slot_number *slot)
{
	*epoch = store->seat_epoch;
	*slot = store->seat_slot;
}

uint32_t store_life(const struct store *store)
{
	return store->life;
}

struct store_past store_past_of_boot(const struct store *store, uint16_t boot)
{
	const struct store_past none = {0};

	return boot == 0 || boot >= store->boot ? none : store->kind->past(store, boot);
}

bool store_remembers(const struct store *store, uint32_t life, struct store_past *out)
{
	for (uint16_t boot = (uint16_t)(store->boot - 1); boot > 0; boot--) {
		*out = store_past_of_boot(store, boot);
		if (out->life == life && life != 0)
			return true;
	}
	return false;
}

void store_lives(const struct store *store, struct known_life lives[NODES_MAX + 1])
{
	memcpy(lives, store->lives, sizeof(store->lives));
}

enum status store_keep_lives(struct store *store, const struct known_life lives[NODES_MAX + 1])
{
	return end_after_failure(store, store->kind->keep_lives(store, lives));
}

bool store_settings(const struct store *store, struct store_settings *out)
{
	return store->kind->settings(store, out);
}

enum status store_restore(struct store *store, struct member *member)
{
	return store->kind->restore(store, member);
}

enum status store_write(struct store *store, const struct member_write *write, unsigned writes,
			const struct store_settings *settings, bool sync)
{
	return end_after_failure(store, store->kind->write(store, write, writes, settings, sync));
}

bool store_is_dirty(const struct store *store)
{
	return store->dirty;
}

enum status store_flush(struct store *store)
{
	return store->dirty ? end_after_failure(store, store->kind->flush(store)) : STATUS_OK;
}

enum status store_chosen(struct store *store, slot_number slot, struct store_choice *out)
{
	return store->kind->chosen(store, slot, out);
}

void store_close(struct store *store)
{
	if (store != NULL)
		store->kind->close(store);
}
