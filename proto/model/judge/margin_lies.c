/* The safe margin to a violation: all that certain liars can do in one slot, ballot by ballot.
 *
 * A state is the latest vote of each honest acceptor, for each value the highest ballot at which
 * somebody may hold a certificate for it, and the values that were chosen so far. Ballots are
 * counted from 1: first those that have votes already, in which acceptors that promised no higher
 * one may still vote, then new ones. Honest acceptors that are past the old ballots differ by
 * their votes only, so states that are the same but for the order of acceptors are one. */
#include <stdio.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/text.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/margin.h"

#define TABLE     65536u /* above MARGIN_STATES_MAX */
#define RANKS_MAX (MARGIN_NODES_MAX + MARGIN_BALLOTS + 1)

struct vote {
	uint8_t rank; /* 0: none */
	uint8_t value;
};

struct state {
	struct vote vote[MARGIN_NODES_MAX]; /* of the honest, by their places */
	uint8_t cert[MARGIN_VALUES];        /* the highest rank; 0: none */
	uint8_t chosen;                     /* bits */
	uint8_t rank;                       /* of the latest ballot that is over */
};

struct node {
	struct state state;
	uint32_t parent;
	uint8_t chosen_then; /* bits: by the ballot that led here */
};

struct margin_search {
	/* the question */
	unsigned nodes, quorum, honest, liars, needed;
	node_id place[MARGIN_NODES_MAX]; /* of the honest */
	node_set liar_set;
	policy_id policy;
	const struct margin_case *c;
	const struct margin_slot *slot;
	unsigned values, olds;
	unsigned value[MARGIN_VALUES]; /* its number in the slot; 0: a new one */
	struct ballot old[MARGIN_NODES_MAX];
	unsigned last; /* rank of the last ballot */
	/* the search */
	uint32_t states, at, found;
	bool full;
	struct node node[MARGIN_STATES_MAX];
	uint16_t table[TABLE]; /* 1 + number */
	unsigned total;
};

size_t margin_memory_size(void)
{
	return sizeof(struct margin_search);
}

unsigned margin_states(const struct margin_search *s)
{
	return s->total;
}

/* --- states ---------------------------------------------------------------------------------- */

/* One form for all orders of the honest, once old ballots are over. */
static struct state tidy(const struct margin_search *s, const struct state *state)
{
	struct state out = *state;

	if (state->rank < s->olds)
		return out;
	for (unsigned i = 1; i < s->honest; i++)
		for (unsigned k = i; k > 0; k--) {
			const struct vote v = out.vote[k], w = out.vote[k - 1];

			if (v.rank > w.rank || (v.rank == w.rank && v.value >= w.value))
				break;
			out.vote[k] = w;
			out.vote[k - 1] = v;
		}
	return out;
}

static void add_state(struct margin_search *s, const struct state *state, uint8_t chosen_then)
{
	const struct state key = tidy(s, state);
	uint32_t place =
		(uint32_t)(digest64(s->slot->slot, (const uint8_t *)&key, sizeof key) % TABLE);

	for (; s->table[place] != 0; place = (place + 1) % TABLE) {
		const struct state seen = tidy(s, &s->node[s->table[place] - 1u].state);

		if (memcmp(&seen, &key, sizeof key) == 0)
			return;
	}
	if (s->states == MARGIN_STATES_MAX) {
		s->full = true;
		return;
	}
	s->node[s->states] = (struct node){*state, s->at, chosen_then};
	s->table[place] = (uint16_t)++s->states;
}

/* --- a ballot -------------------------------------------------------------------------------- */

/* Honest acceptors whose latest vote is at such a ballot or none. */
static unsigned at_most(const struct margin_search *s, const struct state *state, unsigned rank)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->honest; i++)
		count += state->vote[i].rank <= rank;
	return count;
}

/* Some quorum of promises, with what the liars among them tell, leads to the value. */
static bool is_justified(const struct margin_search *s, const struct state *state, unsigned value)
{
	if (at_most(s, state, 0) >= s->needed)
		return true;
	if (s->liars > 0 && state->cert[value] != 0 &&
	    at_most(s, state, state->cert[value]) >= s->needed)
		return true;
	for (unsigned i = 0; i < s->honest; i++)
		if (state->vote[i].rank != 0 && state->vote[i].value == value &&
		    at_most(s, state, state->vote[i].rank) >= s->needed)
			return true;
	return false;
}

static bool may_vote(const struct margin_search *s, const struct state *state, unsigned i,
		     unsigned value)
{
	return !policy_has(s->policy, DEFENCE_REJECT) || state->vote[i].rank == 0 ||
	       state->vote[i].value == value;
}

/* The ballot is over, and the honest have voted in it. */
static void finish(struct margin_search *s, struct state *next, unsigned asked)
{
	uint8_t chosen = 0;

	for (unsigned v = 0; v < s->values; v++) {
		unsigned votes = s->liars;

		for (unsigned i = 0; i < s->honest; i++)
			votes += next->vote[i].rank == next->rank && next->vote[i].value == v;
		if (votes >= s->quorum)
			chosen |= (uint8_t)(1u << v);
		if (policy_has(s->policy, DEFENCE_JUSTIFY) && (asked >> v & 1) != 0)
			next->cert[v] = next->rank;
	}
	next->chosen |= chosen;
	add_state(s, next, chosen);
}

/* Every way in which those of the honest who may vote do so, or not, for one of the values that
 * they are asked for. */
static void vote(struct margin_search *s, const struct state *from, unsigned asked, unsigned voters)
{
	uint8_t pick[MARGIN_NODES_MAX] = {0}; /* 0: no vote, else 1 + value */

	for (;;) {
		struct state next = *from;
		unsigned i = 0;

		next.rank = (uint8_t)(from->rank + 1);
		for (unsigned k = 0; k < s->honest; k++)
			if (pick[k] != 0)
				next.vote[k] = (struct vote){next.rank, (uint8_t)(pick[k] - 1)};
		finish(s, &next, asked);
		for (; i < s->honest; i++) {
			if ((voters >> i & 1) == 0)
				continue;
			do
				pick[i]++;
			while (pick[i] <= s->values && ((asked >> (pick[i] - 1) & 1) == 0 ||
							!may_vote(s, from, i, pick[i] - 1u)));
			if (pick[i] <= s->values)
				break;
			pick[i] = 0;
		}
		if (i == s->honest)
			return;
	}
}

static unsigned bits_in(unsigned set)
{
	return (unsigned)__builtin_popcount(set);
}

/* Under `echo` a value is voted for when a quorum has echoed it: so many honest ones at least, and
 * each of those echoes one value. */
static bool has_echoes(const struct margin_search *s, unsigned asked)
{
	return !policy_has(s->policy, DEFENCE_ECHO) || bits_in(asked) * s->needed <= s->honest;
}

static void new_ballot(struct margin_search *s, const struct state *state)
{
	const bool bound = s->liars == 0 || policy_has(s->policy, DEFENCE_JUSTIFY);
	const unsigned all = (1u << s->honest) - 1;
	unsigned may = 0;

	for (unsigned v = 0; v < s->values; v++)
		may |= (unsigned)(!bound || is_justified(s, state, v)) << v;
	if (s->liars > 0 && may != 0 && has_echoes(s, may)) {
		vote(s, state, may, all); /* all the others are parts of it */
		return;
	}
	/* an honest owner asks for one value only */
	for (unsigned asked = 1; asked <= may; asked++)
		if ((asked & ~may) == 0 &&
		    (s->liars > 0 ? has_echoes(s, asked) : bits_in(asked) == 1))
			vote(s, state, asked, all);
}

/* A ballot that has votes already: those that have promised no higher one may follow. If its owner
 * lies, each of them may be asked for another value. */
static void old_ballot(struct margin_search *s, const struct state *state)
{
	const unsigned rank = state->rank + 1u;
	const struct ballot b = s->old[rank - 1];
	const bool free = set_has(s->liar_set, b.node) && !policy_has(s->policy, DEFENCE_JUSTIFY) &&
			  !policy_has(s->policy, DEFENCE_ECHO);
	unsigned asked = free ? (1u << s->values) - 1 : 0, voters = 0;

	for (unsigned i = 0; i < s->honest; i++) {
		if (state->vote[i].rank == rank)
			asked |= 1u << state->vote[i].value;
		if (state->vote[i].rank < rank && ballot_cmp(s->c->promised[s->place[i]], b) <= 0)
			voters |= 1u << i;
	}
	vote(s, state, asked, voters);
}

/* --- a slot ---------------------------------------------------------------------------------- */

/* The number of a value; it is a new one if there is room. */
static unsigned number_of(struct margin_search *s, unsigned value)
{
	unsigned i = 0;

	while (i < s->values && s->value[i] != value)
		i++;
	if (i == MARGIN_VALUES) {
		s->full = true;
		return 0;
	}
	if (i == s->values)
		s->value[s->values++] = value;
	return i;
}

static unsigned rank_of(struct margin_search *s, struct ballot b)
{
	unsigned i = 0;

	while (i < s->olds && ballot_cmp(s->old[i], b) < 0)
		i++;
	return i + 1;
}

static void note_old(struct margin_search *s, struct ballot b)
{
	const unsigned at = rank_of(s, b) - 1;

	if (at < s->olds && ballot_cmp(s->old[at], b) == 0)
		return;
	memmove(&s->old[at + 1], &s->old[at], (s->olds - at) * sizeof s->old[0]);
	s->old[at] = b;
	s->olds++;
}

static void first_state(struct margin_search *s)
{
	const struct margin_slot *slot = s->slot;
	struct state first = {0};

	for (unsigned i = 0; i < s->honest; i++)
		if (slot->voted[s->place[i]] != 0)
			note_old(s, slot->voted_at[s->place[i]]);
	for (unsigned i = 0; i < s->honest; i++) {
		const node_id id = s->place[i];

		if (slot->voted[id] != 0)
			first.vote[i] = (struct vote){(uint8_t)rank_of(s, slot->voted_at[id]),
						      (uint8_t)number_of(s, slot->voted[id])};
		if (slot->known[id] != 0)
			first.chosen |= (uint8_t)(1u << number_of(s, slot->known[id]));
	}
	if (slot->decided != 0)
		first.chosen |= (uint8_t)(1u << number_of(s, slot->decided));
	while (s->values < 2)
		s->value[s->values++] = 0;
	/* what the honest voted for has certificates */
	for (unsigned i = 0; i < s->honest && policy_has(s->policy, DEFENCE_JUSTIFY); i++)
		if (first.vote[i].rank > first.cert[first.vote[i].value])
			first.cert[first.vote[i].value] = first.vote[i].rank;
	add_state(s, &first, 0);
}

static void begin(struct margin_search *s, const struct margin_case *c,
		  const struct margin_slot *slot, node_set liars)
{
	memset(s, 0, offsetof(struct margin_search, node));
	memset(s->table, 0, sizeof s->table);
	s->nodes = c->nodes;
	s->quorum = slot->quorum;
	s->liar_set = liars;
	s->liars = set_count(liars);
	s->needed = s->quorum > s->liars ? s->quorum - s->liars : 0;
	s->policy = slot->policy;
	s->c = c;
	s->slot = slot;
	for (node_id id = 1; id <= c->nodes; id++)
		if (!set_has(liars, id))
			s->place[s->honest++] = id;
	first_state(s);
	s->last = s->olds + MARGIN_BALLOTS + (s->liars == 0);
}

/* For every value there are too few acceptors that are not bound to another one. */
static bool is_split(const struct margin_search *s, const struct state *state)
{
	for (unsigned v = 0; v < s->values; v++) {
		unsigned left = 0;

		for (unsigned i = 0; i < s->honest; i++)
			left += may_vote(s, state, i, v);
		if (left >= s->quorum)
			return false;
	}
	return true;
}

static bool is_goal(const struct margin_search *s, const struct state *state)
{
	if (s->liars == 0)
		return policy_has(s->policy, DEFENCE_REJECT) && is_split(s, state);
	return bits_in(state->chosen) > 1;
}

bool margin_slot_breaks(struct margin_search *s, const struct margin_case *c,
			const struct margin_slot *slot, node_set liars, bool *full)
{
	const unsigned total = s->total;

	begin(s, c, slot, liars);
	for (s->at = 0; s->at < s->states; s->at++) {
		const struct state state = s->node[s->at].state;

		if (is_goal(s, &state)) {
			s->found = s->at;
			s->total = total + s->states;
			return true;
		}
		if (state.rank < s->olds)
			old_ballot(s, &state);
		else if (state.rank < s->last)
			new_ballot(s, &state);
	}
	s->total = total + s->states;
	*full |= s->full;
	return false;
}

/* --- the story ------------------------------------------------------------------------------- */

static void name_value(const struct margin_search *s, unsigned v, char out[VALUE_SHOWN_MAX + 1])
{
	const unsigned number = s->value[v];

	if (number != 0 && number <= MARGIN_VALUES && s->slot->name[number - 1][0] != 0)
		snprintf(out, VALUE_SHOWN_MAX + 1, "%s", s->slot->name[number - 1]);
	else if (s->value[0] != 0 && number == 0)
		snprintf(out, VALUE_SHOWN_MAX + 1, "another value");
	else
		snprintf(out, VALUE_SHOWN_MAX + 1, "%c", (int)('A' + v));
}

/* "n1 n2 vote for A, n3 for B"; false: nobody votes. */
static bool say_votes(const struct margin_search *s, const struct state *before,
		      const struct state *state, char *out, size_t size)
{
	bool any = false;

	for (unsigned v = 0; v < s->values; v++) {
		char who[NODES_MAX * 4], name[VALUE_SHOWN_MAX + 1];
		node_set voters = 0;

		for (unsigned i = 0; i < s->honest; i++)
			if (state->vote[i].rank == state->rank && state->vote[i].value == v &&
			    before->vote[i].rank != state->rank)
				voters |= set_of(s->place[i]);
		if (voters == 0)
			continue;
		set_show(voters, who, sizeof who);
		name_value(s, v, name);
		text_append(out, size, "%s%s %s%s", any ? ", " : " ", who,
			    set_count(voters) == 1 ? "votes for " : "vote for ", name);
		any = true;
	}
	return any;
}

static void say_ballot(const struct margin_search *s, const struct node *n, struct margin_way *way)
{
	const struct state *before = &s->node[n->parent].state;
	char votes[200] = "", who[NODES_MAX * 4];
	char *out = way->step[way->steps];
	const size_t size = sizeof way->step[0];
	const bool any = say_votes(s, before, &n->state, votes, sizeof votes);

	if (!any && (n->chosen_then & ~before->chosen) == 0 && n->state.rank <= s->olds)
		return;
	if (n->state.rank <= s->olds)
		text_write(out, size, "In ballot %u.%u:", s->old[n->state.rank - 1].round,
			   s->old[n->state.rank - 1].node);
	else
		text_write(out, size,
			   "In a new ballot%s:", s->liars > 0 ? " that a liar owns" : "");
	text_append(out, size, "%s", any ? votes : " nobody honest votes");
	for (unsigned v = 0; v < s->values; v++) {
		char name[VALUE_SHOWN_MAX + 1];

		if ((n->chosen_then & ~before->chosen & 1u << v) == 0)
			continue;
		name_value(s, v, name);
		set_show(s->liar_set, who, sizeof who);
		if (s->liars > 0)
			text_append(out, size, "; %s %s for %s, too: a quorum, %s is CHOSEN", who,
				    s->liars == 1 ? "votes" : "vote", name, name);
		else
			text_append(out, size, "; a quorum, %s is CHOSEN", name);
	}
	text_append(out, size, ".");
	way->steps++;
}

void margin_tell(const struct margin_search *s, struct margin_way *way)
{
	uint32_t path[RANKS_MAX], at = s->found;
	unsigned length = 0;
	char name[VALUE_SHOWN_MAX + 1];

	for (unsigned v = 0; v < s->values; v++)
		if ((s->node[0].state.chosen >> v & 1) != 0) {
			name_value(s, v, name);
			text_write(way->step[way->steps++], sizeof way->step[0],
				   "%s is chosen there already.", name);
		}
	for (; at != 0; at = s->node[at].parent)
		path[length++] = at;
	while (length-- > 0 && way->steps < MARGIN_STEPS_MAX)
		say_ballot(s, &s->node[path[length]], way);
}
