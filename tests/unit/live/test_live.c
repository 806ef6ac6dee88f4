/* The handle of a cluster against a node that the test plays: what is lost is asked for again, what
 * is missing is said to be, and each control gets one answer. */
#include "tests/support/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/io/bus.h"
#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/live/live_ask.h"
#include "node/live/live_process.h"

#define LIMIT_US 10000000

struct play {
	struct bus bus; /* the node's control socket */
	struct wire_context context;
	struct public_key operator_key;
	struct secret_key key; /* the node's */
	struct cluster *c;
	struct snapshot snapshot;
	unsigned controls, queries; /* that came */
	uint64_t number;            /* of the last control */
	unsigned forged;            /* reports that were said not to be the node's */
	enum drop forged_why;
	unsigned silent, crashed; /* so often said of the node */
	uint64_t silent_since_us;
	struct seen seen;
};

static void write_in(const char *name, const void *bytes, size_t length)
{
	char path[PATH_BYTES];
	assert_int_equal(path_join(test_dir, name, path), STATUS_OK);
	assert_int_equal(file_write(path, bytes, length), STATUS_OK);
}

/* The directory of a cluster of one, whose node is this process. */
static void make_cluster(struct play *p)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	static struct roster roster;
	char path[PATH_BYTES];
	struct secret_key secret;
	roster = (struct roster){.epoch = 1, .nodes = 1, .quorum = 1, .clock = {.num = 1}};
	assert_int_equal(path_join(test_dir, "operator.key", path), STATUS_OK);
	assert_int_equal(key_make(path, &roster.operator_key, &secret), STATUS_OK);
	assert_int_equal(path_join(test_dir, "n1", path), STATUS_OK);
	assert_int_equal(mkdir(path, 0700), 0);
	const uint8_t seed[32] = {1};
	key_pair_from_seed(seed, &roster.node[1].key, &p->key);
	snprintf(roster.node[1].control, ENDPOINT_MAX, "ipc://%.100s/n1/control", test_dir);
	snprintf(roster.node[1].data, ENDPOINT_MAX, "ipc://%.100s/n1/data", test_dir);
	write_in("roster", bytes,
		 roster_encode(&roster, &crypto_ed25519, &secret, bytes, sizeof(bytes)));
	write_in("n1/pid", "0\n", 2); /* it did not end in order */
	p->context = wire_context_of(&roster);
	p->operator_key = roster.operator_key;
	assert_int_equal(bus_open(CONTROL_FRAME_BYTES_MAX, &p->bus), STATUS_OK);
	assert_int_equal(bus_bind(&p->bus, roster.node[1].control), STATUS_OK);
}

static void tell_snapshot(struct play *p)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	const size_t length =
		snapshot_encode(&p->context, &p->snapshot, p->c->values, bytes, REPORT_BYTES_MAX);
	bus_send(&p->bus, bytes, report_sign(bytes, length, &crypto_ed25519, &p->key));
}

static size_t event_frame(struct play *p, uint64_t seq, enum event_kind kind, uint64_t number,
			  uint8_t *bytes)
{
	unsigned taken;
	const struct event event = {
		.kind = kind, .node = 1, .boot = 1, .seq = seq, .number = number};
	return events_encode(&p->context, &event, 1, 0, p->c->values, &taken, bytes,
			     REPORT_BYTES_MAX);
}

static void tell_event(struct play *p, uint64_t seq, enum event_kind kind, uint64_t number)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	const size_t length = event_frame(p, seq, kind, number, bytes);
	bus_send(&p->bus, bytes, report_sign(bytes, length, &crypto_ed25519, &p->key));
}

static void hear(struct play *p)
{
	struct bus_message message;
	while (bus_receive(&p->bus, &message)) {
		struct control control;
		enum control_frame_kind kind;
		uint8_t cluster[8];
		uint32_t epoch;
		assert_int_equal(
			control_frame_peek(message.bytes, message.length, &kind, cluster, &epoch),
			DROP_NOTHING);
		p->queries += kind == FRAME_QUERY;
		if (kind == FRAME_CONTROL) {
			assert_int_equal(control_decode(&p->context, message.bytes, message.length,
							&crypto_ed25519, &p->operator_key,
							&control),
					 DROP_NOTHING);
			p->number = control.number;
			p->controls++;
		}
		bus_release(&message);
	}
}

static void look(struct play *p)
{
	struct item item;
	while (p->c->ops->next(p->c, 0, &item) == ITEM_EVENT || item.kind == ITEM_SNAPSHOT) {
		if (item.kind == ITEM_SNAPSHOT)
			p->seen.has_snapshot[item.snapshot->node] = true;
		else if (item.event->kind == EVENT_OBEYED) {
			p->seen.obeyed++;
			p->seen.obeyed_number = item.event->number;
		} else if (item.event->kind == EVENT_MISSED)
			p->seen.missed += item.event->count;
		else if (item.event->kind == EVENT_FORGED) {
			p->forged += item.event->count;
			p->forged_why = item.event->drop;
		} else if (item.event->kind == EVENT_SILENT) {
			p->silent++;
			p->silent_since_us = item.event->number;
		} else if (item.event->kind == EVENT_CRASHED)
			p->crashed++;
	}
	hear(p);
}

/* Both sides work until *count has come to `least`. */
static void until(struct play *p, const unsigned *count, unsigned least)
{
	const uint64_t end = real_time_us() + LIMIT_US;
	for (look(p); *count < least; look(p)) {
		assert_true(real_time_us() < end);
		bus_wait(&p->bus, 5000);
	}
}

static void begin(struct play *p)
{
	*p = (struct play){.snapshot = {.node = 1,
					.boot = 1,
					.seq = 10,
					.nodes = 1,
					.quorum = 1,
					.epoch = 1,
					.clock = {.num = 1}}};
	make_cluster(p);
	if (live_attach(test_dir, false, &p->c) != STATUS_OK)
		fail_msg("%s", status_text());
	const uint64_t end = real_time_us() + LIMIT_US;
	while (!p->seen.has_snapshot[1]) {
		assert_true(real_time_us() < end);
		tell_snapshot(p);
		bus_wait(&p->bus, 5000);
		look(p);
	}
}

static void finish(struct play *p)
{
	p->c->ops->close(p->c);
	bus_close(&p->bus);
}

static void give_gate(struct play *p, struct control *control)
{
	*control = (struct control){.kind = CONTROL_GATE, .to = 1, .count = 1};
	assert_true(p->c->ops->control(p->c, control));
}

static void a_control_without_an_answer_is_given_again_under_its_number(void **state)
{
	(void)state;
	static struct play p;
	struct control control;
	begin(&p);
	give_gate(&p, &control);
	until(&p, &p.controls, 3);
	assert_int_equal(p.number, control.number);
	assert_int_equal(p.seen.obeyed, 0);
	tell_event(&p, 11, EVENT_OBEYED, control.number);
	until(&p, &p.seen.obeyed, 1);
	assert_int_equal(p.seen.obeyed_number, control.number);
	finish(&p);
}

static void controls_are_given_one_after_the_other(void **state)
{
	(void)state;
	static struct play p;
	struct control first, second;
	begin(&p);
	give_gate(&p, &first);
	give_gate(&p, &second);
	assert_true(second.number > first.number);
	until(&p, &p.controls, 2);
	assert_int_equal(p.number, first.number);
	tell_event(&p, 11, EVENT_OBEYED, first.number);
	until(&p, &p.seen.obeyed, 1);
	/* what was sent before the answer came may still come */
	while (p.number == first.number)
		until(&p, &p.controls, p.controls + 1);
	assert_int_equal(p.number, second.number);
	finish(&p);
}

static void a_snapshot_answers_too(void **state)
{
	(void)state;
	static struct play p;
	struct control control;
	begin(&p);
	give_gate(&p, &control);
	until(&p, &p.controls, 1);
	p.snapshot.seq = 11;
	p.snapshot.number = control.number;
	tell_snapshot(&p);
	until(&p, &p.seen.obeyed, 1);
	assert_int_equal(p.seen.obeyed_number, control.number);
	finish(&p);
}

static void missing_events_are_counted_and_mended_by_a_snapshot(void **state)
{
	(void)state;
	static struct play p;
	begin(&p);
	p.queries = 0;
	tell_event(&p, 14, EVENT_SYNCING, 0);
	until(&p, &p.seen.missed, 3);
	assert_int_equal(p.seen.missed, 3);
	until(&p, &p.queries, 1);
	p.seen.has_snapshot[1] = false;
	p.snapshot.seq = 20;
	tell_snapshot(&p);
	until(&p, &p.seen.missed, 9);
	assert_int_equal(p.seen.missed, 9);
	look(&p);
	assert_true(p.seen.has_snapshot[1]);
	finish(&p);
}

static void a_late_snapshot_of_a_life_that_has_ended_does_not_answer_for_the_next(void **state)
{
	(void)state;
	static struct play p;
	const char *const argument[] = {"true", NULL};
	struct process process;
	char log[PATH_BYTES];
	begin(&p);
	struct live *l = live_of(p.c);
	assert_int_equal(path_join(test_dir, "log", log), STATUS_OK);
	assert_int_equal(process_start("/bin/true", argument, log, -1, &process), STATUS_OK);
	live_watch(l, 1, &process);
	const uint64_t end = real_time_us() + LIMIT_US;
	for (look(&p); !l->node[1].down; look(&p))
		assert_true(real_time_us() < end);
	/* it is restarted, and something that it said before it died comes only now */
	l->node[1].down = false;
	live_ask(l, 1);
	p.seen.has_snapshot[1] = false;
	p.snapshot.seq++;
	p.queries = 0;
	tell_snapshot(&p);
	until(&p, &p.queries, 5);
	assert_false(p.seen.has_snapshot[1]);
	p.snapshot.boot = 2;
	tell_snapshot(&p);
	for (look(&p); !p.seen.has_snapshot[1]; look(&p)) {
		assert_true(real_time_us() < end);
		bus_wait(&p.bus, 5000);
	}
	assert_int_equal(l->node[1].ask_us, 0);
	finish(&p);
}

static void whoever_asks_again_before_an_answer_does_not_put_off_the_new_connection(void **state)
{
	(void)state;
	static struct play p;
	begin(&p);
	struct live *l = live_of(p.c);
	live_ask(l, 1);
	const uint64_t asked_us = real_time_us(), renew_us = l->node[1].renew_us;
	while (real_time_us() == asked_us)
		continue;
	p.c->ops->refresh(p.c);
	assert_int_equal(l->node[1].renew_us, renew_us);
	p.snapshot.seq++;
	tell_snapshot(&p);
	const uint64_t end = real_time_us() + LIMIT_US;
	for (look(&p); l->node[1].ask_us != 0; look(&p)) {
		assert_true(real_time_us() < end);
		bus_wait(&p.bus, 5000);
	}
	p.c->ops->refresh(p.c);
	assert_true(l->node[1].renew_us > renew_us);
	finish(&p);
}

static void a_node_that_says_an_impossible_number_locks_no_operator_out(void **state)
{
	(void)state;
	static struct play p;
	struct control control;
	begin(&p);
	p.snapshot.seq = 11;
	p.snapshot.number = UINT64_MAX;
	p.seen.has_snapshot[1] = false;
	tell_snapshot(&p);
	while (!p.seen.has_snapshot[1]) {
		bus_wait(&p.bus, 5000);
		look(&p);
	}
	give_gate(&p, &control);
	until(&p, &p.controls, 1);
	assert_true(control.number > real_time_us() / 2 && control.number <= INT64_MAX);
	finish(&p);
}

/* Who is not n1 says something in its name. */
static void forge(struct play *p, unsigned how)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	const uint8_t seed[32] = {2};
	struct public_key public_key;
	struct secret_key other;
	key_pair_from_seed(seed, &public_key, &other);
	size_t length = event_frame(p, 11, EVENT_OBEYED, 1, bytes);
	const struct secret_key *key = how == 1 ? &other : &p->key;
	if (how > 0)
		length = report_sign(bytes, length, &crypto_ed25519, key);
	if (how == 2)
		bytes[length - SIGNATURE_BYTES - 1] ^= 1;
	bus_send(&p->bus, bytes, length);
}

static void what_is_said_in_a_nodes_name_without_its_key_is_counted_and_not_believed(void **state)
{
	(void)state;
	static struct play p;
	begin(&p);
	/* unsigned, signed by another key, and altered after it was signed */
	for (unsigned how = 0; how < 3; how++) {
		const uint64_t pause = real_time_us() + 510000;
		forge(&p, how);
		until(&p, &p.forged, how + 1);
		assert_int_equal(p.forged_why, how == 0 ? DROP_SHORT : DROP_SIGNATURE);
		assert_int_equal(p.seen.obeyed, 0);
		while (real_time_us() < pause)
			bus_wait(&p.bus, 20000);
	}
	tell_event(&p, 11, EVENT_OBEYED, 1);
	until(&p, &p.seen.obeyed, 1);
	finish(&p);
}

/* The node is on another machine as far as the handle knows: its process is not seen. */
static struct live_node *begin_far(struct play *p)
{
	begin(p);
	struct live_node *node = &live_of(p->c)->node[1];
	node->dir[0] = '\0';
	p->crashed = 0;
	return node;
}

static void a_far_node_of_which_nothing_is_heard_is_silent_until_it_is_heard_again(void **state)
{
	(void)state;
	static struct play p;
	struct live_node *node = begin_far(&p);
	struct control control = {.kind = CONTROL_GATE, .to = 1, .count = 1};
	const uint64_t real_us = real_time_us();
	look(&p);
	const uint64_t wait_us = p.c->ops->patience(p.c, real_us);
	assert_true(wait_us > LIVE_BEAT_US / 2 && wait_us <= LIVE_BEAT_US);
	p.queries = 0;
	const uint64_t heard_us = node->heard_us -= LIVE_BEAT_US;
	until(&p, &p.queries, 1);
	assert_true(node->owed_us >= real_us);
	assert_int_equal(p.silent, 0);
	node->owed_us -= LIVE_SILENT_US;
	until(&p, &p.silent, 1);
	assert_int_equal(p.silent_since_us, heard_us);
	assert_false(node->down);
	assert_int_equal(p.crashed, 0);
	assert_false(p.c->ops->control(p.c, &control));
	assert_string_equal(p.c->why, "no node is up");
	assert_false(p.c->ops->process(p.c, 1, PROCESS_CRASH));
	assert_non_null(strstr(p.c->why, "out of reach from here"));
	/* hope is never lost, and costs little */
	node->asked_until_us = real_us;
	p.queries = 0;
	until(&p, &p.queries, 1);
	assert_true(p.c->ops->patience(p.c, real_time_us()) > LIVE_AWAY_US / 2);
	p.seen.has_snapshot[1] = false;
	tell_snapshot(&p);
	const uint64_t end = real_time_us() + LIMIT_US;
	for (look(&p); !p.seen.has_snapshot[1]; look(&p)) {
		assert_true(real_time_us() < end);
		bus_wait(&p.bus, 5000);
	}
	assert_int_equal(p.silent, 1);
	give_gate(&p, &control);
	finish(&p);
}

/* Of a node of this machine the end of its process is seen: it is not asked for a sign of life. */
static void a_near_node_is_not_asked_how_it_is(void **state)
{
	(void)state;
	static struct play p;
	begin(&p);
	look(&p);
	assert_true(p.c->ops->patience(p.c, real_time_us()) == WAIT_FOREVER);
	finish(&p);
}

static void a_far_node_that_was_told_to_end_is_down_only_if_its_connection_breaks(void **state)
{
	(void)state;
	for (int ends = 0; ends < 2; ends++) {
		static struct play p;
		struct live_node *node;
		if (ends) {
			test_dir_remove(state);
			test_dir_make(state);
		}
		node = begin_far(&p);
		p.controls = 0;
		assert_true(p.c->ops->process(p.c, 1, PROCESS_CRASH));
		until(&p, &p.controls, 1);
		if (!ends) {
			until(&p, &p.silent, 1);
			assert_int_equal(p.crashed, 0);
			assert_false(node->down);
		} else {
			bus_close(&p.bus);
			const uint64_t end = real_time_us() + LIMIT_US;
			struct item item;
			while (!node->down) {
				assert_true(real_time_us() < end);
				p.c->ops->next(p.c, 0, &item);
				bus_wait(&live_of(p.c)->bus, 5000);
			}
			assert_false(node->silent);
		}
		finish(&p);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_control_without_an_answer_is_given_again_under_its_number),
		TEST(controls_are_given_one_after_the_other),
		TEST(a_snapshot_answers_too),
		TEST(what_is_said_in_a_nodes_name_without_its_key_is_counted_and_not_believed),
		TEST(a_node_that_says_an_impossible_number_locks_no_operator_out),
		TEST(missing_events_are_counted_and_mended_by_a_snapshot),
		TEST(a_late_snapshot_of_a_life_that_has_ended_does_not_answer_for_the_next),
		TEST(whoever_asks_again_before_an_answer_does_not_put_off_the_new_connection),
		TEST(a_far_node_of_which_nothing_is_heard_is_silent_until_it_is_heard_again),
		TEST(a_near_node_is_not_asked_how_it_is),
		TEST(a_far_node_that_was_told_to_end_is_down_only_if_its_connection_breaks),
	};
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
