/* Rules 4 and 5: an acceptor echoes one value in a ballot and slot, and votes on the Echoes of a
 * quorum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define ECHOED    "sign+quorum+echo+cert"
#define ECHO_SLOT 2

static void echo(node_id from, node_set to, struct ballot ballot, value_ref value)
{
	const struct message m = {.type = MSG_ECHO,
				  .from = from,
				  .to = to,
				  .ballot = ballot,
				  .slot = ECHO_SLOT,
				  .value = value,
				  .proof = 200u + from};

	hear(&m);
}

/* n1 asks n2 for A at 5.1, and n1, n2 and n3 echo that. */
static void vote_by_echoes(void)
{
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	assert_int_equal(sent(MSG_ECHO)->to, 0xf);
	assert_int_equal(sent(MSG_ECHO)->proof_list[0], 600);
	echo(SELF, 0xf, at(5, 1), A);
	echo(1, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_ACCEPTED), 1);
	assert_int_equal(sent(MSG_ACCEPTED)->to, 0xf);
}

static void a_vote_keeps_the_echoes_that_it_rests_on(void **state)
{
	(void)state;
	vote_by_echoes();
	assert_int_equal(p.hard[ECHO_SLOT].certs, 3);
	/* the owner's Accept, and the Echoes of the others */
	assert_int_equal(p.hard[ECHO_SLOT].cert[0], 600);
	assert_int_equal(p.hard[ECHO_SLOT].cert[1], 202);
	assert_int_equal(p.hard[ECHO_SLOT].cert[2], 203);
	for (unsigned i = 0; i < out.writes; i++)
		if (out.write[i].kind == WRITE_VOTE)
			assert_int_equal(out.write[i].proofs, 3);
}

static void an_owner_that_asks_for_two_values_is_echoed_once(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	assert_int_equal(told(EVENT_ECHOED), 1);
	assert_int_equal(event_of(EVENT_ECHOED)->slot, ECHO_SLOT);
	assert_int_equal(out.write[0].kind, WRITE_PROMISED);
	assert_int_equal(out.write[1].kind, WRITE_ECHO);
	assert_true(out.must_sync);
	hear_accept(ECHO_SLOT, B);
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_VOTED);
	assert_null(sent(MSG_ECHO));
	assert_int_equal(p.hard[ECHO_SLOT].echoed, A);
	/* the same Accept again is echoed again, and nothing is stored anew */
	hear_accept(ECHO_SLOT, A);
	assert_non_null(sent(MSG_ECHO));
	assert_int_equal(out.writes, 0);
	assert_false(out.must_sync);
}

static void an_accept_beyond_the_window_is_refused(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, "none");
	hear_accept(SLOTS_OPEN_MAX - 1, A);
	assert_int_equal(told(EVENT_ACCEPTED), 1);
	hear_accept(SLOTS_OPEN_MAX + 4, A);
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_AHEAD);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
}

/* An Echo to all that comes again asks for this node's words, which may have been lost. */
static void a_repeated_echo_is_answered_with_echo_and_vote(void **state)
{
	(void)state;
	vote_by_echoes();
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(out.sends, 2);
	assert_int_equal(sent(MSG_ECHO)->to, set_of(3));
	assert_int_equal(sent(MSG_ECHO)->value, A);
	assert_int_equal(sent(MSG_ECHO)->slot, ECHO_SLOT);
	assert_int_equal(ballot_cmp(sent(MSG_ECHO)->ballot, at(5, 1)), 0);
	assert_int_equal(sent(MSG_ACCEPTED)->slot, ECHO_SLOT);
	assert_int_equal(sent(MSG_ECHO)->proof_list[0], 600);
	assert_int_equal(sent(MSG_ACCEPTED)->to, set_of(3));
	assert_int_equal(sent(MSG_ACCEPTED)->value, A);
	assert_int_equal(ballot_cmp(sent(MSG_ACCEPTED)->ballot, at(5, 1)), 0);
	/* an answer to one node asks for nothing, nor does a node itself, nor another value */
	echo(3, set_of(SELF), at(5, 1), A);
	assert_int_equal(out.sends, 0);
	echo(SELF, 0xf, at(5, 1), A);
	assert_int_equal(out.sends, 0);
	echo(3, 0xf, at(5, 1), B);
	assert_int_equal(out.sends, 0);
	echo(3, 0xf, at(4, 1), A);
	assert_int_equal(out.sends, 0);
}

/* The first Echo of a ballot asks for nothing, whatever the node said before; nor does a liar that
 * echoes a second value. */
static void a_new_echo_gets_no_answer(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	echo(3, 0xf, at(4, 1), A);
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(out.sends, 0);
	echo(4, 0xf, at(5, 1), B);
	echo(4, 0xf, at(5, 1), A);
	assert_int_equal(out.sends + out.events, 0);
}

static void more_echoes_than_a_quorum_make_no_second_vote(void **state)
{
	(void)state;
	vote_by_echoes();
	echo(4, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_COUNTED), 1);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 4);
	assert_int_equal(out.sends + out.writes, 0);
}

static void echoes_count_only_where_they_are_asked_for(void **state)
{
	const struct message far = {.type = MSG_ECHO,
				    .from = 3,
				    .to = 0xf,
				    .ballot = at(5, 1),
				    .slot = SLOTS_OPEN_MAX,
				    .value = A,
				    .proof = 203};

	(void)state;
	begin(4, MODE_MULTI, "sign+quorum+cert");
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(out.events, 0);
	begin(4, MODE_MULTI, ECHOED);
	hear(&far);
	assert_int_equal(out.events, 0);
}

static void an_acceptor_without_a_vote_answers_a_repeated_echo_with_its_echo_only(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	echo(3, 0xf, at(5, 1), A);
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(out.sends, 1);
	assert_non_null(sent(MSG_ECHO));
}

static void echoes_below_the_promise_make_no_vote(void **state)
{
	const struct message prepare = {.type = MSG_PREPARE, .from = 3, .ballot = at(6, 3)};

	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	hear(&prepare);
	for (node_id from = 1; from <= 4; from++) {
		echo(from, 0xf, at(5, 1), A);
		assert_int_equal(told(EVENT_COUNTED), 1);
		assert_int_equal(told(EVENT_ACCEPTED), 0);
	}
}

static void echoes_of_two_values_do_not_add_up(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	echo(1, 0xf, at(5, 1), A);
	echo(3, 0xf, at(5, 1), B);
	echo(4, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 2);
	assert_int_equal(event_of(EVENT_COUNTED)->quorum, 3);
}

/* An Echo by n3 that carries an Accept: by whom it is said, for what. */
static void echo_of(node_id by, struct ballot ballot, slot_number slot, value_ref value)
{
	const struct message accept = {.type = MSG_ACCEPT,
				       .from = by,
				       .to = 0xf,
				       .ballot = ballot,
				       .slot = slot,
				       .value = value,
				       .proof = 600};
	const struct message m = {.type = MSG_ECHO,
				  .from = 3,
				  .to = 0xf,
				  .ballot = at(5, 1),
				  .slot = ECHO_SLOT,
				  .value = A,
				  .proof = 203,
				  .told = 1,
				  .tell = &accept};

	begin(4, MODE_MULTI, ECHOED);
	hear(&m);
}

static void the_owner_s_accept_is_its_echo(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	assert_int_equal(event_of(EVENT_COUNTED)->peer, 1);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 1);
	echo(SELF, 0xf, at(5, 1), A);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 2);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_ACCEPTED), 1);
	/* the owner says it once */
	begin(4, MODE_MULTI, ECHOED);
	hear_accept(ECHO_SLOT, A);
	echo(1, 0xf, at(5, 1), A);
	echo(3, 0xf, at(5, 1), A);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 2);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
}

/* An acceptor that never got the Accept votes with the others. */
static void an_echo_carries_the_owner_s_word(void **state)
{
	(void)state;
	echo_of(1, at(5, 1), ECHO_SLOT, A);
	assert_int_equal(p.hard[ECHO_SLOT].echo[0].proof, 600);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	echo(4, 0xf, at(5, 1), A);
	assert_int_equal(told(EVENT_ACCEPTED), 1);
}

static void an_echo_carries_no_other_word(void **state)
{
	(void)state;
	const struct {
		node_id by;
		struct ballot ballot;
		slot_number slot;
		value_ref value;
	} other[] = {{4, at(5, 1), ECHO_SLOT, A},
		     {1, at(4, 1), ECHO_SLOT, A},
		     {1, at(5, 1), ECHO_SLOT + 1, A},
		     {1, at(5, 1), ECHO_SLOT, B}};
	for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		echo_of(other[i].by, other[i].ballot, other[i].slot, other[i].value);
		for (unsigned k = 0; k < 4; k++)
			assert_int_equal(p.hard[ECHO_SLOT].echo[k].value != VALUE_NONE, k == 2);
		assert_int_equal(p.hard[ECHO_SLOT + 1].echo[0].value, VALUE_NONE);
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vote_keeps_the_echoes_that_it_rests_on),
		TEST(an_owner_that_asks_for_two_values_is_echoed_once),
		TEST(an_accept_beyond_the_window_is_refused),
		TEST(a_repeated_echo_is_answered_with_echo_and_vote),
		TEST(a_new_echo_gets_no_answer),
		TEST(more_echoes_than_a_quorum_make_no_second_vote),
		TEST(echoes_count_only_where_they_are_asked_for),
		TEST(an_acceptor_without_a_vote_answers_a_repeated_echo_with_its_echo_only),
		TEST(echoes_below_the_promise_make_no_vote),
		TEST(echoes_of_two_values_do_not_add_up),
		TEST(the_owner_s_accept_is_its_echo),
		TEST(an_echo_carries_the_owner_s_word),
		TEST(an_echo_carries_no_other_word),
	};

	return cmocka_run_group_tests_name("rules of echoes", tests, NULL, NULL);
}
