/* The keys, from tui/view/keys.def: what each does, where it is valid, and how it is called. */
#ifndef TUI_VIEW_KEYS_H
#define TUI_VIEW_KEYS_H

#include "tui/view/scene.h"

enum action {
	ACTION_NONE,
#define KEY(name, key, twin, shown, label, where, needs, help)                  ACTION_##name,
#define KEY_COMMAND(name, key, twin, shown, label, where, needs, command, help) ACTION_##name,
#include "tui/view/keys.def"
#undef KEY
#undef KEY_COMMAND
	ACTIONS
};

enum key_where {
	IN_MAIN = 1 << 0,
	IN_OTHER_VIEW = 1 << 1,
	IN_LINKS = 1 << 2,
	IN_HELP = 1 << 3,
	IN_ATTACKS = 1 << 4,
	IN_DEFENCES = 1 << 5,
	IN_PROOF = 1 << 6,
	IN_TEXT = 1 << 7,
	IN_LOG = 1 << 8,
	IN_PAST = 1 << 9, /* in any view while another moment than now is shown; these come first */
	IN_MISTAKES = 1 << 10,
	IN_GATE = 1 << 11,
	IN_BRANCHES = 1 << 12,
	IN_VIEW = IN_MAIN | IN_OTHER_VIEW | IN_LOG | IN_GATE | IN_BRANCHES,
	IN_PALETTE = IN_ATTACKS | IN_MISTAKES | IN_DEFENCES,
	IN_PAGE = IN_TEXT | IN_HELP,
	IN_LISTS = IN_VIEW | IN_PALETTE | IN_PROOF,
	IN_ALL = IN_VIEW | IN_LINKS | IN_HELP | IN_PALETTE | IN_PROOF | IN_TEXT,
};

/* What must be so for a key to do something now (key_is_valid). */
enum key_need {
	NEED_ACT = 1 << 0,
	NEED_GATE = 1 << 1,
	NEED_UNDO = 1 << 2,
	NEED_SEARCH = 1 << 3,
	NEED_CURSOR = 1 << 4,
	NEED_VIOLATION = 1 << 5,
	NEED_STORY = 1 << 6,
	NEED_RECORDED = 1 << 7, /* there is a recording */
	NEED_BRANCHES = 1 << 8, /* the run was forked */
};

struct key {
	enum action action;
	int code, twin;
	const char *shown; /* key_shown_text fills it in */
	const char *label; /* key_label */
	unsigned where, needs;
	const char *command; /* NULL: the dashboard knows what to do */
	const char *help;    /* key_help_text */
};

/* Row i of the table, NULL at its end. */
const struct key *key_row(unsigned i);

/* The row of a key in the place that the scene shows, NULL if it has none there. A row that needs
 * the operator's key is found even where that key is missing. */
const struct key *key_find(const struct scene *s, int code);
/* The same, but of several rows for one key the one that is valid now. */
const struct key *key_pick(const struct model *m, const struct scene *s, int code);

/* Where the keys of this scene are looked up: one bit of enum key_where, which is not IN_PAST. */
unsigned key_place(const struct scene *s);

/* True if pressing the key would do something now. */
bool key_is_valid(const struct model *m, const struct scene *s, const struct key *key);

/* The key as the screen names it: "Space", "1-6". */
void key_shown_text(const struct key *key, char out[16]);

/* The other key that does the same, by its name; "" if there is none. */
void key_twin_text(const struct key *key, char out[16]);

/* What it does, in a sentence; %views and %themes are filled in. */
void key_help_text(const struct key *key, char *out, size_t size);

/* What the key line calls it now; "" if it is not shown. Up to 23 bytes. */
void key_label(const struct model *m, const struct scene *s, const struct key *key, char out[24]);

/* The command of a KEY_COMMAND row: %s becomes the selected node, %f and %t the ends of the
 * selected link. */
void key_command_fill(const struct scene *s, const struct key *key, char *out, size_t size);

#endif
