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

/* The new one takes the place of the oldest, but not of the one that is all there is left. */
static void put_summary(struct disk *disk, const struct paxos_write *w)
{
	struct disk_summary *oldest = &disk->summary[0];

	if (oldest->end != 0 && oldest->end == disk->low)
		oldest++;
	for (unsigned i = 1; i < DISK_SUMMARIES; i++) {
		struct disk_summary *s = &disk->summary[i];
		if ((s->end == 0 || s->end != disk->low) && s->end < oldest->end)
			oldest = s;
	}
	*oldest = (struct disk_summary){w->slot + 1, w->value, w->cert};
}

static void rise_to(struct disk *disk, slot_number end)
{
	while (disk->end < end)
		disk->slot[disk->end++] = (struct disk_slot){.voted = VALUE_NONE};
}

static void rise_base(struct disk *disk)
{
	while (disk->base < disk->end && disk->slot[disk->base].chosen != VALUE_NONE)
		disk->base++;
}

static void delete_below(struct disk *disk, slot_number low)
{
	rise_to(disk, low);
	for (slot_number slot = disk->low; slot < low; slot++)
		disk->slot[slot] = (struct disk_slot){.voted = VALUE_NONE};
	disk->low = low;
	if (disk->base < low)
		disk->base = low;
	for (unsigned i = 0; i < DISK_SUMMARIES; i++)
		if (disk->summary[i].end < low)
			disk->summary[i] = (struct disk_summary){0};
	rise_base(disk);
}

static void disk_apply(struct disk *disk, const struct paxos_write *w)
{
	disk->writes++;
	if (w->kind == WRITE_PROMISED) {
		disk->promised = w->ballot;
		return;
	}
	if (w->slot >= disk->slots_max) {
		disk->full = true;
		return;
	}
	if (w->kind == WRITE_SUMMARY) {
		put_summary(disk, w);
		return;
	}
	if (w->kind == WRITE_LOW) {
		delete_below(disk, w->slot);
		return;
	}
	rise_to(disk, w->slot + 1);
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
	rise_base(disk);
}

void disk_crash(struct disk *disk, unsigned kept)
{
	assert(kept <= disk->unsynced);
	for (unsigned i = 0; i < kept; i++)
		disk_apply(disk, &disk->journal[i]);
	disk->unsynced = 0;
}

void disk_sync(struct disk *disk)
{
	disk_crash(disk, disk->unsynced);
}

void disk_copy(struct disk *to, const struct disk *from)
{
	struct disk_slot *slots = to->slot;

	assert(from->unsynced == 0 && to->slots_max == from->slots_max);
	memcpy(to, from, offsetof(struct disk, journal));
	to->slot = slots;
	memcpy(slots, from->slot, from->end * sizeof *slots);
}

void disk_begin(struct disk *disk, uint32_t epoch)
{
	disk_sync(disk);
	disk->writes++;
	disk->end = disk->base = disk->low = 0;
	memset(disk->summary, 0, sizeof disk->summary);
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
	for (unsigned i = 0; i < DISK_SUMMARIES; i++) {
		values_mark(values, disk->summary[i].chain);
		values_mark(values, disk->summary[i].proofs);
	}
	for (unsigned i = 0; i < disk->unsynced; i++) {
		values_mark(values, disk->journal[i].value);
		values_mark(values, disk->journal[i].cert);
	}
}
