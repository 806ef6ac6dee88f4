/* paxos-tui ctl: one command of the command language to a running cluster. */
#include <stdio.h>
#include <string.h>

#include "node/live/live.h"
#include "tui/command/drive.h"
#include "tui/report/evidence_json.h"
#include "tui/report/margin_report.h"
#include "tui/report/json_print.h"
#include "tui/option/options.h"
#include "tui/report/state_json.h"

struct ctl {
	const struct options *options;
	bool json;
	struct drive drive;
	int code;
};

static void print_json(json_t *json)
{
	if (json == NULL)
		return;
	json_print(json, JSON_INDENT(2), stdout);
	printf("\n");
	json_decref(json);
}

static void print_state(const struct ctl *ctl)
{
	if (ctl->json)
		print_json(state_json(ctl->drive.model));
	else
		state_print(ctl->drive.model, stdout);
}

static void print_roster(struct ctl *ctl)
{
	const struct roster *roster = live_roster(ctl->drive.cluster);
	if (roster == NULL) {
		fprintf(stderr, "paxos-tui: this cluster has not told its roster\n");
		ctl->code = EXIT_INCONCLUSIVE;
	} else if (ctl->json)
		print_json(roster_json(roster));
	else
		roster_print(roster, stdout);
}

static void print_evidence(struct ctl *ctl)
{
	const struct roster *roster = live_roster(ctl->drive.cluster);
	if (ctl->json && roster == NULL) {
		fprintf(stderr, "paxos-tui: this cluster has not told its roster\n");
		ctl->code = EXIT_INCONCLUSIVE;
	} else if (ctl->json)
		print_json(evidence_json(ctl->drive.model, roster));
	else
		evidence_print(ctl->drive.model, stdout);
}

static void print_margin(struct ctl *ctl)
{
	json_t *json = ctl->json ? margin_json_now(ctl->drive.model) : NULL;
	if (json != NULL) {
		print_json(json);
	} else if (ctl->json || !margin_print_now(ctl->drive.model, stdout)) {
		fprintf(stderr, "paxos-tui: there is no memory for the search\n");
		ctl->code = EXIT_INCONCLUSIVE;
	}
}

static void on_report(void *user, const struct report *report)
{
	struct ctl *ctl = user;
	switch (report->kind) {
	case REPORT_SAY:
	case REPORT_ASK:
	case REPORT_HOLDS:
		printf("%s\n", report->words);
		break;
	case REPORT_DONE:
		if (report->words[0] != 0)
			printf("%s\n", report->words);
		break;
	case REPORT_VIOLATED:
		fprintf(stderr, "paxos-tui: %s\n", report->words);
		ctl->code = EXIT_VIOLATED;
		break;
	case REPORT_TIMEOUT:
	case REPORT_FAILED:
		fprintf(stderr, "paxos-tui: %s\n", report->words);
		ctl->code = EXIT_INCONCLUSIVE;
		break;
	case REPORT_STATE:
		print_state(ctl);
		break;
	case REPORT_ROSTER:
		print_roster(ctl);
		break;
	case REPORT_EVIDENCE:
		print_evidence(ctl);
		break;
	case REPORT_MARGIN:
		print_margin(ctl);
		break;
	default:
		break;
	}
}

/* Does the command print JSON, so that "--json" behind it is an option and no word of its own? */
static bool prints_json(const char *command)
{
	return strcmp(command, "state") == 0 || strcmp(command, "roster") == 0 ||
	       strcmp(command, "evidence") == 0 || strcmp(command, "margin") == 0;
}

static bool json_follows(const struct options *o)
{
	return o->args == 3 && prints_json(o->arg[1]) && strcmp(o->arg[2], "--json") == 0;
}

/* `ctl D "propose 1 apple"` is a line, `ctl D propose 1 "red apple"` is words. */
static bool parse_arguments(const struct ctl *ctl, unsigned nodes, struct command *out, char *why,
			    size_t size)
{
	const struct options *o = ctl->options;
	int count = o->args - 1;
	if (json_follows(o))
		count--;
	if (count == 1 && strchr(o->arg[1], ' ') != NULL)
		return command_parse(o->arg[1], nodes, out, why, size);
	if (count > WORDS_MAX) {
		snprintf(why, size, "too many words: at most %d", WORDS_MAX);
		return false;
	}
	return command_parse_words((const char *const *)&o->arg[1], (unsigned)count, nodes, out,
				   why, size);
}

static int usage(const char *why)
{
	fprintf(stderr, "paxos-tui: %s\n", why);
	return EXIT_USAGE;
}

static int fail_inconclusive(const char *why)
{
	fprintf(stderr, "paxos-tui: %s\n", why);
	return EXIT_INCONCLUSIVE;
}

static int carry_out(struct ctl *ctl)
{
	struct command command;
	char why[400];
	if (!parse_arguments(ctl, ctl->drive.info.nodes, &command, why, sizeof why))
		return usage(why);
	ctl->drive.runner->real_time = true;
	ctl->drive.runner->hurry = true;
	if (!drive_command(&ctl->drive, &command))
		return drive_interrupted() ? EXIT_INTERRUPTED
					   : fail_inconclusive("the cluster has ended");
	return ctl->code;
}

int cmd_ctl(const struct options *options)
{
	struct ctl ctl = {.options = options, .json = options->json};
	struct command command;
	char why[400];
	if (options->args < 2)
		return usage("ctl needs a cluster and a command: ctl DIR|ENDPOINT COMMAND...");
	ctl.json = ctl.json || json_follows(options);
	/* a mistake is told before the cluster is asked for anything */
	if (!parse_arguments(&ctl, NODES_MAX, &command, why, sizeof why))
		return usage(why);
	if (command.kind == COMMAND_NONE)
		return usage("ctl needs a command, like: state");
	if (ctl.json && !prints_json(command_name(command.kind)))
		return usage("--json is for what state, roster and evidence print");
	drive_catch_signals();
	struct cluster *cluster;
	enum status status = live_attach(options->arg[0], false, &cluster);
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status_exit(status);
	}
	int code = EXIT_INCONCLUSIVE;
	if (drive_begin(&ctl.drive, cluster, on_report, &ctl))
		code = carry_out(&ctl);
	else
		fprintf(stderr, "paxos-tui: not enough memory\n");
	drive_end(&ctl.drive);
	cluster->ops->close(cluster);
	return code;
}
