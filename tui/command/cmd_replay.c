/* paxos-tui replay [FILE]: the dashboard on a recording, which cannot be changed. */
#include <stdio.h>

#include "node/prove/prove.h"
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

static void tell_missing(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
}

/* "12,480" */
static const char *grouped(uint64_t number, char out[32])
{
	char digits[24];
	const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
	size_t used = 0;

	for (int i = 0; i < length; i++) {
		out[used++] = digits[i];
		if ((length - i) % 3 == 1 && i + 1 < length)
			out[used++] = ',';
	}
	out[used] = '\0';
	return out;
}

/* Nothing is shown: the verdict is one line, and the exit code. */
static int recompute(const char *where)
{
	const struct prove_options options = {.where = where, .tell = tell_missing};
	struct prove_report report;
	const enum status status = prove(&options, &report);
	const struct rerun_counts *c = &report.counts;
	char of[5][32];

	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status == STATUS_CORRUPT ? EXIT_VIOLATED : status_exit(status);
	}
	if (report.is_simulated) {
		printf("a simulation, run again from its seed: every one of %s events told again, "
		       "identical\n",
		       grouped(report.recorded, of[0]));
		return EXIT_PASS;
	}
	printf("%u node%s, %s inputs: every frame, write and event recomputed, identical%s\n",
	       report.nodes, report.nodes == 1 ? "" : "s", grouped(c->inputs, of[0]),
	       report.is_whole ? "" : " as far as there is something to compare");
	printf("  %u li%s, %s frames, %s writes, %s events; compared too: %s events of the "
	       "recording, %s rows of stores\n",
	       c->lives, c->lives == 1 ? "fe" : "ves", grouped(c->frames, of[0]),
	       grouped(c->writes, of[1]), grouped(c->events, of[2]),
	       grouped(report.recorded, of[3]), grouped(report.stored, of[4]));
	return report.is_whole ? EXIT_PASS : EXIT_INCONCLUSIVE;
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
	if (status == STATUS_OK && options->recompute)
		return recompute(path);
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
