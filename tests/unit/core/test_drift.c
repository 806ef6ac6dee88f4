/* A node's own clock: fast, slow, put forward, put back; by chance, and at its ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/core/values.h"
#include "proto/core/drift.h"
#include "proto/fault/link.h"

static void one_that_was_never_told_is_the_clusters(void **state)
{
	const struct drift d = {0};

	(void)state;
	assert_int_equal(drift_own(&d, 0), 0);
	assert_int_equal(drift_own(&d, 12345), 12345);
	assert_int_equal(drift_world(&d, 12345), 12345);
	assert_int_equal(drift_ahead(&d, 12345), 0);
}

static void it_runs_fast_or_slow_from_where_it_is(void **state)
{
	struct drift d = {0};

	(void)state;
	drift_set(&d, 100, 3000, 0);
	assert_int_equal(drift_own(&d, 100), 100);
	assert_int_equal(drift_own(&d, 110), 130);
	assert_int_equal(drift_ahead(&d, 110), 20);
	assert_int_equal(drift_world(&d, 130), 110);
	assert_int_equal(drift_world(&d, 131), 111);
	drift_set(&d, 110, 500, 0);
	assert_int_equal(drift_own(&d, 110), 130);
	assert_int_equal(drift_own(&d, 150), 150);
	assert_int_equal(drift_ahead(&d, 150), 0);
	/* a jump leaves the rate as it is */
	drift_set(&d, 150, 0, 1000);
	assert_int_equal(d.rate, 500);
	assert_int_equal(drift_own(&d, 150), 1150);
	assert_int_equal(drift_own(&d, 152), 1151);
}

static void one_that_is_put_back_stands_still(void **state)
{
	struct drift d = {0};

	(void)state;
	drift_set(&d, 10, 0, -100);
	assert_int_equal(d.rate, DRIFT_TRUE);
	assert_int_equal(drift_own(&d, 10), 10);
	assert_int_equal(drift_own(&d, 110), 10);
	assert_int_equal(drift_own(&d, 111), 11);
	assert_int_equal(drift_ahead(&d, 20), -100);
	assert_int_equal(drift_ahead(&d, 200), -100);
	/* while it stands still: once more, and forward again, in part and whole */
	drift_set(&d, 60, 0, -100);
	assert_int_equal(drift_own(&d, 210), 10);
	assert_int_equal(drift_own(&d, 211), 11);
	drift_set(&d, 70, 0, 40);
	assert_int_equal(drift_own(&d, 170), 10);
	assert_int_equal(drift_own(&d, 171), 11);
	drift_set(&d, 70, 0, 160);
	assert_int_equal(drift_own(&d, 70), 70);
	assert_int_equal(drift_ahead(&d, 70), 0);
	/* a slow one stands still for longer */
	drift_set(&d, 100, 500, -50);
	assert_int_equal(drift_own(&d, 200), 100);
	assert_int_equal(drift_own(&d, 202), 101);
}

/* Whatever it is told: it never runs backwards, and the moment at which it shows something is the
 * first at which it does. */
static void it_never_runs_backwards(void **state)
{
	uint64_t draws = 7;

	(void)state;
	for (unsigned life = 0; life < 300; life++) {
		struct drift d = {0};
		time_us now = random_next(&draws) % 1000;

		for (unsigned turn = 0; turn < 20; turn++) {
			const time_us own = drift_own(&d, now);
			const uint32_t rate =
				random_next(&draws) % 3 == 0
					? 0
					: DRIFT_MIN +
						  (uint32_t)(random_next(&draws) %
							     (turn % 2 == 0 ? 3000 : DRIFT_MAX));
			const int64_t jump = (int64_t)(random_next(&draws) % 4000) - 2000;

			drift_set(&d, now, rate, jump);
			assert_true(drift_own(&d, now) >= own);
			for (unsigned look = 0; look < 20; look++) {
				const time_us later = now + random_next(&draws) % 5000;
				const time_us wanted =
					drift_own(&d, now) + 1 + random_next(&draws) % 5000;
				const time_us at = drift_world(&d, wanted);

				assert_true(drift_own(&d, later) >= drift_own(&d, now));
				assert_true(drift_own(&d, at) >= wanted);
				assert_true(drift_own(&d, at - 1) < wanted);
			}
			now += random_next(&draws) % 3000;
		}
	}
}

static void the_longest_times_are_told_right(void **state)
{
	struct drift d = {0};
	const time_us year = UINT64_C(365) * 24 * 3600 * 1000000;

	(void)state;
	drift_set(&d, year, DRIFT_MAX, DRIFT_JUMP_MAX_US);
	assert_int_equal(drift_own(&d, 2 * year), 101 * year + DRIFT_JUMP_MAX_US);
	assert_int_equal(drift_world(&d, 101 * year + DRIFT_JUMP_MAX_US), 2 * year);
	drift_set(&d, 2 * year, DRIFT_MIN, -DRIFT_JUMP_MAX_US);
	assert_int_equal(drift_own(&d, 2 * year + 1000 * (time_us)DRIFT_JUMP_MAX_US),
			 drift_own(&d, 2 * year));
	assert_int_equal(drift_own(&d, 2 * year + 1000 * (time_us)DRIFT_JUMP_MAX_US + 1000),
			 drift_own(&d, 2 * year) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_was_never_told_is_the_clusters),
		cmocka_unit_test(it_runs_fast_or_slow_from_where_it_is),
		cmocka_unit_test(one_that_is_put_back_stands_still),
		cmocka_unit_test(it_never_runs_backwards),
		cmocka_unit_test(the_longest_times_are_told_right),
	};

	return cmocka_run_group_tests_name("drift", tests, NULL, NULL);
}
