/* What liars can say, and what of it can be proven, in a world in which some letters were sent.
 *
 * A signature is a symbol: that a node signed a word is known by the word's having been sent. From
 * this follows what a liar can show to others. A vote is proven, under `echo`, by the Echoes of a
 * quorum, and else by the Accept of its ballot's owner. A liar's Accept is proven by promises of a
 * quorum for its ballot, of which the highest vote that they tell allows the value. The liar may
 * show any quorum of those there are.
 *
 * All of that grows only: what could be said once can be said ever after. */
#include <string.h>

#include "proto/check/small.h"
#include "proto/fault/attack.h"

#define KNOWN_MAX 32 /* ballots */
#define TOLD_MAX  128

static const struct {
	bool proposes;
	const char *words;
} rows[ATTACKS] = {
#define BIT_OF(name)                __builtin_ctz(ATTACK_##name)
#define LIES(name, proposes, words) [BIT_OF(name)] = {proposes, words},
#include "proto/check/lies.def"
#undef LIES
};

const char *check_attack_words(unsigned attack)
{
	if (attack == CHECK_ATTACK_ANY)
		return "all that its key allows";
	return attack < ATTACKS ? rows[attack].words : NULL;
}

static bool does(const struct check *c, uint32_t attacks)
{
	return c->bounds.liars > 0 && (c->bounds.attacks & attacks) != 0;
}

bool lies_propose(const struct check *c)
{
	for (unsigned i = 0; i < ATTACKS; i++)
		if (does(c, (uint32_t)1 << i) && rows[i].proposes)
			return true;
	return false;
}

bool lies_override(const struct check *c)
{
	return does(c, ATTACK_OVERRIDE);
}

bool lies_disobey(const struct check *c)
{
	return does(c, ~(uint32_t)(ATTACK_REPLAY | ATTACK_MUTE));
}

unsigned lies_faces(const struct check *c)
{
	return does(c, ATTACK_TWO_FACE) ? c->bounds.liars : 0;
}

unsigned lies_votes(const struct check *c, const struct fact_group *g,
		    const uint64_t facts[FACT_WORDS])
{
	unsigned votes = c->bounds.liars;

	if (votes == 0 || c->bounds.attacks == 0)
		return votes;
	if (!does(c, ATTACK_EQUIVOCATE) || !is_liar(c, g->ballot % 8))
		return 0;
	/* beside those that it cast as an honest node would */
	for (unsigned i = 0; i < c->facts; i++)
		votes -= bit_is_set(g->facts, i) && bit_is_set(facts, i) &&
			 is_liar(c, c->fact[i].node);
	return votes;
}

/* --- what is known --------------------------------------------------------------------------- */

struct told {
	node_id node;
	uint8_t value;
	uint16_t ballot;
	uint16_t at; /* 0: no vote */
};

/* Of the one slot; ballots in their order. */
struct known {
	struct check *c;
	unsigned ballots;
	uint16_t ballot[KNOWN_MAX];
	bool begun[KNOWN_MAX];
	bool asked[KNOWN_MAX][VALUES_ALL]; /* by an Accept; the liars' as far as they would */
	node_set echoed[KNOWN_MAX][VALUES_ALL];
	node_set voted[KNOWN_MAX][VALUES_ALL];
	bool shown[KNOWN_MAX][VALUES_ALL]; /* a vote that can be proven */
	struct told told[TOLD_MAX];        /* Promises for ballots of liars */
	unsigned tolds;
	bool silent; /* liars say nothing */
	uint64_t *out;
};

static bool does_anything(const struct check *c)
{
	return c->bounds.liars > 0 && c->bounds.attacks == 0;
}

static bool is_theirs(const struct check *c, uint16_t ballot)
{
	return is_liar(c, ballot % 8);
}

static node_set all_liars(const struct check *c)
{
	return set_first(c->bounds.nodes) & ~set_first(c->bounds.nodes - c->bounds.liars);
}

static unsigned last_value(const struct check *c)
{
	return CHECK_VALUE_FIRST + c->bounds.values - 1u;
}

/* Its place; a new one if there is none. */
static unsigned place_of(struct known *k, uint16_t ballot)
{
	unsigned at = 0;

	while (at < k->ballots && k->ballot[at] != ballot)
		at++;
	if (at == KNOWN_MAX) {
		check_stop(k->c, "there are more ballots than liars can keep in mind");
		return 0;
	}
	if (at == k->ballots)
		k->ballot[k->ballots++] = ballot;
	return at;
}

static void note_told(struct known *k, const struct told *t)
{
	for (unsigned i = 0; i < k->tolds; i++)
		if (memcmp(&k->told[i], t, sizeof *t) == 0)
			return;
	if (k->tolds == TOLD_MAX)
		check_stop(k->c, "there are more promises than liars can keep in mind");
	else
		k->told[k->tolds++] = *t;
}

static void note_letter(struct known *k, const struct letter *l)
{
	const unsigned at = place_of(k, l->ballot);

	if (l->claim_at[0] != 0)
		place_of(k, l->claim_at[0]);
	k->begun[at] |= l->type == MSG_PREPARE;
	k->asked[at][l->value] |= l->type == MSG_ACCEPT;
	if (l->type == MSG_ECHO)
		k->echoed[at][l->value] |= set_of(l->from);
	if (l->type == MSG_ACCEPTED)
		k->voted[at][l->value] |= set_of(l->from);
	if (l->type == MSG_PROMISE && l->low == 0 && is_theirs(k->c, l->ballot) &&
	    !is_liar(k->c, l->from))
		note_told(k, &(struct told){l->from, l->claim[0], l->ballot, l->claim_at[0]});
}

/* Ballots that are known, lowest first. */
static void order_of(const struct known *k, uint8_t order[KNOWN_MAX])
{
	for (unsigned i = 0; i < k->ballots; i++) {
		unsigned at = i;

		for (; at > 0 && k->ballot[order[at - 1]] > k->ballot[i]; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
}

static void read_letters(struct known *k, const uint64_t sent[LETTER_WORDS])
{
	for (unsigned w = 0; w < LETTER_WORDS; w++)
		for (uint64_t left = sent[w]; left != 0; left &= left - 1) {
			const struct letter *l =
				&k->c->letter[w * 64 + (unsigned)__builtin_ctzll(left)];
			if (l->type != MSG_NACK && l->type != MSG_COMMIT)
				note_letter(k, l);
		}
}

/* The honest half of a liar promises its own ballots, too, and that goes to nobody else. */
static void read_own_promises(struct known *k, const uint64_t facts[FACT_WORDS])
{
	for (unsigned i = 0; i < k->c->facts; i++) {
		const struct fact *f = &k->c->fact[i];

		if (f->kind == FACT_PROMISED && is_liar(k->c, f->node) &&
		    is_theirs(k->c, f->ballot) && bit_is_set(facts, i))
			note_told(k, &(struct told){f->node, f->value, f->ballot, f->at});
	}
}

/* May liars sign the Accept? */
static bool can_ask(const struct known *k, unsigned at, unsigned value)
{
	bool any = k->asked[at][value];

	if (any || !is_theirs(k->c, k->ballot[at]))
		return any;
	for (unsigned v = 0; v < VALUES_ALL && does(k->c, ATTACK_EQUIVOCATE); v++)
		any |= k->asked[at][v];
	return any || does_anything(k->c);
}

/* An Accept is its owner's Echo: whoever hears the Echo of another has both. */
static node_set who_echoed(const struct known *k, unsigned at, unsigned value)
{
	const bool lies = does_anything(k->c) ||
			  (does(k->c, ATTACK_EQUIVOCATE) && is_theirs(k->c, k->ballot[at]));

	return k->echoed[at][value] |
	       (k->asked[at][value] ? set_of(k->ballot[at] % 8) : (node_set)0) |
	       (lies && !k->silent && can_ask(k, at, value) ? all_liars(k->c) : (node_set)0);
}

static node_set who_voted(const struct known *k, unsigned at, unsigned value)
{
	bool lies = does_anything(k->c);

	if (does(k->c, ATTACK_EQUIVOCATE) && is_theirs(k->c, k->ballot[at]))
		lies |= can_ask(k, at, value);
	return k->voted[at][value] | (lies && !k->silent ? all_liars(k->c) : (node_set)0);
}

/* --- what liars can prove -------------------------------------------------------------------- */

/* May this liar promise such a thing to a liar's ballot? */
static bool can_tell(const struct known *k, uint16_t ballot, uint16_t vote, unsigned value)
{
	if (vote == 0)
		return does_anything(k->c) || does(k->c, ATTACK_WITHHOLD | ATTACK_LIE);
	if (vote >= ballot)
		return false;
	return does_anything(k->c) || does(k->c, ATTACK_LIE) ||
	       (does(k->c, ATTACK_EQUIVOCATE) && is_theirs(k->c, vote) && value != VALUE_NONE);
}

/* Nodes of which a Promise for the ballot can be shown that tells no vote above `most`; in `exact`,
 * of which one tells just this vote. */
static node_set who_tells(const struct known *k, uint16_t ballot, uint16_t most, unsigned value,
			  bool *exact)
{
	node_set who = 0;

	*exact = most == 0;
	for (unsigned i = 0; i < k->tolds; i++) {
		const struct told *t = &k->told[i];

		if (t->ballot != ballot || t->at > most)
			continue;
		/* a liar's own vote must be proven like any other */
		if (t->at != 0 && is_liar(k->c, t->node) &&
		    !k->shown[place_of((struct known *)k, t->at)][t->value])
			continue;
		who |= set_of(t->node);
		*exact |= t->at == most && t->value == value;
	}
	if (can_tell(k, ballot, 0, VALUE_NONE))
		who |= all_liars(k->c);
	return who;
}

/* Do promises that can be shown bind the ballot to this vote (0: to none)? */
static bool can_be_bound(const struct known *k, uint16_t ballot, uint16_t vote, unsigned value)
{
	bool exact;
	node_set who = who_tells(k, ballot, vote, value, &exact);

	if (vote != 0 && can_tell(k, ballot, vote, value) &&
	    k->shown[place_of((struct known *)k, vote)][value]) {
		exact = true;
		who |= all_liars(k->c);
	}
	return exact && set_count(who) >= k->c->quorum;
}

/* Is there a NewView that allows the value in a liar's ballot? */
static bool is_allowed(const struct known *k, unsigned at, unsigned value)
{
	const uint16_t ballot = k->ballot[at];

	if (can_be_bound(k, ballot, 0, VALUE_NONE))
		return true;
	for (unsigned i = 0; i < k->ballots; i++)
		if (k->ballot[i] < ballot && k->shown[i][value] &&
		    can_be_bound(k, ballot, k->ballot[i], value))
			return true;
	return false;
}

static void prove_votes(struct known *k, const uint8_t order[KNOWN_MAX])
{
	for (unsigned i = 0; i < k->ballots; i++) {
		const unsigned at = order[i];

		for (unsigned v = VALUE_NOOP; v <= last_value(k->c); v++) {
			if (is_under(k->c, DEFENCE_ECHO))
				k->shown[at][v] = set_count(who_echoed(k, at, v)) >= k->c->quorum;
			else
				k->shown[at][v] =
					can_ask(k, at, v) &&
					(!is_under(k->c, DEFENCE_JUSTIFY) ||
					 !is_theirs(k->c, k->ballot[at]) || is_allowed(k, at, v));
		}
	}
}

/* --- letters --------------------------------------------------------------------------------- */

static node_set honest(const struct check *c)
{
	return set_first(c->bounds.nodes) & ~all_liars(c);
}

static void put(struct known *k, struct letter *l, node_set to)
{
	for (node_set left = to; left != 0; left &= left - 1) {
		l->to = set_lowest(left);
		const unsigned number = net_letter(k->c, l);
		if (number != UINT32_MAX)
			bit_set(k->out, number);
	}
}

/* The words of quorums. */
static void put_words(struct known *k)
{
	const struct check *c = k->c;
	struct letter l;

	memset(&l, 0, sizeof l);
	l.proven = 1;
	for (unsigned at = 0; at < k->ballots; at++)
		for (unsigned v = VALUE_NOOP; v <= last_value(c); v++) {
			l.ballot = k->ballot[at];
			l.value = (uint8_t)v;
			l.type = MSG_ECHO;
			if (is_under(c, DEFENCE_ECHO) &&
			    set_count(who_echoed(k, at, v)) >= c->quorum)
				put(k, &l, set_first(c->bounds.nodes));
			l.type = MSG_ACCEPTED;
			if (is_under(c, LOUD) && !c->bounds.no_hints &&
			    set_count(who_voted(k, at, v)) >= c->quorum)
				put(k, &l, set_first(c->bounds.nodes));
		}
}

/* A Promise that tells this vote, as far as it can be proven. */
static void put_claim(struct known *k, struct letter *l, uint16_t vote, unsigned value, bool proven)
{
	l->claim_at[0] = vote;
	l->claim[0] = (uint8_t)value;
	l->proven = proven || !is_under(k->c, DEFENCE_JUSTIFY);
	put(k, l, set_of(l->ballot % 8));
}

/* All votes that a Promise for the ballot may tell. Where they need no proof, one just below the
 * ballot may be invented. */
static void put_promises(struct known *k, node_id from, uint16_t ballot)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.type = MSG_PROMISE;
	l.from = from;
	l.ballot = ballot;
	if (can_tell(k, ballot, 0, VALUE_NONE))
		put_claim(k, &l, 0, VALUE_NONE, true);
	for (unsigned v = CHECK_VALUE_FIRST; v <= last_value(k->c); v++) {
		for (unsigned i = 0; i < k->ballots; i++)
			if (can_tell(k, ballot, k->ballot[i], v) &&
			    (does_anything(k->c) || does(k->c, ATTACK_LIE) || can_ask(k, i, v)))
				put_claim(k, &l, k->ballot[i], v, k->shown[i][v]);
		if (!is_under(k->c, DEFENCE_JUSTIFY) &&
		    (does_anything(k->c) || does(k->c, ATTACK_LIE)) && ballot > 9)
			put_claim(k, &l,
				  (uint16_t)(ballot % 8 > 1 ? ballot - 1
							    : ballot - 9 + k->c->bounds.nodes),
				  v, false);
	}
}

/* An Accept of a liar for its own ballot, with each NewView that allows it; if there is none, with
 * one that does not, to see it refused. */
static void put_accept(struct known *k, unsigned at, unsigned value)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.type = MSG_ACCEPT;
	l.from = (node_id)(k->ballot[at] % 8);
	l.ballot = k->ballot[at];
	l.value = (uint8_t)value;
	if (!is_under(k->c, DEFENCE_JUSTIFY) || can_be_bound(k, l.ballot, 0, VALUE_NONE)) {
		l.proven = 1;
		put(k, &l, honest(k->c));
		return;
	}
	put(k, &l, honest(k->c));
	l.proven = 1;
	l.claim[0] = l.value;
	for (unsigned i = 0; i < k->ballots; i++) {
		l.claim_at[0] = k->ballot[i];
		if (l.claim_at[0] < l.ballot && k->shown[i][value] &&
		    can_be_bound(k, l.ballot, l.claim_at[0], value)) {
			put(k, &l, honest(k->c));
			return; /* one is as good as another: they allow the same */
		}
	}
}

static void put_commit(struct known *k, node_id from, unsigned at, unsigned value)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.type = MSG_COMMIT;
	l.from = from;
	l.ballot = k->ballot[at];
	l.value = (uint8_t)value;
	if (!k->c->bounds.no_hints && !is_under(k->c, DEFENCE_CERT))
		put(k, &l, honest(k->c));
}

static void put_word(struct known *k, enum message_type type, node_id from, unsigned at,
		     unsigned value, node_set to)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.type = (uint8_t)type;
	l.from = from;
	l.ballot = k->ballot[at];
	l.value = (uint8_t)value;
	l.proven = 1;
	put(k, &l, to & honest(k->c) & ~set_of(from));
}

/* All that a key allows, about one ballot. Commits and Nacks are hints. */
static void put_anything(struct known *k, node_id liar, unsigned at)
{
	const uint16_t ballot = k->ballot[at];
	const node_id owner = (node_id)(ballot % 8);

	if (owner == liar)
		put_word(k, MSG_PREPARE, liar, at, VALUE_NONE, honest(k->c));
	if (!is_liar(k->c, owner) && k->begun[at])
		put_promises(k, liar, ballot);
	for (unsigned v = CHECK_VALUE_FIRST; v <= last_value(k->c); v++) {
		if (owner == liar)
			put_accept(k, at, v);
		if (!is_under(k->c, LOUD))
			put_word(k, MSG_ACCEPTED, liar, at, v, set_of(owner));
		put_commit(k, liar, at, v);
	}
	if (!k->c->bounds.no_hints && !is_liar(k->c, owner) && k->begun[at]) {
		struct letter l;

		memset(&l, 0, sizeof l);
		l.type = MSG_NACK;
		l.from = liar;
		l.ballot = ballot;
		l.promised = (uint16_t)(ballot - owner + liar);
		l.why = REFUSE_PROMISED;
		put(k, &l, set_of(owner));
	}
}

/* What the honest half of a liar said, changed. */
static void put_changed(struct known *k, const struct letter *said)
{
	const struct check *c = k->c;
	const unsigned at = place_of(k, said->ballot);

	if (said->type == MSG_PROMISE)
		put_promises(k, said->from, said->ballot);
	if (said->type == MSG_PROMISE && said->claim_at[0] != 0 && !said->proven &&
	    k->shown[place_of(k, said->claim_at[0])][said->claim[0]]) {
		struct letter l = *said;
		l.proven = 1;
		put(k, &l, set_of(l.to));
	}
	if (said->type != MSG_ACCEPT)
		return;
	for (unsigned v = CHECK_VALUE_FIRST; v <= last_value(c); v++) {
		if (v == said->value || does(c, ATTACK_EQUIVOCATE))
			put_accept(k, at, v);
		if ((does(c, ATTACK_EQUIVOCATE) && set_count(who_voted(k, at, v)) >= c->quorum) ||
		    (v == said->value && does(c, ATTACK_FALSE_COMMIT)))
			put_commit(k, said->from, at, v);
	}
}

/* A Promise as the liar reads it: it tells no vote. */
static void put_heard(struct known *k, const struct letter *said)
{
	struct letter l = *said;

	l.claim_at[0] = 0;
	l.claim[0] = VALUE_NONE;
	put(k, &l, set_of(l.to));
}

/* Promises and votes in the names of others. */
static void put_spoofed(struct known *k, unsigned at)
{
	const node_id owner = (node_id)(k->ballot[at] % 8);

	for (node_id from = 1; from <= k->c->bounds.nodes; from++) {
		if (from == owner || is_liar(k->c, owner))
			continue;
		if (k->begun[at])
			put_word(k, MSG_PROMISE, from, at, VALUE_NONE, set_of(owner));
		for (unsigned v = CHECK_VALUE_FIRST; v <= last_value(k->c); v++)
			if (k->asked[at][v])
				put_word(k, MSG_ACCEPTED, from, at, v, set_of(owner));
	}
}

static void put_lies(struct known *k, const uint64_t sent[LETTER_WORDS])
{
	const struct check *c = k->c;
	const bool spoofs =
		!is_under(c, DEFENCE_SIGN) && (does_anything(c) || does(c, ATTACK_SPOOF));
	/* what a lie brings in is known from the next time on */
	const unsigned ballots = k->ballots;

	for (unsigned at = 0; at < ballots; at++) {
		for (node_set left = all_liars(c); left != 0 && does_anything(c); left &= left - 1)
			put_anything(k, set_lowest(left), at);
		if (spoofs)
			put_spoofed(k, at);
	}
	for (unsigned w = 0; w < LETTER_WORDS; w++)
		for (uint64_t left = sent[w]; left != 0; left &= left - 1) {
			const struct letter l = c->letter[w * 64 + (unsigned)__builtin_ctzll(left)];
			if (is_liar(c, l.from))
				put_changed(k, &l);
			/* it reads a Promise as if it told no vote */
			if (does(c, ATTACK_OVERRIDE) && l.type == MSG_PROMISE && is_liar(c, l.to) &&
			    l.claim_at[0] != 0)
				put_heard(k, &l);
		}
}

/* The ballots that liars may own. */
static void add_own_ballots(struct known *k)
{
	const struct check *c = k->c;

	for (node_set left = all_liars(c); left != 0 && does_anything(c); left &= left - 1)
		for (unsigned round = 1; round <= c->bounds.ballots; round++)
			place_of(k, small_ballot((struct ballot){round, set_lowest(left)}));
}

static void know(struct known *k, struct check *c, const uint64_t sent[LETTER_WORDS],
		 const uint64_t facts[FACT_WORDS])
{
	uint8_t order[KNOWN_MAX];

	*k = (struct known){.c = c};
	read_letters(k, sent);
	add_own_ballots(k);
	if (c->bounds.attacks != 0)
		read_own_promises(k, facts);
	order_of(k, order);
	prove_votes(k, order);
}

static void say_all(struct check *c, const uint64_t sent[LETTER_WORDS],
		    const uint64_t facts[FACT_WORDS], uint64_t out[LETTER_WORDS])
{
	struct known k;

	memcpy(out, sent, LETTER_WORDS * sizeof *out);
	know(&k, c, sent, facts);
	k.out = out;
	put_words(&k);
	if (c->bounds.liars > 0)
		put_lies(&k, sent);
}

void lies_silent(struct check *c, const uint64_t sent[LETTER_WORDS],
		 const uint64_t facts[FACT_WORDS], uint64_t out[LETTER_WORDS])
{
	struct known k;

	memcpy(out, sent, LETTER_WORDS * sizeof *out);
	if (!is_under(c, HARDENED))
		return;
	know(&k, c, sent, facts);
	k.silent = true;
	k.out = out;
	put_words(&k);
}

/* Facts matter where liars have honest halves. */
static struct lies_known *place_of_world(struct check *c, const uint64_t sent[LETTER_WORDS],
					 const uint64_t facts[FACT_WORDS])
{
	uint64_t h = 0;

	for (unsigned w = 0; w < LETTER_WORDS; w++) {
		h = (h ^ sent[w]) * 0xff51afd7ed558ccdu;
		if (c->bounds.attacks != 0)
			h = (h ^ facts[w] ^ h >> 31) * 0x9e3779b97f4a7c15u;
	}
	return &c->lies[(h ^ h >> 32) % LIES_KNOWN];
}

void lies_add(struct check *c, const uint64_t sent[LETTER_WORDS], const uint64_t facts[FACT_WORDS],
	      uint64_t out[LETTER_WORDS])
{
	const size_t bytes = LETTER_WORDS * sizeof *out;

	if (c->bounds.liars == 0 && !is_under(c, HARDENED)) {
		memcpy(out, sent, bytes);
		return;
	}
	struct lies_known *known = place_of_world(c, sent, facts);
	if (!known->used || memcmp(known->sent, sent, bytes) != 0 ||
	    (c->bounds.attacks != 0 && memcmp(known->facts, facts, bytes) != 0)) {
		say_all(c, sent, facts, known->out);
		memcpy(known->sent, sent, bytes);
		memcpy(known->facts, facts, bytes);
		known->used = c->state == CHECK_RUNNING && !c->lacks;
	}
	memcpy(out, known->out, bytes);
}

node_set lies_signers(struct check *c, const uint64_t sent[LETTER_WORDS],
		      const uint64_t facts[FACT_WORDS], const struct letter *l)
{
	struct known k;

	if (l->from != NODE_NONE)
		return 0;
	know(&k, c, sent, facts);
	const unsigned at = place_of(&k, l->ballot);
	return l->type == MSG_ECHO ? who_echoed(&k, at, l->value) : who_voted(&k, at, l->value);
}
