/* The safe margin, judged by what is known of defences against any lie (protocol's matrix), and by
 * searches of another kind: every crash set and every set of links tried one by one, and liars in a
 * slot step by step, message by message, instead of ballot by ballot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/policy.h"
#include "proto/model/judge/margin.h"
#include "tests/support/policy_named.h"

static void *memory;
static uint32_t chance;

static unsigned draw(unsigned below)
{
	if (below == 0)
		return 0;
	chance = chance * 1103515245 + 12345;
	return (chance >> 16) % below;
}

static struct margin_case whole_cluster(unsigned nodes, policy_id policy)
{
	struct margin_case c;

	memset(&c, 0, sizeof c);
	c.nodes = (uint8_t)nodes;
	c.policy = policy;
	c.quorum = (uint8_t)policy_quorum(policy, nodes);
	c.up = set_first(nodes);
	for (node_id id = 1; id <= nodes; id++)
		c.hears[id] = set_first(nodes) & ~set_of(id);
	c.slots = 1;
	c.slot[0] = (struct margin_slot){.slot = SLOT_NONE, .policy = policy, .quorum = c.quorum};
	return c;
}

static struct margin found(const struct margin_case *c)
{
	struct margin out;

	margin_find(memory, c, &out);
	return out;
}

/* --- what is known --------------------------------------------------------------------------- */

static unsigned lies(unsigned nodes, const char *policy)
{
	const struct margin_case c = whole_cluster(nodes, policy_named(policy));
	const struct margin m = found(&c);

	assert_false(m.way[MARGIN_LIES].unexplored);
	return m.way[MARGIN_LIES].found ? m.way[MARGIN_LIES].count : MARGIN_BOUND + 1;
}

static void lies_are_as_many_as_the_matrix_holds_to_be_enough(void **state)
{
	static const struct {
		const char *policy;
		unsigned at[5]; /* at 3, 4, 5, 6, 7 nodes */
	} rows[] = {
		{"none", {1, 1, 1, 1, 1}},
		{"sign", {1, 1, 1, 1, 1}},
		{"sign+cert", {1, 1, 1, 1, 1}},
		{"sign+cert+echo", {1, 1, 1, 1, 1}},
		{"sign+cert+justify", {1, 1, 1, 1, 1}},
		{"sign+cert+echo+justify", {1, 2, 1, 2, 1}},
		{"sign+cert+reject", {1, 2, 1, 2, 1}},
		{"all", {1, 2, 3, 2, 3}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (unsigned n = 3; n <= 7; n++) {
			const unsigned got = lies(n, rows[i].policy);

			if (got != rows[i].at[n - 3])
				fail_msg("%s with %u nodes: %u instead of %u", rows[i].policy, n,
					 got, rows[i].at[n - 3]);
		}
}

static void under_reject_a_schedule_is_enough_for_a_stall(void **state)
{
	const struct margin_case four = whole_cluster(4, policy_named("sign+reject"));
	const struct margin m = found(&four);

	(void)state;
	assert_true(m.way[MARGIN_CRASHES].found);
	assert_int_equal(m.way[MARGIN_CRASHES].count, 0);
	assert_non_null(strstr(m.way[MARGIN_CRASHES].step[1], "votes for"));
	const struct margin_case none = whole_cluster(4, policy_named("sign"));
	assert_int_equal(found(&none).way[MARGIN_CRASHES].count, 2);
}

/* --- stalls, by trying all ---------------------------------------------------------------------
 */

static bool is_dead(const struct margin_case *c, node_set up, const node_set hears[NODES_MAX + 1])
{
	for (node_id p = 1; p <= c->nodes; p++) {
		unsigned reach = 0;

		for (node_id a = 1; a <= c->nodes; a++)
			reach += set_has(up, a) &&
				 (a == p || (set_has(hears[a], p) && set_has(hears[p], a)));
		if (set_has(up, p) && reach >= c->quorum)
			return false;
	}
	return true;
}

static unsigned fewest_crashes(const struct margin_case *c)
{
	unsigned best = MARGIN_BOUND + 1;

	for (node_set dead = 0; dead <= set_first(c->nodes); dead++)
		if ((dead & ~c->up) == 0 && set_count(dead) < best &&
		    is_dead(c, c->up & ~dead, c->hears))
			best = set_count(dead);
	return best;
}

static unsigned fewest_cuts(const struct margin_case *c)
{
	struct {
		node_id a, b;
	} pair[NODES_MAX * NODES_MAX / 2];
	unsigned pairs = 0, best = MARGIN_BOUND + 1;

	for (node_id a = 1; a <= c->nodes; a++)
		for (node_id b = (node_id)(a + 1); b <= c->nodes; b++, pairs++) {
			pair[pairs].a = a;
			pair[pairs].b = b;
		}
	for (uint32_t cut = 0; cut < 1u << pairs; cut++) {
		node_set hears[NODES_MAX + 1];

		if ((unsigned)__builtin_popcount(cut) >= best)
			continue;
		memcpy(hears, c->hears, sizeof hears);
		for (unsigned i = 0; i < pairs; i++)
			if ((cut >> i & 1) != 0) {
				hears[pair[i].a] &= ~set_of(pair[i].b);
				hears[pair[i].b] &= ~set_of(pair[i].a);
			}
		if (is_dead(c, c->up, hears))
			best = (unsigned)__builtin_popcount(cut);
	}
	return best;
}

static unsigned count_of(const struct margin_way *way)
{
	return way->found ? way->count : MARGIN_BOUND + 1;
}

static void stalls_are_as_near_as_trying_every_set_says(void **state)
{
	unsigned seen[2][MARGIN_BOUND + 2] = {{0}};

	(void)state;
	chance = 3;
	for (unsigned turn = 0; turn < 300; turn++) {
		struct margin_case c =
			whole_cluster(1 + draw(5), draw(3) == 0 ? policy_named("all") : 0);

		for (node_id id = 1; id <= c.nodes; id++) {
			if (draw(8) == 0)
				c.up &= ~set_of(id);
			for (node_id from = 1; from <= c.nodes; from++)
				if (draw(6) == 0)
					c.hears[id] &= ~set_of(from);
		}
		struct margin m;

		memset(&m, 0, sizeof m);
		margin_stall(&c, &m);
		const unsigned crashes = fewest_crashes(&c), cuts = fewest_cuts(&c);

		assert_int_equal(count_of(&m.way[MARGIN_CRASHES]), crashes);
		assert_int_equal(count_of(&m.way[MARGIN_CUTS]), cuts);
		seen[0][crashes]++;
		seen[1][cuts]++;
	}
	for (unsigned i = 0; i <= MARGIN_BOUND; i++)
		assert_true(seen[0][i] > 3 && seen[1][i] > 3);
}

/* --- lies, step by step ------------------------------------------------------------------------
 */

#define RANKS 4
#define TABLE (1u << 20)

/* One honest acceptor: what it promised, by bits of ballots, the highest it may not go below, its
 * vote and its echo in each ballot: 0 none, else 1 + value. */
struct acceptor {
	uint8_t bound, promised, vote[RANKS + 1], echo[RANKS + 1];
};

struct world {
	struct acceptor a[3];
};

static struct {
	unsigned honest, liars, quorum, olds, ranks, known;
	policy_id policy;
	uint8_t old_values[RANKS + 1]; /* bits: what may be voted for in a ballot of before */
	struct world *list;
	uint32_t *table;
	uint32_t count;
} walk;

static unsigned latest(const struct acceptor *a, unsigned below)
{
	for (unsigned b = below; b-- > 1;)
		if (a->vote[b] != 0)
			return b;
	return 0;
}

static bool is_echoed(const struct world *w, unsigned b, unsigned v)
{
	unsigned echoes = walk.liars;

	for (unsigned i = 0; i < walk.honest; i++)
		echoes += w->a[i].echo[b] == v + 1;
	return echoes >= walk.quorum;
}

/* The values that some set of promises of this ballot allows, by the highest vote it tells. A liar
 * tells none, or one for which it has a certificate. */
static unsigned allowed(const struct world *w, unsigned b)
{
	unsigned values = 0;

	if (b <= walk.olds)
		return walk.old_values[b];
	if (!policy_has(walk.policy, DEFENCE_JUSTIFY))
		return 3;
	for (unsigned set = 0; set < 1u << walk.honest; set++) {
		unsigned members = walk.liars, high = 0, told = 0;

		for (unsigned i = 0; i < walk.honest; i++) {
			if ((set >> i & 1) == 0)
				continue;
			members += w->a[i].promised >> b & 1;
			const unsigned at = latest(&w->a[i], b);
			if (at > high)
				high = at, told = 0;
			if (at == high && at != 0)
				told |= 1u << (w->a[i].vote[at] - 1);
		}
		if (members < walk.quorum ||
		    members != walk.liars + (unsigned)__builtin_popcount(set))
			continue;
		values |= high == 0 ? 3 : told;
		for (unsigned at = high > 0 ? high : 1; at < b; at++)
			for (unsigned v = 0; v < 2; v++) {
				bool voted = false;

				for (unsigned i = 0; i < walk.honest; i++)
					voted |= w->a[i].vote[at] == v + 1;
				if (voted ||
				    (at > walk.olds && (policy_has(walk.policy, DEFENCE_ECHO)
								? is_echoed(w, at, v)
								: (allowed(w, at) >> v & 1) != 0)))
					values |= 1u << v;
			}
	}
	return values;
}

static void visit(const struct world *w)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof *w; i++)
		hash = (hash ^ ((const uint8_t *)w)[i]) * 16777619u;
	for (hash &= TABLE - 1; walk.table[hash] != 0; hash = (hash + 1) & (TABLE - 1))
		if (memcmp(&walk.list[walk.table[hash] - 1], w, sizeof *w) == 0)
			return;
	assert_true(walk.count < TABLE / 2);
	walk.list[walk.count] = *w;
	walk.table[hash] = ++walk.count;
}

static void step(const struct world *w, unsigned i, unsigned b)
{
	const struct acceptor *a = &w->a[i];
	const unsigned may = allowed(w, b);
	const bool echoes = policy_has(walk.policy, DEFENCE_ECHO) && b > walk.olds;
	struct world next = *w;

	if (a->bound < b && b > walk.olds) {
		next.a[i].bound = (uint8_t)b;
		next.a[i].promised |= (uint8_t)(1u << b);
		visit(&next);
	}
	for (unsigned v = 0; v < 2; v++) {
		if (a->bound > b || (may >> v & 1) == 0)
			continue;
		if (echoes && a->echo[b] == 0) {
			next = *w;
			next.a[i].echo[b] = (uint8_t)(v + 1);
			visit(&next);
		}
		const unsigned before = latest(a, walk.ranks + 1);

		if (a->vote[b] != 0 || (echoes && !is_echoed(w, b, v)) ||
		    (policy_has(walk.policy, DEFENCE_REJECT) && before != 0 &&
		     a->vote[before] != v + 1))
			continue;
		next = *w;
		next.a[i].bound = (uint8_t)b;
		next.a[i].vote[b] = (uint8_t)(v + 1);
		visit(&next);
	}
}

static unsigned chosen_in(const struct world *w)
{
	unsigned chosen = walk.known == 0 ? 0 : 1u << (walk.known - 1);

	for (unsigned b = 1; b <= walk.ranks; b++)
		for (unsigned v = 0; v < 2; v++) {
			unsigned votes = walk.liars;

			for (unsigned i = 0; i < walk.honest; i++)
				votes += w->a[i].vote[b] == v + 1;
			if (votes >= walk.quorum)
				chosen |= 1u << v;
		}
	return chosen;
}

static bool breaks_by_steps(const struct world *first)
{
	bool broken = false;

	walk.count = 0;
	memset(walk.table, 0, TABLE * sizeof *walk.table);
	visit(first);
	for (uint32_t at = 0; at < walk.count && !broken; at++) {
		const struct world w = walk.list[at];

		broken = chosen_in(&w) == 3;
		for (unsigned i = 0; i < walk.honest; i++)
			for (unsigned b = 1; b <= walk.ranks; b++)
				step(&w, i, b);
	}
	return broken;
}

/* A liar that owns the ballot, where neither rule holds it to one value. */
static bool may_ask_for_two(node_id liar, unsigned ballot)
{
	return liar == ballot && !policy_has(walk.policy, DEFENCE_JUSTIFY) &&
	       !policy_has(walk.policy, DEFENCE_ECHO);
}

/* Honest votes of before, in ballots 1 and 2, each for one value unless its owner may ask for two,
 * and what somebody may know to be chosen. */
static void draw_past(struct margin_case *c, node_id liar, struct world *w)
{
	struct margin_slot *s = &c->slot[0];
	const unsigned olds = draw(4) == 0 ? 0 : 1 + draw(2);
	const uint8_t value[] = {(uint8_t)(1 + draw(2)), (uint8_t)(1 + draw(2))}; /* by ballots */
	unsigned place = 0, rank[3] = {0};
	node_id who[NODES_MAX] = {0};

	memset(w, 0, sizeof *w);
	memset(walk.old_values, 0, sizeof walk.old_values);
	walk.olds = 0;
	for (node_id id = 1; id <= c->nodes; id++) {
		const unsigned at = olds == 0 ? 0 : draw(olds + 1);

		if (id == liar)
			continue;
		who[place++] = id;
		if (at != 0) {
			s->voted[id] =
				may_ask_for_two(liar, at) ? (uint8_t)(1 + draw(2)) : value[at == 2];
			s->voted_at[id] = (struct ballot){at, (node_id)at};
		}
		const unsigned bound = at + (draw(3) == 0 && at < olds);
		c->promised[id] = (struct ballot){bound, (node_id)bound};
		rank[at] = 1;
	}
	walk.known = draw(6) == 0 ? 1 + draw(2) : 0;
	if (walk.known != 0 && draw(2) == 0)
		s->known[who[draw(place)]] = (uint8_t)walk.known;
	else
		s->decided = (uint8_t)walk.known;
	/* ballots without votes are given up: they have no rank */
	rank[0] = 0;
	for (unsigned b = 1; b <= 2; b++)
		if (rank[b] != 0)
			rank[b] = ++walk.olds;
	for (unsigned b = 1; b <= 2; b++)
		if (rank[b] != 0 && may_ask_for_two(liar, b))
			walk.old_values[rank[b]] = 3;
	for (unsigned i = 0; i < place; i++) {
		const unsigned bound = c->promised[who[i]].round, v = s->voted[who[i]];
		const unsigned at = rank[s->voted_at[who[i]].round];

		/* nobody may vote at a bound without a rank, so the next below says the same */
		w->a[i].bound = (uint8_t)(rank[bound] != 0 ? rank[bound]
					  : bound == 2     ? walk.olds
							   : 0);
		if (v == 0)
			continue;
		w->a[i].vote[at] = (uint8_t)v;
		walk.old_values[at] |= (uint8_t)(1u << (v - 1));
	}
	walk.ranks = walk.olds + 2;
}

static void lies_break_a_slot_exactly_where_every_step_says_so(void **state)
{
	static const char *const sets[] = {"sign+cert", "sign+cert+justify", "sign+cert+reject",
					   "sign+cert+echo", "sign+cert+echo+justify"};
	unsigned broken = 0, turns = 0;

	(void)state;
	walk.list = malloc(TABLE / 2 * sizeof *walk.list);
	walk.table = malloc(TABLE * sizeof *walk.table);
	assert_non_null(walk.list);
	assert_non_null(walk.table);
	chance = 5;
	for (unsigned i = 0; i < sizeof sets / sizeof sets[0]; i++)
		for (unsigned turn = 0; turn < 300; turn++) {
			const policy_id policy = policy_named(sets[i]);
			/* echoes of three are too many states */
			const unsigned nodes = policy_has(policy, DEFENCE_ECHO) ? 3 : 3 + turn % 2;
			struct margin_case c = whole_cluster(nodes, policy);
			const node_id liar = (node_id)(1 + draw(nodes));
			struct world first;
			bool full = false;

			walk.policy = policy;
			walk.honest = nodes - 1;
			walk.liars = 1;
			/* three of three tolerate one; two of three do not */
			walk.quorum = c.quorum = c.slot[0].quorum =
				(uint8_t)(nodes == 3 && turn % 3 == 0 ? 3 : c.quorum);
			draw_past(&c, liar, &first);
			const bool by_steps = breaks_by_steps(&first);
			const bool by_ballots =
				margin_slot_breaks(memory, &c, &c.slot[0], set_of(liar), &full);

			assert_false(full);
			if (by_steps != by_ballots)
				fail_msg("%s, turn %u, n%u of %u lies, %u old ballots: %d by "
					 "steps, %d by ballots",
					 sets[i], turn, liar, nodes, walk.olds, by_steps,
					 by_ballots);
			broken += by_steps;
			turns++;
		}
	assert_in_range(broken, turns / 5, turns * 4 / 5);
	free(walk.list);
	free(walk.table);
}

/* --- words -------------------------------------------------------------------------------------
 */

static void the_words_say_what_was_found_and_what_not(void **state)
{
	struct margin_case c = whole_cluster(5, policy_named("all"));
	struct margin m = found(&c);
	char words[200];

	(void)state;
	margin_words(&m, words, sizeof words);
	assert_string_equal(words, "MARGIN 2 crashes | 3 lies");
	c.up &= ~set_of(5);
	m = found(&c);
	margin_words(&m, words, sizeof words);
	assert_string_equal(words, "MARGIN 1 crash | 3 lies");
	margin_sentence(&m, MARGIN_CRASHES, words, sizeof words);
	assert_string_equal(words, "1 crash more separates it from a stall");
	c = whole_cluster(9, policy_named("all"));
	m = found(&c);
	margin_words(&m, words, sizeof words);
	assert_string_equal(words, "MARGIN >3 crashes | ? lies");
	c = whole_cluster(9, 0);
	m = found(&c);
	margin_words(&m, words, sizeof words);
	assert_string_equal(words, "MARGIN >3 crashes | 1 lie");
	margin_sentence(&m, MARGIN_CRASHES, words, sizeof words);
	assert_string_equal(words, "3 crashes more do not lead to a stall");
	c = whole_cluster(4, policy_named("all"));
	c.liars = set_of(4);
	m = found(&c);
	assert_int_equal(m.way[MARGIN_LIES].count, 1);
	c.liars = set_of(3) | set_of(4);
	m = found(&c);
	assert_int_equal(m.way[MARGIN_LIES].count, 0);
	margin_sentence(&m, MARGIN_LIES, words, sizeof words);
	assert_string_equal(words, "no lie more separates it from a violation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lies_are_as_many_as_the_matrix_holds_to_be_enough),
		cmocka_unit_test(under_reject_a_schedule_is_enough_for_a_stall),
		cmocka_unit_test(stalls_are_as_near_as_trying_every_set_says),
		cmocka_unit_test(lies_break_a_slot_exactly_where_every_step_says_so),
		cmocka_unit_test(the_words_say_what_was_found_and_what_not),
	};

	memory = malloc(margin_memory_size());
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(memory);
	return failed;
}
