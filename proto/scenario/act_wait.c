/* wait and expect. The runner steps after each thing that happens in the cluster, so a condition is
 * checked after each, until it is true or the time is over. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/scenario/acts.h"

/* Room for a value of each node, and for the longest conditions. */
#define FOUND_MAX       (NODES_MAX * (VALUE_SHOWN_MAX + 8))
#define CONDITIONS_MAX  (2 * COMMAND_TEXT_MAX + (ALTERNATIVES_MAX - 1) * 200)
#define WORDS_SHOWN_MAX (CONDITIONS_MAX + FOUND_MAX + 40)

/* What was found is said once of conditions that ask for the same. */
static void find(const struct runner *r, char *out, size_t size)
{
	char before[FOUND_MAX] = "", found[FOUND_MAX];
	out[0] = 0;
	for (unsigned i = 0; i < r->command.alternatives; i++) {
		condition_found(r->model, &r->command.condition[i], found, sizeof found);
		if (i == 0 || strcmp(found, before) != 0)
			text_append(out, size, "%s%s", i > 0 ? "; " : "", found);
		text_write(before, sizeof before, "%s", found);
	}
}

/* "CONDITION or CONDITION", or "WHAT: CONDITION (found: ...)" */
static void describe_conditions(struct runner *r, const char *what, char *out, size_t size)
{
	const struct command *c = &r->command;
	char one[2 * COMMAND_TEXT_MAX], conditions[CONDITIONS_MAX] = "", found[FOUND_MAX];
	for (unsigned i = 0; i < c->alternatives; i++) {
		condition_show(&c->condition[i], c->text, one, sizeof one);
		text_append(conditions, sizeof conditions, "%s%s", i > 0 ? " or " : "", one);
	}
	find(r, found, sizeof found);
	if (what == NULL)
		text_write(out, size, "%s", conditions);
	else
		text_write(out, size, "%s: %s (%s)", what, conditions, found);
}

/* Is nobody there who could tell whether the condition is true? That a process runs or does not is
 * seen without its word. */
static bool is_untold(const struct runner *r, enum condition_kind kind)
{
	return r->real_time && !model_has_heard_one(r->model) && kind != CONDITION_UP &&
	       kind != CONDITION_DOWN && kind != CONDITION_STOPPED;
}

/* One that has just come (`ctl`) does not know for how long values have waited, or a node has
 * lacked a slot: it sees that no earlier than after the time that makes it a stall. */
static bool is_open(const struct runner *r, enum condition_kind kind)
{
	const struct model *m = r->model;
	return r->real_time && (kind == CONDITION_STALLED || kind == CONDITION_PROGRESS) &&
	       model_may_be_stalled(m) && m->now < r->given_at + STALLED_AFTER_US &&
	       !clock_is_paused(&m->clock);
}

/* What is known of a condition, or of several of which one is to hold: the highest of theirs. */
enum truth { TRUTH_NO, TRUTH_OPEN, TRUTH_UNTOLD, TRUTH_YES };

static enum truth truth_of(const struct runner *r, const struct condition *c)
{
	if (is_untold(r, c->kind))
		return TRUTH_UNTOLD;
	if (is_open(r, c->kind))
		return TRUTH_OPEN;
	return condition_holds(r->model, c, r->command.text) ? TRUTH_YES : TRUTH_NO;
}

static enum truth truth(const struct runner *r)
{
	enum truth highest = TRUTH_NO;
	for (unsigned i = 0; i < r->command.alternatives; i++) {
		const enum truth one = truth_of(r, &r->command.condition[i]);
		if (one > highest)
			highest = one;
	}
	return highest;
}

bool runner_conditions_hold(const struct runner *r)
{
	return truth(r) == TRUTH_YES;
}

enum act_progress runner_in_vain(struct runner *r)
{
	char words[WORDS_SHOWN_MAX];
	describe_conditions(r, "waited in vain for", words, sizeof words);
	runner_report(r, REPORT_TIMEOUT, words);
	return ACT_TOLD;
}

enum act_progress act_wait(struct runner *r)
{
	const struct command *c = &r->command;
	if (r->stage == 0) {
		if (c->duration > 0 && !r->real_time && runner_is_real(r))
			return runner_fail(r, "time is paused: this wait would never end");
		runner_set_deadline(r, c->duration > 0 ? c->duration
				       : c->within > 0 ? c->within
						       : WAIT_US);
		runner_stage(r, 1);
	}
	if (truth(r) == TRUTH_YES)
		return ACT_DONE;
	if (!runner_is_late(r))
		return ACT_WAIT;
	if (c->alternatives == 0)
		return ACT_DONE;
	return runner_in_vain(r);
}

#define STAGE_VOTES 2
#define STAGE_WATCH 3

#define WATCH_US 10000000 /* real: so long is watched for what is not known at once */

static bool is_about_violations(const struct command *c)
{
	for (unsigned i = 0; i < c->alternatives; i++)
		if (c->condition[i].kind == CONDITION_AGREEMENT ||
		    c->condition[i].kind == CONDITION_VIOLATION)
			return true;
	return false;
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
	describe_conditions(r, "it takes 2 s of the cluster's time to tell, and that is slow",
			    words, sizeof words);
	runner_report(r, REPORT_TIMEOUT, words);
	return ACT_TOLD;
}

enum act_progress act_expect(struct runner *r)
{
	const struct command *c = &r->command;
	char words[WORDS_SHOWN_MAX];
	const enum truth is = truth(r);
	const bool holds = is == TRUTH_YES, open = is == TRUTH_OPEN, untold = is == TRUTH_UNTOLD;
	if (r->stage == 0) {
		runner_set_deadline(r, c->holds > 0 ? c->holds : c->within);
		runner_stage(r, 1);
	}
	bool over = runner_is_late(r);
	if (r->stage == STAGE_WATCH && !open)
		over = true;
	if (!over && (r->stage != 1 || open || untold || holds == (c->holds > 0)))
		return ACT_WAIT;
	if (untold)
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
	describe_conditions(r, holds ? NULL : "it is not true that", words, sizeof words);
	runner_report(r, holds ? REPORT_HOLDS : REPORT_VIOLATED, words);
	return ACT_TOLD;
}
