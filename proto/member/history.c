#include "proto/member/history.h"

void history_init(struct history *h)
{
	h->end = 0;
	for (unsigned i = 0; i < SNAPSHOT_SLOTS_MAX; i++)
		h->slot[i] = (struct snapshot_slot){.slot = SLOT_NONE};
}

bool history_keeps(const struct history *h, slot_number slot)
{
	return h->end < SNAPSHOT_SLOTS_MAX || slot >= h->end - SNAPSHOT_SLOTS_MAX;
}

static struct snapshot_slot *entry(struct history *h, slot_number slot)
{
	struct snapshot_slot *s = &h->slot[slot % SNAPSHOT_SLOTS_MAX];

	if (s->slot != slot)
		*s = (struct snapshot_slot){.slot = slot};
	if (slot >= h->end)
		h->end = slot + 1;
	return s;
}

void history_vote(struct history *h, slot_number slot, struct ballot at, value_ref value)
{
	if (!history_keeps(h, slot))
		return;
	struct snapshot_slot *s = entry(h, slot);
	s->voted_at = at;
	s->voted = value;
}

void history_chosen(struct history *h, slot_number slot, struct ballot at, value_ref value)
{
	if (!history_keeps(h, slot))
		return;
	struct snapshot_slot *s = entry(h, slot);
	s->chosen_at = at;
	s->chosen = value;
}

/* One above the newest slot in which the core holds anything. */
static slot_number open_end(const struct paxos *p)
{
	slot_number end = p->base;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		if (s->voted != VALUE_NONE || s->chosen != VALUE_NONE || s->proposed != VALUE_NONE)
			end = slot + 1;
	}
	return end;
}

uint16_t history_list(const struct history *h, const struct paxos *p,
		      struct snapshot_slot out[SNAPSHOT_SLOTS_MAX])
{
	slot_number end = open_end(p);
	uint16_t count = 0;

	for (slot_number slot = end < SNAPSHOT_SLOTS_MAX ? 0 : end - SNAPSHOT_SLOTS_MAX; slot < end;
	     slot++) {
		const struct snapshot_slot *closed = &h->slot[slot % SNAPSHOT_SLOTS_MAX];
		const struct paxos_slot *open = paxos_slot(p, slot);

		if (open != NULL)
			out[count++] = (struct snapshot_slot){
				.slot = slot,
				.voted_at = open->voted_at,
				.voted = open->voted,
				.chosen_at = open->chosen_at,
				.chosen = open->chosen,
				.proposed = open->proposed,
				.accepted_by = open->accepted_by,
			};
		else if (closed->slot == slot)
			out[count++] = *closed;
	}
	return count;
}

void history_mark(const struct history *h, struct values *values)
{
	for (unsigned i = 0; i < SNAPSHOT_SLOTS_MAX; i++) {
		values_mark(values, h->slot[i].voted);
		values_mark(values, h->slot[i].chosen);
	}
}
