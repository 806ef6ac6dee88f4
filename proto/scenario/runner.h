/* The runner carries out commands on a cluster, one after another, without ever blocking: give it
 * a command, feed it the cluster's items, and step it until it is ready for the next. The
 * dashboard's keys, its prompt, `ctl` and `run` all go through it.
 *
 * proto/scenario/pump.h is the loop that feeds and steps it. One command at a time; a command is
 * finished when every node that it concerns has obeyed. */
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
	REPORT_VIOLATED, /* an expectation does not hold; words: which, and what was found */
	REPORT_TIMEOUT,  /* a wait was in vain; words: what for, and what was found */
	REPORT_FAILED,   /* a command could not be carried out; words: why */
	REPORT_STATE, /* state, roster, evidence, margin, play, fork, help, quit: its owner carries
			 these out */
	REPORT_ROSTER,
	REPORT_EVIDENCE,
	REPORT_MARGIN,
	REPORT_PLAY,
	REPORT_FORK,
	REPORT_HELP,
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
	bool watched;   /* its owner shows people what they ask for: play and help make sense */

	/* only the runner and its acts read or write what follows */
	enum runner_state state;
	struct command command;
	int stage;
	bool failed;                     /* by an event; words: why */
	time_us given_at;                /* virtual: when the command was given */
	time_us real_us;                 /* of this step */
	time_us stage_at;                /* real: when the stage began */
	uint64_t awaited[NODES_MAX + 1]; /* number of the control that a node has not answered */
	time_us asked_at;                /* real: when the newest of those was sent */
	time_us answer_by; /* virtual: disks that were made slow have synced by then */
	bool has_deadline;
	time_us deadline; /* of a wait or expect, on the clock that counts for it */
	node_set been[LIFE_STOPPED +
		      1];        /* nodes that have come to this life since the command was given */
	node_set obeyed;         /* nodes that have obeyed a control of this command */
	node_set lost;           /* nodes that went away and owe an answer to one */
	uint64_t number;         /* of the newest of those controls, or of the one that was lost */
	bool keepers_are_asked;  /* all that are left are asked to keep the order of the lost */
	bool stands;             /* the newest of those controls is a standing order */
	node_set killed;         /* by `restart`, for they ran */
	node_set starting;       /* a crash of one of these fails the command */
	slot_number wished_slot; /* the loss of this slot fails it, too; SLOT_NONE = no slot */
	uint64_t unread_from; /* `read`: the operation of clients that it may be, or one behind */
	slot_number unchosen_from; /* from here on the value of `propose` was not chosen before */
	bool may_refuse; /* a node that refuses is noted in refused_by and does not fail it */
	uint16_t boot_before[NODES_MAX + 1];
	uint32_t snapshots_before[NODES_MAX + 1];
	/* [from][to]: the newest message, by boot and number, that never came to its link */
	uint64_t lost_upto[NODES_MAX + 1][NODES_MAX + 1];
	time_us stepped_to; /* the last step of this command, 0 = none */
	node_id stepped_node;
	time_us until_us; /* virtual: how long `until` and `timer` go on */
	uint32_t steps_left;
	node_set left;        /* nodes to which orders are still to be given, */
	uint32_t left_orders; /* and how many */
	struct link_rule goal[NODES_MAX + 1][NODES_MAX + 1]; /* [to][from]: how links should be */
	uint32_t num_before, den_before; /* the rate before pause, 0 / 0 = not known */
	policy_id policy, policy_before; /* defend */
	slot_number policy_slot;
	node_set refused_by, silent;
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

/* How far a simulated cluster may run on: to the deadline that the runner waits for, or not beyond
 * `now` if the runner waits for no time to pass. */
time_us runner_until(const struct runner *r, time_us now);

/* Real microseconds after which runner_step should be called again even if nothing comes. */
time_us runner_patience(const struct runner *r, time_us real_us);

/* The answer to ask or beat. */
void runner_answer(struct runner *r);

/* Gives up the command at hand. */
void runner_cancel(struct runner *r);

#endif
