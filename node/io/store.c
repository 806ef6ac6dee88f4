#include "node/io/store_private.h"

uint16_t store_boot(const struct store *store)
{
	return store->boot;
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
	return store->kind->write(store, write, writes, settings, sync);
}

bool store_is_dirty(const struct store *store)
{
	return store->dirty;
}

enum status store_flush(struct store *store)
{
	return store->dirty ? store->kind->flush(store) : STATUS_OK;
}

bool store_chosen(struct store *store, slot_number slot, struct ballot *at, const uint8_t **value,
		  uint32_t *length)
{
	return store->kind->chosen(store, slot, at, value, length);
}

bool store_proofs(struct store *store, slot_number slot, const uint8_t **proofs, uint32_t *length)
{
	return store->kind->proofs(store, slot, proofs, length);
}

void store_close(struct store *store)
{
	if (store != NULL)
		store->kind->close(store);
}
