#include "proto/core/invariants.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What the owner proposed and who voted, in one slot and ballot. */
struct tally {
	struct ballot ballot;
	value_ref value;    /* of the votes, VALUE_NONE before the first */
	value_ref proposed; /* VALUE_NONE: no Accept left its owner */
	node_set voters;    /* durable */
	uint32_t next;      /* 1 + the next tally of the slot, 0 = none */
};

struct slot_history {
	uint32_t first; /* 1 + the newest tally */
	struct ballot chosen_at;
	value_ref chosen; /* VALUE_NONE while no ballot has a quorum */
};

/* What a node holds for a slot, in memory. */
struct node_slot {
	struct ballot voted_at;
	value_ref voted;
	value_ref chosen;
};

struct node_history {
	struct ballot promised;        /* in memory */
	struct ballot promised_before; /* its last step */
	struct ballot durable;         /* promise on disk */
	slot_number base;
	uint32_t turn; /* of the open slot that is looked at next */
};

struct invariants {
	struct invariants_config config;
	enum invariant broken;
	bool full;
	uint32_t tallies;
	slot_number chosen_upto;
	slot_number slots_end; /* no slot from here on has a tally */
	struct node_history node[NODES_MAX + 1];
	struct tally *tally;
	struct slot_history *slot;
	struct node_slot *node_slot; /* node * slots + slot */
	uint64_t *proposed;          /* bits by reference */
	char why[256];
};

struct change {
	enum change_kind kind;
	node_id node;
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	const struct message *message;    /* CHANGE_SENT */
	const struct paxos *state;        /* CHANGE_LOOK, CHANGE_BACK */
	const struct paxos_slot *looking; /* CHANGE_LOOK */
};

static struct node_slot *held_by(const struct invariants *i, node_id node, slot_number slot)
{
	return &i->node_slot[(size_t)node * i->config.slots + slot];
}

static struct tally *tally_of(const struct invariants *i, slot_number slot, struct ballot ballot)
{
	for (uint32_t at = i->slot[slot].first; at != 0; at = i->tally[at - 1].next)
		if (ballot_cmp(i->tally[at - 1].ballot, ballot) == 0)
			return &i->tally[at - 1];
	return NULL;
}

static bool has_voted(const struct invariants *i, node_id node, slot_number slot,
		      struct ballot ballot, value_ref value)
{
	const struct tally *t = tally_of(i, slot, ballot);

	return t != NULL && t->value == value && set_has(t->voters, node);
}

static bool is_proposed(const struct invariants *i, value_ref value)
{
	return value == VALUE_NOOP ||
	       (value < i->config.values && (i->proposed[value / 64] >> value % 64 & 1) != 0);
}

static bool holds_AGREEMENT(const struct invariants *i, const struct change *c)
{
	const struct slot_history *s = &i->slot[c->slot];
	const struct tally *t = tally_of(i, c->slot, c->ballot);

	if (s->chosen == VALUE_NONE || s->chosen == c->value)
		return true;
	if (c->kind == CHANGE_KNOWN)
		return false;
	return t == NULL || set_count(t->voters | set_of(c->node)) < i->config.quorum;
}

/* "If a proposal with value v is chosen, then every higher-numbered proposal issued by any proposer
 * has value v" (Paxos Made Simple, 2.2, P2b). */
static bool holds_P2B(const struct invariants *i, const struct change *c)
{
	const struct slot_history *s = &i->slot[c->slot];

	return c->message->type != MSG_ACCEPT || s->chosen == VALUE_NONE ||
	       ballot_cmp(c->ballot, s->chosen_at) <= 0 || s->chosen == c->value;
}

static bool holds_QUORUM(const struct invariants *i, const struct change *c)
{
	const struct tally *t = tally_of(i, c->slot, c->ballot);

	return t != NULL && t->value == c->value && set_count(t->voters) >= i->config.quorum;
}

static bool holds_INTEGRITY(const struct invariants *i, const struct change *c)
{
	const struct node_slot *known = held_by(i, c->node, c->slot);

	if (c->kind == CHANGE_LOOK)
		return c->looking->chosen == known->chosen;
	return known->chosen == VALUE_NONE || known->chosen == c->value;
}

static bool holds_VALIDITY(const struct invariants *i, const struct change *c)
{
	return is_proposed(i, c->value);
}

static bool holds_ONE_VOTE(const struct invariants *i, const struct change *c)
{
	const struct node_slot *known = held_by(i, c->node, c->slot);
	int order = ballot_cmp(c->ballot, known->voted_at);

	if (c->kind == CHANGE_VOTED) {
		const struct tally *t = tally_of(i, c->slot, c->ballot);
		return t == NULL || t->value == VALUE_NONE || t->value == c->value;
	}
	if (c->kind == CHANGE_LOOK)
		return ballot_cmp(c->looking->voted_at, known->voted_at) == 0 &&
		       c->looking->voted == known->voted;
	return order > 0 || (order == 0 && c->value == known->voted);
}

static bool holds_ONE_PROPOSAL(const struct invariants *i, const struct change *c)
{
	const struct tally *t = tally_of(i, c->slot, c->ballot);

	return c->message->type != MSG_ACCEPT || t == NULL || t->proposed == VALUE_NONE ||
	       t->proposed == c->value;
}

static bool holds_MONOTONE(const struct invariants *i, const struct change *c)
{
	const struct node_history *n = &i->node[c->node];

	switch (c->kind) {
	case CHANGE_PROMISE:
		return ballot_cmp(c->ballot, n->promised) >= 0;
	case CHANGE_LOOK:
		return ballot_cmp(c->state->promised, n->promised) == 0 &&
		       c->state->base >= n->base;
	default: /* CHANGE_BACK */
		return ballot_cmp(c->state->promised, n->durable) >= 0;
	}
}

static bool holds_VOTE_PROMISED(const struct invariants *i, const struct change *c)
{
	const struct node_history *n = &i->node[c->node];

	if (c->kind == CHANGE_LOOK)
		return ballot_cmp(c->looking->voted_at, c->state->promised) <= 0;
	return ballot_cmp(c->ballot, n->promised_before) >= 0 &&
	       ballot_cmp(c->ballot, n->promised) <= 0;
}

/* Back from its disk, a node holds every vote that it told anybody of. */
static bool is_whole(const struct invariants *i, const struct paxos *p)
{
	for (slot_number slot = p->base; slot < i->slots_end; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		struct ballot highest = BALLOT_NONE;

		if (s == NULL)
			return true;
		for (uint32_t at = i->slot[slot].first; at != 0; at = i->tally[at - 1].next) {
			const struct tally *t = &i->tally[at - 1];
			if (set_has(t->voters, p->config.self) &&
			    ballot_cmp(t->ballot, highest) > 0)
				highest = t->ballot;
		}
		if (ballot_cmp(s->voted_at, highest) != 0)
			return false;
	}
	return true;
}

static bool holds_PERSIST(const struct invariants *i, const struct change *c)
{
	const struct message *m = c->message;

	if (c->kind == CHANGE_BACK)
		return is_whole(i, c->state);
	switch (m->type) {
	case MSG_PREPARE:
	case MSG_PROMISE:
	case MSG_ACCEPT:
		return ballot_cmp(i->node[c->node].durable, m->ballot) >= 0;
	case MSG_ACCEPTED:
		return has_voted(i, c->node, m->slot, m->ballot, m->value);
	default:
		return true;
	}
}

/* The highest vote of a node below a ballot, NULL if it has none. */
static const struct tally *vote_below(const struct invariants *i, node_id node, slot_number slot,
				      struct ballot ballot)
{
	const struct tally *highest = NULL;

	for (uint32_t at = i->slot[slot].first; at != 0; at = i->tally[at - 1].next) {
		const struct tally *t = &i->tally[at - 1];
		if (set_has(t->voters, node) && ballot_cmp(t->ballot, ballot) < 0 &&
		    (highest == NULL || ballot_cmp(t->ballot, highest->ballot) > 0))
			highest = t;
	}
	return highest;
}

static bool tells_all_votes(const struct invariants *i, const struct message *m)
{
	slot_number slot = m->slot > m->low ? m->slot : m->low;
	unsigned told = 0;

	for (; slot < i->slots_end; slot++) {
		const struct tally *t = vote_below(i, m->from, slot, m->ballot);
		if (t == NULL)
			continue;
		while (told < m->claims && m->claim[told].slot < slot)
			told++;
		if (told == m->claims || m->claim[told].slot != slot ||
		    ballot_cmp(m->claim[told].ballot, t->ballot) != 0 ||
		    m->claim[told].value != t->value)
			return false;
	}
	return true;
}

static bool holds_TRUTH(const struct invariants *i, const struct change *c)
{
	const struct message *m = c->message;

	if (m->type == MSG_COMMIT)
		return m->low <= i->chosen_upto && i->slot[m->slot].chosen == m->value;
	if (m->type != MSG_PROMISE)
		return true;
	return m->low <= i->chosen_upto && tells_all_votes(i, m);
}

static const struct {
	const char *name;
	const char *words;
	unsigned changes;
	bool (*holds)(const struct invariants *i, const struct change *c);
} rows[INVARIANTS] = {
	[INVARIANT_NONE] = {"none", "nothing is broken", 0, NULL},
#define INVARIANT(name, text, changes, words)                                                      \
	[INVARIANT_##name] = {text, words, changes, holds_##name},
#include "proto/core/invariants.def"
#undef INVARIANT
};

const char *invariant_name(enum invariant i)
{
	return (unsigned)i < INVARIANTS ? rows[i].name : "?";
}

const char *invariant_words(enum invariant i)
{
	return (unsigned)i < INVARIANTS ? rows[i].words : "?";
}

static void explain(struct invariants *i, const struct change *c)
{
	static const char *const verbs[] = {"promises",  "votes",       "learns", "stands",
					    "has voted", "carries out", "sends",  "is back"};
	const char *verb = verbs[__builtin_ctz(c->kind)];

	snprintf(i->why, sizeof i->why,
		 "%s: n%u %s%s%s in slot %llu at %u.%u, value %u: it must be that %s",
		 rows[i->broken].name, c->node, verb, c->message != NULL ? " " : "",
		 c->message != NULL ? message_name(c->message->type) : "",
		 (unsigned long long)c->slot, c->ballot.round, c->ballot.node, c->value,
		 rows[i->broken].words);
}

/* A change is judged by the history before it. */
static bool judge(struct invariants *i, const struct change *c)
{
	if (i->broken != INVARIANT_NONE || i->full)
		return false;
	if (c->slot >= i->config.slots) {
		i->full = true;
		return false;
	}
	for (unsigned row = 1; row < INVARIANTS; row++)
		if ((rows[row].changes & (unsigned)c->kind) != 0 && !rows[row].holds(i, c)) {
			i->broken = (enum invariant)row;
			explain(i, c);
			return false;
		}
	return true;
}

static size_t rounded(size_t size)
{
	return (size + 15) / 16 * 16;
}

size_t invariants_size(const struct invariants_config *config)
{
	return rounded(sizeof(struct invariants)) +
	       rounded(config->ballots * sizeof(struct tally)) +
	       rounded(config->slots * sizeof(struct slot_history)) +
	       rounded((config->nodes + 1u) * config->slots * sizeof(struct node_slot)) +
	       rounded((config->values + 63u) / 64 * sizeof(uint64_t));
}

struct invariants *invariants_init(void *memory, const struct invariants_config *config)
{
	struct invariants *i = memory;
	uint8_t *at = (uint8_t *)memory + rounded(sizeof *i);

	memset(i, 0, sizeof *i);
	i->config = *config;
	i->tally = (void *)at; /* written before it is read */
	at += rounded(config->ballots * sizeof(struct tally));
	memset(at, 0, invariants_size(config) - (size_t)(at - (uint8_t *)memory));
	i->slot = (void *)at;
	at += rounded(config->slots * sizeof(struct slot_history));
	i->node_slot = (void *)at;
	at += rounded((config->nodes + 1u) * config->slots * sizeof(struct node_slot));
	i->proposed = (void *)at;
	return i;
}

void invariants_proposed(struct invariants *i, value_ref value)
{
	assert(value < i->config.values);
	i->proposed[value / 64] |= (uint64_t)1 << value % 64;
}

/* The tally of a slot and ballot, made if there is none; NULL if the history is full. */
static struct tally *open_tally(struct invariants *i, slot_number slot, struct ballot ballot)
{
	struct tally *t = tally_of(i, slot, ballot);

	if (t != NULL)
		return t;
	if (i->tallies == i->config.ballots) {
		i->full = true;
		return NULL;
	}
	t = &i->tally[i->tallies++];
	*t = (struct tally){.ballot = ballot, .next = i->slot[slot].first};
	i->slot[slot].first = i->tallies;
	if (slot >= i->slots_end)
		i->slots_end = slot + 1;
	return t;
}

static void look(struct invariants *i, const struct paxos *p, slot_number slot)
{
	const struct paxos_slot *s = paxos_slot(p, slot);

	if (s == NULL || slot >= i->config.slots)
		return;
	judge(i, &(struct change){.kind = CHANGE_LOOK,
				  .node = p->config.self,
				  .slot = slot,
				  .ballot = s->voted_at,
				  .value = s->voted,
				  .state = p,
				  .looking = s});
}

static void note_in_memory(struct invariants *i, node_id node, const struct paxos_write *w)
{
	struct change c = {.node = node, .slot = w->slot, .ballot = w->ballot, .value = w->value};

	switch (w->kind) {
	case WRITE_PROMISED:
		c.kind = CHANGE_PROMISE;
		c.slot = 0;
		if (judge(i, &c))
			i->node[node].promised = w->ballot;
		break;
	case WRITE_VOTE:
		c.kind = CHANGE_CAST;
		if (judge(i, &c)) {
			held_by(i, node, w->slot)->voted_at = w->ballot;
			held_by(i, node, w->slot)->voted = w->value;
		}
		break;
	case WRITE_CHOSEN:
		c.kind = CHANGE_LEARN;
		if (judge(i, &c))
			held_by(i, node, w->slot)->chosen = w->value;
		break;
	case WRITE_ECHO:
		break;
	}
}

enum invariant invariants_step(struct invariants *i, const struct paxos *p,
			       const struct paxos_input *in, const struct paxos_output *out)
{
	struct node_history *n = &i->node[p->config.self];

	n->promised_before = n->promised;
	/* The step's last promise stands first or in the middle: votes are judged by it. */
	for (unsigned k = 0; k < out->writes; k++)
		if (out->write[k].kind == WRITE_PROMISED)
			note_in_memory(i, p->config.self, &out->write[k]);
	for (unsigned k = 0; k < out->writes; k++)
		if (out->write[k].kind != WRITE_PROMISED)
			note_in_memory(i, p->config.self, &out->write[k]);
	look(i, p, p->base + n->turn++ % SLOTS_OPEN_MAX);
	if (in->kind == INPUT_MESSAGE)
		look(i, p, in->message->slot);
	n->base = p->base;
	return i->broken;
}

enum invariant invariants_durable(struct invariants *i, node_id node, const struct paxos_write *w)
{
	struct change c = {.node = node, .slot = w->slot, .ballot = w->ballot, .value = w->value};

	if (w->kind == WRITE_PROMISED) {
		i->node[node].durable = w->ballot;
		return i->broken;
	}
	if (w->kind == WRITE_ECHO)
		return i->broken;
	c.kind = w->kind == WRITE_VOTE ? CHANGE_VOTED : CHANGE_KNOWN;
	if (!judge(i, &c) || w->kind != WRITE_VOTE)
		return i->broken;
	struct tally *t = open_tally(i, w->slot, w->ballot);
	if (t == NULL)
		return i->broken;
	t->value = w->value;
	t->voters |= set_of(node);
	struct slot_history *s = &i->slot[w->slot];
	if (set_count(t->voters) < i->config.quorum ||
	    (s->chosen != VALUE_NONE && ballot_cmp(s->chosen_at, w->ballot) <= 0))
		return i->broken;
	s->chosen = w->value;
	s->chosen_at = w->ballot;
	while (i->chosen_upto < i->config.slots && i->slot[i->chosen_upto].chosen != VALUE_NONE)
		i->chosen_upto++;
	return i->broken;
}

enum invariant invariants_sent(struct invariants *i, const struct message *m)
{
	struct change c = {
		.kind = CHANGE_SENT,
		.node = m->from,
		.slot = m->slot,
		.ballot = m->ballot,
		.value = m->value,
		.message = m,
	};

	if (!judge(i, &c) || m->type != MSG_ACCEPT)
		return i->broken;
	struct tally *t = open_tally(i, m->slot, m->ballot);
	if (t != NULL)
		t->proposed = m->value;
	return i->broken;
}

enum invariant invariants_back(struct invariants *i, const struct paxos *p)
{
	const node_id node = p->config.self;
	struct node_history *n = &i->node[node];
	struct change c = {.kind = CHANGE_BACK, .node = node, .ballot = p->promised, .state = p};

	if (!judge(i, &c))
		return i->broken;
	n->promised = n->promised_before = p->promised;
	n->base = p->base;
	for (slot_number slot = p->base; slot < i->config.slots; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		*held_by(i, node, slot) = (struct node_slot){0};
		if (s != NULL)
			*held_by(i, node, slot) = (struct node_slot){
				.voted_at = s->voted_at, .voted = s->voted, .chosen = s->chosen};
	}
	return i->broken;
}

enum invariant invariants_broken(const struct invariants *i)
{
	return i->broken;
}

const char *invariants_why(const struct invariants *i)
{
	return i->why;
}

bool invariants_is_full(const struct invariants *i)
{
	return i->full;
}

slot_number invariants_chosen_upto(const struct invariants *i)
{
	return i->chosen_upto;
}

value_ref invariants_chosen(const struct invariants *i, slot_number slot)
{
	return slot < i->config.slots ? i->slot[slot].chosen : VALUE_NONE;
}
