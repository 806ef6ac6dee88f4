#include "proto/check/space.h"

#include <string.h>

#define SLOTS_FIRST       4096
#define PRINT_BYTES       5
#define PRINT_MASK        (((uint64_t)1 << 8 * PRINT_BYTES) - 1)
#define SLOTS_COMPACT_MAX ((uint64_t)1 << 32)
/* Compact: of so many states one may wait. */
#define WAITING_SHARE 4

/* A table is never fuller than three quarters. */
static uint64_t states_of(uint64_t slots)
{
	return slots / 4 * 3;
}

static size_t born_bytes(uint64_t states)
{
	return (2 * states / 64 + 1) * sizeof(uint64_t);
}

/* --- memory ---------------------------------------------------------------------------------- */

static uint32_t limited(uint64_t states, uint32_t most)
{
	const uint32_t end = most != 0 ? most : SPACE_NONE - SPACE_CLAIMS_MAX;

	return states < end ? (uint32_t)states : end;
}

/* Bits of `born` and words of the key. */
static uint64_t fit_states(const struct space *s, size_t bytes)
{
	return bytes / (s->words * sizeof *s->key * 8 + 2) * 8;
}

static void begin_exact(struct space *s, uint8_t *memory, size_t bytes, uint32_t most)
{
	uint64_t room = 0;

	bytes -= bytes > 2 * sizeof(uint64_t) ? 2 * sizeof(uint64_t) : bytes;
	for (uint64_t slots = SLOTS_FIRST; slots * sizeof *s->table < bytes; slots *= 2) {
		uint64_t fit = fit_states(s, bytes - slots * sizeof *s->table);

		if (fit > states_of(slots))
			fit = states_of(slots);
		if (fit < room)
			break;
		room = fit;
		s->slots_max = slots;
	}
	s->room = limited(room, most);
	s->slots = s->slots_max < SLOTS_FIRST ? s->slots_max : SLOTS_FIRST;
	s->born = (uint64_t *)memory;
	s->table = (uint32_t *)(memory + born_bytes(s->room));
	s->key = s->table + s->slots_max;
}

/* A number of 32 bits names a slot. Of twelve states: 16 prints, 12 steps, 24 bits, and the keys of
 * those that may wait: of three, or of all where a limit makes room for them. */
static void begin_compact(struct space *s, uint8_t *memory, size_t bytes, uint32_t most)
{
	const size_t rest = sizeof(uint64_t) + s->words * sizeof *s->key + 4 * PRINT_BYTES;
	const size_t twelve = 16 * PRINT_BYTES + 12 * sizeof *s->step + 3, key = s->words * 4;
	const uint64_t left = bytes > rest ? bytes - rest : 0;
	const uint64_t all_wait = left / (twelve + 12 * key) * 12;

	s->room = limited(left / (twelve + 12 / WAITING_SHARE * key) * 12, most);
	if (s->room > SLOTS_COMPACT_MAX / 4 * 3 - 3)
		s->room = SLOTS_COMPACT_MAX / 4 * 3 - 3;
	s->slots = s->slots_max = ((uint64_t)s->room + 2) / 3 * 4;
	s->waits = s->room <= all_wait ? s->room : s->room / WAITING_SHARE + 1;
	s->born = (uint64_t *)memory;
	s->key = (uint32_t *)(memory + born_bytes(s->room));
	s->step = (uint16_t *)(s->key + (size_t)s->waits * s->words);
	s->print = (uint8_t *)(s->step + s->room);
}

void space_begin(struct space *s, void *memory, size_t bytes, unsigned words, bool compact,
		 uint32_t most)
{
	*s = (struct space){.words = words, .compact = compact};
	if (compact)
		begin_compact(s, memory, bytes, most);
	else
		begin_exact(s, memory, bytes, most);
}

size_t space_state_bytes(const struct space *s)
{
	const size_t key = s->words * sizeof *s->key;

	if (s->compact)
		return (16 * PRINT_BYTES + 12 * sizeof *s->step + 3 + 3 * key + 11) / 12;
	return key + (4 * sizeof *s->table * 4 + 3 + 11) / 12;
}

/* --- one after the other --------------------------------------------------------------------- */

uint64_t space_hash(const struct space *s, const uint32_t *key)
{
	uint64_t h = 0x9e3779b97f4a7c15u;

	for (unsigned i = 0; i < s->words; i++) {
		h = (h ^ key[i]) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	return h;
}

/* Of a compact space; never 0, and it has nothing to do with the hash. */
static uint64_t print_of(const struct space *s, const uint32_t *key)
{
	uint64_t h = 0x2545f4914f6cdd1du;

	for (unsigned i = 0; i < s->words; i++) {
		h = (h ^ key[i]) * 0xc2b2ae3d27d4eb4fu;
		h ^= h >> 29;
	}
	h ^= h >> 32;
	h = (h * 0x165667b19e3779f9u) >> 8 & PRINT_MASK;
	return h != 0 ? h : 1;
}

static uint64_t home_of(const struct space *s, uint64_t hash)
{
	if (s->compact)
		return (hash >> 32) * s->slots >> 32;
	return hash & (s->slots - 1);
}

static uint64_t print_at(const struct space *s, uint64_t slot)
{
	uint64_t print = 0;

	memcpy(&print, s->print + slot * PRINT_BYTES, PRINT_BYTES);
	return print;
}

void space_prefetch(const struct space *s, uint64_t hash)
{
	if (s->slots == 0)
		return;
	if (s->compact)
		__builtin_prefetch(s->print + home_of(s, hash) * PRINT_BYTES);
	else
		__builtin_prefetch(&s->table[home_of(s, hash)]);
}

/* An entry of the table: a claim, counted down from the last number, or 1 + a state. */
static bool is_claim(uint32_t entry)
{
	return entry > SPACE_NONE - SPACE_CLAIMS_MAX;
}

static struct space_next *claimed(const struct space *s, uint32_t claim)
{
	return &s->claimed[claim / s->claims_each][claim % s->claims_each];
}

static const uint32_t *entry_key(const struct space *s, uint32_t entry)
{
	return is_claim(entry) ? claimed(s, SPACE_NONE - entry)->key : space_key(s, entry - 1);
}

void space_prefetch_key(const struct space *s, uint64_t hash)
{
	if (s->slots == 0 || s->compact)
		return;
	const uint32_t entry = __atomic_load_n(&s->table[home_of(s, hash)], __ATOMIC_RELAXED);
	if (entry != 0 && !is_claim(entry))
		__builtin_prefetch(space_key(s, entry - 1));
}

static bool is_same(const struct space *s, const uint32_t *one, const uint32_t *other)
{
	uint32_t differ = 0;

	for (unsigned i = 0; i < s->words; i++)
		differ |= one[i] ^ other[i];
	return differ == 0;
}

static void enter(struct space *s, uint64_t hash, uint32_t state)
{
	uint64_t at = home_of(s, hash);

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

/* The slot where the state stands, or could. */
static uint64_t exact_slot(const struct space *s, const uint32_t *key, uint64_t hash)
{
	uint64_t at = home_of(s, hash);

	while (s->table[at] != 0 && !is_same(s, entry_key(s, s->table[at]), key))
		at = (at + 1) & (s->slots - 1);
	return at;
}

static uint64_t compact_slot(const struct space *s, uint64_t hash, uint64_t print)
{
	uint64_t at = home_of(s, hash);

	for (uint64_t there; (there = print_at(s, at)) != 0 && there != print;)
		at = at + 1 == s->slots ? 0 : at + 1;
	return at;
}

bool space_has(const struct space *s, const uint32_t *key, uint64_t hash)
{
	if (s->compact)
		return print_at(s, compact_slot(s, hash, print_of(s, key))) != 0;
	return s->table[exact_slot(s, key, hash)] != 0;
}

/* Behind the ones of those before it, and the zeros of those before the one that it follows. */
static void put_state(struct space *s, const uint32_t *key, uint32_t from, uint32_t state)
{
	const uint64_t bit = (uint64_t)state - 1 + from;

	memcpy((uint32_t *)space_key(s, state), key, s->words * sizeof *key);
	if (from != SPACE_NONE)
		__atomic_fetch_or(&s->born[bit / 64], (uint64_t)1 << bit % 64, __ATOMIC_RELAXED);
}

static enum space_found add_compact(struct space *s, const uint32_t *key, uint64_t hash,
				    uint32_t from, unsigned step)
{
	const uint64_t print = print_of(s, key), home = home_of(s, hash);
	const uint64_t at = compact_slot(s, hash, print);

	if (print_at(s, at) != 0)
		return SPACE_OLD;
	if (s->count == s->room)
		return SPACE_FULL;
	if (from != SPACE_NONE && s->count - from >= s->waits)
		return SPACE_WAITING;
	s->misled += at >= home ? at - home : at + s->slots - home;
	s->step[s->count] = (uint16_t)step;
	memcpy(s->print + at * PRINT_BYTES, &print, PRINT_BYTES);
	put_state(s, key, from, s->count++);
	return SPACE_NEW;
}

enum space_found space_add(struct space *s, const uint32_t *key, uint64_t hash, uint32_t from,
			   unsigned step)
{
	if (s->room == 0)
		return SPACE_FULL;
	if (s->compact)
		return add_compact(s, key, hash, from, step);
	const uint64_t at = exact_slot(s, key, hash);
	if (s->table[at] != 0 && !is_claim(s->table[at]))
		return SPACE_OLD;
	if (s->count == s->room)
		return SPACE_FULL;
	s->table[at] = s->count + 1;
	put_state(s, key, from, s->count++);
	/* claims have made the room that they need */
	if (s->count > states_of(s->slots) && s->slots < s->slots_max)
		grow_table(s);
	return SPACE_NEW;
}

/* --- what was found -------------------------------------------------------------------------- */

uint32_t space_from(const struct space *s, uint32_t state)
{
	uint64_t left = state, word = 0;

	if (state == 0)
		return SPACE_NONE;
	/* the place of the state's one */
	for (; (unsigned)__builtin_popcountll(s->born[word]) < left; word++)
		left -= (unsigned)__builtin_popcountll(s->born[word]);
	uint64_t bits = s->born[word];
	for (; left > 1; left--)
		bits &= bits - 1;
	return (uint32_t)(word * 64 + (unsigned)__builtin_ctzll(bits) + 1 - state);
}

uint64_t space_misses(const struct space *s)
{
	/* upwards */
	return ((s->misled + 15) / 16 * 1000000000 >> (8 * PRINT_BYTES - 4)) + (s->misled > 0);
}

/* --- several at a time ----------------------------------------------------------------------- */

bool space_claims(struct space *s, uint64_t most)
{
	if (s->compact || s->count + most > s->room)
		return false;
	while (s->count + most > states_of(s->slots) && s->slots < s->slots_max)
		grow_table(s);
	return true;
}

static bool comes_first(const struct space *s, uint32_t claim, uint32_t other)
{
	const uint32_t from = claimed(s, claim)->from, other_from = claimed(s, other)->from;

	return from != other_from ? from < other_from : claim < other;
}

/* Takes the place of a claim for the same state, unless that one comes first. */
static bool claim_from(struct space *s, uint32_t claim, uint64_t at, uint32_t entry,
		       uint32_t *beaten)
{
	claimed(s, claim)->slot = (uint32_t)at;
	while (comes_first(s, claim, SPACE_NONE - entry)) {
		*beaten = SPACE_NONE - entry;
		/* if it fails, the entry is another claim for the same state */
		if (__atomic_compare_exchange_n(&s->table[at], &entry, SPACE_NONE - claim, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
	}
	*beaten = SPACE_NONE;
	return false;
}

bool space_claim(struct space *s, uint32_t claim, uint32_t *beaten)
{
	struct space_next *own = claimed(s, claim);

	*beaten = SPACE_NONE;
	own->lost = false;
	for (uint64_t at = home_of(s, own->hash);; at = (at + 1) & (s->slots - 1)) {
		uint32_t entry = __atomic_load_n(&s->table[at], __ATOMIC_ACQUIRE);

		own->slot = (uint32_t)at;
		if (entry == 0 &&
		    __atomic_compare_exchange_n(&s->table[at], &entry, SPACE_NONE - claim, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
		if (is_same(s, entry_key(s, entry), own->key))
			return is_claim(entry) && claim_from(s, claim, at, entry, beaten);
	}
}

void space_enter(struct space *s, const struct space_next *claim, uint32_t state)
{
	put_state(s, claim->key, claim->from, state);
	__atomic_store_n(&s->table[claim->slot], state + 1, __ATOMIC_RELAXED);
}
