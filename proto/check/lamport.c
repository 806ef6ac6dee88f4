#include "proto/check/lamport.h"

#include <string.h>

#include "proto/check/space.h"

#define WORDS_MAX 16

/* --- Paxos.tla ---------------------------------------------------------------------------- */

void lamport_begin(struct lamport *l, const struct lamport_size *size)
{
	memset(l, 0, sizeof *l);
	l->size = *size;
	memset(l->proposed, -1, sizeof l->proposed);
	memset(l->told, -1, sizeof l->told);
	memset(l->voted, -1, sizeof l->voted);
	memset(l->max_ballot, -1, sizeof l->max_ballot);
	memset(l->vote, -1, sizeof l->vote);
}

/* Phase1a(b) == Send([type |-> "1a", bal |-> b]) */
bool lamport_phase1a(struct lamport *l, int ballot)
{
	if ((l->begun >> ballot & 1) != 0)
		return false;
	l->begun |= 1u << ballot;
	return true;
}

/* Phase1b(a) == \E m \in msgs: m.type = "1a" /\ m.bal > maxBal[a]; maxBal'[a] = m.bal;
 * Send([type |-> "1b", acc |-> a, bal |-> m.bal, mbal |-> maxVBal[a], mval |-> maxVal[a]]) */
bool lamport_phase1b(struct lamport *l, unsigned acceptor, int ballot)
{
	if ((l->begun >> ballot & 1) == 0 || ballot <= l->max_ballot[acceptor])
		return false;
	l->max_ballot[acceptor] = ballot;
	l->promised[acceptor] |= 1u << ballot;
	l->told[acceptor][ballot] = l->vote[acceptor];
	return true;
}

/* May the quorum be one whose highest vote is at `highest` (-1: one that told no vote)? It is any
 * so many acceptors of those that told nothing above it, one that told it among them. */
static bool quorum_allows(const struct lamport *l, int ballot, int highest, int value)
{
	unsigned some = 0;
	bool told = highest == -1;

	for (unsigned a = 0; a < l->size.acceptors; a++) {
		const struct lamport_vote *v = &l->told[a][ballot];

		if ((l->promised[a] >> ballot & 1) == 0 || v->ballot > highest)
			continue;
		some++;
		told |= v->ballot == highest && v->value == value;
	}
	return told && some >= (l->size.promises != 0 ? l->size.promises : l->size.quorum);
}

/* Phase2a(b, v) == no 2a for b yet, and \E Q: each a in Q sent a 1b for b, and either all told no
 * vote or v is the value of the highest vote told */
bool lamport_phase2a(struct lamport *l, int ballot, int value)
{
	if (l->proposed[ballot] != -1)
		return false;
	for (int highest = -1; highest < ballot; highest++)
		if (quorum_allows(l, ballot, highest, value)) {
			l->proposed[ballot] = value;
			return true;
		}
	return false;
}

/* Phase2b(a) == \E m \in msgs: m.type = "2a" /\ m.bal >= maxBal[a]; maxBal', maxVBal', maxVal'
 * are m's; Send([type |-> "2b", acc |-> a, bal |-> m.bal, val |-> m.val]) */
bool lamport_phase2b(struct lamport *l, unsigned acceptor, int ballot, int value)
{
	if (l->proposed[ballot] != value || ballot < l->max_ballot[acceptor])
		return false;
	l->max_ballot[acceptor] = ballot;
	l->vote[acceptor] = (struct lamport_vote){ballot, value};
	l->voted[acceptor][ballot] = value;
	return true;
}

int lamport_chosen(const struct lamport *l)
{
	int chosen = -1;

	for (int b = 0; b < (int)l->size.ballots; b++)
		for (int v = 0; v < (int)l->size.values; v++) {
			unsigned votes = 0;

			for (unsigned a = 0; a < l->size.acceptors; a++)
				votes += l->voted[a][b] == v;
			if (votes < l->size.quorum)
				continue;
			if (chosen != -1 && chosen != v)
				return -2;
			chosen = v;
		}
	return chosen;
}

/* --- exploring ---------------------------------------------------------------------------- */

struct bits {
	uint32_t word[WORDS_MAX + 1];
	unsigned used;
};

/* The value has no more bits than that, which are fewer than a word has. */
static void put_bits(struct bits *b, unsigned value, unsigned count)
{
	const uint64_t bits = (uint64_t)value << b->used % 32;
	uint32_t *word = &b->word[b->used / 32];

	word[0] |= (uint32_t)bits;
	word[1] |= (uint32_t)(bits >> 32);
	b->used += count;
}

static unsigned take_bits(struct bits *b, unsigned count)
{
	const uint32_t *word = &b->word[b->used / 32];
	const uint64_t bits = (word[0] | (uint64_t)word[1] << 32) >> b->used % 32;

	b->used += count;
	return (unsigned)bits & ((1u << count) - 1);
}

/* An acceptor's words about a ballot: promised with which vote, voted for what. */
#define BALLOT_BITS 4
#define VALUE_BITS  3

static void pack(const struct lamport *l, struct bits *out)
{
	memset(out, 0, sizeof *out);
	put_bits(out, l->begun, l->size.ballots);
	for (unsigned b = 0; b < l->size.ballots; b++) {
		put_bits(out, (unsigned)(l->proposed[b] + 1), VALUE_BITS);
		for (unsigned a = 0; a < l->size.acceptors; a++) {
			put_bits(out, l->promised[a] >> b & 1, 1);
			put_bits(out, (unsigned)(l->told[a][b].ballot + 1), BALLOT_BITS);
			put_bits(out, (unsigned)(l->voted[a][b] + 1), VALUE_BITS);
		}
	}
}

/* The rest of a state follows from what was said, lowest ballot first. */
static void unpack(const uint32_t *key, unsigned words, const struct lamport_size *size,
		   struct lamport *l)
{
	struct bits in;

	memset(&in, 0, sizeof in);
	memcpy(in.word, key, words * sizeof *key);
	lamport_begin(l, size);
	l->begun = take_bits(&in, size->ballots);
	for (int b = 0; b < (int)size->ballots; b++) {
		l->proposed[b] = (int)take_bits(&in, VALUE_BITS) - 1;
		for (unsigned a = 0; a < size->acceptors; a++) {
			const bool promised = take_bits(&in, 1) != 0;
			const int at = (int)take_bits(&in, BALLOT_BITS) - 1;
			const int voted = (int)take_bits(&in, VALUE_BITS) - 1;

			if (promised) {
				l->promised[a] |= 1u << b;
				l->told[a][b] =
					(struct lamport_vote){at, at < 0 ? -1 : l->voted[a][at]};
			}
			l->voted[a][b] = voted;
			if (promised || voted != -1)
				l->max_ballot[a] = b;
			if (voted != -1)
				l->vote[a] = (struct lamport_vote){b, voted};
		}
	}
}

/* Breadth first over keys: what the two specifications share. */
struct walk {
	struct space space;
	struct lamport_size size;
	struct lamport_count count;
	uint32_t at; /* the state whose successors are being found */
};

static void walk_add(struct walk *w, const uint32_t *key)
{
	w->count.generated++;
	if (space_add(&w->space, key, space_hash(&w->space, key), w->at, 0) == SPACE_FULL)
		w->count.full = true;
}

static void walk_add_lamport(struct walk *w, const struct lamport *l)
{
	struct bits key;

	pack(l, &key);
	w->count.broken |= lamport_chosen(l) == -2;
	walk_add(w, key.word);
}

static void follow_acceptor(struct walk *w, const struct lamport *l, unsigned a, int b)
{
	struct lamport next = *l;

	if (lamport_phase1b(&next, a, b)) {
		walk_add_lamport(w, &next);
		next = *l;
	}
	/* Once more the same vote is stuttering. */
	if (l->proposed[b] != -1 && l->voted[a][b] == -1 &&
	    lamport_phase2b(&next, a, b, l->proposed[b]))
		walk_add_lamport(w, &next);
}

static void follow_lamport(struct walk *w, const uint32_t *key)
{
	struct lamport l, next;

	unpack(key, w->space.words, &w->size, &l);
	for (int b = 0; b < (int)w->size.ballots; b++) {
		next = l;
		if (lamport_phase1a(&next, b)) {
			walk_add_lamport(w, &next);
			next = l;
		}
		for (int v = 0; v < (int)w->size.values; v++)
			if (lamport_phase2a(&next, b, v)) {
				walk_add_lamport(w, &next);
				next = l;
			}
		for (unsigned a = 0; a < w->size.acceptors; a++)
			follow_acceptor(w, &l, a, b);
	}
}

static void walk_all(struct walk *w, void (*follow)(struct walk *w, const uint32_t *key))
{
	uint32_t level_end = 1;
	uint32_t key[WORDS_MAX];

	w->count.depth = 1;
	for (w->at = 0; w->at < w->space.count && !w->count.full; w->at++) {
		if (w->at == level_end) {
			w->count.depth++;
			level_end = w->space.count;
		}
		memcpy(key, space_key(&w->space, w->at), w->space.words * sizeof *key);
		follow(w, key);
	}
	w->count.states = w->space.count;
}

static unsigned words_of(unsigned bits)
{
	return (bits + 31) / 32;
}

struct lamport_count lamport_explore(const struct lamport_size *size, void *memory, size_t bytes)
{
	struct walk w = {.size = *size, .at = SPACE_NONE};
	struct lamport first;
	struct bits key;

	lamport_begin(&first, size);
	pack(&first, &key);
	space_begin(&w.space, memory, bytes, words_of(key.used), false, 0);
	walk_add(&w, key.word);
	walk_all(&w, follow_lamport);
	return w.count;
}

/* --- Voting.tla --------------------------------------------------------------------------- */

/* votes[a] as sets of ballots and values, and maxBal[a]. */
struct votes {
	int max_ballot[LAMPORT_ACCEPTORS_MAX];
	int voted[LAMPORT_ACCEPTORS_MAX][LAMPORT_BALLOTS_MAX];
};

static void pack_votes(const struct votes *v, const struct lamport_size *size, const uint8_t *who,
		       const uint8_t *value, struct bits *out)
{
	memset(out, 0, sizeof *out);
	for (unsigned i = 0; i < size->acceptors; i++) {
		const unsigned a = who[i];

		put_bits(out, (unsigned)(v->max_ballot[a] + 1), BALLOT_BITS);
		for (unsigned b = 0; b < size->ballots; b++)
			put_bits(out, v->voted[a][b] < 0 ? 0 : 1u + value[v->voted[a][b]],
				 VALUE_BITS);
	}
}

/* The next order of `count` numbers, in the order of words; false: that was the last. */
static bool next_order(uint8_t *order, unsigned count)
{
	unsigned i = count - 1, k = count - 1;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[k] <= order[i - 1])
		k--;
	uint8_t swap = order[i - 1];
	order[i - 1] = order[k];
	order[k] = swap;
	for (k = count - 1; i < k; i++, k--) {
		swap = order[i];
		order[i] = order[k];
		order[k] = swap;
	}
	return true;
}

static void name_in_order(uint8_t *order, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		order[i] = (uint8_t)i;
}

struct vote_walk {
	struct walk walk;
	bool symmetry;
};

/* With symmetry the least of all renamings stands for all of them. */
static void add_votes(struct vote_walk *w, const struct votes *v)
{
	const struct lamport_size *size = &w->walk.size;
	uint8_t who[LAMPORT_ACCEPTORS_MAX], value[LAMPORT_VALUES_MAX];
	struct bits key, least;

	name_in_order(who, size->acceptors);
	name_in_order(value, size->values);
	pack_votes(v, size, who, value, &least);
	while (w->symmetry) {
		if (!next_order(value, size->values)) {
			name_in_order(value, size->values);
			if (!next_order(who, size->acceptors))
				break;
		}
		pack_votes(v, size, who, value, &key);
		if (memcmp(key.word, least.word, sizeof key.word) < 0)
			least = key;
	}
	walk_add(&w->walk, least.word);
}

static void unpack_votes(const uint32_t *key, const struct walk *w, struct votes *v)
{
	struct bits in = {.used = 0};

	memset(v, -1, sizeof *v);
	memcpy(in.word, key, w->space.words * sizeof *key);
	for (unsigned a = 0; a < w->size.acceptors; a++) {
		v->max_ballot[a] = (int)take_bits(&in, BALLOT_BITS) - 1;
		for (unsigned b = 0; b < w->size.ballots; b++)
			v->voted[a][b] = (int)take_bits(&in, VALUE_BITS) - 1;
	}
}

/* May this acceptor of a quorum that shows v safe at b have voted so? It must have left ballot b -
 * 1 behind, and voted in (c, b) for nothing and in c for v, if c is not -1. */
static bool fits_quorum(const struct votes *v, unsigned a, int b, int c)
{
	if (v->max_ballot[a] < b)
		return false;
	for (int d = c + 1; d < b; d++)
		if (v->voted[a][d] != -1)
			return false;
	return true;
}

/* ShowsSafeAt(Q, b, v) for some Q. */
static bool is_safe_at(const struct votes *v, const struct lamport_size *size, int b, int value)
{
	for (int c = -1; c < b; c++) {
		unsigned some = 0;
		bool voted = c == -1;

		for (unsigned a = 0; a < size->acceptors; a++) {
			if (!fits_quorum(v, a, b, c))
				continue;
			some++;
			voted |= c != -1 && v->voted[a][c] == value;
		}
		if (voted && some >= size->quorum)
			return true;
	}
	return false;
}

/* VoteFor(a, b, v): not below maxBal[a], no vote of it in b, none of others for another value. */
static bool may_vote(const struct votes *v, const struct lamport_size *size, unsigned a, int b,
		     int value)
{
	if (v->max_ballot[a] > b || v->voted[a][b] != -1)
		return false;
	for (unsigned other = 0; other < size->acceptors; other++)
		if (v->voted[other][b] != -1 && v->voted[other][b] != value)
			return false;
	return is_safe_at(v, size, b, value);
}

static void follow_votes(struct walk *walk, const uint32_t *key)
{
	struct vote_walk *w = (struct vote_walk *)(void *)walk;
	struct votes v, next;

	unpack_votes(key, walk, &v);
	for (unsigned a = 0; a < walk->size.acceptors; a++)
		for (int b = 0; b < (int)walk->size.ballots; b++) {
			next = v;
			if (b > v.max_ballot[a]) {
				next.max_ballot[a] = b;
				add_votes(w, &next);
			}
			for (int value = 0; value < (int)walk->size.values; value++) {
				if (!may_vote(&v, &walk->size, a, b, value))
					continue;
				next = v;
				next.max_ballot[a] = b;
				next.voted[a][b] = value;
				add_votes(w, &next);
			}
		}
}

struct lamport_count lamport_explore_votes(const struct lamport_size *size, bool symmetry,
					   void *memory, size_t bytes)
{
	struct vote_walk w = {.walk = {.size = *size, .at = SPACE_NONE}, .symmetry = symmetry};
	struct votes first;

	memset(&first, -1, sizeof first);
	space_begin(&w.walk.space, memory, bytes,
		    words_of(size->acceptors * (BALLOT_BITS + size->ballots * VALUE_BITS)), false,
		    0);
	add_votes(&w, &first);
	walk_all(&w.walk, follow_votes);
	return w.walk.count;
}
