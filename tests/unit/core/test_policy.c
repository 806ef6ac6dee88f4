/* Policies: quorums, names, prerequisites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/policy.h"

static policy_id parse(const char *text)
{
	const char *bad;
	size_t length;
	policy_id policy;

	assert_true(policy_parse(text, &policy, &bad, &length));
	return policy;
}

static void a_quorum_is_a_majority_unless_liars_are_to_be_outvoted(void **state)
{
	static const unsigned majority[] = {1, 2, 2, 3, 3, 4, 4, 5, 5, 6};
	static const unsigned byzantine[] = {1, 2, 2, 3, 4, 4, 5, 6, 6, 7};

	(void)state;
	for (unsigned n = 1; n <= 10; n++) {
		unsigned q = policy_quorum(DEFENCE_QUORUM, n);
		unsigned f = policy_f(DEFENCE_QUORUM, n);

		assert_int_equal(policy_quorum(POLICY_NONE, n), majority[n - 1]);
		assert_int_equal(q, byzantine[n - 1]);
		/* Any two quorums share an honest node, and the honest alone are one. */
		assert_true(2 * q - n > f);
		assert_true(q <= n - f);
	}
}

static void quorum_takes_the_f_to_tolerate(void **state)
{
	(void)state;
	assert_int_equal(policy_quorum(parse("quorum(f=1)"), 3), 3);
	assert_int_equal(policy_quorum(parse("quorum=2"), 5), 4);
	assert_int_equal(policy_quorum(parse("quorum(2)"), 7), 5);
	assert_int_equal(policy_quorum(parse("quorum(f=200)"), 7), 7);
	assert_int_equal(parse("quorum(f=255)"), DEFENCE_QUORUM | 255u << POLICY_F_SHIFT);
	assert_int_equal(parse("quorum(f=10)"), DEFENCE_QUORUM | 10u << POLICY_F_SHIFT);
	assert_int_equal(parse("quorum(f=09)"), DEFENCE_QUORUM | 9u << POLICY_F_SHIFT);
	/* the last word counts */
	assert_int_equal(parse("quorum(f=3)+quorum(f=2)"), parse("quorum(f=2)"));
}

static void what_is_shown_is_read_back(void **state)
{
	char shown[POLICY_SHOWN_MAX];

	(void)state;
	for (policy_id policy = 0; policy < 1u << DEFENCES; policy++) {
		policy_show(policy, shown);
		assert_int_equal(parse(shown), policy);
	}
	policy_show(parse("sign+quorum(f=1)+echo"), shown);
	assert_string_equal(shown, "sign+quorum(f=1)+echo");
	policy_show(parse("sign, reject budget"), shown);
	assert_string_equal(shown, "origin");
}

static void what_is_not_a_defence_is_pointed_at(void **state)
{
	static const char *const wrong[] = {
		"eco",
		"quorum(f=",
		"quorum(f=)",
		"quorum(f=256)",
		"quorum=0",
		"quorum(1",
		"signs",
		"quorum(f=1x)",
		"quorum(f=/)",
		"quorum(f=:)",
		"quorum=",
		"quorum(f=1)x",
		"quorum(f=999)",
		"quorum=1)",
		"quorum(f=4294967297)",
		"quorum(f=2551)",
		"quorum(f=2560)",
		"si",
	};
	const char *bad;
	size_t length;
	policy_id policy;

	(void)state;
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char text[64] = "sign+";

		strcat(text, wrong[i]);
		assert_false(policy_parse(text, &policy, &bad, &length));
		assert_int_equal(length, strlen(wrong[i]));
		assert_ptr_equal(bad, text + 5);
	}
}

static void a_policy_knows_what_it_lacks_and_what_clashes(void **state)
{
	policy_id policy;

	(void)state;
	for (unsigned i = 0; policy_preset(i, &policy) != NULL; i++) {
		assert_int_equal(policy_missing(policy), 0);
		assert_int_equal(policy_clash(policy), 0);
		assert_true(policy_is_known(policy));
	}
	assert_int_equal(policy_missing(parse("echo+quorum")), DEFENCE_SIGN);
	assert_int_equal(policy_clash(parse("all+reject")), DEFENCE_REJECT | DEFENCE_JUSTIFY);
	assert_false(policy_is_known(1u << DEFENCES));
	assert_false(policy_is_known(1u << POLICY_F_SHIFT));
	assert_false(policy_is_known(1u << 24 | DEFENCE_QUORUM));
}

static void some_defences_hold_at_once_and_the_others_are_pinned(void **state)
{
	(void)state;
	assert_int_equal(policy_mix(parse("sign"), parse("all")),
			 parse("sign+window+lease+quarantine"));
	assert_int_equal(policy_mix(parse("all"), parse("none")),
			 parse("sign+quorum+echo+justify+cert"));
}

static policy_id bit_of(unsigned defence)
{
	return (policy_id)1 << defence;
}

/* Every policy that can be, with and without an f. */
static bool next_policy(policy_id *policy)
{
	const policy_id f = *policy >> POLICY_F_SHIFT;

	if (policy_has(*policy, DEFENCE_QUORUM) && f < 2) {
		*policy = (*policy & 0xffff) | (f == 0 ? 1u : POLICY_F_MAX) << POLICY_F_SHIFT;
		return true;
	}
	*policy = (*policy & 0xffff) + 1;
	return *policy < 1u << DEFENCES;
}

static void a_toggle_changes_one_row_and_keeps_f_only_with_quorum(void **state)
{
	policy_id policy = 0;

	(void)state;
	do
		for (unsigned i = 0; i < DEFENCES; i++) {
			const policy_id after = policy_toggled(policy, i);
			const policy_id f = after >> POLICY_F_SHIFT;

			assert_true(policy_is_known(policy));
			assert_true(policy_is_known(after));
			assert_int_equal((after ^ policy) & 0xffff, bit_of(i));
			assert_int_equal(f, policy_has(after, DEFENCE_QUORUM)
						    ? policy >> POLICY_F_SHIFT
						    : 0);
		}
	while (next_policy(&policy));
}

/* What a row needs, and what needs it, alone: found by asking what is missing. */
static policy_id needs_of(unsigned defence)
{
	return policy_missing(bit_of(defence));
}

static bool do_clash(unsigned a, unsigned b)
{
	return policy_clash(bit_of(a) | bit_of(b)) != 0;
}

static void a_switch_takes_along_what_it_must_and_nothing_else(void **state)
{
	policy_id policy = 0;

	(void)state;
	do
		for (unsigned i = 0; i < DEFENCES; i++) {
			const policy_id after = policy_switched(policy, i, 4);
			const bool on = (after & bit_of(i)) != 0;

			assert_int_not_equal(on, (policy & bit_of(i)) != 0);
			assert_true(policy_is_known(after));
			if (policy_missing(policy) != 0 || policy_clash(policy) != 0)
				continue;
			assert_int_equal(policy_missing(after), 0);
			assert_int_equal(policy_clash(after), 0);
			for (unsigned k = 0; k < DEFENCES; k++) {
				const bool was = (policy & bit_of(k)) != 0;
				const bool is = (after & bit_of(k)) != 0;

				if (k == i || was == is)
					continue;
				if (is)
					assert_true(on && (needs_of(i) & bit_of(k)) != 0);
				else
					assert_true(on ? do_clash(i, k)
						       : (needs_of(k) & bit_of(i)) != 0);
			}
		}
	while (next_policy(&policy));
}

/* Where a third of n is no whole liar, a quorum is made to bear one all the same. */
static void a_quorum_that_is_switched_on_bears_a_liar(void **state)
{
	unsigned quorum = 0;

	(void)state;
	while (bit_of(quorum) != DEFENCE_QUORUM)
		quorum++;
	for (unsigned n = 1; n <= 31; n++) {
		const policy_id after = policy_switched(POLICY_NONE, quorum, n);

		assert_int_equal(after >> POLICY_F_SHIFT, n > 1 && n < 4 ? 1 : 0);
		assert_int_equal(policy_switched(after, quorum, n), POLICY_NONE);
	}
	assert_int_equal(
		policy_switched(DEFENCE_QUORUM | 3u << POLICY_F_SHIFT | DEFENCE_REJECT, quorum, 7),
		DEFENCE_REJECT);
}

static void known_are_the_rows_and_an_f_with_quorum(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++)
		for (unsigned quorum = 0; quorum < 2; quorum++) {
			const policy_id policy =
				(policy_id)1 << bit | (quorum ? DEFENCE_QUORUM : 0);
			const bool is_f = bit >= POLICY_F_SHIFT && bit < POLICY_F_SHIFT + 8;

			assert_int_equal(policy_is_known(policy),
					 bit < DEFENCES || (is_f && quorum == 1));
		}
	assert_true(policy_is_known(DEFENCE_QUORUM | (policy_id)POLICY_F_MAX << POLICY_F_SHIFT));
	assert_int_equal(policy_f(DEFENCE_QUORUM, 0), 0);
	assert_int_equal(policy_f((policy_id)POLICY_F_MAX << POLICY_F_SHIFT, 5), POLICY_F_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quorum_is_a_majority_unless_liars_are_to_be_outvoted),
		cmocka_unit_test(quorum_takes_the_f_to_tolerate),
		cmocka_unit_test(what_is_shown_is_read_back),
		cmocka_unit_test(what_is_not_a_defence_is_pointed_at),
		cmocka_unit_test(a_policy_knows_what_it_lacks_and_what_clashes),
		cmocka_unit_test(a_toggle_changes_one_row_and_keeps_f_only_with_quorum),
		cmocka_unit_test(a_switch_takes_along_what_it_must_and_nothing_else),
		cmocka_unit_test(a_quorum_that_is_switched_on_bears_a_liar),
		cmocka_unit_test(known_are_the_rows_and_an_f_with_quorum),
		cmocka_unit_test(some_defences_hold_at_once_and_the_others_are_pinned),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
