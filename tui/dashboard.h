/* The dashboard over any kind of cluster: feeds a model, lets keys and prompt run commands, draws.
 * tui/dashboard.c is the loop, tui/dashboard_keys.c what keys do, tui/dashboard_ask.c what is
 * typed, tui/dashboard_links.c what is
 * done to many links at once. */
#ifndef TUI_DASHBOARD_H
#define TUI_DASHBOARD_H

#include "proto/scenario/runner.h"
#include "tui/again.h"
#include "tui/dashboard/forecaster.h"
#include "tui/option/options.h"
#include "tui/screen/prompt.h"
#include "tui/scene.h"

#define QUEUE_MAX 16

/* What u takes back. */
struct undo {
	bool links;    /* the links go back to `link` */
	bool defences; /* or the defences to `policy` */
	policy_id policy;
	char command[1024];                                  /* else these commands, a line each */
	struct link_rule link[NODES_MAX + 1][NODES_MAX + 1]; /* [receiver][sender] */
};

struct dashboard {
	struct cluster *cluster;
	struct model *model;
	struct scene scene;
	struct runner runner;
	struct prompt command, line;      /* the : prompt, and every other question */
	char confirmed[COMMAND_TEXT_MAX]; /* the command that y runs; "quit" quits */
	enum theme_name theme;
	bool quit;
	bool over;  /* the cluster is gone */
	bool dirty; /* the screen owes a frame */
	bool seen_violation;
	unsigned seen_proofs;
	int exit_code;
	uint64_t message_until; /* real; 0 = until the next key */

	struct command queue[QUEUE_MAX];
	unsigned queued;

	struct undo undo;
	struct again again;
	struct forecasts forecasts;
	struct forecaster *forecaster; /* NULL: nobody has asked yet */
	struct link_rule goal[NODES_MAX + 1][NODES_MAX + 1];
	unsigned goal_at; /* 64 * receiver + 2 * sender + look of the next link; 0 = none left */

	uint32_t rate_num, rate_den; /* of time, when it last ran */

	/* a simulated cluster's time is ours to run */
	uint64_t simulated_real;
	time_us simulated_until;
	uint64_t simulated_rest; /* of a division */
};

/* Runs until the user quits or the cluster ends, on an open screen; does not close the cluster.
 * Returns the exit code; when it is EXIT_VIOLATED or EXIT_INCONCLUSIVE, status_text() says why. */
int dashboard_run(struct cluster *c, const struct options *options);

/* The same in plain lines: an event a line, and a numbered menu when `menu`. */
int plain_run(struct cluster *c, const struct options *options, bool menu);

/* The exit code of a user who left with `code`: a cluster that was seen to break a property is told
 * apart from one that was not. */
int dashboard_verdict(const struct model *m, int code);

/* Everything a key can do (tui/dashboard_keys.c). */
void dashboard_key(struct dashboard *d, int code);

/* Parses and runs a command, or queues it; says what is wrong in the message line. False: it is
 * wrong, or it may not. */
bool dashboard_command(struct dashboard *d, const char *line);

/* The same for several lines. */
void dashboard_commands(struct dashboard *d, const char *lines);

__attribute__((format(printf, 3, 4))) void dashboard_say(struct dashboard *d, bool bad,
							 const char *format, ...);

/* Asks on the line above the keys; `label` must outlive the question. */
void dashboard_ask(struct dashboard *d, enum ask what, const char *label, const char *text);
/* Asks y or n; y runs the command `line`, or quits if it is "quit". */
__attribute__((format(printf, 3, 4))) void dashboard_confirm(struct dashboard *d, const char *line,
							     const char *format, ...);
/* A key while something is asked. */
void dashboard_answer(struct dashboard *d, int code);

/* The keys of the palettes and of the walk through a proof (tui/dashboard_palette.c). */
void key_attacks(struct dashboard *d), key_arm(struct dashboard *d),
	key_honest(struct dashboard *d), key_attack_down(struct dashboard *d),
	key_attack_up(struct dashboard *d), key_attack_left(struct dashboard *d),
	key_attack_right(struct dashboard *d), key_liar_next(struct dashboard *d),
	key_liar_back(struct dashboard *d);
void key_defences(struct dashboard *d), key_defend(struct dashboard *d),
	key_defence_down(struct dashboard *d), key_defence_up(struct dashboard *d),
	key_preset_none(struct dashboard *d), key_preset_origin(struct dashboard *d),
	key_preset_all(struct dashboard *d), key_tolerate(struct dashboard *d);
void key_violation(struct dashboard *d), key_proof_down(struct dashboard *d),
	key_proof_up(struct dashboard *d), key_proof_next(struct dashboard *d),
	key_proof_back(struct dashboard *d), key_proof_show(struct dashboard *d),
	key_freeze(struct dashboard *d);
bool palette_click(struct dashboard *d, int code);
/* Remembers, for u, what an attack or a switch of defences changes; false: it is another command.
 */
bool palette_remember(struct dashboard *d, const struct command *command);
void palette_undo(struct dashboard *d);
/* A violation that is new opens the walk through its proof and stops time, if it is to. */
void palette_watch(struct dashboard *d);

/* Remembers the links as they are, for u. */
void links_remember(struct dashboard *d);
/* Presets of the link matrix. */
void links_split(struct dashboard *d);
void links_island(struct dashboard *d);
void links_ring(struct dashboard *d, bool closed);
void links_lonely(struct dashboard *d);
void links_undo(struct dashboard *d);
/* The next command towards the goal; false if there is none. */
bool links_next(struct dashboard *d, char *out, size_t size);

#endif
