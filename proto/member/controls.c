/* The operator's hand: proto/core/controls.def, a function a row. */
#include <assert.h>

#include "proto/member/parts.h"

#define MILLION 1000000u

static enum drop do_propose(struct member *m, const struct control *c)
{
	struct paxos_input in = {.kind = INPUT_PROPOSE, .slot = c->slot};

	/* The empty value is the no-op, which is nobody's to propose. */
	if (c->value_length == 0 || c->value_length > VALUE_BYTES_MAX)
		return DROP_REFUSED;
	in.value = values_intern(m->values, c->value, c->value_length);
	if (in.value == VALUE_NONE)
		return DROP_FULL;
	step(m, &in);
	return DROP_NOTHING;
}

static bool is_better(const struct link_rule *now, const struct link_rule *before)
{
	return !now->cut && (before->cut || now->loss_ppm < before->loss_ppm);
}

static void throw_away(struct member *m, struct held *held, enum drop why)
{
	struct event e = held->event;

	e.kind = EVENT_DROPPED;
	e.due = 0;
	e.drop = why;
	m->counts.dropped[why]++;
	inbox_remove(&m->inbox, held);
	tell(m, &e);
}

/* What is on a wire when it is cut is lost with it. */
static void lose_what_is_on(struct member *m, node_id peer)
{
	for (unsigned i = 0; i < m->inbox.count;) {
		struct held *held = inbox_at(&m->inbox, i);

		if (held->event.peer != peer) {
			i++;
			continue;
		}
		throw_away(m, held, DROP_CUT);
		i = 0; /* the heap has changed its order */
	}
}

static void set_link(struct member *m, node_id peer, const struct link_rule *rule)
{
	if (rule->cut)
		lose_what_is_on(m, peer);
	if (is_better(rule, &m->config.link[peer]))
		m->links_up |= set_of(peer);
	m->config.link[peer] = *rule;
	tell(m, &(struct event){.kind = EVENT_LINKED, .peer = peer, .link = *rule});
}

static enum drop do_link(struct member *m, const struct control *c)
{
	const node_id self = m->config.paxos.self;
	const struct link_rule *rule = &c->link;

	if (c->peer > m->config.paxos.nodes || c->peer == self || rule->loss_ppm > MILLION ||
	    rule->duplicate_ppm > MILLION || rule->reorder_ppm > MILLION)
		return DROP_REFUSED;
	for (node_id peer = 1; peer <= m->config.paxos.nodes; peer++)
		if (peer != self && (c->peer == NODE_NONE || c->peer == peer))
			set_link(m, peer, rule);
	return DROP_NOTHING;
}

static enum drop do_clock(struct member *m, const struct control *c)
{
	m->config.clock = c->clock;
	m->advancing = false;
	tell(m, &(struct event){.kind = EVENT_TIMED, .clock = c->clock});
	return DROP_NOTHING;
}

/* What arrived until now may go as far as `due`; what comes of it waits for the next advance. */
static enum drop do_advance(struct member *m, const struct control *c)
{
	if (!clock_is_paused(&m->config.clock) || c->due < m->now)
		return DROP_REFUSED;
	m->config.clock.virtual_us = c->due;
	m->now = c->due;
	m->advancing = true;
	m->advance_order = m->inbox.order;
	return DROP_NOTHING;
}

static enum drop do_gate(struct member *m, const struct control *c)
{
	if (c->count > 1)
		return DROP_REFUSED;
	m->config.gated = c->count == 1;
	tell(m, &(struct event){.kind = EVENT_GATED, .count = c->count});
	if (m->config.gated)
		return DROP_NOTHING;
	for (;;) {
		struct held *told = NULL;

		for (unsigned i = 0; i < m->inbox.count && told == NULL; i++)
			if (inbox_at(&m->inbox, i)->due == DUE_WHEN_TOLD)
				told = inbox_at(&m->inbox, i);
		if (told == NULL)
			return DROP_NOTHING;
		told->event.due = m->now;
		inbox_set_due(&m->inbox, told, m->now);
	}
}

static enum drop do_deliver(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	if (held == NULL)
		return DROP_REFUSED;
	take_in(m, held);
	return DROP_NOTHING;
}

static enum drop do_discard(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	if (held == NULL)
		return DROP_REFUSED;
	throw_away(m, held, DROP_BY_HAND);
	return DROP_NOTHING;
}

/* Copies are numbered over the whole message, whichever copy of it was copied. */
static enum drop do_duplicate(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	if (held == NULL || held->copies == UINT8_MAX)
		return DROP_REFUSED;
	struct event e = held->event;
	e.copy = held->copies = (uint8_t)(held->copies + 1);
	struct held *twin =
		inbox_put(&m->inbox, held->due, inbox_bytes(&m->inbox, held), held->length, &e);
	if (twin == NULL)
		return DROP_FULL;
	for (unsigned i = 0; i < m->inbox.count; i++) {
		struct held *other = inbox_at(&m->inbox, i);
		const struct message_id *id = &other->event.id;

		if (id->source == e.id.source && id->boot == e.id.boot && id->number == e.id.number)
			other->copies = e.copy;
	}
	e.kind = EVENT_DUPLICATED;
	tell(m, &e);
	return DROP_NOTHING;
}

static enum drop do_crash(struct member *m, const struct control *c)
{
	(void)c;
	m->outbox.out.fate = FATE_CRASH;
	return DROP_NOTHING;
}

static enum drop do_exit(struct member *m, const struct control *c)
{
	(void)c;
	m->outbox.out.fate = FATE_EXIT;
	return DROP_NOTHING;
}

static enum drop do_load(struct member *m, const struct control *c)
{
	if (c->count == 0 || c->size_bytes == 0 || c->size_bytes > VALUE_BYTES_MAX ||
	    c->outstanding == 0)
		return DROP_REFUSED;
	m->outbox.out.load.count = c->count;
	m->outbox.out.load.size_bytes = c->size_bytes;
	m->outbox.out.load.outstanding = c->outstanding;
	return DROP_NOTHING;
}

static enum drop do_attack(struct member *m, const struct control *c)
{
	return become_liar(m, &c->attack);
}

static bool is_usable(policy_id policy)
{
	return policy_is_known(policy) && policy_missing(policy) == 0 && policy_clash(policy) == 0;
}

/* From a slot on that this node has not touched; what holds at once does so from now on. */
static enum drop do_policy(struct member *m, const struct control *c)
{
	if (!is_usable(c->policy) || c->slot == SLOT_NONE ||
	    !paxos_set_policy(&m->paxos, c->slot, c->policy))
		return DROP_REFUSED;
	tell(m, &(struct event){.kind = EVENT_POLICY, .slot = c->slot, .policy = c->policy});
	return DROP_NOTHING;
}

/* Another run of the same nodes: keys, links and clock stay, everything else begins anew. What is
 * still on its way is of another epoch and will be thrown away. */
static enum drop do_epoch(struct member *m, const struct control *c)
{
	struct paxos_input in = {.kind = INPUT_START};

	if (!is_usable(c->policy) || c->count <= m->config.wire.epoch)
		return DROP_REFUSED;
	m->config.wire.epoch = c->count;
	m->config.policy = m->config.paxos.policy = c->policy;
	paxos_init(&m->paxos, &m->config.paxos);
	history_init(&m->history);
	witness_init(m->witness);
	m->proofs_shared = 0;
	m->has_lied = false;
	m->window = (struct window){.seen = {{0}}};
	m->budget = (struct budget){.of = {{.slot = 0}}};
	m->out_of_window = false;
	m->view_ballot = BALLOT_NONE;
	tell(m, &(struct event){.kind = EVENT_EPOCH, .count = c->count, .policy = c->policy});
	step(m, &in);
	return DROP_NOTHING;
}

enum drop obey(struct member *m, const struct control *control)
{
	static enum drop (*const rows[CONTROL_KINDS])(struct member *, const struct control *) = {
		[CONTROL_PROPOSE] = do_propose, [CONTROL_LINK] = do_link,
		[CONTROL_CLOCK] = do_clock,     [CONTROL_ADVANCE] = do_advance,
		[CONTROL_GATE] = do_gate,       [CONTROL_DELIVER] = do_deliver,
		[CONTROL_DISCARD] = do_discard, [CONTROL_DUPLICATE] = do_duplicate,
		[CONTROL_CRASH] = do_crash,     [CONTROL_EXIT] = do_exit,
		[CONTROL_LOAD] = do_load,       [CONTROL_ATTACK] = do_attack,
		[CONTROL_POLICY] = do_policy,   [CONTROL_EPOCH] = do_epoch,
	};

	if ((unsigned)control->kind >= CONTROL_KINDS || rows[control->kind] == NULL)
		return DROP_REFUSED;
	return rows[control->kind](m, control);
}
