/* Attacks and defences by name: what is read, what a change makes of a policy, and what it costs to
 * change while the cluster works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/runner.h"
#include "proto/sim/sim_cluster.h"
#include "tests/support/parsed.h"

static void attacks_are_read_with_their_parameters(void **state)
{
	(void)state;
	struct command c = parsed("attack 3 equivocate");
	assert_int_equal(c.nodes, 0x4);
	assert_int_equal(c.attacks, ATTACK_EQUIVOCATE);
	assert_int_equal(c.victims, 0);
	c = parsed("attack 3,4 withhold+climb mute to 1,2 from 3.1");
	assert_int_equal(c.nodes, 0xc);
	assert_int_equal(c.attacks, ATTACK_WITHHOLD | ATTACK_CLIMB | ATTACK_MUTE);
	assert_int_equal(c.victims, 0x3);
	assert_int_equal(c.from_round, 3);
	c = parsed("attack 3 lie from 7");
	assert_int_equal(c.from_round, 7);
	c = parsed("attack 3 none");
	assert_int_equal(c.attacks, 0);
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		char line[64];
		snprintf(line, sizeof line, "attack 1 %s", attack_name(bit));
		assert_int_equal(parsed(line).attacks, 1u << bit);
	}
}

static void attacks_that_make_no_sense_are_refused_in_words(void **state)
{
	(void)state;
	assert_not_parsed("attack 3 equivocat",
			  "no attack \"equivocat\"; did you mean \"equivocate\"?");
	assert_not_parsed("attack 3 mute+frme", "no attack \"frme\"; did you mean \"frame\"?");
	assert_not_parsed("attack 3",
			  "an attack is missing; usage: attack NODE NAME...|none [to NODES] [from "
			  "BALLOT]");
	assert_not_parsed("attack 9 mute",
			  "expected a node (1 to 5), or several like 1,2, not \"9\"; "
			  "usage: attack NODE NAME...|none [to NODES] [from BALLOT]");
	assert_not_parsed(
		"attack 3 mute from x",
		"expected a ballot like 3.1, not \"x\"; usage: attack NODE NAME...|none [to "
		"NODES] [from BALLOT]");
}

static policy_id applied(const char *line, policy_id before, unsigned nodes)
{
	struct command c = parsed(line);
	policy_id after;
	char why[400];
	if (!defences_apply(&c.defences, before, nodes, &after, why, sizeof why))
		fail_msg("%s: %s", line, why);
	return after;
}

static void assert_unusable(const char *line, policy_id before, unsigned nodes,
			    const char *expected)
{
	struct command c = parsed(line);
	policy_id after;
	char why[400];
	assert_false(defences_apply(&c.defences, before, nodes, &after, why, sizeof why));
	assert_string_equal(why, expected);
}

static void defences_are_added_taken_away_and_replaced(void **state)
{
	const policy_id f1 = 1u << POLICY_F_SHIFT;
	(void)state;
	assert_int_equal(applied("defend sign", POLICY_NONE, 5), DEFENCE_SIGN);
	assert_int_equal(applied("defend sign+cert", POLICY_NONE, 5), DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(applied("defend cert", DEFENCE_SIGN, 5), DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(applied("defend cert off", DEFENCE_SIGN | DEFENCE_CERT, 5), DEFENCE_SIGN);
	assert_int_equal(applied("defend none", DEFENCE_SIGN | DEFENCE_CERT, 5), POLICY_NONE);
	assert_int_equal(applied("defend origin", DEFENCE_SIGN | DEFENCE_ECHO, 5),
			 DEFENCE_SIGN | DEFENCE_REJECT | DEFENCE_BUDGET);
	assert_int_equal(applied("defend quorum f=1", POLICY_NONE, 3), DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend quorum,f=1", POLICY_NONE, 3), DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend quorum+f=1", POLICY_NONE, 3), DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend quorum(f=1)", POLICY_NONE, 3), DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend quorum(f=1)", DEFENCE_QUORUM | 2 * f1, 9),
			 DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend origin,echo", POLICY_NONE, 5),
			 applied("defend origin+echo", POLICY_NONE, 5));
	assert_int_equal(applied("defend sign, cert", POLICY_NONE, 5), DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(applied("defend f=1", DEFENCE_QUORUM, 7), DEFENCE_QUORUM | f1);
	assert_int_equal(applied("defend quorum off", DEFENCE_QUORUM | f1, 7), POLICY_NONE);
	assert_int_equal(applied("defend all", POLICY_NONE, 3) & DEFENCE_QUORUM, DEFENCE_QUORUM);
}

static void defences_that_cannot_be_are_refused_with_a_way_out(void **state)
{
	(void)state;
	assert_not_parsed("defend qurum", "no defence \"qurum\"; did you mean \"quorum\"?");
	assert_not_parsed("defend all off",
			  "a preset is not switched off; \"none\" switches everything off");
	assert_not_parsed("attack 3 mute none", "\"none\" stands alone: it disarms all attacks");
	assert_not_parsed("defend quorum f=0", "f=0 tolerates no liar, and that takes a majority "
					       "only: leave `quorum` off");
	assert_not_parsed("defend quorum(f=1) f=2", "f=1 and f=2 are two wishes: say one");
	assert_not_parsed("defend none sign", "\"none\" stands alone: it switches everything off");
	assert_not_parsed("defend quorum off f=1",
			  "\"f=1\" is too much; usage: defend NAME...|PRESET [off] [f=K]");
	assert_not_parsed("defend +", "expected a defence, not \"+\"; usage: defend NAME...|PRESET "
				      "[off] [f=K]");
	assert_not_parsed("defend quorum f=5", "f is how many liars are tolerated: 1 to 4");
	assert_unusable("defend echo", POLICY_NONE, 5,
			"echo needs sign, which is off; \"defend sign+echo\" switches on both");
	assert_unusable("defend sign off", DEFENCE_SIGN | DEFENCE_CERT, 5,
			"sign is what others need: switch off cert first");
	assert_unusable("defend quorum(f=3)", POLICY_NONE, 3,
			"f=3 is too much: of 3 nodes at most 2 can lie");
	assert_unusable("defend reject", DEFENCE_SIGN | DEFENCE_JUSTIFY, 5,
			"these do not go together: justify+reject; switch one of them off first");
	assert_unusable("defend f=1", DEFENCE_SIGN, 5, "f belongs to quorum: switch that on too");
	assert_unusable("defend quorum", POLICY_NONE, 3,
			"3 nodes can tolerate no liar and stay alive, so `quorum` changes nothing "
			"here; \"quorum f=1\" makes it 3 of 3, and one silent node then stops it");
	assert_unusable("defend sign quorum", POLICY_NONE, 1,
			"one node alone tolerates no liar: leave `quorum` off");
}

static void a_quorum_that_tolerates_nobody_or_stops_at_once_is_called_so(void **state)
{
	const policy_id f1 = (policy_id)1 << POLICY_F_SHIFT;
	char words[80];
	(void)state;
	defences_remark(DEFENCE_QUORUM, 3, words, sizeof words);
	assert_string_equal(words, "; 3 nodes tolerate no liar (f=0): that takes 4");
	defences_remark(DEFENCE_QUORUM | f1, 3, words, sizeof words);
	assert_string_equal(words, "; a quorum is 3 of 3: one silent node stops it");
	defences_remark(DEFENCE_QUORUM | 2 * f1, 6, words, sizeof words);
	assert_string_equal(words, "; a quorum is 5 of 6: 2 silent nodes stop it");
	defences_remark(DEFENCE_QUORUM, 4, words, sizeof words);
	assert_string_equal(words, "");
	defences_remark(DEFENCE_SIGN, 3, words, sizeof words);
	assert_string_equal(words, "");
}

static void conditions_about_liars_are_read_and_shown(void **state)
{
	static const char *const lines[][2] = {
		{"expect evidence withhold 3", "evidence withhold n3"},
		{"expect not evidence * 3", "not evidence * n3"},
		{"expect lied 3 for 2s", "lied n3"},
		{"expect lied 3 mute within 2s", "lied n3 mute"},
		{"expect refused 1 rejected", "refused n1 rejected"},
		{"expect defence all", "defence all"},
		{"expect defence sign cert within 1s", "defence sign+cert"},
		{"expect violation honest-not-accused", "violation honest-not-accused"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct command c = parsed(lines[i][0]);
		char shown[200];
		condition_show(&c.condition[0], c.text, shown, sizeof shown);
		assert_string_equal(shown, lines[i][1]);
	}
	assert_not_parsed("expect evidence withold 3",
			  "no attack \"withold\"; did you mean \"withhold\"?");
}

/* A simulated cluster that is told what to do. */
struct stage {
	void *memory;
	struct cluster *c;
	struct model *m;
	struct runner r;
	struct pump pump;
	enum report_kind kind;
	char words[600];
};

static void on_report(void *user, const struct report *report)
{
	struct stage *s = user;
	s->kind = report->kind;
	snprintf(s->words, sizeof s->words, "%s", report->words);
}

static int begin(void **state)
{
	const struct sim_cluster_options options = {
		.nodes = 5, .seed = 1, .clock = {.num = 1}, .link = link_rule_default()};
	struct stage *s = calloc(1, sizeof *s);
	s->memory = calloc(1, sim_cluster_size(&options));
	s->c = sim_cluster_init(s->memory, &options);
	s->m = malloc(model_size());
	model_init(s->m, s->c->values, 5);
	runner_init(&s->r, s->c, s->m, on_report, s);
	pump_init(&s->pump, &s->r, 1);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct stage *s = *state;
	s->c->ops->close(s->c);
	free(s->m);
	free(s->memory);
	free(s);
	return 0;
}

static enum report_kind play(struct stage *s, const char *line)
{
	struct command c = parsed(line);
	pump_run(&s->pump, 1);
	assert_true(runner_give(&s->r, &c));
	for (int i = 0; i < 100000 && pump_run(&s->pump, 1) == RUNNER_BUSY; i++)
		;
	return s->kind;
}

static void a_change_holds_from_the_first_slot_that_nobody_touched(void **state)
{
	struct stage *s = *state;
	assert_int_equal(play(s, "defend sign"), REPORT_DONE);
	assert_string_equal(s->words, "from slot 0 on");
	play(s, "propose 1 A");
	play(s, "wait chosen 0 A on all within 5s");
	play(s, "wait idle within 5s");
	assert_int_equal(play(s, "defend cert"), REPORT_DONE);
	assert_string_equal(s->words, "from slot 1 on");
	assert_int_equal(play(s, "expect defence sign+cert"), REPORT_HOLDS);
	assert_int_equal(model_policy_at(s->m, 0), DEFENCE_SIGN);
	play(s, "propose 1 B");
	assert_int_equal(play(s, "wait chosen 1 B on 1,2,3,4,5 within 5s"), REPORT_DONE);
	play(s, "defend cert");
	assert_string_equal(s->words, "so it is already");
}

static void a_change_is_tried_again_where_nobody_was_yet(void **state)
{
	struct stage *s = *state;
	/* what nodes do since is not seen: as over a slow wire */
	play(s, "propose 1 A");
	play(s, "propose 2 B");
	assert_int_equal(play(s, "defend all"), REPORT_DONE);
	play(s, "propose 3 C");
	play(s, "propose 4 D");
	assert_int_equal(play(s, "wait idle within 60s"), REPORT_DONE);
	assert_int_equal(play(s, "expect agreement"), REPORT_HOLDS);
	assert_int_equal(play(s, "wait caught-up within 60s"), REPORT_DONE);
	for (node_id id = 1; id <= 5; id++)
		assert_int_equal(s->m->node[id].base, s->m->node[1].base);
}

/* The world moves on and the model does not hear of it. */
static void look_away(struct stage *s, time_us until)
{
	struct item item;
	while (s->c->ops->next(s->c, until, &item) != ITEM_NOTHING)
		;
}

static void who_took_a_change_that_others_refuse_takes_it_back(void **state)
{
	struct stage *s = *state;
	struct command c = parsed("defend sign+cert");
	play(s, "partition 1,2,3 | 4,5");
	struct control propose = {
		.kind = CONTROL_PROPOSE,
		.to = 0x1,
		.slot = SLOT_NONE,
		.value = (const uint8_t *)"A",
		.value_length = 1,
	};
	assert_true(s->c->ops->control(s->c, &propose));
	look_away(s, 1000000);
	/* n1, n2 and n3 have voted in slot 0; n4 and n5 have not heard of it */
	assert_true(runner_give(&s->r, &c));
	while (pump_run(&s->pump, 1) == RUNNER_BUSY)
		;
	assert_int_equal(s->kind, REPORT_DONE);
	assert_string_equal(s->words, "from slot 8 on");
	play(s, "heal");
	for (unsigned i = 0; i < 10; i++) {
		char line[32];
		snprintf(line, sizeof line, "propose %u v%u", 1 + i % 5, i);
		play(s, line);
	}
	assert_int_equal(play(s, "wait idle within 60s"), REPORT_DONE);
	assert_int_equal(play(s, "wait chosen 10 * on 1,2,3,4,5 within 60s"), REPORT_DONE);
	assert_int_equal(play(s, "expect chosen 0 A on 4,5"), REPORT_HOLDS);
}

static void who_is_down_follows_a_change_when_it_is_back(void **state)
{
	struct stage *s = *state;
	play(s, "propose 1 A");
	assert_int_equal(play(s, "wait chosen 0 A on 1,2,3,4,5 within 5s"), REPORT_DONE);
	play(s, "crash 5");
	assert_int_equal(play(s, "defend all"), REPORT_DONE);
	assert_string_equal(s->words, "from slot 1 on; n5 will be told on return");
	assert_int_equal(play(s, "restart 5"), REPORT_DONE);
	play(s, "propose 5 B");
	assert_int_equal(play(s, "wait chosen 1 B on 1,2,3,4,5 within 5s"), REPORT_DONE);
	play(s, "crash 5");
	assert_int_equal(play(s, "attack 5 mute"), REPORT_FAILED);
	assert_string_equal(s->words, "n5 is not up: it cannot lie");
}

static void who_is_down_begins_an_epoch_when_it_is_back(void **state)
{
	struct stage *s = *state;
	play(s, "crash 5");
	assert_int_equal(play(s, "epoch sign"), REPORT_DONE);
	assert_string_equal(s->words, "epoch 2; n5 will be told on return");
	play(s, "restart 5");
	assert_int_equal(s->m->node[5].epoch, 2);
	play(s, "propose 5 B");
	assert_int_equal(play(s, "wait chosen 0 B on 1,2,3,4,5 within 5s"), REPORT_DONE);
}

static void liars_are_counted_though_they_were_armed_one_after_the_other(void **state)
{
	struct stage *s = *state;
	play(s, "defend all");
	assert_int_equal(play(s, "attack 5 mute"), REPORT_DONE);
	assert_string_equal(s->words, "");
	assert_int_equal(play(s, "attack 4 mute"), REPORT_DONE);
	assert_string_equal(s->words, "liars: 2, tolerated: 1");
	assert_int_equal(play(s, "attack 4 climb"), REPORT_DONE);
	assert_string_equal(s->words, "liars: 2, tolerated: 1");
	play(s, "attack 4 none");
	assert_int_equal(play(s, "attack 5 climb"), REPORT_DONE);
	assert_string_equal(s->words, "");
}

static void a_liar_lies_until_it_is_told_to_stop(void **state)
{
	struct stage *s = *state;
	assert_int_equal(play(s, "attack 5 mute"), REPORT_DONE);
	assert_string_equal(s->words, "liars: 1, tolerated: 0");
	play(s, "propose 1 A");
	assert_int_equal(play(s, "wait lied 5 mute within 5s"), REPORT_DONE);
	assert_int_equal(play(s, "attack 5 none"), REPORT_DONE);
	assert_int_equal(model_armed(s->m), 0);
	assert_int_equal(play(s, "expect lied 5"), REPORT_HOLDS);
}

static void an_epoch_starts_with_an_empty_log_at_once(void **state)
{
	struct stage *s = *state;
	play(s, "propose 1 A");
	play(s, "wait chosen 0 A on all within 5s");
	assert_int_equal(play(s, "epoch all"), REPORT_DONE);
	assert_int_equal(play(s, "expect not chosen 0 *"), REPORT_HOLDS);
	assert_int_equal(play(s, "expect defence all"), REPORT_HOLDS);
	assert_int_equal(play(s, "epoch sign cert"), REPORT_DONE);
	assert_int_equal(s->m->policy, DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(play(s, "epoch"), REPORT_DONE);
	assert_int_equal(s->m->policy, DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(play(s, "epoch cert off"), REPORT_DONE);
	assert_int_equal(s->m->policy, DEFENCE_SIGN);
	assert_int_equal(play(s, "epoch echo"), REPORT_FAILED);
	play(s, "propose 2 B");
	assert_int_equal(play(s, "wait chosen 0 B on 1,2,3,4,5 within 5s"), REPORT_DONE);
	assert_int_equal(play(s, "expect agreement"), REPORT_HOLDS);
}

#define STAGED(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_are_read_with_their_parameters),
		cmocka_unit_test(attacks_that_make_no_sense_are_refused_in_words),
		cmocka_unit_test(defences_are_added_taken_away_and_replaced),
		cmocka_unit_test(defences_that_cannot_be_are_refused_with_a_way_out),
		cmocka_unit_test(a_quorum_that_tolerates_nobody_or_stops_at_once_is_called_so),
		cmocka_unit_test(conditions_about_liars_are_read_and_shown),
		STAGED(a_change_holds_from_the_first_slot_that_nobody_touched),
		STAGED(a_change_is_tried_again_where_nobody_was_yet),
		STAGED(who_took_a_change_that_others_refuse_takes_it_back),
		STAGED(who_is_down_follows_a_change_when_it_is_back),
		STAGED(who_is_down_begins_an_epoch_when_it_is_back),
		STAGED(liars_are_counted_though_they_were_armed_one_after_the_other),
		STAGED(a_liar_lies_until_it_is_told_to_stop),
		STAGED(an_epoch_starts_with_an_empty_log_at_once),
	};

	return cmocka_run_group_tests_name("liar_commands", tests, NULL, NULL);
}
