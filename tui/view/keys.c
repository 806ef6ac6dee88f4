/* Looks keys up in their table. */
#include "tui/view/keys.h"

#include <stdio.h>
#include <string.h>

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

static unsigned place(const struct scene *s)
{
	if (s->popup == POPUP_HELP)
		return IN_HELP;
	if (s->popup == POPUP_LINKS)
		return IN_LINKS;
	if (s->popup == POPUP_ATTACKS)
		return IN_ATTACKS;
	if (s->popup == POPUP_DEFENCES)
		return IN_DEFENCES;
	if (s->popup == POPUP_PROOF)
		return IN_PROOF;
	return s->view == VIEW_main ? IN_MAIN : IN_OTHER_VIEW;
}

const struct key *key_find(const struct scene *s, int code)
{
	for (unsigned i = 0; i < KEYS; i++)
		if ((keys[i].where & place(s)) != 0 && code != 0 &&
		    (keys[i].code == code || keys[i].twin == code))
			return &keys[i];
	return NULL;
}

bool key_is_valid(const struct model *m, const struct scene *s, const struct key *key)
{
	if ((key->where & place(s)) == 0)
		return false;
	if ((key->needs & NEED_ACT) != 0 && !s->can_act)
		return false;
	if ((key->needs & NEED_GATE) != 0 && !m->node[s->selected].gated)
		return false;
	if ((key->needs & NEED_NO_GATE) != 0 && s->can_act && m->node[s->selected].gated)
		return false;
	if ((key->needs & NEED_VIOLATION) != 0 && m->safety != SAFETY_VIOLATED)
		return false;
	if ((key->needs & NEED_UNDO) != 0 && !s->can_undo)
		return false;
	if ((key->needs & NEED_FILTER) != 0 && s->filter[0] == 0)
		return false;
	if ((key->needs & NEED_CURSOR) != 0 && s->following && s->slots_back == 0)
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
static bool is_reversed(const struct model *m, const struct scene *s, enum action action)
{
	const struct model_node *node = &m->node[s->selected];

	switch (action) {
	case ACTION_links:
		return s->popup == POPUP_LINKS;
	case ACTION_pause:
		return s->paused;
	case ACTION_crash:
		return node->life == LIFE_DOWN;
	case ACTION_stop:
		return node->life == LIFE_STOPPED;
	case ACTION_gate:
		return node->gated;
	case ACTION_down:
		return s->view != VIEW_main || s->focus == FOCUS_EVENTS;
	case ACTION_attacks:
		return s->popup == POPUP_ATTACKS;
	case ACTION_defences:
		return s->popup == POPUP_DEFENCES;
	case ACTION_violation:
		return s->popup == POPUP_PROOF;
	case ACTION_freeze:
		return s->freezes;
	case ACTION_arm:
		return (m->node[s->selected].attacks >> s->attack_at & 1) != 0;
	case ACTION_defend:
		return (m->policy >> s->defence_at & 1) != 0;
	case ACTION_link_cut:
		return m->node[s->link_to].link[s->link_from].cut;
	case ACTION_close:
		return s->popup == POPUP_NONE && s->view == VIEW_main && s->filter[0] == 0;
	default:
		return false;
	}
}

void key_label(const struct model *m, const struct scene *s, const struct key *key, char out[24])
{
	const char *bar = strchr(key->label, '|');
	size_t length = bar != NULL ? (size_t)(bar - key->label) : strlen(key->label);

	if (bar != NULL && is_reversed(m, s, key->action))
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
