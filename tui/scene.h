/* What the user looks at, and the truths about the cluster that are not in the model. With a model
 * it determines every cell of the screen: views are pure functions of the two. */
#ifndef TUI_SCENE_H
#define TUI_SCENE_H

#include "proto/core/cluster.h"
#include "proto/model/base/model.h"
#include "tui/view/forecast.h"

/* Keys beyond characters. Clicks press these too (canvas_click). */
enum key_code {
	KEYCODE_NONE = 0,
	KEYCODE_TAB = '\t',
	KEYCODE_ENTER = '\r',
	KEYCODE_ESC = 27,
	KEYCODE_BACKSPACE = 127,
	KEYCODE_UP = 0xe000, /* private to us: no keyboard types these */
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_PAGE_UP,
	KEYCODE_PAGE_DOWN,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_DELETE,
	KEYCODE_BACKTAB,
	KEYCODE_F1,
	KEYCODE_F5 = KEYCODE_F1 + 4,
	KEYCODE_F9 = KEYCODE_F1 + 8,
	KEYCODE_F10 = KEYCODE_F1 + 9,
	KEYCODE_RESIZE = KEYCODE_F1 + 12,
	KEYCODE_REDRAW,    /* Ctrl-L */
	KEYCODE_SUSPEND,   /* Ctrl-Z */
	KEYCODE_INTERRUPT, /* Ctrl-C */
	KEYCODE_HANGUP,
	/* clicks */
	KEYCODE_NODE = 0xe200,    /* + node: select it */
	KEYCODE_ATTACK = 0xe240,  /* + bit: the cursor goes there; there already: arms it */
	KEYCODE_DEFENCE = 0xe260, /* + bit: the same for defences */
	KEYCODE_STEP = 0xe280,    /* + step of the proof */
	KEYCODE_LINK = 0xe300,    /* + 32 * from + to: the cursor of the link matrix goes there */
	KEYCODE_EVENT = 0xe800,   /* + how far above the newest one shown */
};

enum view_id {
#define VIEW(key, name, title, help) VIEW_##name,
#include "tui/views.def"
#undef VIEW
	VIEWS
};

enum focus { FOCUS_NODES, FOCUS_WIRE, FOCUS_EVENTS, FOCUSES };

enum popup { POPUP_NONE, POPUP_LINKS, POPUP_ATTACKS, POPUP_DEFENCES, POPUP_PROOF, POPUP_HELP };

/* What the line above the key line is doing. */
enum ask { ASK_NOTHING, ASK_COMMAND, ASK_VALUE, ASK_FILTER, ASK_HELP, ASK_YES };

#define MESSAGE_MAX 240
#define FILTER_MAX  60

struct scene {
	enum cluster_kind kind;
	char name[64];
	bool can_act;
	const char *why_not;

	time_us now;       /* virtual */
	time_us second_us; /* virtual time that a second takes now: how long flashes stay */
	bool paused;
	bool reduce_motion;
	bool blank; /* the lecturer wants the class to look at him */
	bool can_undo;
	bool maximised; /* the pane with the focus takes the whole view */

	enum view_id view;
	enum focus focus; /* in the main view: whom j and k move */
	enum popup popup;
	node_id selected;
	node_id link_from, link_to; /* cursor of the link matrix */
	unsigned attack_at;         /* cursors of the palettes: bit numbers */
	unsigned defence_at;
	unsigned proof_at;                 /* which step of the proof of a violation */
	unsigned evidence_at;              /* which piece of evidence, the oldest first */
	int evidence_scroll;               /* lines of its words and bytes above the pane */
	bool freezes;                      /* a violation stops time */
	const struct forecasts *forecasts; /* what runs in the simulator have shown; or NULL */
	char replay[640];    /* the command that runs again what led to a violation; "" = none */
	bool following;      /* the event list shows the newest */
	uint64_t event_at;   /* else: its cursor, an index into the model's events */
	uint64_t slots_back; /* how far the log is scrolled back */
	int help_scroll;
	char help_filter[FILTER_MAX];
	char filter[FILTER_MAX]; /* of events; "" = all */

	enum ask ask;
	const char *ask_label; /* before the line that is typed */
	const char *ask_text;
	int ask_cursor; /* byte */
	char message[MESSAGE_MAX];
	bool message_bad;
};

/* Anything on the screen that moves by itself: else no frame is owed. */
bool scene_moves(const struct model *m, const struct scene *s);

/* True for about a second after `changed_at`. */
bool scene_flashes(const struct scene *s, time_us changed_at);

/* The slot that the node table is about: the one that is being decided, else the newest. */
slot_number scene_slot(const struct model *m);

/* At most `max` nodes to show, rising: all if they fit, else the selected one, the ballot's owner,
 * those with a word of harm, and of the rest the lowest. Returns how many. */
unsigned scene_nodes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX]);

/* "CUT", "LOSS", ...: what is wrong around a node, "" if nothing is. */
const char *node_trouble(const struct model *m, node_id node);
/* "PROPOSER", "acceptor", "DOWN", ... */
const char *node_role(const struct model *m, node_id node);

/* "12.482". */
void time_show(time_us at, char out[24]);

/* The newest event that matches the filter, at `i` or before; EVENT_UNSEEN if none is kept. */
uint64_t scene_event_before(const struct model *m, const struct scene *s, uint64_t i);
uint64_t scene_event_after(const struct model *m, const struct scene *s, uint64_t i);

#endif
