/* wait and expect. The runner steps after each thing that happens in the cluster, so a condition is
 * checked after each, until it is true or the time is over. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/scenario/acts.h"

/* Room for a value of each node, and for the longest condition. */
#define FOUND_MAX       (NODES_MAX * (VALUE_SHOWN_MAX + 8))
#define WORDS_SHOWN_MAX (2 * COMMAND_TEXT_MAX + FOUND_MAX + 40)

/* "CONDITION", or "WHAT: CONDITION (found: ...)" */
static void describe_condition(struct runner *r, const char *what, char *out, size_t size)
{
	char condition[2 * COMMAND_TEXT_MAX], found[FOUND_MAX];
	condition_show(&r->command.condition, r->command.text, condition, sizeof condition);
	condition_found(r->model, &r->command.condition, found, sizeof found);
	if (what == NULL)
		text_write(out, size, "%s", condition);
	else
		text_write(out, size, "%s: %s (%s)", what, condition, found);
}

/* Is nobody there who could tell whether the condition is true? That a process runs or does not is
 * seen without its word. */
static bool is_untold(const struct runner *r)
{
	const enum condition_kind kind = r->command.condition.kind;
	return r->real_time && !model_has_heard_one(r->model) && kind != CONDITION_NONE &&
	       kind != CONDITION_UP && kind != CONDITION_DOWN && kind != CONDITION_STOPPED;
}

/* One that has just come (`ctl`) does not know for how long values have waited, or a node has
 * lacked a slot: it sees that no earlier than after the time that makes it a stall. */
static bool is_open(const struct runner *r)
{
	const enum condition_kind kind = r->command.condition.kind;
	const struct model *m = r->model;
	return r->real_time && (kind == CONDITION_STALLED || kind == CONDITION_PROGRESS) &&
	       model_may_be_stalled(m) && m->now < r->given_at + STALLED_AFTER_US &&
	       !clock_is_paused(&m->clock);
}

enum act_progress act_wait(struct runner *r)
{
	const struct command *c = &r->command;
	char words[WORDS_SHOWN_MAX];
	if (r->stage == 0) {
		if (c->duration > 0 && !r->real_time && runner_is_real(r))
			return runner_fail(r, "time is paused: this wait would never end");
		runner_set_deadline(r, c->duration > 0 ? c->duration
				       : c->within > 0 ? c->within
						       : WAIT_US);
		runner_stage(r, 1);
	}
	if (c->condition.kind != CONDITION_NONE && !is_untold(r) && !is_open(r) &&
	    condition_holds(r->model, &c->condition, c->text))
		return ACT_DONE;
	if (!runner_is_late(r))
		return ACT_WAIT;
	if (c->condition.kind == CONDITION_NONE)
		return ACT_DONE;
	describe_condition(r, "waited in vain for", words, sizeof words);
	runner_report(r, REPORT_TIMEOUT, words);
	return ACT_TOLD;
}

#define STAGE_VOTES 2
#define STAGE_WATCH 3

#define WATCH_US 10000000 /* real: so long is watched for what is not known at once */

static bool is_about_violations(const struct command *c)
{
	return c->condition.kind == CONDITION_AGREEMENT || c->condition.kind == CONDITION_VIOLATION;
}

static enum act_progress say_untold(struct runner *r)
{
	char words[100];
	text_write(words, sizeof words, "%s; nobody can tell", runner_why_none(r));
	runner_report(r, REPORT_FAILED, words);
	return ACT_TOLD;
}

static enum act_progress say_open(struct runner *r)
{
	char words[WORDS_SHOWN_MAX];
	describe_condition(r, "it takes 2 s of the cluster's time to tell, and that is slow", words,
			   sizeof words);
	runner_report(r, REPORT_TIMEOUT, words);
	return ACT_TOLD;
}

enum act_progress act_expect(struct runner *r)
{
	const struct command *c = &r->command;
	char words[WORDS_SHOWN_MAX];
	bool holds = condition_holds(r->model, &c->condition, c->text);
	const bool open = is_open(r);
	if (r->stage == 0) {
		runner_set_deadline(r, c->holds > 0 ? c->holds : c->within);
		runner_stage(r, 1);
	}
	bool over = runner_is_late(r);
	if (r->stage == STAGE_WATCH && !open)
		over = true;
	if (!over && (r->stage != 1 || open || is_untold(r) || holds == (c->holds > 0)))
		return ACT_WAIT;
	if (is_untold(r))
		return say_untold(r);
	if (open && r->stage == STAGE_WATCH)
		return say_open(r);
	if (open) {
		runner_set_deadline(r, WATCH_US);
		runner_stage(r, STAGE_WATCH);
		return ACT_WAIT;
	}
	/* A sentence about a violation names all votes, also those that are told a little later. */
	if (r->stage != STAGE_VOTES && is_about_violations(c) &&
	    model_violation_is_open(r->model)) {
		runner_set_deadline(r, VIOLATION_OPEN_US);
		runner_stage(r, STAGE_VOTES);
		return ACT_WAIT;
	}
	describe_condition(r, holds ? NULL : "it is not true that", words, sizeof words);
	runner_report(r, holds ? REPORT_HOLDS : REPORT_VIOLATED, words);
	return ACT_TOLD;
}
