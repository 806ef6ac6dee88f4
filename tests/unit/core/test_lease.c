/* `lease`: whom an acceptor refuses while it is leased to another proposer, and for how long who
 * wasted a lease cools down. One node, n2 of five, under single messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lone_node.h"

#define A ((value_ref)2)

static time_us lease_us; /* how long a lease lasts */

static void begin_under(const char *policy)
{
	begin(5, MODE_SINGLE, policy);
	lease_us = p.config.resend_us;
}

static void tell(struct message m)
{
	m.to = set_of(SELF);
	hear(&m);
}

/* REFUSE_NOTHING: it promised. */
static enum refusal prepare(node_id from, uint32_t round)
{
	tell((struct message){.type = MSG_PREPARE, .from = from, .ballot = {round, from}});
	assert_int_equal(out.sends, 1);
	assert_int_equal(out.send[0].to, set_of(from));
	return out.send[0].type == MSG_NACK ? out.send[0].why : REFUSE_NOTHING;
}

static void chosen(node_id owner, uint32_t round)
{
	tell((struct message){.type = MSG_COMMIT,
			      .from = owner,
			      .ballot = {round, owner},
			      .slot = p.base,
			      .value = A});
}

static void who_holds_the_lease_keeps_others_out_until_it_ends(void **state)
{
	(void)state;
	begin_under("sign+lease");
	const time_us since = p.now;
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	assert_int_equal(prepare(3, 2), REFUSE_BUSY);
	p.now = since + lease_us - 1;
	assert_int_equal(prepare(3, 2), REFUSE_BUSY);
	p.now = since + lease_us;
	assert_int_equal(prepare(3, 2), REFUSE_NOTHING);
	assert_int_equal(p.lease.ballot.node, 3);
	assert_int_equal(p.lease.until, p.now + lease_us);
}

static void without_the_defence_nobody_is_kept_out(void **state)
{
	(void)state;
	begin_under("sign");
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	assert_int_equal(prepare(3, 2), REFUSE_NOTHING);
	assert_true(ballot_is_none(p.lease.ballot));
	chosen(3, 2);
	assert_int_equal(p.lease.wasted[2], 0);
}

/* Where rounds are slow, a lease of a usual link's length would end before its holder can win. */
static void a_lease_lasts_as_long_as_a_ballot_takes_here(void **state)
{
	(void)state;
	begin_under("sign+lease");
	p.round = (struct paxos_round){.measured = true, .mean_us = 100000, .deviation_us = 10000};
	const time_us since = p.now;
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	p.now = since + 340000 - 1;
	assert_int_equal(prepare(3, 2), REFUSE_BUSY);
	p.now = since + 340000;
	assert_int_equal(prepare(3, 2), REFUSE_NOTHING);
	assert_int_equal(p.lease.cool_until[0], since + 2 * 340000);
	/* a liar cannot make it longer than an outage */
	p.round.mean_us = 800000;
	p.now = p.lease.cool_until[0] + 1000000;
	const time_us again = p.now;
	assert_int_equal(prepare(1, 3), REFUSE_NOTHING);
	assert_int_equal(p.lease.until, again + ROUND_US_MAX);
}

/* A second ballot within one's own lease is granted, but does not make it longer. */
static void a_lease_is_not_made_longer_by_its_holder(void **state)
{
	(void)state;
	begin_under("sign+lease");
	const time_us since = p.now;
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	p.now += 1000;
	assert_int_equal(prepare(1, 2), REFUSE_NOTHING);
	assert_int_equal(p.lease.until, since + lease_us);
	assert_int_equal(p.lease.ballot.round, 2);
}

/* T0, 2 T0, 4 T0, 8 T0, and not more. */
static void who_wastes_a_lease_cools_down_twice_as_long_each_time(void **state)
{
	uint32_t round = 0;

	(void)state;
	begin_under("sign+lease");
	for (unsigned i = 0; i < 6; i++) {
		const time_us cool_us = lease_us << (i < 3 ? i : 3);

		assert_int_equal(prepare(1, ++round), REFUSE_NOTHING);
		const time_us ended = p.now + lease_us;
		p.now = ended;
		assert_int_equal(prepare(1, ++round), REFUSE_BUSY);
		assert_int_equal(p.lease.cool_until[0], ended + cool_us);
		assert_int_equal(p.lease.wasted[0], i < 3 ? i + 1 : 3);
		/* nobody else is charged, and everybody else may try */
		for (unsigned other = 1; other < 5; other++) {
			assert_int_equal(p.lease.cool_until[other], 0);
			assert_int_equal(p.lease.wasted[other], 0);
		}
		p.now = ended + cool_us - 1;
		assert_int_equal(prepare(1, ++round), REFUSE_BUSY);
		p.now = ended + cool_us;
	}
	assert_int_equal(prepare(3, ++round), REFUSE_NOTHING);
}

/* A lease that ends is charged when anybody asks, however much later. */
static void a_wasted_lease_is_charged_once(void **state)
{
	(void)state;
	begin_under("sign+lease");
	const time_us since = p.now;
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	p.now = since + 10 * lease_us;
	assert_int_equal(prepare(3, 2), REFUSE_NOTHING);
	assert_int_equal(p.lease.wasted[0], 1);
	assert_int_equal(p.lease.cool_until[0], since + 2 * lease_us);
	assert_int_equal(prepare(4, 3), REFUSE_BUSY);
	assert_int_equal(p.lease.wasted[0], 1);
	assert_int_equal(p.lease.wasted[2], 0);
}

static void what_is_chosen_at_its_ballot_ends_the_lease_and_pays_for_the_wasted_ones(void **state)
{
	(void)state;
	begin_under("sign+lease");
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	p.now += lease_us;
	assert_int_equal(prepare(3, 2), REFUSE_NOTHING);
	assert_int_equal(p.lease.wasted[0], 1);
	/* something of another ballot ends n3's lease not */
	chosen(1, 1);
	assert_int_equal(p.lease.wasted[0], 0);
	assert_int_equal(p.lease.cool_until[0], 0);
	assert_int_equal(p.lease.ballot.node, 3);
	assert_int_equal(prepare(1, 3), REFUSE_BUSY);
	chosen(3, 2);
	assert_true(ballot_is_none(p.lease.ballot));
	assert_int_equal(prepare(1, 3), REFUSE_NOTHING);
}

/* Whoever is leased to another proposer waits before it prepares itself. */
static void a_proposer_waits_for_the_end_of_the_lease_that_it_gave(void **state)
{
	(void)state;
	begin_under("sign+lease");
	const time_us since = p.now;
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	p.now += 1000;
	propose(A);
	assert_int_equal(out.sends, 0);
	assert_int_equal(p.role, ROLE_WAITING);
	assert_int_equal(out.wake_at, since + lease_us);
	wake();
	assert_int_equal(p.role, ROLE_PREPARING);
	/* the lease that ended was charged to its holder */
	assert_int_equal(p.lease.wasted[0], 1);
}

/* Its own proposals a node always promises to itself, and it charges itself nothing. */
static void a_proposer_leases_itself_to_itself_and_is_never_charged(void **state)
{
	(void)state;
	begin_under("sign+lease");
	propose(A);
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(p.lease.ballot.node, SELF);
	assert_int_equal(prepare(3, 5), REFUSE_BUSY);
	p.now += lease_us;
	assert_int_equal(prepare(3, 5), REFUSE_NOTHING);
	assert_int_equal(p.lease.wasted[SELF - 1], 0);
	assert_int_equal(p.lease.cool_until[SELF - 1], 0);
}

/* A ballot that has lost gives the lease back at once: others may try. */
static void a_proposer_that_has_lost_gives_its_own_lease_back(void **state)
{
	(void)state;
	begin_under("sign+lease");
	propose(A);
	for (node_id from = 3; from <= 5; from++)
		tell((struct message){.type = MSG_NACK,
				      .from = from,
				      .ballot = p.ballot,
				      .promised = {4, 3},
				      .why = REFUSE_PROMISED});
	assert_int_equal(p.role, ROLE_WAITING);
	assert_true(ballot_is_none(p.lease.ballot));
	assert_int_equal(prepare(3, 5), REFUSE_NOTHING);
}

/* To be preempted costs others nothing, and takes nothing from the lease of another. */
static void a_proposer_that_has_lost_keeps_the_lease_that_it_gave_to_another(void **state)
{
	(void)state;
	begin_under("sign+lease");
	propose(A);
	p.now += lease_us;
	assert_int_equal(prepare(3, 5), REFUSE_NOTHING);
	assert_int_equal(p.role, ROLE_WAITING);
	assert_int_equal(p.lease.ballot.node, 3);
	assert_int_equal(prepare(4, 6), REFUSE_BUSY);
}

/* A lease that was given while the defence was on binds nobody when it is off. */
static void when_the_defence_is_switched_off_nobody_waits_or_is_charged(void **state)
{
	(void)state;
	begin_under("sign+lease");
	assert_int_equal(prepare(1, 1), REFUSE_NOTHING);
	assert_true(paxos_set_policy(&p, 0, policy_of("sign")));
	p.now += 1000;
	propose(A);
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(prepare(3, 5), REFUSE_NOTHING);
	p.now += lease_us;
	assert_int_equal(prepare(4, 6), REFUSE_NOTHING);
	assert_int_equal(p.lease.wasted[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_holds_the_lease_keeps_others_out_until_it_ends),
		cmocka_unit_test(without_the_defence_nobody_is_kept_out),
		cmocka_unit_test(a_lease_lasts_as_long_as_a_ballot_takes_here),
		cmocka_unit_test(a_lease_is_not_made_longer_by_its_holder),
		cmocka_unit_test(who_wastes_a_lease_cools_down_twice_as_long_each_time),
		cmocka_unit_test(a_wasted_lease_is_charged_once),
		cmocka_unit_test(
			what_is_chosen_at_its_ballot_ends_the_lease_and_pays_for_the_wasted_ones),
		cmocka_unit_test(a_proposer_waits_for_the_end_of_the_lease_that_it_gave),
		cmocka_unit_test(a_proposer_leases_itself_to_itself_and_is_never_charged),
		cmocka_unit_test(a_proposer_that_has_lost_gives_its_own_lease_back),
		cmocka_unit_test(a_proposer_that_has_lost_keeps_the_lease_that_it_gave_to_another),
		cmocka_unit_test(when_the_defence_is_switched_off_nobody_waits_or_is_charged),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
