/* What the margin says of a cluster, from the model's view of it to the sentences of the ways:
 * drawn states of clusters, in which nodes have voted, know, are down, cut off, armed or wrong.
 * Each block of tests/data/runs/margins.txt is one; REWRITE=1 build/tests/test_margin_told writes
 * them anew, and the ways in them are to be read. What the counts have to be, test_margin judges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/core/policy.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/margin.h"
#include "tests/support/handmade.h"
#include "tests/support/lines.h"
#include "tests/support/policy_named.h"

#define SEEDS 250
#define MORE  400 /* of which only digests are kept, ten to a line */

static uint64_t chance;

static unsigned draw(unsigned below)
{
	return (unsigned)(random_next(&chance) % below);
}

/* Some nodes vote, ballot by ballot, and some of them learn. An owner asks for one value. */
static void draw_slot(struct handmade *h, slot_number slot, const value_ref values[3])
{
	for (uint32_t round = 1; round <= 3; round++) {
		const struct ballot ballot = ballot_of(round, (node_id)(1 + draw(h->m->nodes)));
		const value_ref value = values[draw(3) != 0 ? 0 : draw(3)];
		const unsigned most = 1 + draw(100);

		if (round > 1 && draw(2) == 0)
			continue;
		for (node_id id = 1; id <= h->m->nodes; id++) {
			const struct event e = {.node = id,
						.slot = slot,
						.ballot = ballot,
						.value = value,
						.peer = ballot.node};
			struct event next = e;

			next.kind = draw(4) == 0 ? EVENT_PROMISED : EVENT_ACCEPTED;
			if (draw(100) >= most)
				continue;
			handmade_tell(h, next);
			next = e;
			next.kind = EVENT_CHOSEN;
			if (draw(60) == 0)
				handmade_tell(h, next);
		}
	}
}

/* There is no node 0: what stands in its place is of no account. */
static void fill_place_of_nobody(struct handmade *h)
{
	struct model_node *n = &h->m->node[NODE_NONE];

	n->life = LIFE_UP;
	n->attacks = n->mistake = 1;
	n->promised = ballot_of(9, 1);
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		h->m->slot[i].vote[NODE_NONE] = (struct model_vote){
			.voted_at = {9, 1},
			.voted = values_intern(h->m->values, (const uint8_t *)"0", 1),
			.chosen_at = {9, 1},
			.chosen = h->b};
}

static struct handmade *draw_cluster(uint64_t seed)
{
	static const char *const policies[] = {"none",
					       "sign",
					       "sign+cert",
					       "sign+cert+echo",
					       "sign+cert+justify",
					       "sign+cert+reject",
					       "sign+cert+echo+justify",
					       "all"};
	struct handmade *h;
	struct model *m;

	chance = seed;
	h = handmade_new((uint8_t)(3 + draw(7)), true);
	m = h->m;
	m->policy = policy_named(policies[draw(sizeof policies / sizeof policies[0])]);
	m->plain_quorum = (uint8_t)(m->nodes / 2 + 1);
	handmade_start(h);
	const value_ref values[] = {
		h->a, h->b,
		values_intern(m->values, (const uint8_t *)"a\tlonger \xe2\x82\xac one", 16)};
	for (unsigned slots = draw(5), slot = 0; slot < slots; slot++)
		draw_slot(h, slot, values);
	for (node_id id = 1; id <= m->nodes; id++) {
		struct model_node *n = &m->node[id];

		if (draw(10) == 0)
			n->life = LIFE_DOWN;
		if (draw(24) == 0)
			n->attacks = 1;
		if (draw(24) == 0)
			n->mistake = 1;
		for (node_id from = 1; from <= m->nodes; from++)
			n->link[from].cut = draw(12) == 0;
	}
	fill_place_of_nobody(h);
	m->stuck = draw(16) == 0;
	/* what was drawn need not be what honest nodes do; the margin is not to judge that */
	m->safety = draw(12) == 0 ? SAFETY_VIOLATED : SAFETY_OK;
	return h;
}

static void assert_nobody_is_in(const struct margin_case *c)
{
	assert_int_equal(c->hears[NODE_NONE] | c->promised[NODE_NONE].round, 0);
	for (unsigned i = 0; i < c->slots; i++)
		assert_int_equal(c->slot[i].voted[NODE_NONE] | c->slot[i].known[NODE_NONE], 0);
}

static uint64_t digest_text(uint64_t before, const char *text)
{
	return digest64(before, (const uint8_t *)text, strlen(text));
}

static uint64_t digest_margin(uint64_t before, const struct margin *out)
{
	char words[400];
	uint64_t digest = before * 31 + out->states;

	margin_words(out, words, sizeof words);
	digest = digest_text(digest, words);
	for (enum margin_kind kind = 0; kind < MARGIN_KINDS; kind++)
		for (unsigned i = 0; i < out->way[kind].steps; i++)
			digest = digest_text(digest, out->way[kind].step[i]);
	return digest;
}

static void tell(uint64_t seed, const struct model *m, const struct margin *out)
{
	char policy[POLICY_SHOWN_MAX], words[400];

	policy_show(m->policy, policy);
	margin_words(out, words, sizeof words);
	lines_add("%llu: %u nodes, %s: %s; %u states\n", (unsigned long long)seed, m->nodes, policy,
		  words, out->states);
	for (enum margin_kind kind = 0; kind < MARGIN_KINDS; kind++) {
		const struct margin_way *way = &out->way[kind];

		margin_sentence(out, kind, words, sizeof words);
		lines_add("    %s%s:\n", words, way->unexplored ? " (not all explored)" : "");
		assert_in_range(way->steps, way->found, MARGIN_STEPS_MAX);
		assert_true(way->found || way->steps == 0);
		for (unsigned i = 0; i < way->steps; i++)
			lines_add("        %s\n", way->step[i]);
	}
}

static void what_is_told_of_drawn_clusters(void **state)
{
	void *memory = malloc(margin_memory_size());
	uint64_t digest = 0;

	(void)state;
	assert_non_null(memory);
	lines_begin("tests/data/runs/margins.txt");
	for (uint64_t seed = 1; seed <= SEEDS + MORE; seed++) {
		struct handmade *h = draw_cluster(seed);
		struct margin_case c, again;
		struct margin out;

		margin_look(h->m, &c);
		margin_look(h->m, &again);
		assert_memory_equal(&c, &again, sizeof c); /* compared as bytes by its users */
		assert_nobody_is_in(&c);
		margin_find(memory, &c, &out);
		if (seed <= SEEDS)
			tell(seed, h->m, &out);
		else
			digest = digest_margin(digest, &out);
		if (seed > SEEDS && seed % 10 == 0)
			lines_add("up to %llu: %016llx\n", (unsigned long long)seed,
				  (unsigned long long)digest);
		handmade_free(h);
	}
	lines_end();
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_of_drawn_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
