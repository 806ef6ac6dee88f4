/* The quorum lamps: for each proposer's newest ballot, which acceptors promised and which accepted,
 * by what the acceptors and the proposer say themselves. */
#include <string.h>

#include "proto/model/fold/lamps.h"

static void show_newest(struct model *m, node_id owner)
{
	const struct model_ballot *b = &m->ballots[owner];
	bool newer = ballot_cmp(b->ballot, m->ballot.ballot) >= 0;
	if (newer || m->ballot.finished || m->ballot.ballot.node == owner)
		m->ballot = *b;
}

static uint8_t count_yes(const struct model *m, const enum lamp *lamp)
{
	uint8_t count = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		count = (uint8_t)(count + (lamp[id] == LAMP_YES));
	return count;
}

static void lamp_set(struct model *m, enum lamp *lamp, node_id node, enum lamp to)
{
	if (node == NODE_NONE || node > m->nodes)
		return;
	/* a yes is for good: a refusal of a repetition, or a crash, takes nothing back */
	if (lamp[node] == LAMP_YES || (lamp[node] == LAMP_NO && to != LAMP_YES))
		return;
	lamp[node] = to;
}

static void count_lamps(struct model *m, struct model_ballot *b)
{
	b->promises = count_yes(m, b->promise);
	b->accepts = count_yes(m, b->accept);
	b->quorum = m->quorum;
}

static void ask_all(struct model *m, enum lamp *lamp)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		lamp[id] = m->node[id].life == LIFE_DOWN ? LAMP_DOWN : LAMP_ASKED;
}

static struct model_ballot *begin_ballot(struct model *m, struct ballot ballot, slot_number slot,
					 time_us at)
{
	struct model_ballot *b = &m->ballots[ballot.node];
	*b = (struct model_ballot){.ballot = ballot, .slot = slot, .since = at};
	ask_all(m, b->promise);
	return b;
}

/* The entry of a ballot, made when it is the newest of its owner; NULL when it is an old one. */
static struct model_ballot *find_ballot(struct model *m, struct ballot ballot, slot_number slot,
					time_us at)
{
	if (ballot.node == NODE_NONE || ballot.node > m->nodes)
		return NULL;
	struct model_ballot *b = &m->ballots[ballot.node];
	int order = ballot_cmp(ballot, b->ballot);
	if (order < 0)
		return NULL;
	return order == 0 ? b : begin_ballot(m, ballot, slot, at);
}

static void on_proposing(struct model *m, struct model_ballot *b, const struct event *e)
{
	if (b->slot != e->slot || b->value == VALUE_NONE) {
		ask_all(m, b->accept);
		b->accepted_to = 0;
		b->slot = e->slot;
	}
	b->value = e->value;
	b->because = e->because;
	b->forced_at = e->other;
	b->forced_by = e->peer;
	b->finished = false;
}

static void on_accepted(struct model_ballot *b, const struct event *e)
{
	/* the voters' streams may run ahead of the proposer's */
	if (e->slot != b->slot && (b->slot == SLOT_NONE || e->slot > b->slot)) {
		for (unsigned id = 1; id <= NODES_MAX; id++)
			b->accept[id] = LAMP_ASKED;
		b->accepted_to = 0;
		b->slot = e->slot;
	}
	if (b->value == VALUE_NONE)
		b->value = e->value;
}

static void on_lost(struct model *m, const struct event *e)
{
	if (e->type != MSG_PREPARE && e->type != MSG_ACCEPT)
		return;
	struct model_ballot *b = find_ballot(m, e->ballot, e->slot, e->at);
	if (b == NULL || (e->type == MSG_ACCEPT && e->slot != b->slot))
		return;
	lamp_set(m, e->type == MSG_PREPARE ? b->promise : b->accept, e->node, LAMP_LOST);
	show_newest(m, e->ballot.node);
}

/* A liar's ballot may have votes for several values: the lamps are of one. */
static bool is_alike(const struct model_ballot *b, value_ref value)
{
	return value == VALUE_NONE || b->value == VALUE_NONE || value == b->value;
}

static void on_counted(struct model *m, struct model_ballot *b, const struct event *e)
{
	if (e->peer > m->nodes || e->node != b->ballot.node)
		return;
	if (e->type == MSG_PROMISE) {
		lamp_set(m, b->promise, e->peer, LAMP_YES);
		b->promised_to |= set_of(e->peer);
	} else if (e->slot == b->slot && is_alike(b, e->value)) {
		lamp_set(m, b->accept, e->peer, LAMP_YES);
		b->accepted_to |= set_of(e->peer);
	}
}

static void on_refused(struct model *m, struct model_ballot *b, const struct event *e)
{
	if (e->type == MSG_PREPARE)
		lamp_set(m, b->promise, e->node, LAMP_NO);
	else if (e->type == MSG_ACCEPT && e->slot == b->slot)
		lamp_set(m, b->accept, e->node, LAMP_NO);
}

void lamps_event(struct model *m, const struct event *e)
{
	if (e->kind == EVENT_DROPPED) {
		on_lost(m, e);
		return;
	}
	if (ballot_is_none(e->ballot) || e->ballot.node > m->nodes)
		return;
	struct model_ballot *b = NULL;
	switch (e->kind) {
	case EVENT_PREPARING:
	case EVENT_PROMISED:
	case EVENT_ACCEPTED:
	case EVENT_REFUSED:
	case EVENT_COUNTED:
	case EVENT_PROPOSING:
	case EVENT_PREEMPTED:
	case EVENT_RESIGNED:
		b = find_ballot(m, e->ballot, e->slot, e->at);
		break;
	default:
		break;
	}
	/* An Echo is no vote. */
	if (b == NULL || (e->kind == EVENT_COUNTED && e->type == MSG_ECHO))
		return;
	if (e->kind == EVENT_PROMISED)
		lamp_set(m, b->promise, e->node, LAMP_YES);
	else if (e->kind == EVENT_REFUSED)
		on_refused(m, b, e);
	else if (e->kind == EVENT_COUNTED)
		on_counted(m, b, e);
	else if (e->kind == EVENT_PROPOSING)
		on_proposing(m, b, e);
	else if (e->kind == EVENT_ACCEPTED) {
		on_accepted(b, e);
		if (e->slot == b->slot)
			lamp_set(m, b->accept, e->node, is_alike(b, e->value) ? LAMP_YES : LAMP_NO);
	} else if (e->kind == EVENT_PREEMPTED) {
		b->preempted = true;
		b->preempted_by = e->other;
		b->finished = true;
	} else if (e->kind == EVENT_RESIGNED)
		b->finished = true;
	count_lamps(m, b);
	show_newest(m, e->ballot.node);
}

/* What an acceptor keeps of the newest ballot of each proposer. A model that comes late knows a
 * ballot by this alone, and that its owner is at work on it only if the owner says so. */
static void acceptor_snapshot(struct model *m, const struct snapshot *s)
{
	if (ballot_is_none(s->promised) || s->promised.node > m->nodes)
		return;
	const bool is_new = ballot_cmp(m->ballots[s->promised.node].ballot, s->promised) < 0;
	struct model_ballot *b = find_ballot(m, s->promised, SLOT_NONE, s->at);
	if (b == NULL)
		return;
	b->finished = b->finished || (is_new && m->node[s->promised.node].role == ROLE_IDLE);
	lamp_set(m, b->promise, s->node, LAMP_YES);
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];
		if (slot->voted == VALUE_NONE || ballot_cmp(slot->voted_at, b->ballot) != 0)
			continue;
		on_accepted(b, &(struct event){.slot = slot->slot, .value = slot->voted});
		if (slot->slot == b->slot)
			lamp_set(m, b->accept, s->node,
				 is_alike(b, slot->voted) ? LAMP_YES : LAMP_NO);
	}
	count_lamps(m, b);
	show_newest(m, b->ballot.node);
}

void lamps_snapshot(struct model *m, const struct snapshot *s)
{
	acceptor_snapshot(m, s);
	if (s->role == ROLE_IDLE)
		m->ballots[s->node].finished = true;
	if (m->ballot.ballot.node == s->node)
		m->ballot = m->ballots[s->node];
	if (ballot_is_none(s->ballot) || s->ballot.node != s->node || s->role == ROLE_IDLE)
		return;
	struct model_ballot *b = find_ballot(m, s->ballot, s->from, s->at);
	if (b == NULL)
		return;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (set_has(s->promised_by, (node_id)id))
			lamp_set(m, b->promise, (node_id)id, LAMP_YES);
	b->promised_to |= s->promised_by & set_first(m->nodes);
	b->finished = false;
	for (unsigned i = 0; i < s->slots; i++) {
		const struct snapshot_slot *slot = &s->slot[i];
		if (slot->proposed == VALUE_NONE)
			continue;
		if (b->value == VALUE_NONE || b->slot != slot->slot) {
			ask_all(m, b->accept);
			b->accepted_to = 0;
		}
		b->accepted_to |= slot->accepted_by & set_first(m->nodes);
		b->slot = slot->slot;
		b->value = slot->proposed;
		for (unsigned id = 1; id <= m->nodes; id++)
			if (set_has(slot->accepted_by, (node_id)id))
				lamp_set(m, b->accept, (node_id)id, LAMP_YES);
	}
	count_lamps(m, b);
	show_newest(m, s->node);
}

void lamps_forget(struct model *m)
{
	memset(m->ballots, 0, sizeof m->ballots);
	memset(&m->ballot, 0, sizeof m->ballot);
}

void lamps_life(struct model *m, node_id node, bool up)
{
	for (unsigned owner = 1; owner <= m->nodes; owner++) {
		struct model_ballot *b = &m->ballots[owner];
		if (ballot_is_none(b->ballot))
			continue;
		enum lamp from = up ? LAMP_DOWN : LAMP_ASKED, to = up ? LAMP_ASKED : LAMP_DOWN;
		if (b->promise[node] == from)
			b->promise[node] = to;
		if (b->accept[node] == from)
			b->accept[node] = to;
		if (owner == node && !up)
			b->finished = true;
	}
	if (m->ballot.ballot.node != NODE_NONE)
		m->ballot = m->ballots[m->ballot.ballot.node];
}
