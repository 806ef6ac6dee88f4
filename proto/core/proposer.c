/* The proposer: from values that wait to Accepts on their way. */
#include "proto/core/step.h"

#include <assert.h>

static void queue_push(struct paxos *p, unsigned place)
{
	assert(p->queue_count < PENDING_MAX);
	p->queue[(p->queue_first + p->queue_count) % PENDING_MAX] = (uint8_t)place;
	p->queue_count++;
}

/* Puts a value back in its turn: it came before all that wait behind it. */
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

static void forget_pending(struct paxos *p, unsigned place)
{
	p->pending[place] = (struct paxos_pending){.value = VALUE_NONE};
	p->pending_free |= (uint64_t)1 << place;
	p->pending_count--;
}

static void give_up(value_ref value, slot_number slot, enum because why, struct paxos_output *out)
{
	struct event *e = report(out, EVENT_LOST);
	e->slot = slot;
	e->value = value;
	e->because = why;
}

void enqueue(struct paxos *p, value_ref value, slot_number asked, struct paxos_output *out)
{
	if (value == VALUE_NONE)
		return;
	if (p->pending_free == 0) {
		give_up(value, asked, BECAUSE_FULL, out);
		return;
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

	struct event *e = report(out, EVENT_QUEUED);
	e->slot = asked;
	e->value = value;
	e->count = p->pending_count;
	pursue(p, out);
}

/* The first value in the queue whose wish can be granted, without taking it out; drops those whose
 * wish cannot. -1: nothing waits. */
static int queue_head(struct paxos *p, struct paxos_output *out)
{
	while (p->queue_count > 0) {
		unsigned place = p->queue[p->queue_first];
		const struct paxos_pending *w = &p->pending[place];
		enum because why = BECAUSE_NOTHING;
		if (w->asked == SLOT_NONE)
			return (int)place;
		if (w->asked < p->base)
			why = BECAUSE_TAKEN;
		else if (!is_open(p, w->asked))
			why = BECAUSE_TOO_FAR;
		else if (open_slot(p, w->asked)->chosen != VALUE_NONE)
			why = BECAUSE_TAKEN;
		if (why == BECAUSE_NOTHING)
			return (int)place;
		give_up(w->value, w->asked, why, out);
		queue_pop(p);
		forget_pending(p, place);
	}
	return -1;
}

static uint32_t highest(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* The round above all that it was told of; 0: there is none. Under `window` one node's word counts
 * only as far as others would follow it; its own promise may be above that, and then proves itself.
 */
static uint32_t next_round(const struct paxos *p)
{
	uint32_t round = p->seen.round;

	if (p->round_floor != 0 && round >= p->round_floor - 1 + WINDOW_ROUNDS)
		round = highest(p->round_floor - 1, highest(p->promised.round, p->ballot.round));
	return round == ROUND_MAX ? 0 : round + 1;
}

/* Under `lease` a node that has leased itself to another proposer does not disturb it. */
static bool holds_back(struct paxos *p)
{
	time_us wait = lease_wait(p);

	if (wait == 0)
		return false;
	p->role = ROLE_WAITING;
	p->proposer_at = p->now + wait;
	return true;
}

/* A value stays bound to the slot in which it was tried until that slot is decided: a vote for it
 * may be out there, and tried elsewhere it could be chosen twice. */
static void bind(struct paxos *p, struct paxos_slot *s, unsigned place)
{
	assert(s->pending == 0);
	s->pending = (uint8_t)(place + 1);
	p->pending[place].slot = s->slot;
}

static bool any_bound(const struct paxos *p)
{
	return p->pending_count > p->queue_count;
}

/* The first slot that the next ballot is about; SLOT_NONE: nobody wants anything. */
static slot_number first_slot(struct paxos *p, struct paxos_output *out)
{
	int head = queue_head(p, out);

	if (!any_bound(p) && head < 0)
		return SLOT_NONE;
	if (p->config.mode == MODE_MULTI)
		return p->base;
	/* Single mode: the slot that it has begun, the one that is asked for, or the next. */
	if (any_bound(p))
		return p->from;
	slot_number asked = p->pending[head].asked;
	return asked != SLOT_NONE ? asked : p->base;
}

/* Phase 1a: a new ballot above all that were ever seen. It is promised to oneself, hence stored,
 * before anybody hears of it, so it is never used again (rule 1). */
void begin_ballot(struct paxos *p, struct paxos_output *out)
{
	p->role = ROLE_IDLE;
	p->proposer_at = 0;
	if (next_round(p) == 0) {
		if (!p->exhausted)
			report(out, EVENT_EXHAUSTED)->other = p->seen;
		p->exhausted = true;
		return;
	}
	slot_number first = first_slot(p, out);
	if (first == SLOT_NONE || holds_back(p))
		return;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		struct paxos_slot *s = open_slot(p, slot);
		s->proposed = s->claim = VALUE_NONE;
		s->claim_at = BALLOT_NONE;
		s->claim_by = NODE_NONE;
		s->accepted_by = 0;
		if (under(p, slot, HARDENED)) {
			struct paxos_hard *h = hard_slot(p, slot);
			h->claim_cert = h->rival_cert[0] = h->rival_cert[1] = PROOF_NONE;
		}
	}
	p->ballot = (struct ballot){next_round(p), p->config.self};
	p->role = ROLE_PREPARING;
	p->from = first;
	p->promised_by = p->refused_by = 0;
	p->resends = 0;
	await_answers(p);

	struct event *e = report(out, EVENT_PREPARING);
	e->ballot = p->ballot;
	e->slot = p->from;
	if (under(p, p->from, HARDENED)) {
		promise(p, p->ballot, out);
		lease_grant(p, p->ballot);
		struct event *own = report(out, EVENT_PROMISED);
		own->ballot = p->ballot;
		own->slot = p->from;
		own->peer = p->config.self;
	}
	struct message *m = send(p, out, MSG_PREPARE, everybody(p));
	m->ballot = p->ballot;
	m->slot = p->from;
}

/* Rule 3: below a slot that it is bound in, a ballot under `justify` fills gaps with nothing. */
static bool is_bound_gap(const struct paxos *p, slot_number slot)
{
	return p->config.mode == MODE_MULTI && under(p, slot, DEFENCE_JUSTIFY) &&
	       p->view_claims > 0 && slot < p->view_claim[p->view_claims - 1].slot;
}

/* Phase 2a for one slot: the value that the votes force, or else the one bound to it, or a no-op.
 */
static void propose_in(struct paxos *p, struct paxos_slot *s, struct paxos_output *out)
{
	struct event *e = report(out, EVENT_PROPOSING);

	e->ballot = p->ballot;
	e->slot = s->slot;
	if (s->claim != VALUE_NONE) {
		s->proposed = s->claim;
		e->because = BECAUSE_FORCED;
		e->other = s->claim_at;
		e->peer = s->claim_by;
	} else if (s->pending != 0 && !is_bound_gap(p, s->slot)) {
		s->proposed = p->pending[s->pending - 1].value;
		e->because = BECAUSE_FREE;
	} else {
		s->proposed = VALUE_NOOP;
		e->because = BECAUSE_GAP;
	}
	e->value = s->proposed;
	s->accepted_by = 0;

	struct message *m = send(p, out, MSG_ACCEPT, everybody(p));
	m->ballot = p->ballot;
	m->slot = s->slot;
	m->value = s->proposed;
}

/* Multi mode: gives free slots to those who wait, as far as the window goes. */
static void fill_slots(struct paxos *p, struct paxos_output *out)
{
	if (p->next < p->base)
		p->next = p->base;
	for (;;) {
		int head = queue_head(p, out);
		if (head < 0 || !is_open(p, p->next) || p->next >= border(p, p->from))
			break;
		struct paxos_slot *s = open_slot(p, p->next);
		slot_number asked = p->pending[head].asked;
		if (s->chosen != VALUE_NONE) {
			p->next++;
			continue;
		}
		if (asked != SLOT_NONE && asked < p->next) {
			give_up(p->pending[head].value, asked, BECAUSE_TAKEN, out);
			queue_pop(p);
			forget_pending(p, (unsigned)head);
			continue;
		}
		if (asked == SLOT_NONE || asked == p->next) {
			queue_pop(p);
			bind(p, s, (unsigned)head);
		}
		if (p->proposer_at == 0)
			await_answers(p);
		propose_in(p, s, out);
		p->next++;
	}
}

/* Rule 3: what the quorum of Promises binds this ballot to, as everybody can recompute it. */
static void make_view(struct paxos *p, struct paxos_output *out)
{
	p->view_slot = p->from > p->base ? p->from : p->base;
	p->view_by = p->promised_by;
	p->view_claims = 0;
	p->view_again = 0;
	for (slot_number slot = p->view_slot; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->claim != VALUE_NONE)
			p->view_claim[p->view_claims++] = (struct claim){
				.slot = slot,
				.ballot = s->claim_at,
				.value = s->claim,
				.cert = hard_slot(p, slot)->claim_cert,
			};
	}
	send_new_view(p, everybody(p), out);
}

/* Single mode: the one slot of the ballot. */
static void lead_slot(struct paxos *p, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, p->from);

	if (s->pending == 0 && s->claim == VALUE_NONE) {
		int head = queue_head(p, out);
		slot_number asked = head < 0 ? SLOT_NONE : p->pending[head].asked;
		if (head >= 0 && (asked == SLOT_NONE || asked == p->from)) {
			queue_pop(p);
			bind(p, s, (unsigned)head);
		}
	}
	await_answers(p);
	propose_in(p, s, out);
}

/* Phase 2 begins: in every slot that the quorum told about, and in every gap below, the value is
 * settled; above, the leader is free. */
void lead(struct paxos *p, struct paxos_output *out)
{
	p->role = ROLE_LEADING;
	p->resends = 0;
	p->proposer_at = 0;
	struct event *e = report(out, EVENT_LEADING);
	e->ballot = p->ballot;
	e->slot = p->from;

	if (under(p, p->from, DEFENCE_JUSTIFY))
		make_view(p, out);
	if (p->config.mode == MODE_SINGLE) {
		lead_slot(p, out);
		return;
	}
	slot_number end = p->base;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (slot < border(p, p->from) && (s->claim != VALUE_NONE || s->pending != 0))
			end = slot + 1;
	}
	for (slot_number slot = p->base; slot < end; slot++) {
		struct paxos_slot *s = open_slot(p, slot);
		if (s->chosen != VALUE_NONE)
			continue;
		await_answers(p);
		propose_in(p, s, out);
	}
	p->next = end;
	fill_slots(p, out);
}

/* A slot is decided: its value has won, or goes back to wait for another slot. */
void settle(struct paxos *p, struct paxos_slot *s, struct paxos_output *out)
{
	if (s->pending == 0)
		return;
	unsigned place = s->pending - 1u;
	const struct paxos_pending *w = &p->pending[place];
	s->pending = 0;
	if (w->value == s->chosen) {
		struct event *e = report(out, EVENT_WON);
		e->slot = s->slot;
		e->value = w->value;
		p->losses = 0;
		forget_pending(p, place);
	} else if (w->asked != SLOT_NONE) {
		give_up(w->value, s->slot, BECAUSE_TAKEN, out);
		forget_pending(p, place);
	} else {
		queue_return(p, place);
	}
}

void pursue(struct paxos *p, struct paxos_output *out)
{
	switch (p->role) {
	case ROLE_IDLE:
		if (p->queue_count > 0)
			begin_ballot(p, out);
		break;
	case ROLE_LEADING:
		if (p->config.mode != MODE_MULTI)
			break;
		/* A ballot is good up to the next change of policy: then it has done its work. */
		if (p->base >= border(p, p->from) && p->queue_count > 0)
			begin_ballot(p, out);
		else
			fill_slots(p, out);
		break;
	case ROLE_WAITING:
		/* Others have decided all that it wanted: there is nothing to try again. */
		if (p->pending_count == 0) {
			p->role = ROLE_IDLE;
			p->proposer_at = 0;
		}
		break;
	case ROLE_PREPARING:
		break;
	}
}
