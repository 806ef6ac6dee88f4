#include "proto/core/step.h"

/* Decided slots above a gap are not in the log yet: they are told from the window. */
static void tell_open(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	unsigned told = 0;

	if (p->unresolved == 0)
		return;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (slot < m->slot || s->chosen == VALUE_NONE || told == SYNC_CHUNK_MAX)
			continue;
		tell_decision(p, s, set_of(m->from), out);
		told++;
	}
}

/* A laggard asks for what was chosen from a slot on. It gets a bounded chunk of closed slots, which
 * the caller reads from the store; each Commit says how much more there is. */
void on_sync(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (p->tail.slot != SLOT_NONE && m->slot > p->tail.slot)
		tail_answered(p, m->from, p->tail.slot);
	owe_log(p, m->from, m->slot, out);
	tell_open(p, m, out);
}
