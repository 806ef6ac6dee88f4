/* What a node must not forget, on disk (SQLite) or, for throughput runs, in memory only.
 *
 * On disk a node's directory holds
 *   store      promised ballot, votes, what is chosen, settings; open to anyone's SQL when the
 *              node is down
 *   commits    how many transactions were committed, beside the store and never ahead of it: a
 *              store that lost its tail has fewer, and is refused
 * Every row carries a checksum of its content, and all of them are checked when it is opened: a
 * store that is not what was stored is STATUS_CORRUPT, because a node that forgot its promises must
 * not take part. */
#ifndef NODE_IO_STORE_H
#define NODE_IO_STORE_H

#include "node/io/status.h"
#include "proto/member/member.h"

struct store;

/* Whose store it is: another's is refused. */
struct store_owner {
	uint8_t cluster[8];
	node_id node;
};

/* The settings that the operator gave, as member_settings and member_policies tell them. */
struct store_settings {
	struct clock_rule clock;
	struct link_rule link[NODES_MAX + 1];
	bool gated;
	uint64_t number;
	uint32_t epoch; /* 0 = the roster's */
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
};

/* Opens the store in `dir`, or, unless it must exist, makes one if there is none. Counts a boot. */
enum status store_open(const char *dir, const struct store_owner *owner, bool must_exist,
		       struct store **out);
enum status store_open_memory(struct store **out);
bool store_exists(const char *dir);

/* How many lives it has had with this one, from 1. */
uint16_t store_boot(const struct store *store);

/* The settings of the last life; false if none were stored. */
bool store_settings(const struct store *store, struct store_settings *out);

/* Puts promise, votes and chosen values back into a fresh member. */
enum status store_restore(struct store *store, struct member *member);

/* Writes a batch. With `sync` it is durable on return; without, it becomes durable with the next
 * sync or store_flush. `settings` may be NULL. */
enum status store_write(struct store *store, const struct member_write *write, unsigned writes,
			const struct store_settings *settings, bool sync);
bool store_is_dirty(const struct store *store);
enum status store_flush(struct store *store);

/* One chosen value, valid until the next call; false if it is not stored. */
bool store_chosen(struct store *store, slot_number slot, struct ballot *at, const uint8_t **value,
		  uint32_t *length);

/* What makes others believe it, in a hardened slot; false if there is nothing. */
bool store_proofs(struct store *store, slot_number slot, const uint8_t **proofs, uint32_t *length);

void store_close(struct store *store);

#endif
