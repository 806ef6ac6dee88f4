/* The dashboard over any kind of cluster: feeds a model, lets keys and prompt run commands, draws.
 * Its files, each calling only those below it:
 *   dashboard.c           the loop
 *   dashboard_branches.c  forks of the run, each with a dashboard of its own
 *   dashboard_turn.c      what a dashboard does each time it wakes
 *   dashboard_keys.c      which key does what; keys that open and close things
 *   dashboard_move.c      keys that move a cursor
 *   dashboard_find.c      search and filter
 *   dashboard_past.c      keys that go back and forth in time
 *   dashboard_open.c      what is under the cursor, in full: opened or copied
 *   dashboard_act.c       keys that act on nodes and time
 *   dashboard_gate.c      keys of gates and held messages
 *   dashboard_link_keys.c keys of the link matrix
 *   dashboard_palette.c   keys of the palettes of attacks and defences, and of the proof
 *   dashboard_fork.c      keys of branches
 *   dashboard_test.c      the key that makes a test of the session
 *   dashboard_rescue.c    the key that asks what would have kept a broken property
 *   dashboard_links.c     what is done to many links at once
 *   dashboard_ask.c       what is typed
 *   dashboard_command.c   commands on their way to the runner
 *   dashboard_undo.c      what u takes back
 *   dashboard_text.c      what commands print elsewhere, in a popup
 *   past.c                what was recorded, moment by moment
 *   play.c                a story that is told on a cluster of its own
 *   story.c               where stories are found
 * plain.c is the same without a screen; session.c keeps what was done as a scenario, repeat.c makes
 * a test of it. A dashboard that tells a story stands on top of the one that it returns to, whose
 * cluster runs on or waits.
 */
#ifndef TUI_DASHBOARD_DASHBOARD_H
#define TUI_DASHBOARD_DASHBOARD_H

#include <assert.h>

#include "proto/fault/attack.h"
#include "proto/scenario/pump.h"
#include "tui/dashboard/forecaster.h"
#include "tui/dashboard/margin_finder.h"
#include "tui/dashboard/past.h"
#include "tui/dashboard/play.h"
#include "tui/dashboard/rescuer.h"
#include "tui/dashboard/session.h"
#include "tui/dashboard/story.h"
#include "tui/option/options.h"
#include "tui/screen/decoder.h"
#include "tui/screen/prompt.h"
#include "tui/view/scene.h"

#define QUEUE_MAX     64
#define CONFIRMED_MAX PASTE_MAX
static_assert(CONFIRMED_MAX >= 2 * POLICY_SHOWN_MAX + 64, "the palettes ask about as much");

/* The attacks of a node that one line may have to take back. */
#define UNDO_LINE_MAX (ATTACKS_SHOWN_MAX + 8 * NODES_MAX + 64)
static_assert(QUEUE_MAX >= NODES_MAX, "what u takes back, a line a node, is given at once");

/* How an attack that was given here goes, beside its name. */
struct armed {
	uint32_t attacks;
	node_set victims;
	uint32_t from_round;
};

/* What u takes back: a list, the newest first, as long as the session. */
struct undo {
	struct undo *before;
	unsigned batch; /* what was given at once, and is taken back at once */
	/* UNDO_NOTHING: not this, nor what was done before it */
	enum undo_kind { UNDO_COMMANDS, UNDO_LINKS, UNDO_DEFENCES, UNDO_NOTHING } kind;
	policy_id policy; /* UNDO_DEFENCES: the defences go back to it */
	char *command;    /* UNDO_COMMANDS: these are run, a line each */
	/* UNDO_LINKS: every link goes back to `usual`, but for those that were different */
	struct link_rule usual;
	unsigned links;
	struct undo_link {
		node_id to, from;
		struct link_rule rule;
	} * link;
};

/* What is done when this dashboard's turn is over: another may be in front then. */
struct branch_wish {
	enum { WISH_NOTHING, WISH_FORK, WISH_ENTER, WISH_DROP } what;
	unsigned branch;
};

struct dashboard {
	struct cluster *cluster;
	struct model *model; /* the one that is shown: `live`, or that of a moment in the past */
	struct model *live;  /* folded from what the cluster tells; runner and pump have it */
	struct past past;
	bool acts; /* now, as its cluster says, */
	const char *acts_not;
	struct scene scene;
	struct runner runner;
	struct pump pump;
	struct prompt command, line;   /* the : prompt, and every other question */
	struct completions offers;     /* what may stand at its cursor */
	char *text;                    /* what the popup of a text shows; owned */
	char confirmed[CONFIRMED_MAX]; /* the commands that y runs, a line each; "quit" quits */
	bool question_drawn;           /* the question is on the screen */
	uint64_t key_us;               /* real: when the last key came */
	bool hasty;                    /* this key came sooner after the last one than hands type */
	enum theme_name theme;
	uint64_t theme_open_until; /* real: till then the terminal's background decides on it */
	uint64_t events_drawn;     /* how many events there were when the screen was drawn */
	bool quit;
	bool dirty;    /* the screen owes a frame */
	bool answered; /* and a command has been carried out since the last one */
	bool seen_violation;
	bool said_end; /* of the recording */
	unsigned seen_proofs;
	int exit_code;
	uint64_t message_until; /* real; 0 = until the next key */

	/* commands that wait for the runner, each with its line */
	struct queued {
		struct command command;
		unsigned batch; /* 0: it takes something back, and is not taken back itself */
		char line[WORD_BYTES_MAX];
	} queue[QUEUE_MAX];
	bool failed; /* the command that the runner carries out */
	unsigned queued;

	struct undo *undo;    /* owned; NULL: nothing was done */
	struct undo *undoing; /* what takes back the command that the runner carries out */
	unsigned batch;       /* of what was given last */
	bool taking_back;     /* what is given now takes something back */
	struct armed armed[NODES_MAX + 1];
	struct session session;
	struct forecasts forecasts;
	struct forecaster *forecaster; /* NULL: nobody has asked yet */
	struct margin margin;          /* scene.margin, once it is found */
	struct margin_finder *margin_finder;
	uint64_t margin_next_us; /* real: not asked for before, */
	bool margin_waits;       /* and then it is */
	struct link_rule goal[NODES_MAX + 1][NODES_MAX + 1];
	unsigned goal_at; /* next link to look at: 64 * receiver + 2 * sender + look; 0 = none */

	uint32_t rate_num, rate_den; /* of time, when it last ran */

	char breaks[PATH_BYTES]; /* the scenario of this session up to the violation; "" = none */
	struct rescuer rescuer;  /* searches what would have kept the property; */
	char *rescue;            /* what was found so far; owned, NULL: nothing was asked, */
	uint64_t rescue_event;   /* of this violation */

	/* The scenario that this session became last, while the simulator tries it. */
	struct session_test {
		struct process process;
		char scenario[PATH_BYTES];
		char words[PATH_BYTES]; /* the file of what the simulator says */
		char *timed;   /* the same by the clock, to be tried next; owned; or NULL */
		bool by_clock; /* that is tried */
	} session_test;

	struct branch_wish wish;
	char changed[60]; /* the first thing that was done to the cluster; of a branch: in it */

	const struct options *options;
	struct play *play;       /* the story that is told here; or NULL */
	struct dashboard *above; /* the one that tells a story meanwhile; or NULL */
	bool leaves;             /* this one ends, and the one below it goes on */
	char wanted[PATH_BYTES]; /* the story that is to be told next; "" = none */
};

/* Runs until the user quits or the cluster ends, on an open screen; does not close the cluster.
 * Returns the exit code; when it is EXIT_VIOLATED or EXIT_INCONCLUSIVE, status_text() says why. */
int dashboard_run(struct cluster *c, const struct options *options,
		  const struct dashboard_past *past);

/* The same over a recording, whose cluster is asked what it is and no more. */
int dashboard_replay(struct cluster *c, const char *path, const struct options *options);

/* The same with a story that is told to its end, or as far as its user wants to see. The play is
 * the caller's. */
int dashboard_play(struct play *play, const struct options *options);

/* The same in plain lines: an event a line, and a numbered menu when `menu`. */
int plain_run(struct cluster *c, const struct options *options, bool menu);

/* What those run: a dashboard over a cluster, perhaps with a story and a past, which dashboard_end
 * frees; NULL: there is not enough memory. And what it does each time it wakes, but for keys and
 * the screen. True: its cluster has more to tell. */
struct dashboard *dashboard_new(struct cluster *c, const struct options *options, struct play *play,
				const struct dashboard_past *past);
bool dashboard_turn(struct dashboard *d, uint64_t real_us);
void dashboard_end(struct dashboard *d);
/* Carries a command out before anything else happens. */
void dashboard_give(struct dashboard *d, const char *line, uint64_t real_us);

/* The exit code of a user who left with `code`: a cluster that was seen to break a property is told
 * apart from one that was not. */
int dashboard_verdict(const struct model *m, int code);

/* Everything a key can do (tui/dashboard/dashboard_keys.c). */
void dashboard_key(struct dashboard *d, int code);

/* Moves the cursor of the view, or scrolls the help, by so many; `by` below 0: up, to earlier ones.
 */
void dashboard_move(struct dashboard *d, int by);

/* Goes to what the query finds in the list or text in which j and k move; or shows only that there.
 */
void dashboard_search(struct dashboard *d, const char *query);
void dashboard_filter(struct dashboard *d, const char *query);
/* What that one shows only; "" = all. */
char *dashboard_filter_here(struct dashboard *d);

/* Shows the moment that is looked at: `model` and what the scene says of it. */
void dashboard_see(struct dashboard *d);
/* Goes to a moment; says why not. */
bool dashboard_go(struct dashboard *d, uint64_t moment);
void dashboard_to_moment(struct dashboard *d, const char *text);
/* The key that names a mark; false: none is asked for. */
bool dashboard_mark_key(struct dashboard *d, int code);
void dashboard_click_tape(struct dashboard *d, unsigned thousandths);
/* Goes back so far that events are there which the shown model keeps no more. False: there are
 * none.
 */
bool dashboard_earlier(struct dashboard *d);

/* Alt and a key, or Esc and a key at once after it. */
void dashboard_alt_key(struct dashboard *d, int code);
/* Text that was pasted: lines without control characters. `cut`: not all of it is here. */
void dashboard_paste(struct dashboard *d, const char *text, bool cut);

/* Parses and runs a command, or queues it; says what is wrong in the message line. False: it is
 * wrong, or it may not. */
bool dashboard_command(struct dashboard *d, const char *line);

/* Does a command wait for time, for a key or for something to become true? All others come after
 * it.
 */
bool dashboard_waits(const struct dashboard *d);
/* Gives that up. */
void dashboard_end_wait(struct dashboard *d);

/* The same for several lines: all of them, or none if there is no room for all. */
bool dashboard_commands(struct dashboard *d, const char *lines);

__attribute__((format(printf, 3, 4))) void dashboard_say(struct dashboard *d, bool bad,
							 const char *format, ...);

/* Has the scenario of that name told; says where it was looked for if there is none. */
void dashboard_tell(struct dashboard *d, const char *name);

/* Shows a text of many lines in a popup; `text`, which malloc gave, is the dashboard's from now on.
 * `dated`: it tells how things are now, and not how they will be. */
void dashboard_show(struct dashboard *d, const char *title, bool dated, char *text);
/* What `help WORD`, state and roster print, in that popup. */
void dashboard_explain(struct dashboard *d, const char *word);
void dashboard_show_state(struct dashboard *d);
void dashboard_show_roster(struct dashboard *d);

/* Asks on the line above the keys; `label` must outlive the question. */
void dashboard_ask(struct dashboard *d, enum ask what, const char *label, const char *text);
/* Asks y or n; y runs the command `line`, or quits if it is "quit". */
__attribute__((format(printf, 3, 4))) void dashboard_confirm(struct dashboard *d, const char *line,
							     const char *format, ...);
/* A key while something is asked. */
void dashboard_answer(struct dashboard *d, int code);
/* Text that was pasted while something is asked. Several lines for the : prompt are commands, which
 * are run after one more question. */
void dashboard_answer_paste(struct dashboard *d, const char *text);

/* What each key of tui/view/keys.def does that is no command: a function key_NAME in any file of
 * this folder. */
#define KEY(name, key, twin, shown, label, where, needs, help) void key_##name(struct dashboard *d);
#define KEY_COMMAND(name, key, twin, shown, label, where, needs, command, help)
#include "tui/view/keys.def"
#undef KEY
#undef KEY_COMMAND

/* The cursor of the branches, or, by more than one, the futures below them. */
void branch_move(struct dashboard *d, int by);
bool branch_click(struct dashboard *d, int code);

bool palette_click(struct dashboard *d, int code);
bool mistakes_click(struct dashboard *d, int code);
/* Gives the commands that take the newest back; false: not now. */
bool palette_undo(struct dashboard *d);
/* Takes what was found of what would have kept the broken property. */
void rescue_watch(struct dashboard *d);

/* Says whether the test of this session passes, once that is known. */
void session_test_watch(struct dashboard *d);
/* Readable when that is known; -1: nothing is tried. */
int session_test_fd(const struct session_test *t);
void session_test_end(struct session_test *t);

/* Looks for a violation that is new: it opens the walk through its proof, and stops time if
 * scene.freezes. */
void palette_watch(struct dashboard *d);

/* Remembers, for u, how to take back a command that is about to be carried out. One that cannot be
 * taken back leaves the one before it to u. */
void undo_remember(struct dashboard *d, const struct command *command, unsigned batch);
/* Remembers, for u, all links as they are. */
void undo_remember_links(struct dashboard *d, unsigned batch);
/* The newest is taken back, or was never done. */
void undo_forget(struct dashboard *d);

/* Presets of the link matrix. */
void links_split(struct dashboard *d);
void links_island(struct dashboard *d);
void links_ring(struct dashboard *d, bool closed);
void links_lonely(struct dashboard *d);
void links_undo(struct dashboard *d);
/* The next command towards the goal; false if there is none. */
bool links_next(struct dashboard *d, char *out, size_t size);

#endif
