/* The judge's driver: it turns what the caller tells into changes, asks the rows that a change can
 * break (invariants_rows.c), and writes the change into the history once no row is broken. */
#include "proto/core/invariants.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/invariants_history.h"
#include "proto/core/text.h"

unsigned invariants_judged(const struct invariants_config *config)
{
	unsigned count = 0;

	for (unsigned row = 1; row < INVARIANTS; row++)
		count += invariant_is_judged((enum invariant)row, config);
	return count;
}

static void show_value(const struct invariants *i, value_ref value, char out[VALUE_SHOWN_MAX + 1])
{
	if (i->config.table != NULL)
		values_show(i->config.table, value, out);
	else
		snprintf(out, VALUE_SHOWN_MAX + 1, "%u", value);
}

/* Writes the sentence about the row that this change breaks. */
static void explain(struct invariants *i, const struct change *c)
{
	/* by bit of enum change_kind */
	static const char *const verbs[] = {"promises",
					    "votes",
					    "learns",
					    "stands",
					    "has voted",
					    "carries out",
					    "sends",
					    "is back",
					    "echoes",
					    "has echoed",
					    "says that it voted",
					    "sums up",
					    "is brought over all"};
	const struct slot_history *s = &i->slot[c->slot];
	char value[VALUE_SHOWN_MAX + 1], other[VALUE_SHOWN_MAX + 1];
	const char *verb = verbs[__builtin_ctz(c->kind)];
	const bool by_votes = s->chosen != VALUE_NONE && s->chosen != c->value;

	show_value(i, c->value, value);
	text_write(i->why, sizeof i->why, "%s: n%u %s%s%s in slot %llu at %u.%u, value %s",
		   invariant_name(i->broken), c->node, verb, c->message != NULL ? " " : "",
		   c->message != NULL ? message_name(c->message->type) : "",
		   (unsigned long long)c->slot, c->ballot.round, c->ballot.node, value);
	if (i->broken == INVARIANT_AGREEMENT) {
		show_value(i, by_votes ? s->chosen : s->known, other);
		text_append(i->why, sizeof i->why, ", against %s", other);
		if (by_votes)
			text_append(i->why, sizeof i->why, " at %u.%u", s->chosen_at.round,
				    s->chosen_at.node);
	}
	text_append(i->why, sizeof i->why, ": it must be that %s", invariant_words(i->broken));
}

static struct law law_of(const struct invariants_config *config, slot_number from)
{
	struct law law = {.from = from, .policy = config->policy, .quorum = config->quorum};

	for (unsigned row = 1; row < INVARIANTS; row++)
		for (unsigned left = invariant_changes((enum invariant)row);
		     left != 0 && invariant_is_judged((enum invariant)row, config);
		     left &= left - 1)
			law.rows[__builtin_ctz(left)] |= (uint32_t)1 << row;
	return law;
}

/* Brings the configuration to the policy of the slot: each slot is judged by its own. What a node
 * does that has not heard of a change is judged by the policy that it follows still. */
static const struct law *turn_to_slot(struct invariants *i, node_id node, slot_number slot)
{
	const struct law *law = &i->law[i->laws - 1];
	const struct node_history *n = &i->node[node];

	while (law > i->law && law->from > slot)
		law--;
	if (n->lines > 0 && policy_of_slot(n->line, n->lines, slot) != law->policy) {
		i->config.policy = policy_of_slot(n->line, n->lines, slot);
		i->config.quorum = (uint8_t)policy_quorum(i->config.policy, i->config.nodes);
		i->late = law_of(&i->config, law->from);
		return &i->late;
	}
	i->config.policy = law->policy;
	i->config.quorum = law->quorum;
	return law;
}

/* Judges a change by the history before it. True: no row is broken, and the caller may write the
 * change into the history. */
static bool judge_change(struct invariants *i, const struct change *c)
{
	const struct law *law = turn_to_slot(i, c->node, c->slot);

	if (i->broken != INVARIANT_NONE || i->full)
		return false;
	if (c->slot >= i->config.slots) {
		i->full = true;
		return false;
	}
	for (uint32_t left = law->rows[__builtin_ctz(c->kind)]; left != 0; left &= left - 1) {
		const enum invariant row = (enum invariant)__builtin_ctz(left);

		if (invariant_holds(row, i, c))
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
	i->laws = 1;
	i->law[0] = law_of(config, 0);
	return i;
}

void invariants_policy(struct invariants *i, slot_number from, policy_id policy)
{
	struct invariants_config config = i->config;

	config.policy = policy;
	config.quorum = (uint8_t)policy_quorum(policy, config.nodes);
	while (i->laws > 0 && i->law[i->laws - 1].from >= from)
		i->laws--;
	if (i->laws > 0 && i->law[i->laws - 1].policy == policy)
		return;
	assert(i->laws < POLICY_LINES_MAX);
	i->law[i->laws++] = law_of(&config, from);
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
	struct tally *t = tally_find(i, slot, ballot, value);

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

/* A node promised the ballot: it told so in a Promise or, as the ballot's owner, only itself. The
 * tallies of promises stand in a slot of their own, behind the last one of the log. */
static void note_promised(struct invariants *i, node_id node, struct ballot ballot)
{
	struct tally *t;

	if (!i->config.policy_changes && !policy_has(i->config.policy, DEFENCE_JUSTIFY))
		return;
	t = open_tally(i, i->config.slots, ballot, VALUE_NONE);
	if (t != NULL)
		t->voters |= set_of(node);
}

static bool is_liar(const struct invariants *i, node_id node)
{
	return set_has(i->config.liars, node);
}

/* Judges the state of a node as it is now, at one of its open slots. */
static void judge_state(struct invariants *i, const struct paxos *p, slot_number slot)
{
	const struct paxos_slot *s = paxos_slot(p, slot);

	if (s == NULL || slot >= i->config.slots)
		return;
	judge_change(i, &(struct change){.kind = CHANGE_LOOK,
					 .node = p->config.self,
					 .slot = slot,
					 .ballot = s->voted_at,
					 .value = s->voted,
					 .state = p,
					 .looking = s});
}

/* A node has changed its state, and its disk does not know yet. */
static void note_in_memory(struct invariants *i, node_id node, const struct paxos_write *w)
{
	struct change c = {
		.node = node, .slot = w->slot, .ballot = w->ballot, .value = w->value, .write = w};

	switch (w->kind) {
	case WRITE_PROMISED:
		c.kind = CHANGE_PROMISE;
		c.slot = 0;
		if (!judge_change(i, &c))
			break;
		i->node[node].promised = w->ballot;
		if (w->ballot.node == node)
			note_promised(i, node, w->ballot);
		break;
	case WRITE_VOTE:
		c.kind = CHANGE_CAST;
		if (judge_change(i, &c)) {
			node_slot_of(i, node, w->slot)->voted_at = w->ballot;
			node_slot_of(i, node, w->slot)->voted = w->value;
		}
		break;
	case WRITE_CHOSEN:
		c.kind = CHANGE_LEARN;
		if (judge_change(i, &c))
			node_slot_of(i, node, w->slot)->chosen = w->value;
		break;
	case WRITE_ECHO:
		c.kind = CHANGE_ECHO;
		if (judge_change(i, &c)) {
			node_slot_of(i, node, w->slot)->echoed_at = w->ballot;
			node_slot_of(i, node, w->slot)->echoed = w->value;
		}
		break;
	case WRITE_SUMMARY:
	case WRITE_LOW:
		break;
	}
}

/* Slots of which only a chain is left: it is counted by those that know all of them, and told to
 * those that do not. */
static void note_chain(struct invariants *i, const struct paxos *p, const struct paxos_input *in)
{
	struct change c = {.node = p->config.self, .state = p};

	if (in->kind == INPUT_CHAIN) {
		c.kind = CHANGE_SUMMED;
		c.slot = in->slot;
		c.value = in->value;
	} else if (p->low > i->node[c.node].base) {
		c.kind = CHANGE_BROUGHT;
		c.slot = p->low - 1;
		c.value = p->low_summary.chain;
	} else {
		return;
	}
	judge_change(i, &c);
}

/* Like a vote, a chain counts from when it is durable, or told to others. */
static void keep_chain(struct invariants *i, slot_number slot, value_ref chain)
{
	if (i->slot[slot].chain == VALUE_NONE)
		i->slot[slot].chain = chain;
}

enum invariant invariants_step(struct invariants *i, const struct paxos *p,
			       const struct paxos_input *in, const struct paxos_output *out)
{
	struct node_history *n = &i->node[p->config.self];

	if (is_liar(i, p->config.self))
		return i->broken;
	n->promised_before = n->promised;
	if (i->config.policy_changes &&
	    (n->lines != p->lines || memcmp(n->line, p->line, sizeof n->line) != 0)) {
		n->lines = p->lines;
		memcpy(n->line, p->line, sizeof n->line);
	}
	/* Promises first: a vote may not be above the last promise of its step, and that promise
	 * may stand behind the vote in the list. */
	for (unsigned k = 0; k < out->writes; k++)
		if (out->write[k].kind == WRITE_PROMISED)
			note_in_memory(i, p->config.self, &out->write[k]);
	for (unsigned k = 0; k < out->writes; k++)
		if (out->write[k].kind != WRITE_PROMISED)
			note_in_memory(i, p->config.self, &out->write[k]);
	note_chain(i, p, in);
	judge_state(i, p, p->base + n->turn++ % SLOTS_OPEN_MAX);
	if (in->kind == INPUT_MESSAGE)
		judge_state(i, p, in->message->slot);
	n->base = p->base;
	return i->broken;
}

/* Counts a vote that was judged and breaks no row; with a quorum of votes the value is chosen. Of
 * several ballots with a quorum the lowest is kept: P2b speaks of every ballot above it. */
static void count_vote(struct invariants *i, const struct change *c)
{
	struct tally *t = open_tally(i, c->slot, c->ballot, c->value);
	struct slot_history *s = &i->slot[c->slot];

	if (t == NULL)
		return;
	turn_to_slot(i, c->node, c->slot);
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
		if (judge_change(i, &c) && (t = open_tally(i, c.slot, c.ballot, c.value)) != NULL)
			t->echoers |= set_of(node);
		break;
	case WRITE_VOTE:
		c.kind = CHANGE_VOTED;
		if (judge_change(i, &c))
			count_vote(i, &c);
		break;
	case WRITE_CHOSEN:
		c.kind = CHANGE_KNOWN;
		if (judge_change(i, &c) && i->slot[c.slot].known == VALUE_NONE)
			i->slot[c.slot].known = c.value;
		break;
	case WRITE_SUMMARY:
		c.kind = CHANGE_SUMMED;
		if (judge_change(i, &c))
			keep_chain(i, c.slot, c.value);
		break;
	case WRITE_LOW:
		break;
	}
	return i->broken;
}

/* A liar has voted for what an Accepted in its name says. Where messages are not signed, any liar
 * may send that Accepted; where they are signed, only the liar itself. */
static void hear_liar(struct invariants *i, node_id sender, const struct message *m)
{
	const bool own = sender == m->from ||
			 !policy_has(turn_to_slot(i, m->from, m->slot)->policy, DEFENCE_SIGN);
	const struct change c = {
		.kind = CHANGE_CLAIMED,
		.node = m->from,
		.slot = m->slot,
		.ballot = m->ballot,
		.value = m->value,
	};

	if (m->type == MSG_ACCEPTED && own && is_liar(i, m->from) && m->slot < i->config.slots &&
	    judge_change(i, &c))
		count_vote(i, &c);
}

/* The slot that a message is judged in. A liar may make an honest node mention a slot that the log
 * will never reach. A message that is no vote and asks for none is then judged as if in slot 0. */
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
	if (!judge_change(i, &c))
		return i->broken;
	if (m->type == MSG_PROMISE)
		note_promised(i, m->from, m->ballot);
	if (m->type == MSG_SUMMARY && m->slot < i->config.slots)
		keep_chain(i, m->slot, m->value);
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

	if (is_liar(i, node) || !judge_change(i, &c))
		return i->broken;
	n->promised = n->promised_before = p->promised;
	n->base = p->base;
	/* What the crash took is out of the node's history, too. */
	for (slot_number slot = p->base; slot < i->config.slots; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];
		*node_slot_of(i, node, slot) = (struct node_slot){0};
		if (s != NULL)
			*node_slot_of(i, node, slot) = (struct node_slot){
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
