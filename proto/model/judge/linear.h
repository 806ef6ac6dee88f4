/* Is a history of clients linearizable? Herlihy and Wing, "Linearizability: A Correctness Condition
 * for Concurrent Objects" (1990): each operation must seem to take effect at one instant between
 * its call and its answer. The object is a register: a write sets it, a read returns it.
 *
 * The search is that of Wing and Gong, "Testing and Verifying Concurrent Objects" (1993): put an
 * operation first that no other was answered before, see whether the register allows it, go on with
 * the rest, and come back from where nothing goes on. It remembers where it was, as Lowe and
 * Porcupine do. Of a register two things are known that make it short: a read of what the register
 * holds may always go next, and a write whose value no read that is left returned may always go
 * just before another write. */
#ifndef PROTO_MODEL_JUDGE_LINEAR_H
#define PROTO_MODEL_JUDGE_LINEAR_H

#include "proto/core/types.h"

#define LINEAR_OPS 64 /* a history is a set of operations in one word */

struct linear_op {
	bool writes;
	/* A write without an answer may take effect at any time after its call, or never. A read
	 * without an answer is no part of a history. */
	bool answered;
	value_ref value;
	uint64_t before; /* bit k: operation k was answered before this one was called */
};

enum linear_verdict {
	LINEAR_YES,
	LINEAR_NO,
	LINEAR_OPEN, /* the search would take more memory than it has */
};

/* Nobody knows what the register held before the history. */
#define LINEAR_ANY VALUE_UNKNOWN

/* Judges the operations of `which`; `initial`: what the register holds at first. */
enum linear_verdict linear_judge(const struct linear_op *op, unsigned ops, uint64_t which,
				 value_ref initial);

/* Of a history that is not linearizable: a part of it that is not either, from which no operation
 * can be left out. With every read it has all writes of the value that was read. Where a part of at
 * most four operations will do, no part is shorter. */
uint64_t linear_shortest(const struct linear_op *op, unsigned ops, uint64_t which,
			 value_ref initial);

#endif
