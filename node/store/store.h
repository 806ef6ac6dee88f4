/* What a node must not forget, on disk (SQLite) or, for throughput runs, in memory only.
 *
 * On disk a node's directory holds
 *   store      promised ballot, votes, what is chosen, settings; open to anyone's SQL when the
 *              node is down
 *   commits    how many transactions were committed, beside the store and never ahead of it: a
 *              store that lost its tail has fewer, and is refused
 * Every row carries a checksum of its content. When a store is opened, the rows of the open slots
 * are checked, and that none is missing; rows of slots that are closed when they are read (a small
 * store is checked as a whole). A store that is not what was stored is STATUS_CORRUPT, because a
 * node that forgot its promises must not take part. */
#ifndef NODE_STORE_STORE_H
#define NODE_STORE_STORE_H

#include "node/io/status.h"
#include "proto/member/member.h"
#include "proto/wire/seat_frame.h"

struct store;

/* Which node's store it is: a store of another node is refused. */
struct store_owner {
	uint8_t cluster[8];
	node_id node;
	const struct seat *seat; /* a fresh store takes over the seat of another; NULL = of none */
};

/* The settings that the operator gave, as member_settings and member_policies tell them. */
struct store_settings {
	struct clock_rule clock;
	struct link_rule link[NODES_MAX + 1];
	struct gate_rule gate;
	uint64_t number;
	uint32_t epoch; /* 0 = the roster's */
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
	struct slot_bits out_of; /* member_out_of */
};

/* Opens the store in `dir`, or, unless it must exist, makes one if there is none. Counts a boot.
 * The caller owns *out, which store_close frees; it is NULL on failure. STATUS_CORRUPT: the store
 * is not what was stored, or another node's. STATUS_DENIED: it cannot be written. */
enum status store_open(const char *dir, const struct store_owner *owner, bool must_exist,
		       struct store **out);

/* A store that is gone when the process ends: only what is chosen is kept, to answer laggards. */
enum status store_open_memory(struct store **out);

/* Is there a store on disk in `dir`? Not whether it is sound. */
bool store_exists(const char *dir);

/* Looks into the store of a node that is down, and changes nothing in it: the slot from which on
 * the node has touched none in this epoch. False: it cannot be read, or its node runs. */
bool store_peek_untouched(const char *dir, uint32_t epoch, slot_number *untouched);

/* Beside a store: the lives after which it was wiped, or made an older copy of itself, by hand; a
 * line each. */
#define STORE_CHANGED_FILE "store.changed"

/* What a store holds, row by row, of the epoch that it is in. */
enum store_table { STORE_VOTE, STORE_CHOSEN, STORE_ECHO };
struct store_row {
	enum store_table table;
	slot_number slot;
	struct ballot at;
	const uint8_t *value; /* valid during the call */
	uint32_t length;
};
struct store_peeked {
	uint32_t epoch; /* 0: it was never told of one */
	struct ballot promised;
	slot_number low; /* the slots below it were deleted */
	uint16_t boot;   /* how many lives it has had */
};

/* Looks at all of it, and changes nothing. STATUS_CORRUPT: a row is not what was written, and
 * status_text() says which; STATUS_UNAVAILABLE: it cannot be read, or its node runs. */
enum status store_peek(const char *dir, struct store_peeked *out,
		       void (*use)(void *user, const struct store_row *row), void *user);

/* How many lives it has had with this one, from 1. */
uint16_t store_boot(const struct store *store);

/* Does it take time to make something durable? */
bool store_syncs(const struct store *store);

/* How many transactions it holds, over all its lives. 0: it is in memory only. */
uint64_t store_stored(const struct store *store);

/* The part of the log in which a node that had the seat before may have voted. Epoch 0: none. */
void store_seat(const struct store *store, uint32_t *epoch, slot_number *slot);

/* The number drawn for this life; it names the life, whatever happens to the directory. */
uint32_t store_life(const struct store *store);

/* A life before this one, and how many transactions there were when it ended. life 0: none. */
struct store_past {
	uint32_t life;
	uint64_t stored;
};
struct store_past store_past_of_boot(const struct store *store, uint16_t boot);
/* False: the store does not know this life. */
bool store_remembers(const struct store *store, uint32_t life, struct store_past *out);

/* What was known of the peers' lives, by id. */
void store_lives(const struct store *store, struct known_life lives[NODES_MAX + 1]);

/* Adds those that changed to what the next store_write makes durable. */
enum status store_keep_lives(struct store *store, const struct known_life lives[NODES_MAX + 1]);

/* The settings of the last life; false if none were stored. */
bool store_settings(const struct store *store, struct store_settings *out);

/* Puts promise, votes and chosen values back into a fresh member, before member_start. */
enum status store_restore(struct store *store, struct member *member);

/* Writes a batch. With `sync` it is durable on return; without, it becomes durable with the next
 * sync or store_flush. `settings` may be NULL. After a failure nothing that the batch owes may be
 * sent: the node ends. */
enum status store_write(struct store *store, const struct member_write *write, unsigned writes,
			const struct store_settings *settings, bool sync);

/* Was something written that is not durable yet? store_flush makes it so. */
bool store_is_dirty(const struct store *store);
enum status store_flush(struct store *store);

/* A chosen value, with the proofs that make learners believe it in a hardened slot
 * (proto/core/paxos.h). Valid until the next call. */
struct store_choice {
	struct ballot at;
	const uint8_t *value; /* NULL: it is not stored */
	uint32_t length;
	const uint8_t *proofs; /* NULL: there are none */
	uint32_t proofs_length;
};

/* STATUS_CORRUPT: it is not what was stored, and the node ends. */
enum status store_chosen(struct store *store, slot_number slot, struct store_choice *out);

/* Makes durable what is not, and frees the store; NULL is allowed. */
void store_close(struct store *store);

#endif
