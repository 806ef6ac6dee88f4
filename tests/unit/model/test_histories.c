/* What a model makes of histories that chance makes up, and of clusters with which chance plays.
 * Each line of tests/data/runs/made_up.txt and played.txt is one history: which violations were
 * called, what is said about progress, and a digest of all that the model said on the way. A change
 * of what a model believes changes these lines, and nothing else should: REWRITE=1
 * build/tests/test_histories writes them anew, and the sentences in them are to be read.
 *
 * Beside that every history is held to what is true of any: an honest cluster is never accused, a
 * model that hears everything once more is none the wiser, the first violation stays, and what
 * cannot be taken back is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/lines.h"
#include "tests/support/made_up.h"
#include "tests/support/model_digest.h"
#include "tests/support/played.h"

#define MADE_UP_SEEDS 160
#define WIDE_SEEDS    48
#define DEEP_SEEDS    48
#define MADE_UP_ITEMS 240
#define ORDER_SEEDS   24

/* Whatever happens: */
static void assert_sound(const struct model *m)
{
	for (node_id id = 1; id <= m->nodes; id++) {
		const struct model_ballot *b = &m->ballots[id];

		assert_true(b->promises <= m->nodes && b->accepts <= m->nodes);
		assert_true(ballot_is_none(b->ballot) || b->ballot.node == id);
	}
	for (slot_number slot = m->slot_first; slot < m->slot_end; slot++) {
		const struct model_slot *s = model_slot(m, slot);

		if (s == NULL || s->decided == VALUE_NONE)
			continue;
		assert_true(set_count(s->decided_by) > 0);
		assert_true((s->decided_by & ~set_first(m->nodes)) == 0);
	}
	if (m->safety == SAFETY_VIOLATED)
		assert_true(m->violation.words[0] != 0);
	if (m->progress == PROGRESS_BEHIND)
		assert_true(m->waiting == 0 && m->behind.node != NODE_NONE);
	if (m->stuck)
		assert_true(m->waiting > 0 && m->progress_why[0] != 0);
}

/* A violation is told and forgotten, so that the judges look at what comes after it. */
static unsigned forgive(struct model *m, unsigned told)
{
	if (m->safety != SAFETY_VIOLATED)
		return told;
	if (told < 3)
		lines_add("    %s: %s\n", property_name(m->violation.property), m->violation.words);
	m->safety = SAFETY_OK;
	m->violation = (struct model_violation){0};
	return told + 1;
}

static void make_up(uint64_t seed)
{
	struct made_up *u = made_up_new(seed);
	struct model *m = u->h->m;
	uint64_t digest = 0, words = 0;
	unsigned violations = 0;
	char policy[POLICY_SHOWN_MAX], remark[REMARK_WORDS_MAX];

	policy_show(m->policy, policy);
	lines_add("%llu: %u nodes, %s, %s\n", (unsigned long long)seed, m->nodes, policy,
		  m->words_are_true ? "simulated" : "live");
	for (unsigned i = 0; i < MADE_UP_ITEMS; i++) {
		made_up_item(u);
		assert_sound(m);
		digest = model_digest(digest, m);
		if (u->is_deep && m->events > 0)
			digest = model_digest_rest(digest, m);
		/* A violation of agreement is completed for a while. */
		if (i % 8 == 7 || !model_violation_is_open(m))
			violations = forgive(m, violations);
		if (i % 60 == 59)
			words = model_digest_words(words, m);
		if (i % 60 == 59 && u->is_wide)
			words = model_digest_asides(words, m);
	}
	for (unsigned i = 0; i < 3 && model_remark(m, i, remark, sizeof remark); i++)
		lines_add("    %s\n", remark);
	lines_add("    %u violations, %s, %016llx %016llx\n", violations,
		  m->progress_why[0] == 0 ? "-" : m->progress_why, (unsigned long long)digest,
		  (unsigned long long)words);
	made_up_free(u);
}

static void what_is_made_up_is_judged_as_before(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/made_up.txt");
	for (uint64_t seed = 1; seed <= MADE_UP_SEEDS; seed++)
		make_up(seed);
	for (uint64_t seed = MADE_UP_WIDE; seed < MADE_UP_WIDE + WIDE_SEEDS; seed++)
		make_up(seed);
	for (uint64_t seed = MADE_UP_DEEP; seed < MADE_UP_DEEP + DEEP_SEEDS; seed++)
		make_up(seed);
	lines_end();
}

#define PLAYED_SEEDS 60
#define PLAYED_ACTS  60

static uint64_t played_digest[2];

static void watch(struct played *p)
{
	assert_sound(p->model[0]);
	assert_sound(p->model[1]);
	if (p->items % 16 == 0)
		for (unsigned i = 0; i < 2; i++)
			played_digest[i] = model_digest(played_digest[i], p->model[i]);
}

/* Nothing that chance does to honest nodes makes them liars. */
static void assert_honest_are_believed(const struct played *p)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct model *m = p->model[i];

		assert_int_equal(m->proven & ~p->liars, 0);
		assert_int_equal(m->liars & ~p->liars, 0);
		/* A liar may split the honest; it never looks like an honest node that forgot. */
		assert_true(m->safety == SAFETY_OK || m->violation.property == PROPERTY_AGREEMENT ||
			    m->violation.property == PROPERTY_INTEGRITY);
		if (p->has_liars)
			continue;
		assert_int_equal(m->safety, SAFETY_OK);
		for (node_id id = 1; id <= m->nodes; id++)
			for (unsigned kind = 0; kind < REMARKS; kind++)
				assert_int_equal(m->node[id].remark[kind].count, 0);
	}
}

static void add_model(const struct model *m, uint64_t digest)
{
	char remark[REMARK_WORDS_MAX];

	lines_add("    %s: %llu slots, %s, %016llx %016llx\n",
		  m->words_are_true ? "simulated" : "live", (unsigned long long)m->slot_end,
		  m->progress_why[0] == 0 ? "-" : m->progress_why, (unsigned long long)digest,
		  (unsigned long long)model_digest_words(0, m));
	if (m->safety == SAFETY_VIOLATED)
		lines_add("        %s: %s\n", property_name(m->violation.property),
			  m->violation.words);
	for (unsigned i = 0; i < m->proofs; i++)
		lines_add("        proof: %s\n", m->proof[i].words);
	for (unsigned i = 0; i < 3 && model_remark(m, i, remark, sizeof remark); i++)
		lines_add("        %s\n", remark);
}

static void play(uint64_t seed)
{
	struct played *p = played_new(seed);
	char policy[POLICY_SHOWN_MAX];

	policy_show(p->model[0]->policy, policy);
	p->watch = watch;
	played_digest[0] = played_digest[1] = 0;
	for (unsigned i = 0; i < PLAYED_ACTS; i++) {
		played_act(p);
		assert_honest_are_believed(p);
	}
	played_look(p);
	lines_add("%llu: %u nodes, %s, %s, %llu items\n", (unsigned long long)seed,
		  p->model[0]->nodes, policy, p->has_liars ? "liars" : "honest",
		  (unsigned long long)p->items);
	for (unsigned i = 0; i < 2; i++)
		add_model(p->model[i], played_digest[i]);
	played_free(p);
}

static void a_played_cluster_is_judged_as_before_and_the_honest_are_believed(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/played.txt");
	for (uint64_t seed = 1; seed <= PLAYED_SEEDS; seed++)
		play(seed);
	lines_end();
}

/* What came of messages in the list so far, by sender and number. */
#define NAMES 4096
static struct message_id came[NODES_MAX + 1][NAMES];

/* What came of a message stands in the list: then its sending stands behind that no more. */
static void assert_cause_comes_first(const struct event *e)
{
	struct message_id *name = &came[e->id.source][e->id.number % NAMES];

	if (e->kind == EVENT_SENT && name->number == e->id.number && name->boot == e->id.boot)
		fail_msg("n%u sent message %llu after it had arrived", e->node,
			 (unsigned long long)e->id.number);
	if ((e->kind == EVENT_HELD || e->kind == EVENT_RECEIVED || e->kind == EVENT_DROPPED ||
	     e->kind == EVENT_DUPLICATED) &&
	    e->id.number != 0 && e->id.source != e->node)
		*name = e->id;
}

/* Told is every event that is kept, once, each node's in the order in which the node told them,
 * causes first if they are to be asked for, and at times that do not fall. */
static void assert_told_in_order(const struct model *m, bool causes)
{
	static bool told[MODEL_EVENTS];
	const uint64_t kept = m->events < MODEL_EVENTS ? m->events : MODEL_EVENTS;
	uint64_t last_of[NODES_MAX + 1], count = 0, before = EVENT_UNSEEN;

	memset(told, 0, sizeof(told));
	memset(came, 0, sizeof(came));
	memset(last_of, 0xff, sizeof(last_of));
	for (uint64_t i = model_event_first(m); i != EVENT_UNSEEN; i = model_event_later(m, i)) {
		const struct event *e = model_event_at(m, i);

		assert_non_null(e);
		assert_false(told[i % MODEL_EVENTS]);
		told[i % MODEL_EVENTS] = true;
		assert_true(last_of[e->node] == EVENT_UNSEEN || last_of[e->node] < i);
		last_of[e->node] = i;
		assert_true(model_event_earlier(m, i) == before);
		assert_true(model_event_time(m, i) >= e->at);
		assert_true(before == EVENT_UNSEEN ||
			    model_event_time(m, i) >= model_event_time(m, before));
		if (causes)
			assert_cause_comes_first(e);
		before = i;
		count++;
	}
	assert_int_equal(count, kept);
	assert_true(before == model_event_last(m));
}

static void causes_are_told_first_however_late_they_come(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ORDER_SEEDS; seed++) {
		struct played *p = played_new(seed);

		for (unsigned i = 0; i < PLAYED_ACTS; i++) {
			played_act(p);
			if (i % 10 == 9)
				assert_told_in_order(p->model[1], true);
		}
		assert_told_in_order(p->model[0], true);
		played_free(p);
	}
}

/* What it is made of contradicts itself: there may be no order in which causes come first. */
static void whatever_is_reported_is_told_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ORDER_SEEDS; seed++) {
		struct made_up *u = made_up_new(seed);

		for (unsigned i = 0; i < MADE_UP_ITEMS; i++) {
			made_up_item(u);
			assert_told_in_order(u->h->m, false);
		}
		made_up_free(u);
	}
}

/* Four nodes that send to each other for longer than the ring reaches back. Their clocks differ,
 * and what they report comes in an order that chance makes, each node's in its own. */
struct chatter {
	struct model *m;
	uint64_t random;
	int apart_us;     /* by so much at most their clocks differ */
	unsigned backlog; /* so many events of a node are on the way at most */
	time_us now, last[5];
	uint64_t seq[5], number[5];
	struct event way[5][128]; /* to the model, by node: rising */
	unsigned on_way[5];
	struct message_id wire[64]; /* messages that have not arrived */
	unsigned on_wire;
};

static uint64_t chance(struct chatter *c, uint64_t below)
{
	return random_next(&c->random) % below;
}

/* The model hears the oldest report of a node that is on its way. */
static void chatter_hear(struct chatter *c, node_id node)
{
	model_event(c->m, &c->way[node][0]);
	c->on_way[node]--;
	memmove(&c->way[node][0], &c->way[node][1], c->on_way[node] * sizeof(struct event));
}

static void chatter_report(struct chatter *c, struct event e)
{
	e.boot = 1;
	e.seq = ++c->seq[e.node];
	e.at = c->now + (time_us)(c->apart_us * e.node);
	if (c->on_way[e.node] == c->backlog)
		chatter_hear(c, e.node);
	c->way[e.node][c->on_way[e.node]++] = e;
}

static void chatter_step(struct chatter *c)
{
	const node_id node = (node_id)(1 + chance(c, 4));
	const unsigned i = (unsigned)chance(c, 64);

	c->now += chance(c, 1000);
	if (i < c->on_wire && c->wire[i].source != node) {
		chatter_report(c, (struct event){.kind = EVENT_RECEIVED,
						 .node = node,
						 .peer = c->wire[i].source,
						 .id = c->wire[i]});
		c->wire[i] = c->wire[--c->on_wire];
	} else if (c->on_wire < 64) {
		const struct message_id id = {node, 1, ++c->number[node]};

		chatter_report(c, (struct event){.kind = EVENT_SENT, .node = node, .id = id});
		c->wire[c->on_wire++] = id;
	}
	if (chance(c, 2) == 0 && c->on_way[node] > 0)
		chatter_hear(c, node);
}

/* Where clocks agree, nothing but time is told. */
static void assert_told_by_time(const struct model *m)
{
	for (uint64_t i = model_event_first(m); i != EVENT_UNSEEN; i = model_event_later(m, i))
		assert_int_equal(model_event_time(m, i), model_event_at(m, i)->at);
}

static void an_order_outlives_the_ring_and_clocks_that_differ(void **state)
{
	static const int apart[] = {0, 300, 20000000};
	static const unsigned backlogs[] = {1, 5, 128};
	(void)state;
	for (unsigned round = 0; round < 9; round++) {
		struct chatter *c = calloc(1, sizeof(*c));

		struct handmade *h = handmade_new(4, false);

		c->m = h->m;
		c->random = round + 1;
		c->apart_us = apart[round % 3];
		c->backlog = backlogs[round / 3];
		for (unsigned i = 0; i < 3 * MODEL_EVENTS; i++) {
			chatter_step(c);
			if (i % 5000 == 4999)
				assert_told_in_order(c->m, true);
		}
		assert_true(c->m->events > MODEL_EVENTS);
		if (c->apart_us == 0)
			assert_told_by_time(c->m);
		assert_int_equal(model_event_rank(c->m, model_event_last(c->m)), c->m->events);
		assert_int_equal(model_event_rank(c->m, model_event_first(c->m)),
				 c->m->events - MODEL_EVENTS + 1);
		handmade_free(h);
		free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_up_is_judged_as_before),
		cmocka_unit_test(a_played_cluster_is_judged_as_before_and_the_honest_are_believed),
		cmocka_unit_test(causes_are_told_first_however_late_they_come),
		cmocka_unit_test(whatever_is_reported_is_told_once),
		cmocka_unit_test(an_order_outlives_the_ring_and_clocks_that_differ),
	};

	return cmocka_run_group_tests_name("histories", tests, NULL, NULL);
}
