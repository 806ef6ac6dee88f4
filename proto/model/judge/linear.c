#include "proto/model/judge/linear.h"

#include <assert.h>
#include <string.h>

#include "proto/core/digest.h"

#define PLACES_MAX  1024 /* half of them are used at most */
#define EXACT_UP_TO 4    /* operations: parts of so many are tried one by one */

/* Where the search is: these operations have taken effect, and the register holds this. */
struct place {
	uint64_t done;
	value_ref value;
	unsigned next; /* the first write that was not tried from here */
};

struct search {
	const struct linear_op *op;
	unsigned ops;
	uint64_t reads; /* that were answered */
	uint64_t writes;
	uint64_t answered;
	unsigned depth;
	struct place stack[LINEAR_OPS + 1];
	unsigned places;
	struct place seen[PLACES_MAX]; /* by hash; done == 0 and next == 0: empty */
};

static unsigned lowest_bit(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

/* Are all done that were answered before it was called? */
static bool is_enabled(const struct search *s, unsigned i, uint64_t done)
{
	return (s->op[i].before & s->answered & ~done) == 0;
}

/* Did any read that is left return the value? */
static bool is_wanted(const struct search *s, value_ref value, uint64_t done)
{
	for (uint64_t left = s->reads & ~done; left != 0; left &= left - 1)
		if (s->op[lowest_bit(left)].value == value)
			return true;
	return false;
}

/* All reads of what the register holds that may go next. */
static uint64_t settle_reads(const struct search *s, uint64_t done, value_ref value)
{
	uint64_t before;

	do {
		before = done;
		for (uint64_t left = s->reads & ~done; left != 0; left &= left - 1) {
			const unsigned i = lowest_bit(left);
			if (s->op[i].value == value && is_enabled(s, i, done))
				done |= (uint64_t)1 << i;
		}
	} while (done != before);
	return done;
}

/* All answered writes that no read needs and that may go just before another write. */
static uint64_t settle_writes(const struct search *s, uint64_t done)
{
	uint64_t before;

	do {
		before = done;
		for (uint64_t left = s->writes & s->answered & ~done; left != 0; left &= left - 1) {
			const unsigned i = lowest_bit(left);
			if (is_enabled(s, i, done) && !is_wanted(s, s->op[i].value, done))
				done |= (uint64_t)1 << i;
		}
	} while (done != before);
	return done;
}

/* False: the place was there before, or there is no room for it. */
static bool remember(struct search *s, uint64_t done, value_ref value)
{
	unsigned at = (unsigned)(digest64(value, (const uint8_t *)&done, sizeof done) % PLACES_MAX);

	for (; s->seen[at].next != 0; at = (at + 1) % PLACES_MAX)
		if (s->seen[at].done == done && s->seen[at].value == value)
			return false;
	if (s->places == PLACES_MAX / 2)
		return false;
	s->places++;
	s->seen[at] = (struct place){done, value, 1};
	return true;
}

static void go_on_from(struct search *s, uint64_t done, value_ref value)
{
	assert(s->depth <= LINEAR_OPS);
	done = settle_reads(s, done, value);
	if (remember(s, done, value))
		s->stack[s->depth++] = (struct place){done, value, 0};
}

/* The next write that some read needs and that may go next, once others have gone before it.
 * False: there is none that was not tried. */
static bool try_next_write(struct search *s)
{
	struct place *top = &s->stack[s->depth - 1];
	const uint64_t done = settle_writes(s, top->done);

	while (top->next < s->ops) {
		const unsigned i = top->next++;
		const uint64_t bit = (uint64_t)1 << i;
		if ((s->writes & ~done & bit) == 0 || !is_enabled(s, i, done) ||
		    !is_wanted(s, s->op[i].value, done))
			continue;
		go_on_from(s, done | bit, s->op[i].value);
		return true;
	}
	return false;
}

/* Is there a way on which every read returns what it returned? Writes that are left then can take
 * effect in the order of their calls. */
static bool finds_a_way(struct search *s, value_ref initial)
{
	s->depth = 0;
	go_on_from(s, 0, initial);
	while (s->depth > 0) {
		if ((s->reads & ~s->stack[s->depth - 1].done) == 0)
			return true;
		if (!try_next_write(s))
			s->depth--;
	}
	return false;
}

enum linear_verdict linear_judge(const struct linear_op *op, unsigned ops, uint64_t which,
				 value_ref initial)
{
	struct search s = {.op = op, .ops = ops};
	bool found = false;

	assert(ops <= LINEAR_OPS);
	for (unsigned i = 0; i < ops; i++) {
		const uint64_t bit = which & (uint64_t)1 << i;
		s.answered |= op[i].answered ? bit : 0;
		s.writes |= op[i].writes ? bit : 0;
	}
	s.reads = s.answered & ~s.writes;
	if (s.reads == 0)
		return LINEAR_YES;
	found = finds_a_way(&s, initial == LINEAR_ANY ? VALUE_NONE : initial);
	if (initial == LINEAR_ANY)
		for (uint64_t left = s.reads; left != 0 && !found; left &= left - 1)
			found = finds_a_way(&s, op[lowest_bit(left)].value);
	if (found)
		return LINEAR_YES;
	return s.places == PLACES_MAX / 2 ? LINEAR_OPEN : LINEAR_NO;
}

/* Is every write of the whole in the part whose value a read of the part returned? Else the part
 * would be impossible only because something was left out. */
static bool is_whole(const struct linear_op *op, unsigned ops, uint64_t which, uint64_t part)
{
	bool reads = false;

	for (unsigned r = 0; r < ops; r++) {
		if ((part >> r & 1) == 0 || op[r].writes || !op[r].answered)
			continue;
		reads = true;
		for (unsigned w = 0; w < ops; w++)
			if (((which & ~part) >> w & 1) != 0 && op[w].writes &&
			    op[w].value == op[r].value)
				return false;
	}
	return reads;
}

static bool is_impossible(const struct linear_op *op, unsigned ops, uint64_t which, uint64_t part,
			  value_ref initial)
{
	return is_whole(op, ops, which, part) && linear_judge(op, ops, part, initial) == LINEAR_NO;
}

/* Leaves out one after another what is not needed. */
static uint64_t leave_out(const struct linear_op *op, unsigned ops, uint64_t which,
			  value_ref initial)
{
	uint64_t part = which, before;

	do {
		before = part;
		for (unsigned i = 0; i < ops; i++) {
			const uint64_t less = part & ~((uint64_t)1 << i);
			if (less != part && is_impossible(op, ops, which, less, initial))
				part = less;
		}
	} while (part != before);
	return part;
}

/* The next larger number with as many bits (Hacker's Delight, 2-1). */
static uint64_t next_choice(uint64_t bits)
{
	const uint64_t lowest = bits & (~bits + 1), ripple = bits + lowest;

	return ripple == 0 ? 0 : ((bits ^ ripple) >> 2) / lowest | ripple;
}

uint64_t linear_shortest(const struct linear_op *op, unsigned ops, uint64_t which,
			 value_ref initial)
{
	const uint64_t found = leave_out(op, ops, which, initial);
	const unsigned length = (unsigned)__builtin_popcountll(found);

	for (unsigned size = 1; size <= EXACT_UP_TO && size < length; size++)
		for (uint64_t part = ((uint64_t)1 << size) - 1;
		     part != 0 && (ops == LINEAR_OPS || part >> ops == 0); part = next_choice(part))
			if ((part & ~which) == 0 && is_impossible(op, ops, which, part, initial))
				return part;
	return found;
}
