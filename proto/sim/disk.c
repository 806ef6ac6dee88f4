#include "proto/sim/disk.h"

#include <assert.h>
#include <string.h>

void disk_init(struct disk *disk, struct disk_slot *slots, slot_number slots_max)
{
	memset(disk, 0, offsetof(struct disk, journal));
	disk->slot = slots; /* entries are cleared as `end` rises over them */
	disk->slots_max = slots_max;
}

bool disk_write(struct disk *disk, const struct paxos_write *write)
{
	if (disk->unsynced == JOURNAL_MAX)
		return false;
	disk->journal[disk->unsynced++] = *write;
	return true;
}

static void apply(struct disk *disk, const struct paxos_write *w)
{
	if (w->kind == WRITE_PROMISED) {
		disk->promised = w->ballot;
		return;
	}
	if (w->slot >= disk->slots_max) {
		disk->full = true;
		return;
	}
	while (disk->end <= w->slot)
		disk->slot[disk->end++] = (struct disk_slot){.voted = VALUE_NONE};
	struct disk_slot *s = &disk->slot[w->slot];
	if (w->kind == WRITE_VOTE) {
		s->voted_at = w->ballot;
		s->voted = w->value;
		s->vote_cert = w->cert;
		return;
	}
	if (w->kind == WRITE_ECHO) {
		s->echoed_at = w->ballot;
		s->echoed = w->value;
		return;
	}
	s->chosen_at = w->ballot;
	s->chosen = w->value;
	s->chosen_cert = w->cert;
	while (disk->base < disk->end && disk->slot[disk->base].chosen != VALUE_NONE)
		disk->base++;
}

void disk_crash(struct disk *disk, unsigned kept)
{
	assert(kept <= disk->unsynced);
	for (unsigned i = 0; i < kept; i++)
		apply(disk, &disk->journal[i]);
	disk->unsynced = 0;
}

void disk_sync(struct disk *disk)
{
	disk_crash(disk, disk->unsynced);
}

void disk_begin(struct disk *disk, uint32_t epoch)
{
	disk_sync(disk);
	disk->end = disk->base = 0;
	disk->promised = BALLOT_NONE;
	disk->epoch = epoch;
}

value_ref disk_chosen(const struct disk *disk, slot_number slot, struct ballot *at,
		      value_ref *proofs)
{
	for (unsigned i = 0; i < disk->unsynced; i++) {
		const struct paxos_write *w = &disk->journal[i];
		if (w->kind == WRITE_CHOSEN && w->slot == slot) {
			*at = w->ballot;
			*proofs = w->cert;
			return w->value;
		}
	}
	if (slot >= disk->end)
		return VALUE_NONE;
	*at = disk->slot[slot].chosen_at;
	*proofs = disk->slot[slot].chosen_cert;
	return disk->slot[slot].chosen;
}

void disk_mark(const struct disk *disk, struct values *values)
{
	for (slot_number slot = 0; slot < disk->end; slot++) {
		values_mark(values, disk->slot[slot].voted);
		values_mark(values, disk->slot[slot].chosen);
		values_mark(values, disk->slot[slot].echoed);
		values_mark(values, disk->slot[slot].vote_cert);
		values_mark(values, disk->slot[slot].chosen_cert);
	}
	for (unsigned i = 0; i < disk->unsynced; i++) {
		values_mark(values, disk->journal[i].value);
		values_mark(values, disk->journal[i].cert);
	}
}
