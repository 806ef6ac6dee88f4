/* paxos-tui run: plays scenarios, each on a cluster of its own, and says what came of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/io/harmless.h"
#include "node/live/live.h"
#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"
#include "tui/command/drive.h"
#include "tui/command/recording.h"
#include "tui/dashboard/story.h"
#include "tui/option/defaults.h"
#include "tui/option/options.h"
#include "tui/report/evidence_json.h"
#include "tui/report/faults.h"
#include "tui/report/margin_report.h"
#include "tui/report/run_report.h"
#include "tui/report/state_json.h"

/* One scenario being played. */
struct play {
	const struct options *options;
	struct scenario scenario;
	struct run_result result;
	struct drive drive;
	struct faults faults;
	bool prints; /* people read along */
	bool ended;  /* by `quit`, or because a command failed on which the rest relies */
	bool violation_is_meant;
};

static bool is_quiet(const struct options *o)
{
	return o->tap || o->json;
}

static void add_check(struct play *p, const struct report *report, enum verdict verdict)
{
	run_check_add(&p->result, report->command->line, verdict, report->words);
	if (!p->prints)
		return;
	/* What is found at the end of a scenario belongs to none of its lines. */
	if (report->command->line != 0)
		printf("%s:%u: ", p->result.file, report->command->line);
	else
		printf("%s: ", p->result.file);
	printf("%s: %s\n",
	       verdict == VERDICT_PASS       ? "ok"
	       : verdict == VERDICT_VIOLATED ? "VIOLATED"
					     : "INCONCLUSIVE",
	       report->words);
}

static void on_report(void *user, const struct report *report)
{
	struct play *p = user;
	switch (report->kind) {
	case REPORT_SAY:
	case REPORT_ASK:
		if (p->prints)
			printf("    %s\n", report->words);
		break;
	case REPORT_HOLDS:
		add_check(p, report, VERDICT_PASS);
		break;
	case REPORT_VIOLATED:
		add_check(p, report, VERDICT_VIOLATED);
		break;
	case REPORT_TIMEOUT:
	case REPORT_FAILED:
		add_check(p, report, VERDICT_INCONCLUSIVE);
		p->ended = true;
		break;
	case REPORT_STATE:
		if (p->prints)
			state_print(p->drive.model, stdout);
		break;
	case REPORT_ROSTER:
		if (p->prints && live_roster(p->drive.cluster) != NULL)
			roster_print(live_roster(p->drive.cluster), stdout);
		else if (p->prints)
			printf("%u simulated nodes, without keys and addresses\n",
			       p->scenario.nodes);
		break;
	case REPORT_EVIDENCE:
		if (p->prints)
			evidence_print(p->drive.model, stdout);
		break;
	case REPORT_MARGIN:
		if (p->prints && !margin_print_now(p->drive.model, stdout))
			puts("    there is no memory for the search");
		break;
	case REPORT_QUIT:
		p->ended = true;
		break;
	default:
		break;
	}
	fflush(stdout);
}

static struct clock_rule rate_of(const struct play *p)
{
	struct clock_rule clock = {0};
	clock.num = p->options->rate_given ? p->options->rate_num : p->scenario.rate_num;
	clock.den = p->options->rate_given ? p->options->rate_den : p->scenario.rate_den;
	return clock;
}

static void add_trouble(struct play *p, const char *words)
{
	struct command none = {0};
	struct report report = {.command = &none, .words = words};
	add_check(p, &report, VERDICT_INCONCLUSIVE);
	fprintf(stderr, "paxos-tui: %s: %s\n", p->result.file, words);
}

static void play_commands(struct play *p)
{
	for (unsigned i = 0; i < p->scenario.commands && !p->ended; i++) {
		const struct command *c = &p->scenario.command[i];
		if (command_means_violation(c))
			p->violation_is_meant = true;
		if (drive_command(&p->drive, c)) {
			faults_note(&p->faults, p->drive.model, c);
			continue;
		}
		if (!drive_interrupted())
			add_trouble(p, "the cluster has ended");
		return;
	}
}

/* A fault that bit nothing: the scenario shows less than it seems to. */
static void on_harmless(void *user, unsigned line, const char *words)
{
	struct play *p = user;
	const struct command none = {.line = line};
	const struct report report = {.command = &none, .words = words};

	if (p->options->strict)
		add_check(p, &report, VERDICT_INCONCLUSIVE);
	else if (p->prints)
		printf("%s:%u: note: %s\n", p->result.file, line, words);
}

static void play_on(struct play *p, struct cluster *cluster)
{
	struct recorder *recorder;
	if (recording_begin(p->options, cluster, &recorder) != STATUS_OK) {
		add_trouble(p, status_text());
		return;
	}
	if (!drive_begin(&p->drive, cluster, on_report, p)) {
		recording_end(recorder, cluster);
		add_trouble(p, "not enough memory");
		return;
	}
	p->drive.runner->hurry = true;
	play_commands(p);
	if (p->result.verdict != VERDICT_INCONCLUSIVE)
		faults_tell(&p->faults, p->drive.model, on_harmless, p);
	const struct model *m = p->drive.model;
	if (m->safety == SAFETY_VIOLATED && !p->violation_is_meant) {
		struct command none = {0};
		struct report report = {.command = &none, .words = m->violation.words};
		add_check(p, &report, VERDICT_VIOLATED);
	}
	recording_end(recorder, cluster);
	drive_end(&p->drive);
}

static void play_simulated(struct play *p)
{
	p->result.simulated = true;
	p->result.seed = p->options->seed_given   ? p->options->seed
			 : p->scenario.seed_given ? p->scenario.seed
						  : SEED_USUAL;
	struct sim_cluster_options options = {
		.nodes = p->scenario.nodes,
		.mode = p->scenario.mode,
		.seed = p->result.seed,
		.clock = rate_of(p),
		.link = link_rule_default(),
		.policy = p->scenario.policy,
		.keep = p->options->keep,
		.batch = p->options->batch,
	};
	void *memory = calloc(1, sim_cluster_size(&options));
	if (memory == NULL) {
		add_trouble(p, "not enough memory");
		return;
	}
	struct cluster *cluster = sim_cluster_init(memory, &options);
	play_on(p, cluster);
	cluster->ops->close(cluster);
	free(memory);
}

static void play_live(struct play *p)
{
	struct live_options options = {
		.nodes = p->scenario.nodes,
		.mode = p->scenario.mode,
		.memory_store =
			p->options->store != NULL && strcmp(p->options->store, "memory") == 0,
		.keep = p->options->keep_words,
		.batch = p->options->batch_words,
		.pipeline = p->options->pipeline_words,
		.clock = rate_of(p),
		.link = link_rule_default(),
		.policy = p->scenario.policy,
		.owned = true,
		.gives_up = drive_interrupted,
	};
	struct cluster *cluster;
	if (live_start(&options, &cluster) != STATUS_OK) {
		add_trouble(p, status_text());
		return;
	}
	play_on(p, cluster);
	cluster->ops->close(cluster);
}

static void play(struct play *p)
{
	if (p->prints)
		printf("%s\n", p->result.file);
	uint64_t begin = real_time_us();
	if (p->options->sim)
		play_simulated(p);
	else
		play_live(p);
	p->result.real_us = real_time_us() - begin;
	if (!p->prints || drive_interrupted())
		return;
	static const char *const words[] = {"passed", "VIOLATED", "INCONCLUSIVE"};
	printf("%s: %s, %u check%s%s\n", p->result.file, words[p->result.verdict], p->result.checks,
	       p->result.checks == 1 ? "" : "s", p->result.simulated ? ", simulated" : "");
}

/* 0, or the exit code of what is wrong with the report file. */
static int write_junit(const char *file, const struct run_result *const *result, unsigned count)
{
	const int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	FILE *f = fd < 0 ? NULL : harmless_stream(fd);
	if (f != NULL) {
		run_report_junit(result, count, f);
		if (fclose(f) == 0)
			return EXIT_PASS;
	}
	fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
	return EXIT_INCONCLUSIVE;
}

static int report(const struct options *o, struct play *const *plays, unsigned count)
{
	const struct run_result **result = calloc(count, sizeof *result);
	int code = EXIT_PASS;
	if (result == NULL) {
		fprintf(stderr, "paxos-tui: not enough memory\n");
		return EXIT_INCONCLUSIVE;
	}
	for (unsigned i = 0; i < count; i++) {
		result[i] = &plays[i]->result;
		if (result[i]->verdict == VERDICT_VIOLATED)
			code = EXIT_VIOLATED;
		else if (result[i]->verdict == VERDICT_INCONCLUSIVE && code == EXIT_PASS)
			code = EXIT_INCONCLUSIVE;
	}
	if (o->tap)
		run_report_tap(result, count, stdout);
	if (o->json)
		run_report_json(result, count, stdout);
	int wrote = o->junit != NULL ? write_junit(o->junit, result, count) : EXIT_PASS;
	free(result);
	return code != EXIT_PASS ? code : wrote;
}

/* All scenarios are read before the first is played: a typing error costs no time. */
static int read_all(const struct options *o, struct play **plays)
{
	char why[500];
	for (int i = 0; i < o->args; i++) {
		plays[i] = calloc(1, sizeof *plays[i]);
		if (plays[i] == NULL) {
			fprintf(stderr, "paxos-tui: not enough memory\n");
			return EXIT_INCONCLUSIVE;
		}
		plays[i]->options = o;
		plays[i]->result.file = o->arg[i];
		plays[i]->prints = !is_quiet(o);
		if (!story_load(o->arg[i], &plays[i]->scenario, NULL, why, sizeof why)) {
			fprintf(stderr, "paxos-tui: %s\n", why);
			return EXIT_USAGE;
		}
	}
	return EXIT_PASS;
}

int cmd_run(const struct options *options)
{
	if (options->args == 0) {
		fprintf(stderr, "paxos-tui: run needs a scenario: run SCENARIO...\n");
		return EXIT_USAGE;
	}
	if (options->record != NULL && options->args > 1) {
		fprintf(stderr, "paxos-tui: --record takes one scenario: each is a run of its "
				"own\n");
		return EXIT_USAGE;
	}
	struct play **plays = calloc((size_t)options->args, sizeof *plays);
	if (plays == NULL) {
		fprintf(stderr, "paxos-tui: not enough memory\n");
		return EXIT_INCONCLUSIVE;
	}
	drive_catch_signals();
	int code = read_all(options, plays);
	unsigned played = 0;
	for (int i = 0; code == EXIT_PASS && i < options->args && !drive_interrupted(); i++) {
		play(plays[i]);
		played++;
	}
	if (drive_interrupted())
		code = EXIT_INTERRUPTED;
	else if (code == EXIT_PASS)
		code = report(options, plays, played);
	for (int i = 0; i < options->args; i++)
		free(plays[i]);
	free(plays);
	return code;
}
