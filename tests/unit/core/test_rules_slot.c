/* The rules of a slot's own state in hardened mode: when a slot is touched, and what it forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

/* A node that spoke about a slot has touched it, so this node takes the slot for touched, too. */
static void a_slot_of_which_was_heard_is_touched(void **state)
{
	static const enum message_type words[] = {MSG_ECHO, MSG_ACCEPTED};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct message m = {.type = words[i],
					  .from = 3,
					  .to = set_of(SELF),
					  .ballot = at(1, 1),
					  .slot = 5,
					  .value = A,
					  .proof = 300};

		begin(4, MODE_MULTI, "sign+quorum+echo+cert");
		assert_int_equal(paxos_untouched(&p), 0);
		hear(&m);
		assert_int_equal(paxos_untouched(&p), 6);
		assert_false(paxos_set_policy(&p, 5, POLICY_NONE));
		assert_true(paxos_set_policy(&p, 6, POLICY_NONE));
	}
}

/* The place of a closed slot serves a later one, of which nothing was heard yet. */
static void nothing_that_was_heard_outlives_its_slot(void **state)
{
	static const char *const sets[] = {"none", "sign", "sign+quorum+echo+justify+cert"};
	const struct paxos_hard nothing = {.certs = 0};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin(4, MODE_MULTI, sets[i]);
		p.hard[0].echo[0] = p.hard[0].accepted[2] = (struct paxos_word){at(9, 1), B, 300};
		p.hard[0].echoed_at = p.hard[0].early_at = at(9, 1);
		p.hard[0].echoed = p.hard[0].early = B;
		p.open[0].chosen = A;
		p.open[0].chosen_at = at(1, 1);
		p.unresolved = 1;
		give((struct paxos_input){.kind = INPUT_START});
		assert_int_equal(p.base, 1);
		assert_int_equal(p.open[0].slot, SLOTS_OPEN_MAX);
		assert_memory_equal(&p.hard[0], &nothing, sizeof nothing);
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slot_of_which_was_heard_is_touched),
		TEST(nothing_that_was_heard_outlives_its_slot),
	};

	return cmocka_run_group_tests_name("rules of slots", tests, NULL, NULL);
}
