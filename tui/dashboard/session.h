/* A session: what was done to a cluster in a dashboard, kept as a scenario that does it again. It
 * has the commands and the virtual time that passed between them. In the simulator, with the same
 * seed, the scenario leads to the same events; with processes, only the same is done. */
#ifndef TUI_DASHBOARD_SESSION_H
#define TUI_DASHBOARD_SESSION_H

#include "node/io/files.h"
#include "node/record/reader.h"
#include "proto/model/base/model.h"
#include "proto/scenario/command.h"

#define SESSION_BYTES    65536
#define SESSION_COMMANDS 1024

/* A command, and the events that came while it was carried out, by their indices (session_index).
 */
struct session_command {
	uint64_t from, upto;
	time_us at;
	size_t line; /* in the text */
};

struct session {
	bool whole;      /* nothing was left out: from the first command on, and there was room */
	bool lines_miss; /* something that the events tell has no line in the text */
	bool is_branch;  /* the text is not whole: before it left, there are only the commands */
	bool begun;
	time_us at; /* of the last command */
	size_t used;
	/* where the last command begins, while it is being carried out */
	bool open;
	enum command_kind open_kind;
	time_us open_at;
	size_t open_used;
	policy_id policy; /* at the beginning */
	bool loads;       /* nodes were told to propose by themselves */
	bool drifts;      /* the clock of a single node was changed */
	unsigned commands;
	struct session_command command[SESSION_COMMANDS];
	char text[SESSION_BYTES];
};

/* `whole`: the cluster begins now, so that nothing was done before. */
void session_begin(struct session *a, bool whole);

/* The session of a branch that left another when so many events had come: what was done until then
 * was done in it, too, and its model heard of it. */
void session_branch(struct session *a, const struct session *from, uint64_t events);

/* The session that a dashboard recorded, up to the moment of `m`, after so many items. What others
 * did to the cluster meanwhile is not known. Not whole: the recording begins later than the
 * cluster. */
void session_recorded(struct session *a, const struct model *m, struct reader *recording,
		      uint64_t items);

/* Notes a command that begins to be carried out now, if its row says that it CHANGES the cluster.
 * The first one finds out whether the cluster is new: what was done to it in earlier lives is not
 * known.
 */
void session_note(struct session *a, const struct model *m, const struct cluster_info *info,
		  const struct command *command, const char *line, time_us now);

/* The command that was noted last is finished. One that failed is left out again; unless it
 * `touched` the cluster, and no event tells how, nothing is missing then. */
void session_settle(struct session *a, const struct model *m, bool failed, bool touched);

/* Writes the scenario into a file of the user's state directory, with the violation as what it
 * expects. STATUS_UNAVAILABLE if the session is not whole. */
enum status session_write(const struct session *a, const struct model *m, time_us now,
			  char path[PATH_BYTES]);

/* The shell command that plays it. */
void session_command(bool simulated, const char *path, char *out, size_t size);

#endif
