/* What a node did in a step, in the words of Paxos.tla: its facts, and what it must hold by them.
 */
#include "proto/check/turn.h"

void turn_break(struct turn *t, enum check_rule rule)
{
	if (t->c->bounds.strict && t->next.broken == CHECK_RULE_NONE)
		t->next.broken = (uint8_t)rule;
}

static bool is_watched(const struct check *c, slot_number slot)
{
	return slot < c->bounds.slots;
}

/* Notes a fact. True: it is new. */
static bool note_in(struct turn *t, const struct fact *f, uint64_t facts[FACT_WORDS])
{
	const unsigned number = net_fact(t->c, f);

	if (number == UINT32_MAX || bit_is_set(facts, number))
		return false;
	bit_set(facts, number);
	return true;
}

static bool note(struct turn *t, const struct fact *f)
{
	return note_in(t, f, t->next.facts);
}

/* 1a: "Phase1a(b)", once a ballot. */
void note_begun(struct turn *t)
{
	const struct paxos *p = &t->next.paxos;
	const struct fact f = {
		.kind = FACT_BEGUN, .node = p->config.self, .ballot = small_ballot(p->ballot)};

	if (ballot_is_none(p->ballot) || ballot_cmp(p->ballot, t->ballot) == 0)
		return;
	t->next.ballots++;
	if (!note(t, &f))
		turn_break(t, CHECK_RULE_REFINES);
}

/* 1b: the ballot is above maxBal, and what is told is (maxVBal, maxVal). */
static void note_promised(struct turn *t, unsigned slot, uint16_t ballot, uint16_t at,
			  uint8_t value)
{
	const struct fact f = {
		.kind = FACT_PROMISED,
		.node = t->next.paxos.config.self,
		.slot = (uint8_t)slot,
		.value = value,
		.ballot = ballot,
		.at = at,
	};
	const struct meant *meant = &t->before->meant;

	if (note(t, &f) && (ballot <= meant->bound[slot] || at != meant->voted_at[slot] ||
			    value != meant->voted[slot]))
		turn_break(t, CHECK_RULE_REFINES);
	if (ballot > t->next.meant.bound[slot])
		t->next.meant.bound[slot] = ballot;
}

/* A Promise tells nothing of slots below its first, or that its sender knows to be decided, and
 * counts for nothing there: it is a 1b that nobody will use. */
static void note_promise_sent(struct turn *t, const struct message *m)
{
	const struct meant *meant = &t->before->meant;
	const uint16_t ballot = small_ballot(m->ballot);

	for (slot_number s = 0; is_watched(t->c, s); s++) {
		struct claim told = {.value = VALUE_NONE};

		for (unsigned k = 0; k < m->claims; k++)
			if (m->claim[k].slot == s)
				told = m->claim[k];
		if (s >= higher_of(m->slot, m->low))
			note_promised(t, (unsigned)s, ballot, small_ballot(told.ballot),
				      (uint8_t)told.value);
		else if (ballot > meant->bound[s])
			note_promised(t, (unsigned)s, ballot, meant->voted_at[s], meant->voted[s]);
	}
}

void note_promises(struct turn *t, const struct paxos_output *out)
{
	const struct paxos *p = &t->next.paxos;
	const struct meant *meant = &t->before->meant;

	/* its own Promise does not leave the node */
	if (ballot_cmp(p->ballot, t->before->paxos.ballot) != 0 && !ballot_is_none(p->ballot))
		for (unsigned s = 0; s < t->c->bounds.slots; s++)
			note_promised(t, s, small_ballot(p->ballot), meant->voted_at[s],
				      meant->voted[s]);
	for (unsigned i = 0; i < out->sends; i++)
		if (out->send[i].type == MSG_PROMISE)
			note_promise_sent(t, &out->send[i]);
}

/* 2a of what is sent, and of what a node alone proposes to itself; 2b of what is voted for; and
 * what is taken for chosen. */
void note_proposed(struct turn *t, slot_number slot, struct ballot ballot, value_ref value,
		   uint64_t facts[FACT_WORDS])
{
	const struct fact f = {.kind = FACT_PROPOSED,
			       .node = t->next.paxos.config.self,
			       .slot = (uint8_t)slot,
			       .value = (uint8_t)value,
			       .ballot = small_ballot(ballot)};

	if (is_watched(t->c, slot))
		note_in(t, &f, facts);
}

static void note_voted(struct turn *t, const struct event *e)
{
	const uint16_t ballot = small_ballot(e->ballot);
	struct meant *meant = &t->next.meant;

	note(t, &(struct fact){.kind = FACT_VOTED,
			       .node = t->next.paxos.config.self,
			       .slot = (uint8_t)e->slot,
			       .value = (uint8_t)e->value,
			       .ballot = ballot});
	if (ballot < meant->bound[e->slot])
		turn_break(t, CHECK_RULE_REFINES);
	else
		meant->bound[e->slot] = ballot;
	meant->voted_at[e->slot] = ballot;
	meant->voted[e->slot] = (uint8_t)e->value;
}

void note_events(struct turn *t, const struct paxos_output *out)
{
	for (unsigned i = 0; i < out->events; i++) {
		const struct event *e = &out->event[i];

		if (!is_watched(t->c, e->slot))
			continue;
		if (e->kind == EVENT_PROPOSING)
			note_proposed(t, e->slot, e->ballot, e->value, t->next.facts);
		if (e->kind == EVENT_ACCEPTED)
			note_voted(t, e);
		if (e->kind == EVENT_CHOSEN)
			note(t, &(struct fact){.kind = FACT_KNOWN,
					       .node = t->next.paxos.config.self,
					       .slot = (uint8_t)e->slot,
					       .value = (uint8_t)e->value});
		if (e->kind == EVENT_CONTRADICTED)
			turn_break(t, CHECK_RULE_INTEGRITY);
	}
}

/* Does the acceptor still hold what it promised and voted? */
static bool is_as_meant(const struct check *c, const struct paxos *p, const struct meant *meant)
{
	for (unsigned s = 0; s < c->bounds.slots; s++) {
		const struct paxos_slot *slot = paxos_slot(p, s);

		if (small_ballot(p->promised) < meant->bound[s] ||
		    (slot != NULL && (meant->voted_at[s] != small_ballot(slot->voted_at) ||
				      meant->voted[s] != slot->voted)))
			return false;
	}
	return true;
}

void note_lost(struct turn *t)
{
	if (!is_as_meant(t->c, &t->next.paxos, &t->next.meant))
		turn_break(t, CHECK_RULE_REFINES);
}
