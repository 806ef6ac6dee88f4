/* The states that a search has found, each once, in the order in which they were found. Breadth
 * first, that order is the queue as well: what stands behind the state that is being looked at
 * still waits.
 *
 * A state is a key: some words, compared whole, so no two states are ever taken for one. In a
 * `compact` space a state that waits no more is known by its place in a table and by a print of 40
 * bits: it takes half the memory, and two states may be taken for one (space_misses).
 *
 * The states that follow the same state stand side by side, and those that follow an earlier one
 * stand before them. So one bit a state, and one where they end, tell which follows which.
 *
 * Memory is the caller's, must be zero, and is touched only as far as it is used; of a compact
 * space all of it is from the start. */
#ifndef PROTO_CHECK_SPACE_H
#define PROTO_CHECK_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACE_NONE UINT32_MAX

/* A state on its way in, which may be claimed (below). */
#define SPACE_NEXT_WORDS 6
#define SPACE_CLAIMS_MAX ((uint32_t)1 << 22)
struct space_next {
	uint64_t hash; /* of the key */
	uint32_t key[SPACE_NEXT_WORDS];
	uint32_t from; /* the state that it follows */
	uint32_t slot; /* of the table: where it is claimed */
	uint16_t step; /* which step leads to it, of those from that state */
	bool lost;     /* it is claimed by another as well, who comes first */
};

struct space {
	unsigned words; /* of a key */
	bool compact;
	uint32_t count; /* states found */
	uint32_t room;  /* as many fit at most */
	uint32_t *key;  /* compact: of the last `waits` states, in a ring */
	uint32_t waits;
	uint64_t *born; /* for each state in turn: a one for each that follows it, and a zero */
	uint64_t slots; /* of the table */
	uint64_t slots_max;
	uint32_t *table; /* 1 + number of a state, by hash; 0 = free; a power of two that grows */
	/* compact */
	uint8_t *print;  /* the table: PRINT_BYTES a slot; 0 = free */
	uint16_t *step;  /* of each state, as in space_next */
	uint64_t misled; /* prints that were compared with one that was new */
	/* claims: those of part i are claimed[i][0 .. claims_each - 1] */
	struct space_next **claimed;
	uint32_t claims_each;
};

enum space_found {
	SPACE_NEW,
	SPACE_OLD,
	SPACE_FULL,
	SPACE_WAITING, /* compact: too many wait */
};

/* As many states of so many words as fit into the memory, which is aligned for a uint64_t; if
 * `most` is not 0, so many at most. */
void space_begin(struct space *s, void *memory, size_t bytes, unsigned words, bool compact,
		 uint32_t most);

/* Bytes that one more state takes, its share of a full table included. */
size_t space_state_bytes(const struct space *s);

/* How many states may be missing, for another one was taken for them: as many billionths of a
 * state as may be expected. 0 if not compact. */
uint64_t space_misses(const struct space *s);

/* Compact: of a state that waits. */
static inline const uint32_t *space_key(const struct space *s, uint32_t state)
{
	return &s->key[(size_t)(s->compact ? state % s->waits : state) * s->words];
}

/* The state that a state followed when it was found. SPACE_NONE: it is the first. Takes long. */
uint32_t space_from(const struct space *s, uint32_t state);

/* Where space_add will look first: asked beforehand, for several keys, so that the memory is there
 * in time. */
uint64_t space_hash(const struct space *s, const uint32_t *key);
void space_prefetch(const struct space *s, uint64_t hash);
/* The same one step further, when what space_prefetch asked for has come. */
void space_prefetch_key(const struct space *s, uint64_t hash);

bool space_has(const struct space *s, const uint32_t *key, uint64_t hash);
/* States are added in the order of those that they follow. Of the first one `from` is SPACE_NONE.
 * `step`: as in space_next, where the space is compact. */
enum space_found space_add(struct space *s, const uint32_t *key, uint64_t hash, uint32_t from,
			   unsigned step);

/* Keys and count were put where they belong, the table is empty: they are found from now on. */
void space_find_again(struct space *s);

/* Several threads claim states at a time, and then these get their numbers: as if they had been
 * added one after the other in the order of their `from`, and where that is the same, of their
 * claims. Not in a compact space.
 *
 * Before, space_claims makes room for so many; false: there is none. Between, space_add takes a
 * state that is claimed, whoever claims it. In the end each claim that is not lost must have been
 * entered or added, or the space is used no more. */
bool space_claims(struct space *s, uint64_t most);
/* Claim `claim` / claims_each of part `claim` % claims_each. False: the state is there, or is
 * claimed by one who comes first. `beaten`: the claim that is lost by this, or SPACE_NONE. */
bool space_claim(struct space *s, uint32_t claim, uint32_t *beaten);
/* The claim gets its number. The caller has counted it. */
void space_enter(struct space *s, const struct space_next *claim, uint32_t state);

#endif
