/* What the user looks at, and the truths about the cluster that are not in the model. With a model
 * it determines every cell of the screen: views are pure functions of the two. */
#ifndef TUI_VIEW_SCENE_H
#define TUI_VIEW_SCENE_H

#include "proto/core/cluster.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/margin.h"
#include "tui/screen/keycode.h"
#include "tui/view/branches.h"
#include "tui/view/forecast.h"

/* What clicks on cells mean, as keys (canvas_click). */
enum click_code {
	/* + node: selects it */
	KEYCODE_NODE = KEYCODE_CLICKS,
	/* + bit of an attack or a defence, or row of a mistake: moves the cursor of the palette
	 * there; where the cursor is already, switches it */
	KEYCODE_ATTACK = KEYCODE_CLICKS + 0x40,
	KEYCODE_DEFENCE = KEYCODE_CLICKS + 0x60,
	KEYCODE_MISTAKE = KEYCODE_CLICKS + 0x3000,
	/* + branch: moves the cursor of the branches there; where it is already, enters it */
	KEYCODE_BRANCH = KEYCODE_CLICKS + 0x3100,
	/* + step of the walk through the proof */
	KEYCODE_STEP = KEYCODE_CLICKS + 0x80,
	/* + 32 * from + to: moves the cursor of the link matrix there */
	KEYCODE_LINK = KEYCODE_CLICKS + 0x100,
	/* + how many events above the newest one in the list */
	KEYCODE_EVENT = KEYCODE_CLICKS + 0x600,
	/* + thousandths of the way along the tape */
	KEYCODE_TAPE = KEYCODE_CLICKS + 0x4000,
};

struct completions;

enum view_id {
#define VIEW(key, name, cursor, title, help) VIEW_##name,
#include "tui/view/views.def"
#undef VIEW
	VIEWS
};

enum focus { FOCUS_NODES, FOCUS_WIRE, FOCUS_EVENTS, FOCUSES };

enum popup {
	POPUP_NONE,
	POPUP_LINKS,
	POPUP_ATTACKS,
	POPUP_MISTAKES,
	POPUP_DEFENCES,
	POPUP_PROOF,
	POPUP_HELP,
	POPUP_TEXT
};

/* What the line above the key line is doing. */
enum ask {
	ASK_NOTHING,
	ASK_COMMAND,
	ASK_VALUE,
	ASK_SEARCH,
	ASK_FILTER,
	ASK_HELP,
	ASK_MOMENT,
	ASK_YES
};

/* How far a story is that is told here (tui/dashboard/play.h). */
enum story_state {
	STORY_NONE,   /* none is told */
	STORY_RUNS,   /* it waits for the cluster */
	STORY_READS,  /* people read what it said last */
	STORY_WAITS,  /* a beat or a question: it waits for a key */
	STORY_BREAKS, /* safety was violated: it waits for a key */
	STORY_OVER,
	STORY_FAILED, /* over before its end: something was not as it said */
};

#define MESSAGE_MAX 640
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
	bool blank; /* nothing is drawn: the class is to look at the lecturer */
	bool can_undo;
	bool maximised; /* the pane with the focus takes the whole view */

	enum view_id view;
	enum focus focus; /* in the main view: the pane in which j and k move */
	enum popup popup;
	enum popup popup_under; /* what the help covers */
	node_id selected;
	node_id link_from, link_to; /* cursor of the link matrix */
	unsigned attack_at;         /* cursors of the palettes: bit numbers */
	unsigned defence_at;
	unsigned mistake_at;     /* a row of proto/fault/mistakes.def, from 1; 0 = not opened yet */
	unsigned proof_at;       /* which step of the proof of a violation */
	bool evidence_held;      /* the list of proofs does not show the newest: */
	unsigned evidence_at;    /* its cursor, the oldest first */
	int evidence_scroll;     /* lines of its words and bytes above the pane */
	bool from_proof;         /* Esc returns to the walk through the proof, */
	enum view_id proof_over; /* which stood over this view */
	bool freezes;            /* a violation of safety stops the cluster's time */
	const struct forecasts *forecasts; /* what runs in the simulator have shown; or NULL */
	const struct margin *margin;       /* of what is shown; NULL: not found yet */
	char replay[640];    /* the command that runs again what led to a violation; "" = none */
	bool stepping;       /* the cluster goes on by hand, a step or a held message at a time */
	bool following;      /* the event list shows the newest */
	uint64_t event_at;   /* else: its cursor, an index into the model's events */
	bool slot_held;      /* the log does not show the newest: */
	slot_number slot_at; /* its cursor, which holds its slot while time runs */
	node_id vote_at; /* the node whose vote in that slot, or the newest, is under it; none: all
			  */
	bool wire_held;  /* the wire has a cursor, at this copy of a message: */
	struct message_id wire_id;
	uint8_t wire_copy;
	node_id wire_to;
	time_us wire_sent_at;
	node_id lanes_from; /* lanes and columns of the log begin with it; none: by what matters */
	int help_scroll;
	char help_filter[FILTER_MAX];
	/* of the popup that scrolls, a text or the help: */
	char page_search[FILTER_MAX];
	unsigned page_at;             /* the line that the search found; 0 = none */
	char page_filter[FILTER_MAX]; /* of the text */
	char search[FILTER_MAX];      /* what n and N go to (tui/view/match.h); "" = nothing */
	/* what passes only is shown; "" = all */
	char node_filter[FILTER_MAX];  /* of the node table, and of the nodes j and k go to */
	char wire_filter[FILTER_MAX];  /* of the messages on the wire */
	char filter[FILTER_MAX];       /* of events and space-time */
	char log_filter[FILTER_MAX];   /* of the log's view */
	char proof_filter[FILTER_MAX]; /* of the proofs of lies */

	/* branches of the run; NULL: nothing can be forked here */
	const struct branch_tree *tree;
	unsigned branch_at; /* the cursor */
	bool slot_given;    /* the node table is about this slot: */
	slot_number slot_shown;
	int branch_scroll; /* events of both futures above the pane */

	/* looking back (tui/dashboard/past.h) */
	bool recorded;              /* there is a recording to look back in */
	bool past;                  /* another moment than now is shown: */
	uint64_t past_at, past_end; /* after so many items, of so many */
	uint64_t past_wanted;       /* the moment that is gone to; past_at if it is there */
	bool past_plays;
	bool still;                  /* nothing moves by itself */
	uint32_t past_num, past_den; /* so fast it plays */
	uint64_t past_mark[128];     /* by name: 1 + the moment, 0 = none */
	uint64_t past_violated;      /* moment at which safety was violated, as far as is known */

	bool waits;      /* a scenario waits for Enter */
	bool waits_long; /* a command waits for time, for Enter or for something to become true */

	enum story_state story;
	const char *story_file, *story_text; /* the text is what it said last */
	unsigned story_line;                 /* of the file, that is carried out; 0 = none yet */
	unsigned story_times;                /* so many times as fast as the clock says */
	bool story_returns;                  /* there is a cluster to return to */

	/* the popup of a text, in lines: what a command prints elsewhere */
	const char *text_title, *text;
	bool text_is_dated; /* it tells how things were, when it was opened: */
	time_us text_at;
	int text_scroll;

	/* what may stand at the cursor of the : prompt; NULL = nobody has asked */
	const struct completions *offers;

	enum ask ask;
	const char *ask_label; /* before the line that is typed */
	const char *ask_text;
	int ask_cursor; /* byte */
	char message[MESSAGE_MAX];
	bool message_bad;
};

/* True if something on the screen moves by itself, so that it must be drawn again soon. */
bool scene_moves(const struct model *m, const struct scene *s);

/* True for about a second after `changed_at`. */
bool scene_flashes(const struct scene *s, time_us changed_at);

/* The slot that the node table is about: the one that is being decided, else the newest. */
slot_number scene_slot(const struct model *m);

/* True while the viewer looks back: `event`, which is kept, is then the one under the cursor of the
 * event list or of the walk through a proof; the oldest that is kept if the list's is older. False:
 * every pane is about what happens now. */
bool scene_looks_back(const struct model *m, const struct scene *s, uint64_t *event);
/* The same of the log: `slot` is the one under its cursor, or the oldest that is kept if that one
 * is older. */
bool scene_holds_slot(const struct model *m, const struct scene *s, slot_number *slot);
/* The same of the list of proofs; `proof` is the newest if the answer is false. There is one. */
bool scene_holds_proof(const struct model *m, const struct scene *s, unsigned *proof);
/* Does any list hold a row that need not be the newest? */
bool scene_holds(const struct scene *s);
/* A cursor whose view or popup has been left is forgotten: what is opened next shows the newest. */
void scene_settle(struct scene *s);
/* Every list shows the newest again. */
void scene_follow(struct scene *s);

/* At most `max` nodes to show: all if they fit, else those that matter most: the selected one, the
 * ballot's owner, liars, those that are gone or lag, those with troubled links, proposers, and of
 * the rest the lowest. They stand in the order of their numbers, so that no row jumps while time
 * runs. Returns how many. */
unsigned scene_nodes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX]);
/* The same among some of the nodes. */
unsigned scene_nodes_of(const struct model *m, const struct scene *s, node_set among, unsigned max,
			node_id out[NODES_MAX]);
/* The same for lanes and columns, which may have been moved sideways: then from there on. */
unsigned scene_lanes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX]);
/* Is it known that the node lies, or armed to? */
bool node_is_liar(const struct model *m, node_id node);

/* "CUT", "LOSS", ...: what is wrong around a node, "" if nothing is. */
const char *node_trouble(const struct model *m, node_id node);

/* "12.482". */
void time_show(time_us at, char out[24]);

#endif
