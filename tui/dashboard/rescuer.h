/* Finds what would have kept a property that is broken: `paxos-tui rescue` on a scenario that
 * breaks it, in a process of its own. Its words are kept in a file of the user's state directory.
 */
#ifndef TUI_DASHBOARD_RESCUER_H
#define TUI_DASHBOARD_RESCUER_H

#include "node/io/files.h"
#include "node/io/spawn.h"

#define RESCUE_SCENARIOS 2

struct rescuer {
	struct process process;
	/* tried in this order, until one breaks the property in the simulator, too */
	char scenario[RESCUE_SCENARIOS][PATH_BYTES];
	unsigned scenarios, at;
	uint64_t seed; /* of the first */
	bool seeded;
	char words[PATH_BYTES]; /* the file */
	size_t seen;            /* bytes of it */
};

/* Begins with the scenarios that it was given, and from an empty file. The process is ended by
 * rescuer_end. */
enum status rescuer_start(struct rescuer *r);
void rescuer_end(struct rescuer *r);

/* Readable when there is an end to look at; -1: nothing runs. */
int rescuer_fd(const struct rescuer *r);

/* What has been found so far, if that is more than at the last look, and with the shell's command
 * above it: for free(). NULL: nothing new, or no memory. */
char *rescuer_look(struct rescuer *r);

#endif
