/* The values that this node was asked to propose: which wait, and which are bound to a slot. */
#include <assert.h>

#include "proto/core/step.h"

static void queue_push(struct paxos *p, unsigned place)
{
	assert(p->queue_count < PENDING_MAX);
	p->queue[(p->queue_first + p->queue_count) % PENDING_MAX] = (uint8_t)place;
	p->queue_count++;
}

/* Puts a value back into the queue, before all values that came later. */
static void queue_return(struct paxos *p, unsigned place)
{
	p->pending[place].slot = SLOT_NONE;
	queue_push(p, place);
	for (unsigned i = p->queue_count - 1u; i > 0; i--) {
		uint8_t *a = &p->queue[(p->queue_first + i - 1) % PENDING_MAX];
		uint8_t *b = &p->queue[(p->queue_first + i) % PENDING_MAX];
		if (p->pending[*a].order < p->pending[*b].order)
			break;
		uint8_t swap = *a;
		*a = *b;
		*b = swap;
	}
}

static void queue_pop(struct paxos *p)
{
	assert(p->queue_count > 0);
	p->queue_first = (uint8_t)((p->queue_first + 1u) % PENDING_MAX);
	p->queue_count--;
}

static void queue_forget(struct paxos *p, unsigned place)
{
	p->pending[place] = (struct paxos_pending){.value = VALUE_NONE};
	p->pending_free |= (uint64_t)1 << place;
	p->pending_count--;
}

static void report_lost(value_ref value, slot_number slot, enum because why,
			struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_LOST);
	e->slot = slot;
	e->value = value;
	e->because = why;
}

/* Takes the first value out of the queue and gives it up. */
void queue_drop_head(struct paxos *p, enum because why, struct paxos_output *out)
{
	unsigned place = p->queue[p->queue_first];

	report_lost(p->pending[place].value, p->pending[place].asked, why, out);
	queue_pop(p);
	queue_forget(p, place);
}

/* A value to propose comes in. False: there is none, or no room, which is reported. */
bool queue_add(struct paxos *p, value_ref value, slot_number asked, struct paxos_output *out)
{
	if (value == VALUE_NONE)
		return false;
	if (p->pending_free == 0) {
		report_lost(value, asked, BECAUSE_FULL, out);
		return false;
	}
	unsigned place = (unsigned)__builtin_ctzll(p->pending_free);
	p->pending_free &= p->pending_free - 1;
	p->pending[place] = (struct paxos_pending){
		.value = value,
		.asked = asked,
		.slot = SLOT_NONE,
		.order = ++p->pending_order,
	};
	p->pending_count++;
	queue_push(p, place);

	struct event *e = output_report(out, EVENT_QUEUED);
	e->slot = asked;
	e->value = value;
	e->count = p->pending_count;
	return true;
}

/* The first value in the queue that can still have the slot that was asked for, without taking it
 * out. Values in front of it that cannot are given up. -1: nothing waits. */
int queue_head(struct paxos *p, struct paxos_output *out)
{
	while (p->queue_count > 0) {
		unsigned place = p->queue[p->queue_first];
		const struct paxos_pending *w = &p->pending[place];
		enum because why = BECAUSE_NOTHING;
		if (w->asked == SLOT_NONE)
			return (int)place;
		if (w->asked < p->base)
			why = BECAUSE_TAKEN;
		else if (!slot_is_open(p, w->asked))
			why = BECAUSE_TOO_FAR;
		else if (open_slot(p, w->asked)->chosen != VALUE_NONE)
			why = BECAUSE_TAKEN;
		if (why == BECAUSE_NOTHING)
			return (int)place;
		queue_drop_head(p, why, out);
	}
	return -1;
}

/* The first value in the queue is to be proposed in this slot. It stays bound to the slot until the
 * slot is decided: an acceptor may have voted for it, so tried in another slot as well it could be
 * chosen twice. */
void queue_bind_head(struct paxos *p, struct paxos_slot *s)
{
	unsigned place = p->queue[p->queue_first];

	assert(s->pending == 0);
	queue_pop(p);
	s->pending = (uint8_t)(place + 1);
	p->pending[place].slot = s->slot;
}

/* Is some value being proposed in a slot that is not decided? */
bool queue_has_bound(const struct paxos *p)
{
	return p->pending_count > p->queue_count;
}

/* A slot is decided. The value that was bound to it has won, or goes back into the queue to wait
 * for another slot, or is given up if it was asked for in this slot only. */
void queue_settle(struct paxos *p, struct paxos_slot *s, struct paxos_output *out)
{
	if (s->pending == 0)
		return;
	unsigned place = s->pending - 1u;
	const struct paxos_pending *w = &p->pending[place];
	s->pending = 0;
	if (w->value == s->chosen) {
		struct event *e = output_report(out, EVENT_WON);
		e->slot = s->slot;
		e->value = w->value;
		p->losses = 0;
		queue_forget(p, place);
	} else if (w->asked != SLOT_NONE) {
		report_lost(w->value, s->slot, BECAUSE_TAKEN, out);
		queue_forget(p, place);
	} else {
		queue_return(p, place);
	}
}

/* Nobody tells how the slot was decided. The value that was bound to it may have been chosen there,
 * so to try it again could choose it twice. */
void queue_skip(struct paxos *p, struct paxos_slot *s, struct paxos_output *out)
{
	if (s->pending == 0)
		return;
	unsigned place = s->pending - 1u;
	s->pending = 0;
	report_lost(p->pending[place].value, s->slot, BECAUSE_SKIPPED, out);
	queue_forget(p, place);
}
