#include "proto/check/space.h"

#include <string.h>

#define SLOTS_FIRST 4096

/* A table is never fuller than three quarters. */
static uint64_t states_of(uint64_t slots)
{
	return slots / 4 * 3;
}

size_t space_state_bytes(unsigned words)
{
	return (words + 1) * sizeof(uint32_t) + (4 * sizeof(uint32_t) + 2) / 3;
}

void space_begin(struct space *s, void *memory, size_t bytes, unsigned words)
{
	const size_t each = (words + 1) * sizeof(uint32_t);
	uint64_t room = 0, slots_best = 0;

	for (uint64_t slots = SLOTS_FIRST; slots * sizeof(uint32_t) < bytes; slots *= 2) {
		uint64_t fit = (bytes - slots * sizeof(uint32_t)) / each;

		if (fit > states_of(slots))
			fit = states_of(slots);
		if (fit < room)
			break;
		room = fit;
		slots_best = slots;
	}
	if (room >= SPACE_NONE)
		room = SPACE_NONE - 1;
	*s = (struct space){.words = words, .room = (uint32_t)room};
	s->slots_max = slots_best;
	s->slots = slots_best < SLOTS_FIRST ? slots_best : SLOTS_FIRST;
	s->table = memory;
	s->from = s->table + slots_best;
	s->key = s->from + room;
}

uint64_t space_hash(const struct space *s, const uint32_t *key)
{
	uint64_t h = 0x9e3779b97f4a7c15u;

	for (unsigned i = 0; i < s->words; i++) {
		h = (h ^ key[i]) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	return h;
}

void space_prefetch(const struct space *s, uint64_t hash)
{
	if (s->slots > 0)
		__builtin_prefetch(&s->table[hash & (s->slots - 1)]);
}

void space_prefetch_key(const struct space *s, uint64_t hash)
{
	if (s->slots > 0 && s->table[hash & (s->slots - 1)] != 0)
		__builtin_prefetch(space_key(s, s->table[hash & (s->slots - 1)] - 1));
}

static bool is_same(const struct space *s, uint32_t state, const uint32_t *key)
{
	const uint32_t *other = space_key(s, state);
	uint32_t differ = 0;

	for (unsigned i = 0; i < s->words; i++)
		differ |= other[i] ^ key[i];
	return differ == 0;
}

static void enter(struct space *s, uint64_t hash, uint32_t state)
{
	uint64_t at = hash & (s->slots - 1);

	while (s->table[at] != 0)
		at = (at + 1) & (s->slots - 1);
	s->table[at] = state + 1;
}

/* So many are under way at a time: the memory that they need is asked for beforehand. */
#define AT_ONCE 16

static void enter_all(struct space *s)
{
	uint64_t hash[AT_ONCE];

	for (uint32_t first = 0; first < s->count; first += AT_ONCE) {
		const uint32_t left = s->count - first;
		const uint32_t some = left < AT_ONCE ? left : AT_ONCE;

		for (uint32_t i = 0; i < some; i++) {
			hash[i] = space_hash(s, space_key(s, first + i));
			space_prefetch(s, hash[i]);
		}
		for (uint32_t i = 0; i < some; i++)
			enter(s, hash[i], first + i);
	}
}

/* By four: then a third of the states are entered again, all in all, and not each. */
static void grow_table(struct space *s)
{
	memset(s->table, 0, s->slots * sizeof *s->table);
	s->slots *= s->slots * 4 <= s->slots_max ? 4 : 2;
	enter_all(s);
}

void space_find_again(struct space *s)
{
	while (s->count > states_of(s->slots) && s->slots < s->slots_max)
		s->slots *= 2;
	enter_all(s);
}

bool space_has(const struct space *s, const uint32_t *key, uint64_t hash)
{
	for (uint64_t at = hash & (s->slots - 1); s->table[at] != 0; at = (at + 1) & (s->slots - 1))
		if (is_same(s, s->table[at] - 1, key))
			return true;
	return false;
}

enum space_found space_add(struct space *s, const uint32_t *key, uint64_t hash, uint32_t from,
			   uint32_t *state)
{
	if (s->room == 0)
		return SPACE_FULL;
	for (uint64_t at = hash & (s->slots - 1); s->table[at] != 0;
	     at = (at + 1) & (s->slots - 1)) {
		*state = s->table[at] - 1;
		if (is_same(s, *state, key))
			return SPACE_OLD;
	}
	if (s->count == s->room)
		return SPACE_FULL;
	*state = s->count++;
	memcpy(&s->key[(size_t)*state * s->words], key, s->words * sizeof *key);
	s->from[*state] = from;
	enter(s, hash, *state);
	if (s->count > states_of(s->slots) && s->slots < s->slots_max)
		grow_table(s);
	return SPACE_NEW;
}
