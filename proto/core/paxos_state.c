/* The state of a node: made, put back from a store, looked at. Nothing here decides anything. */
#include "proto/core/paxos_state.h"

#include <assert.h>
#include <string.h>

#include "proto/core/step.h"

static_assert(PENDING_MAX <= 64, "free places are bits of one word");

node_set nodes_all(const struct paxos *p)
{
	return set_first(p->config.nodes);
}

node_set nodes_others(const struct paxos *p)
{
	return nodes_all(p) & ~set_of(p->config.self);
}

bool slot_is_open(const struct paxos *p, slot_number slot)
{
	return slot >= p->base && slot - p->base < SLOTS_OPEN_MAX;
}

struct paxos_slot *open_slot(struct paxos *p, slot_number slot)
{
	assert(slot_is_open(p, slot));
	struct paxos_slot *s = &p->open[slot % SLOTS_OPEN_MAX];
	assert(s->slot == slot);
	return s;
}

struct paxos_hard *hard_slot(struct paxos *p, slot_number slot)
{
	assert(slot_is_open(p, slot));
	return &p->hard[slot % SLOTS_OPEN_MAX];
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
		.gossip_us = GOSSIP_US,
		.gossip_us_max = GOSSIP_US_MAX,
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
	assert(config->promises <= config->nodes);
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
	if (!slot_is_open(p, slot))
		return;
	struct paxos_slot *s = open_slot(p, slot);
	if (s->voted == VALUE_NONE && s->chosen == VALUE_NONE)
		p->unresolved++;
	s->voted_at = at;
	s->voted = value;
}

void paxos_restore_chosen(struct paxos *p, slot_number slot, struct ballot at, value_ref value)
{
	if (!slot_is_open(p, slot))
		return;
	struct paxos_slot *s = open_slot(p, slot);
	if (s->voted == VALUE_NONE && s->chosen == VALUE_NONE)
		p->unresolved++;
	s->chosen_at = at;
	s->chosen = value;
}

void paxos_restore_echo(struct paxos *p, slot_number slot, struct ballot at, value_ref value)
{
	if (!slot_is_open(p, slot))
		return;
	hard_slot(p, slot)->echoed_at = at;
	hard_slot(p, slot)->echoed = value;
}

void paxos_restore_cert(struct paxos *p, slot_number slot, proof_ref cert)
{
	if (!slot_is_open(p, slot) || cert == PROOF_NONE)
		return;
	hard_slot(p, slot)->certs = 1;
	hard_slot(p, slot)->cert[0] = cert;
}

void paxos_restore_chosen_cert(struct paxos *p, slot_number slot, proof_ref cert)
{
	if (slot_is_open(p, slot))
		hard_slot(p, slot)->chosen_cert = cert;
}

slot_number paxos_low(const struct paxos *p)
{
	return p->low;
}

node_id paxos_self(const struct paxos *p)
{
	return p->config.self;
}

enum paxos_role paxos_role(const struct paxos *p)
{
	return p->role;
}

slot_number paxos_base(const struct paxos *p)
{
	return p->base;
}

unsigned paxos_pending_count(const struct paxos *p)
{
	return p->pending_count;
}

const struct paxos_slot *paxos_slot(const struct paxos *p, slot_number slot)
{
	return slot_is_open(p, slot) ? &p->open[slot % SLOTS_OPEN_MAX] : NULL;
}

static void use_summary_refs(const struct paxos *p, const struct paxos_summary *s,
			     void (*use)(void *context, value_ref ref), void *context)
{
	use(context, s->chain);
	for (unsigned i = 0; i < p->config.nodes; i++)
		use(context, s->word[i].chain);
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
	use_summary_refs(p, &p->low_summary, use, context);
	for (unsigned i = 0; i < SUMMARIES_MAX; i++)
		use_summary_refs(p, &p->summary[i], use, context);
}

static void use_summary_proofs(const struct paxos *p, const struct paxos_summary *s,
			       void (*use)(void *context, proof_ref ref), void *context)
{
	use(context, s->cert);
	for (unsigned i = 0; i < p->config.nodes; i++)
		use(context, s->word[i].proof);
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
	use_summary_proofs(p, &p->low_summary, use, context);
	for (unsigned i = 0; i < SUMMARIES_MAX; i++)
		use_summary_proofs(p, &p->summary[i], use, context);
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
