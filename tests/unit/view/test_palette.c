/* The palettes of attacks and defences, the walk through a proof, the evidence: what they show (as
 * text, tests/screens/NAME.txt; REWRITE=1 writes it anew) and what their keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/matrix.h"
#include "tests/support/story.h"
#include "tui/dashboard.h"
#include "tui/view/palette.h"
#include "proto/model/judge/walk.h"
#include "tui/view/view.h"

#define TEXT_MAX 65536

static char drawn[TEXT_MAX], stored[TEXT_MAX];
static struct cell cells[200 * 60];
static struct forecasts known;

static void compare(const char *name, const struct model *m, const struct scene *s, int width,
		    int height, bool ascii)
{
	struct canvas c = canvas_over(cells, width, height);
	char path[200];
	FILE *f;
	size_t n = 0;

	draw_screen(m, s, &c);
	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	canvas_dump(&c, ascii, drawn, sizeof(drawn));
	if (getenv("REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(drawn, f);
		fclose(f);
		return;
	}
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(stored, 1, sizeof(stored) - 1, f);
		fclose(f);
	}
	stored[n] = 0;
	if (strcmp(stored, drawn) != 0)
		fail_msg("%s is not what is drawn (REWRITE=1 build/tests/test_palette writes it "
			 "anew):\n%s",
			 path, drawn);
}

/* Some answers, as if the simulator had given them. */
static void answer(const struct model *m, struct scene *s)
{
	static const enum outcome outcomes[] = {OUTCOME_BROKEN, OUTCOME_STALLED, OUTCOME_HELD,
						OUTCOME_UNKNOWN};
	struct forecast wanted[FORECASTS_MAX];
	unsigned count = forecast_wanted(m, s, wanted, FORECASTS_MAX);

	memset(&known, 0, sizeof(known));
	for (unsigned i = 0; i < count; i++) {
		wanted[i].outcome = (uint8_t)outcomes[i % 4];
		wanted[i].runs = 24;
		forecast_keep(&known, &wanted[i]);
	}
	s->forecasts = &known;
}

static void the_attack_palette_says_what_each_attack_would_do(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_first_value(m);
	struct scene s = story_scene(m);

	s.popup = POPUP_ATTACKS;
	s.selected = 3;
	s.attack_at = 4;
	answer(m, &s);
	compare("attacks-80x24", m, &s, 80, 24, false);
	compare("attacks-ascii-80x24", m, &s, 80, 24, true);
	compare("attacks-120x40", m, &s, 120, 40, false);
	story_free(m);
}

static void the_defence_palette_says_what_a_switch_would_do(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_hidden_vote(m);
	struct scene s = story_scene(m);

	s.popup = POPUP_DEFENCES;
	s.defence_at = 2;
	answer(m, &s);
	compare("defences-80x24", m, &s, 80, 24, false);
	compare("defences-120x40", m, &s, 120, 40, false);
	story_free(m);
}

static void a_liar_is_marked_and_the_banner_names_what_is_broken(void **state)
{
	struct model *m = story_new(5);

	(void)state;
	story_hidden_vote(m);
	struct scene s = story_scene(m);

	compare("violated-80x24", m, &s, 80, 24, false);
	s.view = VIEW_lanes;
	compare("violated-lanes-120x40", m, &s, 120, 40, false);
	s.view = VIEW_main;
	m->safety = SAFETY_OK;
	m->progress = PROGRESS_STALLED;
	snprintf(m->progress_why, sizeof(m->progress_why),
		 "ballot race: n1 n2 overtook each other 9 times, and nothing was chosen");
	compare("stalled-80x24", m, &s, 80, 24, false);
	story_free(m);
}

static void the_walk_shows_both_quorums_and_each_step(void **state)
{
	struct model *m = story_new(5);
	struct proof p;

	(void)state;
	story_hidden_vote(m);
	struct scene s = story_scene(m);

	proof_of(m, &p);
	assert_int_equal(p.both, set_of(3));
	assert_true(p.steps >= 6);
	s.popup = POPUP_PROOF;
	s.proof_at = p.steps - 1;
	s.following = false;
	s.event_at = p.step[s.proof_at].event;
	snprintf(s.replay, sizeof(s.replay), "paxos-tui run --sim /tmp/x.pxs");
	compare("proof-80x24", m, &s, 80, 24, false);
	compare("proof-120x40", m, &s, 120, 40, false);
	story_free(m);
}

/* --- evidence ------------------------------------------------------------------------------ */

static uint8_t frame_bytes[1 << 20], body[2][BRIEF_BYTES_MAX], proof_bytes[EVIDENCE_BYTES_MAX];

/* A vote of n3 for `text`, signed; the same bytes every time. */
static struct signed_body signed_vote(unsigned i, struct values *values, const char *text)
{
	static const struct wire_context context = {
		.cluster = {'l', 'a', 'b', '5', 1, 2, 3, 4}, .epoch = 7, .nodes = 5};
	static uint8_t signature[2][SIGNATURE_BYTES];
	const uint8_t seed[32] = {3};
	struct public_key key;
	struct secret_key secret;
	struct frame frame = {
		.sender = 3,
		.to = 1,
		.id = {3, 1, 1},
		.message = {.type = MSG_ACCEPTED,
			    .from = 3,
			    .ballot = {2, 2},
			    .slot = 4,
			    .value = values_intern(values, (const uint8_t *)text,
						   (uint32_t)strlen(text))},
	};
	struct signed_body out = {.body = body[i], .signature = signature[i]};

	key_pair_from_seed(seed, &key, &secret);
	size_t length = frame_encode(&context, &frame, values, &crypto_ed25519, &secret,
				     frame_bytes, sizeof(frame_bytes));

	assert_int_not_equal(length, 0);
	assert_int_equal(frame_decode(&context, frame_bytes, length, values, &frame), DROP_NOTHING);
	out.length = (uint32_t)frame_brief(&frame, body[i]);
	memcpy(signature[i], frame.signature, SIGNATURE_BYTES);
	return out;
}

static void evidence_is_shown_in_words_and_in_bytes(void **state)
{
	struct model *m = story_new(5);
	struct evidence e = {.kind = PROOF_TWO_VOTES, .accused = 3, .slot = 4, .parts = 2};

	(void)state;
	story_hidden_vote(m);
	e.part[0] = signed_vote(0, m->values, "A");
	e.part[1] = signed_vote(1, m->values, "B");
	struct item_proof item = {.holder = 1, .bytes = proof_bytes, .verdict = DROP_NOTHING};
	struct item_proof false_one = {.holder = 4, .bytes = proof_bytes, .verdict = DROP_PROOF};
	struct scene s = story_scene(m);

	s.view = VIEW_evidence;
	compare("evidence-none-80x24", m, &s, 80, 24, false);
	item.length = (uint32_t)evidence_encode(&e, proof_bytes, sizeof(proof_bytes));
	assert_int_not_equal(item.length, 0);
	model_proof(m, &item);
	item.holder = 2;
	model_proof(m, &item);
	false_one.length = item.length;
	model_proof(m, &false_one);
	assert_int_equal(m->proofs, 1);
	compare("evidence-80x24", m, &s, 80, 24, false);
	story_free(m);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void fake_info(const struct cluster *c, struct cluster_info *out)
{
	(void)c;
	*out = (struct cluster_info){
		.kind = CLUSTER_SIMULATED, .nodes = 5, .can_act = true, .seed = 9};
}

static struct dashboard *dashboard_over(struct model *m)
{
	static const struct cluster_ops ops = {.info = fake_info};
	static struct cluster cluster = {.ops = &ops};
	struct dashboard *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->cluster = &cluster;
	d->model = m;
	d->scene = story_scene(m);
	d->scene.kind = CLUSTER_SIMULATED;
	d->scene.freezes = true;
	again_begin(&d->again, true);
	return d;
}

static void press(struct dashboard *d, const char *keys)
{
	for (; *keys != 0; keys++)
		dashboard_key(d, *keys);
}

static void space_arms_what_is_under_the_cursor(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	d->scene.selected = 2;
	press(d, "xjjjj ");
	assert_int_equal(d->scene.popup, POPUP_ATTACKS);
	assert_int_equal(d->queued, 1);
	assert_int_equal(d->queue[0].kind, COMMAND_ATTACK);
	assert_int_equal(d->queue[0].nodes, set_of(2));
	assert_int_equal(d->queue[0].attacks, ATTACK_WITHHOLD);
	free(d);
	story_free(m);
}

static void liars_of_one_kind_are_told_at_once_so_that_they_collude(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	m->node[2].attacks = ATTACK_WITHHOLD;
	d->scene.selected = 4;
	d->scene.popup = POPUP_ATTACKS;
	d->scene.attack_at = 4;
	press(d, " ");
	assert_int_equal(d->queue[0].nodes, set_of(2) | set_of(4));
	m->node[4].attacks = ATTACK_WITHHOLD;
	press(d, " ");
	assert_int_equal(d->queue[1].nodes, set_of(4));
	assert_int_equal(d->queue[1].attacks, 0);
	free(d);
	story_free(m);
}

static void a_defence_that_lacks_another_asks_for_both(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	press(d, "djj ");
	assert_int_equal(d->queued, 0);
	assert_int_equal(d->scene.ask, ASK_YES);
	assert_non_null(strstr(d->scene.ask_text, "echo needs sign"));
	press(d, "y");
	assert_int_equal(d->queued, 1);
	assert_int_equal(d->queue[0].kind, COMMAND_DEFEND);
	assert_int_equal(d->queue[0].defences.named, DEFENCE_SIGN | DEFENCE_ECHO);
	free(d);
	story_free(m);
}

static void what_others_need_goes_off_with_them_and_what_clashes_makes_way(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	m->policy = DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO;
	press(d, "d ");
	assert_non_null(strstr(d->scene.ask_text, "echo needs sign"));
	press(d, "y");
	assert_true(d->queue[0].defences.off);
	assert_int_equal(d->queue[0].defences.named, DEFENCE_SIGN | DEFENCE_ECHO);
	m->policy = DEFENCE_SIGN | DEFENCE_REJECT;
	press(d, "jjj y");
	assert_int_equal(d->queued, 3);
	assert_true(d->queue[1].defences.off);
	assert_int_equal(d->queue[1].defences.named, DEFENCE_REJECT);
	assert_int_equal(d->queue[2].defences.named, DEFENCE_JUSTIFY);
	free(d);
	story_free(m);
}

static void a_quorum_that_changes_nothing_is_offered_for_one_liar(void **state)
{
	struct model *m = story_new(3);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	assert_int_equal(policy_quorum(policy_switched(0, 1, 3), 3), 3);
	assert_int_equal(policy_quorum(policy_switched(0, 1, 5), 5), 4);
	press(d, "dj ");
	assert_int_equal(d->scene.ask, ASK_YES);
	assert_non_null(strstr(d->scene.ask_text, "3 of 3"));
	press(d, "y");
	assert_int_equal(d->queue[0].kind, COMMAND_DEFEND);
	assert_true(d->queue[0].defences.f_given);
	assert_int_equal(d->queue[0].defences.f, 1);
	free(d);
	story_free(m);
}

static void d_delivers_at_a_gate_and_shows_defences_elsewhere(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	m->node[1].gated = true;
	press(d, "d");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	m->node[1].gated = false;
	press(d, "d");
	assert_int_equal(d->scene.popup, POPUP_DEFENCES);
	press(d, "x");
	assert_int_equal(d->scene.popup, POPUP_ATTACKS);
	press(d, "x");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	free(d);
	story_free(m);
}

static void a_violation_opens_its_proof_and_stops_time_once(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	palette_watch(d);
	assert_int_equal(d->queued, 0);
	story_hidden_vote(m);
	palette_watch(d);
	palette_watch(d);
	assert_int_equal(d->scene.popup, POPUP_PROOF);
	assert_int_equal(d->queued, 1);
	assert_int_equal(d->queue[0].kind, COMMAND_PAUSE);
	press(d, "j");
	assert_int_equal(d->scene.proof_at, 1);
	assert_false(d->scene.following);
	press(d, "v");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	assert_true(d->scene.following);
	free(d);
	d = dashboard_over(m);
	d->scene.freezes = false;
	palette_watch(d);
	assert_int_equal(d->queued, 0);
	free(d);
	story_free(m);
}

static void what_was_done_is_kept_as_a_scenario(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	struct scenario *scenario = malloc(sizeof(*scenario));
	char dir[] = "/tmp/test-palette-XXXXXX", why[300], path[700];
	const char *name;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("XDG_STATE_HOME", dir, 1);
	assert_true(dashboard_command(d, "attack 3 withhold"));
	assert_true(dashboard_command(d, "pause"));
	d->scene.now += 1234;
	assert_true(dashboard_command(d, "propose 1 \"an apple\""));
	story_hidden_vote(m);
	palette_watch(d);
	name = strstr(d->scene.replay, dir);
	assert_non_null(name);
	snprintf(path, sizeof(path), "%s", name);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	n = fread(stored, 1, sizeof(stored) - 1, f);
	stored[n] = 0;
	fclose(f);
	if (!scenario_parse("again", stored, scenario, why, sizeof(why)))
		fail_msg("%s\n%s", why, stored);
	assert_int_equal(scenario->seed, 9);
	assert_int_equal(scenario->commands, 6); /* a wait before each of the two, and at the end */
	assert_int_equal(scenario->command[1].kind, COMMAND_ATTACK);
	assert_int_equal(scenario->command[2].duration, 1234);
	assert_int_equal(scenario->command[3].kind, COMMAND_PROPOSE);
	unlink(path);
	snprintf(path, sizeof(path), "%s/paxos-tui", dir);
	rmdir(path);
	rmdir(dir);
	free(scenario);
	free(d);
	story_free(m);
}

/* --- forecasts ----------------------------------------------------------------------------- */

/* Asks until no question is left; the answers are those of the matrix itself. */
static void a_forecast_is_what_the_matrix_says(void **state)
{
	struct forecaster *f = forecaster_start();
	struct forecast wanted[] = {
		{.nodes = 3, .liars = 1, .attack = 4},
		{.nodes = 4, .liars = 1, .attack = 4},
		{.nodes = 4, .liars = 1, .attack = 12},
	};
	const unsigned count = sizeof(wanted) / sizeof(wanted[0]);

	(void)state;
	memset(&known, 0, sizeof(known));
	assert_non_null(f);
	do {
		forecaster_ask(f, wanted, count, &known);
		while (!forecaster_take(f, &known) && forecaster_is_busy(f))
			usleep(1000);
		forecaster_ask(f, wanted, count, &known);
	} while (forecaster_is_busy(f));
	void *memory = malloc(trial_size());

	for (unsigned i = 0; i < count; i++) {
		struct matrix_cell cell = {.attacks = 1u << wanted[i].attack,
					   .nodes = wanted[i].nodes,
					   .liars = 1,
					   .seeds = MATRIX_SEEDS};
		struct matrix_result result;
		const struct forecast *got = forecast_find(&known, &wanted[i]);

		matrix_run(memory, &cell, &result);
		assert_non_null(got);
		assert_true(got->done);
		assert_int_equal(got->outcome, result.result == TRIAL_BROKEN    ? OUTCOME_BROKEN
					       : result.result == TRIAL_STALLED ? OUTCOME_STALLED
										: OUTCOME_HELD);
		if (got->outcome == OUTCOME_HELD)
			assert_int_equal(got->runs, MATRIX_SEEDS);
	}
	/* a hidden vote: one of three is in both majorities, of four two are */
	assert_int_equal(forecast_find(&known, &wanted[0])->outcome, OUTCOME_BROKEN);
	assert_int_equal(forecast_find(&known, &wanted[1])->outcome, OUTCOME_HELD);
	free(memory);
	forecaster_end(f);
}

static void a_full_table_of_forecasts_forgets_the_oldest(void **state)
{
	struct forecast q = {.nodes = 5, .liars = 1};

	(void)state;
	memset(&known, 0, sizeof(known));
	for (q.policy = 0; q.policy <= FORECASTS_MAX; q.policy++)
		forecast_keep(&known, &q);
	q.policy = 0;
	assert_null(forecast_find(&known, &q));
	q.policy = FORECASTS_MAX;
	assert_non_null(forecast_find(&known, &q));
	q.policy = 1;
	q.runs = 3;
	forecast_keep(&known, &q);
	assert_int_equal(forecast_find(&known, &q)->runs, 3);
	assert_int_equal(known.count, FORECASTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_attack_palette_says_what_each_attack_would_do),
		cmocka_unit_test(the_defence_palette_says_what_a_switch_would_do),
		cmocka_unit_test(a_liar_is_marked_and_the_banner_names_what_is_broken),
		cmocka_unit_test(the_walk_shows_both_quorums_and_each_step),
		cmocka_unit_test(evidence_is_shown_in_words_and_in_bytes),
		cmocka_unit_test(space_arms_what_is_under_the_cursor),
		cmocka_unit_test(liars_of_one_kind_are_told_at_once_so_that_they_collude),
		cmocka_unit_test(a_defence_that_lacks_another_asks_for_both),
		cmocka_unit_test(what_others_need_goes_off_with_them_and_what_clashes_makes_way),
		cmocka_unit_test(a_quorum_that_changes_nothing_is_offered_for_one_liar),
		cmocka_unit_test(d_delivers_at_a_gate_and_shows_defences_elsewhere),
		cmocka_unit_test(a_violation_opens_its_proof_and_stops_time_once),
		cmocka_unit_test(what_was_done_is_kept_as_a_scenario),
		cmocka_unit_test(a_forecast_is_what_the_matrix_says),
		cmocka_unit_test(a_full_table_of_forecasts_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
