#include "proto/core/step.h"

/* A laggard asks for what was chosen from a slot on. It gets a bounded chunk, of closed slots only,
 * which the caller reads from the store; each Commit says how much more there is. */
void on_sync(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (p->tail.slot != SLOT_NONE && m->slot > p->tail.slot)
		tail_answered(p, m->from, p->tail.slot);
	if (m->slot >= p->base)
		return;
	slot_number there = p->base - m->slot;
	out->log_to = m->from;
	out->log_from = m->slot;
	out->log_count = (uint16_t)(there < SYNC_CHUNK_MAX ? there : SYNC_CHUNK_MAX);
}
