/* Rule 6: a decision is proven by the votes of a quorum in one ballot, and by these votes for good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

/* What proves a decision is kept as it was when it was known. */
static void later_votes_do_not_change_the_certificate_of_a_decision(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, "sign+quorum+cert");
	/* slot 1 stays open behind a gap */
	for (node_id from = 1; from <= 4; from++) {
		const struct message m = {.type = MSG_ACCEPTED,
					  .from = from,
					  .ballot = at(5, 1),
					  .slot = 1,
					  .value = A,
					  .proof = 300u + from};
		hear(&m);
		assert_int_equal(told(EVENT_CHOSEN), from == 3);
	}
	const struct message later = {.type = MSG_ACCEPTED,
				      .from = 1,
				      .ballot = at(6, 3),
				      .slot = 1,
				      .value = A,
				      .proof = 400};
	hear(&later);
	const struct message sync = {.type = MSG_SYNC, .from = 4, .ask = set_of(SELF)};
	hear(&sync);
	const struct message *commit = sent(MSG_COMMIT);
	assert_int_equal(commit->proofs, 3);
	assert_int_equal(commit->proof_list[0], 301);
	assert_int_equal(commit->proof_list[1], 302);
	assert_int_equal(commit->proof_list[2], 303);
	assert_int_equal(ballot_cmp(commit->ballot, at(5, 1)), 0);
}

/* A decision above a gap that was read back from the store is told with the proof that was stored,
 * under `cert` only. */
static void a_decision_that_was_read_back_brings_the_proof_that_was_stored(void **state)
{
	static const char *const policies[] = {"sign+quorum+cert", "sign+quorum"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(4, MODE_MULTI, policies[i]);
		paxos_restore_chosen(&p, 2, at(5, 1), A);
		paxos_restore_chosen_cert(&p, 2, 900);
		paxos_restore_chosen_cert(&p, SLOTS_OPEN_MAX, 901);
		hear(&(struct message){.type = MSG_SYNC, .from = 4, .ask = set_of(SELF)});
		assert_int_equal(sent(MSG_COMMIT)->slot, 2);
		assert_int_equal(sent(MSG_COMMIT)->proofs, i == 0);
		if (i == 0)
			assert_int_equal(sent(MSG_COMMIT)->proof_list[0], 900);
	}
}

/* Every voter has its place, the last node too. */
static void the_votes_of_any_quorum_are_a_certificate(void **state)
{
	(void)state;
	for (node_id without = 1; without <= 4; without++) {
		node_set by = 0;

		begin(4, MODE_MULTI, "sign+quorum+cert");
		for (node_id from = 1; from <= 4; from++) {
			const struct message m = {.type = MSG_ACCEPTED,
						  .from = from,
						  .ballot = at(5, 1),
						  .slot = 1,
						  .value = A,
						  .proof = 300u + from};
			if (from != without) {
				hear(&m);
				assert_int_equal(event_of(EVENT_COUNTED)->slot, 1);
				assert_int_equal(event_of(EVENT_COUNTED)->peer, from);
			}
		}
		assert_int_equal(out.write[0].kind, WRITE_CHOSEN);
		assert_int_equal(out.write[0].proofs, 3);
		for (unsigned i = 0; i < 3; i++)
			by |= set_of((node_id)(out.write[0].proof_list[i] - 300));
		assert_int_equal(by, 0xf & ~set_of(without));
	}
}

/* What is told again to those that did not answer is proven by the votes for just that. */
static void a_decision_that_is_told_again_brings_its_own_votes_only(void **state)
{
	(void)state;
	begin(7, MODE_SINGLE, "sign+cert");
	propose(A);
	for (node_id from = 1; from <= 4; from++) {
		const struct message m = {.type = MSG_PROMISE,
					  .from = from,
					  .ballot = p.ballot,
					  .proof = 100u + from};
		hear(&m);
	}
	assert_int_equal(p.role, ROLE_LEADING);
	for (node_id from = 1; from <= 6; from++) {
		const struct message m = {.type = MSG_ACCEPTED,
					  .from = from,
					  .ballot = from == 1 ? at(0, 7) : p.ballot,
					  .value = from == 3 ? B : A,
					  .proof = 300u + from};
		hear(&m);
	}
	assert_int_equal(told(EVENT_CHOSEN), 1);
	wake();
	assert_int_equal(sent(MSG_COMMIT)->to, 0x45);
	assert_int_equal(sent(MSG_COMMIT)->proofs, 4);
	static const proof_ref votes[] = {302, 304, 305, 306};
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(sent(MSG_COMMIT)->proof_list[i], votes[i]);
}

static void commit_with(slot_number slot, unsigned votes, struct message *m, struct message *list)
{
	*m = (struct message){.type = MSG_COMMIT,
			      .from = 3,
			      .ballot = at(5, 1),
			      .slot = slot,
			      .value = A,
			      .told = (uint16_t)votes,
			      .tell = list};
	for (unsigned i = 0; i < votes; i++)
		list[i] = (struct message){.type = MSG_ACCEPTED,
					   .from = (node_id)(i + 1),
					   .ballot = at(5, 1),
					   .slot = slot,
					   .value = A,
					   .proof = 301u + i};
}

static void a_commit_is_believed_with_a_quorum_of_votes_for_just_this(void **state)
{
	struct message m, list[4];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		begin(4, MODE_MULTI, "sign+quorum+cert");
		commit_with(1, i == 5 ? 2 : 3, &m, list);
		if (i == 1)
			list[1].from = 1;
		if (i == 2)
			list[1].value = B;
		if (i == 3)
			list[1].ballot = at(4, 1);
		if (i == 4)
			list[1].slot = 0;
		hear(&m);
		assert_int_equal(told(EVENT_CHOSEN), i == 0);
		assert_int_equal(told(EVENT_REFUSED), i != 0);
		if (i != 0)
			assert_int_equal(event_of(EVENT_REFUSED)->why, REFUSE_UNJUSTIFIED);
	}
}

/* A second Commit, with other votes, leaves those that proved the first. */
static void a_second_commit_does_not_change_the_certificate(void **state)
{
	struct message m, list[4];

	(void)state;
	begin(4, MODE_MULTI, "sign+quorum+cert");
	commit_with(1, 3, &m, list);
	hear(&m);
	list[0].from = 4;
	list[0].proof = 304;
	hear(&m);
	assert_int_equal(p.hard[1].accepted[0].proof, 301);
	assert_int_equal(p.hard[1].accepted[3].proof, PROOF_NONE);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(later_votes_do_not_change_the_certificate_of_a_decision),
		TEST(a_decision_that_was_read_back_brings_the_proof_that_was_stored),
		TEST(the_votes_of_any_quorum_are_a_certificate),
		TEST(a_decision_that_is_told_again_brings_its_own_votes_only),
		TEST(a_commit_is_believed_with_a_quorum_of_votes_for_just_this),
		TEST(a_second_commit_does_not_change_the_certificate),
	};

	return cmocka_run_group_tests_name("rules of decisions", tests, NULL, NULL);
}
