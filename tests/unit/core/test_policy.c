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
	static const char *const wrong[] = {"eco",      "quorum(f=", "quorum(f=)", "quorum(f=256)",
					    "quorum=0", "quorum(1",  "signs"};
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quorum_is_a_majority_unless_liars_are_to_be_outvoted),
		cmocka_unit_test(quorum_takes_the_f_to_tolerate),
		cmocka_unit_test(what_is_shown_is_read_back),
		cmocka_unit_test(what_is_not_a_defence_is_pointed_at),
		cmocka_unit_test(a_policy_knows_what_it_lacks_and_what_clashes),
		cmocka_unit_test(some_defences_hold_at_once_and_the_others_are_pinned),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
