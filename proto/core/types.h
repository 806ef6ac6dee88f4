/* The scalars and the two small structs that every floor speaks in. Plain values, compared and
 * copied freely; nothing here owns anything. */
#ifndef PROTO_CORE_TYPES_H
#define PROTO_CORE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/core/limits.h"

typedef uint8_t node_id;      /* 1 .. NODES_MAX; 0 = no node */
typedef uint32_t node_set;    /* bit id - 1 */
typedef uint64_t slot_number; /* 0, 1, 2, ... */
typedef uint64_t time_us;     /* virtual time, microseconds; 0 = never, where a deadline is meant */

#define NODE_NONE ((node_id)0)
#define SLOT_NONE UINT64_MAX

/* A value is named by its place in a table of values (proto/core/values.h). Two values of one
 * table are equal iff their references are. */
typedef uint32_t value_ref;

#define VALUE_NONE ((value_ref)0) /* no value: nothing accepted, nothing chosen */
#define VALUE_NOOP ((value_ref)1) /* the value that fills a gap and means nothing */

/* The value of a claim in a proof that tells only a digest which fits no value at hand: equal to no
 * value that anybody can propose. */
#define VALUE_UNKNOWN UINT32_MAX

/* Signed messages, as bytes, are named by their place in a table like that of values: one message,
 * or several in a row. The core hands proofs on and never looks into them. */
typedef uint32_t proof_ref;

#define PROOF_NONE ((proof_ref)0)

static inline uint64_t lower_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t higher_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* <0, 0, >0 like strcmp. */
static inline int number_cmp(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* A ballot belongs to one node and only that node may use it (Paxos Made Simple, 2.2). Ballots are
 * ordered by round, then by node. {0, 0} is below every ballot and means "none". */
struct ballot {
	uint32_t round;
	node_id node;
};

#define BALLOT_NONE ((struct ballot){0, NODE_NONE})
#define ROUND_MAX   UINT32_MAX

/* <0, 0, >0 like strcmp. */
static inline int ballot_cmp(struct ballot a, struct ballot b)
{
	if (a.round != b.round)
		return a.round < b.round ? -1 : 1;
	return (int)a.node - (int)b.node;
}

static inline struct ballot ballot_higher(struct ballot a, struct ballot b)
{
	return ballot_cmp(a, b) > 0 ? a : b;
}

static inline bool ballot_is_none(struct ballot b)
{
	return b.round == 0 && b.node == NODE_NONE;
}

static inline node_set set_of(node_id id)
{
	return id == NODE_NONE ? 0 : (node_set)1 << (id - 1);
}

static inline bool set_has(node_set set, node_id id)
{
	return (set & set_of(id)) != 0;
}

/* The nodes 1 .. count. */
static inline node_set set_first(unsigned count)
{
	return count >= 32 ? UINT32_MAX : ((node_set)1 << count) - 1;
}

static inline unsigned set_count(node_set set)
{
	return (unsigned)__builtin_popcount(set);
}

/* The lowest member, NODE_NONE if the set is empty. */
static inline node_id set_lowest(node_set set)
{
	return set == 0 ? NODE_NONE : (node_id)(__builtin_ctz(set) + 1);
}

/* for (node_set left = set; left != 0; left &= left - 1) { node_id id = set_lowest(left); ... } */

/* Slots near each other: bit k is slot from + k. */
struct slot_bits {
	slot_number from;
	uint64_t bits;
};

#endif
