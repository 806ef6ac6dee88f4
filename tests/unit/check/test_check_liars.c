/* The explorer with liars: the table of what must happen to the hardened protocol, decided in every
 * schedule of two ballots, and what the searches leave out shown to make no difference. */
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
#include "proto/fault/attack.h"
#include "tests/support/lines.h"

#define MEMORY ((size_t)2 << 30)

static void *memory;

static struct check *explore(const struct check_bounds *b, enum check_state *end)
{
	if (memory != NULL)
		munmap(memory, MEMORY);
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	struct check *c = check_begin(memory, MEMORY, b);
	assert_non_null(c);
	do
		*end = check_run(c, 4096);
	while (*end == CHECK_RUNNING);
	if (*end == CHECK_FULL)
		fail_msg("%s", check_why(c));
	return c;
}

static int leave_memory(void **state)
{
	(void)state;
	munmap(memory, MEMORY);
	return 0;
}

static policy_id defences(const char *text)
{
	policy_id policy;
	const char *bad;
	size_t length;

	assert_true(policy_parse(text, &policy, &bad, &length));
	return policy;
}

static struct check_bounds bounds_of(unsigned nodes, const char *set, const char *attack)
{
	struct check_bounds b = {
		.nodes = (uint8_t)nodes,
		.proposers = 2,
		.slots = 1,
		.values = 2,
		.ballots = 2,
		.no_hints = true,
		.liars = 1,
		.policy = defences(set),
	};
	const unsigned bit = attack_find(attack, strlen(attack));

	if (strcmp(attack, "any") != 0) {
		assert_true(bit < ATTACKS);
		assert_non_null(check_attack_words(bit));
		b.attacks = (uint32_t)1 << bit;
	}
	return b;
}

/* --- the table ------------------------------------------------------------------------------- */

static const char *const columns[] = {"replay",   "equivocate", "withhold", "override",
				      "two-face", "lie",        "any"};
#define COLUMNS (sizeof columns / sizeof *columns)

/* X: broken; o: held; a dot: too many schedules for a test. */
struct row {
	const char *set;
	const char *cells;
};

static void all_cells_are(unsigned nodes, const struct row *rows, unsigned count)
{
	lines_begin(nodes == 3 ? "tests/data/runs/check_three.txt"
			       : "tests/data/runs/check_four.txt");
	for (unsigned r = 0; r < count; r++)
		for (unsigned i = 0; i < COLUMNS; i++) {
			const char cell = rows[r].cells[i];
			enum check_state end;
			struct check_count n;

			if (cell == '.')
				continue;
			const struct check_bounds b = bounds_of(nodes, rows[r].set, columns[i]);
			struct check *c = explore(&b, &end);
			check_count(c, &n);
			lines_add("n=%u %-24s %-10s %s, %u steps, %llu states, %llu of nodes, %u "
				  "messages\n",
				  nodes, rows[r].set, columns[i],
				  end == CHECK_BROKEN ? check_why(c) : "ok",
				  end == CHECK_BROKEN ? check_schedule_length(c) : n.depth,
				  (unsigned long long)n.states, (unsigned long long)n.locals,
				  n.messages);
			assert_int_equal(end, cell == 'X' ? CHECK_BROKEN : CHECK_HELD);
			assert_true(end == CHECK_BROKEN || n.whole);
		}
	lines_end();
}

static void three_nodes_break_but_where_a_quorum_is_all_of_them(void **state)
{
	static const struct row rows[] = {
		{"sign+cert", "oXXXXXX"},         {"sign+cert+echo", "oXXXXXX"},
		{"sign+cert+justify", "oXXoXXX"}, {"sign+cert+echo+justify", "oXXoXXX"},
		{"sign+cert+reject", "oXXXXXX"},  {"sign+cert+quorum(f=1)+echo+justify", "ooooooo"},
	};

	(void)state;
	all_cells_are(3, rows, sizeof rows / sizeof *rows);
}

static void four_nodes_are_safe_with_echo_and_justify(void **state)
{
	static const struct row rows[] = {
		{"sign+cert", "oXoXoXX"},         {"sign+cert+echo", "......X"},
		{"sign+cert+justify", "oXoo.oX"}, {"sign+cert+echo+justify", "......o"},
		{"sign+cert+reject", "oooo.oo"},
	};

	(void)state;
	all_cells_are(4, rows, sizeof rows / sizeof *rows);
}

/* --- one attack and its defence --------------------------------------------------------------- */

static enum check_state with_hints(const char *set, const char *attack)
{
	struct check_bounds b = bounds_of(3, set, attack);
	enum check_state end;

	b.no_hints = false;
	b.proposers = b.ballots = 1;
	explore(&b, &end);
	return end;
}

static void a_false_commit_is_believed_without_cert_only(void **state)
{
	(void)state;
	assert_int_equal(with_hints("sign", "false-commit"), CHECK_BROKEN);
	assert_int_equal(with_hints("sign+cert", "false-commit"), CHECK_HELD);
}

static void a_node_speaks_for_others_without_sign_only(void **state)
{
	(void)state;
	assert_int_equal(with_hints("none", "spoof"), CHECK_BROKEN);
	assert_int_equal(with_hints("sign", "spoof"), CHECK_HELD);
}

/* --- progress -------------------------------------------------------------------------------- */

/* The one liar votes honestly and may fall silent for ever. */
static void the_origins_reject_gets_stuck_and_nothing_else_does(void **state)
{
	static const char *const sets[] = {"sign+cert", "sign+cert+justify", "sign+cert+echo",
					   "sign+cert+reject"};

	(void)state;
	for (unsigned nodes = 3; nodes <= 4; nodes++)
		for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++) {
			struct check_bounds b = bounds_of(nodes, sets[i], "mute");
			const bool stuck = strstr(sets[i], "reject") != NULL;
			enum check_state end;
			struct check_count n;

			b.progress = true;
			b.ballots = stuck ? 2 : 1;
			struct check *c = explore(&b, &end);
			check_count(c, &n);
			if ((end == CHECK_BROKEN) != stuck)
				fail_msg("n=%u %s: %s", nodes, sets[i], check_why(c));
			if (!stuck) {
				assert_int_equal(n.hopeful, n.states);
				continue;
			}
			assert_int_equal(check_broken(c), CHECK_RULE_PROGRESS);
			assert_int_equal(check_schedule_length(c), nodes == 3 ? 6 : 10);
			assert_non_null(strstr(check_why(c), "n1 has voted for A at 1.1, n2 has "
							     "voted for B at 1.2, liars are "
							     "silent: no ballot"));
		}
}

static void where_all_must_agree_one_silent_node_stops_them(void **state)
{
	struct check_bounds b = bounds_of(3, "sign+quorum(f=1)", "mute");
	enum check_state end;

	(void)state;
	b.progress = true;
	struct check *c = explore(&b, &end);
	assert_int_equal(end, CHECK_BROKEN);
	assert_int_equal(check_broken(c), CHECK_RULE_PROGRESS);
	assert_int_equal(check_schedule_length(c), 0);
}

static void honest_nodes_are_never_stuck(void **state)
{
	struct check_bounds b = bounds_of(3, "none", "any");
	enum check_state end;
	struct check_count n;

	(void)state;
	b.liars = 0;
	b.crashes = 1;
	b.progress = b.strict = true;
	check_count(explore(&b, &end), &n);
	assert_int_equal(end, CHECK_HELD);
	assert_int_equal(n.hopeful, n.states);
}

/* --- what makes no difference ------------------------------------------------------------------
 */

/* Nodes that do not lie come to no harm by any set of defences, and each of their steps is one of
 * Paxos.tla; a crash takes no echo either. */
static void defences_alone_do_no_harm(void **state)
{
	static const char *const sets[] = {"sign+cert", "sign+cert+echo", "sign+justify",
					   "sign+cert+echo+justify", "reject"};

	(void)state;
	for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++)
		for (unsigned crashes = 0; crashes < 2; crashes++) {
			struct check_bounds b = bounds_of(2 + i % 2, sets[i], "any");
			enum check_state end;

			b.liars = 0;
			b.strict = true;
			b.ballots = b.nodes == 2 ? 2 : 1;
			b.crashes = (uint8_t)(crashes * (b.nodes == 2));
			struct check *c = explore(&b, &end);
			if (end != CHECK_HELD)
				fail_msg("%s: %s: %s", sets[i], check_rule_name(check_broken(c)),
					 check_why(c));
		}
}

/* What liars do in one world they do in each that differs from it by names only. */
static void symmetry_takes_no_lie_away(void **state)
{
	static const char *const attacks[] = {"any", "two-face", "equivocate"};

	(void)state;
	for (unsigned i = 0; i < sizeof attacks / sizeof *attacks; i++)
		for (unsigned justify = 0; justify < 2; justify++) {
			struct check_bounds b = bounds_of(
				4, justify ? "sign+cert+justify" : "sign+cert+reject", attacks[i]);
			enum check_state end, other;
			struct check_count n, whole;

			b.proposers = 1;
			b.ballots = 1;
			check_count(explore(&b, &end), &n);
			b.no_symmetry = true;
			check_count(explore(&b, &other), &whole);
			assert_int_equal(end, other);
			assert_true(n.states < whole.states);
			assert_true(end != CHECK_HELD || n.states * 8 >= whole.states);
		}
}

static void the_schedule_of_a_lie_is_told_step_by_step(void **state)
{
	const struct check_bounds b = bounds_of(4, "sign+cert+echo", "any");
	static struct check_act act;
	enum check_state end;
	unsigned lies = 0, words = 0;

	(void)state;
	struct check *c = explore(&b, &end);
	assert_int_equal(end, CHECK_BROKEN);
	assert_int_equal(check_schedule_length(c), 8);
	for (unsigned i = 0; i < 8; i++) {
		assert_true(check_schedule(c, i, &act));
		assert_int_equal(act.kind, CHECK_DELIVER);
		lies += act.lie;
		if (act.message.from != NODE_NONE)
			continue;
		assert_int_equal(act.message.type, MSG_ECHO);
		assert_true(set_count(act.signers) >= 3);
		assert_true(set_has(act.signers, 4));
		words++;
	}
	assert_int_equal(lies + words, 8);
	assert_int_equal(words, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_nodes_break_but_where_a_quorum_is_all_of_them),
		cmocka_unit_test(four_nodes_are_safe_with_echo_and_justify),
		cmocka_unit_test(a_false_commit_is_believed_without_cert_only),
		cmocka_unit_test(a_node_speaks_for_others_without_sign_only),
		cmocka_unit_test(the_origins_reject_gets_stuck_and_nothing_else_does),
		cmocka_unit_test(where_all_must_agree_one_silent_node_stops_them),
		cmocka_unit_test(honest_nodes_are_never_stuck),
		cmocka_unit_test(defences_alone_do_no_harm),
		cmocka_unit_test(symmetry_takes_no_lie_away),
		cmocka_unit_test(the_schedule_of_a_lie_is_told_step_by_step),
	};
	return cmocka_run_group_tests(tests, NULL, leave_memory);
}
