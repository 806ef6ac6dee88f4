/* What a node's store must hold by the writes of its recomputed lives: for each slot the vote, the
 * choice and the echo, and the promise. A write that was not synced may be there or not. */
#ifndef NODE_PROVE_KEPT_H
#define NODE_PROVE_KEPT_H

#include "node/store/store.h"

struct kept;

/* `whole`: from the node's first life on. Else what was there before is not known, and is not
 * looked at. NULL: there is not enough memory. */
struct kept *kept_make(bool whole);
void kept_free(struct kept *k);

/* Another log begins, unless it is in this epoch already. */
void kept_epoch(struct kept *k, uint32_t epoch);

/* A write that is owed. False: there is not enough memory. */
bool kept_write(struct kept *k, const struct member_write *write);
/* All writes so far are on the disk. */
void kept_sync(struct kept *k);

/* What the store gave back when a life began, or what a row holds now. False: it is not what was
 * written, and `why` says so: "slot 4: the vote is 1.2 'B', and 1.1 'A' was written". */
bool kept_row(struct kept *k, const struct store_row *row, char *why, size_t size);
bool kept_promise(struct kept *k, struct ballot promised, char *why, size_t size);
/* After every row was shown to kept_row: is one missing? `low`: the slots below were deleted. */
bool kept_all_shown(struct kept *k, slot_number low, char *why, size_t size);
void kept_show_none(struct kept *k);
/* A life has begun from what was shown, and from the decided slots below the base: what else was
 * not synced got lost. */
void kept_restored(struct kept *k, slot_number base);

/* Writes that were compared with rows. */
uint64_t kept_compared(const struct kept *k);

#endif
