/* The core, exhaustively: three nodes, one slot, two proposers, every order in which messages may
 * arrive, be lost or come twice, every moment at which a timer may fire or a node may crash and
 * come back with what it stored. proto/check does it; here are the bounds that are worth waiting
 * for; cli_check.sh takes four ballots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "proto/check/check.h"

#define MEMORY ((size_t)2 << 30) /* of which a part is touched */

static void explore(struct check_bounds bounds)
{
	void *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct check_count n;

	assert_ptr_not_equal(memory, MAP_FAILED);
	bounds.nodes = 3;
	bounds.proposers = bounds.values = 2;
	bounds.slots = 1;
	bounds.strict = true;
	struct check *c = check_begin(memory, MEMORY, &bounds);
	assert_non_null(c);
	while (check_run(c, 100000) == CHECK_RUNNING)
		continue;
	check_count(c, &n);
	printf("%llu states, %u steps deep, %u messages\n", (unsigned long long)n.states, n.depth,
	       n.messages);
	if (check_run(c, 1) != CHECK_HELD)
		fail_msg("%s: %s", check_rule_name(check_broken(c)), check_why(c));
	assert_true(n.whole);
	assert_int_equal(n.chosen, 3);
	munmap(memory, MEMORY);
}

static void no_crash_at_any_moment_of_two_ballots_breaks_a_rule(void **state)
{
	(void)state;
	explore((struct check_bounds){.ballots = 2, .crashes = 1});
}

static void no_schedule_of_two_ballots_in_multi_mode_breaks_a_rule(void **state)
{
	(void)state;
	explore((struct check_bounds){.ballots = 2, .multi = true});
}

static void no_two_crashes_of_three_ballots_break_a_rule(void **state)
{
	(void)state;
	explore((struct check_bounds){.ballots = 3, .crashes = 2, .no_hints = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_crash_at_any_moment_of_two_ballots_breaks_a_rule),
		cmocka_unit_test(no_schedule_of_two_ballots_in_multi_mode_breaks_a_rule),
		cmocka_unit_test(no_two_crashes_of_three_ballots_break_a_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
