/* Commands that do nothing to the cluster: texts, places to stop, and what the runner's owner
 * prints. The owner hears of them in reports. */
#include "proto/scenario/acts.h"

static enum act_progress report(struct runner *r, enum report_kind kind)
{
	runner_report(r, kind, r->command.text);
	return ACT_TOLD;
}

enum act_progress act_say(struct runner *r)
{
	return report(r, REPORT_SAY);
}

enum act_progress act_state(struct runner *r)
{
	return report(r, REPORT_STATE);
}

enum act_progress act_roster(struct runner *r)
{
	return report(r, REPORT_ROSTER);
}

enum act_progress act_evidence(struct runner *r)
{
	return report(r, REPORT_EVIDENCE);
}

enum act_progress act_margin(struct runner *r)
{
	return report(r, REPORT_MARGIN);
}

/* What takes a screen or a person at it. */
static enum act_progress report_watched(struct runner *r, enum report_kind kind,
					const char *instead)
{
	if (r->watched)
		return report(r, kind);
	return runner_fail(r, "that is for the prompt of a dashboard; %s", instead);
}

enum act_progress act_play(struct runner *r)
{
	return report_watched(r, REPORT_PLAY, "`paxos-tui play FILE` opens one on a scenario");
}

enum act_progress act_fork(struct runner *r)
{
	return report_watched(r, REPORT_FORK, "f in `paxos-tui replay FILE` forks a recording");
}

enum act_progress act_help(struct runner *r)
{
	return report_watched(r, REPORT_HELP, "`paxos-tui help WORD` explains a word anywhere");
}

enum act_progress act_quit(struct runner *r)
{
	return report(r, REPORT_QUIT);
}

/* Waits until the owner answers, unless the owner is in a hurry. */
static enum act_progress stop_for_answer(struct runner *r, enum report_kind kind)
{
	if (r->stage == 0) {
		report(r, kind);
		if (r->hurry)
			return ACT_TOLD;
		runner_stage(r, 1);
		r->state = RUNNER_ASKING;
	}
	return r->state == RUNNER_ASKING ? ACT_WAIT : ACT_TOLD;
}

enum act_progress act_ask(struct runner *r)
{
	return stop_for_answer(r, REPORT_ASK);
}

enum act_progress act_beat(struct runner *r)
{
	return stop_for_answer(r, REPORT_BEAT);
}
