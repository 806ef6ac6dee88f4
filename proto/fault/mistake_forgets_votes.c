#include "proto/fault/mistake.h"

static void restored(struct paxos *p)
{
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		struct paxos_slot *s = &p->open[i];

		if (s->voted != VALUE_NONE && s->chosen == VALUE_NONE)
			p->unresolved--;
		s->voted = VALUE_NONE;
		s->voted_at = BALLOT_NONE;
	}
}

const struct mistake mistake_forgets_votes = {.restored = restored};
