/* T: the session so far becomes a test. */
#include <stdio.h>
#include <stdlib.h>

#include "node/io/files.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/play.h"
#include "tui/dashboard/repeat.h"

void key_test(struct dashboard *d)
{
	struct cluster_info info;
	char why[200], path[PATH_BYTES], *text = NULL;
	size_t length = 0;
	uint64_t seed;

	if (d->play != NULL) {
		dashboard_say(d, true, "a story is a test: paxos-tui run %s", play_path(d->play, &seed));
		return;
	}
	FILE *to = open_memstream(&text, &length);

	if (to == NULL) {
		dashboard_say(d, true, "not enough memory");
		return;
	}
	d->cluster->ops->info(d->cluster, &info);
	const bool good = repeat_write(&d->session, d->live, &info, to, why, sizeof(why));

	if (fclose(to) != 0)
		dashboard_say(d, true, "not enough memory");
	else if (!good)
		dashboard_say(d, true, "no test of this: %s", why);
	else if (state_file("paxos-tui", ".pxs", path) != STATUS_OK ||
		 file_write(path, (const uint8_t *)text, length) != STATUS_OK)
		dashboard_say(d, true, "%s", status_text());
	else
		dashboard_say(d, false, "a test of this session: paxos-tui run %s", path);
	free(text);
}
