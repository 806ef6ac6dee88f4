/* The palettes of attacks and defences, the walk through a proof, the evidence: what they show (as
 * text, tests/data/screens/NAME.txt; REWRITE=1 writes it anew) and what their keys do. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/fold/fold.h"
#include "proto/model/judge/walk.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/matrix.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/dashboard/dashboard.h"
#include "tui/view/identity.h"
#include "tui/view/palette.h"
#include "tui/view/view.h"

static struct forecasts known;

static void compare(const char *name, const struct model *m, const struct scene *s, int width,
		    int height, bool ascii)
{
	struct canvas c = golden_draw(m, s, width, height);

	golden_compare(name, &c, ascii);
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
	struct walk p;

	(void)state;
	story_hidden_vote(m);
	struct scene s = story_scene(m);

	walk_through_violation(m, &p);
	assert_int_equal(p.both, set_of(3));
	assert_true(p.steps >= 6);
	s.popup = POPUP_PROOF;
	s.proof_at = p.steps - 1;
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

/* What a liar signed is not taken for words of the sentence, and two values look different. */
static void values_in_a_proof_are_told_apart_and_not_coloured(void **state)
{
	static const char *const values[][2] = {
		{"lost", "CUT"},
		{"日本語の長い値その一つ目です", "日本語の長い値その二つ目です"},
		{"transaction-number-00000001-of-today", "transaction-number-00000002-of-today"}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct model *m = story_new(5);
		struct evidence e = {.kind = PROOF_TWO_VOTES, .accused = 3, .slot = 4, .parts = 2};
		char words[2][200], text[EVIDENCE_WORDS_MAX];

		for (unsigned k = 0; k < 2; k++) {
			e.part[k] = signed_vote(k, m->values, values[i][k]);
			evidence_part_words(&e, k, words[k], sizeof(words[k]));
			assert_null(strchr(words[k], '\001'));
		}
		assert_string_not_equal(words[0], words[1]);
		if (i == 0) {
			evidence_words_marked(&e, text);
			assert_non_null(strstr(text, "=\001lost\002 and "));
			evidence_words(&e, text);
			assert_non_null(strstr(text, "=lost and "));
		}
		story_free(m);
	}
}

/* Below the list at 80x24 there are four lines, one of which is the forecast's. */
static void what_is_said_of_any_attack_fits_below_the_list(void **state)
{
	struct cell cells[76 * 4];
	struct canvas c = canvas_over(cells, 76, 4);

	(void)state;
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		char help[300];

		snprintf(help, sizeof(help), "%s: n31 %s", attack_name(bit), attack_help(bit));
		assert_true(draw_paragraph(&c, PLAIN, help, 31) +
				    draw_paragraph(&c, PLAIN, attack_see(bit), 31) <=
			    3);
	}
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
	session_begin(&d->session, true);
	return d;
}

static void press(struct dashboard *d, const char *keys)
{
	for (; *keys != 0; keys++)
		dashboard_key(d, *keys);
}

static void what_may_be_typed_is_shown_and_tab_completes_it(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	press(d, ":");
	compare("offers-80x24", m, &d->scene, 80, 24, false);
	press(d, "p");
	compare("offers-commands-80x24", m, &d->scene, 80, 24, false);
	press(d, "l\t");
	assert_string_equal(d->command.text, "play ");
	press(d, "demo/first-\t");
	assert_string_equal(d->command.text, "play demo/first-value.pxs ");
	dashboard_key(d, 21);
	press(d, "att\t3 wi\t");
	assert_string_equal(d->command.text, "attack 3 withhold ");
	compare("offers-attack-80x24", m, &d->scene, 80, 24, false);
	compare("offers-attack-ascii-120x40", m, &d->scene, 120, 40, true);
	press(d, "to 1,");
	assert_int_equal(d->offers.count, 4);
	assert_string_equal(d->offers.word[0], "1,2");
	press(d, "2\r");
	assert_int_equal(d->queued, 1);
	assert_int_equal(d->queue[0].command.attacks, ATTACK_WITHHOLD);
	press(d, ":nonsense ");
	compare("offers-none-80x24", m, &d->scene, 80, 24, false);
	free(d);
	story_free(m);
}

static void a_word_is_explained_and_the_state_told_in_a_popup_that_scrolls(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	dashboard_explain(d, "withhold");
	assert_int_equal(d->scene.popup, POPUP_TEXT);
	assert_non_null(strstr(d->scene.text, "How to see it: Needs a partition"));
	compare("explained-80x24", m, &d->scene, 80, 24, false);
	compare("explained-38x12", m, &d->scene, 38, 12, false);
	press(d, "jj");
	compare("explained-below-38x12", m, &d->scene, 38, 12, false);
	press(d, "kkk");
	assert_int_equal(d->scene.text_scroll, 0);
	dashboard_key(d, KEYCODE_ESC);
	assert_int_equal(d->scene.popup, POPUP_NONE);
	dashboard_explain(d, "withold");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	assert_non_null(strstr(d->scene.message, "did you mean \"withhold\"?"));
	dashboard_explain(d, "");
	assert_int_equal(d->scene.popup, POPUP_HELP);
	dashboard_show_state(d);
	assert_int_equal(d->scene.popup, POPUP_TEXT);
	assert_non_null(strstr(d->scene.text, "PROMISED"));
	free(d->text);
	free(d);
	story_free(m);
}

static void enter_on_an_attack_asks_for_its_story(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		d->scene.popup = POPUP_ATTACKS;
		d->scene.attack_at = bit;
		d->scene.can_act = bit % 2 == 0; /* whoever only watches may see it, too */
		dashboard_key(d, KEYCODE_ENTER);
		assert_int_equal(d->queued, 0);
		/* a test lies elsewhere than the program: where it was looked for is said */
		if (d->wanted[0] == 0)
			assert_non_null(strstr(d->scene.message, attack_name(bit)));
	}
	free(d);
	story_free(m);
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
	assert_int_equal(d->queue[0].command.kind, COMMAND_ATTACK);
	assert_int_equal(d->queue[0].command.nodes, set_of(2));
	assert_int_equal(d->queue[0].command.attacks, ATTACK_WITHHOLD);
	free(d);
	story_free(m);
}

static void the_page_of_mistakes_runs_wrong_programs_and_right_ones(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	const struct queued *q = d->queue;

	(void)state;
	d->scene.selected = 2;
	press(d, "xmjj");
	assert_int_equal(d->scene.popup, POPUP_MISTAKES);
	compare("mistakes-80x24", m, &d->scene, 80, 24, false);
	compare("mistakes-ascii-80x24", m, &d->scene, 80, 24, true);
	press(d, " ");
	assert_int_equal(q[0].command.kind, COMMAND_MISTAKE);
	assert_int_equal(q[0].command.nodes, set_of(2));
	assert_int_equal(q[0].command.mistake, 3);
	m->node[2].mistake = m->node[4].mistake = 3;
	compare("mistakes-120x40", m, &d->scene, 120, 40, false);
	press(d, " ");
	assert_int_equal(q[1].command.mistake, MISTAKE_NONE);
	m->node[5].life = LIFE_DOWN;
	press(d, "kkka0");
	assert_int_equal(q[2].command.nodes, set_first(4));
	assert_int_equal(q[2].command.mistake, MISTAKES - 1);
	assert_int_equal(q[3].command.nodes, set_first(4));
	assert_int_equal(q[3].command.mistake, MISTAKE_NONE);
	press(d, "l");
	assert_in_range(d->scene.mistake_at, 1, MISTAKES / 2);
	dashboard_key(d, KEYCODE_MISTAKE + (int)MISTAKES - 1);
	assert_int_equal(d->scene.mistake_at, MISTAKES - 1);
	dashboard_key(d, KEYCODE_MISTAKE + (int)MISTAKES - 1);
	assert_int_equal(q[4].command.mistake, MISTAKES - 1);
	press(d, "/wrong-gap\r");
	assert_string_equal(mistake_name(d->scene.mistake_at), "wrong-gap");
	press(d, "m");
	assert_int_equal(d->scene.popup, POPUP_ATTACKS);
	press(d, "mx");
	assert_int_equal(d->scene.popup, POPUP_NONE);
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
	assert_int_equal(d->queue[0].command.nodes, set_of(2) | set_of(4));
	m->node[4].attacks = ATTACK_WITHHOLD;
	press(d, " ");
	assert_int_equal(d->queue[1].command.nodes, set_of(4));
	assert_int_equal(d->queue[1].command.attacks, 0);
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
	assert_int_equal(d->queue[0].command.kind, COMMAND_DEFEND);
	assert_int_equal(d->queue[0].command.defences.named, DEFENCE_SIGN | DEFENCE_ECHO);
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
	assert_true(d->queue[0].command.defences.off);
	assert_int_equal(d->queue[0].command.defences.named, DEFENCE_SIGN | DEFENCE_ECHO);
	m->policy = DEFENCE_SIGN | DEFENCE_REJECT;
	press(d, "jjj y");
	assert_int_equal(d->queued, 3);
	assert_true(d->queue[1].command.defences.off);
	assert_int_equal(d->queue[1].command.defences.named, DEFENCE_REJECT);
	assert_int_equal(d->queue[2].command.defences.named, DEFENCE_JUSTIFY);
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
	assert_int_equal(d->queue[0].command.kind, COMMAND_DEFEND);
	assert_true(d->queue[0].command.defences.f_given);
	assert_int_equal(d->queue[0].command.defences.f, 1);
	free(d);
	story_free(m);
}

static void d_shows_defences_at_a_gate_too(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	press(d, "a");
	assert_non_null(strstr(d->scene.message, "holds nothing back"));
	m->node[1].gate = gate_rule_all();
	press(d, "a");
	assert_string_equal(d->scene.message, "n1 holds no message");
	press(d, "d");
	assert_int_equal(d->scene.popup, POPUP_DEFENCES);
	press(d, "x");
	assert_int_equal(d->scene.popup, POPUP_ATTACKS);
	press(d, "x");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	free(d);
	story_free(m);
}

static void who_is_down_is_not_asked_for_a_value(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	m->node[1].life = LIFE_DOWN;
	press(d, "p");
	assert_int_equal(d->scene.ask, ASK_NOTHING);
	assert_string_equal(d->scene.message,
			    "n1 is down: K restarts it, j and k go to another node");
	m->node[1].life = LIFE_UP;
	press(d, "p");
	assert_int_equal(d->scene.ask, ASK_VALUE);
	free(d);
	story_free(m);
}

static void pasted_lines_are_commands_after_one_question(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	char many[20 * (QUEUE_MAX + 2)] = "";

	(void)state;
	dashboard_paste(d, "KyQ", false);
	assert_string_equal(d->scene.message,
			    "3 characters were pasted, and do nothing here: press : or p first");
	press(d, ":cu");
	dashboard_paste(d, "t 1 2\n\n# heal\nheal\n", false);
	assert_int_equal(d->scene.ask, ASK_YES);
	assert_int_equal(d->queued, 0);
	dashboard_paste(d, "y", false);
	assert_int_equal(d->scene.ask, ASK_YES);
	press(d, "y");
	assert_int_equal(d->queued, 2);
	assert_int_equal(d->queue[0].command.kind, COMMAND_CUT);
	assert_int_equal(d->queue[1].command.kind, COMMAND_HEAL);
	d->queued = 0;
	press(d, ":");
	dashboard_paste(d, "heal\ncut 1 9\n", false);
	assert_int_equal(d->scene.ask, ASK_NOTHING);
	assert_non_null(strstr(d->scene.message, "nothing is done: line 2: "));
	for (unsigned i = 0; i <= QUEUE_MAX; i++)
		strcat(many, "heal\n");
	press(d, ":");
	dashboard_paste(d, many, false);
	assert_non_null(strstr(d->scene.message, "these are 65 commands"));
	press(d, ":");
	dashboard_paste(d, "heal", true);
	assert_non_null(strstr(d->scene.message, "nothing is done"));
	assert_int_equal(d->queued, 0);
	free(d);
	story_free(m);
}

static void one_pasted_line_is_text_at_the_cursor(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	press(d, "pab");
	dashboard_key(d, KEYCODE_LEFT);
	dashboard_paste(d, "\303\251 x\377\302\233y\nz\n", false);
	assert_string_equal(d->line.text, "a\303\251 xy zb");
	dashboard_key(d, KEYCODE_ENTER);
	assert_int_equal(d->queue[0].command.kind, COMMAND_PROPOSE);
	free(d);
	story_free(m);
}

static void alt_is_esc_and_a_key_that_only_looks(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	press(d, "x");
	dashboard_alt_key(d, 'S');
	assert_int_equal(d->scene.popup, POPUP_NONE);
	assert_int_equal(d->queued, 0);
	dashboard_alt_key(d, 'c');
	assert_int_equal(d->scene.popup, POPUP_LINKS);
	press(d, "c:heal");
	dashboard_alt_key(d, 'c');
	assert_int_equal(d->scene.ask, ASK_NOTHING);
	assert_int_equal(d->scene.popup, POPUP_LINKS);
	press(d, "cK");
	dashboard_alt_key(d, 'y');
	assert_int_equal(d->scene.ask, ASK_YES);
	assert_int_equal(d->queued, 0);
	free(d);
	story_free(m);
}

/* The event that is selected is the one that was drawn there, whatever has happened since. */
static void a_click_on_an_event_selects_what_was_drawn(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	story_takeover(m);
	d->events_drawn = m->events - 3;
	dashboard_key(d, KEYCODE_EVENT + 2);
	assert_false(d->scene.following);
	assert_int_equal(d->scene.event_at, m->events - 6);
	dashboard_key(d, 0x1f600);
	dashboard_key(d, 0xe801);
	assert_int_equal(d->scene.event_at, m->events - 6);
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
	assert_int_equal(d->queue[0].command.kind, COMMAND_PAUSE);
	press(d, "j");
	assert_int_equal(d->scene.proof_at, 1);
	uint64_t back;
	assert_true(scene_looks_back(m, &d->scene, &back));
	press(d, "v");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	assert_false(scene_looks_back(m, &d->scene, &back));
	free(d);
	d = dashboard_over(m);
	d->scene.freezes = false;
	palette_watch(d);
	assert_int_equal(d->queued, 0);
	free(d);
	story_free(m);
}

/* A command is carried out at that time. */
static void did(struct dashboard *d, const char *line, time_us at, bool failed)
{
	struct cluster_info info;
	struct command command;
	char why[200];

	d->cluster->ops->info(d->cluster, &info);
	assert_true(command_parse(line, 5, &command, why, sizeof(why)));
	session_note(&d->session, d->model, &info, &command, line, at);
	session_settle(&d->session, d->model, failed, false);
}

static void what_was_done_is_kept_as_a_scenario(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	struct scenario *scenario = malloc(sizeof(*scenario));
	char dir[] = "/tmp/test-palette-XXXXXX", why[300], path[700];
	const char *name;
	static char stored[65536];
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("XDG_STATE_HOME", dir, 1);
	did(d, "attack 3 withhold", 500, false);
	did(d, "pause", 600, false);
	did(d, "crash 2", 900, true);
	did(d, "propose 1 \"an apple\"", 1734, false);
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
	if (!scenario_parse("session", stored, scenario, why, sizeof(why)))
		fail_msg("%s\n%s", why, stored);
	assert_int_equal(scenario->seed, 9);
	assert_int_equal(scenario->commands, 6); /* a wait before each of the two, and at the end;
						  * not what failed */
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

/* --- looking back -------------------------------------------------------------------------- */

static const char *drawn(const struct dashboard *d)
{
	struct canvas c = golden_draw(d->model, &d->scene, 80, 24);

	return golden_text(&c, false);
}

static void a_pane_that_looks_back_says_so_and_follows_again_when_it_is_left(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	story_first_value(m);
	const char *ways[] = {"1", "G", "p", "5", "q"};
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		press(d, "3kkkk");
		assert_non_null(strstr(drawn(d), "EVENTS  back at event "));
		assert_non_null(strstr(drawn(d), "G live "));
		assert_non_null(strstr(drawn(d), "WHY  of event "));
		press(d, ways[i]);
		if (d->scene.ask == ASK_VALUE) {
			press(d, "fig");
			dashboard_key(d, KEYCODE_ENTER);
		}
		press(d, "1");
		assert_null(strstr(drawn(d), "G live "));
		assert_non_null(strstr(drawn(d), "is CHOSEN in slot 0: n1 counted"));
	}
	/* Space stops time and lets it go on: then there is news to see. */
	press(d, "3kk");
	d->scene.paused = true;
	press(d, " ");
	assert_null(strstr(drawn(d), "G live "));
	/* In the cluster's view the cursor belongs to the pane of events. */
	press(d, "1");
	d->scene.focus = FOCUS_EVENTS;
	press(d, "kk");
	assert_non_null(strstr(drawn(d), "EVENTS  back at event "));
	dashboard_key(d, KEYCODE_TAB);
	assert_null(strstr(drawn(d), "G live "));
	free(d);
	story_free(m);
}

static void a_proof_is_looked_back_at_until_it_is_closed(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	story_hidden_vote(m);
	assert_non_null(strstr(drawn(d), "SAFETY VIOLATED in slot 0"));
	press(d, "vjj");
	assert_non_null(strstr(drawn(d), "WHY  of event "));
	assert_non_null(strstr(drawn(d), ": Esc live"));
	dashboard_key(d, KEYCODE_ESC);
	assert_null(strstr(drawn(d), "WHY  of event "));
	assert_non_null(strstr(drawn(d), "WHY  slot 0 is violated: v proof, d e starts afresh"));
	/* WHY goes on with what happens after the violation. */
	struct event crashed = {.kind = EVENT_CRASHED, .node = 5, .at = m->now + 1000};
	model_event(m, &crashed);
	assert_non_null(strstr(drawn(d), "n5 crashed."));
	free(d);
	story_free(m);
}

/* A cluster whose messages wait for a hand is stalled, and yet each delivery is a step to explain.
 */
static void a_message_that_is_delivered_by_hand_is_explained(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	story_first_value(m);
	m->progress = PROGRESS_STALLED;
	snprintf(m->progress_why, sizeof(m->progress_why), "messages wait at the gates of n1");
	assert_non_null(strstr(drawn(d), "STALLED: messages wait"));
	assert_true(dashboard_command(d, "deliver accepted 2 1"));
	assert_null(strstr(drawn(d), "STALLED: messages wait"));
	assert_non_null(strstr(drawn(d), "is CHOSEN in slot 0: n1 counted"));
	assert_true(dashboard_command(d, "resume"));
	assert_non_null(strstr(drawn(d), "STALLED: messages wait"));
	free(d);
	story_free(m);
}

static void e_starts_afresh_under_the_defences_chosen(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	story_hidden_vote(m);
	m->policy = DEFENCE_SIGN | DEFENCE_CERT;
	d->scene.paused = true;
	press(d, "de");
	assert_int_equal(d->queued, 0);
	assert_non_null(strstr(d->scene.ask_text, "defences sign+cert"));
	press(d, "y");
	assert_int_equal(d->queued, 2);
	assert_int_equal(d->queue[0].command.kind, COMMAND_EPOCH);
	assert_int_equal(d->queue[0].command.defences.named, DEFENCE_SIGN | DEFENCE_CERT);
	assert_int_equal(d->queue[1].command.kind, COMMAND_RESUME);
	free(d);
	story_free(m);
}

/* --- what is typed ------------------------------------------------------------------------- */

/* A byte of a value, so that a part of it is another value; quotes and backslashes often. */
static char typed_at(unsigned place)
{
	static const char bytes[] = "\"\\abcdefghijklmnopqrstuvwxyz #|0123456789";
	return bytes[place * place % (sizeof bytes - 1)];
}

static void type(struct dashboard *d, const char *before, unsigned length, const char *behind)
{
	press(d, before);
	for (unsigned i = 0; i < length; i++)
		dashboard_key(d, typed_at(i));
	press(d, behind);
	dashboard_key(d, KEYCODE_ENTER);
}

static void a_typed_value_of_any_length_is_whole_or_refused(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	for (unsigned length = 1; length <= 70000; length += length < 1100 ? 1 : 9973) {
		d->queued = 0;
		d->scene.message[0] = 0;
		type(d, "p", length, "");
		if (length < COMMAND_TEXT_MAX) {
			const struct command *c = &d->queue[0].command;

			assert_int_equal(d->queued, 1);
			assert_int_equal(c->length, length);
			for (unsigned i = 0; i < length; i++)
				assert_int_equal(c->text[i], typed_at(i));
		} else {
			assert_int_equal(d->queued, 0);
			assert_true(d->scene.message_bad);
			assert_string_not_equal(d->scene.message, "");
		}
	}
	free(d);
	story_free(m);
}

/* Gives a command, as if the runner took it at once. */
static void give(struct dashboard *d, const char *line)
{
	assert_true(dashboard_command(d, line));
	undo_remember(d, &d->queue[0].command, d->queue[0].batch);
	d->queued = 0;
	d->scene.can_undo = d->undo != NULL;
}

/* A picture of all that u takes back. */
struct pictured {
	enum node_life life[6];
	struct link_rule link[6][6];
	policy_id policy;
};

static struct pictured picture(const struct model *m)
{
	struct pictured p = {.policy = m->policy};

	for (node_id n = 1; n <= 5; n++) {
		p.life[n] = m->node[n].life;
		for (node_id from = 1; from <= 5; from++)
			if (from != n)
				p.link[n][from] = m->node[n].link[from];
	}
	return p;
}

static void assert_same(const struct pictured *a, const struct pictured *b)
{
	assert_int_equal(a->policy, b->policy);
	for (node_id n = 1; n <= 5; n++) {
		assert_int_equal(a->life[n], b->life[n]);
		for (node_id from = 1; from <= 5; from++)
			assert_true(link_rule_equal(&a->link[n][from], &b->link[n][from]));
	}
}

/* What a cluster does with the command that waits, as far as u takes it back. */
static void obey(struct dashboard *d, const struct command *c)
{
	for (node_id n = 1; n <= 5; n++) {
		struct model_node *node = &d->model->node[n];

		if (c->kind == COMMAND_CUT || c->kind == COMMAND_JOIN)
			for (node_id from = 1; from <= 5; from++)
				if (set_has(c->from, from) && set_has(c->to, n) && from != n)
					node->link[from].cut = c->kind == COMMAND_CUT;
		if (!set_has(c->nodes, n))
			continue;
		if (c->kind == COMMAND_MISTAKE)
			node->mistake = c->mistake;
		if (c->kind == COMMAND_CRASH)
			node->life = LIFE_DOWN;
		if (c->kind == COMMAND_STOP && node->life == LIFE_UP)
			node->life = LIFE_STOPPED;
		if (c->kind == COMMAND_RESTART ||
		    (c->kind == COMMAND_CONTINUE && node->life == LIFE_STOPPED))
			node->life = LIFE_UP;
	}
}

/* However many commands were given, u goes back through all of them, one by one. */
static void u_goes_back_to_the_beginning_of_the_session(void **state)
{
	enum { STEPS = 300 };
	static struct pictured before[STEPS];
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	unsigned step[STEPS], steps = 0;
	uint32_t chance = 7;

	(void)state;
	for (node_id n = 1; n <= 5; n++)
		m->node[n].life = LIFE_UP;
	for (unsigned i = 0; i < STEPS; i++) {
		static const char *const verbs[] = {"crash",    "restart", "stop",
						    "continue", "cut",     "join"};
		const struct undo *newest = d->undo;
		char line[40];

		chance = chance * 1103515245 + 12345;
		const unsigned verb = chance >> 16 & 7, from = (chance >> 20 & 3) + 1;

		snprintf(line, sizeof(line), verb % 6 < 4 ? "%s %u" : "%s %u 5", verbs[verb % 6],
			 from);
		before[steps] = picture(m);
		give(d, line);
		obey(d, &d->queue[0].command);
		if (d->undo != newest)
			step[steps] = i, steps++;
	}
	assert_in_range(steps, STEPS / 3, STEPS);
	assert_true(step[steps - 1] > STEPS / 2);
	while (steps-- > 0) {
		struct pictured now;

		assert_non_null(d->undo);
		press(d, "u");
		for (unsigned i = 0; i < d->queued; i++)
			obey(d, &d->queue[i].command);
		d->queued = 0;
		for (node_id n = 1; n <= 5 && d->goal_at != 0; n++)
			for (node_id from = 1; from <= 5; from++)
				if (from != n)
					m->node[n].link[from] = d->goal[n][from];
		d->goal_at = 0;
		now = picture(m);
		assert_same(&now, &before[steps]);
	}
	assert_null(d->undo);
	free(d);
	story_free(m);
}

/* Nodes that were told differently are told so again. */
static void u_takes_back_where_nodes_are_to_crash(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);

	(void)state;
	for (node_id n = 1; n <= 5; n++)
		m->node[n].life = LIFE_UP;
	m->node[2].crash_point = CRASH_POINT_CHOSEN;
	give(d, "disk 1,2,3 crash-before vote");
	press(d, "u");
	assert_int_equal(d->queued, 2);
	assert_int_equal(d->queue[0].command.kind, COMMAND_DISK);
	assert_int_equal(d->queue[0].command.crash_point, CRASH_POINT_NONE);
	assert_int_equal(d->queue[0].command.nodes, set_of(1) | set_of(3));
	assert_int_equal(d->queue[1].command.crash_point, CRASH_POINT_CHOSEN);
	assert_int_equal(d->queue[1].command.nodes, set_of(2));
	free(d);
	story_free(m);
}

static void u_takes_back_every_node_of_a_command(void **state)
{
	struct model *m = story_new(31);
	struct dashboard *d = dashboard_over(m);
	node_set back = 0;

	(void)state;
	m->node[31].attacks = ATTACK_WITHHOLD;
	m->node[31].colluders = set_of(31);
	m->node[7].attacks = m->node[8].attacks = ATTACK_MUTE;
	m->node[7].colluders = m->node[8].colluders = set_of(7) | set_of(8);
	give(d, "attack all mute");
	press(d, "u");
	for (unsigned i = 0; i < d->queued; i++) {
		const struct command *c = &d->queue[i].command;

		assert_int_equal(c->kind, COMMAND_ATTACK);
		assert_int_equal(back & c->nodes, 0);
		back |= c->nodes;
		for (node_set left = c->nodes; left != 0; left &= left - 1)
			assert_int_equal(c->attacks, m->node[set_lowest(left)].attacks);
		if (set_has(c->nodes, 7))
			assert_int_equal(c->nodes, set_of(7) | set_of(8));
	}
	assert_int_equal(back, set_first(31));
	assert_null(d->undo);
	free(d);
	story_free(m);
}

/* Programs are taken back, too, to the first, whatever several nodes ran before. */
static void u_takes_back_every_mistake(void **state)
{
	enum { STEPS = 60 };
	static unsigned before[STEPS][6];
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	uint32_t chance = 11;

	(void)state;
	for (unsigned i = 0; i < STEPS; i++) {
		char line[80];

		chance = chance * 1103515245 + 12345;
		const unsigned one = (chance >> 16) % 5 + 1, other = (chance >> 20) % 5 + 1;

		for (node_id n = 1; n <= 5; n++)
			before[i][n] = m->node[n].mistake;
		snprintf(line, sizeof(line), "mistake %u,%u %s", one, other,
			 mistake_name((chance >> 24) % MISTAKES));
		give(d, line);
		obey(d, &d->queue[0].command);
	}
	for (unsigned i = STEPS; i-- > 0;) {
		assert_non_null(d->undo);
		press(d, "u");
		for (unsigned k = 0; k < d->queued; k++)
			obey(d, &d->queue[k].command);
		d->queued = 0;
		for (node_id n = 1; n <= 5; n++)
			assert_int_equal(m->node[n].mistake, before[i][n]);
	}
	assert_null(d->undo);
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
					   .last = MATRIX_SEEDS - 1};
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

/* The header tells the margin in short, M in full; the thread finds what anybody finds. */
static void the_margin_is_found_beside_the_dashboard_and_told(void **state)
{
	struct model *m = story_new(5);
	struct dashboard *d = dashboard_over(m);
	struct margin_finder *f = margin_finder_start();
	struct margin_case now;
	static struct margin expected;
	void *memory = malloc(margin_memory_size());

	(void)state;
	assert_non_null(f);
	assert_non_null(memory);
	story_first_value(m);
	press(d, "M");
	assert_int_equal(d->scene.popup, POPUP_NONE);
	margin_look(m, &now);
	margin_finder_ask(f, &now);
	while (!margin_finder_take(f, &d->margin))
		usleep(1000);
	margin_finder_ask(f, &now); /* nothing new */
	assert_int_equal(margin_finder_fd(f), -1);
	margin_find(memory, &now, &expected);
	for (unsigned kind = 0; kind < MARGIN_KINDS; kind++) {
		const struct margin_way *got = &d->margin.way[kind], *want = &expected.way[kind];

		assert_int_equal(got->found, want->found);
		assert_int_equal(got->count, want->count);
		assert_int_equal(got->steps, want->steps);
		for (unsigned i = 0; i < got->steps; i++)
			assert_string_equal(got->step[i], want->step[i]);
	}
	d->scene.margin = &d->margin;
	compare("margin-header-120x40", m, &d->scene, 120, 40, false);
	press(d, "M");
	assert_int_equal(d->scene.popup, POPUP_TEXT);
	compare("margin-80x24", m, &d->scene, 80, 24, false);
	compare("margin-ascii-120x40", m, &d->scene, 120, 40, true);
	/* the process dies: the next question goes to another one */
	const int pid = margin_finder_pid(f);
	assert_int_equal(kill(pid, SIGKILL), 0);
	now.up ^= 2;
	margin_finder_ask(f, &now);
	while (!margin_finder_take(f, &d->margin)) {
		usleep(1000);
		now.up ^= margin_finder_fd(f) < 0 ? 4 : 0;
		margin_finder_ask(f, &now);
	}
	assert_int_not_equal(margin_finder_pid(f), pid);
	margin_finder_end(f);
	free(memory);
	free(d->text);
	free(d);
	story_free(m);
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
		cmocka_unit_test(values_in_a_proof_are_told_apart_and_not_coloured),
		cmocka_unit_test(what_is_said_of_any_attack_fits_below_the_list),
		cmocka_unit_test(what_may_be_typed_is_shown_and_tab_completes_it),
		cmocka_unit_test(a_word_is_explained_and_the_state_told_in_a_popup_that_scrolls),
		cmocka_unit_test(enter_on_an_attack_asks_for_its_story),
		cmocka_unit_test(space_arms_what_is_under_the_cursor),
		cmocka_unit_test(liars_of_one_kind_are_told_at_once_so_that_they_collude),
		cmocka_unit_test(a_defence_that_lacks_another_asks_for_both),
		cmocka_unit_test(what_others_need_goes_off_with_them_and_what_clashes_makes_way),
		cmocka_unit_test(a_quorum_that_changes_nothing_is_offered_for_one_liar),
		cmocka_unit_test(d_shows_defences_at_a_gate_too),
		cmocka_unit_test(who_is_down_is_not_asked_for_a_value),
		cmocka_unit_test(pasted_lines_are_commands_after_one_question),
		cmocka_unit_test(one_pasted_line_is_text_at_the_cursor),
		cmocka_unit_test(alt_is_esc_and_a_key_that_only_looks),
		cmocka_unit_test(a_click_on_an_event_selects_what_was_drawn),
		cmocka_unit_test(a_violation_opens_its_proof_and_stops_time_once),
		cmocka_unit_test(what_was_done_is_kept_as_a_scenario),
		cmocka_unit_test(a_pane_that_looks_back_says_so_and_follows_again_when_it_is_left),
		cmocka_unit_test(a_proof_is_looked_back_at_until_it_is_closed),
		cmocka_unit_test(a_message_that_is_delivered_by_hand_is_explained),
		cmocka_unit_test(e_starts_afresh_under_the_defences_chosen),
		cmocka_unit_test(a_typed_value_of_any_length_is_whole_or_refused),
		cmocka_unit_test(u_takes_back_where_nodes_are_to_crash),
		cmocka_unit_test(u_takes_back_every_node_of_a_command),
		cmocka_unit_test(u_takes_back_every_mistake),
		cmocka_unit_test(the_page_of_mistakes_runs_wrong_programs_and_right_ones),
		cmocka_unit_test(u_goes_back_to_the_beginning_of_the_session),
		cmocka_unit_test(a_forecast_is_what_the_matrix_says),
		cmocka_unit_test(the_margin_is_found_beside_the_dashboard_and_told),
		cmocka_unit_test(a_full_table_of_forecasts_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
