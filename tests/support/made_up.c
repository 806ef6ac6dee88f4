#include "tests/support/made_up.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/batch.h"
#include "proto/core/read_entry.h"
#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"

static uint64_t draw(struct made_up *u, uint64_t below)
{
	return random_next(&u->random) % below;
}

static bool is_wild(struct made_up *u)
{
	return draw(u, 100) < u->wild;
}

static node_id any_node(struct made_up *u)
{
	return (node_id)(1 + draw(u, u->h->m->nodes));
}

/* A batch of the first two values, one of a single value that nobody else proposes, and a read. */
static void deepen(struct made_up *u)
{
	struct values *values = u->h->m->values;
	uint8_t bytes[64];
	uint32_t length;
	struct batch_writer w = batch_write(bytes, sizeof bytes);

	(void)batch_add(&w, (const uint8_t *)"A", 1);
	(void)batch_add(&w, (const uint8_t *)"B", 1);
	const uint8_t *batch = batch_end(&w, &length);
	u->value[5] = values_intern(values, batch, length);
	w = batch_write(bytes, sizeof bytes);
	(void)batch_add(&w, (const uint8_t *)"C", 1);
	(void)batch_add(&w, (const uint8_t *)"lost", 4);
	batch = batch_end(&w, &length);
	u->value[6] = values_intern(values, batch, length);
	read_entry_write(&(struct read_entry){1, 1, 1}, bytes);
	u->value[7] = values_intern(values, bytes, READ_ENTRY_BYTES);
	u->values = (uint8_t)(3 + draw(u, 6));
	if (draw(u, 3) == 0)
		u->slots = (uint8_t)(5 + draw(u, 70));
	if (draw(u, 2) == 0)
		u->kinds = UINT64_MAX;
}

struct made_up *made_up_new(uint64_t seed)
{
	static const unsigned wild[] = {0, 1, 3, 10, 30};
	static const policy_id policies[] = {
		POLICY_NONE,
		DEFENCE_SIGN,
		DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT,
		DEFENCE_SIGN | DEFENCE_CERT,
		DEFENCE_REJECT,
		DEFENCE_SIGN | DEFENCE_LEASE | DEFENCE_WINDOW | DEFENCE_BUDGET,
	};
	struct made_up *u = calloc(1, sizeof *u);

	u->random = seed;
	u->is_wide = seed >= MADE_UP_WIDE;
	u->is_deep = seed >= MADE_UP_DEEP;
	u->h = handmade_new(u->is_wide && seed % 4 == 0 ? NODES_MAX : (uint8_t)(1 + draw(u, 8)),
			    false);
	struct cluster_info info = {
		.kind = draw(u, 2) == 0 ? CLUSTER_SIMULATED : CLUSTER_LIVE,
		.nodes = u->h->m->nodes,
		.epoch = 1,
		.mode = draw(u, 2) == 0 ? MODE_SINGLE : MODE_MULTI,
		.policy = policies[draw(u, 6)],
	};
	info.quorum = draw(u, 3) == 0 ? 0 : (uint8_t)(info.nodes / 2 + 1);
	model_begin(u->h->m, u->h->m->values, &info);
	u->wild = wild[draw(u, 5)];
	u->rounds = (uint32_t)(2 + draw(u, 9));
	u->slots = (uint8_t)(1 + draw(u, 4));
	u->values = (uint8_t)(2 + draw(u, 3));
	u->kinds = random_next(&u->random) & random_next(&u->random);
	if (u->is_wide) {
		u->values = 5;
		u->kinds |= random_next(&u->random) | random_next(&u->random);
	}
	u->value[0] = u->h->a;
	u->value[1] = u->h->b;
	u->value[2] = values_intern(u->h->m->values, (const uint8_t *)"C", 1);
	u->value[3] = VALUE_NOOP;
	u->value[4] = values_intern(u->h->m->values,
				    (const uint8_t *)"a value longer than most lines", 30);
	if (u->is_deep)
		deepen(u);
	for (node_id id = 1; id <= info.nodes; id++)
		u->boot[id] = (uint16_t)(draw(u, 8) == 0 ? 2 : 1);
	return u;
}

void made_up_free(struct made_up *u)
{
	handmade_free(u->h);
	free(u);
}

/* What the nodes speak of. */

static slot_number any_slot(struct made_up *u)
{
	if (is_wild(u) && draw(u, 4) == 0)
		return draw(u, 2) == 0 ? SLOT_NONE : MODEL_SLOTS + draw(u, 3);
	return draw(u, u->slots);
}

static struct ballot any_ballot(struct made_up *u)
{
	if (is_wild(u) && draw(u, 8) == 0)
		return draw(u, 2) == 0 ? BALLOT_NONE : ballot_of(ROUND_MAX, any_node(u));
	return ballot_of((uint32_t)(1 + draw(u, u->rounds)), any_node(u));
}

/* An honest proposer proposes one value in a ballot and slot; most propose what others do. */
static value_ref value_in(struct made_up *u, struct ballot b, slot_number slot)
{
	if (is_wild(u))
		return u->value[draw(u, u->values)];
	return u->value[b.round % 3 == 0 ? (b.node + slot) % u->values : slot % 2];
}

static const struct model_vote *own_vote(struct made_up *u, node_id node, slot_number slot)
{
	static const struct model_vote nothing;
	const struct model_slot *s = model_slot(u->h->m, slot);

	return s == NULL ? &nothing : &s->vote[node];
}

/* A ballot in which the node may still act. */
static struct ballot ballot_for(struct made_up *u, node_id node)
{
	const struct ballot promised = u->h->m->node[node].promised;
	struct ballot b = any_ballot(u);

	for (unsigned i = 0; i < 12 && !is_wild(u) && ballot_cmp(b, promised) < 0; i++)
		b = any_ballot(u);
	return ballot_cmp(b, promised) < 0 && !is_wild(u) ? promised : b;
}

/* The highest ballot with votes in the slot, if the node has no part in it yet and may have. */
static bool join_votes(struct made_up *u, struct event *e)
{
	const struct model_slot *s = model_slot(u->h->m, e->slot);
	const struct model_tally *high = NULL;

	for (unsigned i = 0; s != NULL && i < MODEL_TALLIES; i++)
		if (model_tally_is_used(&s->tally[i]) &&
		    (high == NULL || ballot_cmp(s->tally[i].ballot, high->ballot) > 0))
			high = &s->tally[i];
	if (high == NULL || set_has(high->voters, e->node) ||
	    ballot_cmp(high->ballot, u->h->m->node[e->node].promised) < 0)
		return false;
	e->ballot = high->ballot;
	e->value = high->value;
	return true;
}

/* What some node knows to be chosen in the slot, or votes decide there. */
static bool join_learners(struct made_up *u, struct event *e)
{
	const struct model_slot *s = model_slot(u->h->m, e->slot);

	if (s == NULL)
		return false;
	e->value = s->decided;
	e->ballot = s->decided_at;
	for (node_id id = 1; id <= u->h->m->nodes && e->value == VALUE_NONE; id++) {
		e->value = s->vote[id].chosen;
		e->ballot = s->vote[id].chosen_at;
	}
	return e->value != VALUE_NONE;
}

/* Some ballot and value with votes in the slot. */
static void some_vote(struct made_up *u, struct event *e)
{
	const struct model_slot *s = model_slot(u->h->m, e->slot);
	const struct model_tally *t = s == NULL ? NULL : &s->tally[draw(u, MODEL_TALLIES)];

	if (t != NULL && s->decided != VALUE_NONE && draw(u, 2) == 0)
		t = model_tally(s, s->decided_at, s->decided);
	if (t == NULL || !model_tally_is_used(t) || is_wild(u)) {
		e->ballot = any_ballot(u);
		e->value = value_in(u, e->ballot, e->slot);
		return;
	}
	e->ballot = t->ballot;
	e->value = t->value;
}

static void name_message(struct made_up *u, struct event *e, node_id source)
{
	e->id = (struct message_id){source, u->boot[source],
				    1 + draw(u, u->number[source] + (uint64_t)1)};
	e->copy = (uint8_t)(draw(u, 8) == 0);
}

/* The highest vote that the node's Promise must tell. */
static void tell_highest(struct made_up *u, struct event *e)
{
	const struct model *m = u->h->m;

	e->count = 0;
	e->value = VALUE_NONE;
	for (slot_number slot = m->node[e->node].base; slot < m->slot_end; slot++) {
		const struct model_vote *v = own_vote(u, e->node, slot);

		if (slot < e->slot || v->voted == VALUE_NONE || v->chosen != VALUE_NONE ||
		    ballot_cmp(v->voted_at, e->other) <= 0)
			continue;
		e->other = v->voted_at;
		e->value = v->voted;
		e->count++;
	}
}

static void make_sent(struct made_up *u, struct event *e)
{
	static const enum message_type types[] = {
		MSG_PREPARE, MSG_PROMISE, MSG_ACCEPT,   MSG_ACCEPT, MSG_ACCEPTED, MSG_NACK,
		MSG_COMMIT,  MSG_ECHO,    MSG_NEW_VIEW, MSG_SYNC,   MSG_EVIDENCE};
	const struct model_vote *v = own_vote(u, e->node, e->slot);

	u->number[e->node]++;
	e->id = (struct message_id){e->node, u->boot[e->node], u->number[e->node]};
	e->to = (node_set)draw(u, 256) | 1;
	e->type = types[draw(u, sizeof types / sizeof types[0])];
	if (e->type == MSG_PROMISE || e->type == MSG_NACK) {
		e->ballot =
			e->type == MSG_PROMISE ? u->h->m->node[e->node].promised : any_ballot(u);
		if (e->type == MSG_NACK)
			e->other = u->h->m->node[e->node].promised;
		else
			tell_highest(u, e);
	} else if (e->type == MSG_ACCEPTED && v->voted != VALUE_NONE) {
		e->ballot = v->voted_at;
		e->value = v->voted;
	} else if (e->type == MSG_ECHO && v->echoed != VALUE_NONE) {
		e->ballot = v->echoed_at;
		e->value = v->echoed;
	} else if (e->type == MSG_COMMIT && v->chosen != VALUE_NONE) {
		e->value = v->chosen;
	} else if (e->type == MSG_ACCEPTED || e->type == MSG_ECHO) {
		e->type = MSG_PREPARE;
	}
	if (is_wild(u) && draw(u, 2) == 0)
		e->ballot = any_ballot(u);
	if (is_wild(u) && draw(u, 2) == 0)
		e->other = any_ballot(u);
}

static void make_arrival(struct made_up *u, struct event *e)
{
	e->peer = draw(u, 40) == 0 ? NODE_NONE : any_node(u);
	name_message(u, e, e->peer);
	e->type = (enum message_type)(1 + draw(u, MSG_SUMMARY - 1));
	if (draw(u, 3) != 0)
		e->type = MSG_ACCEPTED;
	if (e->type == MSG_ACCEPTED)
		some_vote(u, e);
	e->due = e->kind == EVENT_HELD || e->kind == EVENT_DUPLICATED ? draw(u, 3) * u->now : 0;
	if (e->kind == EVENT_DROPPED)
		e->drop = (enum drop)draw(u, DROPS);
}

static void make_acceptor(struct made_up *u, struct event *e)
{
	const struct model_vote *v;

	if (e->kind == EVENT_ACCEPTED && draw(u, 3) != 0 && !is_wild(u) && join_votes(u, e))
		return;
	e->ballot = ballot_for(u, e->node);
	e->value = value_in(u, e->ballot, e->slot);
	if (e->kind == EVENT_PROMISED) {
		e->value = VALUE_NONE;
		e->peer = e->ballot.node;
		if (ballot_cmp(e->ballot, u->h->m->node[e->node].promised) == 0 && !is_wild(u))
			e->ballot.round++;
		return;
	}
	v = own_vote(u, e->node, e->slot);
	if (e->kind == EVENT_ECHOED && ballot_cmp(e->ballot, v->echoed_at) == 0 && !is_wild(u))
		e->ballot.round++;
	if (e->kind == EVENT_ACCEPTED && ballot_cmp(e->ballot, v->voted_at) == 0 && !is_wild(u))
		e->ballot.round++;
}

static void make_refused(struct made_up *u, struct event *e)
{
	static const enum message_type types[] = {MSG_PREPARE, MSG_ACCEPT, MSG_NEW_VIEW};

	e->type = types[draw(u, 3)];
	e->peer = any_node(u);
	e->why = (enum refusal)draw(u, REFUSALS);
	e->other = is_wild(u) ? any_ballot(u) : u->h->m->node[e->node].promised;
}

static void make_proposer(struct made_up *u, struct event *e)
{
	e->ballot = ballot_of((uint32_t)(1 + draw(u, u->rounds)), e->node);
	if (e->kind == EVENT_PREPARING && !is_wild(u) &&
	    ballot_cmp(e->ballot, u->h->m->node[e->node].promised) <= 0)
		e->ballot.round = u->h->m->node[e->node].promised.round + 1;
	e->value = value_in(u, e->ballot, e->slot);
	e->other = any_ballot(u);
	e->peer = any_node(u);
	e->due = draw(u, 2) * u->now;
	e->count = (uint32_t)draw(u, 3);
	e->because = (enum because)draw(u, BECAUSES);
	e->quorum = 2;
	if (e->kind == EVENT_COUNTED) {
		e->type = draw(u, 2) == 0 ? MSG_PROMISE : MSG_ACCEPTED;
		some_vote(u, e);
	}
	if (e->kind == EVENT_QUEUED && draw(u, 2) == 0)
		e->slot = SLOT_NONE;
}

static void make_chosen(struct made_up *u, struct event *e)
{
	if (is_wild(u) || !join_learners(u, e))
		some_vote(u, e);
	e->because = draw(u, 2) == 0 ? BECAUSE_COUNTED : BECAUSE_TOLD;
	e->peer = e->because == BECAUSE_TOLD ? (node_id)draw(u, u->h->m->nodes + 2u) : NODE_NONE;
}

static struct link_rule any_link(struct made_up *u)
{
	struct link_rule rule = link_rule_default();

	rule.cut = draw(u, 3) == 0;
	rule.loss_ppm = draw(u, 3) == 0 ? (uint32_t)(999999 + draw(u, 2)) : 0;
	return rule;
}

static void make_rare(struct made_up *u, struct event *e)
{
	e->count = (uint32_t)draw(u, 4);
	e->peer = (node_id)draw(u, u->h->m->nodes + 1u);
	e->drop = (enum drop)draw(u, DROPS);
	e->link = any_link(u);
	e->clock = (struct clock_rule){.num = (uint32_t)draw(u, 3), .den = (uint32_t)draw(u, 3)};
	e->policy = (policy_id)draw(u, 1u << DEFENCES);
	e->attack = draw(u, 2) == 0 ? 0 : (uint32_t)1 << draw(u, ATTACKS);
	e->to = (node_set)draw(u, 32);
	e->other = any_ballot(u);
	e->ballot = any_ballot(u);
	if (e->kind == EVENT_LIED) {
		e->type = draw(u, 2) == 0 ? MSG_ACCEPTED : (enum message_type)draw(u, MSG_SUMMARY);
		e->peer = draw(u, 3) == 0 ? any_node(u) : NODE_NONE;
		some_vote(u, e);
	}
	if (e->kind == EVENT_EPOCH)
		e->count = u->h->m->epoch + (uint32_t)draw(u, 2);
	if (e->kind == EVENT_EVIDENCE)
		e->count = (uint32_t)draw(u, PROOFS);
}

/* What all nodes would say of the log up to there, or now and then another thing. */
static void make_sum(struct made_up *u, struct event *e)
{
	e->slot = draw(u, 4) == 0 ? MODEL_SLOTS + draw(u, 40) : draw(u, u->slots);
	e->value = u->value[is_wild(u) ? draw(u, u->values) : e->slot % 2];
	e->peer = any_node(u);
}

/* Few numbers, so that reads meet their answers; the register is what the log holds last. */
static void make_client(struct made_up *u, struct event *e)
{
	e->number = draw(u, 5);
	e->because = draw(u, 3) == 0 ? BECAUSE_OWN : BECAUSE_ORDERED;
	if (e->kind == EVENT_READING)
		return;
	if (draw(u, 12) == 0)
		e->because = BECAUSE_SKIPPED;
	e->value = u->value[draw(u, 4)];
	if (e->value == VALUE_NOOP || draw(u, 4) == 0)
		e->value = VALUE_NONE;
}

static void make_disk(struct made_up *u, struct event *e)
{
	const struct model_vote *v = own_vote(u, e->node, e->slot);

	e->count = (uint32_t)draw(u, CRASH_POINTS);
	if (e->kind == EVENT_FORGOT && e->count == CRASH_POINT_NONE)
		e->count = CRASH_POINT_PROMISE;
	if (e->kind == EVENT_MISTAKEN)
		e->count = (uint32_t)draw(u, MISTAKES);
	e->ballot = v->voted_at;
	e->value = v->voted;
	if (e->value == VALUE_NONE) {
		e->ballot = any_ballot(u);
		e->value = value_in(u, e->ballot, e->slot);
	}
	e->number = draw(u, 100);
	e->due = u->now;
	e->drop = (enum drop)draw(u, DROPS);
}

static void make_gated(struct made_up *u, struct event *e)
{
	e->count = (uint32_t)draw(u, 5);
	e->to = (node_set)draw(u, 512);
	e->types = draw(u, 3) == 0 ? 0 : (uint32_t)draw(u, TYPES_ALL) & TYPES_ALL;
}

static void make_line(struct made_up *u, struct event *e)
{
	static const policy_id policies[] = {POLICY_NONE, DEFENCE_SIGN, DEFENCE_REJECT,
					     DEFENCE_SIGN | DEFENCE_QUORUM};

	e->policy = policies[draw(u, 4)];
	e->slot = u->h->m->policy_line[u->h->m->policy_lines - 1].from + draw(u, 3);
}

static void make_routine(struct made_up *u, struct event *e)
{
	e->type = draw(u, 2) == 0 ? MSG_SYNC : MSG_SUMMARY;
	e->peer = any_node(u);
	e->drop = (enum drop)draw(u, DROPS);
	e->due = draw(u, 2) * u->now;
	name_message(u, e, e->peer);
}

/* How to make an event of a kind, and how often: of all the weights. */
static const struct {
	enum event_kind kind;
	unsigned weight;
	void (*make)(struct made_up *u, struct event *e);
	bool is_rare; /* in some histories only */
} makers[] = {
	{EVENT_ACCEPTED, 18, make_acceptor, false},
	{EVENT_PROMISED, 8, make_acceptor, false},
	{EVENT_ECHOED, 5, make_acceptor, false},
	{EVENT_CHOSEN, 7, make_chosen, false},
	{EVENT_SENT, 10, make_sent, false},
	{EVENT_RECEIVED, 10, make_arrival, false},
	{EVENT_HELD, 3, make_arrival, false},
	{EVENT_DROPPED, 3, make_arrival, false},
	{EVENT_DUPLICATED, 1, make_arrival, false},
	{EVENT_REFUSED, 6, make_refused, false},
	{EVENT_QUEUED, 5, make_proposer, false},
	{EVENT_PREPARING, 4, make_proposer, false},
	{EVENT_COUNTED, 5, make_proposer, false},
	{EVENT_PROPOSING, 5, make_proposer, false},
	{EVENT_PREEMPTED, 4, make_proposer, false},
	{EVENT_LEADING, 2, make_proposer, false},
	{EVENT_RESIGNED, 1, make_proposer, false},
	{EVENT_WON, 3, make_proposer, false},
	{EVENT_LOST, 1, make_proposer, true},
	{EVENT_RESENT, 1, make_proposer, true},
	{EVENT_STARTED, 3, make_rare, false},
	{EVENT_CRASHED, 2, make_rare, true},
	{EVENT_STOPPED, 1, make_rare, true},
	{EVENT_CONTINUED, 1, make_rare, true},
	{EVENT_MISSED, 1, make_rare, true},
	{EVENT_FORGED, 1, make_rare, true},
	{EVENT_EXHAUSTED, 1, make_rare, true},
	{EVENT_CONTRADICTED, 1, make_rare, true},
	{EVENT_SYNCING, 1, make_rare, true},
	{EVENT_LINKED, 3, make_rare, true},
	{EVENT_TIMED, 1, make_rare, true},
	{EVENT_GATED, 1, make_rare, true},
	{EVENT_POLICY, 1, make_rare, true},
	{EVENT_EPOCH, 1, make_rare, true},
	{EVENT_ARMED, 1, make_rare, true},
	{EVENT_LIED, 3, make_rare, true},
	{EVENT_EVIDENCE, 1, make_rare, true},
	/* of wide histories only: */
	{EVENT_SUMMARIZED, 4, make_sum, true},
	{EVENT_BROUGHT, 1, make_sum, true},
	{EVENT_LET_GO, 1, make_sum, true},
	{EVENT_OBEYED, 1, make_rare, true},
	/* of deep histories only: */
	{EVENT_READING, 6, make_client, false},
	{EVENT_READ, 6, make_client, false},
	{EVENT_QUEUED, 6, make_proposer, false},
	{EVENT_PLACED, 3, make_proposer, true},
	{EVENT_BATCHED, 1, make_proposer, true},
	{EVENT_SEATED, 1, make_disk, true},
	{EVENT_DISK, 1, make_disk, true},
	{EVENT_DOOMED, 1, make_disk, true},
	{EVENT_FORGOT, 1, make_disk, true},
	{EVENT_MISTAKEN, 1, make_disk, true},
	{EVENT_UNJOURNALED, 1, make_disk, true},
	{EVENT_SILENT, 1, make_disk, true},
	{EVENT_DISOBEYED, 1, make_disk, true},
	{EVENT_GATED, 2, make_gated, true},
	{EVENT_POLICY, 3, make_line, true},
	{EVENT_DROPPED, 2, make_routine, false},
	{EVENT_DUPLICATED, 2, make_routine, false},
	{EVENT_SYNCING, 3, make_routine, true},
	{EVENT_HELD, 2, make_routine, false},
};

#define MAKERS        (sizeof makers / sizeof makers[0])
#define MAKERS_WIDE   (MAKERS - 18)
#define MAKERS_NARROW (MAKERS_WIDE - 4)

static unsigned makers_of(const struct made_up *u)
{
	if (u->is_deep)
		return MAKERS;
	return u->is_wide ? MAKERS_WIDE : MAKERS_NARROW;
}

static unsigned any_maker(struct made_up *u)
{
	unsigned sum = 0, i = 0;

	for (i = 0; i < makers_of(u); i++)
		sum += makers[i].weight;
	uint64_t left = draw(u, sum);
	for (i = 0; left >= makers[i].weight; i++)
		left -= makers[i].weight;
	return i;
}

/* Gives the event its number: now and then an old one, one too high, or that of a new life. */
static void number_event(struct made_up *u, struct event *e)
{
	struct model_node *n = &u->h->m->node[e->node];

	if (n->life == LIFE_DOWN && e->kind != EVENT_CRASHED)
		u->boot[e->node] = (uint16_t)(n->boot + 1);
	e->boot = u->boot[e->node];
	e->seq = e->boot > n->boot ? 1 : n->seq + 1;
	if (is_wild(u) && draw(u, 6) == 0)
		e->seq += draw(u, 3) - (uint64_t)1;
	if (e->kind == EVENT_CRASHED || e->kind == EVENT_STOPPED || e->kind == EVENT_CONTINUED ||
	    e->kind == EVENT_FORGED || e->kind == EVENT_SILENT ||
	    (e->kind == EVENT_MISSED && draw(u, 2) == 0))
		e->seq = 0;
	e->at = u->now;
	if (!u->is_deep || draw(u, 4) == 0)
		e->at -= draw(u, 4) == 0 && u->now > 5000 ? draw(u, 5000) : 0;
}

/* The event is about the newest ballot of its proposer, or of the one that it answers. */
static void speak_of_newest(struct made_up *u, struct event *e)
{
	const struct model *m = u->h->m;
	const bool is_own = e->kind == EVENT_PREEMPTED || e->kind == EVENT_RESIGNED ||
			    e->kind == EVENT_PROPOSING || e->kind == EVENT_COUNTED ||
			    e->kind == EVENT_LEADING;
	const bool is_asked = e->kind == EVENT_REFUSED || e->kind == EVENT_DROPPED ||
			      e->kind == EVENT_RECEIVED || e->kind == EVENT_HELD;
	const node_id owner = is_own ? e->node : e->peer;

	if ((!is_own && !is_asked) || owner == NODE_NONE || owner > m->nodes)
		return;
	const struct model_ballot *b = &m->ballots[owner];
	if (ballot_is_none(b->ballot))
		return;
	if (e->kind == EVENT_DROPPED || e->kind == EVENT_HELD)
		e->type = draw(u, 2) == 0 ? MSG_PREPARE : MSG_ACCEPT;
	e->ballot = b->ballot;
	if (draw(u, 3) != 0 && b->slot < MODEL_SLOTS)
		e->slot = b->slot;
	if (draw(u, 3) != 0)
		e->value = b->value;
}

/* Does the node that told the last event tell more of the same step? */
static bool goes_on(struct made_up *u)
{
	return u->is_deep && u->steps != NODE_NONE && draw(u, 2) == 0;
}

static void tell_event(struct made_up *u)
{
	unsigned i = any_maker(u);
	struct event e;

	while (makers[i].is_rare && (u->kinds >> i & 1) == 0)
		i = any_maker(u);
	e = (struct event){.kind = makers[i].kind,
			   .node = goes_on(u) ? u->steps : any_node(u),
			   .slot = any_slot(u)};
	u->steps = e.node;
	makers[i].make(u, &e);
	number_event(u, &e);
	if (u->is_deep && draw(u, 2) == 0)
		speak_of_newest(u, &e);
	model_item(u->h->m, &(struct item){.kind = ITEM_EVENT, .event = &e});
}

/* What the model knows of the node, and now and then something else. */
static void fill_slots(struct made_up *u, struct snapshot *s)
{
	const struct model *m = u->h->m;

	for (slot_number slot = m->slot_first; slot < m->slot_end && s->slots < 16; slot++) {
		const struct model_vote *v = own_vote(u, s->node, slot);
		struct snapshot_slot *told = &s->slot[s->slots];

		if (is_wild(u) && draw(u, 4) == 0)
			continue;
		*told = (struct snapshot_slot){
			.slot = slot,
			.voted_at = v->voted_at,
			.voted = v->voted,
			.echoed_at = v->echoed_at,
			.echoed = v->echoed,
			.chosen_at = v->chosen_at,
			.chosen = v->chosen,
			.chosen_by = v->chosen_by,
			.chosen_from = v->chosen_from,
			.proposed = draw(u, 3) == 0 ? u->value[draw(u, u->values)] : VALUE_NONE,
			.accepted_by = (node_set)draw(u, 32),
		};
		if (is_wild(u))
			told->voted_at = any_ballot(u);
		if (is_wild(u))
			told->echoed_at = any_ballot(u);
		if (is_wild(u))
			told->chosen = u->value[draw(u, u->values)];
		s->slots++;
	}
}

/* What of a snapshot only deep histories tell. */
static void deepen_snapshot(struct made_up *u, struct snapshot *s)
{
	const struct model_node *n = &u->h->m->node[s->node];

	s->low = n->low;
	s->part_from = n->part_from;
	s->pid = 1000 + s->node;
	if (is_wild(u))
		s->part_from = draw(u, u->slots);
	if (draw(u, 4) == 0 && s->lines > 0)
		s->lines--;
	else if (draw(u, 4) == 0 && s->lines > 0 && s->lines < POLICY_LINES_MAX) {
		s->line[s->lines] =
			(struct policy_line){s->line[s->lines - 1].from + 1, DEFENCE_REJECT};
		s->lines++;
	}
	if (draw(u, 4) == 0)
		gate_rule_set(&s->gate, (node_id)draw(u, 4), 1u << MSG_PROMISE, true);
	if (draw(u, 4) == 0)
		s->held_message[s->held++] = (struct event){
			.kind = EVENT_HELD,
			.node = s->node,
			.id = {1, 1, 1000 + draw(u, 2)},
			.peer = 1,
			.type = MSG_ACCEPT,
		};
}

/* What stands behind the last is no part of it. */
static void fill_places_of_snapshot(struct made_up *u, struct snapshot *s)
{
	if (s->slots < SNAPSHOT_SLOTS_MAX)
		s->slot[s->slots] = (struct snapshot_slot){
			.slot = 0,
			.voted_at = s->promised,
			.voted = u->h->a,
			.echoed_at = s->promised,
			.echoed = u->h->a,
			.chosen_at = s->promised,
			.chosen = u->h->b,
			.proposed = u->h->b,
			.accepted_by = 1,
		};
	if (s->held < SNAPSHOT_HELD_MAX)
		s->held_message[s->held] = (struct event){.kind = EVENT_HELD,
							  .node = s->node,
							  .id = {1, 1, UINT32_MAX},
							  .peer = 1,
							  .type = MSG_ACCEPT};
	if (s->lines < POLICY_LINES_MAX)
		s->line[s->lines] = (struct policy_line){0, DEFENCE_REJECT};
}

static void tell_snapshot(struct made_up *u)
{
	static struct snapshot s;
	const struct model *m = u->h->m;
	const node_id node = any_node(u);
	const struct model_node *n = &m->node[node];

	s = (struct snapshot){
		.node = node,
		.boot = n->boot > u->boot[node] ? n->boot : u->boot[node],
		.seq = n->seq,
		.at = u->now,
		.epoch = m->epoch,
		.nodes = m->nodes,
		.quorum = m->plain_quorum,
		.mode = m->mode,
		.lines = (uint8_t)m->policy_lines,
		.attacks = n->attacks,
		.has_lied = n->has_lied,
		.mistake = n->mistake,
		.clock = m->clock,
		.gate = n->gate,
		.role = (enum paxos_role)draw(u, 4),
		.promised = n->promised,
		.ballot = ballot_of((uint32_t)draw(u, u->rounds), node),
		.from = draw(u, u->slots),
		.promised_by = (node_set)draw(u, 32),
		.base = n->base,
		.pending = (uint16_t)draw(u, 3),
		.wake_at = draw(u, 3),
		.sent = n->sent,
		.received = n->received,
		.ahead_us = (int64_t)(draw(u, 8) * draw(u, 400000000000)) - 100000000000,
	};
	memcpy(s.dropped, n->dropped, sizeof s.dropped);
	memcpy(s.link, n->link, sizeof s.link);
	for (unsigned i = 0; i < m->policy_lines; i++)
		s.line[i] = (struct policy_line){m->policy_line[i].from, m->policy_line[i].policy};
	fill_slots(u, &s);
	if (u->is_deep)
		deepen_snapshot(u, &s);
	for (uint32_t i = 0; i < m->flights && s.held < 4; i++)
		if (m->flight[i].to == node && m->flight[i].state == FLIGHT_HELD && draw(u, 3) != 0)
			s.held_message[s.held++] = (struct event){.kind = EVENT_HELD,
								  .node = node,
								  .id = m->flight[i].id,
								  .copy = m->flight[i].copy,
								  .peer = m->flight[i].from,
								  .due = u->now};
	if (is_wild(u))
		s.promised = any_ballot(u);
	if (is_wild(u))
		s.base = draw(u, u->slots + 1u);
	if (is_wild(u))
		s.attacks = (uint32_t)draw(u, 4);
	if (is_wild(u))
		s.quorum = (uint8_t)(1 + draw(u, m->nodes));
	if (is_wild(u) && draw(u, 3) == 0)
		s.epoch += (uint32_t)draw(u, 3) - 1;
	if (u->is_wide)
		fill_places_of_snapshot(u, &s);
	model_item(u->h->m, &(struct item){.kind = ITEM_SNAPSHOT, .snapshot = &s});
}

static void tell_proof(struct made_up *u)
{
	static const uint8_t body[64] = {MSG_ACCEPTED}, signature[SIGNATURE_BYTES];
	uint8_t bytes[600];
	const enum proof_kind kind =
		u->is_deep ? (enum proof_kind)draw(u, PROOFS) : PROOF_TWO_VOTES;
	const struct evidence evidence = {.kind = kind,
					  .accused = any_node(u),
					  .slot = any_slot(u),
					  .parts = 2,
					  .part = {{body, 64, signature}, {body, 64, signature}}};
	const size_t length = evidence_encode(&evidence, bytes, sizeof bytes);
	const struct item_proof proof = {.holder = (node_id)draw(u, u->h->m->nodes + 2u),
					 .bytes = bytes,
					 .length = (uint32_t)length,
					 .verdict = is_wild(u) ? (enum drop)draw(u, DROPS)
							       : DROP_NOTHING};

	model_item(u->h->m, &(struct item){.kind = ITEM_PROOF, .proof = &proof});
}

/* Reports of few loads, in any order. */
static void tell_load(struct made_up *u)
{
	const uint64_t values = draw(u, 100);
	const struct item_load load = {
		.node = (node_id)draw(u, u->h->m->nodes + 2u),
		.report = {
			.number = draw(u, 4),
			.count = (uint32_t)(values + draw(u, 3)),
			.outstanding = 1 + (uint32_t)draw(u, 100),
			.rate = draw(u, 2) == 0 ? 0 : (uint32_t)draw(u, 1000),
			.values = values,
			.slots = draw(u, 100),
			.lost = draw(u, 10) == 0,
			.elapsed_us = draw(u, 1000000),
			.latency_p50_us = (uint32_t)draw(u, 10000),
			.latency_p99_us = (uint32_t)draw(u, 100000),
			.behind_us = draw(u, 2) == 0 ? 0 : draw(u, 1000000),
			.done = draw(u, 8) == 0,
			.sample = {.number = (uint32_t)draw(u, 100),
				   .lasted_us = (uint32_t)draw(u, 300000),
				   .values = (uint32_t)draw(u, 50),
				   .slots = (uint32_t)draw(u, 50),
				   .latency_p50_us = (uint32_t)draw(u, 10000),
				   .latency_p99_us = (uint32_t)draw(u, 100000)},
		}};

	model_item(u->h->m, &(struct item){.kind = ITEM_LOAD, .load = &load});
}

/* Places are numbered from 1, as nodes are. The place of nobody is full of what would be noticed if
 * it were anybody's. */
static void fill_place_of_nobody(struct made_up *u)
{
	struct model *m = u->h->m;

	m->node[NODE_NONE] = (struct model_node){
		.life = LIFE_UP,
		.boot = 0,
		.base = 2,
		.pending = 3,
		.preempted = 9,
		.preempted_by = 1,
		.gate = gate_rule_all(),
		.blurred = true,
		.past_unknown = true,
		.missed = 1,
		.attacks = 1,
		.promised = {ROUND_MAX, 1},
	};
	memset(m->node[NODE_NONE].refused_by, 0xff, sizeof m->node[NODE_NONE].refused_by);
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		m->slot[i].vote[NODE_NONE] = (struct model_vote){
			.voted_at = {3, 1},
			.voted = u->h->a,
			.chosen_at = {3, 1},
			.chosen = u->h->b,
		};
	for (node_id id = 1; id <= m->nodes; id++)
		m->ballots[id].promise[NODE_NONE] = m->ballots[id].accept[NODE_NONE] = LAMP_YES;
}

/* So are the places behind the last of what has no fixed number. */
static void fill_places_behind_the_last(struct made_up *u)
{
	struct model *m = u->h->m;

	if (m->flights < MODEL_FLIGHTS)
		m->flight[m->flights] = (struct flight){
			.id = {1, 1, UINT64_MAX},
			.from = 1,
			.to = (node_id)(1 + m->events % m->nodes),
			.state = FLIGHT_SENT,
			.value = u->h->a,
		};
	if (m->policy_lines < MODEL_LINES)
		m->policy_line[m->policy_lines] = (struct model_line){0, DEFENCE_REJECT};
	u->flights = m->flights;
}

static void assert_places_behind_the_last_are_left_alone(const struct made_up *u)
{
	const struct flight *f = &u->h->m->flight[u->flights];

	if (u->flights < MODEL_FLIGHTS && f->id.number == UINT64_MAX)
		assert_int_equal(f->state, FLIGHT_SENT);
}

/* But for what began anew as a whole. */
static void assert_place_of_nobody_is_left_alone(const struct made_up *u)
{
	const struct model *m = u->h->m;

	assert_int_equal(m->node[NODE_NONE].life, LIFE_UP);
	assert_int_equal(m->node[NODE_NONE].base, 2);
	assert_int_equal(m->node[NODE_NONE].told_at, 0);
	for (node_id id = 1; id <= m->nodes; id++) {
		const enum lamp lamps[] = {m->ballots[id].promise[NODE_NONE],
					   m->ballots[id].accept[NODE_NONE]};

		for (unsigned i = 0; i < 2; i++)
			assert_true(lamps[i] == LAMP_YES || lamps[i] == LAMP_OFF);
	}
}

void made_up_item(struct made_up *u)
{
	const uint64_t which = draw(u, 100);

	if (u->is_deep && draw(u, 8) == 0)
		model_real_time(u->h->m, 1 + u->now + draw(u, 200000000));
	if (u->is_wide) {
		fill_place_of_nobody(u);
		fill_places_behind_the_last(u);
	}
	if (!u->is_deep || draw(u, 3) == 0)
		u->now += draw(u, 4) == 0 ? draw(u, 300000) : draw(u, 2000);
	if (which < 4)
		tell_snapshot(u);
	else if (which < 6)
		model_time(u->h->m, u->now += draw(u, 3) * (uint64_t)1000000);
	else if (which < 7 && (u->kinds >> 40 & 1) != 0)
		tell_proof(u);
	else if (which < 9 && (u->kinds >> 41 & 1) != 0)
		tell_load(u);
	else
		tell_event(u);
	if (u->is_wide) {
		assert_place_of_nobody_is_left_alone(u);
		assert_places_behind_the_last_are_left_alone(u);
	}
}
