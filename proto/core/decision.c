/* A decision is told to other learners, and written to the store. Under `cert` the Accepteds of a
 * quorum go with it, which make others believe it. */
#include "proto/core/step.h"

void decision_send(struct paxos *p, const struct paxos_slot *s, node_set to,
		   struct paxos_output *out)
{
	struct message *m = output_send(p, out, MSG_COMMIT, to);

	m->ballot = s->chosen_at;
	m->slot = s->slot;
	m->low = p->base;
	m->value = s->chosen;
	if (!slot_is_under(p, s->slot, DEFENCE_CERT))
		return;
	const struct paxos_hard *h = hard_slot(p, s->slot);
	if (h->chosen_cert != PROOF_NONE)
		output_attach(out, m, h->chosen_cert);
	else
		words_attach(p, h->accepted, s->chosen_at, s->chosen, out, m);
}

void decision_write(struct paxos *p, const struct paxos_slot *s, struct paxos_output *out)
{
	struct paxos_write write = {
		.kind = WRITE_CHOSEN,
		.slot = s->slot,
		.ballot = s->chosen_at,
		.value = s->chosen,
	};
	struct message proofs = {.proofs = 0};

	if (slot_is_under(p, s->slot, DEFENCE_CERT))
		words_attach(p, hard_slot(p, s->slot)->accepted, s->chosen_at, s->chosen, out,
			     &proofs);
	write.proofs = (uint8_t)proofs.proofs;
	write.proof_list = proofs.proof_list;
	output_write(out, &write);
}
