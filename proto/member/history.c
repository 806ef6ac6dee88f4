#include "proto/member/history.h"

#include <string.h>

#include "proto/core/paxos_state.h"

void history_init(struct history *h)
{
	h->end = 0;
	for (unsigned i = 0; i < SNAPSHOT_SLOTS_MAX; i++)
		h->slot[i] = (struct snapshot_slot){.slot = SLOT_NONE};
	memset(h->counted, 0, sizeof h->counted);
}

bool history_keeps(const struct history *h, slot_number slot)
{
	return h->end < SNAPSHOT_SLOTS_MAX || slot >= h->end - SNAPSHOT_SLOTS_MAX;
}

static struct snapshot_slot *history_entry(struct history *h, slot_number slot)
{
	struct snapshot_slot *s = &h->slot[slot % SNAPSHOT_SLOTS_MAX];

	if (s->slot != slot) {
		*s = (struct snapshot_slot){.slot = slot};
		h->counted[slot % SNAPSHOT_SLOTS_MAX].voters = 0;
	}
	if (slot >= h->end)
		h->end = slot + 1;
	return s;
}

void history_vote(struct history *h, slot_number slot, struct ballot at, value_ref value)
{
	if (!history_keeps(h, slot))
		return;
	struct snapshot_slot *s = history_entry(h, slot);
	s->voted_at = at;
	s->voted = value;
}

void history_chosen(struct history *h, slot_number slot, struct ballot at, value_ref value)
{
	if (!history_keeps(h, slot))
		return;
	struct snapshot_slot *s = history_entry(h, slot);
	s->chosen_at = at;
	s->chosen = value;
}

value_ref history_chosen_in(const struct history *h, slot_number slot)
{
	const struct snapshot_slot *s = &h->slot[slot % SNAPSHOT_SLOTS_MAX];

	return s->slot == slot ? s->chosen : VALUE_NONE;
}

bool history_is_chosen(const struct history *h, slot_number slot, struct ballot at, value_ref value)
{
	const struct snapshot_slot *s = &h->slot[slot % SNAPSHOT_SLOTS_MAX];

	return s->slot == slot && value != VALUE_NONE && s->chosen == value &&
	       ballot_cmp(s->chosen_at, at) == 0;
}

static void note_counted(struct history *h, const struct event *e)
{
	const unsigned at = e->slot % SNAPSHOT_SLOTS_MAX;

	history_entry(h, e->slot);
	if (h->counted[at].value != e->value || ballot_cmp(h->counted[at].ballot, e->ballot) != 0) {
		h->counted[at].ballot = e->ballot;
		h->counted[at].value = e->value;
		h->counted[at].voters = 0;
	}
	h->counted[at].voters |= set_of(e->peer);
}

void history_event(struct history *h, const struct event *e)
{
	const unsigned at = e->slot % SNAPSHOT_SLOTS_MAX;

	if ((e->kind != EVENT_COUNTED && e->kind != EVENT_CHOSEN) || !history_keeps(h, e->slot))
		return;
	if (e->kind == EVENT_COUNTED && e->type == MSG_ACCEPTED)
		note_counted(h, e);
	if (e->kind != EVENT_CHOSEN)
		return;
	struct snapshot_slot *s = history_entry(h, e->slot);
	s->chosen_from = e->peer;
	if (e->because == BECAUSE_COUNTED && h->counted[at].value == e->value &&
	    ballot_cmp(h->counted[at].ballot, e->ballot) == 0)
		s->chosen_by = h->counted[at].voters;
}

/* One above the newest slot in which the core holds anything. */
static slot_number open_end(const struct paxos *p)
{
	slot_number end = p->base;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		if (s->voted != VALUE_NONE || s->chosen != VALUE_NONE ||
		    s->proposed != VALUE_NONE ||
		    p->hard[slot % SLOTS_OPEN_MAX].echoed != VALUE_NONE)
			end = slot + 1;
	}
	return end;
}

uint16_t history_list(const struct history *h, const struct paxos *p,
		      struct snapshot_slot out[SNAPSHOT_SLOTS_MAX])
{
	const slot_number end = open_end(p);
	slot_number first = end < SNAPSHOT_SLOTS_MAX ? 0 : end - SNAPSHOT_SLOTS_MAX;
	uint16_t count = 0;

	/* What is let go is not shown any more, in this life and the next. */
	if (first < p->low)
		first = p->low;
	for (slot_number slot = first; slot < end; slot++) {
		const struct snapshot_slot *closed = &h->slot[slot % SNAPSHOT_SLOTS_MAX];
		const struct paxos_slot *open = paxos_slot(p, slot);

		if (open != NULL)
			out[count++] = (struct snapshot_slot){
				.slot = slot,
				.voted_at = open->voted_at,
				.voted = open->voted,
				.echoed_at = p->hard[slot % SLOTS_OPEN_MAX].echoed_at,
				.echoed = p->hard[slot % SLOTS_OPEN_MAX].echoed,
				.chosen_at = open->chosen_at,
				.chosen = open->chosen,
				.chosen_by = closed->slot == slot ? closed->chosen_by : 0,
				.chosen_from =
					closed->slot == slot ? closed->chosen_from : NODE_NONE,
				.proposed = open->proposed,
				.accepted_by = open->accepted_by,
			};
		else if (closed->slot == slot)
			out[count++] = *closed;
	}
	return count;
}

void history_trim(struct history *h, slot_number base, const struct values *values)
{
	size_t bytes = 0;

	for (slot_number slot = h->end; slot > 0 && h->end - slot < SNAPSHOT_SLOTS_MAX; slot--) {
		struct snapshot_slot *s = &h->slot[(slot - 1) % SNAPSHOT_SLOTS_MAX];
		uint32_t voted, chosen;

		values_bytes(values, s->voted, &voted);
		values_bytes(values, s->chosen, &chosen);
		bytes += s->chosen == s->voted ? voted : (size_t)voted + chosen;
		if (bytes <= HISTORY_BYTES_MAX || slot > base)
			continue;
		*s = (struct snapshot_slot){.slot = SLOT_NONE};
		h->counted[(slot - 1) % SNAPSHOT_SLOTS_MAX].voters = 0;
	}
}

void history_mark(const struct history *h, struct values *values)
{
	for (unsigned i = 0; i < SNAPSHOT_SLOTS_MAX; i++) {
		values_mark(values, h->slot[i].voted);
		values_mark(values, h->slot[i].chosen);
		if (h->counted[i].voters != 0)
			values_mark(values, h->counted[i].value);
	}
}
