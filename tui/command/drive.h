/* Commands on a cluster for programs without a screen: gives a command to a runner and waits, in
 * poll(2), until it is carried out. */
#ifndef TUI_COMMAND_DRIVE_H
#define TUI_COMMAND_DRIVE_H

#include "proto/scenario/pump.h"

struct drive {
	struct cluster *cluster;
	struct cluster_info info;
	struct model *model;
	struct runner *runner;
	struct pump pump;
	uint64_t passed_over_us; /* real time in which a simulated cluster had nothing to say */
};

/* Makes model and runner of a cluster and asks every node for its state. Nodes that do not answer
 * within a second are taken to be down. False: the memory does not suffice. */
bool drive_begin(struct drive *d, struct cluster *cluster,
		 void (*tell)(void *user, const struct report *report), void *user);

/* Carries out one command. False: the user interrupted, or the cluster ended. */
bool drive_command(struct drive *d, const struct command *command);

/* Frees model and runner, not the cluster. */
void drive_end(struct drive *d);

/* From now on SIGINT, SIGTERM and SIGHUP end what drive_command waits for; true once one came. */
void drive_catch_signals(void);
bool drive_interrupted(void);

/* The same for a program with a loop of its own, which a closed pipe still ends. */
void drive_note_signals(void);

/* For a program that leaves nothing half done: the same signals end it at once, with exit code 130.
 */
void drive_end_on_signals(void);

#endif
