/* The keys, from tui/keys.def: what each does, where it is valid, and how it is called. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include "tui/scene.h"

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
	IN_VIEW = IN_MAIN | IN_OTHER_VIEW,
	IN_PALETTE = IN_ATTACKS | IN_DEFENCES,
	IN_ALL = IN_VIEW | IN_LINKS | IN_HELP | IN_PALETTE | IN_PROOF,
};

enum key_need {
	NEED_ACT = 1 << 0,
	NEED_GATE = 1 << 1,
	NEED_UNDO = 1 << 2,
	NEED_FILTER = 1 << 3,
	NEED_CURSOR = 1 << 4,
	NEED_NO_GATE = 1 << 5,
	NEED_VIOLATION = 1 << 6,
};

struct key {
	enum action action;
	int code, twin;
	const char *shown, *label;
	unsigned where, needs;
	const char *command; /* NULL: the dashboard knows what to do */
	const char *help;
};

/* Row i of the table, NULL at its end. */
const struct key *key_row(unsigned i);

/* What a key does here, NULL if nothing. A key that only lacks the operator's key is found. */
const struct key *key_find(const struct scene *s, int code);
/* The same, but of several rows for one key the one that is valid now. */
const struct key *key_pick(const struct model *m, const struct scene *s, int code);

/* Valid now, in full. */
bool key_is_valid(const struct model *m, const struct scene *s, const struct key *key);

/* What the key line calls it now; "" if it is not shown. Up to 23 bytes. */
void key_label(const struct model *m, const struct scene *s, const struct key *key, char out[24]);

/* Fills in %s, %f and %t. */
void key_command_fill(const struct scene *s, const struct key *key, char *out, size_t size);

#endif
