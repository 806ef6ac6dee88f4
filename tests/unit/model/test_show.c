/* The words of messages, of spans of time, of sets and ballots: one of each, and both sides of
 * every border. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "tests/support/handmade.h"

static void assert_shown(struct handmade *h, struct event e, const char *words)
{
	char shown[200];

	e.ballot = ballot_of(2, 1);
	e.slot = 7;
	e.value = h->a;
	message_show(h->m, &e, shown, sizeof shown);
	assert_string_equal(shown, words);
}

static void assert_gate(const struct gate_rule *gate, const char *words)
{
	char shown[200];

	gate_show(gate, 2, 4, shown, sizeof shown);
	assert_string_equal(shown, words);
}

static void a_gate_is_told_by_types_and_senders(void **state)
{
	struct gate_rule gate = gate_rule_all();

	(void)state;
	assert_gate(&gate, "everything");
	gate_rule_set(&gate, 3, TYPES_ALL, false);
	assert_gate(&gate, "everything from n1 n4");
	gate_rule_set(&gate, 3, 1u << MSG_PROMISE, true);
	assert_gate(&gate, "everything from n1 n4, PROMISE from n3");
	gate_rule_set(&gate, GATE_OWN, 1u << MSG_PROMISE | 1u << MSG_ACCEPTED, true);
	assert_gate(&gate, "everything from n1 n4, PROMISE from n3, PROMISE ACCEPTED from itself");
	gate = (struct gate_rule){.on = false};
	assert_gate(&gate, "nothing");
	gate_rule_set(&gate, GATE_OWN, 1u << MSG_PREPARE, true);
	gate.keep = true;
	assert_gate(&gate, "PREPARE from itself, over a crash too");
	for (node_id from = 1; from <= 4; from++)
		gate_rule_set(&gate, from, 1u << MSG_PREPARE | 1u << MSG_COMMIT, true);
	assert_gate(&gate, "PREPARE COMMIT, PREPARE from itself, over a crash too");
}

static void every_message_is_told_with_what_it_says(void **state)
{
	struct handmade *h = handmade_new(3, false);
	const struct ballot other = ballot_of(1, 3);

	(void)state;
	assert_shown(h, (struct event){.type = MSG_PREPARE}, "PREPARE 2.1");
	assert_shown(h, (struct event){.type = MSG_PROMISE}, "PROMISE 2.1 (nothing accepted)");
	assert_shown(h, (struct event){.type = MSG_PROMISE, .count = 1, .other = other},
		     "PROMISE 2.1 (accepted 1.3=A)");
	assert_shown(h, (struct event){.type = MSG_ACCEPT}, "ACCEPT 2.1=A");
	assert_shown(h, (struct event){.type = MSG_ACCEPTED}, "ACCEPTED 2.1=A");
	assert_shown(h, (struct event){.type = MSG_ECHO}, "ECHO 2.1=A");
	assert_shown(h, (struct event){.type = MSG_COMMIT}, "COMMIT 2.1=A");
	assert_shown(h, (struct event){.type = MSG_NACK, .other = other},
		     "NACK 2.1 (promised 1.3)");
	assert_shown(h, (struct event){.type = MSG_NEW_VIEW}, "NEW-VIEW 2.1 (nothing binds it)");
	assert_shown(h, (struct event){.type = MSG_NEW_VIEW, .count = 1, .other = other},
		     "NEW-VIEW 2.1 (bound by 1.3=A)");
	assert_shown(h, (struct event){.type = MSG_EVIDENCE}, "EVIDENCE");
	assert_shown(h, (struct event){.type = MSG_SYNC}, "SYNC from slot 7");
	assert_shown(h, (struct event){.type = MSG_SUMMARY}, "SUMMARY up to slot 7");
	handmade_free(h);
}

static void a_vote_that_is_decided_is_not_told_any_more(void **state)
{
	struct handmade *h = handmade_new(3, true);
	const struct event promise = {
		.kind = EVENT_RECEIVED, .node = 1, .peer = 2, .type = MSG_PROMISE};

	(void)state;
	handmade_tell(h, (struct event){.kind = EVENT_ACCEPTED,
					.node = 2,
					.slot = 7,
					.ballot = ballot_of(1, 3),
					.value = h->a});
	assert_shown(h, promise, "PROMISE 2.1 (nothing accepted)");
	handmade_tell(h, (struct event){.kind = EVENT_CHOSEN,
					.node = 2,
					.slot = 7,
					.ballot = ballot_of(1, 3),
					.value = h->a,
					.because = BECAUSE_COUNTED});
	struct event later = promise;
	later.at = h->now;
	assert_shown(h, later, "PROMISE 2.1 (no open vote: slot 7 is decided)");
	later.at = h->now - 1;
	assert_shown(h, later, "PROMISE 2.1 (nothing accepted)");
	later.at = h->now;
	later.peer = 3; /* who never voted */
	assert_shown(h, later, "PROMISE 2.1 (nothing accepted)");
	later.kind = EVENT_SENT; /* by node 1 */
	assert_shown(h, later, "PROMISE 2.1 (nothing accepted)");
	later.node = 2;
	assert_shown(h, later, "PROMISE 2.1 (no open vote: slot 7 is decided)");
	handmade_free(h);
}

static void spans_change_their_unit_where_two_of_the_next_are_full(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *words;
	} spans[] = {{0, "0 s"},    {119, "119 s"},   {120, "2 min"},     {7199, "119 min"},
		     {7200, "2 h"}, {172799, "47 h"}, {172800, "2 days"}, {345599, "3 days"}};
	char shown[32];

	(void)state;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		span_show(spans[i].seconds, shown, sizeof shown);
		assert_string_equal(shown, spans[i].words);
	}
}

static void ballots_and_sets_have_their_words(void **state)
{
	char shown[64];

	(void)state;
	ballot_show(BALLOT_NONE, shown);
	assert_string_equal(shown, "-");
	ballot_show(ballot_of(0, 2), shown);
	assert_string_equal(shown, "0.2");
	ballot_show(ballot_of(ROUND_MAX, 31), shown);
	assert_string_equal(shown, "max.31");
	ballot_show(ballot_of(ROUND_MAX - 1, 31), shown);
	assert_string_equal(shown, "4294967294.31");
	set_show(0, shown, sizeof shown);
	assert_string_equal(shown, "nobody");
	set_show(0x40000005, shown, sizeof shown);
	assert_string_equal(shown, "n1 n3 n31");
	assert_string_equal(property_name(PROPERTIES), "?");
	assert_string_equal(property_words(PROPERTIES), "?");
}

/* What is due at a time may reach its receiver's next life; what waits to be delivered by hand, or
 * comes when it comes, ends with the receiver. */
static void a_message_to_a_node_that_is_down_is_void_unless_it_has_a_time(void **state)
{
	struct handmade *h = handmade_new(3, false);
	struct flight f = {.from = 1, .to = 2, .state = FLIGHT_SENT};

	(void)state;
	handmade_start(h);
	assert_true(flight_is_open(h->m, &f));
	handmade_tell(h, (struct event){.kind = EVENT_CRASHED, .node = 2});
	assert_int_equal(h->m->node[2].life, LIFE_DOWN);
	assert_true(flight_is_void(h->m, &f));
	assert_false(flight_is_open(h->m, &f));
	f.state = FLIGHT_HELD;
	assert_true(flight_is_void(h->m, &f));
	f.due = 5;
	assert_false(flight_is_void(h->m, &f));
	assert_true(flight_is_open(h->m, &f));
	f.state = FLIGHT_LOST;
	assert_false(flight_is_open(h->m, &f));
	f.due = 0;
	assert_false(flight_is_void(h->m, &f)); /* its end is known */
	handmade_free(h);
}

static void a_clock_is_shown_against_the_clusters(void **state)
{
	const struct {
		struct drift drift;
		const char *shown;
	} at_10s[] = {
		{{10000000, 10000000, 1000}, "1x, in step"},
		{{9000000, 9000000, 3000}, "3x, 2s ahead"},
		{{0, 9999000, 1}, "0.001x, 9ms ahead"},
		{{10000000, 8500000, 500}, "0.5x, 1.5s behind"},
		{{15000000, 10000000, 2500}, "still for 5s, then 2.5x"},
		{{10000250, 10000000, 1000}, "still for 0.25ms, then 1x"},
	};
	char shown[48];

	(void)state;
	for (unsigned i = 0; i < sizeof at_10s / sizeof at_10s[0]; i++) {
		drift_show(&at_10s[i].drift, 10000000, shown, sizeof shown);
		assert_string_equal(shown, at_10s[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_is_told_by_types_and_senders),
		cmocka_unit_test(every_message_is_told_with_what_it_says),
		cmocka_unit_test(a_vote_that_is_decided_is_not_told_any_more),
		cmocka_unit_test(spans_change_their_unit_where_two_of_the_next_are_full),
		cmocka_unit_test(ballots_and_sets_have_their_words),
		cmocka_unit_test(a_clock_is_shown_against_the_clusters),
		cmocka_unit_test(a_message_to_a_node_that_is_down_is_void_unless_it_has_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
