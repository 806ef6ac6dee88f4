/* Faults that bit nothing: a scenario that cuts a link over which no message goes has shown nothing
 * about cut links. What each fault did is counted while it lasts. */
#ifndef TUI_REPORT_FAULTS_H
#define TUI_REPORT_FAULTS_H

#include "proto/model/base/model.h"
#include "proto/scenario/command.h"

#define FAULTS_WATCHED 256

struct fault_watched {
	enum command_kind kind;
	unsigned line;
	node_set from[NODES_MAX + 1]; /* of links: by receiver, the senders */
	node_set nodes;               /* of attacks, gates and disks */
	uint64_t before;              /* what was counted when it began */
	bool over;                    /* it lasts no longer, and bit */
};

struct faults {
	unsigned count;
	struct fault_watched of[FAULTS_WATCHED];
};

/* A command was carried out, and the model knows what came of it. */
void faults_note(struct faults *f, const struct model *m, const struct command *command);

/* Tells each fault that bit nothing, by its line and in words: at the end of a scenario. */
void faults_tell(struct faults *f, const struct model *m,
		 void (*tell)(void *user, unsigned line, const char *words), void *user);

#endif
