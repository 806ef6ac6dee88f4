/* The bottom line, from the key table: keys that are valid now, those first that people press most
 * in this place, then the others in the order of the table, as far as there is room. It can be
 * clicked. */
#include <stdio.h>

#include "tui/view/identity.h"
#include "tui/view/keys.h"
#include "tui/view/pane.h"
#include "tui/view/view.h"

/* What people press most: in the node table they act, in lists and pages they look. */
static const enum action to_act[] = {
	ACTION_close,     ACTION_violation, ACTION_deliver, ACTION_drop,     ACTION_duplicate,
	ACTION_play_past, ACTION_back,      ACTION_now,     ACTION_fork,     ACTION_pause,
	ACTION_step,      ACTION_propose,   ACTION_attacks, ACTION_defences, ACTION_links,
	ACTION_crash,     ACTION_undo,      ACTION_search,  ACTION_detail,   ACTION_command,
};
static const enum action to_look[] = {
	ACTION_close,        ACTION_violation, ACTION_deliver,   ACTION_drop, ACTION_duplicate,
	ACTION_branch_enter, ACTION_fork,      ACTION_play_past, ACTION_back, ACTION_now,
	ACTION_newest,       ACTION_down,      ACTION_search,    ACTION_next, ACTION_filter,
	ACTION_detail,       ACTION_copy,      ACTION_pause,     ACTION_step, ACTION_propose,
};

static bool is_in(const enum action *list, size_t count, enum action action)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == action)
			return true;
	return false;
}

/* One key and its label at x, a stroke before it unless it is the first; it can be clicked. Returns
 * the column after it, or x if there is no room before `end`. */
static int draw_key(struct canvas *c, int x, int end, const char *shown, const char *label,
		    int code)
{
	int next = x + (x > 1);

	if (next + utf8_columns(shown) + 1 + utf8_columns(label) > end)
		return x;
	if (x > 1)
		canvas_put(c, x, 0, STYLE(INK_FRAME, 0), 0x2502);
	x = next;
	next = canvas_text(c, x, 0, STYLE(INK_KEY, ATTR_BOLD), shown);
	next = canvas_text(c, next + 1, 0, PLAIN, label);
	canvas_click(c, x, 0, next - x, 1, (unsigned)code);
	return next;
}

/* While something is asked, the keys are those of the answer. */
static void draw_answers(const struct scene *s, struct canvas *c)
{
	static const struct {
		enum ask ask; /* ASK_NOTHING: whatever is typed */
		const char *shown, *label;
		int code;
	} answers[] = {
		{ASK_YES, "y", "yes", 'y'},
		{ASK_YES, "n", "no", 'n'},
		{ASK_YES, "Esc", "no", KEYCODE_ESC},
		{ASK_COMMAND, "Enter", "run", KEYCODE_ENTER},
		{ASK_VALUE, "Enter", "propose", KEYCODE_ENTER},
		{ASK_SEARCH, "Enter", "search", KEYCODE_ENTER},
		{ASK_FILTER, "Enter", "filter", KEYCODE_ENTER},
		{ASK_MOMENT, "Enter", "go there", KEYCODE_ENTER},
		{ASK_NOTHING, "Esc", "give up", KEYCODE_ESC},
		{ASK_COMMAND, "Tab", "complete", KEYCODE_TAB},
		{ASK_NOTHING, "↑ ↓", "earlier lines", KEYCODE_UP},
		{ASK_NOTHING, "Ctrl-U", "erase", 21},
	};
	int x = 1;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].ask == s->ask ||
		    (answers[i].ask == ASK_NOTHING && s->ask != ASK_YES))
			x = draw_key(c, x, c->width, answers[i].shown, answers[i].label,
				     answers[i].code);
}

/* The key if it does something now; the help has its place at the right. A step is one of the
 * everyday keys while time stands: pressed before, it stops time first. */
static int draw_row(const struct model *m, const struct scene *s, struct canvas *c, int x, int end,
		    const struct key *key)
{
	char label[24], shown[16];

	key_label(m, s, key, label);
	key_shown_text(key, shown);
	if (label[0] == 0 || key->action == ACTION_help || !key_is_valid(m, s, key))
		return x;
	return draw_key(c, x, end, shown, label, key->code != 0 ? key->code : '1');
}

static const struct key *key_of(enum action action)
{
	unsigned i = 0;

	while (key_row(i)->action != action)
		i++;
	return key_row(i);
}

#define HELP_WIDTH 8 /* with a stroke before it */

void pane_keys(const struct model *m, const struct scene *s, struct canvas *c)
{
	const bool acts = s->view == VIEW_main && s->focus == FOCUS_NODES;
	const bool in_view = (key_place(s) & IN_VIEW) != 0;
	const enum action *first = acts ? to_act : to_look;
	const size_t count = !in_view ? 0
			     : acts   ? sizeof(to_act) / sizeof(to_act[0])
				      : sizeof(to_look) / sizeof(to_look[0]);
	int x = 1, end = c->width - HELP_WIDTH;

	if (s->ask != ASK_NOTHING) {
		draw_answers(s, c);
		return;
	}
	if (s->waits)
		x = draw_key(c, x, end, "Enter", "goes on", KEYCODE_ENTER);
	if (s->waits_long && in_view)
		x = draw_key(c, x, end, "Esc", "ends the wait", KEYCODE_ESC);
	for (size_t i = 0; i < count; i++)
		if (first[i] != ACTION_step || s->paused)
			x = draw_row(m, s, c, x, end, key_of(first[i]));
	for (unsigned i = 0; key_row(i) != NULL; i++)
		if (!is_in(first, count, key_row(i)->action) ||
		    (key_row(i)->action == ACTION_step && !s->paused))
			x = draw_row(m, s, c, x, end, key_row(i));
	draw_key(c, end, c->width, "?", "help", '?');
}
