/* Looks keys up in their table. */
#include "tui/view/keys.h"

#include <stdio.h>
#include <string.h>

#include "tui/view/wire.h"

static const struct key keys[] = {
#define KEY(name, key, twin, shown, label, where, needs, help)                                     \
	{ACTION_##name, key, twin, shown, label, where, needs, NULL, help},
#define KEY_COMMAND(name, key, twin, shown, label, where, needs, command, help)                    \
	{ACTION_##name, key, twin, shown, label, where, needs, command, help},
#include "tui/view/keys.def"
#undef KEY
#undef KEY_COMMAND
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

const struct key *key_row(unsigned i)
{
	return i < KEYS ? &keys[i] : NULL;
}

static const char view_keys[] = {
#define VIEW(key, name, cursor, title, help) key,
#include "tui/view/views.def"
#undef VIEW
};

/* What a help text may list: each word with ", " before it. */
static const struct {
	const char *mark, *list;
} lists[] = {
	{
		"%views",
#define VIEW(key, name, cursor, title, help) ", " title
#include "tui/view/views.def"
#undef VIEW
	},
	{
		"%themes",
#define THEME(id, name, colours, ground, ground16) ", " name
#include "tui/screen/themes.def"
#undef THEME
	},
};

void key_shown_text(const struct key *key, char out[16])
{
	if (strcmp(key->shown, "%views") == 0)
		snprintf(out, 16, "%c-%c", view_keys[0], view_keys[VIEWS - 1]);
	else
		snprintf(out, 16, "%s", key->shown);
}

void key_twin_text(const struct key *key, char out[16])
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{' ', "Space"},
		{KEYCODE_ENTER, "Enter"},
		{KEYCODE_ESC, "Esc"},
		{KEYCODE_UP, "↑"},
		{KEYCODE_DOWN, "↓"},
		{KEYCODE_LEFT, "←"},
		{KEYCODE_RIGHT, "→"},
		{KEYCODE_PAGE_UP, "PgUp"},
		{KEYCODE_PAGE_DOWN, "PgDn"},
		{KEYCODE_HOME, "Home"},
		{KEYCODE_END, "End"},
		{KEYCODE_TAB, "Tab"},
		{KEYCODE_BACKTAB, "S-Tab"},
	};

	out[0] = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == key->twin)
			snprintf(out, 16, "%s", names[i].name);
	if (key->twin >= KEYCODE_F1 && key->twin < KEYCODE_F1 + 12)
		snprintf(out, 16, "F%d", key->twin - KEYCODE_F1 + 1);
	else if (key->twin > ' ' && key->twin < 127)
		snprintf(out, 16, "%c", key->twin);
	if (key->action == ACTION_close)
		snprintf(out, 16, "q");
	if (strcmp(out, key->shown) == 0)
		out[0] = 0;
}

void key_help_text(const struct key *key, char *out, size_t size)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *mark = strstr(key->help, lists[i].mark);

		if (mark == NULL)
			continue;
		snprintf(out, size, "%.*s%s%s", (int)(mark - key->help), key->help,
			 lists[i].list + 2, mark + strlen(lists[i].mark));
		return;
	}
	snprintf(out, size, "%s", key->help);
}

unsigned key_place(const struct scene *s)
{
	if (s->popup == POPUP_HELP)
		return IN_HELP;
	if (s->popup == POPUP_TEXT)
		return IN_TEXT;
	if (s->popup == POPUP_LINKS)
		return IN_LINKS;
	if (s->popup == POPUP_ATTACKS)
		return IN_ATTACKS;
	if (s->popup == POPUP_MISTAKES)
		return IN_MISTAKES;
	if (s->popup == POPUP_DEFENCES)
		return IN_DEFENCES;
	if (s->popup == POPUP_PROOF)
		return IN_PROOF;
	return s->view == VIEW_main       ? IN_MAIN
	       : s->view == VIEW_log      ? IN_LOG
	       : s->view == VIEW_gate     ? IN_GATE
	       : s->view == VIEW_branches ? IN_BRANCHES
					  : IN_OTHER_VIEW;
}

static bool looks_back(const struct scene *s)
{
	return s->past && (key_place(s) & IN_VIEW) != 0;
}

static const struct key *find_in(unsigned where, int code)
{
	for (unsigned i = 0; i < KEYS; i++)
		if ((keys[i].where & where) != 0 && code != 0 &&
		    (keys[i].code == code || keys[i].twin == code))
			return &keys[i];
	return NULL;
}

const struct key *key_find(const struct scene *s, int code)
{
	const struct key *key = looks_back(s) ? find_in(IN_PAST, code) : NULL;

	return key != NULL ? key : find_in(key_place(s), code);
}

/* In the view of gates it is about the message under the cursor. */
static bool holds_any(const struct model *m, const struct scene *s)
{
	const struct flight *list[WIRE_MAX];

	return s->view == VIEW_gate ? wire_list(m, s, list) > 0 : m->node[s->selected].gate.on;
}

bool key_is_valid(const struct model *m, const struct scene *s, const struct key *key)
{
	if ((key->where & (key_place(s) | (looks_back(s) ? IN_PAST : 0u))) == 0)
		return false;
	if ((key->where & IN_PAST) == 0 && looks_back(s) && find_in(IN_PAST, key->code) != NULL)
		return false;
	if ((key->needs & NEED_ACT) != 0 && !s->can_act)
		return false;
	if ((key->needs & NEED_GATE) != 0 && !holds_any(m, s))
		return false;
	if ((key->needs & NEED_VIOLATION) != 0 && m->safety != SAFETY_VIOLATED)
		return false;
	if ((key->needs & NEED_UNDO) != 0 && !s->can_undo)
		return false;
	if ((key->needs & NEED_SEARCH) != 0 &&
	    ((key_place(s) & IN_PAGE) != 0 ? s->page_search[0] == 0 : s->search[0] == 0))
		return false;
	if ((key->needs & NEED_STORY) != 0 && s->story == STORY_NONE)
		return false;
	if ((key->needs & NEED_RECORDED) != 0 && !s->recorded)
		return false;
	if ((key->needs & NEED_BRANCHES) != 0 && (s->tree == NULL || s->tree->count < 2))
		return false;
	if ((key->needs & NEED_CURSOR) != 0 && !scene_holds(s))
		return false;
	return true;
}

const struct key *key_pick(const struct model *m, const struct scene *s, int code)
{
	for (unsigned i = 0; i < KEYS; i++)
		if (code != 0 && (keys[i].code == code || keys[i].twin == code) &&
		    key_is_valid(m, s, &keys[i]))
			return &keys[i];
	return key_find(s, code);
}

/* The state in which a key does the opposite, and says so. */
static bool key_is_reversed(const struct model *m, const struct scene *s, enum action action)
{
	const struct model_node *node = &m->node[s->selected];

	switch (action) {
	case ACTION_links:
		return s->popup == POPUP_LINKS;
	case ACTION_back:
		return s->past;
	case ACTION_play_past:
		return s->past_plays;
	case ACTION_pause:
		return s->paused;
	case ACTION_crash:
		return node->life == LIFE_DOWN;
	case ACTION_stop:
		return node->life == LIFE_STOPPED;
	case ACTION_gate:
		return node->gate.on;
	case ACTION_down:
		return s->view != VIEW_main || s->focus != FOCUS_NODES;
	case ACTION_attacks:
		return s->popup == POPUP_ATTACKS || s->popup == POPUP_MISTAKES;
	case ACTION_page:
		return s->popup == POPUP_MISTAKES;
	case ACTION_defences:
		return s->popup == POPUP_DEFENCES;
	case ACTION_violation:
		return s->popup == POPUP_PROOF;
	case ACTION_freeze:
		return s->freezes;
	case ACTION_arm:
		return (m->node[s->selected].attacks >> s->attack_at & 1) != 0;
	case ACTION_err:
		return m->node[s->selected].mistake == s->mistake_at;
	case ACTION_defend:
		return (m->policy >> s->defence_at & 1) != 0;
	case ACTION_link_cut:
		return m->node[s->link_to].link[s->link_from].cut;
	case ACTION_fork:
		return s->past || s->view == VIEW_branches;
	case ACTION_branches:
		return s->view == VIEW_branches;
	case ACTION_close:
		return s->popup == POPUP_NONE && s->view == VIEW_main && s->filter[0] == 0 &&
		       s->node_filter[0] == 0 && s->wire_filter[0] == 0;
	default:
		return false;
	}
}

void key_label(const struct model *m, const struct scene *s, const struct key *key, char out[24])
{
	const char *bar = strchr(key->label, '|');
	size_t length = bar != NULL ? (size_t)(bar - key->label) : strlen(key->label);

	if (bar != NULL && key_is_reversed(m, s, key->action))
		snprintf(out, 24, "%s", bar + 1);
	else
		snprintf(out, 24, "%.*s", (int)length, key->label);
}

void key_command_fill(const struct scene *s, const struct key *key, char *out, size_t size)
{
	size_t used = 0;

	for (const char *p = key->command; *p != 0 && used + 8 < size; p++) {
		unsigned id = p[0] != '%'   ? 0
			      : p[1] == 's' ? s->selected
			      : p[1] == 'f' ? s->link_from
			      : p[1] == 't' ? s->link_to
					    : 0;

		if (id == 0) {
			out[used++] = *p;
			continue;
		}
		used += (size_t)snprintf(out + used, size - used, "%u", id);
		p++;
	}
	out[used] = 0;
}
