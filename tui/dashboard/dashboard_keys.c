/* Which key does what: finds the row of tui/view/keys.def. Here are also the keys that open, show
 * and close things. */
#include <stdio.h>
#include <string.h>

#include "tui/dashboard/dashboard.h"
#include "tui/view/keys.h"
#include "tui/screen/screen.h"
#include "tui/view/view.h"

void key_pane(struct dashboard *d)
{
	d->scene.focus = (enum focus)((d->scene.focus + 1) % FOCUSES);
}

void key_pane_back(struct dashboard *d)
{
	d->scene.focus = (enum focus)((d->scene.focus + FOCUSES - 1) % FOCUSES);
}

void key_maximise(struct dashboard *d)
{
	d->scene.maximised = !d->scene.maximised;
}

void key_theme(struct dashboard *d)
{
	d->theme_open_until = 0;
	d->theme = (enum theme_name)((d->theme + 1) % THEMES);
	screen_theme(d->theme);
	dashboard_say(d, false, "theme %s", theme_word(d->theme));
}

void key_blank(struct dashboard *d)
{
	d->scene.blank = true;
}

void key_views(struct dashboard *d)
{
	d->scene.view = (enum view_id)((d->scene.view + 1) % VIEWS);
}

void key_redraw(struct dashboard *d)
{
	(void)d;
	screen_redraw();
}

void key_search(struct dashboard *d)
{
	dashboard_ask(d, ASK_SEARCH, "/", "");
}

void key_filter(struct dashboard *d)
{
	dashboard_ask(d, ASK_FILTER, "&", dashboard_filter_here(d));
}

void key_to_moment(struct dashboard *d)
{
	dashboard_ask(d, ASK_MOMENT, "moment (214, 12.5s): ", "");
}

void key_command(struct dashboard *d)
{
	dashboard_ask(d, ASK_COMMAND, ":", "");
}

static void ask_quit(struct dashboard *d)
{
	const unsigned nodes = d->model->nodes;
	const char *s = nodes == 1 ? "" : "s";

	if (d->scene.kind == CLUSTER_LIVE)
		dashboard_confirm(d, "quit",
				  nodes == 1 ? "Quit?  The node that was started with this "
					       "dashboard ends.  y/n"
					     : "Quit?  The %u nodes that were started with this "
					       "dashboard end.  y/n",
				  nodes);
	else if (d->scene.kind == CLUSTER_RECORDED)
		d->quit = true;
	else if (d->scene.kind == CLUSTER_SIMULATED)
		dashboard_confirm(d, "quit", "Quit this simulation of %u node%s?  y/n", nodes, s);
	else
		dashboard_confirm(d, "quit", "Quit?  The cluster's %u node%s run%s on.  y/n", nodes,
				  s, nodes == 1 ? "s" : "");
}

/* Leaves a story, for the cluster below it: what is lost can be told again, so nothing is asked.
 * With none below it, `may_quit` ends the program. */
static void leave_story(struct dashboard *d, bool may_quit)
{
	if (d->scene.story_returns)
		d->leaves = true;
	else if (may_quit)
		d->quit = true;
	else
		dashboard_say(d, false, "q leaves the story");
}

static void return_to_proof(struct scene *s)
{
	s->from_proof = false;
	s->view = s->proof_over;
	s->popup = POPUP_PROOF;
}

/* Closes what was opened last. At the top there is nothing to close: q then asks whether to quit,
 * Esc does nothing; both leave a story. */
static void close_level(struct dashboard *d, bool may_quit)
{
	struct scene *s = &d->scene;

	if (s->popup != POPUP_NONE)
		s->popup = s->popup == POPUP_HELP ? s->popup_under : POPUP_NONE;
	else if (s->maximised)
		s->maximised = false;
	else if (s->from_proof && s->view == VIEW_lanes)
		return_to_proof(s);
	else if (s->view != VIEW_main)
		s->view = VIEW_main;
	else if (scene_holds(s))
		scene_follow(s);
	else if (s->past && s->kind != CLUSTER_RECORDED)
		key_now(d);
	else if (dashboard_waits(d) && !may_quit)
		dashboard_end_wait(d);
	else if (s->node_filter[0] != 0)
		s->node_filter[0] = 0;
	else if (s->wire_filter[0] != 0)
		s->wire_filter[0] = 0;
	else if (s->filter[0] != 0)
		s->filter[0] = 0;
	else if (d->play != NULL)
		leave_story(d, may_quit);
	else if (s->tree != NULL && s->tree->here > 0)
		d->wish = (struct branch_wish){.what = WISH_ENTER,
					       .branch = s->tree->branch[s->tree->here].from};
	else if (may_quit)
		ask_quit(d);
}

void key_close(struct dashboard *d)
{
	close_level(d, true);
}

/* Pasted text that the terminal does not mark as such comes faster than keys: it does not quit. */
void key_quit(struct dashboard *d)
{
	if (d->hasty)
		ask_quit(d);
	else
		d->quit = true;
}

static void (*const actions[ACTIONS])(struct dashboard *d) = {
#define KEY(name, key, twin, shown, label, where, needs, help) [ACTION_##name] = key_##name,
#define KEY_COMMAND(name, key, twin, shown, label, where, needs, command, help)
#include "tui/view/keys.def"
#undef KEY
#undef KEY_COMMAND
};

/* In the help, what is typed is searched for, q and Q as well: a word that begins so must not close
 * the help and act with its other letters. Signs that are keys everywhere are so here, too, until
 * something is typed; and after a search n and N go on. */
static bool is_typed(const struct scene *s, int code)
{
	if (code < ' ' || code >= 127)
		return false;
	if (s->help_filter[0] != 0)
		return true;
	return strchr("?/& ", code) == NULL &&
	       (s->page_search[0] == 0 || (code != 'n' && code != 'N'));
}

static bool help_key(struct dashboard *d, int code)
{
	char *text = d->scene.help_filter;
	const size_t length = strlen(text);

	if (code == KEYCODE_BACKSPACE && length > 0)
		text[length - 1] = 0;
	else if (is_typed(&d->scene, code) && length + 1 < FILTER_MAX)
		text[length] = (char)code, text[length + 1] = 0;
	else
		return false;
	d->scene.help_scroll = 0;
	d->scene.page_at = 0;
	return true;
}

static bool click_key(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;

	if (code >= KEYCODE_EVENT && code < KEYCODE_EVENT + MODEL_EVENTS) {
		uint64_t back = (uint64_t)(code - KEYCODE_EVENT);

		s->focus = FOCUS_EVENTS;
		s->following = back >= d->events_drawn;
		s->event_at = s->following ? 0 : d->events_drawn - 1 - back;
		return true;
	}
	if (code >= KEYCODE_TAPE && code <= KEYCODE_TAPE + 1000) {
		dashboard_click_tape(d, (unsigned)(code - KEYCODE_TAPE));
		return true;
	}
	if (code >= KEYCODE_LINK && code < KEYCODE_LINK + 0x400) {
		node_id from = (node_id)((code - KEYCODE_LINK) / 32);
		node_id to = (node_id)((code - KEYCODE_LINK) % 32);

		if (s->link_from == from && s->link_to == to && s->can_act)
			key_link_cut(d);
		s->link_from = from;
		s->link_to = to;
		return true;
	}
	if (code > KEYCODE_NODE && code <= KEYCODE_NODE + d->model->nodes) {
		s->selected = (node_id)(code - KEYCODE_NODE);
		s->focus = FOCUS_NODES;
		return true;
	}
	return false;
}

static bool view_key(struct dashboard *d, int code)
{
	for (unsigned i = 0; i < VIEWS; i++)
		if (d->scene.popup == POPUP_NONE && view_at((enum view_id)i)->key == code) {
			d->scene.view = (enum view_id)i;
			d->scene.maximised = false;
			d->scene.from_proof = false;
			return true;
		}
	return false;
}

/* Why the key has nothing to do now, by what it needs. */
static void say_why_not(struct dashboard *d, const struct key *key)
{
	static const struct {
		unsigned need;
		const char *why;
	} reasons[] = {
		{NEED_UNDO, "nothing was done that could be taken back"},
		{NEED_SEARCH, "nothing is searched for: / first"},
		{NEED_CURSOR, "every list shows the newest already"},
		{NEED_VIOLATION, "nothing is violated, so there is no proof to walk through"},
		{NEED_BRANCHES, "there is no fork yet: f forks at the moment that is shown"},
		{NEED_STORY, "no story is told here: Enter in the palette (x) or :play tells one"},
	};

	if ((key->needs & NEED_RECORDED) != 0) {
		dashboard_say(d, true, "nothing is recorded here: %s",
			      d->past.why_not != NULL && d->past.why_not[0] != 0
				      ? d->past.why_not
				      : "a story is told again from its beginning");
		return;
	}
	if ((key->needs & NEED_GATE) != 0) {
		if (d->scene.view == VIEW_gate)
			dashboard_say(d, true, "no message is held");
		else
			dashboard_say(d, true, "n%u holds nothing back: H holds its messages first",
				      d->scene.selected);
		return;
	}
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if ((key->needs & reasons[i].need) != 0)
			dashboard_say(d, false, "%s", reasons[i].why);
}

static void act_on_key(struct dashboard *d, const struct key *key)
{
	char line[100];

	if ((key->needs & NEED_ACT) != 0 && !d->scene.can_act) {
		dashboard_say(d, true, "read-only: %s",
			      d->scene.why_not != NULL ? d->scene.why_not
						       : "this cluster takes no commands");
		return;
	}
	if (!key_is_valid(d->model, &d->scene, key)) {
		say_why_not(d, key);
		return;
	}
	if (key->command == NULL) {
		actions[key->action](d);
		return;
	}
	key_command_fill(&d->scene, key, line, sizeof(line));
	dashboard_command(d, line);
}

/* The keys that let a story go on which waits for one: Enter and the next-button of a clicker.
 * Space does it as well, as the key that lets time run on. */
static bool story_key(struct dashboard *d, int code)
{
	if (d->play == NULL || !play_holds(d->play) || d->scene.popup != POPUP_NONE ||
	    (code != KEYCODE_ENTER && code != KEYCODE_PAGE_DOWN))
		return false;
	play_go_on(d->play);
	return true;
}

static void press_key(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;
	const struct key *key;

	d->dirty = true;
	s->message[0] = 0;
	if (s->blank) {
		s->blank = false;
		return;
	}
	if (s->ask != ASK_NOTHING && code < KEYCODE_CLICKS) {
		dashboard_answer(d, code);
		return;
	}
	if (dashboard_mark_key(d, code))
		return;
	if (d->runner.state == RUNNER_ASKING &&
	    (code == KEYCODE_ENTER || code == ' ' || code == KEYCODE_PAGE_DOWN)) {
		runner_answer(&d->runner);
		return;
	}
	if (story_key(d, code))
		return;
	if (s->popup == POPUP_HELP && help_key(d, code))
		return;
	if (palette_click(d, code) || branch_click(d, code) || click_key(d, code) ||
	    view_key(d, code))
		return;
	if (code == KEYCODE_ESC) {
		close_level(d, false);
		return;
	}
	key = key_pick(d->model, s, code);
	if (key != NULL)
		act_on_key(d, key);
	else if (code < 127 && code > ' ')
		dashboard_say(d, false, "%c does nothing here; ? lists the keys", code);
}

void dashboard_key(struct dashboard *d, int code)
{
	press_key(d, code);
	scene_settle(&d->scene);
}

/* Terminals send the same for both. It is Esc and the key where that does no harm: a key that acts
 * on the cluster does nothing. */
void dashboard_alt_key(struct dashboard *d, int code)
{
	const struct key *key;

	if (d->scene.ask == ASK_YES || d->scene.blank)
		return;
	dashboard_key(d, KEYCODE_ESC);
	key = key_pick(d->model, &d->scene, code);
	if (key == NULL || (key->needs & NEED_ACT) == 0)
		dashboard_key(d, code);
}

void dashboard_paste(struct dashboard *d, const char *text, bool cut)
{
	struct scene *s = &d->scene;
	unsigned long characters = 0;

	d->dirty = true;
	for (const char *c = text; *c != 0; c++)
		characters += (*c & 0xc0) != 0x80;
	if (s->blank || s->ask == ASK_YES)
		return;
	if (cut)
		dashboard_say(d, true, "more than %d bytes were pasted: nothing is done",
			      PASTE_MAX - 1);
	else if (s->ask != ASK_NOTHING)
		dashboard_answer_paste(d, text);
	else if (s->popup == POPUP_HELP)
		for (; *text != 0 && *text != '\n'; text++)
			help_key(d, (unsigned char)*text);
	else
		dashboard_say(d, false,
			      "%lu characters were pasted, and do nothing here: press : or p first",
			      characters);
}
