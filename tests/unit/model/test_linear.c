/* The judge of histories against one that tries every order of every choice of operations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/model/judge/linear.h"

#define ALL(ops) (((uint64_t)1 << (ops)) - 1)
#define FEW      6 /* operations whose orders are all tried */

/* An operation between two instants; answered_at 0: it was not answered. */
struct span {
	bool writes;
	value_ref value;
	unsigned called_at, answered_at;
};

static void spans_to_ops(const struct span *span, unsigned ops, struct linear_op *op)
{
	for (unsigned i = 0; i < ops; i++) {
		op[i] = (struct linear_op){.writes = span[i].writes,
					   .answered = span[i].answered_at != 0,
					   .value = span[i].value};
		for (unsigned k = 0; k < ops; k++)
			if (span[k].answered_at != 0 && span[k].answered_at < span[i].called_at)
				op[i].before |= (uint64_t)1 << k;
	}
}

static enum linear_verdict judge(const struct span *span, unsigned ops, value_ref initial)
{
	struct linear_op op[LINEAR_OPS];

	spans_to_ops(span, ops, op);
	return linear_judge(op, ops, ops == LINEAR_OPS ? UINT64_MAX : ALL(ops), initial);
}

/* --- the oracle ------------------------------------------------------------------------------- */

/* Is this order allowed, and does every read return what was written last? */
static bool is_an_explanation(const struct linear_op *op, const unsigned *order, unsigned length,
			      value_ref initial)
{
	value_ref holds = initial;
	bool known = initial != LINEAR_ANY;

	for (unsigned i = 0; i < length; i++) {
		const struct linear_op *o = &op[order[i]];
		for (unsigned later = i + 1; later < length; later++)
			if ((o->before >> order[later] & 1) != 0)
				return false;
		if (!o->writes && known && o->value != holds)
			return false;
		holds = o->value;
		known = true;
	}
	return true;
}

/* The next order by the alphabet; false: it was the last. */
static bool next_order(unsigned *order, unsigned length)
{
	unsigned i = length, k = length;

	while (i > 1 && order[i - 2] > order[i - 1])
		i--;
	if (i < 2)
		return false;
	while (order[k - 1] < order[i - 2])
		k--;
	const unsigned swapped = order[i - 2];
	order[i - 2] = order[k - 1];
	order[k - 1] = swapped;
	for (unsigned low = i - 1, high = length - 1; low < high; low++, high--) {
		const unsigned other = order[low];
		order[low] = order[high];
		order[high] = other;
	}
	return true;
}

/* Every choice of the writes that were not answered, in every order. */
static bool has_an_explanation(const struct linear_op *op, unsigned ops, uint64_t which,
			       value_ref initial)
{
	for (uint64_t choice = 0; choice <= ALL(ops); choice++) {
		unsigned order[FEW], length = 0;
		bool whole = (choice & ~which) == 0;

		for (unsigned i = 0; i < ops; i++) {
			const bool in = (choice >> i & 1) != 0, must = (which >> i & 1) != 0;
			whole &= in || !must || !op[i].answered;
			whole &= !in || op[i].answered || op[i].writes;
			if (in)
				order[length++] = i;
		}
		if (!whole)
			continue;
		do {
			if (is_an_explanation(op, order, length, initial))
				return true;
		} while (next_order(order, length));
	}
	return false;
}

/* --- small histories by chance ------------------------------------------------------------------
 */

static uint64_t draw(uint64_t *random, uint64_t below)
{
	return random_next(random) % below;
}

static unsigned draw_history(uint64_t *random, struct span *span)
{
	const unsigned ops = 2 + (unsigned)draw(random, FEW - 1);
	const unsigned values = 1 + (unsigned)draw(random, 4);
	const unsigned instants = 4 + (unsigned)draw(random, 12);

	for (unsigned i = 0; i < ops; i++) {
		const unsigned at = 1 + (unsigned)draw(random, instants);
		span[i] = (struct span){
			.writes = draw(random, 2) == 0,
			.value = 2 + (value_ref)draw(random, values),
			.called_at = at,
			.answered_at = at + (unsigned)draw(random, 5),
		};
		if (span[i].writes && draw(random, 5) == 0)
			span[i].answered_at = 0;
		if (!span[i].writes && draw(random, 6) == 0)
			span[i].value = VALUE_NONE;
	}
	return ops;
}

static void the_judge_says_what_all_orders_say(void **state)
{
	unsigned impossible = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 6000; seed++) {
		uint64_t random = seed;
		struct span span[FEW];
		struct linear_op op[FEW];
		const unsigned ops = draw_history(&random, span);
		const value_ref initial = draw(&random, 3) == 0 ? LINEAR_ANY : VALUE_NONE;

		spans_to_ops(span, ops, op);
		const bool expected = has_an_explanation(op, ops, ALL(ops), initial);
		const enum linear_verdict said = linear_judge(op, ops, ALL(ops), initial);
		if (said != (expected ? LINEAR_YES : LINEAR_NO))
			fail_msg("seed %llu: judged %d, but some order %s it",
				 (unsigned long long)seed, said,
				 expected ? "explains" : "does not explain");
		impossible += !expected;
	}
	assert_in_range(impossible, 1500, 4500);
}

/* Is it closed: with every read all writes of what was read? */
static bool is_closed(const struct linear_op *op, unsigned ops, uint64_t part)
{
	for (unsigned r = 0; r < ops; r++)
		for (unsigned w = 0; w < ops; w++)
			if ((part >> r & 1) != 0 && (part >> w & 1) == 0 && !op[r].writes &&
			    op[w].writes && op[w].value == op[r].value)
				return false;
	return true;
}

static void the_proof_is_impossible_and_none_is_shorter(void **state)
{
	unsigned proofs = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 1500; seed++) {
		uint64_t random = seed + 1000000;
		struct span span[FEW];
		struct linear_op op[FEW];
		const unsigned ops = draw_history(&random, span);

		spans_to_ops(span, ops, op);
		if (linear_judge(op, ops, ALL(ops), VALUE_NONE) != LINEAR_NO)
			continue;
		const uint64_t part = linear_shortest(op, ops, ALL(ops), VALUE_NONE);
		assert_false(has_an_explanation(op, ops, part, VALUE_NONE));
		assert_true(is_closed(op, ops, part));
		for (uint64_t other = 1; other <= ALL(ops); other++)
			if (__builtin_popcountll(other) < __builtin_popcountll(part) &&
			    is_closed(op, ops, other) &&
			    !has_an_explanation(op, ops, other, VALUE_NONE))
				fail_msg("seed %llu: %llx explains it, shorter than %llx",
					 (unsigned long long)seed, (unsigned long long)other,
					 (unsigned long long)part);
		proofs++;
	}
	assert_true(proofs > 300);
}

/* --- histories with a name -----------------------------------------------------------------------
 */

#define APPLE 2
#define PEAR  3

static void a_read_of_what_was_overwritten_is_impossible(void **state)
{
	const struct span stale[] = {{true, APPLE, 1, 2}, {true, PEAR, 3, 4}, {false, APPLE, 5, 6}};
	const struct span during[] = {
		{true, APPLE, 1, 2}, {true, PEAR, 3, 6}, {false, APPLE, 5, 7}};

	(void)state;
	assert_int_equal(judge(stale, 3, VALUE_NONE), LINEAR_NO);
	assert_int_equal(judge(stale, 3, LINEAR_ANY), LINEAR_NO);
	assert_int_equal(judge(during, 3, VALUE_NONE), LINEAR_YES);
}

static void two_reads_never_go_back(void **state)
{
	const struct span back[] = {
		{true, APPLE, 1, 2}, {true, PEAR, 3, 9}, {false, PEAR, 4, 5}, {false, APPLE, 6, 7}};

	(void)state;
	assert_int_equal(judge(back, 4, VALUE_NONE), LINEAR_NO);
	assert_int_equal(judge(back, 3, VALUE_NONE), LINEAR_YES);
}

static void a_write_without_an_answer_may_take_effect_late_or_never(void **state)
{
	const struct span late[] = {
		{true, APPLE, 1, 0}, {true, PEAR, 2, 3}, {false, PEAR, 4, 5}, {false, APPLE, 6, 7}};

	(void)state;
	assert_int_equal(judge(late, 3, VALUE_NONE), LINEAR_YES);
	assert_int_equal(judge(late, 4, VALUE_NONE), LINEAR_YES);
}

static void nothing_is_what_a_register_holds_before_the_first_write(void **state)
{
	const struct span empty[] = {{false, VALUE_NONE, 1, 2}, {true, APPLE, 3, 4}};
	const struct span lost[] = {{true, APPLE, 1, 2}, {false, VALUE_NONE, 3, 4}};

	(void)state;
	assert_int_equal(judge(empty, 2, VALUE_NONE), LINEAR_YES);
	assert_int_equal(judge(lost, 2, VALUE_NONE), LINEAR_NO);
	assert_int_equal(judge(lost, 2, LINEAR_ANY), LINEAR_NO);
}

/* As a load writes: all at once, and hardly a read. */
static void many_writes_at_once_are_judged_at_once(void **state)
{
	struct span span[LINEAR_OPS];

	(void)state;
	for (unsigned i = 0; i < LINEAR_OPS - 2; i++)
		span[i] = (struct span){true, 2 + i, 1, 100};
	span[62] = (struct span){false, 2 + 61, 101, 102};
	span[63] = (struct span){false, 2 + 61, 103, 104};
	assert_int_equal(judge(span, LINEAR_OPS, VALUE_NONE), LINEAR_YES);
	span[63].value = 2 + 60;
	assert_int_equal(judge(span, LINEAR_OPS, VALUE_NONE), LINEAR_NO);
}

/* More ways than it has places for: it does not say that there is none. */
static void a_search_that_is_too_long_stays_open(void **state)
{
	struct span span[LINEAR_OPS];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		span[i] = (struct span){true, 2 + i, 1, 0};
		span[20 + i] = (struct span){false, 2 + i, 2, 100};
	}
	span[40] = (struct span){true, 99, 101, 102};
	span[41] = (struct span){false, 98, 103, 104};
	assert_int_equal(judge(span, 42, VALUE_NONE), LINEAR_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_judge_says_what_all_orders_say),
		cmocka_unit_test(the_proof_is_impossible_and_none_is_shorter),
		cmocka_unit_test(a_read_of_what_was_overwritten_is_impossible),
		cmocka_unit_test(two_reads_never_go_back),
		cmocka_unit_test(a_write_without_an_answer_may_take_effect_late_or_never),
		cmocka_unit_test(nothing_is_what_a_register_holds_before_the_first_write),
		cmocka_unit_test(many_writes_at_once_are_judged_at_once),
		cmocka_unit_test(a_search_that_is_too_long_stays_open),
	};

	return cmocka_run_group_tests_name("linear", tests, NULL, NULL);
}
