#include "proto/core/invariants.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/invariants_history.h"

unsigned invariants_judged(const struct invariants_config *config)
{
	unsigned count = 0;

	for (unsigned row = 1; row < INVARIANTS; row++)
		count += row_is_judged((enum invariant)row, config);
	return count;
}

static void show_value(const struct invariants *i, value_ref value, char out[VALUE_SHOWN_MAX + 1])
{
	if (i->config.table != NULL)
		values_show(i->config.table, value, out);
	else
		snprintf(out, VALUE_SHOWN_MAX + 1, "%u", value);
}

static void explain(struct invariants *i, const struct change *c)
{
	static const char *const verbs[] = {
		"promises", "votes",   "learns", "stands",     "has voted",         "carries out",
		"sends",    "is back", "echoes", "has echoed", "says that it voted"};
	const struct slot_history *s = &i->slot[c->slot];
	char value[VALUE_SHOWN_MAX + 1], other[VALUE_SHOWN_MAX + 1];
	const char *verb = verbs[__builtin_ctz(c->kind)];
	const bool by_votes = s->chosen != VALUE_NONE && s->chosen != c->value;

	show_value(i, c->value, value);
	int used = snprintf(i->why, sizeof i->why, "%s: n%u %s%s%s in slot %llu at %u.%u, value %s",
			    invariant_name(i->broken), c->node, verb, c->message != NULL ? " " : "",
			    c->message != NULL ? message_name(c->message->type) : "",
			    (unsigned long long)c->slot, c->ballot.round, c->ballot.node, value);
	if (i->broken == INVARIANT_AGREEMENT) {
		show_value(i, by_votes ? s->chosen : s->known, other);
		used += snprintf(i->why + used, sizeof i->why - (size_t)used, ", against %s",
				 other);
		if (by_votes)
			used += snprintf(i->why + used, sizeof i->why - (size_t)used, " at %u.%u",
					 s->chosen_at.round, s->chosen_at.node);
	}
	snprintf(i->why + used, sizeof i->why - (size_t)used, ": it must be that %s",
		 invariant_words(i->broken));
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
	for (uint32_t left = i->rows[__builtin_ctz(c->kind)]; left != 0; left &= left - 1) {
		const enum invariant row = (enum invariant)__builtin_ctz(left);

		if (row_holds(row, i, c))
			continue;
		i->broken = row;
		explain(i, c);
		return false;
	}
	return true;
}

static size_t rounded(size_t size)
{
	return (size + 15) / 16 * 16;
}

static_assert(INVARIANTS <= 32, "a set of rows is one word");

size_t invariants_size(const struct invariants_config *config)
{
	return rounded(sizeof(struct invariants)) +
	       rounded(config->ballots * sizeof(struct tally)) +
	       rounded((config->slots + 1u) * sizeof(struct slot_history)) +
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
	at += rounded((config->slots + 1u) * sizeof(struct slot_history));
	i->node_slot = (void *)at;
	at += rounded((config->nodes + 1u) * config->slots * sizeof(struct node_slot));
	i->proposed = (void *)at;
	for (unsigned row = 1; row < INVARIANTS; row++)
		for (unsigned left = row_changes((enum invariant)row);
		     left != 0 && row_is_judged((enum invariant)row, config); left &= left - 1)
			i->rows[__builtin_ctz(left)] |= (uint32_t)1 << row;
	return i;
}

void invariants_proposed(struct invariants *i, value_ref value)
{
	assert(value < i->config.values);
	i->proposed[value / 64] |= (uint64_t)1 << value % 64;
}

/* The tally of a slot, ballot and value, made if there is none; NULL if the history is full. */
static struct tally *open_tally(struct invariants *i, slot_number slot, struct ballot ballot,
				value_ref value)
{
	struct tally *t = tally_of(i, slot, ballot, value);

	if (t != NULL)
		return t;
	if (i->tallies == i->config.ballots) {
		i->full = true;
		return NULL;
	}
	t = &i->tally[i->tallies++];
	*t = (struct tally){.ballot = ballot, .value = value, .next = i->slot[slot].first};
	i->slot[slot].first = i->tallies;
	if (slot >= i->slots_end && slot < i->config.slots)
		i->slots_end = slot + 1;
	return t;
}

/* A node promised the ballot, to everybody or, as its owner, to itself. */
static void note_promised(struct invariants *i, node_id node, struct ballot ballot)
{
	struct tally *t;

	if (!policy_has(i->config.policy, DEFENCE_JUSTIFY))
		return;
	t = open_tally(i, i->config.slots, ballot, VALUE_NONE);
	if (t != NULL)
		t->voters |= set_of(node);
}

static bool is_liar(const struct invariants *i, node_id node)
{
	return set_has(i->config.liars, node);
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
	struct change c = {
		.node = node, .slot = w->slot, .ballot = w->ballot, .value = w->value, .write = w};

	switch (w->kind) {
	case WRITE_PROMISED:
		c.kind = CHANGE_PROMISE;
		c.slot = 0;
		if (!judge(i, &c))
			break;
		i->node[node].promised = w->ballot;
		if (w->ballot.node == node)
			note_promised(i, node, w->ballot);
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
		c.kind = CHANGE_ECHO;
		if (judge(i, &c)) {
			held_by(i, node, w->slot)->echoed_at = w->ballot;
			held_by(i, node, w->slot)->echoed = w->value;
		}
		break;
	}
}

enum invariant invariants_step(struct invariants *i, const struct paxos *p,
			       const struct paxos_input *in, const struct paxos_output *out)
{
	struct node_history *n = &i->node[p->config.self];

	if (is_liar(i, p->config.self))
		return i->broken;
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

/* The change was judged: a vote counts. */
static void count_vote(struct invariants *i, const struct change *c)
{
	struct tally *t = open_tally(i, c->slot, c->ballot, c->value);
	struct slot_history *s = &i->slot[c->slot];

	if (t == NULL)
		return;
	t->voters |= set_of(c->node);
	if (set_count(t->voters) < i->config.quorum ||
	    (s->chosen != VALUE_NONE && ballot_cmp(s->chosen_at, c->ballot) <= 0))
		return;
	s->chosen = c->value;
	s->chosen_at = c->ballot;
	while (i->chosen_upto < i->config.slots && i->slot[i->chosen_upto].chosen != VALUE_NONE)
		i->chosen_upto++;
}

enum invariant invariants_durable(struct invariants *i, node_id node, const struct paxos_write *w)
{
	struct change c = {.node = node, .slot = w->slot, .ballot = w->ballot, .value = w->value};
	struct tally *t;

	if (is_liar(i, node))
		return i->broken;
	switch (w->kind) {
	case WRITE_PROMISED:
		i->node[node].durable = w->ballot;
		break;
	case WRITE_ECHO:
		c.kind = CHANGE_ECHOED;
		if (judge(i, &c) && (t = open_tally(i, c.slot, c.ballot, c.value)) != NULL)
			t->echoers |= set_of(node);
		break;
	case WRITE_VOTE:
		c.kind = CHANGE_VOTED;
		if (judge(i, &c))
			count_vote(i, &c);
		break;
	case WRITE_CHOSEN:
		c.kind = CHANGE_KNOWN;
		if (judge(i, &c) && i->slot[c.slot].known == VALUE_NONE)
			i->slot[c.slot].known = c.value;
		break;
	}
	return i->broken;
}

/* A liar's vote is what it says in its own name; where nothing is signed, another liar may say it
 * for it. */
static void hear_liar(struct invariants *i, node_id sender, const struct message *m)
{
	const bool own = sender == m->from || !policy_has(i->config.policy, DEFENCE_SIGN);
	const struct change c = {
		.kind = CHANGE_CLAIMED,
		.node = m->from,
		.slot = m->slot,
		.ballot = m->ballot,
		.value = m->value,
	};

	if (m->type == MSG_ACCEPTED && own && is_liar(i, m->from) && m->slot < i->config.slots &&
	    judge(i, &c))
		count_vote(i, &c);
}

/* A liar may make a node speak about a slot that nobody will ever reach. */
static slot_number slot_said(const struct invariants *i, const struct message *m)
{
	const bool tells = m->type == MSG_ACCEPT || m->type == MSG_ECHO ||
			   m->type == MSG_ACCEPTED || m->type == MSG_COMMIT;

	return i->config.liars == 0 || tells || m->slot < i->config.slots ? m->slot : 0;
}

enum invariant invariants_sent(struct invariants *i, node_id sender, const struct message *m)
{
	struct change c = {
		.kind = CHANGE_SENT,
		.node = m->from,
		.slot = slot_said(i, m),
		.ballot = m->ballot,
		.value = m->value,
		.message = m,
	};
	struct tally *t;

	if (is_liar(i, sender)) {
		hear_liar(i, sender, m);
		return i->broken;
	}
	if (!judge(i, &c))
		return i->broken;
	if (m->type == MSG_PROMISE)
		note_promised(i, m->from, m->ballot);
	if (m->type != MSG_ACCEPT)
		return i->broken;
	t = open_tally(i, m->slot, m->ballot, m->value);
	if (t != NULL)
		t->proposed = true;
	return i->broken;
}

enum invariant invariants_back(struct invariants *i, const struct paxos *p)
{
	const node_id node = p->config.self;
	struct node_history *n = &i->node[node];
	struct change c = {.kind = CHANGE_BACK, .node = node, .ballot = p->promised, .state = p};

	if (is_liar(i, node) || !judge(i, &c))
		return i->broken;
	n->promised = n->promised_before = p->promised;
	n->base = p->base;
	for (slot_number slot = p->base; slot < i->config.slots; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];
		*held_by(i, node, slot) = (struct node_slot){0};
		if (s != NULL)
			*held_by(i, node, slot) = (struct node_slot){
				.voted_at = s->voted_at,
				.echoed_at = h->echoed_at,
				.voted = s->voted,
				.echoed = h->echoed,
				.chosen = s->chosen,
			};
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
