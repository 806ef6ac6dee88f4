/* Every attack keeps its row's word: it breaks what it says it breaks, and not with the defences
 * that its row names. And a liar is a member like any other as soon as it is disarmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/attack_tools.h"
#include "tests/support/trials.h"

#define SEEDS 120

static void an_attack_breaks_what_its_row_says(void **state)
{
	static const enum trial_state wanted[] = {
		[BREAKS_NOTHING] = TRIAL_HELD,
		[BREAKS_AGREEMENT] = TRIAL_BROKEN,
		[BREAKS_PROGRESS] = TRIAL_STALLED,
	};

	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		struct matrix_result r = trials_run(1u << bit, "none", 5, 1, SEEDS);

		if (r.result != wanted[attack_breaks(bit)])
			fail_msg("%s without defences: %s, seed %llu: %s", attack_name(bit),
				 trial_state_name(r.result), (unsigned long long)r.replay, r.why);
	}
	(void)state;
}

static void the_defences_of_its_row_stop_it(void **state)
{
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		struct matrix_result r = trials_run(1u << bit, attack_stopped_by(bit), 5, 1, SEEDS);

		if (r.result != TRIAL_HELD)
			fail_msg("%s with %s: %s, seed %llu: %s", attack_name(bit),
				 attack_stopped_by(bit), trial_state_name(r.result),
				 (unsigned long long)r.replay, r.why);
		assert_int_equal(r.seeds, SEEDS);
	}
	(void)state;
}

static void attacks_have_names(void **state)
{
	char shown[ATTACKS_SHOWN_MAX];

	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		assert_int_equal(attack_find(attack_name(bit), strlen(attack_name(bit))), bit);
		assert_true(strlen(attack_help(bit)) > 0);
		assert_true(strlen(attack_aim(bit)) > 0);
		assert_non_null(attack_parameters(bit));
		assert_non_null(attack_stopped_by(bit));
	}
	assert_null(attack_help(ATTACKS));
	assert_null(attack_aim(ATTACKS));
	assert_null(attack_parameters(ATTACKS));
	assert_null(attack_stopped_by(ATTACKS));
	assert_int_equal(attack_find("nonsense", 8), ATTACKS);
	assert_null(attack_name(ATTACKS));
	attacks_show(0, shown);
	assert_string_equal(shown, "none");
	attacks_show(ATTACK_CLIMB | ATTACK_MUTE, shown);
	assert_string_equal(shown, "climb+mute");
	attacks_show(ATTACKS_ALL, shown);
	assert_true(strlen(shown) < sizeof shown - 1);
	(void)state;
}

/* A liar without a member: what it would send is written down here. */
struct desk {
	struct liar liar;
	struct paxos paxos;
	struct paxos_output scratch;
	uint8_t table[65536];
	struct values *values;
	unsigned sent, bytes, lies;
	struct message last;
};

static policy_id no_policy(void *member, slot_number slot)
{
	(void)member;
	(void)slot;
	return POLICY_NONE;
}

static proof_ref note_message(void *member, const struct message *m)
{
	struct desk *d = member;

	d->sent++;
	d->last = *m;
	return PROOF_NONE;
}

static void note_bytes(void *member, node_set to, const uint8_t *bytes, size_t length)
{
	struct desk *d = member;

	assert_true(length > 0 && bytes != NULL && to != 0);
	d->bytes++;
}

static bool accuse_nobody(void *member, unsigned how, node_set to)
{
	(void)member;
	(void)how;
	(void)to;
	return false;
}

static void note_event(void *member, const struct event *e)
{
	assert_int_equal(e->kind, EVENT_LIED);
	((struct desk *)member)->lies++;
}

static struct desk *open_desk(uint32_t attacks, bool *armed)
{
	static struct desk d;
	const struct paxos_config config = paxos_config_default(3, 3, MODE_SINGLE);
	const struct liar_means means = {
		.member = &d,
		.paxos = &d.paxos,
		.values = values_init(d.table, 64, 4096),
		.scratch = &d.scratch,
		.policy = no_policy,
		.send = note_message,
		.send_again = note_bytes,
		.send_bytes = note_bytes,
		.accuse = accuse_nobody,
		.tell = note_event,
	};
	const struct attack_order order = {.attacks = attacks, .seed = 1};

	d.sent = d.bytes = d.lies = 0;
	d.values = means.values;
	paxos_init(&d.paxos, &config);
	liar_init(&d.liar);
	*armed = liar_arm(&d.liar, &means, &order, 0);
	return &d;
}

static void what_is_no_attack_cannot_be_armed(void **state)
{
	bool armed;
	struct desk *d = open_desk((uint32_t)1 << ATTACKS, &armed);

	assert_false(armed);
	assert_false(liar_is_armed(&d->liar));
	(void)state;
}

static void the_mute_say_nothing_and_the_garbled_no_message(void **state)
{
	bool armed;
	const struct message m = {
		.type = MSG_SYNC, .from = 3, .to = set_of(1) | set_of(2), .slot = 0};
	struct desk *d = open_desk(ATTACK_MUTE, &armed);

	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->sent, 0);
	assert_int_equal(d->lies, 1);
	d = open_desk(ATTACK_GARBLE, &armed);
	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->sent, 0);
	assert_int_equal(d->bytes, 1);
	(void)state;
}

static void two_halves_hear_a_value_and_its_twin(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACK_EQUIVOCATE, &armed);
	struct message m = {
		.type = MSG_ACCEPT, .from = 3, .to = set_of(1) | set_of(2), .ballot = {1, 3}};
	uint32_t length;

	m.value = values_intern(d->values, (const uint8_t *)"A", 1);
	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->sent, 2);
	assert_int_equal(d->last.to, set_of(1));
	assert_int_equal(d->last.value, m.value);
	value_ref twin = liar_twin(&d->liar, m.value);
	assert_memory_equal(values_bytes(d->values, twin, &length), "A'", 2);
	(void)state;
}

static void from_a_round_on_it_lies_and_below_it_does_not(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACK_EQUIVOCATE, &armed);
	struct message m = {
		.type = MSG_ACCEPT, .from = 3, .to = set_of(1) | set_of(2), .ballot = {4, 3}};

	d->liar.order.from_round = 5;
	m.value = values_intern(d->values, (const uint8_t *)"A", 1);
	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->sent, 1);
	m.ballot.round = 5;
	liar_out(&d->liar, &m, 6);
	assert_int_equal(d->sent, 3);
	(void)state;
}

static void who_announces_what_nobody_voted_for_hides_its_own_vote(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACK_FALSE_COMMIT, &armed);
	struct message m = {.type = MSG_ACCEPT, .from = 3, .to = set_of(1) | set_of(2)};
	struct claim claim[2] = {{.slot = 0, .ballot = {1, 3}}, {.slot = 1, .ballot = {1, 3}}};

	m.ballot = claim[0].ballot;
	m.value = values_intern(d->values, (const uint8_t *)"A", 1);
	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->last.type, MSG_COMMIT);
	assert_int_equal(d->sent, 1);
	m.type = MSG_ACCEPTED;
	liar_out(&d->liar, &m, 5);
	assert_int_equal(d->sent, 1);
	/* a vote that others may have cast too is told */
	m = (struct message){.type = MSG_PROMISE, .from = 3, .to = set_of(1), .ballot = {2, 1}};
	m.claim = claim;
	m.claims = 2;
	liar_out(&d->liar, &m, 6);
	assert_int_equal(d->last.type, MSG_PROMISE);
	assert_int_equal(d->last.claims, 1);
	assert_int_equal(d->last.claim[0].slot, 1);
	(void)state;
}

static void who_climbs_outbids_and_gives_no_vote_below(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACK_CLIMB, &armed);
	struct message m = {.type = MSG_PREPARE, .from = 1, .to = set_of(3), .ballot = {7, 1}};
	const struct liar_heard heard = {&m, 1, (const uint8_t *)"", 0};

	assert_false(liar_in(&d->liar, &heard, 5));
	assert_int_equal(d->last.type, MSG_PREPARE);
	assert_int_equal(d->last.ballot.round, 8);
	assert_int_equal(d->last.ballot.node, 3);
	m.type = MSG_ACCEPT;
	assert_false(liar_in(&d->liar, &heard, 6));
	m.ballot.round = 9;
	assert_true(liar_in(&d->liar, &heard, 7));
	(void)state;
}

static void who_refuses_everything_does_so_to_others_only(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACK_NACK, &armed);
	struct message m = {.from = 1, .to = set_of(3), .ballot = {7, 1}, .slot = 4};
	const struct liar_heard heard = {&m, 1, (const uint8_t *)"", 0};
	unsigned busy = 0, promised = 0;

	for (unsigned i = 0; i < 40; i++) {
		m.type = i % 2 == 0 ? MSG_PREPARE : MSG_ACCEPT;
		assert_false(liar_in(&d->liar, &heard, i));
		assert_int_equal(d->sent, i + 1);
		assert_int_equal(d->lies, i + 1);
		assert_int_equal(d->last.type, MSG_NACK);
		assert_int_equal(d->last.to, set_of(1));
		assert_int_equal(ballot_cmp(d->last.ballot, m.ballot), 0);
		busy += d->last.why == REFUSE_BUSY;
		promised += d->last.why == REFUSE_PROMISED &&
			    ballot_cmp(d->last.promised, m.ballot) > 0;
	}
	assert_int_equal(busy + promised, 40);
	assert_true(busy > 0 && promised > 0);
	/* It cannot name a higher ballot than the highest. */
	m.ballot.round = ROUND_MAX;
	for (unsigned i = 0; i < 10; i++) {
		assert_false(liar_in(&d->liar, &heard, 50));
		assert_int_equal(d->last.why, REFUSE_BUSY);
	}
	m.type = MSG_ACCEPTED;
	assert_true(liar_in(&d->liar, &heard, 60));
	m.type = MSG_PREPARE;
	d->liar.order.victims = set_of(2);
	assert_true(liar_in(&d->liar, &heard, 60));
	assert_int_equal(d->sent, 50);
	(void)state;
}

static void a_liar_that_is_disarmed_is_honest(void **state)
{
	bool armed;
	struct desk *d = open_desk(ATTACKS_ALL, &armed);
	const struct attack_order honest = {.attacks = 0};
	const struct liar_means means = d->liar.means;

	assert_true(armed && liar_is_armed(&d->liar));
	assert_true(liar_arm(&d->liar, &means, &honest, 9));
	assert_false(liar_is_armed(&d->liar));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_have_names),
		cmocka_unit_test(what_is_no_attack_cannot_be_armed),
		cmocka_unit_test(the_mute_say_nothing_and_the_garbled_no_message),
		cmocka_unit_test(two_halves_hear_a_value_and_its_twin),
		cmocka_unit_test(from_a_round_on_it_lies_and_below_it_does_not),
		cmocka_unit_test(who_announces_what_nobody_voted_for_hides_its_own_vote),
		cmocka_unit_test(who_climbs_outbids_and_gives_no_vote_below),
		cmocka_unit_test(who_refuses_everything_does_so_to_others_only),
		cmocka_unit_test(a_liar_that_is_disarmed_is_honest),
		cmocka_unit_test(an_attack_breaks_what_its_row_says),
		cmocka_unit_test(the_defences_of_its_row_stop_it),
	};

	return cmocka_run_group_tests(tests, run_memory_take, run_memory_free);
}
