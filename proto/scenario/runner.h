/* Carries out commands on a cluster, one after another, without ever blocking: give it a command,
 * feed it the cluster's items, and step it until it is ready for the next. The dashboard's keys,
 * its prompt, `ctl` and `run` all go through it.
 *
 * The owner's loop:
 *     while ((kind = c->ops->next(c, runner_until(r, ...), &item)) is an event or a snapshot)
 *             feed the model, then runner_event(r, item.event);
 *     runner_step(r, real_us);
 * or runner_pump(), which does all that. One command at a time; a command is finished when every
 * node that it concerns has obeyed. */
#ifndef PROTO_SCENARIO_RUNNER_H
#define PROTO_SCENARIO_RUNNER_H

#include "proto/core/cluster.h"
#include "proto/model/base/model.h"
#include "proto/scenario/scenario.h"

enum runner_state {
	RUNNER_READY,  /* give it the next command */
	RUNNER_BUSY,   /* it waits for the cluster or for time to pass */
	RUNNER_ASKING, /* ask or beat: it waits for runner_answer */
};

enum report_kind {
	REPORT_SAY, /* words: the text */
	REPORT_ASK, /* words: the text */
	REPORT_BEAT,
	REPORT_DONE,     /* a command was carried out; words: "" or what to know about it */
	REPORT_HOLDS,    /* an expectation holds; words: which */
	REPORT_VIOLATED, /* it does not; words: which, and what was found */
	REPORT_TIMEOUT,  /* a wait was in vain; words: what for, and what was found */
	REPORT_FAILED,   /* a command could not be carried out; words: why */
	REPORT_STATE,    /* state, roster, evidence, quit: its owner carries these out */
	REPORT_ROSTER,
	REPORT_EVIDENCE,
	REPORT_QUIT,
};

struct report {
	enum report_kind kind;
	const struct command *command; /* valid during the call */
	const char *words;
	time_us at; /* virtual */
};

struct runner {
	struct cluster *cluster;
	struct model *model;
	void (*tell)(void *user, const struct report *report);
	void *user;
	bool real_time; /* durations are real time (ctl), not the cluster's */
	bool hurry;     /* ask and beat do not wait for an answer */

	/* nobody else's affair from here on */
	enum runner_state state;
	struct command command;
	int stage;
	time_us real_us;                 /* of this step */
	time_us stage_at;                /* real: when the stage began */
	uint64_t awaited[NODES_MAX + 1]; /* number of the control that a node has not answered */
	time_us asked_at;                /* real: when the newest of those was sent */
	time_us deadline;                /* of a wait or expect, on the clock that counts for it */
	uint16_t boot_before[NODES_MAX + 1];
	uint32_t snapshots_before[NODES_MAX + 1];
	time_us stepped_to; /* the last step of this command, 0 = none */
	uint32_t steps_left;
	struct link_rule goal[NODES_MAX + 1][NODES_MAX + 1]; /* [to][from]: how links should be */
	node_set owed_links, owed_clock; /* nodes that were away when these were changed */
	uint32_t num_before, den_before; /* the rate before pause, 0 / 0 = not known */
	policy_id policy, policy_before; /* defend */
	slot_number policy_slot;
	node_set refused_by;
	unsigned tries;
	char words[300]; /* what to say when the command is done, or why it fails */
};

void runner_init(struct runner *r, struct cluster *c, struct model *m,
		 void (*tell)(void *user, const struct report *report), void *user);

/* False if it is not RUNNER_READY. The command is copied. */
bool runner_give(struct runner *r, const struct command *command);

/* Every event of the cluster, after the model has had it. */
void runner_event(struct runner *r, const struct event *event);

/* Does what can be done now. `real_us`: microseconds since 1970; a simulated cluster has no need
 * of it but for telling when a node does not answer. */
enum runner_state runner_step(struct runner *r, time_us real_us);

/* Until which virtual time a simulated cluster may run without passing a point that the runner
 * wants to see; `now` if it wants nothing to pass. */
time_us runner_until(const struct runner *r, time_us now);

/* Real microseconds after which runner_step should be called again even if nothing comes. */
time_us runner_patience(const struct runner *r, time_us real_us);

/* The answer to ask or beat. */
void runner_answer(struct runner *r);

/* Gives up the command at hand. */
void runner_cancel(struct runner *r);

/* Takes all items that are there, then steps; `*over` if the cluster has ended. */
enum runner_state runner_pump(struct runner *r, time_us real_us, bool *over);

#endif
