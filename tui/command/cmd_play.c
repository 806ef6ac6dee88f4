/* paxos-tui play SCENARIO: a dashboard in which a scenario is told. */
#include <stdio.h>

#include "tui/command/drive.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/story.h"
#include "tui/screen/screen.h"

int cmd_play(const struct options *options)
{
	const struct screen_config config = options_screen(options);
	char path[PATH_BYTES], why[2 * PATH_BYTES];
	struct play *play;
	enum status status;
	int code;

	if (!story_find(options->arg[0], path, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s\n", why);
		return EXIT_USAGE;
	}
	play = play_open(path, options, why, sizeof why);
	if (play == NULL) {
		fprintf(stderr, "paxos-tui: %s\n", why);
		return EXIT_USAGE;
	}
	if (!screen_is_possible()) {
		fprintf(stderr,
			"paxos-tui: a story is told on a screen; `paxos-tui run --sim %s` "
			"tells it in lines\n",
			path);
		play_close(play);
		return EXIT_INCONCLUSIVE;
	}
	drive_catch_signals();
	status = screen_check();
	if (status == STATUS_OK)
		status = screen_open(&config);
	code = status == STATUS_OK ? dashboard_play(play, options) : status_exit(status);
	play_close(play);
	screen_close();
	if (code == EXIT_INCONCLUSIVE || code == EXIT_VIOLATED)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return code;
}
