/* A kind of store behind node/store/store.h: on disk (store_sqlite.c) or in memory only
 * (store_memory.c). The functions keep the contracts of store.h, with the same names there. */
#ifndef NODE_STORE_STORE_KIND_H
#define NODE_STORE_STORE_KIND_H

#include "node/store/store.h"

struct store_kind {
	bool syncs;
	struct store_past (*past)(const struct store *store, uint16_t boot);
	enum status (*keep_lives)(struct store *store, const struct known_life *lives);
	bool (*settings)(const struct store *store, struct store_settings *out);
	enum status (*restore)(struct store *store, struct member *member);
	enum status (*write)(struct store *store, const struct member_write *write, unsigned writes,
			     const struct store_settings *settings, bool sync);
	enum status (*chosen)(struct store *store, slot_number slot, struct store_choice *out);
	enum status (*flush)(struct store *store);
	void (*close)(struct store *store);
};

struct store {
	const struct store_kind *kind;
	uint32_t seat_epoch; /* 0 = no node had the seat before */
	slot_number seat_slot;
	uint32_t life;                          /* the number of this one */
	uint64_t stored;                        /* transactions, over all its lives */
	struct known_life lives[NODES_MAX + 1]; /* of the peers, as stored */
	uint16_t boot; /* this life, from 1; set when the store is opened */
	bool dirty; /* something was written that is not yet durable; a kind sets and clears it */
};

/* A number for a life: never 0, and never the same twice. */
uint32_t store_draw_life(void);

#endif
