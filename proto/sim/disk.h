/* The disk of a virtual node: it keeps what was synced. What was written since may be on it after a
 * crash or not, from the first write to some write in the middle. */
#ifndef PROTO_SIM_DISK_H
#define PROTO_SIM_DISK_H

#include "proto/core/paxos.h"
#include "proto/core/values.h"

#define JOURNAL_MAX 4096

struct disk_slot {
	struct ballot voted_at;
	struct ballot chosen_at;
	struct ballot echoed_at;
	value_ref voted;
	value_ref chosen;
	value_ref echoed;
	value_ref vote_cert; /* hardened: proofs, as one value */
	value_ref chosen_cert;
};

struct disk_summary {
	slot_number end; /* of all slots below it; 0 = there is none */
	value_ref chain;
	value_ref proofs;
};

/* As many as a node has at hand, and the one of what is not kept. */
#define DISK_SUMMARIES (SUMMARIES_MAX + 1)

struct disk {
	struct disk_slot *slot; /* the caller's, slots_max of them */
	slot_number slots_max;
	slot_number end;  /* nothing is stored from here on */
	slot_number base; /* every slot below is stored as chosen, */
	slot_number low;  /* but those below this one are deleted */
	struct disk_summary summary[DISK_SUMMARIES];
	struct ballot promised;
	uint32_t epoch;  /* of the log; another one begins empty */
	bool full;       /* a slot beyond slots_max came, and is lost */
	uint64_t writes; /* that reached it, ever */
	unsigned unsynced;
	struct paxos_write journal[JOURNAL_MAX];
};

void disk_init(struct disk *disk, struct disk_slot *slots, slot_number slots_max);

/* False: there is no room for more before the next sync. */
bool disk_write(struct disk *disk, const struct paxos_write *write);
void disk_sync(struct disk *disk);

/* Power fails: the first `kept` unsynced writes are on it, the others never were. */
void disk_crash(struct disk *disk, unsigned kept);

/* All that is on `from`, which owes no sync, is on `to`, which has as much room. */
void disk_copy(struct disk *to, const struct disk *from);

/* Another log from now on: what there was is no part of it. */
void disk_begin(struct disk *disk, uint32_t epoch);

/* The value stored as chosen, synced or not, and its proofs; VALUE_NONE if there is none. */
value_ref disk_chosen(const struct disk *disk, slot_number slot, struct ballot *at,
		      value_ref *proofs);
void disk_mark(const struct disk *disk, struct values *values);

#endif
