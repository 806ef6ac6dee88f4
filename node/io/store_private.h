/* The two kinds of store behind node/io/store.h. */
#ifndef NODE_IO_STORE_PRIVATE_H
#define NODE_IO_STORE_PRIVATE_H

#include "node/store/store.h"

struct store_kind {
	bool (*settings)(const struct store *store, struct store_settings *out);
	enum status (*restore)(struct store *store, struct member *member);
	enum status (*write)(struct store *store, const struct member_write *write, unsigned writes,
			     const struct store_settings *settings, bool sync);
	bool (*chosen)(struct store *store, slot_number slot, struct ballot *at,
		       const uint8_t **value, uint32_t *length);
	bool (*proofs)(struct store *store, slot_number slot, const uint8_t **proofs,
		       uint32_t *length);
	enum status (*flush)(struct store *store);
	void (*close)(struct store *store);
};

struct store {
	const struct store_kind *kind;
	uint16_t boot;
	bool dirty;
};

#endif
