#include "tui/command/check_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/record/shelf.h"
#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"
#include "tui/command/drive.h"
#include "tui/command/recording.h"
#include "tui/option/defaults.h"
#include "tui/report/check_scenario.h"
#include "tui/screen/screen.h"

#define WHY_BYTES 600
#define LETTERS   26

struct telling {
	char *text; /* the schedule as a scenario; owned */
	struct scenario scenario;
	struct recorder *recorder;
	bool lost;             /* a step of it could not be repeated */
	char wrong[WHY_BYTES]; /* the first thing that did not come as it should; "" = nothing */
};

static int refuse(int code, const char *why)
{
	fprintf(stderr, "paxos-tui: %s\n", why);
	return code;
}

int check_replay_possible(const struct options *o, const struct check_bounds *bounds)
{
	const char *why_not = check_scenario_why_not(bounds);

	if (o->record == NULL && !o->show && o->save == NULL)
		return EXIT_PASS;
	if (why_not != NULL) {
		fprintf(stderr,
			"paxos-tui: --save, --record and --show tell the schedule again as a "
			"scenario, and %s: leave them out\n",
			why_not);
		return EXIT_USAGE;
	}
	if (o->record == NULL && !o->show)
		return EXIT_PASS;
	if (o->record != NULL && access(o->record, F_OK) == 0) {
		fprintf(stderr, "paxos-tui: %s is there already: --record makes a new file\n",
			o->record);
		return EXIT_INCONCLUSIVE;
	}
	if (o->show && !screen_is_possible())
		return refuse(EXIT_INCONCLUSIVE,
			      "--show opens the dashboard, and this is no terminal: --record FILE "
			      "keeps the schedule, and `replay` shows it elsewhere");
	const enum status status = o->show ? screen_check() : STATUS_OK;

	return status == STATUS_OK ? EXIT_PASS : refuse(status_exit(status), status_text());
}

static void on_report(void *user, const struct report *report)
{
	struct telling *t = user;
	const bool lost = report->kind == REPORT_TIMEOUT || report->kind == REPORT_FAILED;

	t->lost |= lost;
	if ((lost || report->kind == REPORT_VIOLATED) && t->wrong[0] == '\0')
		text_write(t->wrong, sizeof t->wrong, "%s", report->words);
}

static void mark_step(struct telling *t, unsigned step)
{
	const char name[2] = {(char)('a' + step - 1), '\0'};

	if (step > 0 && step <= LETTERS)
		recorder_mark(t->recorder, name, recorder_items(t->recorder));
}

static bool tell(struct telling *t, struct cluster *cluster)
{
	struct drive drive;
	bool good = drive_begin(&drive, cluster, on_report, t);

	if (!good)
		text_write(t->wrong, sizeof t->wrong, "not enough memory");
	for (unsigned i = 0; good && i < t->scenario.commands; i++) {
		const struct command *command = &t->scenario.command[i];

		good = drive_command(&drive, command) && !t->lost;
		mark_step(t, check_scenario_step(t->text, command->line));
	}
	drive_end(&drive);
	return good;
}

static bool read_schedule(struct telling *t, struct check *c, const struct check_bounds *bounds,
			  const char *cause)
{
	size_t length = 0;
	FILE *to = open_memstream(&t->text, &length);

	text_write(t->wrong, sizeof t->wrong, "not enough memory");
	if (to == NULL)
		return false;
	const bool written = check_scenario_write(c, bounds, cause, to, t->wrong, sizeof t->wrong);

	if (fclose(to) != 0 || !written ||
	    !scenario_parse("the schedule", t->text, &t->scenario, t->wrong, sizeof t->wrong))
		return false;
	t->wrong[0] = '\0';
	return true;
}

/* As `run --sim --record` does with the same scenario. */
static bool record(struct telling *t, const char *path)
{
	const struct options asked = {.record = path};
	const struct sim_cluster_options options = {
		.nodes = t->scenario.nodes,
		.mode = t->scenario.mode,
		.policy = t->scenario.policy,
		.seed = SEED_USUAL,
		.clock = {.num = t->scenario.rate_num, .den = t->scenario.rate_den},
		.link = link_rule_default(),
	};
	void *memory = calloc(1, sim_cluster_size(&options));
	bool good = false;

	text_write(t->wrong, sizeof t->wrong, "not enough memory");
	if (memory == NULL)
		return false;
	struct cluster *cluster = sim_cluster_init(memory, &options);

	if (recording_begin(&asked, cluster, &t->recorder) != STATUS_OK) {
		text_write(t->wrong, sizeof t->wrong, "%s", status_text());
	} else {
		t->wrong[0] = '\0';
		good = tell(t, cluster) && recorder_trouble(t->recorder) == NULL;
		recording_end(t->recorder, cluster);
		if (!good)
			remove(path);
	}
	cluster->ops->close(cluster);
	free(memory);
	return good;
}

bool check_replay_record(const struct options *o, struct check *c,
			 const struct check_bounds *bounds, const char *cause,
			 char path[PATH_BYTES])
{
	static struct telling t;
	bool good = true;

	if (o->record != NULL && strlen(o->record) >= PATH_BYTES) {
		text_write(t.wrong, sizeof t.wrong, "the name of the file is too long");
		good = false;
	} else if (o->record != NULL) {
		snprintf(path, PATH_BYTES, "%s", o->record);
	} else if (shelf_new(path) != STATUS_OK) {
		text_write(t.wrong, sizeof t.wrong, "%s", status_text());
		good = false;
	}
	good = good && read_schedule(&t, c, bounds, cause) && record(&t, path);
	free(t.text);
	if (!good)
		fprintf(stderr, "paxos-tui: the schedule is not recorded: %s\n",
			t.wrong[0] != '\0'    ? t.wrong
			: drive_interrupted() ? "it was interrupted"
					      : "the file cannot be written");
	else if (t.wrong[0] != '\0')
		fprintf(stderr, "paxos-tui: recorded in %s; but the simulator says: %s\n", path,
			t.wrong);
	else
		fprintf(stderr, "paxos-tui: recorded: `paxos-tui replay %s` shows the schedule\n",
			path);
	return good;
}

int check_replay_show(const struct options *o, char path[PATH_BYTES])
{
	char *arg[] = {path};
	const struct options replay = {
		.subcommand = SUB_replay,
		.ascii = o->ascii,
		.no_color = o->no_color,
		.no_mouse = o->no_mouse,
		.reduce_motion = o->reduce_motion,
		.theme = o->theme,
		.theme_given = o->theme_given,
		.args = 1,
		.arg = arg,
	};
	const int code = cmd_replay(&replay);

	return code == EXIT_PASS ? EXIT_VIOLATED : code;
}
