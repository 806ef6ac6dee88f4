/* The explorer: against what others have counted, against the shipped core with its usual limits,
 * against itself without symmetry, and against programs with mistakes. */
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
#include "proto/core/paxos_state.h"
#include "proto/fault/mistake.h"
#include "tests/support/lines.h"

#define MEMORY ((size_t)1 << 30)

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

/* --- what others have counted ----------------------------------------------------------------- */

/* tlaplus/Examples, PaxosHowToWinATuringAward: MCPaxos, MCPaxosTiny and MCVoting. */
static void lamports_specifications_have_the_published_states(void **state)
{
	const struct lamport_size least = {1, 2, 1, 1, 0}, tiny = {3, 2, 2, 2, 0};
	struct lamport_count c;

	(void)state;
	c = lamport_explore(&least, fresh_memory(), MEMORY);
	assert_int_equal(c.states, 25);
	assert_int_equal(c.depth, 9);
	c = lamport_explore(&tiny, fresh_memory(), MEMORY);
	assert_int_equal(c.states, 3921);
	assert_int_equal(c.depth, 17);
	assert_false(c.broken);
	c = lamport_explore_votes(&tiny, true, fresh_memory(), MEMORY);
	assert_int_equal(c.states, 77);
	assert_int_equal(c.depth, 11);
	c = lamport_explore_votes(&tiny, false, fresh_memory(), MEMORY);
	assert_int_equal(c.states, 599);
	assert_int_equal(c.depth, 11);
}

static void quorums_that_do_not_meet_break_lamports_acceptors_too(void **state)
{
	const struct lamport_size apart = {2, 2, 2, 1, 0};

	(void)state;
	assert_true(lamport_explore(&apart, fresh_memory(), MEMORY).broken);
}

static void promises_and_votes_need_to_meet_each_other_only(void **state)
{
	(void)state;
	for (unsigned promises = 1; promises <= 3; promises++)
		for (unsigned votes = 1; votes <= 3; votes++) {
			const struct lamport_size size = {3, 2, 2, votes, promises};
			const struct lamport_count c =
				lamport_explore(&size, fresh_memory(), MEMORY);

			assert_int_equal(c.broken, promises + votes <= 3);
		}
}

/* --- the shipped core ------------------------------------------------------------------------- */

static struct check *explore(const struct check_bounds *bounds, size_t bytes,
			     enum check_state *state)
{
	struct check *c = check_begin(fresh_memory(), bytes, bounds);

	assert_non_null(c);
	do
		*state = check_run(c, 10000);
	while (*state == CHECK_RUNNING);
	return c;
}

static struct check_bounds bounds_of(unsigned ballots, unsigned crashes)
{
	return (struct check_bounds){.nodes = 3,
				     .proposers = 2,
				     .slots = 1,
				     .values = 2,
				     .ballots = (uint8_t)ballots,
				     .crashes = (uint8_t)crashes,
				     .strict = true};
}

static void holds(const struct check_bounds *bounds)
{
	enum check_state state;
	struct check_count n;
	struct check *c = explore(bounds, MEMORY, &state);

	check_count(c, &n);
	if (state != CHECK_HELD)
		fail_msg("%s: %s", check_rule_name(check_broken(c)), check_why(c));
	assert_true(n.whole);
	assert_int_equal(n.chosen, (1u << bounds->values) - 1);
	assert_true(n.state_bytes <= 48);
}

/* Flexible Paxos, by the shipped core: each step is one of Paxos.tla with two sizes of quorums. */
static void quorums_of_two_sizes_hold_where_they_meet(void **state)
{
	enum check_state found;

	(void)state;
	for (unsigned nodes = 3; nodes <= 4; nodes++)
		for (unsigned promises = 1; promises <= nodes; promises++)
			for (unsigned votes = 1; votes <= nodes; votes++) {
				struct check_bounds b = bounds_of(2, nodes == 3);

				b.nodes = (uint8_t)nodes;
				b.quorum = (uint8_t)votes;
				b.promises = (uint8_t)promises;
				b.no_hints = true;
				if (nodes == 4 && promises + votes > 5)
					continue;
				explore(&b, MEMORY, &found);
				assert_int_equal(found, promises + votes > nodes ? CHECK_HELD
										 : CHECK_BROKEN);
			}
}

static void no_schedule_of_two_ballots_breaks_a_rule(void **state)
{
	struct check_bounds b = bounds_of(2, 0);

	(void)state;
	holds(&b);
	b.multi = true;
	holds(&b);
}

static void no_crash_at_any_moment_of_three_ballots_breaks_a_rule(void **state)
{
	struct check_bounds b = bounds_of(3, 1);

	(void)state;
	b.no_hints = true;
	holds(&b);
}

static void no_schedule_of_two_slots_breaks_a_rule(void **state)
{
	struct check_bounds b = bounds_of(1, 0);

	(void)state;
	b.slots = 2;
	b.multi = true;
	b.proposers = 1;
	holds(&b);
	b.nodes = b.proposers = b.ballots = 2;
	b.values = 1;
	b.no_hints = true;
	holds(&b);
}

static void a_node_alone_chooses_what_it_likes(void **state)
{
	struct check_bounds b = bounds_of(2, 1);

	(void)state;
	b.nodes = b.proposers = 1;
	holds(&b);
}

static void little_memory_ends_a_search_with_what_it_found(void **state)
{
	const struct check_bounds b = bounds_of(2, 0);
	enum check_state end;
	struct check_count n;
	struct check *c;

	(void)state;
	assert_null(check_begin(fresh_memory(), 1000, &b));
	for (unsigned more = 0; more < 3; more++) {
		c = explore(&b, check_least_bytes() + more * 100000, &end);
		check_count(c, &n);
		assert_int_equal(end, CHECK_FULL);
		assert_true(n.states >= 1 && n.waiting >= 1);
		assert_true(strlen(check_why(c)) > 0);
	}
}

/* --- against itself without symmetry -----------------------------------------------------------
 */

static unsigned draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

/* The orbits of the worlds under all renamings are the worlds without any. */
static void symmetry_loses_no_world_and_finds_none_twice(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (uint64_t first = 1; first <= 24; first++) {
		uint64_t seed = first;
		struct check_bounds b = {.no_hints = draw(&seed, 3) > 0, .strict = true};
		enum check_state end;
		struct check_count n;

		b.nodes = (uint8_t)(1 + draw(&seed, 5));
		b.proposers = (uint8_t)(1 + draw(&seed, b.nodes));
		b.values = (uint8_t)(1 + draw(&seed, 2));
		b.slots = (uint8_t)(1 + draw(&seed, 2));
		b.ballots = (uint8_t)(1 + draw(&seed, 2));
		b.crashes = (uint8_t)draw(&seed, 2);
		b.multi = draw(&seed, 2) == 1;
		struct check *c = explore(&b, (size_t)48 << 20, &end);
		if (end == CHECK_FULL)
			continue;
		if (end != CHECK_HELD)
			fail_msg("seed %u: %s", (unsigned)first, check_why(c));
		const uint64_t worlds = check_orbits(c);
		b.no_symmetry = true;
		check_count(explore(&b, MEMORY, &end), &n);
		if (end != CHECK_HELD || n.states != worlds)
			fail_msg("seed %u: %u worlds, and %u by their orbits", (unsigned)first,
				 (unsigned)n.states, (unsigned)worlds);
		compared++;
	}
	assert_true(compared >= 8);
}

/* --- against the core with its usual limits ----------------------------------------------------
 */

#define SENT_MAX 512

/* A cluster of shipped nodes to which a schedule happens. */
static struct {
	unsigned mistake;
	time_us now;
	struct paxos node[CHECK_NODES_MAX + 1];
	struct ballot promised[CHECK_NODES_MAX + 1]; /* on the disks */
	struct ballot voted_at[CHECK_NODES_MAX + 1][CHECK_SLOTS_MAX];
	value_ref voted[CHECK_NODES_MAX + 1][CHECK_SLOTS_MAX];
	struct message sent[SENT_MAX];
	struct claim claim[SENT_MAX][CHECK_SLOTS_MAX];
	unsigned sends;
	struct paxos_output out;
} real;

static void real_begin(const struct check_bounds *b)
{
	struct paxos_config config =
		paxos_config_default(1, b->nodes, b->multi ? MODE_MULTI : MODE_SINGLE);

	memset(&real, 0, sizeof real);
	real.mistake = b->mistake;
	real.now = 1; /* 0 is never */
	mistake_config(b->mistake, &config);
	for (node_id i = 1; i <= b->nodes; i++) {
		config.self = i;
		paxos_init(&real.node[i], &config);
	}
}

static void real_carry_out(node_id node)
{
	for (unsigned i = 0; i < real.out.writes; i++) {
		const struct paxos_write *w = &real.out.write[i];

		if (w->kind == WRITE_PROMISED)
			real.promised[node] = w->ballot;
		if (w->kind != WRITE_VOTE || w->slot >= CHECK_SLOTS_MAX)
			continue;
		real.voted_at[node][w->slot] = w->ballot;
		real.voted[node][w->slot] = w->value;
	}
	for (unsigned i = 0; i < real.out.sends; i++) {
		struct message *m = &real.sent[real.sends];

		assert_true(real.sends < SENT_MAX);
		*m = real.out.send[i];
		assert_true(m->claims <= CHECK_SLOTS_MAX);
		for (unsigned k = 0; k < m->claims; k++)
			real.claim[real.sends][k] = m->claim[k];
		m->claim = real.claim[real.sends++];
	}
}

static bool is_it(const struct message *m, const struct check_act *act)
{
	const struct message *want = &act->message;
	struct claim highest = {.value = VALUE_NONE};

	for (unsigned k = 0; k < m->claims; k++)
		if (ballot_cmp(m->claim[k].ballot, highest.ballot) > 0)
			highest = m->claim[k];
	return m->type == want->type && m->from == want->from && set_has(m->to, act->node) &&
	       ballot_cmp(m->ballot, want->ballot) == 0 && m->slot == want->slot &&
	       m->low == want->low && m->value == want->value &&
	       ballot_cmp(m->promised, want->promised) == 0 && highest.value == act->claim &&
	       ballot_cmp(highest.ballot, act->claim_at) == 0;
}

static void real_restart(node_id node)
{
	const struct paxos_config config = real.node[node].config;

	paxos_init(&real.node[node], &config);
	paxos_restore(&real.node[node], 0, real.promised[node]);
	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++)
		if (real.voted[node][s] != VALUE_NONE)
			paxos_restore_vote(&real.node[node], s, real.voted_at[node][s],
					   real.voted[node][s]);
	mistake_restored(real.mistake, &real.node[node]);
}

static void real_act(const struct check_act *act)
{
	struct paxos *p = &real.node[act->node];
	struct paxos_input in = {.kind = INPUT_TIMER};
	struct message heard;

	if (act->kind == CHECK_PROPOSE) {
		in = (struct paxos_input){
			.kind = INPUT_PROPOSE, .value = act->value, .slot = act->slot};
	} else if (act->kind == CHECK_DELIVER) {
		unsigned i = 0;

		while (i < real.sends && !is_it(&real.sent[i], act))
			i++;
		if (i == real.sends)
			fail_msg("%s %u.%u of slot %u from n%u to n%u: nobody sent it",
				 message_name(act->message.type), act->message.ballot.round,
				 act->message.ballot.node, (unsigned)act->message.slot,
				 act->message.from, act->node);
		heard = real.sent[i];
		in = (struct paxos_input){.kind = INPUT_MESSAGE, .message = &heard};
	} else if (act->kind != CHECK_TIMER) {
		real_restart(act->node);
		in = (struct paxos_input){.kind = INPUT_START, .again = true};
	}
	if (act->kind == CHECK_TIMER)
		real.now = higher_of(real.now, p->proposer_at);
	in.now = real.now;
	mistake_step(real.mistake, p, &in, &real.out);
	real_carry_out(act->node);
}

/* Beside what nodes tell each other of how far they know, which the explorer leaves out. */
static void same_events(const struct check_act *act)
{
	unsigned at = 0;

	for (unsigned i = 0; i < real.out.events; i++) {
		const struct event *is = &real.out.event[i], *was = &act->event[at];

		if (is->kind == EVENT_SYNCING)
			continue;
		while (at < act->events && was->kind == EVENT_SYNCING)
			was = &act->event[++at];
		assert_true(at < act->events);
		assert_string_equal(event_name(was->kind), event_name(is->kind));
		assert_int_equal(was->value, is->value);
		assert_int_equal(ballot_cmp(was->ballot, is->ballot), 0);
		assert_int_equal(ballot_cmp(was->other, is->other), 0);
		at++;
	}
}

static void the_shipped_core_does_the_same(struct check *c, const struct check_bounds *b)
{
	static struct check_act act;
	const unsigned length = check_schedule_length(c);

	real_begin(b);
	for (unsigned i = 0; i < length; i++) {
		assert_true(check_schedule(c, i, &act));
		real_act(&act);
		same_events(&act);
	}
}

static void the_shipped_core_follows_every_schedule_that_is_tried(void **state)
{
	struct check_bounds b = bounds_of(2, 0);
	enum check_state end;
	struct check_count n;
	uint64_t seed = 7;

	(void)state;
	for (unsigned turn = 0; turn < 3; turn++) {
		b.multi = turn > 0;
		b.slots = (uint8_t)(1 + turn / 2);
		b.no_hints = turn == 2;
		b.nodes = turn == 2 ? 2 : 3;
		struct check *c = explore(&b, MEMORY, &end);
		check_count(c, &n);
		for (unsigned i = 0; i < 60; i++) {
			check_aim(c, draw(&seed, (unsigned)n.states));
			the_shipped_core_does_the_same(c, &b);
		}
	}
}

/* --- mistakes ----------------------------------------------------------------------------------
 */

static struct check_bounds bounds_of_mistake(unsigned mistake)
{
	const struct mistake_bounds m = mistake_bounds(mistake);

	return (struct check_bounds){.nodes = m.nodes,
				     .proposers = m.proposers,
				     .slots = m.slots,
				     .values = 2,
				     .ballots = m.ballots,
				     .crashes = m.crashes,
				     .multi = m.slots > 1,
				     .no_hints = !m.hints,
				     .mistake = mistake};
}

static unsigned harm_after[MISTAKES]; /* so many steps; 0 = not looked for yet */

static void every_mistake_comes_to_harm_in_a_schedule_that_the_shipped_core_follows(void **state)
{
	(void)state;
	assert_true(MISTAKES > 12);
	lines_begin("tests/data/runs/check_harm.txt");
	for (unsigned mistake = MISTAKE_NONE + 1; mistake < MISTAKES; mistake++) {
		const struct check_bounds b = bounds_of_mistake(mistake);
		struct check_count n;
		enum check_state end;

		if (b.ballots == 0)
			continue; /* it is about reads */
		struct check *c = explore(&b, MEMORY, &end);

		if (end != CHECK_BROKEN)
			fail_msg("%s: nothing is broken", mistake_name(mistake));
		check_count(c, &n);
		harm_after[mistake] = check_schedule_length(c);
		lines_add("%-20s %2u steps, %llu states, %llu of nodes, %u messages: %s\n",
			  mistake_name(mistake), check_schedule_length(c),
			  (unsigned long long)n.states, (unsigned long long)n.locals, n.messages,
			  check_why(c));
		the_shipped_core_does_the_same(c, &b);
	}
	lines_end();
}

/* A step that is none of Paxos.tla comes before the harm, or with it. */
static void every_mistake_is_none_of_paxos_tla(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/check_refined.txt");
	for (unsigned mistake = MISTAKE_NONE + 1; mistake < MISTAKES; mistake++) {
		struct check_bounds b = bounds_of_mistake(mistake);
		enum check_state end;

		if (b.ballots == 0)
			continue;
		if (harm_after[mistake] == 0)
			harm_after[mistake] = check_schedule_length(explore(&b, MEMORY, &end));
		const unsigned harm = harm_after[mistake];

		b.strict = true;
		struct check *c = explore(&b, MEMORY, &end);
		assert_int_equal(end, CHECK_BROKEN);
		lines_add("%-20s %2u of %2u steps: %s: %s\n", mistake_name(mistake),
			  check_schedule_length(c), harm, check_rule_name(check_broken(c)),
			  check_why(c));
		assert_true(check_schedule_length(c) <= harm);
	}
	lines_end();
}

/* Are these bounds among the first of `done`? Now they are. */
static bool were_explored(struct check_bounds *done, unsigned count, const struct check_bounds *b)
{
	for (unsigned i = 0; i < count; i++)
		if (memcmp(&done[i], b, sizeof *b) == 0)
			return true;
	done[count] = *b;
	return false;
}

/* Within the bounds in which a mistake does harm, the program without it does none. */
static void without_its_mistake_a_program_comes_to_no_harm(void **state)
{
	static struct check_bounds done[MISTAKES];

	(void)state;
	for (unsigned mistake = MISTAKE_NONE + 1; mistake < MISTAKES; mistake++) {
		struct check_bounds b;
		enum check_state end;

		memset(&b, 0, sizeof b);
		b = bounds_of_mistake(mistake);
		b.mistake = MISTAKE_NONE;
		b.strict = true;
		b.no_hints = true;
		if (b.proposers == 3 || b.slots == 2 || b.ballots == 0)
			continue; /* too many schedules for a test */
		if (were_explored(done, mistake, &b))
			continue; /* mistakes share bounds */
		explore(&b, MEMORY, &end);
		assert_int_equal(end, CHECK_HELD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lamports_specifications_have_the_published_states),
		cmocka_unit_test(quorums_that_do_not_meet_break_lamports_acceptors_too),
		cmocka_unit_test(promises_and_votes_need_to_meet_each_other_only),
		cmocka_unit_test(quorums_of_two_sizes_hold_where_they_meet),
		cmocka_unit_test(no_schedule_of_two_ballots_breaks_a_rule),
		cmocka_unit_test(no_crash_at_any_moment_of_three_ballots_breaks_a_rule),
		cmocka_unit_test(no_schedule_of_two_slots_breaks_a_rule),
		cmocka_unit_test(a_node_alone_chooses_what_it_likes),
		cmocka_unit_test(little_memory_ends_a_search_with_what_it_found),
		cmocka_unit_test(symmetry_loses_no_world_and_finds_none_twice),
		cmocka_unit_test(the_shipped_core_follows_every_schedule_that_is_tried),
		cmocka_unit_test(
			every_mistake_comes_to_harm_in_a_schedule_that_the_shipped_core_follows),
		cmocka_unit_test(every_mistake_is_none_of_paxos_tla),
		cmocka_unit_test(without_its_mistake_a_program_comes_to_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, leave_memory);
}
