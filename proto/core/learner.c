/* The learner: what is known to be chosen, and the rising base of a log without gaps. */
#include "proto/core/step.h"

/* Closes every slot at the base that is known to be chosen; its place in the window serves the slot
 * that comes into sight at the other end, about which nothing is known. */
void learner_advance(struct paxos *p)
{
	slot_number before = p->base;

	for (;;) {
		struct paxos_slot *s = open_slot(p, p->base);
		if (s->chosen == VALUE_NONE)
			break;
		*s = (struct paxos_slot){.slot = p->base + SLOTS_OPEN_MAX};
		*hard_slot(p, p->base) = (struct paxos_hard){.echoed_at = BALLOT_NONE};
		p->base++;
		p->unresolved--;
	}
	if (p->base != before)
		p->note.base_moved = true;
}

/* Single mode: the slot that the proposer is at work on is decided. */
static void end_work(struct paxos *p, struct paxos_output *out)
{
	if ((p->role != ROLE_PREPARING && p->role != ROLE_LEADING) || p->config.mode != MODE_SINGLE)
		return;
	p->role = ROLE_IDLE;
	p->proposer_at = 0;
	output_report(out, EVENT_RESIGNED)->ballot = p->ballot;
}

/* The learner takes a value for chosen in a slot. `how` tells ballot, value, because and peer. What
 * is chosen stays chosen: another value for the slot is only reported. */
void learner_choose(struct paxos *p, slot_number slot, const struct event *how,
		    struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, slot);

	if (s->chosen != VALUE_NONE && s->chosen == how->value)
		return;
	struct event *e =
		output_report(out, s->chosen == VALUE_NONE ? EVENT_CHOSEN : EVENT_CONTRADICTED);
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
	decision_write(p, s, out);
	lease_earned(p, how->ballot);
	round_decided(p, slot);
	queue_settle(p, s, out);
	if (slot == p->from)
		end_work(p, out);
	learner_advance(p);
	p->note.learned = true;
}

/* The learner is brought over every slot below `end`, which is above the base: they are decided,
 * and it will never know how. What it promised stays promised. */
void learner_skip(struct paxos *p, slot_number end, struct paxos_output *out)
{
	const slot_number window_end = p->base + SLOTS_OPEN_MAX;
	const bool works_below = p->from < end;

	for (slot_number slot = p->base; slot < lower_of(end, window_end); slot++) {
		struct paxos_slot *s = open_slot(p, slot);
		if (s->voted != VALUE_NONE || s->chosen != VALUE_NONE)
			p->unresolved--;
		queue_skip(p, s, out);
	}
	for (slot_number slot = end; slot - end < SLOTS_OPEN_MAX; slot++) {
		if (slot < window_end)
			continue;
		p->open[slot % SLOTS_OPEN_MAX] = (struct paxos_slot){.slot = slot};
		p->hard[slot % SLOTS_OPEN_MAX] = (struct paxos_hard){.echoed_at = BALLOT_NONE};
	}
	p->base = end;
	if (works_below)
		end_work(p, out);
	learner_advance(p);
	p->note.base_moved = p->note.learned = true;
}
