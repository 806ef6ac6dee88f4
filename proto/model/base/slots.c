#include "proto/model/base/slots.h"

#include <string.h>

struct model_slot *model_slot_make(struct model *m, slot_number slot)
{
	struct model_slot *s = &m->slot[slot % MODEL_SLOTS];
	if (slot == SLOT_NONE || (s->slot != SLOT_NONE && s->slot > slot))
		return NULL;
	if (s->slot != slot) {
		memset(s, 0, sizeof *s);
		s->slot = slot;
		s->decided_event = EVENT_UNSEEN;
	}
	if (slot >= m->slot_end)
		m->slot_end = slot + 1;
	if (m->slot_end - m->slot_first > MODEL_SLOTS)
		m->slot_first = m->slot_end - MODEL_SLOTS;
	return s;
}

void model_slots_forget(struct model *m)
{
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		m->slot[i] = (struct model_slot){.slot = SLOT_NONE};
	m->slot_first = m->slot_end = 0;
}
