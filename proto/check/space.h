/* The states that a search has found, each once, in the order in which they were found. Breadth
 * first, that order is the queue as well: what stands behind the state that is being looked at
 * still waits.
 *
 * A state is a key: some words, compared whole, so no two states are ever taken for one. Memory is
 * the caller's, must be zero, and is touched only as far as it is used. */
#ifndef PROTO_CHECK_SPACE_H
#define PROTO_CHECK_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACE_NONE UINT32_MAX

struct space {
	unsigned words; /* of a key */
	uint32_t count; /* states found */
	uint32_t room;  /* as many fit at most */
	uint32_t *key;
	uint32_t *from;  /* the state from which each was found first; SPACE_NONE: a first state */
	uint32_t *table; /* 1 + number of a state, by hash; 0 = free */
	uint64_t slots;  /* of the table: a power of two that grows */
	uint64_t slots_max;
};

enum space_found { SPACE_NEW, SPACE_OLD, SPACE_FULL };

/* Bytes that one more state takes, its share of a full table included. */
size_t space_state_bytes(unsigned words);

/* As many states of so many words as fit into the memory, which is aligned for a uint64_t. */
void space_begin(struct space *s, void *memory, size_t bytes, unsigned words);

static inline const uint32_t *space_key(const struct space *s, uint32_t state)
{
	return &s->key[(size_t)state * s->words];
}

/* Where space_add will look first: asked beforehand, for several keys, so that the memory is there
 * in time. */
uint64_t space_hash(const struct space *s, const uint32_t *key);
void space_prefetch(const struct space *s, uint64_t hash);
/* The same one step further, when what space_prefetch asked for has come. */
void space_prefetch_key(const struct space *s, uint64_t hash);

/* Is it there? `hash`: that of the key. */
bool space_has(const struct space *s, const uint32_t *key, uint64_t hash);
/* `hash`: that of the key. */
enum space_found space_add(struct space *s, const uint32_t *key, uint64_t hash, uint32_t from,
			   uint32_t *state);

/* Keys and count were put where they belong, the table is empty: they are found from now on. */
void space_find_again(struct space *s);

#endif
