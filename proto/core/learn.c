/* The learner: what is known to be chosen, and the rising base of a log without gaps. */
#include "proto/core/step.h"

/* Closes every slot at the base that is known to be chosen; its place in the window serves the slot
 * that comes into sight at the other end, about which nothing is known. */
void advance_base(struct paxos *p)
{
	slot_number before = p->base;

	for (;;) {
		struct paxos_slot *s = open_slot(p, p->base);
		if (s->chosen == VALUE_NONE)
			break;
		*s = (struct paxos_slot){.slot = p->base + SLOTS_OPEN_MAX};
		if (under(p, p->base, HARDENED))
			*hard_slot(p, p->base) = (struct paxos_hard){.certs = 0};
		p->base++;
		p->unresolved--;
	}
	if (p->base == before)
		return;
	if (p->role == ROLE_LEADING)
		await_answers(p);
	learner_moved(p);
}

/* With what makes others believe it, under `cert`. */
static void owe_chosen(struct paxos *p, const struct paxos_slot *s, struct paxos_output *out)
{
	struct paxos_write write = {
		.kind = WRITE_CHOSEN,
		.slot = s->slot,
		.ballot = s->chosen_at,
		.value = s->chosen,
	};
	struct message proofs = {.proofs = 0};

	if (under(p, s->slot, DEFENCE_CERT))
		attach_words(p, hard_slot(p, s->slot)->accepted, s->chosen_at, s->chosen, out,
			     &proofs);
	write.proofs = (uint8_t)proofs.proofs;
	write.proof_list = proofs.proof_list;
	owe_write(out, &write);
}

/* Who counts the votes itself is sent no Commit, so it does not hear what was decided beyond a gap
 * that has just closed: whoever knows it tells the last of it. */
static void tell_beyond_gap(struct paxos *p, const struct paxos_slot *s, const struct event *how,
			    struct paxos_output *out)
{
	slot_number last = s->slot;

	if (s->slot != p->base || how->because != BECAUSE_COUNTED || !under(p, s->slot, LOUD))
		return;
	while (is_open(p, last + 1) && open_slot(p, last + 1)->chosen != VALUE_NONE)
		last++;
	if (last == s->slot)
		return;
	tell_decision(p, open_slot(p, last), others(p), out);
}

/* `how`: ballot, value, because, peer. What is chosen stays chosen. */
void choose(struct paxos *p, slot_number slot, const struct event *how, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, slot);

	if (s->chosen != VALUE_NONE && s->chosen == how->value)
		return;
	struct event *e = report(out, s->chosen == VALUE_NONE ? EVENT_CHOSEN : EVENT_CONTRADICTED);
	enum event_kind kind = e->kind;
	*e = *how;
	e->kind = kind;
	e->slot = slot;
	if (kind == EVENT_CONTRADICTED)
		return;
	if (s->voted == VALUE_NONE)
		p->unresolved++;
	s->chosen_at = how->ballot;
	s->chosen = how->value;
	owe_chosen(p, s, out);
	lease_earned(p, how->ballot);
	settle(p, s, out);
	bool at_work = p->role == ROLE_PREPARING || p->role == ROLE_LEADING;
	if (at_work && p->config.mode == MODE_SINGLE && slot == p->from) {
		p->role = ROLE_IDLE;
		p->proposer_at = 0;
		report(out, EVENT_RESIGNED)->ballot = p->ballot;
	}
	tell_beyond_gap(p, s, how, out);
	advance_base(p);
	learner_worry(p);
}
