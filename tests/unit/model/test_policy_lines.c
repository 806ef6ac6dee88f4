/* The defences of each slot, as nodes tell of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

static int begin(void **state)
{
	*state = handmade_new(5, false);
	return 0;
}

static int end(void **state)
{
	handmade_free(*state);
	return 0;
}

static void a_change_of_defences_from_an_earlier_slot_takes_the_place_of_later_ones(void **state)
{
	struct handmade *w = *state;
	const slot_number from[] = {10, 20, 5};

	handmade_start(w);
	for (unsigned i = 0; i < 3; i++)
		handmade_tell(w, (struct event){.kind = EVENT_POLICY,
						.node = 1,
						.slot = from[i],
						.policy = i == 2 ? DEFENCE_REJECT : DEFENCE_SIGN});
	assert_int_equal(model_policy_at(w->m, 4), POLICY_NONE);
	assert_int_equal(model_policy_at(w->m, 5), DEFENCE_REJECT);
	assert_int_equal(model_policy_at(w->m, 10), DEFENCE_REJECT);
	assert_int_equal(model_policy_at(w->m, 21), DEFENCE_REJECT);
}

#define SLOTS 40

/* Beside the model, slot by slot: from a change on, its defences. */
static void every_slot_has_the_defences_of_the_last_change_at_or_below_it(void **state)
{
	static const policy_id policies[] = {POLICY_NONE, DEFENCE_SIGN,
					     DEFENCE_SIGN | DEFENCE_QUORUM, DEFENCE_REJECT};
	unsigned full = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct handmade *w = handmade_new(5, true);
		const struct model *m = w->m;
		policy_id policy[SLOTS] = {POLICY_NONE};
		uint64_t random = seed;
		slot_number known = 0; /* from there on the model keeps all changes */

		handmade_start(w);
		for (unsigned i = 0; i < 80; i++) {
			/* mostly ahead of all that was told */
			const slot_number last =
				m->policy_lines == 0 ? 0 : m->policy_line[m->policy_lines - 1].from;
			slot_number from = random_next(&random) % SLOTS;

			if (random_next(&random) % 12 != 0)
				from = lower_of(last + random_next(&random) % 3, SLOTS - 1);
			const policy_id to = policies[random_next(&random) % 4];

			handmade_tell(w, (struct event){.kind = EVENT_POLICY,
							.node = (node_id)(1 + i % 5),
							.slot = from,
							.policy = to});
			for (slot_number slot = from; slot < SLOTS; slot++)
				policy[slot] = to;
			assert_int_equal(m->policy, to);
			assert_int_equal(m->quorum, (to & DEFENCE_QUORUM) != 0 ? 4 : 3);
			assert_in_range(m->policy_lines, 1, MODEL_LINES);
			full += m->policy_lines == MODEL_LINES;
			known = higher_of(lower_of(known, from), m->policy_line[0].from);
			for (slot_number slot = known; slot < SLOTS; slot++)
				assert_int_equal(model_policy_at(m, slot), policy[slot]);
			for (unsigned k = 1; k < m->policy_lines; k++) {
				assert_true(m->policy_line[k].from > m->policy_line[k - 1].from);
				assert_int_not_equal(m->policy_line[k].policy,
						     m->policy_line[k - 1].policy);
			}
		}
		handmade_free(w);
	}
	assert_true(full > 100);
}

static struct snapshot snapshot_of(node_id node, uint16_t boot, uint64_t seq)
{
	return (struct snapshot){.node = node,
				 .boot = boot,
				 .seq = seq,
				 .nodes = 5,
				 .quorum = 3,
				 .clock = {.num = 1, .den = 1}};
}

static void a_node_that_missed_a_change_of_defences_is_named(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	char words[REMARK_WORDS_MAX];
	handmade_start(w);
	for (node_id id = 1; id <= 5; id++) {
		s = snapshot_of(id, 1, 40);
		s.epoch = 1;
		s.lines = id == 3 ? 1 : 2;
		s.line[1] = (struct policy_line){7, DEFENCE_SIGN};
		model_snapshot(w->m, &s);
	}
	assert_false(model_trouble(w->m, 1, words, sizeof(words)));
	assert_true(model_trouble(w->m, 3, words, sizeof(words)));
	assert_string_equal(words, "n3 is under none, the others under sign from slot 7 on");
	struct event followed = {.kind = EVENT_POLICY,
				 .node = 3,
				 .boot = 1,
				 .seq = 41,
				 .slot = 7,
				 .policy = DEFENCE_SIGN};
	model_event(w->m, &followed);
	assert_false(model_trouble(w->m, 3, words, sizeof(words)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_change_of_defences_from_an_earlier_slot_takes_the_place_of_later_ones),
		TEST(every_slot_has_the_defences_of_the_last_change_at_or_below_it),
		TEST(a_node_that_missed_a_change_of_defences_is_named),
	};

	return cmocka_run_group_tests_name("policy_lines", tests, NULL, NULL);
}
