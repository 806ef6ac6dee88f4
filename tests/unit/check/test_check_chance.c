/* The explorer within bounds that chance draws: liars that crash, quorums that do not meet,
 * mistakes with and without a second slot, whatever can be asked for at once. What a search comes
 * to, and what happens on the way to some of its worlds, is kept in
 * tests/data/runs/check_chance.txt: REWRITE=1 build/tests/test_check_chance writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "proto/check/check.h"
#include "proto/check/lamport.h"
#include "proto/core/digest.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "tests/support/lines.h"

#define MEMORY ((size_t)64 << 20)

static void *memory;

/* Zero, and untouched. */
static void *fresh_memory(void)
{
	if (memory != NULL)
		munmap(memory, MEMORY);
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static int leave_memory(void **state)
{
	(void)state;
	munmap(memory, MEMORY);
	return 0;
}

static unsigned draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

/* --- bounds ---------------------------------------------------------------------------------- */

static policy_id draw_policy(uint64_t *seed)
{
	static const policy_id one[] = {DEFENCE_ECHO, DEFENCE_JUSTIFY, DEFENCE_CERT};
	policy_id policy = DEFENCE_SIGN;

	if (draw(seed, 6) == 0)
		return draw(seed, 2) == 0 ? POLICY_NONE : DEFENCE_REJECT;
	for (unsigned i = 0; i < sizeof one / sizeof *one; i++)
		if (draw(seed, 2) == 0)
			policy |= one[i];
	if (draw(seed, 5) == 0)
		policy |= DEFENCE_QUORUM;
	if (draw(seed, 6) == 0)
		policy |= DEFENCE_REJECT;
	return policy;
}

static bool is_explored(unsigned attack)
{
	static const uint32_t explored = ATTACK_REPLAY | ATTACK_MUTE | ATTACK_WITHHOLD |
					 ATTACK_LIE | ATTACK_OVERRIDE | ATTACK_EQUIVOCATE |
					 ATTACK_FALSE_COMMIT | ATTACK_TWO_FACE | ATTACK_SPOOF;

	return (explored >> attack & 1) != 0;
}

static uint32_t draw_attacks(uint64_t *seed)
{
	uint32_t attacks = 0;

	for (unsigned some = draw(seed, 4); some > 0; some--) {
		const unsigned bit = draw(seed, ATTACKS);

		if (is_explored(bit))
			attacks |= (uint32_t)1 << bit;
	}
	return attacks;
}

static void draw_liars(uint64_t *seed, struct check_bounds *b)
{
	b->policy = draw_policy(seed);
	b->liars = b->nodes > 1 ? (uint8_t)draw(seed, 3) : 0;
	if (b->liars >= b->nodes)
		b->liars = 1;
	if (b->liars > 0)
		b->attacks = draw_attacks(seed);
	if (b->nodes + b->liars > CHECK_NODES_MAX + 1)
		b->attacks &= ~(uint32_t)ATTACK_TWO_FACE;
	if (b->proposers + b->liars > b->nodes)
		b->proposers = (uint8_t)(b->nodes - b->liars);
	b->slots = 1;
}

static struct check_bounds draw_bounds(uint64_t *seed)
{
	const bool lies = draw(seed, 3) != 0;
	struct check_bounds b;

	memset(&b, 0, sizeof b);
	b.nodes = (uint8_t)(1 + draw(seed, CHECK_NODES_MAX));
	b.proposers = (uint8_t)(1 + draw(seed, b.nodes < 3 ? b.nodes : 3));
	b.slots = (uint8_t)(1 + draw(seed, CHECK_SLOTS_MAX));
	b.values = (uint8_t)(1 + draw(seed, CHECK_VALUES_MAX));
	b.ballots = (uint8_t)(1 + draw(seed, 3));
	b.crashes = (uint8_t)draw(seed, 3);
	b.multi = draw(seed, 2) == 0;
	b.no_hints = draw(seed, 2) == 0;
	b.no_symmetry = draw(seed, 4) == 0;
	b.states = 200 + draw(seed, 1500);
	if (lies)
		draw_liars(seed, &b);
	else if (draw(seed, 2) == 0)
		b.mistake = 1 + draw(seed, MISTAKES - 1);
	if (!policy_has(b.policy, DEFENCE_QUORUM) && draw(seed, 5) == 0)
		b.quorum = (uint8_t)(1 + draw(seed, b.nodes));
	b.strict = b.liars == 0 && draw(seed, 3) != 0;
	b.progress = b.slots == 1 && draw(seed, 3) == 0;
	b.stalls = b.progress && draw(seed, 3) == 0;
	return b;
}

/* --- what a search comes to ------------------------------------------------------------------ */

static void add(uint64_t *digest, const uint64_t *words, size_t bytes)
{
	*digest = digest64(*digest, (const uint8_t *)words, bytes);
}

static void add_message(uint64_t *digest, const struct message *m)
{
	const uint64_t of[] = {m->type,          m->from,         m->to,     m->slot,
			       m->low,           m->ballot.round, m->value,  m->promised.round,
			       m->promised.node, m->why,          m->claims, m->ballot.node};

	add(digest, of, sizeof of);
}

static void add_act(uint64_t *digest, const struct check_act *act)
{
	const uint64_t of[] = {act->kind,           act->node,    act->value,
			       act->slot,           act->signers, act->lie,
			       act->claim,          act->events,  act->claim_at.node,
			       act->claim_at.round, act->sent};

	add(digest, of, sizeof of);
	add_message(digest, &act->message);
	for (unsigned i = 0; i < act->events; i++) {
		const struct event *e = &act->event[i];
		const uint64_t event[] = {e->kind,        e->peer,         e->type,       e->slot,
					  e->ballot.node, e->ballot.round, e->other.node, e->value,
					  e->why,         e->other.round,  e->count,      e->to};

		add(digest, event, sizeof event);
	}
	for (unsigned i = 0; i < act->sent; i++) {
		assert_null(act->sends[i].claim);
		assert_null(act->sends[i].tell);
		assert_null(act->sends[i].proof_list);
		add_message(digest, &act->sends[i]);
	}
}

/* All steps of the schedule at which the search aims. */
static void add_schedule(struct check *c, uint64_t *digest)
{
	static struct check_act act;

	for (unsigned i = 0; i < check_schedule_length(c); i++) {
		assert_true(check_schedule(c, i, &act));
		add_act(digest, &act);
	}
	assert_false(check_schedule(c, check_schedule_length(c), &act));
}

static void add_outcome(struct check *c, enum check_state end, unsigned number, uint64_t seed)
{
	struct check_count n;
	uint64_t digest = 0;

	check_count(c, &n);
	if (end == CHECK_BROKEN)
		add_schedule(c, &digest);
	lines_add("%3u %s: %llu states, %llu wait, depth %u, %llu steps, %llu of the "
		  "core, %llu of nodes, %u messages, %u names, %llu hope, chosen %x%s%s",
		  number,
		  end == CHECK_BROKEN ? "broken"
		  : end == CHECK_HELD ? "held"
				      : "full",
		  (unsigned long long)n.states, (unsigned long long)n.waiting, n.depth,
		  (unsigned long long)n.steps, (unsigned long long)n.core_steps,
		  (unsigned long long)n.locals, n.messages, n.symmetries,
		  (unsigned long long)n.hopeful, n.chosen, n.whole ? ", whole" : "",
		  n.bounded ? ", bounded" : "");
	for (unsigned i = 0; i < 3; i++) {
		check_aim(c, i == 0 ? (uint32_t)n.states - 1 : draw(&seed, (unsigned)n.states));
		add_schedule(c, &digest);
	}
	lines_add(", %016llx %s: %s\n", (unsigned long long)digest,
		  check_rule_name(check_broken(c)), check_why(c));
}

/* The orbits of the worlds under all renamings are the worlds without any. */
static void all_names_count(struct check *c, struct check_bounds b)
{
	const uint64_t worlds = check_orbits(c);
	struct check_count n;
	enum check_state end;

	b.no_symmetry = true;
	b.states = 0;
	c = check_begin(fresh_memory(), MEMORY, &b);
	do
		end = check_run(c, 1000);
	while (end == CHECK_RUNNING);
	assert_int_equal(end, CHECK_HELD);
	check_count(c, &n);
	assert_int_equal(n.states, worlds);
}

static void bounds_of_a_seed_keep_what_is_found_within_them(void **state)
{
	unsigned ends[CHECK_FULL + 1] = {0};

	(void)state;
	lines_begin("tests/data/runs/check_chance.txt");
	for (unsigned number = 1; number <= 240; number++) {
		uint64_t seed = number * 0x9e3779b97f4a7c15u;
		const struct check_bounds b = draw_bounds(&seed);
		struct check *c = check_begin(fresh_memory(), MEMORY, &b);
		enum check_state end;

		assert_non_null(c);
		do
			end = check_run(c, 1 + draw(&seed, 900));
		while (end == CHECK_RUNNING);
		ends[end]++;
		add_outcome(c, end, number, seed);
		if (end == CHECK_HELD && !b.no_symmetry && (b.attacks & ATTACK_TWO_FACE) == 0)
			all_names_count(c, b);
	}
	lines_end();
	assert_true(ends[CHECK_BROKEN] > 30);
	assert_true(ends[CHECK_HELD] > 30);
	assert_true(ends[CHECK_FULL] > 30);
}

/* The same search, of which each state is kept as a print only. */
static void prints_do(struct check_count n, enum check_state end, struct check_bounds b,
		      uint64_t digest)
{
	struct check_count of_prints;
	uint64_t same = 0;
	enum check_state ends;

	b.compact = true;
	b.states = 4 * (uint32_t)n.states + 64; /* a quarter may wait */
	struct check *c = check_begin(fresh_memory(), MEMORY, &b);
	do
		ends = check_run(c, 1000);
	while (ends == CHECK_RUNNING);
	check_count(c, &of_prints);
	assert_int_equal(ends, end);
	assert_int_equal(of_prints.states, n.states);
	assert_int_equal(of_prints.waiting, n.waiting);
	assert_int_equal(of_prints.steps, n.steps);
	assert_true(of_prints.misses < 1000);
	assert_true(of_prints.state_bytes <= n.state_bytes);
	if (end == CHECK_BROKEN)
		add_schedule(c, &same);
	assert_int_equal(same, digest);
}

static void a_print_finds_what_a_whole_state_finds(void **state)
{
	unsigned ends[CHECK_FULL + 1] = {0};

	(void)state;
	for (unsigned number = 1; number <= 240; number++) {
		uint64_t seed = number * 0x9e3779b97f4a7c15u, digest = 0;
		struct check_bounds b = draw_bounds(&seed);
		struct check_count n;
		enum check_state end;

		b.progress = b.stalls = false;
		struct check *c = check_begin(fresh_memory(), MEMORY, &b);
		do
			end = check_run(c, 1000);
		while (end == CHECK_RUNNING);
		ends[end]++;
		if (end == CHECK_FULL)
			continue;
		if (end == CHECK_BROKEN)
			add_schedule(c, &digest);
		check_count(c, &n);
		prints_do(n, end, b, digest);
	}
	assert_true(ends[CHECK_BROKEN] > 30);
	assert_true(ends[CHECK_HELD] > 30);
}

static void every_rule_has_words_and_nothing_else_has(void **state)
{
	(void)state;
	for (enum check_rule rule = CHECK_RULE_NONE + 1; rule < CHECK_RULES; rule++) {
		assert_string_not_equal(check_rule_name(rule), "none");
		assert_true(strlen(check_rule_words(rule)) > 10);
	}
	assert_string_equal(check_rule_name(CHECK_RULE_NONE), "none");
	assert_string_equal(check_rule_name(CHECK_RULES), "none");
	assert_string_equal(check_rule_words(CHECK_RULE_NONE), "");
	assert_string_equal(check_rule_words(CHECK_RULES), "");
	for (unsigned bit = 0; bit < 40; bit++)
		assert_int_equal(check_attack_words(bit) != NULL,
				 bit < ATTACKS && is_explored(bit));
}

/* --- Paxos.tla --------------------------------------------------------------------------------
 */

/* \E Q, as it is written: is there a quorum of which all sent a 1b for the ballot, and either all
 * told no vote or the value is that of the highest vote told? */
static bool some_quorum_allows(const struct lamport *l, int ballot, int value)
{
	for (uint32_t q = 0; q < 1u << l->size.acceptors; q++) {
		struct lamport_vote highest = {-1, -1};
		unsigned sent = 0;

		for (unsigned a = 0; a < l->size.acceptors; a++) {
			if ((q >> a & 1) == 0 || (l->promised[a] >> ballot & 1) == 0)
				continue;
			sent++;
			if (l->told[a][ballot].ballot > highest.ballot)
				highest = l->told[a][ballot];
		}
		if ((unsigned)__builtin_popcount(q) == l->size.quorum && sent == l->size.quorum &&
		    (highest.ballot == -1 || highest.value == value))
			return true;
	}
	return false;
}

static bool some_act(struct lamport *l, uint64_t *seed, bool *enabled)
{
	const struct lamport was = *l;
	const int ballot = (int)draw(seed, l->size.ballots),
		  value = (int)draw(seed, l->size.values);
	const unsigned a = draw(seed, l->size.acceptors);

	switch (draw(seed, 4)) {
	case 0:
		*enabled = (was.begun >> ballot & 1) == 0;
		return lamport_phase1a(l, ballot);
	case 1:
		*enabled = (was.begun >> ballot & 1) != 0 && ballot > was.max_ballot[a];
		return lamport_phase1b(l, a, ballot);
	case 2:
		*enabled = was.proposed[ballot] == -1 && some_quorum_allows(&was, ballot, value);
		return lamport_phase2a(l, ballot, value);
	default:
		*enabled = was.proposed[ballot] == value && ballot >= was.max_ballot[a];
		return lamport_phase2b(l, a, ballot, value);
	}
}

static void an_action_of_lamports_happens_if_it_is_enabled(void **state)
{
	unsigned happened = 0;

	(void)state;
	for (uint64_t number = 1; number <= 300; number++) {
		uint64_t seed = number * 0x9e3779b97f4a7c15u;
		const struct lamport_size size = {1 + draw(&seed, 4), 1 + draw(&seed, 4),
						  1 + draw(&seed, 3), 1 + draw(&seed, 3), 0};
		struct lamport l;

		lamport_begin(&l, &size);
		for (unsigned i = 0; i < 120; i++) {
			const struct lamport was = l;
			bool enabled;
			const bool is = some_act(&l, &seed, &enabled);

			assert_int_equal(is, enabled);
			if (!is)
				assert_memory_equal(&was, &l, sizeof l);
			happened += is;
		}
	}
	assert_true(happened > 1000);
}

/* How many states there are, and in how many ways each of them is come to. */
static void the_same_states_are_found_in_as_many_ways(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/lamport.txt");
	for (unsigned i = 0; i < 40; i++) {
		const struct lamport_size size = {1 + i % 3, 1 + i / 3 % 2, 1 + i / 6 % 3,
						  1 + (i + i / 9) % 2, 0};
		const struct lamport_count c = lamport_explore(&size, fresh_memory(), MEMORY);
		const struct lamport_count all =
			lamport_explore_votes(&size, false, fresh_memory(), MEMORY);
		const struct lamport_count named =
			lamport_explore_votes(&size, true, fresh_memory(), MEMORY);

		lines_add("%u acceptors, %u ballots, %u values, %u a quorum: %u states of %llu, "
			  "depth %u%s%s; votes %u of %llu, depth %u; by names %u of %llu\n",
			  size.acceptors, size.ballots, size.values, size.quorum, c.states,
			  (unsigned long long)c.generated, c.depth, c.broken ? ", broken" : "",
			  c.full ? ", full" : "", all.states, (unsigned long long)all.generated,
			  all.depth, named.states, (unsigned long long)named.generated);
	}
	lines_end();
}

/* --- little memory ---------------------------------------------------------------------------- */

/* Whatever the memory, the first worlds are found that fit, and nothing is written behind it. */
static void a_memory_of_any_size_is_filled_and_not_left(void **state)
{
	const struct lamport_size size = {2, 2, 2, 2, 0};
	const struct lamport_count all = lamport_explore(&size, fresh_memory(), MEMORY);
	uint64_t most = 0;

	(void)state;
	assert_false(all.full);
	for (size_t bytes = 0; bytes < 200000; bytes += bytes / 5 / 8 * 8 + 8) {
		const uint8_t *behind = (const uint8_t *)fresh_memory() + bytes;
		const struct lamport_count c = lamport_explore(&size, memory, bytes);

		assert_true(c.states >= most);
		assert_true(c.states <= all.states);
		assert_int_equal(c.full, c.states < all.states);
		for (unsigned i = 0; i < 4096; i++)
			assert_int_equal(behind[i], 0);
		most = c.states;
	}
	assert_int_equal(most, all.states);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_of_a_seed_keep_what_is_found_within_them),
		cmocka_unit_test(a_print_finds_what_a_whole_state_finds),
		cmocka_unit_test(every_rule_has_words_and_nothing_else_has),
		cmocka_unit_test(an_action_of_lamports_happens_if_it_is_enabled),
		cmocka_unit_test(the_same_states_are_found_in_as_many_ways),
		cmocka_unit_test(a_memory_of_any_size_is_filled_and_not_left),
	};
	return cmocka_run_group_tests(tests, NULL, leave_memory);
}
