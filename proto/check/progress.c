/* Progress: can a choice still be reached from a world, if nothing fails any more?
 *
 * Liars are silent, and what was under way is lost. One proposer after the other has all the time
 * it wants: it is asked, if it was not yet, or it tries again; every honest node gets all that is
 * said about its ballot, until nobody has anything to add. A refusal by an acceptor that has
 * promised more reaches the proposer even where hints are left out. A world from which no proposer
 * comes to a choice in that way, in as many ballots as it takes to be above all others, is stuck.
 *
 * Those ballots are beyond the bounds of the search. So a world is not stuck for want of ballots.
 */
#include <string.h>

#include "proto/check/small.h"
#include "proto/core/text.h"

#define TRIES_MAX 8

struct hope {
	struct check *c;
	uint32_t at[SEATS_MAX];
	unsigned proposer; /* a seat */
	bool alone;        /* the choice that was reached took no vote of a liar */
};

static const struct local_core *state_of(const struct hope *h, unsigned seat)
{
	return &h->c->local[h->at[seat]].core;
}

static unsigned honest_seats(const struct check *c)
{
	return c->bounds.nodes - c->bounds.liars;
}

static void facts_of(const struct hope *h, uint64_t facts[FACT_WORDS], uint64_t sent[LETTER_WORDS])
{
	memset(facts, 0, FACT_WORDS * sizeof *facts);
	memset(sent, 0, LETTER_WORDS * sizeof *sent);
	for (unsigned i = 0; i < honest_seats(h->c); i++)
		for (unsigned w = 0; w < LETTER_WORDS; w++) {
			facts[w] |= state_of(h, i)->facts[w];
			sent[w] |= state_of(h, i)->sent[w];
		}
}

static bool is_chosen_by(const struct check *c, const uint64_t facts[FACT_WORDS])
{
	FOR_GROUPS(c, g)
	if (g->kind == FACT_VOTED && net_count(c, g, facts) >= c->quorum)
		return true;
	return false;
}

/* Is something chosen? A vote that a liar has cast like an honest node stays a vote. */
static bool has_chosen(struct hope *h)
{
	uint64_t facts[FACT_WORDS], sent[LETTER_WORDS];

	facts_of(h, facts, sent);
	h->alone = is_chosen_by(h->c, facts);
	for (unsigned i = honest_seats(h->c); i < h->c->seats; i++)
		for (unsigned w = 0; w < FACT_WORDS; w++)
			facts[w] |= state_of(h, i)->facts[w];
	return h->alone || is_chosen_by(h->c, facts);
}

/* False: there is no room, or nothing changes. */
static bool go(struct hope *h, unsigned seat, uint32_t next)
{
	if (next == LOCAL_NONE || STEP_LOCAL(next) == h->at[seat])
		return false;
	h->at[seat] = STEP_LOCAL(next);
	return true;
}

static bool deliver(struct hope *h, unsigned seat, const uint64_t net[LETTER_WORDS])
{
	const uint16_t ballot = small_ballot(state_of(h, h->proposer)->paxos.ballot);
	struct check *c = h->c;
	bool any = false;

	for (unsigned w = 0; w < LETTER_WORDS; w++)
		for (uint64_t left = net[w] & c->addressed[seat + 1][w]; left != 0;
		     left &= left - 1) {
			const unsigned letter = w * 64 + (unsigned)__builtin_ctzll(left);

			if (c->letter[letter].ballot == ballot &&
			    c->letter[letter].type != MSG_NACK)
				any |= go(h, seat, turn_letter(c, h->at[seat], letter));
		}
	return any;
}

/* Each acceptor that has promised more says so. */
static bool refuse(struct hope *h)
{
	struct letter l;
	bool any = false;

	memset(&l, 0, sizeof l);
	l.type = MSG_NACK;
	l.to = (node_id)(h->proposer + 1);
	l.why = REFUSE_PROMISED;
	l.proven = 1;
	for (unsigned i = 0; i < honest_seats(h->c); i++) {
		l.from = (node_id)(i + 1);
		l.ballot = small_ballot(state_of(h, h->proposer)->paxos.ballot);
		l.promised = small_ballot(state_of(h, i)->paxos.promised);
		if (i == h->proposer || l.promised <= l.ballot)
			continue;
		const unsigned number = net_letter(h->c, &l);
		if (number == UINT32_MAX)
			return false;
		any |= go(h, h->proposer, turn_letter(h->c, h->at[h->proposer], number));
	}
	return any;
}

/* All that is said about the proposer's ballot reaches everybody. */
static bool settle(struct hope *h)
{
	uint64_t facts[FACT_WORDS], sent[LETTER_WORDS], net[LETTER_WORDS];
	bool any = false, more = true;

	while (more && h->c->state == CHECK_RUNNING) {
		more = false;
		facts_of(h, facts, sent);
		lies_silent(h->c, sent, facts, net);
		for (unsigned i = 0; i < honest_seats(h->c); i++)
			more |= deliver(h, i, net);
		any |= more;
	}
	return refuse(h) || any;
}

static bool comes_to_a_choice(struct check *c, const uint32_t *key, unsigned proposer, bool *alone)
{
	struct hope h = {.c = c, .proposer = proposer};

	memcpy(h.at, key, c->seats * sizeof *key);
	for (unsigned tries = 0; tries < TRIES_MAX && c->state == CHECK_RUNNING; tries++) {
		const bool asks = (state_of(&h, proposer)->asked & 1) == 0;
		const bool acts =
			go(&h, proposer, turn_act(c, h.at[proposer], asks ? 0 : ACT_TIMER));
		const bool hears = settle(&h);

		if (has_chosen(&h)) {
			*alone = h.alone;
			return true;
		}
		if (!acts && !hears)
			return false;
	}
	return false;
}

void progress_say_why(struct check *c, const uint32_t *key)
{
	bool any = false;

	c->why[0] = '\0';
	for (unsigned i = 0; i < honest_seats(c); i++) {
		const struct image *disk = &c->local[key[i]].core.loose;
		const unsigned value = disk->voted[0];

		if (value == VALUE_NONE)
			continue;
		text_append(c->why, sizeof c->why, "%sn%u has voted for %s at %u.%u",
			    any ? ", " : "", i + 1, rules_value_word(value), disk->voted_at[0] / 8u,
			    disk->voted_at[0] % 8u);
		any = true;
	}
	if (c->bounds.liars > 0)
		text_append(c->why, sizeof c->why, "%sliars are silent", any ? ", " : "");
	text_append(c->why, sizeof c->why,
		    "%sno ballot of an honest proposer comes to a quorum of %u",
		    any || c->bounds.liars > 0 ? ": " : "", c->promises);
	if (c->promises != c->quorum)
		text_append(c->why, sizeof c->why, " promises and %u votes", c->quorum);
	text_append(c->why, sizeof c->why, ", though every message arrives");
}

/* Where honest nodes come to a choice alone, they do whatever the liars hold: many worlds differ by
 * that only. */
static struct hope_known *place_of_honest(struct check *c, const uint32_t *key)
{
	uint64_t h = 0;

	for (unsigned i = 0; i < honest_seats(c); i++)
		h = (h ^ key[i] ^ h >> 31) * 0xff51afd7ed558ccdu;
	return &c->hopes[(h ^ h >> 32) % HOPES_KNOWN];
}

bool progress_is_possible(struct check *c, uint32_t world)
{
	const uint32_t *key = space_key(&c->space, world);
	const size_t bytes = honest_seats(c) * sizeof *key;
	struct hope_known *known = place_of_honest(c, key);
	bool alone = false;

	if (known->used && memcmp(known->key, key, bytes) == 0)
		return true;
	for (unsigned i = 0; i < c->bounds.proposers && i < honest_seats(c); i++)
		if (comes_to_a_choice(c, key, i, &alone)) {
			known->used = alone;
			memcpy(known->key, key, bytes);
			return true;
		}
	return false;
}
