/* What the acts share. An act is the function of a command: it carries the command out on the
 * cluster, a step at a time. Only the files act_*.c and the runner include this. */
#ifndef PROTO_SCENARIO_ACTS_H
#define PROTO_SCENARIO_ACTS_H

#include "proto/scenario/runner.h"

/* How far a command has come in this step. */
enum act_progress {
	ACT_WAIT,   /* call the act again */
	ACT_DONE,   /* r->words: "" or what to know about it */
	ACT_FAILED, /* r->words: why */
	ACT_TOLD,   /* done or failed, and the act has reported it itself */
};

/* Carries r->command on from r->stage; called again and again until it is not ACT_WAIT. */
typedef enum act_progress act(struct runner *r);

#define COMMAND(name, text, args, does, effect, usage, help) act does;
#include "proto/scenario/commands.def"
#undef COMMAND

/* Writes the sentence into r->words; ACT_FAILED. */
__attribute__((format(printf, 2, 3))) enum act_progress runner_fail(struct runner *r,
								    const char *format, ...);
/* The act goes on here when it is called again. */
void runner_stage(struct runner *r, int stage);
/* Reports to the runner's owner. */
void runner_report(struct runner *r, enum report_kind kind, const char *words);
/* Nodes that are up and obey controls. */
node_set runner_present(const struct runner *r);
/* The other nodes, and why the runner cannot talk to one of them: "down", "stopped" or "out of
 * reach from here". */
node_set runner_away(const struct runner *r);
const char *runner_why_away(const struct runner *r, node_id node);

/* Gives the control to its nodes, and waits for their answers; fails where one is away, with a
 * sentence that ends in `lacks`: "n2 is down: it has no clock". */
enum act_progress runner_tell_present(struct runner *r, const char *lacks,
				      const struct control *control);
/* Why nobody obeys where no node is present. */
const char *runner_why_none(const struct runner *r);
/* Writes into r->words, behind what is there, that those of `to` that are away will be told. */
void runner_note_away(struct runner *r, node_set to);
/* Sends a control to those of its `to` that are present; a standing order to all, for the cluster
 * gives it to those that are away when they are back. False, with r->words: nobody is there to hear
 * it, or the cluster refuses. */
bool runner_send(struct runner *r, struct control *control);
/* ACT_WAIT while a node has not answered, ACT_FAILED when it takes too long. */
enum act_progress runner_answers(struct runner *r);
/* The nodes that are up and have not answered. */
node_set runner_silent(const struct runner *r);
/* The virtual time, and the control that sets a rate from now on. */
time_us runner_now(const struct runner *r);
struct control runner_clock(const struct runner *r, uint32_t num, uint32_t den);
/* Does r->deadline count in real time? It does in `ctl`, and while the cluster's time stands
 * still. */
bool runner_is_real(const struct runner *r);

/* How long is waited for what does not say how long. */
#define WAIT_US 30000000
/* A span from now on, by the clock by which a wait is measured: the cluster's, or real time where
 * runner_is_real. Sets r->deadline. */
void runner_set_deadline(struct runner *r, time_us span);
/* Is r->deadline over? */
bool runner_is_late(const struct runner *r);

/* act_wait.c: is the condition of the command true, or one of several? Says that it was waited for
 * in vain; ACT_TOLD. */
bool runner_conditions_hold(const struct runner *r);
enum act_progress runner_in_vain(struct runner *r);

/* act_links.c: ACT_WAIT until the links of all nodes that are present are as r->goal says. */
enum act_progress runner_links(struct runner *r);

#endif
