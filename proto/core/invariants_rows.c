/* The rows of proto/core/invariants.def: each a pure predicate over one change and the history
 * before it, true if the change is as the row's words say. Where the words say everything, a
 * predicate has no comment. */
#include "proto/core/batch.h"
#include "proto/core/invariants_history.h"

/* In the face of how many liars a row holds: see the head of invariants.def. */
enum against { NO_LIARS, FEW_LIARS, ANY_LIARS };

static bool has_voted(const struct invariants *i, node_id node, slot_number slot,
		      struct ballot ballot, value_ref value)
{
	const struct tally *t = tally_find(i, slot, ballot, value);

	return t != NULL && set_has(t->voters, node);
}

static bool is_asked_for(const struct invariants *i, value_ref value)
{
	return value == VALUE_NOOP ||
	       (value < i->config.values && (i->proposed[value / 64] >> value % 64 & 1) != 0);
}

/* A batch is proposed if all its values are, and none of them is the no-op, which nobody asks for.
 */
static bool is_proposed(const struct invariants *i, value_ref value)
{
	uint32_t length;

	if (is_asked_for(i, value))
		return true;
	if (value >= i->config.values || i->config.table == NULL)
		return false;
	const uint8_t *bytes = values_bytes(i->config.table, value, &length);
	if (batch_count(bytes, length) == 0)
		return false;
	struct batch_reader r = batch_read(bytes, length);
	while (batch_next(&r, &bytes, &length))
		if (!is_asked_for(i, values_find(i->config.table, bytes, length)))
			return false;
	return true;
}

static bool is_liar(const struct invariants *i, node_id node)
{
	return set_has(i->config.liars, node);
}

/* A vote may choose a value: then no other value may be chosen, nor known to be. */
bool holds_AGREEMENT(const struct invariants *i, const struct change *c)
{
	const struct slot_history *s = &i->slot[c->slot];
	const struct tally *t = tally_find(i, c->slot, c->ballot, c->value);
	const node_set voters = (t == NULL ? 0 : t->voters) | set_of(c->node);

	if (c->kind == CHANGE_KNOWN)
		return (s->chosen == VALUE_NONE || s->chosen == c->value) &&
		       (s->known == VALUE_NONE || s->known == c->value);
	return s->chosen == VALUE_NONE || s->chosen == c->value ||
	       set_count(voters) < i->config.quorum;
}

/* "If a proposal with value v is chosen, then every higher-numbered proposal issued by any proposer
 * has value v" (Paxos Made Simple, 2.2, P2b). */
bool holds_P2B(const struct invariants *i, const struct change *c)
{
	const struct slot_history *s = &i->slot[c->slot];

	return c->message->type != MSG_ACCEPT || s->chosen == VALUE_NONE ||
	       ballot_cmp(c->ballot, s->chosen_at) <= 0 || s->chosen == c->value;
}

/* A node may have learned the value from a Commit. Without the defence `cert` a liar's Commit can
 * name a wrong ballot of the right value, so there the votes of any ballot will do. */
bool holds_QUORUM(const struct invariants *i, const struct change *c)
{
	const bool any_ballot = i->config.liars != 0 && !policy_has(i->config.policy, DEFENCE_CERT);

	for (const struct tally *t = first_tally(i, c->slot); t != NULL; t = next_tally(i, t))
		if (t->value == c->value && (any_ballot || ballot_cmp(t->ballot, c->ballot) == 0) &&
		    can_be_quorum(i, t->voters))
			return true;
	return false;
}

bool holds_INTEGRITY(const struct invariants *i, const struct change *c)
{
	const struct node_slot *known = node_slot_of(i, c->node, c->slot);

	if (c->kind == CHANGE_LOOK)
		return c->looking->chosen == known->chosen;
	return known->chosen == VALUE_NONE || known->chosen == c->value;
}

bool holds_VALIDITY(const struct invariants *i, const struct change *c)
{
	return is_proposed(i, c->value);
}

/* Honest nodes that vote in one ballot and slot vote for one value, if the ballot's owner is honest
 * or if each of them votes on a quorum of Echoes: two such quorums share an honest node. Without
 * either, a liar can ask each node to vote for another value, and nothing is asked here. */
static bool votes_alike(const struct invariants *i, const struct change *c)
{
	const struct invariants_config *o = &i->config;
	const bool by_echoes = policy_has(o->policy, DEFENCE_ECHO) &&
			       2u * o->quorum > o->nodes + set_count(o->liars);
	const bool by_owner = policy_has(o->policy, DEFENCE_SIGN) && !is_liar(i, c->ballot.node);

	if (o->liars != 0 && !by_echoes && !by_owner)
		return true;
	for (const struct tally *t = first_tally(i, c->slot); t != NULL; t = next_tally(i, t))
		if (ballot_cmp(t->ballot, c->ballot) == 0 && t->value != c->value &&
		    (t->voters & ~o->liars) != 0)
			return false;
	return true;
}

bool holds_ONE_VOTE(const struct invariants *i, const struct change *c)
{
	const struct node_slot *known = node_slot_of(i, c->node, c->slot);
	int order = ballot_cmp(c->ballot, known->voted_at);

	if (c->kind == CHANGE_VOTED)
		return votes_alike(i, c);
	if (c->kind == CHANGE_LOOK)
		return ballot_cmp(c->looking->voted_at, known->voted_at) == 0 &&
		       c->looking->voted == known->voted;
	return order > 0 || (order == 0 && c->value == known->voted);
}

bool holds_ONE_PROPOSAL(const struct invariants *i, const struct change *c)
{
	if (c->message->type != MSG_ACCEPT)
		return true;
	for (const struct tally *t = first_tally(i, c->slot); t != NULL; t = next_tally(i, t))
		if (t->proposed && t->value != c->value && ballot_cmp(t->ballot, c->ballot) == 0)
			return false;
	return true;
}

bool holds_MONOTONE(const struct invariants *i, const struct change *c)
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

/* A vote or an echo lies between the node's promise before the step and the one after it. */
static bool fits_promise(const struct invariants *i, const struct change *c)
{
	const struct node_history *n = &i->node[c->node];

	return ballot_cmp(c->ballot, n->promised_before) >= 0 &&
	       ballot_cmp(c->ballot, n->promised) <= 0;
}

bool holds_VOTE_PROMISED(const struct invariants *i, const struct change *c)
{
	if (c->kind == CHANGE_LOOK)
		return ballot_cmp(c->looking->voted_at, c->state->promised) <= 0;
	return fits_promise(i, c);
}

/* Another value that the node echoed in this ballot and slot. */
static bool echoed_another(const struct invariants *i, const struct change *c)
{
	for (const struct tally *t = first_tally(i, c->slot); t != NULL; t = next_tally(i, t))
		if (t->value != c->value && set_has(t->echoers, c->node) &&
		    ballot_cmp(t->ballot, c->ballot) == 0)
			return true;
	return false;
}

bool holds_ONE_ECHO(const struct invariants *i, const struct change *c)
{
	const struct node_slot *known = node_slot_of(i, c->node, c->slot);
	int order = ballot_cmp(c->ballot, known->echoed_at);

	if (c->kind == CHANGE_LOOK) {
		const struct paxos_hard *h = &c->state->hard[c->slot % SLOTS_OPEN_MAX];
		return ballot_cmp(h->echoed_at, known->echoed_at) == 0 &&
		       h->echoed == known->echoed;
	}
	if (c->kind == CHANGE_SENT && c->message->type != MSG_ECHO)
		return true;
	if (c->kind == CHANGE_ECHO)
		return order > 0 || (order == 0 && c->value == known->echoed);
	return !echoed_another(i, c);
}

bool holds_ECHO_PROMISED(const struct invariants *i, const struct change *c)
{
	return fits_promise(i, c);
}

/* Has a node that is back from its disk its highest durable vote and echo in every open slot? Other
 * nodes may have heard of them. */
static bool has_kept_all(const struct invariants *i, const struct paxos *p)
{
	for (slot_number slot = p->base; slot < i->slots_end; slot++) {
		const struct paxos_slot *s = paxos_slot(p, slot);
		struct ballot voted = BALLOT_NONE, echoed = BALLOT_NONE;

		if (s == NULL)
			return true;
		for (const struct tally *t = first_tally(i, slot); t != NULL;
		     t = next_tally(i, t)) {
			if (set_has(t->voters, p->config.self) && ballot_cmp(t->ballot, voted) > 0)
				voted = t->ballot;
			if (set_has(t->echoers, p->config.self) &&
			    ballot_cmp(t->ballot, echoed) > 0)
				echoed = t->ballot;
		}
		if (ballot_cmp(s->voted_at, voted) != 0)
			return false;
		/* A value that is known to be chosen ends all echoing. */
		if (s->chosen == VALUE_NONE &&
		    ballot_cmp(p->hard[slot % SLOTS_OPEN_MAX].echoed_at, echoed) != 0)
			return false;
	}
	return true;
}

bool holds_PERSIST(const struct invariants *i, const struct change *c)
{
	const struct message *m = c->message;
	const struct tally *t;

	if (c->kind == CHANGE_BACK)
		return has_kept_all(i, c->state);
	switch (m->type) {
	case MSG_PREPARE:
	case MSG_PROMISE:
	case MSG_ACCEPT:
	case MSG_NEW_VIEW:
		return ballot_cmp(i->node[c->node].durable, m->ballot) >= 0;
	case MSG_NACK:
		return ballot_cmp(i->node[c->node].durable, m->promised) >= 0;
	case MSG_ACCEPTED:
		return has_voted(i, c->node, m->slot, m->ballot, m->value);
	case MSG_ECHO:
		t = tally_find(i, m->slot, m->ballot, m->value);
		return t != NULL && set_has(t->echoers, c->node);
	default:
		return true;
	}
}

/* The highest vote of a node below a ballot, NULL if it has none. */
static const struct tally *vote_below(const struct invariants *i, node_id node, slot_number slot,
				      struct ballot ballot)
{
	const struct tally *highest = NULL;

	for (const struct tally *t = first_tally(i, slot); t != NULL; t = next_tally(i, t))
		if (set_has(t->voters, node) && ballot_cmp(t->ballot, ballot) < 0 &&
		    (highest == NULL || ballot_cmp(t->ballot, highest->ballot) > 0))
			highest = t;
	return highest;
}

/* The claims of a Promise leave out no vote of its sender: for each slot, the highest one below the
 * promised ballot. Both lists rise by slot, so one walk over the claims is enough. */
static bool tells_all_votes(const struct invariants *i, const struct message *m)
{
	slot_number slot = higher_of(m->slot, m->low);
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

static bool tells_only_votes(const struct invariants *i, const struct message *m)
{
	for (unsigned k = 0; k < m->claims; k++)
		if (m->claim[k].slot >= i->config.slots ||
		    !has_voted(i, m->from, m->claim[k].slot, m->claim[k].ballot, m->claim[k].value))
			return false;
	return true;
}

/* What liars say of decisions binds nobody who asks for proofs. */
static bool chains_are_proven(const struct invariants *i)
{
	return i->config.liars == 0 ||
	       (i->laws == 1 && is_safe(&i->config) && policy_has(i->config.policy, DEFENCE_CERT));
}

bool holds_ONE_CHAIN(const struct invariants *i, const struct change *c)
{
	const value_ref chain = i->slot[c->slot].chain;

	if (!chains_are_proven(i))
		return true;
	return chain == c->value || (chain == VALUE_NONE && c->kind == CHANGE_SUMMED);
}

bool holds_KEPT(const struct invariants *i, const struct change *c)
{
	const struct paxos *p = c->state;

	(void)i;
	return p->low <= p->base && (p->low == 0 || p->low_summary.end == p->low);
}

/* `low` and a Commit tell what is chosen. With liars around, an honest node may itself have been
 * told something false: then it is judged by what it believes. */
static bool tells_what_it_knows(const struct invariants *i, const struct message *m)
{
	if (i->config.liars == 0)
		return m->low <= i->chosen_upto &&
		       (m->type != MSG_COMMIT || i->slot[m->slot].chosen == m->value);
	return m->low <= i->node[m->from].base &&
	       (m->type != MSG_COMMIT || node_slot_of(i, m->from, m->slot)->chosen == m->value);
}

bool holds_TRUTH(const struct invariants *i, const struct change *c)
{
	const struct message *m = c->message;

	if (m->type == MSG_SUMMARY)
		return m->slot < i->node[m->from].base &&
		       (!chains_are_proven(i) || i->slot[m->slot].chain == VALUE_NONE ||
			i->slot[m->slot].chain == m->value);
	if (m->type != MSG_COMMIT && m->type != MSG_PROMISE)
		return true;
	return tells_what_it_knows(i, m) &&
	       (m->type == MSG_COMMIT || (tells_all_votes(i, m) && tells_only_votes(i, m)));
}

/* An owner hears its own Accept within the step that sends it, before the message leaves: so it is
 * not asked whether it proposed the value before it votes for it. */
bool holds_OWNED(const struct invariants *i, const struct change *c)
{
	const struct tally *t;

	if (c->node == c->ballot.node || is_liar(i, c->ballot.node))
		return true;
	t = tally_find(i, c->slot, c->ballot, c->value);
	return t != NULL && t->proposed;
}

bool holds_JUSTIFIED(const struct invariants *i, const struct change *c)
{
	const struct tally *t = tally_find(i, i->config.slots, c->ballot, VALUE_NONE);

	return can_be_quorum(i, t == NULL ? 0 : t->voters);
}

/* An Accept is its owner's Echo. A node counts its own Echo, or Accept, before that is durable: its
 * vote rests on it, and both reach the disk before either leaves the node. */
bool holds_VOTE_ECHOED(const struct invariants *i, const struct change *c)
{
	const struct node_slot *own = node_slot_of(i, c->node, c->slot);
	const struct tally *t = tally_find(i, c->slot, c->ballot, c->value);
	node_set echoers = t == NULL ? 0 : t->echoers;

	if (own->echoed == c->value && ballot_cmp(own->echoed_at, c->ballot) == 0)
		echoers |= set_of(c->node);
	if (t != NULL && t->proposed)
		echoers |= set_of(c->ballot.node);
	return can_be_quorum(i, echoers);
}

/* Is the write stored with a quorum of proofs? One proof that is listed twice counts once. */
static bool has_proofs(const struct invariants *i, const struct paxos_write *w)
{
	unsigned different = 0;

	for (unsigned k = 0; k < w->proofs; k++) {
		bool again = w->proof_list[k] == PROOF_NONE;

		for (unsigned other = 0; other < k && !again; other++)
			again = w->proof_list[other] == w->proof_list[k];
		different += !again;
	}
	return different >= i->config.quorum;
}

bool holds_VOTE_PROVEN(const struct invariants *i, const struct change *c)
{
	return has_proofs(i, c->write);
}

bool holds_CHOSEN_PROVEN(const struct invariants *i, const struct change *c)
{
	return has_proofs(i, c->write);
}

/* Two facts exclude each other: a value can have been chosen in a ballot, and an honest node echoes
 * or votes for another value in a higher ballot. Either fact may come first, so both orders are
 * looked for: an echo or vote is compared with the ballots below it, and a vote that completes a
 * possible quorum with the ballots above it. */
bool holds_SAFE_VALUE(const struct invariants *i, const struct change *c)
{
	const struct tally *mine = tally_find(i, c->slot, c->ballot, c->value);
	const bool can_be_chosen =
		c->kind == CHANGE_VOTED &&
		can_be_quorum(i, set_of(c->node) | (mine == NULL ? 0 : mine->voters));

	for (const struct tally *t = first_tally(i, c->slot); t != NULL; t = next_tally(i, t)) {
		int order = ballot_cmp(t->ballot, c->ballot);

		if (t->value == c->value)
			continue;
		if (c->kind != CHANGE_VOTED && order < 0 && can_be_quorum(i, t->voters) &&
		    (t->voters & ~i->config.liars) != 0)
			return false;
		if (can_be_chosen && order > 0 &&
		    ((t->voters | t->echoers) & ~i->config.liars) != 0)
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	const char *words;
	policy_id under;
	enum against against;
	unsigned changes;
	bool (*holds)(const struct invariants *i, const struct change *c);
} rows[INVARIANTS] = {
	[INVARIANT_NONE] = {"none", "nothing is broken", 0, NO_LIARS, 0, NULL},
#define INVARIANT(name, text, under, against, changes, words)                                      \
	[INVARIANT_##name] = {text, words, under, against, changes, holds_##name},
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

bool invariant_is_judged(enum invariant row, const struct invariants_config *config)
{
	if (rows[row].holds == NULL || (rows[row].under & ~config->policy) != 0)
		return false;
	switch (rows[row].against) {
	case NO_LIARS:
		return config->liars == 0;
	case FEW_LIARS:
		return is_safe(config);
	case ANY_LIARS:
		break;
	}
	return true;
}

unsigned invariant_changes(enum invariant row)
{
	return rows[row].changes;
}

bool invariant_holds(enum invariant row, const struct invariants *i, const struct change *c)
{
	return rows[row].holds(i, c);
}
