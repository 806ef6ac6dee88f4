/* Cursors: each list that does not show the newest says so, at what it looks, and which key
 * returns; keys are pressed, and screens are read as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tests/support/golden.h"
#include "tests/support/story.h"
#include "tui/dashboard/dashboard.h"
#include "tui/view/view.h"

static struct dashboard *dashboard_over(struct model *m)
{
	struct dashboard *d = calloc(1, sizeof(*d));

	d->model = m;
	d->scene = story_scene(m);
	d->runner.state = RUNNER_READY;
	return d;
}

static void end(struct dashboard *d)
{
	story_free(d->model);
	free(d->text);
	free(d);
}

static void press(struct dashboard *d, const char *keys)
{
	for (; *keys != 0; keys++)
		dashboard_key(d, *keys);
}

static const char *draw(const struct dashboard *d, int width, int height)
{
	struct canvas c = golden_draw(d->model, &d->scene, width, height);

	return golden_text(&c, false);
}

static void shows(const struct dashboard *d, const char *words)
{
	const char *text = draw(d, 80, 24);

	if (strstr(text, words) == NULL)
		fail_msg("no \"%s\":\n%s", words, text);
}

static void hides(const struct dashboard *d, const char *words)
{
	const char *text = draw(d, 80, 24);

	if (strstr(text, words) != NULL)
		fail_msg("\"%s\":\n%s", words, text);
}

/* Time passes: n1 votes, a slot after the other. */
static void votes(struct model *m, unsigned count)
{
	const value_ref fig = values_intern(m->values, (const uint8_t *)"fig", 3);

	for (unsigned i = 0; i < count; i++)
		model_event(m, &(struct event){.kind = EVENT_ACCEPTED,
					       .node = 1,
					       .boot = 1,
					       .seq = m->node[1].seq + 1,
					       .at = m->now + 1000,
					       .slot = m->slot_end,
					       .ballot = {1, 1},
					       .value = fig});
}

static void a_cursor_whose_event_is_kept_no_more_stays_at_the_oldest_and_says_so(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	votes(d->model, 9000);
	press(d, "3g");
	shows(d, "EVENTS  back at event 809 of 9000 at 0.810: G live, the oldest kept");
	shows(d, "│     0.810►");
	votes(d->model, 100);
	/* the event is gone: the cursor does not jump to the newest */
	shows(d, "EVENTS  back at event 909 of 9100 at 0.910: G live, the oldest kept");
	shows(d, "WHY  of event 909 of 9100 at 0.910: G live, the oldest kept");
	shows(d, "│     0.910►");
	press(d, "j");
	shows(d, "EVENTS  back at event 910 of 9100 at 0.911: G live, oldest kept 909");
	press(d, "4k");
	votes(d->model, 10);
	shows(d, "SPACE-TIME  back at event 919 of 9110 at 0.920: G live, the oldest kept");
	press(d, "G");
	hides(d, "back at");
	/* a filter lets only some be shown: the cursor goes to the oldest of these */
	press(d, "3g");
	votes(d->model, 10);
	snprintf(d->scene.filter, sizeof(d->scene.filter), "s2000");
	shows(d, "accepted 1.1=fig in slot 2000");
	shows(d, "►");
	end(d);
}

static void the_list_of_proofs_says_that_it_looks_back(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));
	struct model *m = d->model;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		m->proof[i] = (struct model_proof){
			.kind = PROOF_TWO_VOTES, .accused = 3, .slot = i, .holders = 2};
		snprintf(m->proof[i].words, sizeof(m->proof[i].words), "proof number %u", i + 1);
	}
	m->proofs = 2;
	press(d, "6");
	shows(d, "EVIDENCE  checked with the keys");
	shows(d, "proof number 2");
	m->proofs = 3; /* the newest is shown */
	shows(d, "proof number 3");
	press(d, "k");
	shows(d, "EVIDENCE  back at proof 2 of 3: G newest");
	shows(d, "proof number 2");
	press(d, "g");
	shows(d, "EVIDENCE  back at proof 1 of 3: G newest");
	press(d, "G");
	shows(d, "proof number 3");
	press(d, "kk");
	shows(d, "proof number 1");
	press(d, "jjj");
	shows(d, "EVIDENCE  checked with the keys");
	press(d, "k16"); /* left and opened again */
	shows(d, "EVIDENCE  checked with the keys");
	shows(d, "proof number 3");
	end(d);
}

static void proofs_are_filtered_like_every_list(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));
	struct model *m = d->model;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		m->proof[i] = (struct model_proof){.kind = PROOF_TWO_VOTES,
						   .accused = (node_id)(3 + i % 2),
						   .slot = i,
						   .holders = 2};
		snprintf(m->proof[i].words, sizeof(m->proof[i].words), "proof number %u", i + 1);
	}
	m->proofs = 4;
	press(d, "6&n3\r");
	shows(d, "EVIDENCE with \"n3\"");
	shows(d, "proof number 3");
	hides(d, "n4 ●");
	press(d, "k");
	shows(d, "back at proof 1 of 4: G newest");
	shows(d, "proof number 1");
	press(d, "j/n4\r"); /* what does not pass is not there */
	shows(d, "no proof has \"n4\", of 4");
	press(d, "/s0\r");
	shows(d, "proof number 1");
	press(d, "&");
	dashboard_key(d, 21); /* erase */
	press(d, "walrus\r");
	shows(d, "Nothing passes \"walrus\" from proof 1 on, the oldest that is kept.");
	press(d, "jky"); /* and nothing there */
	press(d, "16");
	shows(d, "EVIDENCE  checked with the keys");
	shows(d, "n4 ●");
	end(d);
}

/* A word that begins with a key must not be taken for keys. */
static void what_is_typed_into_the_help_is_searched_for_whatever_it_begins_with(void **state)
{
	static const char *const words[] = {"quorum", "Quit", "node", "undo", "Next",
					    "xyzzy",  "j",    "2",    "!",    "K"};
	struct dashboard *d = dashboard_over(story_new(5));
	char title[80];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		press(d, "?");
		press(d, words[i]);
		snprintf(title, sizeof(title), "HELP with \"%s\"", words[i]);
		shows(d, title);
		assert_false(d->quit);
		assert_int_equal(d->queued, 0);
		dashboard_key(d, KEYCODE_ESC);
		hides(d, "HELP");
	}
	press(d, "?");
	press(d, "?");
	hides(d, "HELP");
	end(d);
}

static void a_key_that_can_do_nothing_now_says_why(void **state)
{
	static const struct {
		const char *keys, *why;
	} cases[] = {
		{"u", "nothing was done that could be taken back"},
		{"n", "nothing is searched for: / first"},
		{"N", "nothing is searched for: / first"},
		{"G", "every list shows the newest already"},
		{"v", "nothing is violated, so there is no proof to walk through"},
		{"i", "no story is told here: Enter in the palette (x) or :play tells one"},
		{"a", "n1 holds nothing back: H holds its messages first"},
		{"r", "r does nothing here; ? lists the keys"},
	};
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		press(d, cases[i].keys);
		shows(d, cases[i].why);
	}
	end(d);
}

/* What is typed behind a wait is not done yet: it must not look as if keys were dead. */
static void a_command_behind_a_wait_says_so_and_esc_ends_the_wait(void **state)
{
	static const char *const waits[] = {
		"wait 60s", "wait chosen 0 x within 60s", "expect idle for 60s", "ask \"ready?\"",
		"beat",     "propose 1 x --wait"};
	struct dashboard *d = dashboard_over(story_new(5));
	char why[200], says[100];

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_true(command_parse(waits[i], 5, &d->runner.command, why, sizeof(why)));
		d->runner.state = i == 3 || i == 4 ? RUNNER_ASKING : RUNNER_BUSY;
		d->queued = 0;
		assert_true(dashboard_waits(d));
		d->scene.waits_long = true;
		press(d, "S");
		assert_int_equal(d->queued, 1);
		snprintf(says, sizeof(says),
			 "this comes after the `%.*s` that is not over: Esc ends that",
			 (int)strcspn(waits[i], " "), waits[i]);
		shows(d, says);
		shows(d, "Esc ends the wait│");
		dashboard_key(d, KEYCODE_ESC);
		assert_int_equal(d->runner.state, RUNNER_READY);
		shows(d, " is given up");
	}
	d->scene.waits_long = false;
	d->queued = 0;
	press(d, "S"); /* there is nothing before it */
	hides(d, "this comes after");
	hides(d, "Esc ends");
	end(d);
}

static void a_node_that_is_not_up_is_not_asked_for_a_value(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	d->model->node[1].life = LIFE_DOWN;
	press(d, "p");
	shows(d, "n1 is down: K restarts it, j and k go to another node");
	assert_int_equal(d->scene.ask, ASK_NOTHING);
	d->model->node[1].life = LIFE_STOPPED;
	press(d, "p");
	shows(d, "n1 is stopped: S lets it run on, j and k go to another node");
	assert_int_equal(d->scene.ask, ASK_NOTHING);
	d->model->node[1].life = LIFE_UP;
	press(d, "p");
	assert_int_equal(d->scene.ask, ASK_VALUE);
	end(d);
}

static void what_is_held_can_be_let_go_where_one_looks(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	d->model->node[1].gate = gate_rule_all();
	for (const char *view = "12345"; *view != 0; view++) {
		dashboard_key(d, *view);
		shows(d, "a admit│D drop│Y twice│");
	}
	press(d, "4>>");
	shows(d, "there are no nodes further to the right");
	press(d, "<<<");
	shows(d, "these are the nodes that matter most");
	end(d);
}

static void nodes_are_filtered_like_every_list(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	d->model->node[2].life = d->model->node[5].life = LIFE_DOWN;
	press(d, "&down\r");
	shows(d, "NODES with \"down\"");
	shows(d, "► n2 ■");
	hides(d, "n4 ●   acc");
	press(d, "j");
	shows(d, "► n5 ★");
	press(d, "j");
	shows(d, "► n2 ■");
	press(d, "5");
	shows(d, "NODE n2 of 5, j k among \"down\"");
	press(d, "k");
	shows(d, "NODE n5 of 5");
	dashboard_key(d, KEYCODE_ESC);
	shows(d, "NODES with \"down\"");
	dashboard_key(d, KEYCODE_ESC);
	hides(d, "NODES with");
	shows(d, "n4 ●   acc");
	end(d);
}

static void what_was_opened_says_of_which_time_it_tells(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	votes(d->model, 10);
	d->scene.now = d->model->now;
	press(d, "3");
	dashboard_key(d, KEYCODE_ENTER);
	shows(d, "EVENT  as of 0.011: Esc live");
	d->scene.now += 5000000;
	shows(d, "EVENT  as of 0.011: Esc live");
	dashboard_key(d, KEYCODE_ESC);
	hides(d, "as of");
	end(d);
}

/* At 31 nodes a few seconds of Syncs are more events than are kept. */
static void a_decision_is_remembered_when_its_events_are_not_kept(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));
	struct model *m = d->model;

	(void)state;
	story_first_value(m);
	for (unsigned i = 0; i < MODEL_EVENTS + 10; i++)
		model_event(m, &(struct event){.kind = EVENT_SENT,
					       .node = 5,
					       .boot = 1,
					       .seq = m->node[5].seq + 1,
					       .at = m->now + 100,
					       .type = MSG_SYNC,
					       .id = {5, 1, 1000 + i},
					       .to = set_of(1)});
	shows(d, "A is CHOSEN in slot 0: n1 n2 n3 voted for it at ballot 1.1.");
	hides(d, "nothing has happened");
	end(d);
}

static void opens(struct dashboard *d, const char *words)
{
	dashboard_key(d, KEYCODE_ENTER);
	assert_int_equal(d->scene.popup, POPUP_TEXT);
	if (strstr(d->text, words) == NULL)
		fail_msg("no \"%s\":\n%s", words, d->text);
}

static void a_message_on_the_wire_has_a_cursor_and_is_opened(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));
	struct model *m = d->model;

	(void)state;
	story_takeover(m);
	d->scene.now = m->now;
	dashboard_key(d, KEYCODE_TAB);
	shows(d, "├ WIRE  2 in flight ─");
	opens(d, "2 messages on the wire\n"); /* without a cursor: all of them */
	dashboard_key(d, KEYCODE_ESC);
	press(d, "j");
	shows(d, "WIRE  2 in flight  at message 1 of 6, which has arrived: G live");
	shows(d, "│ ► n2 ■");
	opens(d, "PROMISE from n2 to n1\n\n  id          2.1.");
	assert_non_null(strstr(d->text, "  other       2.2\n  value       B (1 byte)\n"));
	assert_non_null(strstr(d->text, "  its way     arrived at 0.12"));
	assert_non_null(strstr(d->text, "\nITS OTHER COPIES AND RECEIVERS\n  none is kept\n"));
	assert_non_null(strstr(d->text, "n2 sent PROMISE 3.1 (accepted 2.2=B) to n1\n"));
	assert_non_null(
		strstr(d->text, "n2 got PREPARE 3.1 from n1\n")); /* from which it follows */
	assert_non_null(strstr(d->text, "\nTHE WAY OF ITS MESSAGE"));
	dashboard_key(d, KEYCODE_ESC);
	shows(d, "at message 1 of 6");
	press(d, "jjjj");
	shows(d, "at message 5 of 6, which is lost: G live");
	opens(d, "  its way     lost at 0.129100: the link is cut\n");
	assert_non_null(strstr(d->text, "\nITS OTHER COPIES AND RECEIVERS\n  to n"));
	dashboard_key(d, KEYCODE_ESC);
	press(d, "k");
	shows(d, "at message 4 of 6: G live");
	opens(d, "ACCEPT from n1 to n3\n");
	assert_non_null(strstr(d->text, "  its way     due at 0.13"));
	dashboard_key(d, KEYCODE_ESC);
	/* its way ends, and it stays under the cursor, and says so */
	for (uint32_t i = 0; i < m->flights; i++)
		if (m->flight[i].to == d->scene.wire_to &&
		    m->flight[i].id.number == d->scene.wire_id.number) {
			m->flight[i].state = FLIGHT_ARRIVED;
			m->flight[i].ended_at = m->now;
		}
	d->scene.now += 60000000;
	shows(d, ", which has arrived: G live");
	m->flights = 0;
	shows(d, "its message is not kept any more: G live");
	press(d, "G");
	hides(d, "G live");
	end(d);
}

static void a_small_screen_shows_the_pane_whose_cursor_moves(void **state)
{
	static const int sizes[][2] = {{60, 16}, {40, 12}, {24, 8}};
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	story_takeover(d->model);
	for (unsigned i = 0; i < 3; i++) {
		d->scene.focus = FOCUS_NODES;
		assert_non_null(strstr(draw(d, sizes[i][0], sizes[i][1]), "n1 ◆"));
		dashboard_key(d, KEYCODE_TAB);
		press(d, "j");
		assert_non_null(strstr(draw(d, sizes[i][0], sizes[i][1]), "┌ WIRE  2"));
		assert_non_null(strstr(draw(d, sizes[i][0], sizes[i][1]), "│ ► n"));
		dashboard_key(d, KEYCODE_TAB);
		press(d, "k");
		assert_non_null(strstr(draw(d, sizes[i][0], sizes[i][1]), "┌ EVENTS  back"));
	}
	end(d);
}

static void the_wire_is_searched(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	story_takeover(d->model);
	dashboard_key(d, KEYCODE_TAB);
	dashboard_search(d, "ACCEPT n3");
	shows(d, "at message ");
	opens(d, "ACCEPT from n1 to n3\n");
	dashboard_key(d, KEYCODE_ESC);
	dashboard_search(d, "walrus");
	assert_non_null(strstr(d->scene.message, "no message on the wire has \"walrus\""));
	dashboard_key(d, KEYCODE_ESC);
	hides(d, "at message ");
	end(d);
}

static void the_wire_is_filtered(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	story_takeover(d->model);
	dashboard_key(d, KEYCODE_TAB);
	shows(d, "■ n2");
	press(d, "&n3\r");
	shows(d, "WIRE with \"n3\"  ");
	hides(d, "■ n2");
	shows(d, "▲ n3");
	hides(d, "╳ the link is cut");
	press(d, "&");
	dashboard_key(d, 21); /* erase */
	press(d, "walrus\r");
	shows(d, "No message on the wire passes \"walrus\".");
	dashboard_key(d, KEYCODE_ESC);
	hides(d, "WIRE with");
	shows(d, "■ n2");
	end(d);
}

static void a_vote_is_opened(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	story_first_value(d->model);
	press(d, "2");
	opens(d, "SLOT 0\n");
	dashboard_key(d, KEYCODE_ESC);
	press(d, "\t\t");
	shows(d, "LOG  at the vote of n2 in the newest slot: Enter opens it");
	opens(d, "VOTE of n2 in slot 0\n\nn2\n  voted at    1.1\n  for         A (1 byte)\n");
	assert_non_null(strstr(d->text, "  voters      n1 n2 n3\n"));
	assert_non_null(strstr(d->text, "  counted by  n1\n"));
	assert_non_null(strstr(d->text, "\nTOLD IN\n  0."));
	assert_non_null(strstr(d->text, "n2 accepted 1.1=A in slot 0\n"));
	assert_non_null(
		strstr(d->text, "n2 got ACCEPT 1.1=A from n1\n")); /* from which that follows */
	assert_non_null(strstr(d->text, "\nTHE WAY OF ITS MESSAGE"));
	assert_non_null(strstr(d->text, "n1 got ACCEPTED 1.1=A from n2\n"));
	dashboard_key(d, KEYCODE_ESC);
	shows(d, "LOG  at the vote of n2 in the newest slot");
	press(d, "k");
	shows(d, "LOG  back at vote of n2 in slot 0 of 0: G live");
	dashboard_key(d, KEYCODE_BACKTAB);
	dashboard_key(d, KEYCODE_BACKTAB);
	shows(d, "LOG  back at slot 0 of 0: G live");
	dashboard_key(d, KEYCODE_BACKTAB);
	opens(d, "VOTE of n5 in slot 0\n\nn5\n  has told of no vote\n");
	press(d, "12"); /* left and opened again */
	dashboard_key(d, KEYCODE_ESC);
	press(d, "12");
	shows(d, "LOG  votes;");
	end(d);
}

static void a_vote_of_a_node_that_has_no_column_gets_one(void **state)
{
	struct dashboard *d = dashboard_over(story_new(31));

	(void)state;
	votes(d->model, 3);
	press(d, "2");
	dashboard_key(d, KEYCODE_BACKTAB);
	shows(d, "vote of n31 in");
	shows(d, "n31 ");
	end(d);
}

static void esc_returns_to_the_proof_from_which_one_came(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));

	(void)state;
	story_hidden_vote(d->model);
	press(d, "v");
	press(d, "jj");
	assert_int_equal(d->scene.proof_at, 2);
	dashboard_key(d, KEYCODE_ENTER);
	assert_int_equal(d->scene.view, VIEW_lanes);
	opens(d, "\nEVENT ");
	dashboard_key(d, KEYCODE_ESC);
	assert_int_equal(d->scene.view, VIEW_lanes);
	dashboard_key(d, KEYCODE_ESC);
	assert_int_equal(d->scene.popup, POPUP_PROOF);
	assert_int_equal(d->scene.proof_at, 2);
	dashboard_key(d, KEYCODE_ESC);
	assert_int_equal(d->scene.popup, POPUP_NONE);
	assert_int_equal(d->scene.view, VIEW_main);
	end(d);
}

static void a_value_of_any_length_is_opened_whole_or_said_not_to_be_known(void **state)
{
	struct dashboard *d = dashboard_over(story_new(5));
	struct model *m = d->model;
	struct value_sketch sketch;
	uint8_t value[200];

	(void)state;
	for (unsigned i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)("walrus "[i % 7]);
	memcpy(value + sizeof(value) - 8, "the end.", 8);
	struct event e = {.kind = EVENT_ACCEPTED,
			  .node = 2,
			  .boot = 1,
			  .seq = m->node[2].seq + 1,
			  .at = m->now + 1000,
			  .ballot = {1, 1},
			  .value = values_intern(m->values, value, sizeof(value))};
	model_event(m, &e);
	for (const char *view = "23"; *view != 0; view++) {
		dashboard_key(d, *view);
		dashboard_key(d, KEYCODE_ENTER);
		assert_non_null(strstr(d->text, "the end. (200 bytes)\n"));
		dashboard_key(d, KEYCODE_ESC);
	}
	/* of another only the sketch was told */
	assert_true(values_sketch(m->values, e.value, &sketch));
	sketch.digest[0]++;
	e.slot = 1, e.seq++;
	e.value = values_intern_sketch(m->values, &sketch);
	model_event(m, &e);
	press(d, "2");
	dashboard_key(d, KEYCODE_ENTER);
	assert_non_null(strstr(d->text, "of 200 bytes: no more of it has been told\n"));
	end(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_cursor_whose_event_is_kept_no_more_stays_at_the_oldest_and_says_so),
		cmocka_unit_test(the_list_of_proofs_says_that_it_looks_back),
		cmocka_unit_test(proofs_are_filtered_like_every_list),
		cmocka_unit_test(a_command_behind_a_wait_says_so_and_esc_ends_the_wait),
		cmocka_unit_test(a_node_that_is_not_up_is_not_asked_for_a_value),
		cmocka_unit_test(what_is_held_can_be_let_go_where_one_looks),
		cmocka_unit_test(nodes_are_filtered_like_every_list),
		cmocka_unit_test(
			what_is_typed_into_the_help_is_searched_for_whatever_it_begins_with),
		cmocka_unit_test(a_key_that_can_do_nothing_now_says_why),
		cmocka_unit_test(a_decision_is_remembered_when_its_events_are_not_kept),
		cmocka_unit_test(a_message_on_the_wire_has_a_cursor_and_is_opened),
		cmocka_unit_test(a_small_screen_shows_the_pane_whose_cursor_moves),
		cmocka_unit_test(the_wire_is_searched),
		cmocka_unit_test(the_wire_is_filtered),
		cmocka_unit_test(a_vote_is_opened),
		cmocka_unit_test(a_vote_of_a_node_that_has_no_column_gets_one),
		cmocka_unit_test(esc_returns_to_the_proof_from_which_one_came),
		cmocka_unit_test(a_value_of_any_length_is_opened_whole_or_said_not_to_be_known),
		cmocka_unit_test(what_was_opened_says_of_which_time_it_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
