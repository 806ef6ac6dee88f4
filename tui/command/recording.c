#include "tui/command/recording.h"

#include <stdio.h>

#include "node/live/live.h"
#include "node/record/shared.h"
#include "node/record/shelf.h"

static enum status open_shared(const struct recorder_options *file, struct cluster *c,
			       struct recorder **out)
{
	const enum status status = recorder_open(file, c, live_roster(c), out);

	if (status == STATUS_OK)
		shared_offer(live_directory(c), recorder_path(*out));
	return status;
}

enum status recording_begin(const struct options *options, struct cluster *c, struct recorder **out)
{
	const struct recorder_options file = {.path = options->record};

	*out = NULL;
	if (options->record == NULL)
		return STATUS_OK;
	return open_shared(&file, c, out);
}

enum status recording_usual(const struct options *options, struct cluster *c, struct recorder **out,
			    char *why, size_t size)
{
	char path[PATH_BYTES];
	const struct recorder_options file = {.path = path, .bytes_max = SHELF_RECORDING_MAX};

	*out = NULL;
	why[0] = '\0';
	if (options->record != NULL)
		return recording_begin(options, c, out);
	if (options->no_record)
		snprintf(why, size, "--no-record was said");
	else if (shelf_new(path) != STATUS_OK || open_shared(&file, c, out) != STATUS_OK)
		snprintf(why, size, "%s", status_text());
	return STATUS_OK;
}

bool recording_of_others(const struct options *options, const struct cluster *c,
			 char path[PATH_BYTES])
{
	return options->record == NULL && !options->no_record &&
	       shared_find(live_directory(c), path);
}

void recording_end(struct recorder *r, const struct cluster *c)
{
	if (r != NULL)
		shared_end(live_directory(c), recorder_path(r));
	if (r != NULL && recorder_trouble(r) != NULL)
		fprintf(stderr, "paxos-tui: %s\n", recorder_trouble(r));
	recorder_close(r);
}
