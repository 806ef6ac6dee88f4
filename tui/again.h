/* What was done to a cluster so far, as a scenario that does it again: the commands, and the
 * virtual time that passed between them. In the simulator, with the same seed, the same happens;
 * with processes, the same is done. */
#ifndef TUI_AGAIN_H
#define TUI_AGAIN_H

#include "node/io/status.h"
#include "proto/model/base/model.h"
#include "proto/scenario/command.h"

#define AGAIN_BYTES 65536

struct again {
	bool whole; /* nothing was left out: from the first command on, and there was room */
	bool begun;
	time_us at; /* of the last command */
	size_t used;
	char text[AGAIN_BYTES];
};

/* `whole`: this is a cluster's beginning. */
void again_begin(struct again *a, bool whole);

/* A command is given now. Those that change nothing, or only time, are left out. */
void again_note(struct again *a, const struct model *m, const struct cluster_info *info,
		const struct command *command, const char *line, time_us now);

/* Writes it into the user's state directory, with the violation as what is expected, and the
 * command that plays it into `command`. STATUS_UNAVAILABLE if it is not whole. */
enum status again_write(const struct again *a, const struct model *m,
			const struct cluster_info *info, time_us now, char *command, size_t size);

#endif
