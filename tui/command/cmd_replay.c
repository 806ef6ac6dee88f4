/* paxos-tui replay [FILE]: the dashboard on a recording, which cannot be changed. */
#include <stdio.h>

#include "node/record/recorded.h"
#include "node/record/shelf.h"
#include "tui/command/drive.h"
#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"

/* All of it in lines, and what was wrong with the file. */
static int replay_plain(struct cluster *c, const struct options *options)
{
	const int code = plain_run(c, options, false);

	if (recorded_trouble(c) == NULL)
		return code;
	return status_exit(status_fail(STATUS_CORRUPT, "%s", recorded_trouble(c)));
}

static int replay_screen(struct cluster *c, const char *path, const struct options *options)
{
	const struct screen_config config = options_screen(options);
	const enum status status = screen_open(&config);
	int code;

	if (status != STATUS_OK)
		return status_exit(status);
	code = dashboard_replay(c, path, options);
	screen_close();
	return code;
}

int cmd_replay(const struct options *options)
{
	const bool plain = options->plain || !screen_is_possible();
	char path[PATH_BYTES];
	enum status status = STATUS_OK;
	struct cluster *c = NULL;
	int code;

	if (options->args > 0)
		snprintf(path, sizeof path, "%s", options->arg[0]);
	else
		status = shelf_newest(path);
	drive_catch_signals();
	if (status == STATUS_OK && !plain)
		status = screen_check();
	if (status == STATUS_OK)
		status = recorded_open(path, &c);
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status_exit(status);
	}
	code = plain ? replay_plain(c, options) : replay_screen(c, path, options);
	c->ops->close(c);
	if (code == EXIT_INCONCLUSIVE || code == EXIT_VIOLATED)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return code;
}
