/* The step: one input, then the node's messages to itself, until there is nothing left to do.
 *
 * A message to oneself is handled where it stands in the output, in the same step, so that what a
 * node tells itself is never lost, late or out of order, and costs no transport. */
#include "proto/core/paxos.h"

#include <assert.h>
#include <string.h>

#include "proto/core/step.h"

static message_handler *const handlers[] = {
	[MSG_PREPARE] = on_prepare,   [MSG_PROMISE] = on_promise,   [MSG_ACCEPT] = on_accept,
	[MSG_ACCEPTED] = on_accepted, [MSG_COMMIT] = on_commit,     [MSG_NACK] = on_nack,
	[MSG_SYNC] = on_sync,         [MSG_NEW_VIEW] = on_new_view, [MSG_ECHO] = on_echo,
	[MSG_EVIDENCE] = NULL, /* is about nodes, not about slots: the member's affair */
};

static_assert(sizeof handlers / sizeof handlers[0] == MSG_TYPES, "a handler for every message");

static_assert(PENDING_MAX <= 64, "free places are bits of one word");

node_set everybody(const struct paxos *p)
{
	return set_first(p->config.nodes);
}

node_set others(const struct paxos *p)
{
	return everybody(p) & ~set_of(p->config.self);
}

bool is_open(const struct paxos *p, slot_number slot)
{
	return slot >= p->base && slot - p->base < SLOTS_OPEN_MAX;
}

struct paxos_slot *open_slot(struct paxos *p, slot_number slot)
{
	assert(is_open(p, slot));
	struct paxos_slot *s = &p->open[slot % SLOTS_OPEN_MAX];
	assert(s->slot == slot);
	return s;
}

struct message *send(struct paxos *p, struct paxos_output *out, enum message_type type, node_set to)
{
	assert(out->sends < OUT_SENDS_MAX);
	struct message *m = &out->send[out->sends++];
	*m = (struct message){.type = type, .from = p->config.self, .to = to};
	return m;
}

struct event *report(struct paxos_output *out, enum event_kind kind)
{
	assert(out->events < OUT_EVENTS_MAX);
	struct event *e = &out->event[out->events++];
	*e = (struct event){.kind = kind};
	return e;
}

/* Proofs of one message follow each other in the output. */
void attach(struct paxos_output *out, struct message *m, proof_ref proof)
{
	assert(out->proofs < OUT_PROOFS_MAX);
	if (m->proofs == 0)
		m->proof_list = &out->proof[out->proofs];
	assert(&m->proof_list[m->proofs] == &out->proof[out->proofs]);
	out->proof[out->proofs++] = proof;
	m->proofs++;
}

struct paxos_hard *hard_slot(struct paxos *p, slot_number slot)
{
	assert(is_open(p, slot));
	return &p->hard[slot % SLOTS_OPEN_MAX];
}

void owe_write(struct paxos_output *out, const struct paxos_write *write)
{
	/* Only the last promise of a step matters. */
	if (write->kind == WRITE_PROMISED)
		for (unsigned i = 0; i < out->writes; i++)
			if (out->write[i].kind == WRITE_PROMISED) {
				out->write[i] = *write;
				return;
			}
	assert(out->writes < OUT_WRITES_MAX);
	out->write[out->writes++] = *write;
}

/* maxBal := ballot. It is remembered before anybody hears of it. */
void promise(struct paxos *p, struct ballot ballot, struct paxos_output *out)
{
	assert(ballot_cmp(ballot, p->promised) > 0);
	p->promised = ballot;
	if (ballot_cmp(ballot, p->seen) > 0)
		p->seen = ballot;
	owe_write(out, &(struct paxos_write){.kind = WRITE_PROMISED, .ballot = ballot});
	out->must_sync = true;
	if (ballot.node != p->config.self)
		preempt(p, ballot, out);
}

void refuse(struct paxos *p, const struct message *m, enum refusal why, struct paxos_output *out)
{
	struct message *nack = send(p, out, MSG_NACK, set_of(m->from));
	nack->ballot = m->ballot;
	nack->slot = m->slot;
	nack->promised = p->promised;
	nack->why = why;
	struct event *e = report(out, EVENT_REFUSED);
	e->type = m->type;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->why = why;
	e->other = p->promised;
}

/* Closed slots from `first` on, as far as there are any; once a step. */
void owe_log(struct paxos *p, node_id to, slot_number first, struct paxos_output *out)
{
	if (first >= p->base || out->log_to != NODE_NONE)
		return;
	slot_number there = p->base - first;
	out->log_to = to;
	out->log_from = first;
	out->log_count = (uint16_t)(there < SYNC_CHUNK_MAX ? there : SYNC_CHUNK_MAX);
}

void tell_decision(struct paxos *p, const struct paxos_slot *s, node_set to,
		   struct paxos_output *out)
{
	struct message *m = send(p, out, MSG_COMMIT, to);

	m->ballot = s->chosen_at;
	m->slot = s->slot;
	m->low = p->base;
	m->value = s->chosen;
	if (!under(p, s->slot, DEFENCE_CERT))
		return;
	const struct paxos_hard *h = hard_slot(p, s->slot);
	if (h->chosen_cert != PROOF_NONE)
		attach(out, m, h->chosen_cert);
	else
		attach_words(p, h->accepted, s->chosen_at, s->chosen, out, m);
}

/* All nodes together try about as often however many contend, 30 times a second at most: a ballot
 * needs 25 ms for itself alone, and where every honest promise is needed any other one ends it. */
static time_us backoff_max(uint8_t nodes)
{
	return 64000 * (nodes > 5 ? nodes : (time_us)5);
}

struct paxos_config paxos_config_default(node_id self, uint8_t nodes, enum paxos_mode mode)
{
	return (struct paxos_config){
		.self = self,
		.nodes = nodes,
		.quorum = (uint8_t)(nodes / 2 + 1),
		.mode = mode,
		.seed = self,
		.resend_us = 40000,
		.resend_us_max = 160000,
		.backoff_us = 40000,
		.backoff_us_max = backoff_max(nodes),
	};
}

static void clear_window(struct paxos *p)
{
	for (slot_number s = p->base; s - p->base < SLOTS_OPEN_MAX; s++)
		p->open[s % SLOTS_OPEN_MAX] = (struct paxos_slot){.slot = s};
}

void paxos_init(struct paxos *p, const struct paxos_config *config)
{
	assert(config->nodes >= 1 && config->nodes <= NODES_MAX);
	assert(config->self >= 1 && config->self <= config->nodes);
	assert(config->quorum >= 1 && config->quorum <= config->nodes);
	/* Every byte is defined, so that states can be compared and hashed as bytes. */
	memset(p, 0, sizeof *p);
	p->config = *config;
	p->lines = 1;
	p->line[0] = (struct policy_line){0, config->policy};
	p->random = config->seed;
	p->tail.slot = SLOT_NONE;
	p->pending_free = PENDING_MAX == 64 ? UINT64_MAX : ((uint64_t)1 << (PENDING_MAX % 64)) - 1;
	clear_window(p);
}

void paxos_restore(struct paxos *p, slot_number base, struct ballot promised)
{
	p->base = base;
	p->promised = promised;
	p->seen = promised;
	clear_window(p);
	memset(p->hard, 0, sizeof p->hard);
}

void paxos_restore_vote(struct paxos *p, slot_number slot, struct ballot at, value_ref value)
{
	if (!is_open(p, slot))
		return;
	struct paxos_slot *s = open_slot(p, slot);
	if (s->voted == VALUE_NONE && s->chosen == VALUE_NONE)
		p->unresolved++;
	s->voted_at = at;
	s->voted = value;
}

void paxos_restore_chosen(struct paxos *p, slot_number slot, struct ballot at, value_ref value)
{
	if (!is_open(p, slot))
		return;
	struct paxos_slot *s = open_slot(p, slot);
	if (s->voted == VALUE_NONE && s->chosen == VALUE_NONE)
		p->unresolved++;
	s->chosen_at = at;
	s->chosen = value;
}

void paxos_restore_echo(struct paxos *p, slot_number slot, struct ballot at, value_ref value)
{
	if (!is_open(p, slot))
		return;
	hard_slot(p, slot)->echoed_at = at;
	hard_slot(p, slot)->echoed = value;
}

void paxos_restore_cert(struct paxos *p, slot_number slot, proof_ref cert)
{
	if (!is_open(p, slot) || cert == PROOF_NONE)
		return;
	hard_slot(p, slot)->certs = 1;
	hard_slot(p, slot)->cert[0] = cert;
}

void paxos_restore_chosen_cert(struct paxos *p, slot_number slot, proof_ref cert)
{
	if (is_open(p, slot))
		hard_slot(p, slot)->chosen_cert = cert;
}

static void handle(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->type > MSG_NONE && m->type < MSG_TYPES && handlers[m->type] != NULL)
		handlers[m->type](p, m, out);
}

/* Handles what the node tells itself, also what comes of that, and leaves in the output only what
 * is for others; what has to be signed first is left for the caller. */
static void hear_oneself(struct paxos *p, struct paxos_output *out)
{
	const node_set self = set_of(p->config.self);

	for (unsigned i = 0; i < out->sends; i++) {
		if (!set_has(out->send[i].to, p->config.self) ||
		    under(p, out->send[i].slot, HARDENED))
			continue;
		out->send[i].to &= ~self;
		const struct message m = out->send[i];
		handle(p, &m, out);
	}
	unsigned kept = 0;
	for (unsigned i = 0; i < out->sends; i++)
		if (out->send[i].to != 0)
			out->send[kept++] = out->send[i];
	out->sends = (uint16_t)kept;
}

void paxos_step(struct paxos *p, const struct paxos_input *in, struct paxos_output *out)
{
	out->must_sync = false;
	out->writes = out->sends = out->events = out->proofs = 0;
	out->log_to = NODE_NONE;
	if (in->now > p->now)
		p->now = in->now;
	p->round_floor = in->round_floor;

	switch (in->kind) {
	case INPUT_START:
		advance_base(p);
		if (in->again)
			wake_up(p, out);
		break;
	case INPUT_MESSAGE:
		handle(p, in->message, out);
		break;
	case INPUT_PROPOSE:
		enqueue(p, in->value, in->slot, out);
		break;
	case INPUT_TIMER:
		patience_timer(p, out);
		break;
	case INPUT_LINK_UP:
		patience_link_up(p, in->peer, out);
		break;
	}
	hear_oneself(p, out);
	out->wake_at = patience_wake(p);
}

const struct paxos_slot *paxos_slot(const struct paxos *p, slot_number slot)
{
	return is_open(p, slot) ? &p->open[slot % SLOTS_OPEN_MAX] : NULL;
}

void paxos_refs(const struct paxos *p, void (*use)(void *context, value_ref ref), void *context)
{
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		use(context, p->open[i].voted);
		use(context, p->open[i].chosen);
		use(context, p->open[i].claim);
		use(context, p->open[i].proposed);
	}
	for (unsigned i = 0; i < PENDING_MAX; i++)
		if ((p->pending_free >> i & 1) == 0)
			use(context, p->pending[i].value);
	if (p->tail.slot != SLOT_NONE)
		use(context, p->tail.value);
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		const struct paxos_hard *h = &p->hard[i];
		use(context, h->echoed);
		use(context, h->early);
		use(context, p->view.bound[i]);
		for (unsigned k = 0; k < p->config.nodes; k++) {
			use(context, h->echo[k].value);
			use(context, h->accepted[k].value);
		}
	}
	for (unsigned i = 0; i < p->view_claims; i++)
		use(context, p->view_claim[i].value);
}

void paxos_proofs(const struct paxos *p, void (*use)(void *context, proof_ref ref), void *context)
{
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		const struct paxos_hard *h = &p->hard[i];
		use(context, h->asked);
		use(context, h->chosen_cert);
		use(context, h->claim_cert);
		use(context, h->rival_cert[0]);
		use(context, h->rival_cert[1]);
		use(context, h->early_proof);
		use(context, h->early_view);
		for (unsigned k = 0; k < h->certs; k++)
			use(context, h->cert[k]);
		for (unsigned k = 0; k < p->config.nodes; k++) {
			use(context, h->echo[k].proof);
			use(context, h->accepted[k].proof);
		}
	}
	use(context, p->view.view);
	use(context, p->view.proofs);
	for (unsigned i = 0; i < p->config.nodes; i++)
		use(context, p->promise_proof[i]);
	for (unsigned i = 0; i < p->view_claims; i++)
		use(context, p->view_claim[i].cert);
	for (unsigned i = 0; i < p->tail.certs; i++)
		use(context, p->tail.cert[i]);
}

const char *paxos_role_name(enum paxos_role role)
{
	switch (role) {
	case ROLE_IDLE:
		return "idle";
	case ROLE_PREPARING:
		return "preparing";
	case ROLE_LEADING:
		return "leading";
	case ROLE_WAITING:
		return "waiting";
	}
	return "?";
}
