/* The proposer: from values that wait to Accepts on their way. */
#include "proto/core/step.h"

/* A round above every round that this node was told of. 0: there is none.
 *
 * Under `window` acceptors refuse a round that is far above what enough nodes have seen. So the
 * word of one node counts only as far as acceptors would follow; this node's own promise may be
 * above that, and is proof enough for itself. */
static uint32_t next_round(const struct paxos *p)
{
	uint64_t round = p->seen.round;

	if (p->round_floor != 0 && round >= p->round_floor - 1 + WINDOW_ROUNDS)
		round = higher_of(p->round_floor - 1,
				  higher_of(p->promised.round, p->ballot.round));
	return round == ROUND_MAX ? 0 : (uint32_t)round + 1;
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

/* The first slot that the next ballot is about. SLOT_NONE: there is no value to propose. */
static slot_number first_slot(struct paxos *p, struct paxos_output *out)
{
	int head = queue_head(p, out);

	if (!queue_has_bound(p) && head < 0)
		return SLOT_NONE;
	if (p->config.mode == MODE_MULTI)
		return p->base;
	/* Single mode: the slot that this proposer has begun, the one that is asked for, or the
	 * first open one. */
	if (queue_has_bound(p))
		return p->from;
	slot_number asked = p->pending[head].asked;
	return asked != SLOT_NONE ? asked : p->base;
}

/* "A proposer selects a proposal number n and sends a prepare request with number n to a majority
 * of acceptors." (Paxos Made Simple, 2.2, phase 1a)
 *
 * The Prepare goes to all acceptors, this node among them. Rule 1: "the proposer persists its round
 * before sending and never uses it again": its own acceptor promises the ballot in this step, and a
 * promise is stored before any message leaves. An acceptor that keeps out of the slot stores the
 * ballot, too, but gives no Promise. */
static void prepare_from(struct paxos *p, slot_number first, struct paxos_output *out)
{
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		struct paxos_slot *s = open_slot(p, slot);
		s->proposed = s->claim = VALUE_NONE;
		s->claim_at = BALLOT_NONE;
		s->claim_by = NODE_NONE;
		s->accepted_by = 0;
		if (slot_is_under(p, slot, HARDENED)) {
			struct paxos_hard *h = hard_slot(p, slot);
			h->claim_cert = h->rival_cert[0] = h->rival_cert[1] = PROOF_NONE;
		}
	}
	p->ballot = (struct ballot){next_round(p), p->config.self};
	p->role = ROLE_PREPARING;
	p->from = first;
	p->settling = p->pending_count == 0;
	p->promised_by = p->refused_by = 0;
	p->resends = 0;
	round_prepared(p);
	backoff_await_answers(p);

	struct event *e = output_report(out, EVENT_PREPARING);
	e->ballot = p->ballot;
	e->slot = p->from;
	if (slot_is_under(p, p->from, HARDENED) ||
	    slots_are_left(p, p->from, policy_line_end(p, p->from))) {
		acceptor_promise(p, p->ballot, out);
		lease_grant(p, p->ballot);
		struct event *own = output_report(out, EVENT_PROMISED);
		own->ballot = p->ballot;
		own->slot = p->from;
		own->peer = p->config.self;
	}
	struct message *m = output_send(p, out, MSG_PREPARE, nodes_all(p));
	m->ballot = p->ballot;
	m->slot = p->from;
}

static bool has_a_round(struct paxos *p, struct paxos_output *out)
{
	if (next_round(p) != 0)
		return true;
	if (!p->exhausted)
		output_report(out, EVENT_EXHAUSTED)->other = p->seen;
	p->exhausted = true;
	return false;
}

void proposer_begin_ballot(struct paxos *p, struct paxos_output *out)
{
	p->role = ROLE_IDLE;
	p->proposer_at = 0;
	if (!has_a_round(p, out))
		return;
	slot_number first = first_slot(p, out);
	if (first != SLOT_NONE && !holds_back(p))
		prepare_from(p, first, out);
}

/* "If a learner needs to know whether a value has been chosen, it can have a proposer issue a
 * proposal" (Paxos Made Simple, 2.3): a ballot about a slot in which a quorum may have voted,
 * though this node has no value to propose. What its Promises tell forces the value. */
void proposer_settle(struct paxos *p, slot_number slot, struct paxos_output *out)
{
	if (p->role == ROLE_IDLE && lease_wait(p) == 0 && has_a_round(p, out))
		prepare_from(p, p->config.mode == MODE_MULTI ? p->base : slot, out);
}

/* Rule 3: below a slot that it is bound in, a ballot under `justify` fills gaps with nothing. */
static bool is_bound_gap(const struct paxos *p, slot_number slot)
{
	return p->config.mode == MODE_MULTI && slot_is_under(p, slot, DEFENCE_JUSTIFY) &&
	       p->view_claims > 0 && slot < p->view_claim[p->view_claims - 1].slot;
}

/* Phase 2a for one slot: the value that the votes force, or else the value that is bound to the
 * slot, or in a gap 'a special "no-op" command that leaves the state unchanged' (Paxos Made Simple,
 * 3). */
static void propose_in(struct paxos *p, struct paxos_slot *s, struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_PROPOSING);

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

	struct message *m = output_send(p, out, MSG_ACCEPT, nodes_all(p));
	m->ballot = p->ballot;
	m->slot = s->slot;
	m->value = s->proposed;
}

/* Multi mode: gives free slots to the values that wait, as far as the window goes. */
static void fill_slots(struct paxos *p, struct paxos_output *out)
{
	p->next = higher_of(p->next, p->base);
	for (;;) {
		int head = queue_head(p, out);
		if (head < 0 || !slot_is_open(p, p->next) || p->next >= policy_line_end(p, p->from))
			break;
		struct paxos_slot *s = open_slot(p, p->next);
		slot_number asked = p->pending[head].asked;
		if (s->chosen != VALUE_NONE) {
			p->next++;
			continue;
		}
		if (asked != SLOT_NONE && asked < p->next) {
			queue_drop_head(p, BECAUSE_TAKEN, out);
			continue;
		}
		if (asked == SLOT_NONE || asked == p->next) {
			queue_bind_head(p, s);
		}
		if (p->proposer_at == 0)
			backoff_await_answers(p);
		propose_in(p, s, out);
		p->next++;
	}
}

/* Single mode: the one slot of the ballot. */
static void lead_slot(struct paxos *p, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, p->from);

	if (s->pending == 0 && s->claim == VALUE_NONE) {
		int head = queue_head(p, out);
		slot_number asked = head < 0 ? SLOT_NONE : p->pending[head].asked;
		if (head >= 0 && (asked == SLOT_NONE || asked == p->from)) {
			queue_bind_head(p, s);
		}
	}
	backoff_await_answers(p);
	propose_in(p, s, out);
}

/* Phase 2 begins. In every slot that the quorum told votes of, and in every gap below, the value is
 * settled. In the slots above, the leader is free to propose. */
void proposer_lead(struct paxos *p, struct paxos_output *out)
{
	round_promised(p);
	p->role = ROLE_LEADING;
	p->resends = 0;
	p->proposer_at = 0;
	struct event *e = output_report(out, EVENT_LEADING);
	e->ballot = p->ballot;
	e->slot = p->from;

	if (slot_is_under(p, p->from, DEFENCE_JUSTIFY))
		view_make(p, out);
	if (p->config.mode == MODE_SINGLE) {
		lead_slot(p, out);
		return;
	}
	slot_number end = p->base;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (slot < policy_line_end(p, p->from) &&
		    (s->claim != VALUE_NONE || s->pending != 0))
			end = slot + 1;
	}
	for (slot_number slot = p->base; slot < end; slot++) {
		struct paxos_slot *s = open_slot(p, slot);
		if (s->chosen != VALUE_NONE)
			continue;
		backoff_await_answers(p);
		propose_in(p, s, out);
	}
	p->next = end;
	fill_slots(p, out);
}

/* The next thing that the proposer can do: begin a ballot, fill slots, or stop waiting. */
void proposer_pursue(struct paxos *p, struct paxos_output *out)
{
	switch (p->role) {
	case ROLE_IDLE:
		if (p->queue_count > 0)
			proposer_begin_ballot(p, out);
		break;
	case ROLE_LEADING:
		if (p->config.mode != MODE_MULTI)
			break;
		/* A ballot is good up to the next change of policy: then it has done its work. A
		 * value that waits may be bound to a slot behind the change already. */
		if (p->base >= policy_line_end(p, p->from) && p->pending_count > 0)
			proposer_begin_ballot(p, out);
		else
			fill_slots(p, out);
		break;
	case ROLE_WAITING:
		/* Other proposers have brought all its values through: nothing is left to try. */
		if (p->pending_count == 0) {
			p->role = ROLE_IDLE;
			p->proposer_at = 0;
		}
		break;
	case ROLE_PREPARING:
		break;
	}
}
