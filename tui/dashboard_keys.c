/* What each key of tui/keys.def does, and what is typed at the prompt. */
#include <stdio.h>
#include <string.h>

#include "tui/dashboard.h"
#include "tui/view/keys.h"
#include "tui/screen/screen.h"
#include "tui/view/view.h"

static const struct {
	uint32_t num, den;
} rates[] = {{1, 1000}, {1, 500}, {1, 200}, {1, 100}, {1, 50}, {1, 20},
	     {1, 10},   {1, 5},   {1, 2},   {1, 1},   {1, 0}};

#define RATES (sizeof(rates) / sizeof(rates[0]))

/* --- looking ------------------------------------------------------------------------------- */

static void key_help(struct dashboard *d)
{
	d->scene.popup = d->scene.popup == POPUP_HELP ? POPUP_NONE : POPUP_HELP;
	d->scene.help_scroll = 0;
	d->scene.help_filter[0] = 0;
}

static void key_links(struct dashboard *d)
{
	struct scene *s = &d->scene;

	if (s->popup == POPUP_LINKS) {
		s->popup = POPUP_NONE;
		return;
	}
	s->popup = POPUP_LINKS;
	s->link_from = s->selected;
	if (s->link_to == s->link_from)
		s->link_to = s->link_from == 1 ? 2 : 1;
	if (s->link_to > d->model->nodes)
		s->link_to = 1;
}

static void move_event(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	const struct model *m = d->model;
	uint64_t i = s->following ? m->events - 1 : s->event_at;

	if (m->events == 0)
		return;
	for (; by < 0 && i > 0; by++) {
		uint64_t next = scene_event_before(m, s, i - 1);

		if (next == EVENT_UNSEEN)
			break;
		i = next;
	}
	for (; by > 0; by--) {
		uint64_t next = scene_event_after(m, s, i + 1);

		if (next == EVENT_UNSEEN) {
			s->following = true;
			return;
		}
		i = next;
	}
	s->following = false;
	s->event_at = i;
}

/* One proof on or back; a page: of the bytes of this one. */
static void move_evidence(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	int at = (int)s->evidence_at + by;

	if (by > 1 || by < -1) {
		s->evidence_scroll = s->evidence_scroll + by < 0 ? 0 : s->evidence_scroll + by;
		return;
	}
	s->evidence_at = at < 0 ? 0 : at < (int)d->model->proofs ? (unsigned)at : s->evidence_at;
	s->evidence_scroll = 0;
}

static void move(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	int nodes = d->model->nodes;

	if (s->popup == POPUP_HELP) {
		s->help_scroll = s->help_scroll + by < 0 ? 0 : s->help_scroll + by;
	} else if (s->view == VIEW_events || s->view == VIEW_lanes ||
		   (s->view == VIEW_main && s->focus == FOCUS_EVENTS)) {
		move_event(d, by);
	} else if (s->view == VIEW_evidence) {
		move_evidence(d, by);
	} else if (s->view == VIEW_log) {
		uint64_t most = d->model->slot_end - d->model->slot_first;

		if (by > 0)
			s->slots_back -=
				s->slots_back < (uint64_t)by ? s->slots_back : (uint64_t)by;
		else if (s->slots_back + (uint64_t)-by < most)
			s->slots_back += (uint64_t)-by;
	} else {
		s->selected = (node_id)((s->selected - 1 + by % nodes + nodes) % nodes + 1);
	}
}

static void key_down(struct dashboard *d)
{
	move(d, 1);
}

static void key_up(struct dashboard *d)
{
	move(d, -1);
}

static void key_page_down(struct dashboard *d)
{
	move(d, 10);
}

static void key_page_up(struct dashboard *d)
{
	move(d, -10);
}

static void key_next(struct dashboard *d)
{
	move_event(d, 1);
}

static void key_previous(struct dashboard *d)
{
	move_event(d, -1);
}

static void key_newest(struct dashboard *d)
{
	d->scene.following = true;
	d->scene.slots_back = 0;
}

static void key_oldest(struct dashboard *d)
{
	const struct model *m = d->model;
	uint64_t first = m->events > MODEL_EVENTS ? m->events - MODEL_EVENTS : 0;

	d->scene.event_at = scene_event_after(m, &d->scene, first);
	d->scene.following = d->scene.event_at == EVENT_UNSEEN;
	d->scene.slots_back = m->slot_end > m->slot_first ? m->slot_end - m->slot_first - 1 : 0;
}

static void key_pane(struct dashboard *d)
{
	d->scene.focus = (enum focus)((d->scene.focus + 1) % FOCUSES);
}

static void key_pane_back(struct dashboard *d)
{
	d->scene.focus = (enum focus)((d->scene.focus + FOCUSES - 1) % FOCUSES);
}

static void key_maximise(struct dashboard *d)
{
	d->scene.maximised = !d->scene.maximised;
}

static void key_detail(struct dashboard *d)
{
	d->scene.view = d->scene.view == VIEW_node ? VIEW_main : VIEW_node;
}

static void key_theme(struct dashboard *d)
{
	static const char *const names[] = {"default", "light", "high-contrast", "mono"};

	d->theme = (enum theme_name)((d->theme + 1) % 4);
	screen_theme(d->theme);
	dashboard_say(d, false, "theme %s", names[d->theme]);
}

static void key_blank(struct dashboard *d)
{
	d->scene.blank = true;
}

static void key_views(struct dashboard *d)
{
	d->scene.view = (enum view_id)((d->scene.view + 1) % VIEWS);
}

static void key_redraw(struct dashboard *d)
{
	(void)d;
	screen_redraw();
}

static void key_filter(struct dashboard *d)
{
	dashboard_ask(d, ASK_FILTER, "/", d->scene.filter);
}

static void key_command(struct dashboard *d)
{
	dashboard_ask(d, ASK_COMMAND, ":", "");
}

static void ask_quit(struct dashboard *d)
{
	dashboard_confirm(
		d, "quit",
		d->scene.kind == CLUSTER_LIVE
			? "Quit?  The %u nodes that were started with this dashboard end.  y/n"
		: d->scene.kind == CLUSTER_SIMULATED ? "Quit this simulation of %u nodes?  y/n"
						     : "Quit?  The cluster's %u nodes run on.  y/n",
		d->model->nodes);
}

/* One level up; only q, never Esc, goes beyond the top. */
static void close_level(struct dashboard *d, bool may_quit)
{
	struct scene *s = &d->scene;

	if (s->popup != POPUP_NONE)
		s->popup = POPUP_NONE;
	else if (s->maximised)
		s->maximised = false;
	else if (s->view != VIEW_main)
		s->view = VIEW_main;
	else if (!s->following)
		s->following = true;
	else if (s->filter[0] != 0)
		s->filter[0] = 0;
	else if (may_quit)
		ask_quit(d);
}

static void key_close(struct dashboard *d)
{
	close_level(d, true);
}

static void key_quit(struct dashboard *d)
{
	d->quit = true;
}

/* --- acting -------------------------------------------------------------------------------- */

static void node_command(struct dashboard *d, const char *verb)
{
	char line[64];

	snprintf(line, sizeof(line), "%s %u", verb, d->scene.selected);
	dashboard_command(d, line);
}

static void key_pause(struct dashboard *d)
{
	dashboard_command(d, d->scene.paused ? "resume" : "pause");
}

static void key_step(struct dashboard *d)
{
	if (!d->scene.paused)
		dashboard_command(d, "pause");
	dashboard_command(d, "step");
}

/* The next rate of the ladder above or below the one at which time runs, or ran before a pause. */
static void change_rate(struct dashboard *d, int by)
{
	uint64_t num = d->rate_num, den = d->rate_den;
	size_t i = 0;
	char line[40];

	while (i + 1 < RATES && (den == 0 || (rates[i].num * den < num * rates[i].den)))
		i++;
	if ((by < 0 && i == 0) || (by > 0 && i == RATES - 1))
		return;
	i = by < 0 ? i - 1 : i + 1;
	if (rates[i].den == 0)
		snprintf(line, sizeof(line), "rate unlimited");
	else
		snprintf(line, sizeof(line), "rate %u/%u", rates[i].num, rates[i].den);
	dashboard_command(d, line);
}

static void key_slower(struct dashboard *d)
{
	change_rate(d, -1);
}

static void key_faster(struct dashboard *d)
{
	change_rate(d, 1);
}

static void key_propose(struct dashboard *d)
{
	static char label[40];

	snprintf(label, sizeof(label), "n%u proposes the value: ", d->scene.selected);
	dashboard_ask(d, ASK_VALUE, label, "");
}

static void key_crash(struct dashboard *d)
{
	bool down = d->model->node[d->scene.selected].life == LIFE_DOWN;
	char line[64];

	snprintf(line, sizeof(line), "%s %u", down ? "restart" : "crash", d->scene.selected);
	dashboard_confirm(d, line,
			  down ? "Restart n%u with what its disk holds?  y/n"
			       : "Crash n%u, as by kill -9?  y/n",
			  d->scene.selected);
}

static void key_stop(struct dashboard *d)
{
	node_command(d,
		     d->model->node[d->scene.selected].life == LIFE_STOPPED ? "continue" : "stop");
}

static void key_undo(struct dashboard *d)
{
	d->scene.can_undo = false;
	if (d->undo.links)
		links_undo(d);
	else
		palette_undo(d);
	d->scene.can_undo = false;
}

static void key_gate(struct dashboard *d)
{
	char line[64];

	snprintf(line, sizeof(line), "gate %s %u",
		 d->model->node[d->scene.selected].gated ? "off" : "on", d->scene.selected);
	dashboard_command(d, line);
}

/* The message that the selected node has held for the longest. */
static void with_held(struct dashboard *d, const char *verb)
{
	const struct model *m = d->model;
	const struct flight *oldest = NULL;
	char line[100], type[16];

	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];

		if (f->to == d->scene.selected && f->state == FLIGHT_HELD && f->due == 0 &&
		    (oldest == NULL || f->sent_at < oldest->sent_at))
			oldest = f;
	}
	if (oldest == NULL) {
		dashboard_say(d, true, "n%u holds no message", d->scene.selected);
		return;
	}
	snprintf(type, sizeof(type), "%s", message_name(oldest->type));
	snprintf(line, sizeof(line), "%s %s %u %u", verb, type, oldest->from, oldest->to);
	dashboard_command(d, line);
}

static void key_deliver(struct dashboard *d)
{
	with_held(d, "deliver");
}

static void key_drop(struct dashboard *d)
{
	with_held(d, "drop");
}

static void key_duplicate(struct dashboard *d)
{
	with_held(d, "duplicate");
}

static void move_link(struct dashboard *d, int down, int right)
{
	struct scene *s = &d->scene;
	int n = d->model->nodes;

	do {
		s->link_from = (node_id)((s->link_from - 1 + down + n) % n + 1);
		s->link_to = (node_id)((s->link_to - 1 + right + n) % n + 1);
	} while (s->link_from == s->link_to && n > 1);
}

static void key_link_down(struct dashboard *d)
{
	move_link(d, 1, 0);
}

static void key_link_up(struct dashboard *d)
{
	move_link(d, -1, 0);
}

static void key_link_left(struct dashboard *d)
{
	move_link(d, 0, -1);
}

static void key_link_right(struct dashboard *d)
{
	move_link(d, 0, 1);
}

static void cut_or_join(struct dashboard *d, const char *both)
{
	const struct scene *s = &d->scene;
	char line[64];

	if (s->link_from == s->link_to) {
		dashboard_say(d, true, "a node has no link to itself");
		return;
	}
	snprintf(line, sizeof(line), "%s %u %u%s",
		 d->model->node[s->link_to].link[s->link_from].cut ? "join" : "cut", s->link_from,
		 s->link_to, both);
	dashboard_command(d, line);
}

static void key_link_cut(struct dashboard *d)
{
	cut_or_join(d, "");
}

static void key_link_both(struct dashboard *d)
{
	cut_or_join(d, " both");
}

static void key_p_split(struct dashboard *d)
{
	links_split(d);
}

static void key_p_island(struct dashboard *d)
{
	links_island(d);
}

static void key_p_ring(struct dashboard *d)
{
	links_ring(d, true);
}

static void key_p_chain(struct dashboard *d)
{
	links_ring(d, false);
}

static void key_p_lonely(struct dashboard *d)
{
	links_lonely(d);
}

static void (*const actions[ACTIONS])(struct dashboard *d) = {
#define KEY(name, key, twin, shown, label, where, needs, help) [ACTION_##name] = key_##name,
#define KEY_COMMAND(name, key, twin, shown, label, where, needs, command, help)
#include "tui/view/keys.def"
#undef KEY
#undef KEY_COMMAND
};

/* In the help, letters search; only what moves or closes does what it always does. */
static bool help_key(struct dashboard *d, int code)
{
	char *text = d->scene.help_filter;
	size_t length = strlen(text);

	if (code == KEYCODE_BACKSPACE && length > 0)
		text[length - 1] = 0;
	else if (code >= ' ' && code < 127 && length + 1 < FILTER_MAX &&
		 (length > 0 || code != '?') && !(length == 0 && (code == 'q' || code == 'Q')))
		text[length] = (char)code, text[length + 1] = 0;
	else if (code == KEYCODE_DOWN || code == KEYCODE_PAGE_DOWN)
		move(d, code == KEYCODE_DOWN ? 1 : 10);
	else if (code == KEYCODE_UP || code == KEYCODE_PAGE_UP)
		move(d, code == KEYCODE_UP ? -1 : -10);
	else
		return false;
	return true;
}

static bool click_key(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;

	if (code >= KEYCODE_EVENT && code < KEYCODE_EVENT + 0x1000) {
		uint64_t back = (uint64_t)(code - KEYCODE_EVENT);

		s->focus = FOCUS_EVENTS;
		s->following = back >= d->model->events;
		s->event_at = s->following ? 0 : d->model->events - 1 - back;
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
			return true;
		}
	return false;
}

static void act(struct dashboard *d, const struct key *key)
{
	char line[100];

	if ((key->needs & NEED_ACT) != 0 && !d->scene.can_act) {
		dashboard_say(d, true, "read-only: %s",
			      d->scene.why_not != NULL ? d->scene.why_not
						       : "this cluster takes no commands");
		return;
	}
	if (!key_is_valid(d->model, &d->scene, key)) {
		dashboard_say(d, true,
			      (key->needs & NEED_GATE) != 0
				      ? "n%u holds nothing back: H holds its messages first"
				      : "there is nothing for this key to do now",
			      d->scene.selected);
		return;
	}
	if (key->command == NULL) {
		actions[key->action](d);
		return;
	}
	key_command_fill(&d->scene, key, line, sizeof(line));
	dashboard_command(d, line);
}

void dashboard_key(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;
	const struct key *key;

	d->dirty = true;
	s->message[0] = 0;
	if (s->blank) {
		s->blank = false;
		return;
	}
	if (s->ask != ASK_NOTHING && code < KEYCODE_NODE) {
		dashboard_answer(d, code);
		return;
	}
	if (d->runner.state == RUNNER_ASKING &&
	    (code == KEYCODE_ENTER || code == ' ' || code == KEYCODE_PAGE_DOWN)) {
		runner_answer(&d->runner);
		return;
	}
	if (s->popup == POPUP_HELP && help_key(d, code))
		return;
	if (palette_click(d, code) || click_key(d, code) || view_key(d, code))
		return;
	if (code == KEYCODE_ESC) {
		close_level(d, false);
		return;
	}
	key = key_pick(d->model, s, code);
	if (key != NULL)
		act(d, key);
	else if (code < 127 && code > ' ')
		dashboard_say(d, false, "%c does nothing here; ? lists the keys", code);
}
