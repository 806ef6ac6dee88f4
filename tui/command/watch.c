#include "tui/command/watch.h"

#include "tui/command/recording.h"
#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"

enum status watch_cluster(struct cluster *c, const struct options *options, bool plain, int *code)
{
	const struct screen_config config = options_screen(options);
	struct dashboard_past past = {.why_not = ""};
	char why[PATH_BYTES + 200] = "", theirs[PATH_BYTES];
	enum status status = STATUS_OK;

	if (plain)
		status = recording_begin(options, c, &past.recorder);
	else if (recording_of_others(options, c, theirs))
		past.shared = theirs;
	else
		status = recording_usual(options, c, &past.recorder, why, sizeof why);
	if (status == STATUS_OK && !plain) {
		past.why_not = why;
		status = screen_open(&config);
	}
	if (status == STATUS_OK)
		*code = plain ? plain_run(c, options, options->plain)
			      : dashboard_run(c, options, &past);
	if (past.recorder != NULL && recorder_trouble(past.recorder) != NULL)
		screen_close();
	recording_end(past.recorder, c);
	return status;
}
