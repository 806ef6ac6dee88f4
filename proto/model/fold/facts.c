#include "proto/model/fold/facts.h"

#include <string.h>

#include "proto/model/base/query.h"
#include "proto/model/base/slots.h"
#include "proto/model/fold/flights.h"
#include "proto/model/fold/lamps.h"
#include "proto/model/fold/loads.h"
#include "proto/model/judge/agreement.h"

/* What dies with the process. The promise and the votes are on its disk. */
static void forget_volatile(struct model_node *n)
{
	n->role = ROLE_IDLE;
	n->ballot = BALLOT_NONE;
	n->pending = 0;
	n->wanted = VALUE_NONE;
	n->wake_at = 0;
	n->pid = 0;
	n->preempted = 0;
}

void facts_life(struct model *m, node_id node, enum node_life life)
{
	struct model_node *n = &m->node[node];
	if (n->life == life)
		return;
	bool was_down = n->life == LIFE_DOWN;
	n->life = life;
	if (life != LIFE_UNKNOWN)
		n->silent_since_us = n->silent_since = 0;
	if (life == LIFE_DOWN) {
		n->journal_end = 0;
		loads_end_life(n);
		forget_volatile(n);
		flights_crash(m, node);
	}
	if (life == LIFE_DOWN || was_down)
		lamps_life(m, node, life != LIFE_DOWN);
}

void facts_begin_life(struct model *m, node_id node, uint16_t boot)
{
	struct model_node *n = &m->node[node];
	if (n->boot != 0)
		flights_crash(m, node);
	if (n->boot != 0)
		loads_end_life(n);
	if (n->life == LIFE_STOPPED)
		n->life = LIFE_UNKNOWN;
	forget_volatile(n);
	n->boot = boot;
	n->seq = 0;
	n->sent = n->received = 0;
	memset(n->dropped, 0, sizeof n->dropped);
}

void facts_promised(struct model *m, struct model_node *n, struct ballot ballot)
{
	if (ballot_cmp(n->promised, ballot) == 0)
		return;
	n->promised = ballot;
	n->promised_changed_at = m->now;
}

void facts_raise_promised(struct model *m, struct model_node *n, struct ballot ballot)
{
	if (ballot_cmp(ballot, n->promised) > 0)
		facts_promised(m, n, ballot);
}

void facts_vote(struct model *m, node_id node, slot_number slot, struct ballot at, value_ref value,
		uint64_t event)
{
	struct model_slot *s = model_slot_make(m, slot);
	if (s == NULL)
		return;
	agreement_vote(m, s, node, at, value, event);
	struct model_vote *v = &s->vote[node];
	if (v->voted == value && ballot_cmp(v->voted_at, at) == 0)
		return;
	v->voted = value;
	v->voted_at = at;
	v->voted_boot = m->node[node].boot;
	v->voted_changed_at = m->now;
}

void facts_echo(struct model *m, node_id node, slot_number slot, struct ballot at, value_ref value)
{
	struct model_slot *s = model_slot_make(m, slot);

	if (s == NULL)
		return;
	s->vote[node].echoed_at = at;
	s->vote[node].echoed = value;
}

void facts_seat(struct model *m, node_id node, slot_number from)
{
	m->node[node].part_from = from;
	for (unsigned i = 0; i < MODEL_SLOTS; i++) {
		struct model_vote *v = &m->slot[i].vote[node];

		if (m->slot[i].slot >= from) /* SLOT_NONE, too */
			continue;
		v->voted = v->echoed = VALUE_NONE;
		v->voted_at = v->echoed_at = BALLOT_NONE;
	}
}

void facts_seated(struct model *m, node_id node, slot_number from)
{
	struct model_node *n = &m->node[node];

	if (from != n->part_from) {
		n->promised = n->ballot = BALLOT_NONE;
		n->base = n->low = 0;
	}
	facts_seat(m, node, from);
}

void facts_chosen(struct model *m, struct model_claim claim)
{
	const node_id node = claim.node;
	const value_ref value = claim.value;
	struct model_slot *s = model_slot_make(m, claim.slot);
	if (s == NULL)
		return;
	if (!agreement_claim(m, s, &claim))
		return;
	struct model_vote *v = &s->vote[node];
	if (v->chosen != value) {
		v->chosen = value;
		v->chosen_at = claim.ballot;
		v->chosen_changed_at = m->now;
	}
	v->chosen_by = claim.because == BECAUSE_COUNTED && v->counted_value == claim.value &&
				       ballot_cmp(v->counted_at, claim.ballot) == 0
			       ? v->counted
			       : v->chosen_by;
	v->chosen_from = claim.peer;
	struct model_node *n = &m->node[node];
	for (const struct model_slot *next; (next = model_slot(m, n->base)) != NULL; n->base++)
		if (next->vote[node].chosen == VALUE_NONE)
			break;
}
